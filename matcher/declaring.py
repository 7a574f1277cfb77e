"""The facts that many profiles declare: inputs of their own, unless they take the place of what a field says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from matcher.errors import MatchError
from matcher.fields import NUMBERS, Fields
from matcher.heard import looked_up
from matcher.passages import Positions
from matcher.profile import MatchRequest
from matcher.profile_reading import ProfileReader
from matcher.reading import Reading
from matcher.spans import spans
from rules.facts import DERIVED
from seeds.errors import Fault

OF_FIELDS = frozenset({
    "region", "target_region", "sector", "concepts", "stage", "needs", "certifications", "foreign_invested",
    *NUMBERS, *DERIVED,
})  # fmt: skip
"""Facts that the fields of a profile speak of: declaring one replaces what was read."""

Key = tuple[str, str]
"""A fact and what was declared of it, as text."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What rows declare: rows[i] said keys[places[i]]; rows read as a `whole`; rows `refused`, and why.

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
    faults: tuple[Fault, ...]
    replaces: bool


def read_declared(given: Fields, reader: ProfileReader, on: date) -> Declared:
    """Read what rows declare, equal declarations once; a row that declares anything wrong is refused."""
    column = given.columns["facts"]
    texts = list(map(repr, column))
    distinct = dict(zip(texts, column, strict=True))
    which = looked_up({text: number for number, text in enumerate(distinct)}, texts)
    said = [_declaration(facts, reader) for facts in distinct.values()]
    facts_of = {
        key: {key[0]: facts[key[0]]} for facts, each in zip(distinct.values(), said, strict=True) for key in each.keys
    }
    rows, places = _laid_out(said, which, {key: place for place, key in enumerate(facts_of)})
    refused = np.array([bool(each.faults) for each in said], dtype=np.bool_)[which]
    whole = np.array([each.replaces for each in said], dtype=np.bool_)[which] & ~refused
    return Declared(
        keys=tuple(facts_of),
        places=places,
        rows=rows,
        facts_of=facts_of,
        whole={
            row: reader.read(MatchRequest(profile=given.profile(row), on=on)) for row in np.flatnonzero(whole).tolist()
        },
        refused={row: MatchError(said[which[row]].faults) for row in np.flatnonzero(refused).tolist()},
    )


def _declaration(facts: Mapping[str, Any], reader: ProfileReader) -> _Declaration:
    faults, replaces = reader.faults_of(facts), not OF_FIELDS.isdisjoint(facts)
    keys = () if faults or replaces else tuple((fact, repr(raw)) for fact, raw in facts.items())
    return _Declaration(keys, faults, replaces)


def _laid_out(said: Sequence[_Declaration], which: Positions, places: Mapping[Key, int]) -> tuple[Positions, Positions]:
    """Return every row as often as its declaration, said[which[row]], adds facts, and beside it each fact's place."""
    flat = np.array([places[key] for each in said for key in each.keys], dtype=np.intp)
    counts = np.array([len(each.keys) for each in said], dtype=np.intp)
    starts = np.cumsum(counts) - counts
    rows = np.repeat(np.arange(len(which)), counts[which])
    return rows, flat[spans(starts[which], counts[which])]
