"""XLSX: the first visible sheet with headings that are understood; merged cells filled, broken cells named."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

import python_calamine

from service.tables.archive import Archive
from service.tables.cells import Broken, Cell
from service.tables.fields import Kind
from service.tables.header_row import ROWS_ABOVE, find_header, no_heading
from service.tables.heading_names import recognise
from service.tables.messages import TableRefusedError
from service.tables.rows import RawRow
from service.tables.sheet_percents import as_shown, percent_cells
from service.tables.sheet_scan import scan_sheet
from service.tables.sources import Format, RawTable, Source

MOST_SHEETS = 20
MOST_MERGES = 300_000

Merge: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
Rows: TypeAlias = Iterator[list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A loaded sheet: its rows from the first on, the first of them, its merges, its broken cells and percentages.

    `height` counts the rows down to the last cell with content, `loaded` those that the reader gives: it leaves out
    rows at the end in which every cell is broken.
    """

    name: str
    rows: Rows
    above: list[list[Any]]
    merges: Sequence[Merge]
    broken: Mapping[tuple[int, int], str]
    percents: Mapping[int, Collection[int]]
    left: int
    height: int
    loaded: int


def open_workbook(source: Source, mapping: Mapping[str, str]) -> RawTable:
    """Open a workbook; raise TableRefusedError when it is unsafe, damaged, or no sheet has headings."""
    archive = Archive(source)
    seen: list[list[str]] = []
    unsolved = False
    for part in archive.sheets()[:MOST_SHEETS]:
        broken = scan_sheet(archive, part.member, source.limits).broken
        unsolved |= "formula_without_value" in broken.values()
        sheet = _load(source, part.name, broken)
        texts = [_texts(row) for row in _filled_across(sheet)]
        place = find_header(texts, mapping)
        if place is not None:
            block = _heading_block(sheet, texts, place)
            headings = _headings(texts, block)
            shares = [sheet.left + column for column, text in enumerate(headings) if _is_share(text, mapping)]
            sheet = replace(sheet, percents=percent_cells(archive, part.member, shares))
            above = [text for row in texts[: block[0]] for text in row if text]
            table = _table(sheet, headings, block[1], source)
            groups = _groups(texts, block, headings)
            return replace(table, above=above, groups=groups, epoch_1904=archive.epoch_1904)
        seen += texts
    if not any(text for row in seen for text in row):
        raise TableRefusedError("formulas_without_values" if unsolved else "empty_file")
    raise no_heading(seen)


def _load(source: Source, name: str, broken: Mapping[tuple[int, int], str]) -> _Sheet:
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
    return _Sheet(
        name=name, rows=rows, above=above, merges=merges, broken=broken, percents={}, left=left, height=height,
        loaded=loaded,
    )  # fmt: skip


def _texts(row: Sequence[Any]) -> list[str]:
    return [str(cell).strip() if isinstance(cell, str | int | float | date) else "" for cell in row]


def _filled_across(sheet: _Sheet) -> list[list[Any]]:
    """Return the first rows with merged headings repeated in every cell they cover."""
    rows = [list(row) for row in sheet.above]
    for (top, left), (bottom, right) in sheet.merges:
        if top >= len(rows) or not 0 <= left - sheet.left < len(rows[top]):
            continue
        value = rows[top][left - sheet.left]
        for row in rows[top : bottom + 1]:
            for place in range(left - sheet.left, min(right - sheet.left + 1, len(row))):
                row[place] = value
    return rows


def _table(sheet: _Sheet, headings: list[str], bottom: int, source: Source) -> RawTable:
    if sheet.height - bottom - 1 > source.limits.rows:
        raise TableRefusedError("too_many_rows", limit=source.limits.rows)
    return RawTable(
        format=Format.XLSX,
        headings=headings,
        rows=_rows(sheet, headings, bottom + 1),
        total=sheet.height - bottom - 1,
        sheet=sheet.name,
        heading_line=bottom + 1,
        left=sheet.left,
    )


def _headings(texts: list[list[str]], block: tuple[int, int]) -> list[str]:
    top, bottom = block
    return [_heading([row[column] for row in texts[top : bottom + 1]]) for column in range(len(texts[top]))]


def _groups(texts: list[list[str]], block: tuple[int, int], headings: Sequence[str]) -> dict[int, str]:
    """Return, by column, what stands in the rows of headings above the text that its heading is."""
    top, bottom = block
    upper = [" ".join(dict.fromkeys(row[column] for row in texts[top:bottom])) for column in range(len(headings))]
    return {column: text for column, text in enumerate(upper) if text and text != headings[column]}


def _is_share(heading: str, mapping: Mapping[str, str]) -> bool:
    field = recognise(mapping.get(heading) or heading)
    return field is not None and field.kind is Kind.SHARE


def _heading_block(sheet: _Sheet, texts: list[list[str]], place: int) -> tuple[int, int]:
    """Return the first and last row of the headings: all rows that a heading merged downwards covers.

    A row below counts too when it has texts only under headings merged across it.
    """
    crossing = [merge for merge in sheet.merges if merge[0][0] <= place <= merge[1][0]]
    bottom = min(max([place, *(end[0] for _, end in crossing)]), len(texts) - 1)
    top = min([place, *(start[0] for start, end in crossing if end[0] > start[0])])
    if bottom == place and place + 1 < len(texts):
        across = {
            column - sheet.left
            for start, end in crossing
            for column in range(start[1], end[1] + 1)
            if end[1] > start[1]
        }
        below = {column for column, text in enumerate(texts[place + 1]) if text}
        if across and below and below <= across:
            bottom += 1
    return top, bottom


def _heading(texts: list[str]) -> str:
    """Return what a column is called by the texts above one another: the lowest that says it, else all of them."""
    distinct = list(dict.fromkeys(text for text in texts if text))
    if not distinct:
        return ""
    joined = " ".join(distinct)
    return next((text for text in (distinct[-1], joined, distinct[0]) if recognise(text)), joined)


def _rows(sheet: _Sheet, headings: Sequence[str], first: int) -> Iterator[RawRow]:
    merges = _downward(sheet, first, len(headings))
    broken_rows = {row for row, _ in sheet.broken}
    held: dict[int, tuple[int, Any]] = {}
    behind: Rows = ([""] * len(headings) for _ in range(max(sheet.loaded, first), sheet.height))
    for number, cells in enumerate(itertools.chain(sheet.above[first:], sheet.rows, behind), first):
        for start, last, column in merges.get(number, ()):
            held[column] = (last, cells[column] if start == number else _value_above(sheet, start, column))
        if held:
            held = {column: (last, value) for column, (last, value) in held.items() if last >= number}
            for column, (_, value) in held.items():
                cells[column] = value
        if number in broken_rows:
            _break(cells, number, sheet)
        elif number >= sheet.loaded:
            continue
        for column in sheet.percents.get(number, ()):
            cells[column - sheet.left] = as_shown(cells[column - sheet.left])
        if _texts(cells) != list(headings):  # headings printed again on every page are no company
            yield RawRow(row=number - first + 1, line=number + 1, cells=cells)


def _break(cells: list[Any], number: int, sheet: _Sheet) -> None:
    for column in range(len(cells)):
        if code := sheet.broken.get((number, column + sheet.left)):
            cells[column] = Broken(code)


def _value_above(sheet: _Sheet, row: int, column: int) -> Cell:
    return sheet.above[row][column] if row < len(sheet.above) else None


def _downward(sheet: _Sheet, first: int, width: int) -> Mapping[int, list[tuple[int, int, int]]]:
    """Return, by the row where filling starts, the merges that reach down: first row, last row, column."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for (top, left), (bottom, _) in sheet.merges:
        if bottom > top >= first and 0 <= left - sheet.left < width:
            found[top].append((top, bottom, left - sheet.left))
    return found
