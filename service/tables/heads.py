"""The first rows of a file as a file of its own: looked at quickly however large the whole is."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.tables.archive import MOST_SHEETS, Archive
from service.tables.sheet_scan import cut_workbook
from service.tables.sources import Format, Source, sniff_format

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
