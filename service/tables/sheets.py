"""XLSX: the visible sheet with the most headings that are understood; merged cells filled, broken cells named."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.tables.archive import MOST_SHEETS, Archive
from service.tables.cells import Broken, Cell
from service.tables.faults import TableRefusedError
from service.tables.fields import Kind
from service.tables.groups import groups_above
from service.tables.header_row import field_of, find_header, groups_of, headings_of, no_heading, two_lines
from service.tables.number_formats import as_shown
from service.tables.rows import RawRow
from service.tables.sheet_choice import is_explanation, rank_sheets
from service.tables.sheet_formats import shown_cells
from service.tables.sheet_loading import Rows, Sheet, load_sheet, texts_above, texts_of
from service.tables.sheet_scan import scan_sheet
from service.tables.sources import Format, RawTable, Source
from service.tables.units import MEASURED
from service.tables.unnamed import named


def open_workbook(source: Source, mapping: Mapping[str, str]) -> RawTable:
    """Open a workbook; raise TableRefusedError when it is unsafe, damaged, or no sheet has headings."""
    archive = Archive(source)
    seen: list[list[str]] = []
    unsolved = False
    visible = archive.sheets()
    ranking = rank_sheets(source, visible[:MOST_SHEETS], mapping)
    with_data = [*ranking.with_data, *(part.name for part in visible[MOST_SHEETS:])]
    for part in ranking.parts:
        broken = scan_sheet(archive, part.member, source.limits).broken
        unsolved |= "formula_without_value" in broken.values()
        sheet = load_sheet(source, part.name, broken)
        texts = texts_above(sheet)
        place = find_header(texts, mapping)
        if place is not None and not is_explanation(texts, place, mapping):
            texts, block = _heading_block(sheet, texts, place)
            figures = _figures(sheet.left, headings_of(texts, block), mapping)
            sheet = replace(sheet, shown=shown_cells(archive, part.member, figures))
            others = [name for name in with_data if name != part.name]
            return replace(_table(sheet, texts, block, source), other_sheets=others, epoch_1904=archive.epoch_1904)
        seen += texts
    if not any(text for row in seen for text in row):
        raise TableRefusedError("formulas_without_values" if unsolved else "empty_file")
    raise no_heading(seen)


def _table(sheet: Sheet, texts: list[list[str]], block: tuple[int, int], source: Source) -> RawTable:
    top, bottom = block
    if sheet.height - bottom - 1 > source.limits.rows:
        raise TableRefusedError("too_many_rows", limit=source.limits.rows)
    headings = headings_of(texts, block)
    return RawTable(
        format=Format.XLSX,
        headings=headings,
        rows=_rows(sheet, headings, bottom + 1),
        total=sheet.height - bottom - 1,
        sheet=sheet.name,
        heading_line=bottom + 1,
        left=sheet.left,
        above=[text for row in texts[:top] for text in row if text],
        groups=_groups(sheet, texts, block, headings),
    )


def _groups(sheet: Sheet, texts: list[list[str]], block: tuple[int, int], headings: Sequence[str]) -> dict[int, str]:
    """Return, by column, what stands above its heading: in the rows of headings, else in the row right above them."""
    row = block[0] - 1
    merged = {
        column - sheet.left
        for (top, left), (bottom, right) in sheet.merges
        if top <= row <= bottom and right > left
        for column in range(left, right + 1)
    }
    above = groups_above(texts[row], merged, headings) if row >= 0 else {}
    return {**above, **groups_of(texts, block, headings)}


def _figures(left: int, headings: Sequence[str], mapping: Mapping[str, str]) -> dict[int, Kind]:
    """Return the columns of the sheet that hold figures, with what kind of figures they are."""
    fields = ((left + place, field_of(text, mapping)) for place, text in enumerate(named(headings, left)))
    return {column: field.kind for column, field in fields if field is not None and field.kind in MEASURED}


def _heading_block(sheet: Sheet, texts: list[list[str]], place: int) -> tuple[list[list[str]], tuple[int, int]]:
    """Return the rows, and the first and last row of the headings: where nothing is merged, two lines may be."""
    block = _merged_block(sheet, texts, place)
    return two_lines(texts, place) if block == (place, place) else (texts, block)


def _merged_block(sheet: Sheet, texts: list[list[str]], place: int) -> tuple[int, int]:
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


def _rows(sheet: Sheet, headings: Sequence[str], first: int) -> Iterator[RawRow]:
    merges = _downward(sheet, first, len(headings))
    broken_rows = {row for row, _ in sheet.broken}
    held: dict[int, tuple[int, Any]] = {}
    behind: Rows = ([""] * len(headings) for _ in range(max(sheet.loaded, first), sheet.height))
    for number, cells in enumerate(itertools.chain(sheet.above[first:], sheet.rows, behind), first):
        for column, form, kind in sheet.shown.get(number, ()):
            cells[column - sheet.left] = as_shown(cells[column - sheet.left], form, kind)
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
        if texts_of(cells) != list(headings):  # headings printed again on every page are no company
            yield RawRow(row=number - first + 1, line=number + 1, cells=cells)


def _break(cells: list[Any], number: int, sheet: Sheet) -> None:
    for column in range(len(cells)):
        if code := sheet.broken.get((number, column + sheet.left)):
            cells[column] = Broken(code)


def _value_above(sheet: Sheet, row: int, column: int) -> Cell:
    return sheet.above[row][column] if row < len(sheet.above) else None


def _downward(sheet: Sheet, first: int, width: int) -> Mapping[int, list[tuple[int, int, int]]]:
    """Return, by the row where filling starts, the merges that reach down: first row, last row, column."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for (top, left), (bottom, _) in sheet.merges:
        if bottom > top >= first and 0 <= left - sheet.left < width:
            found[top].append((top, bottom, left - sheet.left))
    return found
