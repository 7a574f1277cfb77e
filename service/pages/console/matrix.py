"""The matrix of a finished screening: it begins with what differs between tenants, grouped by the kind of support.

Measures that come out alike for every tenant chosen are one column; those that tell no two tenants apart are listed
beside the table, by how they come out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from service.pages.console.lists import Results
from service.screenings.shapes import MeasureItem
from service.screenings.stored.matrix import Parts
from service.screenings.stored.parts import BENEFITS, PairReader
from service.web.lookups import page_of

Json = dict[str, Any]
Rows = NDArray[np.int32]
DOWN, ACROSS = 50, 40
SIGNS = {"applicable": "✓", "possible": "?", "near": "△", "unlisted": "·"}
"""How a pair stands -> its sign."""
Cells = dict[tuple[int, str], tuple[str, list[Json] | None]]


def cells_of(parts: Parts, rows: Collection[int], measures: Collection[str]) -> Cells:
    """Return (row, measure) -> how it stands and what its benefits come to, for one page of the matrix.

    What is not listed is not there.
    """
    if not rows:
        return {}
    wanted = pc.field("row").isin(pa.array(sorted(rows), type=pa.int32()))
    near = parts.near(["row", "measure_id"], wanted)
    shown = parts.pairs_of_rows(rows, ["row", "measure_id", "verdict", BENEFITS.name])
    pairs = zip(near["row"].to_pylist(), near["measure_id"].to_pylist(), strict=True)
    found: Cells = dict.fromkeys(pairs, ("near", None))
    of_page = shown.filter(pc.is_in(shown["measure_id"], value_set=pa.array(sorted(measures), type=pa.string())))
    for pair in of_page.to_pylist():
        found[pair["row"], pair["measure_id"]] = pair["verdict"], pair.get(BENEFITS.name)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Measures of one kind of support that come out alike for every tenant chosen."""

    instrument: str
    measures: tuple[MeasureItem, ...]

    @property
    def first(self) -> MeasureItem:
        """Return the measure whose cells are shown."""
        return self.measures[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The rows and columns of one page, how one applies for its measures, and where the page stands both ways.

    `groups` are the kinds of support above the columns, each with how many it spans; `same` has the measures that come
    out in one way for all tenants chosen, by that way.
    """

    rows: list[Json]
    columns: list[Column]
    groups: list[tuple[str, int]]
    same: Mapping[str, list[MeasureItem]]
    windows: Mapping[str, str]
    down: Json
    across: Json


def matrix_page(results: Results, query: Json) -> Matrix:
    """Return one page; tenants as the filters let through, measures that tell them apart."""
    tenants = results.tenants(query)
    places, down = page_of(range(len(tenants.rows)), {"page": query["page"], "per_page": DOWN})
    rows = [int(tenants.rows[place]) for place in places]
    columns, same = _folded(results, results.listed(query), np.sort(tenants.rows))
    shown, across = page_of(columns, {"page": query["across"], "per_page": ACROSS})
    ids = [column.first.measure_id for column in shown]
    cells, called = cells_of(results.parts, rows, ids), results.parts.called(rows)
    reported = [
        {**called[row], "cells": [_cell(results, measure_id, cells.get((row, measure_id))) for measure_id in ids]}
        for row in rows
    ]
    return Matrix(
        rows=reported,
        columns=list(shown),
        groups=[(name, len(list(group))) for name, group in groupby(column.instrument for column in shown)],
        same=same,
        windows={measure_id: results.window(measure_id) for measure_id in ids},
        down=down,
        across=across,
    )


def _folded(
    results: Results, listed: Iterable[MeasureItem], rows: Rows
) -> tuple[list[Column], dict[str, list[MeasureItem]]]:
    """Return the columns that differ, by kind of support, and the measures that come out the same for all rows."""
    alike: dict[tuple[str, str], list[MeasureItem]] = {}
    same: dict[str, list[MeasureItem]] = {}
    standing = _Standing(results.parts, rows)
    for item in listed:
        signature, whole = standing.of(item.measure_id)
        if whole and len(rows) > 1:
            same.setdefault(whole, []).append(item)
            continue
        own = item.measure_id if item.measure_id in results.catalogue.grants else signature  # amounts differ by tenant
        alike.setdefault((results.instrument(item.instrument), own), []).append(item)
    columns = [Column(instrument=name, measures=tuple(items)) for (name, _), items in alike.items()]
    first = {name: place for place, name in reversed(list(enumerate(column.instrument for column in columns)))}
    return sorted(columns, key=lambda column: first[column.instrument]), same


class _Standing:
    """How measures stand for some rows (rising), told apart by a hash."""

    def __init__(self, parts: Parts, rows: Rows) -> None:
        """Read all pairs once."""
        self._rows, self._reader = rows, PairReader.open(parts.folder) if parts.numbers else None
        near = parts.near(["row", "measure_id"]).group_by("measure_id").aggregate([("row", "list")])
        self._near = {
            one["measure_id"]: self._chosen(np.array(one["row_list"], dtype=np.int32)) for one in near.to_pylist()
        }
        self._pairs = self._reader.of(self._reader.spans, ["row", "is_applicable"]) if self._reader else None

    def _chosen(self, rows: NDArray[Any]) -> Rows:
        return np.asarray(rows[np.isin(rows, self._rows)], dtype=np.int32)

    def of(self, measure_id: str) -> tuple[str, str]:
        """Return a hash of how a measure stands for each row, and the one way in which it does so for all, if any."""
        start, end = self._reader.spans.get(measure_id, (0, 0)) if self._reader else (0, 0)
        applicable, possible = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
        if self._pairs is not None and end > start:
            part = self._pairs.slice(start, end - start)
            fits, numbers = part["is_applicable"].to_numpy(), part["row"].to_numpy()
            applicable, possible = self._chosen(numbers[fits]), self._chosen(numbers[~fits])
        near = self._near.get(measure_id, np.zeros(0, dtype=np.int32))
        told = {"applicable": applicable, "possible": possible, "near": near}
        whole = next((name for name, found in told.items() if len(found) == len(self._rows)), "")
        if not whole and not any(map(len, told.values())):
            whole = "unlisted"
        digest = hashlib.sha256()
        for found in told.values():
            digest.update(len(found).to_bytes(8, "big") + np.sort(found).tobytes())
        return digest.hexdigest(), whole


def _cell(results: Results, measure_id: str, cell: tuple[str, list[Json] | None] | None) -> tuple[str, str, str]:
    kind, benefits = cell or ("unlisted", None)
    return measure_id, kind, results.comes_to(measure_id, benefits)
