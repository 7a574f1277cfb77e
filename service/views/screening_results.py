"""What a finished screening holds, from both sides: its tenants, its measures, its summary, what a rerun changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import flask
import numpy as np

from matcher.description import describe_measure
from rules.catalogue import Catalogue
from service.access import folders, jobs
from service.answers import json_bytes, private_answer
from service.blueprints import Blueprint
from service.lookups import found, page_of, read_region
from service.problems import Complaint, RequestError
from service.request_context import language
from service.schemas.queries import PageQuery
from service.schemas.screening_answers import (
    Changes,
    MeasureItems,
    MeasureTenants,
    RejectedRows,
    SummaryAnswer,
    TenantItems,
)
from service.schemas.screening_questions import MeasureFilter, MeasureTenantsQuery, TenantFilter
from service.screenings.changes import changed_tenants
from service.screenings.jobs import Job, State
from service.screenings.matrix import Parts, TenantChoice, best_pairs, count_by_tenant
from service.screenings.refused import rejected_rows
from service.screenings.standing import tenants_of_measure
from service.screenings.telling import (
    add_up,
    chosen_measures,
    measure_counts,
    measure_items,
    opening,
    settling,
    title_of,
)
from service.serving import catalogue
from service.views.screenings import SECURITY, finished_screening

blueprint = Blueprint("screening_results", __name__, description="What a screening found.")

MOST_MEASURES = 10
Json = dict[str, Any]


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/tenants")
@blueprint.takes(TenantFilter, location="query")
@blueprint.documented(**SECURITY)
@blueprint.answers(TenantItems, 401, 403, 404, 409, 422, 503, description="A page of tenants, by row.")
def list_tenants(query: Json, screening_id: str) -> flask.Response:
    """List tenants with the counts and the best of their measures."""
    parts, shelf = parts_of(finished_screening(screening_id)), catalogue()
    chosen = chosen_measures(shelf, query.get("instrument"), query.get("status"))
    choice = TenantChoice(measures=chosen, verdict=query.get("verdict", ""))
    counts, regions = count_by_tenant(parts, choice), parts.regions()
    if choice.filter() is not None:
        counts = counts.chosen(counts.applicable + counts.possible > 0)
    if query.get("region"):
        inside = places_inside(shelf, query["region"])
        counts = counts.chosen(np.array([regions.get(row) in inside for row in counts.rows.tolist()], dtype=np.bool_))
    places, page = page_of(range(len(counts.rows)), query)
    rows = [int(counts.rows[place]) for place in places]
    called, best = parts.called(rows), best_pairs(parts, choice, rows)
    items = [
        {
            **called[row],
            "region": regions.get(row),
            "counts": {"applicable": int(counts.applicable[place]), "possible": int(counts.possible[place])},
            "best": [{**pair, "title": title_of(shelf, pair["measure_id"], language())} for pair in best[row]],
        }
        for place, row in zip(places, rows, strict=True)
    ]
    return private_answer(json_bytes({"items": items, **page}))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/measures")
@blueprint.takes(MeasureFilter, location="query")
@blueprint.documented(**SECURITY)
@blueprint.answers(MeasureItems, 401, 403, 404, 409, 422, 503, description="A page of measures, most applicable first.")
def list_measures(query: Json, screening_id: str) -> flask.Response:
    """List measures with their counts over all tenants."""
    job, shelf = finished_screening(screening_id), catalogue()
    items = measure_items(shelf, measure_counts(jobs().chunks(job.id)), language())
    chosen = chosen_measures(shelf, query.get("instrument"), query.get("status"))
    wanted = [item for item in items if chosen is None or item["measure_id"] in chosen]
    page, where = page_of(wanted, query)
    return private_answer(json_bytes({"items": list(page), **where}))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/measures/<measure_id>/tenants")
@blueprint.takes(MeasureTenantsQuery, location="query")
@blueprint.documented(**SECURITY)
@blueprint.answers(MeasureTenants, 401, 403, 404, 409, 422, 503, description="A page of tenants of the measure.")
def list_measure_tenants(query: Json, screening_id: str, measure_id: str) -> flask.Response:
    """List the tenants that a measure fits, may fit, or would fit but for one fact or one condition."""
    parts, shelf = parts_of(finished_screening(screening_id)), catalogue()
    measure = found(shelf.measures, measure_id)
    standing = tenants_of_measure(parts, measure.id, query.get("standing"))
    if query.get("region"):
        regions, inside = parts.regions(), places_inside(shelf, query["region"])
        standing = [item for item in standing if regions.get(item["row"]) in inside]
    page, where = page_of(standing, query)
    called = parts.called([item["row"] for item in page])
    items = [{**called[item["row"]], **item} for item in page]
    described = describe_measure(shelf, measure, language())
    return private_answer(json_bytes({"measure": described, "items": items, **where}))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/summary")
@blueprint.documented(**SECURITY)
@blueprint.answers(SummaryAnswer, 401, 403, 404, 409, 503, description="What the screening adds up to.")
def show_summary(screening_id: str) -> flask.Response:
    """Tell totals, the widest measures, what would settle most unknowns, which single change opens most."""
    job, shelf, spoken = finished_screening(screening_id), catalogue(), language()
    chunks = jobs().chunks(job.id)
    items = measure_items(shelf, measure_counts(chunks), spoken)
    names = ("applicable", "possible", "not_applicable", "withheld")
    return private_answer(
        json_bytes(
            {
                "catalogue": {"version": job.catalogue},
                "rows": {"total": job.total, "done": job.done, "rejected": job.rejected},
                "totals": {name: sum(item["counts"][name] for item in items) for name in names},
                "tenants_with": {name: add_up(chunks, "tenants_with")[name] for name in ("applicable", "possible")},
                "measures": items[:MOST_MEASURES],
                "settles": settling(shelf, add_up(chunks, "settles"), spoken),
                "opens": opening(shelf, add_up(chunks, "opens"), spoken),
            }
        )
    )


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/rejected")
@blueprint.takes(PageQuery, location="query")
@blueprint.documented(**SECURITY)
@blueprint.answers(RejectedRows, 401, 403, 404, 409, 422, 503, description="A page of rejected rows, by row.")
def list_rejected(query: Json, screening_id: str) -> flask.Response:
    """List the rows that could not be read, with number, field and reason."""
    job = finished_screening(screening_id)
    refused = rejected_rows(folders().of(job.id), [chunk.number for chunk in jobs().chunks(job.id)], language())
    items, page = page_of(refused, query)
    return private_answer(json_bytes({"items": list(items), **page}))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/changes")
@blueprint.takes(PageQuery, location="query")
@blueprint.documented(**SECURITY)
@blueprint.answers(Changes, 401, 403, 404, 409, 422, 503, description="A page of tenants that came out differently.")
def list_changes(query: Json, screening_id: str) -> flask.Response:
    """Tell what a rerun changed for whom, beside the screening that it ran again."""
    job = finished_screening(screening_id)
    before = jobs().find(job.previous or "", job.key_id)
    if before is None or before.state is not State.FINISHED:
        raise RequestError("conflict", [Complaint(code="no_previous")])
    parts = parts_of(job)
    page, where = page_of(changed_tenants(parts_of(before), parts), query)
    called = parts.called([row for row, _ in page])
    items = [{**called.get(row, {"row": row}), "changes": changes} for row, changes in page]
    versions = {"before": {"version": before.catalogue}, "after": {"version": job.catalogue}}
    return private_answer(json_bytes({**versions, "items": items, **where}))


def parts_of(job: Job) -> Parts:
    """Return the stored results of a screening."""
    return Parts(folders().of(job.id), tuple(chunk.number for chunk in jobs().chunks(job.id)))


def places_inside(shelf: Catalogue, text: str) -> Collection[str]:
    """Return every place inside the one that a text names; none when it names none for sure."""
    place = read_region(shelf, text, language())["value"]
    return shelf.vocabularies["regions"].taxonomy.descendants(place) if place else ()
