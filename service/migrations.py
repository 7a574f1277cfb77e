"""How the data file got its tables: each step runs once, in order, and is never changed afterwards."""

from __future__ import annotations

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

MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("0001-keys", (KEYS, USAGE)),
    (
        "0002-screenings",
        (SCREENINGS, CHUNKS, "CREATE INDEX screenings_by_state ON screenings (state, created_at)"),
    ),
    ("0003-feedback", (FEEDBACK, "CREATE INDEX feedback_by_time ON feedback (created_at)")),
    ("0004-parts-with-withheld-measures", (FORGET_PARTS,)),
)
"""Name of the step -> its statements."""
