"""The courier: makes the messages that are due and sends those that wait; the screening worker lets it run beside.

Several may run on one data file, and any may be killed at any moment: a message is made once, and sent under its id
until it was taken or given up.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import structlog

from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.catalogue.content import open_catalogue
from service.catalogues.editions import Editions
from service.catalogues.kept import KeptCatalogues
from service.clock import day_in_china
from service.disk import StorageError
from service.keys import Keys
from service.logs import log_exception
from service.screenings.stored.changes import StoredChanges
from service.screenings.stored.folders import Folders
from service.screenings.stored.jobs import Jobs
from service.store import Store
from service.subscriptions.messages import catalogue_body, screening_body
from service.subscriptions.sending import Sender
from service.subscriptions.store import Ending, Progress, Subscription, Subscriptions

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
