"""What a first look at a file and its reading tell of its columns, and why a file cannot be used."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from matcher.answers.measure_shapes import OPEN
from service.intake.headings.layout import Status
from service.intake.raw_table import Format
from service.shapes.published import closed

_SHEETS = "What becomes of each sheet, where all were asked for; none is told otherwise."


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
    how: Annotated[str, closed("exact", "alias", "values", "declared")] | None
    entry: Annotated[str | None, "The one certification that it asks about."]
    unit: Annotated[str | None, "The unit its figures were read in."]
    unit_assumed: Annotated[bool, "No unit was named: figures count as yuan."]
    nearest: Annotated[str | None, "The known heading that is nearest to one not understood."]
    own: Annotated[bool, "Nothing is read of it, and it is kept as it stands: shown, filtered, in every file."]
    left_open: Annotated[
        int,
        "Rows in which the fact stays unknown though something is written there (a rate without a per-cent "
        "sign, a month without a day); 0 before the file is read.",
    ]
    left_open_rows: Annotated[tuple[int, ...], "The first of these rows."]
    filled: Annotated[int, "Cells that state anything; in a first look those of the first rows."]
    understood: Annotated[int, "How many of these give a fact; the others cost this fact, and no company."]
    unread_rows: Annotated[tuple[int, ...], "The first rows with a cell that could not be read."]


class LeftOut(Struct, frozen=True, kw_only=True):
    """Rows that are no company of the screening, for one reason."""

    code: Annotated[str, OPEN]
    message: str
    rows: int


class RowSum(Struct, frozen=True, kw_only=True):
    """What became of every row below the headings: `rows` is the sum of `read`, `joined` and all that was left out."""

    rows: int
    read: Annotated[int, "Companies."]
    joined: Annotated[int, "Rows that go on with the company above them."]
    left_out: tuple[LeftOut, ...]
    hidden: Annotated[int, "Rows that the file hides, by a filter or by hand; they are among the others."] = 0


class JoinedSheet(Struct, frozen=True, kw_only=True):
    """A sheet of a workbook of which all were asked for."""

    name: str
    rows: Annotated[int, "Rows below its headings; those of all sheets are numbered one after the other."]
    reason: Annotated[str | None, "Why nothing is read of it."]


class ReadColumns(Struct, frozen=True, kw_only=True):
    """What the columns of a screening's file were taken for; nothing before it is read."""

    sheet: str | None = None
    other_sheets: tuple[str, ...] | None = None
    columns: tuple[FileColumn, ...] | None = None
    unread: tuple[str, ...] | None = None
    sheets: Annotated[tuple[JoinedSheet, ...], _SHEETS] = ()
    account: RowSum | None = None


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
    sheets: Annotated[tuple[JoinedSheet, ...], _SHEETS]
    rows: Annotated[int | None, "At most so many rows; null where that is not cheaply known."]
    account: Annotated[RowSum | None, "What becomes of the first rows, read on trial; null where none could be read."]
    notes: Annotated[
        tuple[Failure, ...], "What to know before the start: hidden rows, other sheets, nothing but names."
    ]
    columns: tuple[SampledColumn, ...]
    unread: Annotated[tuple[str, ...], "Headings of columns that were not understood or would not be used."]
    choices: tuple[FieldChoice, ...]
