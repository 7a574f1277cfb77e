"""The lists of a finished screening for the console: tenants and measures, with their filters and numbers.

Filters are read as strictly as the queries of the API.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import flask
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from marshmallow import ValidationError
from msgspec.structs import asdict
from numpy.typing import NDArray

from matcher.answers.grants import GrantWords
from rules.catalogue.catalogue import Catalogue
from rules.language.grants import Grant
from rules.language.labels import Labeller
from rules.language.measures import Instrument, Verdict, Why
from seeds.regions import region_label
from service.complaints import RequestError, StrictSchema, complaints_of
from service.intake.queries import LARGEST_PAGE, STATUSES, MatrixFilter
from service.intake.strict_fields import Choice, Whole
from service.pages.check.conditions import amount_words
from service.screenings.shapes import MeasureItem, MeasureTenant, own_values
from service.screenings.stored.granted import Granting
from service.screenings.stored.jobs import Chunk
from service.screenings.stored.matrix import (
    Parts,
    TenantChoice,
    TenantCounts,
    best_pairs,
    chosen_measures,
    count_by_tenant,
    describe_standing,
    measure_counts,
    measure_items,
    tenant_choice,
    tenants_of_measure,
    title_of,
)
from service.screenings.stored.parts import PairReader
from service.web.lookups import page_of, read_region

Json = dict[str, Any]
Words = Mapping[str, str]
SHOWN_OWN = 3
"""So many own columns of a tenant stand in a list."""
SORTS = ("applicable", "possible", "row")


class TenantsQuery(MatrixFilter):
    """Filters of the tenants' list."""

    sort = Choice(SORTS, load_default="applicable")
    row = Whole(lowest=1, highest=10**7, from_query=True)


class MatrixQuery(MatrixFilter):
    """Filters of the matrix, and its page of measures."""

    sort = Choice(SORTS, load_default="applicable")
    across = Whole(lowest=1, highest=LARGEST_PAGE, from_query=True, load_default=1)


def read_query(schema: type[StrictSchema]) -> Json:
    """Return what the address asks for; an empty field of a filter counts as not given.

    Raises RequestError with all that is wrong.
    """
    given = {name: value for name, value in flask.request.args.items() if value.strip() and name != "lang"}
    try:
        loaded: Json = schema().load(given)
    except ValidationError as error:
        raise RequestError("invalid_request", complaints_of(error.messages)) from error
    return loaded


def filter_choices(catalogue: Catalogue, language: str) -> Json:
    """Return what the selects of a filter offer."""
    labels = catalogue.vocabularies["instruments"]
    present = {measure.instrument for measure in catalogue.measures.values()}
    instruments = [(entry.value, labels[entry.value].label(language)) for entry in Instrument if entry in present]
    return {"instruments": instruments, "statuses": STATUSES, "sorts": SORTS}


def region_words(catalogue: Catalogue, text: str, language: str) -> Json | None:
    """Return how the place of a filter was read; None without one."""
    if not text:
        return None
    read = read_region(catalogue, text, language)
    return {"label": read.label, "suggestions": [item.label for item in read.suggestions]}


def region_places(catalogue: Catalogue, text: str) -> Collection[str]:
    """Return every place inside the one that a text names; none when it names none for sure."""
    place = read_region(catalogue, text, "zh").value
    return catalogue.vocabularies["regions"].taxonomy.descendants(place) if place else ()


def sorted_counts(counts: TenantCounts, sort: str) -> TenantCounts:
    """Return tenants with the most measures first, or by row."""
    first, second = counts.applicable, counts.listed_possible
    if sort == "possible":
        first, second = second, first
    order = np.argsort(counts.rows) if sort == "row" else np.lexsort((counts.rows, -second, -first))
    return counts.chosen(order)


def place_label(catalogue: Catalogue, region: str | None, language: str) -> str:
    """Return a place by its full name; "" when it is not surely known."""
    return region_label(catalogue.vocabularies["regions"], region, language) if region else ""


Rows = NDArray[np.int32]
STANDINGS = ("applicable", "possible", "one_fact_short", "one_condition_short")


def counts_by_measure(parts: Parts, rows: Rows | None = None) -> dict[str, Counter[str]]:
    """Return measure -> standing -> tenants, of some rows or all; measures that nobody is shown are not there."""
    if not parts.numbers:
        return {}
    reader = PairReader.open(parts.folder)
    pairs = reader.of(reader.spans, ["row", "is_applicable", "one_fact_short"])
    chosen = np.ones(len(pairs), dtype=np.bool_) if rows is None else np.isin(pairs["row"].to_numpy(), rows)
    applicable, short = pairs["is_applicable"].to_numpy(), pairs["one_fact_short"].to_numpy()
    flags = {"applicable": applicable, "possible": ~applicable, "one_fact_short": short}
    sums = {name: np.append(0, np.cumsum(flag & chosen)) for name, flag in flags.items()}
    counts = {
        measure_id: Counter({name: int(total[end] - total[start]) for name, total in sums.items()})
        for measure_id, (start, end) in reader.spans.items()
    }
    near = parts.near(["measure_id", "row"])
    if rows is not None:
        near = near.filter(pa.array(np.isin(near["row"].to_numpy(), rows)))
    for item in pc.value_counts(near["measure_id"]).to_pylist():
        counts.setdefault(item["values"], Counter())["one_condition_short"] = item["counts"]
    return counts


@dataclass(frozen=True, kw_only=True)
class Results:
    """A finished screening as its lists read it: catalogue, day, statuses considered, chunks, parts, and the words."""

    catalogue: Catalogue
    on: date
    statuses: Collection[str]
    chunks: Sequence[Chunk]
    parts: Parts
    words: Words

    @property
    def language(self) -> str:
        """Return the language of the words."""
        return self.words["language"]

    @cached_property
    def granting(self) -> Granting:
        """Return what the catalogue says of pairs whoever the tenant is."""
        return Granting(self.catalogue, self.on)

    def choice(self, query: Json) -> TenantChoice:
        """Return which pairs count."""
        return tenant_choice(self.catalogue, self.statuses, query)

    def tenants(self, query: Json) -> TenantCounts:
        """Return the tenants that the filters let through, in the order asked for."""
        choice = self.choice(query)
        counts = count_by_tenant(self.parts, choice).wanted(choice)
        if query.get("region"):
            counts = counts.chosen(self.parts.are_inside(counts.rows, region_places(self.catalogue, query["region"])))
        return sorted_counts(counts, query.get("sort", "applicable"))

    def tenants_called(self, text: str, column: str = "") -> TenantCounts:
        """Return the tenants whose name, or one of whose own columns, holds a text, by row."""
        if column:
            counts, asked = count_by_tenant(self.parts, TenantChoice()), {"column": column, "value": text}
            return counts.chosen(self.parts.own.fit(counts.rows, asked))
        table = self.parts.tenants(["row", "name"])
        found = pc.match_substring(pc.fill_null(table["name"], ""), text, ignore_case=True)
        counts = count_by_tenant(self.parts, TenantChoice())
        return counts.chosen(np.isin(counts.rows, table.filter(found)["row"].to_numpy()))

    def tenant_items(self, counts: TenantCounts, query: Json) -> tuple[list[Json], Json]:
        """Return one page of tenants, each with its place and its best measures."""
        places, where = page_of(range(len(counts.rows)), query)
        rows = [int(counts.rows[place]) for place in places]
        called, own = self.parts.called(rows, "region"), self.parts.own.of(rows)
        best = best_pairs(self.parts, self.choice(query), rows, self.granting)
        items = [
            {
                **called[row],
                "own": own_values(own[row])[:SHOWN_OWN],
                "place": place_label(self.catalogue, called[row]["region"], self.language),
                "applicable": int(counts.applicable[place]),
                "possible": int(counts.listed_possible[place]),
                "best": [self._best(pair) for pair in best[row]],
            }
            for place, row in zip(places, rows, strict=True)
        ]
        return items, where

    def measures(self, query: Json) -> list[Json]:
        """Return the measures that the filters let through with the tenants of each standing, most applicable first."""
        standing, nobody = counts_by_measure(self.parts, self._rows(query)), Counter[str]()
        reported = [
            {
                **asdict(item),
                "instrument_label": self.instrument(item.instrument),
                "standing": {name: standing.get(item.measure_id, nobody)[name] for name in STANDINGS},
            }
            for item in self.listed(query)
        ]
        wanted = [one for one in reported if not query.get("verdict") or one["standing"][query["verdict"]]]
        return sorted(wanted, key=lambda one: (-one["standing"]["applicable"], -one["standing"]["possible"]))

    def listed(self, query: Json) -> list[MeasureItem]:
        """Return the measures of the kind and document status asked for, most applicable first."""
        chosen = chosen_measures(self.catalogue, query.get("instrument"), query.get("status"))
        items = measure_items(self.catalogue, measure_counts(self.chunks), self.language)
        return [item for item in items if chosen is None or item.measure_id in chosen]

    def standing(self, measure_id: str, query: Json) -> tuple[list[Json], Json]:
        """Return one page of the tenants that stand to a measure as asked, with what is missing or in the way."""
        table = tenants_of_measure(self.parts, measure_id, query.get("standing"), query.get("verdict"))
        if query.get("region"):
            inside = self.parts.are_inside(table["row"].to_numpy(), region_places(self.catalogue, query["region"]))
            table = table.filter(pa.array(inside))
        shown, where = page_of(range(table.num_rows), query)
        items = describe_standing(self.parts, measure_id, table.take(pa.array(shown, pa.int64())), self.granting)
        return [
            {**asdict(item), "says": self._says(item), "comes_to": self._comes_to_of(measure_id, item)}
            for item in items
        ], where

    def comes_to(self, measure_id: str, benefits: Iterable[Json] | None) -> str:
        """Return what the benefits of a pair come to, in a few words; "" where nothing is stated of them."""
        grant = self.catalogue.grants.get(measure_id, Grant())
        told = (
            self._grant_words.comes_to(item, Verdict(one["verdict"]), one["low_cny"], one["high_cny"])
            for item, one in zip(grant.benefits, benefits or (), strict=False)
        )
        return self.words["semicolon"].join(told)

    def window(self, measure_id: str) -> str:
        """Return how applications for a measure stand; "" where its pack states no benefits."""
        if measure_id not in self.catalogue.grants:
            return ""
        return self._grant_words.window(self.granting.window(measure_id))

    @cached_property
    def _grant_words(self) -> GrantWords:
        return GrantWords(Labeller(self.catalogue.facts, self.catalogue.vocabularies, self.language))

    def _best(self, pair: Json) -> Json:
        return {
            **pair,
            "title": self.title(pair["measure_id"]),
            "comes_to": self.comes_to(pair["measure_id"], pair.get("benefits")),
        }

    def _comes_to_of(self, measure_id: str, item: MeasureTenant) -> str:
        """Return what a measure comes to for one tenant, and what would tell more."""
        benefits = [asdict(one) for one in item.benefits or ()]
        asked = dict.fromkeys(self.fact(fact) for one in benefits for fact in one["depends_on"])
        more = self.words["screen_depends"].format(self.words["comma"].join(asked)) if asked else ""
        return self.words["semicolon"].join(filter(None, (self.comes_to(measure_id, benefits), more)))

    def title(self, measure_id: str) -> str:
        """Return the title of a measure."""
        return title_of(self.catalogue, measure_id, self.language)

    def instrument(self, name: str | None) -> str:
        """Return a kind of support in words."""
        return self.catalogue.vocabularies["instruments"][name].label(self.language) if name else ""

    def fact(self, name: str) -> str:
        """Return the name of a fact; a condition that only a person can check is called so."""
        known = self.catalogue.facts.get(name)
        return known.label(self.language) if known else self.words["screen_manual_fact"]

    def _rows(self, query: Json) -> Rows | None:
        """Return the tenants at the place of the filter; None when all count."""
        if not query.get("region"):
            return None
        rows = self.parts.decided()
        return rows[self.parts.are_inside(rows, region_places(self.catalogue, query["region"]))]

    def _says(self, item: MeasureTenant) -> str:
        """Return what is missing or in the way of one tenant."""
        if item.fact:
            gap = ""
            if item.gap is not None:
                amount = amount_words(self.catalogue.facts[item.fact], item.gap, self.words)
                gap = self.words["in_brackets"].format(self.words["screen_gap"].format(amount))
            return self.words["screen_in_the_way"].format(self.fact(item.fact)) + gap
        facts: dict[str, dict[str, None]] = {"screen_missing": {}, "screen_planned": {}}
        for unknown in item.unknown:
            facts["screen_planned" if unknown.why == Why.PLANNED else "screen_missing"][self.fact(unknown.fact)] = None
        said = (self.words[key].format(self.words["comma"].join(named)) for key, named in facts.items() if named)
        return self.words["semicolon"].join(said)
