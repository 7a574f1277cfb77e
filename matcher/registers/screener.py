"""Screens tenants chunk by chunk against one catalogue, and what it states of a chunk.

Each tenant is shown what a match shows that includes the general measures, in the same order with the same scores: who
looks at many companies asks for whom a measure is, and for a general one these are many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.profile import Fields, MatchError
from matcher.profiles.reader import ProfileReader
from matcher.ranking.hits import CHANNELS, Hits, Meant, relevance_of
from matcher.ranking.measure_index import Alternatives, Flags, Floats, MeasureColumns
from matcher.ranking.ranking import (
    ADDRESSED,
    SECTOR,
    Comparison,
    has_told_its_field,
    is_elsewhere,
    is_withheld,
    score,
    tally,
)
from matcher.registers.declared import spans
from matcher.registers.granted import GrantColumns, Granted, joined_grants
from matcher.registers.missing_facts import NearMisses, Settler, find_near_misses
from matcher.registers.reader import TenantReader, Tenants
from rules.compiled.batch import Batch, BatchProgram
from rules.compiled.bit_planes import Plane, bits_at, unpack
from rules.language.facts import REGION_FACTS
from rules.language.flat import Positions
from rules.language.measures import FIRST_WHY, MET, UNMET, Why, reason_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Which conditions of each pair are unknown: pair i has those from starts[i] to starts[i + 1].

    `facts` are places in `names`; `whys` are places in rules.language.measures.WHYS.
    """

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    facts: NDArray[np.int32]
    whys: NDArray[np.int8]

    def of(self, pair: int) -> tuple[tuple[str, Why], ...]:
        """Return the fact and the reason of each unknown condition of one pair, as a match tells them."""
        span = range(self.starts[pair], self.starts[pair + 1])
        reasons = ((self.names[self.facts[i]], reason_of(FIRST_WHY + int(self.whys[i]))) for i in span)
        return tuple((fact, why) for fact, why in reasons if why is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedChunk:
    """What is shown for a chunk of tenants, by row and then in the order of a match, and what is counted.

    `rows` are the numbers of the rows read (1 is the first data row); those in `refused` declared facts that are
    none. Pairs stand side by side: row number, place in `Screener.measure_ids`, verdict (1 possible, 2 applicable),
    relevance (place in RELEVANCE), score, whether one answer alone would settle it. `by_measure` and `by_row` have the
    columns COUNTED; `withheld` has a row a tenant, a bit a measure. `settles` counts, for each fact, the possible pairs
    that it alone would settle; rows of `near` are row numbers too. `granted` tells what pairs come to,
    `near_granted` those of `near`; None where no pack of the catalogue states it.
    """

    rows: NDArray[np.int64]
    refused: tuple[tuple[int, MatchError], ...]
    pair_row: NDArray[np.int64]
    pair_measure: NDArray[np.int32]
    verdict: NDArray[np.int8]
    relevance: NDArray[np.int8]
    score: Floats
    one_fact_short: Flags
    open: Open
    by_measure: NDArray[np.int64]
    by_row: NDArray[np.int64]
    withheld: NDArray[np.uint8]
    settles: Mapping[str, int]
    near: NearMisses
    granted: Granted | None = None
    near_granted: Granted | None = None

    def opened_by(self) -> Mapping[str, int]:
        """Count the near misses by the fact whose change would open them."""
        return dict(Counter(self.near.facts))


def joined(chunks: Sequence[ScreenedChunk]) -> ScreenedChunk:
    """Put chunks of one file, in order, into one."""

    def together(column: str) -> NDArray[Any]:
        return np.concatenate([getattr(chunk, column) for chunk in chunks])

    settles: Counter[str] = Counter()
    for chunk in chunks:
        settles.update(chunk.settles)
    return ScreenedChunk(
        rows=together("rows"),
        refused=tuple(refused for chunk in chunks for refused in chunk.refused),
        pair_row=together("pair_row"),
        pair_measure=together("pair_measure"),
        verdict=together("verdict"),
        relevance=together("relevance"),
        score=together("score"),
        one_fact_short=together("one_fact_short"),
        open=_open_of([chunk.open for chunk in chunks]),
        by_measure=np.sum([chunk.by_measure for chunk in chunks], axis=0),
        by_row=together("by_row"),
        withheld=together("withheld"),
        settles=dict(settles),
        near=_near_of([chunk.near for chunk in chunks]),
        granted=_together([chunk.granted for chunk in chunks if chunk.granted]),
        near_granted=_together([chunk.near_granted for chunk in chunks if chunk.near_granted]),
    )


def _together(parts: Sequence[Granted]) -> Granted | None:
    return joined_grants(parts) if parts else None


def _open_of(parts: Sequence[Open]) -> Open:
    ends = np.cumsum([0, *(len(part.facts) for part in parts)])
    starts = [part.starts[:-1] + end for part, end in zip(parts, ends, strict=False)]
    return Open(
        names=parts[0].names,
        starts=np.concatenate([*starts, ends[-1:]]),
        facts=np.concatenate([part.facts for part in parts]),
        whys=np.concatenate([part.whys for part in parts]),
    )


def _near_of(parts: Sequence[NearMisses]) -> NearMisses:
    return NearMisses(
        rows=np.concatenate([part.rows for part in parts]),
        measures=np.concatenate([part.measures for part in parts]),
        nodes=np.concatenate([part.nodes for part in parts]),
        facts=tuple(fact for part in parts for fact in part.facts),
        gaps=np.concatenate([part.gaps for part in parts]),
    )


MOST_HITS = 1 << 23
"""So many hits (8 bytes each) are laid out at a time, whatever the size of a chunk."""

MOST_PAIRS = 1 << 25
"""So many pairs (a few bytes each) are decided at a time."""


class _Shown(NamedTuple):
    """Pairs to be shown, side by side and by row, and for every row and measure whether it is shown or withheld."""

    rows: Positions
    measures: Positions
    relevance: NDArray[np.int8]
    scores: Floats
    visible: Flags
    withheld: Flags


class Screener:
    """Screens chunks against one catalogue; it remembers texts, so that one screener serves a whole file.

    What it remembers grows and is forgotten while it works, so only one thread may use it.
    """

    def __init__(self, columns: MeasureColumns, reader: ProfileReader) -> None:
        """Compile the catalogue for whole columns."""
        self.measure_ids = tuple(columns.catalogue.measures)
        self._columns = columns
        self._program = BatchProgram(columns.program)
        self._grants = GrantColumns(columns.catalogue) if columns.catalogue.grants else None
        self._reader = TenantReader(reader, columns, self._grants.facts if self._grants else frozenset())
        self._settler = Settler(columns, self._program)
        names, of_node = columns.program.first_facts
        numbers = of_node[columns.program.flat]
        met_with, order = np.unique(numbers, return_index=True)
        self._names = tuple(names[number] for number in met_with[np.argsort(order)].tolist())
        places = np.zeros(len(names), dtype=np.int32)
        places[met_with[np.argsort(order)]] = np.arange(len(met_with))
        self._condition_facts = places[numbers]

    def screen(self, given: Fields, *, on: date, statuses: frozenset[str], first_row: int) -> ScreenedChunk:
        """Screen profiles that stand in a file from `first_row` on, against documents of `statuses`, on a day."""
        step = max(1, MOST_PAIRS // max(1, self._columns.size))
        considered = self._columns.of_status(statuses)
        parts = [
            self._screen(given.part(start, start + step), on, considered, first_row + start)
            for start in range(0, max(1, given.size), step)
        ]
        return parts[0] if len(parts) == 1 else joined(parts)

    def _screen(self, given: Fields, on: date, considered: Flags, first_row: int) -> ScreenedChunk:
        tenants = self._reader.read(given, on)
        batch = self._program.decide(tenants.facts, tenants.size)
        table = _Table(self._program, batch)
        shown = self._weigh(tenants, table, considered, on)
        rows, measures = shown.rows, shown.measures
        verdicts = table.verdicts[rows, measures]
        order = np.lexsort((measures, -shown.scores, shown.relevance, rows))
        rows, measures = rows[order], measures[order]
        numbers = tenants.kept + first_row
        near = find_near_misses(batch, self._program, self._columns, considered)
        come_to = partial(self._grants.of_pairs, tenants.facts, tenants.size) if self._grants else None
        settled = self._settler.settle(batch, tenants, shown.visible.T, considered)
        return ScreenedChunk(
            rows=numbers,
            refused=tuple((first_row + place, error) for place, error in tenants.refused),
            pair_row=numbers[rows],
            pair_measure=measures.astype(np.int32),
            verdict=verdicts[order],
            relevance=shown.relevance[order],
            score=shown.scores[order],
            one_fact_short=bits_at(settled.plane, measures, rows),
            open=self._open(batch, rows, measures),
            by_measure=tally(table.verdicts, shown.withheld, considered, axis=0),
            by_row=tally(table.verdicts, shown.withheld, considered, axis=1),
            withheld=np.packbits(shown.withheld, axis=1),
            settles=settled.counts,
            near=replace(near, rows=numbers[near.rows]),
            granted=come_to(rows, measures) if come_to else None,
            near_granted=come_to(near.rows, near.measures) if come_to else None,
        )

    def _weigh(self, tenants: Tenants, table: _Table, considered: Flags, on: date) -> _Shown:
        """Find the pairs to be shown and weigh them, so many rows at a time as their hits can be laid out."""
        in_sector, addressed = (table.of(self._columns.program.tests_asserted(facts)) for facts in (SECTOR, ADDRESSED))
        in_all_sectors = in_sector & ~table.missing(self._columns.closed_sectors)
        left = table.left_to_a_person(self._columns.alternatives)
        met = {name: table.of_facts(facts) for name, facts in (("sector", ("sector",)), ("place", REGION_FACTS))}
        step = max(1, MOST_HITS // (CHANNELS * max(1, self._columns.size)))
        blocks = []
        for start in range(0, max(1, tenants.size), step):
            block = slice(start, min(start + step, tenants.size))
            hits, verdicts = self._lay_out(tenants, block), table.verdicts[block]
            comparable, moves = tenants.comparable[block, np.newaxis], tenants.elsewhere[block, np.newaxis]
            whom = Meant(
                in_sector=in_sector[block], in_all_sectors=in_all_sectors[block], addressed=addressed[block],
                told=has_told_its_field(comparable), left=left[block],
                open_to=self._columns.open_to(moves), invited=self._columns.attracts & moves,
            )  # fmt: skip
            relevance = relevance_of(hits, whom)
            elsewhere = is_elsewhere(comparable, met["place"][block], self._columns.asks_place)
            withheld = considered & is_withheld(verdicts, relevance, whom.inside, elsewhere)
            visible = considered & ~withheld & (verdicts != UNMET)
            rows, measures = np.nonzero(visible)
            comparison = Comparison(
                hits=Hits(hits.by_channel[:, rows, measures]),
                measures=measures,
                comparable=tenants.comparable[start + rows],
                sector_met=met["sector"][start + rows, measures],
                place_met=met["place"][start + rows, measures],
                all_met=verdicts[rows, measures] == MET,
                addressed=addressed[start + rows, measures],
                moves=tenants.elsewhere[start + rows],
                columns=self._columns,
                on=on,
            )
            totals = score(comparison).totals
            blocks.append(_Shown(start + rows, measures, relevance[rows, measures], totals, visible, withheld))
        return blocks[0] if len(blocks) == 1 else _Shown(*map(np.concatenate, zip(*blocks, strict=True)))

    def _lay_out(self, tenants: Tenants, block: slice) -> Hits:
        """Return what each row of a block (second axis) hits in each measure (third axis), by channel."""
        rows, size = block.stop - block.start, self._columns.size
        grid = np.zeros(CHANNELS * rows * size)
        spot_rows, spots = tenants.spots(block)
        channel, measure = np.divmod(spots.places, max(1, size))
        np.maximum.at(grid, (channel * rows + spot_rows - block.start) * size + measure, spots.values)
        return Hits(grid.reshape(CHANNELS, rows, size))

    def _open(self, batch: Batch, rows: Positions, measures: Positions) -> Open:
        """Return the unknown conditions of pairs."""
        program = self._columns.program
        outcomes = self._program.outcomes(batch)
        ends = np.append(program.offsets[1:], len(program.flat))
        counts = (ends - program.offsets)[measures]
        pair = np.repeat(np.arange(len(rows)), counts)
        condition = spans(program.offsets[measures], counts)
        found = outcomes[rows[pair], program.flat[condition]]
        unknown = found >= FIRST_WHY
        return Open(
            names=self._names,
            starts=np.concatenate([[0], np.cumsum(np.bincount(pair[unknown], minlength=len(rows)))]).astype(np.int64),
            facts=self._condition_facts[condition[unknown]],
            whys=found[unknown] - np.int8(FIRST_WHY),
        )


class _Table:
    """The bits of a batch as a row a tenant and a column a measure."""

    def __init__(self, program: BatchProgram, batch: Batch) -> None:
        self._program = program
        self.batch = batch
        measures = batch.measures
        self.verdicts = (unpack(measures.true, batch.size).astype(np.int8) + unpack(measures.maybe, batch.size)).T

    def bits(self, plane: Plane) -> Flags:
        """Return a plane that has a row a measure."""
        return unpack(plane, self.batch.size).T

    def of(self, conditions: tuple[Positions, Positions]) -> Flags:
        """Return where one of some conditions is met."""
        return self.bits(self._program.any_met(self.batch, conditions))

    def left_to_a_person(self, groups: Alternatives) -> Flags:
        """Return where everything but what only a person can check is ruled out, as Alternatives tells it of one."""
        nodes, left = self.batch.nodes, np.zeros_like(self.batch.measures.true)
        if len(groups.groups):
            may_hold = np.bitwise_or.reduceat(nodes.maybe[groups.others], groups.starts, axis=0)
            is_open = nodes.maybe[groups.groups] & ~nodes.true[groups.groups]
            np.bitwise_or.at(left, groups.measures, is_open & ~may_hold)
        return self.bits(left)

    def missing(self, conditions: tuple[Positions, Positions]) -> Flags:
        """Return where one of some conditions is not met."""
        return self.bits(self._program.any_met(self.batch, conditions, not_so=True))

    def of_facts(self, facts: tuple[str, ...]) -> Flags:
        """Return where a condition on one of `facts` is met."""
        return self.of(self._program.program.conditions_reading(facts))
