"""The Dockerfile, read: there is no engine here to build it with."""

import json
import re
import shlex

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
    assert instructions[0][0] == "ARG"
    assert instructions[0][1].startswith("BASE_IMAGE=")
    assert [rest.split()[0] for rest in arguments(instructions, "FROM")] == ["${BASE_IMAGE}"] * 2


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
