"""Who may ask for how many matches: one budget an address, counted together by all workers in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import flask
from flask_limiter import Limiter
from limits.storage import Storage

from service.disk import fault_of, make_private, private_folder, tighten
from service.logs import log_fault
from service.settings import Settings
from service.web.requests import budget_of
from service.web.serving import is_operator

SCHEME = "cepei-sqlite"

_SCHEMA = "CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires REAL NOT NULL)"
_COUNT = """
    INSERT INTO hits (key, count, expires) VALUES (:key, :amount, :now + :expiry)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN expires <= :now THEN :amount ELSE count + :amount END,
        expires = CASE WHEN expires <= :now THEN :now + :expiry ELSE expires END
    RETURNING count
"""
_BUSY_SECONDS = 1.0
_SWEEP_EVERY = 512
"""Expired rows are deleted once in so many hits of a process, so that the file stays small."""


def store_uri(path: str) -> str:
    """Return the storage address of a counter file; an address that has a scheme already (redis://...) stays."""
    return path if "://" in path else f"{SCHEME}://{os.path.abspath(path)}"  # noqa: PTH100 - a text is needed


class SqliteRateStore(Storage):
    """A `limits` storage for fixed windows; one upsert counts, so two processes never lose a hit.

    A file that is gone, or that another has taken the place of, is made and opened anew.
    """

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - the name and shape `limits` reads

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_options: float | str | bool) -> None:  # noqa: FBT001, FBT002 - the signature `limits` calls
        """Remember the file; connections are opened where they are used, after a fork and for each thread."""
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._path = Path(unquote(urlsplit(uri or "").path))
        self._local = threading.local()
        self._hits = 0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Return the exceptions that mean that the store itself failed."""
        return (sqlite3.Error, OSError)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` hits of `key` and return the count in its window of `expiry` seconds."""
        now = time.time()
        try:
            connection = self._connection()
            parameters = {"key": key, "amount": amount, "expiry": expiry, "now": now}
            count = int(connection.execute(_COUNT, parameters).fetchone()[0])
            self._hits += 1
            if self._hits % _SWEEP_EVERY == 0:
                connection.execute("DELETE FROM hits WHERE expires <= ?", (now,))
        except (sqlite3.Error, OSError) as error:
            _complain(error)
            raise
        return count

    def get(self, key: str) -> int:
        """Return the count of `key` in its present window."""
        query = "SELECT count FROM hits WHERE key = ? AND expires > ?"
        row = self._connection().execute(query, (key, time.time())).fetchone()
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window of `key` ends, in seconds since the epoch."""
        row = self._connection().execute("SELECT expires FROM hits WHERE key = ?", (key,)).fetchone()
        return float(row[0]) if row else time.time()

    def check(self) -> bool:
        """Tell whether the store counts, found out by counting."""
        try:
            self.incr("", 0)
            self.clear("")
        except (sqlite3.Error, OSError):
            return False
        return True

    def reset(self) -> int:
        """Forget every count; return how many there were."""
        return self._connection().execute("DELETE FROM hits").rowcount

    def clear(self, key: str) -> None:
        """Forget the count of `key`."""
        self._connection().execute("DELETE FROM hits WHERE key = ?", (key,))

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection, a new one after a fork and to a new file; statements commit one by one."""
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            if held[1] == _inode(self._path):
                return held[2]  # type: ignore[no-any-return]
            held[2].close()
        self._local.held = None
        connection = _open(self._path)
        self._local.held = (os.getpid(), _inode(self._path), connection)
        return connection


def _complain(error: Exception) -> None:
    log_fault("rate_store_unusable", str(fault_of(error) or type(error).__name__))


def _open(path: Path) -> sqlite3.Connection:
    """Open the file, made with its folder when there is none.

    One file and no log beside it: nothing of it can be lost alone, and no count outlives its row.
    """
    if not path.exists():
        private_folder(path.parent)
        make_private(path)
    tighten((path,))
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "secure_delete = ON"):  # counts of the last minute
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


LIMITED_ENDPOINTS = frozenset(
    {
        "match.match",
        "dossiers.match_as_dossier",
        "citations.check",
        "sending.check",
        "pages.check",
        "embed.check",
        "reports.send",
        "sending.report",
        "console.sign_in",
    }
)


def create_limiter(app: flask.Flask, settings: Settings) -> Limiter | None:
    """Install the limit of `settings`, if there is one; while the store fails each process counts by itself."""
    if not settings.rate_limit:
        return None
    return Limiter(
        caller,
        app=app,
        application_limits=[settings.rate_limit],
        application_limits_exempt_when=_is_free,
        storage_uri=store_uri(settings.rate_store),
        storage_options={},
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )


def caller() -> str:
    """Return the address that shares one budget; behind a proxy ProxyFix has put the caller's own there."""
    return budget_of(flask.request.remote_addr or "")


def _is_free() -> bool:
    """Tell whether a call is not counted here: operators are limited in records (`charge_match`), not in calls."""
    limited = flask.request.method == "POST" and flask.request.endpoint in LIMITED_ENDPOINTS
    return not limited or is_operator()
