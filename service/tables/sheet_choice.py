"""Which sheet of a workbook is the table of companies: the one with the most headings and rows below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from seeds.folding import fold
from service.tables.archive import SheetPart
from service.tables.faults import TableRefusedError
from service.tables.fields import Kind
from service.tables.header_row import count_headings, find_header
from service.tables.heading_names import recognise
from service.tables.sheet_heads import cut_workbook
from service.tables.sheet_loading import load_sheet, texts_above
from service.tables.sources import Source

_FEWEST = 2
"""So many rows of so many cells are a table of something."""


class Ranking(NamedTuple):
    """The sheets, the likeliest first, and the names of those that hold data, in order."""

    parts: Sequence[SheetPart]
    with_data: Sequence[str]


class _Seen(NamedTuple):
    """What the first rows of a sheet show."""

    headings: int
    has_rows: bool
    holds_data: bool


def rank_sheets(source: Source, parts: Sequence[SheetPart], mapping: Mapping[str, str]) -> Ranking:
    """Rank sheets by their first rows; a sheet with rows goes before one that has only headings.

    The first rows of the whole and of its head are the same, so both are ranked alike.
    """
    if len(parts) < _FEWEST:
        return Ranking(parts, [])
    try:
        content, _ = cut_workbook(source)
    except TableRefusedError:  # the sheet that is read tells what is wrong with the file
        return Ranking(parts, [])
    seen = {part.name: _see(Source(content, source.limits), part.name, mapping) for part in parts}
    most = max(one.headings for one in seen.values())

    def rank(part: SheetPart) -> tuple[bool, int]:
        one = seen[part.name]
        return not (one.has_rows and one.headings * 2 >= most), -one.headings

    return Ranking(sorted(parts, key=rank), [part.name for part in parts if seen[part.name].holds_data])


def is_explanation(texts: Sequence[Sequence[str]], place: int, mapping: Mapping[str, str]) -> bool:
    """Tell whether the headings found stand down the first column that has any rather than along their row.

    So they do where a sheet explains what to fill in. What the caller names a heading is one.
    """
    named = {fold(name) for name in mapping}
    row = texts[place]
    first = next((column for column, text in enumerate(row) if text and _field(text)), None)
    if first is None or any(fold(text) in named for text in row if text):
        return False
    down = [line[first] for line in texts if first < len(line) and line[first]]
    fields = [field for text in down if (field := _field(text))]
    return len(set(fields)) > count_headings(row, {}) and len(fields) * 2 > len(down)


def _field(text: str) -> str:
    field = recognise(text)
    return field.id if field and field.kind is not Kind.IGNORED else ""


def _see(source: Source, name: str, mapping: Mapping[str, str]) -> _Seen:
    try:
        sheet = load_sheet(source, name, {})
    except TableRefusedError:
        return _Seen(0, has_rows=False, holds_data=False)
    texts = texts_above(sheet)
    place = find_header(texts, mapping)
    if place is None:
        filled = [row for row in texts if sum(map(bool, row)) >= _FEWEST]
        return _Seen(0, has_rows=False, holds_data=len(filled) >= _FEWEST)
    if is_explanation(texts, place, mapping):
        return _Seen(0, has_rows=False, holds_data=False)
    has_rows = sheet.height > len(texts) or any(text for row in texts[place + 1 :] for text in row)
    return _Seen(count_headings(texts[place], mapping), has_rows=has_rows, holds_data=has_rows)
