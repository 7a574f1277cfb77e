"""Plain dicts into answers: the same bytes for the same content, never cached where a company is concerned."""

from __future__ import annotations

from typing import Any

import flask
import orjson

JSON = "application/json"


def json_bytes(content: Any) -> bytes:  # noqa: ANN401 - JSON holds any plain data
    """Serialise plain data, keys in the order they were put."""
    return orjson.dumps(content)


def private_answer(body: bytes) -> flask.Response:
    """Answer with a JSON body about one company: no cache may keep it."""
    answer = flask.Response(body, content_type=JSON)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def public_answer(content: Any) -> flask.Response:  # noqa: ANN401 - JSON holds any plain data
    """Answer with data that everyone gets alike: cacheable, with a validator for conditional requests."""
    answer = flask.Response(json_bytes(content), content_type=JSON)
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.add_etag()
    answer.make_conditional(flask.request)
    return answer
