"""The published shapes of the reading calls and of problems; used for openapi.yaml and by the tests only."""

from __future__ import annotations

from marshmallow import fields

from service.schemas.answers import (
    OPEN,
    Answer,
    CatalogueInfo,
    Department,
    MeasureSummary,
    Passage,
    Suggestion,
    anything,
    many,
    numeric,
    one,
    string,
    strings,
)


class Page(Answer):
    """Where this page stands in the whole list."""

    total = numeric(whole=True)
    page = numeric(whole=True)
    per_page = numeric(whole=True)
    pages = numeric(whole=True)


class StatedCondition(Answer):
    """One condition as the document states it."""

    fact = string()
    operator = string(OPEN)
    label = string()
    expected = anything("What the condition asks for.")
    open = fields.Boolean(required=True, metadata={"description": "Whether the text leaves its list open (等)."})
    cite = one(Passage)
    parts = fields.List(fields.Nested("StatedCondition"), metadata={"description": "Of a combined condition."})


class MeasureListed(MeasureSummary):
    """A measure with its conditions."""

    conditions = many(StatedCondition)


class Window(Answer):
    """When applications are taken."""

    opens = string(null=True, format="date")
    closes = string(null=True, format="date")
    cite = one(Passage)


class MeasureExample(Answer):
    """Facts and the verdict that a careful reader would give."""

    facts = fields.Dict(required=True)
    verdict = string()


class MeasureFull(MeasureListed):
    """A measure with everything that is known of it."""

    attracts = fields.Boolean(required=True, metadata={"description": "Whether it is for newcomers."})
    context = strings("Paths of further clauses that describe what it is about.")
    excludes = strings("Ids of measures that cannot be had beside this one.")
    supersedes = strings("Ids of measures that this one replaces.")
    window = one(Window, null=True)
    examples = many(MeasureExample)


class FilterRead(Answer):
    """How the words of a filter were read; without a value nothing is listed."""

    input = string()
    value = string(null=True)
    label = string(null=True)
    suggestions = many(Suggestion)


class Measures(Page):
    """A page of measures."""

    items = many(MeasureListed)
    region = one(FilterRead, null=True)
    sector = one(FilterRead, null=True)
    stage = one(FilterRead, null=True)
    department = one(FilterRead, null=True)


class ClauseInfo(Answer):
    """One clause of the outline; its span includes its children."""

    path = string()
    heading = string()
    start = numeric(whole=True)
    end = numeric(whole=True)
    departments = many(Department)


class DocumentSummary(Answer):
    """The metadata of a document; null is unknown."""

    id = string()
    title = string()
    number = string(null=True)
    issuers = strings()
    issued_on = string(null=True, format="date")
    status = string()
    region = string()
    region_label = string()
    written_on = string(null=True, format="date")
    published_on = string(null=True, format="date")
    effective_from = string(null=True, format="date")
    valid_to = string(null=True, format="date")
    checked_on = string(null=True, format="date")
    source_url = string(null=True)
    sha256 = string("Of the file the text was taken from.", null=True)
    measures = numeric(whole=True)


class Remark(Answer):
    """A remark that holds for the whole document."""

    text = string()
    clause = string()
    start = numeric(whole=True)
    end = numeric(whole=True)


class DocumentListed(DocumentSummary):
    """A document; text and clauses are there unless `detail=brief`."""

    text = fields.String()
    remarks = fields.List(fields.Nested(Remark))
    clauses = fields.List(fields.Nested(ClauseInfo))


class DocumentFull(DocumentSummary):
    """A document with its cleaned text and its outline."""

    text = string()
    remarks = many(Remark)
    clauses = many(ClauseInfo)


class Documents(Page):
    """A page of documents."""

    items = many(DocumentListed)


class MeasureRef(Answer):
    """A measure that rests on a clause."""

    id = string()
    title = string()
    source = one(Passage)


class ClauseFull(ClauseInfo):
    """One clause with its text and the measures that rest on it."""

    document = string()
    text = string()
    measures = many(MeasureRef)


class VocabularyEntry(Answer):
    """An entry; `similarity` and `how` are there when a query asked for the nearest ones."""

    id = string()
    label = string()
    zh = fields.String()
    en = fields.String()
    names = fields.List(fields.String(), metadata={"description": "All other ways of writing it."})
    kind = fields.String()
    parents = fields.List(fields.String())
    sectors = fields.List(fields.String())
    instruments = fields.List(fields.String())
    source = fields.String()
    extra = fields.Dict()
    type = fields.String(metadata={"description": "Of a fact."})
    unit = fields.String(allow_none=True)
    vocabulary = fields.String(allow_none=True)
    field = fields.String()
    question = fields.String()
    changeable = fields.Boolean()
    similarity = fields.Float()
    how = fields.String()


class VocabularyAnswer(Page):
    """The entries of one vocabulary, or the nearest ones to a query."""

    vocabulary = string()
    items = many(VocabularyEntry)


class Feature(Answer):
    """A ranking feature: its weight and its one-sentence claim."""

    name = string(OPEN)
    label = string()
    weight = numeric()
    description = string()
    reason = string()


class Features(Answer):
    """The published weights table."""

    items = many(Feature)


class Operator(Answer):
    """An operator that conditions are written with."""

    name = string()
    description = string()


class Operators(Answer):
    """The published operators."""

    items = many(Operator)


class Health(Answer):
    """The process is alive."""

    status = string()


class Readiness(Health):
    """A verified catalogue is loaded."""

    catalogue = one(CatalogueInfo)


class ProblemError(Answer):
    """One fault: `pointer` is a JSON pointer into the body, or /parameter."""

    pointer = string()
    code = string(OPEN)
    message = string()
    hint = string(null=True)


class Problem(Answer):
    """RFC 9457 problem details; `errors` holds all faults at once."""

    type = string()
    title = string()
    status = numeric(whole=True)
    detail = string()
    code = string(OPEN)
    request_id = string()
    errors = many(ProblemError)
