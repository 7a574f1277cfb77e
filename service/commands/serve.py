"""cepei serve: the service through gunicorn, with the same configuration everywhere."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from pathlib import Path

from service.commands.console import Exit, complain, refusal, say
from service.disk import StorageError
from service.keys import Keys, Role
from service.settings import Settings, load_settings
from service.signing import SigningKeyError, load_signatures
from service.store import Store

GUNICORN = ("-m", "gunicorn", "--config", "python:service.running.gunicorn_conf", "service.wsgi:app")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options; each one stands for a variable of service/settings.py."""
    parser.add_argument("--host", help="address to listen on, 127.0.0.1 if not given (CEPEI_HOST)")
    parser.add_argument("--port", help="port to listen on, 8000 if not given (PORT)")
    parser.add_argument("--workers", help="worker processes, one a core if not given (CEPEI_WORKERS)")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")
    parser.add_argument("--data", type=Path, help="data file (CEPEI_DATA)")
    parser.add_argument("--local-key", action="store_true", help="print a new operator key when there is no key yet")


def run(options: argparse.Namespace) -> int:
    """Become gunicorn; returns only when it cannot start."""
    variables = {"CEPEI_HOST": options.host, "PORT": options.port, "CEPEI_WORKERS": options.workers}
    variables["CEPEI_CATALOGUE"] = options.catalogue and str(options.catalogue)
    variables["CEPEI_DATA"] = options.data and str(options.data)
    environment = {**os.environ, **{name: value for name, value in variables.items() if value}}
    settings = load_server_settings(environment)
    if not settings.catalogue.is_file():
        raise refusal("no_catalogue_there", Exit.NO_CATALOGUE, file=settings.catalogue)
    try:  # before there are processes that would each say so
        load_signatures(settings.signing_key, settings.former_keys)
    except SigningKeyError as error:
        raise refusal("no_signing_keys", reason=error) from error
    if options.local_key:
        _print_local_key(settings)
    # Its log is Chinese in any locale.
    environment["PYTHONUTF8"] = "1"
    os.execve(sys.executable, [sys.executable, *GUNICORN], environment)  # noqa: S606 - it becomes the server


def _print_local_key(settings: Settings) -> None:
    """Make the first key of a data file and print it; a file that has keys already keeps its owner's."""
    keys = Keys(Store(settings.data))
    try:
        if not keys.listed():
            complain(f"{say('local_key')}: {keys.add(Role.OPERATOR, label='local')[1]}")
    except (StorageError, sqlite3.Error, OSError) as error:  # matches and pages need no data file
        complain(say("no_local_key", reason=error))


def load_server_settings(environment: dict[str, str]) -> Settings:
    """Return the settings; service/running/gunicorn_conf.py gives what only a running server has."""
    return load_settings({"CEPEI_RATE_STORE": "server", **environment})
