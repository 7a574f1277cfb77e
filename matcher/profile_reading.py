"""Goes through the inputs of a profile, one reader a field, and gathers what was understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.errors import MatchError
from matcher.places import PlaceReading, PlaceStatus, region_of_credit_code, resolve_place
from matcher.profile import MatchRequest, Profile
from matcher.reading import Mention, Notes, ReadFact, Reading, Unread, mention_of
from matcher.words import SURE, How, WordReading, WordResolver
from rules.catalogue import Catalogue
from rules.errors import FactError
from rules.facts import Value, derive, parse_fact_value
from seeds.errors import Fault
from seeds.folding import fold

CONNECTING_SIMILARITY = 0.75
"""A likeness connects from here on; below, it is only offered for confirmation."""

_VOCABULARY_OF = {
    "sector": "sectors", "products": "concepts", "technologies": "concepts",
    "stage": "stages", "needs": "needs", "certifications": "certifications",
}  # fmt: skip
_NO_PRODUCTS = frozenset(
    re.findall(
        r"\w+",
        "中小企业 中小微企业 小微企业 民营企业 科技企业 科技型企业 龙头企业 高科技 高新技术 新技术 新产品 科技创新"
        " 技术创新 技术服务 技术开发 产品研发 技术研发 研发生产 生产制造 生产加工 解决方案 产业化 企业管理 其他",
    )
)
"""What every policy says and no company makes."""

_FIGURES = ("employees", "annual_revenue_cny", "rd_spend_cny", "rd_staff", "founded_on", "foreign_invested")


@dataclass(frozen=True, slots=True)
class ProfileReader:
    """Reads profiles against one catalogue; built once, used for every profile."""

    catalogue: Catalogue
    resolvers: dict[str, WordResolver]
    manual_facts: frozenset[str]

    def read(self, request: MatchRequest) -> Reading:
        """Return what is understood of the profile; raise MatchError naming every bad declared fact."""
        notes, profile = Notes(), request.profile
        self._read_place(profile.city, "region", "city", notes)
        self._read_credit_code(profile, notes)
        self._read_place(profile.target_city, "target_region", "target_city", notes)
        for origin, text in self._items(profile, "sector"):
            self._read_sector(text, origin, notes)
        for origin, text in (*self._items(profile, "products"), *self._items(profile, "technologies")):
            self._read_concept(text, origin, notes)
        for fact in ("stage", "needs", "certifications"):
            for origin, text in self._items(profile, fact):
                self._read_set(fact, text, origin, notes)
        _read_figures(profile, notes)
        self._read_declared(profile, notes)
        if notes.has("region") and not notes.has("target_region"):
            notes.copy("region", "target_region")  # said nothing else, it is where the company is
        return Reading(
            answers=derive(notes.answers(), request.on),
            facts=tuple(notes.facts),
            unrecognised=tuple(notes.unrecognised),
            mentions=_distinct(notes.mentions),
            conflicts=tuple(notes.conflicts),
        )

    def _items(self, profile: Profile, name: str) -> Iterator[tuple[str, str]]:
        """Yield (origin, item) for each item of a field; a list typed as one text gives several of one origin."""
        resolver = self.resolvers[_VOCABULARY_OF[name]]
        for position, text in enumerate(getattr(profile, name)):
            for item in resolver.split(text) if text.strip() else ():
                yield f"{name}[{position}]", item

    def _read_place(self, text: str, fact: str, origin: str, notes: Notes) -> None:
        if not text.strip():
            return
        place = resolve_place(text, self.catalogue.vocabularies["regions"])
        if place.status in (PlaceStatus.EXACT, PlaceStatus.ALIAS):
            read = ReadFact(fact=fact, value=place.codes[0], origin=origin, input=text, how=How(place.status))
            notes.note(read)
            notes.mentions.append(mention_of(read, "regions"))
            return
        unread = Unread(fact=fact, origin=origin, input=text, candidates=_candidates(place))
        if place.status is PlaceStatus.AMBIGUOUS:
            notes.one_of(fact, place.codes, unread)
        else:
            notes.doubt(unread)

    def _read_credit_code(self, profile: Profile, notes: Notes) -> None:
        """Take the region from a credit code: inferred only; the stated city wins and a disagreement is told."""
        regions = self.catalogue.vocabularies["regions"]
        code = region_of_credit_code(profile.uscc, regions) if profile.uscc else None
        if code is None:
            return
        stated = [str(value) for value in notes.values("region")]
        if not notes.has("region"):
            read = ReadFact(fact="region", value=code, origin="uscc", input=profile.uscc, how=How.INFERRED)
            notes.note(read)
            notes.mentions.append(mention_of(read, "regions"))
        elif stated and not any(regions.taxonomy.overlaps(value, [code]) for value in stated):
            notes.conflicts.append("region_differs_from_uscc")

    def _read_sector(self, text: str, origin: str, notes: Notes) -> None:
        readings = self.resolvers["sectors"].read(text)
        if _is_sure(readings):
            self._note_all("sector", "sectors", readings, origin, notes)
            return
        concepts = self.resolvers["concepts"].read(text)
        if _is_sure(concepts):
            self._note_concepts(concepts, origin, notes)
            return
        self._doubt("sector", "sectors", text, origin, notes)

    def _read_concept(self, text: str, origin: str, notes: Notes) -> None:
        readings = self.resolvers["concepts"].read(text)
        if _is_sure(readings):
            self._note_concepts(readings, origin, notes)
            return
        sectors = self.resolvers["sectors"].read(text)
        if _is_sure(sectors):
            notes.hear("concepts")
            for reading in sectors:
                self._infer_sectors(reading, origin, notes, reading.ids)
            return
        self._doubt("concepts", "concepts", text, origin, notes)
        concepts = self.catalogue.vocabularies["concepts"]
        for offer in self.resolvers["concepts"].suggest(text):
            notes.suspect("sector", concepts[offer.id].sectors)
        if self._may_name_a_product(text):
            _note_words("concepts", text, origin, notes)

    def _may_name_a_product(self, text: str) -> bool:
        """Tell whether words that no one knows as a product may be looked for in the policies as they stand."""
        others = (self.resolvers[name] for name in ("stages", "needs", "certifications"))
        return fold(text) not in _NO_PRODUCTS and not any(_is_sure(other.read(text)) for other in others)

    def _note_concepts(self, readings: tuple[WordReading, ...], origin: str, notes: Notes) -> None:
        self._note_all("concepts", "concepts", readings, origin, notes)
        concepts = self.catalogue.vocabularies["concepts"]
        for reading in readings:
            if reading.how in SURE and len(reading.ids) == 1:
                self._infer_sectors(reading, origin, notes, concepts[reading.ids[0]].sectors)

    def _infer_sectors(self, reading: WordReading, origin: str, notes: Notes, sectors: tuple[str, ...]) -> None:
        for sector in sectors:
            read = ReadFact(fact="sector", value=sector, origin=origin, input=reading.input, how=How.INFERRED)
            notes.note(read)
            notes.mentions.append(mention_of(read, "sectors"))

    def _read_set(self, fact: str, text: str, origin: str, notes: Notes) -> None:
        vocabulary = self.catalogue.facts[fact].vocabulary
        readings = self.resolvers[vocabulary].read(text)
        if _is_sure(readings):
            self._note_all(fact, vocabulary, readings, origin, notes)
        else:
            self._doubt(fact, vocabulary, text, origin, notes)
            if fact == "needs":
                _note_words(fact, text, origin, notes)

    def _note_all(
        self, fact: str, vocabulary: str, readings: tuple[WordReading, ...], origin: str, notes: Notes
    ) -> None:
        for reading in readings:
            if len(reading.ids) > 1:  # several meanings: none of them is sure
                candidates = tuple((entry, reading.similarity) for entry in reading.ids)
                unread = Unread(fact=fact, origin=origin, input=reading.input, candidates=candidates)
                notes.one_of(fact, reading.ids, unread)
            for entry in reading.ids:
                how = reading.how if len(reading.ids) == 1 else How.CONTAINS
                read = ReadFact(
                    fact=fact, value=entry, origin=origin, input=reading.input, how=how, similarity=reading.similarity
                )
                if how in SURE:
                    notes.note(read)
                notes.mentions.append(mention_of(read, vocabulary))

    def _doubt(self, fact: str, vocabulary: str, text: str, origin: str, notes: Notes) -> None:
        """Offer what an input may mean; the likeliest readings connect, none of them becomes a fact."""
        offers = self.resolvers[vocabulary].suggest(text)
        candidates = tuple((offer.id, offer.similarity) for offer in offers)
        notes.doubt(Unread(fact=fact, origin=origin, input=text, candidates=candidates))
        for offer in offers:
            if offer.how is How.CONTAINS or offer.similarity >= CONNECTING_SIMILARITY:
                notes.mentions.append(
                    Mention(
                        vocabulary=vocabulary,
                        id=offer.id,
                        origin=origin,
                        input=text,
                        how=offer.how,
                        similarity=offer.similarity,
                        fact=fact,
                    )
                )

    def _read_declared(self, profile: Profile, notes: Notes) -> None:
        if faults := self.faults_of(profile.facts):
            raise MatchError(faults)
        for fact_id, raw in profile.facts.items():
            notes.declare(fact_id, self._parse_declared(fact_id, raw), raw)
            if fact_id in self.catalogue.facts:
                notes.mention_declared(fact_id, self.catalogue.facts[fact_id].vocabulary)

    def faults_of(self, declared: Mapping[str, Any]) -> tuple[Fault, ...]:
        """Return what is wrong with declared facts."""
        faults: list[Fault] = []
        for fact_id, raw in declared.items():
            try:
                self._parse_declared(fact_id, raw)
            except FactError as error:
                pointer = f"/facts/{fact_id.replace('~', '~0').replace('/', '~1')}"
                faults.append(Fault(file="profile", pointer=pointer, code=error.code, params=error.params))
        return tuple(faults)

    def _parse_declared(self, fact_id: str, raw: Any) -> tuple[Value, ...]:  # noqa: ANN401 - any JSON value
        fact = self.catalogue.facts.get(fact_id)
        if fact is not None:
            return parse_fact_value(fact, raw, self.catalogue.vocabularies)
        if fact_id not in self.manual_facts:
            raise FactError(fact_id, "fact_unknown", name=fact_id)
        if not isinstance(raw, bool):
            raise FactError(fact_id, "fact_no_condition")
        return (raw,)


def _note_words(fact: str, text: str, origin: str, notes: Notes) -> None:
    """Note words that no vocabulary knows, to be looked for in the policies as they stand."""
    notes.mentions.append(Mention(vocabulary="", id="", origin=origin, input=text, how=How.EXACT, fact=fact))


def _read_figures(profile: Profile, notes: Notes) -> None:
    for fact in _FIGURES:
        value = getattr(profile, fact)
        if value is None:
            continue
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        notes.note(ReadFact(fact=fact, value=number, origin=fact, input=str(value), how=How.EXACT))


def _is_sure(readings: tuple[WordReading, ...]) -> bool:
    return bool(readings) and all(reading.how in SURE for reading in readings)


def _candidates(place: PlaceReading) -> tuple[tuple[str, float], ...]:
    if place.suggestions:
        return tuple((suggestion.code, suggestion.similarity) for suggestion in place.suggestions)
    return tuple((code, place.similarity) for code in place.codes)


def _distinct(mentions: list[Mention]) -> tuple[Mention, ...]:
    return tuple(dict.fromkeys(mentions))


def build_reader(catalogue: Catalogue, manual_facts: frozenset[str]) -> ProfileReader:
    """Build the reader of one catalogue; `manual_facts` are the ids of conditions only a person can settle."""
    names = ("sectors", "concepts", "stages", "needs", "certifications")
    codes = _classification_codes(catalogue)
    resolvers = {
        name: WordResolver(catalogue.vocabularies[name], codes if name == "sectors" else None) for name in names
    }
    return ProfileReader(catalogue=catalogue, resolvers=resolvers, manual_facts=manual_facts)


def _classification_codes(catalogue: Catalogue) -> dict[str, str]:
    """Return GB/T 4754 code -> sector entry, from the entries' own lists."""
    entries = catalogue.vocabularies["sectors"].entries.values()
    return {str(code): entry.id for entry in entries for code in entry.extra.get("gbt", ())}
