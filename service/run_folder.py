"""The folder in which the processes of one server count together: made at the start, removed at the end.

A lock held by the server marks it as in use, so that what a killed server left can be told from a living one's.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

VARIABLE = "CEPEI_RUN_FOLDER"
STALE_SECONDS = 24 * 3600
_PREFIX = "cepei-run-"
_LOCK = "lock"


def run_folder() -> Path:
    """Return the folder of this server, made at the first call; a reload finds it in the environment."""
    if VARIABLE not in os.environ:
        sweep(Path(tempfile.gettempdir()))
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        # Never closed: the lock is to last as long as this process and the workers forked from it.
        fcntl.flock(os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600), fcntl.LOCK_EX)
        os.environ[VARIABLE] = str(folder)
        # A start that fails never reaches gunicorn's own hook. Forked workers inherit the call, hence the owner.
        atexit.register(_remove_own, folder, os.getpid())
    return Path(os.environ[VARIABLE])


def remove_run_folder() -> None:
    """Remove the folder of this server."""
    shutil.rmtree(run_folder(), ignore_errors=True)


def _remove_own(folder: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove what servers of this user left behind: older than a day and locked by nobody."""
    for folder in parent.glob(f"{_PREFIX}*"):
        if _is_old_and_ours(folder) and _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_old_and_ours(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and time.time() - found.st_mtime > STALE_SECONDS


def _is_abandoned(folder: Path) -> bool:
    """Tell whether no server holds the lock; a folder without one is none of ours."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
