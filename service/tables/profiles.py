"""Profiles sent as JSON, one a line: each is read as POST /v1/match reads one, and a bad one costs itself only."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from seeds.folding import fold
from service.schemas.match import ProfileSchema
from service.tables.headings import ColumnReport, Layout, Status, lay_out
from service.tables.json_lines import parsed_lines
from service.tables.sources import Format, RawRow, RawTable, Source

MOST_UNKNOWN = 100
"""So many fields that there are not are told with the columns; each row names its own."""

PROFILE_FIELDS = frozenset(ProfileSchema().fields)


def open_profiles(source: Source, mapping: Mapping[str, str]) -> RawTable:
    """Open a file of profiles; its headings are their fields, those named in `mapping`, then those not understood."""
    mapped = {name.strip() for name in mapping} | {fold(name) for name in mapping}
    known: dict[str, int] = {}
    unknown: dict[str, None] = {}
    total = 0
    for _, parsed in parsed_lines(source):
        total += 1
        for key in parsed if isinstance(parsed, dict) else ():
            if key in PROFILE_FIELDS or key.strip() in mapped or fold(key) in mapped:
                known.setdefault(key, len(known))
            elif len(unknown) < MOST_UNKNOWN:
                unknown.setdefault(key)
    return RawTable(
        format=Format.NDJSON,
        headings=(*known, *unknown),
        rows=_rows(source, known),
        total=total,
        encoding="utf-8",
        heading_line=0,
        profiles=True,
    )


def lay_out_profiles(headings: Sequence[str], chosen: Mapping[int, str], on: date) -> Layout:
    """Take fields of a profile for themselves, those in `chosen` (position -> field) as told, and nothing else."""
    layout = lay_out(headings, chosen, on=on, repeats=True)
    known = {place for place, heading in enumerate(headings) if heading in PROFILE_FIELDS} | set(chosen)
    reports = (report if report.position in known else _not_a_field(report) for report in layout.reports)
    return Layout(
        columns=tuple(column for column in layout.columns if column.position in known), reports=tuple(reports)
    )


def _not_a_field(report: ColumnReport) -> ColumnReport:
    close = difflib.get_close_matches(report.heading, PROFILE_FIELDS, n=1)
    blank = ColumnReport(position=report.position, heading=report.heading, status=Status.NOT_UNDERSTOOD)
    return replace(blank, nearest=close[0]) if close else blank


def _rows(source: Source, known: Mapping[str, int]) -> Iterator[RawRow]:
    for number, parsed in parsed_lines(source):
        if isinstance(parsed, RawRow):
            yield parsed
            continue
        cells = [parsed.get(key) for key in known]
        unknown = tuple(key for key in parsed if key not in known)
        yield RawRow(row=number, line=number, cells=cells, unknown=unknown)
