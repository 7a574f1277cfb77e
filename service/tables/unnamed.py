"""Columns that have no heading: what they are called, so that what stands in them is not lost without a word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from service.tables.sources import Format, RawTable

_ZH, _EN = "（{} 列，没有表头）", "(column {}, no heading)"
_ZH_NAME, _EN_NAME = re.compile(r"（(\w+) 列，没有表头）"), re.compile(r"\(column (\w+), no heading\)", re.IGNORECASE)


def unnamed(raw: RawTable) -> frozenset[int]:
    """Return the positions of the columns without a heading."""
    return frozenset() if raw.profiles else frozenset(place for place, text in enumerate(raw.headings) if not text)


def column_names(raw: RawTable) -> Sequence[str]:
    """Return the headings, and what is said in the place of one where there is none."""
    if raw.profiles:
        return raw.headings
    return named(raw.headings, raw.left if raw.format in (Format.CSV, Format.XLSX) else None)


def named(headings: Sequence[str], left: int | None) -> list[str]:
    """Return headings with a name for each column without one; `left` are the columns of the sheet before the first."""
    return [text or _ZH.format(_letter(place, left)) for place, text in enumerate(headings)]


def in_language(heading: str, language: str) -> str:
    """Return a heading as it is shown in a language: only that of a column without one is in words of ours."""
    found = _ZH_NAME.fullmatch(heading) if language == "en" else None
    return _EN.format(found[1]) if found else heading


def as_named(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return what the caller says columns are by the names that they have, in whichever language these were said."""
    return {_named(heading): target for heading, target in mapping.items()}


def _named(heading: str) -> str:
    found = _EN_NAME.fullmatch(heading.strip())
    return _ZH.format(found[1].upper()) if found else heading


def _letter(place: int, left: int | None) -> str:
    return str(place + 1) if left is None else str(xl_col_to_name(left + place))
