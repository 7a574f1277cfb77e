"""The form of the self-check page: which fields it has, and what was typed into a profile as the API takes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How a field is typed."""

    TEXT = "text"
    LINES = "lines"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a profile on the page; `autocomplete` is the browser's word for it, if it has one."""

    name: str
    kind: Kind
    main: bool = False
    autocomplete: str = "off"


FIELDS = (
    FormField(name="city", kind=Kind.TEXT, main=True, autocomplete="address-level2"),
    FormField(name="sector", kind=Kind.TEXT, main=True),
    FormField(name="products", kind=Kind.LINES, main=True),
    FormField(name="stage", kind=Kind.TEXT, main=True),
    FormField(name="needs", kind=Kind.TEXT, main=True),
    FormField(name="technologies", kind=Kind.LINES),
    FormField(name="target_city", kind=Kind.TEXT),
    FormField(name="certifications", kind=Kind.LINES),
    FormField(name="founded_on", kind=Kind.DATE),
    FormField(name="employees", kind=Kind.NUMBER),
    FormField(name="rd_staff", kind=Kind.NUMBER),
    FormField(name="annual_revenue_cny", kind=Kind.MONEY),
    FormField(name="rd_spend_cny", kind=Kind.MONEY),
    FormField(name="foreign_invested", kind=Kind.FLAG),
    FormField(name="uscc", kind=Kind.TEXT),
)

_FLAGS = {"yes": True, "no": False}
_WHOLE = re.compile(r"[0-9]{1,12}")
_CHINESE_DATE = re.compile(r"([0-9]{4})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?")


def read_profile(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the profile that the typed values state; a field left empty is missing."""
    said = {field: typed.get(field.name, "").strip() for field in FIELDS}
    return {field.name: _READERS[field.kind](text) for field, text in said.items() if text}


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
    Kind.NUMBER: _number,
    Kind.MONEY: _as_typed,
    Kind.DATE: _day,
    Kind.FLAG: _flag,
}
