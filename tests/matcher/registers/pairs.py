"""Pairs of a company and a measure as a screening and as a match state them, to be held equal; profiles as plain rows."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from matcher.profiles.profile import NAMES, NUMBERS, Fields, Profile, number_of_text
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


NOTHING = Profile()


def fields_of_rows(rows: Sequence[Mapping[str, Any]]) -> Fields:
    """Return the fields of profiles written as plain data: what is empty left out, a day as ISO 8601."""
    present = set().union(*rows)
    columns: dict[str, Sequence[Any]] = {}
    for name in NAMES:
        columns[name] = _column(rows, name) if name in present else [getattr(NOTHING, name)] * len(rows)
    columns |= {name: _as_typed(name, columns[name]) for name in NUMBERS}
    return Fields(len(rows), columns)


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return one field of every row; looking it up is several times quicker where every row has it."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        empty = getattr(NOTHING, name)
        return [row.get(name, empty) for row in rows]


def _as_typed(name: str, stated: Sequence[Any]) -> Sequence[Any]:
    """Return a column of numbers or days out of plain data."""
    known = {text: number_of_text(name, text) for text in set(stated) if isinstance(text, str) and text}
    return [known.get(one, one) for one in stated] if known else stated
