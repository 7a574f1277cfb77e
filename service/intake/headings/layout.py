"""Understanding headings: what each column is read as, in which unit, and what the caller chose instead.

All that is wrong with the caller's choices is reported at once.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import chain, count
from typing import Any, NamedTuple

from seeds.profile_fields import Kind, ProfileField
from seeds.vocabulary import Vocabulary, fold, printable
from service.intake.headings.header_row import spoils, states_another
from service.intake.headings.names import BY_ID, certification_asked, nearest_heading, recognise, take_apart
from service.intake.headings.units import (
    MEASURED,
    MONEY_NAMES,
    UnitReading,
    read_unit,
    unit_above,
    unit_name,
    unit_of_group,
)
from service.intake.raw_table import Broken, Cell, RawTable, TableRefusedError, texts_of

SEVERAL = frozenset({Kind.LIST, Kind.PLACE, Kind.SCOPE})
"""Columns of these kinds add up; of any other kind one column counts."""


def adds_up(field: ProfileField) -> bool:
    """Tell whether several columns of a field count."""
    return field.several or field.kind in SEVERAL


MONEY_UNITS = tuple(MONEY_NAMES.values())

OWN = "own"
"""What a caller says a column is that is kept as it stands, though nothing is read of it."""

MOST_OWN = 30
"""So many columns of which nothing is read are kept at most; more are told."""

_NOT_KEPT = frozenset(map(fold, ("序号", "行号", "身份证号", "身份证号码", "银行账号", "number", "serial number")))
"""Headings of columns that are kept only where the caller says so."""


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

    `how` tells by what: `exact`, `alias`, its `values`, or `declared` by the caller. `entry` is the certification that
    it asks about alone. `unit_assumed` tells that a money column names
    no unit and is read as yuan, `own` that nothing is read of it and it is kept as it stands. Of the rows gone through
    `filled` counts the cells that state anything, `unread` those that could not be read, and `left_open` those that
    were read and that no condition can use, with the first rows of each.
    """

    position: int
    heading: str
    status: Status
    field: str = ""
    how: str = ""
    entry: str = ""
    unit: str = ""
    unit_assumed: bool = False
    nearest: str = ""
    own: bool = False
    filled: int = 0
    left_open: int = 0
    left_open_rows: Sequence[int] = ()
    unread: int = 0
    unread_rows: Sequence[int] = ()

    @property
    def understood(self) -> int:
        """Return how many of the cells that state anything give a fact."""
        return self.filled - self.left_open - self.unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that is read; a number in it is multiplied by `factor` to give yuan, people or pieces.

    `entry` is the one certification that its heading asks about.
    """

    position: int
    heading: str
    field: ProfileField
    factor: float = 1.0
    percent: bool = False
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns that are read, in order of their fields, and what became of every column."""

    columns: tuple[Column, ...]
    reports: tuple[ColumnReport, ...]

    @property
    def own(self) -> dict[int, str]:
        """Return the columns that are kept as they stand, by position."""
        found: dict[int, str] = {}
        for report in (report for report in self.reports if report.own):
            numbered = (f"{report.heading}（{number}）" for number in count(2))
            taken = found.values()
            found[report.position] = next(one for one in chain((report.heading,), numbered) if one not in taken)
        return found

    def own_reader(self) -> Callable[[Sequence[Cell | Broken]], tuple[str, ...]]:
        """Return what gives of the cells of a row those that are kept as they stand."""
        return partial(texts_of, places=tuple(self.own))

    def with_own(self) -> Layout:
        """Keep the columns of which nothing is read, those first that the caller wants kept."""
        wanted = sorted((one for one in self.reports if _may_be_kept(one)), key=lambda one: not one.own)
        kept = {one.position for one in wanted[:MOST_OWN]}
        reports = tuple(replace(report, own=report.position in kept) for report in self.reports)
        return replace(self, reports=reports)


def _may_be_kept(report: ColumnReport) -> bool:
    if report.own or report.status is Status.USED:
        return report.own
    is_left_out = report.status is Status.IGNORED and report.how == "declared"
    return not is_left_out and fold(report.heading) not in _NOT_KEPT


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one heading was taken for."""

    report: ColumnReport
    column: Column | None
    year: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a catalogue adds to the headings that are understood: its certifications, the facts of its packs by name."""

    certifications: Vocabulary | None = None
    fields: Mapping[str, ProfileField] = field(default_factory=dict)

    def recognise(self, heading: str) -> ProfileField | None:
        """Return the field that a heading names, or None."""
        found = recognise(heading)
        if found is not None or not self.fields:
            return found
        return next((self.fields[name] for name in take_apart(heading).names if name in self.fields), None)


@dataclass(frozen=True, slots=True)
class _Noted:
    """What headings are read with: the unit of the whole table, headings of groups of columns by position, the day."""

    table: UnitReading
    groups: Mapping[int, str]
    on: date
    known: Known

    def of(self, position: int) -> UnitReading:
        """Return the unit of money in a column whose own heading names none."""
        group = unit_of_group(take_apart(self.groups.get(position, "")).units)
        return group if group.unclear or group.factor else self.table

    def year_of(self, position: int) -> int:
        """Return the year in the heading of a column's group, 0 when none is there."""
        return take_apart(self.groups.get(position, "")).year

    def spoil(self, position: int, field: ProfileField) -> bool:
        """Tell whether the heading of its group makes a column another thing than its own heading says."""
        group = self.groups.get(position, "")
        return bool(group) and spoils(group, field, self.on)


def unit_fault(target: str) -> bool:
    """Tell whether a target names a unit in which its field cannot be read."""
    field, units = recognise(target), take_apart(target).units
    if field is None or not units or field.kind not in MEASURED:
        return False
    read = read_unit(units, field.kind)
    return read.unclear or not (read.percent if field.kind is Kind.SHARE else read.factor)


def lay_out(
    headings: Sequence[str],
    chosen: Mapping[int, str] | None = None,
    *,
    on: date,
    repeats: bool = False,
    table: RawTable | None = None,
    known: Known = Known(),
) -> Layout:
    """Decide what each column is; `chosen` (position -> field) goes before what its heading says.

    `repeats` lets several headings stand for one field: objects of NDJSON choose their keys one by one. A unit in the
    heading of a group of columns or in the texts above the headings of a `table` holds for money whose own heading
    names none. A figure of a year that has not ended `on` that day is another thing.
    """
    reported, noted = (
        chosen or {},
        _Noted(unit_above(table.above if table else ()), table.groups if table else {}, on, known),
    )
    readings = [
        _read_heading(place, text, reported.get(place), noted) for place, text in enumerate(headings) if text.strip()
    ]
    kept = readings if repeats else _without_repeats(readings)
    columns = sorted((reading.column for reading in kept if reading.column), key=lambda found: found.field.part)
    return Layout(columns=tuple(columns), reports=tuple(reading.report for reading in kept))


def shown_heading(heading: str) -> str:
    """Return a heading as it is shown, and may be named: on one line, without characters that nobody sees."""
    seen = "".join(character for character in heading if unicodedata.category(character) != "Cf")
    return printable(" ".join(seen.split()))


def _read_heading(position: int, heading: str, target: str | None, noted: _Noted) -> _Reading:
    shown, year = shown_heading(heading), take_apart(heading).year or noted.year_of(position)
    report = ColumnReport(position=position, heading=shown, status=Status.NOT_UNDERSTOOD)
    if target == OWN:
        return _Reading(replace(report, status=Status.IGNORED, how="declared", own=True), None, year)
    field = noted.known.recognise(target or heading)
    entry = certification_asked(target or heading, noted.known.certifications)
    if entry and (field is None or field.id == "certifications") and not noted.spoil(position, BY_ID["certifications"]):
        column = Column(position=position, heading=shown, field=BY_ID["certifications"], entry=entry)
        how = "alias" if target is None else "declared"
        return _Reading(replace(report, status=Status.USED, field=column.field.id, how=how, entry=entry), column, year)
    if field is None:
        return _Reading(replace(report, nearest=nearest_heading(heading)), None, year)
    report = replace(report, how=_how(heading, target, field))
    if field.kind is Kind.IGNORED:
        return _Reading(replace(report, status=Status.IGNORED), None, year)
    report = replace(report, field=field.id, status=Status.USED)
    column = Column(position=position, heading=shown, field=field)
    reading = _Reading(report, column, year)
    if field.kind in MEASURED:
        unit = _unit_of(heading, target, field.kind)
        if field.kind is Kind.MONEY and unit.factor is None and not unit.unclear:
            unit = noted.of(position)
        reading = _in_unit(report, column, unit, year)
    if reading.column and target is None and (states_another(heading, field, noted.on) or noted.spoil(position, field)):
        reported = ColumnReport(position=position, heading=shown, status=Status.NOT_UNDERSTOOD, nearest=field.heading)
        return _Reading(reported, None, year)
    return reading


def _how(heading: str, target: str | None, field: ProfileField) -> str:
    if target is not None:
        return "declared"
    return "exact" if fold(heading) in (fold(field.id), fold(field.heading)) else "alias"


def _unit_of(heading: str, target: str | None, kind: Kind) -> UnitReading:
    """Read the unit that the caller names, else that of the heading."""
    if target is not None and (units := take_apart(target).units):
        named = read_unit(units, kind)
        if named.unclear or named.percent or named.factor:
            return named
    return read_unit(take_apart(heading).units, kind)


def _in_unit(report: ColumnReport, column: Column, unit: UnitReading, year: int) -> _Reading:
    """Settle the unit of a column of figures; one in a unit that is not understood is not read."""
    if unit.unclear:
        return _Reading(replace(report, status=Status.UNIT_NOT_UNDERSTOOD), None, year)
    kind, factor = column.field.kind, unit.factor or 1.0
    if kind is Kind.SHARE:
        return _Reading(replace(report, unit="%" if unit.percent else ""), replace(column, percent=unit.percent), year)
    assumed = kind is Kind.MONEY and unit.factor is None and "cny" not in report.heading.casefold()
    report = replace(report, unit=unit_name(factor, kind), unit_assumed=assumed)
    return _Reading(report, replace(column, factor=factor), year)


def _without_repeats(readings: list[_Reading]) -> list[_Reading]:
    """Keep one column a field: the declared one, that of the latest year, the first; lists and places add up."""
    best: dict[str, _Reading] = {}
    for reading in readings:
        if reading.column and not adds_up(reading.column.field):
            rival = best.get(reading.column.field.id)
            if rival is None or _precedence(reading) > _precedence(rival):
                best[reading.column.field.id] = reading
    return [_marked(reading, best) for reading in readings]


def _precedence(reading: _Reading) -> tuple[bool, int, bool]:
    """Return what makes a column go before another of its field: declared, of a later year, called exactly so."""
    year = reading.year if reading.column and reading.column.field.kind in MEASURED else 0
    return reading.report.how == "declared", year, reading.report.how == "exact"


def _marked(reading: _Reading, best: Mapping[str, _Reading]) -> _Reading:
    column = reading.column
    if column is None or adds_up(column.field) or best[column.field.id] is reading:
        return reading
    return _Reading(replace(reading.report, status=Status.REPEATED, unit="", unit_assumed=False), None, reading.year)


class CorrectionFault(NamedTuple):
    """One entry of the caller's that cannot be followed: its heading, a code and what words it."""

    heading: str
    code: str
    params: Mapping[str, Any]


class CorrectionError(TableRefusedError):
    """A file is not read because the caller's own choice of fields does not fit it; worded by its first fault."""

    def __init__(self, faults: Sequence[CorrectionFault], headings: Sequence[str] = ()) -> None:
        """Keep every fault."""
        super().__init__(faults[0].code, **faults[0].params)
        self.faults, self.headings = tuple(faults), tuple(headings)


def chosen_fields(
    headings: Sequence[str],
    mapping: Mapping[str, str],
    *,
    repeats: bool = False,
    known: Known = Known(),
) -> dict[int, str]:
    """Return position -> field from heading -> field ("" leaves a column out); raise CorrectionError.

    `repeats` lets several headings stand for one field.
    """
    faults = [*_column_faults(headings, mapping), *_field_faults(mapping, known)]
    if faults := [*faults, *(() if repeats else _repeat_faults(mapping))]:
        raise CorrectionError(faults, headings)
    return {place: target or "ignored" for name, target in mapping.items() for place in _places(name, headings)}


def _column_faults(headings: Sequence[str], mapping: Mapping[str, str]) -> Iterator[CorrectionFault]:
    columns: dict[int, str] = {}
    for name in mapping:
        places = _places(name, headings)
        if not places:
            close = difflib.get_close_matches(name, [text for text in headings if text], n=1)
            nearest = shown_heading(close[0]) if close else None
            yield CorrectionFault(name, "mapping_heading", {"name": printable(name), "nearest": nearest})
        elif (other := columns.setdefault(places[0], name)) != name:
            yield CorrectionFault(name, "mapping_same_column", {"name": printable(name), "other": printable(other)})


def _field_faults(mapping: Mapping[str, str], known: Known) -> Iterator[CorrectionFault]:
    for name, target in mapping.items():
        if (
            target
            and target != OWN
            and not (known.recognise(target) or certification_asked(target, known.certifications))
        ):
            params = {"name": printable(target), "nearest": nearest_heading(target)}
            yield CorrectionFault(name, "mapping_field", params)
        elif target and unit_fault(target):
            yield CorrectionFault(name, "mapping_unit", {"name": printable(target)})


def _repeat_faults(mapping: Mapping[str, str]) -> Iterator[CorrectionFault]:
    """Yield the headings given a field that another heading has and of which one column counts."""
    fields: dict[str, str] = {}
    for name, target in mapping.items():
        field = recognise(target) if target else None
        if field is None or adds_up(field) or field.kind is Kind.IGNORED:
            continue
        if (other := fields.setdefault(field.id, name)) != name:
            params = {"name": printable(name), "other": printable(other), "field": field.heading}
            yield CorrectionFault(name, "mapping_twice", params)


def _places(name: str, headings: Sequence[str]) -> list[int]:
    """Return the columns with this heading; spelling counts only when several are alike."""
    places = [place for place, text in enumerate(headings) if text.strip() == name.strip()]
    places = places or [place for place, text in enumerate(headings) if text and shown_heading(text) == name.strip()]
    return places or [place for place, text in enumerate(headings) if text and fold(text) == fold(name)]
