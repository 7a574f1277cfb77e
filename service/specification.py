"""The specification of the API from the code: flask-smorest's, with every error as application/problem+json."""

from __future__ import annotations

import http
from typing import Any

import flask
import flask_smorest  # type: ignore[import-untyped]
import orjson
import yaml
from flask_smorest.utils import prepare_response  # type: ignore[import-untyped]
from werkzeug.routing import BaseConverter

from service import __version__
from service.errors import MEDIA_TYPE
from service.request_context import REQUEST_ID
from service.schemas.published import AnswersPlugin, AnswerType
from service.schemas.reading_answers import Problem
from service.schemas.strict import published_schema

OPENAPI_VERSION = "3.1.0"
_DESCRIPTION = """\
Which government support measures can a company use, why, what is missing, and where the policy says so, word for word.

- JSON in UTF-8; money in yuan; shares 0 to 1; offsets are Unicode code points into `text` of the served document.
- `Accept-Language: en` switches labels and messages, never quotes.
- Every answer carries `X-Request-Id`; the same question to the same catalogue gets the same bytes.
- Errors are RFC 9457 problem details and name all faults at once.
"""


class MeasureId(BaseConverter):
    """The id of a measure in a path; `preview` is a call of its own, so that each path has its methods only."""

    regex = "(?!preview$)[^/]+"


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest with our errors: our handlers answer them and our form documents them."""

    ERROR_SCHEMA = AnswerType(Problem)

    def _register_error_handlers(self) -> None:
        """Leave the handlers to errors.py, which covers more than HTTPException."""

    def _register_responses(self) -> None:
        """Document errors in the media type they are sent in; with the handler alone it would be application/json."""
        named = {status.name: status.phrase for status in http.HTTPStatus if status >= http.HTTPStatus.BAD_REQUEST}
        for name, phrase in {**named, "DEFAULT_ERROR": "Any other error"}.items():
            response = {"description": phrase, "schema": self.ERROR_SCHEMA}
            prepare_response(response, self.spec, MEDIA_TYPE)
            self.spec.components.response(name, response, lazy=True)

    def _register_etag_headers(self) -> None:
        """Leave out what flask-smorest would document for its own ETags."""

    def _register_pagination_header(self) -> None:
        """Leave out what flask-smorest would document for its own pagination."""


def create_api(app: flask.Flask) -> Api:
    """Attach the specification to the application; it is served by views/docs.py, not by flask-smorest."""
    app.config.update(API_TITLE="Cepei 策配", API_VERSION=__version__, OPENAPI_VERSION=OPENAPI_VERSION)
    app.url_map.converters["measure"] = MeasureId
    license_info = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    info = {"description": _DESCRIPTION, "license": license_info}
    api = Api(app, spec_kwargs={"info": info, "marshmallow_plugin": AnswersPlugin()})
    api.ma_plugin.converter.add_attribute_function(_strict_field_schema)
    return api


def _strict_field_schema(_converter: object, field: object, **_: object) -> dict[str, Any]:
    return published_schema(field)


def openapi_document(api: Api) -> dict[str, Any]:
    """Return the specification as plain data, with what holds for every call put into every call."""
    document: dict[str, Any] = api.spec.to_dict()
    document = {"openapi": document.pop("openapi"), **document, "servers": [{"url": "/"}]}
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for name, response in document["components"]["responses"].items():
        response["headers"] = {**_HEADERS, **_HEADERS_OF.get(name, {})}
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method != "parameters":
                _complete_operation(operation)
    return document


_HEADERS = {REQUEST_ID: {"description": "The id of this request, as logged.", "schema": {"type": "string"}}}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "In how many seconds it may go through.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
_HEADERS_OF = {"TOO_MANY_REQUESTS": _RETRY_AFTER, "SERVICE_UNAVAILABLE": _RETRY_AFTER}
_LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "required": False,
    "description": "`en` for English labels and messages; Chinese otherwise.",
    "schema": {"type": "string"},
    "example": "en",
}


def _complete_operation(operation: dict[str, Any]) -> None:
    operation.setdefault("parameters", []).append(_LANGUAGE)
    operation["responses"] = {
        str(status): operation["responses"][status] for status in sorted(operation["responses"], key=str)
    }
    for response in operation["responses"].values():
        if "$ref" not in response:
            response["headers"] = {**_HEADERS, **response.get("headers", {})}


def openapi_yaml(document: dict[str, Any]) -> str:
    """Return openapi.yaml of the specification: stable order, Chinese readable."""
    head = "# Generated from the code by `python -m service.openapi openapi.yaml`; a test fails when it drifts.\n"
    plain = orjson.loads(orjson.dumps(document))  # no enumerations, nothing shared that YAML would alias
    return head + yaml.dump(plain, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)
