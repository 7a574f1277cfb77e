"""One JSON object a line: NDJSON with fields or headings as keys, or profiles as POST /v1/match takes them.

A broken line costs one row.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import orjson

from seeds.vocabulary import fold
from service.complaints import DEEPEST, RequestError, read_json
from service.intake.headings.layout import ColumnReport, Layout, Status, lay_out
from service.intake.questions import DECLARED, ProfileSchema
from service.intake.raw_table import Format, RawRow, RawTable, Source, TableRefusedError
from service.intake.rows.rows import broken_row, complaint_row

MOST_KEYS = 256
_CHUNK = 1 << 20
_SUSPECT = re.compile(rb'"\s+:|\\[uU][dD]|[0-9]{16}')
"""A colon apart from its key, half a character pair, a number that may lose digits."""


def open_json_lines(source: Source) -> RawTable:
    """Open an NDJSON file; its headings are all keys of all its objects, in order of appearance.

    Raise TableRefusedError when no line has any.
    """
    keys: dict[str, int] = {}
    total = 0
    broken: set[str] = set()
    for _, parsed in parsed_lines(source):
        total += 1
        if isinstance(parsed, dict):
            for key in parsed:
                keys.setdefault(key, len(keys))
        else:
            broken.update(fault.code for fault in parsed.faults)
        if len(keys) > MOST_KEYS:
            raise TableRefusedError("too_many_columns", limit=MOST_KEYS)
    if not keys:
        code = "no_objects" if broken else "no_rows"
        raise TableRefusedError("ndjson_not_utf8" if "not_utf8" in broken else code)
    return RawTable(
        format=Format.NDJSON,
        headings=tuple(keys),
        rows=_rows(source, keys),
        total=total,
        encoding="utf-8",
        heading_line=0,
    )


def _plain(line: bytes) -> dict[str, Any] | None:
    """Return an object in which nothing can be that `read_json` would refuse; None when that is not sure.

    Keys that stand twice are seen by counting: each is followed by a quotation mark and a colon.
    """
    if _SUSPECT.search(line) or line.count(b"[") + line.count(b"{") > DEEPEST:
        return None
    try:
        parsed = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(parsed, dict):
        return None
    keys = len(parsed) + sum(len(value) for value in parsed.values() if isinstance(value, dict))
    return parsed if line.count(b'":') == keys else None


def _rows(source: Source, known: Mapping[str, int]) -> Iterator[RawRow]:
    """Yield the lines, what stands under each known key in a cell of its own."""
    for number, parsed in parsed_lines(source):
        if isinstance(parsed, RawRow):
            yield parsed
            continue
        unknown = () if parsed.keys() <= known.keys() else tuple(key for key in parsed if key not in known)
        yield RawRow(row=number, line=number, cells=list(map(parsed.get, known)), unknown=unknown)


def parsed_lines(source: Source) -> Iterator[tuple[int, dict[str, Any] | RawRow]]:
    """Yield the number of each line that is not blank, with its object or with the row that tells why it is none."""
    longest = source.limits.row_characters
    with source.open() as stream:
        number = 0
        while line := stream.readline(longest + 1):
            number += 1
            if len(line) > longest:
                while line and not line.endswith(b"\n"):
                    line = stream.readline(_CHUNK)
                yield number, broken_row(number, number, "row_too_long", limit=longest)
            elif line.strip():
                yield number, _parse(number, line)


def _parse(number: int, line: bytes) -> dict[str, Any] | RawRow:
    if (plain := _plain(line)) is not None:
        return plain
    try:
        parsed = read_json(line)
    except RequestError as error:
        return complaint_row(number, error.complaints)
    return parsed if isinstance(parsed, dict) else broken_row(number, number, "not_an_object")


MOST_UNKNOWN = 100
"""So many fields that there are not are reported with the columns; each row names its own."""

PROFILE_FIELDS = frozenset(ProfileSchema().fields) | DECLARED


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
    """Take fields of a profile for themselves, those in `chosen` (position -> field) as reported, and nothing else."""
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
