"""Whether two measures can be had together, as far as their texts say so; silence is no consent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from rules.language.measures import Quote


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
    """

    rule: StackingRule
    cite: Quote
    ids: tuple[str, ...] = ()
    reach: str = ""
    scope: str = ""

    def covers(self, other: str, *, same_document: bool) -> bool:
        """Tell whether the rule speaks of another measure."""
        if self.ids:
            return other in self.ids
        return same_document == (self.reach == DOCUMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Whether two measures can be had together, and the rules that say so."""

    together: Together
    rules: Annotated[tuple[Stacking, ...], "Named measures before whole documents."] = ()


def pair(rules: Mapping[str, Iterable[Stacking]], first: str, second: str, *, same_document: bool) -> Pairing:
    """Tell whether two measures can be had together, from the rules of each.

    A rule that names the measures goes before one on whole documents; rules that contradict each other leave it open.
    """
    speaking = [
        rule
        for mine, other in ((first, second), (second, first))
        for rule in rules.get(mine, ())
        if rule.covers(other, same_document=same_document)
    ]
    speaking = [rule for rule in speaking if rule.ids] or list(dict.fromkeys(speaking))
    answers = {ANSWERS[rule.rule] for rule in speaking}
    return Pairing(together=answers.pop() if len(answers) == 1 else Together.UNKNOWN, rules=tuple(speaking))
