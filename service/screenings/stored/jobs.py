"""The job table: who asked, how far it is, which worker holds it, and what a key may still screen or match today.

A lease that is not renewed is another's to take. It is judged by the time since the machine was started, which nobody
sets; one that would last longer than any worker asks for is none.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from service.clock import day_in_china
from service.store import Row, Store

_USED = "SELECT COALESCE(SUM(records), 0) AS records FROM usage WHERE key_id = :key AND day = :day"
_PROMISED = """
    SELECT COALESCE(SUM(total - done), 0) AS records FROM screenings
    WHERE key_id = :key AND state IN ('queued', 'running') AND total IS NOT NULL
"""
"""Rows of screenings that were let through: they will be counted chunk by chunk, as they are decided."""
_ADD = """
    INSERT INTO usage (key_id, day, records) VALUES (:key, :day, :records)
    ON CONFLICT (key_id, day) DO UPDATE SET records = records + excluded.records
"""


class Records:
    """The counts of one data file, by key and day in China."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        """Work on `store`; `clock` gives seconds since the epoch."""
        self._store = store
        self._clock = clock

    def used(self, key_id: str) -> int:
        """Return how many records were counted for a key today."""
        return self._number(_USED, {"key": key_id, "day": day_in_china(self._clock())})

    def left(self, key_id: str, *, most: int) -> int:
        """Return how many more a key has today, of `most` a day."""
        return max(0, most - self.used(key_id) - self._number(_PROMISED, {"key": key_id}))

    def charge(self, key_id: str, records: int, *, most: int) -> bool:
        """Count records of a key today; False, and nothing counted, when it has not so many left."""
        with self._store.transaction():
            if records > self.left(key_id, most=most):
                return False
            self.add(key_id, records)
        return True

    def add(self, key_id: str, records: int) -> None:
        """Count records that were promised already."""
        self._store.change(_ADD, {"key": key_id, "day": day_in_china(self._clock()), "records": records})

    def _number(self, query: str, values: dict[str, str]) -> int:
        row = self._store.row(query, values)
        return int(row["records"]) if row else 0


LEASE_SECONDS = 10.0
_LONGEST_SECONDS = 60.0
"""What is left of a lease may be more than LEASE_SECONDS for one who has waited for the data file since it asked."""
BEAT_SECONDS = 2.0
_DAY_SECONDS = 86_400.0
_ID_BYTES = 24
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_HELD = "(state = 'running' AND lease_boot IS :boot AND lease_until BETWEEN :up AND :up + :longest) IS TRUE"
_FREE = f"state IN ('queued', 'running') AND NOT {_HELD}"


class State(StrEnum):
    """Where a screening stands."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


_COUNTS = """
    done = unread + (SELECT COALESCE(SUM(rows), 0) FROM chunks WHERE screening = screenings.id),
    rejected = unread + (SELECT COALESCE(SUM(rejected), 0) FROM chunks WHERE screening = screenings.id)
"""

_UNCOUNTED = "attempts = MAX(attempts - 1, 0)"

UNFINISHED = frozenset({State.QUEUED, State.RUNNING})


class LeaseLostError(Exception):
    """The screening was cancelled, deleted, or taken by another worker; whoever held it leaves it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a screening is about beside its tenants: the day, the documents considered, headings given a field.

    `place` and `sector` hold for tenants whose row names none; `name` is what the screening is called. Of a
    workbook one of the `sheets` is read, or "all".
    """

    on: date
    statuses: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    sector: str = ""
    name: str = ""
    sheets: str = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One screening; times are seconds since the epoch, `total` is None until the file has been read.

    `series` is the id of the first of the screenings that run each other again.
    `attempts` is how often somebody began to work on it, and did not end in good order, since something came of it.
    """

    id: str
    key_id: str
    state: State
    format: str
    options: Options
    previous: str | None
    series: str
    catalogue: str | None
    total: int | None
    done: int
    rejected: int
    failure: str | None
    created_at: float
    started_at: float | None
    finished_at: float | None
    expires_at: float
    resumed_at: float | None
    resumed_done: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What one finished piece of a screening adds up to; its rows stand in files."""

    number: int
    rows: int
    rejected: int
    summary: Mapping[str, Any]


class Jobs:
    """The screenings of one data file."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], float] = time.time,
        uptime: Callable[[], float] = time.monotonic,
        boot: str | None = None,
    ) -> None:
        """Work on `store`; `clock` gives seconds since the epoch, `uptime` since the start of the machine, `boot`."""
        self._store = store
        self._clock = clock
        self._uptime = uptime
        self._boot = _this_boot() if boot is None else boot
        self.records = Records(store, clock)

    def create(self, job_id: str, key_id: str, *, form: str, options: Options, **more: Any) -> Job:  # noqa: ANN401 - columns
        """Put a screening into the queue; `more`: `days` until it is deleted, `previous`, `series`."""
        now = self._clock()
        row = {
            "id": job_id, "key_id": key_id, "state": State.QUEUED.value, "format": form,
            "options": orjson.dumps(options).decode(), "previous": more.get("previous"),
            "series": more.get("series", job_id),
            "created_at": now, "expires_at": now + more.get("days", 30) * _DAY_SECONDS,
        }  # fmt: skip
        with self._store.transaction() as database:
            database.table("screenings").insert(row)
        return self.found(job_id)

    def find(self, job_id: str, key_id: str) -> Job | None:
        """Return a screening of this key; another key's, and one whose time is over, are as good as none."""
        query = "SELECT * FROM screenings WHERE id = :id AND key_id = :key AND expires_at > :now"
        row = self._store.row(query, {"id": job_id, "key": key_id, "now": self._clock()})
        return _job_of(row) if row else None

    def found(self, job_id: str) -> Job:
        """Return a screening that must be there; raise LeaseLostError when it was deleted meanwhile."""
        row = self._store.row("SELECT * FROM screenings WHERE id = :id", {"id": job_id})
        if row is None:
            raise LeaseLostError(job_id)
        return _job_of(row)

    def owned(self, key_id: str) -> list[Job]:
        """Return the screenings of a key, newest first."""
        query = "SELECT * FROM screenings WHERE key_id = :key AND expires_at > :now ORDER BY created_at DESC, id"
        return [_job_of(row) for row in self._store.rows(query, {"key": key_id, "now": self._clock()})]

    def lease(self, worker: str, *, unread: bool | None = None) -> Job | None:
        """Take, in one statement, a screening that nobody works on: the oldest of the key whose turn is longest ago.

        `unread` asks for one whose file has not been read, or for one whose file has. Of a key one file is read at a
        time.
        """
        turn = "read_turn" if unread else "turn"
        query = f"""
            UPDATE screenings SET state = 'running', lease = :worker, lease_boot = :boot, lease_until = :up + :lease,
                attempts = attempts + 1, {turn} = (SELECT MAX({turn}) + 1 FROM screenings),
                started_at = COALESCE(started_at, :now), resumed_at = :now, resumed_done = done
            WHERE id = (
                SELECT id FROM screenings AS one WHERE expires_at > :now AND {_FREE}
                    AND (:unread IS NULL OR (total IS NULL) = :unread)
                    AND NOT (:unread IS 1 AND EXISTS (
                        SELECT 1 FROM screenings WHERE key_id = one.key_id AND total IS NULL AND {_HELD}
                    ))
                ORDER BY (SELECT MAX({turn}) FROM screenings WHERE key_id = one.key_id), rowid LIMIT 1
            ) RETURNING *
        """  # noqa: S608 - constants
        row = self._store.row(query, {"worker": worker, "now": self._clock(), "unread": unread, **self._now()})
        return _job_of(row) if row else None

    def others_wait(self, key_id: str) -> bool:
        """Tell whether a screening of another key has been read and waits to be decided."""
        query = f"SELECT 1 FROM screenings WHERE key_id <> :key AND expires_at > :now AND total IS NOT NULL AND {_FREE}"  # noqa: S608 - constants
        return self._store.row(query, {"key": key_id, "now": self._clock(), **self._now()}) is not None

    def beat(self, job_id: str, worker: str) -> None:
        """Renew the lease; raise LeaseLostError when it is no longer held."""
        self._held(job_id, worker, "lease_until = :up + :lease", self._now())

    def note_read(self, job_id: str, worker: str, *, total: int, rejected: int, most: int) -> bool:
        """Note how many rows the file has, and how many of them could not be read.

        False, and the screening has failed, when the key has not so many records left of `most` a day; one that was
        let through once goes on.
        """
        with self._store.transaction():
            job = self._held_job(job_id, worker)
            left = self.records.left(job.key_id, most=most)
            counts = {"total": total, "unread": rejected}
            self._held(job_id, worker, "total = :total, unread = :unread, attempts = 1", counts)
            self._count(job_id, worker)
            self._held(job_id, worker, "resumed_done = done", {})
            if job.total is not None or total - rejected <= left:
                return True
            params = {"rows": total - rejected, "left": left, "most": most}
            failure = orjson.dumps({"code": "records_exceeded", "params": params}).decode()
            self.end(job_id, worker, State.FAILED, failure)
        return False

    def note_catalogue(self, job_id: str, worker: str, version: str) -> None:
        """Note the catalogue that decides; chunks that another one decided are forgotten, never mixed in."""
        with self._store.transaction():
            if self._held_job(job_id, worker).catalogue not in (None, version):
                self._store.change("DELETE FROM chunks WHERE screening = :id", {"id": job_id})
            self._held(job_id, worker, "catalogue = :version", {"version": version})
            self._count(job_id, worker)
            self._held(job_id, worker, "resumed_done = done", {})

    def store_chunk(self, job_id: str, worker: str, chunk: Chunk) -> None:
        """Add a chunk, once, and count its rows as records of the key."""
        with self._store.transaction() as database:
            self._held(job_id, worker, "lease_until = :up + :lease, attempts = 1", self._now())
            row = {
                "screening": job_id, "number": chunk.number, "rows": chunk.rows, "rejected": chunk.rejected,
                "summary": orjson.dumps(chunk.summary).decode(),
            }  # fmt: skip
            database.table("chunks").insert(row)
            self.records.add(self.found(job_id).key_id, chunk.rows)
            self._count(job_id, worker)

    def chunks(self, job_id: str) -> list[Chunk]:
        """Return the finished chunks in order."""
        query = "SELECT number, rows, rejected, summary FROM chunks WHERE screening = :id ORDER BY number"
        rows = self._store.rows(query, {"id": job_id})
        return [Chunk(**{**row, "summary": orjson.loads(row["summary"])}) for row in rows]

    def end(self, job_id: str, worker: str, state: State, failure: str | None = None) -> None:
        """Note how it ended, and let go of it."""
        changes = "state = :state, failure = :failure, finished_at = :now, lease = NULL, lease_until = NULL"
        self._held(job_id, worker, changes, {"state": state.value, "failure": failure, "now": self._clock()})

    def release(self, job_id: str, worker: str, *, died: bool = False) -> None:
        """Give an unfinished screening back, so that the next worker need not wait for the lease to run out.

        `died` says that what worked on it ended by itself, and not because it was told to.
        """
        counted = "attempts = attempts" if died else _UNCOUNTED
        self._held(job_id, worker, f"state = 'queued', lease = NULL, lease_until = NULL, {counted}", {})

    def hand_on(self, job_id: str, worker: str) -> None:
        """Let another worker go on with it, when its turn has come."""
        self._held(job_id, worker, f"lease = NULL, lease_until = NULL, {_UNCOUNTED}", {})

    def cancel(self, job_id: str) -> bool:
        """Stop a screening that has not ended; tell whether there was anything to stop."""
        query = """
            UPDATE screenings SET state = 'cancelled', finished_at = :now, lease = NULL, lease_until = NULL
            WHERE id = :id AND state IN ('queued', 'running')
        """
        return self._store.change(query, {"id": job_id, "now": self._clock()}) > 0

    def delete(self, job_id: str) -> None:
        """Forget a screening and its chunks."""
        self._store.change("DELETE FROM screenings WHERE id = :id", {"id": job_id})

    def overdue(self) -> list[str]:
        """Return the screenings whose time is over."""
        rows = self._store.rows("SELECT id FROM screenings WHERE expires_at <= :now", {"now": self._clock()})
        return [row["id"] for row in rows]

    def known(self) -> frozenset[str]:
        """Return the ids of all screenings."""
        return frozenset(row["id"] for row in self._store.rows("SELECT id FROM screenings"))

    def catalogues(self) -> frozenset[str]:
        """Return the catalogue versions that screenings were decided with."""
        rows = self._store.rows("SELECT DISTINCT catalogue FROM screenings WHERE catalogue IS NOT NULL")
        return frozenset(row["catalogue"] for row in rows)

    def finished_without(self, version: str) -> list[Job]:
        """Return the finished screenings that another catalogue decided, the latest first."""
        query = """
            SELECT * FROM screenings WHERE state = 'finished' AND expires_at > :now AND catalogue IS NOT :version
            ORDER BY finished_at DESC, id
        """
        return [_job_of(row) for row in self._store.rows(query, {"now": self._clock(), "version": version})]

    def _now(self) -> dict[str, Any]:
        """Return what leases are judged by."""
        now = {"up": self._uptime(), "lease": LEASE_SECONDS}
        return {**now, "longest": _LONGEST_SECONDS, "boot": self._boot}

    def _count(self, job_id: str, worker: str) -> None:
        """Count from the chunks themselves, so that the numbers can never differ from what is stored."""
        self._held(job_id, worker, _COUNTS, {})

    def _held_job(self, job_id: str, worker: str) -> Job:
        """Return the screening; raise LeaseLostError when it is no longer held."""
        self._held(job_id, worker, "lease_until = lease_until", {})
        return self.found(job_id)

    def _held(self, job_id: str, worker: str, changes: str, values: Mapping[str, Any]) -> None:
        query = f"UPDATE screenings SET {changes} WHERE id = :id AND lease = :worker AND state = 'running'"  # noqa: S608 - constants
        if not self._store.change(query, {**values, "id": job_id, "worker": worker}):
            raise LeaseLostError(job_id)


def _this_boot() -> str:
    """Return what tells this start of the machine from every other; "" where nothing does."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def new_id() -> str:
    """Return an id that cannot be guessed."""
    return secrets.token_urlsafe(_ID_BYTES)


def options_of(raw: Mapping[str, Any]) -> Options:
    """Return the options that were stored as plain data."""
    plain = {**raw, "on": date.fromisoformat(raw["on"]), "statuses": tuple(raw["statuses"])}
    return Options(**{name: plain[name] for name in Options.__dataclass_fields__ if name in plain})


def _job_of(row: Row) -> Job:
    raw = orjson.loads(row["options"])
    options = options_of(raw)
    held = {name: row[name] for name in Job.__dataclass_fields__ if name not in {"state", "options"}}
    return Job(**held, state=State(row["state"]), options=options)
