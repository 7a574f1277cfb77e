"""Numbers held against the words cited beside them: is it stated, is it asked that way, which tier is it of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from rules.language.facts import NUMERIC, FactDefinition, FactType, Lexicon, Value
from rules.language.figures import FigureKind, figures_stating, states, states_day
from rules.language.grants import Gift, Tier
from rules.language.measures import Condition, Leaf, leaves
from seeds.documents import Quote

_READ_AS = {FactType.MONEY: FigureKind.MONEY, FactType.NUMBER: FigureKind.COUNT}


_BEFORE = {
    "at_most": ("不超过", "不高于", "不大于", "不多于", "至多"),
    "at_least": ("不低于", "不少于", "不小于", "达到", "至少", "满"),
    "more_than": ("超过", "高于", "大于", "多于"),
    "less_than": ("低于", "少于", "小于", "不足", "不满", "未满", "不到", "未达到"),
}
_AFTER = {
    "at_least": ("以上", "及以上", "（含）以上", "或以上"),
    "at_most": ("以下", "及以下", "（含）以下", "以内", "之内"),
}
_WITHOUT_THE_BOUND = "不含"


def number_faults(
    conditions: Iterable[Condition], facts: Mapping[str, FactDefinition]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the faults of conditions of numbers and days: one that is not in the words cited, or asked otherwise there.

    Each is a code of the messages with its parameters.
    """
    for leaf in (leaf for condition in conditions for leaf in leaves(condition)):
        fact, words = facts.get(leaf.test.fact), leaf.cite.quote
        if fact is None:
            continue
        for value in leaf.test.expected:
            if not _is_stated(value, words, fact.type):
                yield "not_in_cite", {"value": value, "quote": words}
            elif fact.type in NUMERIC and isinstance(value, float) and value >= 0 and not leaf.test.stated:
                said = _operators_said(words, _READ_AS.get(fact.type, FigureKind.SHARE), value)
                if said and leaf.test.operator not in said:
                    yield "operator_said", {"operator": leaf.test.operator, "said": tuple(sorted(said)), "quote": words}


def _is_stated(value: Value, words: str, kind: FactType) -> bool:
    if kind is FactType.DATE and isinstance(value, date):
        return states_day(words, value)
    if kind not in NUMERIC or not isinstance(value, float):
        return True
    return states(words, _READ_AS.get(kind, FigureKind.SHARE), abs(value))  # a fall is written without its sign


def _operators_said(words: str, kind: FigureKind, value: float) -> set[str]:
    """Return the operators that the words beside a number say: 超过 is more, 以上 and 以下 have the number itself."""
    if _WITHOUT_THE_BOUND in words:
        return set()
    figures = figures_stating(words, kind, value)
    found = {_said(_BEFORE, words[: figure.start].endswith) for figure in figures}
    found |= {_said(_AFTER, words[figure.end :].startswith) for figure in figures}
    return {operator for operator in found if operator}


def _said(words_of: Mapping[str, Sequence[str]], stands: Callable[[str], bool]) -> str:
    """Return the operator whose longest word stands there, "" where none does."""
    found = [(len(word), operator) for operator, words in words_of.items() for word in words if stands(word)]
    return max(found, default=(0, ""))[1]


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


def rates_in_order(rates: Sequence[float], cite: Quote) -> bool:
    """Tell whether the words state rates one after the other, from the first to the last or the other way round.

    Rates that are not there at all are another fault.
    """
    places = [_places(cite, FigureKind.SHARE, rate) for rate in rates]
    return not all(places) or _one_after_the_other(places) or _one_after_the_other(places[::-1])


def _one_after_the_other(places: Iterable[Sequence[int]]) -> bool:
    last = -1
    for each in places:
        last = next((place for place in each if place > last), -1)
        if last < 0:
            return False
    return True


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
