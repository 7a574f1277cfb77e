"""GET /v1/measures and /v1/measures/{id}: what the catalogue grants, filtered and paged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flask

from matcher.description import describe_measure, describe_measure_fully
from rules.catalogue import Catalogue
from rules.facts import Answer
from rules.measures import Measure
from rules.trace import evaluate
from rules.verdict import MeasureVerdict
from service.answers import public_answer
from service.blueprints import Blueprint
from service.lookups import found, page_of, read_region
from service.request_context import language
from service.schemas.queries import MeasuresQuery
from service.schemas.reading_answers import MeasureFull, Measures
from service.serving import catalogue

blueprint = Blueprint("measures", __name__, description="The measures of the catalogue.")


@blueprint.at("/v1/measures")
@blueprint.takes(MeasuresQuery, location="query")
@blueprint.answers(Measures, 422, 503, description="A page of measures, ordered by id.")
def list_measures(query: dict[str, Any]) -> flask.Response:
    """List measures by words, place, instrument, document and status."""
    shelf = catalogue()
    region = read_region(shelf, query["region"], language()) if query.get("region") else None
    selected = [
        measure for measure in _select(shelf, query) if region is None or _reaches(shelf, measure, region["value"])
    ]
    items, page = page_of(selected, query)
    return public_answer({"items": [_describe(shelf, measure) for measure in items], **page, "region": region})


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


def _select(shelf: Catalogue, query: dict[str, Any]) -> Iterator[Measure]:
    """Yield the measures that pass every filter given, by id."""
    words = query.get("q", "")
    wanted = frozenset(shelf.search_measures(words)) if words else None
    for measure in shelf.measures.values():
        if (
            (wanted is None or measure.id in wanted)
            and query.get("instrument") in (None, *measure.instruments)
            and query.get("document") in (None, "", measure.document)
            and query.get("status") in (None, shelf.documents[measure.document].status)
        ):
            yield measure


def _reaches(shelf: Catalogue, measure: Measure, region: str | None) -> bool:
    """Tell whether a measure is open to a company of which only the place is known."""
    if region is None:
        return False
    here = Answer(sure=(region,))
    trace = evaluate(measure, {"region": here, "target_region": here}, shelf.taxonomies)
    return trace.verdict is not MeasureVerdict.NOT_APPLICABLE
