"""A table before it is understood: its bytes, its form judged by content, its rows as cells, what is wrong with it.

It knows no field of a profile; columns without a heading get a name, so that what stands in them is not lost.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from seeds.faults import CodedError, worded
from seeds.vocabulary import printable
from seeds.word_lists import word_lists
from service.complaints import Complaint, published


class TableRefusedError(CodedError):
    """A whole file that is not read; the code and its parameters say why."""

    headings: tuple[str, ...] = ()
    """What may be the headings of a table in which none was understood."""

    def __reduce__(self) -> tuple[Callable[..., TableRefusedError], tuple[object, ...]]:
        """Let it go from one process to another as it is, whatever its kind is made of."""
        return _again, (type(self), self.__dict__)


def _again(kind: type[TableRefusedError], state: Mapping[str, Any]) -> TableRefusedError:
    error = kind.__new__(kind, state["code"])
    error.__dict__.update(state)
    return error


class CellError(CodedError):
    """A cell that states no value of its field."""


class LeftOpenError(CellError):
    """A cell that was understood and states nothing a condition can use: the row counts, its fact stays unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One thing wrong in a row: the field, its heading, what stands there (shortened), a code and its parameters.

    `position` is that of the column, -1 where there is none.
    """

    field: str
    heading: str
    value: str
    code: str
    params: Mapping[str, Any]
    position: int = -1

    @property
    def published(self) -> str:
        """The code that the API answers with."""
        return published(self.code)

    def worded(self, language: str) -> tuple[str, str]:
        """Return the message and the hint."""
        return worded(self.code, self.params, language)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, in both languages."""
        zh, hint_zh = self.worded("zh")
        en, hint_en = self.worded("en")
        return {
            "field": self.field, "heading": self.heading, "value": self.value, "code": self.published,
            "message_zh": zh, "hint_zh": hint_zh, "message_en": en, "hint_en": hint_en,
        }  # fmt: skip


def fault_of(complaint: Complaint, heading: str = "") -> RowFault:
    """Return a complaint about a profile as a fault of its row; its field is the pointer into the profile."""
    name = complaint.pointer.removeprefix("/profile").removeprefix("/")
    return RowFault(field=name, heading=heading, value="", code=complaint.code, params=complaint.params)


PROFILES_FORM = "profiles"
"""How the name of a file ends that holds the profiles of a JSON body, one a line."""

_HEAD_BYTES = 4096
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_OTHER_KINDS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "SQLite"),
)


class Format(StrEnum):
    """The tables that are read."""

    CSV = "csv"
    XLSX = "xlsx"
    NDJSON = "ndjson"
    PARQUET = "parquet"


MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.NDJSON: "application/x-ndjson",
    Format.PARQUET: "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read at most; what is more is refused in words."""

    file_bytes: int = 128 * 1_048_576
    rows: int = 200_000
    columns: int = 256
    unpacked_bytes: int = 768 * 1_048_576
    sheet_cells: int = 12_000_000
    row_characters: int = 400_000


Cell: TypeAlias = str | int | float | bool | date | time | timedelta | list[Any] | dict[str, Any] | None


SHOWN_CHARACTERS, SHOWN_WHOLE = 40, 200
"""So many characters of a cell are told at most where something is wrong with it, and kept where it is kept."""


def text_of(cell: object) -> str:
    """Return what a cell shows, on one line, "" where it shows nothing."""
    if type(cell) is str:
        text = cell.strip()
        if len(text) <= SHOWN_WHOLE and text.isprintable():
            return text
        return printable(" ".join(text.split()), SHOWN_WHOLE)
    if cell is None or isinstance(cell, Broken):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    elif isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        cell = cell.date()
    text = json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else str(cell)
    return printable(" ".join(text.split()), SHOWN_WHOLE)


def texts_of(cells: Sequence[Cell | Broken], places: Sequence[int]) -> tuple[str, ...]:
    """Return what some cells of a row show; a row may be shorter than the headings."""
    if not places:
        return ()
    shown, width = [], len(cells)
    for place in places:  # most cells are short texts, and a call for each would be felt
        cell = cells[place] if place < width else ""
        is_plain = type(cell) is str and len(cell) <= SHOWN_WHOLE and cell.isprintable()
        shown.append(cell.strip() if is_plain else text_of(cell))  # type: ignore[union-attr]  # a text, then
    return tuple(shown)


BLANKS = word_lists().blank_cells
"""What is written in a cell, small letters and without brackets around it, that says nothing."""

_BRACKETS = "([（【「《“)]）】」》”"
_GUARDED_FORMULA = re.compile(r'="([^"]*)"')
_GUARDED_TEXT = re.compile(r"['’‘`](?=[0-9][0-9A-Za-z]*$)")
"""What keeps a spreadsheet program from taking a text of digits for a number."""


def is_blank(text: str) -> bool:
    """Tell whether a text says nothing: 「-」, 「未公开」, 「（空白）」."""
    bare = text.casefold()
    return bare in BLANKS or (bare[0] in _BRACKETS and bare.strip(_BRACKETS) in BLANKS)


def unguarded(text: str) -> str:
    """Return a text without what stands around it only to keep it a text: 「="0012"」 and 「'0012」 say 0012."""
    if text[:1].isalnum():
        return text
    if guarded := _GUARDED_FORMULA.fullmatch(text):
        return guarded[1].strip()
    return _GUARDED_TEXT.sub("", text, count=1)


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands for a cell whose value the file does not give: the code says why, of which `text` where that helps.

    `left_open` says that it costs the fact only, not the row.
    """

    code: str
    text: str = ""
    left_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """A line of a file: its cells by column, or the faults that leave it unread.

    `unknown` are the fields of a profile that there are not; `skipped` tells what a row is that is none of the table,
    `hidden` that the file does not show it.
    """

    row: int
    line: int
    cells: Sequence[Cell | Broken] = ()
    faults: tuple[RowFault, ...] = ()
    unknown: tuple[str, ...] = ()
    skipped: str = ""
    hidden: bool = False


@dataclass(slots=True)
class SheetRead:
    """A sheet of a workbook of which all are read: how many rows below its headings, or why none is."""

    name: str
    reason: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """A file taken apart: its headings, and its rows, which may be gone through once; `total` is a bound, if known.

    `left` is the number of empty columns before the first heading, `above` the texts above the headings, `groups`
    the headings of groups of columns by position, `other_sheets` those that hold data too and are not read.
    `profiles` says that the rows are profiles sent as JSON.
    """

    format: Format
    headings: Sequence[str]
    rows: Iterator[RawRow]
    total: int | None = None
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    heading_line: int = 1
    left: int = 0
    above: Sequence[str] = ()
    groups: Mapping[int, str] = field(default_factory=dict)
    profiles: bool = False
    epoch_1904: bool = False

    @property
    def about(self) -> dict[str, str | int]:
        """Return how the file was read: encoding, separator, sheet, and the line of its headings."""
        reported = {"encoding": self.encoding, "delimiter": self.delimiter, "sheet": self.sheet}
        named = {name: value for name, value in reported.items() if value}
        return {"format": self.format.value, **named, "heading_line": self.heading_line}


@dataclass(frozen=True, slots=True)
class Source:
    """A file on disk or in memory; `profiles` says that it holds profiles sent as JSON, whatever it looks like."""

    content: Path | bytes
    limits: Limits = field(default_factory=Limits)
    profiles: bool = False

    def open(self) -> BinaryIO:
        """Open it from its beginning."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    @property
    def size(self) -> int:
        """Return its length in bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def head(self, count: int = _HEAD_BYTES) -> bytes:
        """Return its first bytes."""
        with self.open() as stream:
            return stream.read(count)


def source_of(content: Path | bytes, limits: Limits | None = None) -> Source:
    """Return a file as a source; its name alone tells profiles sent as JSON from an NDJSON file."""
    profiles = isinstance(content, Path) and content.suffix == f".{PROFILES_FORM}"
    return Source(content, limits or Limits(), profiles=profiles)


def sniff_format(source: Source) -> Format:
    """Return what kind of table it is; raise TableRefusedError, saying what to do, when it is none."""
    if source.size > source.limits.file_bytes:
        raise TableRefusedError("file_too_large", limit=source.limits.file_bytes)
    if source.profiles:
        return Format.NDJSON
    head = source.head()
    if not head.strip(b" \t\r\n\xef\xbb\xbf\x00"):
        raise TableRefusedError("empty_file")
    if head.startswith(_ZIP):
        return Format.XLSX
    if head.startswith(_PARQUET):
        return Format.PARQUET
    if head.startswith(_OLE):
        with source.open() as stream:
            raise TableRefusedError("encrypted" if _ENCRYPTED_STREAM in stream.read() else "old_excel")
    return _sniff_text(head)


def _sniff_text(head: bytes) -> Format:
    for magic, kind in _OTHER_KINDS:
        if head.startswith(magic):
            raise TableRefusedError("not_a_table", kind=kind)
    if head.startswith(_BOMS[1:]) and head.decode("utf-16", "ignore").lstrip().startswith("{"):
        raise TableRefusedError("ndjson_not_utf8")
    text = head.removeprefix(_BOMS[0]).lstrip()
    if text.startswith(b"["):
        raise TableRefusedError("json_list")
    if text[:200].lower().startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta")):
        raise TableRefusedError("not_a_table", kind="HTML/XML")
    if b"\x00" in head and not head.startswith(_BOMS[1:]):
        raise TableRefusedError("not_a_table", kind="binary")
    return Format.NDJSON if text.startswith(b"{") else Format.CSV


_ZH, _EN = "（{} 列，没有表头）", "(column {}, no heading)"
_ZH_NAME, _EN_NAME = re.compile(r"（(\w+) 列，没有表头）"), re.compile(r"\(column (\w+), no heading\)", re.IGNORECASE)


def unnamed(raw: RawTable) -> frozenset[int]:
    """Return the positions of the columns without a heading."""
    return frozenset() if raw.profiles else frozenset(place for place, text in enumerate(raw.headings) if not text)


def column_names(raw: RawTable) -> Sequence[str]:
    """Return the headings, and what is stated in the place of one where there is none."""
    if raw.profiles:
        return raw.headings
    return named(raw.headings, raw.left if raw.format in (Format.CSV, Format.XLSX) else None)


def named(headings: Sequence[str], left: int | None) -> list[str]:
    """Return headings with a name for each column without one; `left` are the columns of the sheet before the first."""
    return [text or _ZH.format(_letter(place, left)) for place, text in enumerate(headings)]


def in_language(heading: str, language: str) -> str:
    """Return a heading as it is shown in a language: only that of a column without one is in words of ours."""
    found = _ZH_NAME.fullmatch(heading) if language == "en" else None
    return _EN.format(found[1]) if found else heading


def as_named(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return what the caller says columns are by the names that they have, in whichever language these were stated."""
    english = {heading: _EN_NAME.fullmatch(heading.strip()) for heading in mapping}
    return {_ZH.format(found[1].upper()) if found else heading: mapping[heading] for heading, found in english.items()}


def _letter(place: int, left: int | None) -> str:
    return str(place + 1) if left is None else str(xl_col_to_name(left + place))
