"""What a stored screening must tell so that it can be written to a file; nothing here knows where it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeAlias

Unknown: TypeAlias = Sequence[tuple[str, str]]
"""The facts that leave a pair open, each with why: (("stage", "fact_missing"),)."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """One tenant x measure that is shown."""

    row: int
    external_id: str
    uscc: str
    name: str
    measure_id: str
    verdict: str
    relevance: str
    score: float
    unknown: Unknown = ()


class ResultSource(Protocol):
    """A stored screening; tenants and pairs come by rising row, a tenant's pairs best first; each call starts anew."""

    @property
    def about(self) -> About:
        """Return what the results rest on."""

    def measures(self) -> Iterable[MeasureLine]:
        """Return the measures, the most useful first."""

    def tenants(self) -> Iterable[TenantLine]:
        """Return the tenants."""

    def pairs(self) -> Iterable[PairLine]:
        """Return the pairs that are shown."""

    def rejected(self) -> Iterable[Mapping[str, Any]]:
        """Return the rejected rows as `RejectedRow.plain` gives them."""
