"""One tenant of a screening, explained: the same bytes that POST /v1/match gives for the same profile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flask

from matcher.answers import MatchAnswer, Recommendation
from service.access import operator
from service.answers import json_bytes, private_answer
from service.blueprints import Blueprint
from service.opened import engine_of, explained, finished_screening, question_of
from service.schemas.screening_questions import NoQuery, TenantMatchQuery

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
