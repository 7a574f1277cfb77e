"""What Prometheus reads: requests by route and status, the parts of a match, the catalogue served, what is impaired.

The workers of one server count together in files; counting never fails a request, whatever becomes of the files.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.disk import OWNER_FILE, fault_of, private_folder
from service.logs import log_fault

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 1.0)
_LOOK_SECONDS = 1.0
"""How often a process looks whether its files still stand where they are read."""
_FILES = {"counter": 262_144, "histogram": 524_288, "gauge_livemostrecent": 65_536}
"""Bytes of each file, taken from the disk before it is mapped: to write into a hole of a mapped file on a full disk
kills the process (SIGBUS). All routes with all their statuses fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """The instruments of one process, all in one registry; labels are closed lists, so that no caller grows them."""

    registry: CollectorRegistry
    requests: Counter
    durations: Histogram
    match_parts: Histogram
    catalogue: Gauge
    embed_checks: Counter


class Metrics:
    """What one application counts.

    `shared_folder` is where the workers of one server count together, "" in a single process. A process whose files
    are gone begins new ones; one that gets none counts nothing, says so and tries again.
    """

    def __init__(self, shared_folder: str = "") -> None:
        """Make nothing yet: a worker counts in files of its own, made after it was forked."""
        self._folder = shared_folder
        self._lock = threading.Lock()
        self._process = 0
        self._instruments: Instruments | None = None
        self._looked = float("-inf")
        self._served: dict[str, int] = {}
        self._files: dict[Path, int] = {}

    def record_catalogue(self, version: str, measures: int) -> None:
        """Tell which catalogue is served now; those served before count none."""
        self._served = {**dict.fromkeys(self._served, 0), version: measures}
        self._count(self._tell_served)

    def record_match(self, parts_ms: Mapping[str, float]) -> None:
        """Record how long each part of one match took."""

        def observe(instruments: Instruments) -> None:
            for part, milliseconds in parts_ms.items():
                instruments.match_parts.labels(part).observe(milliseconds / 1000)

        self._count(observe)

    def record_request(self, route: str, status: int, seconds: float) -> None:
        """Count one answered request and how long it took."""

        def observe(instruments: Instruments) -> None:
            instruments.requests.labels(route, str(status)).inc()
            instruments.durations.labels(route).observe(seconds)

        self._count(observe)

    def record_embed_check(self, partner: str) -> None:
        """Count one check in an embedded frame, by the id of the partner key."""
        self._count(lambda instruments: instruments.embed_checks.labels(partner).inc())

    def exposition(self, impaired: Mapping[str, bool]) -> bytes:
        """Return the text that Prometheus scrapes, over all workers when there are several.

        `impaired` tells of each part of the service whether it works less well than it should.
        """
        counted: list[bytes] = []
        self._count(lambda instruments: counted.append(self._counted(instruments)))
        told = CollectorRegistry()
        told.register(_Impaired({**impaired, "metrics": not counted}))
        return b"".join([*counted, generate_latest(told)])

    def _counted(self, instruments: Instruments) -> bytes:
        if not self._folder:
            return generate_latest(instruments.registry)
        merged = CollectorRegistry()
        MultiProcessCollector(merged, path=self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(merged)

    def _count(self, act: Callable[[Instruments], None]) -> None:
        try:
            act(self._current())
        except Exception as error:  # noqa: BLE001 - files may go at any moment; no request fails because it is not counted
            self._instruments = None
            log_fault("metrics_unusable", str(fault_of(error) or type(error).__name__))

    def _current(self) -> Instruments:
        """Return the instruments of this process, new ones when its files are gone; raise OSError without files."""
        now, process = time.monotonic(), os.getpid()
        if self._process != process or now - self._looked > _LOOK_SECONDS:
            with self._lock:
                is_new = self._process != process
                self._process, self._looked = process, now
                if is_new or not self._stands():
                    self._instruments = None
                    self._instruments = self._make()
        if self._instruments is None:
            raise FileNotFoundError(self._folder)
        return self._instruments

    def _stands(self) -> bool:
        return self._instruments is not None and all(_inode(path) == inode for path, inode in self._files.items())

    def _make(self) -> Instruments:
        if self._folder:
            if values.ValueClass._multiprocess:  # noqa: SLF001 - the library's own mark of a class that maps files
                values.ValueClass.close_all_files()
            folder = private_folder(Path(self._folder))
            paths = {folder / f"{name}_{os.getpid()}.db": size for name, size in _FILES.items()}
            self._files = {path: _take(path, size) for path, size in paths.items()}
        instruments = _instruments()
        self._tell_served(instruments)
        return instruments

    def _tell_served(self, instruments: Instruments) -> None:
        for version, measures in self._served.items():
            instruments.catalogue.labels(version).set(measures)


def _instruments() -> Instruments:
    registry = CollectorRegistry()
    return Instruments(
        registry=registry,
        requests=Counter("cepei_requests", "Requests answered.", ["route", "status"], registry=registry),
        durations=Histogram("cepei_request_seconds", "Time to answer.", ["route"], registry=registry, buckets=_SECONDS),
        match_parts=Histogram(
            "cepei_match_part_seconds", "Time of each part of a match.", ["part"], registry=registry, buckets=_SECONDS
        ),
        catalogue=Gauge(
            "cepei_catalogue_info",
            "The catalogue served; the value is the number of its measures, 0 for one served before.",
            ["version"],
            registry=registry,
            multiprocess_mode="livemostrecent",
        ),
        embed_checks=Counter(
            "cepei_embed_checks", "Checks in embedded frames, by id of the partner key.", ["partner"], registry=registry
        ),
    )


@dataclass(slots=True, eq=False)
class _Impaired(Collector):
    """What the process that is asked finds impaired at that moment."""

    parts: Mapping[str, bool]

    def collect(self) -> Iterator[Metric]:
        """Give one gauge, as registries collect it."""
        told = GaugeMetricFamily("cepei_impaired", "1 where a part of the service is impaired.", labels=["part"])
        for part, is_impaired in self.parts.items():
            told.add_metric([part], float(is_impaired))
        yield told


def _take(path: Path, size: int) -> int:
    """Make a file whose bytes are all on the disk; return its inode."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, OWNER_FILE)
    try:
        os.posix_fallocate(descriptor, 0, size)
        return os.fstat(descriptor).st_ino
    finally:
        os.close(descriptor)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
