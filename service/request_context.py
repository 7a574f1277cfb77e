"""What a request carries beside its body: its id, its language and when it began."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, cast

import flask

Language = Literal["zh", "en"]

REQUEST_ID = "X-Request-Id"
PAGE_LANGUAGES: Mapping[str, Language] = MappingProxyType({"zh": "zh", "en": "en"})
"""What `?lang=` takes."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
_CONVERTER = re.compile(r"<[^<>]*:")
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def begin_request() -> None:
    """Give the request its id (the caller's own when it is harmless in a log) and start its clock."""
    offered = flask.request.headers.get(REQUEST_ID, "")
    flask.g.request_id = offered if _SANE_ID.fullmatch(offered) else uuid.uuid4().hex
    flask.g.began = time.perf_counter()


def request_id() -> str:
    """Return the id of this request."""
    return str(flask.g.get("request_id", ""))


def elapsed_ms() -> float:
    """Return the milliseconds since this request began."""
    return (time.perf_counter() - float(flask.g.get("began", time.perf_counter()))) * 1000


def language() -> Language:
    """Return the language of labels and messages: `Accept-Language`, Chinese unless English is asked for.

    A page that calls the API's functions says in `flask.g.spoken` which language it speaks.
    """
    if "spoken" in flask.g:
        return cast("Language", flask.g.spoken)
    return "en" if flask.request.accept_languages.best_match(["zh", "en"], default="zh") == "en" else "zh"


def page_language() -> Language:
    """Return the language of a page: what its address asks for (`?lang=`), else what the browser prefers."""
    return PAGE_LANGUAGES.get(flask.request.args.get("lang", "")) or language()


def route() -> str:
    """Return the pattern this request matched, for example /v1/measures/<measure_id>; it holds no data."""
    return _CONVERTER.sub("<", flask.request.url_rule.rule) if flask.request.url_rule else "unmatched"


def method() -> str:
    """Return the method of this request, one of a closed list."""
    return flask.request.method if flask.request.method in _METHODS else "other"
