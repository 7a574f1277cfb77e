"""The stored results of a screening as columns: which measures are shown for which tenants, from both sides."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from service.screenings.digest import PAIRS, PairReader, tenants_file
from service.screenings.folders import Folder

Flags = NDArray[np.bool_]
Json = dict[str, Any]

BEST = 3
"""How many measures are told of each tenant in a list."""


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

    def are_inside(self, rows: NDArray[np.int32], places: Collection[str]) -> Flags:
        """Tell which of the rows decided are surely at one of some places."""
        tenants = self.tenants(["row", "region"])
        regions = tenants["region"].cast(pa.string()).take(np.searchsorted(tenants["row"].to_numpy(), rows))
        return np.asarray(pc.is_in(regions, value_set=pa.array(sorted(places), type=pa.string())).to_numpy())

    def called(self, rows: Collection[int], *more: str) -> dict[int, Json]:
        """Return row -> how to call the tenant and `more` columns of it, for some of the rows decided."""
        tenants = self.tenants(["row", "external_id", "uscc", "name", *more])
        places = np.flatnonzero(np.isin(tenants["row"].to_numpy(), list(rows)))
        return {tenant["row"]: tenant for tenant in tenants.take(places).to_pylist()}


def _read(paths: list[Path], columns: Sequence[str], where: Any) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
    tables = [pq.read_table(path, columns=list(columns), filters=where) for path in paths]
    return pa.concat_tables(tables) if tables else pa.table({name: [] for name in columns})


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChoice:
    """Which pairs count: measures (None for all), a verdict ("" for both)."""

    measures: Collection[str] | None = None
    verdict: str = ""

    def filter(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the choice as a filter of results, None when all count."""
        conditions = []
        if self.measures is not None:
            conditions.append(pc.field("measure_id").isin(sorted(self.measures)))
        if self.verdict:
            conditions.append(pc.field("verdict") == self.verdict)
        return functools.reduce(operator.and_, conditions) if conditions else None

    def holds(self, pair: Json) -> bool:
        """Tell whether a pair counts."""
        fits = self.measures is None or pair["measure_id"] in self.measures
        return fits and self.verdict in ("", pair["verdict"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCounts:
    """Tenants by row, each with the number of its measures of each verdict that count."""

    rows: NDArray[np.int32]
    applicable: NDArray[np.int64]
    possible: NDArray[np.int64]

    def chosen(self, keep: Flags) -> TenantCounts:
        """Return only some of the tenants."""
        return TenantCounts(rows=self.rows[keep], applicable=self.applicable[keep], possible=self.possible[keep])


def count_by_tenant(parts: Parts, choice: TenantChoice) -> TenantCounts:
    """Count the pairs of `choice` of every tenant that was decided."""
    told = parts.tenants(("row", "applicable", "possible", "withheld"))
    rows, applicable, possible, withheld = (told[name].to_numpy().astype(np.int64) for name in told.column_names)
    if choice.measures is None:
        counts = {"applicable": applicable, "possible": possible - withheld}
    else:
        pairs = parts.pairs(choice.measures, ["row", "is_applicable"])
        places, fits = np.searchsorted(rows, pairs["row"].to_numpy()), pairs["is_applicable"].to_numpy()
        counted = {"applicable": places[fits], "possible": places[~fits]}
        counts = {name: np.bincount(found, minlength=len(rows)) for name, found in counted.items()}
    if choice.verdict:
        counts = {name: count * (name == choice.verdict) for name, count in counts.items()}
    return TenantCounts(rows=rows.astype(np.int32), **counts)


def best_pairs(parts: Parts, choice: TenantChoice, rows: Collection[int]) -> dict[int, list[Json]]:
    """Return the first BEST pairs of `choice` of each row, in the order of a match."""
    found = parts.pairs_of_rows(rows, ["row", "measure_id", "verdict", "relevance", "score"])
    best: dict[int, list[Json]] = {row: [] for row in rows}
    for pair in found.to_pylist():
        row = pair.pop("row")
        if len(best[row]) < BEST and choice.holds(pair):
            best[row].append(pair)
    return best
