"""The first sheet of a results workbook: the figures, what would settle or open most, and native charts of them."""

from __future__ import annotations

from collections.abc import Sequence

from service.tables.result_sheets import Pen, Sheet
from service.tables.results import About, Advice, MeasureLine

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
    _write_measures(pen, sheet, measures)
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


def _write_measures(pen: Pen, sheet: Sheet, measures: Sequence[MeasureLine]) -> None:
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
