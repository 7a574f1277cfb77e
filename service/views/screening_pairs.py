"""One tenant of a screening, explained: the same bytes that POST /v1/match gives for the same profile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flask

from matcher.answers import MatchAnswer, Recommendation
from matcher.profile import MatchRequest
from service.access import folders, operator
from service.answers import json_bytes, private_answer
from service.blueprints import Blueprint
from service.json_reading import printable
from service.lookups import found
from service.problems import Complaint, RequestError
from service.request_context import language
from service.schemas.screening_questions import NoQuery, TenantMatchQuery
from service.screenings.jobs import Job
from service.screenings.tenants import find_tenant
from service.views.screening_results import engine_of, parts_of
from service.views.screenings import finished_screening

blueprint = Blueprint("screening_pairs", __name__, description="One tenant of a screening, explained.")


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/tenants/<int(max=2147483647):row>/match")
@blueprint.only_for(operator)
@blueprint.takes(TenantMatchQuery, location="query")
@blueprint.answers(MatchAnswer, 401, 403, 404, 409, 422, 503, description="The answer of a match for this tenant.")
def match_tenant(query: dict[str, Any], screening_id: str, row: int) -> flask.Response:
    """Answer for one tenant as POST /v1/match does with the catalogue of the screening, byte for byte."""
    job = finished_screening(screening_id)
    question = replace(question_of(job, row), **query)
    return private_answer(json_bytes(engine_of(job.catalogue).match(question)))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/tenants/<int(max=2147483647):row>/measures/<measure_id>")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(Recommendation, 401, 403, 404, 409, 422, 503, description="Why the measure fits, with its evidence.")
def explain_pair(_: dict[str, Any], screening_id: str, row: int, measure_id: str) -> flask.Response:
    """Explain one measure for one tenant: the recommendation as POST /v1/match gives it, byte for byte.

    One that does not apply is explained as with `include: ["not_applicable"]`.
    """
    return private_answer(json_bytes(explained(screening_id, row, measure_id)))


def explained(screening_id: str, row: int, measure_id: str) -> Recommendation:
    """Return the recommendation of a measure for a tenant; raise RequestError when nothing connects the two."""
    job = finished_screening(screening_id)
    matcher = engine_of(job.catalogue)
    found(matcher.catalogue.measures, measure_id)
    recommendation = matcher.explain(question_of(job, row), measure_id)
    if recommendation is not None:
        return recommendation
    raise RequestError("not_found", [Complaint(code="no_such_pair", params={"measure": printable(measure_id)})])


def question_of(job: Job, row: int) -> MatchRequest:
    """Return the question that the screening asked about one tenant; raise RequestError when there is no such."""
    tenant = find_tenant([folders().of(job.id).tenants(number) for number in parts_of(job).numbers], row)
    if tenant is None:
        raise RequestError("not_found", [Complaint(code="no_such_tenant", params={"row": row})])
    statuses = frozenset(job.options.statuses)
    return MatchRequest(profile=tenant.profile, on=job.options.on, statuses=statuses, language=language())
