"""Labelled companies asked before an edition comes into force: they must score no worse than with the one in force."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from marshmallow import ValidationError

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchError
from rules.catalogue.content import open_catalogue
from seeds.faults import CodedError, load_yaml
from service.evaluation import GOALS, Json, Report, evaluate_cases, is_case
from service.intake.questions import MatchRequestSchema

_TOLD = 10
"""So many of the labels that are missed now and were not before are told."""


def read_cases(file: Path) -> tuple[list[Json], dict[str, float]]:
    """Read labelled cases, and the goals beside them; raise SeedError or CodedError when the file holds none."""
    loaded: Any = load_yaml(file)
    whole = loaded if isinstance(loaded, dict) else {"cases": loaded}
    cases, goals = whole.get("cases"), whole.get("goals", {})
    if not isinstance(cases, list) or not all(map(is_case, cases)) or not goals.keys() <= GOALS.keys():
        raise CodedError("no_cases", file=file)
    return cases, goals


def judge_by(file: Path | None, served: Path) -> Callable[[Path], None]:
    """Return what raises CodedError where companies of a file score worse with a fresh catalogue than with the served.

    Where none is served they must reach the goals. Without a file nothing is asked.
    """
    return (lambda _: None) if file is None else partial(_judge, served, *read_cases(file))


def _judge(served: Path, cases: list[Json], goals: dict[str, float], fresh: Path) -> None:
    new, missed = _scored(fresh, cases, goals), set[str]()
    if not served.is_file():
        worse = new.short
    else:
        old = _scored(served, cases, goals)
        worse = [kind for kind, (got, of) in new.counts.items() if of and got / of < _share(old, kind) - 1e-9]
        missed = set(old.misses)
    if worse:
        lines = [one for one in new.misses if one not in missed and one.split(maxsplit=1)[0] in worse]
        raise CodedError(
            "scores_worse", kinds=tuple(f"{kind} {_share(new, kind):.1%}" for kind in worse),
            cases=tuple(" ".join(one.split()) for one in lines[:_TOLD]),
        )  # fmt: skip


def _share(report: Report, kind: str) -> float:
    got, of = report.counts[kind]
    return got / of if of else 0.0


def _scored(catalogue: Path, cases: list[Json], goals: dict[str, float]) -> Report:
    engine = Engine(open_catalogue(catalogue))

    def ask(path: str, body: Json | None) -> tuple[int, bytes]:
        if body is None:
            text = {"text": engine.catalogue.documents[path.rpartition("/")[2]].text}
            return HTTPStatus.OK, msgspec.json.encode(text)
        try:
            return HTTPStatus.OK, msgspec.json.encode(engine.match(MatchRequestSchema().load(body)))
        except (ValidationError, MatchError) as error:
            return HTTPStatus.UNPROCESSABLE_ENTITY, str(error).encode()

    return evaluate_cases(cases, ask, goals={**GOALS, **goals})
