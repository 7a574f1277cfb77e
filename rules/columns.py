"""Columns of tests that read the same fact with the same operator, decided in a few array operations."""

from __future__ import annotations

import operator as compare
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rules.conditions import Test
from rules.facts import Answer, Taxonomies, Value
from rules.operators import comparable, decide
from rules.verdict import MET, UNKNOWN, UNMET, Verdict, Why, code_of
from seeds.taxonomy import Taxonomy

Values: TypeAlias = NDArray[np.int8]
Positions: TypeAlias = NDArray[np.intp]

_COMPARE = {
    "at_least": compare.ge, "at_most": compare.le, "more_than": compare.gt, "less_than": compare.lt,
    "on_or_after": compare.ge, "on_or_before": compare.le,
}  # fmt: skip
_NONE: Positions = np.array([], dtype=np.intp)

_MISSING, _UNRECOGNISED, _AMBIGUOUS, _TOO_COARSE = (
    code_of(Verdict.UNKNOWN, why) for why in (Why.FACT_MISSING, Why.UNRECOGNISED, Why.AMBIGUOUS, Why.TOO_COARSE)
)


LISTED_OPENLY, RESEMBLES, READS, OVERLAPS, LISTED = range(1, 6)
STATED, DOUBTFUL, UNREADABLE = 1, 2, 4


def kinds_of(answer: Answer) -> int:
    """Return STATED, DOUBTFUL and UNREADABLE, a bit each."""
    stated = STATED if answer.sure or answer.one_of else 0
    return stated | (DOUBTFUL if answer.doubtful else 0) | (UNREADABLE if answer.unreadable else 0)


def _unmarked(kinds: int) -> int:
    """Return what holds for a test that nothing marks, by the kinds of what was answered."""
    if kinds & UNREADABLE:
        return _UNRECOGNISED
    if kinds & STATED:
        return UNMET
    return _UNRECOGNISED if kinds & DOUBTFUL else _MISSING


def _ranked(kinds: int) -> list[int]:
    """Return the outcome of each rank; an open list leaves open only what would be unmet."""
    unmarked = _unmarked(kinds)
    listed_openly = _AMBIGUOUS if unmarked == UNMET else unmarked
    return [unmarked, listed_openly, _UNRECOGNISED, _AMBIGUOUS, _TOO_COARSE, MET]


OUTCOMES_OF_RANKS = np.array([_ranked(kinds) for kinds in range(8)], dtype=np.int8)
"""The outcome of a test: a row for the kinds of what was answered, a column for the rank of its mark."""


def leaves_open(kinds: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell for which kinds of answers a test that nothing marks is unknown."""
    return np.asarray(OUTCOMES_OF_RANKS[kinds, 0] != UNMET)


def as_values(outcomes: Values) -> Values:
    """Return 0 unmet, 1 unknown or 2 met: outcomes without their reasons."""
    return np.where(outcomes > MET, np.int8(UNKNOWN), outcomes)


@dataclass(frozen=True, slots=True)
class MembershipColumn:
    """`within` and `any_of`: which listed id belongs to which tests, so that only the profile's ids are looked up.

    Its tests are all `stated` or none is. `found` remembers which tests each value concerns, the same whoever asks.
    """

    fact: str
    positions: Positions
    tests: tuple[Test, ...]
    taxonomy: Taxonomy
    listed: dict[str, Positions]
    scoped: dict[str, Positions]
    found: dict[str, tuple[Positions, Positions, Positions]] = field(default_factory=dict)

    def outcomes(self, answer: Answer | None) -> Values:
        """Decide every test by the mark that ranks highest."""
        if answer is None:
            return np.full(len(self.tests), _MISSING, dtype=np.int8)
        return np.asarray(OUTCOMES_OF_RANKS[kinds_of(answer)][self.ranks(answer)])

    def ranks(self, answer: Answer) -> Values:
        """Return how each test is marked, 0 when it is not: a later mark overrules.

        When a row gives several answers, of which at most one has several readings, the highest rank counts.
        """
        ranks = np.zeros(len(self.tests), dtype=np.int8)
        for value in (*answer.sure, *answer.one_of, *answer.doubtful):
            ranks[self._concerned(value)[2]] = LISTED_OPENLY
        for values, rank in ((answer.doubtful, RESEMBLES), (answer.one_of, READS), (answer.sure, OVERLAPS)):
            for value in values:
                ranks[self._concerned(value)[1]] = rank
        if answer.one_of:
            ranks[self._in_every(answer.one_of)] = LISTED
        for value in answer.sure if self.tests[0].stated else (*answer.sure, *answer.inferred):
            ranks[self._concerned(value)[0]] = LISTED
        return ranks

    def _in_every(self, readings: tuple[Value, ...]) -> Positions:
        """Return the tests that every one of several readings meets."""
        met, counts = np.unique(np.concatenate([self._concerned(r)[0] for r in readings]), return_counts=True)
        return np.asarray(met[counts == len(readings)])

    def _concerned(self, value: Value) -> tuple[Positions, Positions, Positions]:
        """Return the tests that `value` meets, those it overlaps, and those whose open list it may belong to."""
        known = self.found.get(str(value))
        if known is None:
            overlapping = self.taxonomy.overlapping(str(value))
            known = self.found[str(value)] = (
                _under(self.listed, self.taxonomy.ancestors(str(value))),
                _under(self.listed, overlapping),
                _under(self.scoped, overlapping),
            )
        return known


@dataclass(frozen=True, slots=True)
class ThresholdColumn:
    """Comparisons of one number, or one day, with many thresholds."""

    fact: str
    positions: Positions
    operator: str
    thresholds: NDArray[np.float64]

    def outcomes(self, answer: Answer | None) -> Values:
        """Compare the one known number with every threshold."""
        if answer is None or not answer.sure:
            unknown = _UNRECOGNISED if answer and answer.unreadable else _MISSING
            return np.full(len(self.thresholds), unknown, dtype=np.int8)
        return np.where(self.holds(np.array([comparable(answer.sure[0])]), slice(None))[:, 0], MET, UNMET).astype(
            np.int8
        )

    def holds(self, numbers: NDArray[np.float64], tests: slice) -> NDArray[np.bool_]:
        """Return, for each of some tests (rows) and each number (columns), whether it passes; NaN never does."""
        return np.asarray(_COMPARE[self.operator](numbers[None, :], self.thresholds[tests][:, None]))


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """Every other operator, decided one test after the other by the reference."""

    fact: str
    positions: Positions
    tests: tuple[Test, ...]
    taxonomy: Taxonomy | None

    def outcomes(self, answer: Answer | None) -> Values:
        """Apply the operator itself to each test."""
        decisions = (decide(test, answer, self.taxonomy) for test in self.tests)
        return np.array([code_of(decision.verdict, decision.why) for decision in decisions], dtype=np.int8)


Column: TypeAlias = MembershipColumn | ThresholdColumn | PlainColumn
"""Tests on one fact at `positions` among all tests of the program; `outcomes` decides them for one answer."""


def compile_columns(tests: Sequence[Test], taxonomies: Taxonomies) -> tuple[Column, ...]:
    """Sort tests into columns by fact, operator and whether inferred values count."""
    grouped: dict[tuple[str, str, bool], list[int]] = {}
    for position, test in enumerate(tests):
        grouped.setdefault((test.fact, test.operator, test.stated), []).append(position)
    return tuple(
        _column([tests[place] for place in places], np.array(places, dtype=np.intp), taxonomies.get(fact))
        for (fact, _, _), places in grouped.items()
    )


def _column(tests: list[Test], positions: Positions, taxonomy: Taxonomy | None) -> Column:
    fact, operator = tests[0].fact, tests[0].operator
    if taxonomy is not None and operator in ("within", "any_of"):
        listed = _index(test.expected for test in tests)
        scoped = _index(test.scope for test in tests)
        return MembershipColumn(fact, positions, tuple(tests), taxonomy, listed, scoped)
    if operator in _COMPARE:
        thresholds = np.array([comparable(test.expected[0]) for test in tests])
        return ThresholdColumn(fact, positions, operator, thresholds)
    return PlainColumn(fact, positions, tuple(tests), taxonomy)


def _index(lists: Iterable[tuple[Value, ...]] | Iterable[tuple[str, ...]]) -> dict[str, Positions]:
    places: dict[str, list[int]] = {}
    for position, ids in enumerate(lists):
        for listed in ids:
            places.setdefault(str(listed), []).append(position)
    return {listed: np.array(found, dtype=np.intp) for listed, found in places.items()}


def _under(index: dict[str, Positions], ids: frozenset[str]) -> Positions:
    """Return the tests listed under any of `ids`, each once."""
    lists = [index[listed] for listed in index.keys() & ids]
    return np.unique(np.concatenate(lists)) if lists else _NONE
