"""cepei verify: check the signature of a stored answer, with the keys of this server or those that it told."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from service.commands.console import Exit, existing_file, refusal, tell
from service.settings import load_command_settings
from service.signing import SigningKey, SigningKeyError, Standing, checked, keys_of, load_signatures

Json = dict[str, Any]


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("answer", type=Path, help="an answer of POST /v1/match, as it came")
    add_keys(parser)


def add_keys(parser: argparse.ArgumentParser) -> None:
    """Declare where the keys are that an answer may be signed with."""
    keys = "what GET /v1/keys answered; the keys of this server (CEPEI_SIGNING_KEY, CEPEI_FORMER_KEYS) if not given"
    parser.add_argument("--keys", type=Path, metavar="FILE", help=keys)


def run(options: argparse.Namespace) -> int:
    """Say whether the answer is the one that was signed."""
    body = existing_file(options.answer).read_bytes().rstrip(b"\n")
    try:
        proof = orjson.loads(body)["proof"]
    except (orjson.JSONDecodeError, LookupError, TypeError) as error:
        raise refusal("no_answer_to_replay", file=options.answer) from error
    return Exit.DONE if told(body, proof, options.keys) is Standing.GOOD else Exit.FAULTS_FOUND


def told(body: bytes, proof: Mapping[str, Any], keys: Path | None) -> Standing:
    """Tell what the signature of an answer says, and return it."""
    standing = checked(body, proof, _known(keys))
    kid = proof.get("key") or "-"
    tell(
        {
            Standing.UNSIGNED: "not signed",
            Standing.GOOD: f"signed by {kid}, and nothing of it was changed",
            Standing.WRONG: f"not what {kid} signed: it was changed, or signed by somebody else",
            Standing.UNKNOWN_KEY: f"signed by {kid}, which is none of the keys known here",
        }[standing]
    )
    return standing


def _known(keys: Path | None) -> tuple[SigningKey, ...]:
    try:
        if keys is None:
            settings = load_command_settings()
            return load_signatures(settings.signing_key, settings.former_keys).keys
        return keys_of(orjson.loads(existing_file(keys).read_bytes()))
    except (SigningKeyError, orjson.JSONDecodeError) as error:
        raise refusal("no_signing_keys", reason=error) from error
