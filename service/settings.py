"""The settings of the service: the only module that reads the environment.

It knows names, defaults and bounds; it opens nothing.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_CATALOGUE = Path("var/catalogue.sqlite")
DEFAULT_DATA = Path("var/data.sqlite")
PUBLIC_RATE_LIMIT = "60/minute"
"""Matches an address may ask for when the service listens on more than loopback."""
MOST_CONNECTIONS = 10_000
"""As a limit of connections it is none."""

_RATE = re.compile(r"[1-9][0-9]{0,6}\s*(?:/|per)\s*(?:[1-9][0-9]{0,3}\s*)?(?:second|minute|hour|day)s?", re.IGNORECASE)
_LEVELS = ("debug", "info", "warning", "error")
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ORIGIN = re.compile(r"(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_KEY_ID = re.compile(r"[0-9a-f]{12}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedOrigin:
    """An origin as browsers write it; with `key`, it may only show frames that carry the partner key of that id."""

    origin: str
    key: str = ""


class EmbedOriginError(ValueError):
    """One entry of the setting cannot be used; the message says why and what to write instead."""


def parse_embed_origins(text: str) -> tuple[EmbedOrigin, ...]:
    """Return the origins of a comma-separated list; raise EmbedOriginError at the first that cannot be used."""
    entries = [entry.strip() for entry in text.split(",")]
    origins = []
    for entry in filter(None, entries):
        address, bound, key = entry.partition("=")
        if bound and not _KEY_ID.fullmatch(key):
            raise EmbedOriginError(
                f"{entry!r} must end in the id of a key (12 characters, see `cepei keys list`) after ="
            )
        origins.append(EmbedOrigin(origin=_parse_origin(address), key=key))
    for number, one in enumerate(origins):
        if any(one.origin == other.origin for other in origins[:number]):
            raise EmbedOriginError(f"{one.origin} stands there twice; name each origin once")
    return tuple(origins)


def allowed_origins(origins: Iterable[EmbedOrigin], key_id: str = "") -> tuple[str, ...]:
    """Return who may show a frame that carries the partner key of that id ("" when it carries none)."""
    return tuple(one.origin for one in origins if one.key in {"", key_id})


def _parse_origin(address: str) -> str:
    found = _ORIGIN.fullmatch(address)
    if found is None:
        raise EmbedOriginError(
            f"{address!r} is no origin: write scheme, host and port only, like https://www.example.gov.cn, "
            "without path, final slash, user or *"
        )
    scheme, host, port = found[1].lower(), found[2].lower(), int(found[3] or 0)
    if scheme == "http" and host not in LOOPBACK_HOSTS:
        raise EmbedOriginError(f"{address!r} must begin with https://; http is for this machine (localhost) only")
    if port > _HIGHEST_PORT or found[3] == "0":
        raise EmbedOriginError(f"{address!r} names no port from 1 to {_HIGHEST_PORT}")
    return f"{scheme}://{host}" + (f":{port}" if port not in {0, _DEFAULT_PORTS[scheme]} else "")


class SettingsError(Exception):
    """One or more settings cannot be used; each fault names its variable."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        """Keep every fault, in the order of the settings."""
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this process serves: `rate_limit` is "" when matches are not limited, `proxies` trusted hops in front.

    `operator_records` are the companies that one operator key may have matched or screened in a day;
    `screening_processes` decide the chunks of one screening side by side. Reading one file may take `reader_bytes` of
    memory and `reader_seconds`, a look at it `look_seconds`. `connections`, `address_connections` and
    `queue` hold for each web process; `least_rate` is in bytes a second. With `publish_alone` a publisher may put in
    force what nobody else has reviewed; the labelled companies of `cases` are asked before. `signing_key` signs
    answers; `former_keys` are public keys that did.
    """

    catalogue: Path = DEFAULT_CATALOGUE
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 4
    rate_limit: str = ""
    rate_store: str = ""
    metrics_folder: str = ""
    proxies: int = 0
    body_bytes: int = 1_048_576
    log_level: str = "info"
    data: Path = DEFAULT_DATA
    upload_bytes: int = 64 * 1_048_576
    retention_days: int = 30
    feedback_days: int = 365
    operator_records: int = 1_000_000
    screening_worker: bool = True
    webhooks: bool = True
    embed_origins: tuple[EmbedOrigin, ...] = ()
    screening_processes: int = 2
    reader_bytes: int = 1_024 * 1_048_576
    reader_seconds: int = 180
    look_seconds: int = 20
    connections: int = 500
    address_connections: int = MOST_CONNECTIONS
    queue: int = 256
    header_seconds: int = 10
    body_seconds: int = 20
    write_seconds: int = 20
    least_rate: int = 8192
    publish_alone: bool = False
    cases: Path | None = None
    signing_key: Path | None = None
    former_keys: tuple[Path, ...] = ()


_NUMBERS: Mapping[str, tuple[str, int, int, int]] = {
    "port": ("PORT", 8000, 1, 65535),
    "workers": ("CEPEI_WORKERS", max(2, os.cpu_count() or 1), 1, 64),
    "threads": ("CEPEI_THREADS", 4, 1, 64),
    "proxies": ("CEPEI_PROXIES", 0, 0, 8),
    "body_bytes": ("CEPEI_BODY_BYTES", 1_048_576, 1024, 64 * 1_048_576),
    "upload_bytes": ("CEPEI_UPLOAD_BYTES", 64 * 1_048_576, 1024, 1024 * 1_048_576),
    "retention_days": ("CEPEI_RETENTION_DAYS", 30, 1, 3650),
    "feedback_days": ("CEPEI_FEEDBACK_DAYS", 365, 1, 3650),
    "screening_processes": ("CEPEI_SCREENING_PROCESSES", os.cpu_count() or 1, 1, 64),
    "reader_bytes": ("CEPEI_READER_BYTES", 1_024 * 1_048_576, 1_048_576, 2**40),
    "reader_seconds": ("CEPEI_READER_SECONDS", 180, 1, 3600),
    "look_seconds": ("CEPEI_LOOK_SECONDS", 20, 1, 3600),
    "operator_records": ("CEPEI_OPERATOR_RECORDS", 1_000_000, 1, 10**9),
    "connections": ("CEPEI_CONNECTIONS", 500, 16, MOST_CONNECTIONS),
    "queue": ("CEPEI_QUEUE", 256, 1, 1000),
    "header_seconds": ("CEPEI_HEADER_SECONDS", 10, 1, 120),
    "body_seconds": ("CEPEI_BODY_SECONDS", 20, 1, 600),
    "write_seconds": ("CEPEI_WRITE_SECONDS", 20, 1, 600),
    "least_rate": ("CEPEI_LEAST_RATE", 8192, 1, 10**9),
}
"""Field -> its variable, what it is when not set, the least and the most."""


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process environment if not given); raise SettingsError with all faults."""
    reader = _Reader(os.environ if environ is None else environ)
    host = reader.text("CEPEI_HOST", "127.0.0.1")
    numbers = {
        field: reader.number(name, default, lowest=lowest, highest=highest)
        for field, (name, default, lowest, highest) in _NUMBERS.items()
    }
    settings = Settings(
        **numbers,
        catalogue=Path(reader.text("CEPEI_CATALOGUE", str(DEFAULT_CATALOGUE))),
        host=host,
        rate_limit=reader.rate("CEPEI_RATE_LIMIT", "" if is_loopback(host) else PUBLIC_RATE_LIMIT),
        rate_store=reader.text("CEPEI_RATE_STORE", ""),
        metrics_folder=reader.text("PROMETHEUS_MULTIPROC_DIR", ""),
        log_level=reader.choice("CEPEI_LOG_LEVEL", "info", _LEVELS),
        data=Path(reader.text("CEPEI_DATA", str(DEFAULT_DATA))),
        screening_worker=reader.choice("CEPEI_SCREENING_WORKER", "on", ("on", "off")) == "on",
        webhooks=reader.choice("CEPEI_WEBHOOKS", "on", ("on", "off")) == "on",
        embed_origins=reader.origins("CEPEI_EMBED_ORIGINS"),
        cases=reader.file("CEPEI_CASES"),
        signing_key=reader.file("CEPEI_SIGNING_KEY"),
        former_keys=tuple(Path(one.strip()) for one in reader.text("CEPEI_FORMER_KEYS", "").split(",") if one.strip()),
        publish_alone=reader.choice("CEPEI_PUBLISH_ALONE", "off", ("on", "off")) == "on",
        address_connections=reader.number(
            "CEPEI_ADDRESS_CONNECTIONS",
            MOST_CONNECTIONS if is_loopback(host) else 64,
            lowest=1,
            highest=MOST_CONNECTIONS,
        ),
    )
    if settings.rate_limit and not settings.rate_store:
        reader.faults.append("CEPEI_RATE_STORE must name a file (or a redis:// address) that all workers count in")
    if reader.faults:
        raise SettingsError(tuple(reader.faults))
    return settings


def load_command_settings() -> Settings:
    """Read the settings for a command that counts no requests, so needs no file to count them in."""
    return load_settings({"CEPEI_RATE_STORE": "unused", **os.environ})


def is_loopback(host: str) -> bool:
    """Tell whether `host` can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class _Reader:
    """Reads one variable at a time and collects what is wrong; an empty variable counts as not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def file(self, name: str) -> Path | None:
        return Path(text) if (text := self.text(name, "")) else None

    def number(self, name: str, default: int, *, lowest: int, highest: int) -> int:
        text = self.text(name, str(default))
        if text.isascii() and text.isdigit() and lowest <= int(text) <= highest:
            return int(text)
        self.faults.append(f"{name} must be a whole number from {lowest} to {highest}, not {text!r}")
        return default

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self.text(name, default).lower()
        if text in allowed:
            return text
        self.faults.append(f"{name} must be one of {', '.join(allowed)}, not {text!r}")
        return default

    def rate(self, name: str, default: str) -> str:
        text = self.text(name, default)
        if text.lower() == "off":
            return ""
        if text == default or _RATE.fullmatch(text):
            return text
        self.faults.append(f"{name} must be like 60/minute, 10/second or off, not {text!r}")
        return default

    def origins(self, name: str) -> tuple[EmbedOrigin, ...]:
        try:
            return parse_embed_origins(self.text(name, ""))
        except EmbedOriginError as error:
            self.faults.append(f"{name}: {error}")
            return ()
