"""The sheets of a workbook: their words, short ones written by the library, rows of long ones as XML, made harmless."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from seeds.faults import load_words
from service.screenings.column_shapes import LeftOut, RowSum


class Sink(io.RawIOBase):
    """Takes what a writer writes that never goes back."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]  # any buffer of bytes
        """Hold what is written."""
        self._held += content
        return len(content)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        taken, self._held = bytes(self._held), bytearray()
        return taken


RISKY = frozenset("=+-@\t\r\n＝＋－＠")
EXACT_DIGITS = 15
"""More digits than this a spreadsheet program rounds."""

LONGEST_CELL = 32_000


def is_risky(text: str) -> bool:
    """Tell whether a program may take a text for a formula."""
    return text[:1] in RISKY and bool(text)


def guarded(text: str) -> str:
    """Return a text for CSV: an apostrophe before what might be run, or rounded as a long number."""
    if is_risky(text) or (len(text) > EXACT_DIGITS and text.isdecimal()):
        return f"'{text}"
    return text


_QUOTED = re.compile('[,"\r\n]')


def csv_cell(value: object) -> str:
    """Return a cell of CSV, a text made harmless."""
    text = guarded(value) if isinstance(value, str) else str(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield rows as CSV in UTF-8, which spreadsheet programs take for it only when it begins with a mark."""
    yield "\ufeff".encode()
    for row in rows:
        yield (",".join(map(csv_cell, row)) + "\r\n").encode("utf-8", "replace")


WORDS = Path(__file__).parent / "words"


def results_words(language: str) -> Callable[[str], str]:
    """Return the words in `language` ("zh" or "en") by key."""
    return load_words(WORDS, language).__getitem__


_A4 = 9
_REASONS = frozenset((
    "blank_row", "example_row", "headings_again", "total_row", "section_row", "note_row", "numbers_row", "nothing_read",
    "duplicate_row", "company_gone",
))  # fmt: skip
"""Why rows are left out, as the sum names it; any other reason is that a line could not be read."""


def row_sum(account: Mapping[str, Any], language: str) -> RowSum:
    """Return what became of all rows of a file, the reasons in words."""
    rows = Counter[str]()
    for code, count in account["left_out"].items():
        rows[code if code in _REASONS else "unreadable_row"] += count
    words = results_words(language)
    left_out = (LeftOut(code=code, message=words(f"left_out.{code}"), rows=n) for code, n in rows.most_common())
    stated = {name: account[name] for name in ("rows", "read", "joined", "hidden")}
    return RowSum(**stated, left_out=tuple(left_out))


def row_sum_words(told: RowSum, language: str) -> str:
    """Return the same as a sentence."""
    words = results_words(language)
    parts = [words("sum.read").format(rows=told.read), words("sum.joined").format(rows=told.joined) * bool(told.joined)]
    parts += [words("sum.left_out").format(reason=one.message, rows=one.rows) for one in told.left_out]
    return words("sum").format(rows=told.rows, parts=words("sum.and").join(filter(None, parts)))


MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
OWN_WIDTH = 14
"""The width of an operator's own column."""
WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_COLOURS = {
    "applicable": {"bg_color": "#C6EFCE", "font_color": "#0B5A1E"},
    "possible": {"bg_color": "#FFEB9C", "font_color": "#7A4B00"},
}
_ROWS_A_PIECE = 1_000
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPED_ALREADY = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class Styled(NamedTuple):
    """A word in a colour: the number of its format."""

    text: str
    style: int


Cell: TypeAlias = "str | float | Styled | None"


class Pen:
    """A workbook with the formats and words that its sheets share."""

    def __init__(self, workbook: Any, words: Callable[[str], str]) -> None:  # noqa: ANN401 - the library has no types
        """Make the formats."""
        self.workbook = workbook
        self.words = words
        self.text = workbook.add_format({"num_format": "@"})
        self.risky = workbook.add_format({"num_format": "@", "quote_prefix": True})
        self.bold = workbook.add_format({"bold": True})
        heading = {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        self.heading = workbook.add_format(heading)
        self.verdicts = {
            name: workbook.add_format({**colours, "align": "center"}) for name, colours in _COLOURS.items()
        }

    def sheet(self, key: str) -> Sheet:
        """Add a sheet."""
        return Sheet(self, self.workbook.add_worksheet(self.words(key)))

    def shown(self, verdict: str) -> Styled:
        """Return the word of a verdict in its colour; formats have numbers once the workbook is closed."""
        return Styled(self.words(f"short.{verdict}"), self.verdicts[verdict].xf_index)


class Sheet:
    """A short sheet, or the head of a long one."""

    def __init__(self, pen: Pen, sheet: Any) -> None:  # noqa: ANN401 - the library has no types
        """Begin at the top."""
        self.pen = pen
        self.raw = sheet
        self.next_row = 0
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.fit_to_pages(1, 0)

    def widths(self, widths: Sequence[int]) -> None:
        """Set the widths of the columns from the left."""
        for place, width in enumerate(widths):
            self.raw.set_column(place, place, width)

    def head(
        self, keys: Sequence[str], widths: Sequence[int], *, more: Sequence[str] = (), own: Sequence[str] = ()
    ) -> None:
        """Write the headings, frozen, with filters, on each page that is printed; `more` and `own` are not ours.

        Where `more` stand beside ours there may be hundreds: ours are then repeated on each page too, whose width is
        left as it is.
        """
        self.widths(widths)
        texts = [*(self.pen.words(key) for key in keys), *more, *own]
        self.add(texts, self.pen.heading)
        self.raw.freeze_panes(1, len(keys) if more else 0)
        self.raw.repeat_rows(0)
        if keys and more:
            self.raw.repeat_columns(0, len(keys) - 1)
            self.raw.set_print_scale(60)
        self.raw.autofilter(0, 0, MOST_ROWS - 1, len(texts) - 1)

    def add(self, cells: Sequence[str | float], form: Any = None) -> int:  # noqa: ANN401 - a format of the library
        """Write the next row and return its number."""
        row, self.next_row = self.next_row, self.next_row + 1
        for place, cell in enumerate(cells):
            if not isinstance(cell, str):
                self.raw.write_number(row, place, cell, form)
            elif cell:
                chosen = form or (self.pen.risky if is_risky(cell) else self.pen.text)
                self.raw.write_string(row, place, cell[:LONGEST_CELL], chosen)
        return row


def rows_below_head(pen: Pen, rows: Iterable[Sequence[Cell]], cut: str) -> Iterator[bytes]:
    """Yield rows as XML, from the second row of a sheet on; when it is full, its last row is the text `cut`.

    `pen` is that of a closed workbook.
    """
    held: list[str] = []
    for number, cells in enumerate(rows, 2):
        shown = enumerate(cells if number < MOST_ROWS else [cut])
        written = "".join(_cell(pen, place, number, cell) for place, cell in shown if cell is not None and cell != "")
        held.append(f'<row r="{number}">{written}</row>')
        if number == MOST_ROWS:
            break
        if len(held) == _ROWS_A_PIECE:
            yield "".join(held).encode("utf-8", "replace")
            held.clear()
    yield "".join(held).encode("utf-8", "replace")


def _cell(pen: Pen, place: int, number: int, cell: Cell) -> str:
    if isinstance(cell, str):
        cell = Styled(cell[:LONGEST_CELL], (pen.risky if is_risky(cell) else pen.text).xf_index)
    if not isinstance(cell, Styled):
        return f'<c r="{_letters(place)}{number}"><v>{cell}</v></c>'
    return (
        f'<c r="{_letters(place)}{number}" s="{cell.style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{_escaped(cell.text)}</t></is></c>'
    )


@cache
def _letters(place: int) -> str:
    return str(xl_col_to_name(place))


def _escaped(text: str) -> str:
    """Return a text for XML; characters that XML has none for are written as spreadsheet programs write them."""
    if not _SPECIAL.search(text):
        return text
    text = _ESCAPED_ALREADY.sub("_x005F_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
