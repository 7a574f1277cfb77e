"""What is asked in a body, loaded strictly: a match with its profile, screenings, drafts to be tried.

What a profile declares as facts is complained about here too; its fields come from seeds/vocabularies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validates_schema

from matcher.profiles.declared import DeclaredFacts
from matcher.profiles.profile import QUESTION, MatchRequest, Profile
from rules.catalogue.catalogue import Catalogue
from rules.language.amounts import Interval, parse_days, parse_interval, parse_money
from seeds.faults import Fault
from seeds.profile_fields import Kind, profile_fields
from service.clock import today
from service.complaints import Complaint, StrictSchema
from service.intake.queries import LARGEST_LIMIT, LARGEST_OFFSET, LARGEST_PAGE, STATUSES
from service.intake.strict_fields import (
    LARGEST_COUNT,
    LARGEST_MONEY,
    TEXT_CHARACTERS,
    Choice,
    Choices,
    CreditCode,
    Day,
    Facts,
    Flag,
    JsonSchema,
    Money,
    Place,
    StrictField,
    Text,
    Texts,
    Whole,
    clean_text,
    described,
    load_items,
    refusal,
)

PROFILE_CHARACTERS = 8_000
"""Every text is compared with every name and sentence; a company is described in far fewer words."""


class Ranged(StrictField):
    """A figure or a day, or between what it lies as a text: 100-499, ≥50, 2015-03."""

    def __init__(self, exact: StrictField, pattern: str, **options: Any) -> None:  # noqa: ANN401 - marshmallow's
        """Keep how an exact one is stated, and the texts that are promised; more are understood."""
        super().__init__(**options)
        self.exact, self.pattern = exact, pattern

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        stated = self.exact.json_schema()
        return {"anyOf": [*stated.get("anyOf", [stated]), {"type": "string", "pattern": self.pattern}]}

    def _deserialize(self, value: object, *_: object, **__: object) -> Any:  # noqa: ANN401 - a figure, a day, an interval
        if isinstance(value, str) and len(value) <= TEXT_CHARACTERS:
            between = parse_days(value) if isinstance(self.exact, Day) else parse_interval(value, self._end)
            if between is not None:
                return between
        return self.exact.deserialize(value)

    def _end(self, text: str) -> float:
        most = LARGEST_MONEY if isinstance(self.exact, Money) else LARGEST_COUNT
        end = parse_money(text) if isinstance(self.exact, Money) else float(text.removesuffix("人"))
        if not 0 <= end <= most:
            raise ValueError(text)
        return end


_BOUND = "^[≥≤][0-9]{1,8}$"
_PAST = "^(19[0-9]{2}|20[01][0-9])(-(0[1-9]|1[0-2]))?$"

_SHAPES: Mapping[Kind, Callable[..., StrictField]] = {
    Kind.TEXT: Text,
    Kind.SCOPE: Text,
    Kind.CODE: CreditCode,
    Kind.PLACE: Place,
    Kind.LIST: Texts,
    Kind.ASKED: Texts,
    Kind.WHOLE: partial(Ranged, Whole(lowest=0, highest=LARGEST_COUNT), _BOUND),
    Kind.MONEY: partial(Ranged, Money(), _BOUND),
    Kind.DATE: partial(Ranged, Day(), _PAST),
    Kind.FLAG: Flag,
    Kind.DECLARED: Facts,
}
"""How JSON states a field, by its kind."""

_LIMITS = ((Kind.TEXT, "limit"), (Kind.SCOPE, "limit"), (Kind.LIST, "scope"))
"""What the most characters of a field limit, by its kind."""


DECLARED = frozenset(field.id for field in profile_fields().by_id.values() if field.fact)
"""Facts that a profile may state beside its fields too, as a table does in columns of their own."""


class _Profile(StrictSchema):
    """What a company says of itself; every field may be missing or null."""

    @pre_load
    def gather_facts(self, data: Any, **_: Any) -> Any:  # noqa: ANN401 - marshmallow's signature
        """Put what is stated beside the fields among the declared facts, which go before it."""
        facts = data.get("facts") if isinstance(data, Mapping) else None
        beside = {name: data[name] for name in data if name in DECLARED} if isinstance(data, Mapping) else {}
        if not beside or not (facts is None or isinstance(facts, Mapping)):
            return data
        stated = {name: value for name, value in beside.items() if value is not None}
        return {**{name: data[name] for name in data if name not in beside}, "facts": {**stated, **(facts or {})}}

    @validates_schema(skip_on_field_errors=False)
    def refuse_a_book(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - marshmallow's signature
        """Raise ValidationError when the lists together hold more text than a company's description."""
        count = sum(len(text) for value in data.values() if isinstance(value, tuple) for text in value)
        if count > PROFILE_CHARACTERS:
            raise refusal("too_much_text", limit=PROFILE_CHARACTERS, count=count)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Profile:  # noqa: ANN401 - marshmallow's signature
        """Build the profile; null and missing are the same."""
        return Profile(**{name: value for name, value in data.items() if value is not None})


def _field(name: str) -> StrictField:
    """Return how JSON states one field of a profile, as seeds/vocabularies/profile_fields.yaml tells."""
    field = profile_fields().by_id[name]
    reported = described(field.api.description, field.api.example) if field.api else {}
    limits = {name: field.longest for kind, name in _LIMITS if kind is field.kind}
    return _SHAPES[field.kind](allow_none=True, metadata=reported, **limits)


ProfileSchema = _Profile.from_dict({name: _field(name) for name in profile_fields().api}, name="ProfileSchema")


class MatchRequestSchema(StrictSchema):
    """One question: whose profile, which day, which documents, which page of the answer."""

    profile = fields.Nested(ProfileSchema, required=True, error_messages={"required": "required", "null": "null"})
    limit = Whole(lowest=1, highest=LARGEST_LIMIT, metadata=described("Most recommendations, 20 if not given."))
    offset = Whole(lowest=0, highest=LARGEST_OFFSET, metadata=described("Recommendations to skip."))
    detail = Choice(
        ("full", "brief"),
        metadata=described("`brief` leaves out features, conditions and evidence; `full` if not given."),
    )
    on = Day(metadata=described("The day the question is about, today in China if not given."), load_default=today)
    statuses = Choices(STATUSES, fewest=1, metadata=described("Documents to consider, both kinds if not given."))
    include = Choices(
        ("general", "not_applicable", QUESTION),
        metadata=described(
            "Also answer with measures open to a whole field or to all, which are set aside where others are nearer to "
            "the company (general), with those that do not apply (not_applicable), with the question itself (question)."
        ),
    )
    catalogue = Text(
        metadata=described("The version of the edition that shall answer (`GET /v1/editions`), else the one in force.")
    )

    def complain_of(self, name: str) -> Complaint:
        """Return the complaint about an unknown field; one of the profile belongs inside it."""
        if name not in ProfileSchema().fields:
            return super().complain_of(name)
        return Complaint(code="field_of_profile", params={"name": name})

    @validates_schema(skip_on_field_errors=False)
    def refuse_the_future(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - marshmallow's signature
        """Raise ValidationError when the company will only be founded, today and on the day asked about.

        Other faults do not hide this one: `data` holds what is in order, a profile with faults as plain data.
        """
        profile = data.get("profile")
        founded = profile.get("founded_on") if isinstance(profile, dict) else getattr(profile, "founded_on", None)
        founded = date.fromordinal(int(founded.low)) if isinstance(founded, Interval) else founded
        if founded and founded > (latest := max(data.get("on") or today(), today())):
            complaint = Complaint(code="in_the_future", params={"on": latest.isoformat()})
            raise ValidationError({"profile": {"founded_on": [complaint]}})

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> MatchRequest:  # noqa: ANN401 - marshmallow's signature
        """Build the question in Chinese; the view puts the caller's language in."""
        return MatchRequest(**data)


def complaints_of_facts(faults: Iterable[Fault]) -> list[Complaint]:
    """Turn what the matcher refuses of declared facts into complaints about the request."""
    return [Complaint(code=one.code, pointer=f"/profile{one.pointer}", params=one.params) for one in faults]


def judge_of_facts(catalogue: Catalogue) -> Callable[[Mapping[str, Any]], list[Complaint]]:
    """Return what tells the complaints about declared facts by one catalogue."""
    return partial(_complaints, DeclaredFacts.of(catalogue))


def _complaints(facts: DeclaredFacts, declared: Mapping[str, Any]) -> list[Complaint]:
    return complaints_of_facts(facts.faults_of(declared))


def complaints_beside(valid: object, facts: DeclaredFacts | None) -> list[Complaint]:
    """Return what is wrong with the declared facts in the part of a request that is in order.

    A request whose shape has faults is never matched; this tells of its facts in the same answer.
    """
    profile = valid.get("profile") if isinstance(valid, Mapping) else None
    declared = profile.get("facts") if isinstance(profile, Mapping) else getattr(profile, "facts", None)
    if facts is None or not isinstance(declared, Mapping):
        return []
    return complaints_of_facts(facts.faults_of(declared))


MOST_TENANTS = 100_000
MOST_COLUMNS = 256


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


class JsonObjects(StrictField):
    """A list of any JSON objects; what stands in them is checked where it is understood."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return {"type": "array", "items": {"type": "object", "additionalProperties": True}}

    def _deserialize(self, value: object, *_: object, **__: object) -> list[Any]:
        if not isinstance(value, list):
            raise refusal("not_list")
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
    place = Place(metadata=described("Where tenants are whose row names no place: that of the park.", "合肥市长丰县"))
    sector = Text(metadata=described("The sector of tenants whose row names neither sector nor product.", "生物材料"))
    name = Text(metadata=described("What the screening is called; the name of the file if not given.", "一期园区"))
    sheets = Choice(
        ("one", "all"),
        metadata=described("`all` reads every sheet of a workbook, one after the other; else the likeliest."),
    )
    columns = Corrections(
        metadata=described(
            "What columns are, over what their headings say: heading -> field, with its unit as in "
            "`annual_revenue_cny(万元)`, null for a column not to be read, `own` for one that is kept as it stands."
        )
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
    schema = Whole(lowest=1, highest=2, load_default=1, metadata=described("The format of the pack."))
    facts = JsonObjects(metadata=described("Facts that its pack defines, in format 2."))
    page = Whole(lowest=1, highest=LARGEST_PAGE, load_default=1, metadata=described("From 1."))
    per_page = Whole(lowest=1, highest=100, load_default=20, metadata=described("Tenants on a page."))
