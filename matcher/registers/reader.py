"""Reads many profiles into columns: what a text says is worked out once, by the reader of single profiles.

Readings add up: what a profile says is what its inputs say one by one, an abbreviation beside the sectors of its row.
Only a declared fact that takes the place of an input makes a profile be read as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.places.reader import region_of_credit_code
from matcher.profiles.profile import DATES, FLAGS, ITEMS, NUMBERS, Fields, MatchError, MatchRequest, Profile, Reading
from matcher.profiles.reader import ProfileReader
from matcher.ranking.hits import Spots, join, spots_of
from matcher.ranking.measure_index import Floats, MeasureColumns
from matcher.ranking.passages import Positions
from matcher.ranking.ranking import Bits, comparable_of
from rules.compiled.bit_planes import (
    AnswerColumn,
    FactColumn,
    NumberColumn,
    answer_column,
    derive_numbers,
    whole_answers,
)
from rules.language.facts import DERIVED, Answer
from rules.language.reference import comparable as as_number


class _Tables(NamedTuple):
    """The number of the answer that each input gives, by fact, and what each input has to compare."""

    stated: dict[str, Positions]
    comparable: Bits


class BesideSectors(NamedTuple):
    """A text that is read differently beside different sectors (SAF), and the ids of those stated in its row."""

    text: str
    sectors: frozenset[str]


class ReadInputs:
    """Inputs by number: the answers they give by fact, what they hit, what they have to compare.

    Answers are numbers too, counted over all facts, so that equal ones are one. It grows with every new input, so
    only one thread may use it.
    """

    def __init__(self, reader: ProfileReader, columns: MeasureColumns) -> None:
        """Remember nothing yet."""
        self._reader = reader
        self._columns = columns
        self._read_facts = frozenset(column.fact for column in columns.program.columns)
        self._inputs: dict[str, dict[Any, int]] = {}
        self._stated: list[dict[str, int]] = []
        self._spots: list[Spots] = []
        self._comparable: list[Bits] = []
        self._known = _Tables({}, np.array([], dtype=np.uint8))
        self._numbers: dict[tuple[str, Answer], int] = {}
        self.answers: list[Answer] = []

    def __len__(self) -> int:
        """Return how many inputs were read."""
        return len(self._spots)

    def numbers(
        self, kind: str, keys: Sequence[Any], fields_of: Callable[[Any], Mapping[str, Any]], on: date
    ) -> Positions:
        """Return the numbers of inputs; a new one is read as a profile that says just `fields_of` its key.

        A key that is a BesideSectors is read as its text beside its sectors.
        """
        known = self._inputs.setdefault(kind, {})
        try:
            return looked_up(known, keys)
        except KeyError:
            for key in dict.fromkeys(keys):
                if key not in known:
                    text, stated = key if isinstance(key, BesideSectors) else (key, frozenset[str]())
                    request = MatchRequest(profile=Profile(**fields_of(text)), on=on)
                    known[key] = self.add(self._reader.read(request, stated))
            return looked_up(known, keys)

    def add(self, reading: Reading) -> int:
        """Give a reading a number."""
        stated = {}
        for fact, answer in reading.answers.items():
            if fact in self._read_facts:
                stated[fact] = self._numbers.setdefault((fact, answer), len(self.answers))
                if stated[fact] == len(self.answers):
                    self.answers.append(answer)
        self._stated.append(stated)
        self._spots.append(spots_of(reading, self._columns))
        self._comparable.append(comparable_of(reading))
        return len(self._spots) - 1

    def stated(self, inputs: Positions) -> dict[str, Positions]:
        """Return, for each fact that any of the inputs speaks of, the number of each input's answer, -1 for none."""
        stated = ((fact, numbers[inputs]) for fact, numbers in self._tables().stated.items())
        return {fact: numbers for fact, numbers in stated if (numbers >= 0).any()}

    def comparable(self, inputs: Positions) -> Bits:
        """Return what inputs have to compare, the bits of Comparable."""
        return self._tables().comparable[inputs]

    def _tables(self) -> _Tables:
        """Return what was read as arrays, made anew when something was read since."""
        if len(self._known.comparable) != len(self):
            facts = sorted({fact for answers in self._stated for fact in answers})
            table = np.array([[answers.get(fact, -1) for answers in self._stated] for fact in facts], dtype=np.intp)
            stated = dict(zip(facts, table, strict=True))
            self._known = _Tables(stated, np.array(self._comparable, dtype=np.uint8))
        return self._known

    def spots(self, inputs: Positions) -> tuple[Spots, Positions]:
        """Return what the inputs hit, one after the other, and how many spots each has."""
        spots = [self._spots[number] for number in inputs.tolist()]
        return join(spots), np.array([len(each.places) for each in spots], dtype=np.intp)


def looked_up(known: Mapping[Any, int], keys: Sequence[Any]) -> Positions:
    """Return the number of each key; raises KeyError for one that has none."""
    return np.fromiter(map(known.__getitem__, keys), dtype=np.intp, count=len(keys))


def spans(starts: Positions, counts: Positions) -> Positions:
    """Return starts[0], starts[0] + 1 ... (counts[0] of them), then those from starts[1] and so on.

    So several entries of a flat array are taken for each row.
    """
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - starts, counts)


_OF_NUMBERS = frozenset((*DERIVED, *NUMBERS))
MOST_INPUTS = 20_000
"""So many readings of inputs are kept: past it, all are forgotten and read again."""


Key = tuple[str, str]
"""A fact and what was declared of it, as text."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What rows declare: rows[i] stated keys[places[i]]; rows read as a `whole`; rows `refused`, and why.

    `facts_of` tells what each key declares.
    """

    keys: Sequence[Key]
    places: Positions
    rows: Positions
    facts_of: Mapping[Key, Mapping[str, Any]]
    whole: Mapping[int, Reading]
    refused: Mapping[int, MatchError]


class _Declaration(NamedTuple):
    """What one declaration adds, unless it is wrong or takes the place of what a field says."""

    keys: tuple[Key, ...]
    error: MatchError | None
    replaces: bool


def read_declared(given: Fields, reader: ProfileReader, on: date) -> Declared:
    """Read what rows declare, equal declarations once; a row that declares anything wrong is refused."""
    column = given.columns["facts"]
    texts = list(map(repr, column))
    distinct = dict(zip(texts, column, strict=True))
    which = looked_up({text: number for number, text in enumerate(distinct)}, texts)
    stated = [_declaration(facts, reader) for facts in distinct.values()]
    facts_of = {
        key: {key[0]: facts[key[0]]} for facts, each in zip(distinct.values(), stated, strict=True) for key in each.keys
    }
    place_of = {key: place for place, key in enumerate(facts_of)}
    # Every row stands as often as its declaration adds facts, and beside it the place of each of them.
    flat = np.array([place_of[key] for each in stated for key in each.keys], dtype=np.intp)
    counts = np.array([len(each.keys) for each in stated], dtype=np.intp)
    starts = np.cumsum(counts) - counts
    refused = np.array([each.error is not None for each in stated], dtype=np.bool_)[which]
    whole = np.array([each.replaces for each in stated], dtype=np.bool_)[which] & ~refused
    return Declared(
        keys=tuple(facts_of),
        places=flat[spans(starts[which], counts[which])],
        rows=np.repeat(np.arange(len(which)), counts[which]),
        facts_of=facts_of,
        whole={
            row: reader.read(MatchRequest(profile=given.profile(row), on=on)) for row in np.flatnonzero(whole).tolist()
        },
        refused={row: error for row, place in enumerate(which.tolist()) if (error := stated[place].error)},
    )


def _declaration(facts: Mapping[str, Any], reader: ProfileReader) -> _Declaration:
    published = reader.declared.facts
    # Declaring what a field of the profile speaks of replaces what was read of that field.
    replaces = any(fact in published and published[fact].field != "facts" for fact in facts)
    try:
        reader.declared.read(facts)
    except MatchError as error:
        return _Declaration((), error, replaces)
    return _Declaration(() if replaces else tuple((fact, repr(raw)) for fact, raw in facts.items()), None, replaces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenants:
    """Profiles as columns. `kept` are the places of those read; `refused` says what was wrong with the others.

    `inputs` are numbers in `read_inputs`, `input_rows` the rows that stated them; `comparable` are the bits of what a
    row has to compare. `elsewhere` tells which rows plan in another place than their own.
    """

    kept: Positions
    refused: tuple[tuple[int, MatchError], ...]
    facts: dict[str, FactColumn]
    read_inputs: ReadInputs
    inputs: Positions
    input_rows: Positions
    comparable: Bits
    elsewhere: NDArray[np.bool_]

    def spots(self, block: slice) -> tuple[Positions, Spots]:
        """Return everything hit by a block of rows, with the row of each."""
        chosen = (self.input_rows >= block.start) & (self.input_rows < block.stop)
        distinct, which = _distinct(self.inputs[chosen], len(self.read_inputs))
        spots, counts = self.read_inputs.spots(distinct)
        given = counts[which]
        places = spans(np.cumsum(counts)[which] - given, given)
        return np.repeat(self.input_rows[chosen], given), Spots(spots.places[places], spots.values[places])

    @property
    def size(self) -> int:
        """Return how many rows were read."""
        return len(self.kept)


class TenantReader:
    """Reads chunks of profiles against one catalogue; remembers what texts say from chunk to chunk, for one thread."""

    def __init__(self, reader: ProfileReader, columns: MeasureColumns) -> None:
        """Take over the reader of single profiles."""
        self._reader = reader
        self._columns = columns
        self._regions = columns.catalogue.vocabularies["regions"]
        read = {column.fact for column in columns.program.columns} & _OF_NUMBERS
        self._numeric = read.union(*(DERIVED.get(fact, ()) for fact in read))
        self._read_inputs = ReadInputs(reader, columns)
        self._leans = lru_cache(MOST_INPUTS)(reader.leans_on_sector)
        self._stated = lru_cache(MOST_INPUTS)(reader.stated_sectors)

    def read(self, given: Fields, on: date) -> Tenants:
        """Read a chunk; a profile whose declared facts are wrong is refused and left out."""
        if len(self._read_inputs) > MOST_INPUTS:
            self._read_inputs = ReadInputs(self._reader, self._columns)
        kept = np.arange(given.size)
        declared = read_declared(given, self._reader, on)
        refused = tuple(declared.refused.items())
        if refused:
            kept = np.delete(kept, list(declared.refused))
            given = given.at(kept.tolist())
            declared = read_declared(given, self._reader, on)
        inputs, rows = self._inputs(given, declared, on)
        distinct, which = _distinct(inputs, len(self._read_inputs))
        comparable = np.zeros(given.size, dtype=np.uint8)
        np.bitwise_or.at(comparable, rows, self._read_inputs.comparable(distinct)[which])
        facts = self._answer_columns(distinct, which, rows) | self._number_columns(given, declared.whole, on)
        return Tenants(
            kept=kept,
            refused=refused,
            facts=facts,
            read_inputs=self._read_inputs,
            inputs=inputs,
            input_rows=rows,
            comparable=comparable,
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
        more = self._read_inputs.numbers("facts", declared.keys, lambda key: {"facts": declared.facts_of[key]}, on)
        whole = np.array([self._read_inputs.add(reading) for reading in declared.whole.values()], dtype=np.intp)
        return (
            np.concatenate([inputs, more[declared.places], whole]),
            np.concatenate([rows, declared.rows, np.array([*declared.whole], dtype=np.intp)]),
        )

    def _places(self, given: Fields, on: date) -> tuple[Positions, Positions]:
        """Read where rows are and plan to be: one input, since the one stands for the other."""
        cities, targets, codes = (given.columns[name] for name in ("city", "target_city", "uscc"))
        registered = [region_of_credit_code(code, self._regions) if code else None for code in codes]
        stated = list(zip(cities, targets, registered, strict=True))
        code_of = dict(zip(stated, codes, strict=True))

        def fields_of(key: tuple[str, str, str | None]) -> dict[str, str]:
            return {"city": key[0], "target_city": key[1], "uscc": code_of[key]}

        return self._read_inputs.numbers("place", stated, fields_of, on), np.arange(given.size)

    def _flags(self, given: Fields, name: str, on: date) -> tuple[Positions, Positions]:
        numbers = self._read_inputs.numbers(name, given.columns[name], lambda flag: {name: flag}, on)
        return numbers, np.arange(given.size)

    def _items(self, given: Fields, name: str, on: date) -> tuple[Positions, Positions]:
        """Read every item of a list, each an input."""
        column = given.columns[name]
        keys: list[str | BesideSectors] = list(chain.from_iterable(column))
        leaning = {text for text in dict.fromkeys(keys) if self._leans(name, text)}
        if leaning:
            keys = [
                BesideSectors(text, self._stated(tuple(sectors))) if text in leaning else text
                for texts, sectors in zip(column, given.columns["sector"], strict=True)
                for text in texts
            ]
        numbers = self._read_inputs.numbers(name, keys, lambda text: {name: (text,)}, on)
        counts = np.fromiter(map(len, column), dtype=np.intp, count=given.size)
        return numbers, np.repeat(np.arange(given.size), counts)

    def _answer_columns(self, inputs: Positions, which: Positions, rows: Positions) -> dict[str, FactColumn]:
        """Return, for each fact, the distinct answers that inputs give, and the rows of inputs[which] with them."""
        columns: dict[str, FactColumn] = {}
        for fact, numbers in self._read_inputs.stated(inputs).items():
            if fact in _OF_NUMBERS:
                continue
            stated = numbers[which]
            speaks = stated >= 0
            distinct, given = _distinct(stated[speaks], len(self._read_inputs.answers))
            answers = [self._read_inputs.answers[number] for number in distinct.tolist()]
            columns[fact] = answer_column(answers, rows[speaks], given)
        return columns

    def _number_columns(self, given: Fields, whole: Mapping[int, Reading], on: date) -> dict[str, FactColumn]:
        """Return the numbers and days that conditions read, and what follows from them."""
        wanted = self._numeric
        numbers = {fact: _numbers(given.columns[fact], fact) for fact in NUMBERS} if wanted else {}
        if not wanted.isdisjoint(DERIVED):
            numbers |= derive_numbers(numbers, on)
        for row, reading in whole.items():
            for fact in wanted:
                answer = reading.answers.get(fact)
                numbers[fact][row] = as_number(answer.sure[0]) if answer and answer.sure else np.nan
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
