"""The published facts: their types and units, what a profile answers, and what can be derived from answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from rules.amounts import LARGEST_YUAN, AmountError, parse_money, parse_rate, parse_share
from rules.errors import FactError
from seeds.errors import Fault, SeedError
from seeds.strict_yaml import load_yaml
from seeds.vocabulary import Vocabulary
from seeds.wording import Bilingual

Value: TypeAlias = str | float | bool | date
"""A vocabulary id, a number in the fact's unit, a flag, or a date."""


class FactType(StrEnum):
    """The closed list of kinds of facts."""

    SET = "set"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    RATE = "rate"
    DATE = "date"
    FLAG = "flag"
    ATTESTATION = "attestation"


NUMERIC = frozenset({FactType.NUMBER, FactType.MONEY, FactType.SHARE, FactType.RATE})
IN_PERCENT = frozenset({FactType.SHARE, FactType.RATE})
FLAGS = frozenset({FactType.FLAG, FactType.ATTESTATION})
DERIVED = frozenset({"years_in_business", "rd_staff_share", "rd_intensity"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDefinition:
    """One published fact; `vocabulary` names the taxonomy of a set, `field` the profile's input."""

    id: str
    type: FactType
    zh: str
    en: str
    ask_zh: str
    ask_en: str
    field: str
    vocabulary: str = ""
    unit: str = ""
    unit_en: str = ""
    changeable: bool = False

    def label(self, language: str) -> str:
        """Return the fact's name in `language`."""
        return self.en if language == "en" else self.zh

    def question(self, language: str) -> str:
        """Return the question that asks a company for this fact."""
        return self.ask_en if language == "en" else self.ask_zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a profile says of one fact; a fact without an Answer is missing.

    `sure` values were stated and understood. `inferred` ones follow from something else: they can make a
    condition met, never unmet. `one_of` are the readings of an ambiguous input, exactly one of them true.
    `doubtful` readings resemble the input only: they leave open the conditions that they would meet. `unreadable`
    says that some input was not understood at all, which leaves every condition open that nothing else meets.
    """

    sure: tuple[Value, ...] = ()
    inferred: tuple[Value, ...] = ()
    one_of: tuple[Value, ...] = ()
    doubtful: tuple[Value, ...] = ()
    unreadable: bool = False


Answers: TypeAlias = Mapping[str, Answer]


def add_up(answers: Iterable[Answer]) -> Answer:
    """Return what several inputs say of one fact together."""
    parts = tuple(answers)
    return Answer(
        sure=tuple(value for part in parts for value in part.sure),
        inferred=tuple(value for part in parts for value in part.inferred),
        one_of=tuple(value for part in parts for value in part.one_of),
        doubtful=tuple(value for part in parts for value in part.doubtful),
        unreadable=any(part.unreadable for part in parts),
    )


def load_facts(path: Path) -> dict[str, FactDefinition]:
    """Load the list of facts; raise SeedError naming every fault."""
    data = load_yaml(path)
    if not isinstance(data, dict) or data.get("schema") != 1 or not isinstance(data.get("facts"), list):
        raise SeedError([Fault(file=path.name, pointer="", code="needs_facts")])
    facts: dict[str, FactDefinition] = {}
    faults: list[Fault] = []
    for position, raw in enumerate(data["facts"]):
        pointer = f"/facts/{position}"
        try:
            fact = FactDefinition(**{**raw, "type": FactType(raw["type"])})
        except (TypeError, ValueError, KeyError) as error:
            faults.append(Fault(file=path.name, pointer=pointer, code="not_a_fact", params={"reason": str(error)}))
            continue
        if fact.id in facts:
            faults.append(Fault(file=path.name, pointer=pointer, code="fact_twice", params={"id": fact.id}))
        facts[fact.id] = fact
    if faults:
        raise SeedError(faults)
    return facts


def parse_fact_value(fact: FactDefinition, raw: object, vocabularies: Mapping[str, Vocabulary]) -> tuple[Value, ...]:
    """Turn one JSON value (or a list, for a set) into values of the fact's type; raise FactError when it is none."""
    if fact.type is FactType.SET:
        items = raw if isinstance(raw, list | tuple) else [raw]
        return tuple(_parse_member(fact, item, vocabularies[fact.vocabulary]) for item in items)
    return (_PARSERS[fact.type](fact, raw),)


def _parse_member(fact: FactDefinition, raw: object, vocabulary: Vocabulary) -> Value:
    text = str(raw)
    if text in vocabulary:
        return text
    found = vocabulary.find(raw) if isinstance(raw, str) else ()
    if len(found) == 1:
        return found[0]
    close = difflib.get_close_matches(text, vocabulary.entries, n=1)
    if close:
        raise FactError(fact.id, "fact_no_entry_but_near", text=text, vocabulary=fact.vocabulary, nearest=close[0])
    raise FactError(fact.id, "fact_no_entry", text=text, vocabulary=fact.vocabulary)


def _parse_flag(fact: FactDefinition, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    raise FactError(fact.id, "fact_no_flag")


def _parse_number(fact: FactDefinition, raw: object) -> Value:
    # Compared before it becomes a float: a NaN fails both comparisons, an endless integer the second.
    if isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw <= LARGEST_YUAN:
        return float(raw)
    if fact.unit_en:
        raise FactError(fact.id, "fact_no_number_of_unit", unit=Bilingual(fact.unit, fact.unit_en))
    raise FactError(fact.id, "fact_no_number")


def _parse_money(fact: FactDefinition, raw: object) -> Value:
    try:
        return parse_money(raw) if isinstance(raw, str) else _parse_number(fact, raw)
    except AmountError as error:
        raise FactError(fact.id, "fact_no_money", text=str(raw)) from error


def _parse_share(fact: FactDefinition, raw: object) -> Value:
    try:
        return parse_share(raw if isinstance(raw, str) else str(_parse_number(fact, raw)))
    except AmountError as error:
        raise FactError(fact.id, "fact_no_share", text=str(raw)) from error


def _parse_rate(fact: FactDefinition, raw: object) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise FactError(fact.id, "fact_no_number")
    try:
        return parse_rate(str(raw))
    except AmountError as error:
        raise FactError(fact.id, "fact_no_rate", text=str(raw)) from error


def _parse_date(fact: FactDefinition, raw: object) -> Value:
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError as error:
        raise FactError(fact.id, "fact_no_date", text=str(raw)) from error


_PARSERS = {
    FactType.FLAG: _parse_flag,
    FactType.ATTESTATION: _parse_flag,
    FactType.NUMBER: _parse_number,
    FactType.MONEY: _parse_money,
    FactType.SHARE: _parse_share,
    FactType.RATE: _parse_rate,
    FactType.DATE: _parse_date,
}


def derive(answers: Answers, on: date) -> dict[str, Answer]:
    """Return `answers` with the derived facts added where both of their parts are known.

    Years in business are whole years completed on the day `on`. A declared value is never overwritten.
    """
    known = dict(answers)
    founded = _single(answers, "founded_on")
    if isinstance(founded, date) and founded <= on:
        completed = on.year - founded.year - ((on.month, on.day) < (founded.month, founded.day))
        known.setdefault("years_in_business", Answer(sure=(float(completed),)))
    for share, part, whole in (
        ("rd_staff_share", "rd_staff", "employees"),
        ("rd_intensity", "rd_spend_cny", "annual_revenue_cny"),
    ):
        above, below = _single(answers, part), _single(answers, whole)
        if isinstance(above, float) and isinstance(below, float) and below > 0:
            known.setdefault(share, Answer(sure=(above / below,)))
    return known


def _single(answers: Answers, fact: str) -> Any:  # noqa: ANN401 - any Value or None
    answer = answers.get(fact)
    return answer.sure[0] if answer and len(answer.sure) == 1 else None
