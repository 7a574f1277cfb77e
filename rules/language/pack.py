"""Rule packs: one YAML file a document, loaded strictly into measures; every fault names its pointer.

Every measure gets the document's own reach (region, sector) as conditions that cite the title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rules.language.amounts import AmountError, parse_money, parse_share
from rules.language.condition_parsing import ConditionParser, Faults, Lexicon, PackError, Quoter
from rules.language.facts import FactError, parse_fact_value
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
from seeds.documents import Document
from seeds.faults import Fault, load_yaml

_REQUIRED_OF_DRAFTS = ("id", "title", "instrument", "kind", "strength", "source")
_REQUIRED = (*_REQUIRED_OF_DRAFTS, "title_en", "examples")
_OPTIONAL = ("also", "context", "conditions", "addressee", "attracts", "benefit", "window", "excludes", "supersedes")
MEASURE_KEYS = frozenset({*_REQUIRED, *_OPTIONAL})
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WINDOW_KEYS = frozenset({"opens", "closes", "cite"})
_BENEFIT_KINDS = frozenset(
    {
        "certification", "cooperation", "data", "equity", "facility", "fast_approval", "fund", "grant", "listing",
        "loan", "market", "network", "permission", "procurement", "promotion", "resources", "service", "talent",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureParser:
    """Reads the measures of one document; `defaults` is the document's own reach by fact.

    A draft, which is tried and not loaded, may do without examples; without an English title its own stands in.
    """

    quoter: Quoter
    lexicon: Lexicon
    defaults: Mapping[str, tuple[str, ...]]
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

    def _parts(self, raw: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        """Return the fields of a Measure; each is looked at, so that all faults are reported at once."""
        clause = self.quoter.known_clause(raw.get("source"))
        conditions, sound = self._conditions(raw, pointer, clause)
        examples = self._examples(raw, pointer)
        local = {leaf.test.fact for condition in conditions for leaf in leaves(condition)}
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
            "examples": examples,
        }

    def _check_keys(self, raw: Mapping[str, Any], pointer: str) -> None:
        faults = self.quoter.faults
        for key in sorted(set(raw) - MEASURE_KEYS, key=str):
            faults.add(f"{pointer}/{key}", "unknown_key", key=key, known=tuple(sorted(MEASURE_KEYS)))
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
        attracts = raw.get("attracts") is True
        parser = ConditionParser(
            lexicon=self.lexicon,
            quoter=self.quoter,
            measure_id=str(raw.get("id")),
            clause=clause,
            scopes=self.defaults,
            attracts=attracts,
        )
        addressee = raw.get("addressee")
        stated = [] if addressee is None else [parser.parse(addressee, f"{pointer}/addressee")]
        for position, item in enumerate(self._list(raw, "conditions", pointer)):
            stated.append(parser.parse(item, f"{pointer}/conditions/{position}"))
        inherited: list[Condition] = []
        for fact, values in self.defaults.items():
            if fact != "sector" or addressee is None:
                named = "target_region" if fact == "region" and attracts else fact
                test = Test(fact=named, operator="within", expected=values)
                inherited.append(Leaf(test=test, cite=self.quoter.title()))
        good = tuple(condition for condition in stated if condition is not None)
        return (*inherited, *good), len(good) == len(stated) and isinstance(raw.get("conditions", []), list)

    def _benefit(self, raw: object, pointer: str, clause: str) -> Benefit | None:
        if raw is None:
            return None
        known = {"kind", "amount", "cap", "rate", "unit", "cite"}
        if not isinstance(raw, dict) or set(raw) - known or str(raw.get("kind")) not in _BENEFIT_KINDS:
            self.quoter.faults.add(
                pointer, "benefit_form", keys=tuple(sorted(known)), kinds=tuple(sorted(_BENEFIT_KINDS))
            )
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
            try:
                examples.append(Example(facts=dict(item["facts"]), verdict=MeasureVerdict(item["verdict"])))
            except (TypeError, KeyError, ValueError) as error:
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


_PACK_KEYS = frozenset({"schema", "document", "defaults", "measures"})
_DEFAULT_FACTS = ("region", "sector")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The measures of one document, in the order written, and the plain data that they were parsed from."""

    document: str
    measures: tuple[Measure, ...]
    raw: Mapping[str, Any] = field(repr=False)


def load_pack(path: Path, documents: Mapping[str, Document], lexicon: Lexicon) -> Pack:
    """Load one pack file, whose stem is the document's id; raise PackError naming every fault."""
    return parse_pack(load_yaml(path), file=path.name, documents=documents, lexicon=lexicon)


def parse_pack(
    data: object, *, file: str, documents: Mapping[str, Document], lexicon: Lexicon, is_draft: bool = False
) -> Pack:
    """Check plain data in pack form against its document; raise PackError naming every fault with its pointer.

    Measures of a draft may do without examples and an English title.
    """
    faults = Faults(file)
    document = _document_of(data, file, documents, faults)
    if document is None or not isinstance(data, dict):
        raise PackError(faults.found)
    quoter = Quoter(document, faults)
    defaults = _parse_defaults(data.get("defaults", {}), lexicon, faults)
    parser = MeasureParser(quoter=quoter, lexicon=lexicon, defaults=defaults, is_draft=is_draft)
    items = data.get("measures")
    if not isinstance(items, list) or not items:
        faults.add("/measures", "no_measures")
        raise PackError(faults.found)
    parsed = [parser.parse(item, f"/measures/{position}") for position, item in enumerate(items)]
    _check_references(items, faults)
    if faults.found:
        raise PackError(faults.found)
    measures = tuple(measure for measure in parsed if measure is not None)
    return Pack(document=document.id, measures=measures, raw=data)


def _document_of(data: object, file: str, documents: Mapping[str, Document], faults: Faults) -> Document | None:
    if not isinstance(data, dict) or data.get("schema") != 1:
        faults.add("", "pack_form")
        return None
    for key in sorted(set(data) - _PACK_KEYS, key=str):
        faults.add(f"/{key}", "unknown_key", key=key, known=tuple(sorted(_PACK_KEYS)))
    name = str(data.get("document"))
    if name not in documents:
        faults.add("/document", "no_document", name=name, known=tuple(sorted(documents)))
        return None
    if Path(file).stem != name:
        faults.add("/document", "pack_file", name=f"{name}.yaml")
    return documents[name]


def _parse_defaults(raw: object, lexicon: Lexicon, faults: Faults) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict) or set(raw) - set(_DEFAULT_FACTS):
        faults.add("/defaults", "defaults_keys", facts=_DEFAULT_FACTS)
    stated = raw if isinstance(raw, dict) else {}
    defaults: dict[str, tuple[str, ...]] = {}
    for fact in (fact for fact in _DEFAULT_FACTS if fact in stated):
        defaults[fact] = ()
        try:
            values = parse_fact_value(lexicon.facts[fact], stated[fact], lexicon.vocabularies)
        except FactError as error:
            faults.add(f"/defaults/{fact}", error.code, **error.params)
            continue
        if not values:
            faults.add(f"/defaults/{fact}", "default_names_nothing")
        defaults[fact] = tuple(str(item) for item in values)
    return defaults


def _check_references(items: Sequence[Any], faults: Faults) -> None:
    """Note ids that stand twice and measures that exclude themselves, whatever else is wrong with them."""
    seen: set[str] = set()
    for position, item in enumerate(items):
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            faults.add(f"/measures/{position}/id", "id_twice", id=name)
        seen.add(name)
        for key in ("excludes", "supersedes"):
            others = item.get(key)
            if isinstance(others, list) and name in others:
                faults.add(f"/measures/{position}/{key}", "names_itself")


def reference_faults(packs: Iterable[Pack]) -> list[Fault]:
    """Return what is wrong between packs: an id that two of them use, or a named measure that none has."""
    owners: dict[str, str] = {}
    faults: list[Fault] = []
    measures = [
        (f"{pack.document}.yaml", f"/measures/{position}", measure)
        for pack in packs
        for position, measure in enumerate(pack.measures)
    ]
    for file, pointer, measure in measures:
        owner = owners.setdefault(measure.id, file)
        if owner != file:
            params = {"owner": owner, "id": measure.id}
            faults.append(Fault(file=file, pointer=f"{pointer}/id", code="id_of_another", params=params))
    for file, pointer, measure in measures:
        for key, others in (("excludes", measure.excludes), ("supersedes", measure.supersedes)):
            faults += [
                Fault(file=file, pointer=f"{pointer}/{key}", code="no_measure", params={"id": other})
                for other in others
                if other not in owners
            ]
    return faults
