"""The self-check page at /: a form that works without scripts, answered with cards.

Company data travels in the body of a POST, so that it stands in no address, history or log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import flask
from marshmallow import ValidationError

from matcher.errors import MatchError
from matcher.profile import MatchRequest
from service.access import charge_match
from service.declared import complaints_beside
from service.errors import complaints_of_match
from service.pages.check_answers import read_before, read_typed
from service.pages.check_fields import Fields
from service.pages.check_links import page_address
from service.pages.check_page import Check, page_of
from service.pages.form import BY_NAME, DECLARED, read_profile
from service.pages.paging import read_limit
from service.pages.rendering import render_page
from service.pages.wording import page_words
from service.problems import Complaint
from service.request_context import page_language
from service.schemas.complaints import complaints_of
from service.schemas.match import MatchRequestSchema
from service.serving import engine, serving

blueprint = flask.Blueprint("pages", __name__)

REFUSED = "refused"
"""The field that asks for the measures that do not fit too."""


@blueprint.get("/")
def form() -> flask.Response:
    """Show the empty form."""
    return show_form({})


@blueprint.post("/")
def check() -> flask.Response:
    """Answer what was typed."""
    return answer_form(read_typed(flask.request.form))


def show_form(typed: Mapping[str, str]) -> flask.Response:
    """Show the form, filled with what is typed already."""
    return _page(typed, status=200)


def refuse_form(typed: Mapping[str, str], complaints: list[Complaint]) -> flask.Response:
    """Show the form with what is wrong."""
    return _page(typed, status=422, complaints=complaints)


def answer_form(typed: Mapping[str, str]) -> flask.Response:
    """Answer what is typed with cards, or with the faults beside their fields."""
    posted, language = flask.request.form, page_language()
    try:
        request = _request(read_profile(typed, engine().catalogue.facts))
        before, unreadable = _before(posted)
        asked = Check(
            request=request,
            typed=typed,
            limit=read_limit(posted),
            with_refused=bool(posted.get(REFUSED)),
            before=_request(before) if before else None,
            before_profile=before,
        )
        charge_match()
        shown = page_of(asked, language)
    except ValidationError as error:
        return refuse_form(
            typed, [*complaints_of(error.messages), *complaints_beside(error.valid_data, serving().declared_facts)]
        )
    except MatchError as error:
        return refuse_form(typed, complaints_of_match(error))
    return _page(typed, status=200, shown={**shown, "limit": asked.limit, "before_unreadable": unreadable})


def _request(profile: Mapping[str, Any]) -> MatchRequest:
    """Return the question about a profile; raise ValidationError when the API would refuse it."""
    question: MatchRequest = MatchRequestSchema().load({"profile": profile})
    return replace(question, language=page_language())


def _before(posted: Mapping[str, str]) -> tuple[Mapping[str, Any] | None, bool]:
    """Return the profile to compare with, and whether there was one that cannot be read."""
    try:
        profile = read_before(posted)
        faults = profile is not None and engine().declared.faults_of(_request(profile).profile.facts)
    except (ValueError, ValidationError):
        return None, True
    return (None, True) if faults else (profile, False)


def _page(
    typed: Mapping[str, str],
    *,
    status: int,
    complaints: Iterable[Complaint] = (),
    shown: Mapping[str, Any] | None = None,
) -> flask.Response:
    language = page_language()
    fields = Fields(engine().catalogue, language)
    fault_list = [_fault(complaint, fields, language) for complaint in complaints]
    return render_page(
        "check.html",
        status=status,
        private=True,
        fields=fields.of_form(typed),
        typed=typed,
        faults=_by_field(fault_list),
        fault_list=fault_list,
        handbook=page_address("handbook.page", name="company"),
        feedback=page_address("feedback.report"),
        **(shown or {}),
    )


def _fault(complaint: Complaint, fields: Fields, language: str) -> dict[str, str]:
    """Return one fault for the page: the field it belongs to, if the form has it, and what is wrong."""
    name = _field_of(complaint.pointer)
    message, hint = complaint.worded(language)
    brackets = page_words(language)["in_brackets"]
    says = message + (brackets.format(hint) if hint else "")
    label = fields.named(name).label if name else ""
    return {"field": name, "label": label, "says": says, "pointer": complaint.pointer}


def _field_of(pointer: str) -> str:
    """Return the field that /profile/<field> or /profile/facts/<id> points to; nothing for any other pointer."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")][2:4]
    if steps[:1] == ["facts"] and len(steps) > 1:
        return DECLARED + steps[1]
    return steps[0] if steps and steps[0] in BY_NAME else ""


def _by_field(faults: list[dict[str, str]]) -> dict[str, list[str]]:
    by_field: dict[str, list[str]] = {}
    for fault in faults:
        by_field.setdefault(fault["field"], []).append(fault["says"])
    return by_field
