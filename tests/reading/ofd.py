"""Writes small OFD files for tests: a zip of XML, a text object a line."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def write_ofd(
    path: Path, pages: list[list[str]], *, listed: int | None = None, page: str = "Pages/Page_{}/Content.xml"
) -> Path:
    """Write a file with these lines on each page; `listed` is how many pages it claims, `page` where they lie."""
    places = [page.format(number % len(pages)) for number in range(listed or len(pages))]
    kids = "".join(f'<ofd:Page ID="{number}" BaseLoc="{place}"/>' for number, place in enumerate(places))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "OFD.xml",
            f"<ofd:OFD {SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        )
        archive.writestr("Doc_0/Document.xml", f"<ofd:Document {SPACE}><ofd:Pages>{kids}</ofd:Pages></ofd:Document>")
        for number, lines in enumerate(pages):
            words = "".join(
                f'<ofd:TextObject ID="{n}" Boundary="30 {30 + 8 * n} 150 6" Size="5"><ofd:TextCode X="0" Y="5">{escape(line)}'
                "</ofd:TextCode></ofd:TextObject>"
                for n, line in reversed(list(enumerate(lines)))
            )
            archive.writestr(
                f"Doc_0/Pages/Page_{number}/Content.xml",
                f"<ofd:Page {SPACE}><ofd:Content><ofd:Layer>{words}</ofd:Layer></ofd:Content></ofd:Page>",
            )
    return path
