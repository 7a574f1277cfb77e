"""What single inputs of profiles say, worked out once by the reader of profiles: each distinct input has a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from matcher.columns import MeasureColumns
from matcher.features import Bits, comparable_of
from matcher.passages import Positions
from matcher.profile import MatchRequest, Profile
from matcher.profile_reading import ProfileReader
from matcher.reading import Reading
from matcher.touches import Spots, join, spots_of
from rules.facts import Answer


class _Tables(NamedTuple):
    """The number of the answer that each input gives, by fact, and what each input has to compare."""

    said: dict[str, Positions]
    comparable: Bits


class Heard:
    """Inputs by number: the answers they give by fact, what they touch, what they have to compare.

    Answers are numbers too, counted over all facts, so that equal ones are one. It grows with every new input, so
    only one thread may use it.
    """

    def __init__(self, reader: ProfileReader, columns: MeasureColumns) -> None:
        """Remember nothing yet."""
        self._reader = reader
        self._columns = columns
        self._read_facts = frozenset(column.fact for column in columns.program.columns)
        self._inputs: dict[str, dict[Any, int]] = {}
        self._said: list[dict[str, int]] = []
        self._spots: list[Spots] = []
        self._comparable: list[Bits] = []
        self._known = _Tables({}, np.array([], dtype=np.uint8))
        self._numbers: dict[tuple[str, Answer], int] = {}
        self.answers: list[Answer] = []

    def __len__(self) -> int:
        """Return how many inputs were heard."""
        return len(self._spots)

    def numbers(
        self, kind: str, keys: Sequence[Any], fields_of: Callable[[Any], Mapping[str, Any]], on: date
    ) -> Positions:
        """Return the numbers of inputs; a new one is read as a profile that says just `fields_of` its key."""
        known = self._inputs.setdefault(kind, {})
        try:
            return looked_up(known, keys)
        except KeyError:
            for key in dict.fromkeys(keys):
                if key not in known:
                    known[key] = self.hear(self._reader.read(MatchRequest(profile=Profile(**fields_of(key)), on=on)))
            return looked_up(known, keys)

    def hear(self, reading: Reading) -> int:
        """Give a reading a number."""
        said = {}
        for fact, answer in reading.answers.items():
            if fact in self._read_facts:
                said[fact] = self._numbers.setdefault((fact, answer), len(self.answers))
                if said[fact] == len(self.answers):
                    self.answers.append(answer)
        self._said.append(said)
        self._spots.append(spots_of(reading, self._columns))
        self._comparable.append(comparable_of(reading))
        return len(self._spots) - 1

    def said(self, inputs: Positions) -> dict[str, Positions]:
        """Return, for each fact that any of the inputs speaks of, the number of each input's answer, -1 for none."""
        said = ((fact, numbers[inputs]) for fact, numbers in self._tables().said.items())
        return {fact: numbers for fact, numbers in said if (numbers >= 0).any()}

    def comparable(self, inputs: Positions) -> Bits:
        """Return what inputs have to compare, the bits of Comparable."""
        return self._tables().comparable[inputs]

    def _tables(self) -> _Tables:
        """Return what was heard as arrays, made anew when something was heard since."""
        if len(self._known.comparable) != len(self):
            facts = sorted({fact for answers in self._said for fact in answers})
            said = {fact: _places([answers.get(fact, -1) for answers in self._said]) for fact in facts}
            self._known = _Tables(said, np.array(self._comparable, dtype=np.uint8))
        return self._known

    def spots(self, inputs: Positions) -> tuple[Spots, Positions]:
        """Return what the inputs touch, one after the other, and how many spots each has."""
        spots = [self._spots[number] for number in inputs.tolist()]
        return join(spots), np.array([len(each.places) for each in spots], dtype=np.intp)


def _places(numbers: Sequence[int]) -> Positions:
    return np.array(numbers, dtype=np.intp)


def looked_up(known: Mapping[Any, int], keys: Sequence[Any]) -> Positions:
    """Return the number of each key; raises KeyError for one that has none."""
    return np.fromiter(map(known.__getitem__, keys), dtype=np.intp, count=len(keys))


def spans(starts: Positions, counts: Positions) -> Positions:
    """Return starts[0], starts[0] + 1 ... (counts[0] of them), then those from starts[1] and so on.

    So several entries of a flat array are taken for each row.
    """
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - starts, counts)
