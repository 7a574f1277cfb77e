"""Measures turned into the arrays that a program decides with: worked out once, kept with the edition, mapped by all.

Parts are arrays, postings, records and plain data by name; what is done with them stands in program.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rules.language.flat import Parts, Positions, Postings, Records, packed
from rules.language.measures import Combination, Condition, Conditional, Leaf, Test, asserted_leaves


@dataclass(slots=True)
class _Nodes:
    """The distinct conditions, numbered as they are met with; `level` is how deep groups stand in each other."""

    tests: dict[Test, int] = field(default_factory=dict)
    groups: dict[tuple[Combination, tuple[int, ...]], int] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)

    def of(self, condition: Condition) -> int:
        if isinstance(condition, Leaf):
            return self.tests[condition.test]
        parts = tuple(self.of(part) for part in condition.parts)
        node = self.groups.setdefault((condition.combination, parts), len(self.tests) + len(self.groups))
        self.levels[node] = 1 + max((self.levels.get(part, 0) for part in parts), default=0)
        return node


def compile_measures(measures: Sequence[Conditional]) -> Parts:
    """Give every distinct condition a number: tests, then groups (parts before wholes), then one that is always met."""
    nodes = _Nodes()
    for measure in measures:
        for test in measure.tests:
            nodes.tests.setdefault(test, len(nodes.tests))
    rows = [[nodes.of(condition) for condition in measure.conditions] for measure in measures]
    always_met = len(nodes.tests) + len(nodes.groups)
    rows = [row or [always_met] for row in rows]
    counts = np.array([len(row) for row in rows], dtype=np.intp)
    flat = np.array([node for row in rows for node in row], dtype=np.intp)
    return {
        "tests": Records.of(map(packed, nodes.tests)),
        "groups": [[kind.value, list(parts)] for kind, parts in nodes.groups],
        "levels": list(_levels(nodes)),
        "first_facts": _first_facts(nodes),
        "flat": flat,
        "offsets": np.cumsum([0, *counts], dtype=np.intp)[:-1],
        "rows": np.repeat(np.arange(len(rows)), counts),
        "by_count": list(_by_count(counts, flat)),
        "tests_on": _tests_by_fact(measures, nodes),
        "columns": list(_columns(tuple(nodes.tests))),
        **_facts(nodes),
    }


def _levels(nodes: _Nodes) -> Iterator[list[Any]]:
    """Yield the groups of one kind that stand equally deep: the kind, their nodes, and their parts side by side."""
    sorts: dict[tuple[int, str], list[tuple[int, tuple[int, ...]]]] = {}
    for (combination, parts), node in nodes.groups.items():
        sorts.setdefault((nodes.levels[node], combination.value), []).append((node, parts))
    for (_, kind), groups in sorted(sorts.items()):
        starts = np.cumsum([0, *(len(parts) for _, parts in groups)], dtype=np.intp)[:-1]
        inside = np.array([part for _, parts in groups for part in parts], dtype=np.intp)
        yield [kind, np.array([node for node, _ in groups], dtype=np.intp), starts, inside]


def _by_count(counts: Positions, flat: Positions) -> Iterator[list[Positions]]:
    """Sort measures by how many conditions they have: their places, and their nodes (a column a measure)."""
    offsets = np.cumsum(counts) - counts
    for count in np.unique(counts):
        places = np.flatnonzero(counts == count)
        yield [places, flat[offsets[places] + np.arange(count)[:, None]]]


def _tests_by_fact(measures: Sequence[Conditional], nodes: _Nodes) -> dict[str, list[Positions]]:
    """Return, for each fact, the measures and the tests on it side by side; negated groups do not count."""
    pairs: dict[str, list[tuple[int, int]]] = {}
    for place, measure in enumerate(measures):
        for condition in measure.conditions:
            for leaf in asserted_leaves(condition):
                pairs.setdefault(leaf.test.fact, []).append((place, nodes.tests[leaf.test]))
    split = {fact: np.array(found, dtype=np.intp).T for fact, found in pairs.items()}
    return {fact: [found[0].copy(), found[1].copy()] for fact, found in split.items()}


def _facts(nodes: _Nodes) -> Parts:
    """Return which facts each node reads: `below` are places in `read`; a group of one fact counts as on that fact."""
    below = [frozenset({test.fact}) for test in nodes.tests]
    for _, parts in nodes.groups:
        below.append(frozenset().union(*(below[part] for part in parts)))
    below.append(frozenset())
    read = {facts: place for place, facts in enumerate(dict.fromkeys(below))}
    alone = [next(iter(facts)) if len(facts) == 1 else "" for facts in read]
    names = {name: place for place, name in enumerate(dict.fromkeys(alone))}
    of_node = np.array([read[facts] for facts in below], dtype=np.intp)
    return {
        "read": [sorted(facts) for facts in read],
        "below": of_node,
        "fact_names": list(names),
        "fact_numbers": np.array([names[name] for name in alone], dtype=np.intp)[of_node],
    }


def _first_facts(nodes: _Nodes) -> list[Any]:
    """Return the fact that each node reads first: all of them, and the place of each node's own."""
    first = [test.fact for test in nodes.tests]
    for _, inside in nodes.groups:
        first.append(first[inside[0]])
    first.append("")
    names = {name: place for place, name in enumerate(dict.fromkeys(first))}
    return [list(names), np.array([names[name] for name in first], dtype=np.int32)]


def _columns(tests: Sequence[Test]) -> Iterator[list[Any]]:
    """Yield tests by fact, operator and whether inferred values count: where they stand, and what they list."""
    grouped: dict[tuple[str, str, bool], list[int]] = {}
    for position, test in enumerate(tests):
        grouped.setdefault((test.fact, test.operator, test.stated), []).append(position)
    for (fact, operator, stated), places in grouped.items():
        chosen = [tests[place] for place in places]
        indices: dict[str, Any] = {}
        if operator in ("within", "any_of"):
            indices["listed"] = Postings.sorted((place, map(str, test.expected)) for place, test in enumerate(chosen))
            indices["scoped"] = Postings.sorted((place, test.scope) for place, test in enumerate(chosen))
        yield [fact, operator, stated, np.array(places, dtype=np.intp), indices]
