"""POST /v1/check-citations: what a text quotes and cites, held against the documents word for word."""

from __future__ import annotations

from datetime import date
from typing import Any

import flask

from matcher.citations.check import MOST_PASSAGES, CitationAnswer, TooManyPassagesError, check_citations
from rules.catalogue.catalogue import Catalogue
from service.complaints import Complaint, RequestError
from service.intake.citations import CitationsQuestion
from service.web.blueprints import Blueprint
from service.web.requests import asked_language, json_bytes, private_answer
from service.web.serving import charge_match, served_catalogue

blueprint = Blueprint("citations", __name__, description="Whether quoted words stand where a text says.")


def checked(question: dict[str, Any], catalogue: Catalogue, language: str) -> CitationAnswer:
    """Answer a question that was loaded; raise RequestError when its text has more passages than are checked."""
    on: date = question["on"]
    try:
        return check_citations(catalogue, question["text"], on, language)
    except TooManyPassagesError as error:
        params = {"count": error.count, "limit": MOST_PASSAGES}
        complaint = Complaint(code="too_many_passages", pointer="/text", params=params)
        raise RequestError("invalid_request", [complaint]) from error


@blueprint.at("/v1/check-citations", method="POST")
@blueprint.takes(CitationsQuestion)
@blueprint.answers(CitationAnswer, 400, 413, 415, 422, 429, 503, description="Every passage with how it comes out.")
def check(question: dict[str, Any]) -> flask.Response:
    """Check what a text quotes and cites: verbatim, altered (with every difference), not found, not held, not in force.

    Nothing of the text is stored.
    """
    charge_match()
    return private_answer(json_bytes(checked(question, served_catalogue(), asked_language())))
