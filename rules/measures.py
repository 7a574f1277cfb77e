"""One measure: what a policy sentence grants, to whom, and the words that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rules.conditions import Condition, Quote, Test, leaves
from rules.verdict import Effect, MeasureVerdict
from seeds.documents import Document, DocumentStatus


class Strength(StrEnum):
    """How strongly the verb of the operative sentence binds, strongest first."""

    GRANT = "grant"
    SUPPORT = "support"
    ENCOURAGE = "encourage"
    PROMOTE = "promote"


class Instrument(StrEnum):
    """The closed list of kinds of support; labels stand in the vocabulary of the same name."""

    FIRST_EQUIPMENT = "first_equipment"
    FIRST_MATERIAL = "first_material"
    FIRST_SOFTWARE = "first_software"
    PILOT = "pilot"
    PRODUCT_LIST = "product_list"
    RD_FUNDING = "rd_funding"
    PLATFORM = "platform"
    DEMONSTRATION = "demonstration"
    SCENARIO = "scenario"
    PROCUREMENT = "procurement"
    MARKET_ACCESS = "market_access"
    FAST_TRACK = "fast_track"
    FUND = "fund"
    FINANCE = "finance"
    SUBSIDY = "subsidy"
    ENTERPRISE_GROWTH = "enterprise_growth"
    PARK = "park"
    INVESTMENT = "investment"
    FACILITY = "facility"
    PUBLIC_SERVICE = "public_service"
    DATA_COMPUTE = "data_compute"
    DIGITAL = "digital"
    TALENT = "talent"
    IP = "ip"
    STANDARDS = "standards"
    GREEN_CARBON = "green_carbon"
    INTERNATIONAL = "international"
    PROMOTION = "promotion"
    MAJOR_PROJECT = "major_project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When applications are taken; None on a side that the text leaves open."""

    opens: date | None
    closes: date | None
    cite: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What is given, as far as the text states it; amounts in yuan, rates from 0 to 1."""

    kind: str
    amount_cny: float | None = None
    cap_cny: float | None = None
    rate: float | None = None
    unit: str = ""
    cite: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Facts in the form of a profile's `facts`, and the verdict a careful reader would give."""

    facts: Mapping[str, Any]
    verdict: MeasureVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One support measure; `conditions` include the document's own reach and are all needed."""

    id: str
    document: str
    title: str
    title_en: str
    instrument: Instrument
    also: tuple[Instrument, ...]
    strength: Strength
    source: Quote
    context: tuple[str, ...]
    conditions: tuple[Condition, ...]
    attracts: bool = False
    benefit: Benefit | None = None
    window: Window | None = None
    excludes: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Return every instrument of the measure, the main one first."""
        return (self.instrument, *self.also)

    @property
    def tests(self) -> tuple[Test, ...]:
        """Return what the conditions ask, in the order written, groups gone through."""
        return tuple(leaf.test for condition in self.conditions for leaf in leaves(condition))

    @property
    def clauses(self) -> tuple[str, ...]:
        """Return the clause of the operative sentence and those of its context."""
        return tuple(dict.fromkeys((self.source.clause, *self.context)))


def effect(measure: Measure, document: Document, on: date) -> Effect:
    """Tell whether the measure binds on the day `on`: a draft never does, a window or validity may be over."""
    ends = [day for day in (document.valid_to, measure.window and measure.window.closes) if day]
    starts = [day for day in (document.effective_from, measure.window and measure.window.opens) if day]
    if document.status is DocumentStatus.REPEALED or any(day < on for day in ends):
        return Effect.EXPIRED
    if document.status is DocumentStatus.DRAFT:
        return Effect.DRAFT
    return Effect.UPCOMING if any(day > on for day in starts) else Effect.IN_FORCE
