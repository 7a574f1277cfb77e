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
