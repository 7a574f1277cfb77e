"""The headers every answer carries: what a browser may do with it, its language, the id of its request."""

from __future__ import annotations

import flask

from service.request_context import REQUEST_ID, language, request_id

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
    headers["Content-Language"] = "en" if flask.g.get("content_language", language()) == "en" else "zh-CN"
    return response
