"""The door of the screening console at /screenings, and of the editor: signing in and out, forms with a token, uploads.

The cookie names a session that the server knows (service/keys.py); with how far each screening is, in words.
"""

from __future__ import annotations

import hmac
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

import flask
import orjson
from msgspec.structs import asdict

from seeds.vocabulary import printable
from service.clock import CHINA
from service.complaints import Complaint, RequestError
from service.intake.queries import STATUSES
from service.keys import SCREENING_ROLES, SESSION_SECONDS, Key, Keys, Sessions, keyed_hash
from service.pages.frame import render_page
from service.pages.wording import page_words
from service.screenings.shapes import Screening
from service.screenings.stored.folders import Folder, write_whole
from service.screenings.stored.jobs import UNFINISHED, Job, Options, State, options_of
from service.screenings.stored.progress import describe_job
from service.web.requests import PAGE_LANGUAGES, link, page_language
from service.web.serving import folders, jobs, own_screenings, serving, store

COOKIE, SECURE_COOKIE = "cepei-console", "__Host-cepei-console"
TOKEN = "token"  # noqa: S105 - the name of a form field


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in: its key, the text that its browser keeps, and the token that its forms carry."""

    key: Key
    text: str
    token: str


def current_session() -> Session | None:
    """Return who is signed in; None when nobody is, or the session has ended, or its key is valid no more."""
    text = _kept_text()
    key = Sessions(store()).find(text)
    if key is None or key.role not in SCREENING_ROLES:
        return None
    return Session(key=key, text=text, token=keyed_hash(store().folder, f"console form {text}"))


def begin_session(answer: flask.Response, key: Key) -> None:
    """Sign in: begin a session anew, whatever the browser brought, and put its cookie into an answer."""
    Sessions(store()).end(_kept_text())
    name, attributes = _cookie()
    answer.set_cookie(name, Sessions(store()).begin(key), max_age=SESSION_SECONDS, **attributes)


def end_session(answer: flask.Response, session: Session, *, everywhere: bool) -> None:
    """Sign out: end the session on the server, or all of its key, and take the cookie back."""
    if everywhere:
        Sessions(store()).end_all(session.key.id)
    else:
        Sessions(store()).end(session.text)
    name, attributes = _cookie()
    answer.delete_cookie(name, **attributes)


def _kept_text() -> str:
    """Return what the browser keeps; over TLS only a cookie that no neighbouring host can have set counts."""
    cookies = flask.request.cookies
    return cookies.get(SECURE_COOKIE) or ("" if flask.request.is_secure else cookies.get(COOKIE, ""))


def _cookie() -> tuple[str, dict[str, Any]]:
    """Return name and attributes of the cookie; a browser that sends its form from https:// is there by TLS."""
    over_tls = flask.request.is_secure or flask.request.headers.get("Origin", "").startswith("https://")
    common = {"secure": over_tls, "httponly": True, "samesite": "Strict"}
    return (SECURE_COOKIE if over_tls else COOKIE, {**common, "path": "/"})


def is_own_form(request: flask.Request) -> bool:
    """Tell whether a form was sent by a page of this service; a browser that tells neither way is not believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return origin.scheme in {"http", "https"} and origin.netloc == request.host


_NOTE = "upload.json"
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file that waits: its future screening's id, its format and name, what was asked about it."""

    id: str
    form: str
    name: str
    options: Options

    @property
    def own_name(self) -> str:
        """Return what the screening is to be called, "" where that is the name of its file."""
        return str(_called(self.options.name, self.name)["own_name"])


def note_upload(folder: Folder, sent: Upload, key: Key) -> None:
    """Note whose the file in a folder is, until it is started."""
    note = {"key": key.id, "form": sent.form, "name": printable(sent.name, _LONGEST_NAME)}
    write_whole(folder.path / _NOTE, orjson.dumps({**note, "options": sent.options}))


def find_upload(upload_id: str, key: Key) -> Upload | None:
    """Return an upload of this key that has not been started; another key's is as good as none."""
    note = _note(folders().of(upload_id))
    if note is None or note["key"] != key.id or jobs().find(upload_id, key.id):
        return None
    return Upload(id=upload_id, form=note["form"], name=note["name"], options=options_of(note["options"]))


def name_of(job_id: str) -> str:
    """Return what the file of a screening was called when it was uploaded here; "" when it was not."""
    note = _note(folders().of(job_id))
    return str(note["name"]) if note else ""


def pass_name_on(job_id: str, rerun_id: str) -> None:
    """Call a rerun as the screening that it runs again."""
    note = _note(folders().of(job_id))
    if note:
        write_whole(folders().of(rerun_id).path / _NOTE, orjson.dumps(note))


def _note(folder: Folder) -> Json | None:
    try:
        note: Json = orjson.loads((folder.path / _NOTE).read_bytes())
    except FileNotFoundError:
        return None
    return note


Json = dict[str, Any]
_MINUTE = 60


def report_screening(job: Job, *, language: str, now: float) -> Json:
    """Return one screening with its words: state, times in China, name of its file, how far it is."""
    words, reported = page_words(language), describe_job(job, now=now, language=language)
    return {
        **asdict(reported),
        **_called(job.options.name, name_of(job.id)),
        "says": words[f"screen_state.{job.state}"],
        "documents": words["comma"].join(words[f"status.{status}"] for status in job.options.statuses),
        "created": moment_in_china(job.created_at),
        "finished": moment_in_china(job.finished_at) if job.finished_at else "",
        "expires": moment_in_china(job.expires_at),
        "going": job.state in UNFINISHED,
        "progress_says": progress_words(reported, words),
    }


def _called(name: str, file: str) -> Json:
    """Return what a screening is called, "" where it is called as its file, and what that was called."""
    is_own = bool(name) and name != printable(PurePath(file).stem)
    return {"name": name or file, "own_name": name if is_own else "", "file": file}


def report_progress(job: Job, *, language: str, now: float) -> Json:
    """Return what an event tells: the state, the share done, the same in a sentence."""
    reported = describe_job(job, now=now, language=language)
    says = progress_words(reported, page_words(language))
    return {"state": reported.state, "share": reported.progress.share, "says": says}


def progress_words(reported: Screening, words: Mapping[str, str]) -> str:
    """Return rows done, rate and time left in a sentence."""
    rows, progress = reported.rows, reported.progress
    if reported.state is State.QUEUED:
        return words["screen_queued"]
    if rows.total is None:
        return words["screen_reading"]
    stated = [words["screen_rows_done"].format(f"{rows.done:,}", f"{rows.total:,}")]
    if progress.rows_per_second:
        stated.append(words["screen_rate"].format(f"{progress.rows_per_second:,.0f}"))
    if progress.seconds_left:
        stated.append(_time_left(progress.seconds_left, words))
    return words["comma_between"].join(stated) + words["screen_stop"]


def moment_in_china(seconds: float) -> str:
    """Return a time as people in China read it."""
    return datetime.fromtimestamp(seconds, CHINA).strftime("%Y-%m-%d %H:%M")


def _time_left(seconds: float, words: Mapping[str, str]) -> str:
    if seconds >= _MINUTE:
        return words["screen_minutes_left"].format(math.ceil(seconds / _MINUTE))
    return words["screen_seconds_left"].format(max(1, round(seconds)))


blueprint = flask.Blueprint("console", __name__)

_OPEN = frozenset({"console.home", "console.sign_in", "console.sign_out"})
_LONGEST_KEY = 200
_CONSOLE_ADDRESS = re.compile(r"/(?:screenings|editor)(?:/[A-Za-z0-9_/.-]*)?(?:\?lang=(?:zh|en))?")


@blueprint.before_request
def guard() -> flask.Response | None:
    """Let in who is signed in, refuse forms of other pages; the functions of the API find the key as they expect it."""
    session = begin_page()
    if session is None and flask.request.endpoint not in _OPEN:
        return sign_in_page(status=401, wanted=wanted_address())
    return None


def begin_page() -> Session | None:
    """Find out who is signed in, and refuse forms of other pages; return the session."""
    session = current_session()
    flask.g.console, flask.g.key = session, session.key if session else None
    flask.g.language = page_language()
    if flask.request.method == "POST":
        _refuse_foreign_form()
    return session


def wanted_address() -> str:
    """Return the address to go on to after signing in: the page asked for; a form that was sent is not sent again."""
    if flask.request.method != "GET":
        return ""
    language = flask.request.args.get("lang", "")
    return flask.request.path + (f"?lang={language}" if language in PAGE_LANGUAGES else "")


def _refuse_foreign_form() -> None:
    """Raise RequestError unless a page of this console sent the form."""
    session, own = flask.g.console, is_own_form(flask.request)
    if session is not None:  # a list may be large; who has not signed in sends none
        flask.request.max_content_length = serving().settings.upload_bytes + 1
    if own and (session is None or flask.request.endpoint == "console.sign_in"):
        return
    if own and hmac.compare_digest(session.token.encode(), flask.request.form.get(TOKEN, "").encode()):
        return
    raise RequestError("forbidden", [Complaint(code="foreign_form")])


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
    answer = go_to(wanted if _CONSOLE_ADDRESS.fullmatch(wanted) else link("console.home"))
    begin_session(answer, key)
    return answer


@blueprint.post("/screenings/sign-out")
def sign_out() -> flask.Response:
    """End the session, or all sessions of the key; whoever is not signed in any more is told nothing else."""
    answer = go_to(link("console.home"))
    if flask.g.console:
        end_session(answer, flask.g.console, everywhere="everywhere" in flask.request.form)
    return answer


def go_to(address: str) -> flask.Response:
    """Send the browser to another page after a form."""
    answer = flask.make_response(flask.redirect(address, 303))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def sign_in_page(*, status: int = 200, fault: str = "", wanted: str = "") -> flask.Response:
    """Ask for the key; `fault` is the word of what was wrong with the last one, or with the session that was."""
    had_session = flask.g.console is None and not {COOKIE, SECURE_COOKIE}.isdisjoint(flask.request.cookies)
    fault = fault or ("screen_session_over" if had_session else "")
    return console_page("console_sign_in.html", status=status, fault=fault, wanted=wanted)


def home_page(
    *, status: int = 200, faults: tuple[str, ...] = (), asked: dict[str, str] | None = None
) -> flask.Response:
    """Show the list and the form of a new screening, with what was wrong with the last upload."""
    now, language = time.time(), page_language()
    left = jobs().records.left(flask.g.key.id, most=serving().settings.operator_records)
    return console_page(
        "console_home.html",
        status=status,
        screenings=[report_screening(job, language=language, now=now) for job in own_screenings()],
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
