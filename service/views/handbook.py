"""GET /handbook and its parts: how the service is used, embedded and run, in Chinese."""

from __future__ import annotations

import flask
from werkzeug.exceptions import NotFound

from service.pages.handbook import NAMES, load_part
from service.pages.rendering import render_page
from service.request_context import PAGE_LANGUAGES

blueprint = flask.Blueprint("handbook", __name__)


@blueprint.get("/handbook")
def contents() -> flask.Response:
    """Show the parts of the handbook, each with what it is about."""
    return render_page("handbook.html", parts=[load_part(name) for name in NAMES])


@blueprint.get("/handbook/<name>")
def page(name: str) -> flask.Response:
    """Show one part with its contents, and the way to the others."""
    if name not in NAMES:
        raise NotFound
    asked = flask.request.args.get("lang", "")
    part = load_part(name, f"?lang={asked}" if asked in PAGE_LANGUAGES else "")
    return render_page("handbook_part.html", part=part, parts=[load_part(other) for other in NAMES])
