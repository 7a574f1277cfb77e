"""Finding what a path or a query names: one thing by id, a place in any writing, a page of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from matcher.answers import Suggestion
from matcher.places import resolve_place
from rules.catalogue import Catalogue
from seeds.regions import region_label
from service.problems import RequestError
from service.schemas.complaints import unknown_field
from service.schemas.reading_answers import FilterRead

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


def read_region(catalogue: Catalogue, text: str, language: str) -> FilterRead:
    """Return how a place was read: its id when it is surely one place, else what it may mean."""
    regions = catalogue.vocabularies["regions"]
    place = resolve_place(text, regions)
    value = place.codes[0] if place.is_fact else None
    if value:
        return FilterRead(input=text, value=value, label=region_label(regions, value, language))
    offers = tuple(
        Suggestion(value=one.code, label=region_label(regions, one.code, language), similarity=one.similarity)
        for one in place.suggestions[:MOST_READINGS]
    )
    return FilterRead(input=text, suggestions=offers)
