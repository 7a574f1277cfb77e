"""Numbers held against the words cited beside them: those of conditions, and which amount goes with which tier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from rules.language.condition_parsing import Lexicon
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

    「达到1亿元、5亿元的，分别给予20万元、80万元」 gives 80万元 to the second; all are there however they are put. No
    two tiers ask the same, and what is given to each (分别) is not one number for two.
    """
    for (_, first), (place, last) in combinations(enumerate(tiers), 2):
        if first.tests == last.tests:
            yield place
        elif _same_clause(first, last):
            asked = _side(_places_asked(first, facts), _places_asked(last, facts))
            paid = _side(_places_paid(first.gift), _places_paid(last.gift))
            each = asked and _RESPECTIVELY in last.gift.cite.quote and len(_places_paid(last.gift)) == 1
            if asked * paid < 0 or (each and _places_paid(first.gift) == _places_paid(last.gift)):
                yield place


_RESPECTIVELY = "分别"


def tiers_without_words(tiers: Sequence[Tier], lexicon: Lexicon) -> Iterator[int]:
    """Yield the places of tiers that do not say which words are their condition's, where their own do not tell.

    A number is found in a list by itself; which of 国家级、省级、市级 is meant, only a cite of its own tells.
    """
    for place, tier in enumerate(tiers):
        shared = any(_overlap(tier.gift.cite, other.gift.cite) for other in tiers if other is not tier)
        leaf = _first_leaf(tier)
        if leaf.cite == tier.gift.cite and not _is_told(leaf, lexicon, shared=shared):
            yield place


def _is_told(leaf: Leaf, lexicon: Lexicon, *, shared: bool) -> bool:
    """Tell whether words say what a leaf asks: a number by itself, an entry by one of its names, all else if alone."""
    fact = lexicon.facts.get(leaf.test.fact)
    if fact is not None and fact.type in NUMERIC:
        return True
    if shared or fact is None or fact.type is not FactType.SET:
        return not shared
    entries = lexicon.vocabularies[fact.vocabulary]
    return any(name in leaf.cite.quote for value in leaf.test.expected for name in entries[str(value)].spellings())


def _overlap(first: Quote, last: Quote) -> bool:
    return first.start < last.end and last.start < first.end


def _same_clause(first: Tier, last: Tier) -> bool:
    cites = {cite.clause for tier in (first, last) for cite in (tier.gift.cite, _first_leaf(tier).cite)}
    return len(cites) == 1


def _side(first: Sequence[int], last: Sequence[int]) -> int:
    """Return 1 where the last stands behind the first, -1 where before it, 0 where it is not known or the same."""
    if not first or not last:
        return 0
    return (last[0] > first[0]) - (last[0] < first[0])


def _first_leaf(tier: Tier) -> Leaf:
    return next(leaves(tier.conditions[0]))


def _places_asked(tier: Tier, facts: Mapping[str, FactDefinition]) -> Sequence[int]:
    """Return where the words of a tier's first condition stand: its number, or where its own cite begins."""
    leaf = _first_leaf(tier)
    fact, value = facts.get(leaf.test.fact), leaf.test.expected[0]
    if fact is not None and fact.type in NUMERIC and isinstance(value, float):
        return _places(leaf.cite, _READ_AS.get(fact.type, FigureKind.SHARE), abs(value))
    return () if leaf.cite == tier.gift.cite and leaf.test.operator != "manual" else (leaf.cite.start,)


def _places_paid(gift: Gift) -> Sequence[int]:
    """Return where the number of what is paid stands, the last place first."""
    span, kind = (gift.amount, FigureKind.MONEY) if gift.amount else (gift.rate, FigureKind.SHARE)
    return _places(gift.cite, kind, span.high)[::-1] if span and span.high is not None else ()


def _places(cite: Quote, kind: FigureKind, value: float) -> list[int]:
    return [cite.start + figure.start for figure in figures_stating(cite.quote, kind, value)]
