"""What was understood of a company, one line a value: the name of the fact, its value, whence it was inferred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rules.facts import FactDefinition

_FIELDS = {"region": "city", "target_region": "target_city", "sector": "sector", "stage": "stage", "needs": "needs"}
"""Facts that people know by the name of the field they were typed in."""


def understood(
    facts: Iterable[Mapping[str, Any]], published: Mapping[str, FactDefinition], words: Mapping[str, str]
) -> list[str]:
    """Return each value of each fact once; what was stated hides the same value inferred from something else."""
    said: dict[tuple[str, str], Mapping[str, Any]] = {}
    for fact in facts:
        known = said.setdefault((fact["fact"], fact["label"]), fact)
        if known["how"] == "inferred" and fact["how"] != "inferred":
            said[fact["fact"], fact["label"]] = fact
    return [
        words["named"].format(_name(name, published, words), label) + _whence(fact, words)
        for (name, label), fact in said.items()
    ]


def _name(fact: str, published: Mapping[str, FactDefinition], words: Mapping[str, str]) -> str:
    if fact in _FIELDS:
        return words[f"field.{_FIELDS[fact]}"]
    if fact not in published:
        return words["confirmed"]
    label = published[fact].label(words["language"])
    return label[:1].upper() + label[1:]


def _whence(fact: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if fact["how"] != "inferred":
        return ""
    origin = str(fact["origin"]).partition("[")[0]
    return words.get(f"inferred.{origin}", words["inferred"])
