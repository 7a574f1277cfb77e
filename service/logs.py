"""Structured logs: one JSON line an event, with route, status and time, never a company's data.

Paths, query strings, bodies and exception messages may hold company data, so none of them is ever logged.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from contextlib import suppress
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

DEEPEST_FRAMES = 20
REDACTED_EVENTS = ("Error handling request", "Invalid request")
"""gunicorn puts the address or the line it could not read behind these words."""


class _Lenient:
    """A stream that drops what it cannot write: with the disk of the log full, the service goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure_logs(level: str) -> None:
    """Write events as JSON lines to standard output."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=_Lenient(sys.stdout)),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )


def log_exception(error: BaseException, request_id: str = "") -> None:
    """Log an unexpected exception by its type and frames; its message might quote what a company sent."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_FRAMES:]
    structlog.get_logger().error(
        "unexpected_exception",
        request_id=request_id,
        exception=type(error).__name__,
        frames=[f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames],
    )


_QUIET_SECONDS = 60.0
_SAID: dict[tuple[str, str], float] = {}
"""When each event was last logged for each reason: what every request meets must not fill the log."""


def log_fault(event: str, reason: str) -> None:
    """Log what a disk refuses, once a minute for each event and reason."""
    now = time.monotonic()
    if now - _SAID.get((event, reason), float("-inf")) > _QUIET_SECONDS:
        _SAID[event, reason] = now
        structlog.get_logger().error(event, reason=reason)


def server_log_config(level: str) -> dict[str, Any]:
    """Return the logging configuration that gives gunicorn's own events the same form.

    At its debug level gunicorn writes the address of every request, so it is never set to that.
    """
    server_level = "INFO" if level == "debug" else level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "service.logs.server_formatter"}},
        "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "loggers": {"gunicorn.error": {"level": server_level, "handlers": ["json"], "propagate": False}},
        "root": {"level": "WARNING", "handlers": ["json"]},
    }


def server_formatter() -> logging.Formatter:
    """Return the formatter of server_log_config."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what may quote a request: everything behind a redacted event's first words, and exception texts."""
    text = str(event.get("event", ""))
    for words in REDACTED_EVENTS:
        if text.startswith(words):
            event["event"] = words
    for key in ("exc_info", "exception", "stack", "stack_info"):
        event.pop(key, None)
    return event
