"""The data folder when a server starts: closed to other users, swept of what a kill left behind, some room kept free.

It deletes only what nobody can be writing: while another server works on the same folder, what is old.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog

from service.disk import OWNER_FILE, private_folder, tighten
from service.keys import SECRET_FILE
from service.store import Store

LOOKS, RUNS, SCREENINGS, CATALOGUES = "looks", "cepei-run", "screenings", "catalogues"
LEFT_SECONDS = 3600.0
"""What was begun so long ago and not finished was left behind by a process that died."""
_LOCK = "in-use"
_ALONE_SECONDS, _PAUSE_SECONDS = 3.0, 0.05
"""So long is waited for the workers of a server that was killed to notice it, and to let go of the folder."""
JUMP_SECONDS, DOUBT_SECONDS = 7 * 86_400.0, 3600.0
_HELD: dict[Path, int] = {}
"""The locks of this process and of those forked from it; never closed, so that they last as long as they do."""


def enter(store: Store, *, beside: bool = False) -> None:
    """Make the folder of the data file ready for a server; one `beside` another only tells that it works there.

    A folder that cannot be written to is left as it is.
    """
    folder = store.folder
    if folder in _HELD:  # a reload
        return
    try:
        private_folder(folder)
        _HELD[folder] = lock = os.open(
            folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, OWNER_FILE
        )
        if not beside:
            _tidy(store, alone=_is_alone(lock))
        fcntl.flock(lock, fcntl.LOCK_SH)
    except OSError as error:
        structlog.get_logger().warning("data_folder_unwritable", reason=error.strerror)


def _tidy(store: Store, *, alone: bool) -> None:
    folder = store.folder
    if alone:
        shutil.rmtree(folder / RUNS, ignore_errors=True)
    if swept := sweep(folder, 0.0 if alone else LEFT_SECONDS):
        structlog.get_logger().info("data_folder_swept", entries=swept)
    if tightened := tighten(_own(folder, store.path.resolve().name)):
        structlog.get_logger().warning("data_folder_tightened", files=tightened)
    store.keep_reserve()


def sweep(folder: Path, seconds: float = LEFT_SECONDS) -> int:
    """Delete uploads that were only looked at and files half written, at least so many seconds old; count them."""
    swept = 0
    for path in _unfinished(folder):
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime >= seconds:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                swept += 1
    return swept


def _unfinished(folder: Path) -> Iterator[Path]:
    yield from folder.glob(f".{SECRET_FILE}.*")
    for name, unfinished in ((LOOKS, "*"), (CATALOGUES, ".*"), (SCREENINGS, "[!.]*/.*")):
        if not (folder / name).is_symlink():
            yield from (folder / name).glob(unfinished)


def _own(folder: Path, data: str) -> Iterator[Path]:
    """Yield what is ours in the folder; the folder itself only when it holds nothing else: it may be shared."""
    names = {*(data + end for end in ("", "-wal", "-shm", "-journal")), SECRET_FILE, "reserve", _LOCK}
    folders = {LOOKS, RUNS, SCREENINGS, CATALOGUES}
    if all(entry.name in names | folders for entry in folder.iterdir()):
        yield folder
    yield from (folder / name for name in names)
    for name in folders:
        if not (folder / name).is_symlink():
            yield from (folder / name, *(folder / name).rglob("*"))


def _is_alone(lock: int) -> bool:
    """Take the folder for this server alone, if no other works on it."""
    end = time.monotonic() + _ALONE_SECONDS
    while time.monotonic() < end:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
    return False


class ClockWatch:
    """Tells whether the clock can be believed when it says that something is overdue.

    It is not when it has run a week ahead since the last look; if it still says so an hour later, it was the server
    that stood still.
    """

    def __init__(self, folder: Path) -> None:
        """Keep the last look as the time of the file that tells who works in the folder."""
        self._seen = folder / _LOCK
        self._doubted: float | None = None

    def is_believed(self) -> bool:
        """Look at the clock."""
        now, uptime = time.time(), time.monotonic()
        ahead = 0.0
        with suppress(OSError):
            ahead = now - self._seen.stat().st_mtime
        if ahead > JUMP_SECONDS:
            if self._doubted is None:
                self._doubted = uptime
                structlog.get_logger().warning("clock_jumped", days=int(ahead // 86_400))
            if uptime - self._doubted < DOUBT_SECONDS:
                return False
        self._doubted = None
        with suppress(OSError):
            os.utime(self._seen, (now, now))
        return True
