"""POST /v1/measures/preview: which tenants of a stored screening a draft measure fits."""

from __future__ import annotations

from typing import Any

import flask

from matcher.answers.catalogue_json import describe_measure
from matcher.answers.shapes import CatalogueInfo
from rules.catalogue.catalogue import Catalogue
from rules.language.condition_parsing import PackError
from rules.language.measures import Measure
from seeds.faults import Fault, SeedError
from service.complaints import Complaint, RequestError
from service.drafts.preview import FILE, parse_document, parse_draft, stored_preview, with_document
from service.intake.queries import PreviewQuestion
from service.screenings.shapes import PreviewAnswer
from service.web.blueprints import Blueprint
from service.web.lookups import found, page_of
from service.web.opened import finished_screening, parts_of
from service.web.requests import asked_language, json_bytes, private_answer
from service.web.serving import operator, served_catalogue

blueprint = Blueprint("preview", __name__, description="Policy finds company.")

_PLACE = "/measures/0"


@blueprint.at("/v1/measures/preview", method="POST")
@blueprint.only_for(operator)
@blueprint.takes(PreviewQuestion)
@blueprint.answers(
    PreviewAnswer, 400, 401, 403, 404, 409, 413, 415, 422, 503, description="The tenants the draft fits."
)
def preview_measure(question: dict[str, Any]) -> flask.Response:
    """Try a draft measure, in the form of a rule pack, on the tenants of a finished screening.

    It quotes a document of the catalogue, by id, or one that is sent along. A draft needs neither `examples` nor
    `title_en`.
    """
    job, catalogue = finished_screening(question["screening"]), _with_document(served_catalogue(), question["document"])
    draft = _draft(catalogue, question)
    asked = [question.get(name) for name in ("document", "measure", "defaults")]
    outcome = stored_preview(catalogue, draft, parts_of(job), job.options, asked)
    items, page = page_of(outcome.items, question)
    held = CatalogueInfo(
        version=catalogue.version, documents=len(served_catalogue().documents), measures=len(catalogue.measures)
    )
    answer = PreviewAnswer(
        catalogue=held,
        measure=describe_measure(catalogue, draft, asked_language()),
        counts=outcome.counts,
        items=tuple(items),
        **page,
    )
    return private_answer(json_bytes(answer))


def _with_document(catalogue: Catalogue, document: str | dict[str, Any]) -> Catalogue:
    """Return the catalogue with the document that the draft quotes."""
    if isinstance(document, str):
        found(catalogue.documents, document)
        return catalogue
    try:
        return with_document(catalogue, parse_document(catalogue, document))
    except SeedError as error:
        raise _refusal("bad_document", error) from error


def _draft(catalogue: Catalogue, question: dict[str, Any]) -> Measure:
    """Return the draft; raise RequestError with every fault at its place in the question."""
    document = question["document"]
    name = document if isinstance(document, str) else document["id"]
    try:
        return parse_draft(catalogue, name, question["measure"], question.get("defaults"))
    except PackError as error:
        raise _refusal("bad_measure", error) from error


def _refusal(code: str, error: SeedError) -> RequestError:
    return RequestError(
        "invalid_request",
        [Complaint(code=one.code, under=code, pointer=_pointer(one), params=one.params) for one in error.faults],
    )


def _pointer(fault: Fault) -> str:
    """Return the place in the question of what was found in a document, or in the pack made of the draft."""
    if fault.file == FILE:
        return f"/document{fault.pointer}"
    return f"/measure{fault.pointer.removeprefix(_PLACE)}" if fault.pointer.startswith(_PLACE) else fault.pointer
