"""GET /v1/measures and /v1/measures/{id}: what the catalogue grants, filtered and paged."""

from __future__ import annotations

from typing import Any

import flask

from matcher.description import describe_measure, describe_measure_fully
from matcher.matching import Engine
from rules.catalogue import Catalogue
from rules.measures import Measure
from service.answers import public_answer
from service.blueprints import Blueprint
from service.lookups import found, page_of
from service.measure_filters import read_value, select
from service.request_context import language
from service.schemas.queries import MeasuresQuery
from service.schemas.reading_answers import MeasureFull, Measures
from service.serving import catalogue, engine

blueprint = Blueprint("measures", __name__, description="The measures of the catalogue.")

_READ = ("region", "sector", "stage", "department")
"""Filters that take words, which are read and may be misread; the others take values of closed lists and ids."""
_EXACT = ("instrument", "document", "status")


@blueprint.at("/v1/measures")
@blueprint.takes(MeasuresQuery, location="query")
@blueprint.answers(Measures, 422, 503, description="A page of measures, ordered by id.")
def list_measures(query: dict[str, Any]) -> flask.Response:
    """List measures by words, place, sector, stage, instrument, document, status and department."""
    serves = engine()
    shelf = serves.catalogue
    read = {name: _read(serves, name, query.get(name)) for name in _READ}
    values = {name: query[name] for name in _EXACT if query.get(name)}
    values |= {name: reading["value"] for name, reading in read.items() if reading and reading["value"]}
    unread = any(reading and not reading["value"] for reading in read.values())
    selected = [] if unread else select(shelf, values, words=query.get("q", ""))
    items, page = page_of(selected, query)
    return public_answer({"items": [_describe(shelf, measure) for measure in items], **page, **read})


@blueprint.at("/v1/measures/<measure:measure_id>")
@blueprint.answers(MeasureFull, 404, 503, description="One measure with conditions, context and examples.")
def show_measure(measure_id: str) -> flask.Response:
    """Show one measure with everything that is known of it."""
    shelf = catalogue()
    return public_answer(describe_measure_fully(shelf, found(shelf.measures, measure_id), language()))


def _describe(shelf: Catalogue, measure: Measure) -> dict[str, Any]:
    """Describe a measure as the contract lists it: as in a match, plus its conditions."""
    full = describe_measure_fully(shelf, measure, language())
    return {**describe_measure(shelf, measure, language()), "conditions": full["conditions"]}


def _read(serves: Engine, name: str, text: str | None) -> dict[str, Any] | None:
    return read_value(serves, name, text, language()) if text else None
