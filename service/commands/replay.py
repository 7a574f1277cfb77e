"""cepei replay: give a stored answer again from its edition: the same bytes, or what differs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import orjson
from marshmallow import ValidationError

from matcher.answers.catalogue_json import question_digest
from matcher.answers.engine import Engine
from matcher.answers.shapes import Proof
from matcher.profiles.profile import QUESTION, MatchRequest
from rules.catalogue.catalogue import CatalogueError
from rules.catalogue.content import open_catalogue
from service.catalogues.editions import Editions
from service.commands.console import Exit, existing_file, refusal, tell
from service.commands.rollback import editions_of
from service.commands.verify import add_keys, told
from service.complaints import RequestError, pointer_to, read_json
from service.intake.questions import MatchRequestSchema
from service.signing import Standing, unsigned
from service.web.requests import json_bytes

Json = dict[str, Any]
MOST_TOLD = 20
LONGEST_VALUE = 80


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("answer", type=Path, help="an answer of POST /v1/match, as it came")
    parser.add_argument("--question", type=Path, help="what was asked, where the answer does not hold it")
    parser.add_argument("--catalogue", type=Path, help="the file that is served (CEPEI_CATALOGUE)")
    add_keys(parser)


def run(options: argparse.Namespace) -> int:
    """Answer again; done when the bytes are the same, and signed as they should be where they are."""
    body = existing_file(options.answer).read_bytes().rstrip(b"\n")
    answer, proof = _answer_of(body, options.answer)
    is_signed = "signature" in answer["proof"]
    is_right = not is_signed or told(body, answer["proof"], options.keys) is Standing.GOOD
    request = _question_of(answer, proof, options)
    engine = _engine_of(editions_of(options), proof.catalogue)
    again = json_bytes(engine.match(request))
    if again == unsigned(body):
        tell(f"same {len(again)} bytes: catalogue {proof.catalogue}, engine {proof.engine}")
        return Exit.DONE if is_right else Exit.FAULTS_FOUND
    own = {key: value for key, value in answer["proof"].items() if key not in ("key", "signature")}
    differences = list(differing({**answer, "proof": own}, orjson.loads(again)))
    for line in differences[:MOST_TOLD] or ["the same values, otherwise written (white space, order of keys)"]:
        tell(line)
    if len(differences) > MOST_TOLD:
        tell(f"and {len(differences) - MOST_TOLD} more")
    return Exit.FAULTS_FOUND


def _answer_of(body: bytes, file: Path) -> tuple[Json, Proof]:
    try:
        answer = orjson.loads(body)
        return answer, msgspec.convert(answer["proof"], Proof)
    except (orjson.JSONDecodeError, msgspec.ValidationError, LookupError, TypeError) as error:
        raise refusal("no_answer_to_replay", file=file) from error


def _question_of(answer: Json, proof: Proof, options: argparse.Namespace) -> MatchRequest:
    """Return the question; raise CommandError when it is not given, or is not the one that was answered."""
    held = answer.get("question")
    if held is None and options.question is None:
        raise refusal("no_question_to_replay")
    try:
        asked = held if held is not None else read_json(existing_file(options.question).read_bytes())
        whole = {"on": answer["on"], **(asked if "profile" in asked else {"profile": asked})}
        whole.pop("language", None)
        read: MatchRequest = MatchRequestSchema().load(whole)
    except (RequestError, ValidationError, LookupError, TypeError) as error:
        raise refusal("question_unreadable") from error
    include = read.include | {QUESTION} if held is not None else read.include - {QUESTION}
    for language in ("zh", "en"):
        request = replace(read, include=include, language=language)
        if question_digest(request) == proof.question:
            return request
    raise refusal("other_question", digest=proof.question[:16])


def _engine_of(editions: Editions, version: str) -> Engine:
    try:
        if editions.holds(version):
            return Engine(editions.catalogue(version))
        if editions.current() == version:
            return Engine(open_catalogue(editions.served))
    except CatalogueError as error:
        raise refusal("no_catalogue", Exit.NO_CATALOGUE, reason=error) from error
    raise refusal("no_such_edition", Exit.NO_CATALOGUE, version=version)


def differing(before: object, after: object, path: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Yield a line for each value that differs: its pointer, what it was, what it is."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            yield from differing(before.get(name, _ABSENT), after.get(name, _ABSENT), (*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differing(old, new, (*path, place))
    elif before != after:
        yield f"{pointer_to(*path)}: {_shown(before)} -> {_shown(after)}"


_ABSENT = object()


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "-"
    if isinstance(value, list):
        return f"{len(value)} items"
    text = orjson.dumps(value).decode()
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
