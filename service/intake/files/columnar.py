"""Parquet: read a batch at a time; a text that many rows repeat stays one object, however long it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from service.intake.headings.header_row import count_headings, no_heading
from service.intake.raw_table import Broken, Format, RawRow, RawTable, Source, TableRefusedError
from service.intake.rows.rows import broken_row

_BATCH_ROWS = 250
_LARGEST_NESTED_BYTES = 32_768
"""A list or an object takes many times what it takes in the file; no honest cell holds so much."""

_TOO_LONG = Broken("row_too_long")
_ENDLESS = 10**9
_TEXTS = frozenset({pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()})


def open_columnar(source: Source, mapping: Mapping[str, str]) -> RawTable:
    """Open a Parquet file; raise TableRefusedError when it is damaged, too large, or no column is understood."""
    with _refusing(), source.open() as stream, pq.ParquetFile(stream) as file:
        schema, metadata = file.schema_arrow, file.metadata
    _refuse_size(metadata, source)
    headings = [str(name) for name in schema.names]
    if not count_headings(headings, mapping):
        raise no_heading([headings])
    texts = [field.name for field in schema if field.type in _TEXTS]
    return RawTable(
        format=Format.PARQUET, headings=headings, rows=_rows(source, texts), total=metadata.num_rows, heading_line=0
    )


@contextmanager
def _refusing() -> Iterator[None]:
    """Raise TableRefusedError for a damaged file; what lacks memory is not damaged."""
    try:
        yield
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableRefusedError("damaged") from error


def _refuse_size(metadata: pq.FileMetaData, source: Source) -> None:
    limits = source.limits
    if metadata.num_columns > limits.columns:
        raise TableRefusedError("too_many_columns", limit=limits.columns)
    if metadata.num_rows > limits.rows:
        raise TableRefusedError("too_many_rows", limit=limits.rows)
    unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if unpacked > limits.unpacked_bytes:
        raise TableRefusedError("zip_bomb")


def _rows(source: Source, texts: list[str]) -> Iterator[RawRow]:
    """Yield the rows; `texts` are the columns read as codes, with each text once for all the rows that repeat it."""
    number, most = 0, source.limits.row_characters
    with _refusing(), source.open() as stream, pq.ParquetFile(stream, read_dictionary=texts) as file:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS):
            columns = [_plain(column) for column in batch.columns]
            is_long = sum(max(map(_length, column.distinct), default=0) for column in columns) > most
            for cells in zip(*(column.cells for column in columns), strict=True):
                number += 1
                if is_long and sum(map(_length, cells)) > most:
                    yield broken_row(number, number, "row_too_long", limit=most)
                else:
                    yield RawRow(row=number, line=number, cells=cells)


class _Plain(NamedTuple):
    """A column as Python values, and those among which its longest text is."""

    cells: list[Any]
    distinct: Collection[Any]


def _length(cell: object) -> int:
    return len(cell) if isinstance(cell, str | bytes) else _ENDLESS if cell is _TOO_LONG else 0


def _plain(column: pa.Array) -> _Plain:
    if column.type in _TEXTS:
        column = column.dictionary_encode()
    if isinstance(column, pa.DictionaryArray):
        codes = column.indices.to_pylist()
        used = sorted({code for code in codes if code is not None})  # of a dictionary for a whole group of rows
        values = dict(zip(used, _values(column.dictionary.take(pa.array(used, pa.int32()))), strict=True))
        return _Plain([None if code is None else values[code] for code in codes], values.values())
    cells = _undivided(column)
    return _Plain(cells, cells if pa.types.is_nested(column.type) else ())


def _undivided(column: pa.Array) -> list[Any]:
    """Return a column in which every cell has its own value."""
    if pa.types.is_nested(column.type) and column.nbytes > _LARGEST_NESTED_BYTES:
        parts = (column.slice(place, 1) for place in range(len(column)))
        return [_TOO_LONG if part.nbytes > _LARGEST_NESTED_BYTES else _values(part)[0] for part in parts]
    if pa.types.is_decimal(column.type):
        return [None if value is None else float(value) for value in column.to_pylist()]
    if pa.types.is_timestamp(column.type):
        try:
            shown = column if column.type.tz is None else pc.local_timestamp(column)
        except pa.ArrowInvalid:  # a zone that nobody knows
            return [Broken("not_date") if moment.is_valid else None for moment in column]
        return _values(shown.cast(pa.timestamp("us"), safe=False))
    return _values(column)


def _values(column: pa.Array) -> list[Any]:
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except (OverflowError, ValueError):
        return [_value(scalar) for scalar in column]


def _value(scalar: pa.Scalar) -> Any:  # noqa: ANN401 - a cell of any type
    """Return one value; a text that is no UTF-8 and a day that no calendar has are broken cells."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return Broken("not_decodable")
    except (OverflowError, ValueError):
        return Broken("not_date")
