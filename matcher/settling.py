"""What would settle most for many tenants at once, read off the planes of a batch: facts to fill in, near misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Flags, Floats, MeasureColumns
from matcher.passages import Positions
from matcher.tenants import Tenants
from rules.batch import AnswerColumn, Batch, BatchProgram, FactColumn, NumberColumn, Plane, count, pack, pairs
from rules.facts import FactType
from rules.operators import NUMERIC, comparable


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


def count_settled(
    batch: Batch, program: BatchProgram, columns: MeasureColumns, tenants: Tenants, shown: NDArray[np.bool_],
    considered: Flags,
) -> Mapping[str, int]:  # fmt: skip
    """Count, for each published fact, the possible pairs that this fact alone leaves open.

    What only a person can attest counts where the measure is shown; `shown` has a row a measure. Who plans nowhere
    else settles both places with one answer.
    """
    published, unknown = columns.catalogue.facts, batch.nodes.unknown
    away, visible = pack(tenants.elsewhere[None, :])[0], pack(shown)
    settled: Counter[str] = Counter()
    for places, nodes, facts in program.conditions():
        chosen = considered[places]
        places_, facts_, unknown_ = places[chosen], facts[chosen], unknown[nodes[chosen]]
        possible = batch.measures.unknown[places_]
        for number in np.unique(facts_):
            fact = program.program.fact_names[number]
            if fact not in published:
                continue
            alone = possible & _only_on(facts_ == number, unknown_)
            if published[fact].type is FactType.ATTESTATION:
                alone &= visible[places_]
            elsewhere = int(count(alone & away).sum()) if fact == "target_region" else 0
            settled["region" if fact == "target_region" else fact] += int(count(alone).sum()) - elsewhere
            settled[fact] += elsewhere
    return {fact: number for fact, number in settled.items() if number}


def _only_on(on_fact: NDArray[np.bool_], unknown: Plane) -> Plane:
    """Return where no condition but those marked is unknown (measures, conditions, words)."""
    others = np.where(on_fact[:, :, None], np.uint64(0), unknown)
    return np.asarray(~np.bitwise_or.reduce(others, axis=1))


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
        gaps=_gaps(rows, nodes, program, batch.facts),
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
        unmet_at = ~_bits(batch.nodes.maybe, nodes[which], rows)
        yield rows, places[which], nodes[which, np.argmax(unmet_at, axis=1)]


def _bits(plane: Plane, nodes: Positions, rows: Positions) -> NDArray[np.bool_]:
    """Return single bits: for each pair (rows) those of its nodes (columns)."""
    words = plane[nodes, (rows >> 6)[:, None]]
    return np.asarray((words >> (rows & 63).astype(np.uint64)[:, None] & np.uint64(1)).astype(np.bool_))


def _gaps(rows: Positions, nodes: Positions, program: BatchProgram, facts: Mapping[str, FactColumn]) -> Floats:
    tests = tuple(program.program.tests)
    gaps = np.full(len(rows), np.nan)
    for node in np.unique(nodes):
        if node >= len(tests) or tests[node].operator not in NUMERIC:
            continue
        here = nodes == node
        numbers = _numbers(facts.get(tests[node].fact), rows[here])
        gaps[here] = np.round(np.abs(comparable(tests[node].expected[0]) - numbers), 6)
    return gaps


def _numbers(column: FactColumn | None, rows: Positions) -> Floats:
    if isinstance(column, NumberColumn):
        return column.numbers[rows]
    if isinstance(column, AnswerColumn):
        known = [comparable(answer.sure[0]) if answer and answer.sure else np.nan for answer in column.answers]
        return np.array(known)[column.rows[rows]]
    return np.full(len(rows), np.nan)
