"""One message over HTTPS to an address that somebody else chose: where it may go, how it is signed, what came of it.

A name is resolved once, everything it resolves to must be a host of the public internet, and the connection goes to
the address that was judged: what the name means a moment later, or a redirect, changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import SplitResult, urlsplit

from service import __version__
from service.subscriptions.store import Attempt, Message

LONGEST_URL = 2000
HTTPS = 443
UNPRIVILEGED = range(1024, 65_536)
CONNECT_SECONDS, WHOLE_SECONDS = 5.0, 15.0
"""For the connection, and for all of it from the connection to the status; names are resolved before."""
_LONGEST_WAIT = 86_400.0
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_INNER_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "test", "invalid", "onion")
"""Last labels that no public host has."""
_PLAIN = re.compile(r"[!-~]+")
_SECONDS = re.compile(r"[0-9]{1,6}")

Resolve = Callable[[str, int], Sequence[str]]
"""Returns every address of a host; raises OSError when there is none."""


class UrlError(ValueError):
    """An address that no message is sent to; `code` names the reason."""

    def __init__(self, code: str) -> None:
        """Keep why."""
        self.code = code
        super().__init__(code)


_INNER_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20"),
    )
)
"""Public by Python's tables, older ones at least, and yet none of the public internet: set aside for protocols, for
documentation and for carrying IPv4 addresses, which may be inner ones; and the host that answers the machines of a
cloud."""
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Tell whether an address is surely a host of the public internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if found.version == 6 and found not in _PUBLIC_V6:  # noqa: PLR2004 - IPv6
        return False
    is_host = found.is_global and not (found.is_multicast or found.is_reserved)
    return is_host and not any(found in network for network in _INNER_NETWORKS)


def read_url(text: str) -> SplitResult:
    """Return the parts of an address that messages may be sent to; raise UrlError.

    Names are not resolved here: that is done when a message is sent, and each time anew.
    """
    if len(text) > LONGEST_URL or not _PLAIN.fullmatch(text) or "\\" in text:
        raise UrlError("url_unreadable")
    try:
        parts = urlsplit(text)
        port = HTTPS if parts.port is None else parts.port
    except ValueError as error:
        raise UrlError("url_unreadable") from error
    if parts.scheme != "https":
        raise UrlError("url_not_https")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UrlError("url_with_user")
    if port != HTTPS and port not in UNPRIVILEGED:
        raise UrlError("url_port")
    if not _is_public_name(parts.hostname or ""):
        raise UrlError("url_inner")
    return parts


def _is_public_name(host: str) -> bool:
    """Tell whether a host is an address of the public internet, or a name that could be one there."""
    if ":" in host or host.rpartition(".")[2].isdigit():
        return is_public(host)
    return bool(_HOST.fullmatch(host)) and host.rpartition(".")[2] not in _INNER_NAMES


def addresses_of(host: str, port: int) -> list[str]:
    """Return every address of a host as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return `webhook-signature` as Standard Webhooks 1.0 has it: v1, HMAC-SHA256 of id, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends messages; tests pass who resolves names, which addresses may be reached and which certificates hold."""

    resolve: Resolve = addresses_of
    allows: Callable[[str], bool] = is_public
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = WHOLE_SECONDS

    def send(self, url: str, message: Message, secret: str, now: float) -> Attempt:
        """Send a message once; whatever goes wrong is told as a fault."""
        try:
            return self._send(url, message, secret, int(now))
        except UrlError as error:
            return Attempt(fault=error.code)
        except ssl.SSLError:
            return Attempt(fault="receiver_tls")
        except TimeoutError:
            return Attempt(fault="receiver_slow")
        except http.client.HTTPException:
            return Attempt(fault="receiver_no_http")
        except OSError:
            return Attempt(fault="receiver_unreachable")

    def _send(self, url: str, message: Message, secret: str, timestamp: int) -> Attempt:
        parts, body = read_url(url), message.body.encode()
        headers = {
            "Content-Type": "application/json", "User-Agent": f"cepei/{__version__}", "Connection": "close",
            "webhook-id": message.id, "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secret, message.id, timestamp, body),
        }  # fmt: skip
        host, port = parts.hostname or "", parts.port or HTTPS
        address, is_late = self._address_of(host, port), threading.Event()
        with closing(socket.create_connection((address, port), min(CONNECT_SECONDS, self.seconds))) as plain:
            plain.settimeout(self.seconds)
            wire = self.context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
            # A receiver that sends a byte now and then would never meet the time limit of a socket.
            timer = threading.Timer(self.seconds, partial(_cut, wire, is_late))
            timer.start()
            try:
                with closing(wire):
                    wire.do_handshake()
                    return _spoken(wire, parts, body, headers)
            except (OSError, http.client.HTTPException) as error:
                if is_late.is_set():
                    raise TimeoutError from error
                raise
            finally:
                timer.cancel()

    def _address_of(self, host: str, port: int) -> str:
        """Return the one address that is connected to; one inner address beside it refuses the name."""
        try:
            found = list(self.resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise UrlError("receiver_unknown") from error
        if not found:
            raise UrlError("receiver_unknown")
        if not all(map(self.allows, found)):
            raise UrlError("url_inner")
        return found[0]


def _cut(wire: ssl.SSLSocket, is_late: threading.Event) -> None:
    is_late.set()
    try:
        socket.socket.shutdown(wire, socket.SHUT_RDWR)  # below TLS: its own shutdown would wait for the other side
    except OSError:  # it has ended already
        return


def _spoken(wire: ssl.SSLSocket, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> Attempt:
    """Ask over a connection that stands; of the answer only the head is read, and no redirect followed."""
    connection = http.client.HTTPConnection(parts.netloc)  # only writes and reads; it never connects
    connection.auto_open = 0
    connection.sock = wire
    connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, dict(headers))
    with closing(connection.getresponse()) as reply:
        asked = (reply.getheader("Retry-After") or "").strip()
        wait = min(float(asked), _LONGEST_WAIT) if _SECONDS.fullmatch(asked) else 0.0
        return Attempt(status=reply.status, retry_after=wait)
