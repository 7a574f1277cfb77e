"""What a benefit comes to for one company: the tier that holds, and from how much to how much, if it can be told.

A bound that the text or the company leaves open is None, never zero; exclusive tiers are never added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.language.facts import Answers
from rules.language.grants import Base, BenefitItem, Gift, Span
from rules.language.measures import MET, UNKNOWN, UNMET

BASE_FACTS: Mapping[Base, str] = {Base.RD_SPEND: "rd_spend_cny", Base.REVENUE: "annual_revenue_cny"}
"""The published fact that a rate is a share of; a pack may name another (`of_fact`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What one benefit comes to, in yuan at a time: `low` to `high`, None where it cannot be told.

    `tier` is the place of the tier that surely holds, `standing` Kleene's value of that: MET where it is paid for sure,
    UNKNOWN where it may be, UNMET where no tier can hold. `depends_on` are the facts that would tell more.
    """

    low: float | None
    high: float | None
    standing: int = MET
    tier: int | None = None
    depends_on: tuple[str, ...] = ()


NOTHING = Payment(low=None, high=None, standing=UNMET)


def payment_of(item: BenefitItem, tiers: Sequence[int], answers: Answers) -> Payment:
    """Return what an item comes to, from Kleene's value of each of its tiers and the company's answers."""
    if item.gift:
        return _of_gift(item.gift, answers)
    paid = [_of_gift(tier.gift, answers) for tier in item.tiers]
    holding = [place for place, value in enumerate(tiers) if value == MET]
    open_ = [place for place, value in enumerate(tiers) if value == UNKNOWN]
    if not holding and not open_:
        return NOTHING
    best = max(holding, key=lambda place: _worth(item.tiers[place].gift), default=None)
    open_ = [place for place in open_ if best is None or not _is_less(item, place, best)]
    possible = [paid[place].high for place in (*open_, *(() if best is None else (best,)))]
    asked = {test.fact for place in open_ for test in item.tiers[place].tests if test.fact not in answers}
    return Payment(
        low=None if best is None else paid[best].low,
        high=None if None in possible else max(high for high in possible if high is not None),
        standing=UNKNOWN if best is None else MET,
        tier=best,
        depends_on=tuple(sorted(asked.union(*(paid[place].depends_on for place in (*holding, *open_))))),
    )


def next_tier(item: BenefitItem, tiers: Sequence[int], holding: int | None) -> int | None:
    """Return the place of the tier that pays next more than the one that holds, and does not hold for sure itself."""
    more = [
        place
        for place, value in enumerate(tiers)
        if value != MET and (holding is None or not _is_less(item, place, holding))
    ]
    return min(more, key=lambda place: _worth(item.tiers[place].gift), default=None)


def _of_gift(gift: Gift, answers: Answers) -> Payment:
    """Return from how much to how much a gift comes; what is paid per head or per step has no total to tell."""
    if gift.rate is None:
        low = gift.amount.low if gift.amount and gift.is_paid_once else None
        return Payment(low=_at_most(low, gift.most_cny), high=gift.most_cny)
    fact = gift.of_fact or (BASE_FACTS.get(gift.of, "") if gift.of else "")
    base = _number(answers, fact)
    if base is None:
        return Payment(low=None, high=gift.most_cny, depends_on=(fact,) if fact else ())
    share = Span(low=_times(gift.rate.low, base), high=_times(gift.rate.high, base))
    return Payment(low=_at_most(share.low, gift.most_cny), high=_at_most(share.high, gift.most_cny))


def _number(answers: Answers, fact: str) -> float | None:
    answer = answers.get(fact)
    stated = answer.sure[0] if answer and len(answer.sure) == 1 and not answer.one_of else None
    return float(stated) if isinstance(stated, int | float) and not isinstance(stated, bool) else None


def _times(rate: float | None, base: float) -> float | None:
    return None if rate is None else round(rate * base, 2)


def _at_most(value: float | None, most: float | None) -> float | None:
    return value if value is None or most is None else min(value, most)


def _worth(gift: Gift) -> tuple[float, float]:
    """Return what tiers are compared by: the most they pay, then their rate."""
    most, rate = gift.most_cny, gift.rate.high if gift.rate else None
    return (-1.0 if most is None else most, -1.0 if rate is None else rate)


def _is_less(item: BenefitItem, place: int, best: int) -> bool:
    return _worth(item.tiers[place].gift) <= _worth(item.tiers[best].gift)
