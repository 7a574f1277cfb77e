"""cepei serve: the service through gunicorn, with the same configuration everywhere."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from service.commands.exits import CommandError, Exit
from service.settings import SettingsError, load_settings

GUNICORN = ("-m", "gunicorn", "--config", "python:service.gunicorn_conf", "service.wsgi:app")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options; each one stands for a variable of service/settings.py."""
    parser.add_argument("--host", help="address to listen on, 127.0.0.1 if not given (CEPEI_HOST)")
    parser.add_argument("--port", help="port to listen on, 8000 if not given (PORT)")
    parser.add_argument("--workers", help="worker processes, one a core if not given (CEPEI_WORKERS)")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")


def run(options: argparse.Namespace) -> int:
    """Become gunicorn; returns only when it cannot start."""
    variables = {"CEPEI_HOST": options.host, "PORT": options.port, "CEPEI_WORKERS": options.workers}
    variables["CEPEI_CATALOGUE"] = options.catalogue and str(options.catalogue)
    environment = {**os.environ, **{name: value for name, value in variables.items() if value}}
    catalogue = load_server_settings(environment)
    if not catalogue.is_file():
        raise CommandError(f"there is no catalogue at {catalogue}; run `cepei build {catalogue}`", Exit.NO_CATALOGUE)
    os.execve(sys.executable, [sys.executable, *GUNICORN], environment)  # noqa: S606 - it becomes the server


def load_server_settings(environment: dict[str, str]) -> Path:
    """Return the catalogue of the settings; gunicorn_conf.py gives what only a running server has."""
    try:
        return load_settings({"CEPEI_RATE_STORE": "server", **environment}).catalogue
    except SettingsError as error:
        raise CommandError(str(error)) from error
