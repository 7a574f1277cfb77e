"""Results as CSV, NDJSON and Parquet, streamed, a row each tenant x measure; each distinct text is encoded once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from service.tables.harmless import guarded
from service.tables.pieces import Sink
from service.tables.results import PAIR_SCHEMA, ResultSource

_BOM = "\ufeff"
"""Spreadsheet programs read UTF-8 as such only when a file begins with it."""

_QUOTED = re.compile('[,"\r\n]')


def csv_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as CSV in UTF-8, texts made harmless; a list of unknowns is `fact:why` joined by spaces."""
    yield f"{_BOM}{','.join(PAIR_SCHEMA.names)}\r\n".encode()
    for table in source.pairs():
        unknown = _joined(table["unknown"].combine_chunks(), "{}:{}", " ")
        cells = [_encoded(table[name], _csv_cell) for name in PAIR_SCHEMA.names[:-1]]
        yield _lines(*_between(",", *cells, unknown), "\r\n")


def ndjson_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as NDJSON."""
    for table in source.pairs():
        unknown = _joined(table["unknown"].combine_chunks(), '{{"fact":"{}","why":"{}"}}', ",")
        cells: list[pa.Array | str] = []
        for name in PAIR_SCHEMA.names[:-1]:
            cells += [f'{"," if cells else "{"}"{name}":', _encoded(table[name], _json_cell)]
        yield _lines(*cells, ',"unknown":[', unknown, "]}\n")


def parquet_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as Parquet, a group of rows for each table."""
    sink = Sink()
    with pq.ParquetWriter(sink, PAIR_SCHEMA, compression="zstd") as writer:
        for table in source.pairs():
            writer.write_table(table)
            yield sink.taken()
    yield sink.taken()


def _csv_cell(value: object) -> str:
    text = guarded(value) if isinstance(value, str) else str(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _json_cell(value: object) -> str:
    return orjson.dumps(value).decode()


def _encoded(column: pa.ChunkedArray, encode: Callable[[object], str]) -> pa.Array:
    """Return a column as texts, each distinct value encoded once."""
    coded = column.combine_chunks().dictionary_encode()
    return pa.array(map(encode, coded.dictionary.to_pylist()), type=pa.string()).take(coded.indices)


def _joined(unknown: pa.ListArray, form: str, separator: str) -> pa.Array:
    """Return each list of facts with their whys, ids that need no encoding, as one text."""
    facts, whys = unknown.flatten().flatten()
    before, between, after = form.format("\0", "\0").split("\0")
    items = pc.binary_join_element_wise(before, facts, between, whys, after, "")
    return pc.binary_join(pa.ListArray.from_arrays(unknown.offsets, items), separator)


def _between(separator: str, *cells: pa.Array) -> Iterator[pa.Array | str]:
    for place, cell in enumerate(cells):
        if place:
            yield separator
        yield cell


def _lines(*parts: pa.Array | str) -> bytes:
    return "".join(pc.binary_join_element_wise(*parts, "").to_pylist()).encode()
