"""What benefits come to for columns of companies: tiers decided like measures, amounts worked out as arrays.

rules/language/payment.py is right on every number; here NaN stands for a bound that cannot be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.compiled.batch import BatchProgram
from rules.compiled.bit_planes import FactColumn, FactColumns, NumberColumn, unpack, whole_answers
from rules.compiled.program import Program, Values
from rules.language.facts import Taxonomies, comparable
from rules.language.grants import BenefitItem, Bracket, Gift, Span, Tier
from rules.language.measures import MET, UNKNOWN, UNMET, Leaf, Test
from rules.language.payment import base_fact, has_limit_for_each, never_pays_more, number_of, worth_of
from rules.language.reference import NUMERIC

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

NO_TIER = -1


class Stated(NamedTuple):
    """What companies say of a fact that an amount depends on: its number, NaN where there is none, and if anything."""

    numbers: Floats
    answered: Flags

    def of(self, rows: Places) -> Stated:
        """Return what some of the companies say."""
        return Stated(self.numbers[rows], self.answered[rows])


class Payments(NamedTuple):
    """What one benefit comes to for many companies, each column as a Payment has it of one.

    `tier` and `next_tier` are NO_TIER where there is none; `gap` is how much a number misses the next tier by, where
    that asks one number only. `depends_on` has a row for each fact of the benefit.
    """

    low: Floats
    high: Floats
    standing: Values
    tier: Places
    next_tier: Places
    gap: Floats
    depends_on: Flags


class _Offers(NamedTuple):
    """What each gift (a row) of a benefit comes to for each company, whether it is open what it is worked out from."""

    low: Floats
    high: Floats
    missing: Flags


class BenefitColumns:
    """One benefit, its gifts compared once; `first_tier` is the place of its first tier among those of all benefits."""

    def __init__(self, item: BenefitItem, first_tier: int) -> None:
        """Rank the gifts, that of the item before those of its tiers, and see which facts tell more."""
        self.item, self.first_tier = item, first_tier
        self._gifts = item.gifts
        self._given = len(item.gifts) - len(item.tiers)
        self._bases = [base_fact(gift) for gift in self._gifts]
        asked = [set[str]()] * self._given + [{test.fact for test in tier.tests} for tier in item.tiers]
        received = {item.received_fact} - {""}
        self.facts = tuple(sorted(received.union(*asked, self._bases) - {""}))
        self._asks = np.array([[fact in facts for facts in asked] for fact in self.facts], dtype=bool)
        self._based = np.array([[fact == base for base in self._bases] for fact in self.facts], dtype=bool)
        worth = [worth_of(gift) for gift in self._gifts]
        self._ranks = [sorted(set(worth)).index(one) for one in worth]
        self._thresholds = [_threshold(tier) for tier in item.tiers]
        self._never_more = [[never_pays_more(gift, other) for other in self._gifts] for gift in self._gifts]

    def payments(self, tiers: Values, stated: Mapping[str, Stated]) -> Payments:
        """Return what it comes to, from the values of its tiers (a row each) and what companies state."""
        size = tiers.shape[1]
        values = np.concatenate([np.full((self._given, size), MET, dtype=np.int8), tiers])
        offers, holding, open_ = self._offers(stated, size), values == MET, values == UNKNOWN
        standing = np.where(holding.any(axis=0), np.int8(MET), np.where(open_.any(axis=0), np.int8(UNKNOWN), UNMET))
        best = self._best(offers, holding)
        low = _highest(offers.low, holding & ~np.isnan(offers.low))
        self._leave_out_outdone(open_, offers, holding)
        possible = open_ | holding
        high = np.where((possible & np.isnan(offers.high)).any(axis=0), np.nan, _highest(offers.high, possible))
        tier = np.where(best < self._given, NO_TIER, best - self._given)
        depends_on = np.zeros((len(self.facts), size), dtype=bool)
        for number, fact in enumerate(self.facts):
            asked = open_[self._asks[number]].any(axis=0) & ~stated[fact].answered
            depends_on[number] = asked | (possible & offers.missing)[self._based[number]].any(axis=0)
        following = self._next(tiers, tier)
        gap = self._gaps(following, tiers, stated)
        owed = Payments(low, high, standing.astype(np.int8), tier, following, gap, depends_on)
        return self._less_received(owed, stated) if self.item.received_fact else owed

    def _offers(self, stated: Mapping[str, Stated], size: int) -> _Offers:
        low, high = (np.empty((len(self._gifts), size)) for _ in range(2))
        missing = np.zeros((len(self._gifts), size), dtype=bool)
        for number, (gift, fact) in enumerate(zip(self._gifts, self._bases, strict=True)):
            if (gift.is_share or not gift.is_paid_once) and fact:
                missing[number] = np.isnan(stated[fact].numbers)
                low[number], high[number] = _of_whole(gift, stated[fact].numbers)
            else:
                is_whole = not gift.is_share and gift.is_paid_once
                least, most = (gift.amount.low if gift.amount else None), gift.most_cny
                low[number] = np.minimum(_nan(least), np.inf if most is None else most) if is_whole else np.nan
                high[number] = _nan(most)
        return _Offers(low, high, missing)

    def _best(self, offers: _Offers, holding: Flags) -> Places:
        """Return which of the gifts that hold pays most: by what each surely pays where all do, else by its worth."""
        all_told = ~(holding & np.isnan(offers.low)).any(axis=0)
        best, most = np.full(holding.shape[1], NO_TIER), np.full(holding.shape[1], -np.inf)
        rank_of_best = np.full(holding.shape[1], -1)
        for number, rank in enumerate(self._ranks):
            pays = np.where(all_told, offers.low[number], 0.0)
            more = holding[number] & ((pays > most) | ((pays == most) & (rank > rank_of_best)))
            best[more], most[more], rank_of_best[more] = number, pays[more], rank
        return best

    def _leave_out_outdone(self, open_: Flags, offers: _Offers, holding: Flags) -> None:
        """Leave out of what is open the gifts that can pay no more than one that surely holds."""
        for one in np.flatnonzero(open_.any(axis=1)).tolist():
            for other in np.flatnonzero(holding.any(axis=1)).tolist():
                high, low = offers.high[one], offers.low[other]
                no_more = np.where(np.isnan(high) | np.isnan(low), self._never_more[one][other], high <= low)
                open_[one] &= ~(holding[other] & no_more)

    def _next(self, tiers: Values, tier: Places) -> Places:
        """Return the tier that pays next more than the one that holds, and does not hold for sure itself."""
        ranks = np.array(self._ranks[self._given :], dtype=np.intp)
        found = np.full(tiers.shape[1], NO_TIER)
        least = np.where(tier == NO_TIER, NO_TIER, ranks[tier]) if len(ranks) else tier
        for place in np.argsort(ranks, kind="stable").tolist():
            found[(found == NO_TIER) & (tiers[place] != MET) & (ranks[place] > least)] = place
        return found

    def _gaps(self, following: Places, tiers: Values, stated: Mapping[str, Stated]) -> Floats:
        """Return by how much a number misses the one threshold of the next tier."""
        gaps = np.full(len(following), np.nan)
        for place, test in enumerate(self._thresholds):
            if test is not None:
                missed = (following == place) & (tiers[place] == UNMET)
                numbers = stated[test.fact].numbers[missed]
                gaps[missed] = np.round(np.abs(comparable(test.expected[0]) - numbers), 6)
        return gaps

    def _less_received(self, owed: Payments, stated: Mapping[str, Stated]) -> Payments:
        """Return what is left after what was received before, nothing at the least where that is not told."""
        received, paid = stated[self.item.received_fact].numbers, owed.standing != UNMET
        untold, told = np.isnan(received) & paid, (received > 0) & paid
        owed.depends_on[self.facts.index(self.item.received_fact)] |= untold
        low = np.where(untold & ~np.isnan(owed.low), 0.0, owed.low)
        left = [_left(bound, received) if self.item.difference_only else 0.0 for bound in (owed.low, owed.high)]
        low, high = np.where(told, left[0], low), np.where(told, left[1], owed.high)
        nothing = told & (high == 0)
        owed.depends_on[:, nothing] = False
        return owed._replace(low=np.where(nothing, 0.0, low), high=high)


class GrantProgram:
    """The benefits of many measures, compiled; only one thread may use it, as its program of tiers."""

    def __init__(self, benefits: Mapping[int, Sequence[BenefitItem]], taxonomies: Taxonomies) -> None:
        """Compile the benefits of measures, each by the place of its measure."""
        tiers = [tier for items in benefits.values() for item in items for tier in item.tiers]
        self._tiers = BatchProgram(Program(tiers, taxonomies))
        self.benefits: dict[int, tuple[BenefitColumns, ...]] = {}
        first = 0
        for measure, items in benefits.items():
            columns = []
            for item in items:
                columns.append(BenefitColumns(item, first))
                first += len(item.tiers)
            self.benefits[measure] = tuple(columns)
        self._asked = {fact for columns in self.benefits.values() for one in columns for fact in one.facts}

    @property
    def facts(self) -> frozenset[str]:
        """Return the facts that tiers and amounts are told by."""
        return frozenset(self._asked)

    def decide(self, facts: FactColumns, size: int) -> DecidedGrants:
        """Decide the tiers of all benefits for `size` rows."""
        planes = self._tiers.decide(facts, size).measures
        values = unpack(planes.true, size).astype(np.int8) + unpack(planes.maybe, size)
        return DecidedGrants(self.benefits, values, {fact: stated_of(facts.get(fact), size) for fact in self._asked})


@dataclass(frozen=True, slots=True)
class DecidedGrants:
    """The tiers of all benefits decided for a batch of rows, a row a tier."""

    benefits: Mapping[int, tuple[BenefitColumns, ...]]
    tiers: Values
    stated: Mapping[str, Stated]

    def of(self, measure: int, rows: Places) -> Iterable[tuple[BenefitColumns, Payments]]:
        """Yield each benefit of a measure with what it comes to for some rows."""
        for benefit in self.benefits.get(measure, ()):
            stated = {fact: self.stated[fact].of(rows) for fact in benefit.facts}
            tiers = self.tiers[benefit.first_tier : benefit.first_tier + len(benefit.item.tiers), rows]
            yield benefit, benefit.payments(tiers, stated)


def stated_of(column: FactColumn | None, size: int) -> Stated:
    """Return what the rows of a column state as a number, and which of them say anything of the fact."""
    if column is None:
        return Stated(np.full(size, np.nan), np.zeros(size, dtype=bool))
    if isinstance(column, NumberColumn):
        return Stated(column.numbers, column.stated)
    answers, places = whole_answers(column, size)
    numbers = np.array([_nan(number_of(answer)) for answer in answers])
    return Stated(numbers[places], places > 0)


def _threshold(tier: Tier) -> Test | None:
    """Return what a tier asks, where that is one number."""
    first = tier.conditions[0] if len(tier.conditions) == 1 else None
    return first.test if isinstance(first, Leaf) and first.test.operator in NUMERIC else None


def _of_whole(gift: Gift, whole: Floats) -> tuple[Floats, Floats]:
    """Return from how much to how much a gift comes that is a share of something, or is paid for each of something."""
    each, most = gift.rate or gift.amount or Span(low=None, high=None), _nan(gift.most_cny)
    times = np.floor_divide(whole, gift.step) if gift.step else whole
    if gift.brackets:
        low, high = _by_brackets(gift.brackets, times)
    else:
        low, high = (_to_cents(_nan(bound) * times) for bound in (each.low, each.high))
    if has_limit_for_each(gift):
        low = np.full_like(low, np.nan)
    limit = np.inf if np.isnan(most) else most
    return np.minimum(low, limit), np.where(np.isnan(high), most, np.minimum(high, limit))


def _by_brackets(brackets: Sequence[Bracket], whole: Floats) -> tuple[Floats, Floats]:
    due = np.zeros_like(whole)
    for bracket in brackets:
        end = whole if bracket.up_to is None else np.minimum(whole, bracket.up_to)
        due = due + bracket.rate * np.maximum(0.0, end - bracket.above)
    due, last = _to_cents(due), brackets[-1].up_to
    return due, due if last is None else np.where(whole <= last, due, np.nan)


def _highest(bounds: Floats, counted: Flags) -> Floats:
    """Return the highest of the bounds (rows) that count, NaN where none does."""
    most = np.where(counted, bounds, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(np.isneginf(most), np.nan, most)


def _left(owed: Floats, received: Floats) -> Floats:
    return np.maximum(0.0, _to_cents(owed - received))


def _to_cents(yuan: Floats) -> Floats:
    return np.asarray(np.rint(yuan * 100) / 100)


def _nan(bound: float | None) -> float:
    return np.nan if bound is None else bound
