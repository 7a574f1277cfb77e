"""The four packages are those of this checkout, imports run downhill, and nothing below the service reads a clock."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOWNHILL = ("service", "matcher", "rules", "seeds")
CLOCK_KEEPER = ROOT / "matcher" / "matching.py"
FORBIDDEN = frozenset(
    {
        "datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "time.monotonic", "time.localtime",
        "time.gmtime", "time.strftime", "time.perf_counter", "time.sleep", "os.environ", "os.getenv", "uuid.uuid4", "uuid.uuid1",
    }
)  # fmt: skip
FORBIDDEN_MODULES = frozenset({"random", "secrets", "time", "zoneinfo"})


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


def dotted(node: ast.AST) -> str:
    """Return the last two names of an attribute access, such as time.time."""
    if not isinstance(node, ast.Attribute):
        return ""
    owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
    return f"{owner}.{node.attr}"


@pytest.mark.parametrize("package", DOWNHILL)
def test_a_package_is_the_one_of_this_checkout(package):
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / package / "__init__.py"


@pytest.mark.parametrize("path", [path for package in DOWNHILL for path in modules(package)], ids=named)
def test_a_module_imports_only_from_its_own_layer_and_below(path):
    above = DOWNHILL[: DOWNHILL.index(path.relative_to(ROOT).parts[0])]
    assert imported(ast.parse(path.read_text("utf-8"))).isdisjoint(above)


@pytest.mark.parametrize("path", [path for package in DOWNHILL[1:] for path in modules(package)], ids=named)
def test_no_module_below_the_service_reads_a_clock_chance_or_environment(path):
    tree = ast.parse(path.read_text("utf-8"))
    used = {dotted(node) for node in ast.walk(tree)} & FORBIDDEN
    brought = imported(tree) & FORBIDDEN_MODULES
    if path == CLOCK_KEEPER:  # it tells how long a match took, which decides nothing
        used, brought = used - {"time.perf_counter"}, brought - {"time"}
    assert not used
    assert not brought


@pytest.mark.parametrize("path", modules("rules"), ids=named)
def test_a_module_of_the_rules_is_short_and_says_what_it_is(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= 300
    assert ast.get_docstring(ast.parse(text))


def test_sqlite_utils_has_one_doorway_the_catalogue_and_its_index():
    users = {path.name for path in modules("rules") if "sqlite_utils" in imported(ast.parse(path.read_text("utf-8")))}
    assert users == {"content.py", "fulltext.py"}
