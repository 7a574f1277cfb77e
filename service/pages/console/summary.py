"""The summary of a finished screening: its totals, bar charts as plain data, what was not understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import asdict

from matcher.standing import COUNTED
from rules.catalogue.catalogue import Catalogue
from service.screenings.shapes import MeasureItem
from service.screenings.stored.jobs import Chunk
from service.screenings.stored.matrix import (
    Parts,
    TenantChoice,
    add_up,
    count_by_tenant,
    measure_counts,
    measure_items,
    missing_facts,
    opening,
)

ROW_HEIGHT = 44
"""Pixels a bar takes with its label above it; widths are shares, so that a chart fits any page."""
_LABEL_WIDTH = 28
"""In letters; a Chinese character is as wide as two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPiece:
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
    pieces: tuple[BarPiece, ...]
    cells: tuple[str, ...]

    @property
    def short_label(self) -> str:
        """Return the label as it fits beside the number on a phone; the table has all of it."""
        room = _LABEL_WIDTH
        for place, character in enumerate(self.label):
            room -= 1 if character.isascii() else 2
            if room < 0:
                return self.label[:place].rstrip() + "…"
        return self.label


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
            pieces=(BarPiece(kind=kind, start=0, width=round(100 * number / most, 2)),),
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


def _shares(numbers: Sequence[int], kinds: Sequence[str]) -> tuple[BarPiece, ...]:
    whole = sum(numbers) or 1
    starts = [100 * sum(numbers[:place]) / whole for place in range(len(numbers))]
    return tuple(
        BarPiece(kind=kind, start=round(start, 2), width=round(100 * number / whole, 2))
        for kind, number, start in zip(kinds, numbers, starts, strict=True)
        if number
    )


Json = dict[str, Any]
Words = Mapping[str, str]

MOST_BARS = 10
SHOWN = ("applicable", "possible", "withheld", "not_applicable")
"""The pieces of a bar in their order; here `possible` leaves out what is withheld, so that they add up."""
_STEPS = ((0, 0), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, None))


def summarise(catalogue: Catalogue, chunks: Sequence[Chunk], parts: Parts, words: Words) -> Json:
    """Return everything that the summary shows, in words."""
    language = words["language"]
    measures = measure_items(catalogue, measure_counts(chunks), language)
    settles = missing_facts(catalogue, add_up(chunks, "settles"), language)
    opens = opening(catalogue, add_up(chunks, "opens"), language)
    settling = [(one.label, one.settles, words["screen_settles"].format(f"{one.settles:,}")) for one in settles]
    changes = [(one.label, one.opens, words["screen_opens"].format(f"{one.opens:,}")) for one in opens]
    charts = (
        _by_instrument(catalogue, measures, words),
        _by_tenant(parts, words),
        _plain("settles", settling[:MOST_BARS], words, kind="possible"),
        _plain("opens", changes[:MOST_BARS], words, kind="near"),
    )
    return {
        "tenants_with": add_up(chunks, "tenants_with"),
        "totals": {name: sum(getattr(item.counts, name) for item in measures) for name in COUNTED},
        "measures": measures[:MOST_BARS],
        "most_settling": settles[0] if settles else None,
        "most_opening": opens[0] if opens else None,
        "charts": [chart for chart in charts if chart.bars],
    }


def _by_instrument(catalogue: Catalogue, measures: Sequence[MeasureItem], words: Words) -> Chart:
    totals: dict[str, Counter[str]] = {}
    for item in measures:
        if item.instrument:
            apart = {**asdict(item.counts), "possible": item.counts.possible - item.counts.withheld}
            totals.setdefault(item.instrument, Counter()).update(apart)
    labels = catalogue.vocabularies["instruments"]
    ranked = sorted(totals.items(), key=lambda item: (-item[1]["applicable"], -item[1]["possible"], item[0]))
    rows = [
        (
            labels[instrument].label(words["language"]),
            [counts[name] for name in SHOWN],
            words["screen_bar_met"].format(f"{counts['applicable']:,}"),
        )
        for instrument, counts in ranked
    ]
    return Chart(
        id="instruments",
        title=words["screen_chart.instruments"],
        description=words["screen_chart_about.instruments"],
        columns=(words["screen_instrument"], *(words[f"screen_outcome.{name}"] for name in SHOWN)),
        bars=stacked_bars(rows, kinds=SHOWN),
        legend=tuple((name, words[f"screen_outcome.{name}"]) for name in SHOWN),
    )


def _by_tenant(parts: Parts, words: Words) -> Chart:
    """Count the tenants by how many measures are applicable to them."""
    applicable = count_by_tenant(parts, TenantChoice()).applicable
    rows = []
    for first, last in _STEPS:
        inside = (applicable >= first) & (applicable <= last if last is not None else applicable >= first)
        number = int(np.count_nonzero(inside))
        span = f"{first}" if first == last else f"{first}–{last}" if last is not None else f"{first}+"
        label = words["screen_measures_count"].format(span)
        rows.append((label, number, words["screen_tenants_count"].format(f"{number:,}")))
    while rows and not rows[-1][1]:
        rows.pop()
    return _plain("tenants", rows, words, kind="applicable")


def _plain(name: str, rows: Sequence[tuple[str, int, str]], words: Words, *, kind: str) -> Chart:
    return Chart(
        id=name,
        title=words[f"screen_chart.{name}"],
        description=words[f"screen_chart_about.{name}"],
        columns=(words[f"screen_chart_row.{name}"], words[f"screen_chart_number.{name}"]),
        bars=plain_bars(rows, kind=kind),
    )
