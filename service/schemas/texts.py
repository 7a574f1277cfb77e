"""Strict fields for words: texts, lists of texts, places, codes, closed lists."""

from __future__ import annotations

import unicodedata
from typing import Any

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as NumberFault

from service.schemas.strict import LIST_ITEMS, JsonSchema, StrictField, expect_list, load_each, refusal

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
    """A text of at most `limit` characters."""

    def __init__(self, *, limit: int = TEXT_CHARACTERS, shortest: int = 0, **options: Any) -> None:  # noqa: ANN401 - marshmallow's
        """Keep the limits."""
        super().__init__(**options)
        self.limit, self.shortest = limit, shortest

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        least = {"minLength": self.shortest} if self.shortest else {}
        return {"type": "string", "maxLength": self.limit, **least}

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        text = clean_text(value, self.limit)
        if isinstance(value, str) and len(value) < self.shortest:
            raise refusal("too_short", limit=self.shortest)
        return text


class Texts(StrictField):
    """One text or a list of texts, loaded as a tuple without the empty ones."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        text = {"type": "string", "maxLength": TEXT_CHARACTERS}
        return {"anyOf": [text, {"type": "array", "maxItems": LIST_ITEMS, "items": text}]}

    def _deserialize(self, value: object, *_: object, **__: object) -> tuple[str, ...]:
        if isinstance(value, str):
            texts = [clean_text(value)]
        else:
            texts = load_each(expect_list(value, code="not_text_or_list"), clean_text)
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
        return _checked_credit_code(text) if text else ""


def _checked_credit_code(text: str) -> str:
    try:
        return uscc.validate(text)
    except InvalidLength as error:
        raise refusal("credit_code_length", count=len(uscc.compact(text))) from error
    except InvalidChecksum as error:
        raise refusal("credit_code_checksum") from error
    except NumberFault as error:
        raise refusal("credit_code_format") from error


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
