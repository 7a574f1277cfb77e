"""The form of a profile: which fields it has, and how what was typed becomes the profile that the API takes, and back.

What is typed is kept as text by field name; a declared fact has the name `facts.<id>`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from rules.facts import FactDefinition, FactType
from seeds.profile_fields import Kind as Field
from seeds.profile_fields import profile_fields


class Kind(StrEnum):
    """How a field is typed."""

    TEXT = "text"
    LINES = "lines"
    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a profile on the page; `autocomplete` is the browser's word for it, if it has one.

    `vocabulary` names the words offered while typing, or all choices of a choice.
    """

    name: str
    kind: Kind
    main: bool = False
    autocomplete: str = "off"
    vocabulary: str = ""


_KINDS = {
    Field.TEXT: Kind.TEXT, Field.CODE: Kind.TEXT, Field.PLACE: Kind.TEXT, Field.LIST: Kind.LINES,
    Field.WHOLE: Kind.NUMBER, Field.MONEY: Kind.MONEY, Field.DATE: Kind.DATE, Field.FLAG: Kind.FLAG,
}  # fmt: skip
"""How a field is typed that does not say otherwise, by its kind."""


def _form_fields() -> Iterator[FormField]:
    for name in profile_fields().form:
        field = profile_fields().by_id[name]
        if field.form:
            kind = Kind(field.form.typed) if field.form.typed else _KINDS[field.kind]
            yield FormField(
                name=name,
                kind=kind,
                main=field.form.main,
                autocomplete=field.form.autocomplete,
                vocabulary=field.vocabulary,
            )


FIELDS = tuple(_form_fields())
BY_NAME: Mapping[str, FormField] = MappingProxyType({field.name: field for field in FIELDS})

DECLARED = "facts."
"""What the name of a declared fact begins with."""

KIND_OF_FACT = MappingProxyType(
    {
        FactType.SET: Kind.LINES,
        FactType.NUMBER: Kind.NUMBER,
        FactType.MONEY: Kind.MONEY,
        FactType.SHARE: Kind.SHARE,
        FactType.RATE: Kind.SHARE,
        FactType.DATE: Kind.DATE,
        FactType.FLAG: Kind.FLAG,
        FactType.ATTESTATION: Kind.FLAG,
    }
)
_BY_LINE = (Kind.LINES, Kind.CHOICE)
_FLAGS = {"yes": True, "no": False}
_WHOLE = re.compile(r"[0-9]{1,12}")
_CHINESE_DATE = re.compile(r"([0-9]{4})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?")


def is_field(name: str) -> bool:
    """Tell whether a form field belongs to the profile."""
    return name in BY_NAME or (name.startswith(DECLARED) and name != DECLARED)


def read_profile(typed: Mapping[str, str], published: Mapping[str, FactDefinition] | None = None) -> dict[str, Any]:
    """Return the profile that the typed values state; a field left empty is missing.

    `published` are the facts whose types are known; any other declared fact is answered with yes or no.
    """
    said = {name: text.strip() for name, text in typed.items() if is_field(name) and text.strip()}
    profile = {field.name: _READERS[field.kind](said[field.name]) for field in FIELDS if field.name in said}
    facts = {
        fact: _READERS[kind_of_fact(fact, published or {})](said[DECLARED + fact])
        for fact in (name.removeprefix(DECLARED) for name in said if name.startswith(DECLARED))
    }
    return {**profile, "facts": facts} if facts else profile


def kind_of_fact(fact: str, published: Mapping[str, FactDefinition]) -> Kind:
    """Return how a declared fact is typed; a condition of a measure is answered with yes or no."""
    return KIND_OF_FACT[published[fact].type] if fact in published else Kind.FLAG


def typed_of(profile: Mapping[str, Any]) -> dict[str, str]:
    """Return what would have to be typed to state a profile: the inverse of read_profile."""
    typed = {
        name: _written(value, BY_NAME[name].kind)
        for name, value in profile.items()
        if name in BY_NAME and value is not None
    }
    declared = profile.get("facts") or {}
    return typed | {DECLARED + fact: _written(value, Kind.LINES) for fact, value in declared.items()}


def _written(value: object, kind: Kind) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ("\n" if kind in _BY_LINE else "、").join(map(str, value))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(text: str) -> int | str:
    narrow = unicodedata.normalize("NFKC", text).replace(",", "")
    return int(narrow) if _WHOLE.fullmatch(narrow) else text


def _day(text: str) -> str:
    match = _CHINESE_DATE.fullmatch(unicodedata.normalize("NFKC", text))
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else text


def _as_typed(text: str) -> str:
    return text


def _flag(text: str) -> bool | str:
    return _FLAGS.get(text, text)


_READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: _as_typed,
    Kind.LINES: _lines,
    Kind.CHOICE: _lines,
    Kind.NUMBER: _number,
    Kind.MONEY: _as_typed,
    Kind.SHARE: _as_typed,
    Kind.DATE: _day,
    Kind.FLAG: _flag,
}
