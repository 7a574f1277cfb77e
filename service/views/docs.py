"""GET /openapi.yaml and /docs: the contract, and a page to browse it, without any outside host."""

from __future__ import annotations

from pathlib import Path

import flask
import flask_swagger_ui  # type: ignore[import-untyped]
from werkzeug.exceptions import NotFound

from service.specification import Api, openapi_yaml

ASSETS = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "favicon-32x32.png"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Swagger UI runs scripts, fetches openapi.yaml and shows images of its own; all of it comes from here."""

_FOLDER = Path(flask_swagger_ui.__file__).parent / "dist"


def create_docs(api: Api) -> flask.Blueprint:
    """Return the blueprint that serves the contract of `api`, generated once."""
    blueprint = flask.Blueprint("docs", __name__)
    contract = openapi_yaml(api).encode()

    @blueprint.get("/openapi.yaml")
    def contract_file() -> flask.Response:
        return flask.Response(contract, content_type="application/yaml; charset=utf-8")

    @blueprint.get("/docs")
    def page() -> str:
        flask.g.content_policy = POLICY
        return flask.render_template("docs.html")

    @blueprint.get("/docs/assets/<name>")
    def asset(name: str) -> flask.Response:
        if name not in ASSETS:
            raise NotFound
        return flask.send_from_directory(_FOLDER, name, max_age=3600)

    return blueprint
