"""What a request asks of a finished screening: its files, whom to call, forms, answers, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import flask
from werkzeug.exceptions import UnsupportedMediaType

from seeds.vocabulary import Vocabulary
from service.complaints import Complaint, RequestError, pointer_to
from service.intake.answers import FilledRow, read_filled
from service.intake.raw_table import MEDIA_TYPES, Format, TableRefusedError
from service.screenings.jobs.sent import read_sent
from service.screenings.results.files import StoredResults, result_pieces
from service.screenings.stored.jobs import Job
from service.screenings.stored.matrix import Parts
from service.screenings.worklist.asking import answers_of, asking_form, flag_headings, form_workbook
from service.screenings.worklist.calls import FIRST, CallList
from service.screenings.worklist.work import Work, WorkStatus, WorkStep
from service.web.lookups import engine_of, finished_screening, found, parts_of, run_again
from service.web.requests import asked_language
from service.web.serving import folders, jobs, operator, serving, store

MOST_ROWS = 1000
"""So many companies are asked, or made dossiers for, at a time."""
ROW_NUMBERS = f"^([0-9]{{1,9}}(,[0-9]{{1,9}}){{0,{MOST_ROWS - 1}}})?$"
"""What is promised to be read as rows; blanks around a number do not matter."""
_FORM = "multipart/form-data"
_ENTRIES = ("size_classes", "enterprise_stages", "regions")


def call_list(job: Job) -> CallList:
    """Return whom to call of a finished screening."""
    catalogue = engine_of(job.catalogue).catalogue
    steps = Work(store()).standing(job.series)
    return CallList(parts=parts_of(job), catalogue=catalogue, on=job.options.on, language=asked_language(), steps=steps)


def rows_asked(text: str, calls: CallList, most: int = FIRST) -> list[int]:
    """Return the rows that a query names (3,18,42), those to call first where it names none."""
    if not text.strip():
        return [one.row for one in calls.callers(0, most)]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MOST_ROWS or not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):  # noqa: PLR2004 - digits
        fault = Complaint(code="rows_of_numbers", pointer=pointer_to("rows"), params={"most": MOST_ROWS})
        raise RequestError("invalid_request", [fault])
    rows = list(dict.fromkeys(map(int, parts)))
    known = calls.parts.called(rows)
    if unknown := [row for row in rows if row not in known]:
        raise RequestError("not_found", [Complaint(code="no_such_tenant", params={"row": unknown[0]})])
    return rows


def form_file(job: Job, text: str, most: int) -> flask.Response:
    """Return the form of missing facts as a file; raise RequestError where nothing is missing."""
    calls = call_list(job)
    form = asking_form(calls, rows_asked(text, calls, most))
    if not form.rows:
        raise RequestError("conflict", [Complaint(code="nothing_missing")])
    answer = flask.Response(form_workbook(form, calls.language))
    answer.headers["Content-Disposition"] = 'attachment; filename="cepei-questions.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def take_answers(screening_id: str) -> tuple[Job, Mapping[str, int], int]:
    """Begin the screening again with what a form says; return it, how often each field was answered, by how many.

    Raises RequestError, and nothing is begun, where anything of the form cannot be read.
    """
    job = finished_screening(screening_id)
    catalogue = engine_of(job.catalogue).catalogue
    if flask.request.mimetype != _FORM:
        raise UnsupportedMediaType
    if unknown := next(iter(flask.request.form), None):
        fault = Complaint(code="answers_in_a_form", pointer=pointer_to(unknown), params={"name": unknown})
        raise RequestError("invalid_request", [fault])
    flags = flag_headings(catalogue)
    with folders().look() as folder:
        sent = read_sent(flask.request, folder, most=serving().settings.upload_bytes, readers=serving().readers)
        known = {name: catalogue.vocabularies[name] for name in _ENTRIES}
        filled = _read(folder.sent(sent.form), tuple(flags), known, job)
    names = {row: one["name"] or "" for row, one in parts_of(job).called(parts_of(job).decided().tolist()).items()}
    answers, counts = answers_of(filled, names, flags)
    return run_again(screening_id, answers), counts, len(answers)


def _read(path: Path, flags: tuple[str, ...], known: Mapping[str, Vocabulary], job: Job) -> list[FilledRow]:
    try:
        return serving().readers.ask(read_filled, path, flags, known, on=job.options.on)
    except TableRefusedError as refusal:
        complaint = Complaint(code=refusal.code, pointer="/file", params=refusal.params)
        raise RequestError("invalid_request", [complaint]) from refusal


def note_work(screening_id: str, row: int, measure_id: str, status: WorkStatus, note: str) -> Job:
    """Note what became of a measure for a tenant; raise RequestError when there is no such measure or tenant."""
    job, _ = pair_of(screening_id, row, measure_id)
    Work(store()).note(job.series, row, measure_id, status, note, operator())
    return job


def pair_of(screening_id: str, row: int, measure_id: str) -> tuple[Job, Parts]:
    """Return the screening with a tenant and a measure; raise RequestError when it has not both."""
    job = finished_screening(screening_id)
    found(engine_of(job.catalogue).catalogue.measures, measure_id)
    parts = parts_of(job)
    if row not in parts.called([row]):
        raise RequestError("not_found", [Complaint(code="no_such_tenant", params={"row": row})])
    return job, parts


def history_of(job: Job, row: int, measure_id: str) -> tuple[WorkStep, ...]:
    """Return what was noted of a measure for a tenant."""
    return Work(store()).history(job.series, row, measure_id)


def all_steps(job: Job) -> tuple[WorkStep, ...]:
    """Return every step of a screening and its reruns."""
    return Work(store()).all(job.series)


def results_file(screening_id: str, form: str) -> flask.Response:
    """Return all results of a finished screening of the caller as a file."""
    job, kind = finished_screening(screening_id), found({form.value: form for form in Format}, form)
    results = StoredResults(
        job=job,
        parts=parts_of(job),
        chunks=tuple(jobs().chunks(job.id)),
        catalogue=engine_of(job.catalogue).catalogue,
        language=asked_language(),
        steps=Work(store()).standing(job.series),
    )
    answer = flask.Response(result_pieces(results, kind, language=asked_language()), content_type=MEDIA_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="cepei-results.{kind.value}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
