"""GET /v1/measures and /v1/measures/{id}: what the catalogue grants, filtered and paged."""

from __future__ import annotations

from typing import Any

import flask

from matcher.answers import MeasureFull
from matcher.description import describe_measure_fully, describe_measure_listed
from matcher.matching import Engine
from service.answers import public_answer
from service.blueprints import Blueprint
from service.lookups import found, page_of
from service.measure_filters import read_value, select
from service.request_context import language
from service.schemas.queries import MeasuresQuery
from service.schemas.reading_answers import FilterRead, Measures
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
    values |= {name: reading.value for name, reading in read.items() if reading and reading.value}
    unread = any(reading and not reading.value for reading in read.values())
    selected = [] if unread else select(shelf, values, words=query.get("q", ""))
    listed, page = page_of(selected, query)
    items = tuple(describe_measure_listed(shelf, measure, language()) for measure in listed)
    region, sector, stage, department = read.values()
    return public_answer(
        Measures(items=items, **page, region=region, sector=sector, stage=stage, department=department)
    )


@blueprint.at("/v1/measures/<measure:measure_id>")
@blueprint.answers(MeasureFull, 404, 503, description="One measure with conditions, context and examples.")
def show_measure(measure_id: str) -> flask.Response:
    """Show one measure with everything that is known of it."""
    shelf = catalogue()
    return public_answer(describe_measure_fully(shelf, found(shelf.measures, measure_id), language()))


def _read(serves: Engine, name: str, text: str | None) -> FilterRead | None:
    return read_value(serves, name, text, language()) if text else None
