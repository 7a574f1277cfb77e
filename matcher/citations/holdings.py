"""What each passage that cites leads to among the documents held: one, one of its clauses, a title near it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matcher.citations.passages import Kind, Passage, Step
from matcher.citations.wording import folded
from matcher.fuzzy import nearest
from rules.catalogue.catalogue import Catalogue, plain
from seeds.documents import Document, DocumentStatus
from seeds.outline import Clause

_NOTICE = re.compile("关于(?:印发|转发|发布)([^\n]{2,120})的通知$")
_FIRST_LINES = 12
_ALIKE = 0.8
_NUMBERS, _MIXED = 1 << 15, 8191
_MOST_COMPARED = 1_000
"""So many characters of a quote tell which documents are like it."""
_UNITS = {"编": "p", "部分": "p", "章": "c", "节": "s", "专栏": "box", "附件": "annex"}
_PARAGRAPH = "款"
_PREFERRED = {DocumentStatus.IN_FORCE: 0, DocumentStatus.DRAFT: 1, DocumentStatus.REPEALED: 2}


@dataclass(frozen=True, slots=True)
class Titled:
    """A document that goes by a title, and the very words of it that the title stands for."""

    document: Document
    words: str


class Holdings:
    """The documents by title and number; of several with one title, that in force comes first."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """Index the documents."""
        self.documents = tuple(sorted(documents, key=lambda one: (_PREFERRED[one.status], one.id)))
        self._by_title: dict[str, list[Titled]] = {}
        self._by_number: dict[str, Document] = {}
        self._folded: list[str] = []
        self._bits = _bits_of(self.documents)
        for document in self.documents:
            for words in _titles_of(document):
                for form in dict.fromkeys((plain(words), plain(_without_tail(words)))):
                    self._by_title.setdefault(form, []).append(Titled(document, words))
            if document.number:
                self._by_number.setdefault(_bare_number(document.number), document)

    def titled(self, title: str) -> Titled | None:
        """Return the document of a title, with or without what stands in brackets at its end."""
        for words in (title, _without_tail(title), *_issued_by(title)):
            for one in sorted(self._by_title.get(plain(words), ()), key=lambda one: one.words != title):
                # A notice may be cited without who gives it.
                return Titled(one.document, title) if _is_end_of_line(title, one.document) else one
        return None

    def numbered(self, number: str) -> Document | None:
        """Return the document of a number, however its brackets are written."""
        return self._by_number.get(_bare_number(number))

    def like(self, title: str) -> Document | None:
        """Return the one document whose title is most like one that is not held."""
        self._folded = self._folded or [folded(document.title).text for document in self.documents]
        found = nearest(folded(title).text, self._folded, limit=1, cutoff=_ALIKE)
        return self.documents[found[0].position] if len(found) == 1 else None

    def having(self, words: str) -> list[Document]:
        """Return the documents that may have words exactly as they are: the others lack a pair of their characters."""
        pairs = _pairs(words)
        if not pairs.size:
            return list(self.documents)
        return [self.documents[place] for place in np.flatnonzero(self._has(pairs).all(axis=1))]

    def likely(self, words: str, most: int) -> list[Document]:
        """Return the documents that have most pairs of the Chinese characters of words, most first."""
        chinese = "".join(c if c.isalpha() and not c.isascii() else "\n" for c in folded(words).text[:_MOST_COMPARED])
        pairs = _pairs(chinese)[[" " not in pair for pair in map("".join, pairwise(chinese.replace("\n", " ")))]]
        if not pairs.size:
            return []
        counts = self._has(np.unique(pairs)).sum(axis=1)
        order = np.argsort(-counts, kind="stable")[:most]
        return [self.documents[place] for place in order if counts[place]]

    def _has(self, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for each document and pair whether it may stand there."""
        return (self._bits[:, pairs >> 3] >> (pairs & 7).astype(np.uint8) & 1).astype(bool)


def _pairs(text: str) -> NDArray[np.int64]:
    """Return a number for each pair of neighbouring characters; a few pairs share one."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    return (codes[:-1] * _MIXED + codes[1:]) % _NUMBERS


def _bits_of(documents: tuple[Document, ...]) -> NDArray[np.uint8]:
    """Return a row of bits for each document: which pairs stand in it."""
    bits = np.zeros((len(documents), _NUMBERS // 8), dtype=np.uint8)
    for row, document in zip(bits, documents, strict=True):
        there = np.zeros(_NUMBERS, dtype=bool)
        there[_pairs(document.text)] = True
        row[:] = np.packbits(there, bitorder="little")
    return bits


@dataclass(frozen=True, slots=True)
class _Held:
    """The documents of one version, which alone tells two of them apart."""

    version: str
    documents: Mapping[str, Document] = field(compare=False)


def holdings_of(catalogue: Catalogue) -> Holdings:
    """Return the documents of a catalogue as citations look for them, worked out once."""
    return _holdings_of(_Held(catalogue.version, catalogue.documents))


@lru_cache(maxsize=2)
def _holdings_of(held: _Held) -> Holdings:
    return Holdings(held.documents.values())


def _titles_of(document: Document) -> Iterator[str]:
    """Yield what a document goes by: its title, its heading, and the notice above it that issues it."""
    yield document.title
    yield document.heading
    for line in document.text.split("\n", _FIRST_LINES)[:_FIRST_LINES]:
        if line.endswith("通知") and "印发" in line:
            yield line


def _issued_by(title: str) -> tuple[str, ...]:
    """Return the title that a notice issues (关于印发…的通知); () where it issues none."""
    found = _NOTICE.search(title)
    return (found[1].strip("《》〈〉“”"),) if found else ()


def _is_end_of_line(title: str, document: Document) -> bool:
    lines = document.text.split("\n", _FIRST_LINES)[:_FIRST_LINES]
    return bool(_NOTICE.search(title)) and any(line.endswith(title) for line in lines)


def _without_tail(title: str) -> str:
    """Return a title without the brackets at its end: years, （试行）, （征求意见稿）."""
    title = title.strip()
    while title.endswith(("）", ")")):
        begin = max(title.rfind("（"), title.rfind("("))
        if begin <= 0:
            break
        title = title[:begin].rstrip()
    return title


def _bare_number(number: str) -> str:
    return "".join(c for c in folded(number).text if c.isalnum() and c not in "第年")


def clauses_at(document: Document, steps: tuple[Step, ...]) -> tuple[Clause, ...]:
    """Return the clauses that printed numbers lead to: one, several where they fit several, none where none has them.

    Articles count through a document, and so may what is below its sections: the number alone finds them. A 款 is an
    unnumbered paragraph of its clause, which must have as many.
    """
    found: tuple[Clause, ...] = ()
    for position, step in enumerate(steps):
        if not step.number:
            return ()
        if step.unit == _PARAGRAPH:
            found = tuple(one for one in found if _paragraphs(document, one) >= step.number)
        else:
            found = _below(document, found, step) if position else _first(document, step)
        if not found:
            return ()
    return found


def _names(step: Step) -> tuple[str, ...]:
    letter = _UNITS.get(step.unit, "")
    return (f"{letter}{step.number}", str(step.number)) if letter else (str(step.number),)


def _first(document: Document, step: Step) -> tuple[Clause, ...]:
    for name in _names(step):
        whole = tuple(one for one in document.clauses if one.path == name)
        if whole:
            return whole
    last = _names(step)[0]
    return tuple(one for one in document.clauses if one.path.endswith(f".{last}"))


def _below(document: Document, above: tuple[Clause, ...], step: Step) -> tuple[Clause, ...]:
    paths = {f"{one.path}.{name}" for one in above for name in _names(step)}
    direct = tuple(one for one in document.clauses if one.path in paths)
    if direct:
        return direct
    ends = tuple(f".{name}" for name in _names(step))
    inside = (one for one in document.clauses if one.path.endswith(ends))
    within = tuple(one for one in inside if any(_is_within(one, outer) for outer in above))
    # An article is printed below its chapter and has a path of its own.
    return within or tuple(
        one for one in document.clauses if one.path in _names(step) and any(_is_within(one, outer) for outer in above)
    )


def _is_within(inner: Clause, outer: Clause) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and inner is not outer


def _paragraphs(document: Document, clause: Clause) -> int:
    """Return how many paragraphs of its own a clause has, its numbered items left out."""
    items = {one.start for one in document.clauses if one.parent == clause.path}
    first_item = min(items, default=clause.end)
    own = document.text[clause.start : first_item].strip("\n")
    return own.count("\n") + 1


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
