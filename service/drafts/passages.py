"""Words that somebody selected or typed, found in the document as they stand there, with the clause to cite them by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seeds.documents import Document

_MOST = 4000
"""So many characters are looked for; no cite is as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """text[start:end] == `quote`, the `nth` of its clause; 0 where it stands there once."""

    quote: str
    clause: str
    nth: int
    start: int
    end: int


def passage_of(document: Document, words: str, *, clause: str = "", nth: int = 0) -> Passage | None:
    """Find words, spaces and line breaks aside, as they stand in the document, character by character.

    They are looked for in `clause`, else where they stand in the whole document: several places in several clauses are
    no answer. `nth` tells which of those in the clause is meant.
    """
    sought = "".join(words[:_MOST].split())
    if not sought:
        return None
    within = _places(document, clause, sought) if _has(document, clause) else []
    if not within:
        found = list(_found(document.text, sought, 0, len(document.text)))
        holding = {_narrowest(document, start, end) for start, end in found}
        clause = holding.pop() if len(holding) == 1 else ""
        within, nth = _places(document, clause, sought) if clause else [], 0
    if not within or nth > len(within):
        return None
    start, end = within[max(nth, 1) - 1]
    quote = document.text[start:end]
    exact = [one for one in within if document.text[slice(*one)] == quote]
    which = exact.index((start, end)) + 1 if len(exact) > 1 else 0
    return Passage(quote=quote, clause=clause, nth=which, start=start, end=end)


def _has(document: Document, clause: str) -> bool:
    return any(one.path == clause for one in document.clauses)


def _places(document: Document, path: str, sought: str) -> list[tuple[int, int]]:
    clause = document.clause(path)
    return list(_found(document.text, sought, clause.start, clause.end))


def _found(text: str, sought: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where words stand in text[start:end], whatever white space is between them there."""
    kept = [at for at in range(start, end) if not text[at].isspace()]
    plain = "".join(text[at] for at in kept)
    at = plain.find(sought)
    while at >= 0:
        yield kept[at], kept[at + len(sought) - 1] + 1
        at = plain.find(sought, at + len(sought))


def _narrowest(document: Document, start: int, end: int) -> str:
    """Return the path of the smallest clause that holds a place whole, "" where none does."""
    holding = [one for one in document.clauses_at(start) if end <= one.end]
    return holding[0].path if holding else ""
