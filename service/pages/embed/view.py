"""/embed: the script a portal loads, the frame it opens, the profile it hands over, and the colours of that frame.

The frame is the self-check without the site around it; only the origins that the settings name may show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import flask
from marshmallow import ValidationError
from msgspec import to_builtins

from matcher.answers.shapes import MatchAnswer
from service.complaints import Complaint, RequestError, complaints_of, read_json
from service.intake.questions import MatchRequestSchema
from service.keys import Keys, Role
from service.pages.check.fields import typed_of
from service.pages.check.page import answer_form, read_typed, refuse_form, show_form
from service.pages.embed.options import FrameOptions, read_options, read_theme, reported, style_sheet
from service.pages.frame import PAGE_POLICY, SURROUNDINGS, render_page
from service.pages.wording import page_words
from service.settings import allowed_origins
from service.web.requests import page_language
from service.web.serving import serving, store

FIELD = "profile"


def read_sent(form: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the profile sent, None when the form was filled in; raise ValidationError naming what is wrong."""
    text = form.get(FIELD)
    if text is None:
        return None
    profile: dict[str, Any] = read_json(text.encode())
    MatchRequestSchema().load({FIELD: profile})
    return profile


_NOBODY = "'none'"
NO_PARTNER = "none"
"""How checks without a partner key are counted."""


class PartnerRefusedError(Exception):
    """The partner key of a frame does not count; `reason` is a key of the words."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, never the key."""
        super().__init__(reason)
        self.reason = reason


def result_detail(answer: MatchAnswer) -> dict[str, Any]:
    """Return what the portal is reported of an answer: counts and measures, nothing the company stated."""
    return {
        "catalogue": answer.catalogue.version,
        "on": answer.on.isoformat(),
        "totals": to_builtins(answer.totals),
        "measures": [
            {"id": item.measure.id, "relevance": item.relevance, "verdict": item.verdict, "effect": item.effect}
            for item in answer.recommendations
        ],
    }


def fault_detail(faults: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return what the portal is reported of a profile with faults: where they are, not what stands there."""
    return {"code": "invalid_profile", "pointers": sorted({fault["pointer"] for fault in faults})}


blueprint = flask.Blueprint("embed", __name__)

SCRIPT = Path(__file__).parents[2] / "static" / "embed-v1.js"
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
        complaints = [
            Complaint(code=fault.reason, pointer=f"/{fault.name}", message=reported(fault, words)) for fault in faults
        ]
        raise RequestError("invalid_request", complaints)
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
    serving().metrics.record_embed_check(partner or NO_PARTNER)  # of the company, nothing is counted
    return answer_form(read_typed(flask.request.form) if sent is None else typed_of(sent))


def _admit() -> str:
    """Return the partner whose frame this is, "" for none, and let only its origins show the page.

    Raises PartnerRefusedError when the partner key does not count.
    """
    text = _options().partner
    key = Keys(store()).find(text) if text else None
    if text and key is None:
        raise PartnerRefusedError("embed.partner_unknown")
    if key and key.role is not Role.PUBLIC:
        raise PartnerRefusedError("embed.partner_powerful")
    partner = key.id if key else ""
    flask.g.embed_parents = allowed_origins(serving().settings.embed_origins, partner)
    return partner


def _refuse(refusal: PartnerRefusedError) -> flask.Response:
    words = page_words(page_language())
    problem = {"title": words["embed.refused"], "detail": words[refusal.reason], "code": "partner_refused"}
    return render_page("problem.html", status=403, private=True, problem=problem, refused=True)


def _options() -> FrameOptions:
    if "embed_options" not in flask.g:
        running = serving().engine
        known = running.catalogue if running else None
        flask.g.embed_options = read_options(flask.request.args.to_dict(), known, page_words(page_language()))
    return flask.g.embed_options  # type: ignore[no-any-return]


def _surroundings() -> dict[str, Any]:
    """Return what pages of the frame stand in; a problem that came before all checks may be seen by every parent."""
    options, every_parent = _options(), tuple(one.origin for one in serving().settings.embed_origins)
    origins = flask.g.get("embed_parents", every_parent)
    asked: dict[str, Any] = dict(options.asked)
    words = page_words(page_language())
    filled = [words["named"].format(words[f"field.{field}"], text) for field, text in options.preset.items()]
    return {
        "layout": "embed_base.html",
        "policy": PAGE_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins) or _NOBODY}"),
        "origins": list(origins),
        "action": flask.url_for("embed.check", **asked),
        "compact": options.compact,
        "colours": options.colours,
        "option_faults": options.faults,
        "presets": filled if flask.request.method == "GET" else [],  # they may stand in a fold of the form
        "result_detail": result_detail,
        "fault_detail": fault_detail,
    }


SURROUNDINGS[blueprint.name] = _surroundings
