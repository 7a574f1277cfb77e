"""Reading a file of tenants: format found out, headings understood, rows streamed as companies or reasons.

Every row of the file is accounted for in one sum: read, joined to the one above it, or left out with a reason.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

from stdnum.cn import uscc

from matcher.profiles.profile import Profile
from rules.language.facts import FactDefinition
from seeds.profile_fields import Kind, ProfileField
from seeds.vocabulary import Vocabulary
from service.intake.files.columnar import open_columnar
from service.intake.files.delimited import open_delimited
from service.intake.files.json_lines import lay_out_profiles, open_json_lines, open_profiles
from service.intake.headings.header_row import no_heading
from service.intake.headings.layout import Column, ColumnReport, Known, Layout, Status, adds_up, chosen_fields, lay_out
from service.intake.headings.names import BY_ID, fields_of_packs
from service.intake.raw_table import (
    Broken,
    CellError,
    Format,
    LeftOpenError,
    Limits,
    RawRow,
    RawTable,
    SheetRead,
    Source,
    TableRefusedError,
    as_named,
    column_names,
    in_language,
    is_blank,
    sniff_format,
    source_of,
    texts_of,
    unnamed,
)
from service.intake.rows.cells import read_cell
from service.intake.rows.companies import RejectedRow, RowAccount, TenantRow, is_company, of_sheet, without_repeats
from service.intake.rows.rows import IDENTITY, FactComplaints, RowOptions, RowReader
from service.intake.xlsx.workbook import open_further, open_workbook

__all__ = ["ReadingOptions", "RejectedRow", "TableRefusedError", "TenantRow", "TenantTable", "read_tenants"]

SHOWN_ROWS = 20
_MACRO_ENDINGS = (".xlsm", ".xltm", ".xlam")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """What the reading of a file depends on beside the file.

    `on` is the day it is read for: a figure of a year that has not ended by then is another thing;
    `mapping` gives headings a field of their own choice ("" leaves a column out); `vocabularies` resolve
    certifications, size and stage of an enterprise, `facts` are those that packs may define; `latest` is the last day
    on which a company can have been founded; `fact_complaints` says what is wrong with declared facts, so that a row
    tells all its faults at once. `place` and `sector` hold for companies whose rows name none; `all_sheets` has the
    sheets of a workbook read one after the other.
    """

    on: date
    mapping: Mapping[str, str] = field(default_factory=dict)
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    facts: Mapping[str, FactDefinition] = field(default_factory=dict)
    latest: date | None = None
    limits: Limits = field(default_factory=Limits)
    fact_complaints: FactComplaints | None = None
    place: str = ""
    sector: str = ""
    all_sheets: bool = False

    @property
    def known(self) -> Known:
        """Return what the catalogue adds to the headings that are understood."""
        return Known(self.vocabularies.get("certifications"), fields_of_packs(self.facts.values()))


class TenantTable:
    """An opened file: what its columns are, and its rows, which are gone through once, in order."""

    def __init__(
        self, raw: RawTable, layout: Layout, options: ReadingOptions, further: Iterable[Further] | None = None
    ) -> None:
        """Keep what was understood of the headings; `further` has the other sheets of the file."""
        self.raw = raw
        self.account = RowAccount()
        self._options = options
        self._layout = layout
        self._reader = self._reader_of(raw, layout)
        self._further = further
        self.sheets = [] if further is None else [SheetRead(raw.sheet)]
        self.own = [*([] if further is None else [SHEET]), *layout.own.values()]
        self.with_place, self.with_sector = set[int](), set[int]()
        """Companies by row whose place, or sector, is that of the whole list."""
        self._left_open: dict[int, list[int]] = defaultdict(list)
        self._unread: dict[int, list[int]] = defaultdict(list)
        self._empty = set(unnamed(raw))

    def _reader_of(self, raw: RawTable, layout: Layout) -> RowReader:
        options = self._options
        return RowReader(
            layout,
            RowOptions(
                vocabularies=options.vocabularies, latest=options.latest, epoch_1904=raw.epoch_1904,
                encoding=raw.encoding, api_fields=raw.format is Format.NDJSON, profiles=raw.profiles,
                fact_complaints=options.fact_complaints,
            ),
        )  # fmt: skip

    @property
    def columns(self) -> tuple[ColumnReport, ...]:
        """Return what each column was taken for; one not understood comes with the nearest heading.

        What the rows left open or could not read, and a column without heading in which something stands, is reported
        of the rows gone through so far.
        """
        filled = {column.position: self._reader.filled[column.position] for column in self._layout.columns}
        return tuple(
            self._counted(report, filled.get(report.position, 0))
            for report in self._layout.reports
            if report.position not in self._empty
        )

    def __iter__(self) -> Iterator[TenantRow | RejectedRow]:
        """Yield every company and every row left out that is told one by one.

        Raises TableRefusedError past the most rows, or where there is neither.
        """
        found = 0
        for row in self._told(without_repeats(self._read(), self.account, is_table=not self.raw.profiles)):
            found += 1
            yield row
        if not found:
            raise TableRefusedError("no_rows")

    def _read(self) -> Iterator[TenantRow | RejectedRow]:
        if self._further is None:
            yield from self._rows_of(self.raw, self._reader)
            return
        yield from self._rows_of_sheet(self.raw, self._layout, self._reader, self.sheets[0])
        for report, table in self._further:
            self.sheets.append(report)
            if table is not None:
                yield from self._rows_of_sheet(*table, self._reader_of(*table), report)

    def _rows_of_sheet(
        self, raw: RawTable, layout: Layout, reader: RowReader, report: SheetRead
    ) -> Iterator[TenantRow | RejectedRow]:
        """Yield the rows of one of several sheets, numbered on, with what stands in own columns at their places."""
        self.own += [heading for heading in layout.own.values() if heading not in self.own]
        slots = [self.own.index(heading) for heading in layout.own.values()]
        ours = {one.heading: one.position for one in self._layout.reports}
        places = {one.position: ours.get(one.heading, -1) for one in layout.reports}
        start = self.account.rows
        for row in self._rows_of(raw, reader, start):
            yield of_sheet(row, report.name, slots, places)
        report.rows = self.account.rows - start
        if reader is not self._reader:
            for place, filled in enumerate(reader.filled):
                if 0 <= (ours_at := places.get(place, -1)) < len(self._reader.filled):
                    self._reader.filled[ours_at] += filled

    def _rows_of(self, raw_table: RawTable, reader: RowReader, start: int = 0) -> Iterator[TenantRow | RejectedRow]:
        most, account = self._options.limits.rows, self.account
        for raw in raw_table.rows:
            if start:
                raw = replace(raw, row=start + raw.row)  # noqa: PLW2901 - the same row, numbered on
            if raw.row > most:
                raise TableRefusedError("too_many_rows", limit=most)
            if raw.row > account.rows + 1:
                account.leave_out("blank_row", raw.row - account.rows - 1)
            account.rows = raw.row
            account.hidden += raw.hidden
            row = reader.read(raw)
            if self._empty and raw_table is self.raw:
                self._empty -= {at for at in self._empty if any(texts_of(raw.cells, (at,)))}
            if isinstance(row, str):
                account.leave_out(row)
            else:
                yield row

    def _told(self, rows: Iterator[TenantRow | RejectedRow]) -> Iterator[TenantRow | RejectedRow]:
        """Count what became of the rows."""
        for row in rows:
            if isinstance(row, RejectedRow):
                self.account.leave_out(row.faults[0].code)
            else:
                self.account.read += 1
                row = self._with_defaults(row)  # noqa: PLW2901 - the same company
                for told, places in ((row.caveats, self._left_open), (row.unread, self._unread)):
                    for fault in told:
                        places[fault.position].append(row.row)
            yield row

    def _with_defaults(self, row: TenantRow) -> TenantRow:
        profile = self.with_defaults(row.profile)
        if profile is row.profile:
            return row
        if profile.city != row.profile.city:
            self.with_place.add(row.row)
        if profile.sector != row.profile.sector:
            self.with_sector.add(row.row)
        return replace(row, profile=profile)

    def with_defaults(self, profile: Profile) -> Profile:
        """Return a company with the place and the sector of the whole list where its row names none."""
        options = self._options
        if options.place and not profile.city:
            profile = replace(profile, city=options.place)
        says_nothing = not (profile.sector or profile.products or profile.technologies or profile.business_scope)
        if options.sector and says_nothing:
            profile = replace(profile, sector=(options.sector,))
        return profile

    def _counted(self, report: ColumnReport, filled: int) -> ColumnReport:
        left_open, unread = (rows.get(report.position, ()) for rows in (self._left_open, self._unread))
        return replace(
            report,
            filled=filled,
            left_open=len(left_open),
            left_open_rows=tuple(left_open[:SHOWN_ROWS]),
            unread=len(unread),
            unread_rows=tuple(unread[:SHOWN_ROWS]),
        )


def read_tenants(source: Path | bytes, options: ReadingOptions, *, filename: str = "") -> TenantTable:
    """Open a file of tenants; raise TableRefusedError, in words, when the whole file cannot be read.

    The format is judged by content; `filename` is only asked whether it owns up to macros.
    """
    if filename.lower().endswith(_MACRO_ENDINGS):
        raise TableRefusedError("macros")
    opened = source_of(source, options.limits)
    raw, layout = open_table(opened, options)
    return TenantTable(raw, layout, options, further_sheets(opened, raw, layout, options))


SHEET = "工作表"
"""The own column in which the sheet of each row stands where several are read."""
Further: TypeAlias = tuple[SheetRead, tuple[RawTable, Layout] | None]


def further_sheets(source: Source, raw: RawTable, layout: Layout, options: ReadingOptions) -> Iterator[Further] | None:
    """Return the other sheets of a workbook of which all are to be read, each opened when it is asked for.

    One that names no companies, or says less than half of what the first sheet does, is left out.
    """
    if not options.all_sheets or raw.format is not Format.XLSX:
        return None
    return _further(source, raw.sheet, {column.field.id for column in layout.columns}, options)


def _further(source: Source, first: str, expected: Collection[str], options: ReadingOptions) -> Iterator[Further]:
    mapping = as_named(options.mapping)
    for name, raw in open_further(source, mapping, options.on, first):
        if isinstance(raw, str):
            yield SheetRead(name, raw), None
            continue
        headings = column_names(raw)
        known = {heading: target for heading, target in mapping.items() if heading in headings}
        chosen = chosen_fields(headings, known, known=options.known)
        raw, layout = understood(raw, headings, chosen, options)  # noqa: PLW2901 - the same sheet, its first rows read
        fields = {column.field.id for column in layout.columns}
        is_alike = not fields.isdisjoint(IDENTITY) and 2 * len(fields & set(expected)) >= len(expected)
        yield (SheetRead(name), (raw, layout)) if is_alike else (SheetRead(name, "sheet_other_columns"), None)


def open_table(source: Source, options: ReadingOptions) -> tuple[RawTable, Layout]:
    """Open a table of any format and understand its headings, and its first cells; raise TableRefusedError."""
    mapping, on, known = as_named(options.mapping), options.on, options.known
    raw = open_raw(source, mapping, on)
    if raw.profiles:
        chosen = chosen_fields(raw.headings, mapping, repeats=True, known=known)
        return raw, lay_out_profiles(raw.headings, chosen, on)
    repeats, headings = raw.format is Format.NDJSON, column_names(raw)
    chosen = chosen_fields(headings, mapping, repeats=repeats, known=known)
    raw, layout = understood(raw, headings, chosen, options)
    if not layout.columns:
        first = next(raw.rows, None)
        raise no_heading([raw.headings if any(raw.headings) else list(map(str, first.cells if first else ()))])
    return raw, layout


def understood(
    raw: RawTable, headings: Sequence[str], chosen: Mapping[int, str], options: ReadingOptions
) -> tuple[RawTable, Layout]:
    """Understand the headings of a table, and its first cells."""
    repeats = raw.format is Format.NDJSON
    layout = lay_out(headings, chosen, on=options.on, repeats=repeats, table=raw, known=options.known)
    first = list(islice(raw.rows, JUDGED_ROWS))
    return replace(raw, rows=chain(first, raw.rows)), judged(layout, first, options.vocabularies).with_own()


JUDGED_ROWS = 100
"""So many rows at most tell what a column is; a first look has them too."""

_MOST_OF, _HALF = 0.8, 0.5
_ADDRESS = re.compile(r"[\u4e00-\u9fff]{2,10}?(?:省|市|自治区|自治州|区|县)")


def judged(layout: Layout, first: Sequence[RawRow], vocabularies: Mapping[str, Vocabulary]) -> Layout:
    """Take columns for what their cells say where these say nothing of the field that the heading names.

    A column without heading, or of which nothing is read, is a name, a code, a place or a day where nearly all its
    cells are, and no other column is.
    """
    cells: dict[int, list[Any]] = defaultdict(list)
    for row in first:
        for place, cell in enumerate(row.cells):
            if not (cell is None or isinstance(cell, Broken) or (isinstance(cell, str) and is_blank(cell.strip()))):
                cells[place].append(cell)
    columns = {column.position: column for column in layout.columns}
    reports = {report.position: report for report in layout.reports}
    for place, report in reports.items():
        column, taken = columns.get(place), {other.field.id for other in columns.values()}
        names = column.field.instead if column else _untold(report)
        is_settled = report.how == "declared" or report.heading == report.field
        if not names or is_settled or not cells[place]:
            continue
        is_read = column is not None and _share(column, cells[place], vocabularies) >= _HALF
        if column and is_read and column.field.id != "external_id":
            continue
        if (instead := _instead(names, cells[place], vocabularies, taken)) is not None:
            columns[place] = Column(position=place, heading=report.heading, field=instead)
            reports[place] = replace(report, field=instead.id, status=Status.USED, how="values", nearest="", unit="")
    order = sorted(columns.values(), key=lambda column: (column.field.part, column.position))
    return Layout(columns=tuple(order), reports=tuple(reports.values()))


def _untold(report: ColumnReport) -> tuple[str, ...]:
    if report.status is Status.IGNORED:
        return ("uscc",)
    is_unnamed = in_language(report.heading, "en") != report.heading
    return ("uscc", "name", "city", "founded_on") if is_unnamed else ()


def _instead(
    names: Iterable[str], cells: Sequence[Any], vocabularies: Mapping[str, Vocabulary], taken: Collection[str]
) -> ProfileField | None:
    """Return the field that nearly all cells state, of which no column is read yet."""
    for name in names:
        other = BY_ID[name]
        column = Column(position=0, heading=other.heading, field=other)
        is_free = name not in taken or adds_up(other)
        if is_free and _share(column, cells, vocabularies) >= _MOST_OF:
            return other
    return None


def _share(column: Column, cells: Sequence[Any], vocabularies: Mapping[str, Vocabulary]) -> float:
    """Return the share of cells that state a value of a column's field for sure."""
    return sum(_states(column, cell, vocabularies) for cell in cells) / len(cells)


def _states(column: Column, cell: Any, vocabularies: Mapping[str, Vocabulary]) -> bool:  # noqa: ANN401 - a cell of any type
    kind, vocabulary = column.field.kind, vocabularies.get(column.field.vocabulary)
    try:
        value = read_cell(cell, column)
    except CellError as error:
        return isinstance(error, LeftOpenError)
    if column.field.id == "name":
        return isinstance(value, str) and is_company("".join(value.split()))
    if kind is Kind.CODE:
        return isinstance(value, str) and bool(uscc.is_valid(value))
    if kind is Kind.PLACE:
        return isinstance(value, str) and _ADDRESS.match(value) is not None and not is_company(value)
    if vocabulary is None:
        return not column.field.vocabulary
    items = value if isinstance(value, list) else [value]
    return all(isinstance(item, str) and (item in vocabulary or vocabulary.find(item)) for item in items)


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
