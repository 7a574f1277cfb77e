"""How a view takes input and documents its answer: flask-smorest's decorators, read strictly and typed.

Faults leave here as RequestError; errors.py answers them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, NoReturn, TypeVar

import flask
import flask_smorest  # type: ignore[import-untyped]
import marshmallow
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from service.declared import complaints_beside
from service.json_reading import printable, read_json
from service.problems import Complaint, RequestError, pointer_to
from service.schemas.complaints import complaints_of, unknown_field
from service.schemas.published import AnswerType
from service.serving import serving

View = TypeVar("View", bound=Callable[..., flask.Response])

JSON = "application/json"


class StrictParser(FlaskParser):
    """Reads JSON bodies and query strings without forgiveness."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"json": None, "query": None}  # noqa: RUF012 - the schemas decide

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:  # noqa: ANN401, ARG002 - webargs' signature
        """Return the body as plain data; refuse what is not JSON in UTF-8."""
        expect_content_type(req, JSON)
        return read_json(whole_body(req))

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


def whole_body(request: flask.Request) -> bytes:
    """Return the body; refuse one that is too large, also when it came in chunks, which Werkzeug only cuts off."""
    body = request.get_data()
    if len(body) > serving().settings.body_bytes:
        raise RequestEntityTooLarge
    return body


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
        return self.route(path, methods=[method], parameters=parameters)  # type: ignore[no-any-return]

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
                view = self.alt_response(error, _STATUS_NAMES[error])(view)
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


_STATUS_NAMES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    413: "REQUEST_ENTITY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE_ENTITY",
    429: "TOO_MANY_REQUESTS",
    503: "SERVICE_UNAVAILABLE",
}
