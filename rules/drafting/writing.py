"""A draft with its cites as places of the document, and as packs write them: words, and which of those that repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.drafting.sentences import Span
from seeds.documents import Document

_QUOTED = ("cite", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an item of a draft rests: its pointer in the pack, its clause, and text[start:end] of the document."""

    pointer: str
    clause: str
    start: int
    end: int


def written(part: Any, document: Document, clause: str = "") -> Any:  # noqa: ANN401 - plain data of any shape
    """Return a part of a draft with each cite as a pack writes it: words that stand in `clause`."""
    if isinstance(part, list):
        return [written(one, document, clause) for one in part]
    if not isinstance(part, Mapping):
        return part
    own = str(part.get("clause") or (part.get("source") or {}).get("clause") or clause)
    return {key: _cited(key, value, document, own) for key, value in part.items()}


def _cited(key: str, value: Any, document: Document, clause: str) -> Any:  # noqa: ANN401 - plain data of any shape
    if key == "source":
        quote = value["quote"]
        stands_once = document.clause_text(clause).count(quote.text) == 1
        which = {} if stands_once else {"nth": _nth(quote, document, clause)}
        return {"clause": clause, "quote": quote.text, **which}
    if key != "cite" or not isinstance(value, Span):
        return written(value, document, clause)
    nth = _nth(value, document, clause)
    return value.text if nth == 1 else {"clause": clause, "quote": value.text, "nth": nth}


def _nth(span: Span, document: Document, clause: str) -> int:
    """Return how many times the words of a place stand in its clause up to there."""
    start, count = document.clause(clause).start, 0
    while 0 <= start <= span.start:
        start = document.text.find(span.text, start)
        count += 1
        if start == span.start:
            break
        start += 1
    return count


def places(part: Any, clause: str = "", pointer: str = "") -> Iterator[Place]:  # noqa: ANN401 - plain data of any shape
    """Yield where each item of a draft rests, in the order of the pack."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from places(one, clause, f"{pointer}/{number}")
    elif isinstance(part, Mapping):
        own = str(part.get("clause") or (part.get("source") or {}).get("clause") or clause)
        for key, value in part.items():
            span = value["quote"] if key == "source" else value
            if key in _QUOTED and isinstance(span, Span):
                yield Place(pointer=f"{pointer}/{key}", clause=own, start=span.start, end=span.end)
            else:
                yield from places(value, own, f"{pointer}/{key}")
