"""Reads what people write for a place, at any level and in any script: a fact, an offer, or honestly nothing.

Parts are read one after the other and must lie in one another; an unknown finer part (a street, a town, a park) is
kept apart as `rest`; a place among other words is offered and is no fact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from matcher.fuzzy import nearest
from matcher.places.gazetteer import CODE_LENGTH, Gazetteer, Ids, gazetteer_of
from matcher.places.parts import (
    Chain,
    Writing,
    back_off,
    ends_an_address,
    is_another,
    is_believed,
    is_distinct,
    is_firm,
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
_SHORTEST_ZONE = 3
_USUAL_LEVEL = {Level.CITY: 0, Level.PROVINCE: 0, Level.ZONE: 1, Level.GROUP: 1, Level.COUNTY: 2, Level.COUNTRY: 3}
_CREDIT_CODE = re.compile(r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}")
_CODE = re.compile(r"([0-9]{6})((?:[0-9]{3}){0,2})")
_POSTCODE = re.compile(
    r"(?:邮编|邮政编码|zip|postcode)?:?\s?(?<![0-9A-Za-z#-])([1-9][0-9]{5})(?![0-9A-Za-z-])", re.IGNORECASE
)
_LABELS = "|".join(sorted(word_lists().place_labels, key=len, reverse=True))
_LABEL = re.compile(rf"\s*(?:{_LABELS})(?:[:|\s是为在]|位于){{1,3}}", re.IGNORECASE)
_REMARKS = "|".join(word_lists().place_remarks)
_REMARK = re.compile(rf"[(\[【][^()\[\]【】]{{0,60}}(?:{_REMARKS})[^()\[\]【】]{{0,60}}[)\]】]")


_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_NOT_LATIN = re.compile("[\u2e80-\uffff]+")


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
    if len(plain) > LONGEST_INPUT:
        return PlaceReading(status=PlaceStatus.UNRECOGNISED)
    label = _LABEL.match(plain)
    plain = _REMARK.sub(" ", plain[label.end() :] if label else plain)
    reading = _without_postcode(plain, gazetteer, near) or _read(plain, gazetteer, near)
    twice = _written_twice(plain, gazetteer, near) if _LATIN.search(plain) and _NOT_LATIN.search(plain) else None
    return twice if twice and (not reading.is_fact or gazetteer.within(twice.codes[0], reading.codes)) else reading


def _written_twice(plain: str, gazetteer: Gazetteer, near: str | None) -> PlaceReading | None:
    """Read a place written in Latin letters and in Chinese (Hefei 合肥高新区): the narrower, where both agree."""
    both = [_read(_LATIN.sub(" ", plain), gazetteer, near), _read(_NOT_LATIN.sub(" ", plain), gazetteer, near)]
    if not all(reading.is_fact for reading in both):
        return None
    for one, other in (both, reversed(both)):
        if gazetteer.within(one.codes[0], other.codes):
            return replace(one, status=PlaceStatus.ALIAS)
    return None


def _read(plain: str, gazetteer: Gazetteer, near: str | None) -> PlaceReading:
    writing = split_writing(plain)
    if not writing.units:
        return PlaceReading(status=PlaceStatus.UNRECOGNISED)
    return _Reader(gazetteer, writing, near).read()


def _without_postcode(plain: str, gazetteer: Gazetteer, near: str | None) -> PlaceReading | None:
    """Read an address without its postcode; None when it has none, or when its six digits are a place's code there.

    510000 is the postcode of 广州 and the code of 四川, so the place named beside it tells which is meant.
    """
    found = _POSTCODE.search(plain)
    if found is None:
        return None
    reading = _read(f"{plain[: found.start()]} {plain[found.end() :]}", gazetteer, near)
    code, known = gazetteer.division_of(found[1])
    if not reading.codes or (known and any(gazetteer.may_meet(code, place) for place in reading.codes)):
        return None
    return reading


def region_of_credit_code(code: str, regions: Vocabulary) -> str | None:
    """Return the region in digits 3 to 8 of a unified social credit code, None when there is none.

    It is where the company was registered, possibly under a code no longer in use: inferred, never stated.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", code)).upper()
    if _CREDIT_CODE.fullmatch(plain) is None:
        return None
    return gazetteer_of(regions).registered_in(plain[2 : 2 + CODE_LENGTH]) or None


def settled_by_code(place: PlaceReading, registered: str, regions: Vocabulary) -> str:
    """Return where a company is whose place was not surely read: the one of several that lies where it is registered.

    Where none or several do, it is the region of its credit code. Either is inferred, never stated.
    """
    fitting = [code for code in place.codes if regions.taxonomy.within(code, (registered,))]
    return fitting[0] if place.status is PlaceStatus.AMBIGUOUS and len(fitting) == 1 else registered


def _read_code(digits: str, gazetteer: Gazetteer) -> PlaceReading:
    """Read an administrative code; the digits after the sixth are a town or village."""
    matched = _CODE.fullmatch(digits)
    code, known = gazetteer.division_of(matched[1]) if matched else ("", False)
    if matched is None or not code or (not known and code.endswith("0000")):
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
        elif self._writing.words and chain.end < self._length:
            run = run_together(self._writing)
            chain = read_chain(run, 0, self._gazetteer)
            return self._fact(chain) if chain.ids and chain.end == len(run.units) else None
        return self._fact(chain) if chain.ids and chain.end == self._length else None

    def _begun(self, chain: Chain) -> PlaceReading | None:
        """Read an input that begins with places and goes on with a finer part nobody knows."""
        chain = back_off(chain, self._writing, self._gazetteer)
        if not is_believed(chain, self._writing, self._gazetteer):
            return None
        return self._address(chain, self._writing.text(chain.end))

    def _address(self, chain: Chain, rest: str) -> PlaceReading:
        """Return the place that an address names, all of them where the rest names others."""
        chain = self._with_streets(chain)
        finer, others = self._later(chain)
        if others:
            return _offer(self._gazetteer, tuple(dict.fromkeys((*self._settle(chain.ids), *others))), similarity=1.0)
        return self._fact(finer or chain, rest)

    def _with_streets(self, chain: Chain) -> Chain:
        """Leave out places without towns and streets, where an address goes on with some (三沙市 has a 南沙区 too)."""
        bare = word_lists().places_without_streets
        ids = tuple(place for place in chain.ids if not self._gazetteer.within(place, bare))
        return replace(chain, ids=ids) if ids and chain.end < self._length else chain

    def _later(self, known: Chain) -> tuple[Chain | None, Ids]:
        """Return what the rest of an address names: a zone around the street, and places that exclude the known one."""
        zone: Chain | None = None
        found: list[str] = []
        for chain in self._named_from(known.end):
            if all(self._gazetteer.is_town(place) for place in chain.ids):
                continue
            if self._may_meet(known.ids, chain.ids):
                zone = zone or self._zone_around(known, chain)
            elif self._is_distinct(chain) and is_another(chain, self._writing, known):
                found += self._settle(chain.ids)
        return zone, tuple(found)

    def _named_from(self, position: int) -> Iterator[Chain]:
        """Yield what is named from `position` on, each place as far as it goes."""
        while position < self._length:
            chain = Chain(position)
            if self._writing.words or self._writing.name(position, position + 2) in self._gazetteer.lengths:
                chain = self._chain_at(position)
            if chain.parts:
                yield chain
            position = max(chain.end, position + 1)

    def _chain_at(self, start: int) -> Chain:
        return back_off(read_chain(self._writing, start, self._gazetteer), self._writing, self._gazetteer)

    def _zone_around(self, known: Chain, chain: Chain) -> Chain | None:
        """Return a chain that names a zone in full, with what was known before it."""
        gazetteer, is_full = self._gazetteer, chain.end - chain.parts[0].start > _SHORTEST_ZONE
        ids = gazetteer.narrow(known.ids, self._writing.name(chain.parts[-1].start, chain.parts[-1].end))
        if not is_full or len(ids) != 1 or gazetteer.regions[ids[0]].kind != Level.ZONE or ids == known.ids:
            return None
        return replace(chain, ids=ids, parts=(*known.parts, *chain.parts))

    def _is_distinct(self, chain: Chain) -> bool:
        return is_distinct(chain, self._writing, self._gazetteer)

    def _may_meet(self, some: Ids, others: Ids) -> bool:
        """Tell whether places overlap, or a zone reaches into unknown parts of a city that has the other too."""
        return any(self._gazetteer.may_meet(place, other) for place in some for other in others)

    def _ended(self) -> PlaceReading | None:
        """Read an input that names its places after a street or a house, as English addresses do."""
        for start in sorted(self._writing.bounds):
            chain = self._chain_at(start)
            before = self._writing.text(0, start)
            if not chain.parts or chain.ids == (COUNTRY,):
                continue
            if chain.end == self._length and (self._writing.words or ends_an_address(before)):
                return self._fact(chain, before)
            if ends_an_address(before) and is_firm(chain, self._writing, self._gazetteer):
                return self._address(chain, before)
        return None

    def _mentioned(self) -> PlaceReading | None:
        """Offer what is named among other words; places that exclude one another are all offered."""
        ids: Ids = ()
        covered = 0
        for chain in self._named_from(0):
            if self._is_distinct(chain):
                ids = self._joined(ids, self._settle(chain.ids))
                covered += chain.end - chain.parts[0].start
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
        """Tell whether nothing was read but an everyday word or a town's name that others have too (滨湖, 长安镇)."""
        if self._near is not None or len(chain.parts) != 1:
            return False
        regions = self._gazetteer.regions
        if is_firm(chain, self._writing, self._gazetteer):
            name = self._writing.text(chain.parts[0].start, chain.parts[0].end)
            return all(regions[place].extra.get("shared") and regions[place].zh == name for place in chain.ids)
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
