"""Zipped documents, DOCX and OFD: refused before they are parsed where they are bombs or declare entities.

Knows how Word keeps paragraphs, tables and numbers, and which parts make a page of an OFD; nothing of an archive is
written to disk or looked up elsewhere.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from seeds.faults import CodedError
from seeds.fields import CELL_BREAK
from seeds.web_page import LONGEST_CELL, splits_label

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

MOST_UNPACKED_BYTES = 200 * 1024 * 1024
"""What an archive may unpack to: beyond this it is a bomb, not a policy."""
MOST_PART_BYTES = 64 * 1024 * 1024
MOST_PARTS = 20_000
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARES = re.compile(rb"<!\s{0,8}(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def open_package(data: bytes, kind: str) -> zipfile.ZipFile:
    """Return the archive of a file of this kind; raise CodedError where it is broken or beyond the limits."""
    if data.startswith(_OLE_SIGNATURE):
        raise CodedError("docx_locked")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise CodedError(f"{kind}_broken") from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED_BYTES:
        raise CodedError("docx_unpacks", size=unpacked)
    if len(entries) > MOST_PARTS:
        raise CodedError("package_parts", count=len(entries), most=MOST_PARTS)
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels")):
            _read_part(archive, entry.filename, kind)
    return archive


def _read_part(archive: zipfile.ZipFile, name: str, kind: str) -> bytes:
    """Return one XML part; raise CodedError where it is missing, too long, or declares a document type."""
    try:
        size = archive.getinfo(name).file_size
        if size > MOST_PART_BYTES:
            raise CodedError("docx_unpacks", size=size)
        data = archive.read(name)
    except (KeyError, *_BROKEN) as error:
        raise CodedError(f"{kind}_broken") from error
    if _DECLARES.search(data.replace(b"\0", b"")):
        raise CodedError("package_entities", part=name)
    return data


def docx_lines(data: bytes) -> list[str]:
    """Return the paragraphs and table rows of a Word file in order, with the numbers that Word counts itself."""
    from docx import Document  # noqa: PLC0415 - loaded when such a file is read
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415 - loaded when such a file is read
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # noqa: PLC0415 - what python-docx parses with

    with open_package(data, "docx"):
        pass
    try:
        document = Document(io.BytesIO(data))
    except (PackageNotFoundError, LxmlError, KeyError, ValueError, *_BROKEN) as error:
        raise CodedError("docx_broken") from error
    numbers = _WordNumbers(document)
    return [line for line in _word_lines(document, numbers) if line.strip()]


def _word_lines(holder: WordDocument | _Cell, numbers: _WordNumbers) -> Iterator[str]:
    from docx.text.paragraph import Paragraph  # noqa: PLC0415 - loaded when such a file is read

    for part in holder.iter_inner_content():
        if isinstance(part, Paragraph):
            yield from f"{numbers.of(part)}{part.text}".split("\n")
        else:
            yield from _table_lines(part, numbers)


def _table_lines(table: Table, numbers: _WordNumbers) -> Iterator[str]:
    for row in table.rows:
        # A merged cell is handed out once for each column that it spans.
        cells = list({cell._tc: cell for cell in row.cells}.values())  # noqa: SLF001 - no public name
        lines = [[line.strip() for line in _word_lines(cell, numbers) if line.strip()] for cell in cells]
        texts = [" ".join(cell) for cell in lines]
        short = all(len(cell) <= 1 for cell in lines) and all(len(text) <= LONGEST_CELL for text in texts)
        if texts and short and not splits_label(texts):
            yield CELL_BREAK.join(texts)
        else:
            yield from (line for cell in lines for line in cell)


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a Word list is numbered: first number, form of the number, text around it."""

    start: int
    form: str
    text: str


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_CIRCLED, _MOST_IN_CHINESE = 20, 99
_CHINESE = "〇一二三四五六七八九"
_CHINESE_FORMS = frozenset(
    ["chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting"]
)


class _WordNumbers:
    """The numbers that Word counts itself and does not write into its paragraphs."""

    def __init__(self, document: WordDocument) -> None:
        self._levels = dict(_word_levels(document))
        self._counts: Counter[tuple[str, int]] = Counter()

    def of(self, paragraph: Paragraph) -> str:
        """Return the number printed before a paragraph, "" for none."""
        place = _numbered_as(paragraph)
        level = self._levels.get(place) if place else None
        if place is None or level is None or level.form in {"none", "bullet"}:
            return ""
        listed, depth = place
        self._counts[place] += 1
        for deeper in range(depth + 1, 9):
            self._counts[listed, deeper] = 0
        return re.sub("%([1-9])", lambda found: self._printed(listed, int(found[1]) - 1), level.text)

    def _printed(self, listed: str, depth: int) -> str:
        level = self._levels.get((listed, depth))
        if level is None:
            return ""
        number = level.start + max(self._counts[listed, depth], 1) - 1
        if level.form in _CHINESE_FORMS:
            return _in_chinese(number)
        if level.form.startswith("decimalEnclosedCircle") and 1 <= number <= _MOST_CIRCLED:
            return chr(ord("①") + number - 1)
        if level.form in {"lowerLetter", "upperLetter"}:
            letter = chr(ord("a") + (number - 1) % 26)
            return letter if level.form == "lowerLetter" else letter.upper()
        return str(number)


def _in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if number > _MOST_IN_CHINESE:
        return str(number)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_CHINESE[tens]}十") + (_CHINESE[ones] if ones else "")


def _word_levels(document: WordDocument) -> Iterator[tuple[tuple[str, int], _Level]]:
    """Yield the levels of each list by its id."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError, AttributeError):
        return
    abstract = {one.get(f"{_WORD}abstractNumId"): one for one in root.iter(f"{_WORD}abstractNum")}
    for listed in root.iter(f"{_WORD}num"):
        shape = listed.find(f"{_WORD}abstractNumId")
        kind = abstract.get(shape.get(f"{_WORD}val")) if shape is not None else None
        for level in kind.iter(f"{_WORD}lvl") if kind is not None else ():
            told = {name: level.find(f"{_WORD}{name}") for name in ("start", "numFmt", "lvlText")}
            values = {name: one.get(f"{_WORD}val") or "" for name, one in told.items() if one is not None}
            start = values.get("start", "1")
            place = listed.get(f"{_WORD}numId") or "", int(level.get(f"{_WORD}ilvl") or 0)
            yield (
                place,
                _Level(int(start) if start.isdecimal() else 1, values.get("numFmt", ""), values.get("lvlText", "")),
            )


def _numbered_as(paragraph: Paragraph) -> tuple[str, int] | None:
    """Return the list and level of a paragraph, its own or that of its style."""
    own = paragraph._p.pPr  # noqa: SLF001 - no public name
    styled = paragraph.style.element.pPr if paragraph.style is not None else None
    for properties in (own, styled):
        number: Any = properties.numPr if properties is not None else None
        if number is not None and number.numId is not None:
            return str(number.numId.val), number.ilvl.val if number.ilvl is not None else 0
    return None


def ofd_layers(archive: zipfile.ZipFile) -> Iterator[list[ET.Element]]:
    """Yield what lies on each page of an OFD file: the templates under it, then its own content."""
    package = _OfdPackage(archive)
    for root in named(package.part("ofd.xml"), "DocRoot"):
        yield from package.pages(root.text or "")


def named(holder: ET.Element, name: str) -> Iterator[ET.Element]:
    """Yield the elements of this name in whatever namespace: programs write several."""
    return (one for one in holder.iter() if one.tag.rpartition("}")[2] == name)


class _OfdPackage:
    """The parts of an OFD file, by names as programs write them: in any case, with either slash."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {_inside("", alias): name for name in archive.namelist() for alias in _aliases(name)}
        self._templates: dict[str, ET.Element] = {}

    def part(self, name: str) -> ET.Element:
        try:
            data = _read_part(self._archive, self._names.get(name, name), "ofd")
            return ET.fromstring(data)  # noqa: S314 - document types were refused
        except ET.ParseError as error:
            raise CodedError("ofd_broken") from error

    def pages(self, root: str) -> Iterator[list[ET.Element]]:
        """Yield the layers of each page of one document."""
        name = _inside("", root)
        document, folder = self.part(name), posixpath.dirname(name)
        templates = {
            one.get("ID"): _inside(folder, one.get("BaseLoc") or "") for one in named(document, "TemplatePage")
        }
        for page in (page for listed in named(document, "Pages") for page in named(listed, "Page")):
            content = self.part(_inside(folder, page.get("BaseLoc") or ""))
            under = [templates.get(one.get("TemplateID"), "") for one in named(content, "Template")]
            yield [*(self._template(name) for name in under if name), content]

    def _template(self, name: str) -> ET.Element:
        if name not in self._templates:
            self._templates[name] = self.part(name)
        return self._templates[name]


def _aliases(name: str) -> Iterator[str]:
    """Yield the name of a part, and what it is where a program wrote Chinese without saying in which encoding."""
    yield name
    for encoding in ("gb18030", "utf-8"):
        try:
            yield name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue


def _inside(folder: str, location: str) -> str:
    """Return the name of a part: an absolute location begins at the archive, others at the folder."""
    location = location.strip().replace("\\", "/").lower()
    joined = location if location.startswith("/") else posixpath.join(folder, location)
    return posixpath.normpath(joined).lstrip("/")
