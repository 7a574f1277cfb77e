"""The list of whom to call, and what became of it, as lines of a table: of a CSV file and of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from service.clock import moment
from service.screenings.stored.matrix import title_of
from service.screenings.stored.parts import CALLED
from service.screenings.worklist.calls import Call, CallList
from service.screenings.worklist.work import WorkStep

CALL_KEYS = (
    "rank", "row", "external_id", "uscc", "name", "place", "kind", "label", "opens", "measure", "document", "status",
    "condition", "gap", "deadline", "amount", "departments", "quote", "work", "note", "message",
)  # fmt: skip
CALL_WIDTHS = (8, 8, 14, 22, 30, 20, 16, 24, 10, 40, 40, 18, 36, 16, 24, 24, 36, 60, 12, 30, 60)
WORK_KEYS = ("row", "external_id", "uscc", "name", "measure_id", "measure", "work", "note", "at", "by")
_A_PAGE = 200

Line = Sequence[str | float]


def headings(calls: CallList, keys: Iterable[str]) -> list[str]:
    """Return the headings of a table."""
    return [calls.words[f"file.{key}"] for key in keys]


def call_lines(calls: CallList, most: int) -> Iterator[Line]:
    """Yield a line for each measure that a call opens, those of the first `most` calls; the message stands once."""
    for start in range(0, min(most, calls.order.num_rows), _A_PAGE):
        for rank, call in enumerate(calls.calls(start, min(most, start + _A_PAGE)), start + 1):
            yield from _lines_of(calls, rank, call)


def _lines_of(calls: CallList, rank: int, call: Call) -> Iterator[Line]:
    words, nothing = calls.words, calls.words["not_stated"]
    message = call.message
    for one in call.measures:
        yield [
            rank, call.row, call.external_id, call.uscc, call.name, call.place, words[f"kind.{call.kind}"], call.label,
            len(call.measures), one.title, one.document, words[f"status.{one.document_status}"], one.condition,
            one.gap or "", one.deadline, one.amount or nothing, words["comma"].join(one.departments) or nothing,
            one.quote, words[f"work.{one.work}"], one.note, message,
        ]  # fmt: skip
        message = ""


def work_lines(calls: CallList, steps: Iterable[WorkStep]) -> Iterator[Line]:
    """Yield a line a step."""
    taken = list(steps)
    called: Mapping[int, dict[str, Any]] = calls.parts.called([step.row for step in taken])
    for step in taken:
        one = called.get(step.row, {})
        named = [one.get(name) or "" for name in CALLED]
        title = title_of(calls.catalogue, step.measure, calls.language)
        status = calls.words[f"work.{step.status}"]
        yield [step.row, *named, step.measure, title, status, step.note, moment(step.at), step.label or step.key_id]
