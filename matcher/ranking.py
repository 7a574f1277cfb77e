"""From verdicts and features to a total order: relevance, verdict, score, id. Nothing is left to chance."""

from __future__ import annotations

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

    `standing` are those shown that no condition rules out.
    """

    order: NDArray[np.intp]
    relevance: NDArray[np.int8]
    scores: Floats
    features: tuple[Floats, ...]
    withheld: Flags
    standing: Flags

    def feature_values(self, position: int) -> tuple[FeatureValue, ...]:
        """Return the features of one measure, as weighed."""
        values = []
        for weight, column in zip(WEIGHTS, self.features, strict=True):
            raw = float(column[position])
            known = not np.isnan(raw)
            contribution = float(np.round(raw * weight.weight, SCORE_DIGITS)) if known else 0.0
            values.append(
                FeatureValue(
                    name=weight.name, value=round(raw, SCORE_DIGITS) if known else None,
                    weight=weight.weight, contribution=contribution,
                )
            )  # fmt: skip
        return tuple(values)


def rank(comparison: Comparison, *, considered: Flags, with_not_applicable: bool) -> Ranking:
    """Order what is to be shown of the `considered` measures.

    A possible measure that nothing connects to the company is withheld (design: connected or silent).
    """
    columns, verdicts = comparison.columns, comparison.decisions.verdicts
    features = tuple(weight.feature(comparison) for weight in WEIGHTS)
    # Rounded contributions are added, so that the score is exactly the sum that is shown.
    parts = [np.round(np.nan_to_num(f) * w.weight, SCORE_DIGITS) for w, f in zip(WEIGHTS, features, strict=True)]
    scores = np.round(np.sum(parts, axis=0), SCORE_DIGITS)
    direct = is_touched(comparison.touches)
    in_sector = columns.program.conditions_on(comparison.decisions, MET, ("sector",)) > 0
    relevance = np.where(direct, 0, np.where(in_sector, 1, 2)).astype(np.int8)
    withheld = considered & (verdicts == UNKNOWN) & (relevance == RELEVANCE.index(Relevance.GENERAL))
    shown = considered & ~withheld & ((verdicts != UNMET) | with_not_applicable)
    standing = shown & (verdicts != UNMET)
    places = np.flatnonzero(shown)
    keys = (np.arange(columns.size)[places], -scores[places], MET - verdicts[places], relevance[places])
    return Ranking(
        order=places[np.lexsort(keys)], relevance=relevance, scores=scores,
        features=features, withheld=withheld, standing=standing,
    )  # fmt: skip
