"""What openapi.yaml says of an answer, read off its type; and what the reading calls answer: pages, problems.

Knows no single answer but for its published name and the order of its fields.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.schema_resolver import SchemaResolver
from msgspec import UNSET, Struct, UnsetType

from matcher.answers.measure_shapes import OPEN
from matcher.answers.shapes import (
    CatalogueInfo,
    DocumentListed,
    Feature,
    MeasureListed,
    Operator,
    Suggestion,
    VocabularyEntry,
)
from seeds.documents import Quote

JsonSchema: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Keyword:
    """One more keyword of a field's schema, to stand beside its type; a description stands there as a text."""

    name: str
    value: str | tuple[str, ...]


def closed(*values: str) -> Keyword:
    """Return what stands beside a text from a closed list."""
    return Keyword("enum", values)


DATE_TIME = Keyword("format", "date-time")
NEVER_NULL = Keyword("type", "string")
"""Beside a text that may be null although openapi.yaml promises that it is not."""

_NAMES: Mapping[type, str] = types.MappingProxyType({Quote: "Passage"})
"""Types that are published under another name than their own."""

_TYPES: Mapping[object, JsonSchema] = types.MappingProxyType(
    {
        str: {"type": "string"},
        int: {"type": "integer"},
        float: {"type": "number"},
        bool: {"type": "boolean"},
        date: {"type": "string", "format": "date"},
        Any: {},
    }
)
_PAGE = ("total", "page", "per_page", "pages")
_BEFORE: Mapping[str, Mapping[str, str]] = types.MappingProxyType(
    {
        "Recommendation": {"conditions": "coverage", "features": "explanation", "evidence": "explanation"},
        "MeasureFull": {"conditions": "attracts"},
        "DocumentListed": {"issuers": "status", "issued_on": "status"},
        "DocumentFull": {"issuers": "status", "issued_on": "status"},
        "ClauseFull": {"document": "text"},
        "VocabularyEntry": {"similarity": "how"},
        "FirstLook": {"other_sheets": "heading_line"},
        "Pair": {"title": "verdict"},
    }
)
"""Fields that openapi.yaml lists before another one, though an answer has them after it; pages tell their place first.

The order of properties means nothing to a reader of the file; it is kept so that the published file stays as it is.
"""


@dataclass(frozen=True, slots=True)
class AnswerType:
    """The type of an answer where flask-smorest expects a schema; a bare class it would call."""

    type: type


class _Resolver(SchemaResolver):
    """Finds the component of an answer's type; everything else is left to apispec."""

    def __init__(self, openapi_version: Any, converter: Any) -> None:  # noqa: ANN401 - apispec has no types
        """Know no component yet."""
        super().__init__(openapi_version, converter)  # type: ignore[no-untyped-call]
        self._begun: set[type] = set()

    def resolve_schema_dict(self, schema: object) -> JsonSchema:
        """Return a reference to the component."""
        if isinstance(schema, AnswerType):
            return self._reference(schema.type)
        return super().resolve_schema_dict(schema)  # type: ignore[no-any-return, no-untyped-call]

    def _reference(self, shape: type) -> JsonSchema:
        """Return a reference to the component of a type; one not there yet is added, after those it is made of."""
        name = _NAMES.get(shape, shape.__name__)
        if shape not in self._begun:
            self._begun.add(shape)
            hints, parameters = get_type_hints(shape, include_extras=True), inspect.signature(shape).parameters
            omits = getattr(getattr(shape, "__struct_config__", None), "omit_defaults", False)
            properties = {field: self._schema(hints[field]) for field in _published_order(name, list(parameters))}
            required = sorted(
                field
                for field, one in parameters.items()
                if one.default is one.empty or not (omits or one.default is UNSET)
            )
            component = {"type": "object", "properties": properties, "required": required}
            self.converter.spec.components.schema(name, component)
        return {"$ref": f"#/components/schemas/{name}"}

    def _schema(self, hint: Any) -> JsonSchema:  # noqa: ANN401 - hints are of any type
        """Return the schema of a field; null is one more type, or a choice where it stands beside a component."""
        if get_origin(hint) is Annotated:
            of, *notes = get_args(hint)
            return _noted(self._schema(of), notes)
        if get_origin(hint) in {Union, types.UnionType}:
            (of,) = (one for one in get_args(hint) if one not in {types.NoneType, UnsetType})
            return _nullable(self._schema(of)) if types.NoneType in get_args(hint) else self._schema(of)
        if get_origin(hint) is tuple:
            return {"type": "array", "items": self._schema(get_args(hint)[0])}
        if get_origin(hint) is Mapping:
            return {"type": "object", "additionalProperties": {}}
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return {"type": "string", "enum": [*hint]}
        return dict(_TYPES[hint]) if hint in _TYPES else self._reference(hint)


class AnswersPlugin(MarshmallowPlugin):
    """apispec's plugin for marshmallow schemas, which takes types of answers too."""

    Resolver = _Resolver


def _published_order(name: str, fields: list[str]) -> list[str]:
    if set(_PAGE) <= set(fields):
        return [*_PAGE, *(field for field in fields if field not in _PAGE)]
    for field, later in _BEFORE.get(name, {}).items():
        fields.remove(field)
        fields.insert(fields.index(later), field)
    return fields


def _noted(schema: JsonSchema, notes: Sequence[object]) -> JsonSchema:
    """Return a schema with what is noted at its type: its description, or keywords."""
    described: JsonSchema = {"type": schema["type"]} if "type" in schema else {}
    for note in notes:
        described |= {note.name: note.value} if isinstance(note, Keyword) else {"description": note}
    return described | {keyword: value for keyword, value in schema.items() if keyword not in described}


def _nullable(schema: JsonSchema) -> JsonSchema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if not schema:
        return schema
    open_to_null = {**schema, "type": [schema["type"], "null"]}
    return {**open_to_null, "enum": [*schema["enum"], None]} if "enum" in schema else open_to_null


class Page(Struct, frozen=True, kw_only=True):
    """A part of a list, and where it stands in the whole."""

    items: tuple[Any, ...]
    total: int
    page: int
    per_page: int
    pages: int


class FilterRead(Struct, frozen=True, kw_only=True):
    """How the words of a filter were read; without a value nothing is listed."""

    input: str
    value: str | None = None
    label: str | None = None
    suggestions: tuple[Suggestion, ...] = ()


class WordFound(Struct, frozen=True, kw_only=True):
    """A word that was looked for, and how many measures have it."""

    word: str
    found: int


class Measures(Page, frozen=True, kw_only=True):
    """A page of measures."""

    items: tuple[MeasureListed, ...]
    words: Annotated[tuple[WordFound, ...], "The words of `q`; one that found 0 stands nowhere."]
    region: FilterRead | None
    sector: FilterRead | None
    stage: FilterRead | None
    department: FilterRead | None


class Documents(Page, frozen=True, kw_only=True):
    """A page of documents."""

    items: tuple[DocumentListed, ...]


class VocabularyAnswer(Struct, frozen=True, kw_only=True):
    """The entries of one vocabulary, or the nearest ones to a query."""

    vocabulary: str
    items: tuple[VocabularyEntry, ...]
    total: int
    page: int
    per_page: int
    pages: int


class Features(Struct, frozen=True, kw_only=True):
    """The published weights table."""

    items: tuple[Feature, ...]


class Operators(Struct, frozen=True, kw_only=True):
    """The published operators."""

    items: tuple[Operator, ...]


class PublicKey(Struct, frozen=True, kw_only=True):
    """A key that answers are or were signed with, as RFC 8037 writes one of Ed25519."""

    kty: Annotated[str, closed("OKP")]
    crv: Annotated[str, closed("Ed25519")]
    x: Annotated[str, "The key, base64url."]
    kid: Annotated[str, "Its thumbprint (RFC 7638), which `proof` names."]
    use: Annotated[str, closed("sig")]
    alg: Annotated[str, closed("EdDSA")]


class PublicKeys(Struct, frozen=True, kw_only=True):
    """A JSON Web Key Set (RFC 7517): the key that signs first, then those that did; none where nothing is signed."""

    keys: tuple[PublicKey, ...]


class Health(Struct, frozen=True, kw_only=True):
    """The process is alive."""

    status: str


class Impairment(Struct, frozen=True, kw_only=True):
    """A part of the service that works less well than it should, why, and what to do."""

    part: Annotated[str, OPEN]
    code: Annotated[str, OPEN]
    message: str
    hint: str | None


class Readiness(Health, frozen=True, kw_only=True):
    """A verified catalogue is loaded; `impaired` names what else does not work as it should, nothing when all does."""

    catalogue: CatalogueInfo
    impaired: tuple[Impairment, ...]


class ProblemError(Struct, frozen=True, kw_only=True):
    """One fault: `pointer` is a JSON pointer into the body, or /parameter."""

    pointer: str
    code: Annotated[str, OPEN]
    message: str
    hint: str | None


class Problem(Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details; `errors` holds all faults at once."""

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, OPEN]
    request_id: str
    errors: tuple[ProblemError, ...]
