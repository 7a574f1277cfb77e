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

from matcher.columns import Floats, MeasureColumns, found, raise_to
from matcher.passages import Level
from matcher.reading import Reading
from matcher.touches import Touches
from rules.columns import MET
from rules.program import Decisions

SECTOR_IN_TEXT = {Level.SENTENCE: 0.9, Level.CONTEXT: 0.6, Level.CLAUSE: 0.5}
SECTOR_OF_DOCUMENT_ONLY = 0.3
WHOLE_PROVINCE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A profile beside a whole catalogue: what was read, what it touches, what was decided, on which day."""

    reading: Reading
    touches: Touches
    decisions: Decisions
    columns: MeasureColumns
    on: date


Feature: TypeAlias = Callable[[Comparison], Floats]


def need_names_instrument(comparison: Comparison) -> Floats:
    """The company asks for this kind of support."""
    touches = comparison.touches
    return touches.needs if touches.has_needs else _nothing(comparison)


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
    columns, answer = comparison.columns, comparison.reading.answers.get("sector")
    if answer is None or not (answer.sure or answer.inferred):
        return _nothing(comparison)
    taxonomy = columns.catalogue.vocabularies["sectors"].taxonomy
    program, facts = columns.program, ("sector",)
    value = np.where(program.conditions_on(comparison.decisions, MET, facts) > 0, SECTOR_OF_DOCUMENT_ONLY, 0.0)
    for level, weight in SECTOR_IN_TEXT.items():
        np.maximum(value, comparison.touches.sectors[level] * weight, out=value)
    for sector in (*answer.sure, *answer.inferred):
        for broader in taxonomy.ancestors(str(sector)):
            raise_to(value, found(columns.narrow_sectors, broader), 1.0)
    return value


def stage_fits(comparison: Comparison) -> Floats:
    """The kind of support is made for the company's project stage."""
    columns, answer = comparison.columns, comparison.reading.answers.get("stage")
    if answer is None or not answer.sure:
        return _nothing(comparison)
    value = np.where(columns.has_stage, 0.0, np.nan)
    taxonomy = columns.catalogue.vocabularies["stages"].taxonomy
    for stage in answer.sure:
        for broader in taxonomy.ancestors(str(stage)):
            value[found(columns.stages, broader)] = 1.0
    return value


def place_is_named(comparison: Comparison) -> Floats:
    """The measure names the company's city, county or zone, not only the whole province."""
    if not comparison.touches.has_place:
        return _nothing(comparison)
    regional = comparison.columns.program.conditions_on(comparison.decisions, MET, ("region", "target_region"))
    return np.maximum(comparison.touches.places, np.where(regional > 0, WHOLE_PROVINCE, 0.0))


def verb_is_strong(comparison: Comparison) -> Floats:
    """The policy grants or supports rather than encourages or promotes."""
    return comparison.columns.strength


def document_is_in_force(comparison: Comparison) -> Floats:
    """The measure binds on the day asked about, and is no draft."""
    columns, day = comparison.columns, comparison.on.toordinal()
    running = (columns.first_day <= day) & (day <= columns.last_day)
    return np.where(running, np.where(columns.draft(), 0.4, 1.0), 0.0)


def _products_at(comparison: Comparison, level: Level) -> Floats:
    touches = comparison.touches
    return touches.products[level] if touches.has_products else _nothing(comparison)


def _nothing(comparison: Comparison) -> Floats:
    return np.full(comparison.columns.size, np.nan)
