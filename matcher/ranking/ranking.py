"""The features of a measure for a profile, and the total order: relevance, score, id; weights.yaml weighs them.

Each feature is a pure function whose name is a claim; its docstring is published at /v1/features.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import IntFlag, auto
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.profile import Reading
from matcher.ranking.hits import (
    Channel,
    Hits,
    Meant,
    closeness_of_sector,
    find_hits,
    is_searched,
    is_specific,
    relevance_of,
    touched_by_name,
    typed_words,
)
from matcher.ranking.measure_index import Flags, Floats, MeasureColumns
from matcher.ranking.passages import Level
from matcher.standing import RELEVANCE, Relevance
from rules.compiled.program import Decisions
from rules.language.facts import REGION_FACTS, Answer
from rules.language.flat import Positions
from rules.language.measures import MET, UNKNOWN, UNMET, MeasureVerdict
from seeds.docstrings import docstring_of
from seeds.faults import load_yaml

SECTOR_OF_DOCUMENT_ONLY = 0.3
WHOLE_PROVINCE = 0.3
FOR_NEWCOMERS = 0.8
"""A measure for those who come there is about a company that plans to, hardly less than one that names its place."""


SECTOR = ("sector",)
ADDRESSED = ("needs", "organisation", "university_or_institute", "hospital")
"""A condition on one of these that is met says that the measure is meant for such a company, whatever it makes."""


class Comparable(IntFlag):
    """What a profile has to hold against measures, whatever these are: without products, say, none is compared by them.

    One profile is a number with these bits (an array without axes), many are a column of such numbers.
    """

    PRODUCTS = auto()
    NEEDS = auto()
    PLACE = auto()
    SECTOR = auto()
    STAGE = auto()
    WORDS = auto()
    FIELD = auto()
    STATED_PLACE = auto()


Bits: TypeAlias = NDArray[np.uint8]


def comparable_of(reading: Reading) -> Bits:
    """Return what a profile has to compare, the bits of Comparable."""
    free = [mention for mention in reading.mentions if is_searched(mention)]
    known = {mention.vocabulary for mention in reading.mentions}
    sector, stage = reading.answers.get("sector", Answer()), reading.answers.get("stage", Answer())
    places = [reading.answers[fact] for fact in REGION_FACTS if fact in reading.answers]
    has = {
        Comparable.PRODUCTS: "concepts" in known or any(mention.fact != "needs" for mention in free),
        Comparable.NEEDS: "needs" in known or stage.sure or any(mention.fact == "needs" for mention in free),
        Comparable.PLACE: any(read.fact in REGION_FACTS for read in reading.facts),
        Comparable.SECTOR: sector.sure or sector.inferred,
        Comparable.STAGE: stage.sure,
        Comparable.WORDS: typed_words(reading),
        Comparable.FIELD: "sector" in reading.answers or "concepts" in reading.answers,
        Comparable.STATED_PLACE: any(p.sure or p.one_of or p.doubtful or p.unreadable for p in places),
    }
    return np.array(sum(kind for kind, given in has.items() if given), dtype=np.uint8)


def has_told_its_field(comparable: Bits) -> Flags:
    """Tell who said what it does, understood or not."""
    return np.asarray(comparable & Comparable.FIELD, dtype=np.bool_)


def is_elsewhere(comparable: Bits, place_met: Flags, asks_place: Flags) -> Flags:
    """Tell where all that is known of a place, the company's credit code, names another one than is asked for."""
    by_code = ((comparable & Comparable.PLACE) > 0) & ((comparable & Comparable.STATED_PLACE) == 0)
    return np.asarray(by_code & asks_place & ~place_met)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Pairs of a profile and a measure, side by side: what hits them and what was decided, on which day.

    `measures` are the measures of the pairs; `comparable` tells what the profile of each has to compare, the flags
    which conditions are met, which measures ask for such an organisation or need (`addressed`) and who `moves` (plans
    to be elsewhere). One profile beside a whole catalogue is compared
    by the same features as many.
    """

    hits: Hits
    measures: Positions | slice
    comparable: Bits
    sector_met: Flags
    place_met: Flags
    all_met: Flags
    addressed: Flags
    moves: Flags
    columns: MeasureColumns
    on: date

    def has(self, kind: Comparable) -> Flags:
        """Tell where the profile has such a thing to compare."""
        return np.asarray(self.comparable & kind, dtype=np.bool_)

    def of(self, places: Positions) -> Comparison:
        """Return the pairs of one profile with some measures of the catalogue that it stands beside."""
        return replace(
            self, hits=Hits(self.hits.by_channel[:, places]), measures=places, sector_met=self.sector_met[places],
            place_met=self.place_met[places], all_met=self.all_met[places], addressed=self.addressed[places],
        )  # fmt: skip


Feature: TypeAlias = Callable[[Comparison], Floats]


def need_names_instrument(comparison: Comparison) -> Floats:
    """The company asks for this kind of support."""
    return np.where(comparison.has(Comparable.NEEDS), comparison.hits.through(Channel.NEEDS), np.nan)


def product_in_operative_sentence(comparison: Comparison) -> Floats:
    """A product or technology of the company stands in the sentence that grants the support."""
    return np.where(comparison.has(Comparable.PRODUCTS), comparison.hits.products(Level.SENTENCE), np.nan)


def product_in_clause(comparison: Comparison) -> Floats:
    """A product or technology of the company stands in the clause of that sentence."""
    return np.where(comparison.has(Comparable.PRODUCTS), comparison.hits.products(Level.CLAUSE), np.nan)


def product_in_context(comparison: Comparison) -> Floats:
    """A product or technology of the company stands in a clause that describes the measure further."""
    return np.where(comparison.has(Comparable.PRODUCTS), comparison.hits.products(Level.CONTEXT), np.nan)


def words_are_found(comparison: Comparison) -> Floats:
    """Words that the company typed stand in the sentence that grants the support, or in its heading."""
    return np.where(comparison.has(Comparable.WORDS), comparison.hits.through(Channel.WORDS), np.nan)


def names_nobody_else(comparison: Comparison) -> Floats:
    """The sentence names what the company does, or nothing in particular, and not only what others do."""
    named = touched_by_name(comparison.hits) | comparison.addressed
    columns = comparison.columns
    invited = comparison.moves | ~columns.seeks_newcomers[comparison.measures]
    open_to_all = (columns.names_nobody[comparison.measures] & invited) | named
    return np.where(comparison.has(Comparable.WORDS), open_to_all.astype(np.float64), np.nan)


def sector_is_close(comparison: Comparison) -> Floats:
    """The measure is about the company's own sector, not only about the document's whole field."""
    whole_field = np.where(comparison.sector_met, SECTOR_OF_DOCUMENT_ONLY, 0.0)
    value = np.maximum(whole_field, closeness_of_sector(comparison.hits))
    return np.where(comparison.has(Comparable.SECTOR), value, np.nan)


def stage_fits(comparison: Comparison) -> Floats:
    """The kind of support is made for the company's project stage."""
    has_stage = comparison.columns.has_stage[comparison.measures]
    return np.where(comparison.has(Comparable.STAGE) & has_stage, comparison.hits.through(Channel.STAGE), np.nan)


def place_is_named(comparison: Comparison) -> Floats:
    """The measure names the company's city, county or zone, or is for newcomers where the company will be one."""
    invited = comparison.moves & comparison.columns.attracts[comparison.measures]
    somewhere = np.where(comparison.place_met, np.where(invited, FOR_NEWCOMERS, WHOLE_PROVINCE), 0.0)
    return np.where(
        comparison.has(Comparable.PLACE), np.maximum(comparison.hits.through(Channel.PLACES), somewhere), np.nan
    )


def verb_is_strong(comparison: Comparison) -> Floats:
    """The policy grants or supports rather than encourages or promotes."""
    return np.asarray(comparison.columns.strength[comparison.measures])


def conditions_are_met(comparison: Comparison) -> Floats:
    """Every condition of the measure is met, none is still unknown."""
    return np.where(comparison.all_met, 1.0, 0.0)


def document_is_in_force(comparison: Comparison) -> Floats:
    """The measure binds on the day asked about, and is no draft."""
    columns, day, measures = comparison.columns, comparison.on.toordinal(), comparison.measures
    running = (columns.first_day[measures] <= day) & (day <= columns.last_day[measures])
    return np.asarray(np.where(running, np.where(columns.draft()[measures], 0.4, 1.0), 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One feature with its weight, its name and claim in Chinese, and why it weighs what it does."""

    feature: Feature
    weight: float
    zh: str
    claim_zh: str
    reason: str
    reason_zh: str

    @property
    def name(self) -> str:
        """Return the feature's name, a claim in snake case."""
        return self.feature.__name__

    @property
    def description(self) -> str:
        """Return the first line of the feature's docstring."""
        return docstring_of(self.feature).splitlines()[0]


def _load_weights() -> tuple[Weight, ...]:
    """Load the table of weights; each row names its feature, a function above."""
    rows = load_yaml(Path(__file__).with_name("weights.yaml"))
    return tuple(Weight(**{**row, "feature": globals()[row["feature"]]}) for row in rows)


WEIGHTS = _load_weights()


SCORE_DIGITS = 4
_GENERAL = RELEVANCE.index(Relevance.GENERAL)

GENERAL, NOT_APPLICABLE = Relevance.GENERAL.value, MeasureVerdict.NOT_APPLICABLE.value
"""What a question may ask to include."""
_WEIGHTS = np.array([[weight.weight] for weight in WEIGHTS])


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureValue:
    """One feature of one measure; `value` is None where there was nothing to compare."""

    name: str
    value: float | None
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Features (rows) of pairs of a profile and a measure (columns), weighed and added up."""

    features: Floats
    contributions: Floats
    totals: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The order of the measures shown, and the columns it rests on (all in the catalogue's order but for the scores).

    `shown` are the places of these measures in rising order, and `scores` have a column for each of them.

    `standing` are those connected that no condition rules out, `set_aside` those of them that are not shown because
    they are open to a whole field or to all, and others are nearer.
    """

    order: Positions
    relevance: NDArray[np.int8]
    comparison: Comparison
    shown: Positions
    scores: Scores
    withheld: Flags
    set_aside: Flags
    standing: Flags

    def score_of(self, position: int) -> float:
        """Return the score of a measure that is shown."""
        return float(self.scores.totals[np.searchsorted(self.shown, position)])

    def scores_of(self, places: Positions) -> Floats:
        """Return the scores of any measures."""
        return score(self.comparison.of(places)).totals

    def feature_values(self, position: int) -> tuple[FeatureValue, ...]:
        """Return the features of a measure that is shown, as weighed; None is nothing to compare."""
        place = np.searchsorted(self.shown, position)
        values, parts = self.scores.features[:, place].tolist(), self.scores.contributions[:, place].tolist()
        return tuple(
            FeatureValue(
                name=weight.name, value=None if math.isnan(value) else round(value, SCORE_DIGITS),
                weight=weight.weight, contribution=part,
            )
            for weight, value, part in zip(WEIGHTS, values, parts, strict=True)
        )  # fmt: skip


def score(comparison: Comparison) -> Scores:
    """Weigh the features of every pair."""
    features = np.stack([weight.feature(comparison) for weight in WEIGHTS])
    # Rounded contributions are added, so that the score is exactly the sum that is shown.
    contributions = np.round(np.nan_to_num(features) * _WEIGHTS, SCORE_DIGITS)
    totals = np.round(contributions.sum(axis=0), SCORE_DIGITS)
    return Scores(features=features, contributions=contributions, totals=totals)


def is_withheld(verdicts: NDArray[np.int8], relevance: NDArray[np.int8], inside: Flags, elsewhere: Flags) -> Flags:
    """Tell which are possible and unconnected to the company: they are not shown (design: connected or silent)."""
    return np.asarray((verdicts == UNKNOWN) & (((relevance == _GENERAL) & ~inside) | elsewhere))


def is_set_aside(hits: Hits, relevance: NDArray[np.int8], standing: Flags) -> Flags:
    """Tell which of those `standing` are open to a whole field or to all, where one is nearer by more than place."""
    general = relevance == _GENERAL
    return np.asarray(standing & general & (standing & ~general & is_specific(hits)).any())


def tally(verdicts: NDArray[np.int8], withheld: Flags, considered: Flags, axis: int | None = None) -> NDArray[np.int64]:
    """Count the considered measures, along an axis or all: COUNTED are the last axis of what is returned."""
    counts = [np.count_nonzero(considered & (verdicts == value), axis=axis) for value in (MET, UNKNOWN, UNMET)]
    return np.stack([*counts, np.count_nonzero(withheld, axis=axis)], axis=-1).astype(np.int64)


def rank(comparison: Comparison, decisions: Decisions, *, considered: Flags, include: frozenset[str]) -> Ranking:
    """Order what is to be shown of the `considered` measures of one profile, compared with all of them.

    `include` may hold `not_applicable`, and `general` so that nothing is set aside.
    """
    columns, verdicts = comparison.columns, decisions.verdicts
    in_sector = columns.program.meets_somewhere(decisions, SECTOR)
    whom = Meant(
        in_sector=in_sector, in_all_sectors=in_sector & columns.meets_closed_sectors(decisions),
        addressed=comparison.addressed,
        open_to=columns.open_to(comparison.moves), invited=columns.attracts & comparison.moves,
        told=has_told_its_field(comparison.comparable), left=columns.alternatives.left_to_a_person(decisions),
    )  # fmt: skip
    relevance = relevance_of(comparison.hits, whom)
    elsewhere = is_elsewhere(comparison.comparable, comparison.place_met, columns.asks_place)
    withheld = considered & is_withheld(verdicts, relevance, whom.inside, elsewhere)
    standing = considered & ~withheld & (verdicts != UNMET)
    set_aside = is_set_aside(comparison.hits, relevance, standing) & (GENERAL not in include)
    shown = (standing & ~set_aside) | (considered & (verdicts == UNMET) & (NOT_APPLICABLE in include))
    places = np.flatnonzero(shown)
    scores = score(comparison.of(places))
    return Ranking(
        order=places[np.lexsort((places, -scores.totals, relevance[places]))], relevance=relevance,
        comparison=comparison, shown=places, scores=scores, withheld=withheld, set_aside=set_aside, standing=standing,
    )  # fmt: skip


def compare(reading: Reading, decisions: Decisions, columns: MeasureColumns, on: date) -> Comparison:
    """Put one profile beside every measure of the catalogue."""
    program = columns.program
    return Comparison(
        hits=find_hits(reading, columns),
        measures=slice(None),
        comparable=comparable_of(reading),
        sector_met=program.conditions_on(decisions, MET, ("sector",)) > 0,
        place_met=program.conditions_on(decisions, MET, REGION_FACTS) > 0,
        all_met=decisions.verdicts == MET,
        addressed=program.meets_somewhere(decisions, ADDRESSED),
        moves=np.array(reading.answers.get("region") != reading.answers.get("target_region")),
        columns=columns,
        on=on,
    )
