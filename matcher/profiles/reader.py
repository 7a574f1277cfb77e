"""Goes through the inputs of a profile, one reader a field, and judges what it declares as facts.

It gathers what was understood and decides nothing about measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.places.reader import PlaceStatus, region_of_credit_code, resolve_place
from matcher.profiles.profile import (
    FLAGS,
    ITEMS,
    NUMBERS,
    MatchError,
    MatchRequest,
    Mention,
    Notes,
    Profile,
    ReadFact,
    Reading,
    Unread,
    mention_of,
)
from matcher.profiles.words import SURE, How, WordReading, WordResolver
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import FactDefinition, FactError, Value, derive, parse_fact_value
from seeds.faults import Fault
from seeds.profile_fields import profile_fields
from seeds.vocabulary import Vocabulary, fold
from seeds.word_lists import word_lists


@dataclass(frozen=True, slots=True)
class DeclaredFacts:
    """Judges declared facts: those published, and the `manual` conditions of measures, which only a person can attest.

    Reading profiles one by one and in columns, and checking what was sent before anything is read, ask here.
    """

    facts: Mapping[str, FactDefinition]
    vocabularies: Mapping[str, Vocabulary]
    manual: frozenset[str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> DeclaredFacts:
        """Return the judge of what one catalogue publishes and asks."""
        tests = (test for measure in catalogue.measures.values() for test in measure.tests)
        manual = {test.fact for test in tests if test.operator == "manual"}
        return cls(catalogue.facts, catalogue.vocabularies, frozenset(manual - catalogue.facts.keys()))

    def read(self, declared: Mapping[str, Any]) -> dict[str, tuple[Value, ...]]:
        """Return the values of declared facts; raise MatchError naming every one that is unknown or has none."""
        values: dict[str, tuple[Value, ...]] = {}
        faults: list[Fault] = []
        for fact_id, raw in declared.items():
            try:
                values[fact_id] = self._values(fact_id, raw)
            except FactError as error:
                pointer = f"/facts/{fact_id.replace('~', '~0').replace('/', '~1')}"
                faults.append(Fault(file="profile", pointer=pointer, code=error.code, params=error.params))
        if faults:
            raise MatchError(faults)
        return values

    def faults_of(self, declared: Mapping[str, Any]) -> tuple[Fault, ...]:
        """Return what is wrong with declared facts."""
        try:
            self.read(declared)
        except MatchError as error:
            return error.faults
        return ()

    def _values(self, fact_id: str, raw: Any) -> tuple[Value, ...]:  # noqa: ANN401 - any JSON value
        if fact_id in self.facts:
            return parse_fact_value(self.facts[fact_id], raw, self.vocabularies)
        if fact_id not in self.manual:
            raise FactError(fact_id, "fact_unknown", name=fact_id)
        if not isinstance(raw, bool):
            raise FactError(fact_id, "fact_no_condition")
        return (raw,)


CONNECTING_SIMILARITY = 0.75
"""A likeness connects from here on; below, it is only offered for confirmation."""

_VOCABULARY_OF = {name: profile_fields().by_id[name].vocabulary for name in ITEMS}


@dataclass(frozen=True, slots=True)
class ProfileReader:
    """Reads profiles against one catalogue; built once, used for every profile.

    Its resolvers remember how single texts were read, and nothing of whose profile they stood in.
    """

    catalogue: Catalogue
    resolvers: dict[str, WordResolver]
    declared: DeclaredFacts

    def read(self, request: MatchRequest) -> Reading:
        """Return what is understood of the profile; raise MatchError naming every bad declared fact."""
        notes, profile = Notes(), request.profile
        self._read_place(profile.city, "region", "city", notes)
        self._read_credit_code(profile, notes)
        self._read_place(profile.target_city, "target_region", "target_city", notes)
        for name, vocabulary in _VOCABULARY_OF.items():
            for origin, text in self._items(profile, name):
                if vocabulary == "sectors":
                    self._read_sector(text, origin, notes)
                elif vocabulary == "concepts":
                    self._read_concept(text, origin, notes)
                else:
                    self._read_set(name, text, origin, notes)
        for fact in (*NUMBERS, *FLAGS):
            value = getattr(profile, fact)
            if value is None:
                continue
            number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
            notes.note(ReadFact(fact=fact, value=number, origin=fact, input=str(value), how=How.EXACT))
        for fact_id, values in self.declared.read(profile.facts).items():
            notes.declare(fact_id, values, profile.facts[fact_id])
            if fact_id in self.catalogue.facts:
                notes.mention_declared(fact_id, self.catalogue.facts[fact_id].vocabulary)
        if notes.has("region") and not notes.has("target_region"):
            notes.copy("region", "target_region")  # stated nothing else, it is where the company is
        return Reading(
            answers=derive(notes.answers(), request.on),
            facts=tuple(notes.facts),
            unrecognised=tuple(notes.unrecognised),
            mentions=tuple(dict.fromkeys(notes.mentions)),
            conflicts=tuple(notes.conflicts),
        )

    def _items(self, profile: Profile, name: str) -> Iterator[tuple[str, str]]:
        """Yield (origin, item) for each item of a field; a list typed as one text gives several of one origin."""
        resolver = self.resolvers[_VOCABULARY_OF[name]]
        for position, text in enumerate(getattr(profile, name)):
            for item in resolver.split(text) if text.strip() else ():
                yield f"{name}[{position}]", item

    def _read_place(self, text: str, fact: str, origin: str, notes: Notes) -> None:
        if not text.strip() or fold(text) in word_lists().no_place:
            return
        place = resolve_place(text, self.catalogue.vocabularies["regions"])
        if place.is_fact:
            read = ReadFact(fact=fact, value=place.codes[0], origin=origin, input=text, how=How(place.status))
            notes.note(read)
            notes.mentions.append(mention_of(read, "regions"))
            return
        offered = [(suggestion.code, suggestion.similarity) for suggestion in place.suggestions]
        candidates = tuple(offered or [(code, place.similarity) for code in place.codes])
        unread = Unread(fact=fact, origin=origin, input=text, candidates=candidates)
        if place.status is PlaceStatus.AMBIGUOUS:
            notes.one_of(fact, place.codes, unread)
        else:
            notes.doubt(unread)

    def _read_credit_code(self, profile: Profile, notes: Notes) -> None:
        """Take the region from a credit code: inferred only; the stated city wins and a disagreement is reported."""
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
            notes.add("concepts")
            for reading in sectors:
                self._infer_sectors(reading, origin, notes, reading.ids)
            return
        self._doubt("concepts", "concepts", text, origin, notes)
        concepts = self.catalogue.vocabularies["concepts"]
        for offer in self.resolvers["concepts"].suggest(text):
            notes.suspect("sector", concepts[offer.id].sectors)
        others = (other for name, other in self.resolvers.items() if name not in ("sectors", "concepts"))
        if fold(text) not in word_lists().no_products and not any(_is_sure(other.read(text)) for other in others):
            _note_words("concepts", text, origin, notes)

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
                read = ReadFact(
                    fact=fact, value=offer.id, origin=origin, input=text, how=offer.how, similarity=offer.similarity
                )
                notes.mentions.append(mention_of(read, vocabulary))


def _note_words(fact: str, text: str, origin: str, notes: Notes) -> None:
    """Note words that no vocabulary knows, to be looked for in the policies as they stand."""
    notes.mentions.append(Mention(vocabulary="", id="", origin=origin, input=text, how=How.EXACT, fact=fact))


def _is_sure(readings: tuple[WordReading, ...]) -> bool:
    return bool(readings) and all(reading.how in SURE for reading in readings)


def build_reader(catalogue: Catalogue, declared: DeclaredFacts) -> ProfileReader:
    """Build the reader of one catalogue; `declared` judges what a profile declares."""
    sectors = catalogue.vocabularies["sectors"].entries.values()
    codes = {str(code): entry.id for entry in sectors for code in entry.extra.get("gbt", ())}  # of GB/T 4754
    resolvers = {
        name: WordResolver(catalogue.vocabularies[name], codes if name == "sectors" else None)
        for name in dict.fromkeys(_VOCABULARY_OF.values())
    }
    return ProfileReader(catalogue=catalogue, resolvers=resolvers, declared=declared)
