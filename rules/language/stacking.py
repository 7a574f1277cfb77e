"""Whether two measures can be had together, as far as their texts say so; silence is no consent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from seeds.documents import Quote


class StackingRule(StrEnum):
    """What a text says of having two kinds of support."""

    EXCLUSIVE = "exclusive"
    HIGHEST = "highest"
    DIFFERENCE = "difference"
    CUMULATIVE = "cumulative"


class Together(StrEnum):
    """Whether two measures can be had together; silence says nothing."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """Whose policies a rule on other policies is about, as regions.json has it: 市级 of a 直辖市 is `province`."""

    COUNTRY = "country"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    ZONE = "zone"


ANSWERS: Mapping[StackingRule, Together] = {
    StackingRule.EXCLUSIVE: Together.NO,
    StackingRule.HIGHEST: Together.NO,
    StackingRule.DIFFERENCE: Together.YES,
    StackingRule.CUMULATIVE: Together.YES,
}

DOCUMENT, OTHER_POLICIES = "document", "other_policies"
"""What a rule may be about beside named measures: all of its document, or all of other documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacking:
    """A rule on having a measure beside others: named ones (`ids`), its document, or other policies (`reach`).

    `scope` is what must be the same for the rule to hold (项目, 企业 ...), as printed; "" where nothing is said.
    `levels` are those whose policies it is about, () for all; with `alike` it is about policies of one kind (同类).
    """

    rule: StackingRule
    cite: Quote
    ids: tuple[str, ...] = ()
    reach: str = ""
    scope: str = ""
    levels: tuple[Level, ...] = ()
    alike: bool = False

    def covers(self, other: str, *, same_document: bool) -> bool:
        """Tell whether the rule speaks of another measure, as far as its document tells."""
        if self.ids:
            return other in self.ids
        return same_document == (self.reach == DOCUMENT)

    def concerns(self, mine: Sort, other: Sort) -> bool:
        """Tell whether the rule surely speaks of a measure of that sort."""
        if self.reach == OTHER_POLICIES and mine.is_elsewhere(other):
            return False
        if self.levels and other.level not in self.levels:
            return False
        return not self.alike or mine.is_like(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """What sort of policy a measure is: the region that gives it, its level and all it lies in, what it gives to whom.

    Empty where it is not known: then a rule on such sorts says nothing.
    """

    region: str = ""
    level: str = ""
    lies_in: frozenset[str] = frozenset()
    instruments: frozenset[str] = frozenset()
    beneficiary: str = ""

    def is_like(self, other: Sort) -> bool:
        """Tell whether both are of one kind (同类): they have an instrument in common and pay the same party."""
        return self.beneficiary == other.beneficiary and bool(self.instruments & other.instruments)

    def is_elsewhere(self, other: Sort) -> bool:
        """Tell whether neither place lies in the other: 「本市」 of one city says nothing of another's policies."""
        known = bool(self.region and other.region)
        return known and self.region not in other.lies_in and other.region not in self.lies_in


_UNSORTED = Sort()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Whether two measures can be had together, and the rules that say so."""

    together: Together
    rules: Annotated[tuple[Stacking, ...], "Named measures before whole documents."] = ()


def pair(
    rules: Mapping[str, Iterable[Stacking]],
    first: str,
    second: str,
    *,
    same_document: bool,
    sorts: Mapping[str, Sort] = MappingProxyType({}),
) -> Pairing:
    """Tell whether two measures can be had together, from the rules of each.

    A rule that names the measures goes before one on whole documents; rules that contradict each other leave it open.
    """
    speaking = [
        rule
        for mine, other in ((first, second), (second, first))
        for rule in rules.get(mine, ())
        if rule.covers(other, same_document=same_document)
        and rule.concerns(sorts.get(mine, _UNSORTED), sorts.get(other, _UNSORTED))
    ]
    speaking = [rule for rule in speaking if rule.ids] or list(dict.fromkeys(speaking))
    answers = {ANSWERS[rule.rule] for rule in speaking}
    return Pairing(together=answers.pop() if len(answers) == 1 else Together.UNKNOWN, rules=tuple(speaking))
