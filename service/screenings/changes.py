"""What a rerun changed, and for whom: two screenings of the same file, pair by pair."""

from __future__ import annotations

from typing import Any

from service.screenings.matrix import Parts, pairs_of_chunk

Json = dict[str, Any]


def changed_tenants(before: Parts, after: Parts) -> list[tuple[int, list[Json]]]:
    """Return the rows for which anything is shown differently, each with what was and what is."""
    changed: list[tuple[int, list[Json]]] = []
    for number in after.numbers:  # the same file is cut into the same chunks
        old, new = pairs_of_chunk(before, number), pairs_of_chunk(after, number)
        for row in sorted(old.keys() | new.keys()):
            differences = _differences(old.get(row, {}), new.get(row, {}))
            changed += [(row, differences)] if differences else []
    return changed


def _differences(was: dict[str, str], now: dict[str, str]) -> list[Json]:
    return [
        {"measure_id": measure_id, "before": was.get(measure_id), "after": now.get(measure_id)}
        for measure_id in sorted(was.keys() | now.keys())
        if was.get(measure_id) != now.get(measure_id)
    ]
