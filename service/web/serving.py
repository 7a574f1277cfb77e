"""What one application serves with (settings, engine, metrics, limiter, store), and who is asking: the key, its role.

The catalogue file may be replaced at any time; a request keeps the engine that it began with.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import flask
import structlog
from flask_limiter import Limiter

from matcher.answers.engine import Engine
from matcher.answers.shapes import MatchAnswer
from matcher.profiles.declared import DeclaredFacts
from matcher.profiles.profile import MatchRequest, Profile
from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.catalogue.content import open_catalogue
from seeds.vocabulary import printable
from service.catalogues.editions import EditionsBusyError, KeptCatalogues, OpenEditions, mark_of
from service.clock import seconds_to_midnight, today
from service.complaints import Complaint, RequestError
from service.disk import StorageError, fault_of
from service.intake.readers import Readers
from service.keys import EDITING_ROLES, SCREENING_ROLES, Key, Keys, Role
from service.logs import log_exception, log_fault
from service.metrics import Metrics
from service.screenings.stored.folders import Folders
from service.screenings.stored.jobs import Job, Jobs
from service.settings import Settings
from service.store import Store
from service.web.requests import elapsed_ms, json_bytes, route

if TYPE_CHECKING:  # what signs is loaded where something is signed: it takes longer than a match
    from service.signing import Signatures

EXTENSION = "cepei"
IMPAIRABLE = ("data", "rate_limit")
"""Parts without which matches and pages go on."""

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
        except Exception as error:  # noqa: BLE001 - whatever the new file holds, the sound one goes on
            log_exception(error)
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
    readers: Readers
    editions: OpenEditions
    signatures: Signatures | None = None
    """None where nothing was configured: then nothing is signed, and nothing of signing is loaded."""

    @property
    def engine(self) -> Engine | None:
        """Return the engine of this request, None without a verified catalogue."""
        if "engine" not in flask.g:
            flask.g.engine = self.live.current()
        return cast("Engine | None", flask.g.engine)

    @property
    def catalogue(self) -> Catalogue | None:
        """Return the catalogue of this request, None without a verified one."""
        return self.engine.catalogue if self.engine else None

    @property
    def declared_facts(self) -> DeclaredFacts | None:
        """Return what judges declared facts, None without a verified catalogue."""
        return self.engine.declared if self.engine else None

    @property
    def kept(self) -> KeptCatalogues:
        """Return the catalogues that stored screenings were decided with."""
        return KeptCatalogues(self.store.folder)


def open_engine(settings: Settings, metrics: Metrics) -> Engine | None:
    """Open and verify the catalogue; without one the service answers 503 and says so in its log."""
    try:
        engine = Engine(open_catalogue(settings.catalogue))
    except CatalogueError as error:
        structlog.get_logger().error("catalogue_unavailable", reason=str(error))
        return None
    if engine.catalogue.compiled is None:  # as one written by another version of Cepei: slower to open, no less right
        structlog.get_logger().info("catalogue_compiled_anew", version=engine.catalogue.version)
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


def engine_in_force() -> Engine:
    """Return the engine of the edition in force, whichever this request speaks of."""
    found = serving().live.current()
    if found is None:
        raise RequestError("catalogue_unavailable")
    return found


def answer_bytes(answer: MatchAnswer) -> bytes:
    """Return an answer as it is sent: signed where a key was configured."""
    signatures = serving().signatures
    return json_bytes(answer) if signatures is None else signatures.signed(answer)


def choose_edition(version: str, pointer: str) -> None:
    """Have an edition answer this request, "" the one in force; raise RequestError as `open_edition` does."""
    if version:
        flask.g.engine = open_edition(version, pointer)


def open_edition(version: str, pointer: str) -> Engine:
    """Return the engine of an edition; raise RequestError when there is none, or too many wait for one."""
    if version == engine().catalogue.version:
        return engine()
    try:
        return serving().editions.engine(version)
    except EditionsBusyError as error:
        raise RequestError("overloaded", [Complaint(code="editions_busy")], retry_after=2) from error
    except CatalogueError as error:
        raise RequestError("invalid_request", [_no_edition(version, pointer)]) from error


def _no_edition(version: str, pointer: str) -> Complaint:
    return Complaint(code="no_such_edition", pointer=pointer, params={"version": printable(version)})


def served_catalogue() -> Catalogue:
    """Return the catalogue served; raise RequestError when there is none."""
    return engine().catalogue


def impaired() -> dict[str, str]:
    """Return each part of the service that works less well than it should, and the code of the message that says how.

    Matching and pages need none of them.
    """
    data, limiter = store().fault(), serving().limiter
    found = {"data": f"storage_{data}"} if data else {}
    return found if limiter is None or limiter.storage.check() else {**found, "rate_limit": "rate_store_unusable"}


def store() -> Store:
    """Return the data file of this application."""
    return serving().store


def jobs() -> Jobs:
    """Return the screenings of this application."""
    return Jobs(store())


def folders() -> Folders:
    """Return the folders of the screenings."""
    return Folders(store().folder)


def given_key() -> Key | None:
    """Return the valid key that the request carries; None when it carries none or one that is not valid."""
    if "key" not in flask.g:
        scheme, _, text = flask.request.headers.get("Authorization", "").strip().partition(" ")
        is_key = scheme.lower() == "bearer" and text.strip()
        flask.g.key = Keys(store()).find(text.strip()) if is_key else None
    return flask.g.key  # type: ignore[no-any-return]


def operator() -> Key:
    """Return the key of an operator or editor; raise RequestError when the request has none."""
    return _key_of(SCREENING_ROLES)


def editor() -> Key:
    """Return the key of an editor or publisher; raise RequestError when the request has none."""
    return _key_of(EDITING_ROLES)


def _key_of(roles: frozenset[Role]) -> Key:
    key = given_key()
    if key is None:
        raise RequestError("unauthorized", [Complaint(code="no_key")])
    if key.role not in roles:
        params = {"role": key.role.value, "needed": tuple(role.value for role in Role if role in roles)}
        raise RequestError("forbidden", [Complaint(code="role_too_low", params=params)])
    return key


def own_screening(screening_id: str) -> Job:
    """Return a screening of the caller; another key's does not exist."""
    job = jobs().find(screening_id, operator().id)
    if job is None or folders().is_dropped(job.id):
        raise RequestError("not_found", [Complaint(code="no_such_screening")])
    return job


def own_screenings() -> list[Job]:
    """Return the screenings of the caller, newest first."""
    return [job for job in jobs().owned(operator().id) if not folders().is_dropped(job.id)]


def is_operator() -> bool:
    """Tell whether the key of an operator or editor asks; nobody is one while the data file cannot be read."""
    try:
        key = given_key()
    except (StorageError, sqlite3.Error, OSError) as error:
        log_fault("data_unavailable", str(fault_of(error) or type(error).__name__))
        return False
    return key is not None and key.role in SCREENING_ROLES


def charge_match() -> None:
    """Count a match as one record of the operator who asks; raise RequestError when none is left today."""
    if not is_operator():
        return
    try:
        charged = jobs().records.charge(operator().id, 1, most=serving().settings.operator_records)
    except (StorageError, sqlite3.Error, OSError) as error:
        log_fault("data_unavailable", str(fault_of(error) or type(error).__name__))
        return
    if not charged:
        raise no_records_left()


def expect_records(key: Key) -> None:
    """Raise RequestError when a key may screen nothing more today."""
    if not jobs().records.left(key.id, most=serving().settings.operator_records):
        raise no_records_left()


def no_records_left() -> RequestError:
    """Return the refusal of an operator who has used up the records of the day."""
    return RequestError("records_exceeded", retry_after=seconds_to_midnight(time.time()))


def count_request(response: flask.Response) -> flask.Response:
    """Count an answered request."""
    serving().metrics.record_request(route(), response.status_code, elapsed_ms() / 1000)
    return response
