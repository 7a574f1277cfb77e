"""cepei work: decides screenings that wait, makes dossiers, sends messages; one runs beside `cepei serve`."""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

from service.commands.console import Exit, refusal
from service.data_folder import enter
from service.dossiers.orders import Clerk
from service.logs import configure_logs
from service.screenings.jobs.worker import Worker
from service.settings import load_command_settings
from service.store import Store, StoreError
from service.subscriptions.courier import COURIERS, Courier


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")
    parser.add_argument("--data", type=Path, help="data file (CEPEI_DATA)")
    parser.add_argument("--beside", type=int, metavar="PID", help="stop when this process, the parent, is gone")


def run(options: argparse.Namespace) -> int:
    """Work until reported to stop; what is unfinished is given back."""
    settings = load_command_settings()
    configure_logs(settings.log_level)
    chosen = replace(settings, catalogue=options.catalogue or settings.catalogue, data=options.data or settings.data)
    os.umask(0o077)  # whatever it writes is company data
    store = Store(chosen.data)
    enter(store, beside=options.beside is not None)
    courier = Courier(store, chosen.catalogue)
    worker = Worker(
        chosen,
        is_wanted=lambda: options.beside is None or os.getppid() == options.beside,
        beside=(Clerk(store).step, *((courier.step,) * COURIERS if chosen.webhooks else ())),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopping.set())
    try:
        worker.run()
    except (StoreError, sqlite3.Error) as error:
        raise refusal("data_unusable", reason=error) from error
    return Exit.DONE
