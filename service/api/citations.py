"""POST /v1/check-citations: what a text quotes and cites, held against the documents word for word."""

from __future__ import annotations

from datetime import date
from typing import Any

import flask

from matcher.citations.check import MOST_PASSAGES, TooManyPassagesError, check_citations
from matcher.citations.shapes import CitationAnswer
from rules.catalogue.catalogue import Catalogue
from service.clock import today
from service.complaints import Complaint, RequestError, StrictSchema
from service.intake.strict_fields import Day, JsonSchema, StrictField, described, refusal
from service.web.blueprints import Blueprint
from service.web.requests import asked_language, json_bytes, private_answer
from service.web.serving import charge_match, served_catalogue

LONGEST_TEXT = 50_000
"""A long report; a book is sent by the chapter."""

blueprint = Blueprint("citations", __name__, description="Whether quoted words stand where a text says.")


class WholeText(StrictField):
    """A text as it is, nothing cleaned: offsets into it are answered."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if not isinstance(value, str):
            raise refusal("not_text")
        if not value:
            raise refusal("too_short", limit=1)
        if len(value) > LONGEST_TEXT:
            raise refusal("too_long", limit=LONGEST_TEXT)
        return value


class CitationsQuestion(StrictSchema):
    """A text whose quotes and citations are to be checked."""

    text = WholeText(
        required=True,
        metadata=described(
            'Any text. Checked is what stands in 「…」, 『…』, “…” or "…", titles in 《…》, document numbers and '
            f"numbers of clauses; {MOST_PASSAGES} of them at most.",
            "根据《广东省加快建设生物制造产业创新高地行动方案》二（三）2.，“落实首台（套）重大技术装备推广应用政策”。",
        ),
    )
    on = Day(metadata=described("The day the question is about, today in China if not given."), load_default=today)


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
