"""The house: its four packages, the limits that serve reading, and the lint that keeps the clock at the edge."""

import ast
import importlib
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOWNHILL = ("service", "matcher", "rules", "seeds")


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.AST) -> set[str]:
    """Return the top names that a module imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


TOOLS = [
    named(path)
    for path in modules("tests")
    if not path.stem.startswith("test_") and path.name not in {"conftest.py", "__init__.py"}
]


@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_no_test_can_still_be_started(tool):
    importlib.import_module(tool.removesuffix(".py").replace("/", "."))


@pytest.mark.parametrize("package", DOWNHILL)
def test_a_package_is_the_one_of_this_checkout(package):
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / package / "__init__.py"


LINTED = (
    ("matcher/ranking/ranking.py", "from datetime import date\n\nDAY = date.today()\n"),
    ("service/intake/headings/header_row.py", "from service.clock import today\n\nYEAR = today().year\n"),
    ("service/intake/rows/rows.py", "from datetime import datetime as moment\n\nNOW = moment.now\n"),
    ("rules/language/measures.py", "import time\n"),
    ("seeds/regions.py", "from os import environ\n\nPLACE = environ['PLACE']\n"),
    ("matcher/profiles/words.py", "import random\n"),
    ("service/screenings/jobs/deciding.py", "from uuid import uuid4\n"),
)


@pytest.mark.parametrize(("file", "text"), LINTED, ids=[file for file, _ in LINTED])
def test_the_lint_refuses_a_clock_chance_and_environment_below_the_edge(file, text):
    """Which files are the edge is told by the allowances of pyproject.toml."""
    run = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", file, "-"]
    done = subprocess.run(run, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "TID251" in done.stdout


MOST_LINES, LONGEST_BODY, MOST_FILES = 400, 40, 25
MODULES = [path for package in DOWNHILL for path in modules(package)]


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_what_it_is_and_is_read_at_one_sitting(path):
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert text.count("\n") <= MOST_LINES
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    bodies = {
        node.name: node.end_lineno - node.body[bool(ast.get_docstring(node))].lineno + 1
        for node in functions
        if len(node.body) > 1
    }
    assert [name for name, lines in bodies.items() if lines > LONGEST_BODY] == []


def test_a_folder_holds_as_many_files_as_can_be_looked_over():
    files = Counter(path.parent for path in MODULES)
    assert [named(folder) for folder, count in files.items() if count > MOST_FILES] == []


def test_every_package_claims_what_it_owns():
    for folder in {path.parent for path in MODULES}:
        claim = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
        assert claim, folder


def test_the_packages_listed_are_those_there_are():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted({named(path.parent).replace("/", ".") for path in MODULES})


def test_sqlite_utils_has_one_doorway_where_catalogues_are_made():
    users = {path.name for path in modules("rules") if "sqlite_utils" in imported(ast.parse(path.read_text("utf-8")))}
    assert users == {"content.py"}
