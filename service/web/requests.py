"""What a request carries beside its body (id, language, when it began), and what every answer carries: bytes, headers.

The same bytes for the same content; nothing about a company is cached.
"""

from __future__ import annotations

import ipaddress
import re
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import IO, Any, Literal, cast
from urllib.parse import urlsplit, urlunsplit

import flask
import msgspec
import structlog
from werkzeug.routing import RequestRedirect

from service.disk import OWNER_FOLDER

Language = Literal["zh", "en"]

SPOOL = "CEPEI_SPOOL"
"""Under which name of its configuration an application keeps the folder for uploads that are still coming in."""
_IN_MEMORY_BYTES = 512_000


class Request(flask.Request):
    """A request whose uploads come in to a folder of ours, which is swept, not to the system's."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - werkzeug's signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        folder = Path(flask.current_app.config[SPOOL])
        with suppress(OSError):
            folder.mkdir(mode=OWNER_FOLDER, exist_ok=True)
        return cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(folder) if folder.is_dir() else None))


REQUEST_ID = "X-Request-Id"
REFUSAL = "cepei.refusal"
"""Under which name the server puts the RequestError of a request that is to be refused before anything else."""
PAGE_LANGUAGES: Mapping[str, Language] = MappingProxyType({"zh": "zh", "en": "en"})
"""What `?lang=` takes."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
_CONVERTER = re.compile(r"<[^<>]*:")
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def begin_request() -> None:
    """Give the request its id (the caller's own when it is harmless in a log) and start its clock.

    Raises what the server has found wrong already.
    """
    offered = flask.request.headers.get(REQUEST_ID, "")
    flask.g.request_id = offered if _SANE_ID.fullmatch(offered) else uuid.uuid4().hex
    flask.g.began = time.perf_counter()
    if REFUSAL in flask.request.environ:
        raise flask.request.environ[REFUSAL]
    elsewhere = flask.request.routing_exception
    if isinstance(elsewhere, RequestRedirect):  # the host that a client says it asked is nothing to answer with
        there = urlsplit(elsewhere.new_url)
        elsewhere.new_url = urlunsplit(("", "", "/" + there.path.lstrip("/"), there.query, ""))


def request_id() -> str:
    """Return the id of this request."""
    return str(flask.g.get("request_id", ""))


def elapsed_ms() -> float:
    """Return the milliseconds since this request began."""
    return (time.perf_counter() - float(flask.g.get("began", time.perf_counter()))) * 1000


def asked_language() -> Language:
    """Return the language of labels and messages: `Accept-Language`, Chinese unless English is asked for.

    A page that calls the API's functions says in `flask.g.spoken` which language it speaks.
    """
    if "language" in flask.g:
        return cast("Language", flask.g.language)
    return "en" if flask.request.accept_languages.best_match(["zh", "en"], default="zh") == "en" else "zh"


def page_language() -> Language:
    """Return the language of a page: what its address asks for (`?lang=`), else what the browser prefers."""
    return PAGE_LANGUAGES.get(flask.request.args.get("lang", "")) or asked_language()


def link(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - whatever the address takes
    """Return the address of a page, which keeps the language that this page's address names."""
    asked = flask.request.args.get("lang", "")
    if asked in PAGE_LANGUAGES:
        values["lang"] = asked
    return flask.url_for(endpoint, **values)


def route() -> str:
    """Return the pattern this request matched, for example /v1/measures/<measure_id>; it holds no data."""
    return _CONVERTER.sub("<", flask.request.url_rule.rule) if flask.request.url_rule else "unmatched"


def method() -> str:
    """Return the method of this request, one of a closed list."""
    return flask.request.method if flask.request.method in _METHODS else "other"


JSON = "application/json"


def json_bytes(content: object) -> bytes:
    """Serialise an answer, its fields in the order of its type; plain data in the order it was put."""
    return msgspec.json.encode(content)


def private_answer(body: bytes) -> flask.Response:
    """Answer with a JSON body about one company: no cache may keep it."""
    answer = flask.Response(body, content_type=JSON)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def public_answer(content: object) -> flask.Response:
    """Answer with data that everyone gets alike: cacheable, with a validator for conditional requests."""
    return public_bytes(json_bytes(content), JSON)


def public_bytes(body: bytes, content_type: str) -> flask.Response:
    """Answer with a body of any type that everyone gets alike."""
    answer = flask.Response(body, content_type=content_type)
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.add_etag()
    answer.make_conditional(flask.request)
    return answer


OCTETS = "application/octet-stream"


def as_asked(content_type: str) -> str:
    """Return the media type of a file: its own, or plain octets where only those are asked for."""
    own = content_type.partition(";")[0]
    asked = flask.request.accept_mimetypes.best_match([own, OCTETS], default=own)
    return content_type if asked == own else OCTETS


NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""What an answer that is no page may do."""


def add_headers(response: flask.Response) -> flask.Response:
    """Add the headers to an answer of any kind, errors included."""
    headers = response.headers
    headers[REQUEST_ID] = request_id()
    headers["Content-Security-Policy"] = flask.g.get("content_policy", NOTHING)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.vary.add("Accept-Language")
    headers["Content-Language"] = "en" if flask.g.get("content_language", asked_language()) == "en" else "zh-CN"
    return response


IPV6_NETWORK_BITS = 64
"""One household or company gets a whole /64, so its single addresses mean nothing."""


def budget_of(address: str) -> str:
    """Return what shares one budget with an address: itself for IPv4, however it is written, its network for IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(found), IPV6_NETWORK_BITS), strict=False))
        found = found.ipv4_mapped
    return str(found)


def log_request(response: flask.Response) -> flask.Response:
    """Log one answered request by its route, which holds no data, not by its path."""
    structlog.get_logger().info(
        "request",
        request_id=request_id(),
        method=method(),
        route=route(),
        status=response.status_code,
        ms=round(elapsed_ms(), 2),
    )
    return response
