"""Bytes of a request into plain JSON data, strictly: one fault or many, each with its place.

It knows JSON only; what the fields mean is the schemas' business.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from service.problems import Complaint, RequestError, pointer_to

DEEPEST = 32
"""No honest profile nests deeper than 4; a parser that recurses must not be led down 5,000 levels."""

LONGEST_NUMBER = 40

_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Oddity:
    """Stands in the parsed data for a token that is no JSON value; remembers which."""

    def __init__(self, code: str, text: str) -> None:
        self.code, self.text = code, text


class _Doubled(dict[str, Any]):
    """An object in which some keys stood twice."""

    doubled: tuple[str, ...] = ()


def read_json(body: bytes) -> Any:  # noqa: ANN401 - JSON holds any plain data
    """Parse a JSON body; raise RequestError naming the byte, the line or the pointers of what is wrong."""
    if not body.strip():
        raise RequestError("bad_request", [Complaint(code="empty_body")])
    _refuse_depth(body)
    data = _parse(_decode(body))
    if complaints := list(_oddities(data, ())):
        raise RequestError("bad_request", complaints)
    return data


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        complaint = Complaint(code="not_utf8", params={"offset": error.start})
        raise RequestError("bad_request", [complaint]) from error


def _refuse_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return
    depth = 0
    for token in _STRUCTURE.finditer(body):
        character = body[token.start()]
        depth += (character in b"[{") - (character in b"]}")
        if depth > DEEPEST:
            raise RequestError("bad_request", [Complaint(code="too_deep", params={"limit": DEEPEST})])


def _parse(text: str) -> Any:  # noqa: ANN401 - JSON holds any plain data
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_fraction
        )
    except json.JSONDecodeError as error:
        complaint = Complaint(code="broken_json", params={"line": error.lineno, "column": error.colno})
        raise RequestError("bad_request", [complaint]) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    result = _Doubled(plain)
    result.doubled = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return result


def _constant(text: str) -> _Oddity:
    return _Oddity("not_finite", text)


def _whole(text: str) -> int | _Oddity:
    return int(text) if len(text) <= LONGEST_NUMBER else _Oddity("number_too_long", text)


def _fraction(text: str) -> float | _Oddity:
    value = float(text)
    return value if abs(value) != float("inf") else _Oddity("not_finite", text[:LONGEST_NUMBER])


def _oddities(data: object, path: tuple[str | int, ...]) -> Iterator[Complaint]:
    """Yield a complaint for every token, key or text of `data` that JSON cannot carry."""
    if isinstance(data, _Oddity):
        yield Complaint(code=data.code, pointer=pointer_to(*path), params={"text": data.text})
    elif isinstance(data, str):
        if _SURROGATE.search(data):
            yield Complaint(code="lone_surrogate", pointer=pointer_to(*path))
    elif isinstance(data, list):
        for position, item in enumerate(data):
            yield from _oddities(item, (*path, position))
    elif isinstance(data, dict):
        yield from _object_oddities(data, path)


def _object_oddities(data: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Complaint]:
    for name in getattr(data, "doubled", ()):
        yield Complaint(
            code="doubled_key", pointer=pointer_to(*path, printable(name)), params={"name": printable(name)}
        )
    for name, item in data.items():
        if _SURROGATE.search(name):
            yield Complaint(code="lone_surrogate", pointer=pointer_to(*path, printable(name)))
        else:
            yield from _oddities(item, (*path, name))


def printable(name: str, limit: int = 60) -> str:
    """Return `name` as it can stand in an answer: no lone surrogates or control characters, not endless."""
    short = name if len(name) <= limit else name[:limit] + "…"
    return "".join(c if c.isprintable() and not _SURROGATE.match(c) else "\ufffd" for c in short)
