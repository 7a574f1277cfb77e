"""Reads files of others in processes of their own, which may use only so much (reader_host.py says how).

Whoever has threads or other people's work to lose asks here instead of reading.
"""

from __future__ import annotations

import atexit
import math
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar, cast

from service.complaints import RequestError
from service.intake.raw_table import TableRefusedError
from service.intake.reader_host import LENGTH, OUT_OF_MEMORY, STATUS, Bounds, Call

P = ParamSpec("P")
T = TypeVar("T")
_START = "import sys; sys.path[:] = {path!r}; from service.intake.reader_host import main; main({end}, {calls!r})"
_LOOK_SECONDS, _SLACK_SECONDS = 0.2, 2.0
_PATIENCE_SECONDS = 2.0
RETRY_SECONDS = 5
"""A file for which there was no reader may be sent again after so long."""
_HOSTS = 2
"""A host that tells nothing of a reader was killed at that moment; the next one is asked instead."""
_PIECE = 1 << 18
_MEBIBYTE = 1 << 20
_OUT_OF_TIME = frozenset({-signal.SIGALRM, -signal.SIGXCPU})
_NO_MEMORY = frozenset({OUT_OF_MEMORY, -signal.SIGABRT})
"""A library that is given no memory, and cannot raise that, aborts."""


class OverLimitError(TableRefusedError):
    """A file whose reading would use more than it may."""


class ReaderDiedError(TableRefusedError):
    """The reader ended without an answer, for no reason that is known; once more it may go well."""


class AbandonedError(Exception):
    """Whoever asked no longer wants the answer."""


class _Host:
    """The one host of this process and of those forked from it: started when first needed, again when it is gone."""

    def __init__(self) -> None:
        self._calls: tuple[Call, ...] = ()
        self._starting = threading.Lock()
        self._asking: socket.socket | None = None
        self._processes: list[subprocess.Popen[bytes]] = []
        self._owner = 0

    def start(self) -> socket.socket:
        """Return what connections are sent through."""
        with self._starting:
            if self._asking is None:
                self._asking, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                code = _START.format(path=sys.path, end=end.fileno(), calls=self._calls)
                if self._owner != os.getpid():
                    self._owner, self._processes = os.getpid(), []
                self._processes = [process for process in self._processes if process.poll() is None]
                with end:
                    process = subprocess.Popen(  # noqa: S603 - this interpreter and code of ours
                        [sys.executable, "-c", code],
                        stdin=subprocess.DEVNULL,
                        pass_fds=[end.fileno()],
                        start_new_session=True,
                    )
                self._processes.append(process)
            return self._asking

    def prepare(self, calls: tuple[Call, ...]) -> None:
        """Start it with these calls; one that was started with others goes when its readers have ended."""
        if calls != self._calls:
            self._calls = calls
            self.forget(self._asking)
        self.start()

    def forget(self, asking: socket.socket | None) -> None:
        """Ask no more of a host, which may be gone."""
        with self._starting:
            if asking is not None and asking is self._asking:
                asking.close()
                self._asking = None

    def close(self) -> None:
        """Leave no host behind; those of the process that this one was forked from are not ours."""
        self.forget(self._asking)
        for process in self._processes if self._owner == os.getpid() else ():
            process.kill()
            process.wait()

    def connect(self, bounds: Bounds) -> socket.socket:
        """Return a connection to a reader of its own."""
        ours, theirs = socket.socketpair()
        with theirs:
            asking = self.start()
            try:
                socket.send_fds(asking, [bounds.packed()], [theirs.fileno()])
            except OSError:  # it was killed; the next one is there for everybody
                self.forget(asking)
                socket.send_fds(self.start(), [bounds.packed()], [theirs.fileno()])
        return ours


_HOST = _Host()
atexit.register(_HOST.close)


def prepare(*calls: Call) -> None:
    """Have calls made once where readers come from, so that none of them waits for what these load."""
    _HOST.prepare(calls)


def _never() -> bool:
    return False


class Readers:
    """What the threads of one process may have read: so many files at a time, each within bounds."""

    def __init__(self, bounds: Bounds, *, most: int) -> None:
        """Leave all places free."""
        self._bounds, self._places = bounds, threading.BoundedSemaphore(most)

    def ask(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """Return what a function gives, called in a reader; what it raises is raised.

        Raises RequestError when no place becomes free soon, else as `read_until`.
        """
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            raise RequestError("readers_busy", retry_after=RETRY_SECONDS)
        try:
            return read_until(_never, self._bounds, function, *arguments, **named)
        finally:
            self._places.release()


def read_until(
    is_over: Callable[[], bool], bounds: Bounds, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs
) -> T:
    """Return what a function gives, called in a reader; what it raises is raised.

    Raises OverLimitError when it would use more than it may, ReaderDiedError when the reader died, AbandonedError, and
    ends the reader, as soon as it is over.
    """
    question = pickle.dumps((function, arguments, named))
    received = b""
    for _ in range(_HOSTS):
        if not received:
            with _HOST.connect(bounds) as connection:
                received = _exchange(connection, LENGTH.pack(len(question)) + question, bounds.seconds, is_over)
    answer, status = _parted(received)
    if answer is None:
        raise _refusal(status, bounds)
    went_well, outcome = pickle.loads(answer)  # noqa: S301 - from a process of the service's own
    if went_well:
        return cast("T", outcome)
    raise outcome


def _exchange(connection: socket.socket, question: bytes, seconds: float, is_over: Callable[[], bool]) -> bytes:
    """Send a question and return all that comes back."""
    end, received = time.monotonic() + seconds + _SLACK_SECONDS, bytearray()
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.settimeout(seconds)
        connection.sendall(question)
        connection.settimeout(_LOOK_SECONDS)
        while time.monotonic() < end:
            if is_over():
                raise AbandonedError
            with suppress(TimeoutError):
                if not (piece := connection.recv(_PIECE)):
                    return bytes(received)
                received += piece
        return STATUS.pack(-signal.SIGALRM)  # neither the kernel nor the host could end it
    return b""


def _parted(received: bytes) -> tuple[bytes | None, int | None]:
    """Return the answer, None where there is none, and how the reader ended, None where nobody tells."""
    behind = LENGTH.size
    if len(received) >= behind:
        behind += LENGTH.unpack_from(received)[0]
    if LENGTH.size < behind <= len(received):
        return received[LENGTH.size : behind], 0
    return None, STATUS.unpack(received[-STATUS.size :])[0] if len(received) >= STATUS.size else None


def _refusal(status: int | None, bounds: Bounds) -> TableRefusedError:
    if status in _OUT_OF_TIME:
        return OverLimitError("file_needs_time", limit=math.ceil(bounds.seconds))
    if status in _NO_MEMORY:
        return OverLimitError("file_needs_memory", limit=max(1, bounds.memory // _MEBIBYTE))
    return ReaderDiedError("reader_died")
