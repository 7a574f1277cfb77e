"""Keeps `cepei work` running beside the web workers: started and stopped with them, started again when it dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

LOOK_SECONDS, RESTART_SECONDS = 0.5, 2.0
STOP_SECONDS = 10.0


class Companion:
    """One worker process and the thread that watches it; the worker itself notices when the server is gone."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._ended = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Start the worker and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the worker; it gives back what it has not finished."""
        self._ended.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()

    def _watch(self) -> None:
        command = [sys.executable, "-m", "service.cli", "work", "--beside", str(os.getpid())]
        while not self._ended.is_set():
            self._process = subprocess.Popen(command)  # noqa: S603 - our own command
            # Asked again and again: the server reaps every child of its own, and a waiting call may never be woken.
            while self._process.poll() is None and not self._ended.wait(LOOK_SECONDS):
                pass
            self._ended.wait(RESTART_SECONDS)
