"""Writing one sheet row after row, texts always as texts, in constant memory; knows nothing of what it writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from service.tables.harmless import LONGEST_CELL, is_risky

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_COLOURS = {
    "applicable": {"bg_color": "#C6EFCE", "font_color": "#0B5A1E"},
    "possible": {"bg_color": "#FFEB9C", "font_color": "#7A4B00"},
    "not_applicable": {"bg_color": "#F2F2F2", "font_color": "#595959"},
}


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
        centred = {"align": "center"}
        self.verdicts = {name: workbook.add_format({**colours, **centred}) for name, colours in _COLOURS.items()}
        self.shown = {name: words(f"short.{name}") for name in _COLOURS}

    def sheet(self, key: str) -> Sheet:
        """Add a sheet."""
        return Sheet(self, self.workbook.add_worksheet(self.words(key)))


class Sheet:
    """A sheet that grows downwards; `cut` tells that rows were left out because there are too many."""

    def __init__(self, pen: Pen, sheet: Any) -> None:  # noqa: ANN401 - the library has no types
        """Begin at the top."""
        self.pen = pen
        self.raw = sheet
        self.next_row = 0
        self.cut = False

    def widths(self, widths: Sequence[int]) -> None:
        """Set the widths of the columns from the left."""
        for place, width in enumerate(widths):
            self.raw.set_column(place, place, width)

    def head(self, keys: Sequence[str], widths: Sequence[int], *, more: Sequence[str] = ()) -> None:
        """Write the headings, frozen and with filters; `more` are headings that are no words of ours."""
        self.widths(widths)
        texts = [*(self.pen.words(key) for key in keys), *more]
        self.add(texts, self.pen.heading)
        self.raw.freeze_panes(1, len(keys) if more else 0)
        self.raw.autofilter(0, 0, MOST_ROWS - 1, len(texts) - 1)

    def add(self, cells: Sequence[str | float], form: Any = None) -> int | None:  # noqa: ANN401 - a format of the library
        """Write the next row and return its number, or None when the sheet is full."""
        if self.next_row >= MOST_ROWS:
            self.cut = True
            return None
        row, self.next_row = self.next_row, self.next_row + 1
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                self._write_text(row, place, cell, form)
            elif cell is not None:
                self.raw.write_number(row, place, cell, form)
        return row

    def _write_text(self, row: int, place: int, text: str, form: Any) -> None:  # noqa: ANN401 - a format of the library
        if text:
            chosen = form or (self.pen.risky if is_risky(text) else self.pen.text)
            self.raw.write_string(row, place, text[:LONGEST_CELL], chosen)

    def mark(self, row: int, place: int, verdict: str) -> None:
        """Write a verdict into the row written last, in its colour and in a word."""
        self.raw.write_string(row, place, self.pen.shown[verdict], self.pen.verdicts[verdict])
