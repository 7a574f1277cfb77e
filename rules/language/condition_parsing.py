"""Words that a pack cites, found in the document or refused with a pointer; and conditions as packs write them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rules.language.facts import FLAGS, NUMERIC, FactDefinition, FactError, FactType, Lexicon, Value, parse_fact_value
from rules.language.measures import (
    Combination,
    Condition,
    Group,
    Leaf,
    Test,
)
from rules.language.reference import DATED, OPERATORS, TAXONOMIC
from rules.language.reference import NUMERIC as NUMERIC_OPERATORS
from seeds.documents import Document, Quote
from seeds.faults import Fault, SeedError

LONGEST_SOURCE_QUOTE = 120


@dataclass(slots=True)
class Faults:
    """Collects the faults of one file, so that all are reported at once."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, pointer: str, code: str, /, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Note one fault at a JSON pointer."""
        self.found.append(Fault(file=self.file, pointer=pointer, code=code, params=params))


@dataclass(frozen=True, slots=True)
class Quoter:
    """Locates quotes in one document; every fault goes to `faults` and yields None."""

    document: Document
    faults: Faults

    def cite(self, raw: object, pointer: str, clause: str) -> Quote | None:
        """Read a cite: words in `clause`, or {clause, quote, nth} for words elsewhere or standing repeatedly.

        Without a `clause` (whoever names it has noted that it does not exist) plain words cannot be checked.
        """
        if isinstance(raw, str):
            return self._locate(clause, raw, None, pointer) if clause else None
        if not isinstance(raw, dict) or set(raw) - {"clause", "quote", "nth"} or "quote" not in raw:
            self.faults.add(pointer, "cite_form")
            return None
        return self._locate(str(raw.get("clause", clause)), str(raw["quote"]), raw.get("nth"), pointer)

    def source(self, raw: object, pointer: str) -> Quote | None:
        """Read the operative quote, which must stand once in its clause (or be told apart by nth)."""
        if not isinstance(raw, dict) or not {"clause", "quote"} <= set(raw) or set(raw) - {"clause", "quote", "nth"}:
            self.faults.add(pointer, "source_form")
            return None
        clause, words, nth = str(raw["clause"]), str(raw["quote"]), raw.get("nth")
        if len(words) > LONGEST_SOURCE_QUOTE:
            self.faults.add(pointer, "quote_too_long", count=len(words), most=LONGEST_SOURCE_QUOTE)
            return None
        if nth is None and self._count(clause, words) > 1:
            self.faults.add(pointer, "quote_repeated", clause=clause)
            return None
        return self._locate(clause, words, nth, pointer)

    def known_clause(self, source: object) -> str:
        """Return the clause that a source names, or "" when the document has none with that path."""
        path = str(source.get("clause")) if isinstance(source, dict) else ""
        return path if self.has_clause(path) else ""

    def title(self) -> Quote:
        """Cite the document's own title, which an inherited default rests on."""
        start = self.document.heading_start
        return Quote(
            document=self.document.id,
            clause=self.document.clauses_at(start)[0].path,
            quote=self.document.heading,
            start=start,
            end=start + len(self.document.heading),
        )

    def has_clause(self, path: str) -> bool:
        """Tell whether the document has a clause with this path."""
        return any(clause.path == path for clause in self.document.clauses)

    def _count(self, path: str, words: str) -> int:
        return self.document.clause_text(path).count(words) if self.has_clause(path) and words else 0

    def _locate(self, path: str, words: str, nth: object, pointer: str) -> Quote | None:
        if not self.has_clause(path):
            self.faults.add(pointer, "no_clause", document=self.document.id, path=path)
            return None
        if nth is not None and (not isinstance(nth, int) or isinstance(nth, bool) or nth < 1):
            self.faults.add(f"{pointer}/nth", "no_position", nth=nth)
            return None
        number = nth if isinstance(nth, int) else 1
        if not words or self._count(path, words) < number:
            self.faults.add(pointer, "not_in_clause", words=words, clause=path)
            return None
        clause = self.document.clause(path)
        start = clause.start - 1
        for _ in range(number):
            start = self.document.text.index(words, start + 1)
        return Quote(document=self.document.id, clause=path, quote=words, start=start, end=start + len(words))


def located(raw: Mapping[str, Any]) -> object:
    """Return the cite of a part; a `clause` beside plain words says where they stand."""
    cite, clause = raw.get("cite"), raw.get("clause")
    return {"clause": clause, "quote": cite} if clause is not None and isinstance(cite, str) else cite


_LEAF_KEYS = frozenset({"fact", "cite", "clause", "open"})
_MANUAL_KEYS = frozenset({"manual", "cite", "clause", "text", "text_en"})
_COMBINATIONS = frozenset(Combination)


class PackError(SeedError):
    """A rule pack has faults; none of its measures is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionParser:
    """Reads the conditions of one measure; `scopes` tells by fact where an open list may go on.

    `clause` is that of the operative sentence, "" when it does not exist; `negated` says that a NOT is around.
    """

    lexicon: Lexicon
    quoter: Quoter
    measure_id: str
    clause: str
    scopes: Mapping[str, tuple[str, ...]]
    attracts: bool
    negated: bool = False

    def parse(self, raw: object, pointer: str) -> Condition | None:
        """Return the condition, or None after noting what is wrong with it."""
        if not isinstance(raw, dict):
            self.quoter.faults.add(pointer, "condition_form")
            return None
        if combination := _COMBINATIONS & set(raw):
            return self._group(Combination(min(combination)), raw, pointer)
        return self._manual(raw, pointer) if "manual" in raw else self._leaf(raw, pointer)

    def _group(self, combination: Combination, raw: Mapping[str, Any], pointer: str) -> Condition | None:
        inner = raw[combination]
        items = [inner] if combination is Combination.NOT else inner
        if len(raw) != 1 or not isinstance(items, list) or not items:
            self.quoter.faults.add(pointer, "group_form", word=combination)
            return None
        if combination is Combination.NOT:
            parts = [replace(self, negated=not self.negated).parse(inner, f"{pointer}/{combination}")]
        else:
            parts = [self.parse(item, f"{pointer}/{combination}/{i}") for i, item in enumerate(items)]
        good = tuple(part for part in parts if part is not None)
        return Group(combination=combination, parts=good) if len(good) == len(parts) else None

    def _manual(self, raw: Mapping[str, Any], pointer: str) -> Condition | None:
        for key in sorted(set(raw) - _MANUAL_KEYS, key=str):
            self.quoter.faults.add(f"{pointer}/{key}", "unknown_key", key=key, known=tuple(sorted(_MANUAL_KEYS)))
        name, text = str(raw["manual"]), str(raw.get("text", ""))
        cite = self.quoter.cite(located(raw), f"{pointer}/cite", self.clause)
        published = name in self.lexicon.facts
        if not published and not text:
            self.quoter.faults.add(pointer, "manual_without_text", name=name)
            return None
        if published and self.lexicon.facts[name].type not in FLAGS:
            self.quoter.faults.add(pointer, "no_attestation", name=name)
            return None
        fact = name if published else f"{self.measure_id}.{name}"
        test = Test(fact=fact, operator="manual", expected=(True,))
        return Leaf(test=test, cite=cite, text=text, text_en=str(raw.get("text_en", ""))) if cite else None

    def _leaf(self, raw: Mapping[str, Any], pointer: str) -> Condition | None:
        operators = [key for key in raw if key not in _LEAF_KEYS]
        fact = self.lexicon.facts.get(str(raw.get("fact")))
        if fact is None:
            close = difflib.get_close_matches(str(raw.get("fact")), self.lexicon.facts, n=1)
            self.quoter.faults.add(pointer, "no_fact", fact=raw.get("fact"), nearest=close[0] if close else None)
            return None
        if len(operators) != 1 or operators[0] not in operators_for(fact):
            known, found = tuple(sorted(operators_for(fact))), tuple(operators)
            self.quoter.faults.add(pointer, "no_operator", fact=fact.id, operators=known, found=found)
            return None
        expected = self._expected(fact, raw[operators[0]], f"{pointer}/{operators[0]}")
        cite = self.quoter.cite(located(raw), f"{pointer}/cite", self.clause)
        scope = self._scope(raw, fact.id, f"{pointer}/open")
        if not expected or cite is None:
            return None
        named = "target_region" if fact.id == "region" and self.attracts else fact.id
        excludes = fact.id == "region" and (self.negated or operators[0] == "none_of")
        test = Test(
            fact=named, operator=operators[0], expected=expected, scope=scope, stated=self.negated,
            reach=self.scopes.get("region", ()) if excludes else (),
        )  # fmt: skip
        return Leaf(test=test, cite=cite)

    def _scope(self, raw: Mapping[str, Any], fact: str, pointer: str) -> tuple[str, ...]:
        """Return where the list may go on: nowhere unless it says `open: true`."""
        if not isinstance(raw.get("open", False), bool):
            self.quoter.faults.add(pointer, "must_be_flag")
        if raw.get("open") is not True:
            return ()
        if fact not in self.scopes:
            self.quoter.faults.add(pointer, "cannot_be_open", fact=fact)
        return self.scopes.get(fact, ())

    def _expected(self, fact: FactDefinition, raw: object, pointer: str) -> tuple[Value, ...]:
        try:
            expected = parse_fact_value(fact, raw, self.lexicon.vocabularies)
        except FactError as error:
            self.quoter.faults.add(pointer, error.code, **error.params)
            return ()
        if not expected:
            self.quoter.faults.add(pointer, "names_nothing")
        return expected


def operators_for(fact: FactDefinition) -> frozenset[str]:
    """Return the operators that ask something of a fact of its type."""
    if fact.type is FactType.SET:
        return TAXONOMIC
    if fact.type in NUMERIC:
        return NUMERIC_OPERATORS
    return DATED if fact.type is FactType.DATE else frozenset({"is"}) & frozenset(OPERATORS)
