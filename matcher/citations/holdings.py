"""What a cited title, document number or number of a clause leads to among the documents that are held."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from matcher.citations.passages import Step
from matcher.citations.wording import folded
from matcher.fuzzy import nearest
from rules.catalogue.catalogue import plain
from seeds.documents import Document, DocumentStatus
from seeds.outline import Clause

_NOTICE = re.compile("关于(?:印发|转发|发布)([^\n]{2,120})的通知$")
_FIRST_LINES = 12
_ALIKE = 0.8
_GRAM, _MOST_GRAMS = 4, 16
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
        titles = [folded(document.title).text for document in self.documents]
        found = nearest(folded(title).text, titles, limit=1, cutoff=_ALIKE)
        return self.documents[found[0].position] if len(found) == 1 else None

    def likely(self, words: str, most: int) -> list[Document]:
        """Return the documents that share most runs of characters with words, most first."""
        sought = folded(words).text
        grams = [sought[at : at + _GRAM] for at in range(len(sought) - _GRAM + 1)]
        han = [gram for gram in grams if gram.isalpha() and not gram.isascii()] or grams
        chosen = dict.fromkeys(han[:: max(1, len(han) // _MOST_GRAMS)] or [sought])
        counts = [sum(gram in one.text for gram in chosen) for one in self.documents]
        shared = [place for place in sorted(range(len(counts)), key=lambda place: -counts[place]) if counts[place]]
        return [self.documents[place] for place in shared[:most]]


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
