"""gunicorn's threaded worker, in which a slow client costs no thread: a request is worked on once it is there.

One event loop accepts, reads heads and small bodies, sends what a thread left, and ends what takes too long. What it
refuses has the form of every other problem: the application words it.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent import futures
from functools import partial
from typing import Any

from gunicorn.http import errors as faults  # type: ignore[import-untyped]
from gunicorn.http import wsgi
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from service.complaints import RequestError
from service.running.connection import MOST_HEAD_BYTES, WAITING_THREADS, Connection, Pace, Phase, Turns, Wire
from service.running.refusals import cut_short, overloaded, refusal_of, too_slow, unread_request
from service.screenings.stored.progress import LEAVING
from service.settings import load_settings
from service.web.requests import REFUSAL

LIVENESS = "/healthz"
PROMPT_SECONDS, QUEUE_SECONDS = 1.0, 2.0
"""Who would wait longer than the first, as answers cost now, is refused at once; who has waited the second, then."""
FIRST_COST_SECONDS, HIGHEST_COST_SECONDS, SHARE_OF_NEWEST = 0.01, 0.25, 0.1
"""What an answer costs: to begin with (a match takes that long), at most, and how fast it is learnt."""
DRAIN_SECONDS, MOST_DRAINED_BYTES = 2.0, 64 * 1_048_576
"""How much of a refused body is still taken, so that a client busy sending it sees the answer and not a broken pipe."""
SPARED_SECONDS = 1.0
"""Nobody is given up for others of the same address before; an honest client needs less."""
MOST_HELD_BYTES, SPARED_BYTES = 128 * 1_048_576, 65_536
"""What all connections of a process may hold in memory, and how little of it nobody is dropped for."""
LOOK_SECONDS, PAUSE_SECONDS, AT_ONCE = 0.2, 0.005, 16
SWITCH_SECONDS = 0.001
"""Python's own is 5 ms, and the loop may have to wait for it several times for one connection."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves as ThreadWorker does, whose `run` calls the methods that are replaced here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - gunicorn's
        """Hold no connection yet."""
        super().__init__(*args, **kwargs)
        settings = self.settings = load_settings()
        rate = float(settings.least_rate)
        self.paces = {
            Phase.IDLE: Pace(seconds=self.cfg.keepalive),
            Phase.HEAD: Pace(seconds=settings.header_seconds),
            Phase.BODY: Pace(seconds=settings.body_seconds, rate=rate),
            Phase.SEND: Pace(seconds=settings.write_seconds, rate=rate),
            Phase.DRAIN: Pace(seconds=DRAIN_SECONDS, rate=rate),
        }
        self.turns = Turns(self.cfg.threads)
        self.held: dict[Connection, None] = {}
        """The connections that no thread has, those longest in their phase first."""
        self.queued: dict[Connection, futures.Future[bool]] = {}
        """Those whose request is there, in the order in which they came, until it is answered."""
        self.cost, self.answered_at, self.waited = FIRST_COST_SECONDS, 0.0, False
        self.addresses: Counter[str] = Counter()
        # Behind a proxy all connections come from its address, and whom it lets in is its own business.
        self.most_of_address = self.worker_connections if settings.proxies else settings.address_connections
        self.resumes = self.looks = 0.0

    def get_thread_pool(self) -> futures.ThreadPoolExecutor:
        """Return threads enough for those that work and those that wait for the network."""
        return futures.ThreadPoolExecutor(max_workers=self.cfg.threads + WAITING_THREADS)

    def init_process(self) -> None:
        """Let the event loop, which waits for nothing else, get the interpreter from computing threads sooner."""
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    def load_wsgi(self) -> None:
        """Let the application word what is found wrong with a body while it is read."""
        super().load_wsgi()
        self.wsgi.register_error_handler(
            faults.ParseException, lambda fault: self.wsgi.handle_user_exception(refusal_of(fault))
        )

    # Coming and going.

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - gunicorn's
        """Accept connections, unless this worker has just left the next ones to the others."""
        super().set_accept_enabled(enabled and time.monotonic() >= self.resumes)

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; a worker that is busy leaves the others a moment's start, then takes several."""
        is_busy = self._waiting() > 0
        for _ in range(AT_ONCE if is_busy else 1):
            try:
                client, address = listener.accept()
            except OSError as error:
                if error.errno in {errno.EMFILE, errno.ENFILE}:
                    self._make_room()
                    is_busy = True
                break
            self._admit(client, address, listener.getsockname())
        if is_busy:
            self.resumes = time.monotonic() + PAUSE_SECONDS
            self.set_accept_enabled(False)

    def _admit(self, client: socket.socket, address: Any, server: Any) -> None:  # noqa: ANN401 - sockets have many
        client.settimeout(0)
        wire = Wire(client, self.paces[Phase.BODY], self.paces[Phase.SEND], self.turns)
        conn = Connection(self.cfg, wire, address, server)
        has_room = self.addresses[conn.budget] < self.most_of_address or self._make_room_of(conn.budget)
        if self.nr_conns + 1 >= self.worker_connections:
            self._make_room()
        self.nr_conns += 1
        self.addresses[conn.budget] += 1
        self._enter(conn, Phase.HEAD)
        with self._alone(conn):
            if has_room:
                self._read(conn)
            else:
                self._refuse_here(conn, overloaded())

    def _make_room_of(self, budget: str) -> bool:
        """Give up who has waited longest of an address; tell whether somebody had waited long."""
        longest = next((conn for conn in self.held if conn.budget == budget), None)
        if longest is None or time.monotonic() - longest.began < SPARED_SECONDS:
            return False
        self._give_up(longest)
        return True

    def _make_room(self) -> None:
        """Give up who has waited longest of the address that has most connections."""
        if self.held:
            self._give_up(max(self.held, key=lambda conn: self.addresses[conn.budget]))  # the first of them

    def _give_up(self, conn: Connection) -> None:
        with self._alone(conn):
            if conn.has_begun:
                self.refuse(conn, overloaded())
            self._drop(conn)

    def _drop(self, conn: Connection) -> None:
        self.held.pop(conn, None)
        with contextlib.suppress(OSError, KeyError):
            self._watch(conn, 0)
            if conn.phase is Phase.SEND:  # what the client does not take shall not wait in the kernel either
                conn.sock.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        conn.sock.client.close()
        self.nr_conns -= 1
        self.addresses[conn.budget] -= 1
        if not self.addresses[conn.budget]:
            del self.addresses[conn.budget]

    @contextlib.contextmanager
    def _alone(self, conn: Connection) -> Iterator[None]:
        """Let what goes wrong with one connection end this one only."""
        try:
            yield
        except Exception as error:
            if not isinstance(error, OSError):
                self.log.exception("Error handling request")
            if conn in self.held:
                self._drop(conn)

    def _enter(self, conn: Connection, phase: Phase) -> None:
        conn.phase, conn.began = phase, time.monotonic()
        conn.moved_before = conn.moved
        self.held.pop(conn, None)
        if phase is not Phase.WORK:
            self.held[conn] = None

    def _watch(self, conn: Connection, events: int) -> None:
        """Have `_happened` called when the client sends or takes something."""
        if events == conn.watched:
            return
        if not events:
            self.poller.unregister(conn.sock.client)
        elif conn.watched:
            self.poller.modify(conn.sock.client, events, partial(self._happened, conn))
        else:
            self.poller.register(conn.sock.client, events, partial(self._happened, conn))
        conn.watched = events

    def _happened(self, conn: Connection, _client: socket.socket) -> None:
        with self._alone(conn):
            if conn.phase is Phase.SEND:
                self._send(conn)
            elif conn.phase is Phase.DRAIN:
                self._drain(conn)
            else:
                self._read(conn)

    # From the first byte to the answer.

    def _read(self, conn: Connection) -> None:
        came = conn.sock.fill()
        if came == 0:
            if conn.has_begun:
                self._refuse_here(conn, cut_short())
            else:
                self._drop(conn)
        elif came is None:
            self._watch(conn, selectors.EVENT_READ)
        else:
            self._proceed(conn)

    def _proceed(self, conn: Connection) -> None:
        """Go on with what has come of a request."""
        if conn.phase is Phase.IDLE:
            self._enter(conn, Phase.HEAD)
        try:
            is_there = conn.advance(self.settings.body_bytes)
        except (faults.ParseException, faults.NoMoreData) as fault:
            self._refuse_here(conn, refusal_of(fault))
            return
        if is_there:
            self._hand_over(conn)
            return
        if conn.request is not None and conn.phase is Phase.HEAD:
            self._enter(conn, Phase.BODY)
        self._watch(conn, selectors.EVENT_READ)

    def _hand_over(self, conn: Connection) -> None:
        """Let a thread answer; whether the process lives is answered here, whatever the threads do."""
        self._watch(conn, 0)
        if conn.request.path == LIVENESS and not conn.is_streamed:
            self._leave(conn, keep=self._answer(conn))
        elif self._is_overloaded():
            self._refuse_here(conn, overloaded())
        else:
            self._enter(conn, Phase.WORK)
            self.enqueue_req(conn)

    def _is_overloaded(self) -> bool:
        """Tell whether one more request would wait too long for a thread."""
        waiting = self._waiting()
        return waiting >= self.settings.queue or waiting * self.cost > PROMPT_SECONDS

    def _learn_cost(self, seconds: float) -> None:
        """Note what an answer cost: its processor time, or the time since the last one when others waited meanwhile."""
        now = time.monotonic()
        seconds = max(seconds, now - self.answered_at if self.waited else 0.0)
        self.cost += SHARE_OF_NEWEST * (min(seconds, HIGHEST_COST_SECONDS) - self.cost)
        self.answered_at, self.waited = now, self._waiting() > 0

    def _waiting(self) -> int:
        return len(self.queued) - self.turns.begun

    def enqueue_req(self, conn: Connection) -> None:
        """Put a request into the queue of the threads."""
        future = self.queued[conn] = self.tpool.submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def handle(self, conn: Connection) -> bool:
        """Answer in a thread, as soon as it is this request's turn; tell whether another one may follow."""
        with self.turns.taken(max(0.0, conn.began + QUEUE_SECONDS - time.monotonic())) as is_taken:
            if not is_taken:
                self.refuse(conn, overloaded())
                return False
            began = time.thread_time()
            is_reusable = self._answer(conn)
            conn.cost = time.thread_time() - began
            return is_reusable

    def _answer(self, conn: Connection) -> bool:
        try:
            conn.read_whole()
        except (faults.ParseException, faults.NoMoreData) as fault:
            self.refuse(conn, refusal_of(fault))
            return False
        try:
            return bool(self.handle_request(conn.request, conn))
        except (OSError, StopIteration) as error:  # the client is gone, or the answer broke off, which is logged
            self.log.debug("Closing connection. %s", type(error).__name__)
        except Exception:
            self.log.exception("Error handling request")
            self.refuse(conn, RequestError("internal_error"))
        return False

    def refuse(self, conn: Connection, problem: RequestError) -> None:
        """Answer a request that does not reach its view; the application words it, as far as the head was read."""
        request = conn.request or unread_request(conn.head or bytes(conn.sock.incoming[:MOST_HEAD_BYTES]))
        answer, environ = wsgi.create(request, conn.sock, conn.client, conn.server, self.cfg)
        answer.force_close()
        environ[REFUSAL] = problem
        for piece in self.wsgi(environ, answer.start_response):
            answer.write(piece)
        answer.close()

    def _refuse_here(self, conn: Connection, problem: RequestError) -> None:
        self.refuse(conn, problem)
        self._leave(conn, keep=False)

    # From the answer to the end.

    def finish_request(self, conn: Connection, done: futures.Future[bool]) -> None:
        """Go on with a connection that a thread is done with, or that has waited for one too long."""
        del self.queued[conn]
        self._learn_cost(conn.cost)
        with self._alone(conn):
            self.held[conn] = None
            if done.cancelled():
                self._refuse_here(conn, overloaded())
            else:
                self._leave(conn, keep=done.result())

    def _leave(self, conn: Connection, *, keep: bool) -> None:
        """Send the rest of an answer, and then wait for another request or end the connection."""
        conn.keep = keep
        self._enter(conn, Phase.SEND)
        self._send(conn)

    def _send(self, conn: Connection) -> None:
        if not conn.sock.push():
            self._watch(conn, selectors.EVENT_WRITE)
        elif conn.keep:
            conn.renew()
            self._enter(conn, Phase.IDLE)
            if conn.sock.incoming:  # sent before the last answer was there; not called at once, it could go on for ever
                self._watch(conn, 0)
                self.method_queue.defer(self._follow, conn)
            else:
                self._watch(conn, selectors.EVENT_READ)
        else:
            conn.sock.client.shutdown(socket.SHUT_WR)
            conn.sock.incoming.clear()
            conn.sock.renew()
            self._enter(conn, Phase.DRAIN)
            self._drain(conn)

    def _follow(self, conn: Connection) -> None:
        with self._alone(conn):
            if conn in self.held:
                self._proceed(conn)

    def _drain(self, conn: Connection) -> None:
        conn.sock.incoming.clear()
        came = conn.sock.fill()
        if came == 0 or conn.sock.received > MOST_DRAINED_BYTES:
            self._drop(conn)
        else:
            self._watch(conn, selectors.EVENT_READ)

    # What takes too long.

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait until something happens, or somebody's time may be over."""
        if self.resumes > time.monotonic():
            timeout = PAUSE_SECONDS
        super().wait_for_and_dispatch_events(min(timeout, LOOK_SECONDS) if self.nr_conns else timeout)

    def murder_pending(self) -> None:
        """Do nothing: `murder_keepalived` looks after all."""

    def murder_keepalived(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - gunicorn's
        """End what takes too long, or everything."""
        now = time.monotonic()
        if force:
            for conn in list(self.held):
                self._drop(conn)
        if force or now < self.looks:
            return
        self.looks = now + LOOK_SECONDS
        for conn in [conn for conn in self.held if now >= self._ends(conn)]:
            with self._alone(conn):
                self._expire(conn)
        for future in [future for conn, future in self.queued.items() if now > conn.began + QUEUE_SECONDS]:
            future.cancel()  # one that has begun stays
        self._forget_hoarders()

    def _ends(self, conn: Connection) -> float:
        return min(conn.latest, conn.began + self.paces[conn.phase].allowed(conn.moved - conn.moved_before))

    def _expire(self, conn: Connection) -> None:
        if conn.has_begun:
            self._refuse_here(conn, too_slow())
        else:
            self._drop(conn)

    def _forget_hoarders(self) -> None:
        """Drop who fills the memory: of those that hold much the ones that take longest."""
        total = sum(conn.sock.held for conn in self.held)
        for conn in [conn for conn in self.held if conn.sock.held > SPARED_BYTES] if total > MOST_HELD_BYTES else []:
            if total <= MOST_HELD_BYTES:
                break
            total -= conn.sock.held
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """Let a worker that stops end its streams, and wait this long for requests of which no head has come."""
        LEAVING.set()
        for conn in self.held:
            if conn.phase in {Phase.IDLE, Phase.HEAD}:
                conn.latest = deadline
