"""The contract as a page shows it: calls by area, what they take and answer, and every shape by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Json = Mapping[str, Any]

_SHAPE = "#/components/schemas/"
_BOUNDS = {
    "minimum": "≥ {}", "maximum": "≤ {}", "minLength": "≥ {} characters", "maxLength": "≤ {} characters",
    "minItems": "≥ {} items", "maxItems": "≤ {} items", "maxProperties": "≤ {} members", "default": "default {}",
}  # fmt: skip


class Piece(NamedTuple):
    """A stretch of a type in words; `shape` names the shape it links to, "" for none."""

    text: str
    shape: str = ""


class Field(NamedTuple):
    """One parameter or member: where it stands, whether it must be given, its type and what it means."""

    name: str
    place: str
    required: bool
    type: tuple[Piece, ...]
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
    said = [thing.get("description", ""), *(f"For example {one}." for one in list(examples)[:1])]
    return " ".join(part for part in said if part)


def _type(schema: Json) -> Iterator[Piece]:
    """Tell a type in words, piece by piece."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_SHAPE)
        yield Piece(name, name)
        return
    for number, choice in enumerate(schema.get("anyOf") or schema.get("oneOf") or ()):
        yield from ([Piece(" or ")] if number else [])
        yield from _type(choice)
    kind = schema.get("type", "")
    if kind == "array" or (isinstance(kind, list) and "array" in kind):
        yield Piece("list of ")
        yield from _type(schema.get("items", {}))
    elif kind:
        yield Piece(" or ".join(kind) if isinstance(kind, list) else kind)
    yield Piece(_details(schema))


def _details(schema: Json) -> str:
    told = [str(schema[name]) for name in ("format", "pattern") if name in schema]
    told += ["one of " + ", ".join(map(str, schema["enum"]))] if "enum" in schema else []
    told += [wording.format(schema[name]) for name, wording in _BOUNDS.items() if schema.get(name) is not None]
    return f" ({'; '.join(told)})" if told else ""


def _resolved(document: Json, thing: Json) -> Json:
    """Follow a reference inside the document."""
    if "$ref" not in thing:
        return thing
    found: Any = document
    for step in thing["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)
