"""What is wrong with a table or a row, or what of it stays unknown, as data; the words stand in seeds/messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seeds.errors import CodedError
from seeds.wording import worded
from service.problems import Complaint, published


class TableRefusedError(CodedError):
    """A whole file that is not read; the code and its parameters say why."""

    headings: tuple[str, ...] = ()
    """What may be the headings of a table in which none was understood."""


class CellError(CodedError):
    """A cell that states no value of its field."""


class LeftOpenError(CellError):
    """A cell that was understood and states nothing a condition can use: the row counts, its fact stays unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One thing wrong in a row: the field, its heading, what stands there (shortened), a code and its parameters.

    `position` is that of the column, -1 where there is none.
    """

    field: str
    heading: str
    value: str
    code: str
    params: Mapping[str, Any]
    position: int = -1

    @property
    def published(self) -> str:
        """The code that the API answers with."""
        return published(self.code)

    def worded(self, language: str) -> tuple[str, str]:
        """Return the message and the hint."""
        return worded(self.code, self.params, language)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, in both languages."""
        zh, hint_zh = self.worded("zh")
        en, hint_en = self.worded("en")
        return {
            "field": self.field, "heading": self.heading, "value": self.value, "code": self.published,
            "message_zh": zh, "hint_zh": hint_zh, "message_en": en, "hint_en": hint_en,
        }  # fmt: skip


def fault_of(complaint: Complaint, heading: str = "") -> RowFault:
    """Return a complaint about a profile as a fault of its row; its field is the pointer into the profile."""
    name = complaint.pointer.removeprefix("/profile").removeprefix("/")
    return RowFault(field=name, heading=heading, value="", code=complaint.code, params=complaint.params)
