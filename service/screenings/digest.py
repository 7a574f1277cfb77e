"""What the queries of a finished screening read, written once beside its parts: its tenants, its pairs by measure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from service.screenings.folders import Folder, write_whole
from service.screenings.parts import COUNTS
from service.screenings.tenants import table_bytes

_CALLED = ["row", "external_id", "uscc", "name"]
_GROUP_ROWS = 65_536
"""Pairs that are read together; a measure's pairs stand in the groups from its first to its last."""
_ENCODING = {"use_dictionary": False, "column_encoding": {"row": "DELTA_BINARY_PACKED"}}
_SPANS = b"spans"
PAIRS = pa.schema([("row", pa.int32()), ("is_applicable", pa.bool_()), ("one_fact_short", pa.bool_())])


def tenants_file(folder: Folder) -> Path:
    """Return the decided tenants by row: how to call them, their chunk, their region, their counts."""
    return folder.path / "decided.parquet"


def pairs_file(folder: Folder) -> Path:
    """Return the pairs that are shown: by measure, applicable before possible, by row."""
    return folder.path / "by-measure.parquet"


def write_digest(folder: Folder, numbers: Sequence[int]) -> None:
    """Write both files from the parts of all chunks."""
    tenants = [_tenants_of_chunk(folder, number) for number in numbers]
    if tenants:
        write_whole(tenants_file(folder), table_bytes(pa.concat_tables(tenants)))
        write_whole(pairs_file(folder), _by_measure(folder, numbers))


def _tenants_of_chunk(folder: Folder, number: int) -> pa.Table:
    """Return the tenants of a chunk that were decided; those whose facts were refused have no counts."""
    counts = pq.read_table(folder.counts(number), columns=COUNTS.names)
    called = pq.read_table(folder.tenants(number), columns=_CALLED)
    called = called.take(np.searchsorted(called["row"].to_numpy(), counts["row"].to_numpy()))
    chunk = pa.array(np.full(counts.num_rows, number, dtype=np.int32))
    columns = {name: counts[name] for name in counts.column_names} | {name: called[name] for name in _CALLED[1:]}
    return pa.table({**columns, "chunk": chunk})


def _by_measure(folder: Folder, numbers: Sequence[int]) -> bytes:
    """Return the file of pairs; only what is sorted is held for all pairs at once."""
    places: dict[str, int] = {}
    read = [_pairs_of_chunk(folder, number, places) for number in numbers]
    measure, row, is_applicable, short = (np.concatenate([chunk[column] for chunk in read]) for column in range(4))
    del read
    order = np.argsort(2 * measure + ~is_applicable, kind="stable")  # rows rise already
    ends = np.cumsum(np.bincount(measure, minlength=len(places))).tolist()
    spans = dict(zip(places, zip([0, *ends], ends, strict=False), strict=True))
    sink = pa.BufferOutputStream()
    schema = PAIRS.with_metadata({_SPANS: orjson.dumps(spans)})
    with pq.ParquetWriter(sink, schema, compression="zstd", **_ENCODING) as writer:
        for start in range(0, len(order), _GROUP_ROWS):
            group = order[start : start + _GROUP_ROWS]
            writer.write_table(pa.table([row[group], is_applicable[group], short[group]], schema=schema))
    return bytes(sink.getvalue())


def _pairs_of_chunk(folder: Folder, number: int, places: dict[str, int]) -> tuple[NDArray[Any], ...]:
    """Return measure, row, whether applicable, whether one fact short; `places` numbers measures as they appear."""
    words = ["measure_id", "verdict"]
    pairs = pq.read_table(folder.part(number), columns=["row", *words], read_dictionary=words)
    measure, verdict = (pairs[name].combine_chunks() for name in words)
    numbered = [places.setdefault(name, len(places)) for name in measure.dictionary.to_pylist()]
    is_applicable = np.array([word == "applicable" for word in verdict.dictionary.to_pylist()], dtype=np.bool_)
    return (
        np.array(numbered, dtype=np.uint32)[measure.indices.to_numpy()],
        pairs["row"].to_numpy(),
        is_applicable[verdict.indices.to_numpy()],
        np.unpackbits(np.fromfile(folder.short(number), dtype=np.uint8), count=len(pairs)).view(np.bool_),
    )


@dataclass(frozen=True, slots=True)
class PairReader:
    """The pairs by measure; only the groups that hold what is asked for are read."""

    file: pq.ParquetFile
    spans: dict[str, tuple[int, int]]

    @classmethod
    def open(cls, folder: Folder) -> PairReader:
        """Open the file of a screening; one without any tenant has none."""
        file = pq.ParquetFile(pairs_file(folder))
        return cls(file, orjson.loads(file.schema_arrow.metadata[_SPANS]))

    def of(self, measure_ids: Collection[str], columns: Sequence[str]) -> pa.Table:
        """Return columns of the pairs of some measures, in the order of the file."""
        spans = sorted(self.spans[measure_id] for measure_id in measure_ids if measure_id in self.spans)
        groups = sorted({group for start, end in spans for group in _groups(start, end)})
        read = self.file.read_row_groups(groups, columns=list(columns))
        offsets = {group: place * _GROUP_ROWS for place, group in enumerate(groups)}
        slices = [read.slice(offsets[s // _GROUP_ROWS] + s % _GROUP_ROWS, e - s) for s, e in spans if e > s]
        return pa.concat_tables(slices) if slices else read.slice(0, 0)


def _groups(start: int, end: int) -> range:
    return range(start // _GROUP_ROWS, -(-end // _GROUP_ROWS))
