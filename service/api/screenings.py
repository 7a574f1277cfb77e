"""POST /v1/screenings and what can be asked of one as a job: its state, its progress, to stop, to go, to run again."""

from __future__ import annotations

import time
from typing import Any

import flask
from msgspec.structs import asdict

from service.complaints import Complaint, RequestError
from service.intake.queries import STATUSES, NoQuery
from service.intake.questions import ScreeningQuestion
from service.intake.raw_table import MEDIA_TYPES
from service.keys import Keys
from service.screenings.column_shapes import FirstLook
from service.screenings.jobs.sent import columns_as_read, columns_at_a_look, look_at_sent, read_sent
from service.screenings.results.template import template_workbook
from service.screenings.shapes import OneScreening, Screening, Screenings
from service.screenings.stored.jobs import Job, new_id
from service.screenings.stored.progress import describe_job, event_stream, state_words
from service.web.blueprints import Blueprint
from service.web.lookups import forget, run_again
from service.web.requests import as_asked, asked_language, json_bytes, private_answer
from service.web.serving import expect_records, folders, jobs, operator, own_screening, own_screenings, serving, store

blueprint = Blueprint("screenings", __name__, description="Many tenants against every measure, for operators.")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_NAME = {
    "Content-Disposition": {
        "description": "The name of the file tells its form by its ending.",
        "schema": {"type": "string"},
        "example": 'form-data; name="file"; filename="tenants.csv"',
    }
}


def form_with_file(said: str, **beside: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of the contract
    """Return how the contract describes a form that sends a table: what it is, and what stands beside it."""
    return {
        "schema": {
            "type": "object",
            "required": ["file"],
            "additionalProperties": False,
            "properties": {"file": {"type": "string", "format": "binary", "description": said}, **beside},
        },
        "encoding": {"file": {"contentType": ", ".join(MEDIA_TYPES.values()), "headers": FILE_NAME}},
    }


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": form_with_file(
                "CSV, XLSX, NDJSON or Parquet.",
                on={"type": "string", "format": "date"},
                statuses={
                    "type": "string",
                    "pattern": f"^({'|'.join(STATUSES)})(,({'|'.join(STATUSES)}))*$",
                    "description": "Statuses separated by commas.",
                },
                place={"type": "string", "description": "Where tenants are whose row names no place."},
                sector={"type": "string", "description": "The sector of tenants whose row tells none."},
                name={"type": "string", "description": "What it is called; the file's name if not given."},
                sheets={
                    "type": "string",
                    "enum": ["one", "all"],
                    "description": "`all` reads every sheet of a workbook, one after the other.",
                },
                columns={
                    "type": "string",
                    "contentMediaType": "application/json",
                    "description": "Heading -> field, over what the headings say, as in "
                    '`{"营收": "annual_revenue_cny(万元)", "备注2": null}`; null leaves a column out, `own` keeps it '
                    "as it stands.",
                },
            ),
            "application/json": {"schema": ScreeningQuestion},
        },
    }
}
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["progress", "finished", "failed", "cancelled", "deleted"]},
        "data": {"type": "string", "description": "The state as JSON, as the state of the screening is told."},
    },
}


@blueprint.at("/v1/screenings/template.xlsx")
@blueprint.answers({"type": "string", "format": "binary"}, description="A workbook to fill in.", media_type=XLSX)
def show_template() -> flask.Response:
    """Give a workbook with headings, drop-downs, an example row and an explanation of each column."""
    answer = flask.Response(template_workbook(), content_type=as_asked(XLSX))
    answer.headers["Content-Disposition"] = 'attachment; filename="cepei-tenants.xlsx"'
    return answer


@blueprint.at("/v1/screenings", method="POST")
@blueprint.only_for(operator, **_BODY)
@blueprint.answers(
    Screening, 400, 401, 403, 413, 415, 422, 429, 503, 507, description="Accepted; `Location` names it.", status=202
)
def create_screening() -> flask.Response:
    """Take a file, or tenants as JSON, to be screened."""
    key, settings = operator(), serving().settings
    expect_records(key)
    readers, job_id = serving().readers, new_id()
    folder = folders().create(job_id)
    try:
        sent = read_sent(flask.request, folder, most=settings.upload_bytes, readers=readers)
        sent.check_columns(folder, readers, serving().catalogue)
        job = jobs().create(job_id, key.id, form=sent.form, options=sent.options, days=settings.retention_days)
    except BaseException:
        folders().remove(job_id)
        raise
    return _accepted(job)


@blueprint.at("/v1/screenings/columns", method="POST")
@blueprint.only_for(operator, **_BODY)
@blueprint.answers(
    FirstLook, 400, 401, 403, 413, 415, 422, 503, 507, description="What was understood of the headings."
)
def look_at_columns() -> flask.Response:
    """Tell at once what the columns of a file would be taken for; only its first rows are read, nothing is kept."""
    most, readers = serving().settings.upload_bytes, serving().readers
    with folders().look() as folder:
        sent = read_sent(flask.request, folder, most=most, readers=readers)
        look = look_at_sent(folder.sent(sent.form), sent.options, readers=readers, catalogue=serving().catalogue)
    return private_answer(json_bytes(columns_at_a_look(look, asked_language())))


@blueprint.at("/v1/screenings")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(Screenings, 401, 403, 422, 503, description="The screenings of this key.")
def list_screenings(_: dict[str, Any]) -> flask.Response:
    """List the screenings of this key, newest first."""
    return private_answer(json_bytes(Screenings(items=tuple(_describe(job) for job in own_screenings()))))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(OneScreening, 401, 403, 404, 422, 503, description="The state of the screening.")
def show_screening(_: dict[str, Any], screening_id: str) -> flask.Response:
    """Tell how far a screening is, and what the columns of its file were taken for."""
    job = own_screening(screening_id)
    columns = columns_as_read(folders().of(job.id), asked_language())
    return private_answer(json_bytes(OneScreening(**asdict(_describe(job)), **asdict(columns))))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>", method="DELETE")
@blueprint.only_for(operator)
@blueprint.answers(None, 401, 403, 404, 503, description="Gone, file and results.", status=204)
def delete_screening(screening_id: str) -> flask.Response:
    """Delete a screening at once, with its file and its results."""
    forget(screening_id)
    return flask.Response(status=204)


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/cancel", method="POST")
@blueprint.only_for(operator)
@blueprint.answers(Screening, 401, 403, 404, 409, 503, description="Cancelled.")
def cancel_screening(screening_id: str) -> flask.Response:
    """Stop a screening that has not ended; what is finished of it is not shown."""
    job = own_screening(screening_id)
    if not jobs().cancel(job.id):
        raise RequestError("conflict", [Complaint(code="already_ended", params=state_words(job.state))])
    return private_answer(json_bytes(_describe(own_screening(screening_id))))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/rerun", method="POST")
@blueprint.only_for(operator)
@blueprint.answers(
    Screening, 401, 403, 404, 409, 429, 503, 507, description="Accepted; `Location` names the new one.", status=202
)
def rerun_screening(screening_id: str) -> flask.Response:
    """Screen the same tenants again with the catalogue of now; `changes` of the new one tells what changed for whom."""
    return _accepted(run_again(screening_id))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/events")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(_EVENT, 401, 403, 404, 422, 503, description="Server-sent events.", media_type="text/event-stream")
def show_events(_: dict[str, Any], screening_id: str) -> flask.Response:
    """Send the state whenever it changes, as events named `progress`, the last one named after the final state.

    A stream lasts a minute at most; a process sends as many at once as it has threads, but for two. One more is
    answered with 503 and `Retry-After`: the state can be read at any time.
    """
    job, table, language = own_screening(screening_id), jobs(), asked_language()
    keys = Keys(store())

    def reported(found: Job) -> tuple[str, bytes]:
        return found.state.value, json_bytes(describe_job(found, now=time.time(), language=language))

    def find() -> Job | None:
        """Return the screening while the key is valid; the stream of one that is revoked ends."""
        return table.find(job.id, job.key_id) if keys.is_valid(job.key_id) else None

    return event_stream(find, reported, most=max(1, serving().settings.threads - 2))


def _accepted(job: Job) -> flask.Response:
    answer = private_answer(json_bytes(_describe(job)))
    answer.status_code = 202
    answer.headers["Location"] = f"/v1/screenings/{job.id}"
    return answer


def _describe(job: Job) -> Screening:
    return describe_job(job, now=time.time(), language=asked_language())
