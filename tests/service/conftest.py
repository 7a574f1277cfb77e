"""Real servers: gunicorn on a free loopback port, stopped when the test ends; one for all who need no settings."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import structlog
import yaml

from rules.catalogue.catalogue import Catalogue
from rules.catalogue.content import open_catalogue
from service.app import create_app
from service.openapi import published_contract
from service.settings import Settings
from tests.service.newer import build_newer

ROOT = Path(__file__).parents[2]
POLYLACTIC = {"city": "蚌埠市", "sector": ["生物材料"], "products": ["聚乳酸"], "stage": "中试", "needs": ["中试验证"]}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    port: int
    process: subprocess.Popen
    log: Path
    errors: Path
    given: dict = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, *, body: bytes | None = None, headers: dict | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())

    def get(self, path: str, **headers: str) -> Reply:
        return self.call("GET", path, headers=_dashed(headers))

    def post(self, body: object, path: str = "/v1/match", **headers: str) -> Reply:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.call("POST", path, body=data, headers={"Content-Type": "application/json", **_dashed(headers)})

    def match(self, profile: dict, **options: object) -> Reply:
        return self.post({"profile": profile, **options})

    def log_lines(self) -> list[dict]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.startswith("{")]


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextlib.contextmanager
def running(folder: Path, command: list[str], environment: dict[str, str]) -> Iterator[Server]:
    """Start a command that serves, wait until it is ready, and stop it."""
    port = free_port()
    log, errors = folder / "log.jsonl", folder / "errors.jsonl"
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', '')}"
    with log.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=out,
            stderr=err,
            env={**inherited, "CEPEI_WORKERS": "2", **environment, "PATH": path, "PORT": str(port)},
        )
        server = Server(port, process, log, errors, environment)
        try:
            _wait_until_ready(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_ready(server: Server) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            server.get("/healthz")
            return
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{server.errors.read_text('utf-8')}\n{server.log.read_text('utf-8')}")


@pytest.fixture(autouse=True)
def _plain_logs() -> None:
    """Undo what an application of another test configured: its stream is closed by now."""
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def serve(catalogue_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Return a context manager that runs the service as `cepei serve` does, with settings of the test's own."""

    def start(**environment: str) -> Any:
        command = [sys.executable, "-m", "service.cli", "serve"]
        folder = tmp_path_factory.mktemp("server")
        usual = {"CEPEI_DATA": str(folder / "data.sqlite"), "CEPEI_SCREENING_PROCESSES": "1"}
        return running(folder, command, {"CEPEI_CATALOGUE": str(catalogue_file), **usual, **environment})

    return start


@pytest.fixture(scope="session")
def catalogue(catalogue_file: Path) -> Catalogue:
    """Return the shipped catalogue, opened once."""
    return open_catalogue(catalogue_file)


@pytest.fixture(scope="session")
def newer_file(built_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """Return a catalogue that is newer than `catalogue_file`."""
    return built_once("newer.sqlite", build_newer)


@pytest.fixture(scope="session")
def run_server() -> Callable[..., Any]:
    """Return `running`, for a start command of the test's own."""
    return running


@pytest.fixture(scope="session")
def server(serve: Callable[..., Any]) -> Iterator[Server]:
    """Run the one server of all tests that need no settings of their own; it logs whatever can be logged."""
    with serve(CEPEI_LOG_LEVEL="debug") as started:
        yield started


@pytest.fixture(scope="session")
def limited(serve: Callable[..., Any]) -> Iterator[Server]:
    """Run a server behind a proxy where an address may ask for five matches; each test speaks for another address."""
    with serve(CEPEI_RATE_LIMIT="5/minute", CEPEI_PROXIES="1", CEPEI_SCREENING_WORKER="off") as started:
        yield started


@pytest.fixture(scope="session")
def app(catalogue_file: Path) -> Any:
    return create_app(Settings(catalogue=catalogue_file, log_level="error"))


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def polylactic() -> dict:
    return dict(POLYLACTIC)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def strictly() -> Callable[..., list[str]]:
    """Return a check of data against the published shape of a type: what is missing or wrong, what is not published."""
    components = yaml.safe_load(published_contract())["components"]
    for shape in components["schemas"].values():
        shape["additionalProperties"] = False

    def check(shape: type, data: Any) -> list[str]:
        whole = {"$ref": f"#/components/schemas/{shape.__name__}", "components": components}
        faults = jsonschema_rs.validator_for(whole).iter_errors(data)
        return [f"/{'/'.join(map(str, fault.instance_path))}: {fault.message}" for fault in faults]

    return check
