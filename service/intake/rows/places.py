"""One place out of the columns that tell it: the registered place, its parts in columns of their own, other addresses.

Where a company is registered counts. An operating address is asked only where nothing else is said, what names no
place (a street, a house) stands before nothing that does, and columns that contradict one another leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from matcher.places.gazetteer import Gazetteer, gazetteer_of
from matcher.places.reader import PlaceReading, PlaceStatus, resolve_place
from seeds.vocabulary import Vocabulary, fold
from service.intake.headings.layout import Column
from service.intake.headings.names import PLACE

_SHORT_CODE = 2
"""The length of one level of a code, where each column holds its own level only."""

_CODE_LENGTH = 6
_REGISTERED = re.compile(r"注册|登记|住所|工商|regist|incorporat")
_OPERATING = re.compile(r"经营|办公|生产|实际|operat|office|business")

Stated: TypeAlias = tuple[Column, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A column whose place cannot be that of `other`, the heading of another."""

    column: Column
    text: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What one column says, and how it is read by itself."""

    column: Column
    text: str
    reading: PlaceReading

    @property
    def is_registered(self) -> bool:
        return _REGISTERED.search(fold(self.column.heading)) is not None

    @property
    def is_operating(self) -> bool:
        return not self.is_registered and _OPERATING.search(fold(self.column.heading)) is not None

    @property
    def is_named(self) -> bool:
        """Tell whether it names one place for sure, or one of several of a name."""
        return self.reading.is_fact or self.reading.status is PlaceStatus.AMBIGUOUS

    @property
    def stands_alone(self) -> bool:
        return self.reading.is_fact and (self.column.field.part == PLACE or self.text.isdecimal())


def settle_place(stated: Sequence[Stated], regions: Vocabulary | None) -> tuple[str, list[Clash]]:
    """Return the place that the columns of a row tell together, or "" and the columns that contradict one another.

    Without the regions the texts are put side by side.
    """
    stated = _with_whole_codes(stated)
    if len(stated) == 1 or regions is None:
        return join_places([(column.field.part, text) for column, text in stated]), []
    places = _meant([_Place(column=column, text=text, reading=resolve_place(text, regions)) for column, text in stated])
    if clashes := _clashes(places, regions):
        return "", clashes
    named = [place for place in places if place.is_named]
    if not named:
        return join_places([(place.column.field.part, place.text) for place in places]), []
    text = _narrowest(named, gazetteer_of(regions))
    for place in places:
        if not place.is_named and _is_narrower(text + place.text, text, regions):
            text += place.text
    return text, []


def _meant(places: Sequence[_Place]) -> list[_Place]:
    """Leave operating addresses out, unless nothing else names a place and no registered address is given."""
    own = [place for place in places if not place.is_operating]
    if not own or any(place.is_named or place.is_registered for place in own):
        return own or list(places)
    return [place for place in places if place.is_operating and place.is_named] or own


def _clashes(places: Iterable[_Place], regions: Vocabulary) -> list[Clash]:
    reporting = [place for place in places if place.is_named or _names_in_full(place, regions)]
    found: dict[int, Clash] = {}
    for one, other in combinations(reporting, 2):
        if not _agree(one, other, regions):
            for place, against in ((one, other), (other, one)):
                clash = Clash(column=place.column, text=place.text, other=against.column.heading)
                found.setdefault(place.column.position, clash)
    return list(found.values())


def _names_in_full(place: _Place, regions: Vocabulary) -> bool:
    """Tell whether a place stands in full among other words (位于深圳市的大厦, but not 中山大学)."""
    codes = place.reading.codes if place.reading.status is PlaceStatus.CONTAINS else ()
    return any(regions[code].zh in place.text for code in codes)


def _agree(one: _Place, other: _Place, regions: Vocabulary) -> bool:
    """Tell whether two places may lie in one another, today or as they once did (六安市, 寿县)."""
    may_meet = gazetteer_of(regions).may_meet
    codes = other.reading.codes
    if any(may_meet(code, against) for code in one.reading.codes for against in codes):
        return True
    joined = resolve_place(one.text + other.text, regions)
    return joined.is_fact and any(may_meet(joined.codes[0], code) for code in codes)


def _narrowest(named: Sequence[_Place], gazetteer: Gazetteer) -> str:
    """Return the address that lies in all the others, else all of them, those that lead to no street first."""

    def is_inside(place: _Place, other: _Place) -> bool:
        return place.reading.is_fact and gazetteer.within(place.reading.codes[0], other.reading.codes)

    def is_needless(place: _Place) -> bool:
        finer = (other for other in named if other.reading.codes != place.reading.codes)
        return bool(place.reading.rest) and any(is_inside(other, place) for other in finer)

    for place in sorted(named, key=lambda place: not place.is_registered):
        if place.stands_alone and all(is_inside(place, other) for other in named):
            return place.text
    kept = [place for place in named if not is_needless(place)]
    kept.sort(key=lambda place: (bool(place.reading.rest), place.column.field.part))
    return join_places([(position, place.text) for position, place in enumerate(kept)])


def _is_narrower(longer: str, text: str, regions: Vocabulary) -> bool:
    """Tell whether more words lead to a place inside the one already read: 高新区 after 合肥市."""
    narrow, wide = resolve_place(longer, regions), resolve_place(text, regions)
    return (
        narrow.is_fact
        and wide.is_fact
        and narrow.codes != wide.codes
        and gazetteer_of(regions).within(narrow.codes[0], wide.codes)
    )


def _with_whole_codes(stated: Sequence[Stated]) -> Sequence[Stated]:
    """Return the columns with one code where each holds its own level of it: 44, 01, 15."""
    short = sorted((part for part in stated if _is_short_code(part[1])), key=lambda part: part[0].field.part)
    if not short:
        return stated
    code = "".join(text for _, text in short).ljust(_CODE_LENGTH, "0")
    return [(short[-1][0], code), *(part for part in stated if not _is_short_code(part[1]))]


def _is_short_code(text: str) -> bool:
    return len(text) == _SHORT_CODE and text.isdecimal()


def join_places(parts: Sequence[tuple[int, str]]) -> str:
    """Return one text from the parts of a place, widest first, nothing stated twice; of codes the narrowest."""
    if len(parts) == 1:
        return parts[0][1]
    ordered = sorted(parts, key=lambda part: part[0])
    codes = [text for _, text in ordered if text.isdecimal()]
    if codes and ordered[-1][1].isdecimal():
        return _join_codes(codes)
    named, names = [text for _, text in ordered if not text.isdecimal()], ""
    for position, text in enumerate(named):
        short = text.removesuffix("省").removesuffix("市")
        if text not in names and not any(short in later for later in named[position + 1 :]):
            names += f" {text}" if names and text.isascii() else text
    return f"{_join_codes(codes)} {names}" if codes else names


def _join_codes(codes: Sequence[str]) -> str:
    narrowest = max(codes, key=lambda code: len(_significant(code)))
    if all(narrowest.startswith(_significant(code)) for code in codes):
        return narrowest
    return "、".join(codes)


def _significant(code: str) -> str:
    """Return a code without the pairs of zeros that stand for the levels below."""
    while len(code) > _SHORT_CODE and code.endswith("00"):
        code = code[:-2]
    return code
