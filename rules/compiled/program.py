"""Measures compiled to be decided all at once: each distinct test once a profile, like tests in a few array operations.

Values are places in Kleene's order (rules/language/measures.py). rules/language/reference.py is the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from rules.compiled.compiling import compile_measures
from rules.language.facts import Answer, Answers, Taxonomies, Value, comparable, known_range
from rules.language.flat import Kept, Parts, Positions, Postings, Records
from rules.language.measures import (
    CODE_OF,
    MET,
    UNKNOWN,
    UNMET,
    Combination,
    Conditional,
    Test,
    Verdict,
    Why,
)
from rules.language.reference import COMPARISONS, are_ruled_out, decide
from seeds.vocabulary import Taxonomy

Values: TypeAlias = NDArray[np.int8]

_MISSING, _UNRECOGNISED, _AMBIGUOUS, _TOO_COARSE, _PLANNED = (
    CODE_OF[Verdict.UNKNOWN, why]
    for why in (Why.FACT_MISSING, Why.UNRECOGNISED, Why.AMBIGUOUS, Why.TOO_COARSE, Why.PLANNED)
)


class Tests(Sequence[Test]):
    """The distinct tests of a program, or some of them; each is read when it is asked for."""

    def __init__(self, records: Records, places: Positions) -> None:
        """Read none yet."""
        self._records, self._places = records, places

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._places)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as sequences have it
        """Return one of them."""
        return _READ(self._records[self._places[place]])

    def among(self, places: Positions) -> Tests:
        """Return some of them."""
        return Tests(self._records, self._places[places])


_READ = msgspec.msgpack.Decoder(Test).decode


PASSING = np.array([UNMET, _TOO_COARSE, MET], dtype=np.int8)
"""The outcome of a comparison by how many of the two ends pass between which a number lies."""

RULED_OUT, LISTED_OPENLY, RESEMBLES, READS, OVERLAPS, LISTED = range(1, 7)
STATED, DOUBTFUL, UNREADABLE, ONE_BY_ONE = 1, 2, 4, 8


def kinds_of(answer: Answer) -> int:
    """Return STATED, DOUBTFUL, UNREADABLE and ONE_BY_ONE, a bit each."""
    stated = STATED if answer.sure or answer.one_of else 0
    asked = 0 if answer.ruled_out is None else ONE_BY_ONE
    return stated | (DOUBTFUL if answer.doubtful else 0) | (UNREADABLE if answer.unreadable else 0) | asked


def _ranked(kinds: int) -> list[int]:
    """Return the outcome of each rank; an open list leaves open only what would be unmet."""
    unmarked = _UNRECOGNISED if kinds & (DOUBTFUL | UNREADABLE) else _MISSING
    if kinds & STATED and not kinds & (UNREADABLE | ONE_BY_ONE):
        unmarked = UNMET
    ruled_out = _UNRECOGNISED if kinds & UNREADABLE else UNMET
    listed_openly = _AMBIGUOUS if unmarked == UNMET else unmarked
    return [unmarked, ruled_out, listed_openly, _UNRECOGNISED, _AMBIGUOUS, _TOO_COARSE, MET]


OUTCOMES_OF_RANKS = np.array([_ranked(kinds) for kinds in range(16)], dtype=np.int8)
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
    tests: Tests
    stated: bool
    taxonomy: Taxonomy
    listed: Postings
    scoped: Postings
    found: Kept[str, tuple[Positions, Positions, Positions]] = field(default_factory=Kept)

    def outcomes(self, answer: Answer | None) -> Values:
        """Decide every test by the mark that ranks highest; a plan opens what stands in the way as yet."""
        if answer is None:
            return np.full(len(self.tests), _MISSING, dtype=np.int8)
        now = np.asarray(OUTCOMES_OF_RANKS[kinds_of(answer)][self.ranks(answer)])
        return now if answer.planned is None else self._opened(now, answer, answer.planned)

    def _opened(self, now: Values, answer: Answer, planned: Answer) -> Values:
        """Return the outcomes with those that a plan changes; tests of what is not listed are few: one by one."""
        then = self.outcomes(planned)
        if not self.stated:
            return np.where(now == UNMET, np.where(then == MET, np.int8(_PLANNED), then), now)
        for place in np.flatnonzero(now != then).tolist():
            decision = decide(self.tests[place], answer, self.taxonomy)
            now[place] = CODE_OF[decision.verdict, decision.why]
        return now

    def ranks(self, answer: Answer) -> Values:
        """Return how each test is marked, 0 when it is not; a later mark overrules, of several answers the highest."""
        ranks = np.zeros(len(self.tests), dtype=np.int8)
        if answer.ruled_out:
            ranks[[are_ruled_out(test, answer, self.taxonomy) for test in self.tests]] = RULED_OUT
        for value in (*answer.sure, *answer.one_of, *answer.doubtful):
            ranks[self._concerned(value)[2]] = LISTED_OPENLY
        for values, rank in ((answer.doubtful, RESEMBLES), (answer.one_of, READS), (answer.sure, OVERLAPS)):
            for value in values:
                ranks[self._concerned(value)[1]] = rank
        if answer.one_of:
            met, counts = np.unique(np.concatenate([self._concerned(r)[0] for r in answer.one_of]), return_counts=True)
            ranks[met[counts == len(answer.one_of)]] = LISTED
        for value in answer.sure if self.stated else (*answer.sure, *answer.inferred):
            ranks[self._concerned(value)[0]] = LISTED
        return ranks

    def _concerned(self, value: Value) -> tuple[Positions, Positions, Positions]:
        """Return the tests that `value` meets, those it overlaps, and those whose open list it may belong to."""
        known = self.found.get(str(value))
        if known is None:
            overlapping = self.taxonomy.overlapping(str(value))
            known = (
                self._under(self.listed, self.taxonomy.ancestors(str(value))),
                self._under(self.listed, overlapping),
                self._under(self.scoped, overlapping),
            )
            self.found.keep(str(value), known, sum(map(len, known)))
        return known

    def _under(self, index: Postings, ids: frozenset[str]) -> Positions:
        """Return the tests listed under any of `ids`, each once."""
        under = np.zeros(len(self.tests), dtype=np.bool_)
        for listed in index.keys.keys() & ids:
            under[index[listed]] = True
        return np.flatnonzero(under)


@dataclass(frozen=True, slots=True)
class ThresholdColumn:
    """Comparisons of one number, or one day, with many thresholds."""

    fact: str
    positions: Positions
    operator: str
    thresholds: NDArray[np.float64]

    def outcomes(self, answer: Answer | None) -> Values:
        """Compare the one number, or between what it lies, with every threshold."""
        ends = known_range(answer)
        if ends is None:
            unknown = _UNRECOGNISED if answer and answer.unreadable else _MISSING
            return np.full(len(self.thresholds), unknown, dtype=np.int8)
        return np.asarray(PASSING[self.holds(np.array(ends), slice(None)).sum(axis=1)])

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


def _column(parts: Sequence[Any], tests: Tests, taxonomies: Taxonomies) -> Column:
    """Return the tests on one fact by one operator as a column."""
    fact, operator, stated, positions, indices = parts
    chosen, taxonomy = tests.among(positions), taxonomies.get(fact)
    if taxonomy is not None and indices:
        return MembershipColumn(fact, positions, chosen, stated, taxonomy, indices["listed"], indices["scoped"])
    if operator in COMPARISONS:
        thresholds = np.array([comparable(test.expected[0]) for test in chosen])
        return ThresholdColumn(fact, positions, operator, thresholds)
    return PlainColumn(fact, positions, tuple(chosen), taxonomy)


Indices: TypeAlias = Positions

_JOIN: dict[str, Callable[[Values, Indices], Values]] = {
    Combination.ALL: np.minimum.reduceat,
    Combination.ANY: np.maximum.reduceat,
    Combination.NOT: np.minimum.reduceat,
}
"""How the values of the parts of several groups come together; of a negated group there is one part."""


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

    def __init__(self, measures: Sequence[Conditional], taxonomies: Taxonomies, parts: Parts | None = None) -> None:
        """Take over what was compiled of measures, or compile them."""
        parts = compile_measures(measures) if parts is None else parts
        self.tests = Tests(parts["tests"], np.arange(len(parts["tests"])))
        self.first_facts: tuple[list[str], NDArray[np.int32]] = parts["first_facts"]
        self.flat: Indices = parts["flat"]
        self.offsets: Indices = parts["offsets"]
        self.rows: Indices = parts["rows"]
        self.by_count: Sequence[tuple[Indices, Indices]] = parts["by_count"]
        self.tests_on: dict[str, tuple[Indices, Indices]] = parts["tests_on"]
        self.fact_names: tuple[str, ...] = tuple(parts["fact_names"])
        self.fact_numbers: Indices = parts["fact_numbers"]
        self._read = [frozenset(facts) for facts in parts["read"]]
        self._below: Indices = parts["below"]
        self._groups, self._levels = parts["groups"], parts["levels"]
        self._readers: dict[tuple[str, ...], tuple[Indices, Indices]] = {}
        self._touching: dict[str, tuple[Indices, Indices]] = {}
        self._among: dict[frozenset[str], tuple[Indices, Indices]] = {}
        self.columns = tuple(_column(column, self.tests, taxonomies) for column in parts["columns"])
        self.columns_on: dict[str, list[Column]] = {}
        self.unanswered: Values = np.full(self.size, MET, dtype=np.int8)
        for column in self.columns:
            self.columns_on.setdefault(column.fact, []).append(column)
            self.unanswered[column.positions] = column.outcomes(None)

    @cached_property
    def groups(self) -> tuple[tuple[Combination, tuple[int, ...], int], ...]:
        """Return how each group combines which nodes, and its own; parts come before wholes."""
        numbered = enumerate(self._groups, len(self.tests))
        return tuple((Combination(kind), tuple(parts), node) for node, (kind, parts) in numbered)

    @property
    def count(self) -> int:
        """Return how many measures there are."""
        return len(self.offsets)

    @property
    def size(self) -> int:
        """Return how many nodes there are."""
        return len(self._below)

    def decide(self, answers: Answers) -> Decisions:
        """Decide every measure for one profile's answers."""
        outcomes = self.unanswered.copy()
        for fact, answer in answers.items():
            for column in self.columns_on.get(fact, ()):
                outcomes[column.positions] = column.outcomes(answer)
        nodes = as_values(outcomes)
        for kind, places, starts, inside in self._levels:
            joined = _JOIN[kind](nodes[inside], starts)
            nodes[places] = MET - joined if kind == Combination.NOT else joined
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
        both = np.empty(self.count, dtype=width)
        for places, conditions in self.by_count:
            both[places] = np.add.reduce(weights[conditions], axis=0, dtype=width)
        unmet, unknown = np.right_shift(both, bits), np.bitwise_and(both, (1 << bits) - 1)
        return unmet.astype(np.int64), unknown.astype(np.int64)

    def conditions_on(self, decisions: Decisions, value: int, facts: Iterable[str]) -> NDArray[np.int64]:
        """Count, for each measure, its conditions on any of `facts` that came out as `value`."""
        measures, nodes = self.conditions_reading(facts)
        return np.bincount(measures[decisions.nodes[nodes] == value], minlength=self.count)

    def conditions_of(self, places: Indices) -> tuple[Indices, Indices]:
        """Return the conditions of some measures one after the other: whose each is, a place in `places`, and nodes."""
        counts = np.append(self.offsets[1:], len(self.flat))[places] - self.offsets[places]
        whose = np.repeat(np.arange(len(places)), counts)
        within = np.arange(len(whose)) - np.repeat(np.cumsum(counts) - counts, counts)
        return whose, self.flat[self.offsets[places][whose] + within]

    def reading(self, facts: Iterable[str], nodes: Indices) -> NDArray[np.bool_]:
        """Tell which conditions read one of some facts and nothing else."""
        wanted = np.isin(self.fact_names, list(facts))
        return np.asarray(wanted[self.fact_numbers[nodes]])

    def conditions_reading(self, facts: Iterable[str]) -> tuple[Indices, Indices]:
        """Return measures and nodes, side by side, of all conditions on any of `facts` (found at the first call)."""
        wanted = tuple(facts)
        if wanted not in self._readers:
            chosen = self.reading(wanted, self.flat)
            self._readers[wanted] = self.rows[chosen], self.flat[chosen]
        return self._readers[wanted]

    def conditions_touching(self, fact: str) -> tuple[Indices, Indices]:
        """Return measures and nodes, side by side, of all conditions that read a fact, be it beside others."""
        if fact not in self._touching:
            self._touching[fact] = self._chosen(fact in facts for facts in self._read)
        return self._touching[fact]

    def conditions_among(self, facts: frozenset[str]) -> tuple[Indices, Indices]:
        """Return measures and nodes, side by side, of all conditions that read nothing but `facts`."""
        if facts not in self._among:
            self._among[facts] = self._chosen(read <= facts for read in self._read)
        return self._among[facts]

    def _chosen(self, kinds: Iterable[bool]) -> tuple[Indices, Indices]:
        chosen = np.fromiter(kinds, dtype=np.bool_, count=len(self._read))[self._below][self.flat]
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
        met = np.zeros(self.count, dtype=np.bool_)
        places, tests = self.tests_asserted(facts)
        met[places[decisions.nodes[tests] == MET]] = True
        return met

    def tests_asserted(self, facts: Iterable[str]) -> tuple[Indices, Indices]:
        """Return the measures and the tests on any of `facts` side by side; negated groups do not count."""
        asked = [self.tests_on[fact] for fact in facts if fact in self.tests_on]
        measures, tests = map(np.concatenate, zip((self.rows[:0], self.flat[:0]), *asked, strict=True))
        order = np.argsort(measures, kind="stable")
        return measures[order], tests[order]
