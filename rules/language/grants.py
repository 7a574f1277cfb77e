"""What a measure gives, to whom and how it is applied for, as far as its text states it; each part with its words.

Shapes, and what follows from them alone. How packs write them stands in grant_parsing.py. What is not stated is
unknown: an amount that is not written is not nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from rules.language.measures import (
    Benefit,
    Condition,
    Measure,
    Test,
    Window,
    leaves,
)
from rules.language.stacking import Level, Stacking, StackingRule
from rules.language.windows import Period
from seeds.documents import Quote


class Base(StrEnum):
    """What a rate is a share of."""

    INVESTMENT = "investment"
    EQUIPMENT = "equipment"
    RD_SPEND = "rd_spend"
    REVENUE = "revenue"
    INCREMENT = "increment"
    CONTRACT = "contract"
    PURCHASE = "purchase"
    OUTPUT = "output"
    COST = "cost"
    RENT = "rent"
    LOAN = "loan"
    LOAN_INTEREST = "loan_interest"
    PREMIUM = "premium"
    FEE = "fee"
    AWARD = "award"
    LOCAL_CONTRIBUTION = "local_contribution"


class Per(StrEnum):
    """What one amount is paid for."""

    ENTERPRISE = "enterprise"
    PROJECT = "project"
    PERSON = "person"
    ITEM = "item"
    PRODUCT = "product"
    PATENT = "patent"
    STANDARD = "standard"
    EVENT = "event"
    PLATFORM = "platform"
    YEAR = "year"
    MONTH = "month"
    MU = "mu"
    SQUARE_METRE = "square_metre"
    TONNE = "tonne"
    STEP = "step"


class CapBy(StrEnum):
    """Over what a limit adds up."""

    ITEM = "item"
    PROJECT = "project"
    ENTERPRISE = "enterprise"
    PERSON = "person"
    YEAR = "year"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `low` to `high`, equal where one number is stated; None is a bound that the text leaves open."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """A limit in yuan, by what it adds up over."""

    amount_cny: float
    by: CapBy
    cite: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """The rate of the part of a whole that lies between two amounts in yuan; None where the part has no end."""

    above: float
    up_to: float | None
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What is paid: `amount` in yuan, or `rate` (30 % is 0.3) `of` something, `per` something.

    `brackets` are rates of the parts of one whole, from its first yuan on (不超过1000万元的部分按10%，超过部分按5%).

    `of_fact` is the fact that holds what the rate is a share of, where the pack names one, or how many there are of
    what one amount is paid for; `step` is the yuan that count once where it is paid for every step (每增加1亿元).
    """

    cite: Quote
    amount: Span | None = None
    rate: Span | None = None
    brackets: tuple[Bracket, ...] = ()
    of: Base | None = None
    of_fact: str = ""
    per: Per | None = None
    step: float | None = None
    caps: tuple[Cap, ...] = ()

    @property
    def is_share(self) -> bool:
        """Tell whether it is a share of something, at one rate or by brackets."""
        return self.rate is not None or bool(self.brackets)

    @property
    def is_paid_once(self) -> bool:
        """Tell whether the amount is the whole, not that for each person, item or step, or one that is counted."""
        return self.per in _PAID_ONCE and (self.is_share or not self.of_fact)

    @property
    def most_cny(self) -> float | None:
        """Return the most that is paid at a time, in yuan, where the text says so."""
        stated = [self.amount.high] if self.amount and self.is_paid_once else []
        stated += [cap.amount_cny for cap in self.caps if cap.by in _LIMITS_ONE]
        return min((most for most in stated if most is not None), default=None)


_PAID_ONCE = frozenset({None, Per.ENTERPRISE, Per.PROJECT, Per.EVENT, Per.PLATFORM, Per.YEAR})
"""One of these is what an application is about; what is paid yearly is told as what a year pays."""
_LIMITS_ONE = frozenset(CapBy) - {CapBy.PERSON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One step of a benefit: what is paid where its conditions hold; a program decides them like those of measures."""

    conditions: tuple[Condition, ...]
    gift: Gift

    @property
    def tests(self) -> tuple[Test, ...]:
        """Return what the conditions ask, in the order written."""
        return tuple(leaf.test for condition in self.conditions for leaf in leaves(condition))


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitItem:
    """One thing that is given; of `tiers` that hold, the one that pays most is paid, never their sum.

    A `gift` beside tiers is what all are paid at the least, where no tier that holds pays more.
    `years` is for how long it is paid, `instalments` in how many parts. Where it is paid the first time only, or what
    was paid before is taken off, `received_fact` tells how much that was.
    """

    kind: str
    gift: Gift | None
    tiers: tuple[Tier, ...] = ()
    years: float | None = None
    instalments: int | None = None
    first_time_only: bool = False
    difference_only: bool = False
    received_fact: str = ""

    @property
    def gifts(self) -> tuple[Gift, ...]:
        """Return every gift, that of the item or those of its tiers."""
        return (*((self.gift,) if self.gift else ()), *(tier.gift for tier in self.tiers))


class Beneficiary(StrEnum):
    """Who is paid, where it is not the enterprise as such."""

    ENTERPRISE = "enterprise"
    PERSON = "person"
    AGENCY = "agency"
    ORGANISER = "organiser"
    PLATFORM = "platform"
    BUILDING = "building"
    PARK = "park"
    INVESTOR = "investor"


class TermKind(StrEnum):
    """What else holds of a measure, or is asked of who takes it."""

    NO_APPLICATION = "no_application"
    CASE_BY_CASE = "case_by_case"
    BUDGET = "budget"
    QUOTA = "quota"
    FIRST_COME = "first_come"
    OWN_FUNDS = "own_funds"
    NO_RELOCATION = "no_relocation"
    CLAWBACK = "clawback"
    REPORTING = "reporting"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term with its number: yuan of a budget, places of a quota, years of a duty, a share of own funds."""

    kind: TermKind
    cite: Quote
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Who is paid, with the words that say so."""

    kind: Beneficiary
    cite: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A word of the measure and where the document says what it means."""

    term: str
    cite: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A paper to hand in: an entry of the vocabulary of materials."""

    id: str
    cite: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How an application goes in (online, window, post, email), and the office or site as printed."""

    by: str
    cite: Quote
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """All that a measure of pack format 2 states beside its conditions."""

    benefits: tuple[BenefitItem, ...] = ()
    beneficiary: Addressed | None = None
    periods: tuple[Period, ...] = ()
    stacking: tuple[Stacking, ...] = ()
    materials: tuple[Material, ...] = ()
    channels: tuple[Channel, ...] = ()
    terms: tuple[Term, ...] = ()
    definitions: tuple[Definition, ...] = ()


def received_fact(measure: str, nth: int) -> str:
    """Return the fact that tells what a company was paid before of the nth benefit of a measure that asks for it."""
    return f"{measure}.received" if nth == 1 else f"{measure}.received-{nth}"


class Keys(NamedTuple):
    """The keys of a block as packs write it: those it needs, and those it may have beside them and `clause`."""

    needed: tuple[str, ...]
    optional: frozenset[str] = frozenset()


BENEFIT_KINDS = (
    "certification", "cooperation", "data", "equity", "facility", "fast_approval", "fund", "grant", "listing",
    "loan", "market", "network", "permission", "procurement", "promotion", "resources", "service", "talent",
)  # fmt: skip
CHANNELS = ("online", "window", "post", "email")
GIFT_KEYS = frozenset(
    {"amount", "up_to", "rate", "rate_up_to", "brackets", "of", "of_fact", "per", "step", "caps", "cite"}
)
ASKING_WHAT_WAS_RECEIVED = ("first_time_only", "difference_only")
MONTHLY_KEYS = frozenset({"months", "days"})
BLOCKS: Mapping[str, Keys] = {
    "benefits": Keys(("kind",), GIFT_KEYS | {"tiers", "years", "instalments", *ASKING_WHAT_WAS_RECEIVED}),
    "tiers": Keys(("when", "cite"), GIFT_KEYS),
    "brackets": Keys(("rate",), frozenset({"up_to"})),
    "caps": Keys(("amount", "by", "cite")),
    "beneficiary": Keys(("kind", "cite")),
    "windows": Keys(("cite",), frozenset({"opens", "closes", "yearly", "all_year", "instead"}) | MONTHLY_KEYS),
    "stacking": Keys(("with", "rule", "cite"), frozenset({"scope", "levels", "alike"})),
    "materials": Keys(("id", "cite")),
    "channels": Keys(("by", "cite"), frozenset({"name", "url"})),
    "terms": Keys(("kind", "cite"), frozenset({"value"})),
    "definitions": Keys(("term", "cite")),
}
"""Every block of a measure of format 2 with its keys: packs are read by it, and forms are made of it."""
CLOSED: Mapping[tuple[str, str], Iterable[str]] = {
    ("benefits", "kind"): BENEFIT_KINDS, ("benefits", "of"): Base, ("benefits", "per"): Per,
    ("tiers", "of"): Base, ("tiers", "per"): Per, ("caps", "by"): CapBy, ("beneficiary", "kind"): Beneficiary,
    ("stacking", "rule"): StackingRule, ("stacking", "levels"): Level, ("channels", "by"): CHANNELS,
    ("terms", "kind"): TermKind,
}  # fmt: skip
"""What a key of a block may be, where that is a closed list."""

SHARED_KEYS = frozenset({"windows", "stacking", "materials", "channels", "terms", "definitions"})
"""What a document may state once for all its measures."""


def with_shared(grant: Grant, shared: Grant) -> Grant:
    """Return what a measure states, with what its document states for all; its own windows and channels go first."""
    return replace(
        grant,
        periods=grant.periods or shared.periods,
        stacking=(*grant.stacking, *shared.stacking),
        materials=(*grant.materials, *shared.materials),
        channels=grant.channels or shared.channels,
        terms=(*grant.terms, *shared.terms),
        definitions=(*grant.definitions, *shared.definitions),
    )


def summed_up(measure: Measure, grant: Grant) -> Measure:
    """Return the measure with the one benefit and the one window that format 1 has a place for.

    The first benefit stands for all, with its amount where it is one number; the window runs from the first day to the
    last, and on a side on which any of them is left open, or repeats yearly, it has no end.
    """
    benefit = _first_benefit(grant.benefits[0]) if grant.benefits else None
    window = None
    if grant.periods:
        opens, closes = ([None if p.yearly else day for p, day in _sides(grant, side)] for side in ("opens", "closes"))
        window = Window(
            opens=None if None in opens else min(day for day in opens if day),
            closes=None if None in closes else max(day for day in closes if day),
            cite=grant.periods[0].cite,
        )
    return replace(measure, benefit=benefit, window=window)


def _sides(grant: Grant, side: str) -> list[tuple[Period, date | None]]:
    return [(period, getattr(period, side)) for period in grant.periods]


def _first_benefit(item: BenefitItem) -> Benefit:
    gift = item.gift
    if gift is None:
        return Benefit(kind=item.kind)
    amount, rate = gift.amount or Span(low=None, high=None), gift.rate or Span(low=None, high=None)
    return Benefit(
        kind=item.kind,
        amount_cny=amount.low if amount.low == amount.high else None,
        cap_cny=gift.most_cny if amount.low is None else None,
        rate=rate.low if rate.low == rate.high else None,
        unit=gift.per.value if gift.per else "",
        cite=gift.cite,
    )
