"""cepei rollback: put an earlier edition of the catalogue in force again."""

from __future__ import annotations

import argparse

from service.catalogues.publishing import roll_back
from service.commands.publish import add_stamp, editions_of, stamp_of, told


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("version", nargs="?", help="the edition; the one before the present one if not given")
    add_stamp(parser)


def run(options: argparse.Namespace) -> int:
    """Go back; the edition must be sound, else the present one stays."""
    return told(lambda: roll_back(editions_of(options), options.version, stamp_of(options)))
