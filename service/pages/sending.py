"""What a visitor sends: a text whose quotes and citations are checked, a report of what is wrong in an answer."""

from __future__ import annotations

from typing import Any

import flask
from marshmallow import ValidationError

from matcher.citations.check import CitationAnswer
from service.api.sending import checked, keep
from service.complaints import Complaint, RequestError, complaints_of, read_json
from service.feedback.reports import FeedbackQuestion
from service.intake.citations import LONGEST_TEXT, CitationsQuestion
from service.pages.frame import render_page
from service.web.requests import link, page_language
from service.web.serving import charge_match, served_catalogue, serving

blueprint = flask.Blueprint("sending", __name__)


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


_TEXTS = ("measure_id", "fact", "condition", "verdict", "should_be", "comment", "catalogue", "lang")
_ABOUT = ("condition", "verdict", "should_be", "fact")
"""What the choice of the form in a card holds, one word each."""
_TICKED = frozenset({"on", "yes", "true", "1"})


@blueprint.post("/feedback")
def report() -> flask.Response:
    """Store what the form says, then lead to a page that can be loaded again without sending twice."""
    if flask.request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise RequestError("forbidden", [Complaint(code="foreign_form")])  # no other site may have its readers send one
    form = flask.request.form
    stated: dict[str, Any] = {"lang": page_language()}
    chosen = dict(zip(_ABOUT, form.get("about", "").split(), strict=False))
    stated |= chosen | {name: form[name] for name in _TEXTS if form.get(name, "").strip()}
    if form.get("share_profile", "") in _TICKED:  # without consent the profile is not even read
        stated["share_profile"] = True
        if form.get("profile", "").strip():
            stated["profile"] = read_json(form["profile"].encode())
    try:
        stored = keep(FeedbackQuestion().load(stated))
    except ValidationError as error:
        raise RequestError("invalid_request", complaints_of(error.messages)) from error
    return flask.redirect(link("sending.thanks", measure=stored.statement.measure), 303)  # type: ignore[return-value]


@blueprint.get("/feedback/thanks")
def thanks() -> flask.Response:
    """Say that the report has arrived, what happens to it and where to go on."""
    engine, measure_id = serving().engine, flask.request.args.get("measure", "")
    measure = engine.catalogue.measures.get(measure_id) if engine else None
    shown = measure is not None and "browse.measure" in flask.current_app.view_functions
    return render_page(
        "feedback_thanks.html",
        private=True,
        measure=link("browse.measure", measure_id=measure_id) if shown else "",
        days=serving().settings.feedback_days,
    )
