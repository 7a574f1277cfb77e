"""Dossiers to hand over: of a company that asks, of one tenant of a screening, of many in a zip file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import flask
from msgspec import Struct
from werkzeug.wsgi import wrap_file

from matcher.profiles.profile import MatchError, MatchRequest
from seeds.faults import worded
from service.clock import moment
from service.complaints import Complaint, RequestError, StrictSchema, pointer_to
from service.dossiers.contents import DossierForm
from service.dossiers.orders import (
    LONGEST_LINE,
    MEDIA_TYPES,
    MOST_LINES,
    MOST_ORDERS,
    DossierFormat,
    Maker,
    Order,
    Orders,
    OrderState,
    Wanted,
)
from service.dossiers.pdf import PACKAGE, NoFontError
from service.intake.queries import NoQuery
from service.intake.questions import MatchRequestSchema, complaints_of_facts
from service.intake.strict_fields import Choice, Text, Whole, described
from service.screenings.column_shapes import Failure
from service.screenings.stored.jobs import Job
from service.screenings.worklist.work import Work
from service.web.blueprints import Blueprint
from service.web.lookups import engine_of, finished_screening, found, parts_of, tenant_of
from service.web.requests import as_asked, asked_language, json_bytes, private_answer
from service.web.serving import charge_match, choose_edition, engine, folders, operator, store
from service.web.worklist import MOST_ROWS, ROW_NUMBERS, call_list, rows_asked

blueprint = Blueprint("dossiers", __name__, description="What the policies say to one company, as a document.")

_ONE = "/v1/screenings/<string(length=32):screening_id>"
_ORDER = f"{_ONE}/dossiers/<string(length=32):order_id>"
_ENDING = {"in": "path", "name": "ending", "required": True, "schema": {"type": "string", "enum": [*DossierFormat]}}
_CONTENT = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES.values()}
_ZIP = "application/zip"
_FILE = {"type": "string", "format": "binary"}
_LETTERHEAD = described(
    f"Up to {MOST_LINES} lines of {LONGEST_LINE} characters, separated by |, at the head of the dossier.",
    "某某产业园|企业服务部",
)


class DossierQuery(StrictSchema):
    """How much a dossier tells, and its letterhead."""

    form = Choice(
        tuple(DossierForm), load_default=DossierForm.FULL.value,
        metadata=described("`brief` is one page, `full` tells everything that is listed."),
    )  # fmt: skip
    letterhead = Text(limit=MOST_LINES * (LONGEST_LINE + 1), load_default="", metadata=_LETTERHEAD)


class DossiersWanted(DossierQuery):
    """Which dossiers are wanted in one file."""

    format = Choice(tuple(DossierFormat), load_default=DossierFormat.PDF.value, metadata=described("Of each file."))
    rows = Text(
        limit=11 * MOST_ROWS, pattern=ROW_NUMBERS, load_default="",
        metadata=described(f"Rows separated by commas, {MOST_ROWS} at most; all tenants if not given.", "3,18,42"),
    )  # fmt: skip
    first = Whole(
        lowest=1, highest=MOST_ROWS, load_default=None,
        metadata=described("Those to call first, so many; only where `rows` is not given."),
    )  # fmt: skip


class DossierOrder(Struct, frozen=True, kw_only=True):
    """How far an order of dossiers is; finished, its file can be had at `{id}.zip`."""

    id: str
    state: OrderState
    format: DossierFormat
    form: DossierForm
    total: int
    done: int
    created_at: Annotated[str, "RFC 3339, UTC."]
    failure: Failure | None


class DossierOrders(Struct, frozen=True, kw_only=True):
    """The orders of a screening, newest first."""

    items: tuple[DossierOrder, ...]


@blueprint.at("/v1/match/dossier.<ending>", method="POST", parameters=[_ENDING])
@blueprint.doc(responses={200: {"content": _CONTENT}})  # type: ignore[untyped-decorator]  # flask-smorest's
@blueprint.takes(DossierQuery, location="query")
@blueprint.takes(MatchRequestSchema)
@blueprint.answers(None, 400, 404, 413, 415, 422, 429, 503, description="The file.")
def match_as_dossier(query: dict[str, Any], question: MatchRequest, ending: str) -> flask.Response:
    """Answer a match as a document to hand over; the same question gives the same bytes."""
    wanted = wanted_of(query, ending)
    choose_edition(question.catalogue, "/catalogue")
    charge_match()
    return dossier_file(lambda: Maker(engine(), wanted).of_company(question), wanted)


@blueprint.at(f"{_ONE}/tenants/<int(max=2147483647):row>/dossier.<ending>", parameters=[_ENDING])
@blueprint.only_for(operator, responses={200: {"content": _CONTENT}})
@blueprint.takes(DossierQuery, location="query")
@blueprint.answers(None, 401, 403, 404, 409, 422, 503, description="The file.")
def tenant_dossier(query: dict[str, Any], screening_id: str, row: int, ending: str) -> flask.Response:
    """Give the dossier of one tenant, with what was noted of its measures."""
    return dossier_of_tenant(finished_screening(screening_id), row, wanted_of(query, ending))


@blueprint.at(f"{_ONE}/dossiers", method="POST")
@blueprint.only_for(operator)
@blueprint.takes(DossiersWanted)
@blueprint.answers(
    DossierOrder, 400, 401, 403, 404, 409, 413, 415, 422, 503, 507, description="`Location` names it.", status=202
)
def order_dossiers(asked: dict[str, Any], screening_id: str) -> flask.Response:
    """Order the dossiers of many tenants in one zip file, made in the background."""
    order = add_order(finished_screening(screening_id), asked)
    answer = private_answer(json_bytes(describe_order(order)))
    answer.status_code = 202
    answer.headers["Location"] = f"/v1/screenings/{screening_id}/dossiers/{order.id}"
    return answer


@blueprint.at(f"{_ONE}/dossiers")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(DossierOrders, 401, 403, 404, 409, 422, 503, description="The orders of the screening.")
def list_orders(_: dict[str, Any], screening_id: str) -> flask.Response:
    """List the orders of dossiers of a screening, newest first."""
    orders = Orders(store()).of(finished_screening(screening_id).id)
    return private_answer(json_bytes(DossierOrders(items=tuple(map(describe_order, orders)))))


@blueprint.at(_ORDER)
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(DossierOrder, 401, 403, 404, 409, 422, 503, description="How far it is.")
def show_order(_: dict[str, Any], screening_id: str, order_id: str) -> flask.Response:
    """Tell how far an order of dossiers is."""
    return private_answer(json_bytes(describe_order(_order(finished_screening(screening_id), order_id))))


@blueprint.at(f"{_ORDER}.zip")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(_FILE, 401, 403, 404, 409, 422, 503, description="A file a tenant.", media_type=_ZIP)
def download_order(_: dict[str, Any], screening_id: str, order_id: str) -> flask.Response:
    """Give the dossiers of an order as a zip file."""
    return zip_file(finished_screening(screening_id), order_id)


def wanted_of(query: dict[str, Any], ending: str, rows: tuple[int, ...] = ()) -> Wanted:
    """Return what is wanted; raise RequestError where there is no such format, or the letterhead is too long."""
    lines = tuple(line.strip() for line in query["letterhead"].split("|") if line.strip())
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        params = {"most": MOST_LINES, "letters": LONGEST_LINE}
        fault = Complaint(code="letterhead_too_long", pointer=pointer_to("letterhead"), params=params)
        raise RequestError("invalid_request", [fault])
    return Wanted(
        format=found({one.value: one for one in DossierFormat}, ending),
        form=DossierForm(query["form"]),
        letterhead=lines,
        language=asked_language(),
        rows=rows,
    )


def dossier_file(make: Callable[[], bytes], wanted: Wanted) -> flask.Response:
    """Return a dossier as a file; raise RequestError where its facts cannot be read, or there is no font."""
    try:
        content = make()
    except MatchError as error:
        raise RequestError("invalid_request", complaints_of_facts(error.faults)) from error
    except NoFontError as error:
        raise RequestError("no_font", [Complaint(code="no_font", params={"package": PACKAGE})]) from error
    answer = flask.Response(content, content_type=as_asked(MEDIA_TYPES[wanted.format]))
    answer.headers["Content-Disposition"] = f'attachment; filename="cepei-dossier.{wanted.format}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def dossier_of_tenant(job: Job, row: int, wanted: Wanted) -> flask.Response:
    """Return the dossier of a tenant of a finished screening. Errors as above."""
    tenant, maker = tenant_of(job, row), Maker(engine_of(job.catalogue), wanted)
    steps = Work(store()).standing(job.series)
    return dossier_file(lambda: maker.of_tenant(tenant, job.options, steps), wanted)


def add_order(job: Job, asked: dict[str, Any]) -> Order:
    """Put an order into the queue; raise RequestError where it asks for too many, or for rows that there are not."""
    if asked["rows"].strip() or asked["first"]:
        rows = rows_asked(asked["rows"], call_list(job), asked["first"] or MOST_ROWS)
    else:
        rows = parts_of(job).decided().tolist()
    if len(rows) > MOST_ROWS:
        params = {"most": MOST_ROWS, "count": len(rows)}
        raise RequestError("invalid_request", [Complaint(code="dossiers_too_many", pointer="/rows", params=params)])
    wanted = wanted_of(asked, asked["format"], tuple(sorted(rows)))
    return Orders(store()).add(job.id, wanted)


def describe_order(order: Order) -> DossierOrder:
    """Return how far an order is."""
    failure = None
    if order.failure:
        message, hint = worded(order.failure, {"package": PACKAGE}, asked_language())
        failure = Failure(code=order.failure, message=message, hint=hint or None)
    return DossierOrder(
        id=order.id,
        state=order.state,
        format=order.wanted.format,
        form=order.wanted.form,
        total=order.total,
        done=order.done,
        created_at=moment(order.created_at),
        failure=failure,
    )


def zip_file(job: Job, order_id: str) -> flask.Response:
    """Return the file of a finished order; raise RequestError saying why there is none."""
    order = _order(job, order_id)
    reported = describe_order(order)
    if reported.failure:
        params: dict[str, Any] = {"reason": reported.failure.message}
        raise RequestError("conflict", [Complaint(code="dossiers_failed", params=params)])
    if order.state is not OrderState.FINISHED:
        params = {"done": order.done, "total": order.total}
        raise RequestError("conflict", [Complaint(code="dossiers_not_ready", params=params)])
    try:
        file = order.file(folders().of(job.id)).open("rb")
    except FileNotFoundError as error:
        raise RequestError("not_found", [_no_order()]) from error
    answer = flask.Response(
        wrap_file(flask.request.environ, file), content_type=as_asked(_ZIP), direct_passthrough=True
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="cepei-dossiers.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _order(job: Job, order_id: str) -> Order:
    order = Orders(store()).find(job.id, order_id)
    if order is None:
        raise RequestError("not_found", [_no_order()])
    return order


def _no_order() -> Complaint:
    return Complaint(code="no_such_order", params={"most": MOST_ORDERS})
