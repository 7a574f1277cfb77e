"""What is wrong with a row, or what of it stays unknown, as data and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.messages import worded
from service.problems import Complaint
from service.tables.messages import word


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One thing wrong in a row: the field, its heading, what stands there (shortened), a code and its words.

    `reason` tells faults of declared facts apart; `position` is that of the column, -1 where there is none.
    """

    field: str
    heading: str
    value: str
    code: str
    params: Mapping[str, Any]
    reason: str = ""
    position: int = -1

    def worded(self, language: str = "zh") -> tuple[str, str]:
        """Return the message and the hint."""
        if self.reason:
            return worded(Complaint(code=self.code, params=self.params, reason=self.reason), language)
        return word(self.code, self.params, language)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, in both languages."""
        zh, hint_zh = self.worded("zh")
        en, hint_en = self.worded("en")
        return {
            "field": self.field, "heading": self.heading, "value": self.value, "code": self.code,
            "message_zh": zh, "hint_zh": hint_zh, "message_en": en, "hint_en": hint_en,
        }  # fmt: skip


def fault_of(complaint: Complaint, heading: str = "") -> RowFault:
    """Return a complaint about a profile as a fault of its row; its field is the pointer into the profile."""
    name = complaint.pointer.removeprefix("/profile").removeprefix("/")
    return RowFault(
        field=name, heading=heading, value="", code=complaint.code, params=complaint.params, reason=complaint.reason
    )
