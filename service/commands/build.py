"""cepei build: documents, vocabularies and rule packs into one catalogue file."""

from __future__ import annotations

import argparse
from pathlib import Path

from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import build_catalogue
from seeds.faults import SeedError
from service.commands.check import add_folders
from service.commands.console import Exit, complain, counted, existing_folder, tell
from service.settings import DEFAULT_CATALOGUE


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("target", type=Path, nargs="?", default=DEFAULT_CATALOGUE, help=f"default: {DEFAULT_CATALOGUE}")
    add_folders(parser)


def run(options: argparse.Namespace) -> int:
    """Build the catalogue; the old file stays when anything is wrong."""
    try:
        version = build_catalogue(
            existing_folder(options.seeds), existing_folder(options.packs), options.target, compile_catalogue
        )
    except SeedError as error:
        for fault in error.faults:
            complain(str(fault))
        complain(f"nothing was built: {counted(len(error.faults))}")
        return Exit.FAULTS_FOUND
    tell(f"{options.target} {version}")
    return Exit.DONE
