"""Measures compiled for deciding all of them at once: each distinct test is evaluated once a profile.

Values are Kleene's order as small integers: 0 unmet, 1 unknown, 2 met. rules/trace.py is the reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.columns import Values, compile_columns
from rules.conditions import Combination, Condition, Leaf, Test, leaves
from rules.facts import Answers
from rules.measures import Measure
from rules.trace import Taxonomies

UNMET, UNKNOWN, MET = 0, 1, 2

ALWAYS_MET = -1
"""The last node, which holds for everybody: the only condition of a measure that states none."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The outcome for every measure, in the program's order; `nodes` holds the value of every condition."""

    nodes: Values
    verdicts: Values
    unmet: NDArray[np.int64]
    unknown: NDArray[np.int64]


class Program:
    """A catalogue's measures, compiled once; `decide` may be called from any thread."""

    def __init__(self, measures: Sequence[Measure], taxonomies: Taxonomies) -> None:
        """Give every distinct condition a number and index the tests by fact and operator."""
        self.measures = tuple(measures)
        tests: dict[Test, int] = {}
        for measure in self.measures:
            for condition in measure.conditions:
                for leaf in leaves(condition):
                    tests.setdefault(leaf.test, len(tests))
        self._tests = tests
        self._groups: dict[tuple[Combination, tuple[int, ...]], int] = {}
        rows = [
            [self._node(condition) for condition in measure.conditions] or [ALWAYS_MET] for measure in self.measures
        ]
        self.offsets: Indices = np.cumsum([0, *(len(row) for row in rows)], dtype=np.intp)[:-1]
        self.flat: Indices = np.array([node for row in rows for node in row], dtype=np.intp)
        self.node_facts = self._facts_of_nodes()
        self._columns = compile_columns(tuple(tests), taxonomies)

    def decide(self, answers: Answers) -> Decisions:
        """Decide every measure for one profile's answers."""
        nodes = np.full(len(self._tests) + len(self._groups) + 1, MET, dtype=np.int8)
        for column in self._columns:
            nodes[column.positions] = column.evaluate(answers.get(column.fact))
        for (combination, parts), node in self._groups.items():
            nodes[node] = _combine(combination, nodes[list(parts)])
        values = nodes[self.flat]
        return Decisions(
            nodes=nodes,
            verdicts=np.minimum.reduceat(values, self.offsets),
            unmet=np.add.reduceat((values == UNMET).astype(np.int64), self.offsets),
            unknown=np.add.reduceat((values == UNKNOWN).astype(np.int64), self.offsets),
        )

    def conditions_on(self, decisions: Decisions, value: int, facts: Iterable[str]) -> NDArray[np.int64]:
        """Count, for each measure, its conditions on any of `facts` that came out as `value`."""
        wanted = np.isin(self.node_facts, list(facts))
        chosen = (decisions.nodes == value) & wanted
        return np.add.reduceat(chosen[self.flat].astype(np.int64), self.offsets)

    def _node(self, condition: Condition) -> int:
        if isinstance(condition, Leaf):
            return self._tests[condition.test]
        key = (condition.combination, tuple(self._node(part) for part in condition.parts))
        return self._groups.setdefault(key, len(self._tests) + len(self._groups))

    def _facts_of_nodes(self) -> NDArray[np.str_]:
        """Return the fact of each node; a group has one only when all its leaves read the same fact."""
        facts = [test.fact for test in self._tests]
        for _, parts in self._groups:
            below = {facts[part] for part in parts}
            facts.append(below.pop() if len(below) == 1 else "")
        return np.array([*facts, ""], dtype=np.str_)


def _combine(combination: Combination, values: Values) -> int:
    if combination is Combination.NOT:
        return MET - int(values[0])
    return int(values.min() if combination is Combination.ALL else values.max())
