"""Pages of paper, PDF and OFD, into lines: running heads and page numbers out, two columns one after the other.

Knows where words stand on a page, not what they say.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from seeds.faults import CodedError

MOST_PAGES = 2_000
_EDGE_LINES = 2
_PAGES_OF_A_HABIT = 3
_LEAST_SHARE = 0.3
_LINES_OF_A_COLUMN = 8
_NARROWEST_GUTTER = 8.0
_LINES_ACROSS = 2
_SHORTEST_MEAN = 8


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of one line and where it stands on the page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    text: str


def pdf_pages(data: bytes) -> list[list[str]]:
    """Return the lines of each page of a PDF; raise CodedError where it is locked, broken, too long or a picture."""
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - loaded when such a file is read

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise CodedError("pdf_locked" if locked else "pdf_broken") from error
    with document:
        if len(document) > MOST_PAGES:
            raise CodedError("too_many_pages", most=MOST_PAGES)
        try:
            pages = [_page_lines(page) for page in document]
        except pypdfium2.PdfiumError as error:
            raise CodedError("pdf_broken") from error
    # A scanned booklet often has a text cover: half of the pages without words is too many.
    if 2 * sum(any(map(str.strip, page)) for page in pages) < max(len(pages), 1):
        raise CodedError("pdf_pictures")
    return pages


def without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """Leave out what three pages or more repeat at their edge, and bare page numbers there; numbers may differ."""
    shapes = Counter(
        shape for page in pages for shape in {_shape(line) for index in _edges(page) for line in [page[index]]}
    )
    # The title of the first page may run on as the head of the others.
    return [
        [
            line
            for index, line in enumerate(page)
            if not (
                index in _edges(page)
                and (
                    (_is_head(line, shapes) and (number > 0 or index > 0))
                    or re.fullmatch(r"\s{0,9}[0-9]{1,4}\s{0,9}", line)
                )
            )
        ]
        for number, page in enumerate(pages)
    ]


def _edges(page: list[str]) -> set[int]:
    filled = [index for index, line in enumerate(page) if line.strip()]
    return {*filled[:_EDGE_LINES], *filled[-_EDGE_LINES:]}


def _shape(line: str) -> str:
    return re.sub("[0-9]{1,4}", "#", re.sub(r"\s", "", line))


def _is_head(line: str, shapes: Counter[str]) -> bool:
    return shapes[_shape(line)] >= _PAGES_OF_A_HABIT and bool(re.fullmatch("[^。，；：]{2,60}", _shape(line)))


def _page_lines(page: Any) -> list[str]:  # noqa: ANN401 - the library has no types
    text = page.get_textpage()
    boxes: list[tuple[float, float, float, float]] = [text.get_rect(number) for number in range(text.count_rects())]
    words = [Words(*box, text.get_text_bounded(*box)) for box in boxes]
    if _gutter([word for word in words if word.text.strip()]) is None:
        return str(text.get_text_bounded()).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines_of_words(words)


def lines_of_words(words: list[Words]) -> list[str]:
    """Return the lines of a page, of two columns one after the other, from top to bottom."""
    gutter = _gutter([word for word in words if word.text.strip()])
    if gutter is None:
        return _lines(words)
    across = [word for word in words if word.left < gutter < word.right]
    lowest = min((word.bottom for word in across), default=float("inf"))
    head = [word for word in across if word.bottom >= lowest]
    left = [word for word in words if word.right <= gutter]
    right = [word for word in words if word.left >= gutter]
    return [line for column in (head, left, right) for line in _lines(column)]


def _gutter(words: list[Words]) -> float | None:
    """Return the middle of a white strip between two columns of running text, None where the page has one column."""
    if not words:
        return None
    edges = min(word.left for word in words), max(word.right for word in words)
    width = edges[1] - edges[0]
    middle = [edges[0] + width * share / 100 for share in range(35, 66)]
    best = None
    for x in middle:
        left = [word for word in words if word.right <= x - _NARROWEST_GUTTER / 2]
        right = [word for word in words if word.left >= x + _NARROWEST_GUTTER / 2]
        across = len(words) - len(left) - len(right)
        if across <= _LINES_ACROSS and _is_column(left, width) and _is_column(right, width):
            best = x if best is None else best
    return best


def _is_column(words: list[Words], width: float) -> bool:
    if len(words) < _LINES_OF_A_COLUMN:
        return False
    reach = max(word.right for word in words) - min(word.left for word in words)
    mean = sum(len(word.text.strip()) for word in words) / len(words)
    return reach >= _LEAST_SHARE * width and mean >= _SHORTEST_MEAN


def _lines(words: list[Words]) -> list[str]:
    """Return the lines of a column from top to bottom."""
    lines: list[list[Words]] = []
    for word in sorted(words, key=lambda word: (-word.bottom, word.left)):
        if lines and abs(lines[-1][0].bottom - word.bottom) <= (word.top - word.bottom) / 2:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [_joined(sorted(line, key=lambda word: word.left)) for line in lines]


def _joined(line: list[Words]) -> str:
    """Return the words of a line, a blank where they stand apart as cells of a table do."""
    text = line[0].text
    for before, word in pairwise(line):
        apart = word.left - before.right > (before.top - before.bottom)
        text += f" {word.text}" if apart else word.text
    return text
