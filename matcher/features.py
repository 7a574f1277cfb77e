"""Ranking features: each a pure function whose name is a claim about a measure and a profile.

A feature returns one value from 0 to 1 for every measure; NaN where there is nothing to compare. The first
line of its docstring is published by the API.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np

from matcher.columns import Flags, Floats, MeasureColumns
from matcher.passages import Level, Positions
from matcher.touches import Channel, Touches

SECTOR_IN_TEXT = {Level.SENTENCE: 0.9, Level.CONTEXT: 0.6, Level.CLAUSE: 0.5}
SECTOR_OF_DOCUMENT_ONLY = 0.3
WHOLE_PROVINCE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """For each pair, whether its profile has something of a kind to hold against a measure."""

    products: Flags
    needs: Flags
    place: Flags
    sector: Flags
    stage: Flags
    sector_stated: Flags

    @property
    def sector_guessed(self) -> Flags:
        """Tell where the sector is known only by what the company makes."""
        return np.asarray(self.sector & ~self.sector_stated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Pairs of a profile and a measure, side by side: what touches them and what was decided, on which day.

    `measures` are the measures of the pairs; the flags tell for each pair what its profile gives for comparing and
    which conditions are met. One profile beside a whole catalogue is compared by the same features as many.
    """

    touches: Touches
    measures: Positions | slice
    compared: Comparable
    sector_met: Flags
    place_met: Flags
    columns: MeasureColumns
    on: date


Feature: TypeAlias = Callable[[Comparison], Floats]


def need_names_instrument(comparison: Comparison) -> Floats:
    """The company asks for this kind of support."""
    return _where(comparison.compared.needs, comparison.touches.through(Channel.NEEDS))


def product_in_operative_sentence(comparison: Comparison) -> Floats:
    """A product or technology of the company stands in the sentence that grants the support."""
    return _products_at(comparison, Level.SENTENCE)


def product_in_clause(comparison: Comparison) -> Floats:
    """A product or technology of the company stands in the clause of that sentence."""
    return _products_at(comparison, Level.CLAUSE)


def product_in_context(comparison: Comparison) -> Floats:
    """A product or technology of the company stands in a clause that describes the measure further."""
    return _products_at(comparison, Level.CONTEXT)


def sector_is_close(comparison: Comparison) -> Floats:
    """The measure is about the company's own sector, not only about the document's whole field."""
    value = np.where(comparison.sector_met, SECTOR_OF_DOCUMENT_ONLY, 0.0)
    for level, weight in SECTOR_IN_TEXT.items():
        np.maximum(value, comparison.touches.sectors(level) * weight, out=value)
    np.maximum(value, comparison.touches.through(Channel.OWN_SECTOR), out=value)
    return _where(comparison.compared.sector, value)


def stage_fits(comparison: Comparison) -> Floats:
    """The kind of support is made for the company's project stage."""
    has_stage = comparison.columns.has_stage[comparison.measures]
    return _where(comparison.compared.stage & has_stage, comparison.touches.through(Channel.STAGE))


def place_is_named(comparison: Comparison) -> Floats:
    """The measure names the company's city, county or zone, not only the whole province."""
    somewhere = np.where(comparison.place_met, WHOLE_PROVINCE, 0.0)
    return _where(comparison.compared.place, np.maximum(comparison.touches.through(Channel.PLACES), somewhere))


def verb_is_strong(comparison: Comparison) -> Floats:
    """The policy grants or supports rather than encourages or promotes."""
    return np.asarray(comparison.columns.strength[comparison.measures])


def document_is_in_force(comparison: Comparison) -> Floats:
    """The measure binds on the day asked about, and is no draft."""
    columns, day = comparison.columns, comparison.on.toordinal()
    running = (columns.first_day <= day) & (day <= columns.last_day)
    return np.asarray(np.where(running, np.where(columns.draft(), 0.4, 1.0), 0.0)[comparison.measures])


def _products_at(comparison: Comparison, level: Level) -> Floats:
    return _where(comparison.compared.products, comparison.touches.products(level))


def _where(given: Flags, values: Floats) -> Floats:
    """Return the values where the profile gave something to compare, NaN elsewhere."""
    return np.where(given, values, np.nan)
