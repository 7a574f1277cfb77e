"""A document set for reading: sections by clause, lines as headings and paragraphs, measures and finds marked in them.

Every character of the text stands on the page once and in order; marks that cross are cut, nothing is lost or doubled.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from rules.language.measures import Measure
from seeds.documents import Document
from seeds.outline import Clause
from service.pages.browse.search import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """text[start:end] that is marked as `kind` for `key`; `begins` and `ends` tell whether a cut left that edge."""

    start: int
    end: int
    kind: str
    key: str = ""
    begins: bool = True
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Marked:
    """A span as it is set, with the text and the spans inside it."""

    span: Span
    parts: tuple[Part, ...]


Part: TypeAlias = str | Marked


def lay_out(text: str, start: int, end: int, spans: Iterable[Span]) -> tuple[Part, ...]:
    """Return text[start:end] with `spans` nested in it; a span that reaches out of another or of the text is cut."""
    inside = [clipped(span, start, end) for span in spans if span.start < end and span.end > start]
    return tuple(_parts(text, start, end, sorted(inside, key=_outermost_first)))


def clipped(span: Span, start: int, end: int) -> Span:
    """Return what of a span lies within start and end."""
    first, last = max(span.start, start), min(span.end, end)
    begins, ends = span.begins and first == span.start, span.ends and last == span.end
    return replace(span, start=first, end=last, begins=begins, ends=ends)


def _outermost_first(span: Span) -> tuple[int, int]:
    return (span.start, -span.end)


def _parts(text: str, start: int, end: int, spans: Sequence[Span]) -> Iterator[Part]:
    at = start
    while spans:
        outer, others = spans[0], spans[1:]
        if at < outer.start:
            yield text[at : outer.start]
        yield Marked(outer, lay_out(text, outer.start, outer.end, others))
        at = outer.end
        beyond = [clipped(span, at, end) for span in others if span.end > at]
        spans = sorted(beyond, key=_outermost_first)
    if at < end:
        yield text[at:end]


_BOX = re.compile(r"(?:.*\.)?box\d+(?:-\d+)?")
_IN_BOX = re.compile(r"(?:.*\.)?box\d+(?:-\d+)?\..+", re.DOTALL)
_HEADING_ENDS = "。：；"
_LOWEST_HEADING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One heading or paragraph: `kind` is title, heading, text or gap (paragraphs left out)."""

    kind: str
    parts: tuple[Part, ...] = ()


@dataclass(slots=True, kw_only=True)
class Section:
    """One clause with its own blocks and the sections below it; `measures` counts those that begin in it."""

    path: str
    name: str
    kind: str
    level: int
    blocks: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    measures: int = 0
    kept: bool = False

    @property
    def listed(self) -> bool:
        """Tell whether the table of contents names this section."""
        return bool(self.name) and self.kind != "item"


def marks_of(measures: Iterable[Measure], places: Sequence[Place]) -> list[Span]:
    """Return what is marked for readers: the sentences of measures, and places found."""
    marks = [Span(start=m.source.start, end=m.source.end, kind="measure", key=m.id) for m in measures]
    return [*marks, *(Span(start=p.start, end=p.end, kind="found") for p in places)]


def set_document(document: Document, marks: Sequence[Span], *, only_marked: bool = False) -> Section:
    """Return the sections of a document below one that stands for the whole.

    `only_marked` leaves out paragraphs and sections that hold no mark.
    """
    root = Section(path="", name="", kind="document", level=0)
    opened, begun = [root], {clause.start: clause for clause in document.clauses}
    for start, end, line_marks in _lines(document.text, marks):
        clause = begun.get(start)
        if clause is not None:
            _open(document, clause, opened)
        for mark in line_marks:  # each keeps every section around it, and counts in all when it begins here
            for section in opened:
                section.measures += mark.kind == "measure" and mark.start >= start
                section.kept = True
        opened[-1].blocks += _blocks(document, clause, start, end, line_marks, only_marked=only_marked)
    return _without_unmarked(root) if only_marked else root


def _lines(text: str, marks: Iterable[Span]) -> Iterator[tuple[int, int, list[Span]]]:
    """Yield the start and end of each line that is not empty, with the marks that reach into it."""
    coming = deque(sorted(marks, key=lambda mark: mark.start))
    reaching: list[Span] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        while coming and coming[0].start < end:
            reaching.append(coming.popleft())
        reaching = [mark for mark in reaching if mark.end > start]
        if line:
            yield start, end, reaching
        start = end + 1


def _open(document: Document, clause: Clause, opened: list[Section]) -> None:
    """Close the sections that the clause is not in and open its own."""
    while opened[-1].path and opened[-1].path != clause.parent:
        opened.pop()
    name = document.text[clause.start : _heading_end(document, clause)].rstrip(_HEADING_ENDS)  # "" without a heading
    section = Section(path=clause.path, name=name, kind=_kind(clause), level=clause.level)
    opened[-1].sections.append(section)
    opened.append(section)


def _kind(clause: Clause) -> str:
    if _IN_BOX.fullmatch(clause.path):
        return "item"
    return "box" if _BOX.fullmatch(clause.path) else "clause"


def _heading_end(document: Document, clause: Clause) -> int:
    """Return the offset after the heading and the mark that closes it; 0 when the clause has no heading."""
    at = document.text.find(clause.heading, clause.start, clause.end) if clause.heading else -1
    if at < 0:
        return 0
    end = at + len(clause.heading)
    return end + (document.text[end : end + 1] in tuple(_HEADING_ENDS))


def _blocks(
    document: Document, clause: Clause | None, start: int, end: int, marks: Sequence[Span], *, only_marked: bool
) -> Iterator[Block]:
    """Yield the blocks of one line: a heading that runs into its paragraph stands on a line of its own."""
    text, heading_end = document.text, _heading_end(document, clause) if clause else 0
    if clause and heading_end and _kind(clause) != "item":
        yield Block(kind="heading", parts=lay_out(text, start, heading_end, marks))
        start = heading_end
    elif heading_end:
        marks = [*marks, Span(start=start, end=heading_end, kind="lead")] if heading_end < end else marks
    if start == end:
        return
    if only_marked and not any(mark.kind != "lead" and mark.end > start for mark in marks):
        yield Block(kind="gap")
        return
    yield Block(kind=_kind_of_line(document, start, end), parts=lay_out(text, start, end, marks))


def _kind_of_line(document: Document, start: int, end: int) -> str:
    """Tell the title of the document, and a remark in brackets right below it, from its text."""
    line = document.text[start:end]
    if start == document.heading_start and "。" not in line:
        return "title"
    above = document.text.rfind("\n", 0, max(start - 1, 0)) + 1
    in_brackets = line.startswith("（") and line.endswith("）")
    return "title" if in_brackets and above == document.heading_start else "text"


def _without_unmarked(section: Section) -> Section:
    section.sections = [_without_unmarked(below) for below in section.sections if below.kept]
    single: list[Block] = []
    for block in section.blocks:
        if block.kind != "gap" or not single or single[-1].kind != "gap":
            single.append(block)
    section.blocks = single
    return section


def contents(section: Section) -> list[dict[str, Any]]:
    """Return the table of contents below a section: name, path, measures, and what it holds."""
    return [
        {"name": below.name, "path": below.path, "measures": below.measures, "below": contents(below)}
        for below in section.sections
        if below.listed
    ]


def heading_level(section: Section) -> int:
    """Return the level of a section's heading on the page, whose own heading is the first."""
    return min(section.level + 1, _LOWEST_HEADING)
