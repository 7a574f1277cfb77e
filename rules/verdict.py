"""The three values of a condition and of a measure, their one order, why one is unknown, and Kleene's logic."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


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


def code_of(verdict: Verdict, why: Why | None) -> int:
    """Return the number of an outcome with its reason."""
    return STRENGTH[verdict] if why is None else FIRST_WHY + WHYS.index(why)


def reason_of(outcome: int) -> Why | None:
    """Return why an outcome is unknown, None when it is not."""
    return WHYS[outcome - FIRST_WHY] if outcome >= FIRST_WHY else None
