"""From a file to a screening: the upload, the look at its columns, the start."""

from __future__ import annotations

from dataclasses import replace

import flask
from werkzeug.datastructures import ImmutableMultiDict

from service.access import expect_records, folders, jobs
from service.pages.console_columns import column_page, read_choices
from service.pages.console_uploads import Upload, find_upload, hold_upload, keep_upload
from service.pages.frame import link
from service.pages.wording import page_words
from service.problems import Complaint, RequestError
from service.request_context import page_language
from service.screenings.intake import Sent, read_sent
from service.serving import serving
from service.tables.look import look_at
from service.views.console_entry import blueprint, console_page, go_to, home_page

_ID = "<string(length=32):upload_id>"


@blueprint.post("/screenings/new")
def upload() -> flask.Response:
    """Keep a file and go on to its columns; what is wrong with it is told beside the form."""
    asked = {name: flask.request.form.get(name, "").strip() for name in ("on",)}
    asked["statuses"] = ",".join(flask.request.form.getlist("statuses"))
    try:
        upload_id = _kept(asked)
    except RequestError as error:
        return home_page(status=422, faults=_told(error), asked=asked)
    return go_to(link("console.columns", upload_id=upload_id))


@blueprint.get(f"/screenings/new/{_ID}")
def columns(upload_id: str) -> flask.Response:
    """Show what was understood of the headings."""
    return _columns_page(_found(upload_id), {})


@blueprint.post(f"/screenings/new/{_ID}")
def start(upload_id: str) -> flask.Response:
    """Look again with the operator's choices, start with them, or throw the file away."""
    if jobs().find(upload_id, flask.g.key.id):
        return go_to(link("console.screening", screening_id=upload_id))
    upload = _found(upload_id)
    if "discard" in flask.request.form:
        folders().remove(upload.id)
        return go_to(link("console.home"))
    path = folders().of(upload.id).sent(upload.form)
    choices = read_choices(flask.request.form, column_page(path, {}, on=upload.options.on, language=page_language()))
    if "again" in flask.request.form:
        return _columns_page(upload, choices)
    try:
        _create(upload, choices)
    except RequestError as error:
        return _columns_page(upload, choices, status=422, faults=_told(error))
    return go_to(link("console.screening", screening_id=upload.id))


def _kept(asked: dict[str, str]) -> str:
    """Keep the file; raise RequestError when it, the day or the statuses cannot be used."""
    given = {name: value for name, value in asked.items() if value}
    if "statuses" not in given:
        words = page_words(page_language())
        raise RequestError("invalid_request", [Complaint(code="no_statuses", message=words["screen_no_statuses"])])
    if not flask.request.files.get("file"):
        raise RequestError("invalid_request", [Complaint(code="no_file", pointer="/file")])
    name = flask.request.files["file"].filename or ""
    # The API's own reader takes the form from here: without the console's token, which is no question about a file.
    flask.request.form = ImmutableMultiDict(given)
    sent = read_sent(flask.request, serving().settings.upload_bytes)
    upload_id = keep_upload(sent, name, flask.g.key)
    look = look_at(folders().of(upload_id).sent(sent.form), {}, on=sent.options.on)
    if look.refusal and not look.columns:
        folders().remove(upload_id)
        raise RequestError("invalid_request", [Complaint(code=look.refusal.code, params=look.refusal.params)])
    return upload_id


def _create(upload: Upload, choices: dict[str, str]) -> None:
    """Put the screening into the queue; raise RequestError when the file cannot be read with these columns."""
    settings, key = serving().settings, flask.g.key
    expect_records(key)
    hold_upload(upload)
    folder, options = folders().of(upload.id), replace(upload.options, columns=choices)
    path = folder.sent(upload.form)
    if refusal := look_at(path, choices, on=options.on).refusal:
        Sent(form=upload.form, content=b"", options=options).check_columns(folder)
        raise RequestError("invalid_request", [Complaint(code=refusal.code, params=refusal.params)])
    jobs().create(upload.id, key.id, form=upload.form, options=options, days=settings.retention_days)


def _found(upload_id: str) -> Upload:
    found = find_upload(upload_id, flask.g.key)
    if found is None:
        raise RequestError("not_found", [Complaint(code="no_such_screening")])
    return found


def _columns_page(
    upload: Upload, choices: dict[str, str], *, status: int = 200, faults: tuple[str, ...] = ()
) -> flask.Response:
    path = folders().of(upload.id).sent(upload.form)
    look = column_page(path, choices, on=upload.options.on, language=page_language())
    return console_page("console_columns.html", status=status, upload=upload, look=look, faults=faults)


def _told(error: RequestError) -> tuple[str, ...]:
    """Return what is wrong in sentences of the page's language."""
    words = page_words(page_language())
    if not error.complaints:
        return (words[f"screen_problem.{error.kind}"],)
    worded_all = (complaint.worded(page_language()) for complaint in error.complaints)
    return tuple(message + (words["in_brackets"].format(hint) if hint else "") for message, hint in worded_all)
