"""A first look at a file, however large: its headings, what they were taken for, the first values, what is wrong."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from seeds.vocabulary import printable
from service.intake.headings.layout import ColumnReport, CorrectionError, Layout, lay_out
from service.intake.raw_table import (
    SHOWN_CHARACTERS,
    Format,
    RawRow,
    RawTable,
    SheetRead,
    Source,
    TableRefusedError,
    column_names,
    sniff_format,
    source_of,
    text_of,
)
from service.intake.rows.companies import RowAccount
from service.intake.table import ReadingOptions, TenantTable, further_sheets, open_raw, open_table
from service.intake.xlsx.archive import MOST_SHEETS, Archive
from service.intake.xlsx.scan import cut_workbook

HEAD_BYTES = 1 << 20
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The first rows; sheet ("" in a file that has none) -> the lines of the whole where that is cheaply known.

    `whole` tells that no heading can stand in what was cut off.
    """

    source: Source
    lines: Mapping[str, int]
    whole: bool = True


def head_of(source: Source) -> Head:
    """Return the head of a file; raise TableRefusedError when it is none that is read.

    Parquet is left whole: only what is asked of it is read.
    """
    form = sniff_format(source)
    if form is Format.PARQUET:
        return Head(source=source, lines={})
    if form is Format.XLSX:
        with Archive(source) as archive:
            content, lines = cut_workbook(archive, archive.workbook()[0][:MOST_SHEETS])
        return Head(source=replace(source, content=content), lines=lines)
    whole = form is not Format.NDJSON or source.size <= HEAD_BYTES
    return Head(source=replace(source, content=_first_lines(source)), lines={"": _count_lines(source)}, whole=whole)


def _first_lines(source: Source) -> bytes:
    head = source.head(HEAD_BYTES)
    if len(head) == source.size:
        return head
    ending = b"\n\x00" if head.startswith(codecs.BOM_UTF16_LE) else b"\n"
    return head[: head.rfind(ending) + len(ending)] or head


def _count_lines(source: Source) -> int:
    count, last = 0, b""
    with source.open() as stream:
        while chunk := stream.read(_CHUNK):
            count, last = count + chunk.count(b"\n"), chunk
    return count + (not last.endswith((b"\n", b"\n\x00")))


SAMPLES = 3
_SAMPLE_ROWS = 200
_UNSURE = frozenset({"mapping_heading"})
"""What a heading further down, in a file of which only the first rows were read, may still put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen; `refusal` says why the file cannot be used, `samples` are texts by position of the column.

    `seen` accounts for the first rows; `rows` is how many there are at most, where that is cheaply known.
    """

    refusal: TableRefusedError | None = None
    seen: RowAccount = field(default_factory=RowAccount)
    about: Mapping[str, str | int] = field(default_factory=dict)
    other_sheets: tuple[str, ...] = ()
    sheets: tuple[SheetRead, ...] = ()
    rows: int | None = None
    left: int = 0
    columns: tuple[ColumnReport, ...] = ()
    samples: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def look_at(content: Path | bytes, options: ReadingOptions) -> Look:
    """Look at the first rows of a file, and read them."""
    try:
        head = head_of(source_of(content, options.limits))
        raw, layout, refusal = _open(head.source, options)
        first = list(islice(raw.rows, _SAMPLE_ROWS))
    except TableRefusedError as error:
        return Look(refusal=error)
    lines = head.lines.get(raw.sheet)
    rows = raw.total if lines is None else max(0, lines - raw.heading_line)
    further = None if refusal else further_sheets(head.source, raw, layout, options)
    table, nothing = TenantTable(replace(raw, rows=iter(first)), layout, options, further), None
    try:
        deque(table, maxlen=0)
    except TableRefusedError as error:
        nothing = error if len(first) < _SAMPLE_ROWS else None
    return Look(
        refusal=refusal or nothing, seen=table.account, about=raw.about, rows=rows, left=raw.left,
        other_sheets=() if table.sheets else raw.other_sheets, sheets=tuple(table.sheets),
        columns=table.columns, samples=_samples(first),
    )  # fmt: skip


def _open(source: Source, options: ReadingOptions) -> tuple[RawTable, Layout, TableRefusedError | None]:
    """Open a table, also one whose headings are not understood or not as the caller says."""
    try:
        raw, layout = open_table(source, options)
    except TableRefusedError as refusal:
        if not refusal.headings:
            raise
        raw = open_raw(source, dict.fromkeys(filter(None, refusal.headings), ""), options.on)
        return raw, lay_out(column_names(raw), on=options.on), refusal
    return raw, layout, None


def correction_refusal(content: Path, options: ReadingOptions) -> TableRefusedError | None:
    """Return why a file cannot be read with the caller's own choice of fields, None when nothing speaks against it."""
    refusal = look_at(content, options).refusal
    if isinstance(refusal, CorrectionError) and not head_of(source_of(content)).whole:
        surely = [fault for fault in refusal.faults if fault.code not in _UNSURE]
        return CorrectionError(surely) if surely else None
    return refusal


def _samples(rows: Iterable[RawRow]) -> dict[int, tuple[str, ...]]:
    """Return the first different values of each column."""
    found: dict[int, dict[str, None]] = {}
    for row in rows:
        for place, cell in enumerate(row.cells):
            seen = found.setdefault(place, {})
            if len(seen) < SAMPLES and (text := printable(text_of(cell), SHOWN_CHARACTERS)):
                seen[text] = None
    return {place: tuple(seen) for place, seen in found.items()}


A_FILE = "企业名称,注册地,主营产品,营业收入(万元)\n甲,合肥,聚乳酸,3\n".encode()
"""A file as small as can be."""
