"""Cells that a sheet shows as percentages: the reader that loads it gives their numbers without their formats."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from service.tables.archive import STYLES, Archive
from service.tables.sheet_scan import column_number, whole_rows

_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b[^>]*>")
_CELL_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_FORMAT = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")
_NUMBER = re.compile(rb"""\bnumFmtId=["'](\d+)["']""")
_CODE = re.compile(rb"""\bformatCode=(?:"([^"]*)"|'([^']*)')""")
_ALWAYS_PERCENT = frozenset({b"9", b"10"})
"""The numbers of 0% and 0.00%, which no workbook spells out."""


def percent_cells(archive: Archive, member: str, columns: Collection[int]) -> Mapping[int, Collection[int]]:
    """Return row -> columns of the cells shown as percentages, among some columns; all from 0."""
    styles = _percent_styles(archive) if columns else []
    if not styles:
        return {}
    letters = "|".join(map(xl_col_to_name, columns))
    numbers = "|".join(map(str, styles))
    cell = re.compile(
        rf"""<(?:\w+:)?c\b(?=[^>]*\bs=["'](?:{numbers})["'])[^>]*?\br=["']({letters})(\d+)["']""".encode()
    )
    found: dict[int, list[int]] = defaultdict(list)
    for piece in whole_rows(archive.unpack(member)):
        for column, row in cell.findall(piece):
            found[int(row) - 1].append(column_number(column) - 1)
    return found


def as_shown(cell: object) -> object:
    """Return the text that a percent format shows of a number; anything else as it is."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    return f"{cell * 100:.10g}%"


def _percent_styles(archive: Archive) -> list[int]:
    """Return the numbers of the cell formats that show a percentage."""
    styles = b"".join(archive.unpack(STYLES)) if archive.has(STYLES) else b""
    percent = set(_ALWAYS_PERCENT)
    for form in _FORMAT.findall(styles):
        number, code = _NUMBER.search(form), _CODE.search(form)
        if number and code and b"%" in code[0]:
            percent.add(number[1])
    section = _CELL_FORMATS.search(styles)
    forms = _CELL_FORMAT.findall(section[0]) if section else []
    return [place for place, form in enumerate(forms) if (number := _NUMBER.search(form)) and number[1] in percent]
