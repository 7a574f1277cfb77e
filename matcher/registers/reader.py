"""Reads many profiles into columns: what a text says is worked out once, by the reader of single profiles.

Readings add up: what a profile says is what its inputs say one by one, an abbreviation beside the sectors of its row,
products of a mere seller as such. Only a declared fact that takes the place of an input makes a profile be read as a
whole.
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
from matcher.profiles.business_scope import Sign, only_trades
from matcher.profiles.profile import FLAGS, ITEMS, NUMBERS, Fields, MatchError, MatchRequest, Profile, Reading
from matcher.profiles.reader import ProfileReader
from matcher.ranking.hits import Spots, join, spots_of
from matcher.ranking.measure_index import Flags, MeasureColumns
from matcher.ranking.ranking import Bits, comparable_of
from matcher.registers.declared import Declared, looked_up, read_declared, spans
from rules.compiled.bit_planes import (
    AnswerColumn,
    FactColumn,
    NumberColumn,
    answer_column,
    derive_numbers,
    number_column,
    whole_answers,
)
from rules.language.amounts import Interval
from rules.language.facts import DERIVED, Answer, known_range
from rules.language.flat import Positions


class _Tables(NamedTuple):
    """The number of the answer that each input gives, by fact, and what each input has to compare."""

    stated: dict[str, Positions]
    comparable: Bits


class InRow(NamedTuple):
    """A text that is read by what else its row says: beside sectors (SAF), or as what a mere seller trades in."""

    text: str
    sectors: frozenset[str] = frozenset()
    is_sold: bool = False


_TELL_OF_SECTORS = frozenset({"sector", "products", "technologies"})
_ONLY_TRADES = np.array([only_trades(signs) for signs in range(2 * max(Sign))], dtype=np.bool_)


class ReadInputs:
    """Inputs by number: the answers they give by fact, what they hit, what they have to compare.

    Answers are numbers too, counted over all facts, so that equal ones are one. It grows with every new input, so
    only one thread may use it.
    """

    def __init__(self, reader: ProfileReader, columns: MeasureColumns, facts: frozenset[str]) -> None:
        """Remember nothing yet; only what is said of `facts` is of use."""
        self._reader = reader
        self._columns = columns
        self._read_facts = facts
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

        A key that is InRow is read as its text beside its sectors, in the profile of a mere seller where it is sold.
        """
        known = self._inputs.setdefault(kind, {})
        try:
            return looked_up(known, keys)
        except KeyError:
            for key in dict.fromkeys(keys):
                if key not in known:
                    text, sectors, trades = key if isinstance(key, InRow) else (key, frozenset[str](), False)
                    request = MatchRequest(profile=Profile(**fields_of(text)), on=on)
                    known[key] = self.add(self._reader.read(request, sectors, trades=trades))
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


_OF_NUMBERS = frozenset((*DERIVED, *NUMBERS))
MOST_INPUTS = 20_000
"""So many readings of inputs are kept: past it, all are forgotten and read again."""


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

    def __init__(self, reader: ProfileReader, columns: MeasureColumns, also: frozenset[str] = frozenset()) -> None:
        """Take over the reader of single profiles; facts are told that conditions read, and `also` those of amounts."""
        self._reader = reader
        self._columns = columns
        self._regions = columns.catalogue.vocabularies["regions"]
        self._facts = also.union(column.fact for column in columns.program.columns)
        read = self._facts & _OF_NUMBERS
        self._numeric = read.union(*(DERIVED.get(fact, ()) for fact in read))
        self._read_inputs = ReadInputs(reader, columns, self._facts)
        self._leans = lru_cache(MOST_INPUTS)(reader.leans_on_sector)
        self._beside = lru_cache(MOST_INPUTS)(reader.sectors_beside)
        self._uses = lru_cache(MOST_INPUTS)(reader.organisations.only_uses)
        self._signs = lru_cache(MOST_INPUTS)(reader.business.signs)

    def read(self, given: Fields, on: date) -> Tenants:
        """Read a chunk; a profile whose declared facts are wrong is refused and left out."""
        if len(self._read_inputs) > MOST_INPUTS:
            self._read_inputs = ReadInputs(self._reader, self._columns, self._facts)
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
        flat = {name: _flat(given.columns[name]) for name in ITEMS}
        asked = np.array([bool(one) for one in given.columns["certifications_asked"]], dtype=np.bool_)
        if asked.any():
            texts, of_rows = flat["certifications"]
            kept = np.flatnonzero(~asked[of_rows])
            flat["certifications"] = [texts[place] for place in kept.tolist()], of_rows[kept]
        trades = self._only_trades(given, flat)
        kinds = list(map(self._reader.organisations.of_name, given.columns["name"]))
        beside = list(map(self._beside, map(tuple, given.columns["sector"]), kinds))
        columns = [
            self._one_by_one(given, np.flatnonzero(asked), on),
            self._places(given, on),
            self._names(given, kinds, on),
            self._scopes(given, beside, on),
            self._traders(trades, on),
            *(self._flags(given, name, on) for name in FLAGS),
            *(self._items(name, flat[name], beside, trades, on) for name in ITEMS),
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
        stated = list(zip(cities, targets, registered, [code[:1] for code in codes], strict=True))
        code_of = dict(zip(stated, codes, strict=True))

        def fields_of(key: tuple[str, str, str | None, str]) -> dict[str, str]:
            return {"city": key[0], "target_city": key[1], "uscc": code_of[key]}

        return self._read_inputs.numbers("place", stated, fields_of, on), np.arange(given.size)

    def _names(self, given: Fields, kinds: Sequence[str], on: date) -> tuple[Positions, Positions]:
        """Read who rows are: names are nearly all different, so one stands for all that tell the same."""
        names = given.columns["name"]
        told = list(zip(kinds, map(self._reader.organisations.may_attest, names), strict=True))
        name_of = dict(zip(told, names, strict=True))
        return self._read_inputs.numbers("name", told, lambda key: {"name": name_of[key]}, on), np.arange(given.size)

    def _scopes(self, given: Fields, beside: Sequence[frozenset[str]], on: date) -> tuple[Positions, Positions]:
        """Read the items of business scopes, each an input: rows share items and hardly ever a scope."""
        items, rows = _flat(
            [self._reader.business.items_of(scope) if scope else () for scope in given.columns["business_scope"]]
        )
        keys = self._in_rows("products", items, rows, beside, np.zeros(given.size, dtype=np.bool_))
        return self._read_inputs.numbers("business_scope", keys, lambda item: {"business_scope": item}, on), rows

    def _only_trades(self, given: Fields, flat: Mapping[str, tuple[list[str], Positions]]) -> Flags:
        """Tell which rows sell and do not make their products."""
        signs = np.zeros(given.size, dtype=np.uint8)
        for name in ("name", "business_scope", "sector", "products"):
            texts, rows = flat[name] if name in flat else (given.columns[name], np.arange(given.size))
            signs_of = {text: self._signs(name, text) if text else 0 for text in dict.fromkeys(texts)}
            if not any(signs_of.values()):
                continue
            found = np.fromiter(map(signs_of.__getitem__, texts), dtype=np.uint8, count=len(texts))
            np.bitwise_or.at(signs, rows, found)
        return np.asarray(_ONLY_TRADES[signs])

    def _traders(self, trades: Flags, on: date) -> tuple[Positions, Positions]:
        rows = np.flatnonzero(trades)
        return self._read_inputs.numbers("trades", [InRow("", is_sold=True)] * len(rows), lambda _: {}, on), rows

    def _one_by_one(self, given: Fields, rows: Positions, on: date) -> tuple[Positions, Positions]:
        """Read the certifications of rows that were asked about them one by one: those held beside those asked."""
        names = ("certifications", "certifications_asked")
        keys = [tuple(tuple(given.columns[name][row]) for name in names) for row in rows.tolist()]
        return self._read_inputs.numbers("asked", keys, lambda key: dict(zip(names, key, strict=True)), on), rows

    def _flags(self, given: Fields, name: str, on: date) -> tuple[Positions, Positions]:
        numbers = self._read_inputs.numbers(name, given.columns[name], lambda flag: {name: flag}, on)
        return numbers, np.arange(given.size)

    def _items(
        self, name: str, flat: tuple[list[str], Positions], beside: Sequence[frozenset[str]], trades: Flags, on: date
    ) -> tuple[Positions, Positions]:
        """Read every item of a list, each an input."""
        texts, rows = flat
        sold = trades if name in ("sector", "products") else np.zeros_like(trades)
        keys = self._in_rows(name, texts, rows, beside, sold)
        return self._read_inputs.numbers(name, keys, lambda text: {name: (text,)}, on), rows

    def _in_rows(
        self, name: str, texts: list[str], rows: Positions, beside: Sequence[frozenset[str]], sold: Flags
    ) -> list[str | InRow]:
        """Return the texts of a field's rows, with what else their row says where they are read by it."""
        keys: list[str | InRow] = [*texts]
        leaning = {text for text in dict.fromkeys(texts) if self._leans(name, text)}
        leans = np.zeros(len(texts), dtype=np.bool_)
        if leaning:
            leans = np.fromiter(map(leaning.__contains__, texts), dtype=np.bool_, count=len(texts))
        if name in _TELL_OF_SECTORS:
            leans |= np.fromiter(map(self._uses, beside), dtype=np.bool_, count=len(beside))[rows]
        for place in np.flatnonzero(leans | sold[rows]).tolist():
            row = rows[place]
            keys[place] = InRow(texts[place], beside[row] if leans[place] else frozenset(), bool(sold[row]))
        return keys

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
        columns = {fact: _number_column(given.columns[fact]) for fact in NUMBERS} if wanted else {}
        if not wanted.isdisjoint(DERIVED):
            columns |= derive_numbers(columns, on)
        if not whole:
            return {fact: columns[fact] for fact in sorted(wanted)}
        rows = list(whole)
        for fact in wanted:
            low, high = (end.copy() for end in columns[fact].ends)
            ends = [known_range(reading.answers.get(fact)) or (np.nan, np.nan) for reading in whole.values()]
            low[rows], high[rows] = zip(*ends, strict=True)
            columns[fact] = number_column((low, high))
        return {fact: columns[fact] for fact in sorted(wanted)}


def _number_column(given: Iterable[Any]) -> NumberColumn:
    numbers = [one.toordinal() if isinstance(one, date) else one for one in given]
    if not any(isinstance(one, Interval) for one in numbers):
        return NumberColumn(numbers=np.array(numbers, dtype=np.float64))
    ends = [(one.low, one.high) if isinstance(one, Interval) else (one, one) for one in numbers]
    low, high = np.array(ends, dtype=np.float64).T
    return number_column((low, high))


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


def _flat(column: Sequence[Sequence[str]]) -> tuple[list[str], Positions]:
    """Return the texts of all rows, one row after the other, and the row of each."""
    counts = np.fromiter(map(len, column), dtype=np.intp, count=len(column))
    return list(chain.from_iterable(column)), np.repeat(np.arange(len(column)), counts)
