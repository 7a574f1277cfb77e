"""POST /v1/measures/preview: which tenants of a stored screening a draft measure fits."""

from __future__ import annotations

from typing import Any

import flask

from matcher.description import describe_measure
from rules.errors import PackError
from rules.measures import Measure
from service.answers import json_bytes, private_answer
from service.blueprints import Blueprint
from service.lookups import found, page_of
from service.problems import Complaint, RequestError
from service.request_context import language
from service.schemas.screening_answers import PreviewAnswer
from service.schemas.screening_questions import PreviewQuestion
from service.screenings.preview import parse_draft, preview
from service.serving import catalogue
from service.views.screening_results import parts_of
from service.views.screenings import SECURITY, finished_screening

blueprint = Blueprint("preview", __name__, description="Policy finds company.")

_PLACE = "/measures/0"


@blueprint.at("/v1/measures/preview", method="POST")
@blueprint.takes(PreviewQuestion)
@blueprint.documented(**SECURITY)
@blueprint.answers(
    PreviewAnswer, 400, 401, 403, 404, 409, 413, 415, 422, 503, description="The tenants the draft fits."
)
def preview_measure(question: dict[str, Any]) -> flask.Response:
    """Try a draft measure, in the form of a rule pack, on the tenants of a finished screening."""
    job, shelf = finished_screening(question["screening"]), catalogue()
    draft = _draft(question)
    outcome = preview(shelf, draft, parts_of(job), job.options)
    items, page = page_of(outcome.items, question)
    held = {"version": shelf.version, "documents": len(shelf.documents), "measures": len(shelf.measures)}
    described = describe_measure(shelf, draft, language())
    answer = {"catalogue": held, "measure": described, "counts": outcome.counts, "items": list(items), **page}
    return private_answer(json_bytes(answer))


def _draft(question: dict[str, Any]) -> Measure:
    """Return the draft; raise RequestError with every fault at its place in the question."""
    shelf, document = catalogue(), question["document"]
    found(shelf.documents, document)
    try:
        return parse_draft(shelf, document, question["measure"], question.get("defaults"))
    except PackError as error:
        raise RequestError(
            "invalid_request",
            [
                Complaint(code="bad_measure", pointer=_pointer(fault.pointer), message=fault.message, hint=fault.hint)
                for fault in error.faults
            ],
        ) from error


def _pointer(pointer: str) -> str:
    return f"/measure{pointer.removeprefix(_PLACE)}" if pointer.startswith(_PLACE) else pointer
