"""Documents and measures as the browsing pages list them: who issued, in force or draft, for whom, who leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rules.catalogue import Catalogue
from rules.drafting import Drafter
from rules.measures import Measure
from seeds.documents import Document
from seeds.metadata import DocumentStatus
from service.measure_filters import departments_of
from service.pages.browse_search import Place, excerpt, in_order, marked, places_of
from service.pages.clauses import clause_name

Json = dict[str, Any]

PARTS = ("leads", "shares", "answers")
"""What part a department has in a measure."""


def document_entry(shelf: Catalogue, document: Document, words: Mapping[str, str]) -> Json:
    """Return what the pages say of a document; what it does not tell is None or ()."""
    region = shelf.vocabularies["regions"][document.region]
    return {
        "id": document.id,
        "title": document.title,
        "number": document.number,
        "issuers": words["comma"].join(document.issuers),
        "issued_on": document.issued_on or document.written_on,
        "checked_on": document.checked_on,
        "is_draft": document.status is DocumentStatus.DRAFT,
        "in_force": document.status is DocumentStatus.IN_FORCE,
        "status": words[f"status.{document.status}"],
        "region": region.label(words["language"]),
        "source_url": document.source_url,
    }


def document_entries(shelf: Catalogue, words: Mapping[str, str]) -> list[Json]:
    """Return every document with how many measures it holds, those in force first."""
    counts = Counter(measure.document for measure in shelf.measures.values())
    return [{**document_entry(shelf, one, words), "measures": counts[one.id]} for one in in_order(shelf)]


def in_reading_order(shelf: Catalogue, measures: Iterable[Measure]) -> list[Measure]:
    """Return measures by document, those in force first, and within a document in the order of its text."""
    rank = {document.id: place for place, document in enumerate(in_order(shelf))}
    return sorted(measures, key=lambda one: (rank[one.document], one.source.start, one.source.end, one.id))


def measure_entry(shelf: Catalogue, measure: Measure, words: Mapping[str, str], query: str = "") -> Json:
    """Return a measure as a list shows it, with the words that answer to `query` where the policy speaks them."""
    language = words["language"]
    drafter = Drafter(shelf.facts, shelf.vocabularies, language)
    document = shelf.documents[measure.document]
    return {
        **measure_name(measure, language),
        "instrument": shelf.vocabularies["instruments"][measure.instrument].label(language),
        "document": document_entry(shelf, document, words),
        "clause": place_name(document, measure.source.clause, words),
        "conditions": [drafter.label(condition) for condition in measure.conditions],
        "departments": departments(shelf, measure),
        "excerpt": _excerpt(shelf, measure, query) if query else [],
    }


def measure_name(measure: Measure, language: str) -> Json:
    """Return the id of a measure and its title in the language of the page."""
    return {"id": measure.id, "title": measure.title_en if language == "en" else measure.title}


def departments(shelf: Catalogue, measure: Measure) -> dict[str, list[str]]:
    """Return the departments by their part, in printed order; nothing where the document names nobody."""
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    for name, part in parts_of(shelf, measure):
        parts[part].append(name)
    return parts


def parts_of(shelf: Catalogue, measure: Measure) -> list[tuple[str, str]]:
    """Return each department with its part: it leads, takes part under another, or answers with no leader named."""
    found = departments_of(shelf, measure)
    other = "shares" if any(one.lead for one in found) else "answers"
    return [(one.name, "leads" if one.lead else other) for one in found]


def place_name(document: Document, path: str, words: Mapping[str, str]) -> str:
    """Return the name of a clause, of one without a heading that of the nearest around it that has one.

    What stands before the first number is title and preamble.
    """
    clause = document.clause(path)
    while not clause.heading and clause.parent:
        clause = document.clause(clause.parent)
    return clause_name(document, clause.path) if clause.heading else words["browse_preamble"]


def _excerpt(shelf: Catalogue, measure: Measure, query: str) -> Sequence[Any]:
    """Return the operative sentence or, when it does not hold the words, the line of the clause that does."""
    document, source = shelf.documents[measure.document], measure.source
    clause = document.clause(source.clause)
    places = places_of(document.text, shelf.writings(query))
    if _within(places, source.start, source.end):
        return marked(document.text, source.start, source.end, places)
    around = _within(places, clause.start, clause.end)
    return excerpt(document.text, around) if around else []


def _within(places: Iterable[Place], start: int, end: int) -> list[Place]:
    return [place for place in places if start <= place.start and place.end <= end]
