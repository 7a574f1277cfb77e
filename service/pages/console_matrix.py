"""One page of the matrix: some tenants down, some measures across, how each pair stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.lookups import page_of
from service.pages.console_counts import cells_of
from service.pages.console_lists import Results
from service.schemas.screening_answers import MeasureItem

Json = dict[str, Any]
DOWN, ACROSS = 50, 40
SIGNS = {"applicable": "✓", "possible": "?", "near": "△", "unlisted": "·"}
"""How a pair stands -> its sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The rows and columns of one page, and where the page stands both ways."""

    rows: list[Json]
    measures: list[MeasureItem]
    down: Json
    across: Json


def matrix_page(results: Results, query: Json) -> Matrix:
    """Return one page; tenants as the filters let through, measures by how many tenants they fit."""
    tenants = results.tenants(query)
    places, down = page_of(range(len(tenants.rows)), {"page": query["page"], "per_page": DOWN})
    rows = [int(tenants.rows[place]) for place in places]
    measures, across = page_of(results.listed(query), {"page": query["across"], "per_page": ACROSS})
    ids = [measure.measure_id for measure in measures]
    cells, called = cells_of(results.parts, rows, ids), results.parts.called(rows)
    told = [
        {**called[row], "cells": [(measure_id, cells.get((row, measure_id), "unlisted")) for measure_id in ids]}
        for row in rows
    ]
    return Matrix(rows=told, measures=list(measures), down=down, across=across)
