"""One sheet of a workbook as the reader gives it, gone through once: merged cells filled, broken cells named.

It does not know which rows are the headings, only where the rows below them begin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice, zip_longest
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import python_calamine

from seeds.profile_fields import Kind
from service.tables.faults import TableRefusedError
from service.tables.header_row import ROWS_ABOVE
from service.tables.number_formats import Section, as_shown
from service.tables.sources import Broken, RawRow

MOST_MERGES = 300_000

Merge: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
Rows: TypeAlias = Iterator[list[Any]]


class ShownColumn(NamedTuple):
    """A column of figures, and row -> the format that its number there is to be read with; all from 0."""

    column: int
    kind: Kind
    forms: Mapping[int, Sequence[Section]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A loaded sheet: its rows, the first of them, its merges, its broken cells.

    `height` counts the rows down to the last cell with content, `loaded` those that the reader gives: it leaves out
    rows at the end in which every cell is broken.
    """

    name: str
    rows: Rows
    above: list[list[Any]]
    merges: Sequence[Merge]
    broken: Mapping[tuple[int, int], str]
    left: int
    height: int
    loaded: int


@contextmanager
def reading(stream: BinaryIO) -> Iterator[python_calamine.CalamineWorkbook]:
    """Give the reader of a workbook; raise TableRefusedError when it is damaged."""
    try:
        stream.seek(0)
        with python_calamine.CalamineWorkbook.from_filelike(stream) as workbook:
            yield workbook
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise TableRefusedError("damaged") from error


def load_sheet(workbook: python_calamine.CalamineWorkbook, name: str, broken: Mapping[tuple[int, int], str]) -> Sheet:
    """Load a sheet of a workbook that is being read."""
    sheet = workbook.get_sheet_by_name(name)
    merges = (sheet.merged_cell_ranges or [])[:MOST_MERGES]
    rows: Rows = sheet.iter_rows()
    above = list(islice(rows, ROWS_ABOVE + 4))
    (_, left), (last, right) = (sheet.start, sheet.end) if sheet.start and sheet.end else ((0, 0), (-1, -1))
    loaded = last + 1
    height = max([loaded, *(row + 1 for row, column in broken if left <= column <= right)])
    return Sheet(
        name=name, rows=rows, above=above, merges=merges, broken=broken, left=left, height=height, loaded=loaded
    )


def texts_above(sheet: Sheet) -> list[list[str]]:
    """Return the first rows as texts, with merged headings repeated in every cell they cover."""
    rows = [list(row) for row in sheet.above]
    for (top, left), (bottom, right) in sheet.merges:
        if top >= len(rows) or not 0 <= left - sheet.left < len(rows[top]):
            continue
        value = rows[top][left - sheet.left]
        for row in rows[top : bottom + 1]:
            for place in range(left - sheet.left, min(right - sheet.left + 1, len(row))):
                row[place] = value
    return [list(map(_text, row)) for row in rows]


def _text(cell: object) -> str:
    return str(cell).strip() if isinstance(cell, str | int | float | date) else ""


def rows_below(sheet: Sheet, headings: Sequence[str], first: int, shown: Sequence[ShownColumn]) -> Iterator[RawRow]:
    """Yield the rows from `first` on, figures as their format shows them."""
    merges = _downward(sheet, first, len(headings))
    broken_rows = {row for row, _ in sheet.broken}
    held: dict[int, tuple[int, Any]] = {}
    behind: Rows = ([""] * len(headings) for _ in range(max(sheet.loaded, first), sheet.height))
    for number, cells in enumerate(chain(sheet.above[first:], sheet.rows, behind), first):
        _show(cells, number, sheet.left, shown)
        for start, last, column in merges.get(number, ()):
            above = sheet.above[start][column] if start < len(sheet.above) else None
            held[column] = (last, cells[column] if start == number else above)
        if held:
            held = {column: (last, value) for column, (last, value) in held.items() if last >= number}
            for column, (_, value) in held.items():
                cells[column] = value
        if number in broken_rows:
            _break(cells, number, sheet)
        elif number >= sheet.loaded:
            continue
        if any(_text(cell) != text for cell, text in zip_longest(cells, headings)):  # else printed anew on each page
            yield RawRow(row=number - first + 1, line=number + 1, cells=cells)


def _show(cells: list[Any], number: int, left: int, shown: Sequence[ShownColumn]) -> None:
    for column, kind, forms in shown:
        if form := forms.get(number):
            cells[column - left] = as_shown(cells[column - left], form, kind)


def _break(cells: list[Any], number: int, sheet: Sheet) -> None:
    for column in range(len(cells)):
        if code := sheet.broken.get((number, column + sheet.left)):
            cells[column] = Broken(code)


def _downward(sheet: Sheet, first: int, width: int) -> Mapping[int, list[tuple[int, int, int]]]:
    """Return, by the row where filling starts, the merges that reach down: first row, last row, column."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for (top, left), (bottom, _) in sheet.merges:
        if bottom > top >= first and 0 <= left - sheet.left < width:
            found[top].append((top, bottom, left - sheet.left))
    return found
