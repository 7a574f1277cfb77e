"""GET /v1/catalogue.jsonld and /v1/catalogue.csv: the catalogue in shapes that others exchange."""

from __future__ import annotations

from datetime import date
from typing import Any

import flask

from matcher.exchange.aid_table import as_csv
from matcher.exchange.cpsv import as_cpsv
from service.clock import today
from service.complaints import StrictSchema
from service.intake.queries import NoQuery
from service.intake.strict_fields import Day, described
from service.web.blueprints import Blueprint
from service.web.requests import asked_language, json_bytes, public_bytes
from service.web.serving import served_catalogue

BASE = "urn:cepei:"
"""What ids begin with where nobody says what else."""
JSON_LD, CSV = "application/ld+json", "text/csv"

blueprint = Blueprint("exchange", __name__, description="The catalogue in shapes that others exchange.")


class TableQuery(StrictSchema):
    """Which day a table is about."""

    on = Day(metadata=described("Only what binds on this day, today in China if not given."), load_default=today)


@blueprint.at("/v1/catalogue.jsonld")
@blueprint.takes(NoQuery, location="query")
@blueprint.answers({"type": "object"}, 422, 503, description="CPSV-AP 3.2.0.", media_type=JSON_LD)
def show_graph(query: dict[str, Any]) -> flask.Response:  # noqa: ARG001 - it has no parameters
    """Show every support measure as a public service of CPSV-AP 3.2.0; drafts say that they are under development."""
    return public_bytes(json_bytes(as_cpsv(served_catalogue(), BASE)), JSON_LD)


@blueprint.at("/v1/catalogue.csv")
@blueprint.takes(TableQuery, location="query")
@blueprint.answers({"type": "string"}, 422, 503, description="dispositif-aide-professionnels.", media_type=CSV)
def show_table(query: dict[str, Any]) -> flask.Response:
    """Show the support measures that bind in the French table of aid schemes for companies (v0.2.0)."""
    on: date = query["on"]
    return public_bytes(as_csv(served_catalogue(), on, asked_language()).encode(), f"{CSV}; charset=utf-8")
