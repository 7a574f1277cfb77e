"""A file into its text: TXT, Markdown, HTML, DOCX and PDF, with the encoding found before anything is parsed.

Knows file formats, not documents: page numbers, broken lines and marks are left for cleaning. The libraries
for DOCX, HTML and PDF are loaded when such a file is read: a service that reads none does not carry them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from seeds.faults import Fault, SeedError

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from selectolax.lexbor import LexborNode

LARGEST_FILE_BYTES = 20 * 1024 * 1024
# What a DOCX may unpack to: beyond this it is a bomb, not a policy.
_LARGEST_UNPACKED_BYTES = 10 * LARGEST_FILE_BYTES
_CELL_BREAK = "|"
_LONGEST_CELL = 200
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DECLARED_CHARSET = re.compile(rb"""<meta[^>]+?charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]+?encoding\s*=\s*["']([\w-]+)""", re.IGNORECASE)
# Pages that declare gb2312 or gbk use characters outside of them; GB18030 holds both.
_WIDER_CHARSET = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030"}
_PLAIN = re.compile("[\\s!-~\u00b7\u2010-\u2026\u3000-\u303f\u4e00-\u9fff\uff01-\uff65]")
_TABLE_RULE = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+(?:[ \t]*:?-{3,}:?)?[ \t]*$", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_BLOCKS = (
    "address,article,aside,blockquote,br,caption,center,dd,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,h3,"
    "h4,h5,h6,header,hr,li,main,nav,ol,p,pre,section,table,td,th,tr,ul"
)
_UNREAD = "script,style,noscript,template,svg,iframe,select,button"
# A private character stands for a line end while the white space of the markup is folded away.
_LINE_MARK = "\ue000"


class ReadingError(SeedError):
    """A file that cannot be read as text; the one fault says why and what to do."""

    def __init__(self, path: Path, code: str, /, **params: object) -> None:
        """Name the file and the reason."""
        super().__init__([Fault(file=path.name, pointer="", code=code, params=params)])


def read_text(path: Path) -> str:
    """Return the text of a file, lines ended by a newline; raise ReadingError when it cannot be had."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        kinds = " ".join(sorted(suffix.lstrip(".") for suffix in _READERS))
        raise ReadingError(path, "kind_not_read", kind=path.suffix or "(none)", kinds=kinds)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise ReadingError(path, "file_too_long", size=size, most=LARGEST_FILE_BYTES)
        data = path.read_bytes()
    except OSError as error:
        raise ReadingError(path, "cannot_be_opened", reason=error.strerror) from error
    return re.sub(r"\r\n?", "\n", reader(path, data))


def decode_text(path: Path, data: bytes) -> str:
    """Return bytes of unknown encoding as text: byte order mark first, then UTF-8, UTF-16, GB18030."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode(path, data, (encoding,))
    # UTF-8 and GB18030 text has no zero bytes; UTF-16 text has some, in its line ends at the least.
    return _decode(path, data, ("utf-16-le", "utf-16-be") if b"\0" in data else ("utf-8", "gb18030"))


def _decode(path: Path, data: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not encoding.endswith("e") or len(_PLAIN.findall(text)) >= 0.9 * len(text):
            return text
    raise ReadingError(path, "encoding_unknown")


def _read_markdown(path: Path, data: bytes) -> str:
    """Return Markdown without links, escapes and table rules; headings and emphasis are left for cleaning."""
    text = decode_text(path, data)
    text = re.sub(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1", text)
    text = _TABLE_RULE.sub("", text)
    text = _TABLE_ROW.sub(lambda row: re.sub(r"[ \t]*\|[ \t]*", _CELL_BREAK, row[1].strip()), text)
    return re.sub(r"\\([\\`*_{}\[\]()#+\-.!|>])", r"\1", text)


def _read_html(path: Path, data: bytes) -> str:
    """Return the text of a page, each block on its own line and each row of a data table on one."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - see the module's docstring

    page = LexborHTMLParser(_decode_page(path, data))
    for node in page.css(_UNREAD):
        node.decompose()
    for row in page.css("tr"):
        _flatten_row(row)
    for node in page.css(_BLOCKS):
        node.insert_before(_LINE_MARK)
        node.insert_after(_LINE_MARK)
    body = re.sub(r"[^\S\u3000]+", " ", page.body.text(deep=True, separator="") if page.body else "")
    body = "\n".join(line.strip(" ") for line in body.split(_LINE_MARK) if line.strip())
    # The title goes first where its words stand nowhere in the body.
    named = page.css_first("title")
    title = re.sub(r"\s+", " ", named.text()).strip() if named else ""
    return body if title in body else f"{title}\n{body}"


def _decode_page(path: Path, data: bytes) -> str:
    if not any(data.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS):
        declared = _XML_CHARSET.search(data[:256]) or _DECLARED_CHARSET.search(data[:8192])
        name = declared[1].decode("ascii").lower() if declared else ""
        try:
            return data.decode(_WIDER_CHARSET.get(name, name)) if name else decode_text(path, data)
        except (LookupError, UnicodeDecodeError):
            pass  # A page may declare what it is not; its bytes then tell.
    return decode_text(path, data)


def _flatten_row(row: LexborNode) -> None:
    """Put a row of short cells on one line; rows that lay out a whole page keep their blocks."""
    cells = [re.sub(r"\s+", " ", cell.text(deep=True)).strip() for cell in row.css("td,th")]
    if not row.css("table") and all(len(cell) <= _LONGEST_CELL for cell in cells):
        row.replace_with(f"{_LINE_MARK}{_CELL_BREAK.join(cells)}{_LINE_MARK}")


def _read_docx(path: Path, data: bytes) -> str:
    """Return the paragraphs and table rows of a Word file in order, without the numbers Word counts itself."""
    from docx import Document  # noqa: PLC0415 - see the module's docstring
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415 - see the module's docstring

    if data.startswith(_OLE_SIGNATURE):
        raise ReadingError(path, "docx_locked")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _LARGEST_UNPACKED_BYTES:
            raise ReadingError(path, "docx_unpacks", size=unpacked)
        document = Document(io.BytesIO(data))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise ReadingError(path, "docx_broken") from error
    return "\n".join(_docx_lines(document))


def _docx_lines(document: WordDocument) -> Iterator[str]:
    for part in document.iter_inner_content():
        if hasattr(part, "text"):
            yield part.text
            continue
        for row in part.rows:
            # A merged cell is handed out once for each column that it spans.
            cells = {cell._tc: re.sub(r"\s+", " ", cell.text).strip() for cell in row.cells}  # noqa: SLF001 - no public name
            yield _CELL_BREAK.join(cells.values())


def _read_pdf(path: Path, data: bytes) -> str:
    """Return the text layer of a PDF, page by page."""
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - see the module's docstring

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise ReadingError(path, "pdf_locked" if locked else "pdf_broken") from error
    with document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    # A scanned booklet often has a text cover: half of the pages without words is too many.
    if 2 * sum(bool(page.strip()) for page in pages) < max(len(pages), 1):
        raise ReadingError(path, "pdf_pictures")
    return "\n".join(pages)


_READERS: dict[str, Callable[[Path, bytes], str]] = {
    ".txt": decode_text,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".docx": _read_docx,
    ".pdf": _read_pdf,
}
