"""POST /v1/match: a profile in, ranked measures with checked evidence out."""

from __future__ import annotations

import time
from dataclasses import replace

import flask

from matcher.answers import MatchAnswer
from matcher.profile import MatchRequest
from service.access import charge_match
from service.answers import json_bytes, private_answer
from service.blueprints import Blueprint
from service.request_context import language
from service.schemas.match import MatchRequestSchema
from service.serving import engine, serving

blueprint = Blueprint("match", __name__, description="Which measures fit a company.")


@blueprint.at("/v1/match", method="POST")
@blueprint.takes(MatchRequestSchema)
@blueprint.answers(MatchAnswer, 400, 413, 415, 422, 429, 503, description="The measures that fit, in order.")
def match(question: MatchRequest) -> flask.Response:
    """Rank the measures that fit a company.

    Same profile, catalogue, date, language and options: same bytes.
    """
    charge_match()
    answer, parts_ms = engine().match_timed(replace(question, language=language()))
    began = time.perf_counter()
    body = json_bytes(answer)
    serialised_ms = (time.perf_counter() - began) * 1000
    serving().metrics.record_match({**parts_ms, "serialise": serialised_ms})
    return private_answer(body)
