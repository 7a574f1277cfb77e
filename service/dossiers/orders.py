"""Dossiers made as they are wanted: of a company, of one tenant, of many as a zip file by a clerk beside the worker.

A clerk may be killed at any moment: another one takes its order up when its lease has run out, and begins it anew.
"""

from __future__ import annotations

import secrets
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import structlog

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchError, MatchRequest
from rules.catalogue.catalogue import CatalogueError
from seeds.faults import load_words
from service.catalogues.editions import KeptCatalogues
from service.disk import open_private
from service.dossiers.contents import WORDS, DossierForm, DossierWriter, Whose
from service.dossiers.pdf import NoFontError, pdf_bytes
from service.screenings.stored.folders import Folder, Folders, Tenant, read_tenants
from service.screenings.stored.jobs import Job, Jobs, LeaseLostError, Options, new_id
from service.screenings.worklist.openings import WORDS as WORK_WORDS
from service.screenings.worklist.work import Work, WorkStep
from service.store import Row, Store

MOST_LISTED = 100
MOST_LINES, LONGEST_LINE = 4, 60
"""What a letterhead may have: lines, and characters a line."""
_NAME_CHARACTERS = 40
_NOT_IN_NAMES = frozenset('\\/:*?"<>|.')


class DossierFormat(StrEnum):
    """Which kind of file."""

    PDF = "pdf"
    DOCX = "docx"


MEDIA_TYPES = {
    DossierFormat.PDF: "application/pdf",
    DossierFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted: which file, how much of it, the letterhead, the language, and of many whose."""

    format: DossierFormat = DossierFormat.PDF
    form: DossierForm = DossierForm.FULL
    letterhead: tuple[str, ...] = ()
    language: str = "zh"
    rows: tuple[int, ...] = field(default=())


class Maker:
    """Makes dossiers with one engine; the same question gives the same bytes."""

    def __init__(self, engine: Engine, wanted: Wanted) -> None:
        """Keep what is wanted."""
        self._engine, self._wanted = engine, wanted
        self._writer = DossierWriter(engine.catalogue, wanted.language)

    def of_company(self, question: MatchRequest, whose: Whose | None = None) -> bytes:
        """Return the dossier of a company; raise MatchError where its facts cannot be read, NoFontError."""
        wanted, profile = self._wanted, question.profile
        asked = replace(question, language=wanted.language, limit=MOST_LISTED, offset=0, detail="full")
        named = whose or Whose(
            name=profile.name, uscc=profile.uscc, external_id=profile.external_id, letterhead=wanted.letterhead
        )
        dossier = self._writer.write(self._engine.match(asked), named, wanted.form)
        if wanted.format is DossierFormat.PDF:
            return pdf_bytes(dossier, wanted.form)
        from service.dossiers.docx import docx_bytes  # noqa: PLC0415 - its library costs every start of a process

        return docx_bytes(dossier, wanted.form)

    def of_tenant(self, tenant: Tenant, options: Options, steps: Mapping[tuple[int, str], WorkStep]) -> bytes:
        """Return the dossier of a tenant, with what was noted of its measures. Errors as above."""
        profile, said = tenant.profile, load_words(WORK_WORDS, self._wanted.language)
        noted = {measure: step for (row, measure), step in steps.items() if row == tenant.row}
        work = {
            measure: said[f"work.{step.status}"] + (said["semicolon"] + step.note if step.note else "")
            for measure, step in noted.items()
        }
        whose = Whose(
            name=profile.name, uscc=profile.uscc, external_id=profile.external_id, row=tenant.row,
            letterhead=self._wanted.letterhead, work=work,
        )  # fmt: skip
        question = MatchRequest(profile=profile, on=options.on, statuses=frozenset(options.statuses))
        return self.of_company(question, whose)


def file_name(tenant: Tenant, wanted: Wanted) -> str:
    """Return the name of a tenant's file in a zip file: its row, so that no two are alike, and its name."""
    letters = (one for one in tenant.profile.name if one.isprintable() and one not in _NOT_IN_NAMES)
    name = "".join(letters).strip()[:_NAME_CHARACTERS]
    said = load_words(WORDS, wanted.language)["file"].format(row=f"{tenant.row:06}", name=name).rstrip("-")
    return f"{said}.{wanted.format}"


MOST_ORDERS = 5
"""So many orders of one screening are kept; the oldest goes with its file."""
_LEASE_SECONDS = 60.0
_LOOK_SECONDS = 1.0
_EVERY = 10
"""After so many dossiers the lease is renewed."""
_MOST_ATTEMPTS = 3
_ZIP_TIME = (2025, 1, 1, 0, 0, 0)


class OrderState(StrEnum):
    """Where an order stands."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order: of which screening, what is wanted, how far it is; `failure` is a code of a message."""

    id: str
    screening: str
    wanted: Wanted
    state: OrderState
    total: int
    done: int
    failure: str
    created_at: float

    def file(self, folder: Folder) -> Path:
        """Return where its file stands, once it is finished."""
        return folder.path / f"dossiers-{self.id}.zip"


class Orders:
    """The orders of one data file."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        """Work on `store`; `clock` gives seconds since the epoch."""
        self._store, self._clock = store, clock

    def add(self, screening: str, wanted: Wanted) -> Order:
        """Put an order into the queue."""
        row = {
            "id": new_id(), "screening": screening, "wanted": msgspec.json.encode(wanted).decode(),
            "state": OrderState.QUEUED.value, "total": len(wanted.rows), "created_at": self._clock(),
        }  # fmt: skip
        query = """
            INSERT INTO dossiers (id, screening, wanted, state, total, done, failure, created_at)
            VALUES (:id, :screening, :wanted, :state, :total, 0, '', :created_at)
        """
        self._store.change(query, row)
        return self.of(screening)[0]

    def of(self, screening: str) -> list[Order]:
        """Return the orders of a screening, newest first."""
        query = "SELECT * FROM dossiers WHERE screening = :screening ORDER BY created_at DESC, rowid DESC"
        return [_order_of(row) for row in self._store.rows(query, {"screening": screening})]

    def find(self, screening: str, order_id: str) -> Order | None:
        """Return an order of a screening."""
        return next((order for order in self.of(screening) if order.id == order_id), None)

    def drop_old(self, screening: str) -> list[Order]:
        """Forget the oldest orders of a screening past MOST_ORDERS, and return them."""
        old = self.of(screening)[MOST_ORDERS:]
        for order in old:
            self._store.change("DELETE FROM dossiers WHERE id = :id", {"id": order.id})
        return old

    def lease(self, clerk: str) -> Order | None:
        """Take, in one statement, the oldest order that nobody works on."""
        query = """
            UPDATE dossiers SET state = 'running', lease = :clerk, lease_until = :now + :lease, attempts = attempts + 1,
                done = 0
            WHERE id = (
                SELECT id FROM dossiers WHERE state = 'queued' OR (state = 'running' AND lease_until < :now)
                ORDER BY created_at, rowid LIMIT 1
            ) RETURNING *
        """
        row = self._store.row(query, {"clerk": clerk, "now": self._clock(), "lease": _LEASE_SECONDS})
        if row is not None and row["attempts"] > _MOST_ATTEMPTS:
            self.end(str(row["id"]), clerk, OrderState.FAILED, "dossiers_crashed")
            return None
        return _order_of(row) if row else None

    def beat(self, order_id: str, clerk: str, done: int) -> None:
        """Note how far it is; raise LeaseLostError where it was deleted or is another's by now."""
        changes = "done = :done, lease_until = :until"
        self._held(order_id, clerk, changes, {"done": done, "until": self._clock() + _LEASE_SECONDS})

    def end(self, order_id: str, clerk: str, state: OrderState, failure: str = "") -> None:
        """Note how it ended."""
        self._held(order_id, clerk, "state = :state, failure = :failure", {"state": state.value, "failure": failure})

    def _held(self, order_id: str, clerk: str, changes: str, values: dict[str, Any]) -> None:
        query = f"UPDATE dossiers SET {changes} WHERE id = :id AND lease = :clerk AND state = 'running'"  # noqa: S608 - constants
        if not self._store.change(query, {**values, "id": order_id, "clerk": clerk}):
            raise LeaseLostError(order_id)


def _order_of(row: Row) -> Order:
    held = {name: row[name] for name in Order.__dataclass_fields__}
    wanted = msgspec.json.decode(row["wanted"], type=Wanted)
    return Order(**{**held, "wanted": wanted, "state": OrderState(row["state"])})


class Clerk:
    """Makes the dossiers of one data file, one order after the other."""

    def __init__(self, store: Store) -> None:
        """Open nothing yet."""
        self._orders, self._jobs, self._work = Orders(store), Jobs(store), Work(store)
        self._folders, self._kept = Folders(store.folder), KeptCatalogues(store.folder)
        self._name, self._looked = secrets.token_hex(8), float("-inf")

    def step(self) -> bool:
        """Make the dossiers of one order; False when there is none."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return False
        order = self._orders.lease(self._name)
        if order is None:
            self._looked = time.monotonic()
            return False
        with suppress(LeaseLostError):
            self._make(order)
        return True

    def _make(self, order: Order) -> None:
        failure = ""
        try:
            job = self._jobs.found(order.screening)
            self._write(order, job, self._kept.engine(job.catalogue or ""))
        except NoFontError:
            failure = "no_font"
        except CatalogueError:
            failure = "other_catalogue"
        except FileNotFoundError:
            failure = "results_gone"
        self._orders.end(order.id, self._name, OrderState.FAILED if failure else OrderState.FINISHED, failure)
        for old in self._orders.drop_old(order.screening):
            old.file(self._folders.of(old.screening)).unlink(missing_ok=True)
        structlog.get_logger().info("dossiers_made", count=order.total, failure=failure)

    def _write(self, order: Order, job: Job, engine: Engine) -> None:
        folder = self._folders.of(job.id)
        fresh = folder.path / f".dossiers-{order.id}"
        try:
            with open_private(fresh) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
                for done, (name, content) in enumerate(self._made(order, job, engine, folder), 1):
                    target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
                    if done % _EVERY == 0:
                        self._orders.beat(order.id, self._name, done)
            self._orders.beat(order.id, self._name, order.total)
            fresh.replace(order.file(folder))
        finally:
            fresh.unlink(missing_ok=True)

    def _made(self, order: Order, job: Job, engine: Engine, folder: Folder) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of the files, by row; a tenant whose facts are refused has none."""
        wanted, steps = order.wanted, self._work.standing(job.series)
        maker, rows = Maker(engine, wanted), set(wanted.rows)
        for chunk in self._jobs.chunks(job.id):
            for tenant in read_tenants(folder.tenants(chunk.number)):
                if tenant.row in rows:
                    with suppress(MatchError):
                        content = maker.of_tenant(tenant, job.options, steps)
                        yield file_name(tenant, wanted), content
