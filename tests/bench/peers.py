"""The same complete profiles decided by others: zen-engine's decision table and Polars expressions, two-valued.

They are given every help: places, sectors and the like are already resolved to ids, tests on them are written as the
list of the ids (of those that occur) that pass, and derived numbers are worked out beforehand.
"""

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl
import zen

from rules.conditions import Test, leaves
from rules.facts import Answer
from rules.measures import Measure
from rules.operators import comparable, decide
from rules.trace import Taxonomies
from rules.verdict import Verdict

Row = Mapping[str, Any]
Cells = list[dict[str, Any]]
_SIGNS = {
    "at_least": ">=",
    "at_most": "<=",
    "more_than": ">",
    "less_than": "<",
    "on_or_after": ">=",
    "on_or_before": "<=",
}


def cells_of(measures: Iterable[Measure], rows: list[Row], taxonomies: Taxonomies) -> Cells:
    """Return for each measure field -> the set of passing ids, or a list of (sign, number)."""
    values = {fact: {row[fact] for row in rows} for fact in rows[0]}
    known: dict[Test, frozenset[Any]] = {}

    def passing(test: Test) -> frozenset[Any]:
        if test not in known:
            taxonomy = taxonomies.get(test.fact)
            known[test] = frozenset(
                value
                for value in values[test.fact]
                if decide(test, Answer(sure=(value,)), taxonomy).verdict is Verdict.MET
            )
        return known[test]

    table: Cells = []
    for measure in measures:
        cells: dict[str, Any] = {}
        for test in (leaf.test for condition in measure.conditions for leaf in leaves(condition)):
            if test.operator in _SIGNS:
                cells.setdefault(test.fact, []).append((_SIGNS[test.operator], comparable(test.expected[0])))
            else:
                cells[test.fact] = cells.get(test.fact, passing(test)) & passing(test)
        table.append(cells)
    return table


def zen_decider(table: Cells) -> zen.ZenDecision:
    """Compile a decision table with a column a field that collects the numbers of all rules that hit."""
    fields = sorted({field for cells in table for field in cells})
    rules = [
        {
            "_id": str(number),
            **{field: _unary(cells[field]) if field in cells else "" for field in fields},
            "out": str(number),
        }
        for number, cells in enumerate(table)
    ]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": field, "name": field, "field": field} for field in fields],
        "outputs": [{"id": "out", "name": "out", "field": "out"}],
        "rules": rules,
    }
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": content},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
    # Content is compiled once; a decision made of text is read anew at every call, some 30 times slower.
    return zen.ZenEngine().create_decision(zen.ZenDecisionContent(json.dumps(graph)))


def _unary(cell: Any) -> str:
    if isinstance(cell, list):
        return " and ".join(f"{sign} {bound:g}" if len(f"{bound:g}") < 7 else f"{sign} {bound}" for sign, bound in cell)
    if cell <= {True, False}:
        return ",".join(str(value).lower() for value in sorted(cell)) or '"none"'
    return ",".join(f'"{value}"' for value in sorted(cell)) or '"none"'


def zen_best(decision: zen.ZenDecision, lines: bytes, most: int) -> list[list[int]]:
    """Return the first rules that hit for each line of JSON."""
    best = []
    for line in lines.splitlines():
        hits = decision.evaluate(json.loads(line))["result"]
        best.append([int(hit["out"]) for hit in hits[:most]])
    return best


def polars_expressions(table: Cells) -> list[pl.Expr]:
    """Return one expression a measure; equal parts are one object, for Polars to find."""
    known: dict[Any, pl.Expr] = {}

    def expression(field: str, cell: Any) -> pl.Expr:
        key = (field, tuple(cell) if isinstance(cell, list) else cell)
        if key not in known:
            column = pl.col(field)
            if not isinstance(cell, list):
                known[key] = column if cell == {True} else column.is_in(sorted(cell))
            else:
                parts = [
                    column >= b if s == ">=" else column <= b if s == "<=" else column > b if s == ">" else column < b
                    for s, b in cell
                ]
                known[key] = pl.all_horizontal(parts) if len(parts) > 1 else parts[0]
        return known[key]

    combined = []
    for number, cells in enumerate(table):
        parts = [expression(field, cell) for field, cell in cells.items()]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole & part
        combined.append(whole.alias(str(number)))
    return combined


def polars_best(expressions: list[pl.Expr], lines: bytes, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (row, measure) of the first measures that hold for each line of JSON."""
    held = pl.read_ndjson(io.BytesIO(lines)).select(expressions).to_numpy()
    rows, measures = np.nonzero(held)
    counts = np.bincount(rows, minlength=len(held))
    kept = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts) < most
    return rows[kept], measures[kept]
