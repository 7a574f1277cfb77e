"""How far a screening is: its state, its rows, when it will be done, why it failed; sent as events while it changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import flask
import orjson

from seeds.faults import Bilingual, bilingual, worded
from service.clock import moment
from service.complaints import RequestError, published
from service.screenings.column_shapes import Failure
from service.screenings.shapes import CatalogueVersion, Progress, RowCounts, Screening
from service.screenings.stored.jobs import UNFINISHED, Job, State


def describe_job(job: Job, *, now: float, language: str) -> Screening:
    """Return the state of a screening; beside its name it tells nothing that the file holds."""
    return Screening(
        id=job.id,
        name=job.options.name,
        state=job.state,
        format=job.format,
        rows=row_counts(job),
        on=job.options.on.isoformat(),
        statuses=job.options.statuses,
        created_at=moment(job.created_at),
        started_at=None if job.started_at is None else moment(job.started_at),
        finished_at=None if job.finished_at is None else moment(job.finished_at),
        expires_at=moment(job.expires_at),
        catalogue=CatalogueVersion(version=job.catalogue) if job.catalogue else None,
        previous=job.previous,
        progress=_progress(job, now),
        failure=describe_failure(job, language),
    )


def describe_failure(job: Job, language: str) -> Failure | None:
    """Return why a screening failed: code, message, hint; None when it did not."""
    if job.failure is None:
        return None
    reported: dict[str, Any] = (
        orjson.loads(job.failure) if job.failure.startswith("{") else {"code": job.failure, "params": {}}
    )
    code, params = reported["code"], reported["params"]
    if code == "records_exceeded" and params:
        code = "more_than_a_day" if params["rows"] > params["most"] else "too_many_records"
    message, hint = worded(code, params, language)
    return Failure(code=published(code), message=message, hint=hint or None)


def state_words(state: State) -> dict[str, Bilingual]:
    """Return a state as the parameter of a message."""
    return {"state": bilingual(f"state_{state}")}


def row_counts(job: Job) -> RowCounts:
    """Return the rows of the file: all, done so far, rejected."""
    return RowCounts(total=job.total, done=job.done, rejected=job.rejected)


def _progress(job: Job, now: float) -> Progress:
    """Return the share done, rows a second since work was last taken up, and the seconds left at that rate."""
    share = round(job.done / job.total, 4) if job.total else (1.0 if job.state is State.FINISHED else 0.0)
    if job.state is not State.RUNNING or job.resumed_at is None or not job.total:
        left = 0.0 if job.state is State.FINISHED else None
        return Progress(share=share, rows_per_second=None, seconds_left=left)
    rate = max(0, job.done - job.resumed_done) / max(now - job.resumed_at, 0.001)
    left = round((job.total - job.done) / rate, 1) if rate else None
    return Progress(share=share, rows_per_second=round(rate, 1) if rate else None, seconds_left=left)


LONGEST_SECONDS = 60.0
RETRY_SECONDS = 10
"""A stream that found no place may be asked for again after so long; the state can be read at any time."""
_PAUSE_SECONDS, _COMMENT_SECONDS = 0.5, 10.0
_RETRY = b"retry: 1000\n\n"
_LOCK = threading.Lock()
_OPEN: set[int] = set()
"""The streams of this process; each one holds a thread that others may need."""
LEAVING = threading.Event()
"""This process stops: streams end, and who reads them asks again, of another one."""

Reporter = Callable[[Job], tuple[str, bytes]]
"""Gives the name of a screening's last event and, of any event, its JSON."""


def event_stream(find: Callable[[], Job | None], reported: Reporter, *, most: int) -> flask.Response:
    """Answer with an event for each state of the screening found, until it has ended or is gone."""
    ticket = object()
    with _LOCK:
        if len(_OPEN) >= most:
            raise RequestError("busy", retry_after=RETRY_SECONDS)
        _OPEN.add(id(ticket))

    def close() -> None:
        with _LOCK:
            _OPEN.discard(id(ticket))

    answer = flask.Response(_events(find, reported), content_type="text/event-stream; charset=utf-8")
    answer.call_on_close(close)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _events(find: Callable[[], Job | None], reported: Reporter) -> Iterator[bytes]:
    yield _RETRY
    ends, last, language = time.monotonic() + LONGEST_SECONDS, b"", time.monotonic()
    while time.monotonic() < ends:
        job = find()
        if job is None:
            yield b"event: deleted\ndata: {}\n\n"
            return
        last_name, body = reported(job)
        is_last = job.state not in UNFINISHED
        name = last_name if is_last else "progress"
        if body != last or time.monotonic() - language > _COMMENT_SECONDS:
            yield b"event: " + name.encode() + b"\ndata: " + body + b"\n\n" if body != last else b": waiting\n\n"
            last, language = body, time.monotonic()
        if is_last:
            return
        if LEAVING.wait(_PAUSE_SECONDS):
            return
