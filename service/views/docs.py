"""GET /openapi.yaml and /docs: the contract, and a page to browse it."""

from __future__ import annotations

import flask

from service.pages.contract import calls_by_area, shapes
from service.pages.rendering import render_page
from service.specification import Api, openapi_document, openapi_yaml


def create_docs(api: Api) -> flask.Blueprint:
    """Return the blueprint that serves the contract of `api`, generated once."""
    blueprint = flask.Blueprint("docs", __name__)
    document = openapi_document(api)
    contract = openapi_yaml(document).encode()
    areas, named = calls_by_area(document), shapes(document)

    @blueprint.get("/openapi.yaml")
    def contract_file() -> flask.Response:
        return flask.Response(contract, content_type="application/yaml; charset=utf-8")

    @blueprint.get("/docs")
    def page() -> flask.Response:
        return render_page("docs.html", areas=areas, shapes=named)

    return blueprint
