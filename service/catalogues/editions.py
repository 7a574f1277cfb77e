"""Editions: every catalogue that was published, who put which in force when, and the copies that screenings need.

The file that is served is the pointer: it holds the whole of the edition in force, and is replaced at once. So whoever
serves or reads a plain file goes on as before, and one built over it is served too; it becomes an edition when the next
one is published. publishing.py writes here.

A copy of each version is kept as long as a screening stands that was decided with it, so what that found can be told
and explained in the words of its own catalogue after a newer one has come.
"""

from __future__ import annotations

import re
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import msgspec
import structlog

from matcher.answers.engine import Engine
from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.catalogue.content import connect, open_catalogue
from service.clock import day_in_china
from service.disk import open_private, private_folder

HISTORY = "history.json"
VERSION = re.compile("[0-9a-f]{16}")
_MOST_OPEN = 4
"""So many earlier editions stay open in a process."""


class Action(StrEnum):
    """How an edition came to be the one served."""

    PUBLISHED = "published"
    ROLLED_BACK = "rolled_back"
    FOUND = "found"
    """It was built over the file, and became an edition when the next one was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One entry of the history: which edition was put in force, when, by whom, from what, in place of which.

    `is_pending` is what a crash left: whether it came into force is seen from the file that is served. `document` names
    the one that was published on a page.
    """

    version: str
    action: Action
    at: float
    by: str
    source: str
    replaced: str | None
    documents: int
    measures: int
    note: str = ""
    is_pending: bool = False
    document: str = ""


class Editions:
    """The editions of one catalogue file."""

    def __init__(self, served: Path) -> None:
        """Find them in a folder beside the file."""
        self.served = served
        self.folder = served.with_name(f"{served.stem}.editions")

    def path(self, version: str) -> Path:
        """Return where an edition stands, there or not; raise CatalogueError for what is no version."""
        if not VERSION.fullmatch(version):
            raise CatalogueError(
                f"{version!r} is no version of a catalogue; `cepei catalogue list` tells those there are"
            )
        return self.folder / f"{version}.sqlite"

    def current(self) -> str | None:
        """Return the version of the file that is served, None where there is none that can be read."""
        try:
            with closing(connect(self.served)) as opened:
                row = opened.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
        except sqlite3.Error:
            return None
        return str(row[0]) if row else None

    def history(self) -> tuple[Publication, ...]:
        """Return what came into force, the earliest first; a publication that a crash cut short is left out.

        Raises CatalogueError where the file that tells it cannot be read.
        """
        file = self.folder / HISTORY
        try:
            written = msgspec.json.decode(file.read_bytes(), type=tuple[Publication, ...])
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.DecodeError) as error:
            raise CatalogueError(f"{file} cannot be read ({error}); put it back from a backup, or delete it") from error
        current = self.current()
        return tuple(one for one in written if not one.is_pending or one.version == current)

    def before(self, version: str | None) -> str | None:
        """Return the edition that a version took the place of when it was last published."""
        took = [
            one.replaced for one in self.history() if one.version == version and one.action is not Action.ROLLED_BACK
        ]
        return took[-1] if took else None

    def lineage(self) -> Iterator[Publication]:
        """Yield the publications that the edition in force stands on, the latest first, without what was taken back."""
        made = {one.version: one for one in self.history() if one.action is not Action.ROLLED_BACK}
        version = self.current()
        while version in made:
            one = made.pop(version)
            yield one
            version = one.replaced

    def on(self, day: date) -> str | None:
        """Return the edition that was in force at the end of a day in China; None before the first."""
        earlier = [one.version for one in self.history() if day_in_china(one.at) <= day.isoformat()]
        return earlier[-1] if earlier else None

    def with_document(self, document_id: str) -> str | None:
        """Return the latest edition that has a document, None where none has it."""
        for version in dict.fromkeys(one.version for one in reversed(self.history())):
            try:
                with closing(connect(self.path(version))) as opened:
                    if opened.execute("SELECT 1 FROM documents WHERE id = ?", [document_id]).fetchone():
                        return version
            except sqlite3.Error:  # a damaged edition answers nothing
                continue
        return None

    def holds(self, version: str) -> bool:
        """Tell whether an edition is there."""
        return bool(VERSION.fullmatch(version)) and self.path(version).is_file()

    def catalogue(self, version: str) -> Catalogue:
        """Open an edition; raise CatalogueError when there is none or it cannot be trusted."""
        catalogue = open_catalogue(self.path(version))
        if catalogue.version != version:
            raise CatalogueError(f"{self.path(version)} holds another catalogue than its name says; put it back")
        return catalogue


class EditionsBusyError(Exception):
    """Too many wait already for an edition to be opened."""


class OpenEditions:
    """The engines of earlier editions in one process: some stay open, and one is opened at a time.

    Whoever asks for old ones holds nobody up who asks for the one in force: at most `most` wait.
    """

    def __init__(self, editions: Editions, *, most: int) -> None:
        """Open nothing yet."""
        self.editions = editions
        self._engines: dict[str, Engine] = {}
        self._opening, self._waiting = threading.Lock(), threading.Semaphore(most)

    def engine(self, version: str) -> Engine:
        """Return the engine of an edition; raise CatalogueError as above, and EditionsBusyError."""
        if known := self._engines.get(version):
            return known
        if not self._waiting.acquire(blocking=False):
            raise EditionsBusyError
        try:
            with self._opening:
                return self._engines.get(version) or self._opened(version)
        finally:
            self._waiting.release()

    def _opened(self, version: str) -> Engine:
        engine = Engine(self.editions.catalogue(version))
        for oldest in list(self._engines)[: 1 - _MOST_OPEN]:
            del self._engines[oldest]
        self._engines[version] = engine
        return engine


UNUSED_SECONDS = 3600.0
"""A copy is deleted when it is that old and no screening needs it; a younger one may be about to be needed."""
_OPENED = 2
"""So many earlier catalogues stay open in a process: those of a screening and of the one that it ran again."""

_PIECE = 1 << 20

Mark = tuple[int, int, int]


class KeptCatalogues:
    """The copies that belong to one data file."""

    def __init__(self, root: Path) -> None:
        """Keep them below `root`."""
        self._root = root / "catalogues"

    def path(self, version: str) -> Path:
        """Return where the copy of a version stands, there or not."""
        return self._root / f"{version}.sqlite"

    def keep(self, source: Path) -> Catalogue:
        """Copy a catalogue file and open the copy; raise CatalogueError when it cannot be trusted.

        Raises OSError when the disk does not take the copy.
        """
        try:
            opened = source.open("rb")
        except OSError as error:
            raise CatalogueError(f"{source} cannot be read: {error.strerror}; run `cepei build` again") from error
        fresh = private_folder(self._root) / f".{secrets.token_hex(8)}"
        try:
            with opened, open_private(fresh) as copy:
                shutil.copyfileobj(opened, copy, _PIECE)
            catalogue = open_catalogue(fresh)
            fresh.replace(self.path(catalogue.version))
        finally:
            fresh.unlink(missing_ok=True)
        return catalogue if catalogue.compiled is None else self.catalogue(catalogue.version)

    def catalogue(self, version: str) -> Catalogue:
        """Open a version that was kept; raise CatalogueError when it is gone or cannot be read now."""
        return open_catalogue(self.path(version))

    def engine(self, version: str) -> Engine:
        """Return the engine of a version that was kept; it is opened once. Errors as above."""
        return _engine(self.path(version))

    def forget(self, needed: Collection[str]) -> None:
        """Delete copies that nothing needs."""
        for path in self._root.glob("*") if self._root.is_dir() else ():
            if path.stem not in needed and time.time() - path.stat().st_mtime > UNUSED_SECONDS:
                path.unlink()


class Newest:
    """The catalogue as its file is now, read again when that changes; a bad file leaves the last good catalogue."""

    def __init__(self, source: Path, kept: KeptCatalogues) -> None:
        """Open nothing yet."""
        self._source, self._kept = source, kept
        self._mark: Mark | None = None
        self._catalogue: Catalogue | None = None

    def catalogue(self) -> Catalogue:
        """Return the catalogue, of which a copy is kept; raise CatalogueError when there never was a good one."""
        mark, last = mark_of(self._source), self._catalogue
        if last is None or mark != self._mark or not self._kept.path(last.version).exists():
            try:
                last = self._kept.keep(self._source)
            except CatalogueError as error:
                if last is None:
                    raise
                structlog.get_logger().error("catalogue_unavailable", reason=str(error))
            self._catalogue, self._mark = last, mark
        return last


def mark_of(path: Path) -> Mark | None:
    """Return what differs when a file was replaced; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=_OPENED)
def _engine(path: Path) -> Engine:
    return Engine(open_catalogue(path))
