"""Reads pages of a PDF as if somebody had scanned them, with the real recogniser, and counts what it gets right.

    make eval-scans
    python -m tests.reading.scans FILE FIRST LAST [--at-least 0.98]

Each page is drawn, turned a little, given the grey and the specks of a copier, and saved as a JPEG of 200 points an inch
in a PDF without words. What `cepei draft` reads of that is held against the words that the PDF itself has: the share of
characters that are right (one less the edits that turn one text into the other, over its length) and of its numbers that
are found. Needs the extra `cepei[ocr]`; it is no part of the suite, which may not take a minute to install.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from rapidfuzz.distance import Levenshtein

from seeds.reading import read_source
from service.commands.recognition import recognised_pages

_POINTS_AN_INCH, _TURNED_BY, _GREY, _SPECKS, _QUALITY = 200, 0.4, 9.0, 0.0004, 60
_WIDTHS = str.maketrans("，：；（）！？％．０１２３４５６７８９“”‘’", ",:;()!?%.0123456789\"\"''")


def scan_of(page: Any, noise: np.random.Generator) -> Any:
    """Return a page as a copier would have it."""
    from PIL import Image  # noqa: PLC0415 - comes with the extra

    drawn = page.render(scale=_POINTS_AN_INCH / 72, grayscale=True).to_pil().convert("L")
    turned = np.asarray(drawn.rotate(_TURNED_BY, fillcolor=255, resample=Image.Resampling.BICUBIC), dtype=float)
    grey = turned * 0.93 + noise.normal(0, _GREY, turned.shape)
    grey[noise.random(turned.shape) < _SPECKS] = 60
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def plain(text: str) -> str:
    """Return a text without white space and bars, with its marks in one width: what a reader would not call a fault."""
    return re.sub(r"[\s|]", "", text).translate(_WIDTHS)


def shares(read: str, wanted: str) -> tuple[float, int, int]:
    """Return the share of characters that are right, and how many of the numbers are found."""
    edits = Levenshtein.distance(plain(read), plain(wanted))
    told, found = (Counter(re.findall(r"\d+(?:\.\d+)?", plain(one))) for one in (wanted, read))
    return 1 - edits / max(len(plain(wanted)), 1), (told & found).total(), told.total()


def main(arguments: list[str]) -> int:
    """Print a line a page and the shares of all; 1 below the share of characters that is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--at-least", type=float, default=0.98)
    options = parser.parse_args(arguments)
    noise = np.random.default_rng(7)
    reads, wants, seconds = [], [], 0.0
    with tempfile.TemporaryDirectory() as folder, pypdfium2.PdfDocument(options.file) as document:
        for number in range(options.first, options.last + 1):
            scanned, cut = Path(folder, "scan.pdf"), Path(folder, "cut.pdf")
            scan_of(document[number - 1], noise).save(scanned, resolution=_POINTS_AN_INCH, quality=_QUALITY)
            one = pypdfium2.PdfDocument.new()
            one.import_pages(document, [number - 1])
            one.save(cut)
            begun = time.perf_counter()
            reads.append("\n".join(line for page in recognised_pages(scanned) for line in page))
            seconds += time.perf_counter() - begun
            wants.append(read_source(cut).text)
            right, found, told = shares(reads[-1], wants[-1])
            print(f"page {number}: {right:.4f} of {len(plain(wants[-1]))} characters right, numbers {found}/{told}")
    right, found, told = shares("".join(reads), "".join(wants))
    print(f"characters right: {right:.4f} (asked {options.at_least}); numbers found: {found}/{told}")
    print(f"{seconds / len(reads):.1f} s a page")
    return int(right < options.at_least)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
