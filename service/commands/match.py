"""cepei match: a profile from a file, matched in this process, as a table or as the API's JSON."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import msgspec
from marshmallow import ValidationError

from matcher.answers.engine import Engine
from matcher.answers.shapes import MatchAnswer
from matcher.profiles.profile import MatchError, MatchRequest
from rules.catalogue.catalogue import CatalogueError
from rules.catalogue.content import open_catalogue
from rules.language.measures import OF_MEASURE, MeasureKind
from service.commands.console import Exit, complain, refusal, tell, unusable
from service.complaints import Complaint, RequestError, complaints_of, read_json
from service.intake.questions import MatchRequestSchema, complaints_of_facts
from service.pages.wording import page_words
from service.settings import load_settings
from service.web.requests import json_bytes

MOST_BYTES = 1_048_576


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "file", help="a profile, or a whole request with `profile` in it, as JSON; - reads standard input"
    )
    parser.add_argument("--json", action="store_true", help="print the answer as the API gives it")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")


def run(options: argparse.Namespace) -> int:
    """Match one profile; faults are reported one a line, each with its pointer."""
    try:
        question = read_question(bytes_of(options.file))
        answer = open_engine(options.catalogue).match(replace(question, language=options.language))
    except RequestError as problem:
        return refuse(problem.complaints, options.language)
    except ValidationError as error:
        return refuse(complaints_of(error.messages), options.language)
    except MatchError as error:
        return refuse(complaints_of_facts(error.faults), options.language)
    if options.json:
        tell(msgspec.json.format(json_bytes(answer), indent=2).decode())
    else:
        _print_table(answer, options.language)
    return Exit.DONE


def read_question(body: bytes) -> MatchRequest:
    """Read a request as the API does; a bare profile is taken as a request with nothing else in it."""
    data = read_json(body)
    whole = data if isinstance(data, dict) and "profile" in data else {"profile": data}
    question: MatchRequest = MatchRequestSchema().load(whole)
    return question


def open_engine(catalogue: Path | None) -> Engine:
    """Open the catalogue given, or the one of the settings."""
    try:
        return Engine(open_catalogue(catalogue or load_settings().catalogue))
    except CatalogueError as error:
        raise refusal("no_catalogue", Exit.NO_CATALOGUE, reason=error) from error


def bytes_of(file: str) -> bytes:
    """Return what a file or standard input holds, of bounded length."""
    if file == "-" and sys.stdin is None:
        raise refusal("input_closed")
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as source:
            body = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise unusable(error, file) from error
    if len(body) > MOST_BYTES:
        raise refusal("profile_too_large", file=file, limit=MOST_BYTES)
    return body


def refuse(complaints: tuple[Complaint, ...] | list[Complaint], language: str) -> int:
    """Say what is wrong with what was given, one fault a line."""
    for complaint in complaints:
        message, hint = complaint.worded(language)
        complain(f"{complaint.pointer or '/'}: {message}" + (f" ({hint})" if hint else ""))
    return Exit.UNUSABLE_INPUT


def _print_table(answer: MatchAnswer, language: str) -> None:
    words, totals = page_words(language), answer.totals
    counted = reversed(OF_MEASURE)
    tell(" · ".join(f"{words[f'verdict.{verdict}']} {getattr(totals, verdict)}" for verdict in counted))
    for kind in MeasureKind:
        apart = msgspec.to_builtins(getattr(totals.by_kind, kind).applicable)
        label, says = words[f"kind_badge.{kind}"], words["counted_apart"].format(**apart)
        tell(f"  {words['verdict.applicable']} · {words['counted_kind'].format(label, sum(apart.values()), says)}")
    relevance = None
    for recommendation in answer.recommendations:
        measure = recommendation.measure
        if recommendation.relevance != relevance:  # the order goes by it first, then by the score
            relevance = recommendation.relevance
            tell(f"\n{words[f'relevance.{relevance}']}")
        status = words[f"verdict.{recommendation.verdict}"] + words[f"effect.{recommendation.effect}"]
        tell()
        tell(f"{recommendation.rank:>3}. {measure.title} · {status} · {recommendation.score:.4f}")
        tell(f"     《{measure.document.title}》{measure.source.clause}")
        tell(f"     「{' '.join(measure.source.quote.split())}」")
    if not answer.recommendations:
        tell(words["none"])
    if totals.set_aside:
        tell(words["set_aside"].format(totals.set_aside))
    for question in answer.questions:
        tell(f"  ?  {question.question}")
