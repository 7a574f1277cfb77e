"""Server-sent events: a state told whenever it differs from the last one; a stream is short, clients reconnect."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import flask

from service.problems import RequestError

LONGEST_SECONDS = 60.0
RETRY_SECONDS = 10
"""A stream that found no place may be asked for again after so long; the state can be read at any time."""
_PAUSE_SECONDS, _COMMENT_SECONDS = 0.5, 10.0
_RETRY = b"retry: 1000\n\n"
_LOCK = threading.Lock()
_OPEN: set[int] = set()
"""The streams of this process; each one holds a thread that others may need."""

Told = tuple[bool, str, bytes]


def event_stream(state: Callable[[], Told | None], *, most: int) -> flask.Response:
    """Answer with the states that `state` gives (whether it is the last, its name, its JSON) until the last one."""
    ticket = object()
    with _LOCK:
        if len(_OPEN) >= most:
            raise RequestError("busy", retry_after=RETRY_SECONDS)
        _OPEN.add(id(ticket))

    def close() -> None:
        with _LOCK:
            _OPEN.discard(id(ticket))

    answer = flask.Response(_events(state), content_type="text/event-stream; charset=utf-8")
    answer.call_on_close(close)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _events(state: Callable[[], Told | None]) -> Iterator[bytes]:
    yield _RETRY
    ends, last, spoken = time.monotonic() + LONGEST_SECONDS, b"", time.monotonic()
    while time.monotonic() < ends:
        told = state()
        if told is None:
            yield b"event: deleted\ndata: {}\n\n"
            return
        is_last, name, body = told
        if body != last or time.monotonic() - spoken > _COMMENT_SECONDS:
            yield b"event: " + name.encode() + b"\ndata: " + body + b"\n\n" if body != last else b": waiting\n\n"
            last, spoken = body, time.monotonic()
        if is_last:
            return
        time.sleep(_PAUSE_SECONDS)
