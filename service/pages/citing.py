"""GET and POST /cite: the citation check for people: a text in, each passage with what became of it and why."""

from __future__ import annotations

import flask
from marshmallow import ValidationError

from matcher.citations.shapes import CitationAnswer
from service.api.citations import checked
from service.complaints import Complaint, RequestError, complaints_of
from service.intake.citations import LONGEST_TEXT, CitationsQuestion
from service.pages.frame import render_page
from service.web.requests import page_language
from service.web.serving import charge_match, served_catalogue

blueprint = flask.Blueprint("citing", __name__)


@blueprint.get("/cite")
def form() -> flask.Response:
    """Show the form."""
    return _page("")


@blueprint.post("/cite")
def check() -> flask.Response:
    """Check what was typed; nothing of it is stored."""
    text = flask.request.form.get("text", "").replace("\r\n", "\n").strip()
    charge_match()
    try:
        question = CitationsQuestion().load({"text": text})
        return _page(text, answer=checked(question, served_catalogue(), page_language()))
    except ValidationError as error:
        return _page(text, faults=complaints_of(error.messages))
    except RequestError as problem:
        if problem.kind != "invalid_request":
            raise
        return _page(text, faults=problem.complaints)


def _page(
    text: str, answer: CitationAnswer | None = None, faults: list[Complaint] | tuple[Complaint, ...] = ()
) -> flask.Response:
    told = [" ".join(filter(None, fault.worded(page_language()))) for fault in faults]
    status = 422 if told else 200
    return render_page(
        "cite.html", status=status, private=True, text=text, answer=answer, faults=told, longest=LONGEST_TEXT
    )
