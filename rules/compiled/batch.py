"""The compiled program over columns of facts: many profiles decided at once, as bits packed over the rows.

Two planes hold three values: `true` (met) and `maybe` (not unmet). rules/language/reference.py is right on every bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rules.compiled.bit_planes import (
    AnswerColumn,
    FactColumn,
    FactColumns,
    NumberColumn,
    Plane,
    Planes,
    every_row,
    pack,
    plane_of,
    whole_answers,
    words_of,
)
from rules.compiled.program import (
    LISTED,
    OUTCOMES_OF_RANKS,
    PASSING,
    MembershipColumn,
    Program,
    ThresholdColumn,
    Values,
    kinds_of,
    leaves_open,
)
from rules.language.facts import Answer
from rules.language.flat import Positions
from rules.language.measures import FIRST_WHY, MET, UNKNOWN, UNMET, Combination

_REMEMBERED = 1 << 26
"""So many outcomes (a byte each) of distinct answers are remembered from batch to batch."""

_CELLS = 1 << 18
"""So many bytes are spread over rows at a time: they stay in the cache."""

_WORDS = 1 << 20
"""So many words of who gave which answer are laid out at a time."""


@dataclass(frozen=True)
class NumbersCompared:
    """Numbers of rows beside thresholds; `missing` are the outcomes where there is no number."""

    column: ThresholdColumn
    fact: NumberColumn
    missing: Values

    def write(self, nodes: Planes) -> None:
        """Compare; a number that is missing may hold."""
        positions, (low, high) = self.column.positions, self.fact.ends
        absent = pack(np.isnan(low)[None, :])
        for block in _blocks(len(positions), len(low)):
            at_low = pack(self.column.holds(low, block))
            at_high = at_low if high is low else pack(self.column.holds(high, block))
            nodes.true[positions[block]] = at_low & at_high
            nodes.maybe[positions[block]] = at_low | at_high | absent

    def outcomes(self) -> Values:
        """Compare; a number that is missing has its reason."""
        low, high = self.fact.ends
        passing = sum(self.column.holds(end, slice(None)).astype(np.int8) for end in (low, high))
        return np.where(np.isnan(low)[None, :], self.missing[:, None], PASSING[passing])


@dataclass(frozen=True)
class AnswersDecided:
    """Outcomes of distinct answers (`known`, a row a test), and which of the answers is each row's."""

    positions: Positions
    known: Values
    places: Positions

    def write(self, nodes: Planes) -> None:
        """Spread the outcomes over the rows."""
        if self.known.shape[1] == 1:
            every = every_row(len(self.places))
            nodes.true[self.positions] = np.where(self.known == MET, every, np.uint64(0))
            nodes.maybe[self.positions] = np.where(self.known != UNMET, every, np.uint64(0))
            return
        for block in _blocks(len(self.positions), len(self.places)):
            spread = np.take(self.known[block], self.places, axis=1)
            nodes.true[self.positions[block]] = pack(spread == MET)
            nodes.maybe[self.positions[block]] = pack(spread != UNMET)

    def outcomes(self) -> Values:
        """Spread the outcomes over the rows."""
        return np.take(self.known, self.places, axis=1)


@dataclass(frozen=True)
class AnswersAddedUp:
    """Marks of distinct answers (`ranks`, a row a test) of which a row may give several: the highest counts."""

    positions: Positions
    ranks: Values
    fact: AnswerColumn
    size: int

    @cached_property
    def kinds(self) -> NDArray[np.intp]:
        """Return what kinds of answers each row gave."""
        kinds = np.zeros(self.size, dtype=np.intp)
        of_answers = np.array([kinds_of(answer) for answer in self.fact.answers], dtype=np.intp)
        np.bitwise_or.at(kinds, self.fact.rows, of_answers[self.fact.given])
        return kinds

    def write(self, nodes: Planes) -> None:
        """Join, for each test, the rows that gave the answers which mark it."""
        nodes.maybe[self.positions] = pack(leaves_open(self.kinds)[None, :])
        for block, givers in self._givers():
            ranks = self.ranks[:, block]
            listed, rows = _markers(ranks == LISTED, givers)
            nodes.true[self.positions[listed]] |= rows
            nodes.maybe[self.positions[listed]] |= rows
            marked, rows = _markers((ranks > 0) & (ranks < LISTED), givers)
            nodes.maybe[self.positions[marked]] |= rows

    def _givers(self) -> Iterable[tuple[slice, Plane]]:
        """Yield blocks of answers with the rows that gave each."""
        words = words_of(self.size)
        step = max(1, _WORDS // max(1, words))
        for start in range(0, len(self.fact.answers), step):
            block = slice(start, min(start + step, len(self.fact.answers)))
            here = (self.fact.given >= block.start) & (self.fact.given < block.stop)
            shape = (block.stop - block.start, words)
            yield block, plane_of(self.fact.given[here] - block.start, self.fact.rows[here], shape)

    def outcomes(self) -> Values:
        """Take the highest rank of each row's answers, one answer of every row at a time."""
        order = np.argsort(self.fact.rows, kind="stable")
        rows, given = self.fact.rows[order], self.fact.given[order]
        counts = np.bincount(rows, minlength=self.size)
        turn = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        ranks = np.zeros((len(self.positions), self.size), dtype=np.int8)
        for number in range(counts.max(initial=0)):
            now = turn == number
            ranks[:, rows[now]] = np.maximum(ranks[:, rows[now]], self.ranks[:, given[now]])
        return np.asarray(OUTCOMES_OF_RANKS[self.kinds[None, :], ranks])


DecidedColumn: TypeAlias = NumbersCompared | AnswersDecided | AnswersAddedUp
"""A column of tests decided for every row: `write` puts their planes where nothing stands yet, `outcomes` tells why."""


def _markers(holds: NDArray[np.bool_], givers: Plane) -> tuple[Positions, Plane]:
    """Return the tests (rows of `holds`) that hold for an answer, and beside each who gave one of these answers.

    The tests with most answers come first, so that the n-th answers of all tests that have so many are joined at once.
    """
    tests, answers = np.divmod(np.flatnonzero(holds), holds.shape[1])
    counts = np.bincount(tests, minlength=len(holds))
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    starts = (np.cumsum(counts) - counts)[order]
    joined = np.zeros((len(order), givers.shape[1]), dtype=np.uint64)
    for turn in range(counts.max(initial=0)):
        so_many = np.count_nonzero(counts > turn)
        joined[:so_many] |= givers[answers[starts[:so_many] + turn]]
    return order, joined


def _blocks(tests: int, rows: int) -> Iterable[slice]:
    step = max(1, _CELLS // max(rows, 1))
    return (slice(start, min(tests, start + step)) for start in range(0, tests, step))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The outcome for `size` rows: planes of the program's nodes and of its measures, and the columns of its tests.

    All measures but those `in_doubt` have no condition that is unknown for anybody.
    """

    size: int
    nodes: Planes
    measures: Planes
    in_doubt: Positions
    facts: FactColumns
    columns: tuple[DecidedColumn, ...]


class BatchProgram:
    """A compiled program that decides whole columns; each distinct test once for each distinct answer.

    It remembers the outcomes of answers up to a limit and then forgets all, so only one thread may use it.
    """

    def __init__(self, program: Program) -> None:
        """Remember nothing yet."""
        self.program = program
        self._remembered: dict[tuple[int, str, Answer | None], Values] = {}
        self._room = _REMEMBERED // max(1, sum(len(column.positions) for column in program.columns))

    def decide(self, facts: FactColumns, size: int) -> Batch:
        """Decide every measure for `size` rows; a fact without a column is missing in all of them."""
        program, words, every = self.program, words_of(size), every_row(size)
        nodes = Planes(
            true=np.zeros((program.size, words), dtype=np.uint64),
            maybe=np.zeros((program.size, words), dtype=np.uint64),
        )
        if len(self._remembered) > self._room * len(program.columns):
            self._remembered = {}
        columns = tuple(self._decided(number, facts.get(c.fact), size) for number, c in enumerate(program.columns))
        for column in columns:
            column.write(nodes)
        for combination, parts, node in program.groups:
            _combine(combination, nodes, np.array(parts, dtype=np.intp), node, every)
        nodes.true[-1] = nodes.maybe[-1] = every
        measures, in_doubt = self._all_met(nodes, words)
        return Batch(size=size, nodes=nodes, measures=measures, in_doubt=in_doubt, facts=facts, columns=columns)

    def _decided(self, number: int, fact: FactColumn | None, size: int) -> DecidedColumn:
        column = self.program.columns[number]
        if isinstance(fact, NumberColumn):
            if not isinstance(column, ThresholdColumn):
                raise TypeError(f"{column.fact} is no number")
            return NumbersCompared(column, fact, column.outcomes(None))
        if fact is None:
            known = self._each(number, [None], column.outcomes)
            return AnswersDecided(column.positions, known, np.zeros(size, dtype=np.intp))
        alone = all(answer.planned is None and answer.ruled_out is None for answer in fact.answers)
        if isinstance(column, MembershipColumn) and alone:
            return AnswersAddedUp(column.positions, self._each(number, fact.answers, column.ranks), fact, size)
        answers, places = whole_answers(fact, size)
        return AnswersDecided(column.positions, self._each(number, answers, column.outcomes), places)

    def _each(self, number: int, answers: Sequence[Answer | None], decide: Callable[[Any], Values]) -> Values:
        """Return what is stated of each distinct answer (a column each); it is remembered from batch to batch."""
        known, kind = self._remembered, decide.__name__  # outcomes and ranks of the same answer are two things
        for answer in answers:
            if (number, kind, answer) not in known:
                known[number, kind, answer] = decide(answer)
        return np.stack([known[number, kind, answer] for answer in answers], axis=1)

    def conditions(self) -> Iterator[tuple[Positions, Positions, Positions]]:
        """Yield measures with equally many conditions: their places, their nodes (a row a measure), whose facts."""
        for places, nodes in self.program.by_count:
            yield places, nodes.T, self.program.fact_numbers[nodes.T]

    def any_met(self, batch: Batch, conditions: tuple[Positions, Positions], *, not_so: bool = False) -> Plane:
        """Return, for every measure, where one of some conditions (measures in order, nodes beside them) is met.

        `not_so` asks where one is not.
        """
        places, nodes = conditions
        met = np.zeros_like(batch.measures.true)
        if len(places):
            own, starts = np.unique(places, return_index=True)
            true = batch.nodes.true[nodes]
            met[own] = np.bitwise_or.reduceat(~true if not_so else true, starts, axis=0)
        return met

    def _all_met(self, nodes: Planes, words: int) -> tuple[Planes, Positions]:
        """Join the conditions of each measure, and tell which measures have one that is unknown for somebody."""
        true = np.empty((self.program.count, words), dtype=np.uint64)
        for places, conditions in self.program.by_count:
            true[places] = _joined(nodes.true, conditions)
        maybe, in_doubt = true.copy(), np.zeros(len(true), dtype=np.bool_)
        unsure = (nodes.maybe != nodes.true).any(axis=1)
        for places, conditions in self.program.by_count:
            doubted = unsure[conditions].any(axis=0)
            maybe[places[doubted]] = _joined(nodes.maybe, conditions[:, doubted])
            in_doubt[places[doubted]] = True
        return Planes(true=true, maybe=maybe), np.flatnonzero(in_doubt)

    def outcomes(self, batch: Batch) -> Values:
        """Return, for each row and node, 0 unmet, 2 met or the code of why it is unknown."""
        program = self.program
        found = np.full((program.size, batch.size), MET, dtype=np.int8)
        for column, decided in zip(program.columns, batch.columns, strict=True):
            found[column.positions] = decided.outcomes()
        for combination, parts, node in program.groups:
            found[node] = _combined_outcomes(combination, found[list(parts)])
        return found.T


def _joined(plane: Plane, wanted: Positions) -> Plane:
    """Return what the nodes of each column of `wanted` have in common."""
    together: Plane = plane[wanted[0]]
    for nodes in wanted[1:]:
        together &= plane[nodes]
    return together


def _combine(combination: Combination, nodes: Planes, parts: Positions, node: int, every: Plane) -> None:
    if combination is Combination.NOT:
        nodes.true[node] = every & ~nodes.maybe[parts[0]]
        nodes.maybe[node] = every & ~nodes.true[parts[0]]
        return
    join = np.bitwise_and if combination is Combination.ALL else np.bitwise_or
    nodes.true[node] = join.reduce(nodes.true[parts], axis=0)
    nodes.maybe[node] = join.reduce(nodes.maybe[parts], axis=0)


def _combined_outcomes(combination: Combination, parts: Values) -> Values:
    """Combine outcomes of parts (rows); an unknown whole has the reason of its first unknown part."""
    values = np.where(parts >= FIRST_WHY, np.int8(UNKNOWN), parts)
    if combination is Combination.NOT:
        whole = np.int8(MET) - values[0]
    else:
        whole = values.min(axis=0) if combination is Combination.ALL else values.max(axis=0)
    first = np.argmax(parts >= FIRST_WHY, axis=0)
    return np.asarray(np.where(whole == UNKNOWN, np.take_along_axis(parts, first[None, :], axis=0)[0], whole))
