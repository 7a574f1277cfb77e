"""How two texts differ, numbers whole (500万元 -> 300万元, never 5 -> 3), and which text of a list became which.

And so how the clauses of two versions of a document, or of a document and its predecessor, go over into each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from msgspec import Struct

from matcher.fuzzy import nearest
from rules.language.figures import figures_in
from seeds.documents import Document
from seeds.numbering import find_marks

LEAST_ALIKE = 0.6
"""From here on a text is taken for another one changed; below, one is gone and the other new."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,/-]*[A-Za-z0-9%]|.", re.DOTALL)
_MOST_ALIKE = 10
_BRIDGE = 2
"""Differences with so few tokens between them read as one."""


class Piece(Struct, frozen=True, kw_only=True):
    """One place where two texts differ; "" where nothing stood or stands."""

    before: str
    after: str


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return where two texts differ, in order, each number whole with its unit.

    Texts that have little in common differ as a whole.
    """
    old, new = _tokens(before), _tokens(after)
    compared = SequenceMatcher(None, old, new, autojunk=False)
    if before and after and compared.ratio() < LEAST_ALIKE / 2:
        return (Piece(before=before, after=after),)
    spans: list[list[int]] = []
    for tag, *places in compared.get_opcodes():
        if tag == "equal":
            continue
        if spans and places[0] - spans[-1][1] <= _BRIDGE:
            spans[-1][1], spans[-1][3] = places[1], places[3]
        else:
            spans.append(places)
    return tuple(Piece(before="".join(old[a:b]), after="".join(new[c:d])) for a, b, c, d in spans)


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    for figure in figures_in(text):
        tokens += [*_WORD.findall(text[place : figure.start]), text[figure.start : figure.end]]
        place = figure.end
    return [*tokens, *_WORD.findall(text[place:])]


def linked(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield which text became which, by place: the same ones first, then those most alike; None is new or gone."""
    left, right = dict(enumerate(before)), dict(enumerate(after))
    for place, text in list(left.items()):
        same = next((other for other, words in right.items() if words == text), None)
        if same is not None:
            del left[place], right[same]
            yield place, same
    for place, text in list(left.items()):
        others = list(right)
        found = nearest(text, [right[other] for other in others], limit=1, cutoff=LEAST_ALIKE)
        if found:
            other = others[found[0].position]
            del left[place], right[other]
            yield place, other
    yield from ((place, None) for place in left)
    yield from ((None, other) for other in right)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedClause:
    """A clause before and after, by its path; None is new or gone. The texts are without number and children."""

    before: str | None
    after: str | None
    text_before: str
    text_after: str


def linked_clauses(before: Document, after: Document) -> tuple[LinkedClause, ...]:
    """Link the clauses of two documents: the same words first, then the same number, then those most alike.

    A number that a clause has got anew is no difference. They stand in the order of the later document, those that are
    gone at the end.
    """
    old, new = _own_texts(before), _own_texts(after)
    rest, links = dict(old), dict[str, str]()
    for find in (_same_words, _same_number, _most_alike):
        unlinked = {path: words for path, words in new.items() if path not in links}
        for path, found in find(unlinked, rest):
            if path not in links and found in rest:
                links[path] = found
                del rest[found]
    told = [(links.get(path), path) for path in new] + [(path, None) for path in rest]
    return tuple(
        LinkedClause(before=was, after=now, text_before=old.get(was or "", ""), text_after=new.get(now or "", ""))
        for was, now in told
    )


Texts = Mapping[str, str]


def _same_words(new: Texts, old: Texts) -> Iterator[tuple[str, str]]:
    places: dict[str, list[str]] = {}
    for path, words in old.items():
        places.setdefault(words, []).append(path)
    yield from ((path, found) for path, words in new.items() for found in places.get(words, ()))


def _same_number(new: Texts, old: Texts) -> Iterator[tuple[str, str]]:
    alike = (path for path in new if path in old and nearest(new[path], [old[path]], limit=1, cutoff=LEAST_ALIKE))
    yield from ((path, path) for path in alike)


def _most_alike(new: Texts, old: Texts) -> Iterator[tuple[str, str]]:
    paths, texts = list(old), list(old.values())
    found = [
        (one.similarity, path, paths[one.position])
        for path, words in new.items()
        for one in nearest(words, texts, limit=_MOST_ALIKE, cutoff=LEAST_ALIKE)
    ]
    yield from ((path, other) for _, path, other in sorted(found, key=lambda one: -one[0]))


def _own_texts(document: Document) -> dict[str, str]:
    """Return the words of each clause that stand in none of its children, without its printed number."""
    words = {mark.start: mark.words for mark in find_marks(document.text)}
    inside: dict[str | None, list[int]] = {}
    for clause in document.clauses:
        inside.setdefault(clause.parent, []).append(clause.start)
    return {
        one.path: document.text[words.get(one.start, one.start) : min([one.end, *inside.get(one.path, ())])].strip()
        for one in document.clauses
    }
