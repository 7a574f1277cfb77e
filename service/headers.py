"""The headers every answer carries: what a browser may do with it, its language, the id of its request."""

from __future__ import annotations

import flask

from service.request_context import REQUEST_ID, language, page_language, request_id

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
DOCS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Swagger UI runs scripts, fetches openapi.yaml and shows images of its own; all of it comes from here."""

POLICIES = {"pages.form": PAGE, "pages.check": PAGE, "docs.page": DOCS}
_PAGES = frozenset({"pages.form", "pages.check"})


def add_headers(response: flask.Response) -> flask.Response:
    """Add the headers to an answer of any kind, errors included."""
    endpoint = flask.request.endpoint or ""
    headers = response.headers
    headers[REQUEST_ID] = request_id()
    headers["Content-Security-Policy"] = POLICIES.get(endpoint, NOTHING)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.vary.add("Accept-Language")
    spoken = page_language() if endpoint in _PAGES else language()
    headers["Content-Language"] = "en" if spoken == "en" else "zh-CN"
    return response
