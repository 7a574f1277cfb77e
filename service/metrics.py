"""What Prometheus reads: requests by route and status, the parts of a match, the catalogue served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The instruments of one application, all in one registry."""

    registry: CollectorRegistry
    shared_folder: str
    requests: Counter
    durations: Histogram
    match_parts: Histogram
    catalogue: Gauge
    embed_checks: Counter

    def record_catalogue(self, version: str, measures: int) -> None:
        """Tell which catalogue is served now; those served before count none."""
        for served in [sample.labels for metric in self.catalogue.collect() for sample in metric.samples]:
            self.catalogue.labels(**served).set(0)  # a label cannot be taken back from other processes
        self.catalogue.labels(version).set(measures)

    def record_match(self, parts_ms: Mapping[str, float]) -> None:
        """Record how long each part of one match took."""
        for part, milliseconds in parts_ms.items():
            self.match_parts.labels(part).observe(milliseconds / 1000)

    def record_request(self, route: str, status: int, seconds: float) -> None:
        """Count one answered request and how long it took."""
        self.requests.labels(route, str(status)).inc()
        self.durations.labels(route).observe(seconds)

    def exposition(self) -> bytes:
        """Return the text that Prometheus scrapes, over all workers when there are several."""
        if not self.shared_folder:
            return generate_latest(self.registry)
        merged = CollectorRegistry()
        MultiProcessCollector(merged, path=self.shared_folder)  # type: ignore[no-untyped-call]
        return generate_latest(merged)


def create_metrics(shared_folder: str = "") -> Metrics:
    """Create the instruments; labels are closed lists, so that a caller cannot grow them.

    `shared_folder` is where the workers of one server count together, "" in a single process.
    """
    registry = CollectorRegistry()
    return Metrics(
        registry=registry,
        shared_folder=shared_folder,
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
