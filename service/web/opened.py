"""What a key may open of its screenings: the finished results, the catalogue that decided them, one pair explained.

The API and the console ask here; it knows neither paths nor pages.
"""

from __future__ import annotations

from typing import Any

import flask

from matcher.answers.engine import Engine
from matcher.answers.shapes import Recommendation
from matcher.profiles.profile import MatchRequest
from rules.catalogue.catalogue import CatalogueError
from service.complaints import Complaint, RequestError, printable
from service.intake.raw_table import Format
from service.screenings.results.files import MEDIA_TYPES, StoredResults, result_pieces
from service.screenings.stored.changes import StoredChanges
from service.screenings.stored.folders import find_tenant
from service.screenings.stored.jobs import UNFINISHED, Job, State, new_id
from service.screenings.stored.matrix import Parts
from service.screenings.stored.progress import describe_failure, state_words
from service.screenings.work.sent import keep_copy
from service.web.lookups import found
from service.web.requests import asked_language
from service.web.serving import engine, expect_records, folders, jobs, operator, own_screening, serving


def finished_screening(screening_id: str) -> Job:
    """Return a finished screening of the caller; raise RequestError when it is not finished."""
    job = own_screening(screening_id)
    if job.state is not State.FINISHED:
        raise RequestError("conflict", [_not_finished(job)])
    if not folders().of(job.id).path.is_dir():
        raise RequestError("not_found", [Complaint(code="results_gone")])
    return job


def _not_finished(job: Job) -> Complaint:
    """Return why a screening has no results, and what to do."""
    if job.state is State.CANCELLED:
        return Complaint(code="screening_cancelled")
    failure = describe_failure(job, asked_language())
    if failure is None:
        return Complaint(code="not_finished", params=state_words(job.state))
    return Complaint(code="screening_failed", params={"reason": failure.message}, hint=failure.hint or "")


def parts_of(job: Job) -> Parts:
    """Return the stored results of a screening."""
    return Parts(folders().of(job.id), tuple(chunk.number for chunk in jobs().chunks(job.id)))


def engine_of(version: str | None) -> Engine:
    """Return the engine of the catalogue that decided; raise RequestError when it can be opened no more."""
    now = engine()
    if version == now.catalogue.version:
        return now
    try:
        return serving().editions.engine(version or "")
    except CatalogueError as error:
        raise RequestError("conflict", [Complaint(code="other_catalogue")]) from error


def changes_of(job: Job) -> StoredChanges:
    """Return what a rerun changed; raise RequestError saying why there is nothing to compare."""
    changes = StoredChanges.read(folders().of(job.id))
    if changes is not None:
        return changes
    if job.previous is None:
        raise RequestError("conflict", [Complaint(code="no_previous")])
    before = jobs().find(job.previous, job.key_id)
    if before is None or before.state is State.FINISHED:  # one that finished was compared, unless it went meanwhile
        raise RequestError("conflict", [Complaint(code="previous_gone")])
    raise RequestError("conflict", [Complaint(code="previous_unfinished", params=state_words(before.state))])


def question_of(job: Job, row: int) -> MatchRequest:
    """Return the question that the screening asked about one tenant; raise RequestError when there is no such."""
    tenant = find_tenant([folders().of(job.id).tenants(number) for number in parts_of(job).numbers], row)
    if tenant is None:
        raise RequestError("not_found", [Complaint(code="no_such_tenant", params={"row": row})])
    statuses = frozenset(job.options.statuses)
    return MatchRequest(profile=tenant.profile, on=job.options.on, statuses=statuses, language=asked_language())


def explained(screening_id: str, row: int, measure_id: str) -> Recommendation:
    """Return the recommendation of a measure for a tenant; raise RequestError when nothing connects the two."""
    job = finished_screening(screening_id)
    matcher = engine_of(job.catalogue)
    found(matcher.catalogue.measures, measure_id)
    recommendation = matcher.explain(question_of(job, row), measure_id)
    if recommendation is not None:
        return recommendation
    raise RequestError("not_found", [Complaint(code="no_such_pair", params={"measure": printable(measure_id)})])


def results_file(screening_id: str, form: str) -> flask.Response:
    """Return all results of a finished screening of the caller as a file."""
    job, kind = finished_screening(screening_id), found({form.value: form for form in Format}, form)
    results = StoredResults(
        job=job,
        parts=parts_of(job),
        chunks=tuple(jobs().chunks(job.id)),
        catalogue=engine_of(job.catalogue).catalogue,
        language=asked_language(),
    )
    answer = flask.Response(result_pieces(results, kind, language=asked_language()), content_type=MEDIA_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="cepei-results.{kind.value}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def run_again(screening_id: str) -> Job:
    """Begin the same screening with the catalogue of now; raise RequestError while it runs or no records are left."""
    job, settings = own_screening(screening_id), serving().settings
    if job.state in UNFINISHED:
        raise RequestError("conflict", [_not_finished(job)])
    expect_records(operator())
    job_id = new_id()
    folder = folders().create(job_id)
    keep_copy(folders().of(job.id).sent(job.format), folder.sent(job.format))
    more: dict[str, Any] = {"days": settings.retention_days, "previous": job.id}
    return jobs().create(job_id, job.key_id, form=job.format, options=job.options, **more)


def forget(screening_id: str) -> None:
    """Delete a screening of the caller at once, with its file and its results."""
    job = own_screening(screening_id)
    jobs().delete(job.id)
    folders().remove(job.id)
