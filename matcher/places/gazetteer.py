"""The regions indexed for reading: every way of writing a place, what lies in what, and codes past and present.

Built once for a vocabulary; knows nothing of sentences, that is for matcher/places/reader.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from seeds.regions import Level
from seeds.vocabulary import Entry, Vocabulary, fold

Ids = tuple[str, ...]

CODE_LENGTH = 6
_CHINESE = re.compile("[㐀-鿿]")
_SHORTEST_INSIDE = 3
_COARSE = (Level.COUNTRY, Level.PROVINCE, Level.CITY, Level.ZONE, Level.GROUP)
_GROUPING = "01"
"""Codes that end so (市辖区) group the districts of a city; 110100 and 500200 group those of a municipality."""

_ZONE_DIGITS = "70"
"""From here on the last two digits of a code are no county's: zones of a city register under them (340191, 320594)."""

_MUNICIPAL = re.compile("(?:11|12|31|50)0[1239]")
"""Codes that begin so are given out by a municipality, for districts and zones of its own (500905)."""

_TOWN = ("镇", "街道")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gazetteer:
    """The index: `names` and `former` have ids by folded Chinese name or code, `latin` by Latin name.

    `own` has the ids so called in full; `lengths`, by two characters, the lengths of all names that begin so;
    `moved` the cities that a division lay in before.
    A name in `former` alone says too little: it is read only inside a place already read (重庆市 before 江北区,
    合肥市 before 高新区).
    """

    regions: Vocabulary
    names: Mapping[str, Ids]
    former: Mapping[str, Ids]
    latin: Mapping[str, Ids]
    own: Mapping[str, frozenset[str]]
    former_codes: Mapping[str, str]
    moved: Mapping[str, frozenset[str]]
    lengths: Mapping[str, tuple[int, ...]]
    spellings: Ids
    latin_spellings: Ids

    def may_meet(self, place: str, other: str) -> bool:
        """Tell whether two places share ground, or may, as a zone of a whole city and a county of it."""
        if self.regions.taxonomy.overlaps(place, (other,)):
            return True
        pairs = ((place, other), (other, place))
        return any(
            self.regions[zone].kind == Level.ZONE and self.within(p, self.regions[zone].parents) for zone, p in pairs
        )

    def is_called(self, name: str, places: Ids) -> bool:
        """Tell whether `name` is the full name or code of one of `places`, or of what they lie in."""
        own = self.own.get(name)
        return own is not None and any(self.within(place, own) for place in places)

    def labelled(self, name: str, places: Ids) -> Ids:
        """Return those of `places` whose English label is `name`: Shanxi is 山西, although 陕西 is read so too."""
        return tuple(place for place in places if fold_latin(self.regions[place].en) == name)

    def says_where(self, name: str, places: Ids) -> bool:
        """Tell whether the name of a zone begins with that of its city or province (东莞松山湖), as two parts would."""
        above = {part for place in places for part in self.regions.taxonomy.ancestors(place)} - set(places)
        shorts = tuple(short for part in above for short in self.regions[part].extra.get("short", ()))
        return all(self.regions[place].kind == Level.ZONE for place in places) and name.startswith(shorts)

    def is_coarse(self, region_id: str) -> bool:
        """Tell whether a place is known widely by its short name: all but counties and the country."""
        return self.regions[region_id].kind in _COARSE

    def is_everyday(self, region_id: str) -> bool:
        """Tell whether the short name of a place is an everyday word (资源, 合作, 朝阳)."""
        return bool(self.regions[region_id].extra.get("everyday"))

    def within(self, region_id: str, places: Iterable[str]) -> bool:
        """Tell whether a place is one of `places` or lies in one of them."""
        return self.regions.taxonomy.within(region_id, places)

    def narrow(self, known: Ids, name: str) -> Ids:
        """Return what a further name makes of the places known so far, () when it contradicts them all.

        A finer place inside a known one replaces it; a coarser place keeps those that lie in it.
        """
        named = self.names.get(name) or self.latin.get(name, ())
        if not known or not (named or name in self.former):
            return named
        if inside := self._inside(known, named):
            return inside
        called = self._inside(known, self.former.get(name, ())) or self._once_inside(known, name)
        if len(called) == 1:
            return called
        return tuple(place for place in known if self.within(place, named)) or self._meeting(known, named, name)

    def in_province(self, known: Ids, name: str) -> Ids:
        """Return the divisions called `name` in full in the province of a place known (阜阳地区, then 亳州市)."""
        provinces = {f"{place[:2]}0000" for place in known}
        named = (*self.own.get(name, ()), *self.names.get(name, ()))
        return tuple(dict.fromkeys(place for place in named if place.isdigit() and self.within(place, provinces)))

    def is_town(self, region_id: str) -> bool:
        """Tell whether a zone is a town or subdistrict: counties elsewhere have towns of the same name."""
        entry = self.regions[region_id]
        return entry.kind == Level.ZONE and entry.zh.endswith(_TOWN)

    def _meeting(self, known: Ids, named: Ids, name: str) -> Ids:
        """Return what is left of a zone and a further name that lie side by side or share ground, () when they do not.

        What lies in both is meant (广东自贸试验区 and 南沙区: its 南沙片区). After a zone of a whole province the name
        alone says more (安徽自贸试验区, then 合肥市高新区); after the zone of a city, a county of it says less.
        """
        zones = [place for place in known if self.regions[place].kind == Level.ZONE and not self.is_town(place)]
        if not zones or len(zones) != len(known):
            return ()
        if len(shared := self._shared(known, named)) == 1:
            return shared
        around = {division for zone in zones for division in self._divisions(zone)}
        around -= {wider for place in around for wider in self.regions.taxonomy.ancestors(place) if wider != place}
        near = tuple(place for place in (*named, *self.former.get(name, ())) if self.within(place, around))
        if len(near) != 1 or near[0] in around:
            return ()
        wide = all(self.regions[place].kind == Level.PROVINCE for place in around)
        finer = self.regions[near[0]].kind == Level.ZONE and not self.is_town(near[0])
        return near if wide or finer else known

    def _shared(self, some: Ids, others: Ids) -> Ids:
        """Return the widest places that lie in one of `some` and in one of `others`."""
        below = self.regions.taxonomy.descendants
        both = {place for one in some for other in others for place in below(one) & below(other)}
        return tuple(sorted(p for p in both if not any(p != wider and self.within(p, (wider,)) for wider in both)))

    def _divisions(self, place: str) -> Iterator[str]:
        """Yield the divisions a zone lies in, through zones around it."""
        entry = self.regions[place]
        if entry.kind != Level.ZONE:
            yield place
        for parent in entry.parents if entry.kind == Level.ZONE else ():
            yield from self._divisions(parent)

    def _inside(self, known: Ids, named: Ids) -> Ids:
        inside = tuple(place for place in named if self.within(place, known))
        finer = tuple(place for place in inside if any(place != k and self.within(place, (k,)) for k in known))
        return finer or inside

    def _once_inside(self, known: Ids, name: str) -> Ids:
        """Return the counties called `name` in full that lay in a known city before: 寿县 of 六安, now of 淮南."""
        counties = self.own.get(name, frozenset()) & self.moved.keys()
        return tuple(county for county in counties if not self.moved[county].isdisjoint(known))

    def division_of(self, code: str) -> tuple[str, bool]:
        """Return the division of a six-digit code and whether the code is that division's own or former one.

        An unknown code (development zones register under 340191 and the like) gives its city or province and False.
        """
        if code in self.regions:
            return code, True
        if code in self.former_codes:
            return self.former_codes[code], True
        province, city = f"{code[:2]}0000", f"{code[:4]}00"
        if city in self.regions:
            return city, code.endswith(_GROUPING)
        return (province, code[2:] in ("0100", "0200", "9000")) if province in self.regions else ("", False)

    def registered_in(self, code: str) -> str:
        """Return where a company registers under a six-digit code, "" when no division or zone has the code.

        A former prefecture that was shared out (341400, 巢湖市) gives its province.
        """
        place, known = self.division_of(code)
        if known or _MUNICIPAL.match(code) or (place[2:4] != "00" and code[4:] >= _ZONE_DIGITS):
            return place
        shared_out = code.endswith("00") and any(former.startswith(code[:4]) for former in self.former_codes)
        return place if shared_out else ""


@lru_cache(maxsize=8192)
def fold_latin(text: str) -> str:
    """Return Latin letters and digits without accents, marks and spaces: Lu'an -> luan, Lüliang -> luliang."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isascii() and c.isalnum())


@lru_cache(maxsize=4)
def gazetteer_of(regions: Vocabulary) -> Gazetteer:
    """Return the gazetteer of a vocabulary, built at its first use."""
    index = _Index()
    for entry in regions.entries.values():
        index.take(entry, regions)
    chinese = _closed(index.names)
    latin = _closed(index.latin)
    return Gazetteer(
        regions=regions,
        names=chinese,
        former=_closed(index.inside),
        latin=latin,
        own={name: frozenset(ids) for name, ids in index.own.items()},
        former_codes=index.codes,
        moved=_moved(regions),
        lengths=_lengths((*chinese, *index.inside, *latin)),
        spellings=tuple(name for name in chinese if not name.isascii()),
        latin_spellings=tuple(latin),
    )


class _Index:
    """What the entries are called, collected one entry after the other."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}
        self.latin: dict[str, list[str]] = {}
        self.inside: dict[str, list[str]] = {}
        self.own: dict[str, list[str]] = {}
        self.codes: dict[str, str] = {}

    def take(self, entry: Entry, regions: Vocabulary) -> None:
        """Add every way of writing one entry."""
        for spelling in entry.spellings():
            if _CHINESE.search(spelling):
                _add(self.names, spelling, entry.id)
            else:
                _add_folded(self.latin, fold_latin(spelling), entry.id)
        if entry.id.isdigit():
            _add_folded(self.names, entry.id, entry.id)
            _add_folded(self.own, entry.id, entry.id)
        _add(self.own, entry.zh, entry.id)
        for name in (*entry.extra.get("former", ()), *_inside_names(entry, regions)):
            _add(self.inside, name, entry.id)
        codes = (*entry.extra.get("former_codes", ()), *entry.extra.get("codes", ()))
        self.codes.update(dict.fromkeys(codes, entry.id))


def _moved(regions: Vocabulary) -> dict[str, frozenset[str]]:
    """Return, by division, the cities of today in which its former codes place it and in which it no longer lies."""
    found: dict[str, frozenset[str]] = {}
    for entry in regions.entries.values():
        cities = {f"{code[:4]}00" for code in entry.extra.get("former_codes", ())} & regions.entries.keys()
        if away := cities - regions.taxonomy.ancestors(entry.id):
            found[entry.id] = frozenset(away)
    return found


def _inside_names(entry: Entry, regions: Vocabulary) -> Iterator[str]:
    """Yield what a zone is called inside its city (高新区 of 合肥高新区, after 合肥市) or wherever it lies."""
    yield from entry.extra.get("inside", ())
    if entry.kind != Level.ZONE:
        return
    above = (regions[place] for place in regions.taxonomy.ancestors(entry.id) if place != entry.id)
    cities = [short for place in above if place.kind == Level.CITY for short in place.extra.get("short", ())]
    for name in entry.spellings():
        for city in cities:
            rest = name.removeprefix(city)
            if name.startswith(city) and len(rest) >= _SHORTEST_INSIDE:
                yield rest


def _add(index: dict[str, list[str]], name: str, region_id: str) -> None:
    """Index a Chinese name as folded and as it stands: conversion turns 乾县 alone, but not 乾縣, into 干县."""
    for written in {fold(name): None, name: None}:
        _add_folded(index, written, region_id)


def _add_folded(index: dict[str, list[str]], name: str, region_id: str) -> None:
    if name and region_id not in index.setdefault(name, []):
        index[name].append(region_id)


def _lengths(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for name in names:
        if len(name) > 1:
            found.setdefault(name[:2], set()).add(len(name))
    return {head: tuple(sorted(lengths, reverse=True)) for head, lengths in found.items()}


def _closed(index: Mapping[str, list[str]]) -> dict[str, Ids]:
    return {name: tuple(ids) for name, ids in index.items()}
