"""The door of the screening console at /screenings: who may come in, what a form must carry, signing in and out."""

from __future__ import annotations

import re
import time
from typing import Any

import flask

from service.access import jobs, store
from service.keys import SCREENING_ROLES, Keys
from service.pages.console_session import (
    begin_session,
    current_session,
    end_session,
    holds_token,
    is_own_form,
)
from service.pages.console_state import list_screenings
from service.pages.frame import link
from service.pages.rendering import render_page
from service.pages.wording import page_words
from service.problems import Complaint, RequestError
from service.request_context import PAGE_LANGUAGES, page_language
from service.schemas.match import STATUSES
from service.serving import serving

blueprint = flask.Blueprint("console", __name__)

_OPEN = frozenset({"console.home", "console.sign_in"})
_LONGEST_KEY = 200
_CONSOLE_ADDRESS = re.compile(r"/screenings(?:/[A-Za-z0-9_/.-]*)?(?:\?lang=(?:zh|en))?")


@blueprint.before_request
def guard() -> flask.Response | None:
    """Let in who is signed in, refuse forms of other pages; the functions of the API find the key as they expect it."""
    session = current_session()
    flask.g.console, flask.g.key = session, session.key if session else None
    flask.g.spoken = page_language()
    if flask.request.method == "POST":
        _refuse_foreign_form()
    if session is None and flask.request.endpoint not in _OPEN:
        return sign_in_page(status=401, wanted=_wanted())
    return None


def _wanted() -> str:
    """Return the address to go on to after signing in: the page asked for; a form that was sent is not sent again."""
    if flask.request.method != "GET":
        return ""
    spoken = flask.request.args.get("lang", "")
    return flask.request.path + (f"?lang={spoken}" if spoken in PAGE_LANGUAGES else "")


def _refuse_foreign_form() -> None:
    """Raise RequestError unless a page of this console sent the form."""
    flask.request.max_content_length = serving().settings.upload_bytes + 1
    session, own = flask.g.console, is_own_form(flask.request)
    if own and (session is None or flask.request.endpoint == "console.sign_in" or holds_token(session, flask.request)):
        return
    words = page_words(page_language())
    complaint = Complaint(code="foreign_form", message=words["screen_foreign_form"], hint=words["screen_foreign_hint"])
    raise RequestError("forbidden", [complaint])


@blueprint.get("/screenings")
def home() -> flask.Response:
    """List the screenings of the key and offer a new one; ask for the key first."""
    return home_page() if flask.g.console else sign_in_page()


@blueprint.post("/screenings/sign-in")
def sign_in() -> flask.Response:
    """Take the key once and set the cookie."""
    key = Keys(store()).find(flask.request.form.get("key", "")[:_LONGEST_KEY].strip())
    wanted = flask.request.form.get("wanted", "")
    if key is None:
        return sign_in_page(status=401, fault="screen_wrong_key", wanted=wanted)
    if key.role not in SCREENING_ROLES:
        return sign_in_page(status=403, fault="screen_low_key", wanted=wanted)
    target = wanted if _CONSOLE_ADDRESS.fullmatch(wanted) else link("console.home")
    answer = go_to(target)
    begin_session(answer, key)
    return answer


@blueprint.post("/screenings/sign-out")
def sign_out() -> flask.Response:
    """Forget who was signed in."""
    answer = go_to(link("console.home"))
    end_session(answer)
    return answer


def go_to(address: str) -> flask.Response:
    """Send the browser to another page after a form."""
    answer = flask.make_response(flask.redirect(address, 303))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def sign_in_page(*, status: int = 200, fault: str = "", wanted: str = "") -> flask.Response:
    """Ask for the key; `fault` is the word of what was wrong with the last one."""
    return console_page("console_sign_in.html", status=status, fault=fault, wanted=wanted)


def home_page(
    *, status: int = 200, faults: tuple[str, ...] = (), asked: dict[str, str] | None = None
) -> flask.Response:
    """Show the list and the form of a new screening, with what was wrong with the last upload."""
    owned = jobs().owned(flask.g.key.id)
    left = jobs().records.left(flask.g.key.id, most=serving().settings.operator_records)
    return console_page(
        "console_home.html",
        status=status,
        screenings=list_screenings(owned, language=page_language(), now=time.time()),
        faults=faults,
        asked=asked or {},
        statuses=STATUSES,
        records_left=left,
        upload_megabytes=serving().settings.upload_bytes // 1_048_576,
        days=serving().settings.retention_days,
    )


def console_page(template: str, *, status: int = 200, **variables: Any) -> flask.Response:  # noqa: ANN401 - what a template takes
    """Answer with a page of the console."""
    session = flask.g.console
    shown: dict[str, Any] = {"token": session.token if session else "", "key": session.key if session else None}
    return render_page(template, status=status, private=True, **shown, **variables)
