"""What the lists of the console can be filtered and sorted by, read as strictly as the queries of the API."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import flask
import numpy as np
from marshmallow import Schema, ValidationError

from rules.catalogue import Catalogue
from rules.measures import Instrument
from seeds.regions import region_label
from service.lookups import read_region
from service.problems import RequestError
from service.schemas.complaints import complaints_of
from service.schemas.match import STATUSES
from service.schemas.queries import LARGEST_PAGE, PageQuery
from service.schemas.screening_questions import MatrixFilter
from service.schemas.texts import Choice
from service.schemas.values import Whole
from service.screenings.matrix import TenantCounts

Json = dict[str, Any]
SORTS = ("applicable", "possible", "row")


class TenantsQuery(MatrixFilter):
    """Filters of the tenants' list."""

    sort = Choice(SORTS, load_default="applicable")
    row = Whole(lowest=1, highest=10**7, from_query=True)


class MatrixQuery(MatrixFilter):
    """Filters of the matrix, and its page of measures."""

    sort = Choice(SORTS, load_default="applicable")
    across = Whole(lowest=1, highest=LARGEST_PAGE, from_query=True, load_default=1)


def read_query(schema: type[PageQuery]) -> Json:
    """Return what the address asks for; an empty field of a filter counts as not given."""
    given = {name: value for name, value in flask.request.args.items() if value.strip() and name != "lang"}
    return load(schema(), given)


def load(schema: Schema, given: Mapping[str, str]) -> Json:
    """Load a form; raise RequestError with all that is wrong."""
    try:
        loaded: Json = schema.load(given)
    except ValidationError as error:
        raise RequestError("invalid_request", complaints_of(error.messages)) from error
    return loaded


def filter_choices(shelf: Catalogue, language: str) -> Json:
    """Return what the selects of a filter offer."""
    labels = shelf.vocabularies["instruments"]
    present = {measure.instrument for measure in shelf.measures.values()}
    instruments = [(entry.value, labels[entry.value].label(language)) for entry in Instrument if entry in present]
    return {"instruments": instruments, "statuses": STATUSES, "sorts": SORTS}


def region_words(shelf: Catalogue, text: str, language: str) -> Json | None:
    """Return how the place of a filter was read; None without one."""
    if not text:
        return None
    read = read_region(shelf, text, language)
    return {"label": read.label, "suggestions": [item.label for item in read.suggestions]}


def region_places(shelf: Catalogue, text: str) -> Collection[str]:
    """Return every place inside the one that a text names; none when it names none for sure."""
    place = read_region(shelf, text, "zh").value
    return shelf.vocabularies["regions"].taxonomy.descendants(place) if place else ()


def sorted_counts(counts: TenantCounts, sort: str) -> TenantCounts:
    """Return tenants with the most measures first, or by row."""
    first, second = counts.applicable, counts.listed_possible
    if sort == "possible":
        first, second = second, first
    order = np.argsort(counts.rows) if sort == "row" else np.lexsort((counts.rows, -second, -first))
    return counts.chosen(order)


def place_label(shelf: Catalogue, region: str | None, language: str) -> str:
    """Return a place by its full name; "" when it is not surely known."""
    return region_label(shelf.vocabularies["regions"], region, language) if region else ""
