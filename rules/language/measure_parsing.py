"""Measures as packs write them, read strictly; every fault names its pointer.

Every measure gets the document's own reach (region, sector) as conditions that cite the title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.language.amounts import AmountError, parse_money, parse_share
from rules.language.condition_parsing import ConditionParser, Quoter, number_faults
from rules.language.facts import FactError, Lexicon, parse_fact_value
from rules.language.grant_parsing import BenefitParser, GrantParser
from rules.language.grants import BENEFIT_KINDS, Grant
from rules.language.measures import (
    Benefit,
    Condition,
    Example,
    Instrument,
    Leaf,
    Measure,
    MeasureKind,
    MeasureVerdict,
    Strength,
    Test,
    Window,
    leaves,
)

_REQUIRED_OF_DRAFTS = ("id", "title", "instrument", "kind", "strength", "source")
_REQUIRED = (*_REQUIRED_OF_DRAFTS, "title_en", "examples")
_OPTIONAL = (
    "also", "context", "conditions", "addressee", "attracts", "benefit", "window",
    "excludes", "supersedes", "continues",
)  # fmt: skip
MEASURE_KEYS = frozenset({*_REQUIRED, *_OPTIONAL})
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WINDOW_KEYS = frozenset({"opens", "closes", "cite"})
_GRANT_KEYS = frozenset(
    {"benefits", "beneficiary", "windows", "stacking", "materials", "channels", "terms", "definitions"}
)
MEASURE_KEYS_2 = (MEASURE_KEYS - {"benefit", "window"}) | _GRANT_KEYS
"""In format 2, lists of benefits and windows stand where one had a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureParser:
    """Reads the measures of one document; `defaults` is the document's own reach by fact.

    A draft, which is tried and not loaded, may do without examples; without an English title its own stands in.
    """

    quoter: Quoter
    lexicon: Lexicon
    defaults: Mapping[str, tuple[str, ...]]
    schema: int = 1
    is_draft: bool = False

    def parse(self, raw: object, pointer: str) -> Measure | None:
        """Return the measure, or None after noting everything that is wrong with it."""
        before = len(self.quoter.faults.found)
        if not isinstance(raw, dict):
            self.quoter.faults.add(pointer, "measure_form")
            return None
        self._check_keys(raw, pointer)
        parts = self._parts(raw, pointer)
        return None if len(self.quoter.faults.found) > before else Measure(**parts)

    def grant(self, raw: object, pointer: str) -> Grant:
        """Return what a measure of format 2 gives; of another, nothing."""
        if self.schema == 1 or not isinstance(raw, dict):
            return Grant()
        return self._grant_parser(raw).parse(raw, pointer)

    def shared(self, raw: Mapping[str, Any]) -> Grant:
        """Return what a document states for all its measures: windows, papers, stacking, terms and the like."""
        return self._grant_parser({"source": {"clause": self.quoter.title().clause}}).parse(raw, "")

    def _grant_parser(self, raw: Mapping[str, Any]) -> GrantParser:
        clause = self.quoter.known_clause(raw.get("source"))
        materials = self.lexicon.vocabularies.get("materials")
        conditions = self._condition_parser(raw, clause)
        return GrantParser(
            quoter=self.quoter,
            clause=clause,
            benefits=BenefitParser(
                quoter=self.quoter, clause=clause, conditions=conditions, measure=str(raw.get("id", ""))
            ),
            materials=frozenset(materials.entries if materials else ()),
        )

    def _parts(self, raw: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        """Return the fields of a Measure; each is looked at, so that all faults are reported at once."""
        clause = self.quoter.known_clause(raw.get("source"))
        conditions, sound = self._conditions(raw, pointer, clause)
        examples = self._examples(raw, pointer)
        local = {leaf.test.fact for condition in conditions for leaf in leaves(condition)}
        local |= {f"{raw.get('id')}.{name}" for name in _manual_in(raw.get("benefits"))}
        for position, example in enumerate(examples):
            for fact, value in example.facts.items():
                self._check_fact(fact, value, f"{pointer}/examples/{position}/facts/{fact}", local if sound else None)
        return {
            "id": raw.get("id"),
            "document": self.quoter.document.id,
            "title": raw.get("title"),
            "title_en": raw.get("title_en") or raw.get("title"),
            "instrument": self._member(Instrument, raw.get("instrument"), f"{pointer}/instrument"),
            "kind": self._member(MeasureKind, raw.get("kind"), f"{pointer}/kind"),
            "also": self._members(Instrument, raw, "also", pointer),
            "strength": self._member(Strength, raw.get("strength"), f"{pointer}/strength"),
            "source": self.quoter.source(raw["source"], f"{pointer}/source") if raw.get("source") else None,
            "context": self._context(raw, pointer),
            "conditions": conditions,
            "attracts": raw.get("attracts") is True,
            "benefit": self._benefit(raw.get("benefit"), f"{pointer}/benefit", clause),
            "window": self._window(raw.get("window"), f"{pointer}/window", clause),
            "excludes": tuple(map(str, self._list(raw, "excludes", pointer))),
            "supersedes": tuple(map(str, self._list(raw, "supersedes", pointer))),
            "continues": self._continues(raw, pointer),
            "examples": examples,
        }

    def _continues(self, raw: Mapping[str, Any], pointer: str) -> str:
        """Return the id that the measure had before; only a document with a predecessor has such measures."""
        before = raw.get("continues", "")
        if not isinstance(before, str) or (before and not _ID.fullmatch(before)):
            self.quoter.faults.add(f"{pointer}/continues", "no_id", id=before)
        elif before and self.quoter.document.predecessor is None:
            self.quoter.faults.add(f"{pointer}/continues", "continues_without_predecessor")
        return str(before)

    def _check_keys(self, raw: Mapping[str, Any], pointer: str) -> None:
        faults = self.quoter.faults
        known = MEASURE_KEYS if self.schema == 1 else MEASURE_KEYS_2
        for key in sorted(set(raw) - known, key=str):
            faults.add(f"{pointer}/{key}", "unknown_key", key=key, known=tuple(sorted(known)))
        required = _REQUIRED_OF_DRAFTS if self.is_draft else _REQUIRED
        for key in (key for key in required if not raw.get(key)):
            faults.add(f"{pointer}/{key}", "key_empty", key=key)
        for key in ("id", "title", "title_en"):
            if raw.get(key) and not isinstance(raw[key], str):
                faults.add(f"{pointer}/{key}", "must_be_text")
        if isinstance(raw.get("id"), str) and not _ID.fullmatch(raw["id"]):
            faults.add(f"{pointer}/id", "no_id", id=raw["id"])
        if not isinstance(raw.get("attracts", False), bool):
            faults.add(f"{pointer}/attracts", "must_be_flag")

    def _list(self, raw: Mapping[str, Any], key: str, pointer: str) -> list[Any]:
        value = raw.get(key, [])
        if isinstance(value, list):
            return value
        self.quoter.faults.add(f"{pointer}/{key}", "must_be_list")
        return []

    def _member(self, kind: Any, raw: object, pointer: str) -> Any:  # noqa: ANN401 - a StrEnum class and its member
        try:
            return kind(raw) if raw else None
        except ValueError:
            known = tuple(str(member) for member in kind)
            self.quoter.faults.add(pointer, "no_member", value=raw, kind=kind.__qualname__, known=known)
            return None

    def _members(self, kind: Any, raw: Mapping[str, Any], key: str, pointer: str) -> tuple[Any, ...]:  # noqa: ANN401 - a StrEnum class
        items = enumerate(self._list(raw, key, pointer))
        return tuple(self._member(kind, item, f"{pointer}/{key}/{position}") for position, item in items)

    def _context(self, raw: Mapping[str, Any], pointer: str) -> tuple[str, ...]:
        paths = tuple(map(str, self._list(raw, "context", pointer)))
        for position, path in enumerate(paths):
            if not self.quoter.has_clause(path):
                place, document = f"{pointer}/context/{position}", self.quoter.document.id
                self.quoter.faults.add(place, "no_clause", document=document, path=path)
        return paths

    def _conditions(self, raw: Mapping[str, Any], pointer: str, clause: str) -> tuple[tuple[Condition, ...], bool]:
        """Return the conditions, inherited ones first, and whether all that the measure states are sound."""
        parser = self._condition_parser(raw, clause)
        addressee = raw.get("addressee")
        written = [] if addressee is None else [(addressee, f"{pointer}/addressee")]
        items = enumerate(self._list(raw, "conditions", pointer))
        written += [(item, f"{pointer}/conditions/{position}") for position, item in items]
        stated = [self._with_its_numbers(parser.parse(item, place), place) for item, place in written]
        inherited: list[Condition] = []
        for fact, values in self.defaults.items():
            if fact != "sector" or addressee is None:
                named = "target_region" if fact == "region" and parser.attracts else fact
                test = Test(fact=named, operator="within", expected=values)
                inherited.append(Leaf(test=test, cite=self.quoter.title()))
        good = tuple(condition for condition in stated if condition is not None)
        return (*inherited, *good), len(good) == len(stated) and isinstance(raw.get("conditions", []), list)

    def _condition_parser(self, raw: Mapping[str, Any], clause: str) -> ConditionParser:
        return ConditionParser(
            lexicon=self.lexicon,
            quoter=self.quoter,
            measure_id=str(raw.get("id")),
            clause=clause,
            scopes=self.defaults,
            attracts=raw.get("attracts") is True,
        )

    def _with_its_numbers(self, condition: Condition | None, pointer: str) -> Condition | None:
        """Return a condition, after noting numbers and days that do not stand in the words cited beside them."""
        if condition is not None and self.schema > 1:
            for code, params in number_faults([condition], self.lexicon.facts):
                self.quoter.faults.add(pointer, code, **params)
        return condition

    def _benefit(self, raw: object, pointer: str, clause: str) -> Benefit | None:
        if raw is None:
            return None
        known = {"kind", "amount", "cap", "rate", "unit", "cite"}
        if not isinstance(raw, dict) or set(raw) - known or str(raw.get("kind")) not in BENEFIT_KINDS:
            self.quoter.faults.add(pointer, "benefit_form", keys=tuple(sorted(known)), kinds=BENEFIT_KINDS)
            return None
        cite = self.quoter.cite(raw["cite"], f"{pointer}/cite", clause) if "cite" in raw else None
        if "cite" not in raw and {"amount", "cap", "rate"} & set(raw):
            self.quoter.faults.add(pointer, "benefit_without_cite")
        return Benefit(
            kind=str(raw["kind"]),
            unit=str(raw.get("unit", "")),
            cite=cite,
            amount_cny=self._number(parse_money, raw, "amount", pointer),
            cap_cny=self._number(parse_money, raw, "cap", pointer),
            rate=self._number(parse_share, raw, "rate", pointer),
        )

    def _number(self, parse: Callable[[str], float], raw: Mapping[str, Any], key: str, pointer: str) -> float | None:
        try:
            return parse(str(raw[key])) if key in raw else None
        except AmountError as error:
            self.quoter.faults.add(f"{pointer}/{key}", error.code, **error.params)
            return None

    def _window(self, raw: object, pointer: str, clause: str) -> Window | None:
        if raw is None:
            return None
        if not isinstance(raw, dict) or not {"cite"} < set(raw) <= _WINDOW_KEYS:
            self.quoter.faults.add(pointer, "window_form")
            return None
        cite = self.quoter.cite(raw["cite"], f"{pointer}/cite", clause)
        opens, closes = (self._day(raw, key, pointer) for key in ("opens", "closes"))
        if opens and closes and closes < opens:
            self.quoter.faults.add(f"{pointer}/closes", "closes_before_opens", day=opens)
        return Window(opens=opens, closes=closes, cite=cite) if cite else None

    def _day(self, raw: Mapping[str, Any], key: str, pointer: str) -> date | None:
        if key not in raw:
            return None
        try:
            return date.fromisoformat(str(raw[key]))
        except ValueError:
            self.quoter.faults.add(f"{pointer}/{key}", "no_date", value=raw[key])
            return None

    def _examples(self, raw: Mapping[str, Any], pointer: str) -> tuple[Example, ...]:
        examples: list[Example] = []
        for position, item in enumerate(self._list(raw, "examples", pointer)):
            if isinstance(item, dict) and item.get("drafted") and not self.is_draft:
                self.quoter.faults.add(f"{pointer}/examples/{position}/drafted", "example_drafted")
            try:
                pays = tuple(map(_amounts, item.get("pays", ())))
                examples.append(Example(facts=dict(item["facts"]), verdict=MeasureVerdict(item["verdict"]), pays=pays))
            except (AttributeError, TypeError, KeyError, ValueError, AmountError) as error:
                self.quoter.faults.add(f"{pointer}/examples/{position}", "example_form", reason=str(error))
        return tuple(examples)

    def _check_fact(self, fact: str, value: object, pointer: str, local: set[str] | None) -> None:
        published = self.lexicon.facts.get(fact)
        if published is not None:
            try:
                parse_fact_value(published, value, self.lexicon.vocabularies)
            except FactError as error:
                self.quoter.faults.add(pointer, error.code, **error.params)
        elif local is not None and fact not in local:
            self.quoter.faults.add(pointer, "no_fact", fact=fact, nearest=None)
        elif not isinstance(value, bool):
            self.quoter.faults.add(pointer, "must_be_flag")


def _manual_in(raw: object) -> Iterable[str]:
    """Yield the names of what a person checks, out of tiers as they are written."""
    if isinstance(raw, dict):
        yield from ([str(raw["manual"])] if "manual" in raw else [])
        raw = list(raw.values())
    if isinstance(raw, list):
        for part in raw:
            yield from _manual_in(part)


def _amounts(raw: object) -> tuple[float | None, ...]:
    """Return what an example says that a benefit pays: an amount, [from, to] with null for what is open, or nothing."""
    bounds = raw if isinstance(raw, list) else [raw, raw]
    return tuple(None if bound is None else parse_money(str(bound)) for bound in bounds)
