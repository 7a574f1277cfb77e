"""What can be wrong with a request, as data: codes with places and parameters, from JSON bytes and from schemas.

It knows no status of HTTP (service/web/errors.py) and no words (seeds/messages).
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import marshmallow
from marshmallow import ValidationError

from seeds.faults import worded
from seeds.vocabulary import printable

MOST_COMPLAINTS = 100
"""A body with a million mistakes gets the first hundred; `detail` says how many there were."""

_OF_FACTS = (
    "fact_unknown", "fact_no_entry", "fact_no_entry_but_near", "fact_no_flag", "fact_no_condition", "fact_no_number",
    "fact_no_number_of_unit", "fact_no_money", "fact_no_share", "fact_no_rate", "fact_no_date",
)  # fmt: skip
PUBLISHED: Mapping[str, str] = {
    **dict.fromkeys(_OF_FACTS, "bad_fact"),
    "field_of_profile": "unknown_field",
    "no_heading_but_near": "no_heading",
    "cell_not_flag": "not_flag",
    "cell_credit_code_number": "credit_code_number",
    "too_many_records": "records_exceeded",
    "more_than_a_day": "records_exceeded",
}
"""A code that is finer than what the API publishes -> the published one."""


def published(code: str) -> str:
    """Return the code that the API publishes for one of seeds/messages."""
    return PUBLISHED.get(code, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One fault: `code` names its words (seeds/messages), `params` fill them, `pointer` is RFC 6901.

    `under` is the code it is published with where that depends on the call. A page that has words of its own gives
    `message` and `hint`.
    """

    code: str
    pointer: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    under: str = ""
    message: str = ""
    hint: str = ""

    @property
    def published(self) -> str:
        """The code that the API answers with."""
        return self.under or published(self.code)

    def worded(self, language: str) -> tuple[str, str]:
        """Return the message and the hint."""
        if self.message:
            return self.message, self.hint
        message, hint = worded(self.code, self.params, language)
        return message, self.hint or hint


class RequestError(Exception):
    """A request that cannot be answered: the kind of problem (service/web/errors.py) and every complaint found."""

    def __init__(self, kind: str, complaints: Iterable[Complaint] = (), *, retry_after: int | None = None) -> None:
        """Keep the kind, the complaints in the order found, and in how many seconds to try again."""
        self.kind = kind
        self.retry_after = retry_after
        self.complaints = tuple(complaints)
        super().__init__(kind)


def pointer_to(*steps: str | int) -> str:
    """Return the JSON pointer made of `steps`, each escaped as RFC 6901 says."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


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
    with json_faults():
        data = DECODER.decode(body.decode("utf-8-sig"))
    if complaints := list(oddities(data, ())):
        raise RequestError("bad_request", complaints)
    return data


@contextmanager
def json_faults() -> Iterator[None]:
    """Raise what JSON cannot be read for as RequestError."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise RequestError("bad_request", [Complaint(code="not_utf8", params={"offset": error.start})]) from error
    except json.JSONDecodeError as error:
        complaint = Complaint(code="broken_json", params={"line": error.lineno, "column": error.colno})
        raise RequestError("bad_request", [complaint]) from error
    except RecursionError as error:
        raise RequestError("bad_request", [_too_deep()]) from error


def _refuse_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return
    depth = 0
    for token in _STRUCTURE.finditer(body):
        character = body[token.start()]
        depth += (character in b"[{") - (character in b"]}")
        if depth > DEEPEST:
            raise RequestError("bad_request", [_too_deep()])


def _too_deep() -> Complaint:
    return Complaint(code="too_deep", params={"limit": DEEPEST})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    result = _Doubled(plain)
    result.doubled = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return result


def _fraction(text: str) -> float | _Oddity:
    value = float(text)
    return value if abs(value) != float("inf") else _Oddity("not_finite", text[:LONGEST_NUMBER])


DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=lambda text: _Oddity("not_finite", text),
    parse_int=lambda text: int(text) if len(text) <= LONGEST_NUMBER else _Oddity("number_too_long", text),
    parse_float=_fraction,
)
"""Leaves in what it gives whatever `oddities` complains about."""


def oddities(data: object, path: tuple[str | int, ...]) -> Iterator[Complaint]:
    """Yield a complaint for every token, key or text of `data` that JSON cannot carry; raise RequestError for depth."""
    if isinstance(data, _Oddity):
        yield Complaint(code=data.code, pointer=pointer_to(*path), params={"text": data.text})
    elif isinstance(data, str):
        if _SURROGATE.search(data):
            yield Complaint(code="lone_surrogate", pointer=pointer_to(*path))
    elif isinstance(data, list | dict) and len(path) >= DEEPEST:
        raise RequestError("bad_request", [_too_deep()])
    elif isinstance(data, list):
        for position, item in enumerate(data):
            yield from oddities(item, (*path, position))
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
            yield from oddities(item, (*path, name))


MOST_UNKNOWN_FIELDS = 20
"""Unknown fields that are named one by one, with the nearest known one; more are counted."""

_OF_SCHEMA = "_schema"
_UNKNOWN = "unknown_field"
_BARE = frozenset({"required", "null"})
"""Codes that fields give as their own messages; whatever else marshmallow finds is not of the right shape."""


class StrictSchema(marshmallow.Schema):
    """A schema whose errors are codes of seeds/messages and which names every field it does not know."""

    class Meta:
        """Unknown fields are refused, all together and with the nearest known name."""

        unknown = marshmallow.RAISE

    error_messages = {"type": "not_an_object", "unknown": _UNKNOWN}  # noqa: RUF012 - the name and shape marshmallow reads

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> None:  # noqa: ANN401 - marshmallow's signature
        """Give each unknown field its complaint; past the first MOST_UNKNOWN_FIELDS they are only counted.

        They come in the order of the document: marshmallow collects them in a set, whose order is another each start.
        """
        messages: Any = error.messages
        unknown = [name for name in data if messages.get(name) == [_UNKNOWN]] if isinstance(data, Mapping) else []
        for name in unknown:
            del messages[name]
        messages.update({printable(name): [self.complain_of(name)] for name in unknown[:MOST_UNKNOWN_FIELDS]})
        if (rest := len(unknown) - MOST_UNKNOWN_FIELDS) > 0:
            messages.setdefault(_OF_SCHEMA, []).append(Complaint(code="unknown_fields", params={"count": rest}))

    def complain_of(self, name: str) -> Complaint:
        """Return the complaint about a field that this schema does not know."""
        return unknown_field(name, self.fields)


def unknown_field(name: str, known: Iterable[str], code: str = "unknown_field", pointer: str = "") -> Complaint:
    """Return the complaint that `name` does not exist, with the nearest name that does."""
    shown = printable(name)
    close = difflib.get_close_matches(shown, list(known), n=1)
    return Complaint(code=code, pointer=pointer, params={"name": shown, "nearest": close[0] if close else None})


def complaints_of(messages: Any) -> list[Complaint]:  # noqa: ANN401 - marshmallow's nesting
    """Return every complaint inside the messages of a marshmallow error, each with the pointer to its place."""
    return list(_walk(messages, ()))


def _walk(messages: Any, path: tuple[str | int, ...]) -> Iterable[Complaint]:  # noqa: ANN401 - marshmallow's nesting
    if isinstance(messages, Mapping):
        for step, below in messages.items():
            yield from _walk(below, path if step == _OF_SCHEMA else (*path, step))
        return
    for message in messages:
        if isinstance(message, Complaint):
            yield replace(message, pointer=pointer_to(*path))
        else:  # the bare code that marshmallow's own checks give
            yield Complaint(code=message if message in _BARE else "not_an_object", pointer=pointer_to(*path))
