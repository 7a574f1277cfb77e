"""What an operator does with a finished screening, in the console: whom to call, forms, answers, statuses, dossiers."""

from __future__ import annotations

from typing import Any

import flask
from marshmallow import ValidationError
from werkzeug.datastructures import ImmutableMultiDict

from service.api.dossiers import (
    DossierQuery,
    DossiersWanted,
    add_order,
    describe_order,
    dossier_of_tenant,
    wanted_of,
    zip_file,
)
from service.api.worklist import CallsQuery, FormQuery, WorkNote, WorkQuery, calls_file, page_of_work, work_file
from service.complaints import RequestError, StrictSchema, complaints_of
from service.dossiers.contents import DossierForm
from service.dossiers.making import DossierFormat
from service.dossiers.orders import Orders, OrderState
from service.intake.queries import PageQuery
from service.pages.console.entry import blueprint, console_page, go_to, moment_in_china, pass_name_on
from service.pages.console.job import ONE, finished_job, reported_faults, shown_job
from service.pages.console.lists import read_query
from service.screenings.worklist.calls import FIRST, IN_A_MESSAGE, calls_page
from service.screenings.worklist.work import WorkStatus
from service.web.requests import link
from service.web.serving import store
from service.web.worklist import call_list, form_file, note_work, pair_of, take_answers

Json = dict[str, Any]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get(f"{ONE}/calls")
def calls(screening_id: str) -> flask.Response:
    """Show whom to call first."""
    return _calls_page(screening_id)


def _calls_page(screening_id: str, *, status: int = 200, faults: tuple[str, ...] = ()) -> flask.Response:
    job = finished_job(screening_id)
    query = read_query(CallsQuery) if status == 200 else PageQuery().load({})  # noqa: PLR2004 - a page without faults
    listed = call_list(job)
    orders = [(describe_order(order), moment_in_china(order.created_at)) for order in Orders(store()).of(job.id)]
    return console_page(
        "console_calls.html",
        status=status,
        job=shown_job(job),
        faults=faults,
        page=calls_page(listed, query),
        query=query,
        said=listed.words,
        first=FIRST,
        shown=IN_A_MESSAGE,
        orders=orders,
        going=any(order.state in (OrderState.QUEUED, OrderState.RUNNING) for order, _ in orders),
        formats=tuple(DossierFormat),
        forms=tuple(DossierForm),
    )


@blueprint.get(f"{ONE}/calls.csv")
def calls_csv(screening_id: str) -> flask.Response:
    """Give the whole list of whom to call."""
    return calls_file(finished_job(screening_id))


@blueprint.get(f"{ONE}/questions.xlsx")
def questions(screening_id: str) -> flask.Response:
    """Give the form of missing facts."""
    job, query = finished_job(screening_id), read_query(FormQuery)
    try:
        answer = form_file(job, query["rows"], query["most"])
    except RequestError as error:
        return _calls_page(screening_id, status=409, faults=reported_faults(error))
    answer.content_type = _XLSX
    return answer


@blueprint.post(f"{ONE}/answers")
def answers(screening_id: str) -> flask.Response:
    """Take a form that was filled in, and go on to the new state; what is wrong with it is told beside the list."""
    finished_job(screening_id)
    flask.request.form = ImmutableMultiDict()  # the API's own reader takes the file, without the console's token
    try:
        job, _, _ = take_answers(screening_id)
    except RequestError as error:
        return _calls_page(screening_id, status=422, faults=reported_faults(error))
    pass_name_on(screening_id, job.id)
    return go_to(link("console.screening", screening_id=job.id))


@blueprint.get(f"{ONE}/work")
def work(screening_id: str) -> flask.Response:
    """List what was noted."""
    job, query = finished_job(screening_id), read_query(WorkQuery)
    listed = page_of_work(job, query)
    statuses = [(status.value, call_list(job).words[f"work.{status}"]) for status in WorkStatus][1:]
    return console_page("console_work.html", job=shown_job(job), page=listed, query=query, statuses=statuses)


@blueprint.get(f"{ONE}/work.csv")
def work_csv(screening_id: str) -> flask.Response:
    """Give every step that was noted."""
    return work_file(finished_job(screening_id))


@blueprint.post(f"{ONE}/tenants/<int:row>/measures/<measure_id>")
def note(screening_id: str, row: int, measure_id: str) -> flask.Response:
    """Note what became of a measure for a tenant."""
    pair_of(screening_id, row, measure_id)
    noted = _read_form(WorkNote, ("status", "note"))
    note_work(screening_id, row, measure_id, WorkStatus(noted["status"]), noted["note"])
    return go_to(link("console.pair", screening_id=screening_id, row=row, measure_id=measure_id) + "#work")


def _read_form(schema: type[StrictSchema], names: tuple[str, ...]) -> Json:
    """Return what a form says; an empty field counts as not given. Raises RequestError with all that is wrong."""
    given: Json = {name: text for name in names if (text := flask.request.form.get(name, "").strip())}
    if str(given.get("first", "")).isdecimal():
        given["first"] = int(given["first"])
    if "letterhead" in given:
        given["letterhead"] = "|".join(given["letterhead"].splitlines())
    try:
        loaded: Json = schema().load(given)
    except ValidationError as error:
        raise RequestError("invalid_request", complaints_of(error.messages)) from error
    return loaded


@blueprint.get(f"{ONE}/tenants/<int:row>/dossier.<ending>")
def dossier(screening_id: str, row: int, ending: str) -> flask.Response:
    """Give the dossier of a tenant."""
    query = read_query(DossierQuery)
    return dossier_of_tenant(finished_job(screening_id), row, wanted_of(query, ending))


@blueprint.post(f"{ONE}/dossiers")
def order_dossiers(screening_id: str) -> flask.Response:
    """Order dossiers; what is wrong with the order is told beside the list."""
    job = finished_job(screening_id)
    try:
        asked = _read_form(DossiersWanted, ("form", "format", "letterhead", "rows", "first"))
        add_order(job, asked)
    except RequestError as error:
        return _calls_page(screening_id, status=422, faults=reported_faults(error))
    return go_to(link("console.calls", screening_id=screening_id) + "#dossiers")


@blueprint.get(f"{ONE}/dossiers/<string(length=32):order_id>.zip")
def dossiers_zip(screening_id: str, order_id: str) -> flask.Response:
    """Give the dossiers of an order."""
    return zip_file(finished_job(screening_id), order_id)
