"""What a benefit comes to for one company: the tier that holds, and from how much to how much, if it can be told.

A bound that the text or the company leaves open is None, never zero; exclusive tiers are never added up. What is paid
the first time only, or less what was paid before, is nothing at the least where nobody told what was paid before.
rules/compiled/payments.py does the same for columns of companies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rules.language.facts import Answer, Answers
from rules.language.grants import Base, BenefitItem, Bracket, CapBy, Gift, Span
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
    owed = _owed(item, tiers, answers)
    return _less_received(item, owed, answers) if item.received_fact and owed.standing != UNMET else owed


def _less_received(item: BenefitItem, owed: Payment, answers: Answers) -> Payment:
    """Return what is left of what is owed after what was received before."""
    received = number_of(answers.get(item.received_fact))
    if received is None:
        low = None if owed.low is None else 0.0
        return replace(owed, low=low, depends_on=tuple(sorted({*owed.depends_on, item.received_fact})))
    if received <= 0:
        return owed
    low, high = (_left(bound, received) if item.difference_only else 0.0 for bound in (owed.low, owed.high))
    return replace(owed, low=0.0, high=0.0, depends_on=()) if high == 0 else replace(owed, low=low, high=high)


def _left(owed: float | None, received: float) -> float | None:
    return None if owed is None else max(0.0, _to_cents(owed - received))


def _owed(item: BenefitItem, tiers: Sequence[int], answers: Answers) -> Payment:
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
    least = None if holding is None else worth_of(item.tiers[holding].gift)
    worth = [worth_of(tier.gift) for tier in item.tiers]
    more = [place for place, value in enumerate(tiers) if value != MET and (least is None or worth[place] > least)]
    return min(more, key=worth.__getitem__, default=None)


def _best(holding: Sequence[_Offer]) -> _Offer:
    """Return what pays most: by what each surely pays where all do, else by what they could pay."""
    if all(offer.paid.low is not None for offer in holding):
        return max(holding, key=lambda offer: (offer.paid.low or 0.0, worth_of(offer.gift)))
    return max(holding, key=lambda offer: worth_of(offer.gift))


def _pays_no_more(one: _Offer, sure: _Offer) -> bool:
    """Tell whether a gift cannot pay more than one that surely holds, whatever the company still answers."""
    if one.paid.high is not None and sure.paid.low is not None:
        return one.paid.high <= sure.paid.low
    return never_pays_more(one.gift, sure.gift)


def never_pays_more(gift: Gift, other: Gift) -> bool:
    """Tell whether a gift pays no more than another of the same thing, however much of that there is."""
    if _measured_by(gift) != _measured_by(other):
        return False
    pairs = ((_high(gift), _high(other)), (gift.most_cny, other.most_cny))
    return all(bound is not None and limit is not None and bound <= limit for bound, limit in pairs)


def _measured_by(gift: Gift) -> tuple[object, ...]:
    return (gift.rate is None, gift.brackets, gift.of, gift.of_fact, gift.per, gift.step)


def _high(gift: Gift) -> float | None:
    each = gift.rate or gift.amount
    return each.high if each else None


def _of_gift(gift: Gift, answers: Answers) -> Payment:
    """Return from how much to how much a gift comes.

    A rate needs what it is a share of, an amount per head or per step how many there are; a limit for each person, of
    whom nobody knows how many there are, leaves open how little it comes to.
    """
    each, most = gift.rate or gift.amount or Span(low=None, high=None), gift.most_cny
    if not gift.is_share and gift.is_paid_once:
        return Payment(low=_at_most(each.low, most), high=most)
    fact = base_fact(gift)
    times = number_of(answers.get(fact))
    if times is None:
        return Payment(low=None, high=most, depends_on=(fact,) if fact else ())
    times = float(times // gift.step) if gift.step else times
    low, high = (
        _by_brackets(gift.brackets, times) if gift.brackets else (_times(each.low, times), _times(each.high, times))
    )
    low = None if has_limit_for_each(gift) else _at_most(low, most)
    return Payment(low=low, high=most if high is None else _at_most(high, most))


def base_fact(gift: Gift) -> str:
    """Return the fact that what is paid is worked out from, "" where none tells it."""
    return gift.of_fact or (BASE_FACTS.get(gift.of, "") if gift.of and gift.is_share else "")


def has_limit_for_each(gift: Gift) -> bool:
    """Tell whether a share is limited for each of persons whose number nobody knows."""
    return gift.is_share and any(cap.by is CapBy.PERSON for cap in gift.caps)


def _by_brackets(brackets: Sequence[Bracket], whole: float) -> tuple[float, float | None]:
    """Return what the parts of a whole add up to; the text leaves open what is paid beyond the last, if that ends."""
    due = 0.0
    for bracket in brackets:
        end = whole if bracket.up_to is None else min(whole, bracket.up_to)
        due += bracket.rate * max(0.0, end - bracket.above)
    due, last = _to_cents(due), brackets[-1].up_to
    return due, due if last is None or whole <= last else None


def number_of(answer: Answer | None) -> float | None:
    """Return the one number that an answer states for sure."""
    stated = answer.sure[0] if answer and len(answer.sure) == 1 and not answer.one_of else None
    return float(stated) if isinstance(stated, int | float) and not isinstance(stated, bool) else None


def _to_cents(yuan: float) -> float:
    return round(yuan * 100) / 100


def _times(rate: float | None, base: float) -> float | None:
    return None if rate is None else _to_cents(rate * base)


def _at_most(value: float | None, most: float | None) -> float | None:
    return value if value is None or most is None else min(value, most)


def worth_of(gift: Gift) -> tuple[float, float]:
    """Return what tiers are compared by: the most they pay, then their rate."""
    most, rate = gift.most_cny, gift.rate.high if gift.rate else None
    if gift.brackets:
        rate = max(bracket.rate for bracket in gift.brackets)
    return (-1.0 if most is None else most, -1.0 if rate is None else rate)
