"""Understanding headings: the field, the unit, the year; what was not understood, with the nearest known heading."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from seeds.folding import fold
from service.json_reading import printable
from service.messages import nearest_params
from service.tables.fields import BY_ID, FIELDS, Kind, TableField
from service.tables.messages import TableRefusedError

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

    `unit_assumed` tells that a money column names no unit and is read as yuan.
    """

    position: int
    heading: str
    status: Status
    field: str = ""
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


def lay_out(headings: Sequence[str], mapping: Mapping[str, str] | None = None, *, repeats: bool = False) -> Layout:
    """Decide what each column is; raise TableRefusedError when `mapping` (heading -> field) names what is not there.

    `repeats` lets several headings stand for one field: objects of NDJSON choose their keys one by one.
    """
    chosen = _chosen(headings, mapping or {})
    readings = [_read_heading(place, text, chosen.get(place)) for place, text in enumerate(headings) if text.strip()]
    kept = readings if repeats else _without_repeats(readings)
    columns = sorted((reading.column for reading in kept if reading.column), key=lambda found: found.field.order)
    return Layout(columns=tuple(columns), reports=tuple(reading.report for reading in kept))


def _chosen(headings: Sequence[str], mapping: Mapping[str, str]) -> dict[int, str]:
    chosen: dict[int, str] = {}
    for heading, target in mapping.items():
        places = [place for place, text in enumerate(headings) if text.strip() == heading.strip()]
        places = places or [place for place, text in enumerate(headings) if text and fold(text) == fold(heading)]
        if not places:
            raise TableRefusedError("mapping_heading", name=printable(heading), **_near(heading, headings))
        if target and recognise(target) is None:
            raise TableRefusedError("mapping_field", name=printable(target), **_near(target, list(BY_ID)))
        chosen.update(dict.fromkeys(places, target or "ignored"))
    return chosen


def _near(name: str, known: Iterable[str]) -> dict[str, str]:
    close = difflib.get_close_matches(name, [text for text in known if text], n=1)
    return nearest_params(printable(close[0]) if close else None)


def _read_heading(position: int, heading: str, target: str | None) -> _Reading:
    shown, parts = printable(heading.strip()), _take_apart(heading)
    field = recognise(target or heading)
    if field is None:
        report = ColumnReport(
            position=position, heading=shown, status=Status.NOT_UNDERSTOOD, nearest=nearest_heading(heading)
        )
        return _Reading(report, None, parts.year)
    if field.kind is Kind.IGNORED:
        return _Reading(ColumnReport(position=position, heading=shown, status=Status.IGNORED), None, parts.year)
    units = (*(_take_apart(target).units if target else ()), *parts.units)
    return _in_unit(Column(position=position, heading=shown, field=field), units, parts.year)


def _in_unit(column: Column, units: tuple[str, ...], year: int) -> _Reading:
    """Settle the unit of a column: the first text that is one; money in another currency is not read."""
    field, place = column.field, {"position": column.position, "heading": column.heading}
    if field.kind is Kind.MONEY:
        if any(_FOREIGN.search(unit) for unit in units):
            report = ColumnReport(**place, field=field.id, status=Status.UNIT_NOT_UNDERSTOOD)  # type: ignore[arg-type]
            return _Reading(report, None, year)
        factors = [_MONEY[text] for unit in units if unit and (text := _CURRENCY.sub("", unit)) in _MONEY]
        factor = factors[0] if factors else 1.0
        column = Column(**place, field=field, factor=factor)  # type: ignore[arg-type]
        assumed = not factors and "cny" not in column.heading.casefold()
        unit = _UNIT_NAMES[factor]
    else:
        percent = field.kind is Kind.SHARE and any(unit in _SHARES for unit in units)
        column = Column(**place, field=field, percent=percent)  # type: ignore[arg-type]
        assumed, unit = False, "%" if percent else ""
    report = ColumnReport(**place, field=field.id, status=Status.USED, unit=unit, unit_assumed=assumed)  # type: ignore[arg-type]
    return _Reading(report, column, year)


def _without_repeats(readings: list[_Reading]) -> list[_Reading]:
    """Keep one column a field, the one of the latest year, else the first; lists and places add up."""
    best: dict[str, _Reading] = {}
    for reading in readings:
        if reading.column and reading.column.field.kind not in SEVERAL:
            rival = best.get(reading.column.field.id)
            if rival is None or reading.year > rival.year:
                best[reading.column.field.id] = reading
    return list(_marked(readings, best))


def _marked(readings: list[_Reading], best: Mapping[str, _Reading]) -> Iterator[_Reading]:
    for reading in readings:
        column = reading.column
        if column is None or column.field.kind in SEVERAL or best[column.field.id] is reading:
            yield reading
            continue
        report = reading.report
        marked = ColumnReport(
            position=report.position, heading=report.heading, field=report.field, status=Status.REPEATED
        )
        yield _Reading(marked, None, reading.year)
