"""Entries of a vocabulary that a typed text may mean, best first: for suggestions while typing."""

from __future__ import annotations

from typing import Any

from matcher.description import describe_entry
from matcher.fuzzy import nearest
from seeds.folding import fold
from seeds.vocabulary import Vocabulary

_STARTS, _HOLDS = 0.95, 0.9
_NOTHING = (0.0, "")


def nearest_entries(vocabulary: Vocabulary, query: str, limit: int, language: str) -> list[dict[str, Any]]:
    """Return at most `limit` entries with `how` and `similarity`: written so, beginning so, holding it, alike."""
    wanted = fold(query)
    if not wanted:
        return []
    found: dict[str, tuple[float, str]] = {}
    for name, ids in vocabulary.index.items():
        likeness = _likeness(wanted, name)
        for entry in ids if likeness > _NOTHING else ():
            found[entry] = max(found.get(entry, _NOTHING), likeness)
    names = tuple(vocabulary.index)
    for alike in nearest(wanted, names, limit=limit):
        for entry in vocabulary.index[names[alike.position]]:
            found.setdefault(entry, (alike.similarity, "fuzzy"))
    ranked = sorted(found, key=lambda entry: (-found[entry][0], len(vocabulary[entry].zh), entry))[:limit]
    return [
        {**describe_entry(vocabulary, entry, language), "how": found[entry][1], "similarity": found[entry][0]}
        for entry in ranked
    ]


def _likeness(wanted: str, name: str) -> tuple[float, str]:
    if wanted == name:
        return (1.0, "exact")
    if name.startswith(wanted):
        return (_STARTS, "contains")
    return (_HOLDS, "contains") if wanted in name and len(wanted) > 1 else _NOTHING
