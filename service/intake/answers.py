"""A form of missing facts that comes back filled in: which row it speaks of, what it says, what cannot be read.

It does not know whom the form was sent to, nor which facts were asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from matcher.profiles.profile import Profile
from seeds.vocabulary import Vocabulary, fold, printable
from seeds.word_lists import word_lists
from service.intake.raw_table import RawRow, RawTable, RowFault, TableRefusedError, source_of
from service.intake.rows.companies import RejectedRow
from service.intake.table import ReadingOptions, open_raw, read_tenants

ROW_HEADINGS = ("行号（请勿改动）", "Row (leave as it is)")
"""The column that tells whose answers a row holds, in both languages."""
NOT_ASKED = "—"
"""Stands in a cell that a company need not fill in; read as blank."""
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledRow:
    """One row of a form: its line, the number of the tenant as written, what it says, and its faults.

    `flags` are answers of yes or no, by heading, to what no field of a profile holds.
    """

    line: int
    tenant: str
    profile: Profile
    flags: Mapping[str, bool]
    faults: tuple[RowFault, ...] = ()


def read_filled(
    path: Path, asked: Collection[str], vocabularies: Mapping[str, Vocabulary], *, on: date
) -> list[FilledRow]:
    """Return the rows of a form; `asked` are the headings to be answered by yes or no.

    Raises TableRefusedError where it is no table, or has no column that tells whose row is whose.
    """
    source = source_of(path)
    headings = [heading.strip() for heading in open_raw(source, {}, on).headings]
    rows = next((heading for heading in ROW_HEADINGS if heading in headings), None)
    if rows is None:
        raise TableRefusedError("answers_without_rows", heading=ROW_HEADINGS[0])
    mapping = {rows: "external_id", **{heading: "" for heading in headings if heading in asked}}
    flags = {row.line: row for row in _flags(open_raw(source, mapping, on), rows, asked)}
    options = ReadingOptions(on=on, mapping=mapping, vocabularies=vocabularies, latest=on)
    filled = []
    for one in read_tenants(path, options):
        beside = flags.get(one.line, FilledRow(line=one.line, tenant="", profile=Profile(), flags={}))
        read = Profile() if isinstance(one, RejectedRow) else one.profile
        faults = one.faults if isinstance(one, RejectedRow) else (*one.unread, *one.caveats)
        filled.append(
            FilledRow(
                line=one.line,
                tenant=read.external_id or beside.tenant,
                profile=read,
                flags=beside.flags,
                faults=(*faults, *beside.faults),
            )
        )
    # A row that a table would join to the one above, or leave out, is an answer of its own in a form.
    known = {one.line for one in filled}
    return filled + [row for line, row in flags.items() if row.tenant and line not in known]


def _flags(raw: RawTable, rows: str, asked: Collection[str]) -> Iterator[FilledRow]:
    headings = [heading.strip() for heading in raw.headings]
    places = {place: heading for place, heading in enumerate(headings) if heading in asked}
    for row in raw.rows:
        yield _flags_of(row, headings.index(rows), places)


def _flags_of(row: RawRow, whose: int, places: Mapping[int, str]) -> FilledRow:
    flags, faults = dict[str, bool](), list[RowFault]()
    for place, heading in places.items():
        cell = row.cells[place] if place < len(row.cells) else None
        word = _word(cell)
        if word in word_lists().yes_cells or word in word_lists().no_cells:
            flags[heading] = word in word_lists().yes_cells
        elif word not in word_lists().blank_cells:
            shown = printable(word, _SHOWN)
            faults.append(RowFault(field="facts", heading=heading, value=shown, code="cell_not_flag", params={}))
    tenant = _word(row.cells[whose]) if whose < len(row.cells) else ""
    return FilledRow(line=row.line, tenant=tenant, profile=Profile(), flags=flags, faults=tuple(faults))


def _word(cell: object) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return fold(str(cell)) if isinstance(cell, str | int | float) else ""
