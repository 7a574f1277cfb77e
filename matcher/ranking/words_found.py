"""Which measures say words that no vocabulary knows: by pairs of characters in their operative sentences and headings.

It finds and quotes; it never decides. Words that every policy and every register says find nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.ranking.passages import NO_POSITIONS, Positions
from seeds.vocabulary import fold_aligned, simplify
from seeds.word_lists import word_lists

FAINTEST = 0.75
"""What is found less than this says nothing; a pair that stands in one measure alone weighs 1."""

FULL = 4.0
"""Found at least so well, it counts as 1: a phrase of five characters that one measure alone says."""

MOST_PAIRS = 120
"""Pairs of one text that are looked up; a business scope holds more, and its items are read one by one."""

SHORTEST_INSIDE = 2
"""A stretch no longer than this counts only at the edge of a run."""

_generic = "|".join(map(re.escape, sorted(word_lists().generic_words, key=lambda word: (-len(word), word))))
_GENERIC = re.compile(_generic)
_RUN = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z][a-z-]{2,}")


class _Pair(NamedTuple):
    """Two characters (or one Latin word) of a text; at the edge of a run, or the first of it."""

    text: str
    is_edge: bool
    is_first: bool


class FoundWords:
    """Finds measures by words as they stand; built once for the texts of all measures, in their order."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index aligned-folded texts, one a measure."""
        postings: dict[str, list[int]] = {}
        for position, text in enumerate(texts):
            for pair in dict.fromkeys(pair.text for pair in _pairs(text)):
                postings.setdefault(pair, []).append(position)
        self._size = len(texts)
        self._postings = {pair: np.array(found, dtype=np.intp) for pair, found in postings.items()}
        rarest = np.log(self._size + 1)
        self._weights = {
            pair: float(np.log((self._size + 1) / len(found)) / rarest) for pair, found in postings.items()
        }

    def find(self, words: str) -> tuple[Positions, NDArray[np.float64]]:
        """Return the positions of the measures that say some of `words`, and how well each does (0 to 1).

        A single pair in the middle of a run is mostly the end of one word and the beginning of the next, and counts
        only beside another of the run.
        """
        pairs = list(_pairs(searched(words)))[:MOST_PAIRS]
        found = np.zeros((len(pairs) + 1, self._size), dtype=np.bool_)
        for row, pair in enumerate(pairs):
            found[row, self._postings.get(pair.text, NO_POSITIONS)] = True
        if not found.any():
            return NO_POSITIONS, np.zeros(0)
        follows = np.array([[not pair.is_first] for pair in pairs] + [[False]])
        beside = np.zeros_like(found)
        beside[1:] |= found[:-1] & follows[1:]
        beside[:-1] |= found[1:] & follows[1:]
        edge = np.array([[pair.is_edge] for pair in pairs] + [[False]])
        weights = np.array([self._weights.get(pair.text, 0.0) for pair in pairs] + [0.0])
        sums = weights @ (found & (edge | beside))
        positions = np.flatnonzero(sums >= FAINTEST)
        return positions, np.minimum(sums[positions] / FULL, 1.0)


def searched(words: str) -> str:
    """Return words as a company typed them in the writing of the texts that are searched."""
    return fold_aligned(simplify(words.strip()))


def longest_stretch(words: str, text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where the longest stretch of aligned-folded `words` stands in text[start:end], None where none does."""
    best: tuple[int, int] | None = None
    for run in _runs(words):
        for first in range(len(run) - 1):
            last = first + (len(run) if run.isascii() else 2)
            at = text.find(run[first:last], start, end)
            while at >= 0 and last < len(run) and (longer := text.find(run[first : last + 1], start, end)) >= 0:
                at, last = longer, last + 1
            is_word = last - first > SHORTEST_INSIDE or first == 0 or last == len(run)
            if at >= 0 and is_word and (best is None or last - first > best[1] - best[0]):
                best = (at, at + last - first)
    return best


def _pairs(text: str) -> Iterable[_Pair]:
    for run in _runs(text):
        pieces = [run] if run.isascii() else [run[start : start + 2] for start in range(len(run) - 1)]
        last = len(pieces) - 1
        for number, piece in enumerate(pieces):
            yield _Pair(piece, is_edge=number in (0, last), is_first=number == 0)


def _runs(text: str) -> list[str]:
    """Return what stands between generic words and marks: Chinese from two characters, Latin words from three."""
    return _RUN.findall(_GENERIC.sub(" ", text))
