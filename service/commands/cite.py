"""cepei cite: checks what a text quotes and cites against the catalogue, and says of each passage how it comes out."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
from marshmallow import ValidationError

from matcher.citations.check import CitationAnswer, Outcome
from rules.catalogue.catalogue import CatalogueError
from rules.catalogue.content import open_catalogue
from service.api.sending import checked
from service.commands.console import Exit, refusal, tell
from service.commands.match import bytes_of, refuse
from service.complaints import RequestError, complaints_of
from service.intake.citations import CitationsQuestion
from service.pages.wording import page_words
from service.settings import load_settings
from service.web.requests import json_bytes

_SHOWN = 60
_SOUND = frozenset({Outcome.VERBATIM, Outcome.HELD})


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", help="a text in UTF-8; - reads standard input")
    parser.add_argument("--json", action="store_true", help="print the answer as the API gives it")
    parser.add_argument("--on", metavar="DAY", help="the day it is about, as 2026-11-21; today if not given")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")


def run(options: argparse.Namespace) -> int:
    """Check one text; the exit status is 1 when a passage is not word for word in a document in force."""
    try:
        text = bytes_of(options.file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal("not_utf8", offset=error.start) from error
    try:
        catalogue = open_catalogue(options.catalogue or load_settings().catalogue)
    except CatalogueError as error:
        raise refusal("no_catalogue", Exit.NO_CATALOGUE, reason=error) from error
    try:
        question = CitationsQuestion().load({"text": text, **({"on": options.on} if options.on else {})})
        answer = checked(question, catalogue, options.language)
    except ValidationError as error:
        return refuse(complaints_of(error.messages), options.language)
    except RequestError as problem:
        return refuse(problem.complaints, options.language)
    if options.json:
        tell(msgspec.json.format(json_bytes(answer), indent=2).decode())
    else:
        _print(answer, options.language)
    return Exit.DONE if all(one.verdict in _SOUND for one in answer.citations) else Exit.FAULTS_FOUND


def _print(answer: CitationAnswer, language: str) -> None:
    words = page_words(language)
    for one in answer.citations:
        shown = one.text if len(one.text) <= _SHOWN else f"{one.text[:_SHOWN]}…"
        tell(f"{one.start}-{one.end}  {words[f'outcome.{one.verdict}']}  {' '.join(shown.split())}")
        tell(f"    {one.message}")
        for difference in one.differences:
            tell(f"    {difference.start}-{difference.end}  {difference.given!r} -> {difference.held!r}")
    counts = (f"{words[f'outcome.{one.verdict}']} {one.count}" for one in answer.totals if one.count)
    tell(" · ".join(counts) or words["citations.none"])
