"""The self-check page at /: a form that works without scripts, answered with cards.

Company data travels in the body of a POST, so that it stands in no address, history or log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import flask
from marshmallow import ValidationError

from matcher.errors import MatchError
from matcher.profile import MatchRequest
from service.errors import complaints_of_match
from service.messages import worded
from service.pages.cards import group_cards
from service.pages.form import FIELDS, read_profile
from service.pages.paging import next_limit, read_limit
from service.pages.rendering import render_page
from service.pages.wording import page_words
from service.problems import Complaint
from service.request_context import page_language
from service.schemas.complaints import complaints_of
from service.schemas.match import MatchRequestSchema
from service.serving import engine, serving

blueprint = flask.Blueprint("pages", __name__)

_NAMES = frozenset(field.name for field in FIELDS)


@blueprint.get("/")
def form() -> flask.Response:
    """Show the empty form."""
    return _page({}, status=200)


@blueprint.post("/")
def check() -> flask.Response:
    """Answer what was typed with cards, or with the faults beside their fields."""
    typed = {name: flask.request.form.get(name, "") for name in _NAMES}
    limit = read_limit(flask.request.form)
    try:
        question: MatchRequest = MatchRequestSchema().load({"profile": read_profile(typed)})
        answer, parts_ms = engine().match_timed(replace(question, language=page_language(), limit=limit))
    except ValidationError as error:
        return _page(typed, status=422, complaints=complaints_of(error.messages))
    except MatchError as error:
        return _page(typed, status=422, complaints=complaints_of_match(error))
    serving().metrics.record_match(parts_ms)
    return _page(typed, status=200, answer=answer)


def _page(
    typed: Mapping[str, str],
    *,
    status: int,
    complaints: list[Complaint] | None = None,
    answer: dict[str, Any] | None = None,
) -> flask.Response:
    language = page_language()
    words = page_words(language)
    fault_list = [_fault(complaint, language) for complaint in complaints or []]
    return render_page(
        "check.html",
        status=status,
        private=True,
        fields=FIELDS,
        typed={name: typed.get(name, "") for name in _NAMES},
        faults=_by_field(fault_list),
        fault_list=fault_list,
        answer=answer,
        groups=group_cards(answer, words) if answer else [],
        limit=read_limit(flask.request.form),
        more=next_limit(answer) if answer else None,
    )


def _fault(complaint: Complaint, language: str) -> dict[str, str]:
    """Return one fault for the page: the field it belongs to, if the form has it, and what is wrong."""
    steps = complaint.pointer.split("/")
    field = steps[2] if len(steps) > 2 and steps[2] in _NAMES else ""  # noqa: PLR2004 - /profile/<field>
    message, hint = worded(complaint, language)
    brackets = page_words(language)["in_brackets"]
    return {"field": field, "says": message + (brackets.format(hint) if hint else "")}


def _by_field(faults: list[dict[str, str]]) -> dict[str, list[str]]:
    by_field: dict[str, list[str]] = {}
    for fault in faults:
        by_field.setdefault(fault["field"], []).append(fault["says"])
    return by_field
