"""Bar charts as plain data: each bar a row with its label, its number in words, its pieces in percent of the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ROW_HEIGHT = 44
"""Pixels a bar takes with its label above it; widths are shares, so that a chart fits any page."""
_LABEL_WIDTH = 28
"""In letters; a Chinese character is as wide as two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of a bar: what it stands for, where it begins and how wide it is, in percent."""

    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; `cells` are its numbers in the table of the chart."""

    label: str
    says: str
    top: int
    pieces: tuple[Piece, ...]
    cells: tuple[str, ...]

    @property
    def short_label(self) -> str:
        """Return the label as it fits beside the number on a phone; the table has all of it."""
        return _shortened(self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart with its table: `columns` head the table, `legend` tells the kinds of its pieces."""

    id: str
    title: str
    description: str
    columns: tuple[str, ...]
    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...] = ()

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return ROW_HEIGHT * len(self.bars)


def plain_bars(rows: Sequence[tuple[str, int, str]], *, kind: str) -> tuple[Bar, ...]:
    """Return one bar a row (label, number, the number in words), the largest over the whole width."""
    most = max((number for _, number, _ in rows), default=0) or 1
    return tuple(
        Bar(
            label=label,
            says=says,
            top=place * ROW_HEIGHT,
            pieces=(Piece(kind=kind, start=0, width=round(100 * number / most, 2)),),
            cells=(f"{number:,}",),
        )
        for place, (label, number, says) in enumerate(rows)
    )


def stacked_bars(rows: Sequence[tuple[str, Sequence[int], str]], *, kinds: Sequence[str]) -> tuple[Bar, ...]:
    """Return one bar a row (label, numbers, what to say), its pieces the shares of the numbers."""
    return tuple(
        Bar(
            label=label,
            says=says,
            top=place * ROW_HEIGHT,
            pieces=_shares(numbers, kinds),
            cells=tuple(f"{number:,}" for number in numbers),
        )
        for place, (label, numbers, says) in enumerate(rows)
    )


def _shares(numbers: Sequence[int], kinds: Sequence[str]) -> tuple[Piece, ...]:
    whole = sum(numbers) or 1
    starts = [100 * sum(numbers[:place]) / whole for place in range(len(numbers))]
    return tuple(
        Piece(kind=kind, start=round(start, 2), width=round(100 * number / whole, 2))
        for kind, number, start in zip(kinds, numbers, starts, strict=True)
        if number
    )


def _shortened(text: str) -> str:
    room = _LABEL_WIDTH
    for place, character in enumerate(text):
        room -= 1 if character.isascii() else 2
        if room < 0:
            return text[:place].rstrip() + "…"
    return text
