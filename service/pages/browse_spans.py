"""Stretches of a text laid into one another, as markup needs them: what crosses is cut, nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias


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
