"""What runs beside the web workers: the folder they count in, and `cepei work`, started anew when it dies."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path

from service.disk import private_folder

VARIABLE = "CEPEI_RUN_FOLDER"
STALE_SECONDS = 24 * 3600
_PREFIX = "cepei-run-"
_LOCK = "lock"


def run_folder(parent: Path | None = None) -> Path:
    """Return the folder of this server, made at the first call; a reload finds it in the environment.

    It stands below `parent`, where nobody clears up but we; in the system's folder for temporary files when there is
    none or it cannot be written to.
    """
    if VARIABLE not in os.environ:
        folder = (parent and _made_below(parent)) or _made_in(Path(tempfile.gettempdir()))
        # Never closed: the lock is to last as long as this process and the workers forked from it.
        fcntl.flock(os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600), fcntl.LOCK_EX)
        os.environ[VARIABLE] = str(folder)
        # A start that fails never reaches gunicorn's own hook. Forked workers inherit the call, hence the owner.
        atexit.register(_remove_own, folder, os.getpid())
    return Path(os.environ[VARIABLE])


def _made_below(parent: Path) -> Path | None:
    try:
        return _made_in(private_folder(parent))
    except OSError:
        return None


def _made_in(parent: Path) -> Path:
    sweep(parent)
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))


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


LOOK_SECONDS, RESTART_SECONDS, STOP_SECONDS = 0.5, 2.0, 10.0


class Companion:
    """One worker process and the thread that watches it; the worker itself notices when the server is gone."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._ended = threading.Event()
        self._pid = 0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Start the worker and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the worker; it gives back what it has not finished."""
        self._ended.set()
        if not self._thread.is_alive() and not self._pid:
            return
        self._thread.join(STOP_SECONDS)
        end = time.monotonic() + STOP_SECONDS
        if _is_running(self._pid):
            os.kill(self._pid, signal.SIGTERM)
        while _is_running(self._pid):
            if time.monotonic() > end:
                os.kill(self._pid, signal.SIGKILL)
            time.sleep(0.05)

    def _watch(self) -> None:
        command = [sys.executable, "-m", "service.cli", "work", "--beside", str(os.getpid())]
        while not self._ended.is_set():
            # Not subprocess.Popen: it waits on a pipe that a web worker forked at that moment would hold open for good.
            self._pid = os.posix_spawn(sys.executable, command, os.environ)
            while _is_running(self._pid) and not self._ended.wait(LOOK_SECONDS):
                pass
            self._ended.wait(RESTART_SECONDS)


def _is_running(pid: int) -> bool:
    """Tell whether a child still runs; the server reaps every child of its own, so it may be gone already."""
    try:
        return bool(pid) and os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False
