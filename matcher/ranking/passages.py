"""The passages a measure rests on, and which names of the vocabularies and which words stand where in them.

Longest names first, none inside another of its vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.language.flat import NO_POSITIONS, Kept, Parts, Positions, Postings, Records
from rules.language.measures import Measure
from seeds.documents import Document
from seeds.outline import Clause
from seeds.vocabulary import fold_aligned, simplify
from seeds.word_lists import word_lists

SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class NameInText:
    """A name found: offsets into the text searched, and the entries that are written so."""

    start: int
    end: int
    vocabulary: str
    ids: tuple[str, ...]


def find_whole_word(text: str, words: str, start: int, end: int) -> int:
    """Return where `words` first stands in text[start:end] as no part of a longer word, or -1."""
    at = text.find(words, start, end)
    while at >= 0 and not is_whole_word(text, at, at + len(words)):
        at = text.find(words, at + 1, end)
    return at


def is_whole_word(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] is no part of a longer Latin word or number; Chinese always is."""
    return not (_joins(text, start - 1, start) or _joins(text, end - 1, end))


def _joins(text: str, left: int, right: int) -> bool:
    """Tell whether the two neighbouring characters belong to one Latin word or number."""
    if left < 0 or right >= len(text):
        return False
    a, b = text[left], text[right]
    return a.isascii() and a.isalnum() and b.isascii() and b.isalnum()


_SENTENCE_END = re.compile(r"[。；！？\n]")
BELOW_PROVINCE = frozenset({"city", "county", "zone", "group"})


class Level(IntEnum):
    """Where a passage stands with regard to a measure, nearest first."""

    SENTENCE = 0
    CONTEXT = 1
    CLAUSE = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one document: offsets into its text."""

    document: str
    start: int
    end: int


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentence around text[start:end], its closing mark included."""
    opening = max((text.rfind(mark, 0, start) for mark in "。；！？\n"), default=-1) + 1
    closing = _SENTENCE_END.search(text, max(start, end - 1))
    finish = len(text) if closing is None else closing.end() - (closing.group() == "\n")
    return opening, finish


def operative_span(measure: Measure, document: Document, neighbours: Iterable[Measure]) -> tuple[int, int]:
    """Return the part of the sentence that is this measure's own: what other measures quote of it is cut off."""
    start, end = sentence_at(document.text, measure.source.start, measure.source.end)
    for other in neighbours:
        if start < other.source.end <= measure.source.start:
            start = other.source.end
        if measure.source.end <= other.source.start < end:
            end = other.source.start
    return start, end


def passages_of(
    measure: Measure, document: Document, neighbours: Iterable[Measure]
) -> dict[Level, tuple[Passage, ...]]:
    """Return the operative sentence, the context (with the clause's own heading), and the whole source clause."""
    clause = document.clause(measure.source.clause)
    start, end = operative_span(measure, document, neighbours)
    heading_end = min(clause.end, document.text.find(clause.heading, clause.start) + len(clause.heading))
    context = [Passage(document.id, clause.start, heading_end)] if clause.heading else []
    for path in measure.context:
        other = document.clause(path)
        context.append(Passage(document.id, other.start, other.end))
    return {
        Level.SENTENCE: (Passage(document.id, max(start, clause.start), min(end, clause.end)),),
        Level.CONTEXT: tuple(context),
        Level.CLAUSE: (Passage(document.id, clause.start, clause.end),),
    }


class PassageIndex:
    """For every measure of a catalogue: which vocabulary names and which words its passages hold (indexing.py)."""

    def __init__(self, parts: Parts, place_of: Callable[[str], int]) -> None:
        """Take over what was indexed; `place_of` tells where a measure stands in the catalogue."""
        self._place_of = place_of
        self._documents: Sequence[str] = parts["documents"]
        self._places = {name: place for place, name in enumerate(self._documents)}
        self._texts: Records = parts["aligned"]
        (self._hit_starts, self._hits), self._kinds = parts["hits"], parts["kinds"]
        self._own, (self._grant_starts, self._grants) = parts["own"], parts["granting"]
        self._passages, (self._user_starts, self._users) = parts["passages"], parts["users"]
        self._named: Postings = parts["named"]
        self._pairs: Postings = parts["pairs"]
        self.aligned = lru_cache(maxsize=_TEXTS)(self._aligned)
        """Return the text of a document as it is searched."""

    def _aligned(self, document: str) -> str:
        return self._texts[self._places[document]].decode("utf-8", "surrogatepass")

    def own(self, measure: str) -> Passage:
        """Return the operative sentence of a measure."""
        document, start, end = self._own[self._place_of(measure)].tolist()
        return Passage(self._documents[document], start, end)

    def names_in(self, passage: Passage) -> tuple[NameInText, ...]:
        """Return the names that stand inside a passage."""
        hits = _part(self._hits, self._hit_starts, self._places[passage.document])
        first, last = np.searchsorted(hits[:, 0], (passage.start, passage.end))
        return tuple(
            NameInText(start, end, self._kinds[kind][0], tuple(self._kinds[kind][1]))
            for start, end, kind in hits[first:last].tolist()
            if end <= passage.end
        )

    def granting_nothing(self, document: str, clause: Clause) -> tuple[Passage, ...]:
        """Return the parts of a clause that are no measure's operative sentence."""
        spans = _part(self._grants, self._grant_starts, self._places[document])
        first, last = np.searchsorted(spans[:, 0], (clause.start, clause.end))
        edges = [clause.start, *(edge for span in spans[first:last, :2].tolist() for edge in span), clause.end]
        parts = zip(edges[::2], edges[1::2], strict=True)
        return tuple(Passage(document, start, end) for start, end in parts if start < end)

    def measures_naming(self, vocabulary: str, entry: str, level: Level) -> Positions:
        """Return the positions of the measures that name an entry at a level."""
        return self._named[f"{level}{vocabulary}/{entry}"]

    def measures_saying(self, words: str) -> dict[Level, Positions]:
        """Return, by level, the positions of the measures whose passages hold `words` exactly (two characters up)."""
        found: dict[Level, set[int]] = {level: set() for level in Level}
        for passage in self._passages_saying(fold_aligned(words.strip())):
            for level, position in _part(self._users, self._user_starts, passage).tolist():
                found[Level(level)].add(position)
        return {level: np.array(sorted(positions), dtype=np.intp) for level, positions in found.items()}

    def _passages_saying(self, words: str) -> Iterable[int]:
        pairs = {words[i : i + 2] for i in range(len(words) - 1)}
        postings = sorted(map(self._pairs.__getitem__, pairs), key=len)
        if not postings:
            return
        candidates = postings[0]
        for other in postings[1:]:
            candidates = np.intersect1d(candidates, other, assume_unique=True)
        for number in candidates.tolist():
            document, start, end = self._passages[number].tolist()
            if find_whole_word(self.aligned(self._documents[document]), words, start, end) >= 0:
                yield number


_TEXTS = 256
"""So many texts are kept as they are searched, of those asked for last."""


def _part(rows: NDArray[np.int32], starts: NDArray[np.int64], place: int) -> NDArray[np.int32]:
    return rows[starts[place] : starts[place + 1]]


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
    """Finds measures by words as they stand; the texts of all measures were indexed in their order (indexing.py)."""

    def __init__(self, parts: Parts) -> None:
        """Take over the index of words."""
        self._size: int = parts["size"]
        self._postings: Postings = parts["postings"]
        self._kept: Kept[str, tuple[Positions, NDArray[np.float64]]] = Kept()

    def find(self, words: str) -> tuple[Positions, NDArray[np.float64]]:
        """Return the positions of the measures that say some of the words given, and how well each does (0 to 1)."""
        known = self._kept.get(words)
        if known is None:
            known = self._find(words)
            self._kept.keep(words, known, len(known[0]))
        return known

    def _find(self, words: str) -> tuple[Positions, NDArray[np.float64]]:
        """Find measures by pairs of characters.

        A single pair in the middle of a run is mostly the end of one word and the beginning of the next, and counts
        only beside another of the run.
        """
        pairs = list(_pairs(searched(words)))[:MOST_PAIRS]
        found = [self._postings[pair.text] for pair in pairs]
        if not any(map(len, found)):
            return NO_POSITIONS, np.zeros(0)
        counted = [
            here if pair.is_edge else here[self._among(here, _beside(pairs, found, row))]
            for row, (pair, here) in enumerate(zip(pairs, found, strict=True))
        ]
        weights = np.repeat([self._weight(pair.text) for pair in pairs], [len(each) for each in counted])
        sums = np.bincount(np.concatenate(counted), weights, minlength=self._size)
        positions = np.flatnonzero(sums >= FAINTEST)
        return positions, np.minimum(sums[positions] / FULL, 1.0)

    def _among(self, here: Positions, lists: Iterable[Positions]) -> NDArray[np.bool_]:
        """Tell which positions stand in one of some lists."""
        flags = np.zeros(self._size, dtype=np.bool_)
        for each in lists:
            flags[each] = True
        return flags[here]

    def _weight(self, pair: str) -> float:
        """Return what a pair weighs: the more, the fewer measures say it."""
        count = self._postings.count(pair)
        return float(np.log((self._size + 1) / count) / np.log(self._size + 1)) if count else 0.0


def _beside(pairs: Sequence[_Pair], found: Sequence[Positions], row: int) -> list[Positions]:
    """Return where the pairs before and behind one in its run are found."""
    before = found[row - 1] if row and not pairs[row].is_first else NO_POSITIONS
    behind = found[row + 1] if row + 1 < len(pairs) and not pairs[row + 1].is_first else NO_POSITIONS
    return [before, behind]


def words_in(text: str) -> Iterable[str]:
    """Return what of a text is indexed: the pairs of characters and the Latin words in it."""
    return (pair.text for pair in _pairs(text))


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
