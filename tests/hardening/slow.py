"""Clients that cost patience: each kind sends or reads as little as keeps a connection open."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator

from tests.hardening.wire import connect

TICK_SECONDS = 0.05
LARGE = b"GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n"
"""Its answer is larger than what a kernel takes for a client that reads nothing."""


def head(line: str, *headers: str) -> bytes:
    typed = headers if any("Content-Type" in one for one in headers) else ("Content-Type: application/json", *headers)
    return "\r\n".join([f"{line} HTTP/1.1", "Host: x", *typed, "", ""]).encode()


FIRST: dict[str, bytes] = {
    "sends nothing": b"",
    "drips its request line": b"GET /",
    "drips empty lines": b"\r",
    "drips one header": b"GET / HTTP/1.1\r\nA: ",
    "drips many headers": b"GET / HTTP/1.1\r\n",
    "drips a body": head("POST /v1/match", "Content-Length: 5000"),
    "drips a body to a path that is not there": head("POST /none", "Content-Length: 5000"),
    "drips a body where a key is wanted": head("POST /v1/screenings", "Content-Length: 50000000"),
    "drips a body where the method is another": head("PUT /v1/measures", "Content-Length: 5000"),
    "drips a body that is too large": head("POST /v1/match", "Content-Length: 50000000"),
    "drips a body of another type": head("POST /v1/match", "Content-Type: text/plain", "Content-Length: 5000"),
    "drips a large form": head("POST /screenings/sign-in", "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin", "Content-Length: 50000000"),
    "drips one chunk": head("POST /v1/match", "Transfer-Encoding: chunked") + b"fff\r\n",
    "drips a size line": head("POST /v1/match", "Transfer-Encoding: chunked"),
    "drips a trailer": head("POST /v1/match", "Transfer-Encoding: chunked") + b"0\r\nA: ",
    "drips a large upload in chunks": head("POST /v1/screenings", "Transfer-Encoding: chunked") + b"ffffff\r\n",
    "asks whether to send and does not": head("POST /v1/match", "Content-Length: 5000", "Expect: 100-continue"),
    "asks whether to send much and does not": head("POST /v1/screenings", "Content-Length: 50000000", "Expect: 100-continue"),
    "reads nothing": LARGE,
    "reads nothing of many answers": LARGE * 30,
    "reads a byte at a time": LARGE,
    "keeps its connection and asks no more": head("GET /healthz"),
    "asks many times at once": head("GET /healthz") * 5,
}  # fmt: skip
_DRIPS: dict[str, Iterator[bytes]] = {
    "drips empty lines": itertools.cycle([b"\n", b"\r"]),
    "drips many headers": itertools.cycle([b"A", b":", b" ", b"b", b"\r", b"\n"]),
    "drips a size line": itertools.repeat(b"0"),
}


class SlowClient:
    """One slow connection, opened again whenever the server ends it."""

    def __init__(self, port: int, kind: str, address: str) -> None:
        self.port, self.kind, self.address = port, kind, address
        self.connection: socket.socket | None = None
        self.opened = 0

    def tick(self) -> None:
        try:
            if self.connection is None:
                self.open()
            elif self.kind.startswith("drips"):
                self.connection.send(next(_DRIPS.get(self.kind, itertools.repeat(b"1"))))
            elif self.kind == "reads a byte at a time":
                self.connection.recv(1)
        except BlockingIOError:
            return
        except OSError:
            self.close()

    def open(self) -> None:
        self.connection = connect(self.port, self.address)
        self.opened += 1
        if "reads" in self.kind:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.connection.sendall(FIRST[self.kind])
        self.connection.settimeout(0)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


@contextlib.contextmanager
def besieged(port: int, count: int, address_of: Callable[[int], str]) -> Iterator[list[SlowClient]]:
    """Have so many slow clients, of all kinds in turn, as long as the context lasts."""
    clients = [
        SlowClient(port, kind, address_of(number))
        for number, kind in zip(range(count), itertools.cycle(FIRST), strict=False)
    ]
    for client in clients:
        client.tick()
    ended = threading.Event()

    def drip() -> None:
        while not ended.wait(TICK_SECONDS):
            for client in clients:
                client.tick()

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield clients
    finally:
        ended.set()
        thread.join()
        for client in clients:
            client.close()
