"""Pairs that a single change would open, for many tenants at once, read off the planes of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Flags, Floats, MeasureColumns
from matcher.passages import Positions
from rules.batch import Batch, BatchProgram
from rules.fact_columns import FactColumn, NumberColumn, whole_answers
from rules.operators import NUMERIC, comparable
from rules.planes import bits_at, pack, pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMisses:
    """Pairs with one unmet condition, on a fact that a company can change, and all else met; side by side.

    `nodes` are the unmet conditions; `gaps` is how much a number misses its threshold by, NaN for other conditions.
    """

    rows: Positions
    measures: Positions
    nodes: Positions
    facts: tuple[str, ...]
    gaps: Floats


def near_misses(batch: Batch, program: BatchProgram, columns: MeasureColumns, considered: Flags) -> NearMisses:
    """List what a single change would open."""
    changeable = {fact.id for fact in columns.catalogue.facts.values() if fact.changeable}
    names, numbers = program.program.fact_names, program.program.fact_numbers
    can_change = np.array([name in changeable for name in names])[numbers]
    near = (part for part in _near(batch, program, can_change))
    found = [tuple(column[considered[part[1]]] for column in part) for part in near if len(part[0])]
    rows, measures, nodes = (
        np.concatenate([part[i] for part in found]) if found else np.zeros(0, dtype=np.intp) for i in range(3)
    )
    order = np.lexsort((measures, rows))
    rows, measures, nodes = rows[order], measures[order], nodes[order]
    return NearMisses(
        rows=rows,
        measures=measures,
        nodes=nodes,
        facts=tuple(program.program.fact_of(node) for node in nodes),
        gaps=_gaps(rows, nodes, program, batch),
    )


def _near(
    batch: Batch, program: BatchProgram, can_change: NDArray[np.bool_]
) -> Iterator[tuple[Positions, Positions, Positions]]:
    """Yield rows, measures and the one unmet node of each near miss."""
    every = pack(np.ones((1, batch.size), dtype=np.bool_))[0]
    for places, nodes, _ in program.conditions():
        once = np.zeros_like(batch.measures.true[places])
        twice, reachable = once.copy(), once.copy()
        for position in range(nodes.shape[1]):
            unmet = every & ~batch.nodes.maybe[nodes[:, position]]
            unknown = batch.nodes.maybe[nodes[:, position]] & ~batch.nodes.true[nodes[:, position]]
            twice |= (once & unmet) | unknown
            once |= unmet
            reachable |= np.where(can_change[nodes[:, position]][:, None], unmet, np.uint64(0))
        which, rows = pairs(once & ~twice & reachable)
        unmet_at = ~bits_at(batch.nodes.maybe, nodes[which], rows[:, None])
        yield rows, places[which], nodes[which, np.argmax(unmet_at, axis=1)]


def _gaps(rows: Positions, nodes: Positions, program: BatchProgram, batch: Batch) -> Floats:
    tests = tuple(program.program.tests)
    gaps = np.full(len(rows), np.nan)
    for node in np.unique(nodes):
        if node >= len(tests) or tests[node].operator not in NUMERIC:
            continue
        here = nodes == node
        numbers = _numbers(batch.facts.get(tests[node].fact), batch.size)[rows[here]]
        gaps[here] = np.round(np.abs(comparable(tests[node].expected[0]) - numbers), 6)
    return gaps


def _numbers(column: FactColumn | None, size: int) -> Floats:
    """Return the number of each row, NaN where there is none."""
    if isinstance(column, NumberColumn):
        return column.numbers
    if column is None:
        return np.full(size, np.nan)
    answers, places = whole_answers(column, size)
    known = [comparable(answer.sure[0]) if answer and answer.sure else np.nan for answer in answers]
    return np.array(known)[places]
