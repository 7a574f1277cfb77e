"""How the tenants stand to one measure: it fits, it may fit, one fact is missing, one condition is in the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow.compute as pc  # type: ignore[import-untyped]

from service.screenings.matrix import Parts

Json = dict[str, Any]

_COLUMNS = ("row", "verdict", "relevance", "score", "unknown")


def tenants_of_measure(parts: Parts, measure_id: str, standing: str | None) -> list[Json]:
    """Return the tenants that stand to a measure in one way, by row; applicable before possible if none is given."""
    if standing == "one_condition_short":
        return list(_near(parts, measure_id))
    pairs = parts.results(_COLUMNS, pc.field("measure_id") == measure_id).to_pylist()
    chosen = [_shown(pair) for pair in pairs if _stands(pair, standing)]
    return sorted(chosen, key=lambda item: (item["verdict"], item["row"]))


def _stands(pair: Json, standing: str | None) -> bool:
    if standing == "one_fact_short":
        return pair["verdict"] == "possible" and len({unknown["fact"] for unknown in pair["unknown"]}) == 1
    return standing in (None, pair["verdict"])


def _shown(pair: Json) -> Json:
    return {**pair, "fact": None, "gap": None}


def _near(parts: Parts, measure_id: str) -> Iterator[Json]:
    for miss in parts.near(["row", "fact", "gap"], pc.field("measure_id") == measure_id).to_pylist():
        told: Json = {"verdict": "not_applicable", "relevance": None, "score": None, "unknown": []}
        yield {"row": miss["row"], **told, "fact": miss["fact"], "gap": miss["gap"]}
