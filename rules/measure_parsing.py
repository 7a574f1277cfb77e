"""One measure as a pack writes it, into a Measure; every fault names its pointer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.amounts import AmountError, parse_money, parse_share
from rules.condition_parsing import ConditionParser, Lexicon
from rules.conditions import Condition, Leaf, Test, leaves
from rules.measures import Benefit, Example, Instrument, Measure, Strength, Window
from rules.quoting import Quoter
from rules.verdict import MeasureVerdict

_REQUIRED = ("id", "title", "title_en", "instrument", "strength", "source", "examples")
_OPTIONAL = ("also", "context", "conditions", "addressee", "attracts", "benefit", "window", "excludes", "supersedes")
MEASURE_KEYS = frozenset({*_REQUIRED, *_OPTIONAL})
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_BENEFIT_KINDS = frozenset(
    "facility fund grant loan equity listing certification fast_approval procurement market talent resources data"
    " service promotion network permission cooperation".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureParser:
    """Reads the measures of one document; `defaults` is the document's own reach by fact."""

    quoter: Quoter
    lexicon: Lexicon
    defaults: Mapping[str, tuple[str, ...]]

    def parse(self, raw: object, pointer: str) -> Measure | None:
        """Return the measure, or None after noting everything that is wrong with it."""
        faults, before = self.quoter.faults, len(self.quoter.faults.found)
        if not isinstance(raw, dict) or not self._has_keys(raw, pointer):
            if not isinstance(raw, dict):
                faults.add(pointer, "a measure is a mapping")
            return None
        source = self.quoter.source(raw["source"], f"{pointer}/source")
        instruments = self._members(Instrument, [raw["instrument"], *raw.get("also", [])], f"{pointer}/instrument")
        strengths = self._members(Strength, [raw["strength"]], f"{pointer}/strength")
        context = self._context(raw.get("context", []), f"{pointer}/context")
        if source is None or not instruments or not strengths:
            return None
        measure = Measure(
            id=str(raw["id"]),
            document=self.quoter.document.id,
            title=str(raw["title"]),
            title_en=str(raw["title_en"]),
            instrument=instruments[0],
            also=instruments[1:],
            strength=strengths[0],
            source=source,
            context=context,
            conditions=self._conditions(raw, pointer, source.clause),
            attracts=raw.get("attracts") is True,
            benefit=self._benefit(raw.get("benefit"), f"{pointer}/benefit", source.clause),
            window=self._window(raw.get("window"), f"{pointer}/window", source.clause),
            excludes=tuple(map(str, raw.get("excludes", ()))),
            supersedes=tuple(map(str, raw.get("supersedes", ()))),
            examples=self._examples(raw["examples"], f"{pointer}/examples"),
        )
        self._check_examples(measure, f"{pointer}/examples")
        return measure if len(faults.found) == before else None

    def _has_keys(self, raw: Mapping[str, Any], pointer: str) -> bool:
        faults = self.quoter.faults
        for key in sorted(set(raw) - MEASURE_KEYS):
            faults.add(f"{pointer}/{key}", f"unknown key {key!r}", f"known: {sorted(MEASURE_KEYS)}")
        missing = [key for key in _REQUIRED if not raw.get(key)]
        for key in missing:
            faults.add(f"{pointer}/{key}", f"{key} is missing or empty")
        if not _ID.fullmatch(str(raw.get("id"))):
            faults.add(f"{pointer}/id", f"{raw.get('id')!r} is no id", "lower case, digits, hyphens")
        return not missing

    def _members(self, kind: Any, raw: list[Any], pointer: str) -> tuple[Any, ...]:  # noqa: ANN401 - a StrEnum class
        try:
            return tuple(kind(item) for item in raw)
        except ValueError as error:
            self.quoter.faults.add(pointer, str(error), f"known: {[str(member) for member in kind]}")
            return ()

    def _context(self, raw: object, pointer: str) -> tuple[str, ...]:
        paths = [str(path) for path in raw] if isinstance(raw, list) else []
        for path in paths:
            if not self.quoter.has_clause(path):
                self.quoter.faults.add(pointer, f"{self.quoter.document.id} has no clause {path!r}")
        return tuple(paths)

    def _conditions(self, raw: Mapping[str, Any], pointer: str, clause: str) -> tuple[Condition, ...]:
        attracts = raw.get("attracts") is True
        scopes = {fact: values for fact, values in self.defaults.items() if values}
        parser = ConditionParser(
            lexicon=self.lexicon, quoter=self.quoter, measure_id=str(raw["id"]),
            clause=clause, scopes=scopes, attracts=attracts,
        )  # fmt: skip
        addressee = raw.get("addressee")
        conditions: list[Condition | None] = [*self._inherited(attracts=attracts, without_sector=addressee is not None)]
        if addressee is not None:
            conditions.append(parser.parse(addressee, f"{pointer}/addressee"))
        for position, item in enumerate(raw.get("conditions", [])):
            conditions.append(parser.parse(item, f"{pointer}/conditions/{position}"))
        return tuple(condition for condition in conditions if condition is not None)

    def _inherited(self, *, attracts: bool, without_sector: bool) -> list[Condition]:
        inherited: list[Condition] = []
        for fact, values in self.defaults.items():
            if fact == "sector" and without_sector:
                continue
            named = "target_region" if fact == "region" and attracts else fact
            inherited.append(Leaf(test=Test(fact=named, operator="within", expected=values), cite=self.quoter.title()))
        return inherited

    def _benefit(self, raw: object, pointer: str, clause: str) -> Benefit | None:
        if raw is None:
            return None
        known = {"kind", "amount", "cap", "rate", "unit", "cite"}
        if not isinstance(raw, dict) or set(raw) - known or raw.get("kind") not in _BENEFIT_KINDS:
            self.quoter.faults.add(pointer, f"a benefit has {sorted(known)}; kind is one of {sorted(_BENEFIT_KINDS)}")
            return None
        cite = self.quoter.cite(raw["cite"], f"{pointer}/cite", clause) if "cite" in raw else None
        if cite is None and {"amount", "cap", "rate"} & set(raw):
            self.quoter.faults.add(pointer, "an amount, cap or rate needs a cite")
        try:
            return Benefit(
                kind=raw["kind"], unit=str(raw.get("unit", "")), cite=cite,
                amount_cny=parse_money(str(raw["amount"])) if "amount" in raw else None,
                cap_cny=parse_money(str(raw["cap"])) if "cap" in raw else None,
                rate=parse_share(str(raw["rate"])) if "rate" in raw else None,
            )  # fmt: skip
        except AmountError as error:
            self.quoter.faults.add(pointer, str(error))
            return None

    def _window(self, raw: object, pointer: str, clause: str) -> Window | None:
        if raw is None:
            return None
        if not isinstance(raw, dict) or "cite" not in raw or set(raw) - {"opens", "closes", "cite"}:
            self.quoter.faults.add(pointer, "a window has opens, closes (one may be left out) and cite")
            return None
        cite = self.quoter.cite(raw["cite"], f"{pointer}/cite", clause)
        opens, closes = (self._day(raw.get(key), f"{pointer}/{key}") for key in ("opens", "closes"))
        return Window(opens=opens, closes=closes, cite=cite) if cite and (opens or closes) else None

    def _day(self, raw: object, pointer: str) -> date | None:
        try:
            return None if raw is None else date.fromisoformat(str(raw))
        except ValueError:
            self.quoter.faults.add(pointer, f"{raw!r} is no date", "write it as 2025-01-31")
            return None

    def _examples(self, raw: object, pointer: str) -> tuple[Example, ...]:
        examples: list[Example] = []
        for position, item in enumerate(raw if isinstance(raw, list) else []):
            try:
                examples.append(Example(facts=dict(item["facts"]), verdict=MeasureVerdict(item["verdict"])))
            except (TypeError, KeyError, ValueError) as error:
                self.quoter.faults.add(f"{pointer}/{position}", f"an example has facts and a verdict: {error}")
        return tuple(examples)

    def _check_examples(self, measure: Measure, pointer: str) -> None:
        local = {leaf.test.fact for condition in measure.conditions for leaf in leaves(condition)}
        for position, example in enumerate(measure.examples):
            for fact in sorted(set(example.facts) - set(self.lexicon.facts) - local):
                self.quoter.faults.add(f"{pointer}/{position}/facts", f"unknown fact {fact!r}")
