"""Measures compiled to be decided all at once: each distinct test once a profile, like tests in a few array operations.

Values are places in Kleene's order (rules/language/measures.py). rules/language/reference.py is the reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rules.language.facts import Answer, Answers, Taxonomies, Value
from rules.language.measures import (
    CODE_OF,
    MET,
    UNKNOWN,
    UNMET,
    Combination,
    Condition,
    Conditional,
    Leaf,
    Test,
    Verdict,
    Why,
    asserted_leaves,
)
from rules.language.reference import COMPARISONS, comparable, decide
from seeds.vocabulary import Taxonomy

Values: TypeAlias = NDArray[np.int8]
Positions: TypeAlias = NDArray[np.intp]

_NONE: Positions = np.array([], dtype=np.intp)

_MISSING, _UNRECOGNISED, _AMBIGUOUS, _TOO_COARSE, _PLANNED = (
    CODE_OF[Verdict.UNKNOWN, why]
    for why in (Why.FACT_MISSING, Why.UNRECOGNISED, Why.AMBIGUOUS, Why.TOO_COARSE, Why.PLANNED)
)


LISTED_OPENLY, RESEMBLES, READS, OVERLAPS, LISTED = range(1, 6)
STATED, DOUBTFUL, UNREADABLE = 1, 2, 4


def kinds_of(answer: Answer) -> int:
    """Return STATED, DOUBTFUL and UNREADABLE, a bit each."""
    stated = STATED if answer.sure or answer.one_of else 0
    return stated | (DOUBTFUL if answer.doubtful else 0) | (UNREADABLE if answer.unreadable else 0)


def _ranked(kinds: int) -> list[int]:
    """Return the outcome of each rank; an open list leaves open only what would be unmet."""
    unmarked = _UNRECOGNISED if kinds & (DOUBTFUL | UNREADABLE) else _MISSING
    if kinds & STATED and not kinds & UNREADABLE:
        unmarked = UNMET
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
        """Decide every test by the mark that ranks highest; a plan opens what stands in the way as yet."""
        if answer is None:
            return np.full(len(self.tests), _MISSING, dtype=np.int8)
        now = np.asarray(OUTCOMES_OF_RANKS[kinds_of(answer)][self.ranks(answer)])
        return now if answer.planned is None else self._opened(now, answer, answer.planned)

    def _opened(self, now: Values, answer: Answer, planned: Answer) -> Values:
        """Return the outcomes with those that a plan changes; tests of what is not listed are few: one by one."""
        then = self.outcomes(planned)
        if not self.tests[0].stated:
            return np.where(now == UNMET, np.where(then == MET, np.int8(_PLANNED), then), now)
        for place in np.flatnonzero(now != then).tolist():
            decision = decide(self.tests[place], answer, self.taxonomy)
            now[place] = CODE_OF[decision.verdict, decision.why]
        return now

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
            met, counts = np.unique(np.concatenate([self._concerned(r)[0] for r in answer.one_of]), return_counts=True)
            ranks[met[counts == len(answer.one_of)]] = LISTED
        for value in answer.sure if self.tests[0].stated else (*answer.sure, *answer.inferred):
            ranks[self._concerned(value)[0]] = LISTED
        return ranks

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
        met = self.holds(np.array([comparable(answer.sure[0])]), slice(None))[:, 0]
        return np.where(met, np.int8(MET), np.int8(UNMET))

    def holds(self, numbers: NDArray[np.float64], tests: slice) -> NDArray[np.bool_]:
        """Return, for each of some tests (rows) and each number (columns), whether it passes; NaN never does."""
        return np.asarray(COMPARISONS[self.operator](numbers[None, :], self.thresholds[tests][:, None]))


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
        return np.array([CODE_OF[decision.verdict, decision.why] for decision in decisions], dtype=np.int8)


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
    if operator in COMPARISONS:
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


Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The outcome for every measure, in the program's order.

    `nodes` holds the value of every distinct condition; `unmet` and `unknown` count the conditions of each measure.
    """

    nodes: Values
    verdicts: Values
    unmet: NDArray[np.int64]
    unknown: NDArray[np.int64]


class Program:
    """A catalogue's measures, compiled once; `decide` may be called from any thread.

    It remembers which conditions read which facts, and its columns which tests a value concerns. That follows from the
    measures alone, so a thread that works it out once more writes the same.

    Nodes are the distinct conditions: first `tests`, then `groups` (parts before wholes), then one that is always met,
    the only condition of a measure that states none.
    The conditions of measure i are flat[offsets[i]:offsets[i + 1]], and rows tells i for each of them; `by_count` has
    those of the measures with equally many beside each other, a column a measure. The fact of node i is
    fact_names[fact_numbers[i]], "" for a group that reads several.
    """

    def __init__(self, measures: Sequence[Conditional], taxonomies: Taxonomies) -> None:
        """Give every distinct condition a number and index the tests by fact and operator."""
        self.measures = tuple(measures)
        tests: dict[Test, int] = {}
        for measure in self.measures:
            for test in measure.tests:
                tests.setdefault(test, len(tests))
        self.tests = tests
        self.groups: dict[tuple[Combination, tuple[int, ...]], int] = {}
        nodes = [[self.node_of(condition) for condition in measure.conditions] for measure in self.measures]
        always_met = self.size - 1
        rows = [row or [always_met] for row in nodes]
        self.offsets: Indices = np.cumsum([0, *(len(row) for row in rows)], dtype=np.intp)[:-1]
        self.flat: Indices = np.array([node for row in rows for node in row], dtype=np.intp)
        self.by_count = tuple(_by_count(rows))
        self._below = [frozenset({test.fact}) for test in tests]
        for _, parts in self.groups:
            self._below.append(frozenset().union(*(self._below[part] for part in parts)))
        self._below.append(frozenset())
        # A group has a fact only when all its leaves read the same one; what is always met has none.
        facts = [next(iter(below)) if len(below) == 1 else "" for below in self._below]
        self.fact_names = tuple(dict.fromkeys(facts))
        self.fact_numbers: Indices = np.array([self.fact_names.index(fact) for fact in facts], dtype=np.intp)
        self._readers: dict[tuple[str, ...], tuple[Indices, Indices]] = {}
        self._touching: dict[str, tuple[Indices, Indices]] = {}
        self._among: dict[frozenset[str], tuple[Indices, Indices]] = {}
        self.rows: Indices = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        self.tests_on = self._tests_by_fact()
        self.columns = compile_columns(tuple(tests), taxonomies)
        self.columns_on: dict[str, list[Column]] = {}
        self.unanswered: Values = np.full(self.size, MET, dtype=np.int8)
        for column in self.columns:
            self.columns_on.setdefault(column.fact, []).append(column)
            self.unanswered[column.positions] = column.outcomes(None)

    @property
    def size(self) -> int:
        """Return how many nodes there are."""
        return len(self.tests) + len(self.groups) + 1

    def decide(self, answers: Answers) -> Decisions:
        """Decide every measure for one profile's answers."""
        outcomes = self.unanswered.copy()
        for fact, answer in answers.items():
            for column in self.columns_on.get(fact, ()):
                outcomes[column.positions] = column.outcomes(answer)
        nodes = as_values(outcomes)
        values = nodes.tolist()  # groups are small: plain numbers are quicker than arrays of two
        for (combination, parts), node in self.groups.items():
            inside = [values[part] for part in parts]
            if combination is Combination.NOT:
                values[node] = MET - inside[0]
            else:
                values[node] = min(inside) if combination is Combination.ALL else max(inside)
        nodes[len(self.tests) :] = values[len(self.tests) :]
        unmet, unknown = self._count(nodes)
        verdicts = MET - np.maximum(MET * (unmet > 0).view(np.int8), (unknown > 0).view(np.int8))
        return Decisions(nodes=nodes, verdicts=verdicts, unmet=unmet, unknown=unknown)

    def _count(self, nodes: Values) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count the conditions of each measure that are unmet and unknown: both in one sum, the one above the other.

        The sum is as narrow as the longest measure allows, which makes adding several times quicker.
        """
        longest = max((len(conditions) for _, conditions in self.by_count), default=0)
        width, bits = (np.uint8, 4) if longest < 1 << 4 else (np.uint32, 16)
        weights = np.array([1 << bits, 1, 0], dtype=width)[nodes]
        both = np.empty(len(self.measures), dtype=width)
        for places, conditions in self.by_count:
            both[places] = np.add.reduce(weights[conditions], axis=0, dtype=width)
        unmet, unknown = np.right_shift(both, bits), np.bitwise_and(both, (1 << bits) - 1)
        return unmet.astype(np.int64), unknown.astype(np.int64)

    def conditions_on(self, decisions: Decisions, value: int, facts: Iterable[str]) -> NDArray[np.int64]:
        """Count, for each measure, its conditions on any of `facts` that came out as `value`."""
        measures, nodes = self.conditions_reading(facts)
        return np.bincount(measures[decisions.nodes[nodes] == value], minlength=len(self.measures))

    def conditions_reading(self, facts: Iterable[str]) -> tuple[Indices, Indices]:
        """Return measures and nodes, side by side, of all conditions on any of `facts` (found at the first call)."""
        wanted = tuple(facts)
        if wanted not in self._readers:
            numbers = [self.fact_names.index(fact) for fact in wanted if fact in self.fact_names]
            chosen = np.isin(self.fact_numbers[self.flat], numbers)
            self._readers[wanted] = self.rows[chosen], self.flat[chosen]
        return self._readers[wanted]

    def conditions_touching(self, fact: str) -> tuple[Indices, Indices]:
        """Return measures and nodes, side by side, of all conditions that read a fact, be it beside others."""
        if fact not in self._touching:
            self._touching[fact] = self._chosen(fact in below for below in self._below)
        return self._touching[fact]

    def conditions_among(self, facts: frozenset[str]) -> tuple[Indices, Indices]:
        """Return measures and nodes, side by side, of all conditions that read nothing but `facts`."""
        if facts not in self._among:
            self._among[facts] = self._chosen(below <= facts for below in self._below)
        return self._among[facts]

    def _chosen(self, nodes: Iterable[bool]) -> tuple[Indices, Indices]:
        chosen = np.fromiter(nodes, dtype=np.bool_, count=self.size)[self.flat]
        return self.rows[chosen], self.flat[chosen]

    def fact_of(self, node: int) -> str:
        """Return the fact that a condition reads, "" for a group that reads several."""
        return self.fact_names[int(self.fact_numbers[node])]

    def facts_with(self, decisions: Decisions, value: int) -> frozenset[str]:
        """Return the facts on which some condition of some measure came out as `value`."""
        counts = np.bincount(self.fact_numbers[decisions.nodes == value], minlength=len(self.fact_names))
        return frozenset(self.fact_names[number] for number in np.flatnonzero(counts))

    def meets_somewhere(self, decisions: Decisions, facts: Iterable[str]) -> NDArray[np.bool_]:
        """Tell, for each measure, whether a test on any of `facts` is met in its conditions, inside a group or not."""
        met = np.zeros(len(self.measures), dtype=np.bool_)
        places, tests = self.tests_asserted(facts)
        met[places[decisions.nodes[tests] == MET]] = True
        return met

    def tests_asserted(self, facts: Iterable[str]) -> tuple[Indices, Indices]:
        """Return the measures and the tests on any of `facts` side by side; negated groups do not count."""
        asked = [self.tests_on[fact] for fact in facts if fact in self.tests_on]
        measures, tests = map(np.concatenate, zip((self.rows[:0], self.flat[:0]), *asked, strict=True))
        order = np.argsort(measures, kind="stable")
        return measures[order], tests[order]

    def node_of(self, condition: Condition) -> int:
        """Return the number of a condition; a new group gets one."""
        if isinstance(condition, Leaf):
            return self.tests[condition.test]
        key = (condition.combination, tuple(self.node_of(part) for part in condition.parts))
        return self.groups.setdefault(key, len(self.tests) + len(self.groups))

    def _tests_by_fact(self) -> dict[str, tuple[Indices, Indices]]:
        """Return, for each fact, the measures and the tests on it side by side; negated groups do not count."""
        pairs: dict[str, list[tuple[int, int]]] = {}
        for place, measure in enumerate(self.measures):
            for condition in measure.conditions:
                for leaf in asserted_leaves(condition):
                    pairs.setdefault(leaf.test.fact, []).append((place, self.tests[leaf.test]))
        split = {fact: np.array(found, dtype=np.intp) for fact, found in pairs.items()}
        return {fact: (found[:, 0], found[:, 1]) for fact, found in split.items()}


def _by_count(rows: Sequence[Sequence[int]]) -> Iterator[tuple[Indices, Indices]]:
    """Sort measures by how many conditions they have: their places, and their nodes (a column a measure)."""
    counts = np.array([len(row) for row in rows], dtype=np.intp)
    for count in np.unique(counts):
        places = np.flatnonzero(counts == count)
        yield places, np.array([rows[place] for place in places.tolist()], dtype=np.intp).T.copy()
