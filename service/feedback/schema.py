"""The questions and answers of the calls on feedback: what a reader reports, what editors list and close."""

from __future__ import annotations

from typing import Annotated, Any

from marshmallow import fields, validates_schema
from msgspec import Struct

from service.complaints import StrictSchema
from service.feedback.store import ReportState
from service.intake.queries import SEARCH_CHARACTERS, PageQuery
from service.intake.questions import ProfileSchema
from service.intake.strict_fields import TEXT_CHARACTERS, Choice, Flag, Text, refusal
from service.shapes.published import DATE_TIME, closed
from service.shapes.reading import Page

COMMENT_CHARACTERS = 500
VERDICTS = ("met", "unmet", "unknown")
STATES = ("open", "closed")


class FeedbackQuestion(StrictSchema):
    """One condition of one measure that came out wrong, in the words of a reader."""

    measure_id = Text(
        required=True, metadata={"description": "The measure.", "examples": ["ah-pilot-base-hefei-bengbu"]}
    )
    fact = Text(required=True, metadata={"description": "The fact that the condition reads.", "examples": ["region"]})
    condition = Text(
        limit=20,
        metadata={
            "description": "Its place in `conditions` of the answer, from 0; `2.0` is the first part of the third. "
            "Needed only where several conditions read the same fact.",
            "examples": ["2"],
        },
    )
    verdict = Choice(VERDICTS, required=True, metadata={"description": "What the answer said.", "examples": ["met"]})
    should_be = Choice(VERDICTS, required=True, metadata={"description": "What it should say.", "examples": ["unmet"]})
    comment = Text(limit=COMMENT_CHARACTERS, metadata={"description": "Why; no personal data, please."})
    share_profile = Flag(
        metadata={"description": "Consent to store the profile, without name, credit code and own id."}
    )
    profile = fields.Nested(ProfileSchema, metadata={"description": "Not stored without `share_profile`."})
    catalogue = Text(limit=TEXT_CHARACTERS, metadata={"description": "`catalogue.version` of the answer."})
    lang = Choice(("zh", "en"), metadata={"description": "The language of the reader, `zh` if not given."})

    @validates_schema
    def refuse_what_says_nothing(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - marshmallow's signature
        """Raise ValidationError when nothing is to be corrected, or consent is given to nothing."""
        if data["verdict"] == data["should_be"]:
            raise refusal("same_verdict")
        if data.get("share_profile") and "profile" not in data:
            raise refusal("no_profile")


class FeedbackQuery(PageQuery):
    """Which reports; all that is given must hold."""

    measure = Text(limit=SEARCH_CHARACTERS, metadata={"description": "The id of a measure."})
    state = Choice(STATES, metadata={"description": "Open or closed, both if not given."})


class CasesQuery(StrictSchema):
    """Which reports are exported."""

    state = Choice((*STATES, "all"), load_default="open", metadata={"description": "`open` if not given."})


class ClosingQuestion(StrictSchema):
    """What an editor notes at a report that is dealt with."""

    note = Text(limit=COMMENT_CHARACTERS, metadata={"description": "What was done about it."})


class FeedbackTaken(Struct, frozen=True, kw_only=True):
    """A report that was stored."""

    id: str
    profile_stored: bool
    expires_at: Annotated[str, "When it is deleted.", DATE_TIME]


class FeedbackReport(Struct, frozen=True, kw_only=True):
    """One report as editors see it."""

    id: str
    state: ReportState
    measure: Annotated[str, "The id of the measure."]
    fact: str
    condition: Annotated[str | None, "Its place in `conditions` of the answer."]
    label: Annotated[str | None, "The condition in words; null when the measure is no longer in the catalogue."]
    verdict: Annotated[str, closed(*VERDICTS)]
    should_be: Annotated[str, closed(*VERDICTS)]
    comment: str
    profile: Annotated[Any, "What the reader consented to share, null without consent."]
    catalogue: str | None
    lang: str
    created_at: Annotated[str, DATE_TIME]
    expires_at: Annotated[str, DATE_TIME]
    closed_at: Annotated[str | None, DATE_TIME]
    note: str


class FeedbackReports(Page, frozen=True, kw_only=True):
    """A page of reports, newest first."""

    items: tuple[FeedbackReport, ...]
