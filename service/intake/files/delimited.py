"""CSV in any of its everyday forms: encoding and separator found out, quotes honoured, one bad line costs one row.

The encoding is judged by all lines: one broken line does not change the answer.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import islice
from typing import BinaryIO

from service.intake.headings.header_row import (
    ROWS_ABOVE,
    begins_with_a_company,
    count_headings,
    find_header,
    groups_above,
    groups_of,
    headings_of,
    no_heading,
    two_lines,
)
from service.intake.raw_table import Broken, Format, RawRow, RawTable, Source, TableRefusedError
from service.intake.rows.rows import broken_row

_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def detect_encoding(stream: BinaryIO) -> tuple[str, int]:
    """Return the encoding's Python name and the number of line ends."""
    head = stream.read(4)
    stream.seek(0)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_CHUNK), b""))
    strict, lines = _decodes(stream, "utf-8")
    if strict:
        return "utf-8", lines
    stream.seek(0)
    likelier = _likelier(stream)
    stream.seek(0)
    return ("big5hkscs" if likelier == "gb18030" and _names_more_as_big5(stream) else likelier), lines


def _names_more_as_big5(stream: BinaryIO) -> bool:
    """Tell whether the first lines name more fields in traditional characters as Taiwan and Hong Kong write them."""
    lines = list(islice(stream, ROWS_ABOVE))
    named = {
        encoding: max(
            (count_headings(re.split(r"[,\t;|]", line.decode(encoding, "replace")), {}) for line in lines), default=0
        )
        for encoding in ("gb18030", "big5hkscs")
    }
    return named["big5hkscs"] > named["gb18030"]


def _decodes(stream: BinaryIO, encoding: str) -> tuple[bool, int]:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, good = 0, True
    while chunk := stream.read(_CHUNK):
        lines += chunk.count(b"\n")
        try:
            good and decoder.decode(chunk)
        except UnicodeDecodeError:
            good = False
    return good, lines


def _likelier(stream: BinaryIO) -> str:
    """Return the encoding that reads more of the lines that are not plain ASCII; GB18030 when neither does better."""
    readable = {"utf-8": 0, "gb18030": 0}
    for line in stream:
        if line.isascii():
            continue
        for encoding in readable:
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                continue
            readable[encoding] += 1
    # Bytes of UTF-8 often pass for GB18030, hardly ever the other way round.
    return "utf-8" if readable["utf-8"] * 2 > readable["gb18030"] else "gb18030"


DELIMITERS = (",", "\t", ";", "|", "，")
LINES_IN_A_CELL = 60
"""A quoted cell may hold this many lines; more are a quotation mark that is never closed."""

_MOST_CELLS = 16_384
"""Columns that a spreadsheet program has; a line of more cells is no row, whatever stands in them."""

_SAMPLE_RECORDS = 60
_UNDECODED = re.compile("[\udc80-\udcff]")
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_GUARDED = re.compile(r"'(?=[=+\-@\t\r＝＋－＠]|\d{16,}$)")
"""The mark that our own CSV puts before a text that a spreadsheet program might run or round."""


def open_delimited(source: Source, mapping: Mapping[str, str], on: date) -> RawTable:
    """Open a CSV file and find its headings as read on a day; raise TableRefusedError when there are none."""
    with source.open() as stream:
        encoding, lines = detect_encoding(stream)
    delimiter, named = _sniff_delimiter(source, encoding, mapping)
    records = _Records(source, encoding, delimiter, skip=named)
    first = records.first(ROWS_ABOVE + 2)
    texts = [[text.strip() for text in _printed(record)] for record in first]
    place = find_header(texts, mapping)
    if not {"row_too_long", "too_many_cells"}.isdisjoint(record for record in first[:place] if isinstance(record, str)):
        _refuse_width(source, encoding)
    if place is None:
        if not begins_with_a_company(texts):
            raise no_heading(texts)
        headings = [""] * max(map(len, texts))
        return RawTable(
            format=Format.CSV, headings=headings, rows=_rows(records, (), len(headings), 0), total=lines + 1,
            encoding=encoding, delimiter=delimiter, heading_line=named,
        )  # fmt: skip
    texts, block = two_lines(texts, place, on)
    headings = headings_of(texts, block, on)
    if len(headings) > source.limits.columns:
        raise TableRefusedError("too_many_columns", limit=source.limits.columns)
    return RawTable(
        format=Format.CSV,
        headings=headings,
        rows=_rows(records, first[block[0] : block[1] + 1], len(headings), block[1] + 1),
        total=max(lines - block[1], 0),
        encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        delimiter=delimiter,
        heading_line=block[1] + 1 + named,
        above=[text for record in texts[: block[0]] for text in record if text],
        groups={
            **(groups_above(texts[block[0] - 1], (), headings) if block[0] else {}),
            **groups_of(texts, block, headings),
        },
    )


def _refuse_width(source: Source, encoding: str) -> None:
    """Raise TableRefusedError when a line that is too long to be read would have more columns than are read."""
    most, longest = source.limits.columns, source.limits.row_characters
    with io.TextIOWrapper(source.open(), encoding, errors="surrogateescape", newline="") as stream:
        lines = islice(iter(lambda: stream.readline(longest + 1), ""), ROWS_ABOVE + 1)
        counts = ((len(line) > longest, line.count(mark)) for line in lines for mark in DELIMITERS)
        widest = max((count for is_long, count in counts if is_long or count >= _MOST_CELLS), default=0)
    if widest >= most:
        raise TableRefusedError("too_many_columns", limit=most)


def _rows(records: _Records, printed: Sequence[list[str] | str], width: int, above: int) -> Iterator[RawRow]:
    """Yield the rows below the headings; headings printed again on every page are no company."""
    again = [_stripped(record) for record in printed]
    starts = {record[0] for record in again if record}
    for row, record in enumerate(islice(records, above, None), 1):
        line = records.skip + above + row
        if isinstance(record, str):
            limits = {"count": _MOST_CELLS, "limit": width if record == "too_many_cells" else records.longest}
            yield broken_row(row, line, record, **limits)
        elif len(record) > width and any(text.strip() for text in record[width:]):
            yield broken_row(row, line, "too_many_cells", count=len(record), limit=width)
        elif record[0].strip() not in starts or _stripped(record) not in again:
            whole = "".join(record)
            is_plain = "'" not in whole and not _UNDECODED.search(whole)
            yield RawRow(row=row, line=line, cells=record if is_plain else [_cell(text) for text in record])
        else:
            yield RawRow(row=row, line=line, skipped="headings_again")


def _stripped(record: Sequence[str]) -> list[str]:
    """Return the texts of a record without blanks around them and without empty cells at its end."""
    texts = [text.strip() for text in record]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _printed(record: list[str] | str) -> list[str]:
    """Return the texts of a record as they can be shown, none for a line that is no record."""
    return [_UNDECODED.sub("\ufffd", text) for text in record] if isinstance(record, list) else []


def _cell(text: str) -> str | Broken:
    if _UNDECODED.search(text):
        return Broken("not_decodable")
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


class _Records:
    """The records of a file in order: cells, or the code of what is wrong with the line; one reader at a time."""

    def __init__(self, source: Source, encoding: str, delimiter: str, *, skip: int = 0) -> None:
        self.skip = skip
        self._source, self._encoding = source, encoding
        self._delimiter = delimiter
        self.longest = source.limits.row_characters
        self._lines: deque[str] = deque()

    def __iter__(self) -> Generator[list[str] | str, None, None]:
        self._lines.clear()
        with io.TextIOWrapper(
            self._source.open(), self._encoding, errors="surrogateescape", newline=""
        ) as self._stream:
            for _ in range(self.skip):
                self._next_line()
            while (record := self._next_record()) is not None:
                yield record

    def first(self, count: int) -> list[list[str] | str]:
        """Return the first records, at most `count`."""
        with closing(iter(self)) as records:
            return list(islice(records, count))

    def _next_line(self) -> str:
        return self._lines.popleft() if self._lines else self._stream.readline(self.longest + 1)

    def _next_record(self) -> list[str] | str | None:
        line = self._next_line()
        if not line:
            return None
        if len(line) > self.longest:
            while line and not line.endswith(("\n", "\r")):
                line = self._next_line()
            return "row_too_long"
        if line.count(self._delimiter) >= _MOST_CELLS:
            return "too_many_cells"
        if '"' not in line:
            return line.rstrip("\r\n").split(self._delimiter)
        return self._quoted(line)

    def _quoted(self, first: str) -> list[str] | str:
        """Read on until the quotation marks are closed; when they never are, only the first line is lost."""
        lines = [first]
        while sum(map(len, lines)) <= self.longest:
            if '"' in lines[-1]:
                try:
                    return next(csv.reader(lines, delimiter=self._delimiter, strict=True))
                except csv.Error as error:
                    if "unexpected end" not in str(error):
                        break
            more = self._next_line() if len(lines) < LINES_IN_A_CELL else ""
            if not more:
                break
            lines.append(more)
        return self._unclosed(lines)

    def _unclosed(self, lines: list[str]) -> list[str] | str:
        """Give back what was read ahead; a mark inside one line is a character, as in spreadsheet programs."""
        self._lines.extendleft(reversed(lines[1:]))
        try:
            next(csv.reader(lines[:1], delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                return "unclosed_quote"
        try:
            return next(csv.reader(lines[:1], delimiter=self._delimiter))
        except csv.Error:
            return "row_too_long"


def _sniff_delimiter(source: Source, encoding: str, mapping: Mapping[str, str]) -> tuple[str, int]:
    """Return the separator under which the most headings are understood, and whether a line names it (1 or 0)."""
    with io.TextIOWrapper(source.open(), encoding, errors="surrogateescape", newline="") as stream:
        if named := _SEP_LINE.fullmatch(stream.readline(_SAMPLE_RECORDS)):
            return named[1], 1
    return max(DELIMITERS, key=lambda delimiter: _fitness(source, encoding, delimiter, mapping)), 0


def _fitness(source: Source, encoding: str, delimiter: str, mapping: Mapping[str, str]) -> tuple[int, int]:
    """Return how many headings are understood under a separator, then how many records are of the usual width."""
    records = _Records(source, encoding, delimiter)
    sample = [_printed(record) for record in records.first(_SAMPLE_RECORDS)]
    best = max((count_headings(record, mapping) for record in sample[: ROWS_ABOVE + 1]), default=0)
    widths = [len(record) for record in sample if len(record) > 1]
    return best, max(map(widths.count, widths), default=0)
