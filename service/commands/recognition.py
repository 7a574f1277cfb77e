"""Pictures of pages into lines of words, by the extra `cepei[ocr]`: scanned PDF files, and pictures of a page.

What comes of it was read by a machine: it is kept as such, and is quoted only after a person has confirmed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]

from seeds.faults import CodedError
from seeds.paper import Words, lines_of_words
from seeds.reading import PICTURES, ReadingError

MOST_PAGES = 200
"""A page takes seconds."""
MOST_POINTS = 40_000_000
_POINTS_OF_A_PAGE = 6_000_000
_FINEST = 3.0
"""A page is drawn at 216 points an inch, or as fine as fits."""
_LEAST_SURE = 0.5
"""What a machine is less sure of is dirt on the glass more often than a word."""
_RECOGNISED = frozenset({"pdf_pictures", "picture"})


def is_scan(error: ReadingError) -> bool:
    """Tell whether a file was not read because it holds pictures alone."""
    return error.faults[0].code in _RECOGNISED


def recognised_pages(path: Path) -> list[list[str]]:
    """Return the lines recognised on each page of a file; raise ReadingError where that cannot be had."""
    try:
        engine = import_module("rapidocr").RapidOCR()
    except ImportError as error:
        code = "picture" if path.suffix.lower() in PICTURES else "pdf_pictures"
        raise ReadingError(path, code) from error
    try:
        return [_lines_on(engine, picture) for picture in _pictures(path)]
    except CodedError as error:
        raise ReadingError(path, error.code, **error.params) from error


def _pictures(path: Path) -> Iterator[Any]:
    """Yield each page as an array of points."""
    if path.suffix.lower() in PICTURES:
        yield _picture(path)
        return
    with pypdfium2.PdfDocument(path) as document:
        if len(document) > MOST_PAGES:
            raise CodedError("scan_pages", most=MOST_PAGES)
        for page in document:
            width, height = page.get_size()
            scale = min(_FINEST, (_POINTS_OF_A_PAGE / max(width * height, 1.0)) ** 0.5)
            yield page.render(scale=scale).to_numpy()


def _picture(path: Path) -> Any:  # noqa: ANN401 - an array of points
    """Return a picture as an array of points; its size is asked before anything is unpacked."""
    image = import_module("PIL.Image")  # comes with the extra
    numpy = import_module("numpy")
    try:
        with image.open(path) as opened:
            if opened.width * opened.height > MOST_POINTS:
                raise CodedError("picture_too_large", most=MOST_POINTS)
            return numpy.asarray(opened.convert("RGB"))
    except (OSError, ValueError) as error:
        raise CodedError("picture_broken", reason=str(error)[:200]) from error


def _lines_on(engine: Any, picture: Any) -> list[str]:  # noqa: ANN401 - the library has no types
    """Return the lines of a page: each piece that was recognised has four corners, and how sure it is."""
    found = engine(picture)
    if found.txts is None:
        return []
    words = []
    for corners, text, sure in zip(found.boxes, found.txts, found.scores, strict=True):
        across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
        if sure >= _LEAST_SURE:
            words.append(Words(min(across), -max(down), max(across), -min(down), str(text)))
    return lines_of_words(words)
