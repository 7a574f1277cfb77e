"""The published shape of the answer to a match; used for openapi.yaml and by the tests, never to serialise."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields


class Answer(Schema):
    """An answer; a later version may add fields to it, so nothing is promised about other fields."""

    class Meta:
        """Fields that are not documented are allowed."""

        unknown = EXCLUDE


OPEN = "An open list: more values may be added."


def string(description: str = "", *, null: bool = False, **schema: Any) -> fields.String:  # noqa: ANN401 - JSON schema keywords
    """Return a text that is always there."""
    metadata = {"description": description, **schema} if description else schema
    return fields.String(required=True, allow_none=null, metadata=metadata)


def closed(*values: str, null: bool = False) -> fields.String:
    """Return a text from a closed list."""
    allowed: list[str | None] = [*values, None] if null else [*values]
    return fields.String(required=True, allow_none=null, metadata={"enum": allowed})


def numeric(description: str = "", *, null: bool = False, whole: bool = False) -> fields.Field[Any]:
    """Return a number that is always there."""
    kind = fields.Integer if whole else fields.Float
    return kind(required=True, allow_none=null, metadata={"description": description} if description else {})


def anything(description: str) -> fields.Raw:
    """Return a value whose type depends on the fact it belongs to."""
    return fields.Raw(required=True, allow_none=True, metadata={"description": description})


def one(schema: type[Schema], *, null: bool = False) -> fields.Nested:
    """Return one object."""
    return fields.Nested(schema, required=True, allow_none=null)


def many(schema: type[Schema]) -> fields.List[Any]:
    """Return a list of objects."""
    return fields.List(fields.Nested(schema), required=True)


def strings(description: str = "") -> fields.List[Any]:
    """Return a list of texts."""
    return fields.List(fields.String(), required=True, metadata={"description": description} if description else {})


HOW = ("exact", "alias", "contains", "fuzzy", "inferred", "declared")
EFFECTS = ("in_force", "draft", "upcoming", "expired")
STRENGTHS = ("grant", "support", "encourage", "promote")


class CatalogueInfo(Answer):
    """Which catalogue answered."""

    version = string("Hash of the content.")
    documents = numeric(whole=True)
    measures = numeric(whole=True)


class Passage(Answer):
    """A verbatim quote: `text[start:end] == quote` in the document as served."""

    document = string()
    clause = string("Path of the clause, for example 2.3.2.")
    quote = string()
    start = numeric("Offset in Unicode code points.", whole=True)
    end = numeric(whole=True)


class WordMatch(Answer):
    """Words of a quote that answer to something the company typed; offsets into the document."""

    origin = string("The field, for example products[0].")
    input = string()
    text = string()
    start = numeric(whole=True)
    end = numeric(whole=True)
    how = closed(*HOW)
    similarity = numeric()


class Evidence(Passage):
    """A passage with the words that connect it to the company."""

    matches = many(WordMatch)


class Department(Answer):
    """An authority named beside the clause."""

    name = string()
    lead = fields.Boolean(required=True)


class DocumentRef(Answer):
    """The document a measure stands in."""

    id = string()
    title = string()
    number = string(null=True)
    status = string()
    issued_on = string(null=True, format="date")
    region = string()


class Benefit(Answer):
    """What is given, as far as the text states it."""

    kind = string()
    amount_cny = fields.Float(allow_none=True)
    cap_cny = fields.Float(allow_none=True)
    rate = fields.Float(allow_none=True)
    unit = fields.String(allow_none=True)
    cite = fields.Nested(Passage, allow_none=True)


class MeasureSummary(Answer):
    """A support measure."""

    id = string()
    title = string()
    instrument = string(OPEN)
    instrument_label = string()
    also = strings("Further kinds of support in the same sentence.")
    strength = closed(*STRENGTHS)
    document = one(DocumentRef)
    source = one(Passage)
    departments = many(Department)
    benefit = one(Benefit, null=True)


class Condition(Answer):
    """One condition and how it stands for this company."""

    fact = string(null=True)
    label = string()
    verdict = closed("met", "unmet", "unknown")
    why = string(OPEN, null=True)
    expected = anything("What the condition asks for.")
    actual = anything("What the company said.")
    gap = numeric("How far a number is away.", null=True)
    cite = one(Passage)
    parts = fields.List(fields.Nested("Condition"), metadata={"description": "Of a combined condition."})


class Coverage(Answer):
    """How many conditions could be checked."""

    checked = numeric(whole=True)
    total = numeric(whole=True)


class FeatureValue(Answer):
    """What one ranking feature contributed."""

    name = string(OPEN)
    value = numeric(null=True)
    weight = numeric()
    contribution = numeric()
    detail = string(null=True)


class Caveat(Answer):
    """Something to know before relying on the measure."""

    code = string(OPEN)
    message = string()


class Recommendation(Answer):
    """One measure for this company, with the reasons."""

    rank = numeric(whole=True)
    relevance = closed("direct", "sector", "general")
    verdict = closed("applicable", "possible", "not_applicable")
    effect = closed(*EFFECTS)
    score = numeric("Orders inside a group; no probability.")
    measure = one(MeasureSummary)
    conditions = fields.List(fields.Nested(Condition))
    coverage = one(Coverage)
    features = fields.List(fields.Nested(FeatureValue))
    evidence = fields.List(fields.Nested(Evidence))
    explanation = strings()
    caveats = many(Caveat)


class FactRead(Answer):
    """How one input was read."""

    fact = string()
    value = anything("The value read.")
    label = string()
    origin = string()
    input = anything("What was typed.")
    how = closed(*HOW)
    similarity = numeric()


class Suggestion(Answer):
    """An entry that resembles an input."""

    value = string()
    label = string()
    similarity = numeric()


class Unrecognised(Answer):
    """An input that was not understood for sure."""

    origin = string()
    input = string()
    suggestions = many(Suggestion)


class ProfileRead(Answer):
    """What was understood of the profile."""

    facts = many(FactRead)
    unrecognised = many(Unrecognised)
    caveats = many(Caveat)


class Question(Answer):
    """A missing fact worth asking for."""

    fact = string()
    field = string()
    question = string()
    settles = numeric("Possible measures that it would settle.", whole=True)


class Obstacle(Answer):
    """A fact whose conditions rule measures out."""

    fact = string("null for a condition on several facts.", null=True)
    label = string()
    measures = numeric("How many measures it rules out.", whole=True)


class NeedStanding(Answer):
    """A need of the company that was understood: how the measures that answer it stand."""

    origin = string("The field, for example needs[0].")
    input = string()
    applicable = numeric(whole=True)
    possible = numeric(whole=True)
    not_applicable = numeric(whole=True)
    in_the_way = fields.List(
        fields.Nested(Obstacle), required=True, metadata={"description": "What rules all of them out; else empty."}
    )
    message = string("Says why none of them can be used; null when one may be.", null=True)


class NearMiss(Answer):
    """A measure that fails on one condition only, one that a company can change."""

    measure_id = string()
    title = string()
    condition = one(Condition)


class Totals(Answer):
    """How all measures stand; `withheld` are possible ones that nothing connects to the company."""

    applicable = numeric(whole=True)
    possible = numeric(whole=True)
    not_applicable = numeric(whole=True)
    withheld = numeric(whole=True)


class MatchAnswer(Answer):
    """The measures that fit, in order, each with its evidence."""

    catalogue = one(CatalogueInfo)
    on = string(format="date")
    profile = one(ProfileRead)
    recommendations = many(Recommendation)
    questions = many(Question)
    needs = many(NeedStanding)
    near_misses = many(NearMiss)
    totals = one(Totals)
