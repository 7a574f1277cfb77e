"""One screening in the console: its file and columns before the start, how far it is, its summary, what can be done."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import flask
from msgspec.structs import asdict
from werkzeug.datastructures import ImmutableMultiDict

from rules.catalogue.catalogue import Catalogue
from service.complaints import Complaint, RequestError
from service.intake.first_look import Look
from service.intake.headings.layout import OWN, Status
from service.intake.raw_table import Format
from service.keys import Sessions
from service.pages.console.entry import (
    Upload,
    blueprint,
    console_page,
    find_upload,
    go_to,
    home_page,
    note_upload,
    pass_name_on,
    report_progress,
    report_screening,
)
from service.pages.console.summary import summarise
from service.pages.wording import page_words
from service.screenings.column_shapes import ReadColumns
from service.screenings.jobs.sent import Sent, columns_as_read, columns_at_a_look, look_at_sent, read_sent
from service.screenings.results.sheets import row_sum_words
from service.screenings.stored.changes import StoredChanges
from service.screenings.stored.jobs import Job, Options, State, new_id
from service.screenings.stored.progress import event_stream
from service.web.lookups import engine_of, forget, outlook_of, parts_of, run_again
from service.web.requests import json_bytes, link, page_language
from service.web.serving import engine, engine_in_force, expect_records, folders, jobs, own_screening, serving, store

Json = dict[str, Any]
IGNORE = "-"
_SHOWN_WHOLE = 60
"""A longer heading was shortened for the page, so the page cannot name it; it stays as it was read."""
_DOUBTFUL = frozenset({Status.NOT_UNDERSTOOD, Status.UNIT_NOT_UNDERSTOOD, Status.REPEATED})


def column_page(path: Path, asked: Options, *, language: str) -> Json:
    """Return what the page shows of a file, read as it is asked for."""
    look = columns_at_a_look(_look(path, asked), language)
    headings = [column.heading for column in look.columns]
    columns = [
        {
            **asdict(column),
            "open": column.heading not in headings[:place]
            and len(column.heading) <= _SHOWN_WHOLE
            and "\ufffd" not in column.heading,
            "doubtful": column.status in _DOUBTFUL,
            "chosen": column.field if column.status is Status.USED else OWN if column.own else IGNORE,
        }
        for place, column in enumerate(look.columns)
    ]
    return {
        **asdict(look),
        "columns": columns,
        "sum_says": row_sum_words(look.account, language) if look.account else "",
        "doubtful": sum(column.status in _DOUBTFUL for column in look.columns),
        "used": sum(column.status is Status.USED for column in look.columns),
        "units": list(dict.fromkeys(unit for choice in look.choices for unit in choice.units)),
    }


def cells_left_open(read: ReadColumns, words: Mapping[str, str]) -> list[str]:
    """Return a line for each column of a screening's file in which something was written that could not be used."""
    return [
        words["screen_open_column"].format(
            column.heading, f"{column.filled - column.understood:,}", (*column.unread_rows, *column.left_open_rows)[0]
        )
        for column in read.columns or ()
        if column.unread_rows or column.left_open_rows
    ]


def read_choices(form: Mapping[str, str], plain: Json) -> dict[str, str]:
    """Return heading -> field for what differs from the file as it was read without any choice (`plain`)."""
    units = {choice.field: choice.units for choice in plain["choices"]}
    mapping: dict[str, str] = {}
    for column in plain["columns"]:
        field = form.get(f"field-{column['position']}")
        if field is None or not column["open"]:
            continue
        unit = form.get(f"unit-{column['position']}", "")
        unit = unit if unit in units.get(field, ()) else ""
        if field != column["chosen"] or (unit and unit != column["unit"]):
            mapping[column["heading"]] = "" if field == IGNORE else f"{field}({unit})" if unit else field
    return mapping


_ID = "<string(length=32):upload_id>"


@blueprint.post("/screenings/new")
def upload() -> flask.Response:
    """Keep a file and go on to its columns; what is wrong with it is reported beside the form."""
    form = flask.request.form
    asked = {name: form.get(name, "").strip() for name in ("on", "place", "sector", "name", "sheets")}
    asked["statuses"] = ",".join(form.getlist("statuses"))
    try:
        upload_id = _kept(asked)
    except RequestError as error:
        return home_page(status=422, faults=reported_faults(error), asked=asked)
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
    sheets = flask.request.form.get("sheets") or flask.request.form.get("joined", "one")
    upload = replace(upload, options=replace(upload.options, sheets="all" if sheets == "all" else "one"))
    choices = read_choices(flask.request.form, column_page(path, upload.options, language=page_language()))
    if "sheets" in flask.request.form or "again" in flask.request.form:
        return _columns_page(upload, choices)
    try:
        _create(upload, choices)
    except RequestError as error:
        return _columns_page(upload, choices, status=422, faults=reported_faults(error))
    return go_to(link("console.screening", screening_id=upload.id))


def _kept(asked: dict[str, str]) -> str:
    """Keep the file; raise RequestError when it, the day or the statuses cannot be used."""
    given = {name: value for name, value in asked.items() if value}
    if "statuses" not in given:
        raise RequestError("invalid_request", [Complaint(code="no_statuses")])
    if not flask.request.files.get("file"):
        raise RequestError("invalid_request", [Complaint(code="no_file", pointer="/file")])
    name = flask.request.files["file"].filename or ""
    # The API's own reader takes the form from here: without the console's token, which is no question about a file.
    flask.request.form = ImmutableMultiDict(given)
    upload_id, readers = new_id(), serving().readers
    folder = folders().create(upload_id)
    try:
        sent = read_sent(flask.request, folder, most=serving().settings.upload_bytes, readers=readers)
        _expect_table(_look(folder.sent(sent.form), replace(sent.options, sheets="one")))
        upload = Upload(id=upload_id, form=sent.form, name=name, options=sent.options)
        note_upload(folder, upload, flask.g.key)
    except BaseException:
        folders().remove(upload_id)
        raise
    return upload_id


def _look(path: Path, asked: Options) -> Look:
    return look_at_sent(path, asked, readers=serving().readers, catalogue=serving().catalogue)


def _expect_table(look: Look) -> None:
    """Raise RequestError when a look saw no table."""
    if look.refusal and not look.columns:
        raise RequestError("invalid_request", [Complaint(code=look.refusal.code, params=look.refusal.params)])


def _create(upload: Upload, choices: dict[str, str]) -> None:
    """Put the screening into the queue; raise RequestError when the file cannot be read with these columns."""
    settings, key = serving().settings, flask.g.key
    expect_records(key)
    folder, options = folders().of(upload.id), replace(upload.options, columns=choices)
    os.utime(folder.path)  # the hour of the upload begins anew
    path = folder.sent(upload.form)
    if refusal := _look(path, options).refusal:
        Sent(form=upload.form, options=options).check_columns(folder, serving().readers, serving().catalogue)
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
    look = column_page(path, replace(upload.options, columns=choices), language=page_language())
    return console_page("console_columns.html", status=status, upload=upload, look=look, faults=faults)


def reported_faults(error: RequestError) -> tuple[str, ...]:
    """Return what is wrong in sentences of the page's language."""
    words = page_words(page_language())
    if not error.complaints:
        return (words[f"screen_problem.{error.kind}"],)
    worded_all = (complaint.worded(page_language()) for complaint in error.complaints)
    return tuple(message + (words["in_brackets"].format(hint) if hint else "") for message, hint in worded_all)


ONE = "/screenings/<string(length=32):screening_id>"


@blueprint.get(ONE)
def screening(screening_id: str) -> flask.Response:
    """Show how far a screening is, or what it found."""
    job = own_screening(screening_id)
    if job.state is not State.FINISHED:
        return console_page("console_progress.html", job=shown_job(job))
    language, newest = page_language(), engine().catalogue.version
    catalogue, words, columns = catalogue_of(job), page_words(language), columns_as_read(folders().of(job.id), language)
    return console_page(
        "console_summary.html",
        job=shown_job(job),
        summary=summarise(catalogue, jobs().chunks(job.id), parts_of(job), words),
        columns=columns,
        open_columns=cells_left_open(columns, words),
        sum_says=row_sum_words(columns.account, language) if columns.account else "",
        formats=tuple(form.value for form in Format),
        newer=newest if newest != job.catalogue else "",
    )


@blueprint.get(f"{ONE}/events")
def events(screening_id: str) -> flask.Response:
    """Send how far it is whenever that changes; the last event bears the name of the final state."""
    job, table, language = own_screening(screening_id), jobs(), page_language()
    sessions, kept = Sessions(store()), flask.g.console.text

    def reported(found: Job) -> tuple[str, bytes]:
        return "ended", json_bytes(report_progress(found, language=language, now=time.time()))

    def find() -> Job | None:
        """Return the screening while this session lasts; the stream of who signs out elsewhere ends."""
        return table.find(job.id, job.key_id) if sessions.find(kept) else None

    return event_stream(find, reported, most=max(1, serving().settings.threads - 2))


@blueprint.post(f"{ONE}/cancel")
def cancel(screening_id: str) -> flask.Response:
    """Stop a screening; one that has ended meanwhile is shown as it is."""
    jobs().cancel(own_screening(screening_id).id)
    return go_to(link("console.screening", screening_id=screening_id))


@blueprint.post(f"{ONE}/rerun")
def rerun(screening_id: str) -> flask.Response:
    """Screen the same file again with the catalogue of now."""
    rerun_id = run_again(screening_id).id
    pass_name_on(screening_id, rerun_id)
    return go_to(link("console.screening", screening_id=rerun_id))


@blueprint.get(f"{ONE}/delete")
def confirm(screening_id: str) -> flask.Response:
    """Ask whether a screening is really to go."""
    return console_page("console_delete.html", job=shown_job(own_screening(screening_id)))


@blueprint.post(f"{ONE}/delete")
def delete(screening_id: str) -> flask.Response:
    """Delete a screening, its file and its results."""
    forget(screening_id)
    return go_to(link("console.home", deleted="yes"))


def shown_job(job: Job) -> Json:
    """Return what every page of a screening shows of it."""
    reported = report_screening(job, language=page_language(), now=time.time())
    reported["rerun_of"] = job.previous or ""
    reported["changes"] = job.state is State.FINISHED and StoredChanges.read(folders().of(job.id)) is not None
    is_older = job.state is State.FINISHED and job.catalogue != engine_in_force().catalogue.version
    reported["outlook"] = is_older and outlook_of(job) is not None
    return reported


def catalogue_of(job: Job) -> Catalogue:
    """Return the catalogue that decided; the rest of this request speaks of that one."""
    flask.g.engine = engine_of(job.catalogue)
    return engine().catalogue


def finished_job(screening_id: str) -> Job:
    """Return a finished screening of the caller; one that is not leads to its own page."""
    job = own_screening(screening_id)
    if job.state is not State.FINISHED:
        flask.abort(go_to(link("console.screening", screening_id=screening_id)))
    return job
