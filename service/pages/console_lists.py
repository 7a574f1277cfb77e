"""The lists of a finished screening for the console: its tenants, its measures, who stands how to one measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from msgspec.structs import asdict

from rules.catalogue import Catalogue
from rules.facts import IN_PERCENT, FactType
from service.lookups import page_of
from service.pages.benefits import money_words
from service.pages.console_counts import STANDINGS, Rows, counts_by_measure, rows_called
from service.pages.console_filters import place_label, region_places, sorted_counts
from service.schemas.screening_answers import MeasureItem, MeasureTenant
from service.screenings.jobs import Chunk
from service.screenings.matrix import Parts, TenantChoice, TenantCounts, best_pairs, count_by_tenant
from service.screenings.standing import describe_standing, tenants_of_measure
from service.screenings.telling import chosen_measures, measure_counts, measure_items, tenant_choice, title_of

Json = dict[str, Any]
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A finished screening as its lists read it: catalogue, statuses considered, chunks, parts, and the words."""

    shelf: Catalogue
    statuses: Collection[str]
    chunks: Sequence[Chunk]
    parts: Parts
    words: Words

    @property
    def language(self) -> str:
        """Return the language of the words."""
        return self.words["language"]

    def choice(self, query: Json) -> TenantChoice:
        """Return which pairs count."""
        return tenant_choice(self.shelf, self.statuses, query)

    def tenants(self, query: Json) -> TenantCounts:
        """Return the tenants that the filters let through, in the order asked for."""
        choice = self.choice(query)
        counts = count_by_tenant(self.parts, choice).wanted(choice)
        if query.get("region"):
            counts = counts.chosen(self.parts.are_inside(counts.rows, region_places(self.shelf, query["region"])))
        return sorted_counts(counts, query.get("sort", "applicable"))

    def tenants_called(self, text: str) -> TenantCounts:
        """Return the tenants whose name holds a text, by row."""
        counts = count_by_tenant(self.parts, TenantChoice())
        return counts.chosen(np.isin(counts.rows, rows_called(self.parts, text)))

    def tenant_items(self, counts: TenantCounts, query: Json) -> tuple[list[Json], Json]:
        """Return one page of tenants, each with its place and its best measures."""
        places, where = page_of(range(len(counts.rows)), query)
        rows = [int(counts.rows[place]) for place in places]
        called, best = self.parts.called(rows, "region"), best_pairs(self.parts, self.choice(query), rows)
        items = [
            {
                **called[row],
                "place": place_label(self.shelf, called[row]["region"], self.language),
                "applicable": int(counts.applicable[place]),
                "possible": int(counts.listed_possible[place]),
                "best": [{**pair, "title": self.title(pair["measure_id"])} for pair in best[row]],
            }
            for place, row in zip(places, rows, strict=True)
        ]
        return items, where

    def measures(self, query: Json) -> list[Json]:
        """Return the measures that the filters let through with the tenants of each standing, most applicable first."""
        standing, nobody = counts_by_measure(self.parts, self._rows(query)), Counter[str]()
        told = [
            {
                **asdict(item),
                "instrument_label": self.instrument(item.instrument),
                "standing": {name: standing.get(item.measure_id, nobody)[name] for name in STANDINGS},
            }
            for item in self.listed(query)
        ]
        wanted = [one for one in told if not query.get("verdict") or one["standing"][query["verdict"]]]
        return sorted(wanted, key=lambda one: (-one["standing"]["applicable"], -one["standing"]["possible"]))

    def listed(self, query: Json) -> list[MeasureItem]:
        """Return the measures of the kind and document status asked for, most applicable first."""
        chosen = chosen_measures(self.shelf, query.get("instrument"), query.get("status"))
        items = measure_items(self.shelf, measure_counts(self.chunks), self.language)
        return [item for item in items if chosen is None or item.measure_id in chosen]

    def standing(self, measure_id: str, query: Json) -> tuple[list[Json], Json]:
        """Return one page of the tenants that stand to a measure as asked, with what is missing or in the way."""
        table = tenants_of_measure(self.parts, measure_id, query.get("standing"), query.get("verdict"))
        if query.get("region"):
            inside = self.parts.are_inside(table["row"].to_numpy(), region_places(self.shelf, query["region"]))
            table = table.filter(pa.array(inside))
        shown, where = page_of(range(table.num_rows), query)
        items = describe_standing(self.parts, measure_id, table.take(list(shown)))
        return [{**asdict(item), "says": self._says(item)} for item in items], where

    def title(self, measure_id: str) -> str:
        """Return the title of a measure."""
        return title_of(self.shelf, measure_id, self.language)

    def instrument(self, name: str | None) -> str:
        """Return a kind of support in words."""
        return self.shelf.vocabularies["instruments"][name].label(self.language) if name else ""

    def fact(self, name: str) -> str:
        """Return the name of a fact; a condition that only a person can check is called so."""
        known = self.shelf.facts.get(name)
        return known.label(self.language) if known else self.words["screen_manual_fact"]

    def _rows(self, query: Json) -> Rows | None:
        """Return the tenants at the place of the filter; None when all count."""
        if not query.get("region"):
            return None
        rows = self.parts.decided()
        return rows[self.parts.are_inside(rows, region_places(self.shelf, query["region"]))]

    def _says(self, item: MeasureTenant) -> str:
        """Return what is missing or in the way of one tenant."""
        if item.fact:
            gap = self._amount(item.fact, item.gap) if item.gap is not None else ""
            return self.words["screen_in_the_way"].format(self.fact(item.fact)) + gap
        facts = dict.fromkeys(self.fact(unknown.fact) for unknown in item.unknown)
        return self.words["screen_missing"].format(self.words["comma"].join(facts)) if facts else ""

    def _amount(self, fact: str, gap: float) -> str:
        known = self.shelf.facts[fact]
        if known.type is FactType.MONEY:
            amount = money_words(gap, self.words)
        elif known.type in IN_PERCENT:
            amount = self.words["points"].format(f"{100 * gap:g}")
        else:
            amount = f"{gap:g} {known.unit_en if self.language == 'en' else known.unit}".strip()
        return self.words["in_brackets"].format(self.words["screen_gap"].format(amount))
