"""Understanding headings: the field, the unit, the year; what was not understood, with the nearest known heading."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from seeds.folding import fold
from service.json_reading import printable
from service.tables.fields import FIELDS, Kind, TableField

SEVERAL = frozenset({Kind.LIST, Kind.PLACE})
"""Columns of these kinds add up; of any other kind one column counts."""

HEADING_CHARACTERS = 200
_BRACKETS = re.compile(r"[(\[【〔<{]([^)\]】〕>}]*)[)\]】〕>}]")
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}\s*[.、)]\s*)?[*※]*\s*|\s*[*※]+\s*$")
_TRAILING_UNIT = re.compile(r"^(.+?)[\s/_:,，\-]*(?:单位[::]?)?((?:人民币)?(?:亿|千万|百万|万|千)?元|%|人|件)$")
_YEAR = re.compile(r"((?:19|20)\d\d)\s*(?:年度|年末|年|fy)?")
_TIME = re.compile(r"上一?年度?|去年|本年度?|当年|最近一年|近一年|年末|期末|截至目前|目前|last year'?s?")
_CURRENCY = re.compile(r"人民币|rmb|cny|yuan|单位|[:¥￥\s]")
_FOREIGN = re.compile(r"美元|美金|欧元|港元|港币|日元|英镑|usd|eur|hkd|jpy|gbp|[$€£]")
_MONEY = {
    "元": 1.0, "": 1.0, "百元": 1e2, "千元": 1e3, "k": 1e3, "thousand": 1e3, "万元": 1e4, "万": 1e4, "10k": 1e4,
    "wan": 1e4, "十万元": 1e5, "百万元": 1e6, "百万": 1e6, "million": 1e6, "millions": 1e6, "m": 1e6, "mn": 1e6,
    "千万元": 1e7, "亿元": 1e8, "亿": 1e8, "100million": 1e8, "billion": 1e9, "bn": 1e9, "十亿元": 1e9,
}  # fmt: skip
_UNIT_NAMES = {
    1.0: "元", 1e2: "百元", 1e3: "千元", 1e4: "万元", 1e5: "十万元", 1e6: "百万元",
    1e7: "千万元", 1e8: "亿元", 1e9: "十亿元",
}  # fmt: skip
MONEY_UNITS = tuple(_UNIT_NAMES.values())
_SHARES = frozenset({"%", "百分比", "percent", "百分数"})


class Status(StrEnum):
    """What became of a column."""

    USED = "used"
    IGNORED = "ignored"
    NOT_UNDERSTOOD = "not_understood"
    UNIT_NOT_UNDERSTOOD = "unit_not_understood"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReport:
    """One column: its heading as it stands there, what it was taken for, in which unit, or what is nearest to it.

    `how` tells by what: `exact`, `alias`, or `declared` by the caller. `unit_assumed` tells that a money column names
    no unit and is read as yuan.
    """

    position: int
    heading: str
    status: Status
    field: str = ""
    how: str = ""
    unit: str = ""
    unit_assumed: bool = False
    nearest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that is read; a number in it is multiplied by `factor` to give yuan."""

    position: int
    heading: str
    field: TableField
    factor: float = 1.0
    percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns that are read, in order of their fields, and what became of every column."""

    columns: tuple[Column, ...]
    reports: tuple[ColumnReport, ...]


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading taken apart: ways to look up its name, what stands for a unit, and the latest year named."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    year: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one heading was taken for."""

    report: ColumnReport
    column: Column | None
    year: int


@cache
def _index() -> dict[str, TableField]:
    known: dict[str, TableField] = {}
    for field in FIELDS:
        for name in (field.id, *field.names):
            known.setdefault(fold(name), field)
    return known


@cache
def _shown_names() -> dict[str, str]:
    return {fold(name): name for field in FIELDS if field.kind is not Kind.IGNORED for name in (field.id, *field.names)}


def recognise(heading: str) -> TableField | None:
    """Return the field that a heading names, or None."""
    return next((field for name in _take_apart(heading).names if (field := _index().get(name))), None)


def nearest_heading(heading: str) -> str:
    """Return the known heading that is nearest, or ""."""
    names = _shown_names()
    for name in _take_apart(heading).names:
        if close := difflib.get_close_matches(name, names, n=1, cutoff=0.6):
            return names[close[0]]
    return ""


def _take_apart(heading: str) -> _Heading:
    text = _NUMBERING.sub("", unicodedata.normalize("NFKC", heading[:HEADING_CHARACTERS])).casefold()
    bare = _BRACKETS.sub(" ", text).strip()
    units = [inside.strip() for inside in _BRACKETS.findall(text)]
    names = [text, bare]
    if trailing := _TRAILING_UNIT.match(bare):
        names.append(trailing[1])
        units.append(trailing[2])
    names += [_TIME.sub("", _YEAR.sub("", name)) for name in list(names)]
    names += [match[1] for name in list(names) if (match := _TRAILING_UNIT.match(name.strip()))]
    years = [int(year) for year in _YEAR.findall(text)]
    folded = dict.fromkeys(fold(name) for name in names)
    return _Heading(tuple(name for name in folded if name), tuple(units), max(years, default=0))


def unit_fault(target: str) -> bool:
    """Tell whether a target names a unit in which its field cannot be read."""
    field, units = recognise(target), _take_apart(target).units
    if field is None or not units:
        return False
    if field.kind is Kind.MONEY:
        return _is_foreign(units) or _factor(units) is None
    return field.kind is Kind.SHARE and not _SHARES.intersection(units)


def lay_out(headings: Sequence[str], chosen: Mapping[int, str] | None = None, *, repeats: bool = False) -> Layout:
    """Decide what each column is; `chosen` (position -> field) goes before what its heading says.

    `repeats` lets several headings stand for one field: objects of NDJSON choose their keys one by one.
    """
    told = chosen or {}
    readings = [_read_heading(place, text, told.get(place)) for place, text in enumerate(headings) if text.strip()]
    kept = readings if repeats else _without_repeats(readings)
    columns = sorted((reading.column for reading in kept if reading.column), key=lambda found: found.field.order)
    return Layout(columns=tuple(columns), reports=tuple(reading.report for reading in kept))


def _read_heading(position: int, heading: str, target: str | None) -> _Reading:
    shown, parts = printable(heading.strip()), _take_apart(heading)
    report = ColumnReport(position=position, heading=shown, status=Status.NOT_UNDERSTOOD)
    field = recognise(target or heading)
    if field is None:
        return _Reading(replace(report, nearest=nearest_heading(heading)), None, parts.year)
    report = replace(report, how=_how(heading, target, field))
    if field.kind is Kind.IGNORED:
        return _Reading(replace(report, status=Status.IGNORED), None, parts.year)
    units = (*(_take_apart(target).units if target else ()), *parts.units)
    return _in_unit(replace(report, field=field.id, status=Status.USED), field, units, parts.year)


def _how(heading: str, target: str | None, field: TableField) -> str:
    if target is not None:
        return "declared"
    return "exact" if fold(heading) in (fold(field.id), fold(field.heading)) else "alias"


def _in_unit(report: ColumnReport, field: TableField, units: tuple[str, ...], year: int) -> _Reading:
    """Settle the unit of a column: the first text that is one; money in another currency is not read."""
    column = Column(position=report.position, heading=report.heading, field=field)
    if field.kind is Kind.MONEY:
        if _is_foreign(units):
            return _Reading(replace(report, status=Status.UNIT_NOT_UNDERSTOOD), None, year)
        factor = _factor(units)
        assumed = factor is None and "cny" not in report.heading.casefold()
        report = replace(report, unit=_UNIT_NAMES[factor or 1.0], unit_assumed=assumed)
        return _Reading(report, replace(column, factor=factor or 1.0), year)
    percent = field.kind is Kind.SHARE and not _SHARES.isdisjoint(units)
    return _Reading(replace(report, unit="%" if percent else ""), replace(column, percent=percent), year)


def _is_foreign(units: Iterable[str]) -> bool:
    return any(_FOREIGN.search(unit) for unit in units)


def _factor(units: Iterable[str]) -> float | None:
    """Return how many yuan the first unit of money is, None when there is none."""
    names = (_CURRENCY.sub("", unit) for unit in units if unit)
    return next((_MONEY[name] for name in names if name in _MONEY), None)


def _without_repeats(readings: list[_Reading]) -> list[_Reading]:
    """Keep one column a field: the declared one, that of the latest year, the first; lists and places add up."""
    best: dict[str, _Reading] = {}
    for reading in readings:
        if reading.column and reading.column.field.kind not in SEVERAL:
            rival = best.get(reading.column.field.id)
            if rival is None or _precedence(reading) > _precedence(rival):
                best[reading.column.field.id] = reading
    return [_marked(reading, best) for reading in readings]


def _precedence(reading: _Reading) -> tuple[bool, int]:
    return reading.report.how == "declared", reading.year


def _marked(reading: _Reading, best: Mapping[str, _Reading]) -> _Reading:
    column = reading.column
    if column is None or column.field.kind in SEVERAL or best[column.field.id] is reading:
        return reading
    return _Reading(replace(reading.report, status=Status.REPEATED, unit="", unit_assumed=False), None, reading.year)
