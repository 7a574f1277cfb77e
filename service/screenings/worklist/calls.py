"""Whom to call: who, for which fact or condition, what that opens, a message to send; all of it as lines of a table.

Every word of a measure is that of its text; what the text does not state is said to be not stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Annotated, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from msgspec import Struct, structs

from rules.catalogue.catalogue import Catalogue
from rules.language.measures import Measure, MeasureKind
from rules.language.windows import WindowStanding
from seeds.documents import DocumentStatus, clause_name
from seeds.faults import load_words
from seeds.regions import region_label
from service.clock import moment
from service.screenings.stored.matrix import Parts, title_of
from service.screenings.stored.parts import CALLED, OwnColumns
from service.screenings.worklist.openings import WORDS, Caller, StatedWords, callers, openings, ranked
from service.screenings.worklist.work import SETTLED, WorkStatus, WorkStep
from service.shapes.published import Page, closed

FIRST = 20
IN_A_MESSAGE = 5
"""So many measures are told in a message; a longer one is not read."""


class CallMeasure(Struct, frozen=True, kw_only=True):
    """One measure that the fact or condition opens; what its text does not state is null."""

    measure_id: str
    title: str
    kind: MeasureKind
    document: Annotated[str, "Title, with the number where there is one."]
    document_status: Annotated[str, closed(*DocumentStatus)]
    condition: Annotated[str, "What is asked, in one phrase."]
    cite: Annotated[str, "The words of the text that ask it."]
    gap: Annotated[str | None, "How far a number is away."]
    window: WindowStanding
    deadline: Annotated[str, "How applications stand, in words."]
    amount: Annotated[str | None, "As stated, in words."]
    departments: Annotated[tuple[str, ...], "As printed, who leads first."]
    quote: Annotated[str, "The operative sentence."]
    work: WorkStatus
    note: str


class Call(Struct, frozen=True, kw_only=True):
    """One tenant to call, for one fact or one condition."""

    row: int
    external_id: str
    uscc: str
    name: str
    place: str
    kind: Annotated[str, closed("fact", "condition"), "A fact to ask for, or the one condition that is not met."]
    fact: str
    label: str
    question: str
    measures: tuple[CallMeasure, ...]
    message: Annotated[str, "Plain text to send."]


class Calls(Page, frozen=True, kw_only=True):
    """A page of tenants to call, the one for whom most opens first."""

    items: tuple[Call, ...]


Steps = Mapping[tuple[int, str], WorkStep]


@dataclass(frozen=True, kw_only=True)
class CallList:
    """The calls of one finished screening, in one language."""

    parts: Parts
    catalogue: Catalogue
    on: date
    language: str
    steps: Steps

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Return the words."""
        return load_words(WORDS, self.language)

    @cached_property
    def own(self) -> OwnColumns:
        """Return the operator's own columns, which stand last in each table."""
        return self.parts.own

    @cached_property
    def _openings(self) -> pa.Table:
        return openings(self.parts)

    @cached_property
    def _settled(self) -> frozenset[tuple[int, str]]:
        return frozenset(pair for pair, step in self.steps.items() if step.status in SETTLED)

    @cached_property
    def order(self) -> pa.Table:
        """Return the tenants to call, in order."""
        return ranked(self._openings, self.catalogue, self._settled)

    def callers(self, start: int, end: int) -> list[Caller]:
        """Return whom to call from one place in the order to another."""
        return callers(self._openings, self.order.slice(start, max(0, end - start)), self._settled)

    def missing(self, rows: Sequence[int]) -> list[tuple[int, str]]:
        """Return (row, fact) for each measure that an answer of one of some tenants would settle."""
        asked = self._openings.filter(~pc.field("is_condition") & pc.field("row").isin(pa.array(rows, pa.int32())))
        return [
            (one["row"], one["fact"])
            for one in asked.to_pylist()
            if (one["row"], one["measure_id"]) not in self._settled and one["measure_id"] in self.catalogue.measures
        ]

    def calls(self, start: int, end: int) -> tuple[Call, ...]:
        """Return the calls from one place in the order to another."""
        wanted = self.callers(start, end)
        called = self.parts.called([one.row for one in wanted], "region")
        return tuple(self._call(one, called[one.row]) for one in wanted)

    def _call(self, caller: Caller, called: Mapping[str, Any]) -> Call:
        known = [self.catalogue.measures[name] for name in caller.opens if name in self.catalogue.measures]
        measures = tuple(sorted((self._measure(caller, one) for one in known), key=_by_use))
        fact = self.catalogue.facts.get(caller.fact)
        label = fact.label(self.language) if fact else measures[0].condition
        question = fact.question(self.language) if fact else self.words["confirm"].format(label=label)
        region = called["region"]
        call = Call(
            row=caller.row,
            external_id=called["external_id"] or "",
            uscc=called["uscc"] or "",
            name=called["name"] or "",
            place=region_label(self.catalogue.vocabularies["regions"], region, self.language) if region else "",
            kind="condition" if caller.is_condition else "fact",
            fact=caller.fact,
            label=label,
            question=question,
            measures=measures,
            message="",
        )
        return structs.replace(call, message=self._told(call))

    def _measure(self, caller: Caller, measure: Measure) -> CallMeasure:
        document, asking = self.catalogue.documents[measure.document], self.stated.asking(measure, caller.fact)
        step = self.steps.get((caller.row, measure.id))
        return CallMeasure(
            measure_id=measure.id,
            title=measure.title_in(self.language),
            kind=measure.kind,
            document=self.stated.document(measure),
            document_status=document.status.value,
            condition=self.stated.labeller.label(asking[0]) if asking else "",
            cite=asking[1].cite.quote if asking else measure.source.quote,
            gap=self.stated.gap(caller.fact, caller.opens[measure.id]),
            window=self.stated.window(measure),
            deadline=self.stated.deadline(measure),
            amount=self.stated.amount(measure),
            departments=self.stated.departments(measure),
            quote=measure.source.quote,
            work=step.status if step else WorkStatus.NONE,
            note=step.note if step else "",
        )

    @cached_property
    def stated(self) -> StatedWords:
        """Return what says what the texts state."""
        return StatedWords(self.catalogue, self.on, self.language)

    def _told(self, call: Call) -> str:
        """Return the message of a call: what is asked, for which measures, in the words of their texts."""
        words = self.words
        name = call.name or words["unnamed"].format(row=call.row)
        asked = words[f"message.{call.kind}"].format(label=call.label, question=call.question, count=len(call.measures))
        lines = [words["message.greeting"].format(name=name), asked]
        for number, one in enumerate(call.measures[:IN_A_MESSAGE], 1):
            lines += self._told_of(number, one)
        if len(call.measures) > IN_A_MESSAGE:
            lines.append(words["message.more"].format(count=len(call.measures) - IN_A_MESSAGE))
        return "\n".join([*lines, words["message.end"]])

    def _told_of(self, number: int, one: CallMeasure) -> Iterable[str]:
        words, nothing = self.words, self.words["not_stated"]
        condition = one.condition
        if one.gap:
            condition += words["semicolon"] + words["gap"].format(gap=one.gap)
        status = words[f"status.{one.document_status}"]
        yield words["message.measure"].format(number=number, title=one.title, status=status)
        yield words["message.document"].format(document=one.document)
        yield words["message.conditions"].format(condition=condition)
        yield words["message.window"].format(deadline=one.deadline)
        yield words["message.amount"].format(amount=one.amount or nothing)
        yield words["message.department"].format(departments=words["comma"].join(one.departments) or nothing)
        yield words["message.quote"].format(quote=one.quote)


def _by_use(one: CallMeasure) -> tuple[bool, bool, date, str]:
    """Order measures: to apply for before to cite, in force before drafts, by the day that applications close."""
    is_late = one.document_status != DocumentStatus.IN_FORCE
    return one.kind is not MeasureKind.SUPPORT, is_late, one.window.closes or date.max, one.measure_id


def calls_page(calls: CallList, query: Mapping[str, Any]) -> Calls:
    """Return the page asked for."""
    page, per_page, total = int(query["page"]), int(query["per_page"]), calls.order.num_rows
    items = calls.calls((page - 1) * per_page, page * per_page)
    return Calls(items=items, total=total, page=page, per_page=per_page, pages=-(-total // per_page))


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
    return [*(calls.words[f"file.{key}"] for key in keys), *calls.own.columns]


def call_lines(calls: CallList, most: int) -> Iterator[Line]:
    """Yield a line for each measure that a call opens, those of the first `most` calls; the message stands once."""
    for start in range(0, min(most, calls.order.num_rows), _A_PAGE):
        for rank, call in enumerate(calls.calls(start, min(most, start + _A_PAGE)), start + 1):
            own = calls.own.at(call.row)
            yield from ([*line, *own] for line in _lines_of(calls, rank, call))


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
    own, nothing = calls.own.of([step.row for step in taken]), dict.fromkeys(calls.own.columns, "")
    for step in taken:
        one = called.get(step.row, {})
        named = [one.get(name) or "" for name in CALLED]
        title = title_of(calls.catalogue, step.measure, calls.language)
        status = calls.words[f"work.{step.status}"]
        by = step.label or step.key_id
        more = own.get(step.row, nothing).values()
        yield [step.row, *named, step.measure, title, status, step.note, moment(step.at), by, *more]


def pair_lines(calls: CallList, most: int) -> Iterator[Line]:
    """Yield a line for each pair that is shown or one condition short, by row, `most` of them."""
    pairs = (pair for number in calls.parts.numbers for pair in _pairs_of_chunk(calls, number))
    writer = _PairWriter(calls)
    for row, of_row in groupby(islice(pairs, most), key=itemgetter("row")):
        own = calls.own.at(row)
        yield from ([*writer.line(pair), *own] for pair in of_row)


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
