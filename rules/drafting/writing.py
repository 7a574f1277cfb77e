"""A draft with its cites as places of the document, and as packs write them: words, and which of those that repeat."""

from __future__ import annotations

from bisect import bisect_right
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


def written(pack: Any, document: Document) -> Any:  # noqa: ANN401 - plain data of any shape
    """Return a draft with each cite as a pack writes it."""
    return _Writer(document).part(pack, "")


class _Writer:
    """Writes cites of one document; where words stand in a clause is looked up once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._starts: dict[tuple[str, str], list[int]] = {}

    def part(self, part: Any, clause: str) -> Any:  # noqa: ANN401 - plain data of any shape
        """Return a part with its cites written: words that stand in `clause`, or in the one it names."""
        if isinstance(part, list):
            return [self.part(one, clause) for one in part]
        if not isinstance(part, Mapping):
            return part
        own = str(part.get("clause") or (part.get("source") or {}).get("clause") or clause)
        return {key: self._cited(key, value, own) for key, value in part.items()}

    def _cited(self, key: str, value: Any, clause: str) -> Any:  # noqa: ANN401 - plain data of any shape
        if key == "source":
            quote = value["quote"]
            which = self._which(quote, clause)
            stands_once = len(self._starts[clause, quote.text]) == 1
            return {"clause": clause, "quote": quote.text, **({} if stands_once else {"nth": which})}
        if key != "cite" or not isinstance(value, Span):
            return self.part(value, clause)
        which = self._which(value, clause)
        return value.text if which == 1 else {"clause": clause, "quote": value.text, "nth": which}

    def _which(self, span: Span, clause: str) -> int:
        """Return how many times the words of a place stand in its clause up to there."""
        if (clause, span.text) not in self._starts:
            clause_of, starts = self._document.clause(clause), list[int]()
            place = self._document.text.find(span.text, clause_of.start, clause_of.end)
            while place >= 0:
                starts.append(place)
                place = self._document.text.find(span.text, place + 1, clause_of.end)
            self._starts[clause, span.text] = starts
        return bisect_right(self._starts[clause, span.text], span.start)


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
