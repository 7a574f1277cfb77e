"""marshmallow's errors into complaints with JSON pointers, and the schema that refuses unknown fields by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

import marshmallow
from marshmallow import ValidationError

from service.json_reading import printable
from service.messages import WORDINGS, nearest_params
from service.problems import Complaint, pointer_to

MOST_UNKNOWN_FIELDS = 20
"""Unknown fields that are named one by one, with the nearest known one; more are counted."""

_OF_SCHEMA = "_schema"


class StrictSchema(marshmallow.Schema):
    """A schema whose errors are codes of messages.py and which names every field it does not know."""

    class Meta:
        """Unknown fields are refused below, all together and with the nearest known name."""

        unknown = marshmallow.EXCLUDE

    error_messages = {"type": "not_an_object"}  # noqa: RUF012 - the name and shape marshmallow reads

    @marshmallow.validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_unknown_fields(self, _data: Any, original: Any, **_: Any) -> None:  # noqa: ANN401 - marshmallow's signature
        """Raise ValidationError with a complaint for each field this schema does not have."""
        if not isinstance(original, Mapping):
            return
        unknown = [name for name in original if name not in self.fields]
        if unknown:
            named = {printable(name): [unknown_field(name, self.fields)] for name in unknown[:MOST_UNKNOWN_FIELDS]}
            rest = len(unknown) - MOST_UNKNOWN_FIELDS
            extra = {_OF_SCHEMA: [Complaint(code="unknown_fields", params={"count": rest})]} if rest > 0 else {}
            raise ValidationError({**named, **extra})


def unknown_field(name: str, known: Iterable[str], code: str = "unknown_field") -> Complaint:
    """Return the complaint that `name` does not exist, with the nearest name that does."""
    shown = printable(name)
    close = difflib.get_close_matches(shown, list(known), n=1)
    return Complaint(code=code, params={"name": shown, **nearest_params(close[0] if close else None)})


def complaints_of(error: ValidationError) -> list[Complaint]:
    """Return every complaint inside a marshmallow error, each with the pointer to its place."""
    return list(_walk(error.messages, ()))


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
        return Complaint(code=message.code, pointer=pointer, params=message.params)
    return Complaint(code=message if message in WORDINGS else "not_an_object", pointer=pointer)
