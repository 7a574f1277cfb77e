"""What a stored screening must tell so that it can be written to a file; nothing here knows where it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import pyarrow as pa  # type: ignore[import-untyped]

PAIR_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("external_id", pa.string()),
        ("uscc", pa.string()),
        ("name", pa.string()),
        ("measure_id", pa.string()),
        ("verdict", pa.string()),
        ("relevance", pa.string()),
        ("score", pa.float64()),
        ("unknown", pa.list_(pa.struct([("fact", pa.string()), ("why", pa.string())]))),
    ]
)
"""One tenant x measure that is shown; `unknown` are the facts that leave it open, each with why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many pairs have each verdict; `withheld` are possible ones that nothing connects."""

    applicable: int = 0
    possible: int = 0
    not_applicable: int = 0
    withheld: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One line of the summary: what would settle or open how many pairs."""

    label: str
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the results rest on. `statuses` are words; `notes` are further lines for people."""

    catalogue: str
    on: date
    statuses: tuple[str, ...]
    rows: int
    rejected: int
    counts: Counts
    settles: tuple[Advice, ...] = ()
    opens: tuple[Advice, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureLine:
    """One measure with its counts; labels are words in the language of the results."""

    id: str
    title: str
    instrument: str
    document: str
    status: str
    region: str
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantLine:
    """One tenant with its counts and the titles of its best measures; `row` is 1 for the first row of data."""

    row: int
    external_id: str
    uscc: str
    name: str
    counts: Counts
    best: tuple[str, ...] = ()


class ResultSource(Protocol):
    """A stored screening; tenants and pairs come by rising row, a tenant's pairs best first; each call starts anew.

    A tenant's pairs stand in one table.
    """

    @property
    def about(self) -> About:
        """Return what the results rest on."""

    def measures(self) -> Iterable[MeasureLine]:
        """Return the measures, the most useful first."""

    def tenants(self) -> Iterable[TenantLine]:
        """Return the tenants."""

    def pairs(self) -> Iterable[pa.Table]:
        """Return the pairs that are shown, as tables of PAIR_SCHEMA."""

    def rejected(self) -> Iterable[Mapping[str, Any]]:
        """Return the rejected rows as `RejectedRow.plain` gives them."""
