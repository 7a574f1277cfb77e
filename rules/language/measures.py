"""What a pack can say: verdicts and their one order, conditions that read facts, and measures with their words.

Shapes and Kleene's logic only; how a pack is read stands in pack.py, how a condition is decided in reference.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

import msgspec

from seeds.documents import Document, DocumentStatus, Quote


class Verdict(StrEnum):
    """What is known of one condition."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why a condition is unknown."""

    FACT_MISSING = "fact_missing"
    TOO_COARSE = "too_coarse"
    UNRECOGNISED = "unrecognised"
    AMBIGUOUS = "ambiguous"
    MANUAL = "manual"
    PLANNED = "planned"


class MeasureVerdict(StrEnum):
    """What the conditions of a measure say together."""

    APPLICABLE = "applicable"
    POSSIBLE = "possible"
    NOT_APPLICABLE = "not_applicable"


class Effect(StrEnum):
    """Whether a measure binds on a day, whatever its conditions say."""

    IN_FORCE = "in_force"
    DRAFT = "draft"
    UPCOMING = "upcoming"
    EXPIRED = "expired"


BY_STRENGTH = (Verdict.UNMET, Verdict.UNKNOWN, Verdict.MET)
OF_MEASURE = (MeasureVerdict.NOT_APPLICABLE, MeasureVerdict.POSSIBLE, MeasureVerdict.APPLICABLE)
"""Kleene's order: a conjunction is the weakest of its parts, a disjunction the strongest."""

STRENGTH = {verdict: place for place, verdict in enumerate(BY_STRENGTH)}
UNMET, UNKNOWN, MET = range(3)
"""The same order as numbers, for columns: places in BY_STRENGTH and in OF_MEASURE."""

WHYS = tuple(Why)
FIRST_WHY = MET + 1
"""Numbers from here on are unknown, with the reason: FIRST_WHY plus its place in WHYS."""

CODE_OF: Mapping[tuple[Verdict, Why | None], int] = {
    **{(verdict, None): place for verdict, place in STRENGTH.items()},
    **{(Verdict.UNKNOWN, why): FIRST_WHY + place for place, why in enumerate(WHYS)},
}
"""The number of an outcome with its reason."""


def conjunction(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the Kleene AND; of nothing at all it is met."""
    return BY_STRENGTH[min((STRENGTH[verdict] for verdict in verdicts), default=2)]


def disjunction(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the Kleene OR; of nothing at all it is unmet."""
    return BY_STRENGTH[max((STRENGTH[verdict] for verdict in verdicts), default=0)]


def negation(verdict: Verdict) -> Verdict:
    """Return the Kleene NOT: an unknown stays unknown."""
    return BY_STRENGTH[2 - STRENGTH[verdict]]


def measure_verdict(verdicts: Iterable[Verdict]) -> MeasureVerdict:
    """Return the verdict of a measure from those of its conditions."""
    return OF_MEASURE[STRENGTH[conjunction(verdicts)]]


def reason_of(outcome: int) -> Why | None:
    """Return why an outcome is unknown, None when it is not."""
    return WHYS[outcome - FIRST_WHY] if outcome >= FIRST_WHY else None


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of one fact, without where it is written; equal tests are evaluated once.

    `expected` holds ids, one number, one date or one flag (a Value), as the operator needs. `scope` is where an open
    list (等) may go on: for values in there, not being listed leaves the test unknown. `stated` marks a test
    inside a NOT: inferred values do not count there, since they would make the condition unmet. `reach` is where a
    test of what is not listed (inside a NOT, or none_of) looks for it: 「其他区域」 of a policy of 安徽 lie in 安徽.
    """

    fact: str
    operator: str
    expected: tuple[Any, ...]
    scope: tuple[str, ...] = ()
    stated: bool = False
    reach: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Read a day as it is kept, which a list around it tells from a text."""
        if any(isinstance(value, list) for value in self.expected):
            days = tuple(date.fromisoformat(*value) if isinstance(value, list) else value for value in self.expected)
            msgspec.structs.force_setattr(self, "expected", days)


class Leaf(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A test with the words that state it; `text` is the prose of a manual test, else empty."""

    test: Test
    cite: Quote
    text: str = ""
    text_en: str = ""


class Combination(StrEnum):
    """How a group combines its parts."""

    ALL = "all"
    ANY = "any"
    NOT = "not"


class Group(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Conditions combined; NOT has exactly one part."""

    combination: Combination
    parts: tuple[Condition, ...]


Condition: TypeAlias = Leaf | Group


class Conditional(Protocol):
    """What a program decides: a measure, or a tier of its benefit."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return the conditions, all of which are needed."""

    @property
    def tests(self) -> tuple[Test, ...]:
        """Return what the conditions ask, groups gone through."""


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield every leaf of a condition, in the order written."""
    if isinstance(condition, Leaf):
        yield condition
        return
    for part in condition.parts:
        yield from leaves(part)


def asserted_leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the leaves of a condition that stand in no negated group."""
    if isinstance(condition, Leaf):
        yield condition
    elif condition.combination is not Combination.NOT:
        for part in condition.parts:
            yield from asserted_leaves(part)


class Strength(StrEnum):
    """How strongly the verb of the operative sentence binds, strongest first."""

    GRANT = "grant"
    SUPPORT = "support"
    ENCOURAGE = "encourage"
    PROMOTE = "promote"


class MeasureKind(StrEnum):
    """Whether a company can ask for or use what the sentence offers, or can only cite the direction it sets."""

    SUPPORT = "support"
    DIRECTION = "direction"


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
    EXCHANGE = "exchange"
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
    """Facts in the form of a profile's `facts`, and the verdict a careful reader would give.

    `pays` is what each benefit of format 2 comes to: yuan from and to, None where it cannot be told, () where nothing
    is paid.
    """

    facts: Mapping[str, Any]
    verdict: MeasureVerdict
    pays: tuple[tuple[float | None, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One support measure; `conditions` include the document's own reach and are all needed.

    `continues` is the id it had in the document's predecessor, "" where it had none.
    """

    id: str
    document: str
    title: str
    title_en: str
    instrument: Instrument
    kind: MeasureKind
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
    continues: str = ""
    examples: tuple[Example, ...] = ()

    def title_in(self, language: str) -> str:
        """Return the title as people of a language read it."""
        return self.title_en if language == "en" else self.title

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


def document_term(document: Document) -> tuple[date, date]:
    """Return the first and the last day on which a document can bind, date.min and date.max where none is stated.

    Nobody can use a document before it was issued. A draft binds on no day: it has only an end.
    """
    is_draft = document.status is DocumentStatus.DRAFT
    starts = () if is_draft else (document.out_on, document.effective_from)
    return max((day for day in starts if day), default=date.min), document.valid_to or date.max


def term(measure: Measure, document: Document) -> tuple[date, date]:
    """Return the first and the last day on which a measure can bind: those of its document, narrowed by its window."""
    first, last = document_term(document)
    opens, closes = (measure.window.opens, measure.window.closes) if measure.window else (None, None)
    if opens and document.status is not DocumentStatus.DRAFT:
        first = max(first, opens)
    return first, min(last, closes or date.max)


def effect(measure: Measure, document: Document, on: date) -> Effect:
    """Tell whether the measure binds on the day `on`: a draft never does, a window or validity may be over."""
    return _effect(document, term(measure, document), on)


def document_effect(document: Document, on: date) -> Effect:
    """Tell whether a document binds on the day `on`, whatever windows its measures have."""
    return _effect(document, document_term(document), on)


def _effect(document: Document, bounds: tuple[date, date], on: date) -> Effect:
    first, last = bounds
    if document.status is DocumentStatus.REPEALED or last < on:
        return Effect.EXPIRED
    if document.status is DocumentStatus.DRAFT:
        return Effect.DRAFT
    return Effect.UPCOMING if first > on else Effect.IN_FORCE
