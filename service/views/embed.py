"""/embed: the script a portal loads, the frame it opens, and the colours of that frame.

The frame is the self-check without the site around it; only the origins that the settings name may show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import flask
from marshmallow import ValidationError

from service.pages.check_answers import read_typed
from service.pages.embed_frame import (
    PartnerRefusedError,
    count_partner,
    every_parent,
    fault_detail,
    find_partner,
    frame_policy,
    parents,
    result_detail,
)
from service.pages.embed_options import FrameOptions, read_options, told
from service.pages.embed_profile import read_sent
from service.pages.embed_theme import ColourError, read_theme, style_sheet
from service.pages.form import typed_of
from service.pages.rendering import SURROUNDINGS, render_page
from service.pages.wording import page_words
from service.problems import Complaint, RequestError
from service.request_context import page_language
from service.schemas.complaints import complaints_of
from service.serving import serving
from service.views.pages import answer_form, refuse_form, show_form

blueprint = flask.Blueprint("embed", __name__)

SCRIPT = Path(__file__).parents[1] / "static" / "embed-v1.js"
YEAR_SECONDS = 365 * 24 * 3600
DAY_SECONDS = 24 * 3600


@blueprint.get("/embed/v1.js")
def script() -> flask.Response:
    """Send the script; its bytes never change once released, so that portals may pin their hash."""
    answer = flask.Response(SCRIPT.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.add_etag()
    answer.make_conditional(flask.request)
    return answer


@blueprint.get("/embed/theme.css")
def theme() -> flask.Response:
    """Send the colours asked for as a style sheet; refuse what is no colour or hard to read."""
    asked, faults = read_theme(flask.request.args.get("accent", ""), flask.request.args.get("ground", ""))
    if faults:
        words = page_words(page_language())
        raise RequestError("invalid_request", [_complaint(fault, words) for fault in faults])
    answer = flask.Response(style_sheet(asked), content_type="text/css; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={DAY_SECONDS}"
    return answer


@blueprint.get("/embed/frame")
def frame() -> flask.Response:
    """Show the form, filled with what the portal presets."""
    try:
        _admit()
    except PartnerRefusedError as refusal:
        return _refuse(refusal)
    return show_form(dict(_options().preset))


@blueprint.post("/embed/frame")
def check() -> flask.Response:
    """Answer what was typed in the frame, or the profile that the portal handed to it."""
    try:
        partner = _admit()
        sent = read_sent(flask.request.form)
    except PartnerRefusedError as refusal:
        return _refuse(refusal)
    except ValidationError as error:
        return refuse_form({}, complaints_of(error.messages))
    count_partner(partner)
    return answer_form(read_typed(flask.request.form) if sent is None else typed_of(sent))


def _admit() -> str:
    """Return the partner whose frame this is, "" for none, and let only its origins show the page."""
    partner = find_partner(_options().partner)
    flask.g.embed_parents = parents(partner)
    return partner


def _refuse(refusal: PartnerRefusedError) -> flask.Response:
    words = page_words(page_language())
    problem = {"title": words["embed.refused"], "detail": words[refusal.reason], "code": "partner_refused"}
    return render_page("problem.html", status=403, private=True, problem=problem, refused=True)


def _complaint(fault: ColourError, words: Mapping[str, str]) -> Complaint:
    return Complaint(code=fault.reason, pointer=f"/{fault.name}", message=told(fault, words))


def _options() -> FrameOptions:
    if "embed_options" not in flask.g:
        running = serving().engine
        known = running.catalogue if running else None
        flask.g.embed_options = read_options(flask.request.args.to_dict(), known, page_words(page_language()))
    return flask.g.embed_options  # type: ignore[no-any-return]


def _surroundings() -> dict[str, Any]:
    """Return what pages of the frame stand in; a problem that came before all checks may be seen by every parent."""
    options, origins = _options(), flask.g.get("embed_parents", every_parent())
    asked: dict[str, Any] = dict(options.asked)
    return {
        "layout": "embed_base.html",
        "policy": frame_policy(origins),
        "origins": list(origins),
        "action": flask.url_for("embed.check", **asked),
        "compact": options.compact,
        "colours": options.colours,
        "option_faults": options.faults,
        "presets": _presets(options) if flask.request.method == "GET" else [],
        "result_detail": result_detail,
        "fault_detail": fault_detail,
    }


def _presets(options: FrameOptions) -> list[str]:
    """Return what the portal has filled in, in words: it may stand in a fold of the form."""
    words = page_words(page_language())
    return [words["named"].format(words[f"field.{field}"], text) for field, text in options.preset.items()]


SURROUNDINGS[blueprint.name] = _surroundings
