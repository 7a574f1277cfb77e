"""From verdicts and features to a total order: relevance, verdict, score, id. Nothing is left to chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Flags, Floats
from matcher.features import Comparison
from matcher.touches import is_touched
from matcher.weights import WEIGHTS
from rules.columns import MET, UNKNOWN, UNMET

SCORE_DIGITS = 4
_WEIGHTS = np.array([[weight.weight] for weight in WEIGHTS])


class Relevance(StrEnum):
    """Why a measure is shown, nearest first."""

    DIRECT = "direct"
    SECTOR = "sector"
    GENERAL = "general"


RELEVANCE = tuple(Relevance)


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


def rank(comparison: Comparison, *, considered: Flags, with_not_applicable: bool) -> Ranking:
    """Order what is to be shown of the `considered` measures.

    A possible measure that nothing connects to the company is withheld (design: connected or silent).
    """
    columns, verdicts = comparison.columns, comparison.decisions.verdicts
    features = np.stack([weight.feature(comparison) for weight in WEIGHTS])
    # Rounded contributions are added, so that the score is exactly the sum that is shown.
    contributions = np.round(np.nan_to_num(features) * _WEIGHTS, SCORE_DIGITS)
    scores = np.round(contributions.sum(axis=0), SCORE_DIGITS)
    direct = is_touched(comparison.touches)
    in_sector = columns.program.meets_somewhere(comparison.decisions, "sector")
    relevance = np.where(direct, 0, np.where(in_sector, 1, 2)).astype(np.int8)
    withheld = considered & (verdicts == UNKNOWN) & (relevance == RELEVANCE.index(Relevance.GENERAL))
    shown = considered & ~withheld & ((verdicts != UNMET) | with_not_applicable)
    standing = shown & (verdicts != UNMET)
    places = np.flatnonzero(shown)
    keys = (np.arange(columns.size)[places], -scores[places], MET - verdicts[places], relevance[places])
    return Ranking(
        order=places[np.lexsort(keys)], relevance=relevance, scores=scores,
        features=features, contributions=contributions, withheld=withheld, standing=standing,
    )  # fmt: skip
