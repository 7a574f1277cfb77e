"""The tools: each is one call of the API, asked within the application, so that it answers the very same.

Whoever may not make a call, has used up its limits or sends too much learns so from the call itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import flask
import marshmallow
import orjson
from marshmallow import fields
from werkzeug.test import EnvironBuilder

from service.intake.citations import CitationsQuestion
from service.intake.queries import MeasuresQuery, PageQuery, VocabularyQuery
from service.intake.questions import MatchRequestSchema
from service.intake.strict_fields import published_schema
from service.web.requests import JSON, REQUEST_ID

Json = dict[str, Any]

_FORWARDED = ("Authorization", "Accept-Language")
_KEPT = ("enum",)
"""What of a published schema a model needs; the call itself is strict about the rest."""
_NULL = "null"
_UNLISTED = frozenset({"external_id"})
"""What a call takes and no model has a use for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One call of the API: its method and path, whose {holes} are arguments, and what else it takes."""

    name: str
    description: str
    path: str
    method: str = "GET"
    takes: type[marshmallow.Schema] | None = None
    holes: Mapping[str, Json]
    """The schema of each argument that stands in the path."""
    fixed: Mapping[str, str]
    """Arguments that are always the same."""

    def listed(self) -> Json:
        """Return the tool as it is listed."""
        properties = {**self.holes, **(_properties(self.takes) if self.takes else {})}
        needed = [*self.holes, *(name for name, one in _fields(self.takes) if one.required)]
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": {
                "type": "object",
                "properties": properties,
                **({"required": needed} if needed else {}),
            },
            "annotations": {"readOnlyHint": True},
        }

    def without(self, arguments: Json) -> list[str]:
        """Return which arguments of the path are missing or cannot stand in one."""
        given = {name: arguments.get(name) for name in self.holes}
        return [name for name, value in given.items() if not isinstance(value, str) or not value or "/" in value]

    def environ(self, arguments: Json) -> Json:
        """Return the request that the arguments make."""
        given = {name: value for name, value in arguments.items() if value is not None}
        path = self.path.format(**{name: quote(given.pop(name), safe="") for name in self.holes})
        if self.method == "POST":
            builder = EnvironBuilder(path, method="POST", data=json.dumps(given).encode(), content_type=JSON)
        else:
            query = {**{name: _text(value) for name, value in given.items()}, **self.fixed}
            builder = EnvironBuilder(path, query_string=query)
        return dict(builder.get_environ())


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _fields(schema: type[marshmallow.Schema] | None) -> Iterable[tuple[str, Any]]:
    return schema().fields.items() if schema else ()


def _properties(schema: type[marshmallow.Schema]) -> Json:
    return {name: _property(field) for name, field in _fields(schema) if name not in _UNLISTED}


def _property(field: Any) -> Json:  # noqa: ANN401 - any field of marshmallow
    if isinstance(field, fields.Nested):
        return {"type": "object", "properties": _properties(type(field.schema))}
    described = field.metadata.get("description", "")
    says = described.partition(". ")[0].partition("; ")[0].removesuffix(".")  # the rest stands in the contract
    return {**_reduced(published_schema(field)), **({"description": says} if says else {})}


def _reduced(schema: Json) -> Json:
    """Return a published schema without what only refuses: bounds, lengths, patterns, null and examples."""
    forms = [one for one in schema.get("anyOf", ()) if "items" in one][:1] or schema.get("anyOf", [schema])
    types = [one for form in forms for one in _listed(form.get("type", ())) if one != _NULL]
    items = [_reduced(form["items"]) for form in forms if "items" in form]
    kept: Json = {"type": types[0] if len(set(types)) == 1 else list(dict.fromkeys(types))} if types else {}
    kept |= {"items": items[0]} if items else {}
    return kept | {key: schema[key] for key in _KEPT if key in schema}


def _listed(types: str | Iterable[str]) -> Iterable[str]:
    return (types,) if isinstance(types, str) else types


def _id(of: str) -> Json:
    return {"type": "string", "description": of}


TOOLS = (
    Tool(
        name="match_company",
        description=(
            "Rank the government support measures that fit a company, with verdict (applicable, possible), the "
            "sentence of the policy word for word, each condition, gaps and amounts already worked out. State only "
            "what is known: a missing fact is never taken as no. `questions` names what to ask next. A draft does not "
            "bind; caveats mark what is superseded or expired. Use detail=brief for a survey."
        ),
        path="/v1/match",
        method="POST",
        takes=MatchRequestSchema,
        holes={},
        fixed={},
    ),
    Tool(
        name="search_measures",
        description="List measures by words, place, sector, kind of support, document or application dates.",
        path="/v1/measures",
        takes=MeasuresQuery,
        holes={},
        fixed={},
    ),
    Tool(
        name="get_measure",
        description=(
            "One measure in full: conditions, amounts, windows, papers, examples, what it supersedes, and in "
            "`superseded_by` what took its place."
        ),
        path="/v1/measures/{measure_id}",
        holes={"measure_id": _id("The id of a measure, from match_company or search_measures.")},
        fixed={},
    ),
    Tool(
        name="list_documents",
        description="List the documents held, with number, issuer, dates and status (draft, in_force, repealed).",
        path="/v1/documents",
        takes=PageQuery,
        holes={},
        fixed={"detail": "brief"},
    ),
    Tool(
        name="get_document",
        description="The whole text of a document with its clauses; long. For one place use get_clause.",
        path="/v1/documents/{document_id}",
        holes={"document_id": _id("The id of a document.")},
        fixed={},
    ),
    Tool(
        name="get_clause",
        description="The text of one clause, word for word, and the measures that rest on it.",
        path="/v1/documents/{document_id}/clauses/{path}",
        holes={"document_id": _id("The id of a document."), "path": _id("As in `clause`: 2.3.2, box4.1.")},
        fixed={},
    ),
    Tool(
        name="check_citations",
        description=(
            "Check a text before it is sent to anybody: each quoted or cited passage comes out as verbatim, altered "
            "(with every difference and its offsets), not_found, not_held, draft or expired."
        ),
        path="/v1/check-citations",
        method="POST",
        takes=CitationsQuestion,
        holes={},
        fixed={},
    ),
    Tool(
        name="look_up",
        description="Entries of a vocabulary nearest to words: how a place, sector, product or fact is called here.",
        path="/v1/vocabularies/{name}",
        takes=VocabularyQuery,
        holes={
            "name": {
                "type": "string",
                "enum": ["regions", "sectors", "concepts", "stages", "instruments", "needs", "facts"],
            }
        },
        fixed={},
    ),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


@cache
def listed_tools() -> tuple[Json, ...]:
    """Return every tool as it is listed."""
    return tuple(tool.listed() for tool in TOOLS)


def call_tool(tool: Tool, arguments: Json, asked: Mapping[str, str], address: str | None) -> Json:
    """Make the call that a tool stands for and return its answer as the result of the tool.

    `asked` are the headers of the request that wants it, `address` where that came from: who asks is who is answered.
    """
    if missing := tool.without(arguments):
        says = f"these arguments must be ids, as texts without /: {', '.join(missing)}"
        return {"content": [{"type": "text", "text": says}], "isError": True}
    app = flask.current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's way to the app
    environ = tool.environ(arguments)
    environ.update({f"HTTP_{name.upper().replace('-', '_')}": asked[name] for name in _FORWARDED if name in asked})
    if REQUEST_ID in asked:
        environ[f"HTTP_{REQUEST_ID.upper().replace('-', '_')}"] = asked[REQUEST_ID]
    environ["REMOTE_ADDR"] = address or "127.0.0.1"
    with app.app_context(), app.request_context(environ):  # of its own, as if it had come in alone
        response = app.full_dispatch_request()
        body = response.get_data()
    text = body.decode()
    result: Json = {"content": [{"type": "text", "text": text}], "structuredContent": orjson.loads(body)}
    return {**result, "isError": True} if response.status_code >= 400 else result  # noqa: PLR2004 - where errors begin
