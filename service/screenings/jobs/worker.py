"""The worker: takes screenings one after the other, chunk by chunk, and can be killed at any moment.

A screening keeps the catalogue it was begun with, whatever is published meanwhile.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from rules.catalogue.catalogue import Catalogue, CatalogueError
from service.clock import today
from service.editions import Editions, Newest
from service.feedback.store import Feedback
from service.intake.questions import judge_of_facts
from service.intake.table import ReadingOptions
from service.logs import log_exception
from service.screenings.jobs.deciding import Cores, UnreadableFileError, decide_all, read_file
from service.screenings.stored.changes import Side, write_changes
from service.screenings.stored.folders import Folder, Folders
from service.screenings.stored.jobs import BEAT_SECONDS, Chunk, Job, Jobs, LeaseLostError, State
from service.screenings.stored.matrix import measure_counts
from service.screenings.stored.parts import PairReader, write_digest
from service.settings import Settings
from service.store import Store

IDLE_SECONDS = 0.2
SWEEP_SECONDS = 60.0
ORPHAN_SECONDS = 3600.0
"""A folder without a screening is deleted when it is that old; a younger one may be about to get its screening."""
MOST_CRASHES = 3
"""A screening that has killed so many processes fails; it would kill the next one too."""
NICENESS = 10
"""Matches go before screenings where both want the processor."""


@dataclass
class Worker:
    """One process's work; `stopping` ends it after the chunks at hand, and so does no longer being wanted."""

    settings: Settings
    is_wanted: Callable[[], bool] = lambda: True
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Open the data file; the catalogue only when there is something to do."""
        store = Store(self.settings.data)
        self._jobs, self._folders, self._editions = Jobs(store), Folders(store.folder), Editions(store.folder)
        self._newest = Newest(self.settings.catalogue, self._editions)
        self._feedback = Feedback(store)
        self._name = secrets.token_hex(8)
        self._crew: Cores | None = None
        self._version = ""
        self._crashes = Counter[str]()
        self._swept = float("-inf")

    def run(self) -> None:
        """Work until stopped or no longer wanted."""
        try:
            while not self._is_over():
                self._sweep_when_due()
                if not self.work_once():
                    self.stopping.wait(IDLE_SECONDS)
        finally:
            self._dismiss()

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
            if job.id not in self._jobs.known():  # what was written after the screening itself was deleted
                self._folders.remove(job.id)
        finally:
            ended.set()
            beating.join()
        return True

    def _sweep_when_due(self) -> None:
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self.sweep()
            self._swept = time.monotonic()

    def sweep(self) -> None:
        """Delete what is overdue, and folders and catalogues that no screening needs."""
        self._feedback.forget_overdue()
        for job_id in self._jobs.overdue():
            self._jobs.delete(job_id)
            self._folders.remove(job_id)
            structlog.get_logger().info("screening_expired")
        known = self._jobs.known()
        for job_id in self._folders.ids():
            age = time.time() - self._folders.of(job_id).path.stat().st_mtime
            if job_id not in known and age > ORPHAN_SECONDS:
                self._folders.remove(job_id)
        self._editions.forget(self._jobs.catalogues())

    def _work(self, job: Job) -> None:
        try:
            self._take_to_its_end(job)
        except LeaseLostError:
            raise
        except UnreadableFileError as error:
            self._jobs.end(job.id, self._name, State.FAILED, error.plain())
        except CatalogueError as error:
            structlog.get_logger().error("catalogue_unavailable", reason=str(error))
            self._jobs.end(job.id, self._name, State.FAILED, "catalogue_unavailable")
        except BrokenExecutor:
            self._recover(job)
        except Exception as error:  # noqa: BLE001 - one bad screening must not stop the others
            self._jobs.beat(job.id, self._name)  # a file that vanished with its screening is no fault
            log_exception(error)
            self._jobs.end(job.id, self._name, State.FAILED, "internal_error")

    def _take_to_its_end(self, job: Job) -> None:
        folder, catalogue = self._folders.of(job.id), self._catalogue_of(job)
        self._jobs.note_catalogue(job.id, self._name, catalogue.version)
        reading = ReadingOptions(
            on=job.options.on,
            mapping=job.options.columns,
            vocabularies=catalogue.vocabularies,
            latest=max(job.options.on, today()),
            fact_complaints=judge_of_facts(catalogue),
        )
        account = read_file(folder, job.format, reading)
        most = self.settings.operator_records
        if not self._jobs.note_read(job.id, self._name, total=account.total, rejected=account.rejected, most=most):
            return
        finished = {chunk.number for chunk in self._jobs.chunks(job.id)}
        missing = [number for number in range(account.chunks) if number not in finished]
        if self._decide(job, folder, catalogue, missing):
            self._sum_up(job, folder, catalogue.version)
            self._jobs.end(job.id, self._name, State.FINISHED)
            structlog.get_logger().info("screening_finished", rows=account.total)

    def _decide(self, job: Job, folder: Folder, catalogue: Catalogue, missing: list[int]) -> bool:
        """Decide and store chunks; False when the screening was given back."""
        for number, decided in decide_all(self._crew_of(catalogue), folder, missing, job.options):
            self._jobs.store_chunk(job.id, self._name, decided.write(folder, number))
            self._sweep_when_due()
            if self._is_over():
                self._jobs.release(job.id, self._name)
                return False
        return True

    def _sum_up(self, job: Job, folder: Folder, version: str) -> None:
        """Write what queries read; for a rerun also what it changed."""
        chunks = self._jobs.chunks(job.id)
        write_digest(folder, [chunk.number for chunk in chunks])
        before = self._jobs.find(job.previous or "", job.key_id)
        if before is None or before.state is not State.FINISHED:
            return
        with suppress(FileNotFoundError):  # it was deleted at this moment
            earlier = self._side(self._folders.of(before.id), self._jobs.chunks(before.id), before.catalogue or "")
            write_changes(folder, earlier, self._side(folder, chunks, version))

    def _side(self, folder: Folder, chunks: list[Chunk], version: str) -> Side:
        """Return a finished screening to be compared; one without a row that could be decided lists nothing."""
        pairs = PairReader.open(folder) if chunks else None
        return Side(pairs=pairs, measures=measure_counts(chunks), version=version)

    def _catalogue_of(self, job: Job) -> Catalogue:
        """Return the catalogue that has decided a part of the screening already, else the newest."""
        if job.catalogue and self._jobs.chunks(job.id):
            try:
                return self._editions.catalogue(job.catalogue)
            except CatalogueError as error:
                structlog.get_logger().warning("screening_begun_anew", reason=str(error))
        return self._newest.catalogue()

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

    def _recover(self, job: Job) -> None:
        """Go on with new processes after one was killed, unless the screening itself seems to kill them."""
        self._dismiss()
        self._crashes[job.id] += 1
        structlog.get_logger().error("screening_process_died")
        if self._crashes[job.id] < MOST_CRASHES:
            self._jobs.release(job.id, self._name)
        else:
            self._jobs.end(job.id, self._name, State.FAILED, "internal_error")

    def _is_over(self) -> bool:
        return self.stopping.is_set() or not self.is_wanted()

    def _beat(self, job_id: str, ended: threading.Event) -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                self._jobs.beat(job_id, self._name)
            except LeaseLostError:
                return
