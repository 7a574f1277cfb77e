"""Where the mentions of a profile touch each measure: products, sectors and places in its passages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from matcher.columns import Floats, MeasureColumns, found, raise_to
from matcher.passages import Level
from matcher.reading import Mention, Reading
from matcher.words import How

BROADER = 0.8
"""The text names something broader than what the company makes (PLA, 可降解材料)."""

NARROWER = 0.5
"""The text names something narrower than what the company said (氨基酸, 丙氨酸)."""

PLACE_IN_SENTENCE, PLACE_IN_CONTEXT = 0.6, 0.4
"""A place in the sentence that no condition names may be part of a name (中国（合肥）生物制造大会)."""

SHORTEST_FREE_WORDS = 3
"""Words that no vocabulary knows are searched in the text from this length on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touches:
    """For every measure, how well (0 to 1) the profile's mentions stand in its passages, and what connects it."""

    products: Mapping[Level, Floats]
    sectors: Mapping[Level, Floats]
    places: Floats
    needs: Floats
    has_products: bool
    has_needs: bool
    has_place: bool


def related(columns: MeasureColumns, vocabulary: str, entry: str) -> dict[str, float]:
    """Return the entries that a text may name for `entry`, with how well each stands for it.

    A sector that is a document's whole field (生物制造) stands in every clause of it and says nothing more.
    """
    taxonomy = columns.catalogue.vocabularies[vocabulary].taxonomy
    broader = taxonomy.ancestors(entry) - (columns.whole_fields if vocabulary == "sectors" else frozenset())
    return {**dict.fromkeys(taxonomy.descendants(entry), NARROWER), **dict.fromkeys(broader, BROADER), entry: 1.0}


def touch(reading: Reading, columns: MeasureColumns) -> Touches:
    """Look every mention of the profile up in the passage index."""
    by_kind = _by_vocabulary(reading.mentions)
    products, needs = by_kind.get("concepts", []), by_kind.get("needs", [])
    free = [mention for mention in by_kind.get("", []) if len(mention.input) >= SHORTEST_FREE_WORDS]
    return Touches(
        products=_products(products, free, columns),
        sectors=_sectors(by_kind.get("sectors", []), columns),
        places=_places(by_kind.get("regions", []), columns),
        needs=_needs(needs, columns),
        has_products=bool(products or by_kind.get("")),
        has_needs=bool(needs),
        has_place=any(read.fact == "region" for read in reading.facts),
    )


def _by_vocabulary(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    grouped: dict[str, list[Mention]] = {}
    for mention in mentions:
        grouped.setdefault(mention.vocabulary, []).append(mention)
    return grouped


def _products(known: list[Mention], free: list[Mention], columns: MeasureColumns) -> dict[Level, Floats]:
    touched = _named("concepts", known, columns)
    for mention in free:
        for level, positions in columns.passages.measures_saying(mention.input).items():
            raise_to(touched[level], positions, 1.0)
    return touched


def _sectors(mentions: list[Mention], columns: MeasureColumns) -> dict[Level, Floats]:
    return _named("sectors", mentions, columns)


def _named(vocabulary: str, mentions: list[Mention], columns: MeasureColumns) -> dict[Level, Floats]:
    touched = {level: columns.zeros() for level in Level}
    for mention in mentions:
        weight = 1.0 if mention.how is not How.FUZZY else mention.similarity
        for entry, likeness in related(columns, vocabulary, mention.id).items():
            for level in Level:
                raise_to(touched[level], columns.passages.measures_naming(vocabulary, entry, level), likeness * weight)
    return touched


def _places(mentions: list[Mention], columns: MeasureColumns) -> Floats:
    """Return 1 where a condition names the company's place, less where only the sentence or its context does."""
    touched = columns.zeros()
    taxonomy = columns.catalogue.vocabularies["regions"].taxonomy
    for mention in mentions:
        for place in taxonomy.ancestors(mention.id):
            if not columns.is_below_province(place):
                continue
            raise_to(touched, found(columns.places, place), 1.0)
            raise_to(touched, columns.passages.measures_naming("regions", place, Level.SENTENCE), PLACE_IN_SENTENCE)
            raise_to(touched, columns.passages.measures_naming("regions", place, Level.CONTEXT), PLACE_IN_CONTEXT)
        if columns.is_below_province(mention.id):
            for place in taxonomy.descendants(mention.id) - {mention.id}:
                raise_to(touched, found(columns.places, place), NARROWER)
    return touched


def _needs(mentions: list[Mention], columns: MeasureColumns) -> Floats:
    """Return 1 where a need names the measure's instrument, a little less for a further instrument of it."""
    touched = columns.zeros()
    needs = columns.catalogue.vocabularies["needs"]
    for mention in mentions:
        weight = 1.0 if mention.how is not How.FUZZY else mention.similarity
        for instrument in needs[mention.id].instruments:
            raise_to(touched, found(columns.any_instrument, instrument), 0.8 * weight)
            raise_to(touched, found(columns.main_instrument, instrument), weight)
        raise_to(touched, columns.passages.measures_naming("needs", mention.id, Level.SENTENCE), weight)
    return touched


def is_touched(touches: Touches) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which measures a product, need or place touches directly (design: the operative sentence or its context)."""
    return np.asarray(
        (touches.products[Level.SENTENCE] > 0)
        | (touches.products[Level.CONTEXT] >= BROADER)
        | (touches.needs > 0)
        | (touches.places > 0)
    )
