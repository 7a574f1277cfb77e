"""marshmallow's errors into complaints with JSON pointers, and the schema that refuses unknown fields by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import marshmallow
from marshmallow import ValidationError

from service.json_reading import printable
from service.problems import Complaint, pointer_to

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
            messages[_OF_SCHEMA] = [
                *messages.get(_OF_SCHEMA, ()),
                Complaint(code="unknown_fields", params={"count": rest}),
            ]

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
        yield _placed(message, pointer_to(*path))


def _placed(message: str | Complaint, pointer: str) -> Complaint:
    """Put a complaint, or the bare code that marshmallow's own checks give, at its place."""
    if isinstance(message, Complaint):
        return replace(message, pointer=pointer)
    return Complaint(code=message if message in _BARE else "not_an_object", pointer=pointer)
