"""A file into its text: TXT, Markdown, HTML, DOCX, PDF and OFD, with the encoding found before anything is parsed.

Knows file formats, not documents: broken lines and marks are left for cleaning. The libraries for DOCX, HTML and PDF
are loaded when such a file is read: a service that reads none does not carry them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seeds.faults import CodedError, Fault, SeedError
from seeds.fields import CELL_BREAK, parted_labels, split_labels
from seeds.furniture import is_page, without_furniture
from seeds.packages import docx_lines
from seeds.paper import ofd_pages, pdf_pages, without_running_heads
from seeds.web_page import DEEPEST_PAGE, nests_too_deep, page_lines

PICTURES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff")
LARGEST_FILE_BYTES = 20 * 1024 * 1024
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DECLARED_CHARSET = re.compile(rb"""<meta[^<>]{1,400}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w-]{1,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s{0,99}<\?xml[^>]{1,200}?encoding\s{0,9}=\s{0,9}["']([\w-]{1,40})""", re.IGNORECASE)
# Pages that declare gb2312 or gbk use characters outside of them; GB18030 holds both.
_WIDER_CHARSET = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030"}
_PLAIN = re.compile("[\\s!-~\u00b7\u2010-\u2026\u3000-\u303f\u4e00-\u9fff\uff01-\uff65]")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,600}\)")
_TABLE_RULE = re.compile(r"[|:\- \t]+")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The text of a file; `whole` says that each of its lines is a paragraph, not a line that a page broke.

    `pages` are the lines as they were found, page by page; a file without pages is one. `by_machine` says that they
    were recognised in a picture: nobody has read them yet.
    """

    text: str
    whole: bool
    pages: tuple[tuple[str, ...], ...]
    by_machine: bool = False


Pages = Sequence[Sequence[str]]


class ReadingError(SeedError):
    """A file that cannot be read as text; the one fault says why and what to do."""

    def __init__(self, path: Path, code: str, /, **params: object) -> None:
        """Name the file and the reason."""
        super().__init__([Fault(file=path.name, pointer="", code=code, params=params)])


def recognised_source(pages: Pages) -> Source:
    """Return what a machine recognised in the pictures of pages."""
    kept = tuple(map(tuple, without_running_heads([list(page) for page in pages])))
    text = "\n".join(split_labels(parted_labels([line for page in kept for line in page])))
    return Source(text=text, whole=False, pages=kept, by_machine=True)


def read_text(path: Path) -> str:
    """Return the text of a file, lines ended by a newline; raise ReadingError when it cannot be had."""
    return read_source(path).text


def read_source(path: Path) -> Source:
    """Return the text of a file without the page around it; raise ReadingError when it cannot be had."""
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
    read, whole = reader
    try:
        pages = tuple(map(tuple, read(path, data)))
    except CodedError as error:
        raise ReadingError(path, error.code, **error.params) from error
    text = "\n".join(line for page in pages for line in page)
    # Each line that was copied from a page is a paragraph of it.
    if whole or is_page(text):
        return Source(text=without_furniture(text), whole=True, pages=pages)
    return Source(text="\n".join(split_labels(text.split("\n"))), whole=False, pages=pages)


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


def _one_page(text: str) -> Pages:
    return [re.sub(r"\r\n?", "\n", text).split("\n")]


def _read_plain(path: Path, data: bytes) -> Pages:
    return _one_page(decode_text(path, data))


def _read_markdown(path: Path, data: bytes) -> Pages:
    """Return Markdown without links, escapes and table rules; headings and emphasis are left for cleaning."""
    text = _LINK.sub(r"\1", decode_text(path, data))
    lines = [_table_row(line) for line in text.split("\n") if not _is_table_rule(line)]
    return _one_page(_ESCAPED.sub(r"\1", "\n".join(lines)))


def _is_table_rule(line: str) -> bool:
    """Tell whether a line only parts the head of a table from its rows: |---|:--:|."""
    return "|" in line and "---" in line and _TABLE_RULE.fullmatch(line) is not None


def _table_row(line: str) -> str:
    row = line.strip(" \t\r")
    if len(row) > 1 and row.startswith("|") and row.endswith("|"):
        return CELL_BREAK.join(cell.strip() for cell in row[1:-1].split("|"))
    return line


def _read_html(path: Path, data: bytes) -> Pages:
    """Return the document of a page, each block on its own line and each row of a data table on one."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - see the module's docstring

    page = _decode_page(path, data)
    if nests_too_deep(page):
        raise CodedError("page_too_deep", most=DEEPEST_PAGE)
    return _one_page("\n".join(page_lines(LexborHTMLParser(page))))


def _decode_page(path: Path, data: bytes) -> str:
    if not any(data.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS):
        declared = _XML_CHARSET.search(data[:256]) or _DECLARED_CHARSET.search(data[:8192])
        name = declared[1].decode("ascii").lower() if declared else ""
        try:
            return data.decode(_WIDER_CHARSET.get(name, name)) if name else decode_text(path, data)
        except (LookupError, UnicodeDecodeError):
            pass  # A page may declare what it is not; its bytes then tell.
    return decode_text(path, data)


def _read_docx(_: Path, data: bytes) -> Pages:
    return _one_page("\n".join(docx_lines(data)))


def _read_pdf(_: Path, data: bytes) -> Pages:
    return without_running_heads(pdf_pages(data))


def _read_ofd(_: Path, data: bytes) -> Pages:
    return without_running_heads(ofd_pages(data))


def _read_picture(_: Path, __: bytes) -> Pages:
    raise CodedError("picture")


# How each kind is read, and whether its lines are whole paragraphs.
_READERS: dict[str, tuple[Callable[[Path, bytes], Pages], bool]] = {
    ".txt": (_read_plain, False),
    ".md": (_read_markdown, False),
    ".markdown": (_read_markdown, False),
    ".html": (_read_html, True),
    ".htm": (_read_html, True),
    ".docx": (_read_docx, True),
    ".pdf": (_read_pdf, False),
    ".ofd": (_read_ofd, False),
    **dict.fromkeys(PICTURES, (_read_picture, False)),
}
