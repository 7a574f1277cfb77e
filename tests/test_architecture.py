"""docs/architecture.md is true: its walks are walked, what it names exists, its drawing is the house; so are all paths."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest, Profile
from rules.catalogue.content import Content, assemble, open_catalogue
from rules.language.facts import Lexicon
from rules.language.pack import load_pack
from seeds.library import load_document
from service.cli import COMMANDS
from service.commands.check import PACKS, SEEDS
from tests.house import ON, PACKAGES, ROOT, entered, one_match, one_row

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
MOST_LINES = 120
DOCUMENT = "ah-biomanufacturing-2024-draft"


def walks() -> dict[str, list[tuple[str, str]]]:
    """Return the steps of each walk by its heading."""
    _, chapter = PAGE.split("\n## Three walks\n")
    parts = re.split(r"^### (.+)$", chapter.split("\n## ")[0], flags=re.MULTILINE)[1:]
    return {
        heading: re.findall(r"^\d+\. `([^`]+\.py)` `([^`]+)`", text, re.MULTILINE)
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
    }


def one_sentence(catalogue: Path) -> list[tuple[str, str]]:
    """Return what the sentences of one document enter on their way into an answer; the words are those shipped."""
    shipped = open_catalogue(catalogue)
    profile = Profile(city="蚌埠市", products=("聚乳酸",))
    with entered() as steps:
        documents = {DOCUMENT: load_document(SEEDS / "documents" / DOCUMENT)}
        lexicon = Lexicon(facts=shipped.facts, vocabularies=shipped.vocabularies)
        packs = {DOCUMENT: load_pack(PACKS / f"{DOCUMENT}.yaml", documents, lexicon).raw}
        engine = Engine(
            assemble(Content(documents=documents, vocabularies=shipped.vocabularies, facts=shipped.facts, packs=packs))
        )
        answer = engine.match(MatchRequest(profile=profile, on=ON))
    assert any(
        match.input == "聚乳酸" for found in answer.recommendations for e in found.evidence for match in e.matches
    )
    return steps


WALKED = {
    "A profile to its answer": lambda catalogue, _: one_match(catalogue),
    "A row of a sheet to a stored verdict": one_row,
    "A sentence of a policy to evidence in an answer": lambda catalogue, _: one_sentence(catalogue),
}


def test_every_walk_told_is_walked_here():
    assert list(walks()) == list(WALKED)


@pytest.mark.parametrize("heading", WALKED)
def test_a_walk_enters_the_functions_told_in_the_order_told(heading, catalogue_file, tmp_path):
    told = walks()[heading]
    entries = WALKED[heading](catalogue_file, tmp_path)
    assert len(told) >= 10
    assert [step for step in told if step not in entries] == []
    assert told == sorted(told, key=entries.index)


def test_the_page_is_short():
    assert PAGE.count("\n") <= MOST_LINES


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return what a module defines (functions, classes, members, constants), or every word of another file."""
    text = path.read_text("utf-8")
    return frozenset(_defined(ast.parse(text))) if path.suffix == ".py" else frozenset(re.findall(r"\w+", text))


def _defined(tree: ast.AST, owner: str = "") -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield owner + node.name
            yield from _defined(node, f"{owner}{node.name}.") if isinstance(node, ast.ClassDef) else ()
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (owner + target.id for target in targets if isinstance(target, ast.Name))


def exists(code: str, names: frozenset[str]) -> bool:
    """Tell whether what stands in code exists: a command, a path, a call, or one of the names."""
    command, _, rest = code.partition(" ")
    if command == "make":
        return bool(re.search(rf"^{rest}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    if command == "cepei":
        return rest in COMMANDS
    if command == "python":
        module, *arguments = rest.removeprefix("-m ").split()
        return Path(ROOT, *module.split(".")).with_suffix(".py").is_file() and all(
            (ROOT / a).exists() for a in arguments
        )
    if command == "POST":
        return f"{rest}:" in names_of_calls()
    return (ROOT / code).exists() if "/" in code or code.endswith(".md") else code in names


def names_of_calls() -> str:
    return (ROOT / "openapi.yaml").read_text("utf-8")


def test_everything_named_exists_and_a_name_stands_in_a_file_of_its_paragraph():
    missing = []
    for paragraph in re.split(
        r"\n(?:\n|(?=- |\d+\. ))", re.sub(r"^```$.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    ):
        codes = re.findall(r"`([^`]+)`", paragraph.replace("\n", " "))
        files = [ROOT / code for code in codes if (ROOT / code).is_file()]
        names = frozenset[str]().union(*map(names_in, files))
        missing += [code for code in codes if not exists(code, names)]
    assert missing == []


@cache
def drawn() -> list[str]:
    """Return the packages of the drawing from top to bottom, dotted."""
    (drawing,) = re.findall(r"^```$(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    packages, top = [], ""
    for line in drawing.splitlines():
        rooms = re.match(r" *((?:[a-z]+/(?:\{[a-z,]+\}/)? ?)*)", line)[1].split()
        if rooms and not line.startswith(" "):
            top = rooms[0].strip("/")
            packages.append(top)
            continue
        for room in rooms:
            name, _, inner = room.strip("/").partition("/")
            packages.append(f"{top}.{name}")
            packages += [f"{top}.{name}.{each}" for each in inner.strip("{}").split(",") if each]
    return packages


def test_the_drawing_shows_every_package():
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert sorted(drawn()) == sorted(".".join(folder.relative_to(ROOT).parts) for folder in folders)


def test_the_drawing_stands_in_the_order_of_the_import_contracts():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    for contract in contracts:
        layers = [{name.strip() for name in layer.split("|")} for layer in contract["layers"]]
        ranks = [rank for package in drawn() for rank, layer in enumerate(layers) if package in layer]
        assert ranks == sorted(ranks), contract["name"]
        assert len(ranks) >= len(layers) // 2


PATH = re.compile(r"[\w./-]*\w\.py\b")
WRITTEN = [
    *(
        path
        for path in ROOT.glob("*")
        if path.suffix == ".md" or path.name in {"Makefile", "Dockerfile", "pyproject.toml"}
    ),
    *(ROOT / "docs").rglob("*.md"),
    *(path for folder in (*PACKAGES, "tests", "examples") for path in (ROOT / folder).rglob("*.py")),
    *(ROOT / "seeds").rglob("*.yaml"),
]


def prose(path: Path) -> str:
    """Return what people read of a file: all of it, of a module the docstrings and comments."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return text
    nodes = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr))
    docstrings = [str(node.value) for node in nodes if isinstance(node, ast.Constant)]
    return "\n".join([*docstrings, *re.findall("#.*", text)])


def test_every_module_named_in_words_exists():
    """A path begins at the root of the repository or in the folder of the file that names it."""
    assert len(WRITTEN) > 200
    missing = [
        (path.relative_to(ROOT).as_posix(), name)
        for path in WRITTEN
        for name in PATH.findall(prose(path))
        if not (ROOT / name).is_file() and not (path.parent / name).is_file()
    ]
    assert missing == []
