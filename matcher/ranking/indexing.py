"""Passages and words of a catalogue turned into arrays: worked out once, kept with the edition.

What is looked up in them stands in passages.py.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from matcher.ranking.passages import (
    BELOW_PROVINCE,
    SHORTEST_NAME,
    Level,
    NameInText,
    Passage,
    is_whole_word,
    passages_of,
    words_in,
)
from rules.catalogue.catalogue import Catalogue, Unchanged
from rules.language.flat import NO_PLACES, NO_POSTINGS, Parts, Postings, Records, Small
from rules.language.measures import Measure
from seeds.departments import duty_spans
from seeds.regions import names_in_prose
from seeds.vocabulary import Entry, Vocabulary, fold_aligned
from seeds.word_lists import word_lists

_NOT_BEHIND, _NOT_BEFORE = word_lists().not_behind, word_lists().not_before
"""Names that are the end of one word and the beginning of the next (金融|资本), by the characters beside them."""
_BLANK = "\0"


class NameScanner:
    """Finds the names of one vocabulary in aligned-folded texts; built once."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        entries: Iterable[Entry],
        names: Callable[[Entry], Iterable[str]] = Entry.spellings,
    ) -> None:
        """Index the `names` of `entries`, and by their first two characters how long they are."""
        self.vocabulary = vocabulary.name
        spelled: dict[str, list[str]] = {}
        for entry in entries:
            for spelling in names(entry):
                name = fold_aligned(unicodedata.normalize("NFKC", spelling))
                if len(name) >= SHORTEST_NAME and entry.id not in spelled.setdefault(name, []):
                    spelled[name].append(entry.id)
        self._ids = {name: tuple(ids) for name, ids in spelled.items()}
        self._lengths: dict[str, list[int]] = {}
        for length, head in sorted({(-len(name), name[:SHORTEST_NAME]) for name in spelled}):
            self._lengths.setdefault(head, []).append(-length)
        self._pairs = np.sort(_pairs_in("".join(self._lengths))[::SHORTEST_NAME])

    def scan(self, text: str) -> list[NameInText]:
        """Return every name in `text` (aligned-folded), left to right, not overlapping."""
        found: list[NameInText] = []
        behind, pairs = 0, _pairs_in(text)
        places = np.searchsorted(self._pairs, pairs)
        begins = self._pairs.take(places, mode="clip") == pairs if len(self._pairs) else np.zeros(0, dtype=np.bool_)
        for position in np.flatnonzero(begins).tolist():
            hit = self._at(text, position) if position >= behind else None
            if hit:
                found.append(hit)
                behind = hit.end
        return found

    def _at(self, text: str, position: int) -> NameInText | None:
        for length in self._lengths.get(text[position : position + SHORTEST_NAME], ()):
            end = position + length
            name = text[position:end]
            ids = self._ids.get(name)
            if ids and is_whole_word(text, position, end) and _is_one_word(text, name, end):
                return NameInText(position, end, self.vocabulary, ids)
        return None


def _is_one_word(text: str, name: str, end: int) -> bool:
    left, right = text[end - len(name) - 1 : end - len(name)], text[end : end + 1]
    return not (left and left in _NOT_BEHIND.get(name, "")) and not (right and right in _NOT_BEFORE.get(name, ""))


def _searchable(text: str) -> str:
    """Return the text for searching, who is responsible blanked out: 农业农村厅 says nothing of farming."""
    aligned = fold_aligned(text)
    for start, end in duty_spans(text):
        aligned = aligned[:start] + _BLANK * (end - start) + aligned[end:]
    return aligned


def _reporting_names(need: Entry) -> Iterable[str]:
    """Return the names of a need that mean it in a policy too: 推广, 数据 and 落地 stand there for anything."""
    return (name for name in need.spellings() if len(name) > SHORTEST_NAME)


def scanners_of(words: Mapping[str, Vocabulary]) -> tuple[NameScanner, ...]:
    """Return what finds the names of products, sectors, needs and places in texts."""
    places = [entry for entry in words["regions"].entries.values() if entry.kind in BELOW_PROVINCE]
    return (
        NameScanner(words["concepts"], words["concepts"].entries.values()),
        NameScanner(words["sectors"], words["sectors"].entries.values()),
        NameScanner(words["needs"], words["needs"].entries.values(), _reporting_names),
        NameScanner(words["regions"], places, names_in_prose),
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """The passages of all measures, each once, and who rests on each at which level."""

    own: list[Passage]
    users: dict[Passage, list[tuple[Level, int]]]


def _standing(catalogue: Catalogue, measures: Sequence[Measure]) -> _Standing:
    found = _Standing([], {})
    beside: dict[tuple[str, str], list[Measure]] = {}
    for measure in sorted(measures, key=lambda measure: measure.source.start):
        beside.setdefault((measure.document, measure.source.clause), []).append(measure)
    for position, measure in enumerate(measures):
        neighbours = beside[measure.document, measure.source.clause]
        standing = passages_of(measure, catalogue.documents[measure.document], neighbours)
        found.own.append(standing[Level.SENTENCE][0])
        for level, passages in standing.items():
            for passage in passages:
                found.users.setdefault(passage, []).append((level, position))
    return found


_Kind: TypeAlias = tuple[str, tuple[str, ...]]
"""A vocabulary and those of its entries that a name may mean."""


def _scanned(catalogue: Catalogue) -> tuple[dict[str, str], list[NDArray[np.int32]], list[_Kind]]:
    """Return the documents as they are searched, the names in each (start, end, place of its kind), and the kinds.

    Kinds are numbered as they are met with; a document that stands as it stood is not read again.
    """
    scanners, kinds = scanners_of(catalogue.vocabularies), dict[_Kind, int]()
    aligned: dict[str, str] = {}
    rows: list[NDArray[np.int32]] = []
    before = _Before(catalogue.unchanged)
    for name, document in catalogue.documents.items():
        if name in catalogue.unchanged.documents:
            aligned[name], found = before.text(name), before.names(name, kinds)
        else:
            aligned[name] = _searchable(document.text)
            hits = [hit for scanner in scanners for hit in scanner.scan(aligned[name])]
            hits.sort(key=lambda hit: hit.start)
            found = _numbers([(h.start, h.end, kinds.setdefault((h.vocabulary, h.ids), len(kinds))) for h in hits])
        rows.append(found)
    return aligned, rows, list(kinds)


_NOTHING: Parts = {"documents": (), "kinds": ()}


class _Before:
    """What was found in the documents that have not changed."""

    def __init__(self, unchanged: Unchanged) -> None:
        self._parts: Parts = unchanged.parts["matching"]["passages"] if unchanged.documents else _NOTHING
        self._places = {name: place for place, name in enumerate(self._parts["documents"])}
        self._kinds: list[_Kind] = [(vocabulary, tuple(ids)) for vocabulary, ids in self._parts["kinds"]]

    def text(self, document: str) -> str:
        kept: bytes = self._parts["aligned"][self._places[document]]
        return kept.decode("utf-8", "surrogatepass")

    def names(self, document: str, kinds: dict[_Kind, int]) -> NDArray[np.int32]:
        """Return the rows of a document, their kinds numbered anew."""
        (starts, rows), place = self._parts["hits"], self._places[document]
        found: NDArray[np.int32] = rows[starts[place] : starts[place + 1]].copy()
        anew = np.zeros(len(self._kinds), dtype=np.int32)
        for kind in dict.fromkeys(found[:, 2].tolist()):
            anew[kind] = kinds.setdefault(self._kinds[kind], len(kinds))
        found[:, 2] = anew[found[:, 2]]
        return found


def index_passages(catalogue: Catalogue, measures: Sequence[Measure], anew: Small) -> Parts:
    """Scan every document once; return what a PassageIndex looks up.

    `anew` tells where the measures stand whose packs have not changed.
    """
    documents = {name: place for place, name in enumerate(catalogue.documents)}
    aligned, hits, kinds = _scanned(catalogue)
    standing = _standing(catalogue, measures)
    passages, users = tuple(standing.users), tuple(standing.users.values())
    unchanged = catalogue.unchanged
    changed = {passage: using for passage, using in standing.users.items() if passage.document not in unchanged.packs}
    named = unchanged.parts["matching"]["passages"]["named"] if unchanged.packs else NO_POSTINGS
    return {
        "documents": list(documents),
        "aligned": Records.of(text.encode("utf-8", "surrogatepass") for text in aligned.values()),
        "hits": [np.cumsum([0, *map(len, hits)], dtype=np.int64), np.concatenate([_numbers(()), *hits])],
        "kinds": [[vocabulary, list(ids)] for vocabulary, ids in kinds],
        "own": _numbers([(documents[one.document], one.start, one.end) for one in standing.own]),
        "granting": _spans(_by_document(standing.own, documents)),
        "passages": _numbers([(documents[one.document], one.start, one.end) for one in passages]),
        "users": _spans(users, width=2),
        "named": _named(documents, hits, kinds, changed).beside(named, anew),
        "pairs": _pairs_of([aligned[one.document][one.start : one.end] for one in passages]),
    }


def _numbers(rows: Sequence[Sequence[int]], width: int = 3) -> NDArray[np.int32]:
    return np.array(rows, dtype=np.int32).reshape(-1, width)


def _spans(lists: Iterable[Sequence[tuple[int, ...]]], width: int = 3) -> list[NDArray[np.int64] | NDArray[np.int32]]:
    """Join lists of rows: where each begins, and the rows."""
    lists = list(lists)
    starts = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    return [starts, _numbers([row for rows in lists for row in rows], width)]


def _by_document(passages: Iterable[Passage], documents: Iterable[str]) -> list[list[tuple[int, int, int]]]:
    """Return, for each document, the stretches that passages cover, in order and not overlapping."""
    covered: dict[str, list[tuple[int, int, int]]] = {name: [] for name in documents}
    for passage in sorted(passages, key=lambda passage: (passage.start, passage.end)):
        spans = covered[passage.document]
        if spans and passage.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], passage.end), 0)
        else:
            spans.append((passage.start, passage.end, 0))
    return list(covered.values())


def name_key(vocabulary: str, entry: str, level: int) -> str:
    """Return under what the measures stand that name an entry at a level."""
    return f"{level}{vocabulary}/{entry}"


def _named(
    documents: Mapping[str, int],
    hits: Sequence[NDArray[np.int32]],
    kinds: Sequence[_Kind],
    users: Mapping[Passage, Sequence[tuple[Level, int]]],
) -> Postings:
    names = {passage.document for passage in users}
    columns = {name: [column.tolist() for column in hits[documents[name]].T] for name in names}
    named: dict[str, set[int]] = {}
    for passage, using in users.items():
        starts, ends, kind_of = columns[passage.document]
        first, last = bisect_left(starts, passage.start), bisect_left(starts, passage.end)
        inside = {kind_of[row]: None for row in range(first, last) if ends[row] <= passage.end}
        entries = dict.fromkeys((kinds[kind][0], entry) for kind in inside for entry in kinds[kind][1])
        for vocabulary, entry in entries:
            for level, position in using:
                named.setdefault(name_key(vocabulary, entry, level), set()).add(position)
    return Postings.of({key: sorted(positions) for key, positions in named.items()})


_BITS = 21
"""So many bits hold a character; two of them leave as many for the number of a passage but one more."""


def _pairs_in(text: str) -> NDArray[np.uint64]:
    """Return each two characters that stand side by side as one number."""
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    return (characters[:-1] << np.uint64(_BITS)) | characters[1:]


def _pairs_of(texts: Sequence[str]) -> Postings:
    """Index texts by each two characters that stand side by side in them."""
    bits = 64 - 2 * _BITS
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), [len(text) for text in texts])
    pairs = _pairs_in("".join(texts))[owners[1:] == owners[:-1]]
    both = np.sort((pairs << np.uint64(bits)) | owners[1:][owners[1:] == owners[:-1]])
    both = both[np.flatnonzero(np.diff(both, prepend=both[:1] ^ np.uint64(1)))]  # each pair of a text once
    pairs, places = both >> np.uint64(bits), (both & np.uint64((1 << bits) - 1)).astype(np.int32)
    starts = np.flatnonzero(np.diff(pairs, prepend=pairs[:1] ^ np.uint64(1)))
    mask = (1 << _BITS) - 1
    keys = {chr(pair >> _BITS) + chr(pair & mask): row for row, pair in enumerate(pairs[starts].tolist())}
    return Postings(keys, np.append(starts, len(places)).astype(np.int64), places)


def index_words(
    texts: Iterable[tuple[int, str]], size: int, before: Postings = NO_POSTINGS, anew: Small = NO_PLACES
) -> Parts:
    """Index aligned-folded texts of measures by the words and pairs in them, beside those that have not changed."""
    words = Postings.sorted((position, words_in(text)) for position, text in texts)
    return {"size": size, "postings": words.beside(before, anew)}
