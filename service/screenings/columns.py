"""How the columns of a file are told: what each was taken for, as the file was read or at a first look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
from msgspec import structs
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from seeds.profile_fields import Kind
from service.problems import published
from service.schemas.column_answers import Failure, FieldChoice, FileColumn, FirstLook, ReadColumns, SampledColumn
from service.screenings.folders import Folder
from service.tables.faults import TableRefusedError
from service.tables.fields import BY_ID, FIELDS
from service.tables.headings import MONEY_UNITS, ColumnReport, Status
from service.tables.look import Look
from service.tables.reading import TenantTable
from service.tables.sources import Format
from service.tables.unnamed import in_language

_UNREAD = frozenset({Status.NOT_UNDERSTOOD, Status.UNIT_NOT_UNDERSTOOD, Status.REPEATED})
_LETTERED = frozenset({Format.CSV, Format.XLSX})
_ABOUT = ("format", "encoding", "delimiter", "sheet", "heading_line")
_UNITS: Mapping[Kind, tuple[str, ...]] = {Kind.MONEY: tuple(MONEY_UNITS), Kind.SHARE: ("%",)}


def plain_columns(table: TenantTable) -> dict[str, Any]:
    """Return the columns of a table as stored with its screening."""
    return {
        "left": table.left,
        "format": table.format.value,
        "sheet": table.about.get("sheet"),
        "other_sheets": table.other_sheets,
        "columns": [asdict(one) for one in table.columns],
    }


def columns_as_read(folder: Folder, language: str) -> ReadColumns:
    """Return the columns of a screening's file, nothing before it has been read."""
    if not folder.reading.is_file():
        return ReadColumns()
    told = orjson.loads(folder.reading.read_bytes())
    first = told.get("left", 0) if told.get("format") in _LETTERED else None
    reports = [ColumnReport(**{**one, "status": Status(one["status"])}) for one in told["columns"]]
    return ReadColumns(
        sheet=told.get("sheet"),
        other_sheets=tuple(told.get("other_sheets", ())),
        columns=tuple(_column(report, first, language) for report in reports),
        unread=_unread(reports, language),
    )


def columns_at_a_look(look: Look, language: str) -> FirstLook:
    """Return what a first look at a file shows, and which fields a column may be given."""
    first = look.left if look.about.get("format") in _LETTERED else None
    about: dict[str, Any] = {name: look.about.get(name) for name in _ABOUT}
    return FirstLook(
        usable=look.refusal is None,
        reason=_reason(look.refusal, language) if look.refusal else None,
        **about,
        other_sheets=tuple(look.other_sheets),
        rows=look.rows,
        columns=tuple(
            SampledColumn(
                **structs.asdict(_column(report, first, language)),
                samples=tuple(look.samples.get(report.position, ())),
            )
            for report in look.columns
        ),
        unread=_unread(look.columns, language),
        choices=tuple(
            FieldChoice(field=field.id, label=_label(field.id, language), units=_UNITS.get(field.kind, ()))
            for field in FIELDS
            if field.kind not in (Kind.IGNORED, Kind.DECLARED)
        ),
    )


def _column(report: ColumnReport, first: int | None, language: str) -> FileColumn:
    """Return one column; `first` is the column of the sheet at position 0, None where columns have no letters."""
    return FileColumn(
        position=report.position + 1,
        letter=None if first is None else xl_col_to_name(first + report.position),
        heading=in_language(report.heading, language),
        status=report.status,
        field=report.field or None,
        label=_label(report.field, language) if report.field else None,
        how=report.how or None,
        unit=report.unit or None,
        unit_assumed=report.unit_assumed,
        nearest=report.nearest or None,
        left_open=report.left_open,
        left_open_rows=tuple(report.left_open_rows),
    )


def _unread(reports: Iterable[ColumnReport], language: str) -> tuple[str, ...]:
    return tuple(in_language(report.heading, language) for report in reports if report.status in _UNREAD)


def _reason(refusal: TableRefusedError, language: str) -> Failure:
    message, hint = refusal.worded(language)
    return Failure(code=published(refusal.code), message=message, hint=hint or None)


def _label(name: str, language: str) -> str:
    return BY_ID[name].heading_en if language == "en" else BY_ID[name].heading
