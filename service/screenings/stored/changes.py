"""What a rerun changed, or would change, and for whom: two screenings of the same file, pair by pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from msgspec import Struct
from numpy.typing import NDArray

from service.screenings.shapes import CatalogueVersion, ChangeCounts, ChangedPair, ChangeKind
from service.screenings.stored.folders import Folder, table_bytes, write_whole
from service.screenings.stored.parts import PairReader
from service.shapes.published import closed

Json = dict[str, Any]
Rows = NDArray[np.int64]


class ScreeningOutlook(Struct, frozen=True, kw_only=True):
    """What the catalogue in force changes for one finished screening; null is not worked out yet."""

    id: str
    catalogue: Annotated[CatalogueVersion, "That decided it."]
    state: Annotated[str, closed("compared", "waiting")]
    tenants_gaining: Annotated[int | None, "Tenants for whom a measure is shown, or applicable, that was not."]
    tenants_losing: Annotated[int | None, "Tenants for whom one is no longer; some gain and lose."]
    totals: ChangeCounts | None


class ScreeningOutlooks(Struct, frozen=True, kw_only=True):
    """A page of finished screenings and what the catalogue in force changes for them."""

    catalogue: Annotated[CatalogueVersion, "That is in force."]
    items: tuple[ScreeningOutlook, ...]
    total: int
    page: int
    per_page: int
    pages: int


VERDICTS = (None, "possible", "applicable")
"""How a measure is shown for a tenant, from not at all upwards; places in it stand in the file."""
KINDS = tuple(ChangeKind)
_BEFORE = b"before"
_NOTHING = pa.schema(
    [("row", pa.int32()), ("before", pa.int8()), ("after", pa.int8()), ("kind", pa.int8()), ("measure_id", pa.string())]
).empty_table()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two screenings: its pairs, the measures its catalogue has, and that catalogue's version.

    One without a row that could be decided has neither pairs nor measures; the measures of the other then count.
    """

    pairs: PairReader | None
    measures: Collection[str]
    version: str


def write_changes(folder: Folder, before: Side, after: Side, *, with_catalogue: str = "") -> None:
    """Write what differs beside the results of the later screening, by row and measure.

    `with_catalogue` is the version of a rerun of which only this is kept; it stands beside the earlier screening then,
    in the place of what an earlier version would have changed.
    """
    found = [_compare(measure_id, before, after) for measure_id in sorted({*before.measures, *after.measures})]
    table = pa.concat_tables([_NOTHING, *found]).sort_by([("row", "ascending"), ("measure_id", "ascending")])
    reported = table.replace_schema_metadata({_BEFORE: before.version.encode()})
    written = _file(folder, with_catalogue)
    write_whole(written, table_bytes(reported))
    for old in folder.path.glob(_file(folder, "*").name) if with_catalogue else ():
        if old != written:
            old.unlink(missing_ok=True)


def _compare(measure_id: str, before: Side, after: Side) -> pa.Table:
    old_rows, old = _shown(before.pairs, measure_id)
    new_rows, new = _shown(after.pairs, measure_id)
    rows = np.union1d(old_rows, new_rows)
    was, now = np.zeros(len(rows), dtype=np.int8), np.zeros(len(rows), dtype=np.int8)
    was[np.searchsorted(rows, old_rows)] = old
    now[np.searchsorted(rows, new_rows)] = new
    is_new, is_gone = (bool(side.measures) and measure_id not in side.measures for side in (before, after))
    kinds = np.select([was == 0, now == 0, was < now], [0, 1, 2], default=3).astype(np.int8)  # places in KINDS
    if is_new or is_gone:
        kinds[:] = KINDS.index(ChangeKind.NEW_MEASURE if is_new else ChangeKind.GONE_MEASURE)
    differs = was != now
    columns: dict[str, NDArray[Any]] = {"row": rows.astype(np.int32), "before": was, "after": now, "kind": kinds}
    table = pa.table({name: column[differs] for name, column in columns.items()})
    return table.append_column("measure_id", pa.array([measure_id] * len(table), type=pa.string()))


def _shown(pairs: PairReader | None, measure_id: str) -> tuple[Rows, NDArray[np.int8]]:
    """Return the rows for which a measure is shown, and how (a place in VERDICTS)."""
    if pairs is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int8)
    reported = pairs.of([measure_id], ["row", "is_applicable"])
    return reported["row"].to_numpy().astype(np.int64), 1 + reported["is_applicable"].to_numpy().astype(np.int8)


@dataclass(frozen=True, slots=True)
class StoredChanges:
    """What a rerun changed, as it was written when the rerun ended."""

    table: pa.Table
    version_before: str

    @classmethod
    def none(cls, version: str) -> StoredChanges:
        """Return that the catalogue that decided changes nothing."""
        return cls(_NOTHING, version)

    @classmethod
    def read(cls, folder: Folder, with_catalogue: str = "") -> StoredChanges | None:
        """Return the changes; None when the screening is no rerun of a finished one.

        With the version of a catalogue: what a rerun with it would change; None when that is not worked out.
        """
        if not _file(folder, with_catalogue).is_file():
            return None
        table = pq.read_table(_file(folder, with_catalogue))
        return cls(table, table.schema.metadata[_BEFORE].decode())

    def rows(self) -> list[int]:
        """Return the tenants for whom anything changed."""
        rows: list[int] = np.unique(self.table["row"].to_numpy()).tolist()
        return rows

    def totals(self) -> ChangeCounts:
        """Return how many pairs changed in each way."""
        counted = Counter(self.table["kind"].to_numpy().tolist())
        return ChangeCounts(**{kind: counted[place] for place, kind in enumerate(KINDS)})

    def tenants(self) -> tuple[int, int]:
        """Return for how many tenants something is gained, and for how many lost; some may have both."""
        rises = self.table["before"].to_numpy() < self.table["after"].to_numpy()
        rows = self.table["row"].to_numpy()
        return len(np.unique(rows[rises])), len(np.unique(rows[~rises]))

    def of_tenants(self, rows: Collection[int], titles: Mapping[str, str]) -> dict[int, list[ChangedPair]]:
        """Return row -> its changes; a measure without a title keeps its id."""
        reported: dict[int, list[ChangedPair]] = {row: [] for row in rows}
        for change in self._of(rows):
            measure_id = change["measure_id"]
            reported[change["row"]].append(
                ChangedPair(
                    measure_id=measure_id,
                    title=titles.get(measure_id, measure_id),
                    kind=KINDS[change["kind"]],
                    before=VERDICTS[change["before"]],
                    after=VERDICTS[change["after"]],
                )
            )
        return reported

    def measures_of(self, rows: Collection[int]) -> frozenset[str]:
        """Return the measures that changed for some tenants."""
        return frozenset(change["measure_id"] for change in self._of(rows))

    def _of(self, rows: Collection[int]) -> Iterator[Json]:
        wanted = np.isin(self.table["row"].to_numpy(), list(rows))
        yield from self.table.take(np.flatnonzero(wanted)).to_pylist()


def _file(folder: Folder, with_catalogue: str) -> Path:
    return folder.path / (f"outlook-{with_catalogue}.parquet" if with_catalogue else "changes.parquet")
