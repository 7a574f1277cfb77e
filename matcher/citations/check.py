"""The citation check: every quoted or cited passage of a text beside the documents of a catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Struct

from matcher.answers.catalogue_json import describe_catalogue, describe_reference
from matcher.answers.measure_shapes import OPEN
from matcher.answers.saying import say
from matcher.answers.shapes import CatalogueInfo, DocumentRef
from matcher.citations.holdings import Holdings, Lead, cited_for, holdings_of, leads_of
from matcher.citations.passages import Kind, Passage, find_passages
from matcher.citations.wording import (
    SHORTEST_ALTERED,
    SHORTEST_CITED,
    Change,
    Differs,
    Found,
    Unified,
    compared,
    locate,
    places_of,
)
from rules.catalogue.catalogue import Catalogue
from rules.language.measures import Effect, document_effect
from seeds.documents import Document


class Outcome(StrEnum):
    """How a citation comes out."""

    VERBATIM = "verbatim"
    HELD = "held"
    ALTERED = "altered"
    NOT_FOUND = "not_found"
    NOT_HELD = "not_held"
    DRAFT = "draft"
    EXPIRED = "expired"
    UPCOMING = "upcoming"


class Place(StrEnum):
    """Where quoted words stand, beside what is cited for them."""

    AS_CITED = "as_cited"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    NOT_CITED = "not_cited"


class Difference(Struct, frozen=True, kw_only=True):
    """`given` stands in the text sent where `held` stands in the document; offsets into both; one may be empty."""

    kind: Annotated[Differs, "`left_out`: an ellipsis stands for it. `writing`: no other words. " + OPEN]
    given: str
    start: int
    end: int
    held: str
    held_start: int
    held_end: int


class HeldWords(Struct, frozen=True, kw_only=True):
    """The words that are held: `text[start:end] == quote` of the document."""

    document: str
    clause: Annotated[str | None, "Path of the innermost clause that holds all of it."]
    quote: str
    start: Annotated[int, "Offset in Unicode code points."]
    end: int


class Near(Struct, frozen=True, kw_only=True):
    """A document whose title is like one that is not held: a suggestion, nothing more."""

    document: str
    title: str


VERDICT = (
    "`verbatim`: every character is equal, and the document is in force. `altered`: `differences` has what is not. "
    "`held`: a clause that there is, or a title under a short name of the text's own. `not_held`: the document cited "
    "is none of ours. What is neither altered nor missing comes out as `draft`, `upcoming` or `expired` where the "
    f"document is; so does a title that is written otherwise. {OPEN}"
)


class Citation(Struct, frozen=True, kw_only=True):
    """One quoted or cited passage: sent[start:end] == text."""

    kind: Annotated[Kind, OPEN]
    text: str
    start: Annotated[int, "Offset into the text sent, in Unicode code points."]
    end: int
    verdict: Annotated[Outcome, VERDICT]
    words: Annotated[Outcome, "Of the words alone, whether the document binds or not."]
    effect: Annotated[Effect | None, "Whether the document binds on the day; null where none was found."]
    document: DocumentRef | None
    similarity: float | None
    differences: Annotated[tuple[Difference, ...], "Every one of them: put in, they make the held words of the given."]
    unified: Annotated[tuple[Unified, ...], "What of the writing had to be unified to find it; none where verbatim."]
    near: Near | None
    message: str
    found: HeldWords | None = None
    place: Annotated[
        Place | None,
        "Of a quote that was found: whether it stands where the text says; unknown where that is not held.",
    ] = None
    cited: Annotated[tuple[str, ...], "Documents that the text names beside a quote, by id, and that are held."] = ()
    others: Annotated[int, "In how many further places the very same words stand."] = 0


class Count(Struct, frozen=True, kw_only=True):
    """How many citations came out in one way."""

    verdict: Annotated[Outcome, OPEN]
    count: int


class CitationAnswer(Struct, frozen=True, kw_only=True):
    """Every quoted or cited passage of a text, in its order."""

    catalogue: CatalogueInfo
    on: date
    compared: Annotated[str, "What is unified to find words, and that nothing is where words are called verbatim."]
    totals: tuple[Count, ...]
    citations: tuple[Citation, ...]


MOST_PASSAGES = 300
"""A text with more is no text about policies, and each is compared with every document."""
_MOST_READ = 3
"""So many documents, those that share most words with it, are read for a quote that none has word for word."""
_OF_EFFECT = {Effect.DRAFT: Outcome.DRAFT, Effect.EXPIRED: Outcome.EXPIRED, Effect.UPCOMING: Outcome.UPCOMING}


class TooManyPassagesError(Exception):
    """A text has more passages than are checked at once; `count` says how many."""

    def __init__(self, count: int) -> None:
        """Keep how many there are."""
        self.count = count
        super().__init__(count)


def check_citations(catalogue: Catalogue, text: str, on: date, language: str) -> CitationAnswer:
    """Say of every quoted or cited passage whether the documents have it; raise TooManyPassagesError."""
    passages, names = find_passages(text)
    if len(passages) > MOST_PASSAGES:
        raise TooManyPassagesError(len(passages))
    holdings = holdings_of(catalogue)
    leads = leads_of(text, passages, names, holdings)
    check = _Check(
        catalogue=catalogue, text=text, on=on, language=language, passages=passages, holdings=holdings, leads=leads
    )
    citations = tuple(check.citations())
    counts = Counter(one.verdict for one in citations)
    return CitationAnswer(
        catalogue=describe_catalogue(catalogue),
        on=on,
        compared=say("citation.compared", language),
        totals=tuple(Count(verdict=verdict, count=counts[verdict]) for verdict in Outcome),
        citations=citations,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    catalogue: Catalogue
    text: str
    on: date
    language: str
    passages: tuple[Passage, ...]
    holdings: Holdings
    leads: tuple[Lead, ...]

    def citations(self) -> Iterator[Citation]:
        """Yield each passage with how it comes out; what is cited inside quoted words that were found is theirs."""
        inside = -1
        for position, passage in enumerate(self.passages):
            if passage.end <= inside:
                continue
            if passage.kind is Kind.QUOTE:
                citation = self._quote(
                    passage, [self.leads[one] for one in cited_for(self.text, self.passages, position)]
                )
                inside = passage.end if citation.found else inside
            elif passage.kind is Kind.CLAUSE:
                citation = self._clause(passage, self.leads[position])
            else:
                citation = self._reference(passage, self.leads[position])
            yield citation

    def _words(self, passage: Passage) -> str:
        return self.text[passage.start : passage.end]

    def _reference(self, passage: Passage, lead: Lead) -> Citation:
        """Judge a title or a number: held as it is written, written otherwise, or not held."""
        given = self._words(passage)
        if lead.document is None:
            return self._said("not_held", passage, Outcome.NOT_HELD, near=lead.near)
        if lead.words is None or lead.words == given:
            words = Outcome.VERBATIM if lead.words else Outcome.HELD
            return self._said("held", passage, words, document=lead.document)
        how = compared(given, lead.words, 0, len(lead.words), similarity=1.0)
        return self._said("held_otherwise", passage, Outcome.ALTERED, document=lead.document, how=(how, lead.words))

    def _clause(self, passage: Passage, lead: Lead) -> Citation:
        if lead.document is None:
            code = "no_document" if passage.after is None and lead.near is None else "not_held"
            return self._said(code, passage, Outcome.NOT_HELD, near=lead.near)
        if lead.clause is None:
            return self._said("no_clause", passage, Outcome.NOT_FOUND, document=lead.document)
        words = _held(lead.document, lead.clause.start, lead.clause.end)
        return self._said("clause", passage, Outcome.HELD, document=lead.document, found=words)

    def _quote(self, passage: Passage, cited: list[Lead]) -> Citation:
        """Look for quoted words as they are, then otherwise, in what is cited and in all that is held."""
        words = self._words(passage)
        named = {one.document.id: one.document for one in cited if one.document}
        exact = [(one, at) for one in self.holdings.having(words) for at in places_of(words, one.text)]
        if exact:
            document, at = min(exact, key=lambda pair: _distance(cited, pair[0], pair[1], pair[1] + len(words)))
            whole = Found(start=at, end=at + len(words), similarity=1.0)
            return self._located("verbatim", passage, document, whole, cited, others=len(exact) - 1)
        shortest = SHORTEST_CITED if named else SHORTEST_ALTERED
        likely = named | {one.id: one for one in self.holdings.likely(words, _MOST_READ)}
        clauses = {one.document.id: one.clause.start for one in reversed(cited) if one.document and one.clause}
        located = [
            (one, locate(words, one.text, shortest=shortest, near=clauses.get(one.id, 0))) for one in likely.values()
        ]
        alike = [(one, found) for one, found in located if found]
        if alike:
            document, found = max(alike, key=lambda pair: pair[1].similarity)
            code = "altered" if any(one.kind is not Differs.WRITING for one in found.changes) else "written_otherwise"
            return self._located(code, passage, document, found, cited)
        if cited and not named:
            return self._said("cited_not_held", passage, Outcome.NOT_HELD, near=cited[0].near)
        return self._said("not_in_cited" if named else "not_found", passage, Outcome.NOT_FOUND, cited=tuple(named))

    def _located(
        self, code: str, passage: Passage, document: Document, found: Found, cited: list[Lead], others: int = 0
    ) -> Citation:
        apart = _distance(cited, document, found.start, found.end)
        place = (Place.ELSEWHERE if apart else Place.AS_CITED) if cited else Place.NOT_CITED
        if place is Place.ELSEWHERE and not all(one.document for one in cited):
            place = Place.UNKNOWN  # it may stand in what is not held
        return self._said(
            code,
            passage,
            Outcome.VERBATIM if code == "verbatim" else Outcome.ALTERED,
            document=document,
            found=_held(document, found.start, found.end),
            place=place,
            cited=tuple(dict.fromkeys(one.document.id for one in cited if one.document)),
            others=others,
            how=(found, document.text),
        )

    def _said(
        self,
        code: str,
        passage: Passage,
        words: Outcome,
        *,
        document: Document | None = None,
        near: Document | None = None,
        how: tuple[Found, str] | None = None,
        **members: Any,  # noqa: ANN401 - of the shape
    ) -> Citation:
        """Put what was found into the shape of the answer; `how` has the changes, and the text they lead to."""
        effect = document_effect(document, self.on) if document else None
        return Citation(
            kind=passage.kind,
            text=self._words(passage),
            start=passage.start,
            end=passage.end,
            verdict=_on_the_whole(passage.kind, words, effect),
            words=words,
            effect=effect,
            document=describe_reference(document) if document else None,
            similarity=how[0].similarity if how else None,
            differences=tuple(self._difference(passage, one, how[1]) for one in how[0].changes) if how else (),
            unified=how[0].unified if how else (),
            near=Near(document=near.id, title=near.title) if near else None,
            message=self._message(code, document, near, effect, members),
            **members,
        )

    def _difference(self, passage: Passage, change: Change, held: str) -> Difference:
        start, end = passage.start + change.start, passage.start + change.end
        return Difference(
            kind=change.kind,
            given=self.text[start:end],
            start=start,
            end=end,
            held=held[change.held_start : change.held_end],
            held_start=change.held_start,
            held_end=change.held_end,
        )

    def _message(
        self,
        code: str,
        document: Document | None,
        near: Document | None,
        effect: Effect | None,
        members: dict[str, Any],
    ) -> str:
        found = members.get("found")
        title, clause = document.title if document else "", (found.clause if found else None) or ""
        parts = [say(f"citation.{code}", self.language, title=title, clause=clause)]
        if members.get("place") is Place.ELSEWHERE:
            parts.append(say("citation.elsewhere", self.language))
        if near:
            parts.append(say("citation.near", self.language, title=near.title))
        if effect and effect is not Effect.IN_FORCE:
            parts.append(say(f"effect.{effect}", self.language))
        return say("citation.join", self.language).join(parts)


def _on_the_whole(kind: Kind, words: Outcome, effect: Effect | None) -> Outcome:
    of_effect = _OF_EFFECT.get(effect) if effect else None
    if of_effect is None or words in {Outcome.NOT_FOUND, Outcome.NOT_HELD}:
        return words
    return words if kind is Kind.QUOTE and words is Outcome.ALTERED else of_effect


def _distance(cited: list[Lead], document: Document, start: int, end: int) -> int:
    return min((lead.distance(document, start, end) for lead in cited), default=0)


def _held(document: Document, start: int, end: int) -> HeldWords:
    holding = (one for one in document.clauses if one.start <= start and end <= one.end)
    clause = max(holding, key=lambda one: one.level, default=None)
    return HeldWords(
        document=document.id,
        clause=clause.path if clause else None,
        quote=document.text[start:end],
        start=start,
        end=end,
    )
