"""The pages of the contract: every call by task, with a request, its answer and a form to try it; and all shapes.

What they show is read off the contract itself; descriptions in Chinese stand in chinese.yaml.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import flask
from markupsafe import Markup, escape

from seeds.faults import load_yaml
from service.pages.contract.samples import BASE, pretty, samples, saved_as
from service.pages.frame import render_page
from service.pages.wording import page_words
from service.shapes.examples import Example, examples, given_names
from service.web.blueprints import Api, openapi_document, openapi_yaml
from service.web.requests import page_language

Json = Mapping[str, Any]

TASKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "match": ("match",),
        "catalogue": ("measures", "documents", "vocabularies", "tables"),
        "screenings": ("screenings", "screening_results", "screening_pairs", "screening_files", "preview"),
        "worklist": ("worklist", "dossiers"),
        "changes": ("changes", "calendar"),
        "subscriptions": ("subscriptions",),
        "citations": ("citations",),
        "exchange": ("exchange",),
        "reports": ("reports",),
        "health": ("health",),
    }
)
"""What people come for, in the order in which the page has it -> the areas of the contract that serve it."""
_SHAPE = "#/components/schemas/"
_BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "maxProperties", "default")


class ContractPiece(NamedTuple):
    """A stretch of a type in words; `shape` names the shape it links to, "" for none."""

    text: str
    shape: str = ""


class Field(NamedTuple):
    """One parameter or member: where it stands, whether it must be given, its type and what it means."""

    name: str
    place: str
    required: bool
    type: tuple[ContractPiece, ...]
    description: Markup
    choices: tuple[str, ...] = ()
    value: str = ""


@cache
def in_chinese() -> Mapping[str, str]:
    """Return what the contract says in English -> the same in Chinese."""
    return {one["en"]: one["zh"] for one in load_yaml(Path(__file__).with_name("chinese.yaml"))}


class ContractReader:
    """Reads the contract for people of one language."""

    def __init__(self, document: Json, language: str) -> None:
        """Read `document` for people who read `language`."""
        self._document = document
        self._words = page_words(language)
        self._chinese: Mapping[str, str] = {} if language == "en" else in_chinese()

    def tasks(self) -> list[dict[str, Any]]:
        """Return what people come for, each with its calls in the order of the contract."""
        calls: dict[str, list[dict[str, Any]]] = {}
        for path, operations in self._document["paths"].items():
            for method, operation in operations.items():
                if method != "parameters":
                    calls.setdefault(operation["tags"][0], []).append(self._call(path, method, operation))
        return [
            {"name": task, "calls": [one for area in areas for one in calls[area]]} for task, areas in TASKS.items()
        ]

    def shapes(self) -> list[dict[str, Any]]:
        """Return every named shape with its members."""
        return [
            {
                "name": name,
                "type": tuple(self._type(shape)),
                "description": self._said(shape.get("description", "")),
                "fields": self._members(shape),
            }
            for name, shape in sorted(self._document["components"]["schemas"].items())
        ]

    def _said(self, text: str) -> Markup:
        joined = " ".join(text.split())
        return coded(self._chinese.get(joined, joined) if joined else "")

    def _call(self, path: str, method: str, operation: Json) -> dict[str, Any]:
        body = operation.get("requestBody", {}).get("content", {})
        shared = self._document["paths"][path].get("parameters", ())
        parameters = [self._resolved(one) for one in (*shared, *operation.get("parameters", ()))]
        answers = operation["responses"]
        faults = {status: self._fault(one) for status, one in answers.items() if "$ref" in one}
        example = examples().get(f"{method.upper()} {path}")
        needs_key = bool(operation.get("security"))
        return {
            "id": f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
            "method": method.upper(),
            "path": path,
            "summary": self._said(operation["summary"]).rstrip("。."),
            "description": self._said(operation.get("description", "")),
            "needs_key": needs_key,
            "parameters": [self._parameter(one, example) for one in parameters],
            "bodies": [
                {"media": media, "type": tuple(self._type(one["schema"])), "fields": self._members(one["schema"])}
                for media, one in body.items()
            ],
            "answers": [self._answer(status, one) for status, one in answers.items() if "$ref" not in one],
            "faults": list(faults.items()),
            "example": _shown(example, needs_key=needs_key) if example else None,
        }

    def _parameter(self, one: Json, example: Example | None) -> Field:
        known = {**example.path, **example.query} if example else {}
        schema, required = one["schema"], one.get("required", False)
        return Field(
            one["name"], one["in"], required, tuple(self._type(schema)), self._says(one),
            choices=tuple(map(str, schema.get("enum", ()))), value=known.get(one["name"], ""),
        )  # fmt: skip

    def _answer(self, status: str, answer: Json) -> dict[str, Any]:
        contents = [
            (media, tuple(self._type(one.get("schema", {})))) for media, one in answer.get("content", {}).items()
        ]
        return {"status": status, "description": self._said(answer.get("description", "")), "contents": contents}

    def _fault(self, answer: Json) -> Markup:
        return self._said(self._resolved(answer)["description"])

    def _members(self, shape: Json) -> list[Field]:
        required = shape.get("required", [])
        members = shape.get("properties", {}).items()
        return [Field(name, "", name in required, tuple(self._type(one)), self._says(one)) for name, one in members]

    def _says(self, thing: Json) -> Markup:
        """Return the description with the first example, where there is one."""
        shown = thing.get("examples") or thing.get("schema", {}).get("examples") or ()
        told = [self._words["contract_for_example"].format(one) for one in list(shown)[:1]]
        return Markup(" ").join(part for part in (self._said(thing.get("description", "")), *told) if part)

    def _type(self, schema: Json) -> Iterator[ContractPiece]:
        """Tell a type in words, piece by piece."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_SHAPE)
            yield ContractPiece(name, name)
            return
        either = self._words["contract_or"]
        for number, choice in enumerate(schema.get("anyOf") or schema.get("oneOf") or ()):
            yield from ([ContractPiece(either)] if number else [])
            yield from self._type(choice)
        kind = schema.get("type", "")
        if kind == "array" or (isinstance(kind, list) and "array" in kind):
            yield ContractPiece(self._words["contract_list_of"])
            yield from self._type(schema.get("items", {}))
        elif kind:
            yield ContractPiece(either.join(kind) if isinstance(kind, list) else kind)
        reported = [str(schema[name]) for name in ("format", "pattern") if name in schema]
        if "enum" in schema:
            reported.append(self._words["contract_one_of"].format(", ".join(map(str, schema["enum"]))))
        bounds = {name: schema[name] for name in _BOUNDS if schema.get(name) is not None}
        reported += [self._words[f"contract_bound.{name}"].format(bound) for name, bound in bounds.items()]
        yield ContractPiece(f" ({'; '.join(reported)})" if reported else "")

    def _resolved(self, thing: Json) -> Json:
        """Follow a reference inside the document."""
        if "$ref" not in thing:
            return thing
        found: Any = self._document
        for step in thing["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return dict(found)


def _shown(example: Example, *, needs_key: bool) -> dict[str, Any]:
    """Return an example as the page shows it."""
    answer = example.answer
    body = answer.body if answer else None
    text = body if isinstance(body, str) or body is None else json.dumps(body, ensure_ascii=False, indent=1)
    return {
        "request": example,
        "samples": [(language, marked(text)) for language, text in samples(example, needs_key=needs_key).items()],
        "body": None if example.json is None else pretty(example.json),
        "answer": answer,
        "answered": None if text is None else marked(text),
        "saved_as": saved_as(example),
    }


@cache
def _replaceable() -> tuple[Mapping[str, str], re.Pattern[str]]:
    """Return what a script puts others in for, by its name, and what finds it: read when a page is first shown."""
    names = {BASE: "base", **{value: name for name, value in given_names().items()}}
    return names, re.compile("|".join(map(re.escape, names)))


def marked(text: str) -> Markup:
    """Mark the address of the service and given ids in a text, so that a script can put in others."""
    pieces, end = [], 0
    names, pattern = _replaceable()
    for found in pattern.finditer(text):
        pieces += [
            escape(text[end : found.start()]),
            Markup('<var data-name="{}">{}</var>').format(names[found[0]], found[0]),
        ]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def coded(text: str) -> Markup:
    """Return a text in which what stands between backticks is code."""
    pieces = enumerate(text.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(one) if odd % 2 else escape(one) for odd, one in pieces)


def compressed(page: flask.Response) -> flask.Response:
    """Compress a page that is long, the same for everybody and without secrets, a tenth of its size on the way."""
    page.vary.add("Accept-Encoding")
    if flask.request.accept_encodings.quality("gzip"):
        page.set_data(gzip.compress(page.get_data(), compresslevel=6, mtime=0))
        page.content_encoding = "gzip"
    return page


def create_docs(api: Api) -> flask.Blueprint:
    """Return the blueprint that serves the contract of `api`, generated when somebody first asks for it."""
    blueprint = flask.Blueprint("docs", __name__)
    document = cache(partial(openapi_document, api))
    contract = cache(lambda: openapi_yaml(document()).encode())
    tasks = cache(lambda language: ContractReader(document(), language).tasks())
    named = cache(lambda language: ContractReader(document(), language).shapes())

    @blueprint.get("/openapi.yaml")
    def contract_file() -> flask.Response:
        return flask.Response(contract(), content_type="application/yaml; charset=utf-8")

    @blueprint.get("/docs")
    def page() -> flask.Response:
        return compressed(render_page("docs.html", tasks=tasks(page_language()), base=BASE))

    @blueprint.get("/docs/shapes")
    def shapes() -> flask.Response:
        return compressed(render_page("docs_shapes.html", shapes=named(page_language())))

    return blueprint
