"""What a stored screening must give so that it can be written to a file, and the rows that are no company's profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import merge
from operator import itemgetter
from typing import Any, Protocol

import orjson
import pyarrow as pa  # type: ignore[import-untyped]

from matcher.profiles.profile import MatchError
from service.complaints import Complaint
from service.intake.profile.schema import complaints_of_facts
from service.screenings.stored.folders import Folder
from service.shapes.screening import RejectedRow

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


Json = dict[str, Any]


def rejected_rows(folder: Folder, numbers: Iterable[int], language: str) -> list[RejectedRow]:
    """Return one item a fault, by row, worded in one language."""
    raw = raw_rejected(folder, numbers)
    return [_worded(item["row"], fault, language) for item in raw for fault in item["faults"]]


def raw_rejected(folder: Folder, numbers: Iterable[int]) -> Iterator[Json]:
    """Yield the rejected rows by row, each with its faults in both languages."""
    decided = (line for number in numbers for line in _lines(folder, number))
    return merge(_lines(folder, None), decided, key=itemgetter("row"))


def refused_facts(row: int, error: MatchError) -> Json:
    """Return a row whose declared facts the catalogue does not know, as the reader of files tells its own."""
    return {
        "row": row,
        "line": None,
        "faults": [_fault(complaint) for complaint in complaints_of_facts(error.faults)],
    }


def _fault(complaint: Complaint) -> Json:
    fault: Json = {
        "field": complaint.pointer.removeprefix("/profile/"), "heading": "", "value": "", "code": complaint.published,
    }  # fmt: skip
    for language in ("zh", "en"):
        fault[f"message_{language}"], fault[f"hint_{language}"] = complaint.worded(language)
    return fault


def _lines(folder: Folder, number: int | None) -> Iterator[Json]:
    path = folder.rejected(number)
    if path.is_file():
        with path.open("rb") as lines:
            yield from map(orjson.loads, lines)


def _worded(row: int, fault: Json, language: str) -> RejectedRow:
    ending = "en" if language == "en" else "zh"
    return RejectedRow(
        row=row, field=fault["field"] or None, heading=fault["heading"] or None, value=fault["value"] or None,
        code=fault["code"], message=fault[f"message_{ending}"], hint=fault[f"hint_{ending}"] or None,
    )  # fmt: skip
