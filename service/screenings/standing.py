"""How the tenants stand to one measure: it fits, it may fit, one fact is missing, one condition is in the way."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from service.schemas.screening_answers import MeasureTenant
from service.screenings.matrix import Parts

MANY = tuple[MeasureTenant, ...]
_TOLD = ["row", "measure_id", "verdict", "relevance", "score", "unknown"]


def tenants_of_measure(parts: Parts, measure_id: str, standing: str | None, verdict: str | None = None) -> pa.Table:
    """Return the tenants that stand to a measure in one way, by row; applicable before possible if none is given.

    With a verdict only those for which it is the verdict: of those one condition short, nobody.
    """
    if standing == "one_condition_short":
        near = parts.near(["row", "fact", "gap"], pc.field("measure_id") == measure_id)
        return near.slice(0, 0) if verdict else near
    pairs = parts.pairs([measure_id], ["row", "is_applicable", "one_fact_short"])
    chosen = {
        None: pc.field("row") > 0,
        "applicable": pc.field("is_applicable"),
        "possible": ~pc.field("is_applicable"),
        "one_fact_short": pc.field("one_fact_short"),
    }
    return pairs.filter(chosen[standing] & chosen[verdict])


def describe_standing(parts: Parts, measure_id: str, standing: pa.Table) -> tuple[MeasureTenant, ...]:
    """Return the tenants of a page: how to call them, verdict, score, what is missing or in the way."""
    items = standing.to_pylist()
    called = parts.called([item["row"] for item in items])
    if "gap" in standing.column_names:
        nothing: dict[str, Any] = {"verdict": "not_applicable", "relevance": None, "score": None, "unknown": []}
        return msgspec.convert([{**called[item["row"]], **nothing, **item} for item in items], MANY)
    pairs = parts.pairs_of_rows(called, _TOLD).to_pylist()
    told = {pair["row"]: pair for pair in pairs if pair.pop("measure_id") == measure_id}
    return msgspec.convert([{**called[item["row"]], **told[item["row"]]} for item in items], MANY)
