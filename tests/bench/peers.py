"""The same complete profiles decided by others: zen-engine's decision table and Polars expressions, two-valued.

They are given every help: texts are resolved to ids beforehand, tests on places, sectors and the like are written as
the ids (of those that occur) that pass, derived numbers are worked out, and what is compiled is compiled once.
"""

import json
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_, ge, gt, le, lt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import zen

from rules.language.facts import Answer, Taxonomies, comparable
from rules.language.measures import Measure, Test, Verdict, leaves
from rules.language.reference import decide

Row = Mapping[str, Any]
Cell = frozenset[Any] | tuple[tuple[str, float], ...]
"""The ids that pass, or signs with bounds."""

Cells = dict[str, Cell]
_SIGNS = {
    "at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<",
    "on_or_after": ">=", "on_or_before": "<=",
}  # fmt: skip
_COMPARE = {">=": ge, "<=": le, ">": gt, "<": lt}


def values_of(rows: list[Row]) -> dict[str, set[Any]]:
    """Return every value that occurs, by fact."""
    return {
        fact: {value for row in rows for value in (row[fact] if isinstance(row[fact], list) else [row[fact]])}
        for fact in rows[0]
    }


def cells_of(measures: Iterable[Measure], rows: list[Row], taxonomies: Taxonomies) -> list[Cells]:
    """Return for each measure the fields that it tests, each with its cell."""
    values = values_of(rows)
    known: dict[Test, Cell] = {}

    def cell(test: Test) -> Cell:
        if test.operator in _SIGNS:
            return ((_SIGNS[test.operator], comparable(test.expected[0])),)
        if test not in known:
            taxonomy = taxonomies.get(test.fact)
            passing = (v for v in values[test.fact] if decide(test, Answer(sure=(v,)), taxonomy).verdict is Verdict.MET)
            known[test] = frozenset(passing)
        return known[test]

    table = []
    for measure in measures:
        cells: Cells = {}
        for test in (leaf.test for condition in measure.conditions for leaf in leaves(condition)):
            before = cells.get(test.fact)
            if before is None:
                cells[test.fact] = cell(test)
            elif isinstance(before, tuple):
                cells[test.fact] = (*before, *cell(test))
            elif isinstance(rows[0][test.fact], list):
                raise ValueError(f"{measure.id}: two tests on the set {test.fact} do not make one cell")
            else:
                cells[test.fact] = before & cell(test)
        table.append(cells)
    return table


def zen_decider(table: list[Cells], example: Row) -> zen.ZenDecision:
    """Compile a decision table with a column a field that collects the numbers of all rules that hit."""
    fields = sorted({field for cells in table for field in cells})
    rules = [
        {
            "_id": str(number),
            **{field: _unary(cells[field], example[field]) if field in cells else "" for field in fields},
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


def _unary(cell: Cell, example: Any) -> str:
    """Return a cell as zen writes it; `$` is the field, `#` a member of it."""
    if isinstance(cell, tuple):
        return " and ".join(f"{sign} {bound}" for sign, bound in cell)
    listed = ",".join(json.dumps(value) for value in sorted(cell)) or '"none"'
    return f"some($, # in [{listed}])" if isinstance(example, list) else listed


def zen_best(decision: zen.ZenDecision, lines: bytes, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (row, measure) of the first rules that hit for each line of JSON."""
    best = [
        (row, int(hit["out"]))
        for row, line in enumerate(lines.splitlines())
        for hit in decision.evaluate(json.loads(line))["result"][:most]
    ]
    rows, measures = np.array(best, dtype=np.intp).reshape(-1, 2).T
    return rows, measures


class PolarsDecider:
    """One expression a measure, which Polars optimises: it works out once what expressions share.

    A set is given as columns of booleans, one for each id that occurs; looking into lists took several times as long.
    With `compiled`, the distinct tests are worked out first, as our own program does: our way, with Polars as its engine.
    """

    def __init__(self, table: list[Cells], rows: list[Row], *, compiled: bool) -> None:
        """Write the expressions."""
        sets = {fact: sorted(ids) for fact, ids in values_of(rows).items() if isinstance(rows[0][fact], list)}
        self._flags = [_flag(fact, one) for fact, ids in sets.items() for one in ids]
        tests = dict.fromkeys(test for cells in table for test in cells.items())
        known = {test: _expression(*test, is_set=test[0] in sets) for test in tests}
        self._tests = [known[test].alias(str(number)) for number, test in enumerate(known)] if compiled else []
        if compiled:
            known = {test: pl.col(str(number)) for number, test in enumerate(known)}
        self._measures = [
            reduce(and_, (known[test] for test in cells.items())).alias(f"measure {number}")
            for number, cells in enumerate(table)
        ]

    def best(self, file: Path, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (row, measure) of the first measures that hold for each line of a file."""
        profiles = pl.read_ndjson(file).lazy().with_columns(self._flags).collect()
        tests = profiles.lazy().select(self._tests).collect() if self._tests else profiles
        held = tests.lazy().select(self._measures).collect().to_numpy()
        rows, measures = np.nonzero(held)
        counts = np.bincount(rows, minlength=len(held))
        kept = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts) < most
        return rows[kept], measures[kept]


def _flag(fact: str, one: str) -> pl.Expr:
    return pl.col(fact).list.contains(one).alias(f"{fact}={one}")


def _expression(fact: str, cell: Cell, *, is_set: bool) -> pl.Expr:
    column = pl.col(fact)
    if isinstance(cell, tuple):
        return reduce(and_, (_COMPARE[sign](column, bound) for sign, bound in cell))
    if not cell:
        return pl.lit(value=False)
    if is_set:
        return pl.any_horizontal([pl.col(f"{fact}={one}") for one in sorted(cell)])
    if cell <= {True, False}:
        return column if cell == {True} else ~column
    return column.is_in(sorted(cell))
