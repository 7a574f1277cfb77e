"""Reading a file of tenants: format found out, headings understood, rows streamed as companies or reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from seeds.vocabulary import Vocabulary
from service.intake.files.columnar import open_columnar
from service.intake.files.delimited import open_delimited
from service.intake.files.json_lines import lay_out_profiles, open_json_lines, open_profiles
from service.intake.headings.header_row import no_heading
from service.intake.headings.layout import ColumnReport, Layout, chosen_fields, lay_out
from service.intake.raw_table import (
    Format,
    Limits,
    RawRow,
    RawTable,
    Source,
    TableRefusedError,
    as_named,
    column_names,
    sniff_format,
    source_of,
    unnamed,
)
from service.intake.rows.rows import FactComplaints, RejectedRow, RowOptions, RowReader, TenantRow
from service.intake.xlsx.workbook import open_workbook

__all__ = ["ReadingOptions", "RejectedRow", "TableRefusedError", "TenantRow", "TenantTable", "read_tenants"]

SHOWN_ROWS = 20
_MACRO_ENDINGS = (".xlsm", ".xltm", ".xlam")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """What the reading of a file depends on beside the file.

    `on` is the day it is read for: a figure of a year that has not ended by then is another thing;
    `mapping` gives headings a field of their own choice ("" leaves a column out); `vocabularies` resolve
    size and stage of an enterprise; `latest` is the last day on which a company can have been founded;
    `fact_complaints` says what is wrong with declared facts, so that a row tells all its faults at once.
    """

    on: date
    mapping: Mapping[str, str] = field(default_factory=dict)
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    latest: date | None = None
    limits: Limits = field(default_factory=Limits)
    fact_complaints: FactComplaints | None = None


class TenantTable:
    """An opened file: what its columns are, and its rows, which are gone through once, in order."""

    def __init__(self, raw: RawTable, layout: Layout, options: ReadingOptions) -> None:
        """Keep what was understood of the headings; `raw` tells how the file was read."""
        self.raw = raw
        self._options = options
        self._layout = layout
        self._left_open: dict[int, list[int]] = defaultdict(list)
        self._empty = set(unnamed(raw))

    @property
    def columns(self) -> tuple[ColumnReport, ...]:
        """Return what each column was taken for; one not understood comes with the nearest heading.

        What the rows left open, and a column without heading in which something stands, is reported of the rows gone
        through so far.
        """
        return tuple(
            self._with_left_open(report) for report in self._layout.reports if report.position not in self._empty
        )

    def __iter__(self) -> Iterator[TenantRow | RejectedRow]:
        """Yield every company and every rejected row; raise TableRefusedError past the most rows, or without any."""
        options = RowOptions(
            vocabularies=self._options.vocabularies,
            latest=self._options.latest,
            epoch_1904=self.raw.epoch_1904,
            encoding=self.raw.encoding,
            api_fields=self.raw.format is Format.NDJSON,
            profiles=self.raw.profiles,
            fact_complaints=self._options.fact_complaints,
        )
        reader = RowReader(self._layout, options)
        most, found = self._options.limits.rows, 0
        for raw in self.raw.rows:
            if raw.row > most:
                raise TableRefusedError("too_many_rows", limit=most)
            row = reader.read(raw)
            if self._empty:
                self._empty -= {place for place in self._empty if is_filled(raw, place)}
            if row is None:
                continue
            if isinstance(row, TenantRow):
                for caveat in row.caveats:
                    self._left_open[caveat.position].append(row.row)
            found += 1
            yield row
        if not found:
            raise TableRefusedError("no_rows")

    def _with_left_open(self, report: ColumnReport) -> ColumnReport:
        rows = self._left_open.get(report.position, ())
        return replace(report, left_open=len(rows), left_open_rows=tuple(rows[:SHOWN_ROWS])) if rows else report


def is_filled(raw: RawRow, place: int) -> bool:
    """Tell whether something stands in a cell of a row."""
    cell = raw.cells[place] if place < len(raw.cells) else None
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def read_tenants(source: Path | bytes, options: ReadingOptions, *, filename: str = "") -> TenantTable:
    """Open a file of tenants; raise TableRefusedError, in words, when the whole file cannot be read.

    The format is judged by content; `filename` is only asked whether it owns up to macros.
    """
    if filename.lower().endswith(_MACRO_ENDINGS):
        raise TableRefusedError("macros")
    return TenantTable(*open_table(source_of(source, options.limits), options.mapping, options.on), options)


def open_table(source: Source, mapping: Mapping[str, str], on: date) -> tuple[RawTable, Layout]:
    """Open a table of any format and understand its headings as read on a day; raise TableRefusedError."""
    mapping = as_named(mapping)
    raw = open_raw(source, mapping, on)
    if raw.profiles:
        return raw, lay_out_profiles(raw.headings, chosen_fields(raw.headings, mapping, repeats=True), on)
    repeats, headings = raw.format is Format.NDJSON, column_names(raw)
    chosen = chosen_fields(headings, mapping, repeats=repeats)
    layout = lay_out(headings, chosen, on=on, repeats=repeats, above=raw.above, groups=raw.groups)
    if not layout.columns:
        raise no_heading([raw.headings])
    return raw, layout


def open_raw(source: Source, mapping: Mapping[str, str], on: date) -> RawTable:
    """Open a table of any format; what `mapping` names counts as a heading, understood or not."""
    form = sniff_format(source)
    if source.profiles:
        return open_profiles(source, mapping)
    if form is Format.XLSX:
        return open_workbook(source, mapping, on)
    if form is Format.PARQUET:
        return open_columnar(source, mapping)
    return open_json_lines(source) if form is Format.NDJSON else open_delimited(source, mapping, on)
