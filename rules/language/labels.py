"""Prose from conditions, never typed twice: labels in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rules.language.amounts import Interval
from rules.language.facts import IN_PERCENT, FactDefinition, FactType, Value
from rules.language.measures import Combination, Condition, Group, Leaf, Test
from seeds.vocabulary import Vocabulary

_ZH = {
    "within": "{fact}属于{values}",
    "any_of": "{fact}为{values}",
    "all_of": "{fact}包括{values}",
    "none_of": "{fact}不包括{values}",
    "at_least": "{fact}不低于{values}",
    "at_most": "{fact}不高于{values}",
    "more_than": "{fact}高于{values}",
    "less_than": "{fact}低于{values}",
    "on_or_after": "{fact}在{values}或之后",
    "on_or_before": "{fact}在{values}或之前",
}
_EN = {
    "within": "{fact} is within {values}",
    "any_of": "{fact} is {values}",
    "all_of": "{fact} includes {values}",
    "none_of": "{fact} includes none of {values}",
    "at_least": "{fact} is at least {values}",
    "at_most": "{fact} is at most {values}",
    "more_than": "{fact} is more than {values}",
    "less_than": "{fact} is less than {values}",
    "on_or_after": "{fact} is on or after {values}",
    "on_or_before": "{fact} is on or before {values}",
}
_JOINT = {("en", "all"): " and ", ("en", "any"): " or ", ("zh", "all"): "，且", ("zh", "any"): "，或"}
_CHOICES = frozenset({"within", "any_of", "none_of"})
"""Operators that ask for one of their values, not for all of them."""
_STATES = frozenset({"credit_ok"})
"""Flags whose name says how the company is, not what it is."""
_BRACKETS = {"en": "({})", "zh": "（{}）"}
_OPEN = "等（“等”字未列尽）"
_YI, _WAN = 1e8, 1e4


@dataclass(frozen=True, slots=True)
class Labeller:
    """Writes labels in one language from the published facts and vocabularies."""

    facts: Mapping[str, FactDefinition]
    vocabularies: Mapping[str, Vocabulary]
    language: str

    def label(self, condition: Condition) -> str:
        """Return what the condition asks, in one phrase."""
        if isinstance(condition, Leaf):
            return self._manual(condition) if condition.test.operator == "manual" else self._test(condition.test)
        if condition.combination is Combination.NOT:
            words = self.label(condition.parts[0])
            return f"not ({words})" if self.language == "en" else f"不满足“{words}”"
        return _JOINT[self.language, condition.combination.value].join(map(self._part, condition.parts))

    def _part(self, condition: Condition) -> str:
        """Return the label of one part of a group, in brackets where it would read two ways without."""
        joined = isinstance(condition, Group) and len(condition.parts) > 1
        return _BRACKETS[self.language].format(self.label(condition)) if joined else self.label(condition)

    def value(self, fact_id: str, value: Value | Interval) -> str:
        """Return one value of a fact as people read it: a place, an amount with its unit, a date, or between which."""
        return self._between(fact_id, value) if isinstance(value, Interval) else self._exact(fact_id, value)

    def _exact(self, fact_id: str, value: Value) -> str:
        fact = self.facts.get(fact_id)
        if fact is None or isinstance(value, bool):
            return self._yes_or_no(value is True)
        if fact.type is FactType.SET:
            return self.vocabularies[fact.vocabulary][str(value)].label(self.language)
        if isinstance(value, date):
            return value.isoformat()
        if fact.type is FactType.MONEY:
            return self.money(float(value))
        if fact.type in IN_PERCENT:
            return f"{_digits(float(value) * 100)}%"
        unit = f" {fact.unit_en}".rstrip() if self.language == "en" else fact.unit
        return f"{_digits(float(value))}{unit}"

    def _between(self, fact_id: str, value: Interval) -> str:
        ends = [end for end in (value.low, value.high) if math.isfinite(end)]
        if value.of_days or len(ends) < 2 or value.low <= 0:  # noqa: PLR2004 - both ends
            sign, end = ("≥", ends[0]) if value.high == math.inf else ("≤", ends[-1])
            return str(value) if value.of_days else f"{sign} {self.value(fact_id, end)}"
        return " – ".join(self.value(fact_id, end) for end in ends)

    def _manual(self, leaf: Leaf) -> str:
        fact = self.facts.get(leaf.test.fact)
        if fact is not None:
            return fact.label(self.language)
        return leaf.text_en if self.language == "en" and leaf.text_en else leaf.text

    def _test(self, test: Test) -> str:
        fact = self.facts[test.fact]
        if test.operator == "is":
            return self._flag(fact, wanted=test.expected[0] is True)
        listed = [self.value(test.fact, value) for value in test.expected]
        if self.language == "en":
            *first, last = [*listed, "others not named"] if test.scope else listed
            joint = "or" if test.operator in _CHOICES else "and"
            values = f"{', '.join(first)} {joint} {last}" if first else last
            return _EN[test.operator].format(fact=fact.en, values=values)
        values = "、".join(listed)
        if fact.vocabulary == "regions":
            return f"{fact.zh}{'不在' if test.operator == 'none_of' else '在'}{values}{_OPEN if test.scope else ''}"
        one_of = "之一" if len(listed) > 1 and test.operator in {"within", "any_of"} else ""
        return _ZH[test.operator].format(fact=fact.zh, values=values + (_OPEN if test.scope else one_of))

    def _flag(self, fact: FactDefinition, *, wanted: bool) -> str:
        if self.language == "en":
            return f"{fact.en}: {self._yes_or_no(wanted)}"
        if fact.id in _STATES:
            return fact.zh if wanted else f"并非{fact.zh}"
        return f"是{fact.zh}" if wanted else f"不是{fact.zh}"

    def _yes_or_no(self, value: bool) -> str:  # noqa: FBT001 - the value itself
        if self.language == "en":
            return "yes" if value else "no"
        return "是" if value else "否"

    def money(self, yuan: float) -> str:
        """Return an amount of yuan as people read it."""
        if self.language == "en":
            return f"CNY {yuan:,.0f}"
        if yuan >= _YI:
            return f"{_digits(yuan / _YI)}亿元"
        return f"{_digits(yuan / _WAN)}万元" if yuan >= _WAN else f"{_digits(yuan)}元"


def _digits(number: float) -> str:
    """Write a number in full: no exponent up to the largest amount, no trailing zeros."""
    return f"{number:.12g}"
