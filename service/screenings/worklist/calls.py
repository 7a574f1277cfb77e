"""The list of whom to call: who, for which fact or condition, which measures that opens, and a message to send.

Every word of a measure is that of its text; what the text does not state is said to be not stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from msgspec import Struct, structs

from rules.catalogue.catalogue import Catalogue
from rules.language.measures import Measure, MeasureKind
from rules.language.windows import WindowStanding
from seeds.documents import DocumentStatus
from seeds.faults import load_words
from seeds.regions import region_label
from service.screenings.stored.matrix import Parts
from service.screenings.worklist.openings import Caller, callers, openings, ranked
from service.screenings.worklist.stated import WORDS, StatedWords
from service.screenings.worklist.work import SETTLED, WorkStatus, WorkStep
from service.shapes.published import closed
from service.shapes.reading import Page

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
