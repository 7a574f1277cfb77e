"""Finding what a path or a query names: one thing by id, a place in any writing, a page of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from matcher.description import describe_entry
from matcher.places import resolve_place
from rules.catalogue import Catalogue
from seeds.vocabulary import Vocabulary
from service.problems import RequestError
from service.schemas.complaints import unknown_field

Thing = TypeVar("Thing")

MOST_READINGS = 5


def found(things: Mapping[str, Thing], name: str) -> Thing:
    """Return the thing called `name`; raise RequestError offering the nearest name when there is none."""
    if name in things:
        return things[name]
    raise RequestError("not_found", [unknown_field(name, things, "no_such_thing")])


def page_of(things: Sequence[Thing], query: Mapping[str, Any]) -> tuple[Sequence[Thing], dict[str, int]]:
    """Return the things on the page asked for, and where that page stands; a page past the end is empty."""
    page, per_page = int(query["page"]), int(query["per_page"])
    where = {"total": len(things), "page": page, "per_page": per_page, "pages": -(-len(things) // per_page)}
    return things[(page - 1) * per_page : page * per_page], where


def read_region(catalogue: Catalogue, text: str, language: str) -> dict[str, Any]:
    """Return how a place was read: its id when it is surely one place, else what it may mean."""
    regions = catalogue.vocabularies["regions"]
    place = resolve_place(text, regions)
    value = place.codes[0] if place.is_fact else None
    suggestions = [
        {"value": alike.code, "label": _label(regions, alike.code, language), "similarity": alike.similarity}
        for alike in (() if value else place.suggestions[:MOST_READINGS])
    ]
    label = _label(regions, value, language) if value else None
    return {"input": text, "value": value, "label": label, "suggestions": suggestions}


def _label(regions: Vocabulary, code: str, language: str) -> str:
    return str(describe_entry(regions, code, language)["label"])
