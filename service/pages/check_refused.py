"""Why the measures that do not fit do not fit: grouped by the condition that stands in the way."""

from __future__ import annotations

from typing import Any

from matcher.answers import MatchAnswer, MeasureSummary
from rules.verdict import MeasureVerdict, Verdict
from service.pages.check_conditions import Row, Rows
from service.pages.check_links import measure_address


def refused(answer: MatchAnswer, rows: Rows) -> list[dict[str, Any]]:
    """Return each condition that measures fail first, with those measures; what stops most comes first."""
    groups: dict[str, dict[str, Any]] = {}
    for recommendation in answer.recommendations:
        if recommendation.verdict is not MeasureVerdict.NOT_APPLICABLE:
            continue
        conditions = recommendation.conditions or ()
        unmet = [rows.row(condition) for condition in conditions if condition.verdict is Verdict.UNMET]
        group = groups.setdefault(unmet[0].label, {"row": unmet[0], "measures": []})
        group["measures"].append(_measure(recommendation.measure, unmet[1:]))
    return sorted(groups.values(), key=lambda group: -len(group["measures"]))


def _measure(measure: MeasureSummary, others: list[Row]) -> dict[str, Any]:
    return {
        "title": measure.title,
        "address": measure_address(measure.id),
        "is_draft": measure.document.status == "draft",
        "others": [row.label for row in others],
    }


def near_misses(answer: MatchAnswer, rows: Rows) -> list[dict[str, Any]]:
    """Return the measures that one changeable condition stands in the way of."""
    return [
        {"title": miss.title, "address": measure_address(miss.measure_id), "row": rows.what_if(miss.condition)}
        for miss in answer.near_misses
    ]
