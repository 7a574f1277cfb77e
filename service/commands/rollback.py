"""cepei rollback: put an earlier edition of the catalogue in force again."""

from __future__ import annotations

import argparse
import getpass
import os
import time
from collections.abc import Callable
from pathlib import Path

from rules.catalogue.catalogue import CatalogueError
from seeds.faults import CodedError, SeedError
from service.catalogues.editions import Editions, Publication
from service.catalogues.publishing import ConflictError, Stamp, roll_back
from service.commands.console import CommandError, Exit, complain, counted, say, tell, typed
from service.settings import load_command_settings


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("version", nargs="?", help="the edition; the one before the present one if not given")
    add_stamp(parser)


def run(options: argparse.Namespace) -> int:
    """Go back; the edition must be sound, else the present one stays."""
    return told(lambda: roll_back(editions_of(options), options.version, stamp_of(options)))


def add_stamp(parser: argparse.ArgumentParser) -> None:
    """Declare which catalogue it is about, who does it and why."""
    parser.add_argument("--catalogue", type=Path, help="the file that is served (CEPEI_CATALOGUE)")
    parser.add_argument(
        "--by", type=typed, help="who publishes, for the history; the user of this machine if not given"
    )
    parser.add_argument("--note", type=typed, default="", help="why, for the history")


def editions_of(options: argparse.Namespace) -> Editions:
    """Return the editions of the catalogue that a command is about."""
    return Editions(options.catalogue or load_command_settings().catalogue)


def stamp_of(options: argparse.Namespace, source: str = "") -> Stamp:
    """Return who publishes, now."""
    return Stamp(by=options.by or _user(), at=time.time(), source=source, note=options.note)


def told(put_in_force: Callable[[], Publication]) -> Exit:
    """Do it and tell what came of it."""
    try:
        done = put_in_force()
    except ConflictError as error:
        raise CommandError(say(error.code, **error.params), Exit.CONFLICT) from error
    except CodedError as error:
        if error.code != "edition_is_current":  # then it is as was wished
            raise CommandError(say(error.code, **error.params), Exit.FAULTS_FOUND) from error
        tell(say(error.code, **error.params))
        return Exit.DONE
    except SeedError as error:
        for fault in error.faults:
            complain(str(fault))
        complain(f"nothing was published: {counted(len(error.faults))}")
        return Exit.FAULTS_FOUND
    except CatalogueError as error:
        raise CommandError(str(error), Exit.FAULTS_FOUND) from error
    tell(f"{done.version} {done.action} in place of {done.replaced or 'nothing'}: {done.measures} measures")
    return Exit.DONE


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return str(os.getuid())
