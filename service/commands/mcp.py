"""cepei mcp: the tools for agents over standard input and output, for programs that start their servers themselves."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import flask

from service.agents import protocol
from service.agents.protocol import ProtocolError, Reply
from service.agents.tools import Json, Tool, call_tool
from service.app import create_app
from service.commands.console import Exit, refusal
from service.complaints import RequestError, read_json
from service.settings import load_settings
from service.web.requests import json_bytes

_STDOUT, _STDERR = 1, 2


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")


def run(options: argparse.Namespace) -> int:
    """Answer one message a line until the input ends; logs go to standard error."""
    if sys.stdin is None or sys.stdout is None:
        raise refusal("input_closed")
    settings = load_settings()
    settings = replace(settings, catalogue=options.catalogue or settings.catalogue, log_level="error")
    if not settings.catalogue.is_file():
        raise refusal("no_catalogue_there", Exit.NO_CATALOGUE, file=settings.catalogue)
    with os.fdopen(os.dup(_STDOUT), "wb") as answers:
        os.dup2(_STDERR, _STDOUT)  # whatever else is printed is no message
        serve(create_app(settings), sys.stdin.buffer, answers, options.language, settings.body_bytes)
    return Exit.DONE


def serve(app: flask.Flask, messages: BinaryIO, answers: BinaryIO, language: str, most: int) -> None:
    """Answer every line of `messages`, each of at most so many bytes."""

    def call(tool: Tool, arguments: Json) -> Json:
        return call_tool(tool, arguments, {"Accept-Language": language}, None)

    while line := messages.readline(most + 2):
        with app.app_context():
            reply = _reply(line, call, most)
        while len(line) > most and not line.endswith(b"\n"):  # the rest of what is too long
            line = messages.readline(most + 2)
        if reply.message is not None:
            answers.write(json_bytes(reply.message) + b"\n")
            answers.flush()


def _reply(line: bytes, call: protocol.Call, most: int) -> Reply:
    if not line.strip():
        return Reply(None)
    if len(line) > most + 1:
        return protocol.failed(None, ProtocolError(protocol.INVALID_REQUEST, f"a message has at most {most} bytes"))
    try:
        return protocol.answer(read_json(line), call)
    except RequestError as error:
        says = "; ".join(" ".join(one.worded("en")) for one in error.complaints)
        return protocol.failed(None, ProtocolError(protocol.PARSE_ERROR, says))
