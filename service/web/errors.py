"""The only table from fault to HTTP status, and the one form every error has: RFC 9457 problem+json.

It words nothing itself (seeds/messages does) and never shows an exception's own text for a status of 500.
"""

from __future__ import annotations

import http
import math
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import flask
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from matcher.profiles.profile import MatchError
from seeds.faults import worded
from seeds.vocabulary import printable
from service.complaints import MOST_COMPLAINTS, Complaint, RequestError
from service.disk import Fault, fault_of
from service.intake.questions import complaints_of_facts
from service.logs import log_exception, log_fault
from service.shapes.published import Problem, ProblemError
from service.web.requests import asked_language, json_bytes, page_language, request_id
from service.web.serving import serving

MEDIA_TYPE = "application/problem+json"
LONGEST_POINTER = 300
"""A place is named with what somebody sent; a name of kilobytes leads nowhere."""
_PAGE = "cepei-problem-page"
"""Under which name the application keeps what shows a problem as a page."""

KINDS = {
    "bad_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "conflict": 409,
    "body_too_large": 413,
    "target_too_long": 414,
    "unsupported_media_type": 415,
    "expectation_failed": 417,
    "invalid_request": 422,
    "rate_limited": 429,
    "records_exceeded": 429,
    "headers_too_large": 431,
    "internal_error": 500,
    "not_implemented": 501,
    "catalogue_unavailable": 503,
    "data_unavailable": 503,
    "feedback_full": 503,
    "busy": 503,
    "not_stored": 507,
    "readers_busy": 503,
    "overloaded": 503,
    "no_font": 503,
}
"""The status of each kind of problem; its title is the message problem_<kind>."""
BY_STATUS = {status: kind for kind, status in reversed(KINDS.items())}
"""The first kind of each status is the one that a bare status means."""

LOCKED_SECONDS = 5
"""When to try again after another program has held the data file for longer than a request waits."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def register_error_handlers(app: flask.Flask, as_page: Callable[[Problem, int], flask.Response]) -> None:
    """Send every exception of the application through the table; `as_page` shows a problem to who asked for a page."""
    app.extensions[_PAGE] = as_page
    app.register_error_handler(RequestError, _answer_request_error)
    app.register_error_handler(
        MatchError, lambda error: problem_answer("invalid_request", complaints_of_facts(error.faults))
    )
    app.register_error_handler(RateLimitExceeded, _answer_rate_limit)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.register_error_handler(Exception, _answer_failure)


def _answer_request_error(problem: RequestError) -> flask.Response:
    answer = problem_answer(problem.kind, problem.complaints)
    if problem.retry_after is not None:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _answer_rate_limit(error: RateLimitExceeded) -> flask.Response:
    answer = problem_answer("rate_limited")
    limiter, reset_at = serving().limiter, time.time() + error.limit.limit.get_expiry()
    with suppress(sqlite3.Error, OSError):  # the store may be lost since it counted
        reset_at = limiter.current_limit.window.reset_time if limiter and limiter.current_limit else reset_at
    answer.headers["Retry-After"] = str(max(1, math.ceil(reset_at - time.time())))
    return answer


def _answer_http_exception(error: HTTPException) -> Any:  # noqa: ANN401 - Flask takes redirects as they are
    if error.code is None or error.code < http.HTTPStatus.BAD_REQUEST:
        return error
    complaints = []
    if isinstance(error, RequestEntityTooLarge):
        one_more = flask.request.max_content_length or 1  # an upload may be larger than other bodies
        complaints = [Complaint(code="body_too_large", params={"limit": one_more - 1})]
    answer = problem_answer(BY_STATUS.get(error.code, "bad_request"), complaints)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _answer_failure(error: Exception) -> flask.Response:
    fault = fault_of(error)
    if fault is None:
        log_exception(error, request_id())
        return problem_answer("data_unavailable" if isinstance(error, sqlite3.Error) else "internal_error")
    log_fault("data_unavailable", fault)
    refused = fault in {Fault.FULL, Fault.READ_ONLY} and flask.request.method not in _READING
    answer = problem_answer("not_stored" if refused else "data_unavailable", [Complaint(code=f"storage_{fault}")])
    if fault is Fault.LOCKED:
        answer.headers["Retry-After"] = str(LOCKED_SECONDS)
    return answer


def problem_answer(code: str, complaints: Iterable[Complaint] = ()) -> flask.Response:
    """Build the answer for one kind of problem; what is left of the request's body is the server's business."""
    accepted = flask.request.accept_mimetypes
    # A browser asked for a page, not a program for data.
    if not flask.request.path.startswith("/v1/") and accepted["text/html"] > accepted["application/json"]:
        problem = describe_problem(code, tuple(complaints), page_language())
        answer: flask.Response = flask.current_app.extensions[_PAGE](problem, KINDS[code])
    else:
        body = json_bytes(describe_problem(code, tuple(complaints), asked_language()))
        answer = flask.Response(body, KINDS[code], content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    if answer.status_code == http.HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def describe_problem(code: str, complaints: tuple[Complaint, ...], language: str) -> Problem:
    """Return a problem, all complaints at once (the first MOST_COMPLAINTS of them)."""
    named = [(one, *one.worded(language)) for one in complaints[:MOST_COMPLAINTS]]
    errors = tuple(
        ProblemError(
            pointer=printable(one.pointer, LONGEST_POINTER), code=one.published, message=message, hint=hint or None
        )
        for one, message, hint in named
    )
    title, hint = worded(f"problem_{code}", {}, language)
    return Problem(
        type=f"urn:cepei:problem:{code}",
        title=title,
        status=KINDS[code],
        detail=_detail(errors, len(complaints), language) if errors else IN_WORDS[language].format(title, hint),
        code=code,
        request_id=request_id(),
        errors=errors,
    )


IN_WORDS = {"zh": "{}：{}", "en": "{}: {}"}
"""What is wrong and what to do about it, in one text."""


def _detail(errors: Sequence[ProblemError], count: int, language: str) -> str:
    first = f"{errors[0].pointer}: {errors[0].message}" if errors[0].pointer else errors[0].message
    if count == 1:
        return first
    return f"{count} faults, the first: {first}" if language == "en" else f"共 {count} 处有误，第一处：{first}"
