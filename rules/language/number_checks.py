"""Numbers held against the words cited beside them: those of conditions, and which amount goes with which tier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from rules.language.facts import NUMERIC, FactDefinition, FactType
from rules.language.figures import FigureKind, figures_stating, states, states_day
from rules.language.grants import Gift, Tier
from rules.language.measures import (
    Condition,
    Leaf,
    Test,
    leaves,
)
from rules.language.quotes import Quote

_READ_AS = {FactType.MONEY: FigureKind.MONEY, FactType.NUMBER: FigureKind.COUNT}


def numbers_not_cited(
    conditions: Iterable[Condition], facts: Mapping[str, FactDefinition]
) -> Iterator[tuple[Leaf, object]]:
    """Yield the leaves whose number or day does not stand in the words that they cite, with the value."""
    for condition in conditions:
        for leaf in leaves(condition):
            fact = facts.get(leaf.test.fact)
            if fact is not None:
                yield from ((leaf, value) for value in _unstated(leaf.test, leaf.cite.quote, fact.type))


def _unstated(test: Test, words: str, kind: FactType) -> Iterable[object]:
    if kind is FactType.DATE:
        return [day for day in test.expected if isinstance(day, date) and not states_day(words, day)]
    if kind not in NUMERIC:
        return []
    read_as = _READ_AS.get(kind, FigureKind.SHARE)
    # A fall is written as a positive number (下降不超过5%).
    return [value for value in test.expected if isinstance(value, float) and not states(words, read_as, abs(value))]


def tiers_out_of_order(tiers: Sequence[Tier], facts: Mapping[str, FactDefinition]) -> Iterator[int]:
    """Yield the places of tiers whose condition and amount stand in another order than in the words.

    「达到1亿元、5亿元的，分别给予20万元、80万元」 gives 80万元 to the second; each number is there either way.
    """
    found = [(_place_asked(tier, facts), _place_paid(tier.gift)) for tier in tiers]
    for (first, (asked, paid)), (last, (later_asked, later_paid)) in combinations(enumerate(found), 2):
        if None in (asked, paid, later_asked, later_paid) or not _same_clause(tiers[first], tiers[last]):
            continue
        if _side(later_asked, asked) * _side(later_paid, paid) < 0:
            yield last


def tiers_without_words(tiers: Sequence[Tier], facts: Mapping[str, FactDefinition]) -> Iterator[int]:
    """Yield the places of tiers that share their words with others and do not say which of them are the condition's.

    A number is found in a list by itself; which of 国家级、省级、市级 is meant, only a cite of its own tells.
    """
    for place, tier in enumerate(tiers):
        shared = any(_overlap(tier.gift.cite, other.gift.cite) for other in tiers if other is not tier)
        leaf = _first_leaf(tier)
        if shared and leaf.cite == tier.gift.cite and not _is_numeric(leaf, facts):
            yield place


def _overlap(first: Quote, last: Quote) -> bool:
    return first.start < last.end and last.start < first.end


def _same_clause(first: Tier, last: Tier) -> bool:
    cites = {cite.clause for tier in (first, last) for cite in (tier.gift.cite, _first_leaf(tier).cite)}
    return len(cites) == 1


def _side(last: int | None, first: int | None) -> int:
    return 0 if last is None or first is None or last == first else (1 if last > first else -1)


def _first_leaf(tier: Tier) -> Leaf:
    return next(leaves(tier.conditions[0]))


def _is_numeric(leaf: Leaf, facts: Mapping[str, FactDefinition]) -> bool:
    fact = facts.get(leaf.test.fact)
    return fact is not None and fact.type in NUMERIC


def _place_asked(tier: Tier, facts: Mapping[str, FactDefinition]) -> int | None:
    """Return where the words of a tier's first condition stand: its number, or where its own cite begins."""
    leaf = _first_leaf(tier)
    fact, value = facts.get(leaf.test.fact), leaf.test.expected[0]
    if fact is not None and fact.type in NUMERIC and isinstance(value, float):
        places = _places(leaf.cite, _READ_AS.get(fact.type, FigureKind.SHARE), abs(value))
        return min(places, default=None)
    return None if leaf.cite == tier.gift.cite else leaf.cite.start


def _place_paid(gift: Gift) -> int | None:
    """Return where the number of what is paid stands, the last time where it stands there several times."""
    span, kind = (gift.amount, FigureKind.MONEY) if gift.amount else (gift.rate, FigureKind.SHARE)
    return max(_places(gift.cite, kind, span.high), default=None) if span and span.high is not None else None


def _places(cite: Quote, kind: FigureKind, value: float) -> list[int]:
    return [cite.start + figure.start for figure in figures_stating(cite.quote, kind, value)]
