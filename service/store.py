"""The data file of the service: one SQLite database for keys, jobs and counts, shared by all processes.

It knows connections, transactions and migrations, each of which runs once, in order, and is never changed afterwards;
what the tables mean stands in keys.py, screenings/stored/jobs.py, screenings/worklist/work.py, dossiers/orders.py and
drafts/review.py.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from service.disk import Fault, StorageError, fault_of, make_private, private_folder, refused_by

KEYS = """
    CREATE TABLE keys (
        id TEXT PRIMARY KEY, hash TEXT NOT NULL, role TEXT NOT NULL, label TEXT NOT NULL,
        created_at REAL NOT NULL, expires_at REAL NOT NULL, revoked_at REAL
    ) STRICT
"""
USAGE = """
    CREATE TABLE usage (
        key_id TEXT NOT NULL, day TEXT NOT NULL, records INTEGER NOT NULL, PRIMARY KEY (key_id, day)
    ) STRICT
"""
SCREENINGS = """
    CREATE TABLE screenings (
        id TEXT PRIMARY KEY, key_id TEXT NOT NULL, state TEXT NOT NULL, format TEXT NOT NULL, options TEXT NOT NULL,
        previous TEXT, catalogue TEXT, total INTEGER, done INTEGER NOT NULL DEFAULT 0,
        rejected INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
        failure TEXT, created_at REAL NOT NULL, started_at REAL,
        finished_at REAL, expires_at REAL NOT NULL, lease TEXT, lease_until REAL, resumed_at REAL,
        resumed_done INTEGER NOT NULL DEFAULT 0
    ) STRICT
"""
CHUNKS = """
    CREATE TABLE chunks (
        screening TEXT NOT NULL REFERENCES screenings (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        rows INTEGER NOT NULL, rejected INTEGER NOT NULL, summary TEXT NOT NULL, PRIMARY KEY (screening, number)
    ) STRICT
"""
FEEDBACK = """
    CREATE TABLE feedback (
        id TEXT PRIMARY KEY, measure TEXT NOT NULL, fact TEXT NOT NULL, condition TEXT NOT NULL,
        verdict TEXT NOT NULL, should_be TEXT NOT NULL, comment TEXT NOT NULL, catalogue TEXT NOT NULL,
        language TEXT NOT NULL, profile TEXT, created_at REAL NOT NULL, expires_at REAL NOT NULL,
        closed_at REAL, note TEXT NOT NULL
    ) STRICT
"""
FORGET_PARTS = """
    DELETE FROM chunks WHERE screening IN (SELECT id FROM screenings WHERE state IN ('queued', 'running'))
"""
"""What an older program decided of a screening that has not ended is decided again: its files tell less."""

LEASES = (
    "ALTER TABLE screenings ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE screenings ADD COLUMN lease_boot TEXT",
    "ALTER TABLE screenings ADD COLUMN read_turn INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE screenings ADD COLUMN turn INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX screenings_by_read_turn ON screenings (key_id, read_turn)",
    "CREATE INDEX screenings_by_turn ON screenings (key_id, turn)",
)
SESSIONS = """
    CREATE TABLE sessions (
        hash TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
        began_at REAL NOT NULL, seen_at REAL NOT NULL
    ) STRICT
"""
SUBSCRIPTIONS = (
    """
    CREATE TABLE subscriptions (
        id TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE, url TEXT NOT NULL,
        wanted TEXT NOT NULL, edition TEXT NOT NULL, told_on TEXT NOT NULL, told TEXT NOT NULL,
        created_at REAL NOT NULL, message_at REAL, ended_at REAL, ending TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE messages (
        id TEXT PRIMARY KEY, subscription TEXT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
        body TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, next_at REAL NOT NULL,
        made_at REAL NOT NULL, ended_at REAL, status INTEGER, fault TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX subscriptions_by_key ON subscriptions (key_id)",
    "CREATE INDEX messages_by_subscription ON messages (subscription)",
    "CREATE INDEX messages_by_time ON messages (state, next_at)",
)

DRAFTS = """
    CREATE TABLE drafts (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL, items TEXT NOT NULL, sentences INTEGER NOT NULL,
        read INTEGER NOT NULL, created_at REAL NOT NULL, label TEXT NOT NULL
    ) STRICT
"""
DRAFT_STEPS = """
    CREATE TABLE draft_steps (
        draft TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE, number INTEGER NOT NULL, at REAL NOT NULL,
        key_id TEXT NOT NULL, label TEXT NOT NULL, item TEXT NOT NULL, action TEXT NOT NULL, note TEXT NOT NULL,
        before TEXT, after TEXT, PRIMARY KEY (draft, number)
    ) STRICT
"""
DRAFT_SOURCES = """
    CREATE TABLE draft_sources (
        draft TEXT PRIMARY KEY REFERENCES drafts (id) ON DELETE CASCADE, suffix TEXT NOT NULL, content BLOB NOT NULL,
        base TEXT NOT NULL, recognised TEXT NOT NULL
    ) STRICT
"""
"""The file of a draft as it was sent, and its text before any edit; drafts of an older program have none."""

SERIES = (
    "ALTER TABLE screenings ADD COLUMN series TEXT",
    """
    WITH RECURSIVE chain (id, series) AS (
        SELECT id, id FROM screenings WHERE previous IS NULL OR previous NOT IN (SELECT id FROM screenings)
        UNION ALL SELECT one.id, chain.series FROM screenings AS one JOIN chain ON one.previous = chain.id
    ) UPDATE screenings SET series = (SELECT series FROM chain WHERE chain.id = screenings.id)
    """,
)
"""A screening and its reruns are one series: what was done about its tenants is kept over all of them."""
WORK = (
    """
    CREATE TABLE work (
        number INTEGER PRIMARY KEY, series TEXT NOT NULL, row INTEGER NOT NULL, measure TEXT NOT NULL,
        status TEXT NOT NULL, note TEXT NOT NULL, at REAL NOT NULL, key_id TEXT NOT NULL, label TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX work_by_pair ON work (series, row, measure)",
    """
    CREATE TRIGGER work_goes_with_its_series AFTER DELETE ON screenings
    WHEN NOT EXISTS (SELECT 1 FROM screenings WHERE series = OLD.series)
    BEGIN DELETE FROM work WHERE series = OLD.series; END
    """,
)
DOSSIERS = (
    """
    CREATE TABLE dossiers (
        id TEXT PRIMARY KEY, screening TEXT NOT NULL REFERENCES screenings (id) ON DELETE CASCADE,
        wanted TEXT NOT NULL, state TEXT NOT NULL, total INTEGER NOT NULL, done INTEGER NOT NULL, failure TEXT NOT NULL,
        created_at REAL NOT NULL, lease TEXT, lease_until REAL, attempts INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX dossiers_by_state ON dossiers (state, created_at)",
)

MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("0001-keys", (KEYS, USAGE)),
    ("0002-screenings", (SCREENINGS, CHUNKS, "CREATE INDEX screenings_by_state ON screenings (state, created_at)")),
    ("0003-feedback", (FEEDBACK, "CREATE INDEX feedback_by_time ON feedback (created_at)")),
    ("0004-parts-with-withheld-measures", (FORGET_PARTS,)),
    ("0005-attempts-turns-and-leases-by-uptime", LEASES),
    ("0006-sessions", (SESSIONS, "CREATE INDEX sessions_by_key ON sessions (key_id)")),
    ("0007-subscriptions", SUBSCRIPTIONS),
    ("0008-drafts", (DRAFTS, DRAFT_STEPS)),
    ("0009-work", (*SERIES, *WORK)),
    ("0010-dossiers", DOSSIERS),
    ("0011-draft-sources", (DRAFT_SOURCES,)),
)
"""Name of the step -> its statements."""

_BUSY_SECONDS, _HURRIED_SECONDS = 2.0, 0.1
"""How long a statement waits for another writer, and how long once one has waited in vain a moment ago: a lock that
another program holds for long must not gather all threads."""
_VAIN_SECONDS = 5.0
_PAUSE_SECONDS = 0.05
_RESERVE_BYTES = 2 * 1_048_576
"""Kept free on disk for what deletes and ends: about as much as the log of the database grows to."""

Row = dict[str, Any]
Mark = tuple[int, int]


class StoreError(StorageError):
    """The data file cannot be used; the message names no content."""


@dataclass(slots=True)
class _Opened:
    """One thread's connection: of which process, to which file, and how many milliseconds it waits for a lock."""

    process: int
    mark: Mark | None
    database: Database
    patience_ms: int = -1


class Store:
    """One data file; every thread of every process gets its own connection, a new one after a fork."""

    def __init__(self, path: Path) -> None:
        """Remember where the file is; it is made when first used, but one that was there is never made anew."""
        self.path = path
        self._was_there = _mark(path) is not None
        self._local = threading.local()
        self._waited_in_vain = float("-inf")

    @property
    def folder(self) -> Path:
        """Return the folder of the data file, where files that belong to it stand too."""
        return self.path.resolve().parent

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Run statements that hold together or not at all; the writer's lock is taken at once."""
        opened = self._opened()
        # A plain BEGIN that reads first fails when another writer is quicker.
        self._execute(opened, "BEGIN IMMEDIATE")
        try:
            yield opened.database
            opened.database.conn.execute("COMMIT")
        except BaseException:
            self._roll_back(opened)
            raise

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Run one statement on its own and return its rows."""
        cursor = self._execute(self._opened(), query, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, query: str, parameters: Mapping[str, Any] | None = None) -> Row | None:
        """Run one statement on its own and return its first row."""
        found = self.rows(query, parameters)
        return found[0] if found else None

    def change(self, query: str, parameters: Mapping[str, Any]) -> int:
        """Run one writing statement on its own and return how many rows it changed.

        On a full disk what deletes or ends something takes the reserve; what adds does not.
        """
        opened = self._opened()
        try:
            return int(self._execute(opened, query, parameters).rowcount)
        except sqlite3.Error as error:
            adds = query.lstrip()[:6].upper() == "INSERT"
            if adds or opened.database.conn.in_transaction or fault_of(error) is not Fault.FULL:
                raise
        self._reserve.unlink(missing_ok=True)
        self.empty_log()
        return int(self._execute(opened, query, parameters).rowcount)

    def keep_reserve(self) -> None:
        """Take what is kept free for deleting on a full disk, if there is plenty."""
        try:
            room = os.statvfs(self.folder)
            if self._reserve.exists() or room.f_bavail * room.f_frsize < 8 * _RESERVE_BYTES:
                return
            make_private(self._reserve)
            with self._reserve.open("r+b") as kept:
                os.posix_fallocate(kept.fileno(), 0, _RESERVE_BYTES)
        except OSError:
            with suppress(OSError):
                self._reserve.unlink(missing_ok=True)

    def empty_log(self) -> bool:
        """Bring the log into the file and empty it, so that what was deleted stands nowhere; False while others read.

        They are not waited for: the next sweep tries again.
        """
        opened = self._opened()
        self._be_patient(opened, _HURRIED_SECONDS)
        try:
            return not opened.database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:  # locked, or the file itself cannot grow
            return False

    def fault(self) -> Fault | None:
        """Return why nothing can be stored now, found out by trying; None when all is well."""
        try:
            opened = self._opened()
            opened.database.conn.execute("SELECT name FROM migrations").fetchall()
            self._be_patient(opened, _HURRIED_SECONDS)
            opened.database.conn.execute("BEGIN IMMEDIATE")
            opened.database.conn.execute("ROLLBACK")
        except (StoreError, sqlite3.Error) as error:
            return fault_of(error) or Fault.FAILING
        return refused_by(self.folder)

    @property
    def _reserve(self) -> Path:
        return self.folder / "reserve"

    def _opened(self) -> _Opened:
        """Return this thread's connection, a new one after a fork and where another file has taken the place."""
        held: _Opened | None = getattr(self._local, "held", None)
        if held is not None and held.process == os.getpid():
            if held.database.conn.in_transaction or held.mark == _mark(self.path):
                return held
            held.database.conn.close()
        self._local.held = None
        if self._was_there and _mark(self.path) is None:
            raise StoreError(f"the data file {self.path} is gone; put it back, or start again with none", Fault.MISSING)
        try:
            database = _open(self.path, self._patience())
        except (OSError, sqlite3.Error) as error:
            fault = fault_of(error) or Fault.FAILING
            advice = "; restore it from a backup, or move it away" if fault is Fault.DAMAGED else ""
            raise StoreError(f"the data file {self.path} cannot be used: {error}{advice}", fault) from error
        self._was_there = True
        self._local.held = held = _Opened(os.getpid(), _mark(self.path), database)
        return held

    def _execute(self, opened: _Opened, query: str, parameters: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        self._be_patient(opened, self._patience())
        try:
            cursor: sqlite3.Cursor = opened.database.conn.execute(query, dict(parameters or {}))
        except sqlite3.OperationalError as error:
            if fault_of(error) is Fault.LOCKED:
                self._waited_in_vain = time.monotonic()
            raise
        return cursor

    def _patience(self) -> float:
        return _HURRIED_SECONDS if time.monotonic() - self._waited_in_vain < _VAIN_SECONDS else _BUSY_SECONDS

    def _be_patient(self, opened: _Opened, seconds: float) -> None:
        milliseconds = int(seconds * 1000)
        if opened.patience_ms != milliseconds:
            opened.database.conn.execute(f"PRAGMA busy_timeout = {milliseconds}")
            opened.patience_ms = milliseconds

    def _roll_back(self, opened: _Opened) -> None:
        """Undo what was begun; a connection that cannot even do that is given up."""
        try:
            if opened.database.conn.in_transaction:
                opened.database.conn.execute("ROLLBACK")
        except sqlite3.Error:
            self._local.held = None
            opened.database.conn.close()


def _mark(path: Path) -> Mark | None:
    """Return what differs when a file was put in the place of another; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open(path: Path, patience: float) -> Database:
    """Open the file, made when there is none, and bring its tables up to date."""
    private_folder(path.resolve().parent)
    if not path.exists():
        make_private(path.resolve())
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        _switch_to_wal(connection, patience)
        database = Database(connection)
        _migrate(database)
    except sqlite3.Error:
        connection.close()
        raise
    return database


def _switch_to_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Let readers and the writer work side by side; the switch fails at once while another process makes it."""
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if fault_of(error) is not Fault.LOCKED or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            connection.execute("PRAGMA synchronous = NORMAL")
            return


def _migrate(database: Database) -> None:
    connection = database.conn
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at REAL NOT NULL) STRICT")
    for name, statements in MIGRATIONS:
        if connection.execute("SELECT 1 FROM migrations WHERE name = ?", (name,)).fetchone():
            continue
        with database.atomic():
            # The insert takes the writer's lock and tells whether another process was first.
            taken = connection.execute("INSERT OR IGNORE INTO migrations VALUES (?, ?)", (name, time.time()))
            for statement in statements if taken.rowcount else ():
                connection.execute(statement)
