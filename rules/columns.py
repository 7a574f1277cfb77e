"""Columns of tests that read the same fact with the same operator, decided in a few array operations."""

from __future__ import annotations

import operator as compare
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rules.conditions import Test
from rules.facts import Answer, Value
from rules.operators import decide
from rules.trace import Taxonomies
from rules.verdict import STRENGTH
from seeds.taxonomy import Taxonomy

Values: TypeAlias = NDArray[np.int8]
Positions: TypeAlias = NDArray[np.intp]

UNMET, UNKNOWN, MET = 0, 1, 2
_COMPARE = {"at_least": compare.ge, "at_most": compare.le, "more_than": compare.gt, "less_than": compare.lt}


class Column(Protocol):
    """Tests on one fact; `positions` are their places among all tests of the program."""

    @property
    def fact(self) -> str:
        """Return the fact that every test of the column reads."""

    @property
    def positions(self) -> Positions:
        """Return the places of the column's tests."""

    def evaluate(self, answer: Answer | None) -> Values:
        """Return 0 unmet, 1 unknown or 2 met for each test of the column."""


@dataclass(frozen=True, slots=True)
class MembershipColumn:
    """`within` and `any_of`: which listed id belongs to which tests, so that only the profile's ids are looked up.

    Its tests are all `stated` or none is.
    """

    fact: str
    positions: Positions
    tests: tuple[Test, ...]
    taxonomy: Taxonomy
    listed: dict[str, Positions]
    scoped: dict[str, Positions]

    def evaluate(self, answer: Answer | None) -> Values:
        """Decide every test by what contains, or overlaps, the profile's values."""
        if answer is not None and answer.one_of:
            return _one_by_one(self.tests, answer, self.taxonomy)
        values = np.full(len(self.tests), UNKNOWN, dtype=np.int8)
        if answer is None:
            return values
        if answer.sure and not answer.unreadable:
            values[:] = UNMET
            for value in (*answer.sure, *answer.doubtful):
                overlapping = self.taxonomy.overlapping(str(value))
                _mark(values, self.listed, overlapping, UNKNOWN)
                _mark(values, self.scoped, overlapping, UNKNOWN)
        inferred = () if self.tests[0].stated else answer.inferred
        for value in (*answer.sure, *inferred):
            _mark(values, self.listed, self.taxonomy.ancestors(str(value)), MET)
        return values


@dataclass(frozen=True, slots=True)
class ThresholdColumn:
    """Comparisons of one number with many thresholds."""

    fact: str
    positions: Positions
    operator: str
    thresholds: NDArray[np.float64]

    def evaluate(self, answer: Answer | None) -> Values:
        """Compare the one known number with every threshold."""
        if answer is None or not answer.sure:
            return np.full(len(self.thresholds), UNKNOWN, dtype=np.int8)
        holds = _COMPARE[self.operator](float(answer.sure[0]), self.thresholds)  # type: ignore[arg-type]  # numbers are floats
        return np.where(holds, MET, UNMET).astype(np.int8)


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """Every other operator, decided one test after the other by the reference."""

    fact: str
    positions: Positions
    tests: tuple[Test, ...]
    taxonomy: Taxonomy | None

    def evaluate(self, answer: Answer | None) -> Values:
        """Apply the operator itself to each test."""
        return _one_by_one(self.tests, answer, self.taxonomy)


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
        thresholds = np.array([float(test.expected[0]) for test in tests])  # type: ignore[arg-type]  # numbers are floats
        return ThresholdColumn(fact, positions, operator, thresholds)
    return PlainColumn(fact, positions, tuple(tests), taxonomy)


def _index(lists: Iterable[tuple[Value, ...]] | Iterable[tuple[str, ...]]) -> dict[str, Positions]:
    places: dict[str, list[int]] = {}
    for position, ids in enumerate(lists):
        for listed in ids:
            places.setdefault(str(listed), []).append(position)
    return {listed: np.array(found, dtype=np.intp) for listed, found in places.items()}


def _mark(values: Values, index: dict[str, Positions], ids: frozenset[str], mark: int) -> None:
    for listed in index.keys() & ids:
        values[index[listed]] = mark


def _one_by_one(tests: tuple[Test, ...], answer: Answer | None, taxonomy: Taxonomy | None) -> Values:
    return np.array([STRENGTH[decide(test, answer, taxonomy).verdict] for test in tests], dtype=np.int8)
