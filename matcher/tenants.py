"""Reads many profiles into columns: what a text says is worked out once, by the reader of single profiles.

Readings add up: what a profile says is what its inputs say one by one. Only a declared fact that takes the place of
an input makes a profile be read as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Floats, MeasureColumns
from matcher.errors import MatchError
from matcher.features import Comparable
from matcher.given import compared
from matcher.passages import Positions
from matcher.places import region_of_credit_code
from matcher.profile import MatchRequest, Profile
from matcher.profile_reading import ProfileReader
from matcher.reading import Reading
from matcher.touches import Spots, join, spots_of
from rules.batch import AnswerColumn, FactColumn, NumberColumn
from rules.facts import DERIVED, Answer
from rules.operators import comparable

_ITEMS = ("sector", "products", "technologies", "stage", "needs", "certifications")
_NUMBERS = ("employees", "annual_revenue_cny", "rd_spend_cny", "rd_staff", "founded_on")
_OF_FIELDS = frozenset({
    "region", "target_region", "sector", "concepts", "stage", "needs", "certifications", "foreign_invested",
    *_NUMBERS, *DERIVED,
})  # fmt: skip
"""Facts that the fields of a profile speak of: declaring one replaces what was read."""

_OF_NUMBERS = DERIVED.union(_NUMBERS)
_KINDS = ("products", "needs", "place", "sector", "stage", "sector_stated")
MOST_INPUTS = 20_000
"""So many readings of inputs are kept: past it, all are forgotten and read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenants:
    """Profiles as columns. `kept` are the places of those read; `refused` says what was wrong with the others.

    `parts` are what the inputs of each row touch, `part_rows` their rows. `elsewhere` tells which rows plan in
    another place than their own.
    """

    kept: Positions
    refused: tuple[tuple[int, MatchError], ...]
    facts: dict[str, FactColumn]
    parts: tuple[Spots, ...]
    part_rows: Positions
    compared: Comparable
    elsewhere: NDArray[np.bool_]

    def spots(self) -> tuple[Positions, Spots]:
        """Return everything touched, with the row of each."""
        rows = np.repeat(self.part_rows, [len(part.places) for part in self.parts])
        return rows, join(self.parts)

    @property
    def size(self) -> int:
        """Return how many rows were read."""
        return len(self.kept)


@dataclass(slots=True)
class _Heard:
    """What inputs said so far, each input a number: the answers by fact (-1 is none), what is touched, the kinds.

    Answers are numbers too, counted over all facts.
    """

    inputs: dict[tuple[Any, ...], int] = field(default_factory=dict)
    said: list[dict[str, int]] = field(default_factory=list)
    spots: list[Spots] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    numbers: dict[tuple[str, Answer], int] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def number(self, fact: str, answer: Answer) -> int:
        """Give every distinct answer to a fact a number."""
        number = self.numbers.setdefault((fact, answer), len(self.answers))
        if number == len(self.answers):
            self.answers.append(answer)
        return number

    def sum(self, numbers: Sequence[int]) -> Answer:
        """Add up what several inputs say of one fact."""
        answers = [self.answers[number] for number in numbers]
        if len(answers) == 1:
            return answers[0]
        return Answer(
            sure=tuple(value for answer in answers for value in answer.sure),
            inferred=tuple(value for answer in answers for value in answer.inferred),
            one_of=tuple(value for answer in answers for value in answer.one_of),
            doubtful=tuple(value for answer in answers for value in answer.doubtful),
            unreadable=any(answer.unreadable for answer in answers),
        )


class TenantReader:
    """Reads chunks of profiles against one catalogue; remembers what texts say from chunk to chunk."""

    def __init__(self, reader: ProfileReader, columns: MeasureColumns) -> None:
        """Take over the reader of single profiles."""
        self._reader = reader
        self._columns = columns
        self._regions = columns.catalogue.vocabularies["regions"]
        self._read_facts = frozenset(column.fact for column in columns.program.columns)
        self._heard = _Heard()

    def read(self, profiles: Sequence[Profile], on: date) -> Tenants:
        """Read a chunk; a profile whose declared facts are wrong is refused and left out."""
        if len(self._heard.spots) > MOST_INPUTS:
            self._heard = _Heard()
        rows: list[list[int]] = []
        whole: dict[int, Reading] = {}
        kept: list[int] = []
        refused: list[tuple[int, MatchError]] = []
        for place, profile in enumerate(profiles):
            try:
                if profile.facts and not _OF_FIELDS.isdisjoint(profile.facts):
                    reading = self._reader.read(MatchRequest(profile=profile, on=on))
                    whole[len(kept)] = reading
                    rows.append([self._hear(reading)])
                else:
                    rows.append(self._inputs_of(profile, on))
            except MatchError as error:
                refused.append((place, self._all_wrong(profile, on) or error))
            else:
                kept.append(place)
        numbers = self._number_columns([profiles[place] for place in kept], whole, on)
        return self._as_columns(rows, numbers, np.array(kept, dtype=np.intp), tuple(refused))

    def _all_wrong(self, profile: Profile, on: date) -> MatchError | None:
        """Return everything that is wrong with the declared facts; reading one by one stops at the first."""
        try:
            self._reader.read(MatchRequest(profile=profile, on=on))
        except MatchError as error:
            return error
        return None

    def _inputs_of(self, profile: Profile, on: date) -> list[int]:
        """Return the numbers of what the inputs of a profile say, one by one."""
        known, found = self._heard.inputs, []
        registered = region_of_credit_code(profile.uscc, self._regions) if profile.uscc else None
        if profile.city or profile.target_city or registered:
            key: tuple[Any, ...] = ("place", profile.city, profile.target_city, registered)
            found.append(
                known[key]
                if key in known
                else self._learn(key, on, city=profile.city, target_city=profile.target_city, uscc=profile.uscc)
            )
        for name in _ITEMS:
            for text in getattr(profile, name):
                key = (name, text)
                found.append(known[key] if key in known else self._learn(key, on, **{name: (text,)}))
        if profile.foreign_invested is not None:
            key = ("foreign_invested", profile.foreign_invested)
            found.append(
                known[key] if key in known else self._learn(key, on, foreign_invested=profile.foreign_invested)
            )
        for fact, raw in profile.facts.items():
            key = ("facts", fact, repr(raw))
            found.append(known[key] if key in known else self._learn(key, on, facts={fact: raw}))
        return found

    def _learn(self, key: tuple[Any, ...], on: date, **fields: Any) -> int:  # noqa: ANN401 - fields of a profile
        number = self._hear(self._reader.read(MatchRequest(profile=Profile(**fields), on=on)))
        self._heard.inputs[key] = number
        return number

    def _hear(self, reading: Reading) -> int:
        heard, given = self._heard, compared(reading)
        heard.said.append(
            {fact: heard.number(fact, answer) for fact, answer in reading.answers.items() if fact in self._read_facts}
        )
        heard.spots.append(spots_of(reading, self._columns))
        heard.kinds.append(sum(1 << bit for bit, kind in enumerate(_KINDS) if getattr(given, kind)))
        return len(heard.spots) - 1

    def _as_columns(
        self,
        rows: Sequence[Sequence[int]],
        numbers: dict[str, FactColumn],
        kept: Positions,
        refused: tuple[tuple[int, MatchError], ...],
    ) -> Tenants:
        inputs = np.array([number for row in rows for number in row], dtype=np.intp)
        part_rows = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        kinds = np.zeros(len(kept), dtype=np.int64)
        np.bitwise_or.at(kinds, part_rows, np.array(self._heard.kinds, dtype=np.int64)[inputs])
        given = {kind: (kinds >> bit & 1).astype(bool) for bit, kind in enumerate(_KINDS)}
        facts = {**self._answer_columns(inputs, part_rows, len(kept)), **numbers}
        return Tenants(
            kept=kept,
            refused=refused,
            facts=facts,
            parts=tuple(self._heard.spots[number] for number in inputs.tolist()),
            part_rows=part_rows,
            compared=Comparable(**given),
            elsewhere=_elsewhere(facts, len(kept)),
        )

    def _answer_columns(self, inputs: Positions, rows: Positions, size: int) -> dict[str, FactColumn]:
        """Add up, for each fact, what the inputs of each row say of it; equal sums are one answer."""
        distinct, which = np.unique(inputs, return_inverse=True)
        columns: dict[str, FactColumn] = {}
        said = [self._heard.said[number] for number in distinct.tolist()]
        for fact in sorted({fact for answers in said for fact in answers} - _OF_NUMBERS):
            numbers = np.array([answers.get(fact, -1) for answers in said], dtype=np.intp)[which]
            speaks = numbers >= 0
            columns[fact] = self._summed(numbers[speaks], rows[speaks], size)
        return columns

    def _summed(self, numbers: Positions, rows: Positions, size: int) -> AnswerColumn:
        """Return one answer a row: the only one said, or the sum of several."""
        distinct, which = np.unique(numbers, return_inverse=True)
        answers: list[Answer | None] = [None, *(self._heard.answers[number] for number in distinct.tolist())]
        places = np.zeros(size, dtype=np.intp)
        places[rows] = which + 1
        several = np.bincount(rows, minlength=size)[rows] > 1
        sums: dict[int, set[int]] = {}
        for row, number in zip(rows[several].tolist(), numbers[several].tolist(), strict=True):
            sums.setdefault(row, set()).add(number)
        known: dict[tuple[int, ...], int] = {}
        for row, parts in sums.items():
            key = tuple(sorted(parts))
            if key not in known:
                known[key] = len(answers)
                answers.append(self._heard.sum(key))
            places[row] = known[key]
        return AnswerColumn(answers=answers, rows=places)

    def _number_columns(
        self, profiles: Sequence[Profile], whole: dict[int, Reading], on: date
    ) -> dict[str, FactColumn]:
        """Return the numbers and days that conditions read, and what follows from them."""
        wanted = self._read_facts & _OF_NUMBERS
        numbers = {fact: _numbers(profiles, fact) for fact in _NUMBERS} if wanted else {}
        if wanted & DERIVED:
            numbers["years_in_business"] = _years(numbers["founded_on"], on)
            numbers["rd_staff_share"] = _share(numbers["rd_staff"], numbers["employees"])
            numbers["rd_intensity"] = _share(numbers["rd_spend_cny"], numbers["annual_revenue_cny"])
        for row, reading in whole.items():
            for fact in wanted:
                answer = reading.answers.get(fact)
                numbers[fact][row] = comparable(answer.sure[0]) if answer and answer.sure else np.nan
        return {fact: NumberColumn(numbers=numbers[fact]) for fact in sorted(wanted)}


def _numbers(profiles: Sequence[Profile], fact: str) -> Floats:
    given = [getattr(profile, fact) for profile in profiles]
    if fact == "founded_on":
        given = [None if day is None else day.toordinal() for day in given]
    return np.array(given, dtype=np.float64)


def _elsewhere(facts: dict[str, FactColumn], size: int) -> NDArray[np.bool_]:
    """Tell which rows plan in a place of their own choice: the answers for here and there differ."""
    here, there = facts.get("region"), facts.get("target_region")
    if not isinstance(there, AnswerColumn):
        return np.zeros(size, dtype=np.bool_)
    if not isinstance(here, AnswerColumn):
        return np.array([answer is not None for answer in there.answers])[there.rows]
    pairs, which = np.unique(np.stack([here.rows, there.rows]), axis=1, return_inverse=True)
    differ = [here.answers[one] != there.answers[other] for one, other in pairs.T]
    return np.array(differ, dtype=np.bool_)[which.reshape(-1)]


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
