"""Results of a screening as a file of the form asked for, sent while it is written: nothing is stored for it."""

from __future__ import annotations

from collections.abc import Iterator

from service.tables.result_files import csv_pieces, ndjson_pieces, parquet_pieces
from service.tables.result_workbook import workbook_pieces
from service.tables.results import ResultSource
from service.tables.sources import Format

MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.NDJSON: "application/x-ndjson",
    Format.PARQUET: "application/vnd.apache.parquet",
}


def result_pieces(source: ResultSource, form: Format, *, language: str = "zh") -> Iterator[bytes]:
    """Yield the file piece by piece; only the workbook has words, in `language` ("zh" or "en")."""
    if form is Format.XLSX:
        return workbook_pieces(source, language=language)
    return {Format.CSV: csv_pieces, Format.NDJSON: ndjson_pieces, Format.PARQUET: parquet_pieces}[form](source)
