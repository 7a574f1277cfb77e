"""What one application serves with: its settings, its engine when there is a catalogue, its metrics and limiter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import flask
import structlog
from flask_limiter import Limiter

from matcher.matching import Engine
from matcher.profile import MatchRequest, Profile
from rules.catalogue import Catalogue
from rules.errors import CatalogueError
from service.clock import today
from service.metrics import Metrics
from service.problems import RequestError
from service.settings import Settings
from service.store import Store

EXTENSION = "cepei"


WARMING = Profile(city="合肥", sector=("生物材料",), products=("聚乳酸吸管",), stage=("中試",), needs=("中试验证",))
"""Matched once at the start, so that no company waits for tables that are loaded when first needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The parts that views reach through `serving()`; `engine` is None without a verified catalogue."""

    settings: Settings
    engine: Engine | None
    metrics: Metrics
    limiter: Limiter | None
    store: Store


def open_engine(settings: Settings, metrics: Metrics) -> Engine | None:
    """Open and verify the catalogue; without one the service answers 503 and says so in its log."""
    try:
        engine = Engine.open(settings.catalogue)
    except CatalogueError as error:
        structlog.get_logger().error("catalogue_unavailable", reason=str(error))
        return None
    metrics.catalogue.labels(engine.catalogue.version).set(len(engine.catalogue.measures))
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
