"""What changed from one catalogue to another: measures and documents new, gone, changed field by field, and by the day.

What comes into effect, closes or ends is told of the later catalogue. An identity stays where the id does, or where a
measure says which one it continues.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from matcher.answers.differences import Piece, linked, linked_clauses, pieces
from matcher.answers.grants import GrantWords
from matcher.answers.saying import say
from matcher.standing import CatalogueChange
from rules.catalogue.catalogue import Catalogue
from rules.language.grants import BenefitItem, Cap, CapBy, Gift, Grant, Span
from rules.language.labels import Labeller
from rules.language.measures import Benefit, Effect, Measure, effect, term
from rules.language.windows import Period, WindowState, window_on
from seeds.documents import Document

SOON = timedelta(days=30)


class Subject(StrEnum):
    """What changed."""

    DOCUMENT = "document"
    MEASURE = "measure"


class FieldChange(Struct, frozen=True, kw_only=True):
    """One thing that is stated otherwise, in words; null where it was or is not stated."""

    field: Annotated[str, "An open list: more values may be added."]
    label: str
    before: str | None
    after: str | None
    pieces: Annotated[tuple[Piece, ...], "Where the two differ, numbers whole; empty where one of them is null."]


class Change(Struct, frozen=True, kw_only=True):
    """One measure or document that changed."""

    kind: CatalogueChange
    subject: Subject
    id: str
    title: str
    document: Annotated[str, "The id of the document it stands in."]
    continues: Annotated[str | None, "The id that it had, where it has another one now."]
    day: Annotated[str | None, "When it takes effect, closes or ends, as far as it is stated."]
    fields: Annotated[tuple[FieldChange, ...], "What is stated otherwise."]


def changes_between(before: Catalogue, after: Catalogue, *, since: date, on: date, language: str) -> tuple[Change, ...]:
    """Return what changed from one catalogue on a day to another on a later: by kind, documents first, then by id."""
    writers = _Words(before, language), _Words(after, language)
    found = [*_of_documents(*writers), *_of_measures(*writers), *_of_days(*writers, since, on)]
    kinds, subjects = list(CatalogueChange), list(Subject)
    return tuple(
        sorted(found, key=lambda one: (kinds.index(one.kind), subjects.index(one.subject), one.document, one.id))
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """Says in one language what a catalogue states."""

    catalogue: Catalogue
    language: str

    @property
    def grants(self) -> GrantWords:
        return GrantWords(Labeller(self.catalogue.facts, self.catalogue.vocabularies, self.language))

    def measure(self, measure: Measure) -> dict[str, tuple[str, ...]]:
        """Return what a measure states, by field, each value in words."""
        words, grant = self.grants, self.catalogue.grants.get(measure.id)
        instruments = self.catalogue.vocabularies["instruments"]
        stated = {
            "title": (measure.title,),
            "title_en": (measure.title_en,),
            "kind": (self._value("kind", measure.kind),),
            "instrument": (instruments[measure.instrument].label(self.language),),
            "also": tuple(instruments[one].label(self.language) for one in measure.also),
            "strength": (self._value("strength", measure.strength),),
            "clause": (measure.source.clause,),
            "quote": (measure.source.quote,),
            "context": measure.context,
            "attracts": (self._value("attracts", "yes"),) if measure.attracts else (),
            "conditions": tuple(map(words.labeller.label, measure.conditions)),
            "benefits": tuple(words.benefit(one) for one in _benefits(measure, grant)),
            "windows": tuple(_period(one) for one in self.catalogue.periods(measure)),
            "excludes": measure.excludes,
            "supersedes": measure.supersedes,
        }
        return stated | (self._grant(grant) if grant else {})

    def _grant(self, grant: Grant) -> dict[str, tuple[str, ...]]:
        materials = self.catalogue.vocabularies["materials"]
        return {
            "beneficiary": (grant.beneficiary.cite.quote,) if grant.beneficiary else (),
            "stacking": tuple(one.cite.quote for one in grant.stacking),
            "materials": tuple(materials[one.id].label(self.language) for one in grant.materials),
            "channels": tuple(" ".join(filter(None, (one.name or one.cite.quote, one.url))) for one in grant.channels),
            "terms": tuple(one.cite.quote for one in grant.terms),
            "definitions": tuple(one.cite.quote for one in grant.definitions),
        }

    def document(self, document: Document) -> dict[str, tuple[str, ...]]:
        """Return what the metadata of a document state, by field."""
        regions = self.catalogue.vocabularies["regions"]
        days = ("issued_on", "written_on", "published_on", "effective_from", "valid_to")
        return {
            "title": (document.title,),
            "status": (self._value("status", document.status),),
            "number": (document.number,) if document.number else (),
            "issuers": document.issuers,
            "region": (regions[document.region].label(self.language),),
            **{name: (getattr(document, name).isoformat(),) if getattr(document, name) else () for name in days},
        }

    def label(self, field: str) -> str:
        return say(f"change.{field}", self.language)

    def _value(self, field: str, value: str) -> str:
        return say(f"change.{field}.{value}", self.language)


def _benefits(measure: Measure, grant: Grant | None) -> Sequence[BenefitItem]:
    if grant is not None:
        return grant.benefits
    return (_as_item(measure.benefit, measure),) if measure.benefit else ()


def _as_item(benefit: Benefit, measure: Measure) -> BenefitItem:
    """Return the one benefit of format 1 as an item."""
    cite = benefit.cite or measure.source
    amount, rate, cap = benefit.amount_cny, benefit.rate, benefit.cap_cny
    gift = Gift(
        cite=cite,
        amount=Span(low=amount, high=amount) if amount is not None else None,
        rate=Span(low=rate, high=rate) if rate is not None else None,
        caps=(Cap(amount_cny=cap, by=CapBy.ITEM, cite=cite),) if cap is not None else (),
    )
    return BenefitItem(kind=benefit.kind, gift=gift)


def _period(period: Period) -> str:
    form = "%m-%d" if period.yearly else "%Y-%m-%d"
    opens, closes = (day.strftime(form) if day else "…" for day in (period.opens, period.closes))
    return f"{opens} – {closes}"


def _of_measures(before: _Words, after: _Words) -> Iterator[Change]:
    old, new = before.catalogue.measures, after.catalogue.measures
    became = {one.continues: one.id for one in new.values() if one.continues in old and one.id not in old}
    for measure in new.values():
        was = old.get(measure.id) or old.get(measure.continues)
        if was is None:
            yield _change(CatalogueChange.NEW, measure, after)
        elif was != measure or before.catalogue.grants.get(was.id) != after.catalogue.grants.get(measure.id):
            fields = tuple(_differences(before.measure(was), after.measure(measure), after))
            if fields or was.id != measure.id:
                yield _change(CatalogueChange.CHANGED, measure, after, fields=fields, was=was)
    for measure in old.values():
        if measure.id not in new and measure.id not in became:
            yield _change(CatalogueChange.GONE, measure, before)


def _change(
    kind: CatalogueChange, one: Measure, words: _Words, *,
    fields: tuple[FieldChange, ...] = (), was: Measure | None = None, day: date | None = None,
) -> Change:  # fmt: skip
    return Change(
        kind=kind,
        subject=Subject.MEASURE,
        id=one.id,
        title=one.title_in(words.language),
        document=one.document,
        continues=was.id if was and was.id != one.id else None,
        day=day.isoformat() if day and day not in (date.min, date.max) else None,
        fields=fields,
    )


def _differences(
    before: Mapping[str, tuple[str, ...]], after: Mapping[str, tuple[str, ...]], words: _Words
) -> Iterator[FieldChange]:
    for field in dict.fromkeys((*before, *after)):
        old, new = before.get(field, ()), after.get(field, ())
        if len(old) == len(new) == 1:
            pairs: Iterable[tuple[int | None, int | None]] = [(0, 0)]
        else:
            pairs = linked(old, new)
        for was, now in pairs:
            yield from _difference(
                field, words.label(field), None if was is None else old[was], None if now is None else new[now]
            )


def _difference(field: str, label: str, before: str | None, after: str | None) -> Iterator[FieldChange]:
    if before != after:
        found = pieces(before, after) if before is not None and after is not None else ()
        yield FieldChange(field=field, label=label, before=before, after=after, pieces=found)


def _of_documents(before: _Words, after: _Words) -> Iterator[Change]:
    old, new = before.catalogue.documents, after.catalogue.documents
    became = {one.predecessor for one in new.values() if one.predecessor in old and one.id not in old}
    for document in new.values():
        was = old.get(document.id) or old.get(document.predecessor or "")
        if was is None:
            yield _of_document(CatalogueChange.NEW, document)
        elif was != document:
            fields = (
                *_differences(before.document(was), after.document(document), after),
                *_texts(was, document, after),
            )
            if fields or was.id != document.id:
                yield _of_document(CatalogueChange.CHANGED, document, fields, was)
    for document in old.values():
        if document.id not in new and document.id not in became:
            yield _of_document(CatalogueChange.GONE, document)


def _texts(before: Document, after: Document, words: _Words) -> Iterator[FieldChange]:
    """Yield each clause that reads otherwise, by the paths it had and has."""
    if before.text == after.text:
        return
    for link in linked_clauses(before, after):
        if link.text_before != link.text_after:
            paths = " → ".join(dict.fromkeys(path for path in (link.before, link.after) if path))
            label = say("change.text", words.language, paths=paths)
            yield from _difference("text", label, link.text_before or None, link.text_after or None)


def _of_document(
    kind: CatalogueChange, document: Document, fields: tuple[FieldChange, ...] = (), was: Document | None = None
) -> Change:
    return Change(
        kind=kind, subject=Subject.DOCUMENT, id=document.id, title=document.title, document=document.id,
        continues=was.id if was and was.id != document.id else None, day=None, fields=fields,
    )  # fmt: skip


def _of_days(before: _Words, after: _Words, since: date, on: date) -> Iterator[Change]:
    """Yield what came into effect or ended since a day, and what will come into effect or close within SOON."""
    for measure in after.catalogue.measures.values():
        document = after.catalogue.documents[measure.document]
        first, last = term(measure, document)
        now, then = effect(measure, document, on), _effect_before(measure, before.catalogue, since)
        if now is Effect.IN_FORCE and then not in (Effect.IN_FORCE, None):
            yield _change(CatalogueChange.EFFECTIVE, measure, after, day=first)
        elif now is Effect.EXPIRED and then not in (Effect.EXPIRED, None):
            yield _change(CatalogueChange.EXPIRED, measure, after, day=last)
        elif now is Effect.UPCOMING and first <= on + SOON:
            yield _change(CatalogueChange.UPCOMING, measure, after, day=first)
        standing = window_on(after.catalogue.periods(measure), on)
        if standing.state is WindowState.OPEN and standing.closes and standing.closes <= on + SOON:
            yield _change(CatalogueChange.CLOSING, measure, after, day=standing.closes)


def _effect_before(measure: Measure, catalogue: Catalogue, on: date) -> Effect | None:
    """Return how a measure stood on a day in the earlier catalogue, None where that did not have it."""
    was = catalogue.measures.get(measure.id) or catalogue.measures.get(measure.continues)
    return effect(was, catalogue.documents[was.document], on) if was else None
