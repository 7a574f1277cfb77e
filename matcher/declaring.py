"""The facts that many profiles declare: inputs of their own, unless they take the place of what a field says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matcher.errors import MatchError
from matcher.fields import NUMBERS, Fields
from matcher.profile import MatchRequest
from matcher.profile_reading import ProfileReader
from matcher.reading import Reading
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
    """What rows declare: `keys` with the `rows` that said them; rows read as a `whole`; rows `refused`, and why.

    `facts_of` tells what each key declares.
    """

    keys: Sequence[Key]
    rows: Sequence[int]
    facts_of: Mapping[Key, Mapping[str, Any]]
    whole: Mapping[int, Reading]
    refused: Mapping[int, MatchError]


def read_declared(given: Fields, reader: ProfileReader, on: date) -> Declared:
    """Read what rows declare, each distinct fact once; a row that declares anything wrong is refused."""
    column = given.columns["facts"]
    declaring = [row for row, facts in enumerate(column) if facts]
    replacing = {row for row in declaring if not OF_FIELDS.isdisjoint(column[row])}
    said = [(row, fact, raw) for row in declaring if row not in replacing for fact, raw in column[row].items()]
    rows, keys = [row for row, _, _ in said], [(fact, repr(raw)) for _, fact, raw in said]
    distinct = dict(zip(keys, said, strict=True))
    facts_of = {key: {fact: raw} for key, (_, fact, raw) in distinct.items()}
    wrong = {key for key, facts in facts_of.items() if reader.faults_of(facts)}
    faulty = {row for row, key in zip(rows, keys, strict=True) if key in wrong} if wrong else set()
    faulty |= {row for row in replacing if reader.faults_of(column[row])}
    return Declared(
        keys=keys,
        rows=rows,
        facts_of=facts_of,
        whole={row: reader.read(MatchRequest(profile=given.profile(row), on=on)) for row in sorted(replacing - faulty)},
        refused={row: MatchError(reader.faults_of(column[row])) for row in sorted(faulty)},
    )
