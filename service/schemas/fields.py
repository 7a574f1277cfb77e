"""The kinds of values a request may hold, each with its own strict reading and its JSON schema.

Every fault is a complaint whose words stand in messages.py; limits are published in openapi.yaml.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn

from marshmallow import ValidationError, fields
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as NumberFault

from rules.amounts import AmountError, parse_money
from service.messages import nearest_params
from service.problems import Complaint

TEXT_CHARACTERS = 200
LIST_ITEMS = 200
LARGEST_MONEY = 1e15
LARGEST_COUNT = 100_000_000
SMALLEST_PLACE_CODE, LARGEST_PLACE_CODE = 110_000, 999_999_999_999

_INVISIBLE = frozenset({"Cc", "Cf"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def refuse(code: str, **params: Any) -> NoReturn:  # noqa: ANN401 - whatever the message shows
    """Raise marshmallow's error for one complaint."""
    raise ValidationError([Complaint(code=code, params=params)])  # type: ignore[list-item]


def clean_text(value: str, limit: int) -> str:
    """Return `value` on one line without control and invisible formatting characters; refuse one that is too long."""
    if len(value) > limit:
        refuse("too_long", limit=limit)
    spaced = " ".join(value.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE).strip()


class StrictField(fields.Field[Any]):
    """A field whose own messages are codes; null counts as "not said" where `allow_none` is given."""

    default_error_messages = {"required": "required", "null": "null"}  # noqa: RUF012 - the name and shape marshmallow reads

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema that openapi.yaml publishes for this field."""
        raise NotImplementedError


def published_schema(field: fields.Field[Any]) -> JsonSchema:
    """Return the JSON schema of a strict field, null included where it is allowed; nothing for other fields."""
    if not isinstance(field, StrictField):
        return {}
    schema = field.json_schema()
    if not field.allow_none:
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


class Text(StrictField):
    """A text of at most `limit` characters."""

    def __init__(self, *, limit: int = TEXT_CHARACTERS, shortest: int = 0, **options: Any) -> None:  # noqa: ANN401
        """Publish the limits."""
        self.limit, self.shortest = limit, shortest
        least = {"minLength": shortest} if shortest else {}
        return JSON(type="string", maxLength=limit, **least)

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if not isinstance(value, str):
            refuse("not_text")
        if len(value) < self.shortest:
            refuse("too_short", limit=self.shortest)
        return clean_text(value, self.limit)


class Texts(StrictField):
    """One text or a list of texts, loaded as a tuple without the empty ones."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        text = {"type": "string", "maxLength": TEXT_CHARACTERS}
        forms = [text, {"type": "array", "maxItems": LIST_ITEMS, "items": text}]
        return JSON(anyOf=forms)

    def _deserialize(self, value: object, *_: object, **__: object) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            refuse("not_text_or_list")
        if len(value) > LIST_ITEMS:
            refuse("too_many", limit=LIST_ITEMS, count=len(value))
        return tuple(dict.fromkeys(text for text in each(value, _item_text) if text))


def _item_text(item: Any) -> str:  # noqa: ANN401
    return clean_text(item, TEXT_CHARACTERS) if isinstance(item, str) else refuse("not_text")


def each(values: list[Any], load: Callable[[Any], str]) -> list[str]:
    """Load every item; raise one marshmallow error with the complaints of all bad items by position."""
    loaded: list[str] = []
    faults: dict[int, Any] = {}
    for position, value in enumerate(values):
        try:
            loaded.append(load(value))
        except ValidationError as error:
            faults[position] = error.messages
    if faults:
        raise ValidationError(faults)
    return loaded


class Place(StrictField):
    """The name of a place in any writing, or its code as text or number."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        code = {"type": "integer", "minimum": SMALLEST_PLACE_CODE, "maximum": LARGEST_PLACE_CODE}
        return JSON(anyOf=[{"type": "string", "maxLength": TEXT_CHARACTERS}, code])

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        number = whole_number(value)
        if number is not None and SMALLEST_PLACE_CODE <= number <= LARGEST_PLACE_CODE:
            return str(number)
        if not isinstance(value, str):
            refuse("not_place")
        return clean_text(value, TEXT_CHARACTERS)


def whole_number(value: object) -> int | None:
    """Return a JSON number that is whole (3 and 3.0 are the same number in JSON), else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return None
    return int(value)


class Whole(StrictField):
    """A whole number; query strings write it in digits."""

    def __init__(self, *, lowest: int, highest: int, from_query: bool = False, **options: Any) -> None:  # noqa: ANN401
        """Publish the range."""
        self.lowest, self.highest, self.from_query = lowest, highest, from_query
        return JSON(type="integer", minimum=lowest, maximum=highest)

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        if self.from_query and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:  # noqa: PLR2004
            value = int(value)
        number = whole_number(value)
        if number is None:
            refuse("not_whole")
        if not self.lowest <= number <= self.highest:
            refuse("out_of_range", lowest=self.lowest, highest=self.highest)
        return number


class Money(StrictField):
    """An amount of money in yuan: a number, or a text with its unit (「2亿元」)."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        pattern = r"^[0-9]{1,6}(\.[0-9]{1,2})?(元|万元|百万元|千万元|亿元)$"
        forms = [{"type": "number", "minimum": 0, "maximum": LARGEST_MONEY}, {"type": "string", "pattern": pattern}]
        return JSON(anyOf=[*forms, {"type": "null"}])

    def _deserialize(self, value: object, *_: object, **__: object) -> float:
        amount = _parse_amount(value) if isinstance(value, str) else value
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            refuse("not_money")
        if not 0 <= amount <= LARGEST_MONEY:
            refuse("out_of_range", lowest=0, highest=f"{LARGEST_MONEY:.0f}")
        return float(amount)


def _parse_amount(text: str) -> float:
    if len(text) > TEXT_CHARACTERS:
        refuse("not_money")
    try:
        return parse_money(text)
    except AmountError:
        refuse("not_money")


class Flag(StrictField):
    """true or false; a number is neither."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return JSON(type="boolean")

    def _deserialize(self, value: object, *_: object, **__: object) -> bool:
        if not isinstance(value, bool):
            refuse("not_flag")
        return value


class Day(StrictField):
    """A date that exists, written 2015-03-01."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return JSON(type="string", format="date")

    def _deserialize(self, value: object, *_: object, **__: object) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            refuse("not_date")
        try:
            return date.fromisoformat(value)
        except ValueError:
            refuse("not_date")


class CreditCode(StrictField):
    """A unified social credit code whose check digit is right, loaded without spaces and in capitals."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return JSON(type="string", format="cn-uscc", maxLength=40)

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            refuse("credit_code_number")
        if not isinstance(value, str):
            refuse("not_text")
        text = clean_text(value, TEXT_CHARACTERS)
        return _checked_credit_code(unicodedata.normalize("NFKC", text)) if text else ""


def _checked_credit_code(text: str) -> str:
    try:
        return uscc.validate(text)
    except InvalidLength:
        refuse("credit_code_length", count=len(uscc.compact(text)))
    except InvalidChecksum:
        refuse("credit_code_checksum")
    except NumberFault:
        refuse("credit_code_format")


class Choice(StrictField):
    """One of a closed list."""

    def __init__(self, allowed: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
        """Publish the list."""
        self.allowed = allowed
        return JSON(type="string", enum=list(allowed))

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        return _one_of(value, self.allowed)


class Choices(StrictField):
    """Some of a closed list, loaded as a set."""

    def __init__(self, allowed: tuple[str, ...], *, fewest: int = 0, **options: Any) -> None:  # noqa: ANN401
        """Publish the list."""
        self.allowed, self.fewest = allowed, fewest
        items = {"type": "string", "enum": list(allowed)}
        return JSON(type="array", items=items, minItems=fewest, maxItems=LIST_ITEMS)

    def _deserialize(self, value: object, *_: object, **__: object) -> frozenset[str]:
        if not isinstance(value, list):
            refuse("not_list")
        if len(value) < self.fewest:
            refuse("too_few", limit=self.fewest)
        if len(value) > LIST_ITEMS:
            refuse("too_many", limit=LIST_ITEMS, count=len(value))
        return frozenset(each(value, lambda item: _one_of(item, self.allowed)))


def _one_of(value: Any, allowed: tuple[str, ...]) -> str:  # noqa: ANN401
    if not isinstance(value, str) or value not in allowed:
        close = [word for word in allowed if isinstance(value, str) and word == value.strip().lower()]
        refuse("not_one_of", allowed=", ".join(allowed), **nearest_params(close[0] if close else None))
    return value


def _documented(options: dict[str, Any], **schema: Any) -> dict[str, Any]:  # noqa: ANN401
    """Put the JSON schema where apispec looks for it, beside the description and examples given; null where allowed."""
    if options.get("allow_none") and "anyOf" in schema and {"type": "null"} not in schema["anyOf"]:
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    return {**options, "metadata": {**schema, **options.pop("metadata", {})}}
