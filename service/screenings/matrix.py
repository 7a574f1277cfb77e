"""The stored results of a screening as columns: which measures are shown for which tenants, from both sides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from service.screenings.folders import Folder
from service.screenings.parts import RESULTS

Flags = NDArray[np.bool_]
Json = dict[str, Any]

BEST = 3
"""How many measures are told of each tenant in a list."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The chunks of one finished screening, in order."""

    folder: Folder
    numbers: tuple[int, ...]

    def results(self, columns: Sequence[str], where: Any = None) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
        """Return columns of the results, only of those pairs that hold to `where`."""
        return _read([self.folder.part(number) for number in self.numbers], columns, where)

    def tenants(self, columns: Sequence[str], where: Any = None) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
        """Return columns of the tenants that were decided."""
        return _read([self.folder.tenants(number) for number in self.numbers], columns, where)

    def decided(self) -> NDArray[np.int32]:
        """Return the rows that were decided; those whose declared facts were refused are not among them."""
        table = _read([self.folder.counts(number) for number in self.numbers], ["row"], None)
        return np.asarray(table["row"].to_numpy())

    def regions(self) -> dict[int, str]:
        """Return row -> region, of the tenants that are surely in one place."""
        table = _read([self.folder.counts(number) for number in self.numbers], ["row", "region"], None)
        return dict(zip(table["row"].to_pylist(), table["region"].to_pylist(), strict=True))

    def near(self, columns: Sequence[str], where: Any = None) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
        """Return columns of the pairs that one changeable condition stands in the way of."""
        return _read([self.folder.near(number) for number in self.numbers], columns, where)

    def write_results(self, target: Path) -> None:
        """Put the results of all chunks into one Parquet file."""
        with pq.ParquetWriter(target, RESULTS, compression="zstd") as writer:
            for number in self.numbers:
                writer.write_table(pq.read_table(self.folder.part(number)))

    def called(self, rows: Collection[int]) -> dict[int, Json]:
        """Return row -> how to call the tenant, for some rows."""
        wanted = pa.array(sorted(rows), type=pa.int32())
        names = ["row", "external_id", "uscc", "name"]
        return {tenant["row"]: tenant for tenant in self.tenants(names, pc.field("row").isin(wanted)).to_pylist()}


def _read(paths: list[Path], columns: Sequence[str], where: Any) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
    tables = [pq.read_table(path, columns=list(columns), filters=where) for path in paths]
    return pa.concat_tables(tables) if tables else pa.table({name: [] for name in columns})


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChoice:
    """Which pairs count: measures (None for all), a verdict ("" for both), rows (None for all)."""

    measures: Collection[str] | None = None
    verdict: str = ""

    def filter(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the choice as a filter of results, None when all count."""
        conditions = []
        if self.measures is not None:
            conditions.append(pc.field("measure_id").isin(sorted(self.measures)))
        if self.verdict:
            conditions.append(pc.field("verdict") == self.verdict)
        whole = None
        for condition in conditions:
            whole = condition if whole is None else whole & condition
        return whole


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
    """Count the pairs of `choice` of every tenant."""
    rows = parts.decided()
    pairs = parts.results(["row", "verdict"], choice.filter())
    places = np.searchsorted(rows, pairs["row"].to_numpy())
    is_applicable = pc.equal(pairs["verdict"].cast(pa.string()), "applicable").to_numpy()
    applicable = np.bincount(places[is_applicable], minlength=len(rows))
    possible = np.bincount(places[~is_applicable], minlength=len(rows))
    return TenantCounts(rows=rows, applicable=applicable, possible=possible)


def best_pairs(parts: Parts, choice: TenantChoice, rows: Collection[int]) -> dict[int, list[Json]]:
    """Return the first BEST pairs of each row, in the order of a match."""
    of_rows = pc.field("row").isin(pa.array(sorted(rows), type=pa.int32()))
    where = choice.filter()
    columns = ["row", "measure_id", "verdict", "relevance", "score"]
    found = parts.results(columns, of_rows if where is None else of_rows & where)
    best: dict[int, list[Json]] = {row: [] for row in rows}
    for pair in found.to_pylist():
        row = pair.pop("row")
        if len(best[row]) < BEST:
            best[row].append(pair)
    return best


def pairs_of_chunk(parts: Parts, number: int) -> dict[int, dict[str, str]]:
    """Return row -> measure -> verdict of one chunk; a chunk that is not there has no pairs."""
    path = parts.folder.part(number)
    if not path.is_file():
        return {}
    table = _read([path], ["row", "measure_id", "verdict"], None)
    found: dict[int, dict[str, str]] = {}
    for row, measure_id, verdict in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        found.setdefault(row, {})[measure_id] = verdict
    return found
