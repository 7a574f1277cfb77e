"""Writes small PDF files for tests: Chinese words at places of a page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>",
    (
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
    ),
    (
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0"
        b" /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
    ),
)
_LOCK = b" /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]" % (b"00" * 32, b"11" * 32)
"""What a trailer says of a file that needs a password."""


def write_pdf(path: Path, pages: list[list[tuple[int, int, str]]], *, locked: bool = False) -> Path:
    """Write a file with these words on each page: left edge and base line in points, and what they say."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", *_FONT]
    kids = []
    for words in pages:
        content = b" ".join(
            b"BT /F1 12 Tf %d %d Td <%s> Tj ET" % (x, y, text.encode("utf-16-be").hex().encode())
            for x, y, text in words
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        resources = b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R" % len(objects)
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s >>" % resources)
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    path.write_bytes(pdf_of(objects, _LOCK if locked else b""))
    return path


def lines_of(texts: Iterable[str]) -> list[tuple[int, int, str]]:
    """Return lines of text as the words of a page, one below the other."""
    return [(50, 760 - 20 * number, text) for number, text in enumerate(texts)]


def pdf_of(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """Return the bytes of a file with these objects, numbered from 1; the first is the catalogue."""
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(data), len(offsets) + 1
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R%s >>\n" % (size, table, size, trailer)
    return data + b"startxref\n%d\n%%%%EOF\n" % start
