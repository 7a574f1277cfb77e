"""Results of a screening into a file of the form asked for."""

from __future__ import annotations

from pathlib import Path

from service.tables.result_files import csv_pieces, ndjson_pieces, write_parquet, write_pieces
from service.tables.result_workbook import write_workbook
from service.tables.results import ResultSource
from service.tables.sources import Format

MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.NDJSON: "application/x-ndjson",
    Format.PARQUET: "application/vnd.apache.parquet",
}


def write_results(source: ResultSource, form: Format, target: Path, *, language: str = "zh") -> None:
    """Write the results to `target`; only the workbook has words, in `language` ("zh" or "en")."""
    if form is Format.XLSX:
        write_workbook(source, target, language=language)
    elif form is Format.PARQUET:
        write_parquet(source, target)
    else:
        write_pieces(csv_pieces(source) if form is Format.CSV else ndjson_pieces(source), target)
