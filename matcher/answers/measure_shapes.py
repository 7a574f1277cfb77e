"""The shapes of what a measure asks and gives, on its own and beside a company."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Struct, UnsetType

from rules.language.grants import Addressed, Channel, Definition, Gift, Term
from rules.language.measures import (
    Verdict,
    Why,
)
from rules.language.stacking import Stacking, Together
from rules.language.windows import Period, WindowStanding
from seeds.documents import Quote

OPEN = "An open list: more values may be added."
WHY = f"Why it is unknown: {', '.join(Why)}. {OPEN}"
ASKED = "What the condition asks for."
OF_A_GROUP = "Of a combined condition."


class Condition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition and how it stands for this company."""

    fact: str | None
    label: str
    verdict: Verdict
    why: Annotated[str | None, WHY]
    expected: Annotated[Any, ASKED]
    actual: Annotated[Any, "What the company said."]
    gap: Annotated[float | None, "How far a number is away."]
    cite: Quote
    parts: Annotated[tuple[Condition, ...], OF_A_GROUP] = ()


class StatedCondition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition as the document states it."""

    fact: str
    operator: Annotated[str, OPEN]
    label: str
    expected: Annotated[Any, ASKED]
    open: Annotated[bool, "Whether the text leaves its list open (等)."]
    cite: Quote
    parts: Annotated[tuple[StatedCondition, ...], OF_A_GROUP] = ()


class Benefit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is given, as far as the text states it."""

    kind: str
    amount_cny: float | None = None
    cap_cny: float | None = None
    rate: float | None = None
    unit: str | None = None
    cite: Quote | None = None


class StatedTier(Struct, frozen=True, kw_only=True):
    """One step of a benefit as the document states it."""

    words: str
    gift: Gift
    conditions: tuple[StatedCondition, ...]


class StatedBenefit(Struct, frozen=True, kw_only=True):
    """One thing that is given; of several tiers that hold, the one that pays most."""

    kind: str
    words: Annotated[str, "The benefit in one phrase; the quote stands in `gift` or the tiers."]
    gift: Gift | None
    tiers: tuple[StatedTier, ...]
    years: Annotated[float | None, "For how many years it is paid."]
    instalments: int | None
    first_time_only: bool
    difference_only: bool
    received_fact: Annotated[str, "Where what was received before counts: the fact that tells it, in yuan; else empty."]


class Paper(Struct, frozen=True, kw_only=True):
    """A paper to hand in; `issuer` is who gives it out, null where it is the applicant's own."""

    id: str
    label: str
    issuer: str | None
    cite: Quote
    held: Annotated[
        bool | UnsetType, "Of a company: whether it named it as held; false is not stated, never lacking."
    ] = UNSET


class StatedGrant(Struct, frozen=True, kw_only=True):
    """What a measure gives, to whom and how it is applied for, as far as its text states it."""

    benefits: tuple[StatedBenefit, ...]
    beneficiary: Addressed | None
    windows: tuple[Period, ...]
    stacking: tuple[Stacking, ...]
    materials: tuple[Paper, ...]
    channels: tuple[Channel, ...]
    terms: tuple[Term, ...]
    definitions: tuple[Definition, ...]


class TierStanding(Struct, frozen=True, kw_only=True):
    """How one tier stands for this company; a condition that is not met tells its gap."""

    words: str
    verdict: Verdict
    conditions: tuple[Condition, ...]


class BenefitStanding(Struct, frozen=True, kw_only=True):
    """What one benefit comes to for this company, in yuan at a time; null is what cannot be told, never zero."""

    kind: str
    words: str
    verdict: Annotated[Verdict, "Whether it is paid where the measure's conditions hold."]
    low_cny: float | None
    high_cny: float | None
    tier: Annotated[int | None, "The place of the tier that holds for sure."]
    next_tier: Annotated[int | None, "The place of the tier that would pay next more."]
    depends_on: Annotated[tuple[str, ...], "Facts that would tell more."]
    tiers: tuple[TierStanding, ...]


class PairBenefit(Struct, frozen=True, kw_only=True):
    """What one benefit comes to for one of many companies: as in the `grant` of its match, without the words."""

    kind: str
    verdict: Annotated[Verdict, "Whether it is paid where the measure's conditions hold."]
    low_cny: Annotated[float | None, "Yuan at a time; null is what cannot be told, never zero."]
    high_cny: float | None
    tier: Annotated[int | None, "The place of the tier that holds for sure, from 0."]
    next_tier: Annotated[int | None, "The place of the tier that would pay next more."]
    gap: Annotated[float | None, "By how much a number misses the next tier, where that asks one number."]
    depends_on: Annotated[tuple[str, ...], "Facts that would tell more."]


class PairStanding(Struct, frozen=True, kw_only=True):
    """Whether this measure can be had beside another one shown; only what a text says is listed."""

    measure_id: str
    title: str
    together: Together
    rules: tuple[Stacking, ...]


class GrantStanding(Struct, frozen=True, kw_only=True):
    """What a measure comes to for this company, and how it is applied for."""

    benefits: tuple[BenefitStanding, ...]
    window: WindowStanding
    window_words: str
    stacking: tuple[PairStanding, ...]
    materials: tuple[Paper, ...]
    channels: tuple[Channel, ...]
    terms: tuple[Term, ...]
