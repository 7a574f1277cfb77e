"""What each passage of a text that cites leads to: a document that is held, one of its clauses, a title near it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matcher.citations.holdings import Holdings, clauses_at
from matcher.citations.passages import Kind, Passage
from seeds.documents import Document
from seeds.outline import Clause

_BEHIND = re.compile("[。，；]?[—-]{0,2} ?[（(](?:详?见|摘自|出自|引自|来源[:：])?《?")
"""What stands between quoted words and what is cited for them where that comes second: 「…」（《…》第二条）."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A document, the very words of it that were meant by a title or number, the clause; or else a title near it.

    A short name that the text made up leads to a document and to no words of it.
    """

    document: Document | None = None
    words: str | None = None
    clause: Clause | None = None
    near: Document | None = None

    def distance(self, document: Document, start: int, end: int) -> int:
        """Return how far words of a document are from what is cited: 0 inside, 1 in another clause, 2 elsewhere."""
        if self.document is None or self.document.id != document.id:
            return 2
        return int(self.clause is not None and not self.clause.start <= start < end <= self.clause.end)


def leads_of(text: str, passages: Sequence[Passage], names: Mapping[str, int], holdings: Holdings) -> tuple[Lead, ...]:
    """Return the lead of each passage; a clause that stands alone is of the document that was named last."""
    leads: list[Lead] = []
    last: int | None = None
    for position, passage in enumerate(passages):
        words = text[passage.start : passage.end]
        before = last if passage.after is None else passage.after
        if passage.kind is Kind.DOCUMENT:
            named = names.get(words, position)
            leads.append(_of_title(words, holdings, leads[named] if named < position else None))
        elif passage.kind is Kind.NUMBER:
            leads.append(_of_number(words, holdings, None if passage.after is None else leads[passage.after]))
        elif passage.kind is Kind.CLAUSE and before is not None:
            leads.append(_of_clause(passage, leads[before]))
        else:
            leads.append(Lead())
        if passage.kind in {Kind.DOCUMENT, Kind.NUMBER} and passage.after is None:
            last = position
    return tuple(leads)


def _of_title(words: str, holdings: Holdings, named: Lead | None) -> Lead:
    titled = holdings.titled(words)
    if titled:
        return Lead(document=titled.document, words=titled.words)
    if named:  # a short name that the text itself gave
        return Lead(document=named.document, near=named.near)
    return Lead(near=holdings.like(words))


def _of_number(words: str, holdings: Holdings, title: Lead | None) -> Lead:
    document = holdings.numbered(words) or (title.document if title else None)
    return Lead(document=document, words=document.number if document else None)


def _of_clause(passage: Passage, document: Lead) -> Lead:
    if document.document is None:
        return Lead(near=document.near)
    found = clauses_at(document.document, passage.steps)
    return Lead(document=document.document, clause=found[0] if len(found) == 1 else None)


def cited_for(text: str, passages: Sequence[Passage], position: int) -> tuple[int, ...]:
    """Return which passages are cited for a quote, nearest first: in brackets behind it, else before it in its line.

    Where a clause of a document is cited, it stands for the document.
    """
    behind = _BEHIND.match(text, passages[position].end + 1)
    following = position + 1
    if behind and following < len(passages) and passages[following].start == behind.end():
        cited = [place for place, one in enumerate(passages) if one.after == following] + [following]
    else:
        cited = list(_before(text, passages, position))
    narrowed = {passages[one].after for one in cited if passages[one].kind is Kind.CLAUSE}
    return tuple(one for one in cited if one not in narrowed)


def _before(text: str, passages: Sequence[Passage], position: int) -> Iterator[int]:
    begin = text.rfind("\n", 0, passages[position].start) + 1
    for place in range(position - 1, -1, -1):
        if passages[place].start < begin:
            return
        if passages[place].kind is not Kind.QUOTE and passages[place].end < passages[position].start:
            yield place
