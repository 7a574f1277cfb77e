"""Examples of a drafted measure, made of its conditions: a company that meets them, one that does not, a silent one.

They show a reviewer what the draft claims; they prove nothing of the text, so each is marked `drafted`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.drafting.parts import percent, yuan
from rules.language.amounts import parse_money
from rules.language.facts import FactDefinition, FactType

Raw = dict[str, Any]
_BELOW, _ABOVE = 0.9, 1.1
_SIDES = {
    "at_least": (1.0, _BELOW), "more_than": (_ABOVE, 1.0), "at_most": (1.0, _ABOVE), "less_than": (_BELOW, 1.0),
}  # fmt: skip
"""What a number is multiplied by to hold, and not to hold."""
_AS_WRITTEN = ("is", "within", "any_of", "all_of", "on_or_after", "on_or_before")
"""Operators that hold of what is written beside them."""
_ELSEWHERE = ("110000", "310000")


def examples_of(measure: Mapping[str, Any], region: str, facts: Mapping[str, FactDefinition]) -> list[Raw]:
    """Return the examples of a measure whose cites are no matter, in the form of a pack; none where it asks twice."""
    addressee = measure.get("addressee")
    conditions: Sequence[Raw] = [*([addressee] if addressee else []), *(measure.get("conditions") or ())]
    place = {"region": region} if region else {}
    found = [fact for condition in conditions for fact in _met(condition, str(measure["id"]), facts)]
    if len({name for name, _, _ in found}) < len(found):
        return []
    met = {name: holds for name, holds, _ in found}
    unmet = next(({**place, name: fails} for name, _, fails in found if name in facts and fails is not None), {})
    if not unmet and region:
        unmet = {"region": next(code for code in _ELSEWHERE if code[:2] != region[:2])}
    examples = [({**place, **met}, "applicable"), (unmet, "not_applicable"), (place, "possible")]
    told = [True, bool(unmet), bool(found)]
    return [
        {"facts": dict(known), "verdict": verdict, "drafted": True}
        for (known, verdict), is_told in zip(examples, told, strict=True)
        if is_told
    ]


def _met(condition: Raw, measure: str, facts: Mapping[str, FactDefinition]) -> Iterator[tuple[str, Any, Any]]:
    """Yield facts by which a condition holds, each with the value that lets it hold and one that surely does not."""
    if "any" in condition:
        yield from ((name, holds, None) for name, holds, _ in _met(condition["any"][0], measure, facts))
    elif "all" in condition:
        for one in condition["all"]:
            yield from _met(one, measure, facts)
    elif "not" in condition:
        yield from ((name, fails, holds) for name, holds, fails in _met(condition["not"], measure, facts))
    elif "manual" in condition:
        yield f"{measure}.{condition['manual']}", True, False
    elif operator := next((key for key in _SIDES if key in condition), None):
        holds, fails = (_value(facts[condition["fact"]], condition[operator], side) for side in _SIDES[operator])
        yield condition["fact"], holds, fails
    else:
        stated = next((condition[key] for key in _AS_WRITTEN if key in condition), None)
        if stated is not None:
            yield condition["fact"], stated, not stated if isinstance(stated, bool) else None


def _value(fact: FactDefinition, written: object, side: float) -> str | float:
    """Return a number of a fact on one side of what is written: heads and years in whole steps."""
    if fact.type is FactType.MONEY:
        return yuan(round(parse_money(str(written)) * side))
    if fact.type in (FactType.SHARE, FactType.RATE):
        return percent(round(float(str(written).rstrip("%")) / 100 * side, 6))
    steps = {_BELOW: -1.0, _ABOVE: 1.0}
    return float(str(written)) + steps.get(side, 0.0)
