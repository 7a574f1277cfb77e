"""The one doorway to rapidfuzz: finding what was probably meant, and passages that probably say it.

Nothing here decides; every cut-off is stated and callers say `fuzzy` beside what they take from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel, Levenshtein

SUGGESTION_CUTOFF = 0.6
"""A whole input resembles a name from this share on (生物材科 / 生物材料 is 0.75)."""

SUGGESTION_MINIMUM_LENGTH = 3
"""Shorter inputs resemble too much: 中试 and 考试 share half their characters."""

PASSAGE_CUTOFF = 0.6
"""Out-of-domain phrases peak at 0.28 to 0.44 against policy sentences."""

PASSAGE_MINIMUM_LENGTH = 5
"""Shorter phrases are only ever searched exactly."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """One candidate: its position in the list searched, and how alike it is, 0 to 1."""

    position: int
    similarity: float


@dataclass(frozen=True, slots=True)
class TextWindow:
    """The stretch of a text most like a phrase: offsets into that text, and how alike it is, 0 to 1."""

    start: int
    end: int
    similarity: float


def nearest(query: str, names: Sequence[str], *, limit: int, cutoff: float = SUGGESTION_CUTOFF) -> tuple[Likeness, ...]:
    """Return the folded `names` most like the folded `query`, best first, all ties at the limit included.

    A query under SUGGESTION_MINIMUM_LENGTH characters has no likeness to anything.
    """
    if len(query) < SUGGESTION_MINIMUM_LENGTH:
        return ()
    found = process.extract(query, names, scorer=fuzz.ratio, score_cutoff=cutoff * 100, limit=None)
    ranked = [Likeness(position, round(score / 100, 4)) for _, score, position in found]
    ranked.sort(key=lambda likeness: (-likeness.similarity, likeness.position))
    if len(ranked) <= limit:
        return tuple(ranked)
    last = ranked[limit - 1].similarity
    return tuple(likeness for likeness in ranked if likeness.similarity >= last)


def best_window(phrase: str, text: str, *, cutoff: float = PASSAGE_CUTOFF) -> TextWindow | None:
    """Return the window of `text` most like `phrase` (both aligned-folded), or None below the cut-off."""
    if len(phrase) < PASSAGE_MINIMUM_LENGTH or len(text) < PASSAGE_MINIMUM_LENGTH:
        return None
    found = fuzz.partial_ratio_alignment(phrase, text, score_cutoff=cutoff * 100)
    if found is None or len(phrase) > len(text):
        return None
    return TextWindow(found.dest_start, found.dest_end, round(found.score / 100, 4))


Span = tuple[int, int]

WIDEST_SLACK = 40
"""So far each end of a window is moved at most."""
LONGEST_SEARCHED = 200
"""Looking takes the time of the phrase times that of the text: of a longer phrase both ends are looked for."""


def best_passage(phrase: str, text: str) -> TextWindow | None:
    """Return the stretch of `text` most like `phrase`, longer or shorter where words came in or went, or None."""
    if len(phrase) <= 2 * LONGEST_SEARCHED:
        window = best_window(phrase, text)
        return _fitted(phrase, text, window) if window else None
    head, tail = phrase[:LONGEST_SEARCHED], phrase[-LONGEST_SEARCHED:]
    first, last = best_window(head, text), best_window(tail, text)
    if first is None or last is None:
        return None
    start, end = _fitted(head, text, first).start, _fitted(tail, text, last).end
    if not len(phrase) < 2 * (end - start) < 4 * len(phrase):
        return None
    return TextWindow(start, end, _likeness(phrase, text[start:end]))


def _fitted(phrase: str, text: str, window: TextWindow) -> TextWindow:
    slack = min(max(12, len(phrase) // 2), WIDEST_SLACK)

    def fit(start: int, end: int) -> tuple[int, float]:
        """Return how well a window fits: fewest edits, and of those most characters that are the same."""
        words = text[start:end]
        return -Levenshtein.distance(phrase, words), Indel.normalized_similarity(phrase, words)

    start, end = window.start, window.end
    for _ in range(2):
        ends = range(max(start + 1, end - slack), min(len(text), end + slack) + 1)
        end = max(ends, key=lambda one: fit(start, one))
        starts = range(max(0, start - slack), min(end, start + slack + 1))
        start = max(starts, key=lambda one: fit(one, end))
    return TextWindow(start, end, _likeness(phrase, text[start:end]))


def _likeness(phrase: str, words: str) -> float:
    return round(Indel.normalized_similarity(phrase, words), 4)


def edits(given: Sequence[str], held: Sequence[str]) -> Iterator[tuple[bool, Span, Span]]:
    """Yield the stretches of two lists in order, each either the same in both or edited; one side may be empty."""
    for edit in Levenshtein.opcodes(given, held):
        yield edit.tag == "equal", (edit.src_start, edit.src_end), (edit.dest_start, edit.dest_end)
