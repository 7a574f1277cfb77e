"""Strict marshmallow fields: words, figures, flags, dates, declared facts, each with the JSON schema it publishes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeAlias, TypeVar

from marshmallow import ValidationError, fields
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as NumberFault

from rules.language.amounts import AmountError, parse_money
from seeds.vocabulary import printable
from seeds.word_lists import scope_mark
from service.complaints import Complaint

JsonSchema: TypeAlias = dict[str, Any]
Loaded = TypeVar("Loaded")

LIST_ITEMS = 200


def refusal(code: str, **params: object) -> ValidationError:
    """Return marshmallow's error for one complaint, to be raised."""
    return ValidationError([Complaint(code=code, params=params)])


def described(text: str, *examples: object) -> dict[str, Any]:
    """Return the `metadata` of a field: what openapi.yaml says of it, with examples where there are any."""
    return {"description": text, "examples": list(examples)} if examples else {"description": text}


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


def load_items(value: object, load: Callable[[object], Loaded], *, most: int) -> dict[str, Loaded]:
    """Load every value of an object; raise one marshmallow error with the complaints of all bad ones by name."""
    if not isinstance(value, dict):
        raise refusal("not_an_object")
    if len(value) > most:
        raise refusal("too_many", limit=most, count=len(value))
    loaded: dict[str, Loaded] = {}
    faults: dict[str, Any] = {}
    for name, item in value.items():
        try:
            loaded[name] = load(item)
        except ValidationError as error:
            faults[printable(name)] = error.messages
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
    """A field whose own messages are codes; null counts as not stated where `allow_none` is given."""

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


TEXT_CHARACTERS = 200
CREDIT_CODE_CHARACTERS = 40
SMALLEST_PLACE_CODE, LARGEST_PLACE_CODE = 110_000, 999_999_999_999

_INVISIBLE = frozenset({"Cc", "Cf"})


def clean_text(value: object, limit: int = TEXT_CHARACTERS) -> str:
    """Return a text on one line without control and invisible formatting characters; refuse one that is too long."""
    if not isinstance(value, str):
        raise refusal("not_text")
    if len(value) > limit:
        raise refusal("too_long", limit=limit)
    spaced = " ".join(value.split())
    if spaced.isprintable():  # nothing invisible in it; most texts go this way
        return spaced
    return "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE).strip()


class Text(StrictField):
    """A text of at most `limit` characters; what is promised of it is the `pattern`, whoever reads it says the rest."""

    def __init__(
        self,
        *,
        limit: int = TEXT_CHARACTERS,
        shortest: int = 0,
        pattern: str = "",
        **options: Any,  # noqa: ANN401 - marshmallow's
    ) -> None:
        """Keep the limits."""
        super().__init__(**options)
        self.limit, self.shortest, self.pattern = limit, shortest, pattern

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        least = {"minLength": self.shortest} if self.shortest else {}
        promised = {"pattern": self.pattern} if self.pattern else {}
        return {"type": "string", "maxLength": self.limit, **least, **promised}

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        text = clean_text(value, self.limit)
        if isinstance(value, str) and len(value) < self.shortest:
            raise refusal("too_short", limit=self.shortest)
        return text


class Texts(StrictField):
    """One text or a list of texts, loaded as a tuple without the empty ones; a business scope may be `scope` long."""

    def __init__(self, *, scope: int = TEXT_CHARACTERS, **options: Any) -> None:  # noqa: ANN401 - marshmallow's
        """Keep the limit."""
        super().__init__(**options)
        self.scope = scope

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        short: JsonSchema = {"type": "string", "maxLength": TEXT_CHARACTERS}
        texts = [short]
        if self.scope > TEXT_CHARACTERS:
            texts.append({"type": "string", "maxLength": self.scope, "pattern": scope_mark().pattern})
        items = {"anyOf": texts} if len(texts) > 1 else short
        return {"anyOf": [*texts, {"type": "array", "maxItems": LIST_ITEMS, "items": items}]}

    def _load(self, value: object) -> str:
        is_scope = isinstance(value, str) and len(value) > TEXT_CHARACTERS and scope_mark().search(value)
        return clean_text(value, self.scope if is_scope else TEXT_CHARACTERS)

    def _deserialize(self, value: object, *_: object, **__: object) -> tuple[str, ...]:
        if isinstance(value, str):
            texts = [self._load(value)]
        else:
            texts = load_each(expect_list(value, code="not_text_or_list"), self._load)
        return tuple(dict.fromkeys(text for text in texts if text))


class Place(StrictField):
    """The name of a place in any writing, or its code as text or number."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        code = {"type": "integer", "minimum": SMALLEST_PLACE_CODE, "maximum": LARGEST_PLACE_CODE}
        return {"anyOf": [{"type": "string", "maxLength": TEXT_CHARACTERS}, code]}

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if isinstance(value, str):
            return clean_text(value)
        number = whole_number(value)
        if number is None or not SMALLEST_PLACE_CODE <= number <= LARGEST_PLACE_CODE:
            raise refusal("not_place")
        return str(number)


def whole_number(value: object) -> int | None:
    """Return a JSON number that is whole (3 and 3.0 are the same number in JSON), else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return None
    return int(value)


class CreditCode(StrictField):
    """A unified social credit code whose check digit is right, loaded without spaces and in capitals."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema; the check digit belongs to the format."""
        return {"type": "string", "format": "cn-uscc", "maxLength": CREDIT_CODE_CHARACTERS}

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise refusal("credit_code_number")
        text = unicodedata.normalize("NFKC", clean_text(value, CREDIT_CODE_CHARACTERS))
        if _is_of_a_person(text.upper() if text.isascii() and text.isalnum() else uscc.compact(text)):
            raise refusal("credit_code_of_a_person")
        try:
            return uscc.validate(text) if text else ""
        except InvalidLength as error:
            raise refusal("credit_code_length", count=len(uscc.compact(text))) from error
        except InvalidChecksum as error:
            raise refusal("credit_code_checksum") from error
        except NumberFault as error:
            raise refusal("credit_code_format") from error


# The six digits of a place, the day of birth, and the order of birth with a check digit, of a resident or a former one.
_IDENTITY = re.compile(r"[1-8][1-7][0-9]{4}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]")


def _is_of_a_person(code: str) -> bool:
    """Tell whether a text is a resident's identity number, its check digit wrong or right, and no credit code."""
    if _IDENTITY.fullmatch(code) is None:
        return False
    return code[-1] == ric.calc_check_digit(code) or not uscc.is_valid(code)


class Choice(StrictField):
    """One of a closed list."""

    def __init__(self, allowed: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401 - marshmallow's
        """Keep the list."""
        super().__init__(**options)
        self.allowed = allowed

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return {"type": "string", "enum": list(self.allowed)}

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        return _one_of(value, self.allowed)


class Choices(StrictField):
    """Some of a closed list, loaded as a set."""

    def __init__(self, allowed: tuple[str, ...], *, fewest: int = 0, **options: Any) -> None:  # noqa: ANN401 - marshmallow's
        """Keep the list."""
        super().__init__(**options)
        self.allowed, self.fewest = allowed, fewest

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        items = {"type": "string", "enum": list(self.allowed)}
        return {"type": "array", "items": items, "minItems": self.fewest, "maxItems": LIST_ITEMS}

    def _deserialize(self, value: object, *_: object, **__: object) -> frozenset[str]:
        items = expect_list(value, fewest=self.fewest)
        return frozenset(load_each(items, lambda item: _one_of(item, self.allowed)))


def _one_of(value: object, allowed: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in allowed:
        return value
    folded = value.strip().lower() if isinstance(value, str) else ""
    raise refusal("not_one_of", allowed=", ".join(allowed), nearest=folded if folded in allowed else None)


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
        return load_items(value, _scalar_or_list, most=MOST_FACTS)


def _scalar_or_list(value: object) -> object:
    return load_each(expect_list(value), _scalar) if isinstance(value, list) else _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, str):
        return clean_text(value)
    if not isinstance(value, bool | int | float):
        raise refusal("not_scalar")
    return value
