"""Reads the words of trade: a business scope (经营范围) item by item, and whether who says so makes or only sells.

What an item names, reader.py reads as a product. Items say again what they said: the items of an item are that item,
so that many scopes can be read item by item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import IntFlag, StrEnum, auto
from functools import lru_cache

from matcher.profiles.intents import Denials
from matcher.profiles.organisations import DISTRIBUTOR, OrganisationReader
from matcher.profiles.profile import Notes, Profile, ReadFact, Unread, mention_of
from matcher.profiles.words import SURE, How, WordReading, WordResolver
from seeds.vocabulary import fold
from seeds.word_lists import industries, scope_mark, word_lists

_LISTS = word_lists()

LONGEST_PRODUCT = 60
"""Characters of a product; a longer text of several parts may be a pasted scope."""

LONGEST_UNMARKED = 200
"""Characters of a text that is known for a scope by its wording alone; a longer one has a heading or the formula."""

_MANY_PARTS = 3


class Deed(StrEnum):
    """What is done to what an item names."""

    MAKE = "make"
    TRADE = "trade"
    SERVE = "serve"
    UNSAID = "unsaid"


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_HEADING = re.compile(f"(?:{_any_of(_LISTS.scope_headings)})[:：]")
_OPENING, _CLOSING = frozenset("(（[【"), frozenset(")）]】")
_PERMIT = re.compile(_any_of(_LISTS.scope_permits))
_PARTS = re.compile("[;；。\n]")
_COMMAS, _ENUMERATING = re.compile(r"，|(?<!\d),|,(?!\d)"), re.compile("、")
_ANY_OF_THEM = re.compile(rf"、|{_COMMAS.pattern}")
_NUMBER = re.compile(r"(?:[(（]\d{1,2}[)）]|\d{1,2}(?:[)）]|[、.．](?!\d))|[①-⑳])\s*")
_DOING = re.compile("(?:主要|专业)?从事")

_VERBS = (*_LISTS.making, *_LISTS.trading)
_VERB = re.compile(_any_of(_VERBS))
_VERB_BACKWARDS = re.compile(_any_of(verb[::-1] for verb in _VERBS))
_JOINING = frozenset("、,，/和与及兼")
_MAKES = re.compile(_any_of(_LISTS.making))
_OF_GOODS_ONLY, _TOOLS = tuple(_LISTS.trading_of_goods_only), _LISTS.tools_of_trade
_CALLED = re.compile("(?:(?<=配送|销售|经销|代理|批发|零售)服务)?(?:业务|商|公司|店)?$")
_GRADE = re.compile(r"(?:第?[一二三ⅠⅡⅢ123]{1,3}[类级][、和及与]?)+|新型|高性能|高端|各类")


def is_business_scope(text: str) -> bool:
    """Tell whether what was given as one product is a whole scope: by a heading, the formula, or how it is worded."""
    is_short = len(text) <= LONGEST_UNMARKED
    return bool(scope_mark().search(text)) or (is_short and (_is_under_verbs(text) or _is_worded_as_scope(text)))


def _is_worded_as_scope(text: str) -> bool:
    parts = _cut(text, _PARTS) if len(text) > LONGEST_PRODUCT else []
    worded = [part for part in parts if not _counts(part) or deed_of(part)[1] is not Deed.UNSAID]
    return len(parts) >= _MANY_PARTS and len(worded) * 2 >= len(parts)


def scope_items(text: str, is_name: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the items of a scope, each with its own verb (化妆品销售), without what every scope says.

    `is_name` tells whether words are wholly a name: a 「、」 cuts only where names stand on both sides.
    """
    return tuple(dict.fromkeys(item for part in _parts(text) for item in _items_of(part, is_name)))


def _parts(text: str) -> Iterator[str]:
    """Yield what stands between the marks that always separate, without headings, formulas and numbers."""
    for part in _cut(_HEADING.sub("；", _without_asides(text)), _PARTS):
        number = _NUMBER.match(part)
        yield part[number.end() :] if number else part


def _without_asides(text: str) -> str:
    """Return a text without brackets that only restrict what stands before them, whatever stands in these."""
    kept, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in _OPENING:
            if depth == 0:
                kept.append(text[start:place])
                start = place
            depth += 1
        elif character in _CLOSING and depth:
            depth -= 1
            if depth == 0 and _is_aside(text[start + 1 : place]):
                start = place + 1
    return "".join((*kept, text[start:]))


def _is_aside(bracketed: str) -> bool:
    return bracketed.startswith(_LISTS.scope_asides) or bool(_PERMIT.search(bracketed))


def _items_of(part: str, is_name: Callable[[str], bool]) -> Iterator[str]:
    if _is_under_verbs(part):  # 生产、销售：化妆品、饲料
        end = _end_of_verbs(part)
        named = _cut(part[end + 1 :], _ANY_OF_THEM)
        yield from (f"{name}{_deciding(part[:end])}" for name in named if _counts(name))
        return
    for piece in [part] if _is_official(part) else _cut(part, _COMMAS):
        yield from _items_in(piece, is_name)


def _items_in(piece: str, is_name: Callable[[str], bool]) -> Iterator[str]:
    if _is_official(piece) or "、" not in piece:
        yield from [piece] if _counts(piece) else []
        return
    kept = [each for each in _cut(piece, _ENUMERATING) if _counts(each)]
    name, verbs = _apart("、".join(kept))
    names = _cut(name, _ENUMERATING)
    if len(names) <= 1 or not all(is_name(each) or _apart(each)[1] for each in names[:-1]):
        yield from [f"{name}{_deciding(verbs)}"] if _counts(name) else []
    elif is_name(names[-1]) or verbs:
        yield from (each if _apart(each)[1] else f"{each}{_deciding(verbs)}" for each in names)
    else:
        yield name


def _is_under_verbs(part: str) -> bool:
    end = _end_of_verbs(part)
    return end > 0 and part[end : end + 1] in (":", "：")


def _counts(item: str) -> bool:
    """Tell whether an item says anything of a company."""
    return bool(fold(item)) and item.strip("的等") not in _LISTS.scope_everywhere and not _PERMIT.search(item)


def _is_official(item: str) -> bool:
    return fold(item) in industries().codes


def _cut(text: str, marks: re.Pattern[str]) -> list[str]:
    return [piece.strip() for piece in marks.split(text) if piece.strip()]


def _apart(item: str) -> tuple[str, str]:
    """Return what an item names and the verbs behind or before it, "" where there are none."""
    bare = _CALLED.sub("", item)
    start = len(bare) - _end_of_verbs(bare[::-1], _VERB_BACKWARDS)
    if start < len(bare):
        return bare[:start].rstrip("的、"), bare[start:]
    doing = _DOING.match(item)
    end = _end_of_verbs(item, start=doing.end() if doing else 0)
    return (item[end:], item[:end]) if end else (item, "")


def _end_of_verbs(text: str, verb: re.Pattern[str] = _VERB, start: int = 0) -> int:
    """Return where the verbs that a text begins with end, 0 where it begins with none."""
    end, found = 0, verb.match(text, start)
    while found:
        end = found.end()
        found = verb.match(text, end + (text[end : end + 1] in _JOINING))
    return end


def _deciding(verbs: str) -> str:
    """Return the one verb that decides: who makes and sells makes."""
    made = _MAKES.search(verbs)
    return made[0] if made else verbs


@lru_cache(maxsize=65536)
def deed_of(item: str) -> tuple[str, Deed]:
    """Return what an item names, without verbs and grades (第二类), and what is done to it."""
    name, verbs = _apart(item.strip())
    grade = _GRADE.match(name)
    bare = name[grade.end() :] if grade and grade.end() < len(name) else name
    if not verbs:
        return bare, Deed.SERVE if item.endswith(_LISTS.serving) else Deed.UNSAID
    return bare, Deed.MAKE if _MAKES.search(verbs) else Deed.TRADE


def _says_sale_first(item: str) -> bool:
    """Tell whether the verb stands before what is sold (销售医用敷料), where it may as well begin a name (零售软件)."""
    return _end_of_verbs(item) > 0 and not _end_of_verbs(_CALLED.sub("", item)[::-1], _VERB_BACKWARDS)


class Sign(IntFlag):
    """What tells a mere seller from a maker; the inputs of a profile give several, which add up."""

    NAME_TRADES = auto()
    SECTOR_TRADES = auto()
    SECTOR_OTHER = auto()
    PRODUCT_MADE = auto()
    PRODUCT_TRADED = auto()
    PRODUCT_UNSAID = auto()
    SCOPE_TRADES = auto()


_TRADING = Sign.NAME_TRADES | Sign.SECTOR_TRADES | Sign.PRODUCT_TRADED | Sign.SCOPE_TRADES


def only_trades(signs: int) -> bool:
    """Tell whether who gives these signs sells, and does not make, what it calls its products.

    What is said to be made decides first, then the name, whose word for the trade is by law that of the main business,
    then the words of the products, the stated sector, the scope.
    """
    if signs & Sign.PRODUCT_MADE:
        return False
    if signs & Sign.NAME_TRADES or (signs & Sign.PRODUCT_TRADED and not signs & Sign.PRODUCT_UNSAID):
        return True
    if signs & (Sign.SECTOR_TRADES | Sign.SECTOR_OTHER):
        return not signs & Sign.SECTOR_OTHER
    return bool(signs & Sign.SCOPE_TRADES) and not signs & Sign.PRODUCT_UNSAID


def _texts(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Yield field, origin and text of what may tell that a company only trades."""
    for field in ("sector", "products"):
        for place, text in enumerate(getattr(profile, field)):
            yield field, f"{field}[{place}]", text
    yield from ((field, field, text) for field in ("name", "business_scope") if (text := getattr(profile, field)))


class BusinessReader:
    """Reads the words of trade against the vocabularies; the latest scopes are remembered.

    Threads may share it, as they may a WordResolver.
    """

    def __init__(
        self, organisations: OrganisationReader, sectors: WordResolver, concepts: WordResolver, denials: Denials
    ) -> None:
        """Take over the resolvers of names; what is denied is no sign of anything."""
        self.organisations, self.sectors, self.concepts, self._denials = organisations, sectors, concepts, denials
        self.items_of = lru_cache(maxsize=4096)(self._items_of)

    def only_trades(self, profile: Profile) -> bool:
        """Tell whether a profile is that of a mere seller; who declares what it is, is not judged by its words."""
        if "organisation" in profile.facts:
            declared = profile.facts["organisation"]
            kinds = declared if isinstance(declared, list | tuple) else [declared]
            return any(DISTRIBUTOR in self.organisations.vocabulary.find(str(kind)) for kind in kinds)
        signs = 0
        for field, _, text in _texts(profile):
            signs |= self.signs(field, text)
        return only_trades(signs)

    def signs(self, field: str, text: str) -> int:
        """Return the signs that a text of a field gives."""
        if field == "name":
            return Sign.NAME_TRADES if self.organisations.of_name(text) == DISTRIBUTOR else 0
        if field == "business_scope" or is_business_scope(text):
            return Sign.SCOPE_TRADES if any(map(self.is_sale, self.items_of(text))) else 0
        names, sign_of = (
            (self.sectors, self._sign_of_sector) if field == "sector" else (self.concepts, self._sign_of_product)
        )
        stated = self._denials.said(field, text).rest
        return sum({sign_of(item) for item in names.split(stated)}) if stated.strip() else 0

    def _sign_of_sector(self, item: str) -> int:
        readings = self.sectors.read(item)
        if not _are_sure(readings):
            return Sign.SECTOR_TRADES if self.is_sale(item) else 0
        return Sign.SECTOR_TRADES if self._trades(readings) else Sign.SECTOR_OTHER

    def _sign_of_product(self, item: str) -> int:
        if self.is_sale(item) or self._trades(self.sectors.read(item)):
            return Sign.PRODUCT_TRADED
        return Sign.PRODUCT_MADE if deed_of(item)[1] is Deed.MAKE else Sign.PRODUCT_UNSAID

    def _is_of_trade(self, readings: tuple[WordReading, ...]) -> bool:
        """Tell whether what is surely read as a product is a trade (医疗器械销售)."""
        within, trade = self.sectors.vocabulary.taxonomy.within, self.organisations.vocabulary[DISTRIBUTOR].sectors
        sectors = [
            sector
            for reading in readings
            for entry in reading.ids
            for sector in self.concepts.vocabulary[entry].sectors
        ]
        return _are_sure(readings) and bool(sectors) and all(within(sector, trade) for sector in sectors)

    def _trades(self, readings: tuple[WordReading, ...]) -> bool:
        within = self.sectors.vocabulary.taxonomy.within
        trade = self.organisations.vocabulary[DISTRIBUTOR].sectors
        return _are_sure(readings) and all(within(entry, trade) for reading in readings for entry in reading.ids)

    def is_sale(self, item: str) -> bool:
        """Tell whether an item says that something is sold; a service of that name (专利代理) is none."""
        name, deed = deed_of(item)
        if deed is not Deed.TRADE:
            return False
        whole = self.sectors.read(item)
        product = self.concepts.read(item)
        if _are_sure(whole) or _are_sure(product):
            return self._trades(whole) or self._is_of_trade(product)
        known = (self.concepts.read(name), self.sectors.read(name)) if name else ()
        if _says_sale_first(item):
            return any(map(_are_sure, known)) and not item.endswith(_TOOLS)
        return any(known) if _CALLED.sub("", item).endswith(_OF_GOODS_ONLY) else True

    def is_name(self, text: str) -> bool:
        """Tell whether a text is wholly the name of a product or sector."""
        return _are_sure(self.concepts.read(text)) or _are_sure(self.sectors.read(text))

    def _items_of(self, scope: str) -> tuple[str, ...]:
        """Return the items of a scope that count: what is sold only where nothing is made and most is sold."""
        items = scope_items(scope, self.is_name)
        kept = tuple(item for item in items if not self.is_sale(item))
        trades = len(kept) * 2 < len(items) and not any(deed_of(item)[1] is Deed.MAKE for item in kept)
        return items if trades else kept

    def sure_names(self, item: str) -> tuple[str, ...]:
        """Return what an item is wholly the name of, without and with its verb; () where something is unexplained."""
        name, deed = deed_of(item)
        is_done = deed is not Deed.SERVE
        named = [name] if is_done and _are_sure(self.concepts.read(name)) else []
        if _are_sure(self.sectors.read(item)) or (not named and _are_sure(self.concepts.read(item))):
            named.append(item)
        return tuple(named or ([name] if is_done and _are_sure(self.sectors.read(name)) else []))

    def read_trade(self, profile: Profile, notes: Notes, *, trades: bool) -> None:
        """Note of a company that only sells that nothing it calls its products is read as made by it."""
        if not trades:
            return
        told = next((one for one in _texts(profile) if self.signs(one[0], one[2]) & _TRADING), ("", "products", ""))
        self.organisations.note(DISTRIBUTOR, told[1], told[2], notes)
        notes.conflicts += ["products_traded"] if profile.products else []

    def is_traded_sector(self, text: str) -> bool:
        """Tell whether a sector that a mere seller states is that of its goods, and none of trade."""
        return self._sign_of_sector(text) == Sign.SECTOR_OTHER

    def offer_sector(self, text: str, origin: str, notes: Notes) -> None:
        """Offer the sector of the goods: a seller may mean that of its customers."""
        offered = tuple((entry, reading.similarity) for reading in self.sectors.read(text) for entry in reading.ids)
        notes.unrecognised.append(Unread(fact="sector", origin=origin, input=text, candidates=offered))
        notes.suspect("sector", [entry for entry, _ in offered])

    def note_sale(self, item: str, origin: str, notes: Notes) -> None:
        """Note the sector of trade that a sold good gives; no word of the good connects."""
        sector = self._sector_of_sale(item)
        read = ReadFact(fact="sector", value=sector, origin=origin, input=item, how=How.INFERRED)
        notes.note(read)

    def _sector_of_sale(self, item: str) -> str:
        whole = self.sectors.read(item)
        if _are_sure(whole):
            return whole[0].ids[0]
        name, vocabulary = deed_of(item)[0], self.sectors.vocabulary
        sold = [entry for reading in self.sectors.read(name) if reading.how in SURE for entry in reading.ids]
        for concept in (entry for reading in self.concepts.read(name) if reading.how in SURE for entry in reading.ids):
            sold += self.concepts.vocabulary[concept].sectors
        for trade in vocabulary.entries.values():
            if any(vocabulary.taxonomy.within(entry, trade.extra.get("sells", ())) for entry in sold):
                return trade.id
        return self.organisations.vocabulary[DISTRIBUTOR].sectors[0]

    def offer(self, item: str, origin: str, notes: Notes) -> None:
        """Offer the names that stand in an item, and let them connect; what a service is for is not offered."""
        name, deed = deed_of(item)
        readings = self.concepts.read(name) if deed is not Deed.SERVE else ()
        if not readings:
            return
        found = [(entry, reading.similarity) for reading in readings for entry in reading.ids]
        notes.unrecognised.append(Unread(fact="concepts", origin=origin, input=item, candidates=tuple(found)))
        for entry, similarity in found:
            read = ReadFact(
                fact="concepts", value=entry, origin=origin, input=item, how=How.CONTAINS, similarity=similarity
            )
            notes.mentions.append(mention_of(read, "concepts"))


def _are_sure(readings: tuple[WordReading, ...]) -> bool:
    return bool(readings) and all(reading.how in SURE for reading in readings)
