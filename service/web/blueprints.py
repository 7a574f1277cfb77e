"""How a view takes input and documents its answer: flask-smorest, read strictly, every error as problem+json."""

from __future__ import annotations

import http
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, NoReturn, TypeVar

import flask
import flask_smorest  # type: ignore[import-untyped]
import marshmallow
import orjson
import yaml
from flask_smorest.utils import prepare_response  # type: ignore[import-untyped]
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import BaseConverter

from seeds.docstrings import docstring_of
from seeds.vocabulary import printable
from service import __version__
from service.complaints import Complaint, RequestError, complaints_of, pointer_to, read_json, unknown_field
from service.intake.questions import complaints_beside
from service.intake.strict_fields import published_schema
from service.shapes.examples import add_examples
from service.shapes.published import AnswersPlugin, AnswerType, Problem
from service.web.errors import MEDIA_TYPE
from service.web.requests import OCTETS, REQUEST_ID
from service.web.serving import serving

View = TypeVar("View", bound=Callable[..., flask.Response])

JSON = "application/json"


class StrictParser(FlaskParser):
    """Reads JSON bodies and query strings without forgiveness."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"json": None, "query": None}  # noqa: RUF012 - the schemas decide

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:  # noqa: ANN401, ARG002 - webargs' signature
        """Return the body as plain data; refuse what is not JSON in UTF-8."""
        return read_body(req)

    def load_querystring(self, req: flask.Request, schema: marshmallow.Schema) -> Any:  # noqa: ANN401 - webargs' signature
        """Return the query parameters; refuse unknown and repeated ones by name."""
        if complaints := list(_parameter_faults(req.args, schema.fields)):
            raise RequestError("invalid_request", complaints)
        return req.args.to_dict()

    def handle_error(self, error: marshmallow.ValidationError, *_: object, **__: object) -> NoReturn:
        """Raise what marshmallow found as complaints with their places."""
        (faults,) = error.messages_dict.values()  # webargs puts them below the location they came from
        complaints = [*complaints_of(faults), *complaints_beside(error.valid_data, serving().declared_facts)]
        raise RequestError("invalid_request", complaints) from error


def read_body(request: flask.Request) -> Any:  # noqa: ANN401 - JSON holds any plain data
    """Return the body as plain data; refuse what is not JSON in UTF-8 and what is too large."""
    expect_content_type(request, JSON)
    body = request.get_data()
    if len(body) > serving().settings.body_bytes:  # one that came in chunks Werkzeug only cuts off
        raise RequestEntityTooLarge
    return read_json(body)


def expect_content_type(request: flask.Request, expected: str) -> None:
    """Refuse a body of another type, of another character set or compressed."""
    complaint = None
    charset = request.mimetype_params.get("charset", "utf-8")
    encoding = request.headers.get("Content-Encoding", "identity")
    if request.mimetype != expected:
        complaint = Complaint(code="wrong_content_type", params={"expected": expected})
    elif charset.lower() not in {"utf-8", "utf8"}:
        complaint = Complaint(code="wrong_charset", params={"charset": printable(charset)})
    elif encoding.lower() != "identity":
        complaint = Complaint(code="encoded_body", params={"encoding": printable(encoding)})
    if complaint:
        raise RequestError("unsupported_media_type", [complaint])


def _parameter_faults(given: MultiDict[str, str], known: Mapping[str, object]) -> Iterable[Complaint]:
    for name in given:
        shown = printable(name)
        if name not in known:
            complaint = unknown_field(name, known, code="unknown_parameter")
            yield replace(complaint, pointer=pointer_to(shown))
        elif len(given.getlist(name)) > 1:
            yield Complaint(code="repeated_parameter", pointer=pointer_to(shown), params={"name": shown})


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A flask-smorest blueprint whose decorators keep the type of the view."""

    ARGUMENTS_PARSER = StrictParser()

    def at(
        self, path: str, *, method: str = "GET", parameters: list[dict[str, Any]] | None = None
    ) -> Callable[[View], View]:
        """Put the view at a path; `parameters` document what of the path the rule cannot say."""
        routed = self.route(path, methods=[method], parameters=parameters)

        def decorate(view: View) -> View:
            view.__doc__ = docstring_of(view)  # flask-smorest publishes it
            return routed(view)  # type: ignore[no-any-return]

        return decorate

    def takes(self, schema: type[marshmallow.Schema], *, location: str = "json") -> Callable[[View], View]:
        """Give the view what `schema` loads from the body or the query, as its first argument."""
        return self.arguments(schema, location=location)  # type: ignore[no-any-return]

    def answers(
        self,
        answer: type | dict[str, Any] | None,
        *errors: int,
        description: str,
        media_type: str = JSON,
        status: int = 200,
    ) -> Callable[[View], View]:
        """Document a good answer, its type or plain JSON schema, and the errors this view can give."""
        schema = AnswerType(answer) if isinstance(answer, type) else answer

        def decorate(view: View) -> View:
            for error in errors:
                view = self.alt_response(error, http.HTTPStatus(error).name)(view)
            documented = self.response(status, schema, content_type=media_type, description=description)
            return documented(view)  # type: ignore[no-any-return]

        return decorate

    def only_for(self, who: Callable[[], object], **members: Any) -> Callable[[View], View]:  # noqa: ANN401 - as below
        """Let `who` refuse the caller's key before anything of the request is read; it stands above `takes`."""

        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> flask.Response:  # noqa: ANN401 - what the view takes
                who()
                return view(*args, **kwargs)

            return self.doc(security=[{"key": []}], **members)(guarded)  # type: ignore[no-any-return]

        return decorate


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
    """Attach the specification to the application; service/pages/documentation.py serves it, not flask-smorest."""
    app.config.update(API_TITLE="Cepei 策配", API_VERSION=__version__, OPENAPI_VERSION=OPENAPI_VERSION)
    app.url_map.converters["measure"] = MeasureId
    license_info = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    info = {"description": _DESCRIPTION, "license": license_info}
    api = Api(app, spec_kwargs={"info": info, "marshmallow_plugin": AnswersPlugin()})
    api.ma_plugin.converter.add_attribute_function(lambda _converter, field, **_: published_schema(field))
    return api


def openapi_document(api: Api) -> dict[str, Any]:
    """Return the specification as plain data, with what holds for every call put into every call."""
    document: dict[str, Any] = api.spec.to_dict()
    document = {"openapi": document.pop("openapi"), **document, "servers": [{"url": "/"}]}
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    add_examples(document)
    for name, response in document["components"]["responses"].items():
        response["headers"] = {**_HEADERS, **_HEADERS_OF.get(name, {})}
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            operation.setdefault("parameters", []).append(_LANGUAGE)
            operation["responses"] = {
                str(status): operation["responses"][status] for status in sorted(operation["responses"], key=str)
            }
            for response in operation["responses"].values():
                if "$ref" not in response:
                    response["headers"] = {**_HEADERS, **response.get("headers", {})}
                if _AS_OCTETS.issuperset(response.get("content", ("",))):
                    response["content"][OCTETS] = {"schema": {"type": "string", "format": "binary"}}
    return document


_HEADERS = {REQUEST_ID: {"description": "The id of this request, as logged.", "schema": {"type": "string"}}}
_AS_OCTETS = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/yaml",
        "application/atom+xml",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/zip",
    }
)
"""Files that may be had as plain octets too (`as_asked`): many programs know no other media type for bytes."""
_SECONDS = {"description": "In how many seconds it may go through.", "schema": {"type": "integer", "minimum": 1}}
_RETRY_AFTER = {"Retry-After": _SECONDS}
_HEADERS_OF = {"TOO_MANY_REQUESTS": _RETRY_AFTER, "SERVICE_UNAVAILABLE": _RETRY_AFTER}
_LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "required": False,
    "description": "`en` for English labels and messages; Chinese otherwise.",
    "schema": {"type": "string"},
    "example": "en",
}


def openapi_yaml(document: dict[str, Any]) -> str:
    """Return openapi.yaml of the specification: stable order, Chinese readable."""
    head = "# Generated from the code by `python -m service.openapi openapi.yaml`; a test fails when it drifts.\n"
    plain = orjson.loads(orjson.dumps(document))  # no enumerations, nothing shared that YAML would alias
    return head + yaml.dump(plain, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)
