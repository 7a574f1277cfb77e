"""The data file of the service: one SQLite database for keys, jobs and counts, shared by all processes.

It knows connections, transactions and migrations, each of which runs once, in order, and is never changed afterwards;
what the tables mean stands in keys.py and screenings/stored/jobs.py.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

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

SESSIONS = """
    CREATE TABLE sessions (
        hash TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
        began_at REAL NOT NULL, seen_at REAL NOT NULL
    ) STRICT
"""

MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("0001-keys", (KEYS, USAGE)),
    ("0002-screenings", (SCREENINGS, CHUNKS, "CREATE INDEX screenings_by_state ON screenings (state, created_at)")),
    ("0003-feedback", (FEEDBACK, "CREATE INDEX feedback_by_time ON feedback (created_at)")),
    ("0004-parts-with-withheld-measures", (FORGET_PARTS,)),
    ("0006-sessions", (SESSIONS, "CREATE INDEX sessions_by_key ON sessions (key_id)")),
)
"""Name of the step -> its statements."""

_BUSY_SECONDS = 10.0
_ATTEMPTS, _PAUSE_SECONDS = 100, 0.05
_OWNER_ONLY = 0o700

Row = dict[str, Any]


class StoreError(Exception):
    """The data file cannot be used; the message names no content."""


class Store:
    """One data file; every thread of every process gets its own connection, a new one after a fork."""

    def __init__(self, path: Path) -> None:
        """Remember where the file is; it is made when first used."""
        self.path = path
        self._local = threading.local()

    @property
    def folder(self) -> Path:
        """Return the folder of the data file, where files that belong to it stand too."""
        return self.path.resolve().parent

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Run statements that hold together or not at all; the writer's lock is taken at once."""
        database = self._database()
        database.conn.execute("BEGIN IMMEDIATE")  # a plain BEGIN that reads first fails when another writer is quicker
        try:
            yield database
        except BaseException:
            if database.conn.in_transaction:
                database.conn.execute("ROLLBACK")
            raise
        database.conn.execute("COMMIT")

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Run one statement on its own and return its rows."""
        cursor = self._database().conn.execute(query, dict(parameters or {}))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, query: str, parameters: Mapping[str, Any] | None = None) -> Row | None:
        """Run one statement on its own and return its first row."""
        found = self.rows(query, parameters)
        return found[0] if found else None

    def change(self, query: str, parameters: Mapping[str, Any]) -> int:
        """Run one writing statement on its own and return how many rows it changed."""
        return int(self._database().conn.execute(query, dict(parameters)).rowcount)

    def _database(self) -> Database:
        held = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid():
            try:
                self._local.held = held = (os.getpid(), _open(self.path))
            except (OSError, sqlite3.Error) as error:
                raise StoreError(f"the data file {self.path} cannot be used: {error}") from error
        return held[1]


def _open(path: Path) -> Database:
    """Open the file and bring its tables up to date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    _switch_to_wal(connection)
    database = Database(connection)
    _migrate(database)
    return database


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Let readers and the writer work side by side; the switch fails at once while another process makes it."""
    for attempt in range(_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if attempt == _ATTEMPTS - 1:
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


def private_folder(path: Path) -> Path:
    """Make a folder that only this user can enter."""
    path.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    return path
