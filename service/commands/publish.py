"""cepei publish: build a catalogue beside the one served, verify it, and put it in force as a new edition."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import build_catalogue, load_written, write_catalogue
from service.catalogues.publishing import expect_kept, publish
from service.commands.check import add_folders, load_cases
from service.commands.console import existing_file, existing_folder, typed
from service.commands.rollback import add_stamp, editions_of, stamp_of, told
from service.drafts.judging import judge_by


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, nargs="?", help="a catalogue file built already; built here if not given")
    add_folders(parser)
    add_stamp(parser)
    parser.add_argument("--cases", type=Path, help="labelled companies that must score no worse than before")
    parser.add_argument(
        "--over", type=typed, action="append", default=[], metavar="DOCUMENT",
        help="lose what was published of this document on a page",
    )  # fmt: skip
    parser.add_argument("--replaces", metavar="VERSION", help="publish only while this edition is in force")


def run(options: argparse.Namespace) -> int:
    """Publish; whatever is wrong, the edition in force stays."""
    editions = editions_of(options)
    make, source = _maker(options)
    if options.cases:
        load_cases(options.cases)  # what is wrong with the file is told before anything is built
    by_cases, over = judge_by(options.cases, editions.served), frozenset(options.over)

    def judge(fresh: Path) -> None:
        expect_kept(editions, fresh, over)
        by_cases(fresh)

    return told(lambda: publish(editions, make, stamp_of(options, source), judge=judge, replaces=options.replaces))


def _maker(options: argparse.Namespace) -> tuple[Callable[[Path], object], str]:
    if options.file is not None:
        file = existing_file(options.file)
        return (lambda fresh: write_catalogue(load_written(file), fresh, compile_catalogue)), str(file.resolve())
    seeds, packs = existing_folder(options.seeds), existing_folder(options.packs)
    return (
        lambda fresh: build_catalogue(seeds, packs, fresh, compile_catalogue)
    ), f"{seeds.resolve()} {packs.resolve()}"
