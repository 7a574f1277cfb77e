"""The worker: takes screenings one after the other, chunk by chunk, and can be killed at any moment."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from matcher.matching import Engine
from matcher.screening import Screener
from rules.errors import CatalogueError
from service.clock import today
from service.logs import log_exception
from service.screenings.deciding import Decider
from service.screenings.folders import Folder, Folders
from service.screenings.jobs import BEAT_SECONDS, Job, Jobs, LeaseLostError, State
from service.screenings.reading import UnreadableFileError, read_file
from service.settings import Settings
from service.store import Store
from service.tables.reading import ReadingOptions

IDLE_SECONDS = 0.5
SWEEP_SECONDS = 60.0
ORPHAN_SECONDS = 3600.0
"""A folder without a screening is deleted when it is that old; a younger one may be about to get its screening."""


@dataclass
class Worker:
    """One process's work; `stopping` ends it after the chunk at hand, and so does no longer being wanted."""

    settings: Settings
    is_wanted: Callable[[], bool] = lambda: True
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Open the data file; the catalogue only when there is something to do."""
        store = Store(self.settings.data)
        self._jobs, self._folders = Jobs(store), Folders(store.folder)
        self._name = secrets.token_hex(8)
        self._decider: Decider | None = None

    def run(self) -> None:
        """Work until stopped or no longer wanted."""
        swept = 0.0
        while not self._is_over():
            if time.monotonic() - swept > SWEEP_SECONDS:
                self.sweep()
                swept = time.monotonic()
            if not self.work_once():
                self.stopping.wait(IDLE_SECONDS)

    def work_once(self) -> bool:
        """Take one screening as far as it goes; False when there was none."""
        job = self._jobs.lease(self._name)
        if job is None:
            return False
        ended = threading.Event()
        beating = threading.Thread(target=self._beat, args=(job.id, ended), daemon=True)
        beating.start()
        try:
            self._work(job)
        except LeaseLostError:
            self._clear_deleted(job.id)
        finally:
            ended.set()
            beating.join()
        return True

    def sweep(self) -> None:
        """Delete what is overdue, and folders that no screening owns."""
        for job_id in self._jobs.overdue():
            self._jobs.delete(job_id)
            self._folders.remove(job_id)
            structlog.get_logger().info("screening_expired")
        known = self._jobs.known()
        for job_id in self._folders.ids():
            age = time.time() - self._folders.of(job_id).path.stat().st_mtime
            if job_id not in known and age > ORPHAN_SECONDS:
                self._folders.remove(job_id)

    def _work(self, job: Job) -> None:
        try:
            self._take_to_its_end(job)
        except LeaseLostError:
            raise
        except UnreadableFileError as error:
            self._jobs.end(job.id, self._name, State.FAILED, error.plain())
        except CatalogueError:
            structlog.get_logger().error("catalogue_unavailable")
            self._jobs.end(job.id, self._name, State.FAILED, "catalogue_unavailable")
        except Exception as error:  # noqa: BLE001 - one bad screening must not stop the others
            self._jobs.beat(job.id, self._name)  # a file that vanished with its screening is no fault
            log_exception(error)
            self._jobs.end(job.id, self._name, State.FAILED, "internal_error")

    def _take_to_its_end(self, job: Job) -> None:
        folder = self._folders.of(job.id)
        decider = self._loaded()
        catalogue = decider.screener.engine.catalogue
        reading = ReadingOptions(vocabularies=catalogue.vocabularies, latest=max(job.options.on, today()))
        account = read_file(folder, job.format, reading)
        self._jobs.note_read(job.id, self._name, total=account.total, rejected=account.rejected)
        self._jobs.note_catalogue(job.id, self._name, catalogue.version)
        finished = {chunk.number for chunk in self._jobs.chunks(job.id)}
        for number in range(account.chunks):
            if self._is_over():
                self._jobs.release(job.id, self._name)
                return
            if number not in finished and not self._decide(job, folder, number):
                self._jobs.end(job.id, self._name, State.FAILED, "records_exceeded")
                return
        self._jobs.end(job.id, self._name, State.FINISHED)
        structlog.get_logger().info("screening_finished", rows=account.total)

    def _decide(self, job: Job, folder: Folder, number: int) -> bool:
        chunk = self._loaded().decide_chunk(folder, number, job.options)
        return self._jobs.store_chunk(job.id, self._name, chunk, most=self.settings.operator_records)

    def _is_over(self) -> bool:
        return self.stopping.is_set() or not self.is_wanted()

    def _loaded(self) -> Decider:
        if self._decider is None:
            self._decider = Decider(Screener(Engine.open(self.settings.catalogue)))
        return self._decider

    def _beat(self, job_id: str, ended: threading.Event) -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                self._jobs.beat(job_id, self._name)
            except LeaseLostError:
                return

    def _clear_deleted(self, job_id: str) -> None:
        """Delete what was written after the screening itself was deleted."""
        if job_id not in self._jobs.known():
            self._folders.remove(job_id)
