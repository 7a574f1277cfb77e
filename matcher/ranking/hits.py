"""Where the mentions of a profile hit each measure (products, sectors and places in its passages), and how near."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.profile import Mention, Reading
from matcher.profiles.words import How
from matcher.ranking.measure_index import FARTHEST, NARROWER, Flags, Floats, MeasureColumns
from matcher.ranking.passages import Level
from rules.language.facts import Answer
from rules.language.flat import NO_POSITIONS, Positions

PROMOTED = 0.5
"""A sentence that only promotes a direction of research answers the need for money by half: it offers none."""

ONE_OF_MANY_SECTORS = 0.6
"""How close a measure is that names the company's sector among many others."""

MAIN_INSTRUMENT, FURTHER_INSTRUMENT = 0.7, 0.5
"""A measure of an instrument that answers a need; one whose sentence says the need itself answers it by 1."""

SAID_BESIDE = 0.5
"""A sentence that says the need and offers another kind of support: 市场拓展 among the services of a pilot base."""

STAGE_AS_NEED = 0.5
"""A project stage of the same name as an instrument (中试) asks for it, less surely than a need does."""

DIRECT_PLACE = 0.6
DIRECT_WORDS = 0.3
"""From here on a hit makes a measure direct."""

AS_STATED = 0.9
"""From here on what stands in the sentence is the product itself, not something broader or narrower."""

NAMED_IN_CONTEXT = 1.0
NEAR_PLACE = 0.5

SECTOR_IN_TEXT = {Level.SENTENCE: 0.9, Level.CONTEXT: 0.6, Level.CLAUSE: 0.5}
NAMED_SECTOR, CLOSE_SECTOR = 0.9, 0.55
"""From here on the sentence or a condition names the sector; the measure is about its part of the field."""

GROUP_IN_CONDITION = 0.5
PLACE_IN_TEXT = {"county": 0.8, "zone": 0.8, "city": 0.4}
"""A city that the text names and no condition does is mostly part of a name (合肥综合性国家科学中心)."""

CONTAINED = 0.6
"""A whole name in a longer input counts at least so much, however many models and sizes stand beside it."""

SHORTEST_FREE_WORDS = 3
"""Words that no vocabulary knows are searched in the text from this length on."""


class Channel(IntEnum):
    """What a mention hits a measure through; products and sectors have a channel a level, nearest first."""

    PRODUCTS = 0
    SECTORS = 3
    PLACES = 6
    NEEDS = 7
    OWN_SECTOR = 8
    STAGE = 9
    WORDS = 10


CHANNELS = len(Level) * 2 + 5


@dataclass(frozen=True, slots=True)
class Spots:
    """What is hit, and how well (0 to 1): `places` count through the channels, a measure after the other."""

    places: Positions
    values: Floats


@dataclass(frozen=True, slots=True)
class Hits:
    """How well (0 to 1) the mentions of a profile stand in the passages of measures, by channel (the first axis)."""

    by_channel: Floats

    def products(self, level: Level) -> Floats:
        """Return how well the products stand in the passages of a level."""
        return np.asarray(self.by_channel[Channel.PRODUCTS + level])

    def sectors(self, level: Level) -> Floats:
        """Return how well the sectors stand in the passages of a level."""
        return np.asarray(self.by_channel[Channel.SECTORS + level])

    def through(self, channel: Channel) -> Floats:
        """Return what one channel holds."""
        return np.asarray(self.by_channel[channel])


_WORDED = frozenset({"", "concepts", "sectors", "needs"})

_NOTHING = Spots(NO_POSITIONS, np.zeros(0))
_Hit: TypeAlias = tuple[int, Positions, float]
"""Channel, measures, and how well they are hit."""


def find_hits(reading: Reading, columns: MeasureColumns) -> Hits:
    """Look every mention of the profile up in the passage index."""
    hit = np.zeros(CHANNELS * columns.size)
    spots = spots_of(reading, columns)
    np.maximum.at(hit, spots.places, spots.values)
    return Hits(hit.reshape(CHANNELS, columns.size))


def spots_of(reading: Reading, columns: MeasureColumns) -> Spots:
    """Return what the mentions and answers of a profile hit; one place may be hit several times."""
    stage, sector = reading.answers.get("stage", Answer()), reading.answers.get("sector", Answer())
    spots = [_spots_of_mention(mention, columns) for mention in reading.mentions]
    spots += [_words_of(text, columns) for text in typed_words(reading)]
    spots += [_remembered(columns, "project stage", str(value), _stage_spots) for value in stage.sure]
    spots += [_remembered(columns, "own sector", str(value), _own_spots) for value in (*sector.sure, *sector.inferred)]
    return join(spots)


def join(spots: Sequence[Spots]) -> Spots:
    """Return several spots as one."""
    if not spots:
        return _NOTHING
    return Spots(np.concatenate([each.places for each in spots]), np.concatenate([each.values for each in spots]))


def answering(mention: Mention, columns: MeasureColumns) -> Positions:
    """Return the measures that answer a need, wholly or in part."""
    places = _spots_of_mention(mention, columns).places - Channel.NEEDS * columns.size
    return places[(places >= 0) & (places < columns.size)]


def _spots_of_mention(mention: Mention, columns: MeasureColumns) -> Spots:
    if not mention.vocabulary:
        return _searched(mention, columns) if is_searched(mention) else _NOTHING
    is_doubtful = mention.how in (How.CONTAINS, How.FUZZY)
    if is_doubtful and mention.vocabulary == "needs":
        spots = _remembered(columns, "doubtful need", mention.id, _instrument_spots)
        return spots if mention.how is How.CONTAINS else Spots(spots.places, spots.values * mention.similarity)
    spots = _remembered(columns, mention.vocabulary, mention.id, _MAKERS.get(mention.vocabulary, lambda *_: []))
    if not is_doubtful or mention.vocabulary == "regions":
        return spots
    floor = CONTAINED if mention.how is How.CONTAINS else 0.0
    values = spots.values * max(mention.similarity, floor)
    return Spots(spots.places[values >= FARTHEST], values[values >= FARTHEST])


def _remembered(
    columns: MeasureColumns, kind: str, entry: str, make: Callable[[MeasureColumns, str], list[_Hit]]
) -> Spots:
    """Return the spots of one vocabulary entry, worked out at its first mention."""
    known = columns.hit.get((kind, entry))
    if known is None:
        known = _gathered(make(columns, entry), columns)
        columns.hit.keep((kind, entry), known, 2 * len(known[0]))
    return Spots(*known)


def _gathered(hit: Iterable[_Hit], columns: MeasureColumns) -> tuple[Positions, Floats]:
    """Keep the best hit of the same place."""
    hits = [each for each in hit if len(each[1])]
    if not hits:
        return NO_POSITIONS, np.zeros(0)
    places = np.concatenate([channel * columns.size + positions for channel, positions, _ in hits])
    values = np.repeat([value for _, _, value in hits], [len(positions) for _, positions, _ in hits])
    order = np.argsort(places, kind="stable")
    places = places[order]
    first = np.flatnonzero(np.diff(places, prepend=-1))
    places, best = places[first], np.maximum.reduceat(values[order], first)
    channel, measures = np.divmod(places, columns.size)
    promoted = (channel == Channel.NEEDS) & columns.promises_no_money[measures]
    best = np.where(promoted, best * PROMOTED, best)
    return places[best > 0], best[best > 0]


def is_searched(mention: Mention) -> bool:
    """Tell whether these are words that no vocabulary knows and that are looked for as they stand."""
    return not mention.vocabulary and len(mention.input) >= SHORTEST_FREE_WORDS


def _searched(mention: Mention, columns: MeasureColumns) -> Spots:
    """Find words as they stand: needs in the operative sentence, products anywhere."""
    saying = columns.passages.measures_saying(mention.input)
    if mention.fact == "needs":
        whole = _gathered([(Channel.NEEDS, saying[Level.SENTENCE], 1.0)], columns)
    else:
        whole = _gathered([(Channel.PRODUCTS + level, where, 1.0) for level, where in saying.items()], columns)
    return Spots(*whole)


def typed_words(reading: Reading) -> tuple[str, ...]:
    """Return the texts of a profile that may stand in a policy: whatever was typed but its places."""
    return tuple(dict.fromkeys(mention.input for mention in reading.mentions if mention.vocabulary in _WORDED))


def _words_of(text: str, columns: MeasureColumns) -> Spots:
    positions, values = columns.words.find(text)
    return Spots(Channel.WORDS * columns.size + positions, values)


def _spots_of_kin(vocabulary: str, first: Channel, columns: MeasureColumns, entry: str) -> list[_Hit]:
    """Touch what names the entry or one related to it, through the channels from `first` on, a level each."""
    return [
        (first + level, columns.passages.measures_naming(vocabulary, kin, level), likeness)
        for kin, likeness in columns.related(vocabulary, entry).items()
        for level in Level
    ]


def _place_spots(columns: MeasureColumns, entry: str) -> list[_Hit]:
    """Touch by 1 where a condition names the company's place, less where only the sentence or its context does."""
    regions = columns.catalogue.vocabularies["regions"]
    taxonomy, passages = regions.taxonomy, columns.passages
    hit: list[_Hit] = []
    for place in taxonomy.ancestors(entry):
        if not columns.is_below_province(place):
            continue
        level = regions[place].kind
        in_condition = GROUP_IN_CONDITION if level == "group" else 1.0
        hit.append((Channel.PLACES, columns.places[place], in_condition))
        for where in (Level.SENTENCE, Level.CONTEXT):
            in_text = passages.measures_naming("regions", place, where)
            hit.append((Channel.PLACES, in_text, PLACE_IN_TEXT.get(level, 0.0)))
    if columns.is_below_province(entry):
        inside = taxonomy.descendants(entry) - {entry}
        hit += [(Channel.PLACES, columns.places[place], NARROWER) for place in inside]
    return hit


def _need_spots(columns: MeasureColumns, entry: str) -> list[_Hit]:
    """Touch by 1 where the operative sentence says the need in its words, less where only an instrument answers it."""
    stated, answered = (
        columns.passages.measures_naming("needs", entry, Level.SENTENCE),
        _instrument_spots(columns, entry),
    )
    offered = np.concatenate([positions for _, positions, _ in answered]) if answered else stated
    both = columns.flags(offered)[stated]
    return [(Channel.NEEDS, stated[both], 1.0), (Channel.NEEDS, stated[~both], SAID_BESIDE), *answered]


def _instrument_spots(columns: MeasureColumns, entry: str) -> list[_Hit]:
    """Touch where a need names the measure's main instrument, less for a further one of it."""
    hit: list[_Hit] = []
    for instrument in columns.catalogue.vocabularies["needs"][entry].instruments:
        hit.append((Channel.NEEDS, columns.answering_by(instrument, entry, main=False), FURTHER_INSTRUMENT))
        hit.append((Channel.NEEDS, columns.answering_by(instrument, entry, main=True), MAIN_INSTRUMENT))
    return hit


def _stage_spots(columns: MeasureColumns, stage: str) -> list[_Hit]:
    """Touch what fits the project's stage; at the pilot or demonstration stage it needs just that, stated or not."""
    broader = columns.catalogue.vocabularies["stages"].taxonomy.ancestors(stage)
    fits: list[_Hit] = [(Channel.STAGE, columns.stages[each], 1.0) for each in broader]
    return [*fits, (Channel.NEEDS, columns.main_instrument[stage], STAGE_AS_NEED)]


def _own_spots(columns: MeasureColumns, sector: str) -> list[_Hit]:
    """Touch the measures whose own conditions name the company's sector or what it belongs to."""
    broader = columns.catalogue.vocabularies["sectors"].taxonomy.ancestors(sector)
    near: list[_Hit] = [(Channel.OWN_SECTOR, columns.narrow_sectors[each], 1.0) for each in broader]
    return [*near, *((Channel.OWN_SECTOR, columns.broad_sectors[each], ONE_OF_MANY_SECTORS) for each in broader)]


_MAKERS: Mapping[str, Callable[[MeasureColumns, str], list[_Hit]]] = {
    "concepts": partial(_spots_of_kin, "concepts", Channel.PRODUCTS),
    "sectors": partial(_spots_of_kin, "sectors", Channel.SECTORS),
    "regions": _place_spots, "needs": _need_spots,
}  # fmt: skip


def closeness_of_sector(hits: Hits) -> Floats:
    """Return how close (0 to 1) measures are to the company's own sector, by where they name it and by condition."""
    value = hits.through(Channel.OWN_SECTOR)
    for level, weight in SECTOR_IN_TEXT.items():
        value = np.maximum(value, hits.sectors(level) * weight)
    return np.asarray(value)


def touched_by_name(hits: Hits) -> Flags:
    """Tell where a product, the sector or words of the company stand in the sentence or its conditions."""
    return np.asarray(
        (hits.products(Level.SENTENCE) > 0)
        | (hits.sectors(Level.SENTENCE) > 0)
        | (hits.through(Channel.OWN_SECTOR) > 0)
        | (hits.through(Channel.WORDS) > 0)
    )


def is_specific(hits: Hits) -> Flags:
    """Tell where more than a place or the whole field connects: a product, words, a need, a part of the field."""
    return np.asarray(
        (hits.products(Level.SENTENCE) > 0)
        | (hits.products(Level.CONTEXT) > 0)
        | (hits.products(Level.CLAUSE) > 0)
        | (hits.through(Channel.WORDS) > 0)
        | (hits.through(Channel.NEEDS) > 0)
        | (closeness_of_sector(hits) >= CLOSE_SECTOR)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Whom measures mean, pair by pair, whatever hits them.

    A condition on the sector is met (`in_sector`), or each that lists sectors to the end (`in_all_sectors`), or one on
    needs or kinds of organisations (`addressed`); neither a condition nor the sentence names what one has to do
    (`open_to`); it is for newcomers, and the company plans to be one (`invited`). `told` is who said what it does;
    `left` where what it said rules out all but what only a person can check.
    """

    in_sector: Flags
    in_all_sectors: Flags
    addressed: Flags
    open_to: Flags
    invited: Flags
    told: Flags
    left: Flags

    @property
    def inside(self) -> Flags:
        """Tell whom a measure is for, by its sector or as such an organisation or one with such a need."""
        return np.asarray(self.in_sector | self.addressed)


def relevance_of(hits: Hits, whom: Meant) -> NDArray[np.int8]:
    """Return the place in RELEVANCE of each pair.

    Direct: a product, typed words, a stated need or a place below the province touch the operative sentence, or it
    names the sector and its clause a product; a need only where the sentence does not name just what others do, a place
    only where the company is in the sector, is named or has not told what it does: who makes batteries in 合肥 is not
    meant by a sentence on biomanufacturing there, nor by one that offers what he needs without saying it. Sector: the
    measure is about the company's part of the field, answers its need, or is for newcomers as it will be.
    General: it is open to the whole field of its document, or to all. Where all but a person's check is ruled out, only
    the product itself makes a measure direct, and the sector or the place alone does not bring it near.
    """
    named = touched_by_name(hits) | whom.addressed
    placed = named | whom.in_all_sectors | ~whom.told
    closeness, needs = closeness_of_sector(hits), hits.through(Channel.NEEDS)
    asked = (needs > STAGE_AS_NEED) & (named | whom.open_to)
    direct = (
        (hits.products(Level.SENTENCE) > np.where(whom.left, AS_STATED, 0.0))
        | ((hits.products(Level.CLAUSE) > 0) & (closeness >= NAMED_SECTOR) & ~whom.left)
        | (hits.through(Channel.WORDS) >= DIRECT_WORDS)
        | (asked & (placed | (needs > MAIN_INSTRUMENT)))
        | ((hits.through(Channel.PLACES) >= DIRECT_PLACE) & placed)
    )
    about_its_part = (
        (closeness >= CLOSE_SECTOR)
        | (hits.products(Level.CONTEXT) > 0)
        | (hits.products(Level.CLAUSE) > 0)
        | ((needs > 0) & (named | whom.open_to))
        | (hits.through(Channel.PLACES) >= NEAR_PLACE)
        | whom.invited
    )
    named_nearby = (hits.products(Level.CONTEXT) >= NAMED_IN_CONTEXT) | (hits.through(Channel.WORDS) > 0)
    made = [hits.products(level) > 0 for level in Level]
    makes_such = np.where(whom.left, made[Level.SENTENCE], np.any(made, axis=0))
    belongs = ((whom.in_all_sectors | whom.addressed) & ~whom.left) | (whom.in_sector & makes_such)
    near = named_nearby | asked | (belongs & about_its_part)
    return np.where(direct, 0, np.where(near, 1, 2)).astype(np.int8)
