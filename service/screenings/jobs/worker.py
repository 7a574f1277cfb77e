"""The worker: reads the files of screenings, some at a time, and decides what was read, one chunk after the other.

It can be killed at any moment. A screening keeps the catalogue it was begun with, whatever is published meanwhile.
"""

from __future__ import annotations

import itertools
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import structlog

from rules.catalogue.catalogue import Catalogue, CatalogueError
from service.catalogues.editions import Editions, KeptCatalogues, Newest
from service.clock import today
from service.data_folder import ClockWatch, sweep
from service.disk import Fault, StorageError, fault_of
from service.feedback.store import Feedback
from service.intake.raw_table import TableRefusedError
from service.intake.reader_host import Bounds
from service.intake.readers import AbandonedError, ReaderDiedError, prepare, read_until
from service.keys import Sessions
from service.logs import log_exception, log_fault
from service.screenings.jobs.deciding import Cores, Rerun, decide_all, side_of, write_outlook
from service.screenings.jobs.reading import Account, account_of, plain_refusal, read_with, warm
from service.screenings.stored.changes import StoredChanges, write_changes
from service.screenings.stored.folders import Folder, Folders
from service.screenings.stored.jobs import BEAT_SECONDS, Job, Jobs, LeaseLostError, State
from service.screenings.stored.parts import write_digest
from service.settings import Settings
from service.store import Store

IDLE_SECONDS = 0.2
REFUSED_SECONDS = 5.0
"""So long nothing is tried after the data file could not be used."""
_PASSING = frozenset({Fault.LOCKED, Fault.MISSING, Fault.DAMAGED})
SWEEP_SECONDS = 60.0
ORPHAN_SECONDS = 3600.0
"""A folder without a screening is deleted when it is that old; a younger one may be about to get its screening."""
LEAVING_SECONDS = 2.0
"""So long is waited for what is done beside; whatever is cut off is done again."""
READERS = 3
"""So many files are read at a time, of each key one: a file that takes all the time there is holds nobody up."""
TURN_SECONDS = 2.0
"""So long a screening is decided before one of another key that waits gets its turn."""
MOST_READINGS = 2
"""A file whose reading has ended so many readers, or workers, fails; it would end the next one too."""
MOST_CRASHES = 3
"""Likewise a screening that has ended so many processes, nothing decided in between."""
LOOK_AHEAD_SECONDS = 2.0
"""So often is looked whether another catalogue is in force than the one that decided."""
NICENESS = 10
"""Matches go before screenings where both want the processor."""

Step: TypeAlias = Callable[[Job, Callable[[], bool]], None]
"""What is done with a screening, until the second tells that it is over."""


@dataclass
class Worker:
    """One process's work; `stopping` ends it after the chunks at hand, and so does no longer being wanted.

    Each step of `beside` goes on in a thread of its own; it tells whether there was anything to do.
    """

    settings: Settings
    is_wanted: Callable[[], bool] = lambda: True
    beside: tuple[Callable[[], bool], ...] = ()
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Open the data file; the catalogue only when there is something to do."""
        self._store = store = Store(self.settings.data)
        self._clock = ClockWatch(store.folder)
        self._jobs, self._folders, self._catalogues = Jobs(store), Folders(store.folder), KeptCatalogues(store.folder)
        self._newest = Newest(self.settings.catalogue, self._catalogues)
        self._opening = threading.Lock()
        self._opened: Catalogue | None = None
        self._feedback, self._sessions = Feedback(store), Sessions(store)
        self._name = secrets.token_hex(8)
        self._crew: Cores | None = None
        self._version = ""
        self._swept = float("-inf")
        self._looked_ahead = float("-inf")
        self._outlooks_failed: set[tuple[str, str]] = set()
        self._was_read = threading.Event()
        self._broken: Exception | None = None

    def run(self) -> None:
        """Work until stopped or no longer wanted."""
        readers = [self._going_on(self._read_once) for _ in range(READERS)]
        others = [self._going_on(step) for step in self.beside]
        try:
            while not self._is_over():
                if not self._patiently(self._look_after) and not self._is_over():
                    self._was_read.wait(IDLE_SECONDS)
                    self._was_read.clear()
        finally:
            self.stopping.set()
            for reader in readers:
                reader.join()
            for other in others:
                other.join(LEAVING_SECONDS)
            self._dismiss()
        if self._broken is not None:
            raise self._broken

    def work_once(self) -> bool:
        """Take one screening as far as it goes; False when there was none."""
        was_read = self._read_once()
        return self._decide_once() or was_read

    def _going_on(self, step: Callable[[], bool]) -> threading.Thread:
        thread = threading.Thread(target=self._go_on, args=(step,), daemon=True)
        thread.start()
        return thread

    def _go_on(self, step: Callable[[], bool]) -> None:
        try:
            while not self._is_over():
                if not self._patiently(step):
                    self.stopping.wait(IDLE_SECONDS)
        except Exception as error:  # noqa: BLE001 - no thread goes on alone: `run` ends with the same
            self._broken = error
            self.stopping.set()

    def _patiently(self, step: Callable[[], bool]) -> bool:
        """Take a step; where the data file cannot be used now, say so and wait before the next one."""
        try:
            return step()
        except (StorageError, sqlite3.Error, OSError) as error:
            log_fault("worker_waits", str(fault_of(error) or type(error).__name__))
            self.stopping.wait(REFUSED_SECONDS)
            return False

    def _look_after(self) -> bool:
        self._sweep_when_due()
        return self._decide_once() or self.look_ahead_once()

    def _read_once(self) -> bool:
        return self._take(self._jobs.lease(self._name, unread=True), self._read)

    def _decide_once(self) -> bool:
        return self._take(self._jobs.lease(self._name, unread=False), self._decide)

    def _take(self, job: Job | None, step: Step) -> bool:
        """Take a step with a screening whose lease is held, and renewed meanwhile; False when there is none."""
        if job is None:
            return False
        ended, lost = threading.Event(), threading.Event()
        beating = threading.Thread(target=self._beat, args=(job.id, ended, lost), daemon=True)
        beating.start()
        try:
            self._work(job, partial(step, job, lambda: lost.is_set() or self._is_over()))
        except LeaseLostError:
            if job.id not in self._jobs.known():  # what was written after the screening itself was deleted
                self._folders.remove(job.id)
        finally:
            ended.set()
            beating.join()
        return True

    def _sweep_when_due(self) -> None:
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self._swept = time.monotonic()  # a sweep that fails is not tried again at once: there is work to do
            self.sweep()

    def sweep(self) -> None:
        """Delete what is overdue, and folders and catalogues that no screening needs."""
        for job_id in self._folders.dropped():  # deleted while the data file could note nothing
            self._jobs.delete(job_id)
            self._folders.remove(job_id)
        if self._clock.is_believed():
            self._forget_what_is_over()
        self._catalogues.forget(self._jobs.catalogues())
        sweep(self._store.folder)
        self._store.empty_log()
        self._store.keep_reserve()

    def _forget_what_is_over(self) -> None:
        self._feedback.forget_overdue()
        self._sessions.sweep()
        for job_id in self._jobs.overdue():
            self._folders.drop(job_id)
            self._jobs.delete(job_id)
            self._folders.remove(job_id)
            structlog.get_logger().info("screening_expired")
        known = self._jobs.known()
        for job_id in self._folders.ids():
            with suppress(FileNotFoundError):  # it was deleted at this moment
                age = time.time() - self._folders.of(job_id).path.stat().st_mtime
                if job_id not in known and age > ORPHAN_SECONDS:
                    self._folders.remove(job_id)

    def _work(self, job: Job, step: Callable[[], None]) -> None:
        try:
            step()
        except LeaseLostError:
            raise
        except AbandonedError:
            self._jobs.release(job.id, self._name)
        except ReaderDiedError as error:
            structlog.get_logger().error("reader_died")
            self._bury(job, MOST_READINGS, plain_refusal(error))
        except TableRefusedError as error:
            self._jobs.end(job.id, self._name, State.FAILED, plain_refusal(error))
        except CatalogueError as error:
            structlog.get_logger().error("catalogue_unavailable", reason=str(error))
            self._jobs.end(job.id, self._name, State.FAILED, "catalogue_unavailable")
        except BrokenExecutor:
            structlog.get_logger().error("screening_process_died")
            self._dismiss()
            self._bury(job, MOST_CRASHES, "internal_error")
        except Exception as error:
            fault = fault_of(error)
            if fault in _PASSING:  # nothing can be noted now either: it is taken up again when its lease has run out
                raise
            self._jobs.beat(job.id, self._name)  # a file that vanished with its screening is no fault
            if fault is None:
                log_exception(error)
            else:
                log_fault("screening_not_stored", fault)
            self._jobs.end(job.id, self._name, State.FAILED, f"storage_{fault}" if fault else "internal_error")

    def _bury(self, job: Job, most: int, failure: str) -> None:
        """Have a screening tried again after something died of it, unless it was the last time."""
        if self._jobs.found(job.id).attempts < most:
            self._jobs.release(job.id, self._name, died=True)
        else:
            self._jobs.end(job.id, self._name, State.FAILED, failure)

    def _read(self, job: Job, is_over: Callable[[], bool]) -> None:
        """Have the file read; the screening then waits to be decided."""
        if job.attempts > MOST_READINGS:  # the worker itself died with it each time
            raise ReaderDiedError("reader_died")
        account = self._account(job, self._catalogue_of(job), is_over)
        most = self.settings.operator_records
        if self._jobs.note_read(job.id, self._name, total=account.total, rejected=account.rejected, most=most):
            self._jobs.hand_on(job.id, self._name)
            self._was_read.set()

    def _account(self, job: Job, catalogue: Catalogue, is_over: Callable[[], bool]) -> Account:
        """Return the account of the file's reading, which a process of its own does where it has not been done."""
        self._jobs.note_catalogue(job.id, self._name, catalogue.version)
        folder = self._folders.of(job.id)
        if known := account_of(folder, job.options.on):
            return known
        return self._read_as(catalogue, folder, job=job, is_over=is_over)

    def _read_as(self, catalogue: Catalogue, folder: Folder, *, job: Job, is_over: Callable[[], bool]) -> Account:
        """Have a process read the file of a screening in a folder, as a catalogue understands it."""
        bounds = Bounds(self.settings.reader_bytes, self.settings.reader_seconds, NICENESS)
        kept = self._catalogues.path(catalogue.version)
        prepare((warm.__module__, warm.__name__, str(kept)))
        return read_until(is_over, bounds, read_with, kept, folder, job.format, job.options, latest=today())

    def _decide(self, job: Job, is_over: Callable[[], bool]) -> None:
        """Decide a screening that was read, as far as its turn goes, and end it where all is decided."""
        if job.attempts > MOST_CRASHES:
            raise BrokenExecutor
        folder, catalogue = self._folders.of(job.id), self._catalogue_of(job)
        account = self._account(job, catalogue, is_over)
        finished = {chunk.number for chunk in self._jobs.chunks(job.id)}
        missing = [number for number in range(account.chunks) if number not in finished]
        if self._decide_chunks(job, folder, catalogue, missing):
            self._sum_up(job, folder, catalogue.version)
            self._jobs.end(job.id, self._name, State.FINISHED)
            structlog.get_logger().info("screening_finished", rows=account.total)

    def _decide_chunks(self, job: Job, folder: Folder, catalogue: Catalogue, missing: list[int]) -> bool:
        """Decide and store chunks; False when the screening was given back, or lets another one go on."""
        ends, left = time.monotonic() + TURN_SECONDS, set(missing)
        asked = itertools.takewhile(
            lambda _: time.monotonic() < ends or not self._jobs.others_wait(job.key_id), missing
        )
        for number, decided in decide_all(self._crew_of(catalogue), folder, asked, job.options):
            self._jobs.store_chunk(job.id, self._name, decided.write(folder, number))
            left.discard(number)
            self._sweep_when_due()
            if self._is_over():
                self._jobs.release(job.id, self._name)
                return False
        if left:
            self._jobs.hand_on(job.id, self._name)
        return not left

    def _sum_up(self, job: Job, folder: Folder, version: str) -> None:
        """Write what queries read; for a rerun also what it changed."""
        chunks = self._jobs.chunks(job.id)
        write_digest(folder, [chunk.number for chunk in chunks])
        before = self._jobs.find(job.previous or "", job.key_id)
        if before is None or before.state is not State.FINISHED:
            return
        with suppress(FileNotFoundError):  # it was deleted at this moment
            earlier = side_of(self._folders.of(before.id), self._jobs.chunks(before.id), before.catalogue or "")
            write_changes(folder, earlier, side_of(folder, chunks, version))

    def look_ahead_once(self) -> bool:
        """Work out what the catalogue in force changes for one finished screening; False when nothing is due."""
        if time.monotonic() - self._looked_ahead < LOOK_AHEAD_SECONDS:
            return False
        current = Editions(self.settings.catalogue).current() or ""
        waiting = self._jobs.finished_without(current) if current else []
        try:
            catalogue = self._newest.catalogue() if waiting else None
        except CatalogueError as error:
            structlog.get_logger().error("catalogue_unavailable", reason=str(error))
            catalogue = None
        job = next((job for job in waiting if catalogue and self._is_outlook_due(job, catalogue.version)), None)
        if job is None or catalogue is None:
            self._looked_ahead = time.monotonic()
            return False
        try:
            self._look_ahead(job, catalogue)
        except Exception as error:  # noqa: BLE001 - the screening itself is as it was; nothing is tried twice
            self._outlooks_failed.add((job.id, catalogue.version))
            log_fault("outlook_failed", str(fault_of(error) or type(error).__name__))
        return True

    def _is_outlook_due(self, job: Job, version: str) -> bool:
        folder = self._folders.of(job.id)
        is_there = folder.sent(job.format).is_file() and (job.id, version) not in self._outlooks_failed
        return is_there and job.catalogue != version and StoredChanges.read(folder, version) is None

    def _look_ahead(self, job: Job, catalogue: Catalogue) -> None:
        """Let whoever waits go first, between chunks; what is decided stays with who decides it."""
        folder, crew = self._folders.of(job.id), Cores(catalogue, 1, niceness=NICENESS)
        before = side_of(folder, self._jobs.chunks(job.id), job.catalogue or "")

        def is_over() -> bool:
            while not self._is_over() and self._decide_once():
                pass
            return self._is_over()

        try:
            read = partial(self._read_as, catalogue, job=job, is_over=self._is_over)
            write_outlook(job, folder, before, Rerun(version=catalogue.version, read=read, crew=crew), is_over)
        finally:
            crew.close()

    def _catalogue_of(self, job: Job) -> Catalogue:
        """Return the catalogue that the screening has been read with, else the newest."""
        wanted = job.catalogue if job.total is not None else None
        with self._opening:
            if wanted is None or self._opened is None or self._opened.version != wanted:
                self._opened = self._kept(wanted) or self._newest.catalogue()
            return self._opened

    def _kept(self, version: str | None) -> Catalogue | None:
        try:
            return self._catalogues.catalogue(version) if version else None
        except CatalogueError as error:
            structlog.get_logger().warning("screening_begun_anew", reason=str(error))
            return None

    def _crew_of(self, catalogue: Catalogue) -> Cores:
        if self._crew is None or self._version != catalogue.version:
            self._dismiss()
            self._crew = Cores(catalogue, self.settings.screening_processes, niceness=NICENESS)
            self._version = catalogue.version
        return self._crew

    def _dismiss(self) -> None:
        if self._crew is not None:
            self._crew.close()
            self._crew = None

    def _is_over(self) -> bool:
        return self.stopping.is_set() or not self.is_wanted()

    def _beat(self, job_id: str, ended: threading.Event, lost: threading.Event) -> None:
        while not (ended.wait(BEAT_SECONDS) or lost.is_set()):
            try:
                self._jobs.beat(job_id, self._name)
            except LeaseLostError:
                lost.set()
            except (StorageError, sqlite3.Error) as error:  # the lease runs out if this lasts
                log_fault("worker_waits", str(fault_of(error) or type(error).__name__))
