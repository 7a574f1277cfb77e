"""Pages of paper, PDF and OFD, into lines: running heads and page numbers out, two columns one after the other.

Knows where words stand on a page, not what they say.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from seeds.faults import CodedError
from seeds.packages import named, ofd_layers, open_package

MOST_PAGES = 2_000
_EDGE_LINES = 2
_PAGES_OF_A_HABIT = 3
_LEAST_SHARE = 0.3
_LINES_OF_A_COLUMN = 8
_NARROWEST_GUTTER = 8.0
_LINES_ACROSS = 2
_SHORTEST_MEAN = 8
_LONGEST_LABEL, _FEWEST_LABELS, _SLACK, _MOST_LINES = 8, 3, 0.5, 300


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
        return [_joined(line) for line in _labels_first(_in_lines(words))]
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
    return [_joined(line) for line in _in_lines(words)]


def _labels_first(lines: list[list[Words]]) -> list[list[Words]]:
    """Put each label of a table before the rows of its cell, beside the middle of which it is printed.

    Labels are short, stand under each other at the left, and nothing else does there.
    """
    if len(lines) > _MOST_LINES:  # no page of paper
        return lines
    firsts = [line[0] for line in lines if len(line[0].text.strip()) <= _LONGEST_LABEL]
    column = max(([one for one in firsts if _is_under(one, other)] for other in firsts), key=len, default=[])
    if len(column) < _FEWEST_LABELS:
        return lines
    edge = max(one.right for one in column)
    placed: list[list[Words]] = []
    cells: list[list[Words]] = []
    for line in [*lines, []]:
        is_label = bool(line) and line[0] in column
        body = line[1:] if is_label else line
        if line and all(word.left >= edge - _SLACK * (word.top - word.bottom) for word in body):
            cells.append(line)
            continue
        placed += [one for cell in _cells(cells, column) for one in cell]
        cells = []
        placed += [line] if line else []
    return placed


def _cells(lines: list[list[Words]], column: list[Words]) -> Iterator[list[list[Words]]]:
    """Yield the lines of each cell of a table, its label first: a cell reaches as far above its label as below."""
    labels = [(number, line[0]) for number, line in enumerate(lines) if line[0] in column]
    start = 0
    for index, (number, label) in enumerate(labels):
        after = labels[index + 1][0] if index + 1 < len(labels) else len(lines)
        begins = range(number + 1) if index == 0 else [start]  # what stands above the first cell is none of it
        middle, near = (label.top + label.bottom) / 2, _SLACK * (label.top - label.bottom)
        off = {
            (begin, end): abs((lines[begin][-1].top + lines[end - 1][-1].bottom) / 2 - middle)
            for begin in begins
            for end in range(number + 1, after + 1)
        }
        widest = max((pair for pair in off if off[pair] <= near), key=lambda pair: pair[1] - pair[0], default=None)
        begin, end = widest if widest and index == 0 else min(off, key=lambda pair: off[pair])
        yield lines[start:begin]
        bodies = [body for line in lines[begin:end] if (body := [word for word in line if word is not label])]
        yield [[label, *bodies[0]]] if len(bodies) == 1 else [[label], *bodies]
        start = end
    yield lines[start:]


def _is_under(one: Words, other: Words) -> bool:
    return abs((one.left + one.right) - (other.left + other.right)) <= 2 * _SLACK * (other.top - other.bottom)


def _in_lines(words: list[Words]) -> list[list[Words]]:
    """Return words by the lines that they stand on, each from left to right."""
    lines: list[list[Words]] = []
    for word in sorted(words, key=lambda word: (-word.bottom, word.left)):
        if lines and abs(lines[-1][0].bottom - word.bottom) <= (word.top - word.bottom) / 2:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def _joined(line: list[Words]) -> str:
    """Return the words of a line, a blank where they stand apart as cells of a table do."""
    text = line[0].text
    for before, word in pairwise(line):
        apart = word.left - before.right > (before.top - before.bottom)
        text += f" {word.text}" if apart else word.text
    return text


_POINTS = 72 / 25.4
_TOUCHING, _TWICE = 0.5, 0.2
_ONE_BACK_IN = 4
_FARTHEST = 1e6
_UNREADABLE = re.compile("[\ue000-\uf8ff\ufffd\u00a4\\s]")
"""What stands in a text where a program wrote only the numbers of glyphs."""
_FULL_WIDTH = "\u2010"
_NOT_TURNED = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def ofd_pages(data: bytes) -> list[list[str]]:
    """Return the lines of each page of an OFD file; raise CodedError where it is broken, too long or a picture."""
    pages: list[list[str]] = []
    with open_package(data, "ofd") as archive:
        for layers in ofd_layers(archive):
            if len(pages) == MOST_PAGES:
                raise CodedError("too_many_pages", most=MOST_PAGES)
            pages.append(_ofd_lines([word for layer in layers for word in _ofd_words(layer)]))
    if not pages:
        raise CodedError("ofd_broken")
    if 2 * sum(any(_UNREADABLE.sub("", line) for line in page) for page in pages) < len(pages):
        raise CodedError("ofd_pictures")
    return pages


_Turned = tuple[int, Words]
"""A word and by how many degrees its line is turned; its place is that on a page turned back."""


def _ofd_words(page: ET.Element) -> Iterator[_Turned]:
    """Yield the words of a page: some programs write a line as one object, some each glyph as one."""
    for one in named(page, "TextObject"):
        told = {name.lower(): value for name, value in one.attrib.items()}
        a, b, c, d, e, f = _numbers(told.get("ctm"), _NOT_TURNED)[:6]
        left, top = _numbers(told.get("boundary"), (0.0, 0.0))[:2]
        size = _numbers(told.get("size"), (3.0,))[0]
        angle, tall = math.atan2(b, a), size * math.hypot(c, d)
        for text, x, y, wide in () if told.get("visible") == "false" else _runs(one, size):
            right, down = left + a * x + c * y + e, top + b * x + d * y + f
            begin = right * math.cos(angle) + down * math.sin(angle)
            base = down * math.cos(angle) - right * math.sin(angle)
            sides = [_POINTS * side for side in (begin, -base, begin + wide * math.hypot(a, b), tall - base)]
            yield round(math.degrees(angle)), Words(sides[0], sides[1], sides[2], sides[3], text)


def _runs(one: ET.Element, size: float) -> Iterator[tuple[str, float, float, float]]:
    """Yield what of a text object runs on without a leap, its place and width; words from top to bottom are one."""
    x = y = 0.0
    for code in named(one, "TextCode"):
        x, y = _numbers(code.get("X"), (x,))[0], _numbers(code.get("Y"), (y,))[0]
        text = "".join(map(str.strip, (code.text or "").split("\n"))) if "\n" in (code.text or "") else code.text or ""
        wide = [size if char >= _FULL_WIDTH else size / 2 for char in text]
        down = _steps(code.get("DeltaY"), [0.0] * len(text))
        across = _steps(code.get("DeltaX"), [0.0] * len(text) if any(down) else wide)
        if any(down) and not any(across):
            yield text, x, y, size
            continue
        run, begin = "", x
        for char, width, step, drop in zip(text, wide, across, down, strict=True):
            run += char
            if drop or step < 0:
                yield run, begin, y, x + width - begin
                run, begin = "", x + step
            elif step - width > size:  # the next cell of a row
                run += " "
            x, y = x + step, y + drop
        if run:
            yield run.rstrip(), begin, y, x - begin


def _steps(printed: str | None, otherwise: list[float]) -> list[float]:
    """Return the way from each glyph to the next: `3 3 g 2 1.5` is 3 3 1.5 1.5; what is not told is as otherwise."""
    steps: list[float] = []
    words = iter((printed or "").split())
    for word in words:
        count = int(_numbers(next(words, ""), (0.0,))[0]) if word == "g" else 1
        step = _numbers(next(words, "") if word == "g" else word, (0.0,))[0]
        steps += [step] * min(count, len(otherwise) - len(steps))
    return steps[: len(otherwise)] + otherwise[len(steps) :]


def _numbers(printed: str | None, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    """Return printed numbers, or others where one of them is none or some are missing."""
    words = (printed or "").split()
    try:
        found = tuple(float(word) for word in words)
    except ValueError:
        return otherwise
    return found if len(found) >= len(otherwise) and all(abs(one) < _FARTHEST for one in found) else otherwise


def _ofd_lines(words: list[_Turned]) -> list[str]:
    """Return the lines of a page; what is turned (a table on its side, a watermark) comes after what is not."""
    turned: dict[int, list[Words]] = defaultdict(list)
    for angle, word in words:
        turned[angle % 360].append(word)
    lines: list[str] = []
    for angle in sorted(turned):
        runs = _printed_once(turned[angle])
        lines += _lines_as_written(runs) or lines_of_words(_pieces(runs))
    return lines


def _printed_once(runs: list[Words]) -> list[Words]:
    """Leave out what is printed once more in its place to look bold."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for run in runs:
        grain = max(_TWICE * (run.top - run.bottom), _TWICE) / 2
        across, up = round(run.left / grain), round(run.bottom / grain)
        near = {(run.text, across + right, up + higher) for right in (-1, 0, 1) for higher in (-1, 0, 1)}
        if not near & seen:
            kept.append(run)
        seen.add((run.text, across, up))
    return kept


def _lines_as_written(runs: list[Words]) -> list[str]:
    """Return the lines in the order in which the file has them, none where it goes up or back too often to be read.

    Programs write a table cell by cell: a label stands before its rows, though it is printed beside the middle one.
    """
    lines: list[list[Words]] = []
    back = 0
    for run in runs:
        risen = run.bottom - lines[-1][-1].bottom if lines else -math.inf
        is_beside = abs(risen) <= (run.top - run.bottom) / 2
        if is_beside and run.left >= lines[-1][-1].left:
            lines[-1].append(run)
        else:
            back += is_beside or risen > 0
            lines.append([run])
    return [_joined(line) for line in lines] if _ONE_BACK_IN * back <= len(lines) else []


def _pieces(runs: list[Words]) -> list[Words]:
    """Return runs that touch as one word."""
    pieces: list[Words] = []
    for line in _in_lines(runs):
        for index, one in enumerate(line):
            if index > 0 and one.left - pieces[-1].right <= _TOUCHING * (one.top - one.bottom):
                pieces[-1] = replace(pieces[-1], right=one.right, text=pieces[-1].text + one.text)
            else:
                pieces.append(one)
    return pieces
