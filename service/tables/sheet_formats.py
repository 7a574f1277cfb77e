"""Cells of figures whose number format says what they show: the reader that loads a sheet gives numbers without it."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from seeds.profile_fields import Kind
from service.tables.archive import STYLES, Archive
from service.tables.number_formats import Section, read_format
from service.tables.sheet_scan import column_number, whole_rows

_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b[^>]*>")
_CELL_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_FORMAT = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")
_NUMBER = re.compile(rb"""\bnumFmtId=["'](\d+)["']""")
_CODE = re.compile(rb"""\bformatCode=(?:"([^"]*)"|'([^']*)')""")
_FEW = 50
"""So many cell formats are looked for one by one."""

_PERCENT = (Section(percent=True),)
_BUILT_IN = {b"9": _PERCENT, b"10": _PERCENT}
"""The numbers of 0% and 0.00%, which no workbook spells out."""


class ShownCell(NamedTuple):
    """A cell that is to be read as its format shows it."""

    column: int
    form: Sequence[Section]
    kind: Kind


def shown_cells(archive: Archive, member: str, kinds: Mapping[int, Kind]) -> Mapping[int, Sequence[ShownCell]]:
    """Return row -> cells with such a format, among the columns of some kinds; all from 0."""
    forms = _cell_forms(archive) if kinds else {}
    if not forms:
        return {}
    letters = "|".join(map(xl_col_to_name, kinds))
    numbers = "|".join(map(str, forms)) if len(forms) <= _FEW else r"\d{1,6}"
    cell = re.compile(rf"""<(?:\w+:)?c\b(?=[^>]*\bs=["']({numbers})["'])[^>]*?\br=["']({letters})(\d+)["']""".encode())
    found: dict[int, list[ShownCell]] = defaultdict(list)
    for piece in whole_rows(archive.unpack(member)):
        for style, column, row in cell.findall(piece):
            if form := forms.get(int(style)):
                place = column_number(column) - 1
                found[int(row) - 1].append(ShownCell(place, form, kinds[place]))
    return found


def _cell_forms(archive: Archive) -> dict[int, Sequence[Section]]:
    """Return, by the number of a cell format, what it shows beside or instead of a number's digits."""
    styles = b"".join(archive.unpack(STYLES)) if archive.has(STYLES) else b""
    known: dict[bytes, Sequence[Section]] = dict(_BUILT_IN)
    for form in _FORMAT.findall(styles):
        number, code = _NUMBER.search(form), _CODE.search(form)
        if number and code:
            known[number[1]] = read_format(html.unescape((code[1] or code[2] or b"").decode(errors="replace")))
    section = _CELL_FORMATS.search(styles)
    forms = _CELL_FORMAT.findall(section[0]) if section else []
    numbers = [number[1] if (number := _NUMBER.search(form)) else b"" for form in forms]
    return {place: sections for place, number in enumerate(numbers) if (sections := known.get(number))}
