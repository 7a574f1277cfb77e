"""The compiled program over columns of facts: many profiles decided at once, as bits packed over the rows.

Two planes hold three values: `true` (met) and `maybe` (not unmet). rules/trace.py is the reference for every bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rules.columns import FIRST_WHY, MET, UNMET, Column, ThresholdColumn, Values
from rules.conditions import Combination
from rules.facts import Answer
from rules.program import Program

Plane: TypeAlias = NDArray[np.uint64]
"""One row of words a condition or measure; bit r of the words is row r of the batch."""

WORD = 64
_BYTES = WORD // 8
_CELLS = 1 << 18
"""So many bytes are spread over rows at a time: they stay in the cache."""

_REMEMBERED = 1 << 26
"""So many outcomes (a byte each) of distinct answers are remembered from batch to batch."""

_MASKS, _FEW = 1 << 23, 48
"""Where so few answers a test pass, joining the rows that gave each is quicker than looking at every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerColumn:
    """One fact of every row: the distinct answers, and which of them each row gave."""

    answers: Sequence[Answer | None]
    rows: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """One number (or day, as its ordinal) of every row; NaN where it is missing."""

    numbers: NDArray[np.float64]


FactColumn: TypeAlias = AnswerColumn | NumberColumn
FactColumns: TypeAlias = Mapping[str, FactColumn]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """What holds for sure and what may hold, for every node or every measure."""

    true: Plane
    maybe: Plane

    @property
    def unknown(self) -> Plane:
        """Return what may hold and is not sure."""
        return self.maybe & ~self.true


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The outcome for `size` rows: planes of the program's nodes and of its measures.

    `known` keeps, for each column of tests, the outcomes of the distinct answers (a row a test), for the reasons.
    """

    size: int
    nodes: Planes
    measures: Planes
    facts: FactColumns
    known: tuple[Values, ...]


class BatchProgram:
    """A compiled program that decides whole columns; each distinct test once for each distinct answer."""

    def __init__(self, program: Program) -> None:
        """Sort the measures by how many conditions they have, so that each sort is combined at once."""
        self.program = program
        ends = np.append(program.offsets[1:], len(program.flat))
        counts = ends - program.offsets
        self._by_count = [
            (places, program.flat[program.offsets[places][:, None] + np.arange(count)[None, :]])
            for count in np.unique(counts)
            if (places := np.flatnonzero(counts == count)).size
        ]
        self._decided: dict[tuple[int, Answer | None], Values] = {}
        self._room = _REMEMBERED // max(1, sum(len(column.positions) for column in program.columns))

    def decide(self, facts: FactColumns, size: int) -> Batch:
        """Decide every measure for `size` rows; a fact without a column is missing in all of them."""
        program, words = self.program, -(-size // WORD)
        every = pack(np.ones((1, size), dtype=np.bool_))[0]
        nodes = Planes(
            true=np.zeros((program.size, words), dtype=np.uint64),
            maybe=np.zeros((program.size, words), dtype=np.uint64),
        )
        if len(self._decided) > self._room * len(program.columns):
            self._decided = {}
        known = tuple(self._known(number, facts.get(column.fact)) for number, column in enumerate(program.columns))
        for column, outcomes in zip(program.columns, known, strict=True):
            _decide_column(column, facts.get(column.fact), outcomes, nodes, every)
        for (combination, parts), node in program.groups.items():
            _combine(combination, nodes, np.array(parts, dtype=np.intp), node, every)
        nodes.true[-1] = nodes.maybe[-1] = every
        return Batch(size=size, nodes=nodes, measures=self._all_met(nodes, words), facts=facts, known=known)

    def _known(self, number: int, fact: FactColumn | None) -> Values:
        """Return the outcome of each test (rows) of a column for each distinct answer; numbers have their own way."""
        column, decided = self.program.columns[number], self._decided
        answers = fact.answers if isinstance(fact, AnswerColumn) else (None,)
        for answer in answers:
            if (number, answer) not in decided:
                decided[number, answer] = column.outcomes(answer)
        return np.stack([decided[number, answer] for answer in answers], axis=1)

    def conditions(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]]:
        """Yield measures with equally many conditions: their places, their nodes (a row a measure), whose facts."""
        for places, nodes in self._by_count:
            yield places, nodes, self.program.fact_numbers[nodes]

    def any_met(self, batch: Batch, conditions: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Plane:
        """Return, for every measure, where one of some conditions (measures in order, nodes beside them) is met."""
        places, nodes = conditions
        met = np.zeros_like(batch.measures.true)
        if len(places):
            own, starts = np.unique(places, return_index=True)
            met[own] = np.bitwise_or.reduceat(batch.nodes.true[nodes], starts, axis=0)
        return met

    def _all_met(self, nodes: Planes, words: int) -> Planes:
        size = len(self.program.measures)
        met = Planes(true=np.empty((size, words), dtype=np.uint64), maybe=np.empty((size, words), dtype=np.uint64))
        for places, wanted in self._by_count:
            for ours, theirs in ((met.true, nodes.true), (met.maybe, nodes.maybe)):
                together = theirs[wanted[:, 0]]
                for position in range(1, wanted.shape[1]):
                    together &= theirs[wanted[:, position]]
                ours[places] = together
        return met

    def outcomes(self, batch: Batch) -> Values:
        """Return, for each row and node, 0 unmet, 2 met or the code of why it is unknown (rules/columns.py)."""
        program = self.program
        found = np.full((program.size, batch.size), MET, dtype=np.int8)
        for column, known in zip(program.columns, batch.known, strict=True):
            found[column.positions] = _outcomes(column, batch.facts.get(column.fact), known)
        for (combination, parts), node in program.groups.items():
            found[node] = _combined_outcomes(combination, found[list(parts)])
        return found.T


def pack(bits: NDArray[np.bool_]) -> Plane:
    """Pack a row of bits a condition into a row of words."""
    packed = np.packbits(bits, axis=1, bitorder="little")
    words = np.zeros((len(packed), -(-packed.shape[1] // _BYTES)), dtype=np.uint64)
    words.view(np.uint8)[:, : packed.shape[1]] = packed
    return words


def unpack(plane: Plane, size: int) -> NDArray[np.bool_]:
    """Return a row of bits for each row of words."""
    return np.unpackbits(plane.view(np.uint8), axis=1, count=size, bitorder="little").view(np.bool_)


def count(plane: Plane) -> NDArray[np.int64]:
    """Return how many rows each row of words holds."""
    return np.asarray(np.bitwise_count(plane).sum(axis=1, dtype=np.int64))


def pairs(plane: Plane) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (place, row) of every bit set, by place then row; cheap where few are."""
    width = plane.shape[1]
    words = np.flatnonzero(plane)
    octets = plane.reshape(-1)[words].view(np.uint8)
    filled = np.flatnonzero(octets)
    bits = np.flatnonzero(np.unpackbits(octets[filled], bitorder="little"))
    octet = filled[bits >> 3]
    places, word = np.divmod(words[octet >> 3], max(1, width))
    return places, word * WORD + (octet & 7) * 8 + (bits & 7)


def _decide_column(column: Column, fact: FactColumn | None, known: Values, nodes: Planes, every: Plane) -> None:
    if fact is None:
        nodes.true[column.positions] = np.where(known == MET, every, np.uint64(0))
        nodes.maybe[column.positions] = np.where(known != UNMET, every, np.uint64(0))
    elif isinstance(fact, NumberColumn):
        _compare(column, fact, nodes)
    else:
        _spread(known, column.positions, fact.rows, nodes)


def _spread(known: Values, positions: NDArray[np.intp], rows: NDArray[np.intp], nodes: Planes) -> None:
    """Write the outcomes of distinct answers (a row a test) to the rows that gave them."""
    if known.shape[1] * len(rows) <= _MASKS and np.count_nonzero(known) <= _FEW * len(known):
        who = np.zeros((known.shape[1], len(rows)), dtype=np.bool_)
        who[rows, np.arange(len(rows))] = True
        givers = pack(who)
        nodes.true[positions] = _union(known == MET, givers)
        nodes.maybe[positions] = _union(known != UNMET, givers)
        return
    for block in _blocks(len(positions), len(rows)):
        spread = np.take(known[block], rows, axis=1)
        nodes.true[positions[block]] = pack(spread == MET)
        nodes.maybe[positions[block]] = pack(spread != UNMET)


def _union(holds: NDArray[np.bool_], givers: Plane) -> Plane:
    """Return, for each test, all rows that gave one of the answers for which it holds."""
    together = np.zeros((len(holds), givers.shape[1]), dtype=np.uint64)
    tests, answers = np.nonzero(holds)
    own, starts = np.unique(tests, return_index=True)
    ends = np.append(starts[1:], len(tests))
    for test, start, end in zip(own.tolist(), starts.tolist(), ends.tolist(), strict=False):
        np.bitwise_or.reduce(givers[answers[start:end]], axis=0, out=together[test])
    return together


def _compare(column: Column, fact: NumberColumn, nodes: Planes) -> None:
    if not isinstance(column, ThresholdColumn):
        raise TypeError(f"{column.fact} is no number")
    missing = pack(np.isnan(fact.numbers)[None, :])
    for block in _blocks(len(column.positions), len(fact.numbers)):
        holds = pack(column.holds(fact.numbers, block))
        nodes.true[column.positions[block]] = holds
        nodes.maybe[column.positions[block]] = holds | missing


def _blocks(tests: int, rows: int) -> Iterable[slice]:
    step = max(1, _CELLS // max(rows, 1))
    return (slice(start, min(tests, start + step)) for start in range(0, tests, step))


def _combine(combination: Combination, nodes: Planes, parts: NDArray[np.intp], node: int, every: Plane) -> None:
    if combination is Combination.NOT:
        nodes.true[node] = every & ~nodes.maybe[parts[0]]
        nodes.maybe[node] = every & ~nodes.true[parts[0]]
        return
    join = np.bitwise_and if combination is Combination.ALL else np.bitwise_or
    nodes.true[node] = join.reduce(nodes.true[parts], axis=0)
    nodes.maybe[node] = join.reduce(nodes.maybe[parts], axis=0)


def _outcomes(column: Column, fact: FactColumn | None, known: Values) -> Values:
    """Return the outcome of each test (rows) for each row of the batch (columns), or for all of them alike."""
    if isinstance(fact, AnswerColumn):
        return np.take(known, fact.rows, axis=1)
    if fact is None:
        return known
    if not isinstance(column, ThresholdColumn):
        raise TypeError(f"{column.fact} is no number")
    decided = np.where(column.holds(fact.numbers, slice(None)), np.int8(MET), np.int8(UNMET))
    return np.where(np.isnan(fact.numbers)[None, :], known, decided)


def _combined_outcomes(combination: Combination, parts: Values) -> Values:
    """Combine outcomes of parts (rows); an unknown whole has the reason of its first unknown part."""
    values = np.where(parts >= FIRST_WHY, np.int8(1), parts)
    if combination is Combination.NOT:
        whole = np.int8(MET) - values[0]
    else:
        whole = values.min(axis=0) if combination is Combination.ALL else values.max(axis=0)
    first = np.argmax(parts >= FIRST_WHY, axis=0)
    return np.asarray(np.where(whole == 1, np.take_along_axis(parts, first[None, :], axis=0)[0], whole))
