"""What a benefit comes to for one company: the tier that holds, and from how much to how much, if it can be told.

A bound that the text or the company leaves open is None, never zero; exclusive tiers are never added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.language.facts import Answers
from rules.language.grants import Base, BenefitItem, CapBy, Gift, Span
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


@dataclass(frozen=True, slots=True)
class _Offer:
    """A gift that holds or may hold, what it comes to, and the place of its tier; None for what all are given."""

    place: int | None
    gift: Gift
    paid: Payment


def payment_of(item: BenefitItem, tiers: Sequence[int], answers: Answers) -> Payment:
    """Return what an item comes to, from Kleene's value of each of its tiers and the company's answers.

    Of several tiers that hold the one that pays most is paid, so what any of them pays for sure is the least.
    """
    given = [_Offer(None, item.gift, _of_gift(item.gift, answers))] if item.gift else []
    offers = [_Offer(place, tier.gift, _of_gift(tier.gift, answers)) for place, tier in enumerate(item.tiers)]
    holding = given + [offer for offer, value in zip(offers, tiers, strict=False) if value == MET]
    open_ = [offer for offer, value in zip(offers, tiers, strict=False) if value == UNKNOWN]
    if not holding and not open_:
        return NOTHING
    best = _best(holding) if holding else None
    low = max((offer.paid.low for offer in holding if offer.paid.low is not None), default=None)
    open_ = [offer for offer in open_ if not any(_pays_no_more(offer, sure) for sure in holding)]
    possible = [offer.paid.high for offer in (*open_, *holding)]
    asked = {test.fact for offer in open_ if offer.place is not None for test in item.tiers[offer.place].tests}
    return Payment(
        low=low,
        high=None if None in possible else max(high for high in possible if high is not None),
        standing=UNKNOWN if best is None else MET,
        tier=best.place if best else None,
        depends_on=tuple(
            sorted((asked - set(answers)).union(*(offer.paid.depends_on for offer in (*holding, *open_))))
        ),
    )


def next_tier(item: BenefitItem, tiers: Sequence[int], holding: int | None) -> int | None:
    """Return the place of the tier that pays next more than the one that holds, and does not hold for sure itself."""
    least = None if holding is None else _worth(item.tiers[holding].gift)
    worth = [_worth(tier.gift) for tier in item.tiers]
    more = [place for place, value in enumerate(tiers) if value != MET and (least is None or worth[place] > least)]
    return min(more, key=worth.__getitem__, default=None)


def _best(holding: Sequence[_Offer]) -> _Offer:
    """Return what pays most: by what each surely pays where all do, else by what they could pay."""
    if all(offer.paid.low is not None for offer in holding):
        return max(holding, key=lambda offer: (offer.paid.low or 0.0, _worth(offer.gift)))
    return max(holding, key=lambda offer: _worth(offer.gift))


def _pays_no_more(one: _Offer, sure: _Offer) -> bool:
    """Tell whether a gift cannot pay more than one that surely holds, whatever the company still answers."""
    if one.paid.high is not None and sure.paid.low is not None:
        return one.paid.high <= sure.paid.low
    gift, other = one.gift, sure.gift
    if _measured_by(gift) != _measured_by(other):
        return False
    pairs = ((_high(gift), _high(other)), (gift.most_cny, other.most_cny))
    return all(bound is not None and limit is not None and bound <= limit for bound, limit in pairs)


def _measured_by(gift: Gift) -> tuple[object, ...]:
    return (gift.rate is None, gift.of, gift.of_fact, gift.per, gift.step)


def _high(gift: Gift) -> float | None:
    each = gift.rate or gift.amount
    return each.high if each else None


def _of_gift(gift: Gift, answers: Answers) -> Payment:
    """Return from how much to how much a gift comes.

    A rate needs what it is a share of, an amount per head or per step how many there are; a limit for each person, of
    whom nobody knows how many there are, leaves open how little it comes to.
    """
    each, most = gift.rate or gift.amount or Span(low=None, high=None), gift.most_cny
    if gift.rate is None and gift.is_paid_once:
        return Payment(low=_at_most(each.low, most), high=most)
    fact = gift.of_fact or (BASE_FACTS.get(gift.of, "") if gift.of and gift.rate else "")
    times = _number(answers, fact)
    if times is None:
        return Payment(low=None, high=most, depends_on=(fact,) if fact else ())
    times = float(times // gift.step) if gift.step else times
    is_limited = gift.rate is not None and any(cap.by is CapBy.PERSON for cap in gift.caps)
    low = None if is_limited else _at_most(_times(each.low, times), most)
    high = _times(each.high, times)
    return Payment(low=low, high=most if high is None else _at_most(high, most))


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
