"""Who decides chunks: this process or all cores (crews_dask.py: a cluster). Tenants go in, bytes of files come out.

Nobody but the caller touches the screening's folder; every crew gives the same bytes.
"""

from __future__ import annotations

import gc
import itertools
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import cached_property
from multiprocessing import connection, get_context, parent_process
from typing import Protocol

from rules.catalogue import Catalogue
from service.screenings.deciding import DecidedChunk, Decider
from service.screenings.folders import Folder
from service.screenings.jobs import Options

AHEAD = 2
"""So many chunks wait for each one that is being decided: nobody is idle, and memory does not grow with the file."""


class Crew(Protocol):
    """Decides chunks with one catalogue; `most` chunks are under way at a time."""

    most: int

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Have the tenants of one chunk's file decided."""

    def mend(self) -> None:
        """Make ready to decide again after chunks were lost with those who decided them."""

    def close(self) -> None:
        """Finish what is being decided, and begin nothing more."""


def decide_all(
    crew: Crew, folder: Folder, numbers: Iterable[int], options: Options
) -> Iterator[tuple[int, DecidedChunk]]:
    """Yield chunks in the order in which they are finished."""
    waiting = iter(numbers)
    under_way: dict[Future[DecidedChunk], int] = {}
    try:
        while True:
            for number in itertools.islice(waiting, crew.most - len(under_way)):
                under_way[crew.submit(folder.tenants(number).read_bytes(), options)] = number
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(future), future.result()
    finally:
        for future in under_way:
            future.cancel()


class Alone:
    """The process that asks, and no other."""

    most = 1

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile nothing before there is work."""
        self._catalogue = catalogue

    @cached_property
    def _decider(self) -> Decider:
        return Decider(self._catalogue)

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Decide at once."""
        future: Future[DecidedChunk] = Future()
        future.set_result(self._decider.decide_chunk(tenants, options))
        return future

    def mend(self) -> None:
        """Do nothing: this process is lost with its chunks or not at all."""

    def close(self) -> None:
        """Leave nothing behind."""


class Cores:
    """Processes of this machine, each with a compiled catalogue of its own; started when there is work for them."""

    def __init__(self, catalogue: Catalogue, processes: int, *, niceness: int = 0) -> None:
        """Start nothing yet; `niceness` leaves the processor to others who want it."""
        self.most = AHEAD * processes
        self._processes, self._begun_with = processes, (catalogue, niceness)
        self._pool = self._new_pool()

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Put the chunk into the queue of the processes."""
        return self._pool.submit(_decide, tenants, options)

    def mend(self) -> None:
        """Put new processes in the place of the old ones: one that was killed breaks all."""
        self.close()
        self._pool = self._new_pool()

    def close(self) -> None:
        """End the processes after the chunks at hand."""
        self._pool.shutdown(cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        spawn = get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=spawn, initializer=_begin, initargs=self._begun_with)


_HERE = threading.local()
"""The decider of this process."""


def _decide(tenants: bytes, options: Options) -> DecidedChunk:
    decided: DecidedChunk = _HERE.decider.decide_chunk(tenants, options)
    return decided


def _begin(catalogue: Catalogue, niceness: int) -> None:
    """Prepare a process of `Cores`: it leaves signals from the keyboard to its parent, and goes when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(niceness)
    threading.Thread(target=_go_with_parent, daemon=True).start()
    _HERE.decider = Decider(catalogue)
    spare_collector()


def spare_collector() -> None:
    """Have garbage collected seldom, and what is compiled left alone: chunks make many objects and hardly a cycle."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _go_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
