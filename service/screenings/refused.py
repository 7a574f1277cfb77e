"""Rows that are no company's profile: those the file's reader refused, and those whose declared facts were refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter
from typing import Any

import orjson

from matcher.errors import MatchError
from service.declared import complaints_of_facts
from service.problems import Complaint
from service.schemas.screening_answers import RejectedRow
from service.screenings.folders import Folder

Json = dict[str, Any]


def rejected_rows(folder: Folder, numbers: Iterable[int], language: str) -> list[RejectedRow]:
    """Return one item a fault, by row, worded in one language."""
    raw = raw_rejected(folder, numbers)
    return [_worded(item["row"], fault, language) for item in raw for fault in item["faults"]]


def raw_rejected(folder: Folder, numbers: Iterable[int]) -> Iterator[Json]:
    """Yield the rejected rows by row, each with its faults in both languages."""
    decided = (line for number in numbers for line in _lines(folder, number))
    return merge(_lines(folder, None), decided, key=itemgetter("row"))


def refused_facts(row: int, error: MatchError) -> Json:
    """Return a row whose declared facts the catalogue does not know, as the reader of files tells its own."""
    return {
        "row": row,
        "line": None,
        "faults": [_fault(complaint) for complaint in complaints_of_facts(error.faults)],
    }


def _fault(complaint: Complaint) -> Json:
    fault: Json = {
        "field": complaint.pointer.removeprefix("/profile/"), "heading": "", "value": "", "code": complaint.published,
    }  # fmt: skip
    for language in ("zh", "en"):
        fault[f"message_{language}"], fault[f"hint_{language}"] = complaint.worded(language)
    return fault


def _lines(folder: Folder, number: int | None) -> Iterator[Json]:
    path = folder.rejected(number)
    if path.is_file():
        with path.open("rb") as lines:
            yield from map(orjson.loads, lines)


def _worded(row: int, fault: Json, language: str) -> RejectedRow:
    ending = "en" if language == "en" else "zh"
    return RejectedRow(
        row=row, field=fault["field"] or None, heading=fault["heading"] or None, value=fault["value"] or None,
        code=fault["code"], message=fault[f"message_{ending}"], hint=fault[f"hint_{ending}"] or None,
    )  # fmt: skip
