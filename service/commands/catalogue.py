"""cepei catalogue: the editions there are."""

from __future__ import annotations

import argparse
from pathlib import Path

from service.catalogues.editions import Editions
from service.clock import moment
from service.commands.console import Exit, tell
from service.commands.publish import editions_of


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--catalogue", type=Path, help="the file that is served (CEPEI_CATALOGUE)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="print what came into force, the latest last; * is in force now")


def run(options: argparse.Namespace) -> int:
    """Do what was asked of the editions."""
    return int({"list": _list}[options.action](editions_of(options), options))


def _list(editions: Editions, _: argparse.Namespace) -> Exit:
    current, history = editions.current(), editions.history()
    latest = max((place for place, one in enumerate(history) if one.version == current), default=None)
    for place, one in enumerate(history):
        mark = "*" if place == latest else " "
        told = f"{mark} {one.version}  {moment(one.at)}  {one.action:<11}  {one.measures:>6} measures  {one.by}"
        tell(f"{told}  {one.note}".rstrip())
    if current and latest is None:
        tell(f"* {current}  built over the file; it becomes an edition with the next one that is published")
    return Exit.DONE
