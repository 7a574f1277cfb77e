"""From verdicts and features to a total order: relevance, verdict, score, id. Nothing is left to chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.profile import Reading
from matcher.ranking.features import WEIGHTS, Comparison, comparable_of, is_sector_guessed
from matcher.ranking.hits import find_hits, relevance_of
from matcher.ranking.measure_index import Flags, Floats, MeasureColumns
from matcher.standing import RELEVANCE, Relevance
from rules.compiled.program import Decisions
from rules.language.facts import REGION_FACTS
from rules.language.measures import MET, UNKNOWN, UNMET

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
    keys = (np.arange(columns.size)[places], -scores.totals[places], MET - verdicts[places], relevance[places])
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
        columns=columns,
        on=on,
    )
