"""GET /v1/editions and /v1/changes: which catalogues were in force, and what changed from one to the one in force."""

from __future__ import annotations

from typing import Any

import flask

from service.clock import moment
from service.intake.queries import ChangesQuery, PageQuery
from service.shapes.editions import (
    CatalogueChangeCounts,
    CatalogueChanges,
    Edition,
    EditionOn,
    Editions,
    PredecessorAnswer,
)
from service.web.blueprints import Blueprint
from service.web.catalogue_changes import counted, history, linked_to_predecessor, read_since
from service.web.lookups import found, page_of
from service.web.requests import asked_language, public_answer
from service.web.serving import served_catalogue

blueprint = Blueprint("changes", __name__, description="Editions of the catalogue, and what changed between them.")


@blueprint.at("/v1/editions")
@blueprint.takes(PageQuery, location="query")
@blueprint.answers(Editions, 422, 503, description="A page of what came into force, the latest first.")
def list_editions(query: dict[str, Any]) -> flask.Response:
    """List the editions of the catalogue, each of which can still answer."""
    current = served_catalogue().version
    published, page = page_of(history()[::-1], query)
    items = tuple(
        Edition(
            version=one.version, action=one.action, at=moment(one.at), documents=one.documents, measures=one.measures,
            in_force=one.version == current,
        )
        for one in published
    )  # fmt: skip
    return public_answer(Editions(items=items, **page))


@blueprint.at("/v1/changes")
@blueprint.takes(ChangesQuery, location="query")
@blueprint.answers(CatalogueChanges, 422, 503, description="A page of changes: by kind, document and id.")
def list_changes(query: dict[str, Any]) -> flask.Response:
    """Tell what changed since an edition, or since the one that was in force on a day, up to the one in force.

    Measures and documents that are new, gone, or state something else; measures that came into effect or ended since,
    and those that take effect or close within 30 days of `on`.
    """
    since, after = read_since(query.get("since", ""), query["on"]), served_catalogue()
    changes = since.changes(asked_language())
    wanted = [one for one in changes if query.get("kind") in (None, one.kind)]
    items, page = page_of(wanted, query)
    answer = CatalogueChanges(
        before=EditionOn(version=since.before.version, on=since.since),
        after=EditionOn(version=after.version, on=since.on),
        totals=CatalogueChangeCounts(**counted(changes)),
        items=tuple(items),
        **page,
    )
    return public_answer(answer)


@blueprint.at("/v1/documents/<document_id>/predecessor")
@blueprint.answers(PredecessorAnswer, 404, 422, 503, description="The clauses of both documents, linked.")
def show_predecessor(document_id: str) -> flask.Response:
    """Show a document beside the draft or earlier version that it takes the place of, clause by clause."""
    return public_answer(linked_to_predecessor(found(served_catalogue().documents, document_id)))
