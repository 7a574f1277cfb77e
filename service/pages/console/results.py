"""A finished screening in the console: both sides, the matrix, what was not read; whom to call, statuses, dossiers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flask
import numpy as np
from marshmallow import ValidationError
from msgspec.structs import asdict
from werkzeug.datastructures import ImmutableMultiDict

from matcher.answers.catalogue_json import describe_measure
from matcher.profiles.profile import MatchError
from rules.catalogue.catalogue import Catalogue
from seeds.faults import load_words
from service.api.dossiers import (
    DossierQuery,
    DossiersWanted,
    add_order,
    describe_order,
    dossier_of_tenant,
    wanted_of,
    zip_file,
)
from service.api.screening_results import titles_of_changes
from service.api.worklist import CallsQuery, FormQuery, WorkNote, WorkQuery, calls_file, page_of_work, work_file
from service.complaints import RequestError, StrictSchema, complaints_of
from service.dossiers.contents import DossierForm
from service.dossiers.orders import DossierFormat, Orders, OrderState
from service.intake.queries import STANDINGS, MatrixFilter, MeasureTenantsQuery, PageQuery
from service.pages.check.cards import group_cards, one_card
from service.pages.console.entry import blueprint, console_page, go_to, moment_in_china, pass_name_on
from service.pages.console.job import ONE, catalogue_of, finished_job, reported_faults, shown_job
from service.pages.console.lists import (
    MatrixQuery,
    Results,
    TenantsQuery,
    filter_choices,
    place_label,
    read_query,
    region_words,
)
from service.pages.console.matrix import SIGNS, matrix_page
from service.pages.wording import page_words
from service.screenings.shapes import own_values
from service.screenings.stored.changes import StoredChanges
from service.screenings.stored.jobs import Job
from service.screenings.stored.parts import rejected_rows
from service.screenings.worklist.calls import FIRST, IN_A_MESSAGE, calls_page
from service.screenings.worklist.openings import WORDS
from service.screenings.worklist.work import LONGEST_NOTE, WorkStatus
from service.web.lookups import changes_of, explained, found, page_of, parts_of, question_of
from service.web.requests import link, page_language
from service.web.serving import engine, engine_in_force, folders, jobs, store
from service.web.worklist import call_list, form_file, history_of, note_work, pair_of, results_file, take_answers

Json = dict[str, Any]
MOST_NAMED, MOST_DIGITS = 100, 7
CARDS, MOST_CARDS = 20, 100


@blueprint.get(f"{ONE}/tenants")
def tenants(screening_id: str) -> flask.Response:
    """List the tenants, most measures first; a row number leads to its tenant."""
    job, results = _opened(screening_id)
    query = read_query(TenantsQuery)
    if "row" in query:
        return go_to(link("console.tenant", screening_id=screening_id, row=query["row"]))
    items, where = results.tenant_items(results.tenants(query), query)
    return _tenants(job, results, query, items=items, where=where, named="", column="")


@blueprint.post(f"{ONE}/tenants")
def tenants_named(screening_id: str) -> flask.Response:
    """Find tenants by a part of their name or of what an own column holds, which stands in no address."""
    job, results = _opened(screening_id)
    name, column = (flask.request.form.get(given, "").strip()[:MOST_NAMED] for given in ("name", "column"))
    page = flask.request.form.get("page", "1")
    if not name and not column:
        return go_to(link("console.tenants", screening_id=screening_id))
    where_on = {"page": int(page) if page.isdecimal() and len(page) < MOST_DIGITS else 1, "per_page": MOST_NAMED}
    items, where = results.tenant_items(results.tenants_called(name, column), where_on)
    return _tenants(job, results, {}, items=items, where=where, named=name, column=column)


def _tenants(job: Job, results: Results, query: Json, **shown: Any) -> flask.Response:  # noqa: ANN401 - what a template takes
    return _list("console_tenants.html", job, query, own_headings=list(results.parts.own.columns), **shown)


@blueprint.get(f"{ONE}/tenants/<int:row>")
def tenant(screening_id: str, row: int) -> flask.Response:
    """Show one tenant: what it may use, with conditions and evidence."""
    job, results = _opened(screening_id)
    limit = MOST_CARDS if flask.request.args.get("all") == "yes" else CARDS
    question = replace(question_of(job, row), limit=limit)
    try:
        answer = engine().match(question)
    except MatchError:
        return go_to(link("console.rejected", screening_id=screening_id))
    called = results.parts.called([row], "region").get(row, {"row": row, "name": "", "region": None})
    return console_page(
        "console_tenant.html",
        job=shown_job(job),
        tenant={**called, "place": place_label(results.catalogue, called["region"], page_language())},
        answer=answer,
        own=own_values(results.parts.own.of([row]).get(row, {})),
        groups=group_cards(answer, page_language()),
        more=limit == CARDS and len(answer.recommendations) == CARDS,
        neighbours=_neighbours(results, row),
    )


def _neighbours(results: Results, row: int) -> Json:
    """Return the tenants before and after one in the file, None at either end."""
    rows = np.sort(results.parts.tenants(["row"])["row"].to_numpy())
    place = int(np.searchsorted(rows, row))
    near = {"previous": place - 1, "next": place + 1}
    found = {name: int(rows[at]) for name, at in near.items() if 0 <= at < len(rows)}
    called = results.parts.called(list(found.values()))
    return {name: called.get(at, {"row": at, "name": ""}) for name, at in found.items()}


@blueprint.get(f"{ONE}/tenants/<int:row>/measures/<measure_id>")
def pair(screening_id: str, row: int, measure_id: str) -> flask.Response:
    """Show why one measure fits one tenant or not."""
    job, results = _opened(screening_id)
    described = describe_measure(results.catalogue, found(results.catalogue.measures, measure_id), page_language())
    called = results.parts.called([row]).get(row, {"row": row, "name": ""})
    card, work = _card_of(screening_id, row, measure_id), work_of(job, row, measure_id)
    return console_page("console_pair.html", job=shown_job(job), tenant=called, measure=described, card=card, work=work)


@blueprint.get(f"{ONE}/measures")
def measures(screening_id: str) -> flask.Response:
    """List the measures with the tenants of each standing."""
    job, results = _opened(screening_id)
    query = read_query(MatrixFilter)
    items, where = page_of(results.measures(query), query)
    return _list("console_measures.html", job, query, items=items, where=where)


@blueprint.get(f"{ONE}/measures/<measure_id>")
def measure(screening_id: str, measure_id: str) -> flask.Response:
    """Show which tenants a measure fits, may fit, or would fit but for one thing."""
    job, results = _opened(screening_id)
    described = describe_measure(results.catalogue, found(results.catalogue.measures, measure_id), page_language())
    query = read_query(MeasureTenantsQuery)
    items, where = results.standing(measure_id, query)
    standings = {one["measure_id"]: one["standing"] for one in results.measures({})}
    counts = standings.get(measure_id, dict.fromkeys(STANDINGS, 0))  # a measure that fits nobody is not listed
    shown = {"measure": described, "counts": counts, "standings": STANDINGS, "window": results.window(measure_id)}
    return _list("console_measure.html", job, query, items=items, where=where, **shown)


@blueprint.get(f"{ONE}/matrix")
def matrix(screening_id: str) -> flask.Response:
    """Show tenants against measures, a page of both at a time."""
    job, results = _opened(screening_id)
    query = read_query(MatrixQuery)
    return _list("console_matrix.html", job, query, matrix=matrix_page(results, query), signs=SIGNS)


@blueprint.get(f"{ONE}/rejected")
def rejected(screening_id: str) -> flask.Response:
    """List the rows that could not be read."""
    job = finished_job(screening_id)
    query = read_query(PageQuery)
    numbers = [chunk.number for chunk in jobs().chunks(job.id)]
    items, where = page_of(rejected_rows(folders().of(job.id), numbers, page_language()), query)
    return console_page("console_rejected.html", job=shown_job(job), query=query, items=items, where=where)


@blueprint.get(f"{ONE}/changes")
def changes(screening_id: str) -> flask.Response:
    """Tell what a rerun changed for whom."""
    job, results = _opened(screening_id)
    return _changes(job, results, changes_of(job), results.catalogue)


@blueprint.get(f"{ONE}/outlook")
def outlook(screening_id: str) -> flask.Response:
    """Tell what the catalogue in force would change for whom."""
    job, results = _opened(screening_id)
    return _changes(job, results, changes_of(job, with_current=True), engine_in_force().catalogue)


def _changes(job: Job, results: Results, stored: StoredChanges, after: Catalogue) -> flask.Response:
    query = read_query(PageQuery)
    rows, where = page_of(stored.rows(), query)
    called, titles = results.parts.called(rows), titles_of_changes(after, stored, rows, page_language())
    changed = stored.of_tenants(rows, titles)
    items = [{**called.get(row, {"row": row, "name": ""}), "changes": changed[row]} for row in rows]
    shown: Json = {"items": items, "totals": asdict(stored.totals()), "before": stored.version_before}
    return console_page(
        "console_changes.html", job=shown_job(job), query=query, where=where, after=after.version, **shown
    )


@blueprint.get(f"{ONE}/results.<form>")
def download(screening_id: str, form: str) -> flask.Response:
    """Give the results as a file."""
    return results_file(screening_id, form)


def _opened(screening_id: str) -> tuple[Job, Results]:
    """Return a finished screening of the caller with its results."""
    job = finished_job(screening_id)
    words = page_words(page_language())
    catalogue = catalogue_of(job)
    chunks, parts = jobs().chunks(job.id), parts_of(job)
    options = job.options
    results = Results(
        catalogue=catalogue, on=options.on, statuses=options.statuses, chunks=chunks, parts=parts, words=words
    )
    return job, results


def _list(template: str, job: Job, query: Json, **variables: Any) -> flask.Response:  # noqa: ANN401 - what a template takes
    catalogue = engine().catalogue
    return console_page(
        template,
        job=shown_job(job),
        query=query,
        choices=filter_choices(catalogue, page_language()),
        region=region_words(catalogue, query.get("region", ""), page_language()),
        **variables,
    )


def work_of(job: Job, row: int, measure_id: str) -> Json:
    """Return what the page of a pair shows of what became of it."""
    steps, words = history_of(job, row, measure_id), load_words(WORDS, page_language())
    now = steps[-1].status if steps else WorkStatus.NONE
    return {
        "now": now.value,
        "says": words[f"work.{now}"],
        "steps": [
            {
                "says": words[f"work.{one.status}"],
                "note": one.note,
                "at": moment_in_china(one.at),
                "by": one.label or one.key_id,
            }
            for one in steps
        ],
        "statuses": [(status.value, words[f"work.{status}"]) for status in WorkStatus],
        "most": LONGEST_NOTE,
    }


def _card_of(screening_id: str, row: int, measure_id: str) -> Json | None:
    """Return the measure as a card for the tenant; None when nothing connects the two."""
    try:
        recommendation = explained(screening_id, row, measure_id)
    except RequestError as error:
        if [complaint.code for complaint in error.complaints] == ["no_such_pair"]:
            return None
        raise
    return one_card(recommendation, page_language())


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
