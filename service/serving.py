"""What one application serves with: its settings, its engine when there is a catalogue, its metrics and limiter.

The catalogue file may be replaced at any time; a request keeps the engine that it began with.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import flask
import structlog
from flask_limiter import Limiter

from matcher.declared import DeclaredFacts
from matcher.matching import Engine
from matcher.profile import MatchRequest, Profile
from rules.catalogue import Catalogue, CatalogueError
from service.clock import today
from service.editions import Editions, mark_of
from service.metrics import Metrics
from service.problems import RequestError
from service.settings import Settings
from service.store import Store

EXTENSION = "cepei"


WARMING = Profile(city="合肥", sector=("生物材料",), products=("聚乳酸吸管",), stage=("中試",), needs=("中试验证",))
"""Matched once at the start, so that no company waits for tables that are loaded when first needed."""


class LiveEngine:
    """The engine of the catalogue file; a newer file is opened beside it and takes its place when it is sound."""

    def __init__(self, source: Path, open_source: Callable[[], Engine | None]) -> None:
        """Open the file."""
        self._source, self._open = source, open_source
        self._opening = threading.Lock()
        self._mark = mark_of(source)
        self._engine = open_source()

    def current(self) -> Engine | None:
        """Return the engine; a file that has changed is opened meanwhile, so that nobody waits for it."""
        if mark_of(self._source) != self._mark and self._opening.acquire(blocking=False):
            threading.Thread(target=self._open_again, daemon=True).start()
        return self._engine

    def _open_again(self) -> None:
        try:
            self._mark = mark_of(self._source)
            self._engine = self._open() or self._engine
        finally:
            self._opening.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The parts that views reach through `serving()`."""

    settings: Settings
    live: LiveEngine
    metrics: Metrics
    limiter: Limiter | None
    store: Store

    @property
    def engine(self) -> Engine | None:
        """Return the engine of this request, None without a verified catalogue."""
        if "engine" not in flask.g:
            flask.g.engine = self.live.current()
        return cast("Engine | None", flask.g.engine)

    @property
    def declared_facts(self) -> DeclaredFacts | None:
        """Return what judges declared facts, None without a verified catalogue."""
        return self.engine.declared if self.engine else None

    @property
    def editions(self) -> Editions:
        """Return the catalogues that stored screenings were decided with."""
        return Editions(self.store.folder)


def open_engine(settings: Settings, metrics: Metrics) -> Engine | None:
    """Open and verify the catalogue; without one the service answers 503 and says so in its log."""
    try:
        engine = Engine.open(settings.catalogue)
    except CatalogueError as error:
        structlog.get_logger().error("catalogue_unavailable", reason=str(error))
        return None
    metrics.record_catalogue(engine.catalogue.version, len(engine.catalogue.measures))
    engine.match(MatchRequest(profile=WARMING, on=today()))
    return engine


def serving() -> Serving:
    """Return what this application serves with."""
    return cast("Serving", flask.current_app.extensions[EXTENSION])


def engine() -> Engine:
    """Return the engine; raise RequestError when there is no catalogue."""
    found = serving().engine
    if found is None:
        raise RequestError("catalogue_unavailable")
    return found


def catalogue() -> Catalogue:
    """Return the catalogue served; raise RequestError when there is none."""
    return engine().catalogue
