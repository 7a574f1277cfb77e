"""The work list of a finished screening: whom to call first, the form of missing facts, what became of each measure."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import flask
from msgspec import Struct, structs

from service.api.screenings import form_with_file
from service.clock import moment
from service.complaints import StrictSchema
from service.intake.queries import NoQuery, PageQuery
from service.intake.raw_table import MEDIA_TYPES, Format
from service.intake.strict_fields import Choice, Text, Whole, described
from service.screenings.results.sheets import csv_lines
from service.screenings.shapes import Screening
from service.screenings.stored.jobs import Job
from service.screenings.stored.matrix import title_of
from service.screenings.stored.parts import CALLED
from service.screenings.stored.progress import describe_job
from service.screenings.worklist.calls import (
    CALL_KEYS,
    FIRST,
    WORK_KEYS,
    CallList,
    Calls,
    call_lines,
    calls_page,
    headings,
    work_lines,
)
from service.screenings.worklist.work import LONGEST_NOTE, WorkStatus, WorkStep
from service.shapes.published import Page
from service.web.blueprints import Blueprint
from service.web.lookups import finished_screening, page_of
from service.web.requests import as_asked, asked_language, json_bytes, private_answer
from service.web.serving import operator
from service.web.worklist import (
    MOST_ROWS,
    ROW_NUMBERS,
    all_steps,
    call_list,
    form_file,
    history_of,
    note_work,
    pair_of,
    take_answers,
)

blueprint = Blueprint("worklist", __name__, description="What an operator does with a finished screening.")

_ONE = "/v1/screenings/<string(length=32):screening_id>"
_PAIR = f"{_ONE}/tenants/<int(max=2147483647):row>/measures/<measure_id>/work"
_FILE = {"type": "string", "format": "binary"}
_FILLED = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": form_with_file("The form, filled in."),
        },
    }
}
_CSV, _XLSX = MEDIA_TYPES[Format.CSV], MEDIA_TYPES[Format.XLSX]


class WorkStepTold(Struct, frozen=True, kw_only=True):
    """One step of what was done: status, note, when, by whose key."""

    status: WorkStatus
    note: str
    at: Annotated[str, "RFC 3339, UTC."]
    by: Annotated[str, "The label of the key, its id where it has none."]


class WorkOfPair(Struct, frozen=True, kw_only=True):
    """What became of one measure for one tenant: what holds now, and every step."""

    row: int
    measure_id: str
    status: WorkStatus
    note: str
    history: Annotated[tuple[WorkStepTold, ...], "The first step first."]


class WorkItem(WorkStepTold, frozen=True, kw_only=True):
    """What holds for one measure and tenant."""

    row: int
    external_id: str
    uscc: str
    name: str
    measure_id: str
    title: str


class WorkItems(Page, frozen=True, kw_only=True):
    """A page of what was noted, by row and measure."""

    items: tuple[WorkItem, ...]


class AnsweredField(Struct, frozen=True, kw_only=True):
    """A field of the profile, or a fact, and by how many companies it was answered."""

    field: str
    tenants: int


class Answered(Struct, frozen=True, kw_only=True):
    """The new state of a screening that answers were put into, and how many they were."""

    screening: Screening
    tenants: Annotated[int, "Companies that answered anything."]
    fields: Annotated[tuple[AnsweredField, ...], "What was answered, most often first."]


class CallsQuery(PageQuery):
    """Which page of the list of whom to call; the first one is whom to call first."""


class FormQuery(StrictSchema):
    """Whom a form is for."""

    rows = Text(
        limit=11 * MOST_ROWS, pattern=ROW_NUMBERS, load_default="",
        metadata=described("Rows separated by commas; those to call first if not given.", "3,18,42"),
    )  # fmt: skip
    most = Whole(
        lowest=1, highest=MOST_ROWS, from_query=True, load_default=FIRST,
        metadata=described("How many of those to call first."),
    )  # fmt: skip


class WorkQuery(PageQuery):
    """What was noted: with one status, or with any."""

    status = Choice(tuple(WorkStatus)[1:], metadata=described("Only measures with this status."))


class WorkNote(StrictSchema):
    """What became of a measure for a tenant."""

    status = Choice(tuple(WorkStatus), required=True, metadata=described("`none` takes an earlier status back."))
    note = Text(limit=LONGEST_NOTE, load_default="", metadata=described("A note for colleagues."))


@blueprint.at(f"{_ONE}/calls")
@blueprint.only_for(operator)
@blueprint.takes(CallsQuery, location="query")
@blueprint.answers(Calls, 401, 403, 404, 409, 422, 503, description="A page of tenants, whom to call first first.")
def list_calls(query: dict[str, Any], screening_id: str) -> flask.Response:
    """List whom to call: each with the one fact or condition that opens most, the measures, and a message to send.

    Measures to apply for that are in force count before drafts, these before directions to cite. A measure that is
    noted as applied for, granted, refused or not wanted is left out.
    """
    return private_answer(json_bytes(calls_page(call_list(finished_screening(screening_id)), query)))


@blueprint.at(f"{_ONE}/calls.csv")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(_FILE, 401, 403, 404, 409, 422, 503, description="A line a measure.", media_type=_CSV)
def download_calls(_: dict[str, Any], screening_id: str) -> flask.Response:
    """Give the whole list of whom to call as CSV."""
    return calls_file(finished_screening(screening_id))


def calls_file(job: Job) -> flask.Response:
    """Return the whole list of whom to call of a finished screening as a file."""
    calls = call_list(job)
    lines = call_lines(calls, calls.order.num_rows)
    return _csv([headings(calls, CALL_KEYS)], lines, name="cepei-calls.csv")


@blueprint.at(f"{_ONE}/questions.xlsx")
@blueprint.only_for(operator)
@blueprint.takes(FormQuery, location="query")
@blueprint.answers(_FILE, 401, 403, 404, 409, 422, 503, description="A row a company.", media_type=_XLSX)
def download_form(query: dict[str, Any], screening_id: str) -> flask.Response:
    """Give a form of what is missing, to send out and to upload again once it is filled in."""
    answer = form_file(finished_screening(screening_id), query["rows"], query["most"])
    answer.content_type = as_asked(_XLSX)
    return answer


@blueprint.at(f"{_ONE}/answers", method="POST")
@blueprint.only_for(operator, **_FILLED)
@blueprint.answers(
    Answered, 400, 401, 403, 404, 409, 413, 415, 422, 429, 503, 507, description="`Location` names the new state.",
    status=202,
)  # fmt: skip
def upload_answers(screening_id: str) -> flask.Response:
    """Put the answers of a form into a screening: it runs again, and `changes` tells what changed for whom.

    Nothing that was known is lost, and later reruns keep the answers. Where a cell cannot be read nothing is begun.
    """
    job, counts, tenants = take_answers(screening_id)
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    fields = tuple(AnsweredField(field=name, tenants=count) for name, count in ranked)
    described_job = describe_job(job, now=time.time(), language=asked_language())
    answer = private_answer(json_bytes(Answered(screening=described_job, tenants=tenants, fields=fields)))
    answer.status_code = 202
    answer.headers["Location"] = f"/v1/screenings/{job.id}"
    return answer


@blueprint.at(_PAIR)
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(WorkOfPair, 401, 403, 404, 409, 422, 503, description="What holds, and every step.")
def show_work(_: dict[str, Any], screening_id: str, row: int, measure_id: str) -> flask.Response:
    """Tell what became of a measure for a tenant."""
    return _work_of(screening_id, row, measure_id)


@blueprint.at(_PAIR, method="PUT")
@blueprint.only_for(operator)
@blueprint.takes(WorkNote)
@blueprint.answers(WorkOfPair, 400, 401, 403, 404, 409, 413, 415, 422, 503, 507, description="What holds now.")
def put_work(noted: dict[str, Any], screening_id: str, row: int, measure_id: str) -> flask.Response:
    """Note what became of a measure for a tenant; earlier steps stay, and reruns of the screening keep all of them."""
    note_work(screening_id, row, measure_id, WorkStatus(noted["status"]), noted["note"])
    return _work_of(screening_id, row, measure_id)


@blueprint.at(f"{_ONE}/work")
@blueprint.only_for(operator)
@blueprint.takes(WorkQuery, location="query")
@blueprint.answers(WorkItems, 401, 403, 404, 409, 422, 503, description="A page of what was noted.")
def list_work(query: dict[str, Any], screening_id: str) -> flask.Response:
    """List what was noted of measures and tenants, as it holds now."""
    return private_answer(json_bytes(page_of_work(finished_screening(screening_id), query)))


def page_of_work(job: Job, query: dict[str, Any]) -> WorkItems:
    """Return a page of what was noted."""
    calls = call_list(job)
    wanted = [step for step in calls.steps.values() if query.get("status") in (None, step.status)]
    shown, page = page_of(wanted, query)
    called = calls.parts.called([step.row for step in shown])
    return WorkItems(items=tuple(_item(step, called.get(step.row, {}), calls) for step in shown), **page)


def _item(step: WorkStep, called: dict[str, Any], calls: CallList) -> WorkItem:
    named: dict[str, Any] = {name: called.get(name) or "" for name in CALLED}
    title = title_of(calls.catalogue, step.measure, calls.language)
    return WorkItem(row=step.row, measure_id=step.measure, title=title, **named, **structs.asdict(_told(step)))


@blueprint.at(f"{_ONE}/work.csv")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(_FILE, 401, 403, 404, 409, 422, 503, description="A line a step.", media_type=_CSV)
def download_work(_: dict[str, Any], screening_id: str) -> flask.Response:
    """Give every step that was noted as CSV, who noted it and when."""
    return work_file(finished_screening(screening_id))


def work_file(job: Job) -> flask.Response:
    """Return every step that was noted of a screening and its reruns as a file."""
    calls = call_list(job)
    return _csv([headings(calls, WORK_KEYS)], work_lines(calls, all_steps(job)), name="cepei-work.csv")


def _work_of(screening_id: str, row: int, measure_id: str) -> flask.Response:
    job, _ = pair_of(screening_id, row, measure_id)
    steps = history_of(job, row, measure_id)
    last = steps[-1] if steps else None
    answer = WorkOfPair(
        row=row,
        measure_id=measure_id,
        status=last.status if last else WorkStatus.NONE,
        note=last.note if last else "",
        history=tuple(_told(step) for step in steps),
    )
    return private_answer(json_bytes(answer))


def _told(step: WorkStep) -> WorkStepTold:
    return WorkStepTold(status=step.status, note=step.note, at=moment(step.at), by=step.label or step.key_id)


def _csv(head: Iterable[Sequence[object]], lines: Iterable[Sequence[object]], *, name: str) -> flask.Response:
    answer = flask.Response(csv_lines(itertools.chain(head, lines)), content_type=_CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
