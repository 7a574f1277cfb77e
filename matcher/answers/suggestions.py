"""Entries of a vocabulary that a typed text may mean, best first: for suggestions while typing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from matcher.answers.catalogue_json import describe_entry
from matcher.answers.shapes import VocabularyEntry
from matcher.fuzzy import nearest
from seeds.regions import Level
from seeds.vocabulary import Vocabulary, fold

_STARTS, _HOLDS = 0.95, 0.9
_WIDEST_FIRST = {level: place for place, level in enumerate((Level.PROVINCE, Level.CITY, Level.COUNTY))}
_LONGEST_PLACE = 24
"""A place inside another is typed in fewer characters; a longer text is no such place."""


class _Find(NamedTuple):
    """How well an entry answers: how alike it is, and how much of the name that answers was typed."""

    similarity: float
    typed: float
    how: str


def nearest_entries(vocabulary: Vocabulary, query: str, limit: int, language: str) -> list[VocabularyEntry]:
    """Return at most `limit` entries with `how` and `similarity`: written so, beginning so, holding it, alike.

    Among equals the wider place comes first, then the entry whose name is most nearly typed in full.
    """
    wanted = fold(query)
    if not wanted:
        return []
    found: dict[str, _Find] = {}
    for entry, find in (*_named(vocabulary, wanted), *_inside(vocabulary, wanted)):
        found[entry] = max(found.get(entry, find), find)
    names = tuple(vocabulary.index)
    for alike in nearest(wanted, names, limit=limit):
        for entry in vocabulary.index[names[alike.position]]:
            found.setdefault(entry, _Find(alike.similarity, alike.similarity, "fuzzy"))
    ranked = sorted(found, key=lambda entry: _order(vocabulary, entry, found[entry]))[:limit]
    return [
        structs.replace(
            describe_entry(vocabulary, entry, language), how=found[entry].how, similarity=found[entry].similarity
        )
        for entry in ranked
    ]


def _order(vocabulary: Vocabulary, entry: str, find: _Find) -> tuple[float, int, float, int, str]:
    kind = vocabulary[entry].kind
    level = _WIDEST_FIRST.get(Level(kind), len(_WIDEST_FIRST)) if vocabulary.name == "regions" else 0
    return (-find.similarity, level, -find.typed, len(vocabulary[entry].zh), entry)


def _named(vocabulary: Vocabulary, wanted: str) -> Iterator[tuple[str, _Find]]:
    """Yield the entries one of whose names is, begins with or holds what was typed."""
    for name, ids in vocabulary.index.items():
        if wanted not in name:
            continue
        starts = name.startswith(wanted)
        if not starts and len(wanted) == 1:
            continue
        typed = len(wanted) / len(name)
        exact = wanted == name
        similarity = 1.0 if exact else _STARTS if starts else _HOLDS
        yield from ((entry, _Find(similarity, typed, "exact" if exact else "contains")) for entry in ids)


def _inside(vocabulary: Vocabulary, wanted: str) -> Iterator[tuple[str, _Find]]:
    """Yield the places typed after one that they lie in: 合肥长, 安徽省合肥市长丰."""
    if vocabulary.name != "regions" or len(wanted) > _LONGEST_PLACE:
        return
    for cut in range(1, len(wanted)):
        around = vocabulary.index.get(wanted[:cut], ())
        rest = wanted[cut:]
        for entry, find in (*_named(vocabulary, rest), *_inside(vocabulary, rest)) if around else ():
            inside = entry not in around and vocabulary.taxonomy.within(entry, around)
            if inside and find.similarity >= _STARTS:
                yield entry, _Find(_STARTS, find.typed, "contains")
