"""Many rows as columns: bits packed over rows (bit r is row r), numbers, and distinct answers with who gave them.

What follows from columns of numbers is worked out here as rules/language/facts.py does for one profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rules.language.facts import DERIVED, Answer, add_up, years_completed
from rules.language.flat import Positions

Plane: TypeAlias = NDArray[np.uint64]
"""One row of words a condition, measure or answer."""

WORD = 64
_BYTES = WORD // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """What holds for sure and what may hold, for every node or every measure."""

    true: Plane
    maybe: Plane

    @property
    def unknown(self) -> Plane:
        """Return what may hold and is not sure."""
        return self.maybe & ~self.true


def words_of(size: int) -> int:
    """Return how many words hold a bit for each of `size` rows."""
    return -(-size // WORD)


def every_row(size: int) -> Plane:
    """Return words with the bit of each of `size` rows set, and no other."""
    return pack(np.ones((1, size), dtype=np.bool_)).reshape(-1)


def pack(bits: NDArray[np.bool_]) -> Plane:
    """Pack a row of bits a condition into a row of words."""
    packed = np.packbits(bits, axis=1, bitorder="little")
    words = np.zeros((len(packed), words_of(bits.shape[1])), dtype=np.uint64)
    words.view(np.uint8)[:, : packed.shape[1]] = packed
    return words


def unpack(plane: Plane, size: int) -> NDArray[np.bool_]:
    """Return a row of bits for each row of words."""
    return np.unpackbits(plane.view(np.uint8), axis=1, count=size, bitorder="little").view(np.bool_)


def count(plane: Plane) -> NDArray[np.int64]:
    """Return how many rows each row of words holds."""
    return np.asarray(np.bitwise_count(plane).sum(axis=1, dtype=np.int64))


def bits_at(plane: Plane, places: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return single bits; places and rows stand side by side, or are broadcast."""
    words = plane[places, rows // WORD]
    return np.asarray((words >> (rows % WORD).astype(np.uint64) & np.uint64(1)).astype(np.bool_))


def plane_of(places: NDArray[np.intp], rows: NDArray[np.intp], shape: tuple[int, int]) -> Plane:
    """Return `shape[0]` places by `shape[1]` words with the bit of each (place, row) pair set."""
    plane = np.zeros(shape, dtype=np.uint64)
    bits = np.left_shift(np.uint64(1), (rows % WORD).astype(np.uint64))
    np.bitwise_or.at(plane.reshape(-1), places * shape[1] + rows // WORD, bits)
    return plane


def pairs(plane: Plane) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (place, row) of every bit set, by place then row; cheap where few are."""
    width = plane.shape[1]
    words = np.flatnonzero(plane)
    octets = plane.reshape(-1)[words].view(np.uint8)
    filled = np.flatnonzero(octets)
    bits = np.flatnonzero(np.unpackbits(octets[filled], bitorder="little"))
    octet = filled[bits >> 3]
    within = words[octet >> 3]
    places = within // max(1, width)
    return places, (within - places * width) * WORD + (octet & 7) * 8 + (bits & 7)


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
    """One number (or day, as its ordinal) of every row; NaN where it is missing, or told as lying between two only.

    `between` are then the ends between which each lies, an exact one at both; None where all are exact.
    """

    numbers: NDArray[np.float64]
    between: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    @property
    def ends(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return between what each number lies; NaN where nothing is known of it."""
        return self.between or (self.numbers, self.numbers)

    @property
    def stated(self) -> NDArray[np.bool_]:
        """Tell which rows say anything of it."""
        return ~np.isnan(self.ends[0])


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
    stated: dict[int, set[int]] = {}
    for row, place in zip(rows.tolist(), given.tolist(), strict=True):
        stated.setdefault(row, set()).add(place)
    known: dict[tuple[int, ...], int] = {}
    which = [known.setdefault(tuple(sorted(places)), len(known)) for places in stated.values()]
    sums = [add_up([answers[place] for place in places]) for places in known]
    return sums, np.array([*stated], dtype=np.intp), np.array(which, dtype=np.intp)


def number_column(ends: tuple[NDArray[np.float64], NDArray[np.float64]]) -> NumberColumn:
    """Return a column of what lies between two ends each."""
    low, high = ends
    exact = (low == high) | np.isnan(low)
    return NumberColumn(numbers=np.where(exact, low, np.nan), between=None if exact.all() else ends)


def derive_numbers(columns: Mapping[str, NumberColumn], on: date) -> dict[str, NumberColumn]:
    """Return every derived fact of rows, from columns with all of their parts; NaN where a part is missing."""
    return {
        fact: number_column(_derived([columns[part].ends for part in parts], on)) for fact, parts in DERIVED.items()
    }


def _derived(
    parts: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]], on: date
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    (low, high), *whole = parts
    if not whole:
        fewest, most = _years(high, on), _years(low, on)
        return np.where(np.isnan(most), np.nan, np.nan_to_num(fewest)), most
    (least, most), nothing = whole[0], np.full(len(low), np.nan)
    return (
        np.divide(low, most, out=nothing.copy(), where=least > 0),
        np.divide(high, least, out=nothing.copy(), where=least > 0),
    )


def _years(days: NDArray[np.float64], on: date) -> NDArray[np.float64]:
    distinct, which = np.unique(days, return_inverse=True)
    years = [np.nan if np.isnan(day) else years_completed(date.fromordinal(int(day)), on) for day in distinct]
    return np.array(years, dtype=np.float64)[which]
