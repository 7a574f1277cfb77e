"""What a pack of format 2 writes of a measure beside its conditions, checked strictly; every fault names its pointer.

A number that does not stand in the words cited beside it is a fault: 2亿元 beside 「不低于2000万元」, 3 % beside 30 %.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from rules.language.amounts import AmountError, parse_money, parse_share
from rules.language.condition_parsing import ConditionParser, Quoter, located
from rules.language.facts import FactType
from rules.language.figures import FigureKind, figures_stating, run_in_order, states, states_day, states_years
from rules.language.grants import (
    Addressed,
    Base,
    Beneficiary,
    BenefitItem,
    Cap,
    CapBy,
    Channel,
    Definition,
    Gift,
    Grant,
    Material,
    Per,
    Span,
    Term,
    TermKind,
    Tier,
)
from rules.language.number_checks import number_faults, tiers_out_of_order, tiers_without_words
from rules.language.quotes import Quote
from rules.language.stacking import DOCUMENT, OTHER_POLICIES, Level, Stacking, StackingRule
from rules.language.windows import Period

BENEFIT_KINDS = frozenset(
    {
        "certification", "cooperation", "data", "equity", "facility", "fast_approval", "fund", "grant", "listing",
        "loan", "market", "network", "permission", "procurement", "promotion", "resources", "service", "talent",
    }
)  # fmt: skip
CHANNELS = ("online", "window", "post", "email")

_GIFT_KEYS = frozenset({"amount", "up_to", "rate", "rate_up_to", "of", "of_fact", "per", "step", "caps", "cite"})
_ITEM_KEYS = _GIFT_KEYS | {"kind", "tiers", "years", "instalments", "first_time_only", "difference_only"}
_SHARES_OF_A_TERM = frozenset({TermKind.OWN_FUNDS})
_YUAN_OF_A_TERM = frozenset({TermKind.BUDGET})
_LEAP_YEAR = 2024
"""A year that has every day: what repeats yearly is kept in it."""
_OWN_DAY = re.compile("(?:发布|印发|公布|施行|实施)之日|即日")
_TELEPHONE = re.compile("[0-9]{7}")

Kind = TypeVar("Kind", bound=StrEnum)
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantParser:
    """Reads what one measure gives; `clause` is that of its operative sentence, `materials` the known papers."""

    quoter: Quoter
    conditions: ConditionParser
    clause: str
    materials: frozenset[str]

    def parse(self, raw: Mapping[str, Any], pointer: str) -> Grant:
        """Return what the measure states, without the parts that are wrong, each of which is noted."""
        beneficiary = raw.get("beneficiary")
        return Grant(
            benefits=self._each(raw, "benefits", pointer, self._benefit),
            beneficiary=None if beneficiary is None else self._addressed(beneficiary, f"{pointer}/beneficiary"),
            periods=self._each(raw, "windows", pointer, self._period),
            stacking=self._each(raw, "stacking", pointer, self._stacking),
            materials=self._each(raw, "materials", pointer, self._material),
            channels=self._each(raw, "channels", pointer, self._channel),
            terms=self._each(raw, "terms", pointer, self._term),
            definitions=self._each(raw, "definitions", pointer, self._definition),
        )

    def _stacking(self, raw: object, pointer: str) -> Stacking | None:
        block = self._block(raw, pointer, ("with", "rule", "cite"), optional=("scope", "levels", "alike"))
        if block is None:
            return None
        others = block["with"]
        named = isinstance(others, list) and bool(others) and all(isinstance(one, str) for one in others)
        if not named and others not in (DOCUMENT, OTHER_POLICIES):
            self._fault(f"{pointer}/with", "stacking_form", known=(DOCUMENT, OTHER_POLICIES))
            return None
        rule, cite = self._member(StackingRule, block["rule"], f"{pointer}/rule"), self._cite(block, pointer)
        if rule is None or cite is None:
            return None
        scope = str(block.get("scope", ""))
        if scope and scope not in cite.quote:
            self._fault(f"{pointer}/scope", "not_in_cite", value=scope, quote=cite.quote)
        levels = self._each(block, "levels", pointer, lambda one, place: self._member(Level, one, place))
        if levels and others != OTHER_POLICIES:
            self._fault(f"{pointer}/levels", "levels_of_others", reach=OTHER_POLICIES)
        return Stacking(
            rule=rule, cite=cite, scope=scope, ids=tuple(others) if named else (), reach="" if named else str(others),
            levels=levels, alike=self._flag(block, "alike", pointer),
        )  # fmt: skip

    def _benefit(self, raw: object, pointer: str) -> BenefitItem | None:
        block = self._block(raw, pointer, ("kind",), optional=_ITEM_KEYS)
        if block is None:
            return None
        if block["kind"] not in BENEFIT_KINDS:
            params = {"value": block["kind"], "kind": "kind", "known": tuple(sorted(BENEFIT_KINDS))}
            self._fault(f"{pointer}/kind", "no_member", **params)
        gift = self._gift(block, pointer) if "cite" in block else None
        tiers = self._tiers(block, pointer)
        if "cite" not in block and (not tiers or _GIFT_KEYS & set(block)):
            self._fault(f"{pointer}/cite", "key_empty", key="cite")
        if gift is None and not tiers:
            return None
        words = "\n".join(one.cite.quote for one in (*([gift] if gift else []), *(tier.gift for tier in tiers)))
        counts = {key: self._count(block, key, pointer, words) for key in ("years", "instalments")}
        flags = {key: self._cited_flag(block, key, pointer) for key in ("first_time_only", "difference_only")}
        parts = counts["instalments"]
        return BenefitItem(
            kind=str(block["kind"]), gift=gift, tiers=tiers, years=counts["years"],
            instalments=None if parts is None else int(parts), **flags,
        )  # fmt: skip

    def _gift(self, block: Mapping[str, Any], pointer: str) -> Gift | None:
        cite = self._cite(block, pointer)
        if cite is None:
            return None
        step = self._range(block, "step", pointer, parse_money, cite)
        per = self._member(Per, block.get("per"), f"{pointer}/per")
        if (step is None) is (per is Per.STEP):
            self._fault(f"{pointer}/step", "step_form")
        rate = self._up_to(block, ("rate", "rate_up_to"), pointer, parse_share, cite)
        return Gift(
            cite=cite,
            amount=self._up_to(block, ("amount", "up_to"), pointer, parse_money, cite),
            rate=rate,
            of=self._member(Base, block.get("of"), f"{pointer}/of"),
            of_fact=self._base(block, pointer, FactType.MONEY if rate or step else FactType.NUMBER),
            per=per,
            step=step.high if step else None,
            caps=self._each(block, "caps", pointer, self._cap),
        )

    def _base(self, block: Mapping[str, Any], pointer: str, kind: FactType) -> str:
        """Read the fact that a rate is of, steps are counted in, or that counts what one amount is paid for."""
        base = str(block.get("of_fact", ""))
        fact = self.conditions.lexicon.facts.get(base)
        if base and fact is None:
            self._fault(f"{pointer}/of_fact", "no_fact", fact=base, nearest=None)
        elif fact is not None and fact.type is not kind:
            self._fault(f"{pointer}/of_fact", "fact_of_type", fact=base, type=kind.value)
        return base

    def _tiers(self, block: Mapping[str, Any], pointer: str) -> tuple[Tier, ...]:
        """Read tiers, whose conditions and amounts have to go together as the words put them."""
        tiers, lexicon = self._each(block, "tiers", pointer, self._tier), self.conditions.lexicon
        if isinstance(block.get("tiers"), list) and len(tiers) == len(block["tiers"]):
            for place in tiers_out_of_order(tiers, lexicon.facts):
                self._fault(f"{pointer}/tiers/{place}", "tier_order", quote=tiers[place].gift.cite.quote)
            for place in tiers_without_words(tiers, lexicon):
                self._fault(f"{pointer}/tiers/{place}/when/cite", "tier_words")
        return tiers

    def _tier(self, raw: object, pointer: str) -> Tier | None:
        block = self._block(raw, pointer, ("when", "cite"), optional=_GIFT_KEYS)
        if block is None:
            return None
        asked = block["when"] if isinstance(block["when"], list) else [block["when"]]
        conditions = [
            self.conditions.parse(_with_cite(one, located(block)), f"{pointer}/when/{place}")
            for place, one in enumerate(asked)
        ]
        gift = self._gift(block, pointer)
        good = tuple(condition for condition in conditions if condition is not None)
        for code, params in number_faults(good, self.conditions.lexicon.facts):
            self._fault(f"{pointer}/when", code, **params)
        if not good or len(good) < len(conditions) or gift is None:
            return None
        return Tier(conditions=good, gift=gift)

    def _cap(self, raw: object, pointer: str) -> Cap | None:
        block = self._block(raw, pointer, ("amount", "by", "cite"))
        cite = self._cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        by = self._member(CapBy, block["by"], f"{pointer}/by")
        amount = self._range(block, "amount", pointer, parse_money, cite)
        return Cap(amount_cny=amount.high, by=by, cite=cite) if by and amount and amount.high is not None else None

    def _addressed(self, raw: object, pointer: str) -> Addressed | None:
        block = self._block(raw, pointer, ("kind", "cite"))
        cite = self._cite(block, pointer) if block else None
        kind = self._member(Beneficiary, block["kind"], f"{pointer}/kind") if block else None
        return Addressed(kind=kind, cite=cite) if kind and cite else None

    def _period(self, raw: object, pointer: str) -> Period | None:
        block = self._block(raw, pointer, ("cite",), optional=("opens", "closes", "yearly", "all_year", "instead"))
        cite = self._cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        yearly = self._flag(block, "yearly", pointer)
        opens, closes = (self._day(block, key, pointer, cite, yearly=yearly) for key in ("opens", "closes"))
        if yearly and closes and opens and closes < opens:  # from December into March of the next year
            closes = closes.replace(year=closes.year + 1) if (closes.month, closes.day) != (2, 29) else closes
        bounds = [bound is not None for bound in (opens, closes)]
        instead = self._flag(block, "instead", pointer)
        wrong = (yearly and not all(bounds)) or (instead and (yearly or opens is None))
        if any(bounds) is self._flag(block, "all_year", pointer) or wrong:
            self._fault(pointer, "period_form")
            return None
        if opens and closes and closes < opens and not yearly:
            self._fault(f"{pointer}/closes", "closes_before_opens", day=opens)
        if opens and closes and not run_in_order(cite.quote, opens, closes, yearly=yearly):
            self._fault(pointer, "window_order", quote=cite.quote)
        return Period(opens=opens, closes=closes, cite=cite, yearly=yearly, instead=instead)

    def _day(self, block: Mapping[str, Any], key: str, pointer: str, cite: Quote, *, yearly: bool) -> date | None:
        if key not in block:
            return None
        text = f"{_LEAP_YEAR}-{block[key]}" if yearly else str(block[key])
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self._fault(f"{pointer}/{key}", "no_date", value=block[key])
            return None
        if not states_day(cite.quote, day, yearly=yearly) and not self._is_day_of_document(cite.quote, day):
            self._fault(f"{pointer}/{key}", "not_in_cite", value=block[key], quote=cite.quote)
        return day

    def _is_day_of_document(self, words: str, day: date) -> bool:
        """Tell whether words name the day on which the document came out or took effect, and it is that."""
        document = self.quoter.document
        return bool(_OWN_DAY.search(words)) and day in (document.out_on, document.published_on, document.effective_from)

    def _material(self, raw: object, pointer: str) -> Material | None:
        block = self._block(raw, pointer, ("id", "cite"))
        cite = self._cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        if block["id"] not in self.materials:
            self._fault(f"{pointer}/id", "no_material", id=block["id"])
        return Material(id=str(block["id"]), cite=cite)

    def _channel(self, raw: object, pointer: str) -> Channel | None:
        block = self._block(raw, pointer, ("by", "cite"), optional=("name", "url"))
        cite = self._cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        if block["by"] not in CHANNELS:
            self._fault(f"{pointer}/by", "no_member", value=block["by"], kind="by", known=CHANNELS)
        name, url = str(block.get("name", "")), str(block.get("url", ""))
        for key, text in (("name", name), ("url", url)):
            if text and text not in cite.quote:
                self._fault(f"{pointer}/{key}", "not_in_cite", value=text, quote=cite.quote)
        if _TELEPHONE.search(cite.quote.replace(url, "")):
            self._fault(f"{pointer}/cite", "telephone_number")
        if url and urlsplit(url).scheme not in ("http", "https"):
            self._fault(f"{pointer}/url", "no_web_address", value=url)
        return Channel(by=str(block["by"]), cite=cite, name=name, url=url)

    def _term(self, raw: object, pointer: str) -> Term | None:
        block = self._block(raw, pointer, ("kind", "cite"), optional=("value",))
        cite = self._cite(block, pointer) if block else None
        kind = self._member(TermKind, block["kind"], f"{pointer}/kind") if block else None
        if block is None or cite is None or kind is None:
            return None
        if kind in _YUAN_OF_A_TERM | _SHARES_OF_A_TERM:
            parse = parse_money if kind in _YUAN_OF_A_TERM else parse_share
            stated = self._range(block, "value", pointer, parse, cite)
            return Term(kind=kind, cite=cite, value=stated.high if stated else None)
        return Term(kind=kind, cite=cite, value=self._count(block, "value", pointer, cite.quote))

    def _definition(self, raw: object, pointer: str) -> Definition | None:
        block = self._block(raw, pointer, ("term", "cite"))
        cite = self._cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        if str(block["term"]) not in self.quoter.document.clause_text(cite.clause):
            self._fault(f"{pointer}/term", "not_in_clause", words=block["term"], clause=cite.clause)
        return Definition(term=str(block["term"]), cite=cite)

    def _up_to(
        self, block: Mapping[str, Any], keys: tuple[str, str], pointer: str, parse: Callable[[str], float], cite: Quote
    ) -> Span | None:
        """Read a number that stands as it is, or one that is the most and has no least."""
        exact, most = (self._range(block, key, pointer, parse, cite) for key in keys)
        if exact and most:
            self._fault(f"{pointer}/{keys[1]}", "amount_and_up_to", first=keys[0], second=keys[1])
        return exact or (Span(low=None, high=most.high) if most else None)

    def _range(
        self, block: Mapping[str, Any], key: str, pointer: str, parse: Callable[[str], float], cite: Quote
    ) -> Span | None:
        """Read one number or [from, to], each of which has to stand in the words cited."""
        if key not in block:
            return None
        given = block[key] if isinstance(block[key], list) else [block[key]]
        try:
            values = [parse(str(one)) for one in given]
        except AmountError as error:
            self._fault(f"{pointer}/{key}", error.code, **error.params)
            return None
        if len(values) not in (1, 2) or values != sorted(set(values)):
            self._fault(f"{pointer}/{key}", "range_form")
            return None
        kind = FigureKind.MONEY if parse is parse_money else FigureKind.SHARE
        for value, text in zip(values, given, strict=True):
            figures = figures_stating(cite.quote, kind, value)
            if not figures:
                self._fault(f"{pointer}/{key}", "not_in_cite", value=text, quote=cite.quote)
            elif len(values) == 1 and all(figure.low < figure.high for figure in figures):
                self._fault(f"{pointer}/{key}", "one_of_a_range", value=text, quote=cite.quote)
        return Span(low=values[0], high=values[-1])

    def _count(self, block: Mapping[str, Any], key: str, pointer: str, words: str) -> float | None:
        value = block.get(key)
        if isinstance(value, dict):  # stated elsewhere than what is paid
            stated = self._block(value, f"{pointer}/{key}", ("value", "cite"))
            cite = self._cite(stated, f"{pointer}/{key}") if stated else None
            value, words = (stated["value"], cite.quote) if stated and cite else (None, words)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            self._fault(f"{pointer}/{key}", "no_positive_number", value=value)
            return None
        if not (states_years(words, value) if key == "years" else states(words, FigureKind.COUNT, value)):
            self._fault(f"{pointer}/{key}", "not_in_cite", value=value, quote=words)
        return float(value)

    def _flag(self, block: Mapping[str, Any], key: str, pointer: str) -> bool:
        if not isinstance(block.get(key, False), bool):
            self._fault(f"{pointer}/{key}", "must_be_flag")
        return block.get(key) is True

    def _cited_flag(self, block: Mapping[str, Any], key: str, pointer: str) -> bool:
        """Read a flag that may say in which words it stands, where those of the benefit do not say so."""
        if not isinstance(block.get(key), dict):
            return self._flag(block, key, pointer)
        stated = self._block(block[key], f"{pointer}/{key}", ("cite",))
        return bool(stated and self._cite(stated, f"{pointer}/{key}"))

    def _member(self, kind: type[Kind], raw: object, pointer: str) -> Kind | None:
        if raw is None:
            return None
        try:
            return kind(str(raw))
        except ValueError:
            self._fault(pointer, "no_member", value=raw, kind=kind.__name__, known=tuple(str(one) for one in kind))
            return None

    def _cite(self, block: Mapping[str, Any], pointer: str) -> Quote | None:
        return self.quoter.cite(located(block), f"{pointer}/cite", self.clause)

    def _each(
        self, raw: Mapping[str, Any], key: str, pointer: str, read: Callable[[object, str], Read | None]
    ) -> tuple[Read, ...]:
        items = raw.get(key, [])
        if not isinstance(items, list):
            self._fault(f"{pointer}/{key}", "must_be_list")
            return ()
        found = (read(item, f"{pointer}/{key}/{place}") for place, item in enumerate(items))
        return tuple(one for one in found if one is not None)

    def _block(
        self, raw: object, pointer: str, required: Iterable[str], *, optional: Iterable[str] = ()
    ) -> Mapping[str, Any] | None:
        """Return a mapping that has the required keys and no unknown ones, or None after noting what is wrong."""
        needed = tuple(required)
        known = tuple(sorted({*needed, *optional, "clause"}))
        if not isinstance(raw, dict):
            self._fault(pointer, "block_form", keys=known)
            return None
        for key in sorted(set(raw) - set(known), key=str):
            self._fault(f"{pointer}/{key}", "unknown_key", key=key, known=known)
        missing = [key for key in needed if raw.get(key) in (None, "")]
        for key in missing:
            self._fault(f"{pointer}/{key}", "key_empty", key=key)
        return None if missing else raw

    def _fault(self, pointer: str, code: str, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        self.quoter.faults.add(pointer, code, **params)


def _with_cite(raw: object, cite: object) -> object:
    """Return a condition of a tier with the words of the tier, where it cites none of its own."""
    return {**raw, "cite": cite} if isinstance(raw, dict) and "cite" not in raw and "fact" in raw else raw
