"""The facts that many profiles declare: inputs of their own, unless they take the place of what a field says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from matcher.errors import MatchError
from matcher.fields import NUMBERS, Fields
from matcher.passages import Positions
from matcher.profile import MatchRequest
from matcher.profile_reading import ProfileReader
from matcher.reading import Reading
from matcher.spans import spans
from rules.facts import DERIVED

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


def read_declared(given: Fields, reader: ProfileReader, on: date) -> Declared:
    """Read what rows declare, equal declarations once; a row that declares anything wrong is refused."""
    column = given.columns["facts"]
    texts = {row: repr(facts) for row, facts in enumerate(column) if facts}
    distinct = {text: column[row] for row, text in texts.items()}
    faults = {text: found for text, facts in distinct.items() if (found := reader.faults_of(facts))}
    replacing = {text for text, facts in distinct.items() if not OF_FIELDS.isdisjoint(facts)}
    whole = [row for row, text in texts.items() if text in replacing and text not in faults]
    adding = {text: facts for text, facts in distinct.items() if text not in replacing and text not in faults}
    facts_of = {(fact, repr(raw)): {fact: raw} for facts in adding.values() for fact, raw in facts.items()}
    rows, places = _laid_out(texts, adding, {key: place for place, key in enumerate(facts_of)})
    return Declared(
        keys=tuple(facts_of),
        places=places,
        rows=rows,
        facts_of=facts_of,
        whole={row: reader.read(MatchRequest(profile=given.profile(row), on=on)) for row in whole},
        refused={row: MatchError(faults[text]) for row, text in texts.items() if text in faults},
    )


def _laid_out(
    texts: Mapping[int, str], adding: Mapping[str, Mapping[str, Any]], places: Mapping[Key, int]
) -> tuple[Positions, Positions]:
    """Return every row that adds facts, as often as it has facts, and beside it the place of each fact's key."""
    numbers = {text: number for number, text in enumerate(adding)}
    rows = [row for row, text in texts.items() if text in numbers]
    which = np.array([numbers[texts[row]] for row in rows], dtype=np.intp)
    said = [places[fact, repr(raw)] for facts in adding.values() for fact, raw in facts.items()]
    counts = np.array([len(facts) for facts in adding.values()], dtype=np.intp)
    starts = np.cumsum(counts) - counts
    flat = np.array(said, dtype=np.intp)[spans(starts[which], counts[which])]
    return np.repeat(np.array(rows, dtype=np.intp), counts[which]), flat
