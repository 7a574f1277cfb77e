"""Whom to call, what became of it, and every pair with its reason, as lines of a table: a CSV file or a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]

from seeds.documents import clause_name
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
PAIR_KEYS = (
    "row", "external_id", "uscc", "name", "measure", "verdict", "reason", "gap", "quote", "clause", "document",
    "status", "departments", "deadline", "amount", "work", "note",
)  # fmt: skip
PAIR_WIDTHS = (8, 14, 22, 30, 40, 12, 50, 16, 60, 30, 40, 18, 36, 24, 24, 12, 30)
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


def pair_lines(calls: CallList, most: int) -> Iterator[Line]:
    """Yield a line for each pair that is shown or one condition short, by row, `most` of them."""
    pairs = (pair for number in calls.parts.numbers for pair in _pairs_of_chunk(calls, number))
    writer = _PairWriter(calls)
    for pair in islice(pairs, most):
        yield writer.line(pair)


def _pairs_of_chunk(calls: CallList, number: int) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a chunk by row; those one condition short come after those that are shown."""
    columns = ["row", *CALLED, "measure_id", "verdict", "unknown"]
    shown = pq.read_table(calls.parts.folder.part(number), columns=columns).to_pylist()
    near = pq.read_table(calls.parts.folder.near(number)).to_pylist()
    called = calls.parts.called([one["row"] for one in near])
    short = [{**called[one["row"]], **one, "verdict": "near"} for one in near]
    return merge(shown, short, key=itemgetter("row"))


@dataclass(frozen=True)
class _PairWriter:
    """Writes pairs; what is said of a measure alone is worked out once."""

    calls: CallList
    _measures: dict[str, list[str]] = field(default_factory=dict)
    _conditions: dict[tuple[str, str], str] = field(default_factory=dict)

    def line(self, pair: Mapping[str, Any]) -> Line:
        """Return the line of a pair."""
        words, measure_id = self.calls.words, pair["measure_id"]
        title, *stated = self._stated(measure_id)
        step = self.calls.steps.get((pair["row"], measure_id))
        gap = self.calls.stated.gap(pair["fact"], pair["gap"]) if pair.get("gap") is not None else None
        return [
            pair["row"], *(pair[name] or "" for name in CALLED), title, words[f"verdict.{pair['verdict']}"],
            self._reason(pair), gap or "", *stated, words[f"work.{step.status}"] if step else "",
            step.note if step else "",
        ]  # fmt: skip

    def _reason(self, pair: Mapping[str, Any]) -> str:
        words, measure_id = self.calls.words, pair["measure_id"]
        facts = [pair["fact"]] if pair["verdict"] == "near" else [one["fact"] for one in pair["unknown"]]
        asked = dict.fromkeys(self._condition(measure_id, fact) for fact in facts)
        return words[f"reason.{pair['verdict']}"].format(conditions=words["semicolon"].join(filter(None, asked)))

    def _condition(self, measure_id: str, fact: str) -> str:
        if (measure_id, fact) not in self._conditions:
            measure, stated = self.calls.catalogue.measures.get(measure_id), self.calls.stated
            asking = stated.asking(measure, fact) if measure else None
            self._conditions[measure_id, fact] = stated.labeller.label(asking[0]) if asking else ""
        return self._conditions[measure_id, fact]

    def _stated(self, measure_id: str) -> list[str]:
        """Return title, quote, clause, document, status, departments, applications and amount of a measure."""
        if measure_id not in self._measures:
            self._measures[measure_id] = list(self._said(measure_id))
        return self._measures[measure_id]

    def _said(self, measure_id: str) -> Iterator[str]:
        words, stated, nothing = self.calls.words, self.calls.stated, self.calls.words["not_stated"]
        yield title_of(self.calls.catalogue, measure_id, self.calls.language)
        measure = self.calls.catalogue.measures.get(measure_id)
        if measure is None:  # the catalogue no longer has it
            yield from [""] * 7
            return
        document = self.calls.catalogue.documents[measure.document]
        yield measure.source.quote
        yield clause_name(document, measure.source.clause)
        yield stated.document(measure)
        yield words[f"status.{document.status}"]
        yield words["comma"].join(stated.departments(measure)) or nothing
        yield stated.deadline(measure)
        yield stated.amount(measure) or nothing
