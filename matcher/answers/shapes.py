"""The shapes of what a match and the reading calls answer, as values: built below, encoded and published above.

A field that is UNSET is left out of the answer, and where `omit_defaults` stands one that is as by default.
Knows neither HTTP nor how a shape is written into openapi.yaml; a text in `Annotated` says what a field is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, Struct, UnsetType

from matcher.answers.measure_shapes import OPEN, Benefit, Condition, GrantStanding, StatedCondition, StatedGrant
from matcher.profiles.words import How
from matcher.standing import Relevance, Totals
from rules.language.measures import (
    Effect,
    MeasureKind,
    MeasureVerdict,
    Strength,
    Window,
)
from rules.language.windows import WindowStanding
from seeds.departments import Department
from seeds.documents import Quote, Remark


class CatalogueInfo(Struct, frozen=True, kw_only=True):
    """Which catalogue answered."""

    version: Annotated[str, "Hash of the content."]
    documents: int
    measures: int


class WordMatch(Struct, frozen=True, kw_only=True):
    """Words of a quote that answer to something the company typed; offsets into the document."""

    origin: Annotated[str, "The field, for example products[0]."]
    input: str
    text: str
    start: int
    end: int
    how: How
    similarity: float


class Evidence(Struct, frozen=True, kw_only=True):
    """A passage, `text[start:end] == quote` of the document, with the words that connect it to the company."""

    document: str
    clause: Annotated[str, "Path of the clause, for example 2.3.2."]
    quote: str
    start: Annotated[int, "Offset in Unicode code points."]
    end: int
    matches: tuple[WordMatch, ...]


class DocumentRef(Struct, frozen=True, kw_only=True):
    """The document a measure stands in."""

    id: str
    title: str
    number: str | None
    status: str
    issued_on: date | None
    region: str


class MeasureSummary(Struct, frozen=True, kw_only=True):
    """A support measure."""

    id: str
    title: str
    instrument: Annotated[str, OPEN]
    instrument_label: str
    kind: Annotated[MeasureKind, "Something a company can ask for or use, or a direction of work, good to cite."]
    also: Annotated[tuple[str, ...], "Further kinds of support in the same sentence."]
    strength: Strength
    document: DocumentRef
    source: Quote
    departments: tuple[Department, ...]
    benefit: Benefit | None


class Coverage(Struct, frozen=True, kw_only=True):
    """How many conditions could be checked."""

    checked: int
    total: int


class FeatureValue(Struct, frozen=True, kw_only=True):
    """What one ranking feature contributed."""

    name: Annotated[str, OPEN]
    value: float | None
    weight: float
    contribution: float
    detail: str | None


class Caveat(Struct, frozen=True, kw_only=True):
    """Something to know before relying on the measure."""

    code: Annotated[str, OPEN]
    message: str


class Recommendation(Struct, frozen=True, kw_only=True):
    """One measure for this company, with the reasons; a brief one has no conditions, features and evidence."""

    rank: int
    relevance: Relevance
    verdict: MeasureVerdict
    effect: Effect
    score: Annotated[float, "Orders inside a group; no probability."]
    measure: MeasureSummary
    coverage: Coverage
    explanation: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    conditions: tuple[Condition, ...] | UnsetType = UNSET
    features: tuple[FeatureValue, ...] | UnsetType = UNSET
    evidence: tuple[Evidence, ...] | UnsetType = UNSET
    grant: Annotated[GrantStanding | UnsetType, "What it gives, of a measure that states it in detail."] = UNSET


class FactRead(Struct, frozen=True, kw_only=True):
    """How one input was read."""

    fact: str
    value: Annotated[Any, "The value read."]
    label: str
    origin: str
    input: Annotated[Any, "What was typed."]
    how: How
    similarity: float


class Suggestion(Struct, frozen=True, kw_only=True):
    """An entry that resembles an input."""

    value: str
    label: str
    similarity: float


class Unrecognised(Struct, frozen=True, kw_only=True):
    """An input that was not understood for sure; `more` says how many readings there are beside the suggestions."""

    origin: str
    input: str
    suggestions: tuple[Suggestion, ...]
    more: int


class Denied(Struct, frozen=True, kw_only=True):
    """An input, or a part of one, that says what is not so or no longer; nothing is read from it."""

    origin: Annotated[str, "The field, for example needs[0]."]
    input: Annotated[str, "The words that deny, as typed."]


class ProfileRead(Struct, frozen=True, kw_only=True):
    """What was understood of the profile."""

    facts: tuple[FactRead, ...]
    unrecognised: tuple[Unrecognised, ...]
    denied: tuple[Denied, ...]
    caveats: tuple[Caveat, ...]


class Choice(Struct, frozen=True, kw_only=True):
    """One of several answers to a question, any number of which may hold."""

    fact: str
    field: str
    value: Annotated[Any, "What the field takes when it holds."]
    label: str
    settles: Annotated[int, "Possible measures that this fact alone would settle."]


class Question(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A missing fact worth asking for; of a company's standing (龙头, 链主 ...) one question with `choices`."""

    fact: str
    field: str
    question: str
    settles: Annotated[int, "Possible measures that it would settle."]
    choices: Annotated[tuple[Choice, ...], "Of a question with several answers; `fact` is that of the first."] = ()


class Obstacle(Struct, frozen=True, kw_only=True):
    """A fact whose conditions rule measures out."""

    fact: Annotated[str | None, "null for a condition on several facts."]
    label: str
    measures: Annotated[int, "How many measures it rules out."]


class NeedStanding(Struct, frozen=True, kw_only=True):
    """A need of the company that was understood: how the measures that answer it stand."""

    origin: Annotated[str, "The field, for example needs[0]."]
    input: str
    applicable: Annotated[int, "Listed."]
    possible: Annotated[int, "Listed."]
    withheld: Annotated[int, "Possible, but nothing else connects them to the company: not listed."]
    set_aside: Annotated[int, 'Open to a whole field or to all: listed with `include: ["general"]` only.']
    not_applicable: int
    in_the_way: Annotated[tuple[Obstacle, ...], "What rules all of them out; else empty."]
    message: Annotated[str | None, "Says why none of them is listed; null when one is."]


class NearMiss(Struct, frozen=True, kw_only=True):
    """A measure that fails on one condition only, one that a company can change."""

    measure_id: str
    title: str
    condition: Condition


class Proof(Struct, frozen=True, kw_only=True):
    """What an answer follows from: the same three give the same bytes, which `cepei replay` does."""

    question: Annotated[str, "SHA-256 of what was asked; the catalogue named in the request is no part of it."]
    catalogue: Annotated[str, "Version of the edition that answered."]
    engine: Annotated[str, "Hash of the program that answered, its words and the libraries it reads with."]
    key: Annotated[str | UnsetType, "The key that signed, by its id in `GET /v1/keys`; not there where none signs."] = (
        UNSET
    )
    signature: Annotated[
        str | UnsetType, 'Ed25519, base64url, of the bytes of this answer as they are sent with "" in its place.'
    ] = UNSET


class MatchAnswer(Struct, frozen=True, kw_only=True):
    """The measures that fit, in order, each with its evidence."""

    catalogue: CatalogueInfo
    on: date
    profile: ProfileRead
    recommendations: tuple[Recommendation, ...]
    questions: tuple[Question, ...]
    needs: tuple[NeedStanding, ...]
    near_misses: tuple[NearMiss, ...]
    totals: Totals
    proof: Proof
    question: Annotated[Mapping[str, Any] | UnsetType, "What was asked, where `include` asks for it."] = UNSET


SUPERSEDED = "Ids of measures that have taken its place."


class MeasureListed(MeasureSummary, frozen=True, kw_only=True):
    """A measure with its conditions."""

    conditions: tuple[StatedCondition, ...]
    superseded_by: Annotated[tuple[str, ...], SUPERSEDED]
    application: Annotated[WindowStanding | UnsetType, "How applications stand, where a day is asked about."] = UNSET


class MeasureExample(Struct, frozen=True, kw_only=True):
    """Facts and the verdict that a careful reader would give."""

    facts: Mapping[str, Any]
    verdict: str


class MeasureFull(MeasureSummary, frozen=True, kw_only=True):
    """A measure with everything that is known of it."""

    attracts: Annotated[bool, "Whether it is for newcomers."]
    conditions: tuple[StatedCondition, ...]
    context: Annotated[tuple[str, ...], "Paths of further clauses that describe what it is about."]
    excludes: Annotated[tuple[str, ...], "Ids of measures that cannot be had beside this one."]
    supersedes: Annotated[tuple[str, ...], "Ids of measures that this one replaces."]
    continues: Annotated[str | None, "The id that it had in the document's predecessor."]
    superseded_by: Annotated[tuple[str, ...], SUPERSEDED]
    window: Window | None
    examples: tuple[MeasureExample, ...]
    grant: Annotated[StatedGrant | UnsetType, "What it gives, of a measure that states it in detail."] = UNSET


class ClauseInfo(Struct, frozen=True, kw_only=True):
    """One clause of the outline; its span includes its children."""

    path: str
    heading: str
    start: int
    end: int
    departments: tuple[Department, ...]


class DocumentSummary(DocumentRef, frozen=True, kw_only=True):
    """The metadata of a document; null is unknown."""

    issuers: tuple[str, ...]
    region_label: str
    written_on: date | None
    published_on: date | None
    effective_from: date | None
    valid_to: date | None
    checked_on: date | None
    source_url: str | None
    sha256: Annotated[str | None, "Of the file the text was taken from."]
    predecessor: Annotated[str | None, "The id of the draft or earlier version that it takes the place of."]
    measures: int


class DocumentListed(DocumentSummary, frozen=True, kw_only=True):
    """A document; text and clauses are there unless `detail=brief`."""

    text: str | UnsetType = UNSET
    remarks: tuple[Remark, ...] | UnsetType = UNSET
    clauses: tuple[ClauseInfo, ...] | UnsetType = UNSET


class DocumentFull(DocumentListed, frozen=True, kw_only=True):
    """A document with its cleaned text and its outline."""

    text: str
    remarks: tuple[Remark, ...]
    clauses: tuple[ClauseInfo, ...]


class MeasureRef(Struct, frozen=True, kw_only=True):
    """A measure that rests on a clause."""

    id: str
    title: str
    source: Quote


class ClauseFull(Struct, frozen=True, kw_only=True):
    """One clause with its text and the measures that rest on it."""

    document: str
    path: str
    heading: str
    start: int
    end: int
    departments: tuple[Department, ...]
    text: str
    measures: tuple[MeasureRef, ...]


class VocabularyEntry(Struct, frozen=True, kw_only=True):
    """An entry; `similarity` and `how` are there when a query asked for the nearest ones."""

    id: str
    label: str
    zh: str | UnsetType = UNSET
    en: str | UnsetType = UNSET
    names: Annotated[tuple[str, ...] | UnsetType, "All other ways of writing it."] = UNSET
    kind: str | UnsetType = UNSET
    parents: tuple[str, ...] | UnsetType = UNSET
    sectors: tuple[str, ...] | UnsetType = UNSET
    instruments: tuple[str, ...] | UnsetType = UNSET
    source: str | UnsetType = UNSET
    extra: Mapping[str, Any] | UnsetType = UNSET
    type: Annotated[str | UnsetType, "Of a fact."] = UNSET
    unit: str | UnsetType | None = UNSET
    vocabulary: str | UnsetType | None = UNSET
    field: str | UnsetType = UNSET
    question: str | UnsetType = UNSET
    changeable: bool | UnsetType = UNSET
    how: str | UnsetType = UNSET
    similarity: float | UnsetType = UNSET


class Feature(Struct, frozen=True, kw_only=True):
    """A ranking feature: its weight and its one-sentence claim."""

    name: Annotated[str, OPEN]
    label: str
    weight: float
    description: str
    reason: str


class Operator(Struct, frozen=True, kw_only=True):
    """An operator that conditions are written with."""

    name: str
    description: str
