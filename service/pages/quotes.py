"""A quote in pieces, some of them marked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from seeds.documents import Document, clause_name


def cited(document: Document, path: str, quote: str) -> str:
    """Return a quote as one cites it in Chinese: 《title》（number）clause：“quote”."""
    number = f"（{document.number}）" if document.number else ""
    clause = clause_name(document, path) if document.clause(path).heading else ""
    return f"《{document.title}》{number}{clause}：“{quote}”"


class QuotePiece(NamedTuple):
    """A stretch of a quote; `marked` when it answers to something the company stated."""

    text: str
    marked: bool


def mark_matches(quote: str, offset: int, matches: Iterable[tuple[int, int]]) -> list[QuotePiece]:
    """Cut a quote, which begins at `offset`, into pieces, those that match something marked; overlaps join."""
    pieces: list[QuotePiece] = []
    at = 0
    for start, end in _joined((start - offset, end - offset) for start, end in matches):
        first, last = max(start, at), min(end, len(quote))
        if first >= last:
            continue
        pieces += [QuotePiece(quote[at:first], marked=False), QuotePiece(quote[first:last], marked=True)]
        at = last
    pieces.append(QuotePiece(quote[at:], marked=False))
    return [piece for piece in pieces if piece.text]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
