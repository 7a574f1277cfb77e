"""Strict fields for figures: whole numbers, money, flags, dates, and declared facts of any kind."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from marshmallow import ValidationError

from rules.amounts import AmountError, parse_money
from service.json_reading import printable
from service.schemas.strict import LIST_ITEMS, JsonSchema, StrictField, expect_list, load_each, refusal
from service.schemas.texts import TEXT_CHARACTERS, clean_text, whole_number

LARGEST_MONEY = 1_000_000_000_000_000
LARGEST_COUNT = 100_000_000
MOST_FACTS = 100

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGITS = re.compile(r"[0-9]{1,18}")
_SCALARS: list[JsonSchema] = [
    {"type": "boolean"},
    {"type": "number"},
    {"type": "string", "maxLength": TEXT_CHARACTERS},
]


class Whole(StrictField):
    """A whole number; query strings write it in digits."""

    def __init__(self, *, lowest: int, highest: int, from_query: bool = False, **options: Any) -> None:  # noqa: ANN401 - marshmallow's
        """Keep the range."""
        super().__init__(**options)
        self.lowest, self.highest, self.from_query = lowest, highest, from_query

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        if self.from_query and isinstance(value, str) and _DIGITS.fullmatch(value):
            value = int(value)
        number = whole_number(value)
        if number is None:
            raise refusal("not_whole")
        if not self.lowest <= number <= self.highest:
            raise refusal("out_of_range", lowest=self.lowest, highest=self.highest)
        return number


class Money(StrictField):
    """An amount of money in yuan: a number, or a text with its unit (「2亿元」)."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema; the reader understands more ways of writing than the pattern promises."""
        pattern = r"^[0-9]{1,6}(\.[0-9]{1,2})?(元|万元|百万元|千万元|亿元)$"
        return {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": LARGEST_MONEY},
                {"type": "string", "pattern": pattern},
            ]
        }

    def _deserialize(self, value: object, *_: object, **__: object) -> float:
        amount = _parse_amount(value) if isinstance(value, str) else value
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise refusal("not_money")
        if not 0 <= amount <= LARGEST_MONEY:
            raise refusal("out_of_range", lowest=0, highest=LARGEST_MONEY)
        return float(amount)


def _parse_amount(text: str) -> float:
    if len(text) > TEXT_CHARACTERS:
        raise refusal("not_money")
    try:
        return parse_money(text)
    except AmountError as error:
        raise refusal("not_money") from error


class Flag(StrictField):
    """true or false; a number is neither."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return {"type": "boolean"}

    def _deserialize(self, value: object, *_: object, **__: object) -> bool:
        if not isinstance(value, bool):
            raise refusal("not_flag")
        return value


class Day(StrictField):
    """A date that exists, written 2015-03-01."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return {"type": "string", "format": "date"}

    def _deserialize(self, value: object, *_: object, **__: object) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise refusal("not_date")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise refusal("not_date") from error


class Facts(StrictField):
    """Published facts by id; what each value must be, the catalogue knows."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        several = {"type": "array", "maxItems": LIST_ITEMS, "items": {"anyOf": _SCALARS}}
        values = {"anyOf": [*_SCALARS, several]}
        return {"type": "object", "maxProperties": MOST_FACTS, "additionalProperties": values}

    def _deserialize(self, value: object, *_: object, **__: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise refusal("not_an_object")
        if len(value) > MOST_FACTS:
            raise refusal("too_many", limit=MOST_FACTS, count=len(value))
        loaded: dict[str, object] = {}
        faults: dict[str, Any] = {}
        for name, item in value.items():
            try:
                loaded[name] = load_each(expect_list(item), _scalar) if isinstance(item, list) else _scalar(item)
            except ValidationError as error:
                faults[printable(name)] = error.messages
        if faults:
            raise ValidationError(faults)
        return loaded


def _scalar(value: object) -> object:
    if isinstance(value, str):
        return clean_text(value)
    if not isinstance(value, bool | int | float):
        raise refusal("not_scalar")
    return value
