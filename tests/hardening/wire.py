"""Raw connections: bytes in, answers out, from any address of the loopback."""

import contextlib
import json
import socket
from dataclasses import dataclass, field


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    rest: bytes = field(default=b"", repr=False)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def complaints(self) -> list[str]:
        return [error["code"] for error in self.json["errors"]]


def connect(port: int, address: str = "127.0.0.1", timeout: float = 10) -> socket.socket:
    """Return a connection to a server of this machine that comes from `address`."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(address, 0))


def read_to_end(connection: socket.socket) -> bytes:
    """Return what comes until the server closes, or until it resets what it had not read."""
    pieces = []
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


def parse(raw: bytes) -> Answer:
    """Return the first answer of what a server has sent; a body in chunks stays as it is."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, rest = rest.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    size = int(headers.get("content-length", len(rest)))
    return Answer(int(first.split()[1]), headers, rest[:size], rest[size:])


def exchange(port: int, sent: bytes, *, end: bool = False, address: str = "127.0.0.1") -> bytes:
    """Send bytes, with `end` close the sending side, and return all that is answered."""
    with connect(port, address) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
            if end:
                connection.shutdown(socket.SHUT_WR)
        return read_to_end(connection)
