"""The process that forks a reader for each file: it has loaded what reading needs, and does nothing else.

A reader may use only so much memory and time: the kernel ends one that wants more, or has lost this process, and this
process one whose asker has gone. It goes itself when nobody is left to ask.
"""

from __future__ import annotations

import ctypes
import gc
import math
import os
import pickle
import resource
import select
import signal
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeAlias

LENGTH = struct.Struct("<Q")
"""Stands before a question and before its answer."""

STATUS = struct.Struct("<i")
"""Stands behind the answer, or alone where there is none: how the reader ended, negative for a signal."""

OUT_OF_MEMORY, FAILED = 77, 78
"""How a reader ends that was given no more memory, and one that could not answer for any other reason."""

_BOUNDS = struct.Struct("<Qdi")
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux."""

_DATA_PAGES = 5
"""Where /proc/self/statm tells the pages of data and stack."""


_LIBRARIES = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""A process with threads is not to be forked, and memory set aside and not used would count as used."""

Call: TypeAlias = tuple[str, ...]
"""A module, a function of it, and texts that it is called with."""


class Bounds(NamedTuple):
    """What a reader may use: bytes of memory beyond those it begins with, seconds of the clock and of the processor."""

    memory: int
    seconds: float
    niceness: int = 0

    def packed(self) -> bytes:
        """Return them as bytes."""
        return _BOUNDS.pack(*self)


class Reader(NamedTuple):
    """A reader at work: its process, what tells that it has ended, and the connection to who asked."""

    pid: int
    ended: int
    connection: socket.socket


def main(descriptor: int, calls: Iterable[Call]) -> None:
    """Do what readers need done once, then fork one for each connection, until nobody holds the socket's other end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # those who ask are told to stop, and this process goes with them
    for name, value in _LIBRARIES.items():
        os.putenv(name, value)
    for module, function, *arguments in calls:
        getattr(import_module(module), function)(*arguments)
    gc.collect()
    gc.freeze()
    Host(socket.socket(fileno=descriptor)).run()


class Host:
    """The readers that are at work, and the socket through which connections come."""

    def __init__(self, asked: socket.socket) -> None:
        """Begin without any."""
        self._asked = asked
        self._readers: dict[int, Reader] = {}
        self._poll = select.poll()
        self._poll.register(asked, select.POLLIN)

    def run(self) -> None:
        """Work until nobody can ask any more, nor waits for an answer."""
        can_ask = True
        while can_ask or self._readers:
            (descriptor, _), *_ = self._poll.poll()  # one at a time: a number may be another's after the first
            if descriptor != self._asked.fileno():
                self._see_to(descriptor)
            elif not self._begin():
                self._poll.unregister(self._asked)
                can_ask = False

    def _begin(self) -> bool:
        """Fork for the next connection; False when there will be none."""
        bounds, descriptors, _, _ = socket.recv_fds(self._asked, _BOUNDS.size, 1)
        if not bounds:
            return False
        connection = socket.socket(fileno=descriptors[0])
        try:
            pid = os.fork()
        except OSError:  # there are too many processes already
            connection.close()
            return True
        if pid == 0:
            self._asked.close()
            for other in set(self._readers.values()):
                other.connection.close()
            _be_a_reader(connection, Bounds(*_BOUNDS.unpack(bounds)))
        reader = Reader(pid, os.pidfd_open(pid), connection)
        self._readers[reader.ended] = self._readers[connection.fileno()] = reader
        self._poll.register(reader.ended, select.POLLIN)
        self._poll.register(connection, 0)  # tells nothing but that the other end was closed
        return True

    def _see_to(self, descriptor: int) -> None:
        """Tell how a reader ended, or end one whose asker has gone."""
        reader = self._readers.pop(descriptor)
        self._poll.unregister(descriptor)
        if descriptor != reader.ended:
            os.kill(reader.pid, signal.SIGKILL)
            return
        status = os.waitstatus_to_exitcode(os.waitpid(reader.pid, 0)[1])
        if self._readers.pop(reader.connection.fileno(), None):
            self._poll.unregister(reader.connection)
        with suppress(OSError):  # who does not take it has gone, or has the answer
            reader.connection.send(STATUS.pack(status), socket.MSG_DONTWAIT)
        reader.connection.close()
        os.close(reader.ended)


def _be_a_reader(connection: socket.socket, bounds: Bounds) -> NoReturn:
    """Answer one question within bounds."""
    ended = FAILED
    try:
        _bind(bounds)
        answer = _answered(_received(connection))
        connection.sendall(LENGTH.pack(len(answer)) + answer)
        ended = 0
    except MemoryError:
        ended = OUT_OF_MEMORY
    finally:
        os._exit(ended)


def _bind(bounds: Bounds) -> None:
    silence = os.open(os.devnull, os.O_RDWR)  # what a library prints when it dies may quote the file
    for descriptor in range(3):
        os.dup2(silence, descriptor)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    with suppress(OSError):  # when the machine is short of memory, a reader goes first
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    os.nice(bounds.niceness)
    signal.setitimer(signal.ITIMER_REAL, bounds.seconds)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[_DATA_PAGES])
    memory = pages * resource.getpagesize() + bounds.memory
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, math.ceil(bounds.seconds)),
        (resource.RLIMIT_DATA, memory),
    )
    for limited, most in limits:
        resource.setrlimit(limited, (most, most))


def _received(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as stream:
        (length,) = LENGTH.unpack(stream.read(LENGTH.size))
        return stream.read(length)


def _answered(question: bytes) -> bytes:
    """Return whether it went well, and what came of it or what was raised."""
    function, arguments, named = pickle.loads(question)  # noqa: S301 - from the service itself
    try:
        return pickle.dumps((True, function(*arguments, **named)))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised where the question came from
        return pickle.dumps((False, error))
