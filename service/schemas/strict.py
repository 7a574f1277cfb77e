"""What all strict fields share: complaints as marshmallow errors, and the JSON schema each field publishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from marshmallow import ValidationError, fields

from service.problems import Complaint

JsonSchema: TypeAlias = dict[str, Any]
Loaded = TypeVar("Loaded")

LIST_ITEMS = 200


def refusal(code: str, **params: object) -> ValidationError:
    """Return marshmallow's error for one complaint, to be raised."""
    return ValidationError([Complaint(code=code, params=params)])


def load_each(values: Sequence[object], load: Callable[[object], Loaded]) -> list[Loaded]:
    """Load every item; raise one marshmallow error with the complaints of all bad items by position."""
    loaded: list[Loaded] = []
    faults: dict[int, Any] = {}
    for position, value in enumerate(values):
        try:
            loaded.append(load(value))
        except ValidationError as error:
            faults[position] = error.messages
    if faults:
        raise ValidationError(faults)
    return loaded


def expect_list(value: object, *, fewest: int = 0, code: str = "not_list") -> list[object]:
    """Return a list that is neither too short nor too long."""
    if not isinstance(value, list):
        raise refusal(code)
    if len(value) < fewest:
        raise refusal("too_few", limit=fewest)
    if len(value) > LIST_ITEMS:
        raise refusal("too_many", limit=LIST_ITEMS, count=len(value))
    return value


class StrictField(fields.Field[Any]):
    """A field whose own messages are codes; null counts as "not said" where `allow_none` is given."""

    default_error_messages = {"required": "required", "null": "null"}  # noqa: RUF012 - the name and shape marshmallow reads

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema that openapi.yaml publishes for this field."""
        raise NotImplementedError


def published_schema(field: object) -> JsonSchema:
    """Return the JSON schema of a strict field, null included where it is allowed; nothing for other fields."""
    if not isinstance(field, StrictField):
        return {}
    schema = field.json_schema()
    if not field.allow_none:
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}
