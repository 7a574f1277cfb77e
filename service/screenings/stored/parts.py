"""One decided chunk as tables, and what the queries of a finished screening read, written once beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from matcher.registers.outcome import ScreenedChunk
from matcher.standing import COUNTED, RELEVANCE
from rules.language.measures import OF_MEASURE, WHYS
from service.screenings.stored.folders import Folder, Tenant, table_bytes, write_whole
from service.screenings.stored.lines import PAIR_SCHEMA

_CALLED = ("external_id", "uscc", "name")
NEAR = pa.schema([("row", pa.int32()), ("measure_id", pa.string()), ("fact", pa.string()), ("gap", pa.float64())])
COUNTS = pa.schema([("row", pa.int32()), ("region", pa.string()), *((name, pa.int32()) for name in COUNTED)])
WITHHELD = "withheld_measures"
"""The column of what is withheld of each tenant: a bit a measure, in the order of the catalogue."""


def result_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], measure_ids: Sequence[str]) -> pa.Table:
    """Return what is shown, by row and then in the order of a match; `chunk` numbers its rows from 0."""
    called = {name: _taken([getattr(t.profile, name) for t in tenants], chunk.pair_row) for name in _CALLED}
    return pa.table(
        {
            "row": _numbers(tenants)[chunk.pair_row],
            **called,
            "measure_id": _taken(measure_ids, chunk.pair_measure),
            "verdict": _taken([verdict.value for verdict in OF_MEASURE], chunk.verdict),
            "relevance": _taken([relevance.value for relevance in RELEVANCE], chunk.relevance),
            "score": chunk.score,
            "unknown": _unknown(chunk),
        },
        schema=PAIR_SCHEMA,
    )


def near_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], measure_ids: Sequence[str]) -> pa.Table:
    """Return the pairs that one changeable condition stands in the way of, with what is missing where it counts."""
    near = chunk.near
    columns = {
        "row": _numbers(tenants)[near.rows],
        "measure_id": _taken(measure_ids, near.measures),
        "fact": pa.array(near.facts, type=pa.string()),
        "gap": pa.array(near.gaps, type=pa.float64(), from_pandas=True),
    }
    return pa.table(columns, schema=NEAR)


def count_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], regions: Mapping[int, str]) -> pa.Table:
    """Return the counts of each tenant that was decided, its region where that is sure, and what is withheld."""
    rows = _numbers(tenants)[chunk.rows]
    counts = {name: chunk.by_row[:, place].astype(np.int32) for place, name in enumerate(COUNTED)}
    table = pa.table({"row": rows, "region": [regions.get(int(row)) for row in rows], **counts}, schema=COUNTS)
    return table.append_column(WITHHELD, _as_bytes(chunk.withheld))


def _as_bytes(rows: NDArray[np.uint8]) -> pa.Array:
    """Return each row as one value."""
    content = pa.py_buffer(np.ascontiguousarray(rows))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(rows.shape[1]), len(rows), [None, content])


def chunk_summary(chunk: ScreenedChunk, measure_ids: Sequence[str]) -> dict[str, Any]:
    """Return what the chunk adds up to."""
    shown = chunk.by_row[:, COUNTED.index("possible")] - chunk.by_row[:, COUNTED.index("withheld")]
    applicable = chunk.by_row[:, COUNTED.index("applicable")]
    return {
        "measures": {name: counts.tolist() for name, counts in zip(measure_ids, chunk.by_measure, strict=True)},
        "tenants_with": {"applicable": int(np.count_nonzero(applicable)), "possible": int(np.count_nonzero(shown))},
        "settles": {fact: int(count) for fact, count in chunk.settles.items()},
        "opens": dict(chunk.opened_by()),
    }


def _numbers(tenants: Sequence[Tenant]) -> NDArray[np.int32]:
    return np.array([tenant.row for tenant in tenants], dtype=np.int32)


def _taken(words: Sequence[str], places: NDArray[Any]) -> pa.Array:
    return pa.array(words, type=pa.string()).take(pa.array(places))


def _unknown(chunk: ScreenedChunk) -> pa.Array:
    opened = chunk.open
    facts, whys = _taken(opened.names, opened.facts), _taken([why.value for why in WHYS], opened.whys)
    pairs = pa.StructArray.from_arrays([facts, whys], fields=list(PAIR_SCHEMA.field("unknown").type.value_type))
    return pa.ListArray.from_arrays(pa.array(opened.starts, type=pa.int32()), pairs)


_CALLED_COLUMNS = ["row", "external_id", "uscc", "name"]
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
    called = pq.read_table(folder.tenants(number), columns=_CALLED_COLUMNS)
    called = called.take(np.searchsorted(called["row"].to_numpy(), counts["row"].to_numpy()))
    chunk = pa.array(np.full(counts.num_rows, number, dtype=np.int32))
    columns = {name: counts[name] for name in counts.column_names} | {
        name: called[name] for name in _CALLED_COLUMNS[1:]
    }
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
