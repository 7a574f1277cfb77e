"""Measures turned into the arrays that a program decides with: worked out once, kept with the edition, mapped by all.

Parts are arrays, postings, records and plain data by name; what is done with them stands in program.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from rules.language.measures import Combination, Condition, Conditional, Leaf, Test, asserted_leaves

Positions: TypeAlias = NDArray[np.intp]
Small: TypeAlias = NDArray[np.int32]
Parts: TypeAlias = Mapping[str, Any]
"""Arrays, postings, records, and lists, texts and numbers of them, by name."""

NO_POSITIONS: Positions = np.array([], dtype=np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Lists of positions by key, one after the other in one array."""

    keys: Mapping[str, int]
    starts: NDArray[np.int64]
    places: Small

    @classmethod
    def of(cls, lists: Mapping[str, Sequence[int]]) -> Postings:
        """Join lists, each in rising order."""
        starts = np.cumsum([0, *map(len, lists.values())], dtype=np.int64)
        joined = [np.asarray(one, dtype=np.int32) for one in lists.values()]
        return cls({key: row for row, key in enumerate(lists)}, starts, np.concatenate([_NO_PLACES, *joined]))

    @classmethod
    def sorted(cls, rows: Iterable[tuple[int, Iterable[str]]]) -> Postings:
        """Sort positions under the keys that each has."""
        lists: dict[str, list[int]] = {}
        for position, keys in rows:
            for key in dict.fromkeys(keys):
                lists.setdefault(key, []).append(position)
        return cls.of(lists)

    def __getitem__(self, key: str) -> Positions:
        """Return the positions under a key, none where there is no such key."""
        row = self.keys.get(key)
        if row is None:
            return NO_POSITIONS
        return self.places[self.starts[row] : self.starts[row + 1]].astype(np.intp)

    def __contains__(self, key: object) -> bool:
        """Tell whether something stands under a key."""
        return key in self.keys

    def count(self, key: str) -> int:
        """Return how many positions stand under a key."""
        row = self.keys.get(key)
        return 0 if row is None else int(self.starts[row + 1] - self.starts[row])

    def values(self) -> Iterator[Positions]:
        """Yield the positions under each key."""
        return map(self.__getitem__, self.keys)


_NO_PLACES: Small = np.array([], dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Pieces of bytes, one after the other: what is read one at a time, when it is asked for."""

    starts: NDArray[np.int64]
    data: NDArray[np.uint8]

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Records:
        """Join pieces."""
        pieces = list(pieces)
        starts = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
        return cls(starts, np.frombuffer(b"".join(pieces), dtype=np.uint8))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> bytes:
        """Return one piece."""
        return self.data[self.starts[place] : self.starts[place + 1]].tobytes()


class Tests(Sequence[Test]):
    """The distinct tests of a program, or some of them; each is read when it is asked for."""

    def __init__(self, records: Records, places: Positions | None = None) -> None:
        """Read none yet."""
        self._records = records
        self._places = np.arange(len(records)) if places is None else places

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._places)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as sequences have it
        """Return one of them."""
        fact, operator, expected, scope, stated, reach = _READ(self._records[int(self._places[place])])
        values = tuple(date.fromisoformat(value[0]) if isinstance(value, list) else value for value in expected)
        return Test(
            fact=fact, operator=operator, expected=values, scope=tuple(scope), stated=stated, reach=tuple(reach)
        )

    def among(self, places: Positions) -> Tests:
        """Return some of them."""
        return Tests(self._records, self._places[places])


_READ, _WRITE = msgspec.msgpack.Decoder().decode, msgspec.msgpack.Encoder().encode


def _written(test: Test) -> bytes:
    """Write a test; a day is told from a text by standing in a list."""
    expected = [[value.isoformat()] if isinstance(value, date) else value for value in test.expected]
    return _WRITE([test.fact, test.operator, expected, test.scope, test.stated, test.reach])


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
        "tests": Records.of(map(_written, nodes.tests)),
        "groups": [[kind.value, list(parts)] for kind, parts in nodes.groups],
        "levels": list(_levels(nodes)),
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
    for (kind, parts), node in nodes.groups.items():
        sorts.setdefault((nodes.levels[node], kind.value), []).append((node, parts))
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
