"""XLSX: the visible sheet with the most headings that are understood, how its headings stand, and the rows below them.

Merged cells are filled and broken cells named; each sheet is gone through once.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from seeds.profile_fields import Kind
from seeds.vocabulary import fold
from service.intake.headings.header_row import (
    begins_with_a_company,
    count_headings,
    field_of,
    find_header,
    groups_above,
    groups_of,
    headings_of,
    no_heading,
    two_lines,
)
from service.intake.headings.names import recognise
from service.intake.headings.units import MEASURED
from service.intake.raw_table import Broken, Format, Limits, RawRow, RawTable, Source, TableRefusedError, named
from service.intake.xlsx.archive import MOST_SHEETS, Archive, SheetPart
from service.intake.xlsx.formats import Section, as_shown, cell_forms
from service.intake.xlsx.scan import Rows, Sheet, SheetScan, cut_workbook, load_sheet, reading, scan_sheet

_AS_SHOWN = MEASURED | {Kind.DATE, Kind.TEXT}


class ShownColumn(NamedTuple):
    """A column of figures, and row -> the format that its number there is to be read with; all from 0."""

    column: int
    kind: Kind
    forms: Mapping[int, Sequence[Section]]


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


def rows_below(
    sheet: Sheet, headings: Sequence[str], first: int, shown: Sequence[ShownColumn], hidden: Collection[int] = ()
) -> Iterator[RawRow]:
    """Yield the rows from `first` on, figures as their format shows them; those `hidden` are told as such."""
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
        again = first and all(_text(cell) == text for cell, text in zip_longest(cells, headings))  # on a new page
        yield RawRow(
            row=number - first + 1, line=number + 1, cells=cells, skipped="headings_again" if again else "",
            hidden=number + 1 in hidden,
        )  # fmt: skip


def _show(cells: list[Any], number: int, left: int, shown: Sequence[ShownColumn]) -> None:
    for column, kind, forms in shown:
        if form := forms.get(number):
            cells[column - left] = as_shown(cells[column - left], form, kind)


def _break(cells: list[Any], number: int, sheet: Sheet) -> None:
    for column in range(len(cells)):
        if code := sheet.broken.get((number, column + sheet.left)):
            cells[column] = Broken(code)


def _downward(sheet: Sheet, first: int, width: int) -> Mapping[int, list[tuple[int, int, int]]]:
    """Return, by the row where filling starts, the merges below the headings: first row, last row, column."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for (top, left), (bottom, _) in sheet.merges:
        if top >= first and 0 <= left - sheet.left < width:
            found[top].append((top, bottom, left - sheet.left))
    return found


_FEWEST = 2
"""So many rows of so many cells are a table of something."""


class _Ranking(NamedTuple):
    """The sheets, the likeliest first, and the names of those that hold data, in order."""

    parts: Sequence[SheetPart]
    with_data: Sequence[str]


class _Seen(NamedTuple):
    """What the first rows of a sheet show."""

    headings: int = 0
    has_rows: bool = False
    holds_data: bool = False


def open_workbook(source: Source, mapping: Mapping[str, str], on: date) -> RawTable:
    """Open a workbook, its headings read on a day.

    Raises TableRefusedError when it is unsafe, damaged, or no sheet has headings.
    """
    seen: list[list[str]] = []
    unsolved, headless = False, None
    with Archive(source) as archive:
        visible, epoch_1904 = archive.workbook()
        ranking = _rank_sheets(archive, visible[:MOST_SHEETS], mapping)
        with_data = [*ranking.with_data, *(part.name for part in visible[MOST_SHEETS:])]
        forms = cell_forms(archive)
        for part in ranking.parts:
            opened = _open(archive, part, forms, mapping, source.limits, on)
            unsolved |= "formula_without_value" in opened.scan.broken.values()
            if opened.table is not None:
                others = tuple(name for name in with_data if name != part.name)
                return replace(opened.table, other_sheets=others, epoch_1904=epoch_1904)
            if opened.reason == NO_HEADINGS and headless is None and begins_with_a_company(opened.texts):
                headless = _headless(opened.sheet, max(map(len, opened.texts)), opened.scan)
            seen += opened.texts
    if headless is not None:
        return replace(headless, epoch_1904=epoch_1904, other_sheets=tuple(n for n in with_data if n != headless.sheet))
    if not any(text for row in seen for text in row):
        raise TableRefusedError("formulas_without_values" if unsolved else "empty_file")
    raise no_heading(seen)


def open_further(
    source: Source, mapping: Mapping[str, str], on: date, first: str
) -> Iterator[tuple[str, RawTable | str]]:
    """Yield the sheets beside the first one, in order, each opened when it is asked for, or why it is no table.

    What holds nothing is not told.
    """
    with Archive(source) as archive:
        visible, epoch_1904 = archive.workbook()
        forms = cell_forms(archive)
        for part in (part for part in visible[:MOST_SHEETS] if part.name != first):
            opened = _open(archive, part, forms, mapping, source.limits, on)
            if opened.table is not None:
                yield part.name, replace(opened.table, epoch_1904=epoch_1904)
            elif any(text for row in opened.texts for text in row):
                yield part.name, opened.reason
        yield from ((part.name, "sheet_too_many") for part in visible[MOST_SHEETS:])


NO_HEADINGS = "sheet_no_headings"


class _Opened(NamedTuple):
    """A sheet, and the table that it holds or why it holds none."""

    sheet: Sheet
    scan: SheetScan
    texts: list[list[str]]
    table: RawTable | None = None
    reason: str = ""


def _open(
    archive: Archive,
    part: SheetPart,
    forms: Mapping[int, Sequence[Section]],
    mapping: Mapping[str, str],
    limits: Limits,
    on: date,
) -> _Opened:
    scan = scan_sheet(archive, part.member, forms)
    with reading(archive.stream) as workbook:
        sheet = load_sheet(workbook, part.name, scan.broken)
    texts = texts_above(sheet)
    place = find_header(texts, mapping)
    if place is None or _is_explanation(texts, place, mapping):
        return _Opened(sheet, scan, texts, reason=NO_HEADINGS if place is None else "sheet_explains")
    table = _table(sheet, texts, place, limits, on)
    shown = _shown_columns(scan, forms, table, mapping)
    rows = rows_below(sheet, table.headings, table.heading_line, shown, scan.hidden)
    return _Opened(sheet, scan, texts, replace(table, rows=rows))


def _headless(sheet: Sheet, width: int, scan: SheetScan) -> RawTable:
    """Return the table of a sheet that begins with a company, without any heading."""
    headings = [""] * width
    rows = rows_below(sheet, headings, 0, (), scan.hidden)
    return RawTable(
        format=Format.XLSX, headings=headings, rows=rows, total=sheet.height, sheet=sheet.name, heading_line=0,
        left=sheet.left,
    )  # fmt: skip


def _table(sheet: Sheet, texts: list[list[str]], place: int, limits: Limits, on: date) -> RawTable:
    """Return the table whose headings stand in a row, without its rows: where nothing is merged, two lines may be."""
    block = _merged_block(sheet, texts, place)
    if block == (place, place):
        texts, block = two_lines(texts, place, on)
    top, bottom = block
    if sheet.height - bottom - 1 > limits.rows:
        raise TableRefusedError("too_many_rows", limit=limits.rows)
    headings = headings_of(texts, block, on)
    return RawTable(
        format=Format.XLSX,
        headings=headings,
        rows=iter(()),
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


def _shown_columns(
    scan: SheetScan, forms: Mapping[int, Sequence[Section]], table: RawTable, mapping: Mapping[str, str]
) -> list[ShownColumn]:
    """Return the columns of figures, days and codes in which a number format says what they show."""
    found = []
    for column, heading in enumerate(named(table.headings, table.left), table.left):
        field, seen = field_of(heading, mapping), scan.columns.get(xl_col_to_name(column))
        if field is not None and field.kind in _AS_SHOWN and seen is not None and seen.rows:
            cells = {row - 1: forms[form] for row, form in zip(seen.rows, seen.forms, strict=True)}
            found.append(ShownColumn(column, field.kind, cells))
    return found


def _merged_block(sheet: Sheet, texts: list[list[str]], place: int) -> tuple[int, int]:
    """Return the first and last row of the headings: all rows that a heading merged downwards covers.

    A row below counts too when it has texts only under headings merged across it. Cells merged without a text, in the
    table or beside it, are no heading.
    """
    filled = {column for column, text in enumerate(texts[place], sheet.left) if text}
    crossing = [
        (start, end)
        for start, end in sheet.merges
        if start[0] <= place <= end[0] and not filled.isdisjoint(range(start[1], end[1] + 1))
    ]
    bottom = min(max((end[0] for _, end in crossing), default=place), len(texts) - 1)
    top = min((start[0] for start, _ in crossing), default=place)
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


def _rank_sheets(archive: Archive, parts: Sequence[SheetPart], mapping: Mapping[str, str]) -> _Ranking:
    """Rank sheets by their first rows; a sheet with rows goes before one that has only headings.

    The first rows of the whole and of its head are the same, so both are ranked alike.
    """
    if len(parts) < _FEWEST:
        return _Ranking(parts, [])
    try:
        with reading(io.BytesIO(cut_workbook(archive, parts)[0])) as workbook:
            seen = {part.name: _see(workbook, part.name, mapping) for part in parts}
    except TableRefusedError:  # the sheet that is read tells what is wrong with the file
        return _Ranking(parts, [])
    most = max(one.headings for one in seen.values())

    def rank(part: SheetPart) -> tuple[bool, int]:
        one = seen[part.name]
        return not (one.has_rows and one.headings * 2 >= most), -one.headings

    return _Ranking(sorted(parts, key=rank), [part.name for part in parts if seen[part.name].holds_data])


def _see(workbook: CalamineWorkbook, name: str, mapping: Mapping[str, str]) -> _Seen:
    try:
        sheet = load_sheet(workbook, name, {})
    except (CalamineError, ValueError):
        return _Seen()
    texts = texts_above(sheet)
    place = find_header(texts, mapping)
    if place is None:
        filled = [row for row in texts if sum(map(bool, row)) >= _FEWEST]
        return _Seen(holds_data=len(filled) >= _FEWEST)
    if _is_explanation(texts, place, mapping):
        return _Seen()
    has_rows = sheet.height > len(texts) or any(text for row in texts[place + 1 :] for text in row)
    return _Seen(count_headings(texts[place], mapping), has_rows=has_rows, holds_data=has_rows)


def _is_explanation(texts: Sequence[Sequence[str]], place: int, mapping: Mapping[str, str]) -> bool:
    """Tell whether the headings found stand down the first column that has any rather than along their row.

    So they do where a sheet explains what to fill in. What the caller names a heading is one.
    """
    named = {fold(name) for name in mapping}
    row = texts[place]
    first = next((column for column, text in enumerate(row) if text and _field(text)), None)
    if first is None or any(fold(text) in named for text in row if text):
        return False
    down = [line[first] for line in texts if line[first]]
    fields = [field for text in down if (field := _field(text))]
    return len(set(fields)) > count_headings(row, {}) and len(fields) * 2 > len(down)


def _field(text: str) -> str:
    field = recognise(text)
    return field.id if field and field.kind is not Kind.IGNORED else ""
