"""Reads what people write for a place, at any level and in any script: a fact, an offer, or honestly nothing.

Parts are read one after the other and must lie in one another; an unknown finer part (a street, a town, a park) is
kept apart as `rest`; a place among other words is offered and is no fact.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from matcher.fuzzy import nearest
from matcher.places.gazetteer import CODE_LENGTH, Gazetteer, Ids, gazetteer_of
from matcher.places.parts import (
    Chain,
    Writing,
    back_off,
    ends_an_address,
    is_believed,
    is_distinct,
    read_chain,
    run_together,
    split_writing,
)
from seeds.regions import COUNTRY, Level, region_label
from seeds.vocabulary import Vocabulary
from seeds.word_lists import word_lists

LONGEST_INPUT = 200
SUGGESTIONS = 5
LATIN_CUTOFF = 0.75
ONLY_A_WORD = 0.9
_USUAL_LEVEL = {Level.CITY: 0, Level.PROVINCE: 0, Level.ZONE: 1, Level.GROUP: 1, Level.COUNTY: 2, Level.COUNTRY: 3}
_CREDIT_CODE = re.compile(r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}")
_CODE = re.compile(r"([0-9]{6})((?:[0-9]{3}){0,2})")


class PlaceStatus(StrEnum):
    """How surely a place was read; only `exact` and `alias` are facts."""

    EXACT = "exact"
    ALIAS = "alias"
    CONTAINS = "contains"
    FUZZY = "fuzzy"
    AMBIGUOUS = "ambiguous"
    UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSuggestion:
    """A place to confirm: its id, its name with what it lies in, and how like the input it is, 0 to 1."""

    code: str
    label: str
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReading:
    """What an input says of a place: one code for exact, alias and contains, several for ambiguous, else none.

    `rest` is the finer part that was not understood, folded; `similarity` is 1 for what is surely named, else the
    understood share of the input or how like it the best suggestion is.
    """

    status: PlaceStatus
    codes: Ids = ()
    similarity: float = 0.0
    rest: str = ""
    suggestions: tuple[PlaceSuggestion, ...] = ()

    @property
    def is_fact(self) -> bool:
        """Tell whether the place is surely read, so that conditions may be decided on it."""
        return self.status in (PlaceStatus.EXACT, PlaceStatus.ALIAS)


def resolve_place(text: str, regions: Vocabulary, *, near: str | None = None) -> PlaceReading:
    """Read `text` as a place; `near` is a place already known, which settles which of several is meant.

    Names in full, short names, codes of 6, 9 and 12 digits, former names and codes, zones, groups, traditional
    characters, pinyin and English are read, in any order of parts.
    """
    return _resolve(gazetteer_of(regions), text, near)


@lru_cache(maxsize=16384)
def _resolve(gazetteer: Gazetteer, text: str, near: str | None) -> PlaceReading:
    """Read a text; a register of tenants repeats few ways of writing the same cities, so they are kept."""
    plain = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"[\s.-]", "", re.sub(r"\.0+$", "", plain.strip()))
    if digits.isascii() and digits.isdigit():
        return _read_code(digits, gazetteer)
    writing = split_writing(plain) if len(plain) <= LONGEST_INPUT else None
    if writing is None or not writing.units:
        return PlaceReading(status=PlaceStatus.UNRECOGNISED)
    return _Reader(gazetteer, writing, near).read()


def region_of_credit_code(code: str, regions: Vocabulary) -> str | None:
    """Return the region in digits 3 to 8 of a unified social credit code, None when there is none.

    It is where the company was registered, possibly under a code no longer in use: inferred, never stated.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", code)).upper()
    if _CREDIT_CODE.fullmatch(plain) is None:
        return None
    return gazetteer_of(regions).division_of(plain[2 : 2 + CODE_LENGTH])[0] or None


def _read_code(digits: str, gazetteer: Gazetteer) -> PlaceReading:
    """Read an administrative code; the digits after the sixth are a town or village."""
    matched = _CODE.fullmatch(digits)
    code, known = gazetteer.division_of(matched[1]) if matched else ("", False)
    if matched is None or not code:
        return PlaceReading(status=PlaceStatus.UNRECOGNISED)
    if not known:
        return _offer(gazetteer, (code,), similarity=0.5, rest=digits)
    rest = matched[2] if matched[2].strip("0") else ""
    status = PlaceStatus.EXACT if code == matched[1] and not rest else PlaceStatus.ALIAS
    return PlaceReading(status=status, codes=(code,), similarity=1.0, rest=rest)


def _offer(gazetteer: Gazetteer, ids: Ids, *, similarity: float, rest: str = "") -> PlaceReading:
    """Return one place as contained, several as ambiguous, each to be confirmed."""
    status = PlaceStatus.CONTAINS if len(ids) == 1 else PlaceStatus.AMBIGUOUS
    suggestions = tuple(_suggestion(gazetteer, place, similarity) for place in ids)
    return PlaceReading(status=status, codes=ids, similarity=similarity, rest=rest, suggestions=suggestions)


def _suggestion(gazetteer: Gazetteer, place: str, similarity: float) -> PlaceSuggestion:
    return PlaceSuggestion(code=place, label=region_label(gazetteer.regions, place), similarity=similarity)


class _Reader:
    """Reads one input, from the surest understanding to the least."""

    def __init__(self, gazetteer: Gazetteer, writing: Writing, near: str | None) -> None:
        self._gazetteer = gazetteer
        self._writing = writing
        self._near = near
        self._length = len(writing.units)

    def read(self) -> PlaceReading:
        """Return the first understanding that holds."""
        first = read_chain(self._writing, 0, self._gazetteer)
        return (
            self._whole(first)
            or self._begun(first)
            or self._ended()
            or self._mentioned()
            or self._resembling()
            or PlaceReading(status=PlaceStatus.UNRECOGNISED)
        )

    def _whole(self, chain: Chain) -> PlaceReading | None:
        """Read an input that is places from end to end."""
        if self._length == 1 and not self._writing.words:
            chain = Chain(1, self._gazetteer.names.get(self._writing.units[0], ()))
        elif self._length == 1 and not chain.parts:
            run = run_together(self._writing)
            chain = read_chain(run, 0, self._gazetteer)
            return self._fact(chain) if chain.ids and chain.end == len(run.units) else None
        return self._fact(chain) if chain.ids and chain.end == self._length else None

    def _begun(self, chain: Chain) -> PlaceReading | None:
        """Read an input that begins with places and goes on with a finer part nobody knows."""
        chain = back_off(chain, self._writing, self._gazetteer)
        if not is_believed(chain, self._writing, self._gazetteer):
            return None
        others = self._others(chain)
        if others:
            return _offer(self._gazetteer, tuple(dict.fromkeys((*self._settle(chain.ids), *others))), similarity=1.0)
        return self._fact(chain, self._writing.text(chain.end))

    def _others(self, known: Chain) -> Ids:
        """Return the places that a later phrase wholly consists of and that cannot be inside the known ones."""
        found: list[str] = []
        for start in sorted({known.end, *(bound for bound in self._writing.bounds if bound > known.end)}):
            chain = read_chain(self._writing, start, self._gazetteer)
            if not chain.ids or not self._writing.closes(chain.end) or self._may_meet(known.ids, chain.ids):
                continue
            if is_distinct(chain, self._writing, self._gazetteer):
                found += self._settle(chain.ids)
        return tuple(found)

    def _may_meet(self, some: Ids, others: Ids) -> bool:
        """Tell whether places overlap, or a zone reaches into unknown parts of a city that has the other too."""
        return any(self._gazetteer.may_meet(place, other) for place in some for other in others)

    def _ended(self) -> PlaceReading | None:
        """Read an input that ends with places after a label, a street or a house, as English addresses do."""
        for start in sorted(self._writing.bounds):
            chain = read_chain(self._writing, start, self._gazetteer)
            before = self._writing.text(0, start)
            if chain.ids and chain.end == self._length and chain.ids != (COUNTRY,):
                if before in word_lists().place_labels:
                    return self._fact(chain)
                if self._writing.words or ends_an_address(before):
                    return self._fact(chain, before)
        return None

    def _mentioned(self) -> PlaceReading | None:
        """Offer what is named among other words; places that exclude one another are all offered."""
        ids: Ids = ()
        covered = position = 0
        while position < self._length:
            chain = back_off(read_chain(self._writing, position, self._gazetteer), self._writing, self._gazetteer)
            if chain.parts and is_distinct(chain, self._writing, self._gazetteer):
                ids = self._joined(ids, self._settle(chain.ids))
                covered += chain.end - position
            position = max(chain.end, position + 1)
        share = round(covered / (self._length + 1), 4)
        return _offer(self._gazetteer, ids, similarity=share) if ids else None

    def _joined(self, known: Ids, named: Ids) -> Ids:
        within = self._gazetteer.within
        if all(within(place, named) for place in known) and known:
            return known
        if all(within(place, known) for place in named):
            return named
        return tuple(dict.fromkeys((*known, *named)))

    def _resembling(self) -> PlaceReading | None:
        """Suggest the names most like the whole input; never a fact."""
        typed = "".join(self._writing.units)
        spelled = self._gazetteer.latin_spellings if self._writing.words else self._gazetteer.spellings
        index = self._gazetteer.latin if self._writing.words else self._gazetteer.names
        cutoff = {"cutoff": LATIN_CUTOFF} if self._writing.words else {}
        found = [
            (place, spelled[likeness.position], likeness.similarity)
            for likeness in nearest(typed, spelled, limit=SUGGESTIONS, **cutoff)
            for place in index[spelled[likeness.position]]
        ]
        found.sort(key=lambda each: (-each[2], *self._likelihood(typed, each[0], each[1])))
        best = {place: similarity for place, _, similarity in reversed(found)}
        if not best:
            return None
        places = dict.fromkeys(place for place, _, _ in found)
        suggestions = tuple(_suggestion(self._gazetteer, place, best[place]) for place in places)
        return PlaceReading(status=PlaceStatus.FUZZY, similarity=found[0][2], suggestions=suggestions)

    def _likelihood(self, typed: str, place: str, name: str) -> tuple[bool, int, int, str]:
        same = sum(a == b for a, b in zip(typed, name, strict=False))
        away = self._near is not None and not self._may_meet((place,), (self._near,))
        return (away, -same, _USUAL_LEVEL[Level(self._gazetteer.regions[place].kind)], place)

    def _fact(self, chain: Chain, rest: str = "") -> PlaceReading:
        """Return the one place meant as a fact, or all that may be meant."""
        ids = self._settle(chain.ids)
        if len(ids) > 1 and self._near is None:
            ids = self._gazetteer.labelled("".join(self._writing.units), ids) or ids
        if len(ids) > 1:
            return _offer(self._gazetteer, ids, similarity=1.0, rest=rest)
        if self._is_only_a_word(chain):
            return _offer(self._gazetteer, ids, similarity=ONLY_A_WORD, rest=rest)
        own = bool(chain.parts) and all(part.own for part in chain.parts)
        status = PlaceStatus.EXACT if own and not rest else PlaceStatus.ALIAS
        return PlaceReading(status=status, codes=ids, similarity=1.0, rest=rest)

    def _is_only_a_word(self, chain: Chain) -> bool:
        """Tell whether nothing but an everyday word was read, which may name a county or not (滨湖, 合作)."""
        if self._near is not None or len(chain.parts) != 1 or chain.parts[0].own:
            return False
        regions = self._gazetteer.regions
        return all(regions[p].kind == Level.COUNTY and self._gazetteer.is_everyday(p) for p in chain.ids)

    def _settle(self, ids: Ids) -> Ids:
        """Return the one place that several of a name come down to, or all of them."""
        usual = self._usual(ids)
        local = self._local(ids)
        if not local or set(local) == set(ids):
            return usual
        chosen = self._usual(local)
        return chosen if len(usual) > 1 or usual[0] in local else ids

    def _usual(self, ids: Ids) -> Ids:
        """Take the place all others lie in (吉林), then the province (海南), then the city (西安, but not 朝阳)."""
        around = [place for place in ids if all(self._gazetteer.within(other, (place,)) for other in ids)]
        regions = self._gazetteer.regions
        provinces = [place for place in ids if regions[place].kind == Level.PROVINCE]
        cities = [place for place in ids if regions[place].zh.endswith("市") and regions[place].kind == Level.CITY]
        known = [place for place in cities if not self._gazetteer.is_everyday(place)]
        for found in (around, provinces, known):
            if found:
                return tuple(found)
        return ids

    def _local(self, ids: Ids) -> Ids:
        """Return those inside the place already known, else in its city, else in its province."""
        if self._near is None:
            return ()
        regions = self._gazetteer.regions
        scopes = regions.taxonomy.ancestors(self._near)
        for scope in sorted(scopes, key=lambda s: len(regions.taxonomy.descendants(s))):
            if local := tuple(place for place in ids if self._gazetteer.within(place, (scope,))):
                return local
        return ()
