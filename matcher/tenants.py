"""Reads many profiles into columns: what a text says is worked out once, by the reader of single profiles.

Readings add up: what a profile says is what its inputs say one by one. Only a declared fact that takes the place of
an input makes a profile be read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Floats, MeasureColumns
from matcher.declaring import Declared, read_declared
from matcher.errors import MatchError
from matcher.features import Comparable
from matcher.fields import DATES, FLAGS, ITEMS, NUMBERS, Fields
from matcher.heard import KINDS, Heard
from matcher.passages import Positions
from matcher.places import region_of_credit_code
from matcher.profile_reading import ProfileReader
from matcher.questions import PARTS
from matcher.reading import Reading
from matcher.spans import spans
from matcher.touches import Spots
from rules.fact_columns import AnswerColumn, FactColumn, NumberColumn, answer_column, whole_answers
from rules.facts import DERIVED, Answer
from rules.operators import comparable

_OF_NUMBERS = DERIVED.union(NUMBERS)
MOST_INPUTS = 20_000
"""So many readings of inputs are kept: past it, all are forgotten and read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenants:
    """Profiles as columns. `kept` are the places of those read; `refused` says what was wrong with the others.

    `inputs` are numbers in `heard`, `input_rows` the rows that said them. `elsewhere` tells which rows plan in
    another place than their own.
    """

    kept: Positions
    refused: tuple[tuple[int, MatchError], ...]
    facts: dict[str, FactColumn]
    heard: Heard
    inputs: Positions
    input_rows: Positions
    compared: Comparable
    elsewhere: NDArray[np.bool_]

    def spots(self, block: slice) -> tuple[Positions, Spots]:
        """Return everything touched by a block of rows, with the row of each."""
        chosen = (self.input_rows >= block.start) & (self.input_rows < block.stop)
        distinct, which = _distinct(self.inputs[chosen], len(self.heard))
        spots, counts = self.heard.spots(distinct)
        given = counts[which]
        places = spans(np.cumsum(counts)[which] - given, given)
        return np.repeat(self.input_rows[chosen], given), Spots(spots.places[places], spots.values[places])

    @property
    def size(self) -> int:
        """Return how many rows were read."""
        return len(self.kept)


class TenantReader:
    """Reads chunks of profiles against one catalogue; remembers what texts say from chunk to chunk."""

    def __init__(self, reader: ProfileReader, columns: MeasureColumns) -> None:
        """Take over the reader of single profiles."""
        self._reader = reader
        self._columns = columns
        self._regions = columns.catalogue.vocabularies["regions"]
        read = {column.fact for column in columns.program.columns} & _OF_NUMBERS
        self._numeric = read.union(*(PARTS.get(fact, ()) for fact in read))
        self._heard = Heard(reader, columns)

    def read(self, given: Fields, on: date) -> Tenants:
        """Read a chunk; a profile whose declared facts are wrong is refused and left out."""
        if len(self._heard) > MOST_INPUTS:
            self._heard = Heard(self._reader, self._columns)
        kept = np.arange(given.size)
        declared = read_declared(given, self._reader, on)
        refused = tuple(declared.refused.items())
        if refused:
            kept = np.delete(kept, list(declared.refused))
            given = given.at(kept.tolist())
            declared = read_declared(given, self._reader, on)
        inputs, rows = self._inputs(given, declared, on)
        distinct, which = _distinct(inputs, len(self._heard))
        kinds = np.zeros(given.size, dtype=np.intp)
        np.bitwise_or.at(kinds, rows, self._heard.kinds(distinct)[which])
        facts = {
            **self._answer_columns(distinct, which, rows),
            **self._number_columns(given, declared.whole, on),
        }
        return Tenants(
            kept=kept,
            refused=refused,
            facts=facts,
            heard=self._heard,
            inputs=inputs,
            input_rows=rows,
            compared=Comparable(**{kind: (kinds >> bit & 1).astype(bool) for bit, kind in enumerate(KINDS)}),
            elsewhere=_elsewhere(facts, given.size),
        )

    def _inputs(self, given: Fields, declared: Declared, on: date) -> tuple[Positions, Positions]:
        """Return the numbers of all inputs of the rows, and the row of each."""
        columns = [
            self._places(given, on),
            *(self._flags(given, name, on) for name in FLAGS),
            *(self._items(given, name, on) for name in ITEMS),
        ]
        inputs = np.concatenate([numbers for numbers, _ in columns])
        rows = np.concatenate([rows for _, rows in columns])
        if declared.whole:
            alone = ~np.isin(rows, list(declared.whole))
            inputs, rows = inputs[alone], rows[alone]
        more = self._heard.numbers("facts", declared.keys, lambda key: {"facts": declared.facts_of[key]}, on)
        whole = np.array([self._heard.hear(reading) for reading in declared.whole.values()], dtype=np.intp)
        return (
            np.concatenate([inputs, more[declared.places], whole]),
            np.concatenate([rows, declared.rows, np.array([*declared.whole], dtype=np.intp)]),
        )

    def _places(self, given: Fields, on: date) -> tuple[Positions, Positions]:
        """Read where rows are and plan to be: one input, since the one stands for the other."""
        cities, targets, codes = (given.columns[name] for name in ("city", "target_city", "uscc"))
        registered = [region_of_credit_code(code, self._regions) if code else None for code in codes]
        said = list(zip(cities, targets, registered, strict=True))
        code_of = dict(zip(said, codes, strict=True))

        def fields_of(key: tuple[str, str, str | None]) -> dict[str, str]:
            return {"city": key[0], "target_city": key[1], "uscc": code_of[key]}

        return self._heard.numbers("place", said, fields_of, on), np.arange(given.size)

    def _flags(self, given: Fields, name: str, on: date) -> tuple[Positions, Positions]:
        numbers = self._heard.numbers(name, given.columns[name], lambda flag: {name: flag}, on)
        return numbers, np.arange(given.size)

    def _items(self, given: Fields, name: str, on: date) -> tuple[Positions, Positions]:
        """Read every item of a list, each an input."""
        column = given.columns[name]
        texts = list(chain.from_iterable(column))
        numbers = self._heard.numbers(name, texts, lambda text: {name: (text,)}, on)
        counts = np.fromiter(map(len, column), dtype=np.intp, count=given.size)
        return numbers, np.repeat(np.arange(given.size), counts)

    def _answer_columns(self, inputs: Positions, which: Positions, rows: Positions) -> dict[str, FactColumn]:
        """Return, for each fact, the distinct answers that inputs give, and the rows of inputs[which] with them."""
        columns: dict[str, FactColumn] = {}
        for fact, numbers in self._heard.said(inputs).items():
            if fact in _OF_NUMBERS:
                continue
            said = numbers[which]
            speaks = said >= 0
            distinct, given = _distinct(said[speaks], len(self._heard.answers))
            answers = [self._heard.answers[number] for number in distinct.tolist()]
            columns[fact] = answer_column(answers, rows[speaks], given)
        return columns

    def _number_columns(self, given: Fields, whole: Mapping[int, Reading], on: date) -> dict[str, FactColumn]:
        """Return the numbers and days that conditions read, and what follows from them."""
        wanted = self._numeric
        numbers = {fact: _numbers(given.columns[fact], fact) for fact in NUMBERS} if wanted else {}
        if wanted & DERIVED:
            numbers["years_in_business"] = _years(numbers["founded_on"], on)
            numbers["rd_staff_share"] = _share(numbers["rd_staff"], numbers["employees"])
            numbers["rd_intensity"] = _share(numbers["rd_spend_cny"], numbers["annual_revenue_cny"])
        for row, reading in whole.items():
            for fact in wanted:
                answer = reading.answers.get(fact)
                numbers[fact][row] = comparable(answer.sure[0]) if answer and answer.sure else np.nan
        return {fact: NumberColumn(numbers=numbers[fact]) for fact in sorted(wanted)}


def _numbers(given: Iterable[Any], fact: str) -> Floats:
    if fact in DATES:
        given = [None if day is None else day.toordinal() for day in given]
    return np.array(given, dtype=np.float64)


def _distinct(numbers: Positions, most: int) -> tuple[Positions, Positions]:
    """Return the distinct numbers, all below `most`, in order, and the place of each number among them."""
    present = np.zeros(most, dtype=np.bool_)
    present[numbers] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[numbers]


def _elsewhere(facts: dict[str, FactColumn], size: int) -> NDArray[np.bool_]:
    """Tell which rows plan in a place of their own choice: the answers for here and there differ."""
    here, at = _whole(facts.get("region"), size)
    there, to = _whole(facts.get("target_region"), size)
    pairs, which = np.unique(at * len(there) + to, return_inverse=True)
    differ = [here[pair // len(there)] != there[pair % len(there)] for pair in pairs.tolist()]
    return np.asarray(np.array(differ, dtype=np.bool_)[which.reshape(-1)])


def _whole(column: FactColumn | None, size: int) -> tuple[Sequence[Answer | None], Positions]:
    if isinstance(column, AnswerColumn):
        return whole_answers(column, size)
    return [None], np.zeros(size, dtype=np.intp)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0))


def _years(founded: Floats, on: date) -> Floats:
    """Return the whole years completed on the day `on`, as rules/facts.py counts them."""
    days, which = np.unique(founded, return_inverse=True)
    return np.array([_completed(day, on) for day in days])[which] if len(days) else founded


def _completed(day: float, on: date) -> float:
    if np.isnan(day) or day > on.toordinal():
        return np.nan
    start = date.fromordinal(int(day))
    return float(on.year - start.year - ((on.month, on.day) < (start.month, start.day)))
