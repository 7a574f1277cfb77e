"""The published shapes of the reading calls and of problems; used for openapi.yaml and by the tests only."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.schemas.answers import (
    OPEN,
    CatalogueInfo,
    Department,
    MeasureSummary,
    Passage,
    anything,
    many,
    numeric,
    one,
    string,
    texts,
)


class Page(Schema):
    """Where this page stands in the whole list."""

    total = numeric(whole=True)
    page = numeric(whole=True)
    per_page = numeric(whole=True)
    pages = numeric(whole=True)


class StatedCondition(Schema):
    """One condition as the document states it."""

    fact = string(null=True)
    label = string()
    expected = anything("What the condition asks for.")
    cite = one(Passage)


class MeasureListed(MeasureSummary):
    """A measure with its conditions."""

    conditions = many(StatedCondition)


class ClauseContext(Schema):
    """A further clause that describes what the measure is about."""

    path = string()
    heading = string()


class MeasureExample(Schema):
    """Facts and the verdict that a careful reader would give."""

    facts = fields.Dict(required=True)
    verdict = string()


class MeasureFull(MeasureListed):
    """A measure with everything that is known of it."""

    context = fields.List(fields.Raw(), required=True)
    examples = many(MeasureExample)


class Measures(Page):
    """A page of measures."""

    items = many(MeasureListed)


class ClauseInfo(Schema):
    """One clause of the outline; its span includes its children."""

    path = string()
    heading = string()
    start = numeric(whole=True)
    end = numeric(whole=True)
    departments = many(Department)


class DocumentSummary(Schema):
    """The metadata of a document; null is unknown."""

    id = string()
    title = string()
    number = string(null=True)
    issuers = texts()
    issued_on = string(null=True, format="date")
    status = string()
    region = string()


class DocumentListed(DocumentSummary):
    """A document; text and clauses are there unless `detail=brief`."""

    text = fields.String()
    clauses = fields.List(fields.Nested(ClauseInfo))


class DocumentFull(DocumentSummary):
    """A document with its cleaned text and its outline."""

    text = string()
    clauses = many(ClauseInfo)


class Documents(Page):
    """A page of documents."""

    items = many(DocumentListed)


class ClauseFull(ClauseInfo):
    """One clause with its text and the measures that rest on it."""

    document = string()
    text = string()
    measures = many(MeasureSummary)


class VocabularyEntry(Schema):
    """An entry; `similarity` and `how` are there when a query asked for the nearest ones."""

    id = string()
    label = string()
    similarity = fields.Float()
    how = fields.String()


class VocabularyAnswer(Page):
    """The entries of one vocabulary, or the nearest ones to a query."""

    vocabulary = string()
    items = many(VocabularyEntry)


class Feature(Schema):
    """A ranking feature: its weight and its one-sentence claim."""

    name = string(OPEN)
    weight = numeric()
    description = string()


class Features(Schema):
    """The published weights table."""

    items = many(Feature)


class Operator(Schema):
    """An operator that conditions are written with."""

    name = string()
    description = string()


class Operators(Schema):
    """The published operators."""

    items = many(Operator)


class Health(Schema):
    """The process is alive."""

    status = string()


class Readiness(Health):
    """A verified catalogue is loaded."""

    catalogue = one(CatalogueInfo)


class ProblemError(Schema):
    """One fault: `pointer` is a JSON pointer into the body, or /parameter."""

    pointer = string()
    code = string(OPEN)
    message = string()
    hint = string(null=True)


class Problem(Schema):
    """RFC 9457 problem details; `errors` holds all faults at once."""

    type = string()
    title = string()
    status = numeric(whole=True)
    detail = string()
    code = string(OPEN)
    request_id = string()
    errors = many(ProblemError)
