"""How a view answers with a page: a template in its frame, with the policy that tells the browser what it may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask

from service.pages.frame import page_frame
from service.request_context import page_language

HTML = "text/html; charset=utf-8"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Scripts, styles, images and calls of this service only; nothing inline; in no frame."""
SURROUNDINGS: dict[str, Callable[[], dict[str, Any]]] = {}
"""Blueprint -> what its pages stand in instead of base.html: the layout, its variables, the policy."""


def render_page(
    template: str, *, status: int = 200, policy: str = PAGE_POLICY, private: bool = False, **variables: object
) -> flask.Response:
    """Return a template as a page in the language of the request; a `private` one is kept by no cache."""
    language = page_language()
    around = SURROUNDINGS.get(flask.request.blueprint or "", dict)()
    flask.g.content_policy, flask.g.content_language = around.get("policy", policy), language
    given: dict[str, Any] = {**page_frame(language), **around, **variables}
    page = flask.Response(flask.render_template(template, **given), status, content_type=HTML)
    page.headers["Cache-Control"] = "no-store" if private else "no-cache"
    return page
