"""GET /healthz, /readyz and /metrics: for the machines that keep the service running."""

from __future__ import annotations

import flask

from matcher.description import describe_catalogue
from service.answers import json_bytes, private_answer
from service.blueprints import Blueprint
from service.metrics import CONTENT_TYPE
from service.schemas.reading_answers import Health, Readiness
from service.serving import catalogue, serving

blueprint = Blueprint("health", __name__, description="Liveness, readiness and metrics.")


@blueprint.at("/healthz")
@blueprint.answers(Health, description="The process is alive.")
def healthz() -> flask.Response:
    """Tell that the process is alive."""
    return private_answer(json_bytes(Health(status="ok")))


@blueprint.at("/readyz")
@blueprint.answers(Readiness, 503, description="A verified catalogue is loaded.")
def readyz() -> flask.Response:
    """Tell that a verified catalogue is loaded, and which."""
    return private_answer(json_bytes(Readiness(status="ready", catalogue=describe_catalogue(catalogue()))))


@blueprint.at("/metrics")
@blueprint.answers({"type": "string"}, description="Prometheus text.", media_type="text/plain")
def metrics() -> flask.Response:
    """Show the counters in Prometheus' text format."""
    answer = flask.Response(serving().metrics.exposition(), content_type=CONTENT_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer
