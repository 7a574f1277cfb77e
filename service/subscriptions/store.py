"""Subscriptions and their messages in the data file: what was told, what waits, what was given up.

A message is written in one step with how far its subscription was told. So whatever is killed, nothing is told twice
under two ids: a message that may or may not have gone out goes out again under its own.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

import orjson

from service.keys import keyed_hash
from service.store import Row, Store

MOST_SUBSCRIPTIONS = 50
"""So many may one key have that have not ended."""
DAY_SECONDS = 86_400.0
KEPT_DAYS = 30
"""So long a message is kept after it went out or was given up, and a subscription after it ended."""
PAUSES = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""How long is waited after each attempt that failed; after the last one the message is dead. Three days in all."""
MOST_ATTEMPTS = len(PAUSES) + 1
_LEASE_SECONDS = 120.0
"""So long nobody else sends a message that somebody sends; whoever died with it has let go of it then."""
_ID_BYTES = 16


class TooManyError(Exception):
    """A key has as many subscriptions as it may have."""


class Ending(StrEnum):
    """Why a subscription has ended."""

    GONE = "gone"
    """Its receiver said 410."""
    KEY_INVALID = "key_invalid"
    SCREENING_GONE = "screening_gone"


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a subscription is about: measures that pass the filters, for the tenants of a screening where one is named.

    `filters` are values as `select` takes them; `muted` are ids of measures and documents that nothing is told of.
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    screening: str = ""
    muted: tuple[str, ...] = ()
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a subscription was told: up to which edition and day, and of a screening what was told last."""

    edition: str
    on: date
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription of a key; times are seconds since the epoch."""

    id: str
    key_id: str
    url: str
    wanted: Wanted
    progress: Progress
    created_at: float
    message_at: float | None
    ended_at: float | None
    ending: str

    def may_be_told(self, now: float) -> bool:
        """Tell whether a day has passed since its last message; a clock that was set back delays nothing."""
        return self.message_at is None or not 0 <= now - self.message_at < DAY_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: the bytes that are sent, under one id however often; `status` and `fault` of the last attempt."""

    id: str
    subscription: str
    body: str
    state: MessageState
    attempts: int
    next_at: float
    made_at: float
    ended_at: float | None
    status: int | None
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending: the status answered, else why there is none; when the receiver wants to be asked again."""

    status: int | None = None
    fault: str = ""
    retry_after: float = 0.0

    @property
    def was_taken(self) -> bool:
        """Tell whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - statuses of HTTP

    @property
    def is_unwanted(self) -> bool:
        """Tell whether the receiver wants no more messages."""
        return self.status == 410  # noqa: PLR2004 - a status of HTTP


class Subscriptions:
    """The subscriptions of one data file."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        """Work on `store`; `clock` gives seconds since the epoch."""
        self._store, self.clock = store, clock

    # Whoever subscribes.

    def add(self, key_id: str, url: str, wanted: Wanted, progress: Progress) -> Subscription:
        """Add a subscription that was told everything so far; raise TooManyError when the key has enough."""
        made = Subscription(
            id=secrets.token_hex(_ID_BYTES), key_id=key_id, url=url, wanted=wanted, progress=progress,
            created_at=self.clock(), message_at=None, ended_at=None, ending="",
        )  # fmt: skip
        with self._store.transaction() as database:
            if sum(one.ended_at is None for one in self.owned(key_id)) >= MOST_SUBSCRIPTIONS:
                raise TooManyError
            database.table("subscriptions").insert(_row_of(made))
        return made

    def secret(self, subscription_id: str) -> str:
        """Return what its messages are signed with; it is derived from the server's own secret and stored nowhere."""
        key = bytes.fromhex(keyed_hash(self._store.folder, f"webhook {subscription_id}"))
        return f"whsec_{base64.b64encode(key).decode()}"

    def owned(self, key_id: str) -> list[Subscription]:
        """Return the subscriptions of a key, newest first."""
        query = "SELECT * FROM subscriptions WHERE key_id = :key ORDER BY created_at DESC, id"
        return [_subscription_of(row) for row in self._store.rows(query, {"key": key_id})]

    def find(self, subscription_id: str, key_id: str) -> Subscription | None:
        """Return a subscription of this key; another key's is as good as none."""
        query = "SELECT * FROM subscriptions WHERE id = :id AND key_id = :key"
        row = self._store.row(query, {"id": subscription_id, "key": key_id})
        return _subscription_of(row) if row else None

    def delete(self, subscription_id: str) -> None:
        """Forget a subscription and its messages; one that is being sent at this moment is the last."""
        self._store.change("DELETE FROM subscriptions WHERE id = :id", {"id": subscription_id})

    def mute(self, subscription_id: str, key_id: str, item: str, *, muted: bool) -> None:
        """Tell nothing more of a measure or document, or tell of it again."""
        with self._store.transaction():
            found = self.find(subscription_id, key_id)
            if found is None:
                return
            others = tuple(one for one in found.wanted.muted if one != item)
            wanted = replace(found.wanted, muted=(*others, item) if muted else others)
            query = "UPDATE subscriptions SET wanted = :wanted WHERE id = :id"
            self._store.change(query, {"id": subscription_id, "wanted": orjson.dumps(asdict(wanted)).decode()})

    def messages(self, subscription_id: str, *, state: str = "") -> list[Message]:
        """Return the messages of a subscription, newest first."""
        query = """
            SELECT * FROM messages WHERE subscription = :id AND (:state = '' OR state = :state)
            ORDER BY made_at DESC, id
        """
        return [_message_of(row) for row in self._store.rows(query, {"id": subscription_id, "state": state})]

    def send_again(self, message_id: str, subscription_id: str) -> bool:
        """Have a dead message sent again, under its id; tell whether there was a dead one."""
        query = """
            UPDATE messages SET state = 'waiting', attempts = 0, next_at = :now, ended_at = NULL
            WHERE id = :id AND subscription = :subscription AND state = 'dead'
        """
        values = {"id": message_id, "subscription": subscription_id, "now": self.clock()}
        return self._store.change(query, values) > 0

    def test(self, subscription_id: str, body: str) -> str:
        """Have a message sent that tells nothing of the catalogue; return its id, "" while another one waits."""
        with self._store.transaction():
            waiting = self.messages(subscription_id, state=MessageState.WAITING.value)
            return "" if waiting else self._put(subscription_id, body)

    def _put(self, subscription_id: str, body: str) -> str:
        now, made = self.clock(), f"msg_{secrets.token_hex(_ID_BYTES)}"
        query = """
            INSERT INTO messages (id, subscription, body, state, attempts, next_at, made_at, fault)
            VALUES (:id, :subscription, :body, 'waiting', 0, :now, :now, '')
        """
        self._store.change(query, {"id": made, "subscription": subscription_id, "body": body, "now": now})
        return made

    # Whoever sends.

    def untold(self) -> list[Subscription]:
        """Return the subscriptions of which no message waits to be taken; those told longest ago first."""
        query = """
            SELECT * FROM subscriptions WHERE ended_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM messages WHERE subscription = subscriptions.id AND state = 'waiting'
            ) ORDER BY COALESCE(message_at, 0), id
        """
        return [_subscription_of(row) for row in self._store.rows(query)]

    def tell(self, known: Subscription, progress: Progress, body: str = "") -> bool:
        """Note that a subscription is told up to `progress`, by a message where there is a body.

        False, and nothing noted, when somebody else has told it meanwhile, or it has ended.
        """
        now = self.clock()
        query = """
            UPDATE subscriptions SET edition = :edition, told_on = :on, told = :told,
                message_at = CASE WHEN :body = '' THEN message_at ELSE :now END
            WHERE id = :id AND ended_at IS NULL AND edition = :was AND told_on = :was_on AND told = :was_told
        """
        values = {
            "id": known.id, "edition": progress.edition, "on": progress.on.isoformat(), "told": progress.told,
            "was": known.progress.edition, "was_on": known.progress.on.isoformat(), "was_told": known.progress.told,
            "body": body, "now": now,
        }  # fmt: skip
        with self._store.transaction():
            told = self._store.change(query, values) > 0
            if told and body:
                self._put(known.id, body)
        return told

    def take(self) -> tuple[Message, Subscription] | None:
        """Take, in one statement, a message whose time has come; nobody else sends it meanwhile."""
        query = """
            UPDATE messages SET attempts = attempts + 1, next_at = :now + :lease WHERE id = (
                SELECT id FROM messages WHERE state = 'waiting' AND next_at NOT BETWEEN :now + 0.001 AND :now + :longest
                ORDER BY next_at, id LIMIT 1
            ) RETURNING *
        """
        values = {"now": self.clock(), "lease": _LEASE_SECONDS, "longest": max(PAUSES) + _LEASE_SECONDS}
        row = self._store.row(query, values)
        if row is None:
            return None
        of = self._store.row("SELECT * FROM subscriptions WHERE id = :id", {"id": row["subscription"]})
        return (_message_of(row), _subscription_of(of)) if of else None

    def note(self, message: Message, attempt: Attempt) -> None:
        """Note what came of sending: it was taken, is tried again later, or is dead."""
        now = self.clock()
        is_over = attempt.was_taken or attempt.is_unwanted or message.attempts >= MOST_ATTEMPTS
        pause = 0.0 if is_over else min(max(PAUSES[message.attempts - 1], attempt.retry_after), max(PAUSES))
        ended = MessageState.SENT if attempt.was_taken else MessageState.DEAD
        query = """
            UPDATE messages SET state = :state, next_at = :next, ended_at = :ended, status = :status, fault = :fault
            WHERE id = :id AND attempts = :attempts AND state = 'waiting'
        """
        values = {
            "id": message.id, "attempts": message.attempts, "state": (ended if is_over else message.state).value,
            "next": now + pause, "ended": now if is_over else None, "status": attempt.status, "fault": attempt.fault,
        }  # fmt: skip
        with self._store.transaction():
            self._store.change(query, values)
            if attempt.is_unwanted:
                self._end(message.subscription, Ending.GONE)

    def end(self, subscription_id: str, ending: Ending) -> None:
        """Send nothing more, what waits included."""
        with self._store.transaction():
            self._end(subscription_id, ending)

    def _end(self, subscription_id: str, ending: Ending) -> None:
        values = {"id": subscription_id, "now": self.clock()}
        query = "UPDATE subscriptions SET ended_at = :now, ending = :ending WHERE id = :id AND ended_at IS NULL"
        self._store.change(query, {**values, "ending": ending.value})
        query = "UPDATE messages SET state = 'dead', ended_at = :now WHERE subscription = :id AND state = 'waiting'"
        self._store.change(query, values)

    def forget_old(self) -> None:
        """Delete what has been over for long."""
        values = {"before": self.clock() - KEPT_DAYS * DAY_SECONDS}
        self._store.change("DELETE FROM messages WHERE ended_at < :before", values)
        self._store.change("DELETE FROM subscriptions WHERE ended_at < :before", values)


def _row_of(one: Subscription) -> Row:
    row: dict[str, Any] = {name: getattr(one, name) for name in Subscription.__dataclass_fields__}
    progress = row.pop("progress")
    wanted = orjson.dumps(asdict(row.pop("wanted"))).decode()
    return {
        **row, "wanted": wanted, "edition": progress.edition, "told_on": progress.on.isoformat(), "told": progress.told,
    }  # fmt: skip


def _subscription_of(row: Row) -> Subscription:
    wanted = orjson.loads(row.pop("wanted"))
    progress = Progress(edition=row.pop("edition"), on=date.fromisoformat(row.pop("told_on")), told=row.pop("told"))
    return Subscription(**row, wanted=Wanted(**{**wanted, "muted": tuple(wanted["muted"])}), progress=progress)


def _message_of(row: Row) -> Message:
    return Message(**{**row, "state": MessageState(row["state"])})
