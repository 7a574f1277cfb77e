"""The passages a measure rests on, and which names of the vocabularies and which words stand where in them.

Longest names first, none inside another of its vocabulary.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.catalogue.catalogue import Catalogue
from rules.language.measures import Measure
from seeds.departments import duty_spans
from seeds.documents import Document
from seeds.outline import Clause
from seeds.regions import names_in_prose
from seeds.vocabulary import Entry, Vocabulary, fold_aligned, simplify
from seeds.word_lists import word_lists

SHORTEST_NAME = 2

_NOT_BEHIND, _NOT_BEFORE = word_lists().not_behind, word_lists().not_before
"""Names that are the end of one word and the beginning of the next (金融|资本), by the characters beside them."""


@dataclass(frozen=True, slots=True)
class NameInText:
    """A name found: offsets into the text searched, and the entries that are written so."""

    start: int
    end: int
    vocabulary: str
    ids: tuple[str, ...]


class NameScanner:
    """Finds the names of one vocabulary in aligned-folded texts; built once."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        entries: Iterable[Entry],
        names: Callable[[Entry], Iterable[str]] = Entry.spellings,
    ) -> None:
        """Index the `names` of `entries` by their first two characters."""
        self.vocabulary = vocabulary.name
        spelled: dict[str, list[str]] = {}
        for entry in entries:
            for spelling in names(entry):
                name = fold_aligned(unicodedata.normalize("NFKC", spelling))
                if len(name) >= SHORTEST_NAME and entry.id not in spelled.setdefault(name, []):
                    spelled[name].append(entry.id)
        self._heads: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for name in sorted(spelled, key=lambda name: (-len(name), name)):
            self._heads.setdefault(name[:SHORTEST_NAME], []).append((name, tuple(spelled[name])))

    def scan(self, text: str) -> list[NameInText]:
        """Return every name in `text` (aligned-folded), left to right, not overlapping."""
        found: list[NameInText] = []
        position, last = 0, len(text) - 1
        while position < last:
            hit = self._at(text, position)
            if hit is None:
                position += 1
            else:
                found.append(hit)
                position = hit.end
        return found

    def _at(self, text: str, position: int) -> NameInText | None:
        for name, ids in self._heads.get(text[position : position + SHORTEST_NAME], ()):
            end = position + len(name)
            if text.startswith(name, position) and is_whole_word(text, position, end) and _is_one_word(text, name, end):
                return NameInText(position, end, self.vocabulary, ids)
        return None


def _is_one_word(text: str, name: str, end: int) -> bool:
    left, right = text[end - len(name) - 1 : end - len(name)], text[end : end + 1]
    return not (left and left in _NOT_BEHIND.get(name, "")) and not (right and right in _NOT_BEFORE.get(name, ""))


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
_BLANK = "\0"
BELOW_PROVINCE = frozenset({"city", "county", "zone", "group"})

Positions = NDArray[np.intp]
NO_POSITIONS: Positions = np.array([], dtype=np.intp)


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
    """For every measure of a catalogue: which vocabulary names and which words its passages hold."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Scan every document once."""
        self.aligned = {document.id: _searchable(document.text) for document in catalogue.documents.values()}
        words = catalogue.vocabularies
        places = [entry for entry in words["regions"].entries.values() if entry.kind in BELOW_PROVINCE]
        scanners = (
            NameScanner(words["concepts"], words["concepts"].entries.values()),
            NameScanner(words["sectors"], words["sectors"].entries.values()),
            NameScanner(words["needs"], words["needs"].entries.values(), _reporting_names),
            NameScanner(words["regions"], places, names_in_prose),
        )
        self.names: dict[str, tuple[NameInText, ...]] = {
            document: tuple(
                sorted((hit for scanner in scanners for hit in scanner.scan(text)), key=lambda hit: hit.start)
            )
            for document, text in self.aligned.items()
        }
        self._starts = {document: [hit.start for hit in hits] for document, hits in self.names.items()}
        self.own: dict[str, Passage] = {}
        self._users: dict[Passage, list[tuple[Level, int]]] = {}
        beside: dict[tuple[str, str], list[Measure]] = {}
        for measure in sorted(catalogue.measures.values(), key=lambda measure: measure.source.start):
            beside.setdefault((measure.document, measure.source.clause), []).append(measure)
        for position, measure in enumerate(catalogue.measures.values()):
            neighbours = beside[measure.document, measure.source.clause]
            standing = passages_of(measure, catalogue.documents[measure.document], neighbours)
            self.own[measure.id] = standing[Level.SENTENCE][0]
            for level, passages in standing.items():
                for passage in passages:
                    self._users.setdefault(passage, []).append((level, position))
        self._granting = _by_document(self.own.values())
        self._passages = tuple(self._users)
        self._named = self._index_names()
        self._bigrams = self._index_bigrams()

    def names_in(self, passage: Passage) -> tuple[NameInText, ...]:
        """Return the names that stand inside a passage."""
        hits, starts = self.names[passage.document], self._starts[passage.document]
        first, last = bisect_left(starts, passage.start), bisect_left(starts, passage.end)
        return tuple(hit for hit in hits[first:last] if hit.end <= passage.end)

    def granting_nothing(self, document: str, clause: Clause) -> tuple[Passage, ...]:
        """Return the parts of a clause that are no measure's operative sentence."""
        spans = self._granting.get(document, [])
        first, last = (bisect_left(spans, (edge, 0)) for edge in (clause.start, clause.end))
        edges = [clause.start, *(edge for span in spans[first:last] for edge in span), clause.end]
        parts = zip(edges[::2], edges[1::2], strict=True)
        return tuple(Passage(document, start, end) for start, end in parts if start < end)

    def measures_naming(self, vocabulary: str, entry: str, level: Level) -> Positions:
        """Return the positions of the measures that name an entry at a level."""
        return self._named.get((vocabulary, entry, level), NO_POSITIONS)

    def measures_saying(self, words: str) -> dict[Level, Positions]:
        """Return, by level, the positions of the measures whose passages hold `words` exactly (two characters up)."""
        found: dict[Level, set[int]] = {level: set() for level in Level}
        for passage in self._passages_saying(fold_aligned(words.strip())):
            for level, position in self._users[passage]:
                found[level].add(position)
        return {level: np.array(sorted(positions), dtype=np.intp) for level, positions in found.items()}

    def _passages_saying(self, words: str) -> Iterable[Passage]:
        pairs = {words[i : i + 2] for i in range(len(words) - 1)}
        postings = [self._bigrams.get(pair, NO_POSITIONS) for pair in pairs]
        if not postings:
            return
        candidates = min(postings, key=len)
        for other in postings:
            candidates = np.intersect1d(candidates, other, assume_unique=True)
        for number in candidates:
            passage = self._passages[number]
            text = self.aligned[passage.document]
            if find_whole_word(text, words, passage.start, passage.end) >= 0:
                yield passage

    def _index_names(self) -> Mapping[tuple[str, str, Level], Positions]:
        named: dict[tuple[str, str, Level], set[int]] = {}
        for passage, users in self._users.items():
            entries = {(hit.vocabulary, entry) for hit in self.names_in(passage) for entry in hit.ids}
            for vocabulary, entry in entries:
                for level, position in users:
                    named.setdefault((vocabulary, entry, level), set()).add(position)
        return {key: np.array(sorted(positions), dtype=np.intp) for key, positions in named.items()}

    def _index_bigrams(self) -> Mapping[str, Positions]:
        postings: dict[str, list[int]] = {}
        for number, passage in enumerate(self._passages):
            text = self.aligned[passage.document][passage.start : passage.end]
            for pair in {text[i : i + 2] for i in range(len(text) - 1)}:
                postings.setdefault(pair, []).append(number)
        return {pair: np.array(numbers, dtype=np.intp) for pair, numbers in postings.items()}


def _by_document(passages: Iterable[Passage]) -> dict[str, list[tuple[int, int]]]:
    """Return, by document, the stretches that passages cover, in order and not overlapping."""
    covered: dict[str, list[tuple[int, int]]] = {}
    for passage in sorted(passages, key=lambda passage: (passage.start, passage.end)):
        spans = covered.setdefault(passage.document, [])
        if spans and passage.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], passage.end))
        else:
            spans.append((passage.start, passage.end))
    return covered


def _searchable(text: str) -> str:
    """Return the text for searching, who is responsible blanked out: 农业农村厅 says nothing of farming."""
    aligned = fold_aligned(text)
    for start, end in duty_spans(text):
        aligned = aligned[:start] + _BLANK * (end - start) + aligned[end:]
    return aligned


def _reporting_names(need: Entry) -> Iterable[str]:
    """Return the names of a need that mean it in a policy too: 推广, 数据 and 落地 stand there for anything."""
    return (name for name in need.spellings() if len(name) > SHORTEST_NAME)


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
        self.find = lru_cache(maxsize=4096)(self._find)
        """Return the positions of the measures that say some of the words given, and how well each does (0 to 1)."""
        self._size = len(texts)
        self._postings = {pair: np.array(found, dtype=np.intp) for pair, found in postings.items()}
        rarest = np.log(self._size + 1)
        self._weights = {
            pair: float(np.log((self._size + 1) / len(found)) / rarest) for pair, found in postings.items()
        }

    def _find(self, words: str) -> tuple[Positions, NDArray[np.float64]]:
        """Find measures by pairs of characters.

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
