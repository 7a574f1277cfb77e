"""Words that a pack cites, found in the document or refused; conditions, and numbers held against words."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from typing import Any

from rules.language.facts import FLAGS, NUMERIC, FactDefinition, FactError, FactType, Lexicon, Value, parse_fact_value
from rules.language.figures import FigureKind, figures_stating, states, states_day
from rules.language.grants import Gift, Tier
from rules.language.measures import (
    Combination,
    Condition,
    Group,
    Leaf,
    Test,
    leaves,
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


_READ_AS = {FactType.MONEY: FigureKind.MONEY, FactType.NUMBER: FigureKind.COUNT}


_BEFORE = {
    "at_most": ("不超过", "不高于", "不大于", "不多于", "至多"),
    "at_least": ("不低于", "不少于", "不小于", "达到", "至少", "满"),
    "more_than": ("超过", "高于", "大于", "多于"),
    "less_than": ("低于", "少于", "小于", "不足", "不满", "未满", "不到", "未达到"),
}
_AFTER = {
    "at_least": ("以上", "及以上", "（含）以上", "或以上"),
    "at_most": ("以下", "及以下", "（含）以下", "以内", "之内"),
}
_WITHOUT_THE_BOUND = "不含"


def number_faults(
    conditions: Iterable[Condition], facts: Mapping[str, FactDefinition]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the faults of conditions of numbers and days: one that is not in the words cited, or asked otherwise there.

    Each is a code of the messages with its parameters.
    """
    for leaf in (leaf for condition in conditions for leaf in leaves(condition)):
        fact, words = facts.get(leaf.test.fact), leaf.cite.quote
        if fact is None:
            continue
        for value in leaf.test.expected:
            if not _is_stated(value, words, fact.type):
                yield "not_in_cite", {"value": value, "quote": words}
            elif fact.type in NUMERIC and isinstance(value, float) and value >= 0 and not leaf.test.stated:
                said = _operators_said(words, _READ_AS.get(fact.type, FigureKind.SHARE), value)
                if said and leaf.test.operator not in said:
                    yield "operator_said", {"operator": leaf.test.operator, "said": tuple(sorted(said)), "quote": words}


def _is_stated(value: Value, words: str, kind: FactType) -> bool:
    if kind is FactType.DATE and isinstance(value, date):
        return states_day(words, value)
    if kind not in NUMERIC or not isinstance(value, float):
        return True
    return states(words, _READ_AS.get(kind, FigureKind.SHARE), abs(value))  # a fall is written without its sign


def _operators_said(words: str, kind: FigureKind, value: float) -> set[str]:
    """Return the operators that the words beside a number say: 超过 is more, 以上 and 以下 have the number itself."""
    if _WITHOUT_THE_BOUND in words:
        return set()
    figures = figures_stating(words, kind, value)
    found = {_said(_BEFORE, words[: figure.start].endswith) for figure in figures}
    found |= {_said(_AFTER, words[figure.end :].startswith) for figure in figures}
    return {operator for operator in found if operator}


def _said(words_of: Mapping[str, Sequence[str]], stands: Callable[[str], bool]) -> str:
    """Return the operator whose longest word stands there, "" where none does."""
    found = [(len(word), operator) for operator, words in words_of.items() for word in words if stands(word)]
    return max(found, default=(0, ""))[1]


def tiers_out_of_order(tiers: Sequence[Tier], facts: Mapping[str, FactDefinition]) -> Iterator[int]:
    """Yield the places of tiers whose condition and amount stand in another order than in the words.

    「达到1亿元、5亿元的，分别给予20万元、80万元」 gives 80万元 to the second; all are there however they are put. No
    two tiers ask the same, and what is given to each (分别) is not one number for two.
    """
    for (_, first), (place, last) in combinations(enumerate(tiers), 2):
        if first.tests == last.tests:
            yield place
        elif _same_clause(first, last):
            asked = _side(_places_asked(first, facts), _places_asked(last, facts))
            paid = _side(_places_paid(first.gift), _places_paid(last.gift))
            each = asked and _RESPECTIVELY in last.gift.cite.quote and len(_places_paid(last.gift)) == 1
            if asked * paid < 0 or (each and _places_paid(first.gift) == _places_paid(last.gift)):
                yield place


def rates_in_order(rates: Sequence[float], cite: Quote) -> bool:
    """Tell whether the words state rates one after the other, from the first to the last or the other way round.

    Rates that are not there at all are another fault.
    """
    places = [_places(cite, FigureKind.SHARE, rate) for rate in rates]
    return not all(places) or _one_after_the_other(places) or _one_after_the_other(places[::-1])


def _one_after_the_other(places: Iterable[Sequence[int]]) -> bool:
    last = -1
    for each in places:
        last = next((place for place in each if place > last), -1)
        if last < 0:
            return False
    return True


_RESPECTIVELY = "分别"


def tiers_without_words(tiers: Sequence[Tier], lexicon: Lexicon) -> Iterator[int]:
    """Yield the places of tiers that do not say which words are their condition's, where their own do not tell.

    A number is found in a list by itself; which of 国家级、省级、市级 is meant, only a cite of its own tells.
    """
    for place, tier in enumerate(tiers):
        shared = any(_overlap(tier.gift.cite, other.gift.cite) for other in tiers if other is not tier)
        leaf = _first_leaf(tier)
        if leaf.cite == tier.gift.cite and not _is_told(leaf, lexicon, shared=shared):
            yield place


def _is_told(leaf: Leaf, lexicon: Lexicon, *, shared: bool) -> bool:
    """Tell whether words say what a leaf asks: a number by itself, an entry by one of its names, all else if alone."""
    fact = lexicon.facts.get(leaf.test.fact)
    if fact is not None and fact.type in NUMERIC:
        return True
    if shared or fact is None or fact.type is not FactType.SET:
        return not shared
    entries = lexicon.vocabularies[fact.vocabulary]
    return any(name in leaf.cite.quote for value in leaf.test.expected for name in entries[str(value)].spellings())


def _overlap(first: Quote, last: Quote) -> bool:
    return first.start < last.end and last.start < first.end


def _same_clause(first: Tier, last: Tier) -> bool:
    cites = {cite.clause for tier in (first, last) for cite in (tier.gift.cite, _first_leaf(tier).cite)}
    return len(cites) == 1


def _side(first: Sequence[int], last: Sequence[int]) -> int:
    """Return 1 where the last stands behind the first, -1 where before it, 0 where it is not known or the same."""
    if not first or not last:
        return 0
    return (last[0] > first[0]) - (last[0] < first[0])


def _first_leaf(tier: Tier) -> Leaf:
    return next(leaves(tier.conditions[0]))


def _places_asked(tier: Tier, facts: Mapping[str, FactDefinition]) -> Sequence[int]:
    """Return where the words of a tier's first condition stand: its number, or where its own cite begins."""
    leaf = _first_leaf(tier)
    fact, value = facts.get(leaf.test.fact), leaf.test.expected[0]
    if fact is not None and fact.type in NUMERIC and isinstance(value, float):
        return _places(leaf.cite, _READ_AS.get(fact.type, FigureKind.SHARE), abs(value))
    return () if leaf.cite == tier.gift.cite and leaf.test.operator != "manual" else (leaf.cite.start,)


def _places_paid(gift: Gift) -> Sequence[int]:
    """Return where the number of what is paid stands, the last place first."""
    span, kind = (gift.amount, FigureKind.MONEY) if gift.amount else (gift.rate, FigureKind.SHARE)
    return _places(gift.cite, kind, span.high)[::-1] if span and span.high is not None else ()


def _places(cite: Quote, kind: FigureKind, value: float) -> list[int]:
    return [cite.start + figure.start for figure in figures_stating(cite.quote, kind, value)]
