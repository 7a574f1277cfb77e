"""How the service is used: the handbook at /handbook, the contract at /openapi.yaml and as a page at /docs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import flask
from markdown_it import MarkdownIt
from markdown_it.token import Token
from werkzeug.exceptions import NotFound

from service.pages.frame import render_page
from service.web.blueprints import Api, openapi_document, openapi_yaml
from service.web.requests import PAGE_LANGUAGES, public_bytes

FOLDER = Path(__file__).parents[2] / "docs" / "handbook"
"""Beside the packages: in a checkout and in the container image alike."""

NAMES = ("company", "park", "officer", "editor", "portal", "agents", "operations")
"""The parts in their order."""

_PART_LINK = re.compile(r"([a-z]+)\.md(#.*)?")
_NOT_IN_ANCHOR = re.compile(r"[^\w\s-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of the second level, for the contents of its part."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its title, its first paragraph as plain text, its headings and its text as HTML."""

    name: str
    title: str
    summary: str
    headings: tuple[Heading, ...]
    html: str


@cache
def load_part(name: str, query: str = "") -> Part:
    """Load a part; `query` is what the addresses of the other parts end in."""
    return parse_part(name, (FOLDER / f"{name}.md").read_text("utf-8"), query)


def parse_part(name: str, text: str, query: str = "") -> Part:
    """Parse a part: one heading of the first level, a paragraph that sums it up, then the rest."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    title, summary = tokens[1].content, tokens[4].content
    rest = tokens[3:]
    headings = tuple(_name_headings(rest))
    for token in rest:
        for link in (child for child in token.children or () if child.type == "link_open"):
            if part := _PART_LINK.fullmatch(str(link.attrGet("href"))):  # `portal.md#x` is the page beside this one
                link.attrSet("href", f"{part[1]}{query}{part[2] or ''}")
        if token.type == "fence":
            token.attrSet("tabindex", "0")  # it scrolls when its lines are long
    html = str(markdown.renderer.render(_scrolling_tables(rest), markdown.options, {}))
    return Part(name=name, title=title, summary=summary, headings=headings, html=html)


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading: its words in small letters, joined by hyphens."""
    return re.sub(r"\s", "-", _NOT_IN_ANCHOR.sub("", heading.lower()).strip())


def _name_headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    for token, content in pairwise(tokens):
        if token.type != "heading_open":
            continue
        text = "".join(child.content for child in content.children or ())
        token.attrSet("id", anchor_of(text))
        if token.tag == "h2":
            yield Heading(anchor=anchor_of(text), text=text)


def _scrolling_tables(tokens: Sequence[Token]) -> list[Token]:
    """Put each table into a region that scrolls by itself, so that a narrow page keeps its width."""
    wrapped: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            wrapped.append(_markup('<div class="scroll" tabindex="0">'))
        wrapped.append(token)
        if token.type == "table_close":
            wrapped.append(_markup("</div>"))
    return wrapped


def _markup(html: str) -> Token:
    markup: Any = Token("html_block", "", 0)
    markup.content = html
    return markup  # type: ignore[no-any-return]


blueprint = flask.Blueprint("handbook", __name__)


@blueprint.get("/handbook")
def contents() -> flask.Response:
    """Show the parts of the handbook, each with what it is about."""
    return render_page("handbook.html", parts=[load_part(name) for name in NAMES])


@blueprint.get("/handbook/<name>")
def page(name: str) -> flask.Response:
    """Show one part with its contents, and the way to the others."""
    if name not in NAMES:
        raise NotFound
    asked = flask.request.args.get("lang", "")
    part = load_part(name, f"?lang={asked}" if asked in PAGE_LANGUAGES else "")
    return render_page("handbook_part.html", part=part, parts=[load_part(other) for other in NAMES])


NOT_FOR_ROBOTS = ("/v1/", "/mcp", "/screenings", "/editor", "/embed/", "/feedback", "/cite")
_ICON = Path(__file__).parents[1] / "static" / "icon.svg"


@blueprint.get("/robots.txt")
def robots() -> flask.Response:
    """Say what search engines may read: policies, measures and the handbook, nothing about a company."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    return public_bytes("\n".join([*lines, ""]).encode(), "text/plain; charset=utf-8")


@blueprint.get("/favicon.ico")
def favicon() -> flask.Response:
    """Send the icon to browsers that look for one beside what is no page."""
    return public_bytes(_ICON.read_bytes(), "image/svg+xml")


Json = Mapping[str, Any]

_SHAPE = "#/components/schemas/"
_BOUNDS = {
    "minimum": "≥ {}", "maximum": "≤ {}", "minLength": "≥ {} characters", "maxLength": "≤ {} characters",
    "minItems": "≥ {} items", "maxItems": "≤ {} items", "maxProperties": "≤ {} members", "default": "default {}",
}  # fmt: skip


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
    description: str


def calls_by_area(document: Json) -> list[dict[str, Any]]:
    """Return the areas of the contract in order, each with its calls."""
    calls: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, operation in operations.items():
            if method != "parameters":
                call = _call(document, path, method, operation, shared)
                calls.setdefault(operation["tags"][0], []).append(call)
    described = {tag["name"]: tag.get("description", "") for tag in document["tags"]}
    return [{"name": name, "description": described.get(name, ""), "calls": found} for name, found in calls.items()]


def shapes(document: Json) -> list[dict[str, Any]]:
    """Return every named shape with its members."""
    return [
        {
            "name": name,
            "type": tuple(_type(shape)),
            "description": shape.get("description", ""),
            "fields": _members(shape),
        }
        for name, shape in sorted(document["components"]["schemas"].items())
    ]


def _call(document: Json, path: str, method: str, operation: Json, shared: list[Json]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    parameters = [_resolved(document, one) for one in (*shared, *operation.get("parameters", []))]
    return {
        "id": f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "needs_key": bool(operation.get("security")),
        "parameters": [
            Field(one["name"], one["in"], one.get("required", False), tuple(_type(one["schema"])), _says(one))
            for one in parameters
        ],
        "bodies": [
            {"media": media, "type": tuple(_type(content["schema"])), "fields": _members(content["schema"])}
            for media, content in body.items()
        ],
        "answers": [_answer(document, status, one) for status, one in operation["responses"].items()],
    }


def _answer(document: Json, status: str, answer: Json) -> dict[str, Any]:
    answer = _resolved(document, answer)
    contents = [(media, tuple(_type(one.get("schema", {})))) for media, one in answer.get("content", {}).items()]
    return {"status": status, "description": answer.get("description", ""), "contents": contents}


def _members(shape: Json) -> list[Field]:
    required = shape.get("required", [])
    members = shape.get("properties", {})
    return [Field(name, "", name in required, tuple(_type(one)), _says(one)) for name, one in members.items()]


def _says(thing: Json) -> str:
    """Return the description with the first example, where there is one."""
    examples = thing.get("examples") or thing.get("schema", {}).get("examples") or ()
    stated = [thing.get("description", ""), *(f"For example {one}." for one in list(examples)[:1])]
    return " ".join(part for part in stated if part)


def _type(schema: Json) -> Iterator[ContractPiece]:
    """Tell a type in words, piece by piece."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_SHAPE)
        yield ContractPiece(name, name)
        return
    for number, choice in enumerate(schema.get("anyOf") or schema.get("oneOf") or ()):
        yield from ([ContractPiece(" or ")] if number else [])
        yield from _type(choice)
    kind = schema.get("type", "")
    if kind == "array" or (isinstance(kind, list) and "array" in kind):
        yield ContractPiece("list of ")
        yield from _type(schema.get("items", {}))
    elif kind:
        yield ContractPiece(" or ".join(kind) if isinstance(kind, list) else kind)
    reported = [str(schema[name]) for name in ("format", "pattern") if name in schema]
    reported += ["one of " + ", ".join(map(str, schema["enum"]))] if "enum" in schema else []
    reported += [wording.format(schema[name]) for name, wording in _BOUNDS.items() if schema.get(name) is not None]
    yield ContractPiece(f" ({'; '.join(reported)})" if reported else "")


def _resolved(document: Json, thing: Json) -> Json:
    """Follow a reference inside the document."""
    if "$ref" not in thing:
        return thing
    found: Any = document
    for step in thing["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def create_docs(api: Api) -> flask.Blueprint:
    """Return the blueprint that serves the contract of `api`, generated when somebody first asks for it."""
    blueprint = flask.Blueprint("docs", __name__)
    document = cache(partial(openapi_document, api))
    contract = cache(lambda: openapi_yaml(document()).encode())
    areas, named = cache(lambda: calls_by_area(document())), cache(lambda: shapes(document()))

    @blueprint.get("/openapi.yaml")
    def contract_file() -> flask.Response:
        return flask.Response(contract(), content_type="application/yaml; charset=utf-8")

    @blueprint.get("/docs")
    def page() -> flask.Response:
        return render_page("docs.html", areas=areas(), shapes=named())

    return blueprint
