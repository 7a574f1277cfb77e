"""Finds every regular expression of the four packages, and how each is used, without anybody listing them.

    python -m tests.hardening.patterns     writes them as JSON, for tests/hardening/test_patterns.py

A fresh process imports all modules while `re` notes down what is compiled on which line; the source is then read for
every call of `re`: a pattern inside a function is worked out from what its module knows. One that can be seen in
neither way is named, and fails the test: it has to become a constant of its module.
"""

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType

ROOT = Path(__file__).parents[2]
PACKAGES = ("seeds", "rules", "matcher", "service")
SCANS = {"finditer": "scan", "findall": "scan", "sub": "scan", "subn": "scan", "split": "scan"}
METHODS = {"match": "match", "fullmatch": "fullmatch", "search": "search", **SCANS}
"""The methods of a pattern by what they cost: a scan is a search that goes on behind each hit."""

UNKNOWN = ("fullmatch", "match", "scan")
"""Of a pattern that is handed on, nobody can tell how it is used: it has to stand all of them."""

OF_ITSELF = ("pattern", "flags", "groups", "cache_clear")
"""What may be asked of a pattern, or of who has it, without any text; as to a mapping, whether it has a key."""

OTHER_ROADS = ("Regexp", "Scanner", "fnmatch", "translate_glob")
"""Names that make patterns without a call of `re` in our source."""


@dataclass(frozen=True)
class Found:
    """A pattern with the methods it is used by and the place where it is made, as file:line."""

    where: str
    pattern: str | bytes
    flags: int
    methods: tuple[str, ...]

    @property
    def compiled(self) -> re.Pattern:
        return re.compile(self.pattern, self.flags & ~re.DEBUG)


@dataclass
class Call:
    """A call of `re` in the source: its place, the function, the pattern's expression, and what it is assigned to."""

    module: str
    line: int
    column: int
    function: str
    node: ast.Call
    name: str
    methods: frozenset[str]

    @property
    def place(self) -> tuple[str, int, int]:
        return self.module, self.line, self.column


def find_patterns() -> tuple[list[Found], list[str]]:
    """Return every pattern, and the places of those that cannot be seen."""
    run = [sys.executable, "-m", "tests.hardening.patterns"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    found, unseen = json.loads(done.stdout)
    return [
        Found(where, pattern.encode("latin-1") if is_bytes else pattern, flags, tuple(methods))
        for where, pattern, is_bytes, flags, methods in found
    ], unseen


def module_names() -> list[str]:
    paths = (path.relative_to(ROOT) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]


def read_calls(module: str, tree: ast.AST, uses: dict[str, set[str]]) -> Iterator[Call]:
    """Yield the calls of `re` in a module; `uses` tells by what methods a name of it is used anywhere."""
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
            continue
        function = node.func.attr
        if function not in METHODS and function != "compile":
            continue
        name, methods = "", {METHODS[function]} if function in METHODS else set[str]()
        if function == "compile":
            name = _assigned(node, above)
            parent = above[node]
            if isinstance(parent, ast.Attribute) and parent.attr in METHODS:
                methods = {METHODS[parent.attr]}
            else:
                methods = uses.get(name, set()) if name else set()
        if "scan" in methods:
            methods = methods - {"search"}  # which is the beginning of a scan
        yield Call(module, node.lineno, node.col_offset, function, node, name, frozenset(methods or UNKNOWN))


def _assigned(node: ast.AST, above: dict[ast.AST, ast.AST]) -> str:
    """Return the name by which a call's value is had: of a constant, alone or in a row or mapping, or of a function."""
    parent = above[node]
    if isinstance(parent, ast.DictComp | ast.Dict):
        return _assigned(parent, above)
    if isinstance(parent, ast.Tuple) and isinstance(above[parent], ast.Assign):
        (target,), place = above[parent].targets, parent.elts.index(node)
        is_row = isinstance(target, ast.Tuple) and len(target.elts) == len(parent.elts)
        return target.elts[place].id if is_row and isinstance(target.elts[place], ast.Name) else ""
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        return parent.targets[0].id
    while isinstance(parent, ast.expr | ast.comprehension | ast.keyword):
        parent = above[parent]
    return above[parent].name if isinstance(parent, ast.Return) and isinstance(above[parent], ast.FunctionDef) else ""


def read_uses(trees: dict[str, ast.AST]) -> dict[str, dict[str, set[str]]]:
    """Return by module and name the methods that a name is used by in all modules; a name handed on stands all."""
    uses: dict[str, dict[str, set[str]]] = {module: defaultdict(set) for module in trees}
    for module, tree in trees.items():
        owner = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in trees:
                owner |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
        above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                origin, name = owner.get(node.id, (module, node.id))
                uses[origin][name].update(_methods_of(node, above))
    return uses


def _methods_of(node: ast.AST, above: dict[ast.AST, ast.AST]) -> tuple[str, ...]:
    parent = above[node]
    while isinstance(parent, ast.IfExp) or node in (getattr(parent, "value", None), getattr(parent, "func", None)):
        if isinstance(parent, ast.Attribute | ast.Return | ast.Starred):
            break
        node, parent = parent, above[parent]
    if isinstance(parent, ast.Compare) or (isinstance(parent, ast.Attribute) and parent.attr in OF_ITSELF):
        return ()
    is_used = isinstance(parent, ast.Attribute) and parent.attr in METHODS
    return (METHODS[parent.attr],) if is_used else UNKNOWN


def other_roads(module: str, tree: ast.AST) -> Iterator[str]:
    """Yield the places where a pattern may be made unseen: by a name of `re` that was imported, or by a library."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "re":
            yield f"{module}:{node.lineno}"
        name = getattr(node, "attr", getattr(node, "id", "")) if isinstance(node, ast.Attribute | ast.Name) else ""
        if name in OTHER_ROADS:
            yield f"{module}:{node.lineno}"


class Recorder:
    """Notes down what `re` compiles for a line of our own, whoever calls it for that line."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, int, int], set[tuple]] = defaultdict(set)
        self.original = re._compile  # noqa: SLF001 - what all functions of `re` go through

    def __call__(self, pattern, flags):
        made = self.original(pattern, flags)
        if place := _place(inspect.currentframe().f_back):
            self.compiled[place].add((made.pattern, made.flags))
        return made


def _place(frame: FrameType | None) -> tuple[str, int, int] | None:
    """Return module, line and column of the innermost line of ours; None where only its imports stand between."""
    while frame is not None and "importlib" not in frame.f_code.co_filename:
        module = frame.f_globals.get("__name__", "")
        if module.split(".")[0] in PACKAGES:
            positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
            return module, positions[0], positions[2]
        frame = frame.f_back
    return None


def _call_loaders(module: ModuleType) -> None:
    """Call the cached functions of a module that take nothing: what they make is a constant, made late."""
    for value in vars(module).values():
        is_loader = hasattr(value, "cache_clear") and value.__module__ == module.__name__
        if is_loader and not inspect.signature(value).parameters:
            value()


def _worked_out(call: Call, module: ModuleType) -> set[tuple]:
    """Return the pattern of a call inside a function, where it depends on nothing but its module."""
    arguments = [*call.node.args, *(word.value for word in call.node.keywords if word.arg == "flags")]
    at_flags = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(call.function, 2)
    flags = [word.value for word in call.node.keywords if word.arg == "flags"] or arguments[at_flags : at_flags + 1]
    try:
        values = [
            eval(compile(ast.Expression(each), call.module, "eval"), dict(vars(module)))
            for each in (call.node.args[0], *flags)
        ]
    except NameError:
        return set()
    made = re.compile(*values)
    return {(made.pattern, made.flags)}


def collect() -> tuple[list[tuple], list[str]]:
    """Import everything and return patterns as plain rows, and the places of what cannot be seen."""
    recorder = Recorder()
    re._compile = recorder  # noqa: SLF001 - see there
    modules = {name: importlib.import_module(name) for name in module_names() if name != "service.wsgi"}
    trees = {name: ast.parse(Path(inspect.getfile(module)).read_text("utf-8")) for name, module in modules.items()}
    uses = read_uses(trees)
    calls = [call for name, tree in trees.items() for call in read_calls(name, tree, uses[name])]
    rows, unseen = [], [place for name, tree in trees.items() for place in other_roads(name, tree)]
    for module in {modules[call.module] for call in calls if call.place not in recorder.compiled}:
        _call_loaders(module)
    re._compile = recorder.original  # noqa: SLF001 - see there
    for call in calls:
        where = f"{call.module}:{call.line}"
        made = recorder.compiled.pop(call.place, set()) or _worked_out(call, modules[call.module])
        unseen += [] if made else [where]
        rows += [(where, call.methods, each) for each in made]
    rows += [(f"{name}:{line}", UNKNOWN, each) for (name, line, _), made in recorder.compiled.items() for each in made]
    return [
        (
            where,
            pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern,
            isinstance(pattern, bytes),
            flags,
            sorted(methods),
        )
        for where, methods, (pattern, flags) in sorted(rows, key=str)
    ], unseen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(collect()))
