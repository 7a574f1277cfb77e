"""Words that somebody quotes beside the words of a document: where they stand, and how the two differ.

Width, case, spaces, line breaks, the form of marks and traditional characters are unified to find words; that two
texts are equal is only ever said of the characters as they are.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from matcher.fuzzy import best_passage, edits
from seeds.vocabulary import fold_aligned, simplify

LEAST_ALIKE = 0.75
"""Words that are less alike are other words, not altered ones."""
SHORTEST_CITED, SHORTEST_ALTERED = 5, 8
"""Shorter quotes resemble too much; those of a document that is named beside them may be a little shorter."""

_ELLIPSIS = re.compile(r"[\[（(]?(?:…{1,6}|\.{3,6}|⋯{1,6})[\]）)]?")
_TOKEN = re.compile(
    r"[0-9]++(?:[.,][0-9]++)*+(?:[十百千万亿]{0,3}(?:元|美元)|[十百千万亿]{1,3}|%|‰)?"
    r"|[零〇一二三四五六七八九十百千万亿两]{1,9}(?:元|倍|年|月|日|家|个|项|人|户|成)|[a-z]++|.",
    re.DOTALL,
)
_FIGURE = re.compile("[0-9〇零一二三四五六七八九十百千万亿两]")
_ONE_MARK = str.maketrans({"'": '"', "〈": "《", "〉": "》", "﹃": '"', "﹄": '"'})


_Token = tuple[str, int, int]
"""What changes as a whole, as it is compared, and its offsets."""


class Differs(StrEnum):
    """In what two texts differ, the slightest first."""

    WRITING = "writing"
    PUNCTUATION = "punctuation"
    LEFT_OUT = "left_out"
    WORDS = "words"
    FIGURES = "figures"


class Unified(StrEnum):
    """What had to be unified for two texts to be the same."""

    WIDTH = "width"
    CASE = "case"
    SPACES = "spaces"
    LINE_BREAKS = "line_breaks"
    MARKS = "marks"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """given[start:end] stands for held[held_start:held_end]; either may be empty."""

    kind: Differs
    start: int
    end: int
    held_start: int
    held_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where words stand in a document, how alike they are, and every change from one to the other."""

    start: int
    end: int
    similarity: float
    changes: tuple[Change, ...] = ()
    unified: tuple[Unified, ...] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """A text with its writing unified and white space left out; `offsets` lead back, one more than characters."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets of text[start:end] in the text that was folded."""
        return self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[start]


@lru_cache(maxsize=64)
def folded_document(text: str) -> Folded:
    """Return the text of a document as it is compared, kept for the next quote."""
    return folded(text)


def folded(text: str) -> Folded:
    """Return a text as it is compared."""
    simple = simplify(text)
    written = fold_aligned(simple if len(simple) == len(text) else text).translate(_ONE_MARK)
    kept = [(c, offset) for offset, c in enumerate(written) if not _is_blank(c)]
    return Folded("".join(c for c, _ in kept), (*(offset for _, offset in kept), len(text)))


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in {"Cf", "Cc"}


def places_of(words: str, text: str, most: int = 50) -> tuple[int, ...]:
    """Return where words stand in a text exactly as they are."""
    places: list[int] = []
    start = text.find(words)
    while start >= 0 and len(places) < most:
        places.append(start)
        start = text.find(words, start + 1)
    return tuple(places)


def locate(words: str, text: str, *, shortest: int, near: int = 0) -> Found | None:
    """Return where words stand in a text though not exactly: written otherwise, with parts left out, or altered.

    Of several places the first from `near` on is taken, where there is one.
    """
    sought, held = folded(words), folded_document(text)
    if not sought.text:
        return None
    begin = bisect_left(held.offsets, near)
    start = held.text.find(sought.text, begin)
    start = held.text.find(sought.text) if start < 0 else start
    if start >= 0:
        return compared(words, text, *held.span(start, start + len(sought.text)), similarity=1.0)
    if _ELLIPSIS.search(words) and (found := _in_parts(words, text, begin) or _in_parts(words, text, 0)):
        return found
    if len(sought.text) < shortest:
        return None
    window = best_passage(sought.text, held.text)
    if window is None or window.similarity < LEAST_ALIKE:
        return None
    return compared(words, text, *held.span(window.start, window.end), similarity=window.similarity)


def _in_parts(words: str, text: str, begin: int) -> Found | None:
    """Find words of which the middle is left out (甲……乙): each part as it is written, one behind another."""
    held, gaps = folded_document(text), [found.span() for found in _ELLIPSIS.finditer(words)]
    bounds = zip([0, *(end for _, end in gaps)], [*(start for start, _ in gaps), len(words)], strict=True)
    parts = [(start, end) for start, end in bounds if folded(words[start:end]).text]
    places: list[tuple[int, int]] = []
    for start, end in parts:
        part = folded(words[start:end]).text
        at = held.text.find(part, begin)
        if at < 0:
            return None
        begin = at + len(part)
        places.append(held.span(at, begin))
    return _joined(words, text, parts, places) if parts else None


def _joined(words: str, text: str, parts: list[tuple[int, int]], places: list[tuple[int, int]]) -> Found:
    """Return all parts as one, what is left out between two of them as a change."""
    changes: list[Change] = []
    unified: set[Unified] = set()
    end, held_end = 0, places[0][0]
    for (start, until), (held_start, held_until) in zip(parts, places, strict=True):
        if words[end:start] or text[held_end:held_start]:
            gap = Change(kind=Differs.LEFT_OUT, start=end, end=start, held_start=held_end, held_end=held_start)
            changes.append(gap)
        part = compared(words[start:until], text, held_start, held_until, similarity=1.0)
        changes += [replace(one, start=one.start + start, end=one.end + start) for one in part.changes]
        unified.update(part.unified)
        end, held_end = until, held_until
    if words[end:]:
        changes.append(Change(kind=Differs.LEFT_OUT, start=end, end=len(words), held_start=held_end, held_end=held_end))
    ordered = tuple(kind for kind in Unified if kind in unified)
    return Found(start=places[0][0], end=held_end, similarity=1.0, changes=tuple(changes), unified=ordered)


def compared(given: str, text: str, start: int, end: int, *, similarity: float) -> Found:
    """Return every change that makes text[start:end] out of `given`; offsets are into both whole texts."""
    held = text[start:end]
    changes = tuple(
        replace(change, held_start=change.held_start + start, held_end=change.held_end + start)
        for change in _merged(_changes(given, held), given, held)
    )
    writing = (one for one in changes if one.kind is Differs.WRITING)
    unified = {
        kind for one in writing for kind in _unified(given[one.start : one.end], text[one.held_start : one.held_end])
    }
    ordered = tuple(kind for kind in Unified if kind in unified)
    return Found(start=start, end=end, similarity=similarity, changes=changes, unified=ordered)


def _changes(given: str, held: str) -> Iterator[Change]:
    """Yield what differs, in order: other words, and between words that are the same how they are written."""
    ours, theirs = _tokens(given), _tokens(held)
    left = right = 0
    for same, until, its_until in _stretches(ours, theirs):
        if given[left:until] != held[right:its_until]:
            kind = Differs.WRITING if same else _kind(given[left:until], held[right:its_until])
            yield Change(kind=kind, start=left, end=until, held_start=right, held_end=its_until)
        left, right = until, its_until
    if given[left:] != held[right:]:
        yield Change(kind=Differs.WRITING, start=left, end=len(given), held_start=right, held_end=len(held))


def _stretches(ours: list[_Token], theirs: list[_Token]) -> Iterator[tuple[bool, int, int]]:
    """Yield up to where two texts go together, token by token while they are the same."""
    for same, (start, end), (its_start, its_end) in edits([one[0] for one in ours], [one[0] for one in theirs]):
        if same:
            pairs = zip(ours[start:end], theirs[its_start:its_end], strict=True)
            yield from ((True, mine[2], its[2]) for mine, its in pairs)
        else:
            yield False, ours[end - 1][2] if end else 0, theirs[its_end - 1][2] if its_end else 0


def _tokens(text: str) -> list[_Token]:
    """Cut a text into what changes as a whole (500万元, PHA, one character), each with its offsets."""
    whole = folded(text)
    return [(found[0], *whole.span(*found.span())) for found in _TOKEN.finditer(whole.text)]


def _kind(given: str, held: str) -> Differs:
    ours, theirs = ("".join(c for c in one if c.isalnum()) for one in (given, held))
    if ours == theirs:
        return Differs.PUNCTUATION
    return Differs.FIGURES if _FIGURE.search(ours + theirs) else Differs.WORDS


def _merged(changes: Iterator[Change], given: str, held: str) -> list[Change]:
    """Join changes of one kind that touch on both sides."""
    merged: list[Change] = []
    for one in changes:
        last = merged[-1] if merged else None
        if last and last.kind is one.kind and (last.end, last.held_end) == (one.start, one.held_start):
            merged[-1] = replace(last, end=one.end, held_end=one.held_end)
        else:
            merged.append(one)
    return [one for one in merged if given[one.start : one.end] != held[one.held_start : one.held_end]]


def _unified(given: str, held: str) -> Iterator[Unified]:
    blanks = ["".join(filter(_is_blank, one)) for one in (given, held)]
    if blanks[0] != blanks[1]:
        broken = [one.count("\n") for one in blanks]
        if broken[0] != broken[1]:
            yield Unified.LINE_BREAKS
        if blanks[0].replace("\n", "") != blanks[1].replace("\n", ""):
            yield Unified.SPACES
    ours, theirs = ("".join(c for c in one if not _is_blank(c)) for one in (given, held))
    yield from _of_characters(ours, theirs)


def _of_characters(given: str, held: str) -> Iterator[Unified]:
    for ours, theirs in zip(given, held, strict=False):
        if ours == theirs:
            continue
        if ours.casefold() == theirs.casefold():
            yield Unified.CASE
        elif simplify(ours) == simplify(theirs):
            yield Unified.SCRIPT
        elif unicodedata.normalize("NFKC", ours).casefold() == unicodedata.normalize("NFKC", theirs).casefold():
            yield Unified.WIDTH
        else:
            yield Unified.MARKS
