"""Columns of tests decided for many rows: as planes of bits, and as outcomes with their reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rules.columns import (
    LISTED,
    OUTCOMES_OF_RANKS,
    Positions,
    ThresholdColumn,
    Values,
    kinds_of,
    leaves_open,
)
from rules.fact_columns import AnswerColumn, NumberColumn
from rules.planes import Plane, Planes, every_row, pack, plane_of, words_of
from rules.verdict import MET, UNMET

_CELLS = 1 << 18
"""So many bytes are spread over rows at a time: they stay in the cache."""

_WORDS = 1 << 20
"""So many words of who gave which answer are laid out at a time."""


class DecidedColumn(Protocol):
    """What a column of tests comes to for every row."""

    def write(self, nodes: Planes) -> None:
        """Write the planes of the column's tests to their places, where nothing stands yet."""

    def outcomes(self) -> Values:
        """Return 0 unmet, 2 met or the code of why it is unknown, for tests (rows) and rows (columns)."""


@dataclass(frozen=True)
class NumbersCompared:
    """Numbers of rows beside thresholds; `missing` are the outcomes where there is no number."""

    column: ThresholdColumn
    fact: NumberColumn
    missing: Values

    def write(self, nodes: Planes) -> None:
        """Compare; a number that is missing may hold."""
        positions, numbers = self.column.positions, self.fact.numbers
        absent = pack(np.isnan(numbers)[None, :])
        for block in _blocks(len(positions), len(numbers)):
            holds = pack(self.column.holds(numbers, block))
            nodes.true[positions[block]] = holds
            nodes.maybe[positions[block]] = holds | absent

    def outcomes(self) -> Values:
        """Compare; a number that is missing has its reason."""
        numbers = self.fact.numbers
        decided = np.where(self.column.holds(numbers, slice(None)), np.int8(MET), np.int8(UNMET))
        return np.where(np.isnan(numbers)[None, :], self.missing[:, None], decided)


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
            listed, rows = _joined(ranks == LISTED, givers)
            nodes.true[self.positions[listed]] |= rows
            nodes.maybe[self.positions[listed]] |= rows
            marked, rows = _joined((ranks > 0) & (ranks < LISTED), givers)
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


def _joined(holds: NDArray[np.bool_], givers: Plane) -> tuple[Positions, Plane]:
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
