"""What calls may ask: filters and pages of the reading calls, screenings, pages of their matrix, drafts to be tried."""

from __future__ import annotations

from typing import Any

from rules.language.measures import Instrument, MeasureVerdict
from service.clock import today
from service.complaints import StrictSchema
from service.intake.profile.fields import (
    TEXT_CHARACTERS,
    Choice,
    Choices,
    Day,
    JsonSchema,
    StrictField,
    Text,
    Whole,
    clean_text,
    described,
    load_items,
    refusal,
)
from service.intake.profile.schema import LARGEST_LIMIT, LARGEST_OFFSET, STATUSES

LARGEST_PAGE = 10_000
SEARCH_CHARACTERS = 100


def _words(description: str, *examples: str, shortest: int = 0) -> Text:
    """Return a field of words to search by."""
    return Text(limit=SEARCH_CHARACTERS, shortest=shortest, metadata=described(description, *examples))


class PageQuery(StrictSchema):
    """Which page of a list."""

    page = Whole(lowest=1, highest=LARGEST_PAGE, from_query=True, load_default=1, metadata=described("From 1."))
    per_page = Whole(lowest=1, highest=100, from_query=True, load_default=20, metadata=described("Items on a page."))


class MeasuresQuery(PageQuery):
    """Filters of the list of measures; all that are given must hold."""

    q = _words(
        "Words inside title, quote, clause or document title, two characters and more. Brackets, "
        "quotation marks and spaces do not count. The name of a product, need or instrument finds its other "
        "spellings too, that of an instrument its measures.",
        shortest=2,
    )
    region = _words("A place in any writing: measures that a company there may reach.", "440100")
    sector = _words("A sector in words or as a GB/T 4754 code: measures not ruled out for a company of it.", "生物材料")
    stage = _words("How far a product or project is: measures not ruled out for a company at that stage.", "中试")
    instrument = Choice(tuple(Instrument), metadata=described("The kind of support."))
    document = _words("The id of a document.")
    status = Choice(STATUSES, metadata=described("The status of the document."))
    department = _words("A department as the document prints it: measures that it leads or shares.", "省工业和信息化厅")


class DocumentsQuery(PageQuery):
    """How much of each document is listed."""

    detail = Choice(("full", "brief"), load_default="full", metadata=described("`brief` leaves out text and clauses."))


class VocabularyQuery(StrictSchema):
    """What to look for in a vocabulary, or which page of it."""

    q = _words("Words whose nearest entries are wanted.")
    page = Whole(lowest=1, highest=LARGEST_PAGE, from_query=True, load_default=1, metadata=described("From 1."))
    per_page = Whole(
        lowest=1, highest=5000, from_query=True, load_default=1000, metadata=described("Entries on a page.")
    )


MOST_TENANTS = 100_000
MOST_COLUMNS = 256
VERDICTS = ("applicable", "possible")
STANDINGS = (*VERDICTS, "one_fact_short", "one_condition_short")


class Tenants(StrictField):
    """A list of profiles; each is read by the worker, so that a bad one never refuses the others."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        item = {"description": "A profile as `POST /v1/match` takes it; anything else is listed as a rejected row."}
        return {"type": "array", "items": item, "minItems": 1, "maxItems": MOST_TENANTS}

    def _deserialize(self, value: object, *_: object, **__: object) -> list[Any]:
        if not isinstance(value, list):
            raise refusal("not_list")
        if not value:
            raise refusal("too_few", limit=1)
        if len(value) > MOST_TENANTS:
            raise refusal("too_many", limit=MOST_TENANTS, count=len(value))
        return value


class JsonObject(StrictField):
    """Any JSON object; what stands in it is checked where it is understood."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return {"type": "object", "additionalProperties": True}

    def _deserialize(self, value: object, *_: object, **__: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refusal("not_an_object")
        return value


class Corrections(StrictField):
    """Heading -> field, with a unit in brackets where it has one; null for a column not to be read."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        target = {"type": ["string", "null"], "minLength": 1, "maxLength": TEXT_CHARACTERS}
        return {"type": "object", "maxProperties": MOST_COLUMNS, "additionalProperties": target}

    def _deserialize(self, value: object, *_: object, **__: object) -> dict[str, str]:
        return load_items(value, _target, most=MOST_COLUMNS)


def _target(value: object) -> str:
    target = "" if value is None else clean_text(value)
    if value is not None and not target:
        raise refusal("too_short", limit=1)
    return target


class DocumentOrId(StrictField):
    """The id of a document, or a document; what stands in it is checked where documents are understood."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        needed = ("id", "title", "region", "status", "text")
        properties = {name: {"type": "string", "minLength": 1} for name in needed}
        sent = {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": True}
        return {"oneOf": [{"type": "string", "minLength": 1}, sent]}

    def _deserialize(self, value: object, *_: object, **__: object) -> str | dict[str, Any]:
        if not isinstance(value, str | dict) or not value:
            raise refusal("not_a_document")
        return value


class ScreeningQuestion(StrictSchema):
    """Tenants to screen, the day it is about, the documents considered."""

    tenants = Tenants(required=True)
    on = Day(metadata=described("The day the question is about, today in China if not given."), load_default=today)
    statuses = Choices(
        STATUSES,
        fewest=1,
        metadata=described("Documents to consider, both kinds if not given."),
    )
    columns = Corrections(
        metadata=described(
            "What columns are, over what their headings say: heading -> field, with its unit as in "
            "`annual_revenue_cny(万元)`, null for a column not to be read."
        )
    )


class ListedVerdict(Choice):
    """A verdict of which measures are listed; those that do not apply are only counted."""

    def _deserialize(self, value: object, *rest: object, **more: object) -> str:
        if value == MeasureVerdict.NOT_APPLICABLE:
            raise refusal("only_counted", allowed=", ".join(self.allowed))
        return super()._deserialize(value, *rest, **more)


class MatrixFilter(PageQuery):
    """Which part of the matrix of tenants and measures; all that is given must hold."""

    verdict = ListedVerdict(
        VERDICTS,
        metadata=described(
            "Only what is listed with this verdict at least once; `not_applicable` is counted and never "
            "listed. It changes no counts."
        ),
    )
    instrument = Choice(tuple(Instrument), metadata=described("Only measures of this kind of support."))
    status = Choice(STATUSES, metadata=described("Only measures in documents of this status."))
    region = _words("A place in any writing: only tenants inside it.", "440100")


class MeasureTenantsQuery(PageQuery):
    """Which tenants of one measure; all that is given must hold."""

    standing = Choice(
        STANDINGS,
        metadata=described(
            "`one_fact_short`: one answer would settle it; `one_condition_short`: all is met but one "
            "condition that a company can change. Applicable and possible ones if not given."
        ),
    )
    verdict = ListedVerdict(VERDICTS, metadata=described("Only tenants for which this is the verdict."))
    region = _words("A place in any writing: only tenants inside it.")


class NoQuery(StrictSchema):
    """No parameters: an unknown one is refused, never left out silently."""


class TenantMatchQuery(StrictSchema):
    """Which part of a tenant's match."""

    limit = Whole(
        lowest=1,
        highest=LARGEST_LIMIT,
        from_query=True,
        metadata=described("Most recommendations, 20 if not given."),
    )
    offset = Whole(lowest=0, highest=LARGEST_OFFSET, from_query=True, metadata=described("Recommendations to skip."))
    detail = Choice(
        ("full", "brief"),
        metadata=described("`brief` leaves out features, conditions and evidence; `full` if not given."),
    )


class PreviewQuestion(StrictSchema):
    """A draft measure in the form of a rule pack, to be tried on the tenants of a screening."""

    screening = Text(required=True, metadata=described("The id of a finished screening."))
    document = DocumentOrId(
        required=True,
        metadata=described(
            "The document that the draft quotes: an id of the catalogue, or the document itself with "
            "the keys of document.yaml; `id`, `title`, `region`, `status` and `text` at least."
        ),
    )
    measure = JsonObject(required=True, metadata=described("The measure, as it would stand in a rule pack."))
    defaults = JsonObject(metadata=described("`region` and `sector` that every measure of its pack has."))
    page = Whole(lowest=1, highest=LARGEST_PAGE, load_default=1, metadata=described("From 1."))
    per_page = Whole(lowest=1, highest=100, load_default=20, metadata=described("Tenants on a page."))
