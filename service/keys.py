"""API keys, and the sessions of browsers that signed in with one: made, found again, ended.

Only a keyed hash of either is ever stored.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from service.disk import Fault, open_private, private_folder
from service.store import Row, Store, StoreError

PREFIX = "cepei"
SECRET_FILE = "key-secret"  # noqa: S105 - the name of the file
SECRET_BYTES = 32
DEFAULT_DAYS = 365
LONGEST_LABEL = 80

_KEY = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
_DAY_SECONDS = 86_400.0
_NO_HASH = "0" * 64


class Role(StrEnum):
    """What a key may do: public keys match, operators also screen, editors also review drafts, publishers publish."""

    PUBLIC = "public"
    OPERATOR = "operator"
    EDITOR = "editor"
    PUBLISHER = "publisher"


EDITING_ROLES = frozenset({Role.EDITOR, Role.PUBLISHER})
SCREENING_ROLES = frozenset({Role.OPERATOR, *EDITING_ROLES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as stored: everything but the key itself. Times are seconds since the epoch."""

    id: str
    role: Role
    label: str
    created_at: float
    expires_at: float
    revoked_at: float | None

    def is_valid(self, now: float) -> bool:
        """Tell whether the key may be used at this moment."""
        return self.revoked_at is None and now < self.expires_at


class Keys:
    """The keys of one data file."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        """Work on `store`; `clock` gives seconds since the epoch."""
        self._store = store
        self._clock = clock

    def add(self, role: Role, *, label: str = "", days: float = DEFAULT_DAYS) -> tuple[Key, str]:
        """Make a key; return it with its text, which nobody can read again later."""
        now, key_id = self._clock(), secrets.token_hex(6)
        text = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
        row = {
            "id": key_id, "hash": self._hash(text), "role": role.value, "label": label[:LONGEST_LABEL],
            "created_at": now, "expires_at": now + days * _DAY_SECONDS, "revoked_at": None,
        }  # fmt: skip
        with self._store.transaction() as database:
            database.table("keys").insert(row)
        return _key_of(row), text

    def listed(self) -> list[Key]:
        """Return every key, oldest first."""
        return [_key_of(row) for row in self._store.rows("SELECT * FROM keys ORDER BY created_at, id")]

    def revoke(self, key_id: str) -> bool:
        """Make a key useless from now on; tell whether there was one that was not revoked yet."""
        query = "UPDATE keys SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL"
        with self._store.transaction():
            Sessions(self._store, clock=self._clock).end_all(key_id)
            return self._store.change(query, {"now": self._clock(), "id": key_id}) > 0

    def find(self, text: str) -> Key | None:
        """Return the valid key that `text` is; an unknown one takes the same comparison as a known one."""
        shape = _KEY.fullmatch(text)
        if shape is None:
            return None
        row = self._store.row("SELECT * FROM keys WHERE id = :id", {"id": shape[1]})
        same = hmac.compare_digest(self._hash(text), str(row["hash"]) if row else _NO_HASH)
        key = _key_of(row) if row and same else None
        return key if key and key.is_valid(self._clock()) else None

    def is_valid(self, key_id: str) -> bool:
        """Tell whether the key of an id may still be used."""
        row = self._store.row("SELECT * FROM keys WHERE id = :id", {"id": key_id})
        return row is not None and _key_of(row).is_valid(self._clock())

    def _hash(self, text: str) -> str:
        return keyed_hash(self._store.folder, text)


SESSION_SECONDS, IDLE_SECONDS = 8 * 3600, 3600
"""A session ends so long after it began, and so long after it was last used."""
MOST_SESSIONS = 100
"""One more of the same key ends the one that was unused longest."""
_SEEN_EVERY = 60.0
"""Use is noted no more often, so that reading pages hardly writes."""
_TOKEN_BYTES = 32
_LONGEST_TOKEN = 128


class Sessions:
    """Which browsers are signed in, known to every process of one data file."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        """Work on `store`; `clock` gives seconds since the epoch."""
        self._store = store
        self._clock = clock

    def begin(self, key: Key) -> str:
        """Begin a session of a key; return the text that its browser is to keep, which nobody can read again later."""
        text, now = secrets.token_urlsafe(_TOKEN_BYTES), self._clock()
        row = {"hash": self._hash(text), "key_id": key.id, "began_at": now, "seen_at": now}
        with self._store.transaction() as database:
            self.sweep()
            query = """
                DELETE FROM sessions WHERE key_id = :key AND hash NOT IN (
                    SELECT hash FROM sessions WHERE key_id = :key ORDER BY seen_at DESC, began_at DESC LIMIT :most
                )
            """
            self._store.change(query, {"key": key.id, "most": MOST_SESSIONS - 1})
            database.table("sessions").insert(row)
        return text

    def find(self, text: str) -> Key | None:
        """Return the key of a session that has not ended; the key must be valid too."""
        if not text or len(text) > _LONGEST_TOKEN or not text.isascii():
            return None
        query = (
            "SELECT keys.*, began_at, seen_at FROM keys JOIN sessions ON keys.id = key_id WHERE sessions.hash = :hash"
        )
        row, now = self._store.row(query, {"hash": self._hash(text)}), self._clock()
        if row is None:
            return None
        began_at, seen_at, key = row.pop("began_at"), row.pop("seen_at"), _key_of(row)
        if now - began_at >= SESSION_SECONDS or now - seen_at >= IDLE_SECONDS or not key.is_valid(now):
            return None
        if now - seen_at >= _SEEN_EVERY:
            self._note_seen(text, now)
        return key

    def end(self, text: str) -> None:
        """End a session at once, for every process."""
        self._store.change("DELETE FROM sessions WHERE hash = :hash", {"hash": self._hash(text)})

    def end_all(self, key_id: str) -> int:
        """End every session of a key; return how many there were."""
        return self._store.change("DELETE FROM sessions WHERE key_id = :key", {"key": key_id})

    def sweep(self) -> None:
        """Forget the sessions whose time is over."""
        lasting = {"now": self._clock(), "longest": SESSION_SECONDS, "idle": IDLE_SECONDS}
        query = "DELETE FROM sessions WHERE began_at <= :now - :longest OR seen_at <= :now - :idle"
        self._store.change(query, lasting)

    def _note_seen(self, text: str, now: float) -> None:
        # Where nothing can be written, reading goes on, and so does what frees space; the session only ends sooner.
        with suppress(sqlite3.OperationalError):
            self._store.change(
                "UPDATE sessions SET seen_at = :now WHERE hash = :hash", {"now": now, "hash": self._hash(text)}
            )

    def _hash(self, text: str) -> str:
        return keyed_hash(self._store.folder, f"session {text}")


def keyed_hash(folder: Path, text: str) -> str:
    """Return the hash of a text that only this server can make: 64 hexadecimal digits."""
    return hmac.new(server_secret(folder), text.encode(), hashlib.sha256).hexdigest()


def server_secret(folder: Path) -> bytes:
    """Return the secret that keys are hashed with; made at first use, readable by this user only."""
    file = folder / SECRET_FILE
    with suppress(FileNotFoundError):
        secret = file.read_bytes()
        if len(secret) != SECRET_BYTES:  # keys hashed with a secret that is known, such as none, could be made up
            raise StoreError(f"{file} is no secret of {SECRET_BYTES} bytes; restore it from a backup", Fault.DAMAGED)
        return secret
    private_folder(folder)
    fresh = folder / f".{SECRET_FILE}.{secrets.token_hex(8)}"
    try:
        with open_private(fresh) as new:
            new.write(secrets.token_bytes(SECRET_BYTES))
        with suppress(FileExistsError):
            os.link(fresh, file)  # whole or not at all, and whoever comes second takes what the first one made
    finally:
        fresh.unlink(missing_ok=True)
    return server_secret(folder)


def _key_of(row: Row) -> Key:
    return Key(**{name: value for name, value in row.items() if name not in {"hash", "role"}}, role=Role(row["role"]))
