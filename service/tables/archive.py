"""The zip file around a workbook: a bomb, macros or another kind of file are refused before anything is unpacked."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from service.tables.faults import TableRefusedError
from service.tables.sources import Source

MOST_MEMBERS = 2_000
MOST_SHEETS = 20
"""The visible sheets that are looked at."""

LARGEST_RATIO = 250
"""Repetitive sheets shrink to a hundredth at most; zlib itself reaches a thousandth."""

_SMALL_BYTES = 4 * 1_048_576
_CHUNK = 1 << 20
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
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_EPOCH = re.compile(rb"""\bdate1904\s*=\s*["'](?:1|true)["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """A visible sheet and the member of the archive that holds it."""

    name: str
    member: str


class Archive:
    """A workbook's archive that is safe to unpack."""

    def __init__(self, source: Source) -> None:
        """Check what it declares; raise TableRefusedError for anything out of the ordinary."""
        self._source = source
        try:
            with source.open() as stream, zipfile.ZipFile(stream) as packed:
                self._members = {info.filename: info for info in packed.infolist()}
                if len(packed.infolist()) != len(self._members):
                    raise TableRefusedError("damaged")
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise TableRefusedError("damaged") from error
        self._refuse_bombs()
        self._refuse_other_kinds()

    def _refuse_bombs(self) -> None:
        infos = self._members.values()
        if any(info.flag_bits & 1 for info in infos):
            raise TableRefusedError("encrypted")
        if any(info.compress_type not in _STORED_OR_DEFLATED or info.header_offset < 0 for info in infos):
            raise TableRefusedError("damaged")
        unpacked = sum(info.file_size for info in infos)
        if len(self._members) > MOST_MEMBERS or unpacked > self._source.limits.unpacked_bytes:
            raise TableRefusedError("zip_bomb")
        packed_total = sum(info.compress_size for info in infos)
        if packed_total > self._source.size:
            raise TableRefusedError("zip_bomb")
        for info in infos:
            if info.file_size > _SMALL_BYTES and info.file_size > LARGEST_RATIO * max(info.compress_size, 1):
                raise TableRefusedError("zip_bomb")

    def _refuse_other_kinds(self) -> None:
        names = {name.lower() for name in self._members}
        if any("vbaproject" in name for name in names):
            raise TableRefusedError("macros")
        for name, kind in _OTHER_KINDS:
            if name in names:
                raise TableRefusedError("not_a_table", kind=kind)
        if WORKBOOK not in self._members or TYPES not in self._members:
            raise TableRefusedError("not_a_table", kind="ZIP")
        if b"macroenabled" in self._whole(TYPES).lower():
            raise TableRefusedError("macros")

    @property
    def epoch_1904(self) -> bool:
        """Tell whether the workbook counts days from 1904."""
        return _EPOCH.search(self._whole(WORKBOOK)) is not None

    def sheets(self) -> list[SheetPart]:
        """Return the visible sheets in order."""
        relations = {
            item.get("Id"): item.get("Target", "") for item in self._tree(RELATIONS) if item.get("TargetMode") is None
        }
        parts = []
        for item in self._tree(WORKBOOK).iter():
            target = relations.get(item.get(_RELATION) or item.get(_STRICT_RELATION))
            if item.tag.endswith("}sheet") and item.get("state", "visible") == "visible" and target:
                member = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
                if member in self._members:
                    parts.append(SheetPart(name=item.get("name", ""), member=member))
        return parts

    def has(self, name: str) -> bool:
        """Tell whether there is such a member."""
        return name in self._members

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
        with self._source.open() as stream:
            stream.seek(info.header_offset)
            header = stream.read(_LOCAL_HEADER.size)
            if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
                raise TableRefusedError("damaged")
            stream.seek(sum(_LOCAL_HEADER.unpack(header)), 1)
            left, inflate = info.compress_size, zlib.decompressobj(-zlib.MAX_WBITS)
            while left > 0 and (packed := stream.read(min(_CHUNK // 4, left))):
                left -= len(packed)
                if info.compress_type == zipfile.ZIP_STORED:
                    yield packed
                    continue
                while packed:
                    try:
                        yield inflate.decompress(packed, _CHUNK)
                    except zlib.error as error:
                        raise TableRefusedError("damaged") from error
                    packed = inflate.unconsumed_tail

    def _whole(self, name: str) -> bytes:
        if self._members[name].file_size > _SMALL_BYTES:
            raise TableRefusedError("zip_bomb")
        return b"".join(self.unpack(name))

    def _tree(self, name: str) -> ET.Element:
        if name not in self._members:
            raise TableRefusedError("damaged")
        content = self._whole(name)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise TableRefusedError("damaged")
        try:
            return ET.fromstring(content)  # noqa: S314 - small, and without a document type there are no entities
        except (ET.ParseError, LookupError, ValueError) as error:
            raise TableRefusedError("damaged") from error
