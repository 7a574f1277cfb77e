"""The published facts: their types and units, what a profile answers, and what can be derived from answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from rules.language.amounts import (
    LARGEST_YUAN,
    AmountError,
    Interval,
    parse_days,
    parse_interval,
    parse_money,
    parse_rate,
    parse_share,
)
from seeds.faults import Bilingual, Fault, SeedError, WrongValueError
from seeds.profile_fields import Kind, load_profile_fields
from seeds.vocabulary import Taxonomy, Vocabulary

Value: TypeAlias = str | float | bool | date
"""A vocabulary id, a number in the fact's unit, a flag, or a date."""


class FactError(WrongValueError):
    """A declared fact is unknown or has a value of the wrong kind."""

    def __init__(self, fact: str, code: str, /, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Keep the fact's id beside what is wrong."""
        super().__init__(code, **params)
        self.fact = fact

    def __str__(self) -> str:
        """Return the fact and the message in English."""
        return f"{self.fact}: {super().__str__()}"


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

REGION_FACTS = ("region", "target_region")
"""Where a company is and where it plans to be; who names no other place plans to be where it is."""

DERIVED: Mapping[str, tuple[str, ...]] = {
    "years_in_business": ("founded_on",),
    "rd_staff_share": ("rd_staff", "employees"),
    "rd_intensity": ("rd_spend_cny", "annual_revenue_cny"),
}
"""What each derived fact is worked out from: a day, or a part and the whole that it is a share of."""


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


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The published facts and the vocabularies that conditions may use."""

    facts: Mapping[str, FactDefinition]
    vocabularies: Mapping[str, Vocabulary]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a profile says of one fact; a fact without an Answer is missing.

    `sure` values were stated and understood. `inferred` ones follow from something else: they can make a
    condition met, never unmet. `one_of` are the readings of an ambiguous input, exactly one of them true.
    `doubtful` readings resemble the input only: they leave open the conditions that they would meet. `unreadable`
    says that some input was not understood at all, which leaves every condition open that nothing else meets.
    `planned` is what will be said once a stated plan is carried out (a move): it opens conditions that are not met
    yet, and never meets any. `between` is where a number or a day lies that was told no more exactly: it settles the
    conditions that it lies wholly on one side of. `ruled_out` are entries that it surely has not, where it was asked of
    entries one by one: what is neither among the others nor among these stays open; None where nothing was asked so.
    """

    sure: tuple[Value, ...] = ()
    inferred: tuple[Value, ...] = ()
    one_of: tuple[Value, ...] = ()
    doubtful: tuple[Value, ...] = ()
    unreadable: bool = False
    planned: Answer | None = None
    between: Interval | None = None
    ruled_out: tuple[Value, ...] | None = None


Answers: TypeAlias = Mapping[str, Answer]
Taxonomies: TypeAlias = Mapping[str, Taxonomy]
"""The taxonomy of each fact that is a set of vocabulary ids, by fact id."""


def add_up(answers: Iterable[Answer]) -> Answer:
    """Return what several inputs say of one fact together."""
    parts = tuple(answers)
    plans = [part.planned for part in parts if part.planned is not None]
    return Answer(
        sure=tuple(value for part in parts for value in part.sure),
        inferred=tuple(value for part in parts for value in part.inferred),
        one_of=tuple(value for part in parts for value in part.one_of),
        doubtful=tuple(value for part in parts for value in part.doubtful),
        unreadable=any(part.unreadable for part in parts),
        planned=add_up(plans) if plans else None,
        between=next((part.between for part in parts if part.between is not None), None),
        ruled_out=next((part.ruled_out for part in parts if part.ruled_out is not None), None),
    )


def made_exact(answer: Answer, taxonomy: Taxonomy) -> Answer:
    """Return an answer that names, for each value stated, something inside it that holds no other; plans stay.

    Of several it is the first county, and of zones one that lies in the fewest others: no part of another zone.
    """
    inside = (taxonomy.descendants(str(value)) for value in answer.sure)
    innermost = (
        min(
            (node for node in nodes if len(taxonomy.descendants(node)) == 1),
            key=lambda node: (0 if node.isdigit() else len(taxonomy.ancestors(node)), node),
        )
        for nodes in inside
    )
    return Answer(sure=tuple(innermost), inferred=answer.inferred, planned=answer.planned)


def load_facts(path: Path) -> dict[str, FactDefinition]:
    """Load the facts out of the file of fields, in the order they are published; raise SeedError naming every fault."""
    facts: dict[str, FactDefinition] = {}
    faults: list[Fault] = []
    for field, words in load_profile_fields(path).facts.values():
        if words.type not in tuple(FactType):
            params = {"id": words.id, "type": words.type, "known": tuple(kind.value for kind in FactType)}
            faults.append(
                Fault(file=path.name, pointer=f"/fields/{field.id}/facts", code="no_type_of_fact", params=params)
            )
            continue
        kind = FactType(words.type)
        facts[words.id] = FactDefinition(
            field="facts" if field.fact or field.kind is Kind.TEXT else field.id,  # a name hints at it, at most
            vocabulary=field.vocabulary if kind is FactType.SET else "",
            **{**asdict(words), "type": kind},
        )
    if faults:
        raise SeedError(faults)
    return facts


def parse_fact_value(fact: FactDefinition, raw: object, vocabularies: Mapping[str, Vocabulary]) -> tuple[Value, ...]:
    """Turn one JSON value (or a list, for a set) into values of the fact's type; raise FactError when it is none."""
    if fact.type is FactType.SET:
        items = raw if isinstance(raw, list | tuple) else [raw]
        return tuple(_parse_member(fact, item, vocabularies[fact.vocabulary]) for item in items)
    return (_PARSERS[fact.type](fact, raw),)


def parse_stated(
    fact: FactDefinition, raw: object, vocabularies: Mapping[str, Vocabulary]
) -> tuple[Value | Interval, ...]:
    """Turn what a company states of a fact into values: a number or a day may also be told as lying between two."""
    try:
        return parse_fact_value(fact, raw, vocabularies)
    except FactError:
        between = _between(fact, raw) if isinstance(raw, str) else None
        if between is None:
            raise
    return (between,)


def _between(fact: FactDefinition, text: str) -> Interval | None:
    if fact.type is FactType.DATE:
        return parse_days(text)
    if fact.type not in NUMERIC:
        return None
    parse = {FactType.MONEY: parse_money, FactType.SHARE: parse_share, FactType.RATE: parse_rate}.get(fact.type, float)
    return parse_interval(text, parse, least=-1.0 if fact.type is FactType.RATE else 0.0)


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
    """Return `answers` with the derived facts added where all of their parts are known, and with where it will be.

    A declared value is never overwritten. rules/compiled/bit_planes.py does the same for columns of numbers.
    """
    known = dict(answers)
    here, there = (answers.get(fact) for fact in REGION_FACTS)
    if here is not None and there is not None and here != there:
        known["region"] = replace(here, planned=there)
    for fact, parts in DERIVED.items():
        stated = [known_range(answers.get(part)) for part in parts]
        if fact in known or any(one is None for one in stated):
            continue
        derived = derived_range([one for one in stated if one is not None], on)
        if derived is not None:
            low, high = derived
            known[fact] = Answer(sure=(low,)) if low == high else Answer(between=Interval(low, high))
    return known


def comparable(value: Value) -> float:
    """Return a number for a number or a date, so that one comparison serves both."""
    return float(value.toordinal()) if isinstance(value, date) else float(value)


def known_range(answer: Answer | None) -> tuple[float, float] | None:
    """Return between what a number or a day lies: an exact one is both ends; None where nothing is known of it."""
    if answer is None or len(answer.sure) > 1:
        return None
    if answer.sure:
        return (comparable(answer.sure[0]),) * 2
    return (answer.between.low, answer.between.high) if answer.between else None


def derived_range(parts: Sequence[tuple[float, float]], on: date) -> tuple[float, float] | None:
    """Return between what a derived fact lies, from where its parts lie; None where that cannot be told."""
    (low, high), *whole = parts
    if not whole:
        founded = [date.fromordinal(int(day)) for day in (low, high)]
        most = years_completed(founded[0], on)
        return None if most is None else (years_completed(founded[1], on) or 0.0, most)
    (least, most_of_whole) = whole[0]
    return (low / most_of_whole, high / least) if least > 0 else None


def years_completed(founded: date, on: date) -> float | None:
    """Return the whole years completed on the day `on`; None for a day after it."""
    if founded > on:
        return None
    return float(on.year - founded.year - ((on.month, on.day) < (founded.month, founded.day)))
