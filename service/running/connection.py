"""One connection: what has come of its request, what is still to go out, and how long either may take.

The event loop (web_worker.py) fills and empties it without waiting; gunicorn's parser and response see it as a socket.
"""

from __future__ import annotations

import contextlib
import io
import re
import select
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from gunicorn.http.body import LengthReader  # type: ignore[import-untyped]
from gunicorn.http.errors import InvalidChunkSize, LimitRequestHeaders, LimitRequestLine  # type: ignore[import-untyped]
from gunicorn.http.message import Request  # type: ignore[import-untyped]
from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]

from service.running.refusals import cut_short, overloaded, too_slow
from service.web.requests import budget_of

READ_BYTES = 65_536
MOST_HEAD_BYTES = 65_536
"""Request line and headers together; browsers send a few thousand."""
HIGH_WATER_BYTES = 1_048_576
"""An answer up to this size waits in memory until its client has taken it, and the thread is free for the next."""
WAITING_THREADS = 16
"""So many threads may wait for slow uploads and downloads beside those that work."""
_END_OF_HEAD = b"\r\n\r\n"
_BARE_LF = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slow a client may be: some seconds, and more for what it has moved at `rate` bytes a second."""

    seconds: float
    rate: float = float("inf")

    def allowed(self, moved: int) -> float:
        """Return in how many seconds so many bytes must have moved."""
        return self.seconds + moved / self.rate


class Turns:
    """How many requests are worked on at once; a thread that waits for the network lets another one work."""

    def __init__(self, working: int) -> None:
        """Let `working` threads work."""
        self._working = threading.Semaphore(working)
        self._waiting = threading.Semaphore(WAITING_THREADS)
        self._counting = threading.Lock()
        self.begun = 0
        """How many have had a turn and are not done."""

    @contextlib.contextmanager
    def taken(self, seconds: float) -> Iterator[bool]:
        """Take a turn, and tell whether there was one within so many seconds."""
        if not self._working.acquire(timeout=seconds):
            yield False
            return
        self._count(1)
        try:
            yield True
        finally:
            self._count(-1)
            self._working.release()

    def _count(self, more: int) -> None:
        with self._counting:
            self.begun += more

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """Let another thread work meanwhile; raise RequestError when too many wait already."""
        if not self._waiting.acquire(blocking=False):
            raise overloaded()
        self._working.release()
        try:
            yield
        finally:
            self._working.acquire()
            self._waiting.release()


class Wire:
    """Stands for the socket before gunicorn, which reads what has come and writes what will be sent."""

    def __init__(self, client: socket.socket, pace_in: Pace, pace_out: Pace, turns: Turns) -> None:
        """Hold a socket that does not block."""
        self.client, self.incoming, self.sent, self.received = client, bytearray(), 0, 0
        self.readable: int | None = 0
        """How much of `incoming` the parser may read; None: all of it, and then what the network brings."""
        self.expects_continue = False
        self._outgoing = bytearray()
        self._paces, self._turns = (pace_in, pace_out), turns
        self._waited = [0.0, 0.0]

    def renew(self) -> None:
        """Begin with the next request."""
        self.sent, self.received, self.readable, self._waited = 0, len(self.incoming), 0, [0.0, 0.0]

    @property
    def held(self) -> int:
        """The bytes that wait in memory."""
        return len(self.incoming) + len(self._outgoing)

    def fill(self) -> int | None:
        """Take what has come; return how many bytes, 0 when the client sends no more, None when nothing is there."""
        try:
            data = self.client.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        self.incoming += data
        self.received += len(data)
        return len(data)

    def push(self) -> bool:
        """Send what can be sent without waiting; tell whether that was all."""
        while self._outgoing:
            try:
                count = self.client.send(self._outgoing)
            except (BlockingIOError, InterruptedError):
                return False
            self.sent += count
            del self._outgoing[:count]
        return True

    def take(self, count: int) -> bytes:
        """Return the first bytes of what has come, and hold them no more."""
        data = bytes(self.incoming[:count])
        del self.incoming[:count]
        return data

    def recv(self, count: int) -> bytes:
        """Return up to `count` bytes of the request; one that is streamed is waited for."""
        if self.readable is not None:
            data = self.take(min(count, self.readable))
            self.readable -= len(data)
            return data
        while not self.incoming:
            if self.expects_continue:
                self.ask_for_body()
            came = self.fill()
            if came == 0:
                raise cut_short()
            if came is None and not self._wait(select.POLLIN):
                raise too_slow()
        return self.take(count)

    def ask_for_body(self) -> None:
        """Tell a client that asked first that its body will be read."""
        self.expects_continue = False
        self._outgoing += b"HTTP/1.1 100 Continue\r\n\r\n"
        self.push()

    def sendall(self, data: bytes) -> None:
        """Send, or keep to be sent; the head goes out with the first bytes of the body, in one packet."""
        self._outgoing += data
        if not data.startswith(b"HTTP/1."):
            self.push()
        while len(self._outgoing) > HIGH_WATER_BYTES:
            if not self._wait(select.POLLOUT):
                raise ConnectionAbortedError
            self.push()

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> None:  # noqa: ANN401 - any file
        """Send a part of a file, as sockets do."""
        file.seek(offset)
        left = count if count is not None else float("inf")
        while left > 0 and (data := file.read(int(min(left, READ_BYTES)))):
            left -= len(data)
            self.sendall(data)

    def _wait(self, event: int) -> bool:
        """Wait for the network, without keeping others from work; tell whether the client is still in time."""
        way = int(event == select.POLLOUT)
        left = self._paces[way].allowed((self.received, self.sent)[way]) - self._waited[way]
        poll = select.poll()
        poll.register(self.client, event)
        began = time.monotonic()
        with self._turns.lent():
            found = left > 0 and poll.poll(left * 1000)
        self._waited[way] += time.monotonic() - began
        return bool(found)

    # What else gunicorn calls of a socket: the event loop closes it and never blocks, and after an answer that broke
    # off there is nothing to read.

    def fileno(self) -> int:
        """Return the number of the socket."""
        return self.client.fileno()

    def settimeout(self, _seconds: float | None) -> None:
        """Do nothing."""

    def shutdown(self, _how: int) -> None:
        """End the request that is read."""
        self.readable = 0

    def close(self) -> None:
        """Do nothing."""


class ChunkScan:
    """Finds where a body in chunks ends; what it holds is read by gunicorn's parser, which must agree."""

    _SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]{0,8};[^\r\n]*)?")
    _LONGEST_LINE, _LARGEST_TRAILER = 1024, 8190

    def __init__(self) -> None:
        """Begin before the first size line."""
        self.position = self.content = 0
        self.ended = False
        self._last = False

    def advance(self, data: bytearray) -> None:
        """Go as far as `data`, all that has come, allows; raise InvalidChunkSize at what is no chunk."""
        while not self.ended and (self._pass_trailer(data) if self._last else self._pass_chunk(data)):
            pass

    def _pass_chunk(self, data: bytearray) -> bool:
        end = data.find(b"\r\n", self.position, self.position + self._LONGEST_LINE)
        if end < 0:
            if len(data) - self.position >= self._LONGEST_LINE or b"\n" in data[self.position :]:
                raise InvalidChunkSize(b"")
            return False
        found = self._SIZE.fullmatch(data, self.position, end)
        if found is None:
            raise InvalidChunkSize(b"")
        size = int(found[1], 16)
        if size == 0:
            self.position, self._last = end + 2, True
            return True
        after = end + 2 + size
        if len(data) < after + 2:
            return False
        if data[after : after + 2] != b"\r\n":
            raise InvalidChunkSize(b"")
        self.position, self.content = after + 2, self.content + size
        return True

    def _pass_trailer(self, data: bytearray) -> bool:
        """Pass the lines behind the last chunk, up to an empty one."""
        if data.startswith(b"\r\n", self.position):
            self.position, self.ended = self.position + 2, True
            return True
        end = data.find(_END_OF_HEAD, self.position, self.position + self._LARGEST_TRAILER)
        if end < 0:
            if len(data) - self.position >= self._LARGEST_TRAILER:
                raise InvalidChunkSize(b"")
            return False
        self.position, self.ended = end + len(_END_OF_HEAD), True
        return True


class Phase(Enum):
    """What a connection waits for."""

    IDLE = auto()
    """The first byte of a request."""
    HEAD = auto()
    BODY = auto()
    WORK = auto()
    """A thread has it; the event loop leaves it alone."""
    SEND = auto()
    """The client takes the answer."""
    DRAIN = auto()
    """The answer is out; what the client still sends is thrown away, so that it reads the answer and no reset."""


class Connection:
    """What gunicorn calls a connection: `sock`, `client`, `server`; its request, and in which phase it is."""

    def __init__(self, cfg: Any, wire: Wire, client: Any, server: Any) -> None:  # noqa: ANN401 - gunicorn's
        """Begin with a client from which nothing has come."""
        self.cfg, self.sock, self.client, self.server = cfg, wire, client, server
        self.budget = budget_of(client[0])
        self.request: Any = None
        self.head = b""
        self.is_streamed = False
        self.phase, self.began, self.latest = Phase.IDLE, 0.0, float("inf")
        self.moved_before = 0
        self.watched, self.cost = 0, 0.0
        self.keep = False
        self._searched = 0
        self._chunks: ChunkScan | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a request has begun to come and is not there yet."""
        return self.phase in {Phase.HEAD, Phase.BODY} and bool(self.request or self.sock.incoming)

    @property
    def moved(self) -> int:
        """The bytes that have come and gone since the last request began."""
        return self.sock.received + self.sock.sent

    def renew(self) -> None:
        """Wait for the next request; what has come of it already stays."""
        self.request, self.head, self.is_streamed = None, b"", False
        self._searched, self._chunks = 0, None
        self.sock.renew()

    def advance(self, most: int) -> bool:
        """Tell whether a request is there: its head, and its body up to `most` bytes, longer ones are streamed.

        Raises what gunicorn's parser raises, and RequestError for a body whose framing outweighs it.
        """
        if self.request is None and not self._has_head():
            return False
        return self._has_body(most)

    def _has_head(self) -> bool:
        data, line = self.sock.incoming, self.cfg.limit_request_line
        end = data.find(_END_OF_HEAD, max(0, self._searched - 3))
        is_long_line = len(data) > line + 4 and data.find(b"\r\n", 2, line + 4) < 0
        # A line that ends in LF alone will never end the head: the parser says so at once.
        is_endless = is_long_line or len(data) > MOST_HEAD_BYTES or _BARE_LF.search(data, self._searched)
        if end < 0 and not is_endless:
            self._searched = len(data)
            return False
        size = end + len(_END_OF_HEAD) if end >= 0 else len(data)
        self.head = bytes(data[: min(size, MOST_HEAD_BYTES)])
        if is_long_line:
            raise LimitRequestLine(len(data), line)
        if size > MOST_HEAD_BYTES:
            raise LimitRequestHeaders("head")
        self.sock.readable = size
        self.request = Request(self.cfg, SocketUnreader(self.sock), self.client)
        self.sock.expects_continue = self.request._expected_100_continue  # noqa: SLF001 - gunicorn has no other name
        self.request._expected_100_continue = False  # noqa: SLF001 - else it is answered before the body is wanted
        return True

    def _has_body(self, most: int) -> bool:
        reader, incoming = self.request.body.reader, self.sock.incoming
        if isinstance(reader, LengthReader):
            size, end, is_whole = reader.length, reader.length, len(incoming) >= reader.length
        else:
            self._chunks = self._chunks or ChunkScan()
            self._chunks.advance(incoming)
            size, end, is_whole = self._chunks.content, self._chunks.position, self._chunks.ended
            size = size if is_whole else max(size, len(incoming) - end)
            if end > READ_BYTES + 1.5 * size:  # one byte a chunk: more framing than content
                raise InvalidChunkSize(b"")
        if size > most:
            return self._stream()
        if not is_whole:
            if self.sock.expects_continue:
                self.sock.ask_for_body()
            return False
        self.sock.readable = end
        return True

    def read_whole(self) -> None:
        """Have the body at hand before anything is done for it; raise what gunicorn's parser raises."""
        if not self.is_streamed:
            end = self.sock.readable or 0
            self.request.body = io.BytesIO(self.request.body.read() if self._chunks else self.sock.take(end))

    def _stream(self) -> bool:
        """Let the thread read the body as it comes, once it is wanted; nothing can follow it on this connection."""
        self.is_streamed, self.sock.readable = True, None
        self.request.force_close()
        return True
