"""Goes through the inputs of a profile, one reader a field.

It gathers what was understood and decides nothing about measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from matcher.places.gazetteer import gazetteer_of
from matcher.places.reader import PlaceStatus, region_of_credit_code, resolve_place, settled_by_code
from matcher.profiles.business_scope import BusinessReader, is_business_scope
from matcher.profiles.declared import DeclaredFacts
from matcher.profiles.intents import Denials, NeedReader
from matcher.profiles.organisations import OrganisationReader
from matcher.profiles.profile import (
    FLAGS,
    ITEMS,
    NUMBERS,
    Abbreviations,
    Denied,
    MatchRequest,
    Notes,
    Profile,
    ReadFact,
    Reading,
    Trust,
    Unread,
    mention_of,
)
from matcher.profiles.words import SURE, How, WordReading, WordResolver
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import derive
from seeds.profile_fields import profile_fields
from seeds.vocabulary import fold
from seeds.word_lists import word_lists

IN_SCOPE = 0.75
"""How near an item of a scope brings a measure: scopes are wide by habit, and what is called a product goes before."""

_VOCABULARY_OF = {name: profile_fields().by_id[name].vocabulary for name in ITEMS}


@dataclass(frozen=True, slots=True)
class ProfileReader:
    """Reads profiles against one catalogue; built once, used for every profile.

    Its resolvers remember how single texts were read, and nothing of whose profile they stood in.
    """

    catalogue: Catalogue
    resolvers: dict[str, WordResolver]
    needs: NeedReader
    denials: Denials
    declared: DeclaredFacts
    abbreviations: Abbreviations
    organisations: OrganisationReader
    business: BusinessReader

    def read(
        self, request: MatchRequest, stated: frozenset[str] | None = None, *, trades: bool | None = None
    ) -> Reading:
        """Return what is understood of the profile; raise MatchError naming every bad declared fact.

        `stated` are the sectors beside which it is read, `trades` tells whether it sells and does not make its
        products; its own words tell where not given.
        """
        profile = request.profile
        declared = self.declared.read(profile.facts) if profile.facts else {}
        kind = self.organisations.of_name(profile.name)
        beside = self.sectors_beside(profile.sector, kind, declared.get("sector")) if stated is None else stated
        notes = Notes(stated=beside)
        trades = self.business.only_trades(profile) if trades is None else trades
        self._read_inputs(profile, notes, trades=trades)
        for fact_id, values in declared.items():
            notes.declare(fact_id, values, profile.facts[fact_id])
            if fact_id in self.catalogue.facts:
                notes.mention_declared(fact_id, self.catalogue.facts[fact_id].vocabulary)
        self.organisations.declare(profile.facts, notes)
        if notes.has("region") and not notes.has("target_region"):
            notes.copy("region", "target_region")  # stated nothing else, it is where the company is
        return Reading(
            answers=derive(notes.answers(), request.on),
            facts=tuple(notes.facts),
            unrecognised=tuple(notes.unrecognised),
            mentions=tuple(dict.fromkeys(notes.mentions)),
            conflicts=tuple(notes.conflicts),
            denied=tuple(dict.fromkeys(notes.denied)),
        )

    def _read_inputs(self, profile: Profile, notes: Notes, *, trades: bool) -> None:
        """Read the fields, each by its own reader."""
        self.organisations.read(profile, notes)
        self._read_place(profile.city, "region", "city", notes)
        self._read_credit_code(profile, notes)
        self._read_place(profile.target_city, "target_region", "target_city", notes)
        for name, vocabulary in _VOCABULARY_OF.items():
            for origin, text in self._items(profile, name, notes):
                if vocabulary == "sectors":
                    self._read_sector(text, origin, notes, is_sold=trades)
                elif vocabulary == "concepts":
                    self._read_product(text, origin, notes, is_sold=trades and name == "products")
                else:
                    self._read_set(name, text, origin, notes)
        if profile.certifications_asked:
            self._read_asked(profile.certifications_asked, notes)
        self._read_scope(profile.business_scope, "business_scope", notes)
        self.business.read_trade(profile, notes, trades=trades)
        for fact in (*NUMBERS, *FLAGS):
            if (value := getattr(profile, fact)) is not None:
                number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
                notes.note(ReadFact(fact=fact, value=number, origin=fact, input=str(value), how=How.EXACT))

    def sectors_beside(self, texts: Sequence[str], kind: str, said: Sequence[object] | None = None) -> frozenset[str]:
        """Return the sectors stated, else that of a kind of organisation which only uses products (门诊部)."""
        stated, own = self.stated_sectors(texts, said), self.organisations.sectors_of(kind)
        return own if not stated and self.organisations.only_uses(own) else stated

    def stated_sectors(self, texts: Sequence[str], declared: Sequence[object] | None = None) -> frozenset[str]:
        """Return the sectors declared, else those that texts name for sure, whatever stands beside them."""
        if declared is not None:
            return frozenset(map(str, declared))
        items = (item for text in texts if text.strip() for item in self.resolvers["sectors"].split(text))
        return frozenset(sector for item in items for sector in self._sectors_named(item))

    def _sectors_named(self, text: str) -> tuple[str, ...]:
        """Return the sectors that an item of a sector names for sure: as such, else as a product by its full name."""
        sectors, concepts = (self.resolvers[name].read(text) for name in ("sectors", "concepts"))
        if _is_sure(sectors):
            return () if self.abbreviations.have_two_meanings(sectors[0]) else sectors[0].ids[:1]
        is_full_name = _is_sure(concepts) and not concepts[0].is_abbreviation and len(concepts[0].ids) == 1
        return self.catalogue.vocabularies["concepts"][concepts[0].ids[0]].sectors if is_full_name else ()

    def leans_on_sector(self, name: str, text: str) -> bool:
        """Tell whether a text of a field is read by the sectors that stand beside it: it holds an abbreviation."""
        if _VOCABULARY_OF[name] not in ("sectors", "concepts") or not text.strip():
            return False
        items = self.resolvers[_VOCABULARY_OF[name]].split(text)
        both = (self.resolvers["sectors"], self.resolvers["concepts"])
        return any(reading.is_abbreviation for item in items for resolver in both for reading in resolver.read(item))

    def _items(self, profile: Profile, name: str, notes: Notes) -> Iterator[tuple[str, str]]:
        """Yield (origin, item) for each item of a field; a list typed as one text gives several of one origin.

        What is denied is noted and gives none.
        """
        resolver = self.resolvers[_VOCABULARY_OF[name]]
        for position, text in enumerate(getattr(profile, name)):
            origin = f"{name}[{position}]"
            if name == "products" and is_business_scope(text):
                yield origin, text
                continue
            # Official names of industries hold a 未 of their own (其他未列明食品制造), which denies nothing.
            parts = resolver.split(text) if name == "sector" and text.strip() else (text,)
            for said in (self.needs.said(part) if name == "needs" else self.denials.said(name, part) for part in parts):
                notes.denied += [Denied(origin=origin, input=part) for part in said.denied]
                items = resolver.split(said.rest) if said.rest.strip() else ()
                yield from ((origin, item) for item in items)

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
        """Take the region from a credit code: inferred only; a city surely read wins, a disagreement is reported.

        A city that was not surely read leaves the code standing, with a caveat; of several it may mean, the one that
        lies where the code says.
        """
        regions = self.catalogue.vocabularies["regions"]
        code = region_of_credit_code(profile.uscc, regions) if profile.uscc else None
        if code is None or "region" in profile.facts:
            return
        stated = [str(value) for value in notes.values("region")]
        if stated:
            if not any(regions.taxonomy.overlaps(value, [code]) for value in stated):
                notes.conflicts.append("region_differs_from_uscc")
            return
        if notes.has("region"):
            code = settled_by_code(resolve_place(profile.city, regions), code, regions)
            notes.conflicts.append("region_by_uscc")
        read = ReadFact(fact="region", value=code, origin="uscc", input=profile.uscc, how=How.INFERRED)
        notes.note(read)
        notes.mentions.append(mention_of(read, "regions"))

    def _read_sector(self, text: str, origin: str, notes: Notes, *, is_sold: bool) -> None:
        if self.organisations.read_sector(text, origin, notes):
            return
        if is_sold and self.business.is_traded_sector(text):
            self.business.offer_sector(text, origin, notes)
            return
        readings = self.resolvers["sectors"].read(text)
        if _is_sure(readings):
            trust = self.abbreviations.trust(readings[0], readings[0].ids, notes.stated)
            if self.abbreviations.have_two_meanings(readings[0]) and trust is not Trust.FACT:
                self._note_unsure("sector", "sectors", readings[0], trust, origin, notes)
            else:
                self._note_all("sector", "sectors", readings, origin, notes)
            return
        concepts = self.resolvers["concepts"].read(text)
        if _is_sure(concepts):
            self._note_concepts(concepts, origin, notes)
        elif self.business.is_sale(text):
            self.business.note_sale(text, origin, notes)
        else:
            self._doubt("sector", "sectors", text, origin, notes)

    def _read_product(self, text: str, origin: str, notes: Notes, *, is_sold: bool) -> None:
        if origin.startswith("products") and is_business_scope(text):
            self._read_scope(text, origin, notes)
        elif self.business.is_sale(text):
            notes.add("concepts")
            self.business.note_sale(text, origin, notes)
        elif not is_sold:
            self._read_concept(text, origin, notes)

    def _read_scope(self, text: str, origin: str, notes: Notes) -> None:
        """Read the items of a scope: one wholly a name as a product, any other is offered and connects."""
        for item in self.business.items_of(text) if text else ():
            if self.business.is_sale(item):
                notes.add("concepts")
                self.business.note_sale(item, origin, notes)
            elif names := self.business.sure_names(item):
                before = len(notes.mentions)
                for name in names:
                    self._read_concept(name, origin, notes)
                notes.mentions[before:] = [
                    replace(mention, how=How.CONTAINS, similarity=IN_SCOPE) for mention in notes.mentions[before:]
                ]
            else:
                self.business.offer(item, origin, notes)

    def _read_concept(self, text: str, origin: str, notes: Notes) -> None:
        readings = self.resolvers["concepts"].read(text)
        if _is_sure(readings):
            self._note_concepts(readings, origin, notes)
            return
        sectors = self.resolvers["sectors"].read(text)
        if _is_sure(sectors):
            notes.add("concepts")
            for reading in sectors:
                trust = self.abbreviations.trust(reading, reading.ids, notes.stated)
                if trust is Trust.FACT:
                    self._infer_sectors(reading, origin, notes, reading.ids)
                else:
                    self._note_unsure("sector", "sectors", reading, trust, origin, notes)
            return
        self._doubt("concepts", "concepts", text, origin, notes)
        concepts = self.catalogue.vocabularies["concepts"]
        offered = self._only_offered(readings, notes)
        for offer in self.resolvers["concepts"].suggest(text):
            notes.suspect(
                "sector",
                () if offer.id in offered else self.organisations.implied(concepts[offer.id].sectors, notes.stated),
            )
        others = (other for name, other in self.resolvers.items() if name not in ("sectors", "concepts"))
        if fold(text) not in word_lists().no_products and not any(_is_sure(other.read(text)) for other in others):
            notes.mention_words("concepts", text, origin)

    def _note_concepts(self, readings: tuple[WordReading, ...], origin: str, notes: Notes) -> None:
        concepts = self.catalogue.vocabularies["concepts"]
        for reading in readings:
            sectors = concepts[reading.ids[0]].sectors if len(reading.ids) == 1 else ()
            trust = self.abbreviations.trust(reading, sectors, notes.stated)
            if trust is not Trust.FACT:
                self._note_unsure("concepts", "concepts", reading, trust, origin, notes)
                notes.suspect("sector", sectors if trust is Trust.CONNECTS else ())
                continue
            self._note_all("concepts", "concepts", (reading,), origin, notes)
            self._infer_sectors(reading, origin, notes, sectors)

    def _note_unsure(
        self, fact: str, vocabulary: str, reading: WordReading, trust: Trust, origin: str, notes: Notes
    ) -> None:
        """Offer what an abbreviation may mean; nothing follows from it."""
        candidates = tuple((entry, reading.similarity) for entry in reading.ids)
        notes.doubt(Unread(fact=fact, origin=origin, input=reading.input, candidates=candidates))
        for entry in reading.ids if trust is Trust.CONNECTS else ():
            read = ReadFact(fact=fact, value=entry, origin=origin, input=reading.input, how=How.CONTAINS)
            notes.mentions.append(mention_of(read, vocabulary))

    def _only_offered(self, readings: tuple[WordReading, ...], notes: Notes) -> frozenset[str]:
        """Return the contained products whose name means something else in a stated sector."""
        concepts = self.catalogue.vocabularies["concepts"]
        return frozenset(
            entry
            for reading in readings
            for entry in reading.ids
            if self.abbreviations.trust(reading, concepts[entry].sectors, notes.stated) is Trust.OFFERED
        )

    def _infer_sectors(self, reading: WordReading, origin: str, notes: Notes, sectors: tuple[str, ...]) -> None:
        taxonomy = self.catalogue.vocabularies["sectors"].taxonomy
        for sector in self.organisations.implied(sectors, notes.stated):
            read = ReadFact(fact="sector", value=sector, origin=origin, input=reading.input, how=How.INFERRED)
            notes.note(read)
            notes.mentions.append(mention_of(read, "sectors"))
            if notes.stated and not taxonomy.overlaps(sector, notes.stated):
                notes.conflict("product_outside_stated_sectors")

    def _read_set(self, fact: str, text: str, origin: str, notes: Notes) -> None:
        vocabulary = self.catalogue.facts[fact].vocabulary
        readings = self._words_of(vocabulary).read(text)
        if _is_sure(readings):
            self._note_all(fact, vocabulary, readings, origin, notes)
        else:
            self._doubt(fact, vocabulary, text, origin, notes)
            if fact == "needs":
                notes.mention_words(fact, text, origin)

    def _read_asked(self, asked: Sequence[str], notes: Notes) -> None:
        """Rule out the certifications that were asked about and are not held."""
        resolver = self.resolvers["certifications"]
        entries = [entry for text in asked for one in resolver.read(text) if one.how in SURE for entry in one.ids]
        notes.rule_out("certifications", entries, self.catalogue.vocabularies["certifications"].taxonomy)

    def _words_of(self, vocabulary: str) -> WordResolver | NeedReader:
        return self.needs if vocabulary == "needs" else self.resolvers[vocabulary]

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
        offers = self._words_of(vocabulary).suggest(text)
        candidates = tuple((offer.id, offer.similarity) for offer in offers)
        notes.doubt(Unread(fact=fact, origin=origin, input=text, candidates=candidates))
        is_product = vocabulary == "concepts"
        offered = self._only_offered(self.resolvers[vocabulary].read(text), notes) if is_product else ()
        for offer in offers:
            if offer.connects and offer.id not in offered:
                read = ReadFact(
                    fact=fact, value=offer.id, origin=origin, input=text, how=offer.how, similarity=offer.similarity
                )
                notes.mentions.append(mention_of(read, vocabulary))


def _is_sure(readings: tuple[WordReading, ...]) -> bool:
    return bool(readings) and all(reading.how in SURE for reading in readings)


def build_reader(catalogue: Catalogue, declared: DeclaredFacts) -> ProfileReader:
    """Build the reader of one catalogue; `declared` judges what a profile declares."""
    sectors = catalogue.vocabularies["sectors"].entries.values()
    codes = {str(code): entry.id for entry in sectors for code in entry.extra.get("gbt", ())}  # of GB/T 4754
    resolvers = {
        name: WordResolver(
            catalogue.vocabularies[name], codes if name == "sectors" else None, of_products=name == "concepts"
        )
        for name in dict.fromkeys(_VOCABULARY_OF.values())
    }
    denials = Denials(lambda field, text: _is_named(resolvers, field, text))
    topics = [catalogue.vocabularies[name] for name in ("concepts", "sectors", "regions")]
    organisations = OrganisationReader(catalogue.vocabularies["organisations"], resolvers["sectors"])
    gazetteer_of(catalogue.vocabularies["regions"])  # kept for every place to come: nobody's first question waits
    return ProfileReader(
        catalogue=catalogue,
        resolvers=resolvers,
        needs=NeedReader(resolvers["needs"], topics),
        denials=denials,
        declared=declared,
        abbreviations=Abbreviations.of(catalogue.vocabularies),
        organisations=organisations,
        business=BusinessReader(organisations, resolvers["sectors"], resolvers["concepts"], denials),
    )


def _is_named(resolvers: Mapping[str, WordResolver], field: str, text: str) -> bool:
    """Tell whether a text is a name of a field; products, technologies and sectors stand in for one another."""
    own = _VOCABULARY_OF[field]
    names = ("concepts", "sectors") if own in ("concepts", "sectors") else (own,)
    return any(_is_sure(resolvers[name].read(text)) for name in names)
