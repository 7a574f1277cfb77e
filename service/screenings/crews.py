"""Who decides chunks: this process, all cores, or a dask cluster. Tenants go in, the bytes of their files come out.

Nobody but the caller touches the screening's folder; every crew gives the same bytes.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing import connection, get_context, parent_process
from typing import Any, Protocol

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
        """Compile the catalogue."""
        self._decider = Decider(catalogue)

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Decide at once."""
        future: Future[DecidedChunk] = Future()
        future.set_result(self._decider.decide_chunk(tenants, options))
        return future

    def close(self) -> None:
        """Leave nothing behind."""


class Cores:
    """Processes of this machine, each with a compiled catalogue of its own; started when there is work for them."""

    def __init__(self, catalogue: Catalogue, processes: int, *, niceness: int = 0) -> None:
        """Start nothing yet; `niceness` leaves the processor to others who want it."""
        self.most = AHEAD * processes
        self._pool = ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(catalogue, niceness)
        )

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Put the chunk into the queue of the processes."""
        return self._pool.submit(_decide, tenants, options)

    def close(self) -> None:
        """End the processes after the chunks at hand."""
        self._pool.shutdown(cancel_futures=True)


class Cluster:
    """A dask cluster, one of this machine when no scheduler is named; its workers need none of our files."""

    def __init__(self, catalogue: Catalogue, scheduler: str | None) -> None:
        """Give every worker the catalogue, under the name of its version."""
        self._client = _client(scheduler)
        name = f"cepei-catalogue-{catalogue.version}"
        self._catalogue = self._client.scatter({name: replace(catalogue, path=None)}, broadcast=True)[name]
        self.most = AHEAD * max(1, sum(self._client.nthreads().values()))
        self._executor = self._client.get_executor(pure=False, retries=3)

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Send the chunk to a worker."""
        future: Future[DecidedChunk] = self._executor.submit(_decide_with, self._catalogue, tenants, options)
        return future

    def close(self) -> None:
        """Take leave of the cluster."""
        self._executor.shutdown(wait=False)
        self._client.close()


def _client(scheduler: str | None) -> Any:  # noqa: ANN401 - distributed has no types
    from distributed import Client  # noqa: PLC0415 - an extra

    options = {"address": scheduler} if scheduler else {"dashboard_address": None, "threads_per_worker": 1}
    return Client(**options)  # type: ignore[no-untyped-call]


_HERE = threading.local()
"""The decider of this thread; deciders remember texts, so threads do not share one."""


def _decide_with(catalogue: Catalogue, tenants: bytes, options: Options) -> DecidedChunk:
    if getattr(_HERE, "version", None) != catalogue.version:
        _HERE.decider, _HERE.version = Decider(catalogue), catalogue.version
    return _decide(tenants, options)


def _decide(tenants: bytes, options: Options) -> DecidedChunk:
    decided: DecidedChunk = _HERE.decider.decide_chunk(tenants, options)
    return decided


def _begin(catalogue: Catalogue, niceness: int) -> None:
    """Prepare a process of `Cores`: it leaves signals from the keyboard to its parent, and goes when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(niceness)
    threading.Thread(target=_go_with_parent, daemon=True).start()
    _HERE.decider = Decider(catalogue)


def _go_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
