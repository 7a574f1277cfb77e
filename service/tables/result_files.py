"""Results as CSV, NDJSON and Parquet: one row a shown tenant x measure, streamed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from service.tables.harmless import guarded
from service.tables.results import PairLine, ResultSource

COLUMNS = ("row", "external_id", "uscc", "name", "measure_id", "verdict", "relevance", "score", "unknown")
PAIR_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("external_id", pa.string()),
        ("uscc", pa.string()),
        ("name", pa.string()),
        ("measure_id", pa.string()),
        ("verdict", pa.string()),
        ("relevance", pa.string()),
        ("score", pa.float64()),
        ("unknown", pa.list_(pa.struct([("fact", pa.string()), ("why", pa.string())]))),
    ]
)
_BATCH = 20_000
_LINES_A_PIECE = 2_000
_BOM = "\ufeff".encode()
"""Spreadsheet programs read UTF-8 as such only when a file begins with it."""


def csv_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as CSV in UTF-8, texts made harmless; a list of unknowns is `fact:why` joined by spaces."""
    yield _BOM + _csv_lines([COLUMNS])
    pairs = iter(source.pairs())
    while batch := list(islice(pairs, _LINES_A_PIECE)):
        yield _csv_lines([_csv_cells(pair) for pair in batch])


def _csv_cells(pair: PairLine) -> tuple[object, ...]:
    unknown = " ".join(f"{fact}:{why}" for fact, why in pair.unknown)
    texts = (pair.external_id, pair.uscc, pair.name, pair.measure_id, pair.verdict, pair.relevance)
    return (pair.row, *map(guarded, texts), pair.score, guarded(unknown))


def _csv_lines(rows: Iterable[Iterable[object]]) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\r\n").writerows(rows)
    return target.getvalue().encode("utf-8", "replace")


def ndjson_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as NDJSON."""
    pairs = iter(source.pairs())
    while batch := list(islice(pairs, _LINES_A_PIECE)):
        yield b"".join(orjson.dumps(_plain(pair), option=orjson.OPT_APPEND_NEWLINE) for pair in batch)


def _plain(pair: PairLine) -> dict[str, Any]:
    told = {name: getattr(pair, name) for name in COLUMNS[:-1]}
    return {**told, "unknown": [{"fact": fact, "why": why} for fact, why in pair.unknown]}


def write_parquet(source: ResultSource, target: Path) -> None:
    """Write the pairs as Parquet, a group of rows at a time."""
    pairs = iter(source.pairs())
    with pq.ParquetWriter(target, PAIR_SCHEMA, compression="zstd") as writer:
        while batch := list(islice(pairs, _BATCH)):
            writer.write_table(pa.Table.from_pylist([_plain(pair) for pair in batch], schema=PAIR_SCHEMA))


def write_pieces(pieces: Iterable[bytes], target: Path) -> None:
    """Write a stream of bytes into a file."""
    with target.open("wb") as stream:
        stream.writelines(pieces)
