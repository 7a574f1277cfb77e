"""What the reading calls answer beside the catalogue's own shapes (matcher/answers/shapes.py): pages, problems."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Struct

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
from service.shapes.published import closed


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
