"""Words looked for in the documents: where they stand, in which clause, and the line around them.

Compares as the index of the catalogue does: width, case, brackets and spaces make no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rules.catalogue.catalogue import SHORTEST_QUERY, Catalogue, clause_path, plain
from seeds.documents import Document
from seeds.outline import Clause
from seeds.vocabulary import simplify
from service.pages.quotes import QuotePiece, mark_matches

LONGEST_QUERY = 100
_BEFORE, _AFTER = 24, 90
"""Characters of a line shown before and after the first words found in it."""


class Place(NamedTuple):
    """Where words stand: text[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseFound:
    """A clause whose own words hold what was looked for, every place where they do, and how many words that are."""

    document: Document
    clause: Clause
    places: tuple[Place, ...]
    words: int


def is_too_short(query: str) -> bool:
    """Tell whether a query has too few characters that count."""
    return bool(query) and len(plain(query)) < SHORTEST_QUERY


def places_of(text: str, writings: Iterable[str]) -> tuple[Place, ...]:
    """Return where any of `writings` stands within one line of `text`, in order; those that overlap are one place."""
    readable, offsets = _readable(text)
    sought = {plain(form) for words in writings for form in (words, simplify(words))}
    found = [
        Place(offsets[at], offsets[at + len(words) - 1] + 1)
        for words in sought
        if len(words) >= SHORTEST_QUERY
        for at in _starts(readable, words)
    ]
    return _joined(found)


def _joined(places: Iterable[Place]) -> tuple[Place, ...]:
    joined: list[Place] = []
    for place in sorted(places):
        if joined and place.start < joined[-1].end:
            joined[-1] = Place(joined[-1].start, max(joined[-1].end, place.end))
        else:
            joined.append(place)
    return tuple(joined)


@lru_cache(maxsize=1024)
def _readable(text: str) -> tuple[str, tuple[int, ...]]:
    """Return what of a text is compared, lines kept apart, and the offset of each character of that."""
    kept = [(_compared(c), at) for at, c in enumerate(text) if _compared(c)]
    return "".join(c for c, _ in kept), tuple(at for _, at in kept)


@lru_cache(maxsize=65536)
def _compared(character: str) -> str:
    return character if character == "\n" else plain(character)


def _starts(text: str, words: str) -> Iterable[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + len(words))


def search_clauses(catalogue: Catalogue, query: str) -> list[ClauseFound]:
    """Return the clauses whose own words hold every word of `query`, those with one in their heading first.

    Where no clause holds all words, those with most of them. Other spellings of what a word names count too. Documents
    that are in force come first, and within one the order of the text.
    """
    found = [
        found
        for document in in_order(catalogue)
        for found in clauses_with(document, places_by_word(catalogue, document, query), partly=True)
    ]
    most = max((one.words for one in found), default=0)
    return sorted((one for one in found if one.words == most), key=lambda one: not _is_headed(one))


def _is_headed(found: ClauseFound) -> bool:
    """Tell whether something that was looked for stands in the heading of its clause."""
    clause = found.clause
    at = found.document.text.find(clause.heading, clause.start, clause.end) if clause.heading else -1
    return at >= 0 and found.places[0].start < at + len(clause.heading)


def titled_documents(catalogue: Catalogue, query: str) -> list[Document]:
    """Return the documents whose title or number holds every word of `query`."""
    sought = [plain(word) for word in catalogue.words_of(query)]
    return [
        one for one in in_order(catalogue) if all(word in plain(f"{one.title}\n{one.number or ''}") for word in sought)
    ]


def places_by_word(catalogue: Catalogue, document: Document, query: str) -> dict[str, tuple[Place, ...]]:
    """Return where each word of `query` stands in a document; the number of a clause stands where the clause begins."""
    numbered = {clause.path: clause for clause in document.clauses}
    places: dict[str, tuple[Place, ...]] = {}
    for word in catalogue.words_of(query):
        found, clause = places_of(document.text, catalogue.spellings(word)), numbered.get(clause_path(word))
        if clause is not None:
            end = document.text.find("\n", clause.start, clause.end)
            found = (Place(clause.start, clause.end if end < 0 else end), *found)
        places[word] = found
    return places


def all_places(by_word: Mapping[str, Sequence[Place]]) -> tuple[Place, ...]:
    """Return the places of all words in order; those that overlap are one place."""
    return _joined(place for places in by_word.values() for place in places)


def unfound(by_word: Sequence[Mapping[str, Sequence[Place]]]) -> list[str]:
    """Return the words that stand in none of some documents."""
    return [word for word in (by_word[0] if by_word else ()) if not any(places[word] for places in by_word)]


def in_order(catalogue: Catalogue) -> list[Document]:
    """Return the documents, those in force first, drafts after them and what is repealed last."""
    rank = {"in_force": 0, "draft": 1, "repealed": 2}
    return sorted(
        catalogue.documents.values(), key=lambda document: (rank[document.status], document.region, document.id)
    )


def clauses_with(
    document: Document, by_word: Mapping[str, Sequence[Place]], *, partly: bool = False
) -> list[ClauseFound]:
    """Return the deepest clauses that hold a place of every word, `partly` those that hold a place of any."""
    holding: Counter[str] = Counter()
    by_path: dict[str, list[Place]] = {}
    for places in by_word.values():
        held = [(found[0].path, place) for place in places if (found := document.clauses_at(place.start))]
        holding.update({path for path, _ in held})
        for path, place in held:
            by_path.setdefault(path, []).append(place)
    wanted = (
        ClauseFound(document=document, clause=document.clause(path), places=_joined(by_path[path]), words=count)
        for path, count in holding.items()
        if partly or count == len(by_word)
    )
    return sorted(wanted, key=lambda one: one.places[0])


def excerpt(text: str, places: Sequence[Place]) -> list[QuotePiece]:
    """Return the stretch of one line around the first of `places`, what was found in it marked."""
    first = places[0]
    line_start = text.rfind("\n", 0, first.start) + 1
    line_end = text.find("\n", first.end)
    line_end = len(text) if line_end < 0 else line_end
    start, end = max(line_start, first.start - _BEFORE), min(line_end, first.end + _AFTER)
    pieces = marked(text, start, end, places)
    before = [QuotePiece("…", marked=False)] if start > line_start else []
    after = [QuotePiece("…", marked=False)] if end < line_end else []
    return [*before, *pieces, *after]


def marked(text: str, start: int, end: int, places: Iterable[Place]) -> list[QuotePiece]:
    """Cut text[start:end] into pieces, those of `places` that lie in it marked."""
    inside = ((max(p.start, start), min(p.end, end)) for p in places if p.start < end and p.end > start)
    return mark_matches(text[start:end], start, inside)
