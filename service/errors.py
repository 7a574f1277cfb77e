"""The only table from fault to HTTP status, and the one form every error has: RFC 9457 problem+json.

It words nothing itself (messages.py does) and never shows an exception's own text for a status of 500.
"""

from __future__ import annotations

import http
import math
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import flask
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, RequestEntityTooLarge

from matcher.errors import MatchError
from service.answers import json_bytes
from service.declared import complaints_of_facts
from service.logs import log_exception
from service.messages import worded
from service.pages.rendering import render_page
from service.problems import MOST_COMPLAINTS, Complaint, RequestError
from service.request_context import language, page_language, request_id
from service.schemas.reading_answers import Problem, ProblemError
from service.serving import serving
from service.store import StoreError

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """One kind of problem: its status and its title in both languages."""

    status: int
    zh: str
    en: str


KINDS: dict[str, Kind] = {
    "bad_request": Kind(400, "请求无法读取", "The request cannot be read"),
    "unauthorized": Kind(401, "需要有效的密钥", "A valid key is needed"),
    "forbidden": Kind(403, "密钥权限不足", "The key may not do this"),
    "not_found": Kind(404, "没有找到", "Not found"),
    "method_not_allowed": Kind(405, "不支持此方法", "This method is not supported here"),
    "conflict": Kind(409, "与当前状态冲突", "In conflict with the present state"),
    "body_too_large": Kind(413, "请求正文过大", "The request body is too large"),
    "unsupported_media_type": Kind(415, "不支持此正文类型", "This content type is not supported"),
    "invalid_request": Kind(422, "请求内容有误", "The request has faults"),
    "rate_limited": Kind(429, "请求过于频繁", "Too many requests"),
    "records_exceeded": Kind(429, "今日记录数已用完", "No records left today"),
    "internal_error": Kind(500, "服务内部错误", "Internal error"),
    "catalogue_unavailable": Kind(503, "政策目录不可用", "The catalogue is not available"),
    "data_unavailable": Kind(503, "数据文件不可用", "The data file is not available"),
    "feedback_full": Kind(503, "意见箱已满，暂时无法接收", "No more reports can be stored at present"),
    "busy": Kind(503, "同时进行的推送过多", "Too many event streams at once"),
}
BY_STATUS = {kind.status: code for code, kind in reversed(KINDS.items())}
"""The first kind of each status is the one that a bare status means."""

UNREAD_BODY_BYTES = 64 * 1_048_576
"""How much of a refused body is still read, so that a client busy sending it sees the answer and not a broken pipe."""


def register_error_handlers(app: flask.Flask) -> None:
    """Send every exception of the application through the table."""
    app.register_error_handler(RequestError, _answer_request_error)
    app.register_error_handler(MatchError, _answer_match_error)
    app.register_error_handler(RateLimitExceeded, _answer_rate_limit)
    app.register_error_handler(StoreError, _answer_store_error)
    app.register_error_handler(sqlite3.Error, _answer_store_error)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_request_error(problem: RequestError) -> flask.Response:
    answer = problem_answer(problem.kind, problem.complaints)
    if problem.retry_after is not None:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _answer_store_error(error: Exception) -> flask.Response:
    log_exception(error)
    return problem_answer("data_unavailable")


def _answer_match_error(error: MatchError) -> flask.Response:
    return problem_answer("invalid_request", complaints_of_match(error))


def complaints_of_match(error: MatchError) -> list[Complaint]:
    """Turn what the matcher refused of a profile into complaints about the request."""
    return complaints_of_facts(error.faults)


def _answer_rate_limit(error: RateLimitExceeded) -> flask.Response:
    answer = problem_answer("rate_limited")
    limiter = serving().limiter
    current = limiter.current_limit if limiter else None
    reset_at = current.window.reset_time if current else time.time() + error.limit.limit.get_expiry()
    answer.headers["Retry-After"] = str(max(1, math.ceil(reset_at - time.time())))
    return answer


def _answer_http_exception(error: HTTPException) -> Any:  # noqa: ANN401 - Flask takes redirects as they are
    if error.code is None or error.code < http.HTTPStatus.BAD_REQUEST:
        return error
    answer = problem_answer(BY_STATUS.get(error.code, "bad_request"), _complaints_about(error))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _complaints_about(error: HTTPException) -> list[Complaint]:
    if isinstance(error, RequestEntityTooLarge):
        one_more = flask.request.max_content_length or 1  # an upload may be larger than other bodies
        return [Complaint(code="body_too_large", params={"limit": one_more - 1})]
    return []


def _answer_unexpected(error: Exception) -> flask.Response:
    log_exception(error)
    return problem_answer(BY_STATUS[InternalServerError.code])


def problem_answer(code: str, complaints: Iterable[Complaint] = ()) -> flask.Response:
    """Build the answer for one kind of problem, the body of the request read to its end."""
    _drain_body()
    if _wants_page():
        problem = describe_problem(code, tuple(complaints), page_language())
        answer = render_page("problem.html", status=KINDS[code].status, problem=problem)
    else:
        body = json_bytes(describe_problem(code, tuple(complaints), language()))
        answer = flask.Response(body, KINDS[code].status, content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    if answer.status_code == http.HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _wants_page() -> bool:
    """Tell whether a browser asked for a page, not a program for data."""
    accepted = flask.request.accept_mimetypes
    return not flask.request.path.startswith("/v1/") and accepted["text/html"] > accepted["application/json"]


def describe_problem(code: str, complaints: tuple[Complaint, ...], language: str) -> Problem:
    """Return a problem, all complaints at once (the first MOST_COMPLAINTS of them)."""
    kind = KINDS[code]
    errors = tuple(_describe_complaint(complaint, language) for complaint in complaints[:MOST_COMPLAINTS])
    title = kind.en if language == "en" else kind.zh
    return Problem(
        type=f"urn:cepei:problem:{code}",
        title=title,
        status=kind.status,
        detail=_detail(title, errors, len(complaints), language),
        code=code,
        request_id=request_id(),
        errors=errors,
    )


def _describe_complaint(complaint: Complaint, language: str) -> ProblemError:
    message, hint = worded(complaint, language)
    return ProblemError(pointer=complaint.pointer, code=complaint.code, message=message, hint=hint or None)


def _detail(title: str, errors: Sequence[ProblemError], count: int, language: str) -> str:
    if not errors:
        return title
    first = f"{errors[0].pointer}: {errors[0].message}" if errors[0].pointer else errors[0].message
    if count == 1:
        return first
    return f"{count} faults, the first: {first}" if language == "en" else f"共 {count} 处有误，第一处：{first}"


def _drain_body() -> None:
    stream, left = flask.request.environ.get("wsgi.input"), UNREAD_BODY_BYTES
    try:
        while stream is not None and left > 0 and (chunk := stream.read(min(left, 65_536))):
            left -= len(chunk)
    except OSError:
        return
