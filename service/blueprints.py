"""How a view takes input and documents its answer: flask-smorest's decorators, read strictly and typed.

Faults leave here as RequestProblem; errors.py answers them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NoReturn, ParamSpec

import flask
import flask_smorest
import marshmallow
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from service.json_reading import printable, read_json
from service.problems import Complaint, RequestProblem, pointer_to
from service.schemas.complaints import complaints_of, unknown_field

Parameters = ParamSpec("Parameters")
View = Callable[Parameters, flask.Response]
Decorator = Callable[[View[Parameters]], View[Parameters]]

JSON = "application/json"


class StrictParser(FlaskParser):
    """Reads JSON bodies and query strings without forgiveness."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"json": None, "query": None}  # noqa: RUF012 - the schemas decide

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:  # noqa: ANN401, ARG002 - webargs' signature
        """Return the body as plain data; refuse what is not JSON in UTF-8."""
        expect_content_type(req, JSON)
        return read_json(req.get_data(cache=True))

    def load_querystring(self, req: flask.Request, schema: marshmallow.Schema) -> Any:  # noqa: ANN401 - webargs' signature
        """Return the query parameters; refuse unknown and repeated ones by name."""
        if complaints := list(_parameter_faults(req.args, schema.fields)):
            raise RequestProblem("invalid_request", complaints)
        return req.args.to_dict()

    def handle_error(  # noqa: D102 - webargs' name and signature
        self,
        error: marshmallow.ValidationError,
        req: flask.Request,
        schema: marshmallow.Schema,
        **_: Any,  # noqa: ANN401, ARG002
    ) -> NoReturn:
        raise RequestProblem("invalid_request", complaints_of(error)) from error


def expect_content_type(request: flask.Request, expected: str) -> None:
    """Refuse a body of another type, of another character set or compressed."""
    complaint = None
    charset, encoding = (
        request.mimetype_params.get("charset", "utf-8"),
        request.headers.get("Content-Encoding", "identity"),
    )
    if request.mimetype != expected:
        complaint = Complaint(code="wrong_content_type", params={"expected": expected})
    elif charset.lower() not in {"utf-8", "utf8"}:
        complaint = Complaint(code="wrong_charset", params={"charset": printable(charset)})
    elif encoding.lower() != "identity":
        complaint = Complaint(code="encoded_body", params={"encoding": printable(encoding)})
    if complaint:
        raise RequestProblem("unsupported_media_type", [complaint])


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

    def takes(self, schema: type[marshmallow.Schema], *, location: str = "json", **docs: Any) -> Decorator[Parameters]:  # noqa: ANN401
        """Give the view what `schema` loads from the body or the query, as its first argument."""
        return self.arguments(schema, location=location, **docs)  # type: ignore[no-any-return]

    def answers(self, schema: type[marshmallow.Schema], *errors: int, description: str = "") -> Decorator[Parameters]:
        """Document a good answer and the errors this view can give."""

        def decorate(view: View[Parameters]) -> View[Parameters]:
            for status in errors:
                view = self.alt_response(status, _STATUS_NAMES[status])(view)
            return self.response(200, schema, description=description or "OK")(view)  # type: ignore[no-any-return]

        return decorate


_STATUS_NAMES = {
    400: "BAD_REQUEST",
    404: "NOT_FOUND",
    413: "REQUEST_ENTITY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE_ENTITY",
    429: "TOO_MANY_REQUESTS",
    503: "SERVICE_UNAVAILABLE",
}
