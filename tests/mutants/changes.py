"""Which small changes are tried, found with cosmic-ray, and which of them a seed draws.

Knows the text of a module, not its tests. A change the type checker, the standard library or Python itself answers for
(annotations, decorators, `frozen=True` of a class, `zip(strict=True)`, `field(repr=False)`) is none.
"""

import ast
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import Number

SCRIPT = 'if __name__ == "__main__":'
Position = tuple[int, int]


class DropCondition(Operator):
    """Leaves out one member of a chain of `and` or `or`."""

    def mutation_positions(self, node):
        if node.type in ("and_test", "or_test"):
            yield from ((child.start_pos, child.end_pos) for child in node.children[::2])

    def mutate(self, node, index):
        prefix = node.get_first_leaf().prefix
        del node.children[max(2 * index - 1, 0) : max(2 * index - 1, 0) + 2]
        node.get_first_leaf().prefix = prefix
        return node

    @classmethod
    def examples(cls):
        return ()


class Halve(Operator):
    """Halves a number with a decimal point: a weight, a share, a cut-off."""

    def mutation_positions(self, node):
        if node.type == "number" and "." in node.value:
            yield (node.start_pos, node.end_pos)

    def mutate(self, node, index):  # noqa: ARG002 - cosmic-ray passes it by position to all operators
        return Number(str(float(node.value) / 2), node.start_pos, node.prefix)

    @classmethod
    def examples(cls):
        return ()


CORE = (
    "NumberReplacer",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ExceptionReplacer",
    "ZeroIterationForLoop",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_USub_UAdd",
    *(
        f"ReplaceComparisonOperator_{pair}"
        for pair in ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")
    ),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Mod_Mul", "BitOr_BitAnd", "BitAnd_BitOr", "LShift_RShift")),
)
OPERATORS: dict[str, Operator] = {
    "DropCondition": DropCondition(),
    "Halve": Halve(),
    **{name: get_operator(f"core/{name}")() for name in CORE},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One small change: what it is, where it is, and the place a seed gives it among all.

    `statement` are the lines of the statement it stands in, without what is indented below.
    """

    file: str
    line: int
    statement: range
    operator: str
    occurrence: int
    drawn: str

    def text(self, source: str) -> str:
        """Return the module with the change in it."""
        return mutate_code(source, OPERATORS[self.operator], self.occurrence)

    def lines(self, source: str) -> tuple[str, str]:
        """Return the changed lines, before and after, in one line each: what names the change where lines move."""
        before, after = source.splitlines(), self.text(source).splitlines()
        first = next(place for place, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
        same = itertools.takewhile(
            lambda pair: pair[0] == pair[1], zip(reversed(before), reversed(after), strict=False)
        )
        last = min(len(list(same)), len(before) - first - 1, len(after) - first - 1)
        reported = (" ".join(map(str.strip, lines[first : len(lines) - last])) for lines in (before, after))
        return next(reported), next(reported)


def changes(root: Path, folders: list[str], seed: int) -> list[Change]:
    """Return every change to the modules under `folders`, in the order in which the seed draws them.

    Scripts are none of them: what makes data once decides nothing, and its data is checked in.
    """
    files = sorted(file for folder in folders for file in (root / folder).rglob("*.py"))
    texts = [(file.read_text(), file.relative_to(root)) for file in files]
    found = (change for text, file in texts if SCRIPT not in text for change in _changes_of(text, file, seed))
    return sorted(found, key=lambda change: change.drawn)


def _changes_of(source: str, file: Path, seed: int) -> Iterator[Change]:
    """The draw goes by the text of the line, so that a change elsewhere in the file leaves it as it was."""
    lines, left_out, nodes = source.splitlines(), list(_left_out(source)), list(ast_nodes(get_ast(source)))
    statements = _statements(source)
    seen: dict[str, int] = {}
    for name, operator in OPERATORS.items():
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, end) in enumerate(places):
            if any(first <= start and end <= last for first, last in left_out):
                continue
            text = f"{seed} {file} {name} {lines[start[0] - 1].strip()}"
            seen[text] = seen.get(text, -1) + 1
            drawn = hashlib.sha256(f"{text} {seen[text]}".encode()).hexdigest()
            yield Change(
                file=str(file), line=start[0], statement=statements[start[0]],
                operator=name, occurrence=occurrence, drawn=drawn,
            )  # fmt: skip


def _statements(source: str) -> dict[int, range]:
    """Return for each line of code the lines of its innermost statement."""
    found: dict[int, range] = {}
    for node in ast.walk(ast.parse(source)):  # what is outside comes first
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            body = getattr(node, "body", None)
            end = body[0].lineno if body else (node.end_lineno or node.lineno) + 1
            own = range(node.lineno, max(end, node.lineno + 1))
            found |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), own)
    return found


def _left_out(source: str) -> Iterator[tuple[Position, Position]]:
    for node in ast.walk(ast.parse(source)):
        kept_out: list[ast.expr | None] = []
        if isinstance(node, ast.arg | ast.AnnAssign):
            kept_out = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            kept_out = [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):
            kept_out = [*node.decorator_list, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("zip", "field"):
            kept_out = [keyword.value for keyword in node.keywords]
        for one in kept_out:
            if one is not None:
                yield _place(source, one.lineno, one.col_offset), _place(source, one.end_lineno, one.end_col_offset)


def _place(source: str, line: int | None, column: int | None) -> Position:
    """Columns of `ast` count bytes, those of parso characters."""
    return line or 0, len(source.splitlines()[(line or 1) - 1].encode()[:column].decode())
