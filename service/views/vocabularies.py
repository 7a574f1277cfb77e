"""GET /v1/vocabularies/{name}: the words the catalogue understands, or the ones nearest to a query."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

import flask
from msgspec import structs

from matcher.answers import VocabularyEntry
from matcher.description import describe_entry, describe_fact
from matcher.search import nearest_entries
from rules.catalogue import Catalogue
from rules.content import VOCABULARY_FILES
from seeds.folding import fold
from service.answers import public_answer
from service.blueprints import Blueprint
from service.lookups import found, page_of
from service.request_context import language
from service.schemas.queries import VocabularyQuery
from service.schemas.reading_answers import VocabularyAnswer
from service.serving import catalogue

blueprint = Blueprint("vocabularies", __name__, description="The words the catalogue understands.")

FACTS = "facts"
NAME = {"in": "path", "name": "name", "required": True, "schema": {"enum": ["regions", *VOCABULARY_FILES, FACTS]}}
MOST_NEAREST = 20
LEAST_LIKENESS = 0.6


@blueprint.at("/v1/vocabularies/<name>", parameters=[NAME])
@blueprint.takes(VocabularyQuery, location="query")
@blueprint.answers(VocabularyAnswer, 404, 422, 503, description="Entries, or the nearest ones to `q`, best first.")
def show_vocabulary(query: dict[str, Any], name: str) -> flask.Response:
    """List one vocabulary: regions, sectors, concepts, stages, instruments, facts and the smaller ones."""
    shelf = catalogue()
    found({FACTS: None, **dict.fromkeys(shelf.vocabularies)}, name)
    if words := query.get("q"):
        entries = _nearest(shelf, name, words)
        page = {"total": len(entries), "page": 1, "per_page": MOST_NEAREST, "pages": 1}
        return public_answer(VocabularyAnswer(vocabulary=name, items=tuple(entries), **page))
    items, page = page_of(_entries(shelf, name), query)
    return public_answer(VocabularyAnswer(vocabulary=name, items=tuple(items), **page))


def _entries(shelf: Catalogue, name: str) -> list[VocabularyEntry]:
    if name == FACTS:
        return [describe_fact(fact, language()) for fact in shelf.facts.values()]
    vocabulary = shelf.vocabularies[name]
    return [describe_entry(vocabulary, entry, language()) for entry in vocabulary.entries]


def _nearest(shelf: Catalogue, name: str, words: str) -> list[VocabularyEntry]:
    if name == FACTS:
        return _nearest_facts(_entries(shelf, name), words)
    return nearest_entries(shelf.vocabularies[name], words, MOST_NEAREST, language())


def _nearest_facts(facts: list[VocabularyEntry], words: str) -> list[VocabularyEntry]:
    """Return the facts whose id or label contains or resembles `words`, best first."""

    def likeness(fact: VocabularyEntry) -> float:
        names = (fold(fact.id), fold(fact.label))
        return max(1.0 if sought in name else SequenceMatcher(None, sought, name).ratio() for name in names)

    sought = fold(words)
    ranked = sorted(((round(likeness(fact), 4), fact) for fact in facts), key=lambda pair: (-pair[0], pair[1].id))
    return [structs.replace(fact, similarity=score) for score, fact in ranked[:MOST_NEAREST] if score >= LEAST_LIKENESS]
