"""GET /v1/editions and /v1/changes: which catalogues were in force, and what changed from one to another."""

from __future__ import annotations

from typing import Any

import flask

from rules.catalogue.catalogue import CatalogueError
from service.clock import moment
from service.complaints import RequestError
from service.intake.queries import PageQuery
from service.shapes.editions import Edition, Editions
from service.web.blueprints import Blueprint
from service.web.lookups import page_of
from service.web.requests import public_answer
from service.web.serving import served_catalogue, serving

blueprint = Blueprint("changes", __name__, description="Editions of the catalogue, and what changed between them.")


@blueprint.at("/v1/editions")
@blueprint.takes(PageQuery, location="query")
@blueprint.answers(Editions, 422, 503, description="A page of what came into force, the latest first.")
def list_editions(query: dict[str, Any]) -> flask.Response:
    """List the editions of the catalogue, each of which can still answer."""
    current = served_catalogue().version
    try:
        history = serving().editions.editions.history()
    except CatalogueError as error:
        raise RequestError("catalogue_unavailable") from error
    published, page = page_of(history[::-1], query)
    items = tuple(
        Edition(
            version=one.version, action=one.action, at=moment(one.at), documents=one.documents, measures=one.measures,
            in_force=one.version == current,
        )
        for one in published
    )  # fmt: skip
    return public_answer(Editions(items=items, **page))
