"""Parquet: read a batch at a time; a text that many rows repeat stays one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from service.intake.headings.header_row import count_headings, no_heading
from service.intake.raw_table import Broken, Format, RawRow, RawTable, Source, TableRefusedError

_BATCH_ROWS = 1_000


def open_columnar(source: Source, mapping: Mapping[str, str]) -> RawTable:
    """Open a Parquet file; raise TableRefusedError when it is damaged, too large, or no column is understood."""
    try:
        with source.open() as stream, pq.ParquetFile(stream) as file:
            schema, metadata = file.schema_arrow, file.metadata
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableRefusedError("damaged") from error
    _refuse_size(metadata, source)
    headings = [str(name) for name in schema.names]
    if not count_headings(headings, mapping):
        raise no_heading([headings])
    return RawTable(
        format=Format.PARQUET, headings=headings, rows=_rows(source), total=metadata.num_rows, heading_line=0
    )


def _refuse_size(metadata: pq.FileMetaData, source: Source) -> None:
    limits = source.limits
    if metadata.num_columns > limits.columns:
        raise TableRefusedError("too_many_columns", limit=limits.columns)
    if metadata.num_rows > limits.rows:
        raise TableRefusedError("too_many_rows", limit=limits.rows)
    unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if unpacked > limits.unpacked_bytes:
        raise TableRefusedError("zip_bomb")


def _rows(source: Source) -> Iterator[RawRow]:
    number = 0
    try:
        with source.open() as stream, pq.ParquetFile(stream) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                for cells in zip(*map(_plain, batch.columns), strict=True):
                    number += 1
                    yield RawRow(row=number, line=number, cells=cells)
    except (pa.ArrowException, OSError) as error:
        raise TableRefusedError("damaged") from error


def _plain(column: pa.Array) -> list[Any]:
    """Return a column as Python values."""
    if isinstance(column, pa.DictionaryArray) and len(column.dictionary) > len(column):
        column = column.dictionary_decode()  # the dictionary of a whole group of rows, of which few are used here
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.dictionary_encode()
    if isinstance(column, pa.DictionaryArray):
        values = _values(column.dictionary)
        return [None if code is None else values[code] for code in column.indices.to_pylist()]
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
