"""cepei publish: build a catalogue beside the one served, verify it, and put it in force as a new edition."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path

from marshmallow import ValidationError

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchError
from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import build_catalogue, load_written, open_catalogue, write_catalogue
from seeds.faults import CodedError
from service.catalogues.publishing import publish
from service.commands.check import add_folders, load_cases
from service.commands.console import (
    existing_file,
    existing_folder,
)
from service.commands.rollback import add_stamp, editions_of, stamp_of, told
from service.evaluation import GOALS, Json, Report, evaluate_cases
from service.intake.questions import MatchRequestSchema
from service.web.requests import json_bytes


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, nargs="?", help="a catalogue file built already; built here if not given")
    add_folders(parser)
    add_stamp(parser)
    parser.add_argument("--cases", type=Path, help="labelled companies that must score no worse than before")
    parser.add_argument("--replaces", metavar="VERSION", help="publish only while this edition is in force")


def run(options: argparse.Namespace) -> int:
    """Publish; whatever is wrong, the edition in force stays."""
    editions = editions_of(options)
    make, source = _maker(options)
    judge = partial(_judge, editions.served, *load_cases(options.cases)) if options.cases else lambda _: None
    return told(lambda: publish(editions, make, stamp_of(options, source), judge=judge, replaces=options.replaces))


def _maker(options: argparse.Namespace) -> tuple[Callable[[Path], object], str]:
    if options.file is not None:
        file = existing_file(options.file)
        return (lambda fresh: write_catalogue(load_written(file), fresh, compile_catalogue)), str(file.resolve())
    seeds, packs = existing_folder(options.seeds), existing_folder(options.packs)
    return (
        lambda fresh: build_catalogue(seeds, packs, fresh, compile_catalogue)
    ), f"{seeds.resolve()} {packs.resolve()}"


def _judge(served: Path, cases: list[Json], goals: dict[str, float], fresh: Path) -> None:
    """Raise CodedError where labelled companies score worse than with the edition in force.

    Where none is in force they must reach the goals.
    """
    new = _scored(fresh, cases, goals)
    if not served.is_file():
        worse = new.short
    else:
        old = _scored(served, cases, goals)
        worse = [kind for kind, (got, of) in new.counts.items() if of and got / of < _share(old, kind) - 1e-9]
    if worse:
        shares = tuple(f"{kind} {_share(new, kind):.1%}" for kind in worse)
        raise CodedError("scores_worse", kinds=shares)


def _share(report: Report, kind: str) -> float:
    got, of = report.counts[kind]
    return got / of if of else 0.0


def _scored(catalogue: Path, cases: list[Json], goals: dict[str, float]) -> Report:
    engine = Engine(open_catalogue(catalogue))

    def ask(path: str, body: Json | None) -> tuple[int, bytes]:
        if body is None:
            return HTTPStatus.OK, json_bytes({"text": engine.catalogue.documents[path.rpartition("/")[2]].text})
        try:
            return HTTPStatus.OK, json_bytes(engine.match(MatchRequestSchema().load(body)))
        except (ValidationError, MatchError) as error:
            return HTTPStatus.UNPROCESSABLE_ENTITY, str(error).encode()

    return evaluate_cases(cases, ask, goals={**GOALS, **goals})
