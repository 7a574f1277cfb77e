"""Values into answers: the same bytes for the same content, never cached where a company is concerned."""

from __future__ import annotations

import flask
import msgspec

JSON = "application/json"


def json_bytes(content: object) -> bytes:
    """Serialise an answer, its fields in the order of its type; plain data in the order it was put."""
    return msgspec.json.encode(content)


def private_answer(body: bytes) -> flask.Response:
    """Answer with a JSON body about one company: no cache may keep it."""
    answer = flask.Response(body, content_type=JSON)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def public_answer(content: object) -> flask.Response:
    """Answer with data that everyone gets alike: cacheable, with a validator for conditional requests."""
    answer = flask.Response(json_bytes(content), content_type=JSON)
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.add_etag()
    answer.make_conditional(flask.request)
    return answer
