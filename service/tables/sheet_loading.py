"""One sheet of a workbook as the reader gives it: its first rows, the others to be gone through once, its merges."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import python_calamine

from service.tables.faults import TableRefusedError
from service.tables.header_row import ROWS_ABOVE
from service.tables.sheet_formats import ShownCell
from service.tables.sources import Source

MOST_MERGES = 300_000

Merge: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
Rows: TypeAlias = Iterator[list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A loaded sheet: its rows, the first of them, its merges, its broken cells, the cells read as their format shows.

    `height` counts the rows down to the last cell with content, `loaded` those that the reader gives: it leaves out
    rows at the end in which every cell is broken.
    """

    name: str
    rows: Rows
    above: list[list[Any]]
    merges: Sequence[Merge]
    broken: Mapping[tuple[int, int], str]
    shown: Mapping[int, Sequence[ShownCell]]
    left: int
    height: int
    loaded: int


def load_sheet(source: Source, name: str, broken: Mapping[tuple[int, int], str]) -> Sheet:
    """Load a sheet; raise TableRefusedError when it is damaged."""
    try:
        with source.open() as stream, python_calamine.CalamineWorkbook.from_filelike(stream) as workbook:
            sheet = workbook.get_sheet_by_name(name)
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise TableRefusedError("damaged") from error
    merges = (sheet.merged_cell_ranges or [])[:MOST_MERGES]
    rows: Rows = sheet.iter_rows()
    above = list(itertools.islice(rows, ROWS_ABOVE + 4))
    (_, left), (last, right) = (sheet.start, sheet.end) if sheet.start and sheet.end else ((0, 0), (-1, -1))
    loaded = last + 1
    height = max([loaded, *(row + 1 for row, column in broken if left <= column <= right)])
    return Sheet(
        name=name, rows=rows, above=above, merges=merges, broken=broken, shown={}, left=left, height=height,
        loaded=loaded,
    )  # fmt: skip


def texts_of(row: Sequence[Any]) -> list[str]:
    """Return the cells of a row as texts."""
    return [str(cell).strip() if isinstance(cell, str | int | float | date) else "" for cell in row]


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
    return [texts_of(row) for row in rows]
