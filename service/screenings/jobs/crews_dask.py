"""A dask cluster that decides chunks; one that loses all its workers gets the catalogue again when others come."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any

from rules.catalogue.catalogue import Catalogue
from seeds.faults import CodedError
from service.screenings.jobs.deciding import AHEAD, DecidedChunk, Decider
from service.screenings.stored.jobs import Options

PATIENCE_SECONDS = 120.0
"""So long a cluster without workers, or whose scheduler went away, is waited for."""
_FIRST_SECONDS = 10.0
"""A scheduler that was never reached is more often misspelt than late."""
_CLOSING_SECONDS = 2.0
_PAUSE_SECONDS = 0.5
_RETRIES = 3
_ADDRESS = re.compile(r"(tcp|tls)://\S+:[0-9]{1,5}")
_UNREACHABLE = (OSError, ValueError, TypeError, ImportError)
"""What a scheduler that is not there, an address that is none, and one that needs certificates raise."""


class ClusterError(CodedError):
    """The cluster cannot decide chunks; the code and its parameters say why."""


class Cluster:
    """A dask cluster, one of this machine when no scheduler is named; its workers need none of our files.

    `notice` is called with the seconds for which a worker will be waited for, whenever there is none.
    """

    def __init__(
        self, catalogue: Catalogue, scheduler: str | None, *, patience: float, notice: Callable[[float], None]
    ) -> None:
        """Reach the scheduler; raise ClusterError when it does not answer."""
        self._content = catalogue.unmapped()
        self._patience, self._notice = patience, notice
        self._own: Any = None
        if scheduler is None:
            from distributed import LocalCluster  # noqa: PLC0415 - an extra

            self._own = LocalCluster(dashboard_address=None, threads_per_worker=1)  # type: ignore[no-untyped-call]
            scheduler = str(self._own.scheduler_address)
        self._address = scheduler
        self._catalogue: Any = None
        self._given = 0
        self.most = AHEAD
        try:
            self._client = _connect(self._address, min(patience, _FIRST_SECONDS))
        except _UNREACHABLE as error:
            raise ClusterError("no_scheduler", address=self._address, reason=_reason(error)) from error

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Send the chunk to a worker; raise ClusterError when none comes in time."""
        if self._catalogue is None:
            self._give_catalogue()
        asked = self._client.get_executor(pure=False, retries=_RETRIES)
        future = asked.submit(_decide_with, self._catalogue, tenants, options)
        if self._client.status != "running":  # what is asked after the scheduler went is never answered
            raise CancelledError
        return _reported(future)

    def mend(self) -> None:
        """Forget the workers that had the catalogue; the next chunk waits for those that are there or come."""
        self._leave()

    def close(self) -> None:
        """Take leave of the cluster."""
        self._leave()
        if self._own is not None:
            self._own.close()

    def _give_catalogue(self) -> None:
        """Give every worker the catalogue, under the name of its version, as soon as there is one."""
        until = time.monotonic() + self._patience
        while self._catalogue is None:
            left = max(1.0, until - time.monotonic())
            try:
                self._client = self._client or _connect(self._address, left)
                if not self._client.nthreads():
                    self._notice(left)
                    self._client.wait_for_workers(1, timeout=left)
                self._scatter()
            except (OSError, CancelledError) as error:
                code = "no_workers" if self._client else "scheduler_gone"
                self._leave()
                if time.monotonic() >= until:
                    raise ClusterError(
                        code, address=self._address, seconds=self._patience, reason=_reason(error)
                    ) from error
                time.sleep(_PAUSE_SECONDS)

    def _scatter(self) -> None:
        self._given += 1  # a key that was lost a moment ago may still be on its way out
        key = f"cepei-catalogue-{self._content.version}-{self._given}"
        try:
            self._catalogue = self._client.scatter({key: self._content}, broadcast=True)[key]
        except (OSError, CancelledError):
            raise
        except Exception as error:  # a worker that cannot read it may raise anything
            raise ClusterError("worker_failed", reason=_reason(error)) from error
        self.most = AHEAD * max(1, sum(self._client.nthreads().values()))

    def _leave(self) -> None:
        client, self._client, self._catalogue = self._client, None, None
        if client is not None:
            with suppress(OSError):  # its scheduler may be gone
                client.close(timeout=_CLOSING_SECONDS)


def _connect(address: str, seconds: float) -> Any:  # noqa: ANN401 - distributed has no types
    from distributed import Client  # noqa: PLC0415 - an extra
    from distributed.security import Security  # noqa: PLC0415 - an extra

    for name in ("distributed", "distributed.client"):  # what goes wrong is told by whoever asked
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if not _ADDRESS.fullmatch(address):
        raise ValueError("it must be like tcp://HOST:PORT")
    if address.startswith("tls:") and not Security().get_connection_args("client")["ssl_context"]:  # type: ignore[no-untyped-call]
        raise ValueError("tls:// needs certificates, named by the configuration of dask")
    return Client(address, timeout=seconds, set_as_default=False)  # type: ignore[no-untyped-call]


def _reported(asked: Future[DecidedChunk]) -> Future[DecidedChunk]:
    """Return the same outcome, a worker's failure as ClusterError."""
    reported: Future[DecidedChunk] = Future()
    reported.add_done_callback(lambda done: done.cancelled() and asked.cancel())
    asked.add_done_callback(lambda done: _pass_on(done, reported))
    return reported


def _pass_on(asked: Future[DecidedChunk], reported: Future[DecidedChunk]) -> None:
    if asked.cancelled():
        reported.cancel()
    if not reported.set_running_or_notify_cancel():
        return
    if (error := asked.exception()) is not None:
        reported.set_exception(ClusterError("worker_failed", reason=_reason(error)))
    else:
        reported.set_result(asked.result())


def _reason(error: BaseException) -> str:
    """Return an error in a line."""
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


_HERE = threading.local()
"""The decider of this thread of a worker; deciders remember texts, so threads do not share one."""


def _decide_with(catalogue: Catalogue, tenants: bytes, options: Options) -> DecidedChunk:
    if getattr(_HERE, "version", None) != catalogue.version:
        _HERE.decider, _HERE.version = Decider(catalogue), catalogue.version
    decided: DecidedChunk = _HERE.decider.decide_chunk(tenants, options)
    return decided
