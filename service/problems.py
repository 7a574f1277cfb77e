"""What can be wrong with a request, as data: no HTTP, only codes, places and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from seeds.wording import worded

MOST_COMPLAINTS = 100
"""A body with a million mistakes gets the first hundred; `detail` says how many there were."""

_OF_FACTS = (
    "fact_unknown", "fact_no_entry", "fact_no_entry_but_near", "fact_no_flag", "fact_no_condition", "fact_no_number",
    "fact_no_number_of_unit", "fact_no_money", "fact_no_share", "fact_no_rate", "fact_no_date",
)  # fmt: skip
PUBLISHED: Mapping[str, str] = {
    **dict.fromkeys(_OF_FACTS, "bad_fact"),
    "field_of_profile": "unknown_field",
    "no_heading_but_near": "no_heading",
    "cell_not_flag": "not_flag",
    "cell_credit_code_number": "credit_code_number",
    "too_many_records": "records_exceeded",
    "more_than_a_day": "records_exceeded",
}
"""A code that is finer than what the API publishes -> the published one."""


def published(code: str) -> str:
    """Return the code that the API publishes for one of seeds/messages."""
    return PUBLISHED.get(code, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One fault: `code` names its words (seeds/messages), `params` fill them, `pointer` is RFC 6901.

    `under` is the code it is published with where that depends on the call. A page that has words of its own gives
    `message` and `hint`.
    """

    code: str
    pointer: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    under: str = ""
    message: str = ""
    hint: str = ""

    @property
    def published(self) -> str:
        """The code that the API answers with."""
        return self.under or published(self.code)

    def worded(self, language: str) -> tuple[str, str]:
        """Return the message and the hint."""
        if self.message:
            return self.message, self.hint
        message, hint = worded(self.code, self.params, language)
        return message, self.hint or hint


class RequestError(Exception):
    """A request that cannot be answered: the kind of problem (errors.py) and every complaint found."""

    def __init__(self, kind: str, complaints: Iterable[Complaint] = (), *, retry_after: int | None = None) -> None:
        """Keep the kind, the complaints in the order found, and in how many seconds to try again."""
        self.kind = kind
        self.retry_after = retry_after
        self.complaints = tuple(complaints)
        super().__init__(kind)


def pointer_to(*steps: str | int) -> str:
    """Return the JSON pointer made of `steps`, each escaped as RFC 6901 says."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
