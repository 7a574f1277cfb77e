"""An example of the contract as it is written in curl, Python and JavaScript; knows nothing of pages."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pprint import pformat
from types import MappingProxyType

from service.shapes.examples import Example

BASE = "https://cepei.example.gov.cn"
"""Stands for the address of the service, which does not know it."""
_WIDTH = 72
_SHORT_JSON = 60
_LIST_OF_ONE = re.compile(r'\[\s++("[^"\n]*+")\s++\]')


def curl(example: Example, *, needs_key: bool) -> str:
    """Return the request as a command of a shell; the key stands in CEPEI_KEY."""
    return " \\\n  ".join(_curl_parts(example, needs_key=needs_key))


def _curl_parts(example: Example, *, needs_key: bool) -> Iterator[str]:
    has_body = example.json is not None or example.file is not None
    spelt_out = {} if has_body else example.query
    method = "" if example.method == ("POST" if has_body else "GET") else f"-X {example.method} "
    address = BASE + (example.address if spelt_out else example.target)
    yield f"curl {'-G ' if spelt_out else method}{shlex.quote(address)}"
    yield from (f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in spelt_out.items())
    if needs_key:
        yield '-H "Authorization: Bearer $CEPEI_KEY"'
    if example.json is not None:
        yield "-H 'Content-Type: application/json'"
        yield f"-d {shlex.quote(_json(example))}"
    if example.file is not None:
        yield f"-F file=@{shlex.quote(example.file.name)}"
    yield from (f"-F {shlex.quote(f'{name}={value}')}" for name, value in example.form.items())
    if name := saved_as(example):
        yield f"--fail -o {shlex.quote(name)}"


def python(example: Example, *, needs_key: bool) -> str:
    """Return the request as a program for Python with requests; the key stands in CEPEI_KEY."""
    name = saved_as(example)
    lines = ["import os", ""] if needs_key else []
    arguments = [f'"{BASE}{example.address}"', *_python_arguments(example, needs_key=needs_key)]
    called = f"answer = requests.{example.method.lower()}(\n    " + ",\n    ".join(arguments) + ",\n)"
    if example.file is not None:
        inner = called.replace("\n", "\n    ")
        called = f'with open("{example.file.name}", "rb") as file:\n    {inner}'
    lines += ["import requests", "", called]
    if name:
        lines += ["answer.raise_for_status()", f'with open("{name}", "wb") as file:', "    file.write(answer.content)"]
    else:  # what went wrong stands in the answer too
        lines.append(f"print(answer.status_code{_read(example, ', answer.json()', ', answer.text', '')})")
    return "\n".join(lines)


def _python_arguments(example: Example, *, needs_key: bool) -> Iterator[str]:
    if example.query:
        yield f"params={dict(example.query)!r}"
    if needs_key:
        yield """headers={"Authorization": f"Bearer {os.environ['CEPEI_KEY']}"}"""
    if example.json is not None:
        yield "json=" + pformat(example.json, width=_WIDTH, sort_dicts=False).replace("\n", "\n         ")
    if example.file is not None:
        yield 'files={"file": file}'
    if example.form:
        yield f"data={dict(example.form)!r}"
    yield "timeout=60"


def javascript(example: Example, *, needs_key: bool) -> str:
    """Return the request as a module of JavaScript, in which `key` and `file` are those of the caller."""
    lines, options = [], []
    headers = ["Authorization: `Bearer ${key}`"] if needs_key else []
    if example.method != "GET":
        options.append(f'method: "{example.method}"')
    if example.json is not None:
        headers.append('"Content-Type": "application/json"')
    if headers:
        options.append(f"headers: {{ {', '.join(headers)} }}")
    if example.json is not None:
        options.append("body: JSON.stringify(" + _json(example).replace("\n", "\n  ") + ")")
    if example.file is not None:
        appended = [f'form.append("file", file, "{example.file.name}");']
        appended += [f"form.append({_quoted(name)}, {_quoted(value)});" for name, value in example.form.items()]
        lines += ["const form = new FormData();", *appended]
        options.append("body: form")
    given = (", {\n  " + ",\n  ".join(options) + ",\n}") if options else ""
    address = f'"{BASE}{example.address}"'
    if example.query:
        lines.append(f"const query = new URLSearchParams({_quoted(dict(example.query))});")
        address = f"`{BASE}{example.address}?${{query}}`"
    lines.append(f"const answer = await fetch({address}{given});")
    read = _read(example, ", await answer.json()", ", await answer.text()", "")
    lines.append(f"console.log(answer.status{', await answer.blob()' if saved_as(example) else read});")
    return "\n".join(lines)


def saved_as(example: Example) -> str:
    """Return the name of the file that is answered, "" for what is read as it is."""
    answer = example.answer
    if answer is None or answer.body is not None:
        return ""
    return answer.headers.get("Content-Disposition", "").partition('filename="')[2].rstrip('"')


def _read(example: Example, as_json: str, as_text: str, as_nothing: str) -> str:
    if example.answer is None or example.answer.body is None:
        return as_nothing
    return as_text if isinstance(example.answer.body, str) else as_json


def _json(example: Example) -> str:
    text = _quoted(example.json)
    return text if len(text) <= _SHORT_JSON else pretty(example.json)


def pretty(data: object) -> str:
    """Return data as JSON that is read easily: a list of one text stays on its line."""
    return _LIST_OF_ONE.sub(r"[\1]", json.dumps(data, ensure_ascii=False, indent=2))


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


LANGUAGES: Mapping[str, Callable[..., str]] = MappingProxyType(
    {"curl": curl, "Python": python, "JavaScript": javascript}
)
"""The languages in their order, each with what writes it."""


def samples(example: Example, *, needs_key: bool) -> Mapping[str, str]:
    """Return the same request in every language, by its name."""
    return {language: write(example, needs_key=needs_key) for language, write in LANGUAGES.items()}
