"""Results as a workbook for colleagues: summary with charts, by tenant, by measure, coloured matrix, rejected rows.

The library writes the short sheets and the heads of the long ones, whose rows are put in while the file is being sent.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter

import pyarrow as pa  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

from matcher.standing import COUNTED
from service.screenings.results.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    OWN_WIDTH,
    WORKBOOK_OPTIONS,
    Cell,
    Pen,
    Sheet,
    Sink,
    results_words,
    rows_below_head,
)
from service.screenings.shapes import VerdictCounts
from service.screenings.stored.parts import BENEFITS, About, Advice, FurtherSheet, MeasureLine, ResultSource

_MOST_BARS = 10
_GREEN, _AMBER, _GREY, _BLUE = "#2E7D32", "#F9A825", "#9E9E9E", "#1F4E79"
_COLOURS = {"applicable": _GREEN, "possible": _AMBER, "not_applicable": _GREY, "withheld": _BLUE}


def write_summary(pen: Pen, sheet: Sheet, about: About, measures: Sequence[MeasureLine]) -> None:
    """Write the summary; charts stand to the right of the figures they draw."""
    sheet.widths((44, 16, 16))
    sheet.add([pen.words("title")], pen.bold)
    for key, value in (("rows", about.rows), ("rejected", about.rejected)):
        sheet.add([pen.words(key), value])
    sheet.add([pen.words("on"), about.on.isoformat()])
    sheet.add([pen.words("catalogue"), about.catalogue])
    _write_verdicts(pen, sheet, about)
    _write_measure_figures(pen, sheet, measures)
    _write_advice(pen, sheet, "settles", about.settles)
    _write_advice(pen, sheet, "opens", about.opens)


def _write_verdicts(pen: Pen, sheet: Sheet, about: About) -> None:
    first = _begin(sheet, pen.words("pairs"), pen.words("count"))
    for key in _COLOURS:
        sheet.add([pen.words(key), getattr(about.counts, key)])
    chart = pen.workbook.add_chart({"type": "column"})
    points = [{"fill": {"color": colour}} for colour in _COLOURS.values()]
    chart.add_series({**_series(pen, first, sheet.next_row - 1, 1), "points": points, "data_labels": {"value": True}})
    _place(chart, sheet, pen.words("chart.verdicts"), "E2")


def _write_measure_figures(pen: Pen, sheet: Sheet, measures: Sequence[MeasureLine]) -> None:
    most = sorted(measures, key=lambda line: (-line.counts.applicable, -line.counts.possible, line.id))[:_MOST_BARS]
    if not most:
        return
    first = _begin(sheet, pen.words("chart.measures"), pen.words("applicable"), pen.words("possible"))
    for line in most:
        sheet.add([f"{line.title}（{line.status}）", line.counts.applicable, line.counts.possible])
    chart = pen.workbook.add_chart({"type": "bar", "subtype": "stacked"})
    for column, key in enumerate(("applicable", "possible"), 1):
        series = _series(pen, first, sheet.next_row - 1, column)
        chart.add_series({**series, "name": pen.words(key), "fill": {"color": _COLOURS[key]}})
    chart.set_y_axis({"reverse": True})
    _place(chart, sheet, pen.words("chart.measures"), "E18", legend=True)


def _write_advice(pen: Pen, sheet: Sheet, key: str, advice: Sequence[Advice]) -> None:
    if not advice:
        return
    first = _begin(sheet, pen.words(key), pen.words("count"))
    for line in advice[:_MOST_BARS]:
        sheet.add([line.label, line.pairs])
    if key == "settles":
        chart = pen.workbook.add_chart({"type": "bar"})
        chart.add_series({**_series(pen, first, sheet.next_row - 1, 1), "fill": {"color": _BLUE}})
        chart.set_y_axis({"reverse": True})
        _place(chart, sheet, pen.words("chart.settles"), "E38")


def _begin(sheet: Sheet, *headings: str) -> int:
    """Leave a line free, write headings, and return the number of the row that follows."""
    sheet.next_row += 1
    sheet.add(headings, sheet.pen.heading)
    return sheet.next_row


def _series(pen: Pen, first: int, last: int, column: int) -> dict[str, object]:
    name = pen.words("sheet.summary")
    return {"categories": [name, first, 0, last, 0], "values": [name, first, column, last, column]}


def _place(chart: object, sheet: Sheet, title: str, cell: str, *, legend: bool = False) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12}})  # type: ignore[attr-defined]
    chart.set_legend({"position": "bottom"} if legend else {"none": True})  # type: ignore[attr-defined]
    chart.set_size({"width": 640, "height": 300 if not legend else 380})  # type: ignore[attr-defined]
    sheet.raw.insert_chart(cell, chart, {"description": title})


MATRIX_CELLS = 2_000_000
"""Tenants x measures; more of them make a sheet that programs open slowly or not at all."""

MOST_CALLS, MOST_PAIRS = 200, 100_000
"""So many tenants to call and so many pairs with their reasons; a longer sheet is not read, and opens slowly."""

_SHEETS = ("summary", "calls", "tenants", "measures", "matrix", "pairs", "rejected", "notes")
_NAMED = ("row", "external_id", "uscc", "name")
_NAMED_WIDTHS = (8, 12, 22, 34)
_DIMENSION = re.compile(rb"<dimension [^<>]*/>")
_ROWS_END = b"</sheetData>"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the workbook shows: all measures, those of the matrix, and how many tenants the matrix has."""

    about: About
    measures: tuple[MeasureLine, ...]
    matrix_measures: tuple[MeasureLine, ...]
    matrix_tenants: int
    sheets: tuple[str, ...]
    further: Mapping[str, FurtherSheet]
    own: tuple[str, ...]


def workbook_pieces(source: ResultSource, *, language: str = "zh") -> Iterator[bytes]:
    """Yield the workbook piece by piece; its notes tell what the matrix leaves out."""
    about, measures = source.about, tuple(source.measures())
    own = tuple(source.own)
    shown = measures[: MOST_COLUMNS - len(_NAMED) - len(own)]
    most = min(MATRIX_CELLS // max(len(shown), 1), MOST_ROWS - 1, about.rows)
    sheets = (*_SHEETS, "amounts") if BENEFITS.name in source.schema.names else _SHEETS
    further = source.further(MOST_CALLS, MOST_PAIRS)
    plan = _Plan(
        about=about,
        measures=measures,
        matrix_measures=shown,
        matrix_tenants=most,
        sheets=sheets,
        further=further,
        own=own,
    )
    short = io.BytesIO()
    with xlsxwriter.Workbook(short, WORKBOOK_OPTIONS) as workbook:
        pen = Pen(workbook, results_words(language))
        _write_short(pen, plan)
    cut = pen.words("note.cut").format(limit=MOST_ROWS)
    long = {
        "tenants": rows_below_head(pen, _tenant_rows(source), cut),
        "matrix": rows_below_head(pen, _matrix_rows(pen, source, plan), cut),
        "rejected": rows_below_head(pen, _rejected_rows(source, "en" if language == "en" else "zh"), cut),
        "amounts": rows_below_head(pen, _amount_rows(pen, source), cut),
        **{name: rows_below_head(pen, one.lines, cut) for name, one in further.items()},
    }
    return _filled(
        short, {f"xl/worksheets/sheet{place}.xml": long[name] for place, name in enumerate(sheets, 1) if name in long}
    )


def _filled(short: io.BytesIO, long: Mapping[str, Iterator[bytes]]) -> Iterator[bytes]:
    """Yield the archive again, the rows of long sheets put behind their heads."""
    sink = Sink()
    with zipfile.ZipFile(short) as packed, zipfile.ZipFile(sink, "w") as target:
        for info in packed.infolist():
            if info.filename not in long:
                target.writestr(info, packed.read(info))
                continue
            head, end, tail = packed.read(info).partition(_ROWS_END)
            fresh = zipfile.ZipInfo(info.filename, info.date_time)
            fresh.compress_type = zipfile.ZIP_DEFLATED
            with target.open(fresh, "w") as member:
                member.write(_DIMENSION.sub(b"", head))
                for piece in long[info.filename]:
                    member.write(piece)
                    yield sink.taken()
                member.write(end + tail)
    yield sink.taken()


def _write_short(pen: Pen, plan: _Plan) -> None:
    pen.workbook.set_properties({"title": pen.words("title")})
    sheets = {name: pen.sheet(f"sheet.{name}") for name in plan.sheets}
    write_summary(pen, sheets["summary"], plan.about, plan.measures)
    keys = ("measure_id", "measure", "instrument", "kind", "document", "status", "region", *COUNTED)
    sheets["measures"].head(keys, (26, 40, 14, 12, 40, 14, 18, 12, 12, 12, 14))
    for line in plan.measures:
        texts = [line.id, line.title, line.instrument, line.kind, line.document, line.status, line.region]
        sheets["measures"].add([*texts, *_counts(line.counts)])
    widths = (*_NAMED_WIDTHS, 12, 12, 12, 14, 80, *(OWN_WIDTH for _ in plan.own))
    sheets["tenants"].head((*_NAMED, *COUNTED, "best"), widths, own=plan.own)
    titles = [f"{line.title}\n{line.kind}\n{line.status}" for line in plan.matrix_measures]
    widths = (*_NAMED_WIDTHS, *(11 for _ in titles), *(OWN_WIDTH for _ in plan.own))
    sheets["matrix"].head(_NAMED, widths, more=[*titles, *plan.own])
    sheets["rejected"].head(("row", "line", "heading", "field", "value", "reason", "hint"), (8, 8, 22, 20, 30, 48, 60))
    for name, one in plan.further.items():
        sheets[name].head((), one.widths, more=one.headings)
    _write_notes(sheets["notes"], plan)
    if "amounts" in sheets:
        keys = ("measure", "verdict", "benefit", "low", "high", "comes_to", "depends_on", "window", "not_beside")
        sheets["amounts"].head((*_NAMED, *keys), (*_NAMED_WIDTHS, 40, 10, 60, 14, 14, 24, 40, 40, 40))


def _write_notes(sheet: Sheet, plan: _Plan) -> None:
    words, about = sheet.pen.words, plan.about
    sheet.widths((30, 100))
    facts = (
        ("catalogue", about.catalogue),
        ("on", about.on.isoformat()),
        ("statuses", "、".join(about.statuses)),
        ("rows", about.rows),
        ("rejected", about.rejected),
    )
    for key, value in facts:
        sheet.add([words(key), value])
    for name, form in sheet.pen.verdicts.items():
        sheet.raw.write_string(sheet.add(["", words(name)]), 0, words(f"short.{name}"), form)
    notes = [words(f"note.{key}") for key in ("verdicts", "effect", "kind", "matrix", "unknown", "planned")]
    if plan.matrix_tenants < about.rows:
        reported = {"rows": plan.matrix_tenants, "total": about.rows, "limit": MATRIX_CELLS}
        notes.append(words("note.matrix_rows").format(**reported))
    if len(plan.matrix_measures) < len(plan.measures):
        notes.append(words("note.matrix_columns").format(limit=MOST_COLUMNS))
    notes.append(words("note.calls").format(calls=MOST_CALLS, pairs=MOST_PAIRS))
    if "amounts" in plan.sheets:
        notes.append(words("note.amounts"))
    for note in (*notes, *about.notes):
        sheet.add([note])
    sheet.add([words("note.risky")], sheet.pen.risky)


def _counts(counts: VerdictCounts) -> list[int]:
    return [counts.applicable, counts.possible, counts.not_applicable, counts.withheld]


def _tenant_rows(source: ResultSource) -> Iterator[Sequence[Cell]]:
    for line in source.tenants():
        yield [line.row, line.external_id, line.uscc, line.name, *_counts(line.counts), "\n".join(line.best), *line.own]


def _amount_rows(pen: Pen, source: ResultSource) -> Iterator[Sequence[Cell]]:
    for line in source.amounts():
        yield [
            line.row, line.external_id, line.uscc, line.name, line.measure, pen.shown(line.verdict), line.benefit,
            line.low, line.high, line.comes_to, line.depends_on, line.window, line.not_beside,
        ]  # fmt: skip


def _matrix_rows(pen: Pen, source: ResultSource, plan: _Plan) -> Iterator[Sequence[Cell]]:
    """Yield the first tenants with the verdict on each measure that is shown for them."""
    place_of = {line.id: place for place, line in enumerate(plan.matrix_measures, len(_NAMED))}
    shown = {name: pen.shown(name) for name in pen.verdicts}
    pairs = _Ahead(source.pairs())
    for line in islice(source.tenants(), plan.matrix_tenants):
        cells: list[Cell] = [line.row, line.external_id, line.uscc, line.name, *(None for _ in place_of)]
        for measure_id, verdict in pairs.of_row(line.row):
            if (place := place_of.get(measure_id)) is not None:
                cells[place] = shown[verdict]
        yield [*cells, *line.own]


class _Ahead:
    """The pairs of one row after another, in rising order; a row may have none."""

    def __init__(self, tables: Iterable[pa.Table]) -> None:
        names = ("row", "measure_id", "verdict")
        flat = (pair for table in tables for pair in zip(*(table[name].to_pylist() for name in names), strict=True))
        self._groups = groupby(flat, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of_row(self, row: int) -> list[tuple[str, str]]:
        """Return measure and verdict of each pair of a row."""
        while self._next is not None and self._next[0] < row:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != row:
            return []
        return [(measure_id, verdict) for _, measure_id, verdict in self._next[1]]


def _rejected_rows(source: ResultSource, ending: str) -> Iterator[Sequence[Cell]]:
    for row in source.rejected():
        for fault in row["faults"]:
            reported = [fault["heading"], fault["field"], fault["value"]]
            yield [row["row"], row["line"], *reported, fault[f"message_{ending}"], fault[f"hint_{ending}"]]
