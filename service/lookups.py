"""Finding what a path or a query names: one thing by id, a place in any writing, a page of a list."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from matcher.places import resolve_place
from matcher.words import SURE
from rules.catalogue import Catalogue
from service.json_reading import printable
from service.messages import nearest_params
from service.problems import Complaint, RequestProblem

Thing = TypeVar("Thing")

MOST_READINGS = 5


def found(things: Mapping[str, Thing], name: str) -> Thing:
    """Return the thing called `name`; raise RequestProblem offering the nearest name when there is none."""
    if name in things:
        return things[name]
    shown = printable(name)
    close = difflib.get_close_matches(shown, list(things), n=1)
    params = {"name": shown, **nearest_params(close[0] if close else None)}
    raise RequestProblem("not_found", [Complaint(code="no_such_thing", params=params)])


def page_of(things: Sequence[Thing], query: Mapping[str, Any]) -> tuple[Sequence[Thing], dict[str, int]]:
    """Return the things on the page asked for, and where that page stands; a page past the end is empty."""
    page, per_page = int(query["page"]), int(query["per_page"])
    where = {"total": len(things), "page": page, "per_page": per_page, "pages": -(-len(things) // per_page)}
    return things[(page - 1) * per_page : page * per_page], where


def resolve_region(catalogue: Catalogue, text: str, language: str) -> str:
    """Return the id of the place that `text` names surely; raise RequestProblem when there is none or several."""
    regions = catalogue.vocabularies["regions"]
    place = resolve_place(text, regions)
    if place.status in SURE:
        return place.codes[0]
    readings = [*place.codes, *(suggestion.code for suggestion in place.suggestions)][:MOST_READINGS]
    shown = "; ".join(f"{code} {regions[code].label(language)}" for code in readings)
    code = "ambiguous_place" if readings else "unknown_place"
    complaint = Complaint(code=code, pointer="/region", params={"input": printable(text), "readings": shown})
    raise RequestProblem("invalid_request", [complaint])
