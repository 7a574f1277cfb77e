"""A look through a sheet's XML before it is loaded: how far it reaches, and the cells whose value it does not give.

The reader that loads it allocates every cell between the outermost ones, and shows errors and
formulas without a result as empty; both must be known beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from service.tables.archive import SHARED_TEXTS, Archive
from service.tables.faults import TableRefusedError
from service.tables.sources import Limits

MOST_BROKEN = 200_000
LARGEST_TEXTS_BYTES = 384 * 1_048_576
"""What all texts of a sheet may take when each cell holds its own copy."""

_LONGEST_ROW_BYTES = 32 * 1_048_576
ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["'](\d+)["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[ >]")
_LETTERS = re.compile(rb"""\br=["']([A-Z]+)\d""")
_FAR_ROW = re.compile(rb"""\br=["'][A-Z]+(\d{5,})["']""")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_ERROR = re.compile(rb"""<(?:\w+:)?c\b([^>]*\bt=["']e["'][^>]*)>""")
_UNSOLVED = re.compile(
    rb"<(?:\w+:)?c\b([^>]*[^>/]|)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_TEXT_RESULT = re.compile(rb"""\bt=["']str["']""")
TEXT_NUMBER = re.compile(rb"""\bt=["']s["'][^>]*>\s*<(?:\w+:)?v>(\d+)<""")


@dataclass(slots=True)
class SheetScan:
    """What was seen: `broken` maps (row, column), both from 0, to the code of what is wrong there."""

    last_row: int = 0
    columns: set[bytes] = field(default_factory=set)
    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    unplaced_cells: bool = False
    texts: list[np.ndarray] = field(default_factory=list)


def scan_sheet(archive: Archive, member: str, limits: Limits) -> SheetScan:
    """Look through a sheet; raise TableRefusedError when loading it would take too much."""
    scan = SheetScan()
    for piece in whole_rows(archive.unpack(member)):
        _see(scan, piece)
        if len(scan.broken) > MOST_BROKEN:
            raise TableRefusedError("formulas_without_values")
    width = max((column_number(letters) for letters in scan.columns), default=0)
    width = max(width, limits.columns) if scan.unplaced_cells else width
    if width > limits.columns:
        raise TableRefusedError("too_many_columns", limit=limits.columns)
    if scan.last_row * width > limits.sheet_cells:
        raise TableRefusedError("sheet_too_wide")
    _refuse_long_texts(archive, scan)
    return scan


def column_number(letters: bytes) -> int:
    """Return the number of a column from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters[:6]:
        number = number * 26 + letter - 64
    return number


def whole_rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the XML in pieces that end where a row ends."""
    held = b""
    for piece in pieces:
        held += piece
        cut = held.rfind(b"row>") + 4
        if cut >= 4:  # noqa: PLR2004 - the length of what was looked for
            yield held[:cut]
            held = held[cut:]
        if len(held) > _LONGEST_ROW_BYTES:
            raise TableRefusedError("zip_bomb")
    yield held


def _see(scan: SheetScan, piece: bytes) -> None:
    rows = [int(number) for number in ROW_NUMBER.findall(piece)]
    far = [int(number[:8]) for number in set(_FAR_ROW.findall(piece))]
    scan.last_row = max(scan.last_row, *rows, *far, 0)
    letters = _LETTERS.findall(piece)
    scan.columns.update(letters)
    scan.unplaced_cells |= len(_CELL.findall(piece)) > len(letters)
    scan.texts.append(np.array(TEXT_NUMBER.findall(piece), dtype="S9").astype(np.int64))
    for match in _ERROR.finditer(piece):
        _note(scan, match[1], "error_value")
    if b"f>" in piece or b"f/>" in piece or b"<f " in piece:
        for match in _UNSOLVED.finditer(piece):
            if not (match[2] and _TEXT_RESULT.search(match[1])):
                _note(scan, match[1], "formula_without_value")


def _note(scan: SheetScan, attributes: bytes, code: str) -> None:
    if reference := _REFERENCE.search(attributes):
        scan.broken[int(reference[2]) - 1, column_number(reference[1]) - 1] = code


def _refuse_long_texts(archive: Archive, scan: SheetScan) -> None:
    """Refuse a sheet whose cells point so often at long texts that its copies would fill the memory."""
    used = np.concatenate(scan.texts) if scan.texts else np.zeros(0, dtype=np.int64)
    scan.texts.clear()
    if not used.size or not archive.has(SHARED_TEXTS):
        return
    lengths = np.array(list(_text_lengths(archive.unpack(SHARED_TEXTS))), dtype=np.int64)
    known = used[used < lengths.size]
    if int(lengths[known].sum()) > LARGEST_TEXTS_BYTES:
        raise TableRefusedError("zip_bomb")


def _text_lengths(pieces: Iterable[bytes]) -> Iterator[int]:
    """Yield the length in bytes of each shared text."""
    held = b""
    for piece in pieces:
        held += piece
        texts = held.split(b"si>")
        held = texts.pop()
        yield from (len(text) for text in texts if text.endswith((b"</", b":")))
        if len(held) > _LONGEST_ROW_BYTES:
            raise TableRefusedError("zip_bomb")
