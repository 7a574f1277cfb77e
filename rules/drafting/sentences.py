"""The sentences of a document, each in the clause that says it, and the segments between their commas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.language.figures import Figure, figures_in
from seeds.documents import Document
from seeds.fields import FieldKind, Part, parse_parts

_ENDS = frozenset("。；！？\n;→")
_OPENING, _CLOSING = frozenset("（(〔《“"), frozenset("）)〕》”")
_COMMAS = frozenset("，：,:")
_MARKS = frozenset("，：；。,:; \n|")
"""What stands at the ends of a cite and is none of its words."""
_NUMBERING = re.compile(
    r"(?:第[0-9一二三四五六七八九十百]{1,6}[编章节条]|[一二三四五六七八九十]{1,4}、|[（(][0-9一二三四五六七八九十]{1,4}[）)]|[0-9]{1,3}[.．、](?![0-9])"
    r"|[①②③④⑤⑥⑦⑧⑨⑩])[ \u3000]{0,4}"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: text[start:end]."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence with the clause and the field it stands in; offsets into the document, its numbering left out."""

    clause: str
    heading: str
    span: Span
    segments: tuple[Span, ...]
    figures: tuple[Figure, ...]
    part: Part | None = None

    @property
    def text(self) -> str:
        """Return the words."""
        return self.span.text

    def is_aside(self, place: int) -> bool:
        """Tell whether a place of the sentence stands in brackets."""
        before = self.text[:place]
        return sum(map(before.count, "（(〔")) > sum(map(before.count, "）)〕"))

    def segment_at(self, place: int) -> Span:
        """Return the segment that holds a place of the sentence (from its start)."""
        return next(one for one in self.segments if one.start <= place < one.end)

    def words(self, start: int, end: int) -> Span:
        """Return the words from one place of the sentence to another, without marks at the ends, as a cite."""
        while start < end and self.text[start] in _MARKS:
            start += 1
        while end > start and self.text[end - 1] in _MARKS:
            end -= 1
        return Span(self.span.start + start, self.span.start + end, self.text[start:end])

    def covering(self, start: int, end: int) -> Span:
        """Return the words of all segments from one place of the sentence to another, as a cite."""
        return self.words(self.segment_at(start).start, self.segment_at(max(start, end - 1)).end)


def sentences_of(document: Document) -> Iterator[Sentence]:
    """Yield the sentences of every clause, without those of its children and without the labels of fields."""
    starts = sorted(clause.start for clause in document.clauses)
    parts = parse_parts(document.text)
    for clause in document.clauses:
        end = next((start for start in starts if clause.start < start < clause.end), clause.end)
        for begin, stop, part in _pieces(document.text, clause.start, end, parts):
            for span in _split(document.text, begin, stop):
                yield _sentence(clause.path, clause.heading, span, part)


def _pieces(text: str, start: int, end: int, parts: Iterable[Part]) -> Iterator[tuple[int, int, Part | None]]:
    """Yield the stretches of a clause in and between fields, without labels; of a field begun before, its part."""
    for part in parts:
        if part.end <= start or part.start >= end:
            continue
        if start < part.start:
            yield start, part.start, None
        stop = min(end, _end_of(text, part))
        if start < stop:
            yield max(start, part.words), stop, part
        start = max(start, stop)
    if start < end:
        yield start, end, None


def _end_of(text: str, part: Part) -> int:
    """Return where a field ends: one that tells of the issue has one line, whatever stands behind it."""
    if part.kind is not FieldKind.ISSUE:
        return part.end
    line = text.find("\n", part.words + 1)
    return part.end if line < 0 else min(part.end, line)


def _split(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for place in range(start, end):
        if text[place] in _ENDS or place == end - 1:
            span = _trimmed(text, begin, place + 1)
            if span.text:
                yield span
            begin = place + 1


def _trimmed(text: str, start: int, end: int) -> Span:
    """Return a sentence without white space, its number and its end mark."""
    while start < end and (text[start].isspace() or text[start] in "|：→"):
        start += 1
    if match := _NUMBERING.match(text, start, end):
        start = match.end()
    while end > start and (text[end - 1].isspace() or text[end - 1] in _ENDS):
        end -= 1
    return Span(start, end, text[start:end])


def _sentence(clause: str, heading: str, span: Span, part: Part | None) -> Sentence:
    begin, segments, words, depth = 0, [], span.text, 0
    for place, character in enumerate(words):
        depth = max(0, depth + (character in _OPENING) - (character in _CLOSING))
        in_number = character in ",:" and words[place - 1 : place].isdigit() and words[place + 1 : place + 2].isdigit()
        if (character in _COMMAS and not depth and not in_number) or place == len(words) - 1:
            segments.append(Span(begin, place + 1, words[begin : place + 1]))
            begin = place + 1
    figures = figures_in(words)
    return Sentence(clause=clause, heading=heading, span=span, segments=tuple(segments), figures=figures, part=part)
