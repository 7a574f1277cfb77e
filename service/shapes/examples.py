"""A real request and its recorded answer for each call of the contract: example_requests.yaml, example_answers.json.

Knows nothing of who shows or sends them; tests/service/recorded.py asks a running service and writes its answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from seeds.faults import load_yaml

REQUESTS = Path(__file__).with_name("example_requests.yaml")
ANSWERS = Path(__file__).with_name("example_answers.json")
MULTIPART = "multipart/form-data"
_JSON = "application/json"
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleFile:
    """A file that is sent: its name and what stands in it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleAnswer:
    """What was answered: lists and texts shortened; `body` is plain data of JSON, text, or None for other bytes."""

    status: int
    headers: Mapping[str, str]
    body: Any
    is_shortened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One request as it is sent, with what it is answered."""

    method: str
    pattern: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    json: Any = None
    file: ExampleFile | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    reads: bool = True
    gives: str = ""
    """The parameter of later calls that the `id` of the answer is the value of, "" for none."""
    answer: ExampleAnswer | None = None

    @property
    def address(self) -> str:
        """Return the path as it is sent, without the query."""
        path = self.pattern
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", quote(value))
        return path

    @property
    def target(self) -> str:
        """Return path and query as they are sent."""
        return f"{self.address}?{urlencode(self.query)}" if self.query else self.address


@cache
def given_names() -> Mapping[str, str]:
    """Return the ids that stand for what an earlier call answered, by the name of their parameter."""
    return MappingProxyType(load_yaml(REQUESTS)["given"])


@cache
def examples() -> Mapping[str, Example]:
    """Return every example by its call, as in `GET /v1/measures`."""
    answers = json.loads(ANSWERS.read_text("utf-8")) if ANSWERS.is_file() else {}
    requests = load_yaml(REQUESTS)["requests"]
    return MappingProxyType({call: _example(call, request, answers.get(call)) for call, request in requests.items()})


def _example(call: str, request: Mapping[str, Any], answer: Mapping[str, Any] | None) -> Example:
    method, pattern = call.split()
    stated = {name: str(value) for name, value in request.get("path", {}).items()}
    given = {name: value for name, value in given_names().items() if f"{{{name}}}" in pattern}
    return Example(
        method=method,
        pattern=pattern,
        path={**given, **stated},
        query={name: str(value) for name, value in request.get("query", {}).items()},
        json=request.get("json"),
        file=ExampleFile(**request["file"]) if "file" in request else None,
        form=request.get("form", {}),
        reads=method in _SAFE or request.get("reads", False),
        gives=request.get("gives", ""),
        answer=ExampleAnswer(**answer) if answer else None,
    )


def add_examples(document: Mapping[str, Any]) -> None:
    """Put the examples into the contract where OpenAPI has them: beside parameters, bodies and good answers."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            example = examples().get(f"{method.upper()} {path}")
            if example is None:
                continue
            for parameter in (*operations.get("parameters", ()), *operation.get("parameters", ())):
                known = {"path": example.path, "query": example.query}.get(parameter["in"], {})
                if parameter["name"] in known:
                    kind = parameter["schema"].get("type")
                    value = known[parameter["name"]]
                    parameter["example"] = int(value) if kind == "integer" else value
            _add_body(operation, example)
            _add_answer(operation, example)


def _add_body(operation: Mapping[str, Any], example: Example) -> None:
    content = operation.get("requestBody", {}).get("content", {})
    if example.json is not None:
        content[_JSON]["example"] = example.json
    if example.file is not None:
        content[MULTIPART]["example"] = {"file": example.file.text, **example.form}


def _add_answer(operation: Mapping[str, Any], example: Example) -> None:
    answer = example.answer
    if answer is None or answer.body is None:
        return
    content = operation["responses"][str(answer.status)].get("content", {})
    for media, described in content.items():
        is_same = _plain(media) == _plain(answer.headers.get("Content-Type", ""))
        if is_same and (not isinstance(answer.body, str) or described["schema"].get("type") == "string"):
            described["example"] = answer.body


def _plain(media: str) -> str:
    return media.partition(";")[0]
