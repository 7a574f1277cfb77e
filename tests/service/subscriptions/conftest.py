"""A receiver of messages with a certificate of its own, and what is published while somebody is subscribed."""

import http.server
import ipaddress
import shutil
import ssl
import threading
from collections import deque
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rules.catalogue.content import connect
from service.catalogues.editions import Editions
from service.keys import Keys, Role
from service.store import Store
from service.subscriptions.courier import Courier
from service.subscriptions.sending import Sender
from service.subscriptions.store import Subscriptions
from tests.service.catalogues import conftest as editions

small, first, second, third = editions.small, editions.first, editions.second, editions.third

HOST = "receiver.example.com"


def certificate(folder):
    """Write a certificate for HOST and its key; return both files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )  # fmt: skip
    return public, private


class Receiver:
    """An https server that answers as told, 200 where nothing is told, and keeps what came."""

    def __init__(self, folder):
        public, private = certificate(folder)
        self.came, self.answers = [], deque()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.came.append((self.path, dict(self.headers), body))
                status, headers = receiver.answers.popleft() if receiver.answers else (200, {})
                if callable(status):
                    status(self)
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(public, private)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # whoever is cut off says so
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"https://{HOST}:{self.port}/hook?from=cepei"
        self.trust = ssl.create_default_context(cafile=str(public))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def sender(self, **changes):
        """Return a sender that finds this receiver under its name and may reach this machine."""
        asked = {"resolve": lambda _host, _port: ["127.0.0.1"], "allows": lambda _: True, "context": self.trust}
        return Sender(**{**asked, **changes})


@pytest.fixture(scope="session")
def own_receiver(tmp_path_factory):
    started = Receiver(tmp_path_factory.mktemp("receiver"))
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture
def receiver(own_receiver):
    own_receiver.came.clear()
    own_receiver.answers.clear()
    return own_receiver


class Told:
    """One data file, one catalogue that is published over, one key, one courier and a clock."""

    def __init__(self, folder, clock, sender):
        clock.now = datetime(2026, 11, 21, 2, tzinfo=UTC).timestamp()
        self.clock, self.store = clock, Store(folder / "data.sqlite")
        self.editions = Editions(folder / "catalogue.sqlite")
        self.key, self.text = Keys(self.store, clock=clock).add(Role.OPERATOR)
        self.subscriptions = Subscriptions(self.store, clock=clock)
        self.sender = sender
        self.courier = self.another()

    def another(self):
        """Return a courier as a new process has it."""
        return Courier(self.store, self.editions.served, sender=self.sender, clock=self.clock)

    def publish(self, file):
        """Put an edition in force as publishing leaves it; that it does so, other tests see to."""
        with closing(connect(file)) as opened:
            (version,) = opened.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
        self.editions.folder.mkdir(exist_ok=True)
        shutil.copyfile(file, self.editions.path(version))
        fresh = self.editions.folder / ".fresh"
        shutil.copyfile(file, fresh)
        fresh.replace(self.editions.served)

    def pass_on(self, **times):
        self.clock.now += timedelta(**times).total_seconds()

    def deliver(self):
        """Make and send all that is due now; return how much was sent."""
        self.courier.make_due()
        sent = 0
        while self.courier.send_one():
            sent += 1
        return sent


@pytest.fixture
def told(tmp_path, clock, receiver):
    return Told(tmp_path, clock, receiver.sender())
