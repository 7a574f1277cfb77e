"""The conditions of a measure as rows: how each came out, what was said, what is missing, how to answer it here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matcher.answers import Condition, Question
from rules.catalogue import Catalogue
from rules.drafting import Drafter
from rules.facts import IN_PERCENT, FactType
from rules.verdict import Verdict, Why
from seeds.regions import region_label
from service.pages.benefits import money_words
from service.pages.check_fields import Fields, ShownField
from service.pages.check_links import clause_address
from service.pages.clauses import clause_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the field that answers it and what stands in that field now."""

    question: str
    field: ShownField
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One condition: the requirement, its verdict in words and why, what the company said, and the gap.

    `asked` is there while an answer can still settle it; a group of conditions has its parts as rows.
    """

    place: str
    fact: str
    label: str
    verdict: str
    says: str
    reason: str
    said: str
    gap: str
    clause: str
    address: str
    asked: Asked | None
    parts: tuple[Row, ...]


class Rows:
    """Turns conditions of an answer into rows, in one language."""

    def __init__(
        self, catalogue: Catalogue, fields: Fields, words: Mapping[str, str], typed: Mapping[str, str]
    ) -> None:
        """Keep what every row needs."""
        self._catalogue = catalogue
        self._fields = fields
        self._words = words
        self._typed = typed
        self._drafter = Drafter(catalogue.facts, catalogue.vocabularies, words["language"])

    def row(self, condition: Condition, place: str = "") -> Row:
        """Return one condition as a row; `place` is where it stands among the conditions of its measure."""
        words, verdict, why, cite = self._words, condition.verdict, condition.why, condition.cite
        parts = tuple(self.row(part) for part in condition.parts)
        return Row(
            place=place,
            fact=condition.fact or "",
            label=condition.label,
            verdict=verdict,
            says=words[f"condition.{verdict}"],
            reason=words["in_brackets"].format(words.get(f"why.{why}", why)) if why else "",
            said=self._said(condition) if verdict != "met" else "",
            gap=self._gap(condition),
            clause=clause_name(self._catalogue.documents[cite.document], cite.clause),
            address=clause_address(cite.document, cite.clause),
            asked=None if parts else self._asked(condition),
            parts=parts,
        )

    def what_if(self, condition: Condition) -> Row:
        """Return a condition that a company can change as a row where it can be answered anew."""
        row = self.row(condition)
        return row if row.parts else replace(row, asked=self._ask(condition.fact or ""))

    def asked(self, question: Question) -> Asked:
        """Return one of the questions of an answer with its field."""
        field = self._fields.named(question.field)
        return Asked(question=question.question, field=field, text=self._typed.get(field.name, ""))

    def _asked(self, condition: Condition) -> Asked | None:
        """Return what to ask; the company cannot settle what the policy itself leaves open."""
        settled = condition.verdict is not Verdict.UNKNOWN or condition.why == Why.AMBIGUOUS
        return None if settled else self._ask(condition.fact or "")

    def _ask(self, fact: str) -> Asked:
        field = self._fields.of_fact(fact)
        return Asked(question=self._fields.question(fact), field=field, text=self._typed.get(field.name, ""))

    def _said(self, condition: Condition) -> str:
        actual = condition.actual
        values = actual if isinstance(actual, list) else [] if actual is None else [actual]
        told = self._words["comma"].join(self._value(condition.fact or "", value) for value in values)
        # What is still asked for although a value is known was inferred from something else.
        key = "inferred_said" if condition.why == Why.FACT_MISSING else "said"
        return self._words[key].format(told) if told else ""

    def _value(self, fact: str, value: Any) -> str:  # noqa: ANN401 - a value of any fact
        known = self._catalogue.facts.get(fact)
        if known is not None and known.vocabulary == "regions":
            return region_label(self._catalogue.vocabularies["regions"], str(value), self._words["language"])
        return str(value) if known is not None and known.type is FactType.DATE else self._drafter.value(fact, value)

    def _gap(self, condition: Condition) -> str:
        """Return by how much a number misses its threshold, and on which side."""
        gap, expected, actual = condition.gap, condition.expected, condition.actual
        if gap is None:
            return ""
        if gap == 0:
            return self._words["gap.bound"]
        side = "short" if _first(actual) < _first(expected) else "over"
        return self._words[f"gap.{side}"].format(self._amount(condition.fact or "", gap))

    def _amount(self, fact: str, number: float) -> str:
        known = self._catalogue.facts[fact]
        if known.type is FactType.MONEY:
            return money_words(number, self._words)
        if known.type in IN_PERCENT:
            return self._words["points"].format(f"{100 * number:g}")
        unit = known.unit_en if self._words["language"] == "en" else known.unit
        return f"{number:g} {unit}".strip()


def asking_once(conditions: Iterable[Row]) -> list[Row]:
    """Return the conditions of a measure, each field asked for only in the first one that waits for it."""
    asked: set[str] = set()
    rows = []
    for row in conditions:
        name = row.asked.field.name if row.asked else ""
        rows.append(replace(row, asked=None) if name in asked else row)
        asked |= {name} - {""}
    return rows


def _first(value: float | Sequence[float]) -> float:
    return value if isinstance(value, int | float) else value[0]
