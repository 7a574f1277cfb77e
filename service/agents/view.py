"""POST /mcp: the tools over HTTP, without sessions and streams; what the API refuses, the tools refuse."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask

from service.agents import protocol
from service.agents.protocol import ProtocolError, Reply
from service.agents.tools import Json, Tool, call_tool
from service.complaints import RequestError
from service.web.blueprints import read_body
from service.web.requests import REQUEST_ID, json_bytes, private_answer, request_id

blueprint = flask.Blueprint("mcp", __name__)


@blueprint.post("/mcp")
def answer() -> flask.Response:
    """Answer one message of the Model Context Protocol."""
    request = flask.request
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:  # a page of another site in somebody's browser
        raise RequestError("forbidden")
    try:
        message = read_body(request)
    except RequestError as error:
        if error.kind != "bad_request":
            raise
        says = "; ".join(" ".join(one.worded("en")) for one in error.complaints)
        return _sent(protocol.failed(None, ProtocolError(protocol.PARSE_ERROR, says), is_modern=True))
    return _sent(protocol.answer(message, _call, dict(request.headers)))


def _call(tool: Tool, arguments: Json) -> Json:
    headers = {**dict(flask.request.headers), REQUEST_ID: request_id()}
    return call_tool(tool, arguments, headers, flask.request.remote_addr)


def _sent(reply: Reply) -> flask.Response:
    if reply.message is None:
        return flask.Response(status=202)
    answered = private_answer(json_bytes(reply.message))
    if reply.code and reply.is_modern:
        answered.status_code = protocol.STATUS.get(reply.code, 400)
    return answered
