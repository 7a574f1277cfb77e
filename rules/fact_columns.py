"""One fact of many rows: numbers as numbers, everything else as the distinct answers and who gave them.

What follows from columns of numbers is worked out here as rules/facts.py does for one profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rules.columns import Positions
from rules.facts import DERIVED, Answer, add_up, years_completed


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerColumn:
    """Row rows[i] gave answers[given[i]]. Several answers of a row add up; a row without any leaves the fact missing.

    At most one answer of a row has several readings: `answer_column` sees to it.
    """

    answers: Sequence[Answer]
    rows: Positions
    given: Positions


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """One number (or day, as its ordinal) of every row; NaN where it is missing."""

    numbers: NDArray[np.float64]


FactColumn: TypeAlias = AnswerColumn | NumberColumn
FactColumns: TypeAlias = Mapping[str, FactColumn]


def answer_column(answers: Sequence[Answer], rows: Positions, given: Positions) -> AnswerColumn:
    """Return a column; where answers of a row have several readings, the row's answers become one."""
    readings = np.array([bool(answer.one_of) for answer in answers], dtype=np.intp)
    counts = np.bincount(rows, weights=readings[given]) if readings.any() else np.zeros(0)
    if not (counts > 1).any():
        return AnswerColumn(answers=answers, rows=rows, given=given)
    joined = counts[rows] > 1
    more, places, which = _sums(answers, rows[joined], given[joined])
    return AnswerColumn(
        answers=[*answers, *more],
        rows=np.append(rows[~joined], places),
        given=np.append(given[~joined], which + len(answers)),
    )


def whole_answers(column: AnswerColumn, size: int) -> tuple[Sequence[Answer | None], Positions]:
    """Return distinct answers and, for each of `size` rows, the place of its answer among them; None is no answer."""
    several = np.bincount(column.rows, minlength=size)[column.rows] > 1
    more, rows, which = _sums(column.answers, column.rows[several], column.given[several])
    places = np.zeros(size, dtype=np.intp)
    places[column.rows] = column.given + 1
    places[rows] = which + 1 + len(column.answers)
    return [None, *column.answers, *more], places


def _sums(answers: Sequence[Answer], rows: Positions, given: Positions) -> tuple[list[Answer], Positions, Positions]:
    """Add up the answers of each row: the distinct sums, the rows, and the place of each row's sum."""
    said: dict[int, set[int]] = {}
    for row, place in zip(rows.tolist(), given.tolist(), strict=True):
        said.setdefault(row, set()).add(place)
    known: dict[tuple[int, ...], int] = {}
    which = [known.setdefault(tuple(sorted(places)), len(known)) for places in said.values()]
    sums = [add_up([answers[place] for place in places]) for places in known]
    return sums, np.array([*said], dtype=np.intp), np.array(which, dtype=np.intp)


def derive_numbers(numbers: Mapping[str, NDArray[np.float64]], on: date) -> dict[str, NDArray[np.float64]]:
    """Return every derived fact of rows, from `numbers` with all of their parts; NaN where a part is missing."""
    return {fact: _derived([numbers[part] for part in parts], on) for fact, parts in DERIVED.items()}


def _derived(parts: Sequence[NDArray[np.float64]], on: date) -> NDArray[np.float64]:
    if len(parts) == 1:
        days, which = np.unique(parts[0], return_inverse=True)
        years = [np.nan if np.isnan(day) else years_completed(date.fromordinal(int(day)), on) for day in days]
        return np.array(years, dtype=np.float64)[which]
    part, whole = parts
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0))
