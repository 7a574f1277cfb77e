"""What was understood of a company, one line a value: the name of the fact, its value, whence it was inferred."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from matcher.answers import FactRead
from matcher.words import How
from rules.facts import FactDefinition

_FIELDS = {"region": "city", "target_region": "target_city", "sector": "sector", "stage": "stage", "needs": "needs"}
"""Facts that people know by the name of the field they were typed in."""


def understood(
    facts: Iterable[FactRead],
    published: Mapping[str, FactDefinition],
    words: Mapping[str, str],
    label: Callable[[str], str] | None = None,
) -> list[str]:
    """Return each value of each fact once; what was stated hides the same value inferred from something else.

    `label` names the conditions that are no published facts.
    """
    said: dict[tuple[str, str], FactRead] = {}
    for fact in facts:
        known = said.setdefault((fact.fact, fact.label), fact)
        if known.how is How.INFERRED is not fact.how:
            said[fact.fact, fact.label] = fact
    return [
        words["named"].format(_name(name, published, words, label), value) + _whence(fact, words)
        for (name, value), fact in said.items()
    ]


def _name(
    fact: str,
    published: Mapping[str, FactDefinition],
    words: Mapping[str, str],
    label: Callable[[str], str] | None,
) -> str:
    if fact in _FIELDS:
        return words[f"field.{_FIELDS[fact]}"]
    if fact not in published:
        return label(fact) if label else words["confirmed"]
    name = published[fact].label(words["language"])
    return name[:1].upper() + name[1:]


def _whence(fact: FactRead, words: Mapping[str, str]) -> str:
    if fact.how is not How.INFERRED:
        return ""
    origin = fact.origin.partition("[")[0]
    return words.get(f"inferred.{origin}", words["inferred"])
