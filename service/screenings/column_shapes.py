"""What a first look at a file and its reading tell of its columns, and why a file cannot be used."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from matcher.answers.measure_shapes import OPEN
from service.intake.headings.layout import Status
from service.intake.raw_table import Format
from service.shapes.published import closed


class Failure(Struct, frozen=True, kw_only=True):
    """Why a file cannot be used, or why a screening failed."""

    code: Annotated[str, OPEN]
    message: str
    hint: str | None


class FileColumn(Struct, frozen=True, kw_only=True):
    """One column of a file, and what it was taken for."""

    position: Annotated[int, "From 1."]
    letter: Annotated[str | None, "As spreadsheet programs call it; null where columns have no order."]
    heading: Annotated[str, "As it stands in the file, on one line; a column without one is called by its letter."]
    status: Status
    field: Annotated[str | None, "The field it was read as; also that of a column not used for it."]
    label: Annotated[str | None, "The usual heading of the field."]
    how: Annotated[str, closed("exact", "alias", "declared")] | None
    unit: Annotated[str | None, "The unit its figures were read in."]
    unit_assumed: Annotated[bool, "No unit was named: figures count as yuan."]
    nearest: Annotated[str | None, "The known heading that is nearest to one not understood."]
    left_open: Annotated[
        int,
        "Rows in which the fact stays unknown though something is written there (a rate without a per-cent "
        "sign, a month without a day); 0 before the file is read.",
    ]
    left_open_rows: Annotated[tuple[int, ...], "The first of these rows."]


class ReadColumns(Struct, frozen=True, kw_only=True):
    """What the columns of a screening's file were taken for; nothing before it is read."""

    sheet: str | None = None
    other_sheets: tuple[str, ...] | None = None
    columns: tuple[FileColumn, ...] | None = None
    unread: tuple[str, ...] | None = None


class SampledColumn(FileColumn, frozen=True, kw_only=True):
    """One column with its first values."""

    samples: Annotated[tuple[str, ...], "The first different values, shortened."]


class FieldChoice(Struct, frozen=True, kw_only=True):
    """What a column may be said to be."""

    field: str
    label: Annotated[str, "The usual heading of the field."]
    units: Annotated[tuple[str, ...], "The units it may have, in brackets behind the field."]


class FirstLook(Struct, frozen=True, kw_only=True):
    """What a first look at a file shows."""

    usable: Annotated[bool, "False when the file would be refused."]
    reason: Failure | None
    format: Annotated[str, closed(*Format)] | None
    encoding: str | None
    delimiter: str | None
    sheet: Annotated[str | None, "The sheet that is read."]
    heading_line: Annotated[int | None, "The line of the headings, 0 where they stand in none."]
    other_sheets: Annotated[tuple[str, ...], "The names of sheets that hold data too and are not read."]
    rows: Annotated[int | None, "At most so many rows; null where that is not cheaply known."]
    columns: tuple[SampledColumn, ...]
    unread: Annotated[tuple[str, ...], "Headings of columns that were not understood or would not be used."]
    choices: tuple[FieldChoice, ...]
