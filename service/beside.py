"""Keeps `cepei work` running beside the web workers: started and stopped with them, started again when it dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

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
