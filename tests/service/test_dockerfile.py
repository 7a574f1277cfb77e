"""The Dockerfile, read: there is no engine here to build it with."""

import json
import re
import shlex
from importlib.metadata import metadata

import pytest


@pytest.fixture(scope="module")
def instructions(root):
    text = (root / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def arguments(instructions, name):
    return [rest for instruction, rest in instructions if instruction == name]


def environment(instructions):
    pairs = (pair for rest in arguments(instructions, "ENV") for pair in shlex.split(rest))
    return dict(pair.split("=", 1) for pair in pairs)


def test_there_are_two_stages_on_a_base_image_that_can_be_chosen(instructions):
    named, digest = arguments(instructions, "ARG")
    assert re.fullmatch(r"BASE_IMAGE=python:3\.1[1-9][\w.-]*", named)
    assert digest == "BASE_DIGEST=", "a digest that nobody looked up would be made up; @sha256:... is filled in"
    assert [rest.split()[0] for rest in arguments(instructions, "FROM")] == ["${BASE_IMAGE}${BASE_DIGEST}"] * 2


def test_what_builds_is_pinned_and_does_not_reach_the_image(instructions, root):
    """setuptools and pip are of no use there, and old ones have holes; the base image brings its own."""
    build, served = "\n".join(f"{a} {b}" for a, b in instructions).split("\nFROM ")[1:]
    assert "--require-hashes" in build
    assert re.search(r"pip install [^\n]*--no-build-isolation[^\n]*--editable \.", build)
    assert build.rstrip().splitlines()[-1].endswith("-m pip uninstall --yes setuptools pip")
    assert re.search(r"pip uninstall --yes [^\n&]*setuptools wheel pip", served)
    assert "COPY --from=build /venv /venv" in served[served.index("pip uninstall") :]
    pinned = (root / "requirements-build.txt").read_text("utf-8")
    (name,) = re.findall(r"^([a-z-]+)==[0-9.]+ \\$", pinned, re.MULTILINE)
    assert name == "setuptools"
    assert pinned.count("--hash=sha256:") >= 1
    assert "://" not in pinned
    wanted = re.search(r'requires = \["setuptools>=(\d+)"\]', (root / "pyproject.toml").read_text("utf-8"))[1]
    assert int(re.search(r"setuptools==(\d+)", pinned)[1]) >= int(wanted)


def test_the_notice_names_the_licence_of_every_package_in_the_image(root):
    """As their own metadata state it; what asks something of whoever passes the image on stands apart."""
    section = (root / "NOTICE").read_text("utf-8").split("\nPackages (requirements.txt)\n", 1)[1]
    copyleft, permissive = section.split("  Permissive:\n", 1)
    stated = {name: licence for licence, names in _permissive(permissive) for name in names}
    stated |= dict(re.findall(r"^  - ([a-z0-9-]+): (.+?)\. ", copyleft.replace("\n    ", " "), re.MULTILINE))
    installed = set(re.findall(r"^([a-z0-9-]+)==", (root / "requirements.txt").read_text("utf-8"), re.MULTILINE))
    assert stated.keys() == installed
    assert {name: licence for name, licence in stated.items() if not _is_stated_by(name, licence)} == {}
    asking = {name for name in installed if re.search("GPL|MPL|Lesser|Mozilla", _metadata_of(name))}
    assert {"python-stdnum", "orjson"} <= asking <= set(re.findall(r"^  - ([a-z0-9-]+):", copyleft, re.MULTILINE))


def _permissive(text):
    for licence, names in re.findall(r"^  - (.+?): (.+(?:\n    .+)*)", text, re.MULTILINE):
        yield licence, re.findall(r"[a-z0-9-]+", names.split(", with")[0])


SPELLED = {
    "Apache-2.0": "Apache",
    "MIT": "MIT",
    "BSD-3-Clause": "BSD",
    "BSD-2-Clause": "BSD",
    "MPL-2.0": "MPL-2.0",
    "LGPL-2.1-or-later": "LGPLv2+",
    "PSF-2.0": "PSF-2.0",
    "Public domain": "Public Domain",
}
"""How a licence is found in metadata of any age."""


def _metadata_of(name):
    about = metadata(name)
    licences = [about.get("License-Expression") or "", (about.get("License") or "").split("\n")[0]]
    return " ".join([*licences, *(one for one in about.get_all("Classifier") or () if one.startswith("License"))])


def _is_stated_by(name, licence):
    found = _metadata_of(name)
    return all(SPELLED.get(one, one) in found for one in re.split(r" AND | OR |[()]+", licence) if one)


def test_everything_that_is_copied_exists_and_is_not_ignored(instructions, root):
    allowed = {line[1:] for line in (root / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    sources = [
        source
        for rest in arguments(instructions, "COPY")
        if not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert sources
    for source in sources:
        assert (root / source).exists(), source
        assert source in allowed


def test_every_package_is_copied(instructions, root):
    copied = " ".join(arguments(instructions, "COPY"))
    for package in root.glob("*/__init__.py"):
        if package.parent.name != "tests":
            assert f"{package.parent.name} ./{package.parent.name}" in copied


def test_it_does_not_run_as_root(instructions):
    user = arguments(instructions, "USER")[-1]
    assert user not in {"root", "0"}
    assert int(user) > 1000


def test_the_health_check_asks_whether_the_service_is_ready(instructions):
    assert "/readyz" in arguments(instructions, "HEALTHCHECK")[-1]


def test_the_start_command_is_that_of_make_run_and_runs_as_written(
    instructions, root, catalogue_file, run_server, tmp_path
):
    command = json.loads(arguments(instructions, "CMD")[-1])
    assert re.search(rf"\$\(BIN\)/{command[0]} {command[1]}\b", (root / "Makefile").read_text("utf-8"))
    settings = environment(instructions) | {
        "CEPEI_CATALOGUE": str(catalogue_file),
        "CEPEI_DATA": str(tmp_path / "data.sqlite"),
    }
    with run_server(tmp_path, command, settings) as server:
        assert server.get("/readyz").status == 200
        check = arguments(instructions, "HEALTHCHECK")[-1].split("CMD", 1)[1]
        script = json.loads(check)[2]
        exec(compile(script.replace("os.environ['PORT']", f"'{server.port}'"), "healthcheck", "exec"), {})
