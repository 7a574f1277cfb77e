"""Measures compiled for deciding all of them at once: each distinct test is evaluated once a profile.

Values are places in Kleene's order (rules/verdict.py). rules/trace.py is the reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.columns import Values, as_values, compile_columns
from rules.conditions import Combination, Condition, Leaf, Test, asserted_leaves
from rules.facts import Answers, Taxonomies
from rules.measures import Measure
from rules.verdict import MET

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

    def __init__(self, measures: Sequence[Measure], taxonomies: Taxonomies) -> None:
        """Give every distinct condition a number and index the tests by fact and operator."""
        self.measures = tuple(measures)
        tests: dict[Test, int] = {}
        for measure in self.measures:
            for test in measure.tests:
                tests.setdefault(test, len(tests))
        self.tests = tests
        self.groups: dict[tuple[Combination, tuple[int, ...]], int] = {}
        nodes = [[self._node(condition) for condition in measure.conditions] for measure in self.measures]
        always_met = self.size - 1
        rows = [row or [always_met] for row in nodes]
        self.offsets: Indices = np.cumsum([0, *(len(row) for row in rows)], dtype=np.intp)[:-1]
        self.flat: Indices = np.array([node for row in rows for node in row], dtype=np.intp)
        self.by_count = _by_count(rows)
        facts = self._facts_of_nodes()
        self.fact_names = tuple(dict.fromkeys(facts))
        self.fact_numbers: Indices = np.array([self.fact_names.index(fact) for fact in facts], dtype=np.intp)
        self._readers: dict[tuple[str, ...], tuple[Indices, Indices]] = {}
        self.rows: Indices = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        self.tests_on = self._tests_by_fact()
        self.columns = compile_columns(tuple(tests), taxonomies)

    @property
    def size(self) -> int:
        """Return how many nodes there are."""
        return len(self.tests) + len(self.groups) + 1

    def decide(self, answers: Answers) -> Decisions:
        """Decide every measure for one profile's answers."""
        outcomes = np.full(self.size, MET, dtype=np.int8)
        for column in self.columns:
            outcomes[column.positions] = column.outcomes(answers.get(column.fact))
        nodes = as_values(outcomes)
        for (combination, parts), node in self.groups.items():
            nodes[node] = _combine(combination, nodes[list(parts)])
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

    def fact_of(self, node: int) -> str:
        """Return the fact that a condition reads, "" for a group that reads several."""
        return self.fact_names[int(self.fact_numbers[node])]

    def facts_with(self, decisions: Decisions, value: int) -> frozenset[str]:
        """Return the facts on which some condition of some measure came out as `value`."""
        counts = np.bincount(self.fact_numbers[decisions.nodes == value], minlength=len(self.fact_names))
        return frozenset(self.fact_names[number] for number in np.flatnonzero(counts))

    def meets_somewhere(self, decisions: Decisions, fact: str) -> NDArray[np.bool_]:
        """Tell, for each measure, whether a test on `fact` is met in its conditions, inside a group or not."""
        met = np.zeros(len(self.measures), dtype=np.bool_)
        places, tests = self.tests_on.get(fact, (self.rows[:0], self.flat[:0]))
        met[places[decisions.nodes[tests] == MET]] = True
        return met

    def _node(self, condition: Condition) -> int:
        if isinstance(condition, Leaf):
            return self.tests[condition.test]
        key = (condition.combination, tuple(self._node(part) for part in condition.parts))
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

    def _facts_of_nodes(self) -> list[str]:
        """Return the fact of each node; a group has one only when all its leaves read the same fact."""
        facts = [test.fact for test in self.tests]
        for _, parts in self.groups:
            below = {facts[part] for part in parts}
            facts.append(below.pop() if len(below) == 1 else "")
        return [*facts, ""]


def _by_count(rows: Sequence[Sequence[int]]) -> tuple[tuple[Indices, Indices], ...]:
    """Sort measures by how many conditions they have: their places, and their nodes (a column a measure)."""
    counts = np.array([len(row) for row in rows], dtype=np.intp)
    sorts = (np.flatnonzero(counts == count) for count in np.unique(counts))
    return tuple(
        (places, np.array([rows[place] for place in places.tolist()], dtype=np.intp).T.copy()) for places in sorts
    )


def _combine(combination: Combination, values: Values) -> int:
    if combination is Combination.NOT:
        return MET - int(values[0])
    return int(values.min() if combination is Combination.ALL else values.max())
