"""The summary of a finished screening: its totals, its charts, what the file said that was not understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import asdict

from matcher.standing import COUNTED
from rules.catalogue import Catalogue
from service.pages.console_charts import Chart, plain_bars, stacked_bars
from service.schemas.screening_answers import MeasureItem, Opening, Settling, VerdictCounts
from service.screenings.jobs import Chunk
from service.screenings.matrix import Parts, TenantChoice, count_by_tenant
from service.screenings.telling import add_up, measure_counts, measure_items, opening, settling

Json = dict[str, Any]
Words = Mapping[str, str]

MOST_BARS = 10
SHOWN = ("applicable", "possible", "withheld", "not_applicable")
"""The pieces of a bar in their order; here `possible` leaves out what is withheld, so that they add up."""
_STEPS = ((0, 0), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, None))


def summarise(shelf: Catalogue, chunks: Sequence[Chunk], parts: Parts, words: Words) -> Json:
    """Return everything that the summary shows, in words."""
    language = words["language"]
    measures = measure_items(shelf, measure_counts(chunks), language)
    settles = settling(shelf, add_up(chunks, "settles"), language)
    opens = opening(shelf, add_up(chunks, "opens"), language)
    charts = (
        _by_instrument(shelf, measures, words),
        _by_tenant(parts, words),
        _by_missing_fact(settles, words),
        _by_change(opens, words),
    )
    return {
        "tenants_with": add_up(chunks, "tenants_with"),
        "totals": {name: sum(getattr(item.counts, name) for item in measures) for name in COUNTED},
        "measures": measures[:MOST_BARS],
        "most_settling": settles[0] if settles else None,
        "most_opening": opens[0] if opens else None,
        "charts": [chart for chart in charts if chart.bars],
    }


def _by_instrument(shelf: Catalogue, measures: Sequence[MeasureItem], words: Words) -> Chart:
    totals: dict[str, Counter[str]] = {}
    for item in measures:
        if item.instrument:
            totals.setdefault(item.instrument, Counter()).update(_apart(item.counts))
    labels = shelf.vocabularies["instruments"]
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


def _apart(counts: VerdictCounts) -> dict[str, int]:
    return {**asdict(counts), "possible": counts.possible - counts.withheld}


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


def _by_missing_fact(settles: Sequence[Settling], words: Words) -> Chart:
    rows = [
        (item.label, item.settles, words["screen_settles"].format(f"{item.settles:,}")) for item in settles[:MOST_BARS]
    ]
    return _plain("settles", rows, words, kind="possible")


def _by_change(opens: Sequence[Opening], words: Words) -> Chart:
    rows = [(item.label, item.opens, words["screen_opens"].format(f"{item.opens:,}")) for item in opens[:MOST_BARS]]
    return _plain("opens", rows, words, kind="near")


def _plain(name: str, rows: Sequence[tuple[str, int, str]], words: Words, *, kind: str) -> Chart:
    return Chart(
        id=name,
        title=words[f"screen_chart.{name}"],
        description=words[f"screen_chart_about.{name}"],
        columns=(words[f"screen_chart_row.{name}"], words[f"screen_chart_number.{name}"]),
        bars=plain_bars(rows, kind=kind),
    )
