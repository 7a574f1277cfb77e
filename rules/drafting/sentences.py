"""The sentences of a document, each in the clause that says it, and the segments between their commas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.language.figures import Figure, figures_in
from seeds.documents import Document

_ENDS = frozenset("。；！？\n;")
_OPENING, _CLOSING = frozenset("（(〔《“"), frozenset("）)〕》”")
_COMMAS = frozenset("，：,:")
_NUMBERING = re.compile(
    r"(?:第[0-9一二三四五六七八九十百]{1,6}条|[一二三四五六七八九十]{1,4}、|[（(][0-9一二三四五六七八九十]{1,4}[）)]|[0-9]{1,3}[.．、](?![0-9])"
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
    """One sentence with the clause it stands in; offsets into the document, its numbering left out."""

    clause: str
    heading: str
    span: Span
    segments: tuple[Span, ...]
    figures: tuple[Figure, ...]

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

    def covering(self, start: int, end: int) -> str:
        """Return the words of all segments from one place of the sentence to another, without marks at the ends."""
        first, last = self.segment_at(start), self.segment_at(max(start, end - 1))
        return self.text[first.start : last.end].strip("，：；。,:; \n")


def sentences_of(document: Document) -> Iterator[Sentence]:
    """Yield the sentences of every clause, without those of its children."""
    starts = sorted(clause.start for clause in document.clauses)
    for clause in document.clauses:
        later = (start for start in starts if clause.start < start < clause.end)
        end = next(later, clause.end)
        for span in _split(document.text, clause.start, end):
            yield _sentence(clause.path, clause.heading, span)


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
    while start < end and text[start].isspace():
        start += 1
    if match := _NUMBERING.match(text, start, end):
        start = match.end()
    while end > start and (text[end - 1].isspace() or text[end - 1] in _ENDS):
        end -= 1
    return Span(start, end, text[start:end])


def _sentence(clause: str, heading: str, span: Span) -> Sentence:
    begin, segments, words, depth = 0, [], span.text, 0
    for place, character in enumerate(words):
        depth = max(0, depth + (character in _OPENING) - (character in _CLOSING))
        is_thousands = character == "," and words[place + 1 : place + 2].isdigit()
        if (character in _COMMAS and not depth and not is_thousands) or place == len(words) - 1:
            segments.append(Span(begin, place + 1, words[begin : place + 1]))
            begin = place + 1
    return Sentence(clause=clause, heading=heading, span=span, segments=tuple(segments), figures=figures_in(words))
