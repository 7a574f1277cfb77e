"""What is asked about a text whose quotes and citations are to be checked."""

from __future__ import annotations

from matcher.citations.check import MOST_PASSAGES
from service.clock import today
from service.complaints import StrictSchema
from service.intake.strict_fields import Day, JsonSchema, StrictField, described, refusal

LONGEST_TEXT = 50_000
"""A long report; a book is sent by the chapter."""


class WholeText(StrictField):
    """A text as it is, nothing cleaned: offsets into it are answered."""

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema."""
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if not isinstance(value, str):
            raise refusal("not_text")
        if not value:
            raise refusal("too_short", limit=1)
        if len(value) > LONGEST_TEXT:
            raise refusal("too_long", limit=LONGEST_TEXT)
        return value


class CitationsQuestion(StrictSchema):
    """A text whose quotes and citations are to be checked."""

    text = WholeText(
        required=True,
        metadata=described(
            'Any text. Checked is what stands in 「…」, 『…』, “…” or "…", titles in 《…》, document numbers and '
            f"numbers of clauses; {MOST_PASSAGES} of them at most.",
            "根据《广东省加快建设生物制造产业创新高地行动方案》二（三）2.，“落实首台（套）重大技术装备推广应用政策”。",
        ),
    )
    on = Day(metadata=described("The day the question is about, today in China if not given."), load_default=today)
