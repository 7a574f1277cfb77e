"""Results as a workbook for colleagues: summary with charts, by tenant, by measure, coloured matrix, rejected rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from service.tables.result_sheets import MOST_COLUMNS, MOST_ROWS, Pen, Sheet
from service.tables.result_summary import write_summary
from service.tables.result_words import results_words
from service.tables.results import Counts, MeasureLine, PairLine, ResultSource

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_SHEETS = ("summary", "tenants", "measures", "matrix", "rejected", "notes")
_COUNTED = ("applicable", "possible", "not_applicable", "withheld")
_NAMED = ("row", "external_id", "uscc", "name")
_NAMED_WIDTHS = (8, 12, 22, 34)


def write_workbook(source: ResultSource, target: Path, *, language: str = "zh") -> None:
    """Write the workbook; a sheet that would be longer than any program opens is cut, and the notes say so."""
    words = results_words(language)
    with xlsxwriter.Workbook(str(target), _OPTIONS) as workbook:
        workbook.set_properties({"title": words("title")})
        pen = Pen(workbook, words)
        sheets = {name: pen.sheet(f"sheet.{name}") for name in _SHEETS}
        measures = list(source.measures())
        write_summary(pen, sheets["summary"], source.about, measures)
        _write_measures(sheets["measures"], measures)
        _write_tenants(sheets["tenants"], sheets["matrix"], source, measures)
        _write_rejected(sheets["rejected"], source.rejected(), "en" if language == "en" else "zh")
        _write_notes(sheets, source, len(measures))


def _counts(counts: Counts) -> list[int]:
    return [counts.applicable, counts.possible, counts.not_applicable, counts.withheld]


def _write_measures(sheet: Sheet, measures: Iterable[MeasureLine]) -> None:
    keys = ("measure_id", "measure", "instrument", "document", "status", "region", *_COUNTED)
    sheet.head(keys, (26, 40, 14, 40, 14, 18, 12, 12, 12, 14))
    for line in measures:
        texts = [line.id, line.title, line.instrument, line.document, line.status, line.region]
        sheet.add([*texts, *_counts(line.counts)])


def _write_tenants(sheet: Sheet, matrix: Sheet, source: ResultSource, measures: Sequence[MeasureLine]) -> None:
    """Write the sheet by tenant and the matrix in one pass over tenants and pairs."""
    sheet.head((*_NAMED, *_COUNTED, "best"), (*_NAMED_WIDTHS, 12, 12, 12, 14, 80))
    titles = [f"{line.title}\n{line.status}" for line in measures][: MOST_COLUMNS - len(_NAMED)]
    matrix.head(_NAMED, (*_NAMED_WIDTHS, *(11 for _ in titles)), more=titles)
    place_of = {line.id: place for place, line in enumerate(measures[: len(titles)], len(_NAMED))}
    pairs_of = _pairs_by_row(source.pairs())
    for line in source.tenants():
        named: list[Any] = [line.row, line.external_id, line.uscc, line.name]
        sheet.add([*named, *_counts(line.counts), "\n".join(line.best)])
        row, pairs = matrix.add(named), pairs_of(line.row)
        if row is not None:
            _mark(matrix, row, pairs, place_of)


def _mark(matrix: Sheet, row: int, pairs: Iterable[PairLine], place_of: Mapping[str, int]) -> None:
    for pair in pairs:
        if (place := place_of.get(pair.measure_id)) is not None:
            matrix.mark(row, place, pair.verdict)


def _pairs_by_row(pairs: Iterable[PairLine]) -> Callable[[int], list[PairLine]]:
    """Return a function that gives the pairs of one row after another, in rising order."""
    groups: Iterator[tuple[int, list[PairLine]]] = (
        (row, list(group)) for row, group in groupby(pairs, key=lambda pair: pair.row)
    )
    ahead = next(groups, None)

    def of_row(row: int) -> list[PairLine]:
        nonlocal ahead
        while ahead is not None and ahead[0] < row:
            ahead = next(groups, None)
        return ahead[1] if ahead is not None and ahead[0] == row else []

    return of_row


def _write_rejected(sheet: Sheet, rejected: Iterable[Mapping[str, Any]], ending: str) -> None:
    sheet.head(("row", "line", "heading", "field", "value", "reason", "hint"), (8, 8, 22, 20, 30, 48, 60))
    for row in rejected:
        for fault in row["faults"]:
            told = [fault["heading"], fault["field"], fault["value"]]
            words = [fault[f"message_{ending}"], fault[f"hint_{ending}"]]
            sheet.add([row["row"], row["line"], *told, *words])


def _write_notes(sheets: Mapping[str, Sheet], source: ResultSource, measures: int) -> None:
    sheet, about = sheets["notes"], source.about
    words = sheet.pen.words
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
    notes = []
    if any(written.cut for written in sheets.values()):
        notes.append(words("note.truncated").format(limit=MOST_ROWS))
    if measures > MOST_COLUMNS - len(_NAMED):
        notes.append(words("note.unlisted").format(limit=MOST_COLUMNS))
    notes += [words(f"note.{key}") for key in ("verdicts", "effect", "matrix", "unknown")]
    for note in (*notes, *about.notes):
        sheet.add([note])
