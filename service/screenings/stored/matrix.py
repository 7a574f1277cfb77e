"""The stored results of a screening as columns, from both sides, and what they add up to in words and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from matcher.standing import COUNTED
from rules.catalogue.catalogue import Catalogue
from service.complaints import Complaint, RequestError
from service.screenings.shapes import MeasureItem, MeasureTenant, Opening, Settling, VerdictCounts
from service.screenings.stored.folders import Folder
from service.screenings.stored.granted import Granting
from service.screenings.stored.jobs import Chunk
from service.screenings.stored.parts import BENEFITS, PAIRS, WITHHELD, OwnColumns, PairReader, tenants_file

Flags = NDArray[np.bool_]
Json = dict[str, Any]

BEST = 3
"""How many measures are reported of each tenant in a list."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The chunks of one finished screening, in order, and their digest."""

    folder: Folder
    numbers: tuple[int, ...]

    def tenants(self, columns: Sequence[str]) -> pa.Table:
        """Return columns of the tenants that were decided, by row; refused ones are not among them."""
        if not self.numbers:
            return pa.table({name: [] for name in columns})
        return pq.read_table(tenants_file(self.folder), columns=list(columns))

    def decided(self) -> NDArray[np.int32]:
        """Return the rows that were decided."""
        return np.asarray(self.tenants(["row"])["row"].to_numpy(), dtype=np.int32)

    def pairs(self, measures: Collection[str], columns: Sequence[str]) -> pa.Table:
        """Return columns of the pairs of some measures: by measure, applicable ones first, by row."""
        if not self.numbers:
            return PAIRS.empty_table().select(columns)
        return PairReader.open(self.folder).of(measures, columns)

    def pairs_of_rows(self, rows: Collection[int], columns: Sequence[str]) -> pa.Table:
        """Return columns of the pairs of some tenants, in the order of a match."""
        tenants = self.tenants(["row", "chunk"])
        of_rows = np.isin(tenants["row"].to_numpy(), list(rows))
        numbers = np.unique(tenants["chunk"].to_numpy()[of_rows]).tolist()
        wanted = pc.field("row").isin(pa.array(sorted(rows), type=pa.int32()))
        return _read([self.folder.part(number) for number in numbers], columns, wanted)

    def near(self, columns: Sequence[str], where: Any = None) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
        """Return columns of the pairs that one changeable condition stands in the way of."""
        return _read([self.folder.near(number) for number in self.numbers], columns, where)

    def withheld(self) -> Iterator[tuple[NDArray[np.int32], Flags]]:
        """Yield the rows of each chunk, and for them and every measure, in the catalogue's order, what is withheld."""
        for number in self.numbers:
            table = pq.read_table(self.folder.counts(number))
            if WITHHELD not in table.column_names:
                raise RequestError("conflict", [Complaint(code="older_results")])
            column = table[WITHHELD].combine_chunks()
            width, start = column.type.byte_width, column.offset
            content = np.frombuffer(column.buffers()[1], dtype=np.uint8)[start * width : (start + len(column)) * width]
            yield table["row"].to_numpy(), np.unpackbits(content.reshape(-1, width), axis=1).view(np.bool_)

    def are_inside(self, rows: NDArray[np.int32], places: Collection[str]) -> Flags:
        """Tell which of the rows decided are surely at one of some places."""
        tenants = self.tenants(["row", "region"])
        regions = tenants["region"].cast(pa.string()).take(np.searchsorted(tenants["row"].to_numpy(), rows))
        return np.asarray(pc.is_in(regions, value_set=pa.array(sorted(places), type=pa.string())).to_numpy())

    @property
    def own(self) -> OwnColumns:
        """Return what is kept of the operator's own columns."""
        return OwnColumns.open(self.folder if self.numbers else None)

    def called(self, rows: Collection[int], *more: str) -> dict[int, Json]:
        """Return row -> how to call the tenant and `more` columns of it, for some of the rows decided."""
        tenants = self.tenants(["row", "external_id", "uscc", "name", *more])
        places = np.flatnonzero(np.isin(tenants["row"].to_numpy(), list(rows)))
        return {tenant["row"]: tenant for tenant in tenants.take(places).to_pylist()}


def _read(paths: list[Path], columns: Sequence[str], where: Any) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
    """Read columns; a chunk decided with nothing in one of them leaves it null, or out where all do."""
    tables = [pq.read_table(path, columns=_held(path, columns), filters=where) for path in paths]
    return pa.concat_tables(tables, promote_options="default") if tables else pa.table({name: [] for name in columns})


def _held(path: Path, columns: Sequence[str]) -> list[str]:
    return list(columns) if BENEFITS.name not in columns else [n for n in pq.read_schema(path).names if n in columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChoice:
    """Which measures count, each with its place in the catalogue (None for all), and the verdict wanted ("" for any).

    All of them were considered by the screening.
    """

    measures: Mapping[str, int] | None = None
    verdict: str = ""

    @property
    def is_everything(self) -> bool:
        """Tell whether all tenants are wanted, whatever is listed for them."""
        return self.measures is None and not self.verdict

    def holds(self, pair: Json) -> bool:
        """Tell whether a pair counts."""
        fits = self.measures is None or pair["measure_id"] in self.measures
        return fits and self.verdict in ("", pair["verdict"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCounts:
    """Tenants by row, each with the number of its measures by outcome; `possible` includes what is withheld."""

    rows: NDArray[np.int32]
    applicable: NDArray[np.int64]
    possible: NDArray[np.int64]
    not_applicable: NDArray[np.int64]
    withheld: NDArray[np.int64]

    @property
    def listed_possible(self) -> NDArray[np.int64]:
        """Return how many possible measures are listed: those that are not withheld."""
        return self.possible - self.withheld

    def chosen(self, keep: Flags | NDArray[np.intp]) -> TenantCounts:
        """Return only some of the tenants, or all in another order."""
        return TenantCounts(**{name: getattr(self, name)[keep] for name in self.__dataclass_fields__})

    def wanted(self, choice: TenantChoice) -> TenantCounts:
        """Return the tenants for which a measure of the verdict wanted is listed."""
        if choice.is_everything:
            return self
        listed = {"applicable": self.applicable, "possible": self.listed_possible}
        numbers = listed.get(choice.verdict, self.applicable + self.listed_possible)
        return self.chosen(numbers > 0)

    def at(self, place: int) -> VerdictCounts:
        """Return the counts of one tenant."""
        return VerdictCounts(**{name: int(getattr(self, name)[place]) for name in COUNTED})


def count_by_tenant(parts: Parts, choice: TenantChoice) -> TenantCounts:
    """Count the measures of `choice` by outcome, for every tenant that was decided, whatever the verdict wanted."""
    reported = parts.tenants(("row", *COUNTED))
    rows = reported["row"].to_numpy().astype(np.int32)
    if choice.measures is None:
        return TenantCounts(rows=rows, **{name: reported[name].to_numpy().astype(np.int64) for name in COUNTED})
    pairs = parts.pairs(choice.measures, ["row", "is_applicable"])
    places, fits = np.searchsorted(rows, pairs["row"].to_numpy()), pairs["is_applicable"].to_numpy()
    applicable, listed = (np.bincount(places[chosen], minlength=len(rows)) for chosen in (fits, ~fits))
    among = np.array([*choice.measures.values()], dtype=np.intp)
    withheld = np.concatenate([rows[:0], *(flags[:, among].sum(axis=1) for _, flags in parts.withheld())])
    possible = listed + withheld
    not_applicable = len(choice.measures) - applicable - possible
    columns = dict(zip(COUNTED, (applicable, possible, not_applicable, withheld), strict=True))
    return TenantCounts(rows=rows, **columns)


def count_by_measure(parts: Parts, measures: Mapping[str, int], places: Collection[str]) -> dict[str, dict[str, int]]:
    """Return measure -> outcome -> tenants surely at one of some places, for measures that the screening considered."""
    if not parts.numbers:
        return {}
    decided = parts.decided()
    inside = decided[parts.are_inside(decided, places)]
    reader = PairReader.open(parts.folder)
    pairs = reader.of(reader.spans, ["row", "is_applicable"])
    there, fits = np.isin(pairs["row"].to_numpy(), inside), pairs["is_applicable"].to_numpy()
    sums = [np.append(0, np.cumsum(there & flag)) for flag in (fits, ~fits)]
    withheld = sum(flags[np.isin(rows, inside)].sum(axis=0) for rows, flags in parts.withheld())
    counts = {}
    for measure_id, place in measures.items():
        start, end = reader.spans.get(measure_id, (0, 0))
        applicable, listed = (int(total[end] - total[start]) for total in sums)
        possible = listed + int(withheld[place])
        outcome = (applicable, possible, len(inside) - applicable - possible, int(withheld[place]))
        counts[measure_id] = dict(zip(COUNTED, outcome, strict=True))
    return counts


def best_pairs(parts: Parts, choice: TenantChoice, rows: Collection[int], granting: Granting) -> dict[int, list[Json]]:
    """Return the first BEST pairs of `choice` of each row, in the order of a match."""
    pairs = parts.pairs_of_rows(rows, [*_LISTED, BENEFITS.name]).to_pylist()
    listed = _listed(pairs)
    best: dict[int, list[Json]] = {row: [] for row in rows}
    for pair in pairs:
        row = pair["row"]
        if len(best[row]) < BEST and choice.holds(pair):
            del pair["row"]
            best[row].append(granting.told(pair, listed[row]))
            if "benefits" in pair:
                pair["window"] = granting.window(pair["measure_id"])
    return best


def _listed(pairs: Iterable[Json]) -> dict[int, list[str]]:
    """Return the measures listed for each row."""
    listed: dict[int, list[str]] = {}
    for pair in pairs:
        listed.setdefault(pair["row"], []).append(pair["measure_id"])
    return listed


MANY = tuple[MeasureTenant, ...]
_LISTED = ["row", "measure_id", "verdict", "relevance", "score"]


def tenants_of_measure(parts: Parts, measure_id: str, standing: str | None, verdict: str | None = None) -> pa.Table:
    """Return the tenants that stand to a measure in one way, by row; applicable before possible if none is given.

    With a verdict only those for which it is the verdict: of those one condition short, nobody.
    """
    if standing == "one_condition_short":
        near = parts.near(["row", "fact", "gap", BENEFITS.name], pc.field("measure_id") == measure_id)
        return near.slice(0, 0) if verdict else near
    pairs = parts.pairs([measure_id], ["row", "is_applicable", "one_fact_short"])
    chosen = {
        None: pc.field("row") > 0,
        "applicable": pc.field("is_applicable"),
        "possible": ~pc.field("is_applicable"),
        "one_fact_short": pc.field("one_fact_short"),
    }
    return pairs.filter(chosen[standing] & chosen[verdict])


def describe_standing(
    parts: Parts, measure_id: str, standing: pa.Table, granting: Granting
) -> tuple[MeasureTenant, ...]:
    """Return the tenants of a page: how to call them, verdict, score, what is missing or in the way."""
    items = standing.to_pylist()
    called = parts.called([item["row"] for item in items])
    if "gap" in standing.column_names:
        nothing: dict[str, Any] = {"verdict": "not_applicable", "relevance": None, "score": None, "unknown": []}
        stated = {**nothing, "measure_id": measure_id}
        told = [granting.told({**called[item["row"]], **stated, **item}, ()) for item in items]
        return msgspec.convert(told, MANY)
    pairs = parts.pairs_of_rows(called, [*_LISTED, "unknown", BENEFITS.name]).to_pylist()
    listed = _listed(pairs)
    reported = {p["row"]: granting.told(p, listed[p["row"]]) for p in pairs if p["measure_id"] == measure_id}
    return msgspec.convert([{**called[item["row"]], **reported[item["row"]]} for item in items], MANY)


MOST_REPORTED = 20


def add_up(chunks: Iterable[Chunk], name: str) -> Counter[str]:
    """Add up one table of counts over all chunks."""
    total: Counter[str] = Counter()
    for chunk in chunks:
        total.update(chunk.summary.get(name, {}))
    return total


def measure_counts(chunks: Iterable[Chunk]) -> dict[str, dict[str, int]]:
    """Return measure -> outcome -> tenants, over all chunks."""
    total: dict[str, Counter[str]] = {}
    for chunk in chunks:
        for measure_id, counted in chunk.summary["measures"].items():
            total.setdefault(measure_id, Counter()).update(dict(zip(COUNTED, counted, strict=True)))
    return {measure_id: {name: counted[name] for name in COUNTED} for measure_id, counted in total.items()}


def measure_items(catalogue: Catalogue, counts: Mapping[str, Mapping[str, int]], language: str) -> list[MeasureItem]:
    """Return measures with their counts, most applicable first; one the catalogue no longer has keeps its id."""
    items = [_measure_item(catalogue, measure_id, counted, language) for measure_id, counted in counts.items()]
    return sorted(items, key=lambda i: (-i.counts.applicable, -i.counts.possible, i.measure_id))


def title_of(catalogue: Catalogue, measure_id: str, language: str) -> str:
    """Return the title of a measure, or its id when the catalogue no longer has it."""
    measure = catalogue.measures.get(measure_id)
    return measure.title_in(language) if measure else measure_id


def chosen_measures(catalogue: Catalogue, instrument: str | None, status: str | None) -> frozenset[str] | None:
    """Return the measures of an instrument in documents of a status; None when neither is asked for."""
    if not instrument and not status:
        return None
    return frozenset(
        one.id
        for one in catalogue.measures.values()
        if (not instrument or instrument in one.instruments)
        and (not status or status == catalogue.documents[one.document].status)
    )


def considered(catalogue: Catalogue, statuses: Collection[str]) -> dict[str, int]:
    """Return the measures in documents of some statuses, each with its place in the catalogue."""
    places = enumerate(catalogue.measures.values())
    return {one.id: place for place, one in places if catalogue.documents[one.document].status in statuses}


def tenant_choice(catalogue: Catalogue, statuses: Collection[str], query: Mapping[str, Any]) -> TenantChoice:
    """Return which measures a query of tenants counts, and the verdict it wants."""
    chosen, verdict = chosen_measures(catalogue, query.get("instrument"), query.get("status")), query.get("verdict", "")
    if chosen is None:
        return TenantChoice(verdict=verdict)
    places = {id_: place for id_, place in considered(catalogue, statuses).items() if id_ in chosen}
    return TenantChoice(measures=places, verdict=verdict)


def missing_facts(catalogue: Catalogue, settles: Mapping[str, int], language: str) -> tuple[Settling, ...]:
    """Return what would settle most: a fact, and how many possible pairs an answer to it alone would settle."""
    ranked = sorted(settles.items(), key=lambda item: (-item[1], item[0]))[:MOST_REPORTED]
    says = "{} would settle {:,}" if language == "en" else "补填“{}”可确定 {:,} 项"
    labels = {fact: _label(catalogue, fact, language) for fact, _ in ranked}
    return tuple(
        Settling(fact=fact, label=labels[fact], settles=count, message=says.format(labels[fact], count))
        for fact, count in ranked
        if count
    )


def opening(catalogue: Catalogue, opens: Mapping[str, int], language: str) -> tuple[Opening, ...]:
    """Return which fact stands alone in the way of most pairs."""
    ranked = sorted(opens.items(), key=lambda item: (-item[1], item[0]))[:MOST_REPORTED]
    return tuple(
        Opening(fact=fact, label=_label(catalogue, fact, language), opens=count) for fact, count in ranked if count
    )


def _measure_item(catalogue: Catalogue, measure_id: str, counted: Mapping[str, int], language: str) -> MeasureItem:
    measure = catalogue.measures.get(measure_id)
    return MeasureItem(
        measure_id=measure_id,
        title=title_of(catalogue, measure_id, language),
        instrument=measure.instrument if measure else None,
        kind=measure.kind if measure else None,
        document=measure.document if measure else None,
        status=catalogue.documents[measure.document].status if measure else None,
        counts=VerdictCounts(**counted),
    )


def _label(catalogue: Catalogue, fact: str, language: str) -> str:
    definition = catalogue.facts.get(fact)
    if definition is None:
        return fact
    return definition.en if language == "en" else definition.zh
