"""Reading a file of tenants: format found out, headings understood, rows streamed as companies or reasons.

Every row of the file is accounted for in one sum: read, joined to the one above it, or left out with a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from matcher.profiles.profile import TUPLES, Profile
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
    RowFault,
    Source,
    TableRefusedError,
    as_named,
    column_names,
    sniff_format,
    source_of,
    unnamed,
)
from service.intake.rows.other_rows import is_company
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


@dataclass(slots=True)
class RowAccount:
    """What became of the rows of a file: `rows` is their number, and the sum of all the others.

    `joined` are rows that go on with the company above them, `left_out` the others by reason.
    """

    rows: int = 0
    read: int = 0
    joined: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class TenantTable:
    """An opened file: what its columns are, and its rows, which are gone through once, in order."""

    def __init__(self, raw: RawTable, layout: Layout, options: ReadingOptions) -> None:
        """Keep what was understood of the headings; `raw` tells how the file was read."""
        self.raw = raw
        self.account = RowAccount()
        self._options = options
        self._layout = layout
        self._reader = RowReader(
            layout,
            RowOptions(
                vocabularies=options.vocabularies,
                latest=options.latest,
                epoch_1904=raw.epoch_1904,
                encoding=raw.encoding,
                api_fields=raw.format is Format.NDJSON,
                profiles=raw.profiles,
                fact_complaints=options.fact_complaints,
            ),
        )
        self._left_open: dict[int, list[int]] = defaultdict(list)
        self._unread: dict[int, list[int]] = defaultdict(list)
        self._empty = set(unnamed(raw))

    @property
    def columns(self) -> tuple[ColumnReport, ...]:
        """Return what each column was taken for; one not understood comes with the nearest heading.

        What the rows left open or could not read, and a column without heading in which something stands, is reported
        of the rows gone through so far.
        """
        filled = dict(zip((column.position for column in self._layout.columns), self._reader.filled, strict=True))
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
        for row in self._told(_without_repeats(self._read(), self.account, is_table=not self.raw.profiles)):
            found += 1
            yield row
        if not found:
            raise TableRefusedError("no_rows")

    def _read(self) -> Iterator[TenantRow | RejectedRow]:
        most, account = self._options.limits.rows, self.account
        for raw in self.raw.rows:
            if raw.row > most:
                raise TableRefusedError("too_many_rows", limit=most)
            account.left_out.update({"blank_row": raw.row - account.rows - 1} if raw.row > account.rows + 1 else ())
            account.rows = raw.row
            row = self._reader.read(raw)
            if self._empty:
                self._empty -= {place for place in self._empty if is_filled(raw, place)}
            if isinstance(row, str):
                account.left_out[row] += 1
            else:
                yield row

    def _told(self, rows: Iterator[TenantRow | RejectedRow]) -> Iterator[TenantRow | RejectedRow]:
        """Count what became of the rows."""
        for row in rows:
            if isinstance(row, RejectedRow):
                self.account.left_out[row.faults[0].published] += 1
            else:
                self.account.read += 1
                for told, places in ((row.caveats, self._left_open), (row.unread, self._unread)):
                    for fault in told:
                        places[fault.position].append(row.row)
            yield row

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


_MAY_DIFFER = ("city", "founded_on", "employees", "annual_revenue_cny", "external_id")
"""What of two rows of one short name tells that they are two companies."""
_FULL_NAME = 6
_NOBODY = Profile()
_SCALARS = tuple(known.name for known in fields(Profile) if known.name not in ("facts", *TUPLES))


class _Companies:
    """The companies of the rows so far, by code and by name."""

    def __init__(self) -> None:
        self._by_code: dict[str, int] = {}
        self._by_name: dict[str, tuple[int, str, tuple[Any, ...]]] = {}

    def find(self, row: TenantRow) -> int | None:
        """Return the row in which this company stood before; None, and it is noted, where it stands the first time.

        Two rows of the same name are one company unless their codes differ, or the name is short and they differ.
        """
        said = row.profile
        if said.uscc and (first := self._by_code.setdefault(said.uscc, row.row)) != row.row:
            return first
        telling = () if _is_full(said.name) else tuple(getattr(said, name) for name in _MAY_DIFFER)
        if said.name:
            first, code, before = self._by_name.setdefault(said.name, (row.row, said.uscc, telling))
            if first != row.row and not (code and said.uscc) and _agree(before, telling):
                return first
        return None


def _is_full(name: str) -> bool:
    return len(name) >= _FULL_NAME and is_company(name)


def _agree(one: Iterable[Any], other: Iterable[Any]) -> bool:
    return all(a == b or not a or not b for a, b in zip(one, other, strict=True))


def _goes_on(above: Profile, said: Profile) -> bool:
    """Tell whether a row goes on with the company above it: of the same name or code, or of none and nothing else."""
    if said.uscc and above.uscc:
        return said.uscc == above.uscc
    if said.name:
        telling = ([getattr(one, name) for name in _MAY_DIFFER] for one in (above, said))
        return said.name == above.name and (_is_full(said.name) or _agree(*telling))
    if said.uscc or said.external_id or not (above.name or above.uscc):
        return False
    rest = ((getattr(above, name), getattr(said, name)) for name in _SCALARS)
    same = all(value in (before, getattr(_NOBODY, name)) for name, (before, value) in zip(_SCALARS, rest, strict=True))
    return same and said.facts.items() <= above.facts.items()


def _joined(above: TenantRow, row: TenantRow) -> TenantRow:
    """Return a company with what a row below adds: its lists, and what was not stated yet."""
    first, more = above.profile, row.profile
    values: dict[str, Any] = {"facts": {**more.facts, **first.facts}}
    for name in _SCALARS:
        values[name] = getattr(first, name) if getattr(first, name) != getattr(_NOBODY, name) else getattr(more, name)
    for name in TUPLES:
        values[name] = tuple(dict.fromkeys((*getattr(first, name), *getattr(more, name))))
    told = (*above.caveats, *row.caveats), (*above.unread, *row.unread)
    return replace(above, profile=Profile(**values), caveats=told[0], unread=told[1])


def _without_repeats(
    rows: Iterator[TenantRow | RejectedRow], account: RowAccount, *, is_table: bool
) -> Iterator[TenantRow | RejectedRow]:
    """Join what goes on with the company above it, and leave out a company that stood further above already."""
    above: TenantRow | None = None
    known = _Companies()
    for row in rows:
        if isinstance(row, RejectedRow) or not is_table:
            if above is not None and isinstance(row, RejectedRow):
                yield above
                above = None
            yield row
            continue
        if above is not None:
            if _goes_on(above.profile, row.profile):
                account.joined += 1
                above = _joined(above, row)
                continue
            yield above
            above = None
        if (first := known.find(row)) is None:
            above = row
        else:
            fault = RowFault(
                field="name", heading="", value=row.profile.name or row.profile.uscc, code="duplicate_row",
                params={"row": first},
            )  # fmt: skip
            yield RejectedRow(row=row.row, line=row.line, faults=(fault,))
    if above is not None:
        yield above


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
