"""Copies of the catalogue, one a version, kept as long as a screening stands that was decided with it.

So what a screening found can be told and explained in the words of its own catalogue after a newer one has come.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import structlog

from matcher.answers.engine import Engine
from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.catalogue.content import open_catalogue
from service.disk import open_private, private_folder

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
