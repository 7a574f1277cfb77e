"""The question of POST /v1/match, loaded into dataclasses, and complaints about the facts that a profile declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from matcher.profiles.profile import MatchRequest, Profile
from matcher.profiles.reader import DeclaredFacts
from rules.catalogue.catalogue import Catalogue
from seeds.faults import Fault
from seeds.profile_fields import Kind, profile_fields
from service.clock import today
from service.complaints import Complaint, StrictSchema
from service.intake.profile.fields import (
    LARGEST_COUNT,
    Choice,
    Choices,
    CreditCode,
    Day,
    Facts,
    Flag,
    Money,
    Place,
    StrictField,
    Text,
    Texts,
    Whole,
    described,
    refusal,
)

LARGEST_LIMIT = 100
LARGEST_OFFSET = 10_000
PROFILE_CHARACTERS = 8_000
"""Every text is compared with every name and sentence; a company is described in far fewer words."""

STATUSES = ("in_force", "draft")


_SHAPES: Mapping[Kind, Callable[..., StrictField]] = {
    Kind.TEXT: Text,
    Kind.CODE: CreditCode,
    Kind.PLACE: Place,
    Kind.LIST: Texts,
    Kind.WHOLE: partial(Whole, lowest=0, highest=LARGEST_COUNT),
    Kind.MONEY: Money,
    Kind.DATE: Day,
    Kind.FLAG: Flag,
    Kind.DECLARED: Facts,
}
"""How JSON states a field, by its kind."""


class _Profile(StrictSchema):
    """What a company says of itself; every field may be missing or null."""

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
    return _SHAPES[field.kind](allow_none=True, metadata=reported)


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
    include = Choices(("not_applicable",), metadata=described("Also answer with measures that do not apply."))

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
        latest = max(data.get("on") or today(), today())
        if founded and founded > latest:
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
    facts = DeclaredFacts.of(catalogue)
    return lambda declared: complaints_of_facts(facts.faults_of(declared))


def complaints_beside(valid: object, facts: DeclaredFacts | None) -> list[Complaint]:
    """Return what is wrong with the declared facts in the part of a request that is in order.

    A request whose shape has faults is never matched; this tells of its facts in the same answer.
    """
    profile = valid.get("profile") if isinstance(valid, Mapping) else None
    declared = profile.get("facts") if isinstance(profile, Mapping) else getattr(profile, "facts", None)
    if facts is None or not isinstance(declared, Mapping):
        return []
    return complaints_of_facts(facts.faults_of(declared))
