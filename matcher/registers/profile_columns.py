"""Profiles as columns of fields: a list each, an entry a row; what a row does not say is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from operator import itemgetter
from typing import Any

from matcher.profiles.profile import Profile
from seeds.profile_fields import Kind, profile_fields

_KINDS = {field.name: profile_fields().by_id[field.name].kind for field in fields(Profile)}


def _of_kind(*kinds: Kind) -> tuple[str, ...]:
    return tuple(name for name, kind in _KINDS.items() if kind in kinds)


# Within a kind in the order of the profile, so that an answer tells numbers before days before flags.
ITEMS = _of_kind(Kind.LIST)
DATES = _of_kind(Kind.DATE)
NUMBERS = (*_of_kind(Kind.WHOLE, Kind.MONEY), *DATES)
FLAGS = _of_kind(Kind.FLAG)
NAMES = (*_of_kind(Kind.PLACE, Kind.CODE), *ITEMS, *NUMBERS, *FLAGS, *_of_kind(Kind.DECLARED))
"""The fields that are read; a name or an id of the caller's says nothing about a company."""

_NOTHING = Profile()


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of `size` profiles: `columns` has one list for each of NAMES, with the values of a Profile."""

    size: int
    columns: Mapping[str, Sequence[Any]]

    @classmethod
    def of_profiles(cls, profiles: Sequence[Profile]) -> Fields:
        """Return the fields of profiles."""
        return cls(len(profiles), {name: [getattr(profile, name) for profile in profiles] for name in NAMES})

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]]) -> Fields:
        """Return the fields of profiles written as plain data: what is empty left out, a day as ISO 8601."""
        present = set().union(*rows)
        columns: dict[str, Sequence[Any]] = {}
        for name in NAMES:
            columns[name] = _column(rows, name) if name in present else [getattr(_NOTHING, name)] * len(rows)
        columns |= {name: _days(columns[name]) for name in DATES}
        return cls(len(rows), columns)

    def part(self, start: int, stop: int) -> Fields:
        """Return the rows from `start` to before `stop`."""
        return Fields(
            max(0, min(stop, self.size) - start), {name: column[start:stop] for name, column in self.columns.items()}
        )

    def at(self, places: Sequence[int]) -> Fields:
        """Return some of the rows."""
        return Fields(len(places), {name: [column[place] for place in places] for name, column in self.columns.items()})

    def profile(self, place: int) -> Profile:
        """Return one row as a profile."""
        stated = {name: column[place] for name, column in self.columns.items()}
        return Profile(**{**stated, **{name: tuple(stated[name]) for name in ITEMS}})


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return one field of every row; looking it up is several times quicker where every row has it."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        empty = getattr(_NOTHING, name)
        return [row.get(name, empty) for row in rows]


def _days(texts: Sequence[str | None]) -> list[date | None]:
    known: dict[str | None, date | None] = {text: date.fromisoformat(text) for text in set(texts) if text}
    return [known.get(text) for text in texts]
