"""Pairs of a company and a measure as a screening and as a match state them, to be held equal."""

import numpy as np

from matcher.standing import RELEVANCE
from rules.language.measures import MET


def screened(screener, chunk, row):
    """Return what a screening shows of a row: measure, verdict, relevance, score, in its order."""
    return [
        (
            screener.measure_ids[chunk.pair_measure[pair]],
            "applicable" if chunk.verdict[pair] == MET else "possible",
            RELEVANCE[chunk.relevance[pair]].value,
            chunk.score[pair],
        )
        for pair in np.flatnonzero(chunk.pair_row == row)
    ]


def matched(answer):
    """Return what a match shows, in the same form."""
    return [(r["measure"]["id"], r["verdict"], r["relevance"], r["score"]) for r in answer["recommendations"]]
