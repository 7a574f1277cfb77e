"""The four packages are those of this checkout, and the lint keeps clock, chance and environment at the edge."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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


@pytest.mark.parametrize("package", DOWNHILL)
def test_a_package_is_the_one_of_this_checkout(package):
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / package / "__init__.py"


LINTED = (
    ("matcher/ranking.py", "from datetime import date\n\nDAY = date.today()\n"),
    ("service/tables/heading_remarks.py", "from service.clock import today\n\nYEAR = today().year\n"),
    ("service/tables/rows.py", "from datetime import datetime as moment\n\nNOW = moment.now\n"),
    ("rules/verdict.py", "import time\n"),
    ("seeds/regions.py", "from os import environ\n\nPLACE = environ['PLACE']\n"),
    ("matcher/words.py", "import random\n"),
    ("service/screenings/deciding.py", "from uuid import uuid4\n"),
)


@pytest.mark.parametrize(("file", "text"), LINTED, ids=[file for file, _ in LINTED])
def test_the_lint_refuses_a_clock_chance_and_environment_below_the_edge(file, text):
    """Which files are the edge is told by the allowances of pyproject.toml."""
    run = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", file, "-"]
    done = subprocess.run(run, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "TID251" in done.stdout


@pytest.mark.parametrize("path", modules("rules"), ids=named)
def test_a_module_of_the_rules_is_short_and_says_what_it_is(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= 300
    assert ast.get_docstring(ast.parse(text))


def test_sqlite_utils_has_one_doorway_the_catalogue_and_its_index():
    users = {path.name for path in modules("rules") if "sqlite_utils" in imported(ast.parse(path.read_text("utf-8")))}
    assert users == {"content.py", "fulltext.py"}
