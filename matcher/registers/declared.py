"""What many rows declare as facts, equal declarations read once; and how several entries are taken for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from matcher.profiles.organisations import FACT as ORGANISATION
from matcher.profiles.profile import Fields, MatchError, MatchRequest, Reading
from matcher.profiles.reader import ProfileReader
from rules.language.flat import Positions


def looked_up(known: Mapping[Any, int], keys: Sequence[Any]) -> Positions:
    """Return the number of each key; raises KeyError for one that has none."""
    return np.fromiter(map(known.__getitem__, keys), dtype=np.intp, count=len(keys))


def spans(starts: Positions, counts: Positions) -> Positions:
    """Return starts[0], starts[0] + 1 ... (counts[0] of them), then those from starts[1] and so on.

    So several entries of a flat array are taken for each row.
    """
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - starts, counts)


Key = tuple[str, str]
"""A fact and what was declared of it, as text."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What rows declare: rows[i] stated keys[places[i]]; rows read as a `whole`; rows `refused`, and why.

    `facts_of` tells what each key declares.
    """

    keys: Sequence[Key]
    places: Positions
    rows: Positions
    facts_of: Mapping[Key, Mapping[str, Any]]
    whole: Mapping[int, Reading]
    refused: Mapping[int, MatchError]


class _Declaration(NamedTuple):
    """What one declaration adds, unless it is wrong or takes the place of what a field says."""

    keys: tuple[Key, ...]
    error: MatchError | None
    replaces: bool


def read_declared(given: Fields, reader: ProfileReader, on: date) -> Declared:
    """Read what rows declare, equal declarations once; a row that declares anything wrong is refused."""
    column = given.columns["facts"]
    texts = list(map(repr, column))
    distinct = dict(zip(texts, column, strict=True))
    which = looked_up({text: number for number, text in enumerate(distinct)}, texts)
    stated = [_declaration(facts, reader) for facts in distinct.values()]
    facts_of = {
        key: {key[0]: facts[key[0]]} for facts, each in zip(distinct.values(), stated, strict=True) for key in each.keys
    }
    place_of = {key: place for place, key in enumerate(facts_of)}
    # Every row stands as often as its declaration adds facts, and beside it the place of each of them.
    flat = np.array([place_of[key] for each in stated for key in each.keys], dtype=np.intp)
    counts = np.array([len(each.keys) for each in stated], dtype=np.intp)
    starts = np.cumsum(counts) - counts
    refused = np.array([each.error is not None for each in stated], dtype=np.bool_)[which]
    whole = np.array([each.replaces for each in stated], dtype=np.bool_)[which] & ~refused
    return Declared(
        keys=tuple(facts_of),
        places=flat[spans(starts[which], counts[which])],
        rows=np.repeat(np.arange(len(which)), counts[which]),
        facts_of=facts_of,
        whole={
            row: reader.read(MatchRequest(profile=given.profile(row), on=on)) for row in np.flatnonzero(whole).tolist()
        },
        refused={row: error for row, place in enumerate(which.tolist()) if (error := stated[place].error)},
    )


def _declaration(facts: Mapping[str, Any], reader: ProfileReader) -> _Declaration:
    published = reader.declared.facts
    # Declaring what a field of the profile speaks of replaces what was read of that field.
    replaces = any(fact == ORGANISATION or (fact in published and published[fact].field != "facts") for fact in facts)
    try:
        reader.declared.read(facts)
    except MatchError as error:
        return _Declaration((), error, replaces)
    return _Declaration(() if replaces else tuple((fact, repr(raw)) for fact, raw in facts.items()), None, replaces)
