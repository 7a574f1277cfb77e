"""Where the mentions of a profile touch each measure: products, sectors and places in its passages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from matcher.columns import Floats, MeasureColumns, found, raise_to
from matcher.passages import Level
from matcher.reading import Mention, Reading
from matcher.words import How

BROADER = 0.7
"""For each step that the text is broader than what the company makes (可降解材料 for PLA)."""

NARROWER = 0.5
"""For each step that the text is narrower than what the company said (丙氨酸 for 氨基酸)."""

FARTHEST = 0.4
"""What stands for a mention less than this says nothing of it: two steps broader count, two narrower do not."""

PROMOTED = 0.5
"""A sentence that only promotes a direction of research answers the need for money by half: it offers none."""

STAGE_AS_NEED = 0.6
"""A project stage of the same name as an instrument (中试) asks for it, less surely than a need does."""

DIRECT_IN_CONTEXT = 1.0
DIRECT_NEED = 0.6
DIRECT_PLACE = 0.6
"""From here on a touch makes a measure direct."""

GROUP_IN_CONDITION = 0.5
PLACE_IN_TEXT = {"county": 0.8, "zone": 0.8, "city": 0.4}
"""A city that the text names and no condition does is mostly part of a name (合肥综合性国家科学中心)."""

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
    known = columns.kin.get((vocabulary, entry))
    if known is None:
        known = columns.kin[vocabulary, entry] = _work_out_kin(columns, vocabulary, entry)
    return known


def _work_out_kin(columns: MeasureColumns, vocabulary: str, entry: str) -> dict[str, float]:
    taxonomy = columns.catalogue.vocabularies[vocabulary].taxonomy
    if vocabulary == "sectors" and not columns.is_part_of_field(entry):
        return {}
    likeness = {narrower: NARROWER ** taxonomy.steps_up(narrower)[entry] for narrower in taxonomy.descendants(entry)}
    for broader, steps in taxonomy.steps_up(entry).items():
        if vocabulary != "sectors" or columns.is_part_of_field(broader):
            likeness[broader] = BROADER**steps
    return {name: value for name, value in likeness.items() if value >= FARTHEST}


def touch(reading: Reading, columns: MeasureColumns) -> Touches:
    """Look every mention of the profile up in the passage index."""
    by_kind = _by_vocabulary(reading.mentions)
    products, needs = by_kind.get("concepts", []), by_kind.get("needs", [])
    stage = reading.answers.get("stage")
    stages = [str(value) for value in stage.sure] if stage else []
    free = [mention for mention in by_kind.get("", []) if len(mention.input) >= SHORTEST_FREE_WORDS]
    wanted = [mention.input for mention in free if mention.fact == "needs"]
    made = [mention.input for mention in free if mention.fact != "needs"]
    return Touches(
        products=_products(products, made, columns),
        sectors=_sectors(by_kind.get("sectors", []), columns),
        places=_places(by_kind.get("regions", []), columns),
        needs=_needs(needs, wanted, stages, columns),
        has_products=bool(products or made),
        has_needs=bool(needs or wanted or stages),
        has_place=any(read.fact in ("region", "target_region") for read in reading.facts),
    )


def _by_vocabulary(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    grouped: dict[str, list[Mention]] = {}
    for mention in mentions:
        grouped.setdefault(mention.vocabulary, []).append(mention)
    return grouped


def _products(known: list[Mention], words: list[str], columns: MeasureColumns) -> dict[Level, Floats]:
    touched = _named("concepts", known, columns)
    for made in words:
        for level, positions in columns.passages.measures_saying(made).items():
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
    regions = columns.catalogue.vocabularies["regions"]
    taxonomy = regions.taxonomy
    for mention in mentions:
        for place in taxonomy.ancestors(mention.id):
            if not columns.is_below_province(place):
                continue
            level = regions[place].kind
            raise_to(touched, found(columns.places, place), GROUP_IN_CONDITION if level == "group" else 1.0)
            for where in (Level.SENTENCE, Level.CONTEXT):
                raise_to(
                    touched, columns.passages.measures_naming("regions", place, where), PLACE_IN_TEXT.get(level, 0.0)
                )
        if columns.is_below_province(mention.id):
            for place in taxonomy.descendants(mention.id) - {mention.id}:
                raise_to(touched, found(columns.places, place), NARROWER)
    return touched


def _needs(mentions: list[Mention], words: list[str], stages: list[str], columns: MeasureColumns) -> Floats:
    """Return 1 where a need names the measure's instrument, a little less for a further instrument of it.

    A company whose project stands at the pilot or demonstration stage needs just that, said or not.
    """
    touched = columns.zeros()
    for stage in stages:
        raise_to(touched, found(columns.main_instrument, stage), STAGE_AS_NEED)
    for wanted in words:
        raise_to(touched, columns.passages.measures_saying(wanted)[Level.SENTENCE], 1.0)
    needs = columns.catalogue.vocabularies["needs"]
    for mention in mentions:
        weight = 1.0 if mention.how is not How.FUZZY else mention.similarity
        for instrument in needs[mention.id].instruments:
            raise_to(touched, found(columns.any_instrument, instrument), 0.8 * weight)
            raise_to(touched, found(columns.main_instrument, instrument), weight)
        raise_to(touched, columns.passages.measures_naming("needs", mention.id, Level.SENTENCE), weight)
    return np.where(columns.promises_no_money, touched * PROMOTED, touched)


def is_touched(touches: Touches) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which measures a product, need or place touches in the operative sentence or its context."""
    return np.asarray(
        (touches.products[Level.SENTENCE] > 0)
        | (touches.products[Level.CONTEXT] >= DIRECT_IN_CONTEXT)
        | (touches.needs >= DIRECT_NEED)
        | (touches.places >= DIRECT_PLACE)
    )
