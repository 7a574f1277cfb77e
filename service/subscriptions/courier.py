"""The courier: makes the messages that are due, words what they say, and sends those that wait.

No clock and nothing stored: the same catalogues, days and subscription give the same bytes.

Several may run on one data file, and any may be killed at any moment: a message is made once, and sent under its id
until it was taken or given up.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import structlog

from matcher.answers.changes import Change, FieldChange, changes_between
from matcher.standing import CatalogueChange
from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.catalogue.content import open_catalogue
from service.catalogues.editions import Editions, KeptCatalogues
from service.clock import day_in_china, moment
from service.disk import StorageError
from service.keys import Keys
from service.logs import log_exception
from service.screenings.shapes import CatalogueVersion
from service.screenings.stored.changes import StoredChanges
from service.screenings.stored.folders import Folders
from service.screenings.stored.jobs import Jobs
from service.shapes.editions import CatalogueChangeCounts, EditionOn
from service.store import Store
from service.subscriptions.sending import Sender
from service.subscriptions.shapes import (
    CatalogueMessage,
    ChangesTold,
    MeasureTold,
    OutlookTold,
    ScreeningMessage,
    TestMessage,
    TestTold,
    ToldChange,
)
from service.subscriptions.store import Ending, Progress, Subscription, Subscriptions, Wanted
from service.web.lookups import select

MOST_ITEMS, MOST_FIELDS, LONGEST_FIELD = 100, 5, 120
MOST_BYTES = 65_536
"""A message is no larger: it leaves changes out, and says how many."""

Data = TypeVar("Data", ChangesTold, OutlookTold)


def changes_wanted(wanted: Wanted, before: Catalogue, after: Catalogue, *, since: date, on: date) -> tuple[Change, ...]:
    """Return what a subscription was not told yet: what comes soon or closes soon is told once, when it does."""
    told = {_key(one) for one in changes_between(before, before, since=since, on=since, language=wanted.language)}
    found = changes_between(before, after, since=since, on=on, language=wanted.language)
    fresh = [one for one in found if _key(one) not in told]
    if fresh and wanted.filters:
        ids = _about(wanted, (before, after))
        fresh = [one for one in fresh if {one.id, one.continues} & ids]
    muted = frozenset(wanted.muted)
    return tuple(one for one in fresh if not {one.id, one.document, one.continues} & muted)


def _key(change: Change) -> tuple[CatalogueChange, str, str | None]:
    return change.kind, change.id, change.day


def _about(wanted: Wanted, catalogues: Iterable[Catalogue]) -> frozenset[str]:
    """Return the measures that pass the filters in any of the catalogues, and their documents."""
    found = [one for catalogue in catalogues for one in select(catalogue, wanted.filters)]
    return frozenset(one.id for one in found) | frozenset(one.document for one in found)


def catalogue_body(one: Subscription, before: Catalogue | None, after: Catalogue, *, on: date, at: float) -> str:
    """Return the message of what changed since a subscription was last told, "" where nothing did.

    Without the earlier catalogue it says that nobody can compare the two.
    """
    told = one.progress
    found = changes_wanted(one.wanted, before, after, since=min(told.on, on), on=on) if before else ()
    if before and not found:
        return ""
    counts = Counter(change.kind for change in found)
    data = ChangesTold(
        subscription=one.id,
        before=EditionOn(version=told.edition, on=told.on),
        after=EditionOn(version=after.version, on=on),
        compared=before is not None,
        totals=CatalogueChangeCounts(**{kind.value: counts[kind] for kind in CatalogueChange}),
        items=tuple(map(_told, found[:MOST_ITEMS])),
        left_out=max(0, len(found) - MOST_ITEMS),
    )
    return _bounded(data, lambda data: CatalogueMessage(type="catalogue.changed", timestamp=moment(at), data=data))


def _told(change: Change) -> ToldChange:
    return ToldChange(
        kind=change.kind, subject=change.subject, id=change.id, title=change.title, document=change.document,
        continues=change.continues, day=change.day, says=tuple(map(told_field, change.fields[:MOST_FIELDS])),
    )  # fmt: skip


def told_field(field: FieldChange) -> str:
    """Return in one line what is stated otherwise, as it differs, numbers whole."""
    pieces = [(one.before, one.after) for one in field.pieces]
    pairs = pieces or [(field.before or "", field.after or "")]
    text = f"{field.label}: " + "; ".join(f"{before or '-'} → {after or '-'}" for before, after in pairs)
    return text if len(text) <= LONGEST_FIELD else f"{text[: LONGEST_FIELD - 1]}…"


def screening_body(
    one: Subscription, changes: StoredChanges, catalogues: Sequence[Catalogue], *, version: str, at: float
) -> tuple[str, str]:
    """Return a mark of what a screening gains and loses by the catalogue in force, and the message that tells it.

    The message is "" where the mark is the one told last. `catalogues` are those that measures stand in, the one in
    force, `version`, first.
    """
    kept = _kept(one.wanted, changes, catalogues)
    gains = kept.table["before"].to_numpy() < kept.table["after"].to_numpy()
    measures = np.array(kept.table["measure_id"].to_pylist(), dtype=object)
    gaining, losing = Counter(measures[gains].tolist()), Counter(measures[~gains].tolist())
    items = [
        MeasureTold(
            id=measure_id, title=_title(measure_id, catalogues, one.wanted.language),
            tenants_gaining=gaining[measure_id], tenants_losing=losing[measure_id],
        )
        for measure_id in sorted({*gaining, *losing}, key=lambda id_: (-gaining[id_] - losing[id_], id_))
    ]  # fmt: skip
    mark = hashlib.sha256(msgspec.json.encode((kept.totals(), items))).hexdigest() if items else ""
    if mark == one.progress.told:
        return mark, ""
    tenants = kept.tenants()
    data = OutlookTold(
        subscription=one.id, screening=one.wanted.screening,
        before=CatalogueVersion(version=changes.version_before), after=CatalogueVersion(version=version),
        tenants_gaining=tenants[0], tenants_losing=tenants[1], totals=kept.totals(),
        items=tuple(items[:MOST_ITEMS]), left_out=max(0, len(items) - MOST_ITEMS),
    )  # fmt: skip
    return mark, _bounded(
        data, lambda data: ScreeningMessage(type="screening.changed", timestamp=moment(at), data=data)
    )


def test_body(one: Subscription, at: float) -> str:
    """Return the message that tells nothing."""
    told = TestMessage(type="subscription.test", timestamp=moment(at), data=TestTold(subscription=one.id))
    return msgspec.json.encode(told).decode()


def _kept(wanted: Wanted, changes: StoredChanges, catalogues: Sequence[Catalogue]) -> StoredChanges:
    """Return the pairs of the measures that a subscription is about."""
    measures = changes.table["measure_id"].to_pylist()
    ids = _about(wanted, catalogues) if wanted.filters else frozenset(measures)
    muted = frozenset(wanted.muted)
    dropped = {
        measure_id
        for measure_id in set(measures)
        if measure_id not in ids or muted & {measure_id, *_documents(measure_id, catalogues)}
    }
    return StoredChanges(changes.table.filter([one not in dropped for one in measures]), changes.version_before)


def _documents(measure_id: str, catalogues: Iterable[Catalogue]) -> Iterator[str]:
    yield from (one.measures[measure_id].document for one in catalogues if measure_id in one.measures)


def _title(measure_id: str, catalogues: Collection[Catalogue], language: str) -> str:
    found = [one.measures[measure_id].title_in(language) for one in catalogues if measure_id in one.measures]
    return found[0] if found else measure_id


def _bounded(data: Data, framed: Callable[[Data], object]) -> str:
    """Return a message as JSON with as many items as it may have bytes for."""
    while len(body := msgspec.json.encode(framed(data))) > MOST_BYTES:
        half = len(data.items) // 2
        data = msgspec.structs.replace(data, items=data.items[:half], left_out=data.left_out + len(data.items) - half)
    return body.decode()


COURIERS = 3
"""So many messages are sent at a time: a receiver that takes all the time there is holds few others up."""
LOOK_SECONDS, FORGET_SECONDS = 2.0, 3600.0
"""So often is looked whether there is anything to tell or to send."""

_MOST_OPEN = 3
"""So many catalogues are open at once: that in force, and those told last."""


class Courier:
    """What is told of one data file and one catalogue."""

    def __init__(
        self, store: Store, served: Path, *, sender: Sender | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """Open nothing yet."""
        self._store, self._clock, self._sender = store, clock, sender or Sender()
        self._editions, self._kept = Editions(served), KeptCatalogues(store.folder)
        self._subscriptions, self._keys = Subscriptions(store, clock=clock), Keys(store, clock=clock)
        self._jobs, self._folders = Jobs(store, clock=clock), Folders(store.folder)
        self._making, self._opened = threading.Lock(), dict[str, Catalogue]()
        self._looked = self._forgot = float("-inf")
        self._failed: set[tuple[str, str, date]] = set()

    def step(self) -> bool:
        """Make what is due and send one message; False when there is nothing to do for a while."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return False
        if self._making.acquire(blocking=False):
            try:
                self._forget_when_due()
                self.make_due()
            finally:
                self._making.release()
        if self.send_one():
            return True
        self._looked = time.monotonic()
        return False

    def _forget_when_due(self) -> None:
        if time.monotonic() - self._forgot > FORGET_SECONDS:
            self._forgot = time.monotonic()
            self._subscriptions.forget_old()

    def make_due(self) -> None:
        """Make a message for each subscription that has been told nothing for a day and has something to be told."""
        current, now = self._editions.current(), self._clock()
        if current is None:
            return
        today = date.fromisoformat(day_in_china(now))
        for one in self._subscriptions.untold():
            attempted = (one.id, current, today)
            if one.may_be_told(now) and self._is_behind(one, current, today) and attempted not in self._failed:
                try:
                    self._make(one, current, today)
                except (StorageError, sqlite3.Error):
                    raise
                except Exception as error:  # noqa: BLE001 - one holds no other up, and is not tried again at once
                    self._failed.add(attempted)
                    log_exception(error)
        self._opened.clear()

    def _is_behind(self, one: Subscription, current: str, today: date) -> bool:
        """Tell whether an edition or a day came since it was told; of a screening only editions count."""
        told = one.progress
        return told.edition != current or (told.on < today and not one.wanted.screening)

    def _make(self, one: Subscription, current: str, today: date) -> None:
        if not self._keys.is_valid(one.key_id):
            self._subscriptions.end(one.id, Ending.KEY_INVALID)
        elif one.wanted.screening:
            self._make_of_screening(one, current, today)
        elif after := self._catalogue(current):
            body = catalogue_body(one, self._catalogue(one.progress.edition), after, on=today, at=self._clock())
            self._subscriptions.tell(one, Progress(edition=current, on=today), body)

    def _make_of_screening(self, one: Subscription, current: str, today: date) -> None:
        job = self._jobs.find(one.wanted.screening, one.key_id)
        if job is None or self._folders.is_dropped(job.id):
            self._subscriptions.end(one.id, Ending.SCREENING_GONE)
            return
        is_same = job.catalogue == current
        changes = StoredChanges.none(current) if is_same else StoredChanges.read(self._folders.of(job.id), current)
        if changes is None:  # not worked out yet
            return
        measured_by = (current, changes.version_before)
        catalogues = [found for version in dict.fromkeys(measured_by) if (found := self._catalogue(version))]
        mark, body = screening_body(one, changes, catalogues, version=current, at=self._clock())
        self._subscriptions.tell(one, Progress(edition=current, on=today, told=mark), body)

    def _catalogue(self, version: str) -> Catalogue | None:
        """Open a version that is served, was published or was kept for a screening; None where it is none of these."""
        if version not in self._opened and len(self._opened) >= _MOST_OPEN:
            self._opened.clear()
        is_served = version == self._editions.current()
        files = [self._editions.served] if is_served else [self._editions.path(version), self._kept.path(version)]
        for file in files if version not in self._opened else ():
            with suppress(CatalogueError):
                found = open_catalogue(file)
                if found.version == version:
                    self._opened[version] = found
                    break
        return self._opened.get(version)

    def send_one(self) -> bool:
        """Send a message whose time has come; False when there is none."""
        taken = self._subscriptions.take()
        if taken is None:
            return False
        message, one = taken
        if not self._keys.is_valid(one.key_id):
            self._subscriptions.end(one.id, Ending.KEY_INVALID)
            return True
        attempt = self._sender.send(one.url, message, self._subscriptions.secret(one.id), self._clock())
        self._subscriptions.note(message, attempt)
        structlog.get_logger().info(
            "message_sent", status=attempt.status, fault=attempt.fault, attempt=message.attempts
        )
        return True
