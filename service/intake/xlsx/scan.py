"""A sheet's XML gone through once before it is loaded: how far it reaches, broken cells, formats, first rows; loading.

The reader that loads it allocates every cell between the outermost ones, gives each cell its own copy of a shared
text, and shows errors and formulas without a result as empty; all of it must be known beforehand.
"""

from __future__ import annotations

import io
import re
import zipfile
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook

from service.intake.headings.header_row import ROWS_ABOVE
from service.intake.raw_table import TableRefusedError
from service.intake.xlsx.archive import (
    RELATIONS,
    SHARED_TEXTS,
    STYLES,
    TYPES,
    WORKBOOK,
    Archive,
    Attributes,
    Parser,
    SheetPart,
    parsed,
    strict_parser,
)

HEAD_ROWS = 200
MOST_BROKEN = 200_000
LARGEST_TEXTS_BYTES = 384 * 1_048_576
"""What all texts of a sheet may take when each cell holds its own copy."""

_HEAD_BYTES, _TAIL_BYTES, _TEXT_BYTES = 2 * 1_048_576, 8 * 1_048_576, 32 * 1_048_576
_DIGITS = "0123456789"
_TRUE = frozenset({"1", "true"})
_FARTHEST, _LONGEST_NUMBER = 10**9, 1_000
_MOST_COLUMNS = 16_384
"""What a spreadsheet program takes at most."""

_DATA_END = re.compile(rb"</(?:\w+:)?sheetData")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\b[^<]*?\br\s*=\s*["'](\d{1,9})""")
_ROOT = re.compile(rb"<((?:\w+:)?)sst\b")
_LOOK_BACK = 1 << 16
_KEPT = (TYPES, "_rels/.rels", WORKBOOK, RELATIONS, STYLES)


_Start: TypeAlias = Callable[[str, Attributes], None]
_Text: TypeAlias = Callable[[str], None]


class Column(NamedTuple):
    """The rows, from 1, of a column's cells whose number format was asked for, and the numbers of these formats."""

    rows: array[int]
    forms: array[int]


class SheetScan:
    """What was seen of a sheet, its columns by their letters.

    `broken` maps (row, column), both from 0, to the code of what is wrong there; `hidden` are the rows, from 1,
    that are not shown; `texts` are the numbers of the shared texts that cells show, `row_starts` where in the XML the
    first rows begin, `row` is the number of the last of them.
    """

    def __init__(self, forms: Iterable[int] = ()) -> None:
        """See nothing yet; cells of these formats are remembered."""
        self.columns: dict[str, Column] = {}
        self.broken: dict[tuple[int, int], str] = {}
        self.texts = array("I")
        self.hidden = set[int]()
        self.row_starts: list[int] = []
        self.row = self.last_row = self.width = 0
        self.row_digits = ""
        self.unplaced_cells = False
        self._forms = {str(form): form for form in forms}
        self._nowhere = Column(array("I"), array("I"))

    def see(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield each piece once it was seen; raise TableRefusedError when it is damaged or full of broken cells."""
        parser, numbers = strict_parser(), list[str]()
        parser.StartElementHandler, parser.CharacterDataHandler = start, _ = self._handlers(parser, numbers)
        for piece in parsed(pieces, parser):
            try:
                self.texts.extend([int(number) for number in numbers if not number.isspace()])
            except (ValueError, OverflowError) as error:
                raise TableRefusedError("damaged") from error
            numbers.clear()
            yield piece
        start("", {})  # the last cell has ended

    def _handlers(self, parser: Parser, numbers: list[str]) -> tuple[_Start, _Text]:  # noqa: C901 - one call a cell
        """Return what is called for each element and each text; a cell has ended where the next element begins.

        What is known of the cell stands in variables: as attributes it would cost a fifth of the time more.
        """
        kind, reference, in_value, unsolved = "", "", False, False
        columns, forms = self.columns, self._forms

        def start(name: str, attributes: Attributes) -> None:
            nonlocal kind, reference, in_value, unsolved
            if name == "v":
                in_value = True
            elif ":" in name:
                start(name.rpartition(":")[2], attributes)
            else:
                if unsolved and name != "is" and not (kind == "str" and in_value):  # a text may be empty
                    self._note(reference, "formula_without_value")
                in_value = unsolved = False
                if name == "c":
                    kind, reference = attributes.get("t", ""), attributes.get("r", "")
                    column = columns.get(reference.removesuffix(self.row_digits)) or self._place(reference)
                    if "s" in attributes and (form := forms.get(attributes["s"])) is not None:
                        column.rows.append(self.row)
                        column.forms.append(form)
                    if kind == "e":
                        self._note(reference, "error_value")
                elif name == "row":
                    self._enter(attributes.get("r", ""), parser.CurrentByteIndex)
                    if attributes.get("hidden") in _TRUE:
                        self.hidden.add(self.row)
                else:
                    unsolved = name == "f"

        def text(content: str) -> None:
            nonlocal unsolved
            if in_value:
                if kind == "s":
                    numbers.append(content)
                unsolved = unsolved and content.isspace()

        return start, text

    def _enter(self, digits: str, start: int) -> None:
        self.row_digits, self.row = digits, _number(digits)
        self.last_row = max(self.last_row, self.row)
        if len(self.row_starts) <= HEAD_ROWS:
            self.row_starts.append(start)

    def _place(self, reference: str) -> Column:
        """Return the column of a cell that is the first there, or stands in another row than it says."""
        letters = reference.rstrip(_DIGITS)
        digits = reference[len(letters) :]
        number, row = _column_number(letters), _number(digits)
        if not (number and row):
            self.unplaced_cells = True
            return self._nowhere
        self.row_digits, self.row = digits, row
        self.last_row, self.width = max(self.last_row, row), max(self.width, number)
        if number > _MOST_COLUMNS:
            return self._nowhere
        return self.columns.setdefault(letters.upper(), Column(array("I"), array("I")))

    def _note(self, reference: str, code: str) -> None:
        letters = reference.rstrip(_DIGITS)
        column, row = _column_number(letters), _number(reference[len(letters) :])
        if column and row:
            self.broken[row - 1, column - 1] = code
        if len(self.broken) > MOST_BROKEN:
            raise TableRefusedError("formulas_without_values")


def scan_sheet(archive: Archive, member: str, forms: Iterable[int]) -> SheetScan:
    """Look through a sheet; raise TableRefusedError when it is damaged or loading it would take too much."""
    scan, limits = SheetScan(forms), archive.limits
    for _ in scan.see(archive.unpack(member)):
        pass
    width = max(scan.width, limits.columns) if scan.unplaced_cells else scan.width
    if width > limits.columns:
        raise TableRefusedError("too_many_columns", limit=limits.columns)
    if scan.last_row * width > limits.sheet_cells:
        raise TableRefusedError("sheet_too_wide")
    if scan.texts and archive.has(SHARED_TEXTS):
        _, *texts = map(len, _shared_texts(archive.unpack(SHARED_TEXTS)))
        used, lengths = np.array(scan.texts), np.array(texts, dtype=np.int64)
        if int(lengths[used[used < lengths.size]].sum()) > LARGEST_TEXTS_BYTES:
            raise TableRefusedError("zip_bomb")  # its cells point so often at long texts that copies fill the memory
    return scan


def _column_number(letters: str) -> int:
    """Return the number of a column from 1, 0 for what is none: A is 1, AA is 27."""
    number = 0
    for letter in letters[:6].upper() if letters.isascii() and letters.isalpha() else "":
        number = number * 26 + ord(letter) - 64
    return number


def _number(digits: str) -> int:
    return min(int(digits), _FARTHEST) if digits.isdecimal() and len(digits) < _LONGEST_NUMBER else 0


def _shared_texts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the XML of the shared texts: what stands before the first, then each with what stands behind it."""
    starts: list[int] = []
    parser = strict_parser()

    def start(name: str, _: Attributes) -> None:
        if name == "si" or name.endswith(":si"):
            starts.append(parser.CurrentByteIndex)

    parser.StartElementHandler = start
    held, place = b"", 0
    for piece in parsed(pieces, parser):
        held += piece
        for first, last in pairwise([place, *starts]):
            yield held[first - place : last - place]
        if starts:
            held, place = held[starts[-1] - place :], starts[-1]
            starts.clear()
        if len(held) > _TEXT_BYTES:
            raise TableRefusedError("zip_bomb")
    yield held


def cut_workbook(archive: Archive, parts: Iterable[SheetPart]) -> tuple[bytes, dict[str, int]]:
    """Return a workbook of the first rows, and sheet -> the number of its last row where the file tells it.

    Merges are kept, and of the texts those that these rows point at. Raise TableRefusedError when it is damaged.
    """
    target, used, lines = io.BytesIO(), set[int](), dict[str, int]()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in filter(archive.has, _KEPT):
            packed.writestr(name, b"".join(archive.unpack(name)))
        for part in parts:
            scan = SheetScan()
            head, last = _cut_sheet(archive.unpack(part.member), scan)
            used.update(scan.texts)
            packed.writestr(part.member, head)
            lines.update({part.name: last} if last else {})
        if used and archive.has(SHARED_TEXTS):
            packed.writestr(SHARED_TEXTS, _cut_texts(archive.unpack(SHARED_TEXTS), used))
    return target.getvalue(), lines


def _cut_sheet(pieces: Iterator[bytes], scan: SheetScan) -> tuple[bytes, int]:
    """Return a sheet's XML without the rows past HEAD_ROWS, and the number of its last row, 0 when it tells none.

    What is cut out is not parsed: nobody reads it. In XML `<` stands nowhere but before a tag, so that the end of the
    rows is found by its bytes.
    """
    held = b""
    for piece in scan.see(pieces):
        held += piece
        if len(scan.row_starts) > HEAD_ROWS or len(held) > _HEAD_BYTES:
            break
    end = _DATA_END.search(held)
    cut = end.start() if end else len(held)
    if len(scan.row_starts) > HEAD_ROWS or (not end and len(held) > _HEAD_BYTES):
        cut = scan.row_starts[-1] if scan.row_starts else 0
    if not cut or (scan.row_starts and cut == scan.row_starts[0]):
        raise TableRefusedError("zip_bomb")
    head, rest = held[:cut], held[cut:]
    while (end := _DATA_END.search(rest)) is None and (piece := next(pieces, b"")):
        rest = rest[-_LOOK_BACK:] + piece
    rows, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, b"")
    for piece in pieces:
        tail += piece
        if len(tail) > _TAIL_BYTES:
            raise TableRefusedError("zip_bomb")
    numbers = _ROW_NUMBER.findall(rows)
    return head + tail, int(numbers[-1]) if numbers else scan.row


def _cut_texts(pieces: Iterable[bytes], used: Collection[int]) -> bytes:
    """Return the shared texts up to the last one used, those not used emptied."""
    last, kept = max(used), list[bytes]()
    for number, text in enumerate(_shared_texts(pieces), -1):
        kept.append(text if number in used or number < 0 else b"<si/>")
        if number == last:
            break
    root = _ROOT.search(kept[0])
    closing = b"</" + (root[1] if root else b"") + b"sst>"
    kept[-1] = kept[-1].partition(closing[:-1])[0]
    return b"".join((*kept, closing))


MOST_MERGES = 300_000
Merge: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
Rows: TypeAlias = Iterator[list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A loaded sheet: its rows, the first of them, its merges, its broken cells.

    `height` counts the rows down to the last cell with content, `loaded` those that the reader gives: it leaves out
    rows at the end in which every cell is broken.
    """

    name: str
    rows: Rows
    above: list[list[Any]]
    merges: Sequence[Merge]
    broken: Mapping[tuple[int, int], str]
    left: int
    height: int
    loaded: int


@contextmanager
def reading(stream: BinaryIO) -> Iterator[CalamineWorkbook]:
    """Give the reader of a workbook; raise TableRefusedError when it is damaged."""
    try:
        stream.seek(0)
        with CalamineWorkbook.from_filelike(stream) as workbook:
            yield workbook
    except (CalamineError, ValueError, OSError) as error:
        raise TableRefusedError("damaged") from error


def load_sheet(workbook: CalamineWorkbook, name: str, broken: Mapping[tuple[int, int], str]) -> Sheet:
    """Load a sheet of a workbook that is being read."""
    sheet = workbook.get_sheet_by_name(name)
    rows: Rows = sheet.iter_rows()
    above = list(islice(rows, ROWS_ABOVE + 4))
    (_, left), (last, right) = (sheet.start, sheet.end) if sheet.start and sheet.end else ((0, 0), (-1, -1))
    merges = _merges(sheet.merged_cell_ranges or [], right, len(above))
    loaded = last + 1
    height = max([loaded, *(row + 1 for row, column in broken if left <= column <= right)])
    return Sheet(
        name=name, rows=rows, above=above, merges=merges, broken=broken, left=left, height=height, loaded=loaded
    )


def _merges(ranges: list[Merge], last: int, rows: int) -> list[Merge]:
    """Return merges, but for what of them is right of the last column.

    Raises TableRefusedError when they cover more than all of the first rows; others can be gone through cell by cell.
    """
    merges = [
        ((top, left), (bottom, min(right, max(last, left + 1))))
        for (top, left), (bottom, right) in ranges[:MOST_MERGES]
    ]
    covered = sum(
        max(min(bottom + 1, rows) - top, 0) * (right + 1 - left)
        for (top, left), (bottom, right) in merges
        if left <= last
    )
    if covered > rows * (last + 2):
        raise TableRefusedError("damaged")
    return merges
