"""The zip file around a workbook, opened once: a bomb, macros or another kind of file are refused before unpacking.

Its XML is read by a strict parser: no document type, so no entities; no endless tag, no endless depth.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias
from xml.parsers import expat

from service.intake.raw_table import Source, TableRefusedError

MOST_MEMBERS = 2_000
MOST_SHEETS = 20
"""The visible sheets that are looked at."""

LARGEST_RATIO = 250
"""Repetitive sheets shrink to a hundredth at most; zlib itself reaches a thousandth."""

LONGEST_TAG = 4 * 1_048_576
"""A tag that does not end is read anew with every piece; an attribute of a workbook holds 32,767 characters at most."""

DEEPEST = 100_000
"""A workbook is ten deep; what is counted is at least the depth, as each comment adds to it."""

_SMALL_BYTES = 4 * 1_048_576
_CHUNK = 1 << 18
_LOCAL_HEADER = struct.Struct("<26xHH")
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OTHER_KINDS = (
    ("xl/workbook.bin", "XLSB"),
    ("mimetype", "ODS"),
    ("word/document.xml", "DOCX"),
    ("ppt/presentation.xml", "PPTX"),
)
WORKBOOK, TYPES, RELATIONS = "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
SHARED_TEXTS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"

Attributes: TypeAlias = dict[str, str]
Parser: TypeAlias = expat.XMLParserType


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """A visible sheet and the member of the archive that holds it."""

    name: str
    member: str


class Archive:
    """A workbook's archive that is safe to unpack, to be closed after use; `stream` is the file as it is."""

    def __init__(self, source: Source) -> None:
        """Check what it declares; raise TableRefusedError for anything out of the ordinary."""
        self.limits, self._size = source.limits, source.size
        self.stream = source.open()
        try:
            infos = zipfile.ZipFile(self.stream).infolist()
            self._members = {info.filename: info for info in infos}
            self._refuse_bombs(infos)
            self._refuse_other_kinds()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            self.stream.close()
            raise TableRefusedError("damaged") from error
        except TableRefusedError:
            self.stream.close()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.stream.close()

    def _refuse_bombs(self, infos: Sequence[zipfile.ZipInfo]) -> None:
        if len(infos) != len(self._members):
            raise TableRefusedError("damaged")
        if any(info.flag_bits & 1 for info in infos):
            raise TableRefusedError("encrypted")
        if any(info.compress_type not in _STORED_OR_DEFLATED or info.header_offset < 0 for info in infos):
            raise TableRefusedError("damaged")
        unpacked = sum(info.file_size for info in infos)
        if len(self._members) > MOST_MEMBERS or unpacked > self.limits.unpacked_bytes:
            raise TableRefusedError("zip_bomb")
        if sum(info.compress_size for info in infos) > self._size:
            raise TableRefusedError("zip_bomb")
        for info in infos:
            if info.file_size > _SMALL_BYTES and info.file_size > LARGEST_RATIO * max(info.compress_size, 1):
                raise TableRefusedError("zip_bomb")

    def _refuse_other_kinds(self) -> None:
        names = {name.lower() for name in self._members}
        if any("vbaproject" in name for name in names):
            raise TableRefusedError("macros")
        for name, kind in _OTHER_KINDS:
            if kind == "ODS" and name in names:
                raise TableRefusedError("open_document")
            if name in names:
                raise TableRefusedError("not_a_table", kind=kind)
        if WORKBOOK not in self._members:
            raise TableRefusedError("not_a_table", kind="ZIP")
        if any("macroenabled" in value.lower() for _, item in self._elements(TYPES) for value in item.values()):
            raise TableRefusedError("macros")

    def workbook(self) -> tuple[list[SheetPart], bool]:
        """Return the visible sheets in order, and whether the workbook counts days from 1904."""
        targets = {
            item.get("Id"): item.get("Target") for _, item in self._elements(RELATIONS) if "TargetMode" not in item
        }
        parts, epoch_1904 = list[SheetPart](), False
        for name, item in self._elements(WORKBOOK):
            epoch_1904 |= item.get("date1904") in ("1", "true")
            if name == "sheet" and item.get("state", "visible") == "visible":
                target = targets.get(next((value for key, value in item.items() if key.endswith(":id")), None)) or ""
                member = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
                if member in self._members:
                    parts.append(SheetPart(name=item.get("name", ""), member=member))
        return parts, epoch_1904

    def has(self, name: str) -> bool:
        """Tell whether there is such a member."""
        return name in self._members

    def walk(self, name: str, start: Callable[[str, Attributes], None]) -> None:
        """Call `start` with the name, without its prefix, and the attributes of each element of a member."""
        parser = strict_parser()
        parser.StartElementHandler = lambda element, attributes: start(element.rpartition(":")[2], attributes)
        for _ in parsed(self.unpack(name), parser):
            pass

    def _elements(self, name: str) -> list[tuple[str, Attributes]]:
        if name not in self._members:
            raise TableRefusedError("damaged")
        if self._members[name].file_size > _SMALL_BYTES:
            raise TableRefusedError("zip_bomb")
        found: list[tuple[str, Attributes]] = []
        self.walk(name, lambda *element: found.append(element))
        return found

    def unpack(self, name: str) -> Iterator[bytes]:
        """Yield a member piece by piece; raise TableRefusedError when it is longer than it declares."""
        info = self._members[name]
        left = info.file_size
        for piece in self._inflated(info):
            left -= len(piece)
            if left < 0:
                raise TableRefusedError("zip_bomb")
            yield piece

    def _inflated(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        self.stream.seek(info.header_offset)
        header = self.stream.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise TableRefusedError("damaged")
        place, inflate = self.stream.tell() + sum(_LOCAL_HEADER.unpack(header)), zlib.decompressobj(-zlib.MAX_WBITS)
        end = place + info.compress_size
        while place < end:
            self.stream.seek(place)  # another member may have been read meanwhile
            if not (packed := self.stream.read(min(_CHUNK // 4, end - place))):
                break
            place += len(packed)
            if info.compress_type == zipfile.ZIP_STORED:
                yield packed
                continue
            while packed:
                try:
                    yield inflate.decompress(packed, _CHUNK)
                except zlib.error as error:
                    raise TableRefusedError("damaged") from error
                packed = inflate.unconsumed_tail


def strict_parser() -> Parser:
    """Return a parser of UTF-8 that takes no document type; `parsed` feeds it."""
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


def _refuse_document_type(*_: object) -> None:
    raise TableRefusedError("damaged")


def parsed(pieces: Iterable[bytes], parser: Parser) -> Iterator[bytes]:
    """Yield each piece of XML once the parser has gone through it; raise TableRefusedError when it is damaged.

    Without an end the parser would read a tag anew with each piece, and remember each element that is open.
    """
    ends: list[str] = []
    parser.EndElementHandler = ends.append  # no function of ours, as there are as many ends as elements
    fed = depth = 0
    try:
        for piece in pieces:
            parser.Parse(piece)
            fed += len(piece)
            depth += piece.count(b"<") - piece.count(b"</") - len(ends)
            ends.clear()
            if fed - parser.CurrentByteIndex > LONGEST_TAG or depth > DEEPEST:
                raise TableRefusedError("zip_bomb")
            yield piece
        parser.Parse(b"", True)  # noqa: FBT003 - it takes no names
    except expat.ExpatError as error:
        raise TableRefusedError("damaged") from error
