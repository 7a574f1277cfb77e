"""Writes small OFD files for tests: a zip of XML, as plainly or as oddly as programs write them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

NAMESPACE = "http://www.ofdspec.org/2016"


def write_ofd(
    path: Path, pages: list[list[str]], *, listed: int | None = None, page: str = "Pages/Page_{}/Content.xml"
) -> Path:
    """Write a file with these lines on each page; `listed` is how many pages it claims, `page` where they lie."""
    places = [page.format(number % len(pages)) for number in range(listed or len(pages))]
    contents = {
        f"Doc_0/Pages/Page_{number}/Content.xml": reversed([run(line, 30, 35 + 8 * n) for n, line in enumerate(lines)])
        for number, lines in enumerate(pages)
    }
    return write_parts(path, places, contents)


def run(text: str, left: float, base: float, *, size: float = 5, more: str = "", code: str = "") -> str:
    """Return a text object that stands on a base line; `more` are its own attributes, `code` those of its text."""
    return (
        f'<ofd:TextObject Boundary="{left} {base - size} 150 {size}" Size="{size}" {more}>'
        f'<ofd:TextCode X="0" Y="{size}" {code}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def glyphs(text: str, left: float, base: float, *, size: float = 3.7) -> list[str]:
    """Return text as word processors export it: each glyph an object, 20 times too large, made small by a matrix."""
    return [
        f'<ofd:TextObject Boundary="{left + number * size:.4f} {base - size:.4f} {size} {size}" Size="{size * 20}"'
        ' CTM="0.05 0 0 0.05 0 0"><ofd:CGTransform CodePosition="0" CodeCount="1" GlyphCount="1"><ofd:Glyphs>7'
        f'</ofd:Glyphs></ofd:CGTransform><ofd:TextCode X="0" Y="{size * 20}">{escape(char)}</ofd:TextCode></ofd:TextObject>'
        for number, char in enumerate(text)
    ]


def write_parts(
    path: Path, places: list[str], contents: Mapping[str, Iterable[str]], *, common: str = "", space: str = NAMESPACE,
    root: str = "Doc_0/Document.xml",
) -> Path:  # fmt: skip
    """Write a file that lists pages at these places, with these objects in its parts."""
    declared = f'xmlns:ofd="{space}"'
    kids = "".join(f'<ofd:Page ID="{number}" BaseLoc="{place}"/>' for number, place in enumerate(places))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "OFD.xml", f"<ofd:OFD {declared}><ofd:DocBody><ofd:DocRoot>{root}</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
        )
        archive.writestr(
            "Doc_0/Document.xml", f"<ofd:Document {declared}>{common}<ofd:Pages>{kids}</ofd:Pages></ofd:Document>"
        )
        for name, objects in contents.items():
            layer = f"<ofd:Layer><ofd:PageBlock>{''.join(objects)}</ofd:PageBlock></ofd:Layer>"
            uses = '<ofd:Template TemplateID="9"/>' if common and "Page_" in name else ""
            archive.writestr(name, f"<ofd:Page {declared}>{uses}<ofd:Content>{layer}</ofd:Content></ofd:Page>")
    return path
