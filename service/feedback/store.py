"""What readers report as wrong: stored in the data file, listed and closed by editors, deleted when overdue."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from service.store import Row, Store

MOST_REPORTS = 100_000
"""The store takes no more, so that nobody fills the disk with reports."""
_DAY_SECONDS = 86_400.0
_ID_BYTES = 12


class FeedbackFullError(Exception):
    """There are so many reports that no more are taken."""


class ReportState(StrEnum):
    """Whether an editor has dealt with a report."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a reader says: this condition of this measure came out as `verdict` and should be `should_be`.

    `condition` is its place in the answer ("2", or "2.0" for a part of it), "" when several conditions read that
    `fact` and it was not reported which. `profile` is there only with the reader's consent.
    """

    measure: str
    fact: str
    condition: str
    verdict: str
    should_be: str
    comment: str = ""
    catalogue: str = ""
    language: str = "zh"
    profile: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A statement as stored; times are seconds since the epoch."""

    id: str
    statement: Statement
    created_at: float
    expires_at: float
    closed_at: float | None = None
    note: str = ""

    @property
    def state(self) -> ReportState:
        """Return whether it is still open."""
        return ReportState.OPEN if self.closed_at is None else ReportState.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports; what is "" does not filter."""

    measure: str = ""
    state: str = ""
    with_profile: bool = False

    def where(self) -> tuple[str, dict[str, str]]:
        """Return the condition in SQL and its parameters but `now`: what is overdue is as good as gone."""
        states = {ReportState.OPEN: "closed_at IS NULL", ReportState.CLOSED: "closed_at IS NOT NULL"}
        terms = ["measure = :measure"] if self.measure else []
        terms += [states[ReportState(self.state)]] if self.state else []
        terms += ["profile IS NOT NULL"] if self.with_profile else []
        return " AND ".join(["expires_at > :now", *terms]), {"measure": self.measure}


@dataclass(frozen=True, slots=True)
class Feedback:
    """The reports of one data file."""

    store: Store
    clock: Callable[[], float] = field(default=time.time)

    def add(self, statement: Statement, *, days: int) -> Report:
        """Store a report for so many days; raise FeedbackFullError when there are too many."""
        now = self.clock()
        ends = now + days * _DAY_SECONDS
        report = Report(id=secrets.token_hex(_ID_BYTES), statement=statement, created_at=now, expires_at=ends)
        with self.store.transaction() as database:
            if self.count(ReportFilter()) >= MOST_REPORTS:
                raise FeedbackFullError
            database.table("feedback").insert(_row_of(report))
        return report

    def count(self, asked: ReportFilter) -> int:
        """Return how many reports there are whose time is not over."""
        where, values = asked.where()
        query = f"SELECT COUNT(*) AS n FROM feedback WHERE {where}"  # noqa: S608 - constants
        row = self.store.row(query, {**values, "now": self.clock()})
        return int(row["n"]) if row else 0

    def listed(self, asked: ReportFilter, *, most: int = MOST_REPORTS, skip: int = 0) -> list[Report]:
        """Return reports, newest first."""
        where, values = asked.where()
        query = f"SELECT * FROM feedback WHERE {where} ORDER BY created_at DESC, id LIMIT :most OFFSET :skip"  # noqa: S608 - constants
        return [
            _report_of(row)
            for row in self.store.rows(query, {**values, "now": self.clock(), "most": most, "skip": skip})
        ]

    def find(self, report_id: str) -> Report | None:
        """Return one report whose time is not over."""
        query = "SELECT * FROM feedback WHERE id = :id AND expires_at > :now"
        row = self.store.row(query, {"id": report_id, "now": self.clock()})
        return _report_of(row) if row else None

    def close(self, report_id: str, note: str = "") -> bool:
        """Note that a report is dealt with; tell whether there was an open one."""
        query = "UPDATE feedback SET closed_at = :now, note = :note WHERE id = :id AND closed_at IS NULL"
        return self.store.change(query, {"id": report_id, "note": note, "now": self.clock()}) > 0

    def forget_overdue(self) -> int:
        """Delete the reports whose time is over, and every trace of them; return how many."""
        forgotten = self.store.change("DELETE FROM feedback WHERE expires_at <= :now", {"now": self.clock()})
        if forgotten:
            self.store.empty_log()
        return forgotten


def _row_of(report: Report) -> Row:
    statement = asdict(report.statement)
    profile = statement["profile"]
    return {
        "id": report.id,
        **statement,
        "profile": None if profile is None else orjson.dumps(profile).decode(),
        "created_at": report.created_at,
        "expires_at": report.expires_at,
        "closed_at": report.closed_at,
        "note": report.note,
    }


def _report_of(row: Row) -> Report:
    own = {name: row[name] for name in ("id", "created_at", "expires_at", "closed_at", "note")}
    stated = {name: value for name, value in row.items() if name not in own}
    profile = None if stated["profile"] is None else orjson.loads(stated["profile"])
    return Report(statement=Statement(**{**stated, "profile": profile}), **own)
