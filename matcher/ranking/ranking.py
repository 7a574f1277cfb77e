"""The features of a measure for a profile, their weights, and the total order: relevance, verdict, score, id.

Each feature is a pure function whose name is a claim; its docstring is published at /v1/features.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntFlag, auto
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.profile import Reading
from matcher.ranking.hits import Channel, Hits, find_hits, is_searched, relevance_of
from matcher.ranking.measure_index import Flags, Floats, MeasureColumns
from matcher.ranking.passages import Level, Positions
from matcher.standing import RELEVANCE, Relevance
from rules.compiled.program import Decisions
from rules.language.facts import REGION_FACTS, Answer
from rules.language.measures import MET, UNKNOWN, UNMET

SECTOR_IN_TEXT = {Level.SENTENCE: 0.9, Level.CONTEXT: 0.6, Level.CLAUSE: 0.5}
SECTOR_OF_DOCUMENT_ONLY = 0.3
WHOLE_PROVINCE = 0.3
FOR_NEWCOMERS = 0.8
"""A measure for those who come there is about a company that plans to, hardly less than one that names its place."""


class Comparable(IntFlag):
    """What a profile has to hold against measures, whatever these are: without products, say, none is compared by them.

    One profile is a number with these bits (an array without axes), many are a column of such numbers. A sector that
    is not stated is known only by what the company makes.
    """

    PRODUCTS = auto()
    NEEDS = auto()
    PLACE = auto()
    SECTOR = auto()
    STAGE = auto()
    SECTOR_STATED = auto()


Bits: TypeAlias = NDArray[np.uint8]


def comparable_of(reading: Reading) -> Bits:
    """Return what a profile has to compare, the bits of Comparable."""
    free = [mention for mention in reading.mentions if is_searched(mention)]
    known = {mention.vocabulary for mention in reading.mentions}
    sector, stage = reading.answers.get("sector", Answer()), reading.answers.get("stage", Answer())
    has = {
        Comparable.PRODUCTS: "concepts" in known or any(mention.fact != "needs" for mention in free),
        Comparable.NEEDS: "needs" in known or stage.sure or any(mention.fact == "needs" for mention in free),
        Comparable.PLACE: any(read.fact in REGION_FACTS for read in reading.facts),
        Comparable.SECTOR: sector.sure or sector.inferred,
        Comparable.STAGE: stage.sure,
        Comparable.SECTOR_STATED: sector.sure,
    }
    return np.array(sum(kind for kind, given in has.items() if given), dtype=np.uint8)


_SECTORS = Comparable.SECTOR | Comparable.SECTOR_STATED


def is_sector_guessed(comparable: Bits) -> Flags:
    """Tell whose sector is known only by what the company makes."""
    return np.asarray(comparable & _SECTORS == Comparable.SECTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Pairs of a profile and a measure, side by side: what hits them and what was decided, on which day.

    `measures` are the measures of the pairs; `comparable` tells what the profile of each has to compare, the flags
    which conditions are met and who `moves` (plans to be elsewhere). One profile beside a whole catalogue is compared
    by the same features as many.
    """

    hits: Hits
    measures: Positions | slice
    comparable: Bits
    sector_met: Flags
    place_met: Flags
    all_met: Flags
    moves: Flags
    columns: MeasureColumns
    on: date

    def has(self, kind: Comparable) -> Flags:
        """Tell where the profile has such a thing to compare."""
        return np.asarray(self.comparable & kind, dtype=np.bool_)


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


def sector_is_close(comparison: Comparison) -> Floats:
    """The measure is about the company's own sector, not only about the document's whole field."""
    value = np.where(comparison.sector_met, SECTOR_OF_DOCUMENT_ONLY, 0.0)
    for level, weight in SECTOR_IN_TEXT.items():
        np.maximum(value, comparison.hits.sectors(level) * weight, out=value)
    np.maximum(value, comparison.hits.through(Channel.OWN_SECTOR), out=value)
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
    columns, day = comparison.columns, comparison.on.toordinal()
    running = (columns.first_day <= day) & (day <= columns.last_day)
    return np.asarray(np.where(running, np.where(columns.draft(), 0.4, 1.0), 0.0)[comparison.measures])


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
        return str(self.feature.__doc__).strip().splitlines()[0]


WEIGHTS: tuple[Weight, ...] = (
    Weight(
        feature=product_in_operative_sentence,
        weight=0.21,
        zh="产品写入政策原句",
        claim_zh="企业的产品或技术写在给予支持的那句话里。",
        reason="the sentence itself names what the company makes",
        reason_zh="原句直接点到企业所做的产品",
    ),
    Weight(
        feature=need_names_instrument,
        weight=0.21,
        zh="支持方式符合企业需求",
        claim_zh="企业提出的需求正是这种支持方式。",
        reason="the company said what it came for",
        reason_zh="企业已说明为何而来",
    ),
    Weight(
        feature=sector_is_close,
        weight=0.13,
        zh="行业贴近",
        claim_zh="措施针对企业所在的行业，而不只是文件的整个领域。",
        reason="a measure for the company's own sector beats one for the whole field",
        reason_zh="针对本行业的措施优于面向整个领域的措施",
    ),
    Weight(
        feature=place_is_named,
        weight=0.15,
        zh="地区被点名",
        claim_zh="措施点名企业所在或拟落户的市、县或园区，或专为即将落户的企业而设，而不只是面向全省。",
        reason="a named place is a promise to that place",
        reason_zh="点名某地，就是对该地的承诺",
    ),
    Weight(
        feature=product_in_clause,
        weight=0.08,
        zh="产品写入所在条款",
        claim_zh="企业的产品或技术写在原句所在的条款里。",
        reason="the neighbourhood of the sentence tells what it is about",
        reason_zh="上下文说明原句所指",
    ),
    Weight(
        feature=stage_fits,
        weight=0.05,
        zh="阶段相符",
        claim_zh="这种支持方式适合企业的项目阶段。",
        reason="support for another stage comes too early or too late",
        reason_zh="其他阶段的支持来得过早或过晚",
    ),
    Weight(
        feature=verb_is_strong,
        weight=0.04,
        zh="支持力度",
        claim_zh="政策用语是给予、支持，而不是鼓励、推动。",
        reason="to grant binds more than to encourage",
        reason_zh="“给予”比“鼓励”更有约束力",
    ),
    Weight(
        feature=product_in_context,
        weight=0.03,
        zh="产品写入相关条款",
        claim_zh="企业的产品或技术写在进一步说明该措施的条款里。",
        reason="context is written about more than one measure",
        reason_zh="相关条款同时说明多项措施",
    ),
    Weight(
        feature=conditions_are_met,
        weight=0.08,
        zh="条件全部相符",
        claim_zh="措施的全部条件都已相符，没有待确认的条件。",
        reason="what surely applies is worth more than what may, but not more than what is about the company",
        reason_zh="确定相符的措施更有价值，但不应压过与企业直接相关的措施",
    ),
    Weight(
        feature=document_is_in_force,
        weight=0.02,
        zh="政策已生效",
        claim_zh="措施在所问日期有效，且不是征求意见稿。",
        reason="a draft may still change; it is also said as a caveat",
        reason_zh="征求意见稿仍可能修改，另有提示",
    ),
)


SCORE_DIGITS = 4
_WEIGHTS = np.array([[weight.weight] for weight in WEIGHTS])


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureValue:
    """One feature of one measure; `value` is None where there was nothing to compare."""

    name: str
    value: float | None
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The order of the measures shown, and the columns it rests on (all in the catalogue's order).

    `features` and `contributions` have a row a feature and a column a measure; NaN is nothing to compare.

    `standing` are those shown that no condition rules out.
    """

    order: NDArray[np.intp]
    relevance: NDArray[np.int8]
    scores: Floats
    features: Floats
    contributions: Floats
    withheld: Flags
    standing: Flags

    def feature_values(self, position: int) -> tuple[FeatureValue, ...]:
        """Return the features of one measure, as weighed."""
        values, parts = self.features[:, position].tolist(), self.contributions[:, position].tolist()
        return tuple(
            FeatureValue(
                name=weight.name, value=None if math.isnan(value) else round(value, SCORE_DIGITS),
                weight=weight.weight, contribution=part,
            )
            for weight, value, part in zip(WEIGHTS, values, parts, strict=True)
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Features (rows) of pairs of a profile and a measure (columns), weighed and added up."""

    features: Floats
    contributions: Floats
    totals: Floats


def score(comparison: Comparison) -> Scores:
    """Weigh the features of every pair."""
    features = np.stack([weight.feature(comparison) for weight in WEIGHTS])
    # Rounded contributions are added, so that the score is exactly the sum that is shown.
    contributions = np.round(np.nan_to_num(features) * _WEIGHTS, SCORE_DIGITS)
    totals = np.round(contributions.sum(axis=0), SCORE_DIGITS)
    return Scores(features=features, contributions=contributions, totals=totals)


def is_withheld(verdicts: NDArray[np.int8], relevance: NDArray[np.int8]) -> Flags:
    """Tell which are possible and unconnected to the company: they are not shown (design: connected or silent)."""
    return np.asarray((verdicts == UNKNOWN) & (relevance == RELEVANCE.index(Relevance.GENERAL)))


def tally(verdicts: NDArray[np.int8], withheld: Flags, considered: Flags, axis: int | None = None) -> NDArray[np.int64]:
    """Count the considered measures, along an axis or all: COUNTED are the last axis of what is returned."""
    counts = [np.count_nonzero(considered & (verdicts == value), axis=axis) for value in (MET, UNKNOWN, UNMET)]
    return np.stack([*counts, np.count_nonzero(withheld, axis=axis)], axis=-1).astype(np.int64)


def rank(comparison: Comparison, decisions: Decisions, *, considered: Flags, with_not_applicable: bool) -> Ranking:
    """Order what is to be shown of the `considered` measures of one profile, compared with all of them."""
    columns, verdicts = comparison.columns, decisions.verdicts
    scores = score(comparison)
    in_sector = columns.program.meets_somewhere(decisions, "sector")
    relevance = relevance_of(comparison.hits, in_sector=in_sector, guessed=is_sector_guessed(comparison.comparable))
    withheld = considered & is_withheld(verdicts, relevance)
    shown = considered & ~withheld & ((verdicts != UNMET) | with_not_applicable)
    standing = shown & (verdicts != UNMET)
    places = np.flatnonzero(shown)
    keys = (np.arange(columns.size)[places], -scores.totals[places], relevance[places])
    return Ranking(
        order=places[np.lexsort(keys)], relevance=relevance, scores=scores.totals,
        features=scores.features, contributions=scores.contributions, withheld=withheld, standing=standing,
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
        moves=np.array(reading.answers.get("region") != reading.answers.get("target_region")),
        columns=columns,
        on=on,
    )
