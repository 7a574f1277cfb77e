"""A workbook cut down to the first rows of each sheet, with the texts that these rows point at; merges are kept."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice

from service.tables.archive import MOST_SHEETS, RELATIONS, SHARED_TEXTS, STYLES, TYPES, WORKBOOK, Archive
from service.tables.faults import TableRefusedError
from service.tables.sheet_scan import ROW_NUMBER, TEXT_NUMBER
from service.tables.sources import Source

HEAD_ROWS = 200

_HEAD_BYTES, _TAIL_BYTES, _TEXT_BYTES = 2 * 1_048_576, 8 * 1_048_576, 8 * 1_048_576
_ROW_END = re.compile(rb"</(?:\w+:)?row>|<(?:\w+:)?row\b[^>]*/>")
_DATA_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_TEXTS = re.compile(rb"<((?:\w+:)?)sst\b")
_TEXT = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>.*?</(?:\w+:)?si>)", re.DOTALL)
_LOOK_BACK = 1 << 16
_KEPT = (TYPES, "_rels/.rels", WORKBOOK, RELATIONS, STYLES)


def cut_workbook(source: Source) -> tuple[bytes, dict[str, int]]:
    """Return a workbook of the first rows, and sheet -> the number of its last row where the file tells it.

    Raise TableRefusedError when the file is unsafe or damaged.
    """
    archive = Archive(source)
    target, used, lines = io.BytesIO(), set[int](), dict[str, int]()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in filter(archive.has, _KEPT):
            packed.writestr(name, b"".join(archive.unpack(name)))
        for part in archive.sheets()[:MOST_SHEETS]:
            head, last = _cut_sheet(archive.unpack(part.member))
            used.update(map(int, TEXT_NUMBER.findall(head)))
            packed.writestr(part.member, head)
            lines.update({part.name: last} if last else {})
        if used and archive.has(SHARED_TEXTS):
            packed.writestr(SHARED_TEXTS, _cut_texts(archive.unpack(SHARED_TEXTS), used))
    return target.getvalue(), lines


def _cut_sheet(pieces: Iterator[bytes]) -> tuple[bytes, int | None]:
    """Return a sheet's XML without the rows past HEAD_ROWS, and the number of its last row."""
    held, end = b"", None
    for piece in pieces:
        held += piece
        if (end := _DATA_END.search(held)) or len(held) > _HEAD_BYTES:
            break
    cuts = [match.end() for match in islice(_ROW_END.finditer(held), HEAD_ROWS)]
    if not cuts and not end and len(held) > _HEAD_BYTES:
        raise TableRefusedError("zip_bomb")
    cut = cuts[-1] if cuts else end.start() if end else len(held)
    behind, last = _behind_rows(held[cut:], pieces)
    return held[:cut] + behind, last or _last_row(held[:cut])


def _behind_rows(held: bytes, pieces: Iterator[bytes]) -> tuple[bytes, int | None]:
    """Go past the rows; return what stands behind them, and the number of the last row passed."""
    while (end := _DATA_END.search(held)) is None and (piece := next(pieces, b"")):
        held = held[-_LOOK_BACK:] + piece
    start = end.start() if end else len(held)
    tail = held[start:]
    for piece in pieces:
        tail += piece
        if len(tail) > _TAIL_BYTES:
            raise TableRefusedError("zip_bomb")
    return tail, _last_row(held[:start])


def _last_row(rows: bytes) -> int | None:
    numbers = ROW_NUMBER.findall(rows)
    return int(numbers[-1]) if numbers else None


def _cut_texts(pieces: Iterator[bytes], used: set[int]) -> bytes:
    """Return the shared texts up to the last one used, those not used emptied."""
    last, kept, held = max(used), list[bytes](), b""
    opening = b""
    for piece in pieces:
        held += piece
        end = 0
        for match in _TEXT.finditer(held):
            opening = opening or held[: match.start()]
            kept.append(match[0] if len(kept) in used else b"<si/>")
            end = match.end()
            if len(kept) > last:
                break
        held = held[end:]
        if len(kept) > last or len(held) > _TEXT_BYTES:
            break
    prefix = found[1] if (found := _TEXTS.search(opening)) else b""
    return b"".join((opening, *kept, b"</", prefix, b"sst>"))
