"""What a pack of format 2 grants, read strictly: benefits with tiers, windows, stacking, papers, terms.

A number that does not stand in the words cited beside it is a fault: 2亿元 beside 「不低于2000万元」, 3 % beside 30 %.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from rules.language.amounts import parse_money, parse_share
from rules.language.blocks import BlockReader
from rules.language.condition_parsing import (
    ConditionParser,
    located,
    number_faults,
    rates_in_order,
    tiers_out_of_order,
    tiers_without_words,
)
from rules.language.facts import FactType
from rules.language.figures import run_in_order, stated_months, states_day, states_day_of_month
from rules.language.grants import (
    ASKING_WHAT_WAS_RECEIVED,
    BENEFIT_KINDS,
    BLOCKS,
    CHANNELS,
    GIFT_KEYS,
    MONTHLY_KEYS,
    Addressed,
    Base,
    Beneficiary,
    BenefitItem,
    Bracket,
    Cap,
    CapBy,
    Channel,
    Definition,
    Gift,
    Grant,
    Material,
    Per,
    Term,
    TermKind,
    Tier,
    received_fact,
)
from rules.language.stacking import DOCUMENT, OTHER_POLICIES, Level, Stacking, StackingRule
from rules.language.windows import Period
from seeds.documents import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitParser(BlockReader):
    """Reads the benefits of one measure, whose id `measure` is; "" of what holds for a whole document."""

    conditions: ConditionParser
    measure: str

    def parse(self, raw: Mapping[str, Any], pointer: str) -> tuple[BenefitItem, ...]:
        """Return the benefits, each that goes by what was received before with the fact that tells it."""
        numbers = count(1)
        return tuple(
            replace(item, received_fact=received_fact(self.measure, next(numbers)))
            if item.first_time_only or item.difference_only
            else item
            for item in self.each(raw, "benefits", pointer, self._benefit)
        )

    def _benefit(self, raw: object, pointer: str) -> BenefitItem | None:
        block = self.block(raw, pointer, *BLOCKS["benefits"])
        if block is None:
            return None
        if block["kind"] not in BENEFIT_KINDS:
            params = {"value": block["kind"], "kind": "kind", "known": BENEFIT_KINDS}
            self.fault(f"{pointer}/kind", "no_member", **params)
        gift = self._gift(block, pointer) if "cite" in block else None
        tiers = self._tiers(block, pointer)
        if "cite" not in block and (not tiers or GIFT_KEYS & set(block)):
            self.fault(f"{pointer}/cite", "key_empty", key="cite")
        if gift is None and not tiers:
            return None
        words = "\n".join(one.cite.quote for one in (*([gift] if gift else []), *(tier.gift for tier in tiers)))
        counts = {key: self.count(block, key, pointer, words) for key in ("years", "instalments")}
        flags = {key: self.cited_flag(block, key, pointer) for key in ASKING_WHAT_WAS_RECEIVED}
        parts = counts["instalments"]
        return BenefitItem(
            kind=str(block["kind"]), gift=gift, tiers=tiers, years=counts["years"],
            instalments=None if parts is None else int(parts),
            first_time_only=flags["first_time_only"], difference_only=flags["difference_only"],
        )  # fmt: skip

    def _gift(self, block: Mapping[str, Any], pointer: str) -> Gift | None:
        cite = self.cite(block, pointer)
        if cite is None:
            return None
        step = self.span(block, "step", pointer, parse_money, cite)
        per = self.member(Per, block.get("per"), f"{pointer}/per")
        if (step is None) is (per is Per.STEP):
            self.fault(f"{pointer}/step", "step_form")
        rate = self.up_to(block, ("rate", "rate_up_to"), pointer, parse_share, cite)
        brackets = self._brackets(block, pointer, cite) if "brackets" in block else ()
        return Gift(
            cite=cite,
            amount=self.up_to(block, ("amount", "up_to"), pointer, parse_money, cite),
            rate=rate,
            brackets=brackets,
            of=self.member(Base, block.get("of"), f"{pointer}/of"),
            of_fact=self._base(block, pointer, FactType.MONEY if rate or step or brackets else FactType.NUMBER),
            per=per,
            step=step.high if step else None,
            caps=self.each(block, "caps", pointer, self._cap),
        )

    def _brackets(self, block: Mapping[str, Any], pointer: str, cite: Quote) -> tuple[Bracket, ...]:
        """Read rates of the parts of a whole: each begins where the one before ends, the last has no end of its own."""

        def read(raw: object, place: str) -> tuple[float | None, float] | None:
            part = self.block(raw, place, *BLOCKS["brackets"])
            rate = self.span(part, "rate", place, parse_share, cite) if part else None
            most = self.span(part, "up_to", place, parse_money, cite, is_bound=True) if part else None
            return (most.high if most else None, rate.high) if rate and rate.high is not None else None

        parts = self.each(block, "brackets", pointer, read)
        ends = [end for end, _ in parts if end is not None]
        is_other = {"amount", "up_to", "rate", "rate_up_to", "step"} & set(block)
        if is_other or len(parts) < 2 or len(ends) < len(parts) - 1 or ends != sorted(set(ends)):  # noqa: PLR2004 - one is a rate
            self.fault(f"{pointer}/brackets", "bracket_form")
            return ()
        if not rates_in_order([rate for _, rate in parts], cite):
            self.fault(f"{pointer}/brackets", "tier_order", quote=cite.quote)
        starts = (0.0, *ends)
        return tuple(
            Bracket(above=above, up_to=end, rate=rate) for above, (end, rate) in zip(starts, parts, strict=False)
        )

    def _base(self, block: Mapping[str, Any], pointer: str, kind: FactType) -> str:
        """Read the fact that a rate is of, steps are counted in, or that counts what one amount is paid for."""
        base = str(block.get("of_fact", ""))
        fact = self.conditions.lexicon.facts.get(base)
        if base and fact is None:
            self.fault(f"{pointer}/of_fact", "no_fact", fact=base, nearest=None)
        elif fact is not None and fact.type is not kind:
            self.fault(f"{pointer}/of_fact", "fact_of_type", fact=base, type=kind.value)
        return base

    def _tiers(self, block: Mapping[str, Any], pointer: str) -> tuple[Tier, ...]:
        """Read tiers, whose conditions and amounts have to go together as the words put them."""
        tiers, lexicon = self.each(block, "tiers", pointer, self._tier), self.conditions.lexicon
        if isinstance(block.get("tiers"), list) and len(tiers) == len(block["tiers"]):
            for place in tiers_out_of_order(tiers, lexicon.facts):
                self.fault(f"{pointer}/tiers/{place}", "tier_order", quote=tiers[place].gift.cite.quote)
            for place in tiers_without_words(tiers, lexicon):
                self.fault(f"{pointer}/tiers/{place}/when/cite", "tier_words")
        return tiers

    def _tier(self, raw: object, pointer: str) -> Tier | None:
        block = self.block(raw, pointer, *BLOCKS["tiers"])
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
            self.fault(f"{pointer}/when", code, **params)
        if not good or len(good) < len(conditions) or gift is None:
            return None
        return Tier(conditions=good, gift=gift)

    def _cap(self, raw: object, pointer: str) -> Cap | None:
        block = self.block(raw, pointer, *BLOCKS["caps"])
        cite = self.cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        by = self.member(CapBy, block["by"], f"{pointer}/by")
        amount = self.span(block, "amount", pointer, parse_money, cite)
        return Cap(amount_cny=amount.high, by=by, cite=cite) if by and amount and amount.high is not None else None


def _with_cite(raw: object, cite: object) -> object:
    """Return a condition of a tier with the words of the tier, where it cites none of its own."""
    return {**raw, "cite": cite} if isinstance(raw, dict) and "cite" not in raw and "fact" in raw else raw


_SHARES_OF_A_TERM = frozenset({TermKind.OWN_FUNDS})
_YUAN_OF_A_TERM = frozenset({TermKind.BUDGET})
_LEAP_YEAR = 2024
"""A year that has every day: what repeats yearly is kept in it."""
_OWN_DAY = re.compile("(?:发布|印发|公布|施行|实施)之日|即日")
_PERIOD_KEYS = BLOCKS["windows"].optional - MONTHLY_KEYS
MONTHS, LONGEST_MONTH = 12, 31
_TELEPHONE = re.compile("[0-9]{7}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantParser(BlockReader):
    """Reads what one measure gives; `clause` is that of its operative sentence, `materials` the known papers."""

    benefits: BenefitParser
    materials: frozenset[str]

    def parse(self, raw: Mapping[str, Any], pointer: str) -> Grant:
        """Return what the measure states, without the parts that are wrong, each of which is noted."""
        beneficiary = raw.get("beneficiary")
        return Grant(
            benefits=self.benefits.parse(raw, pointer),
            beneficiary=None if beneficiary is None else self._addressed(beneficiary, f"{pointer}/beneficiary"),
            periods=tuple(run for runs in self.each(raw, "windows", pointer, self._periods) for run in runs),
            stacking=self.each(raw, "stacking", pointer, self._stacking),
            materials=self.each(raw, "materials", pointer, self._material),
            channels=self.each(raw, "channels", pointer, self._channel),
            terms=self.each(raw, "terms", pointer, self._term),
            definitions=self.each(raw, "definitions", pointer, self._definition),
        )

    def _stacking(self, raw: object, pointer: str) -> Stacking | None:
        block = self.block(raw, pointer, *BLOCKS["stacking"])
        if block is None:
            return None
        others = block["with"]
        named = isinstance(others, list) and bool(others) and all(isinstance(one, str) for one in others)
        if not named and others not in (DOCUMENT, OTHER_POLICIES):
            self.fault(f"{pointer}/with", "stacking_form", known=(DOCUMENT, OTHER_POLICIES))
            return None
        rule, cite = self.member(StackingRule, block["rule"], f"{pointer}/rule"), self.cite(block, pointer)
        if rule is None or cite is None:
            return None
        scope = str(block.get("scope", ""))
        if scope and scope not in cite.quote:
            self.fault(f"{pointer}/scope", "not_in_cite", value=scope, quote=cite.quote)
        levels = self.each(block, "levels", pointer, lambda one, place: self.member(Level, one, place))
        if levels and others != OTHER_POLICIES:
            self.fault(f"{pointer}/levels", "levels_of_others", reach=OTHER_POLICIES)
        return Stacking(
            rule=rule, cite=cite, scope=scope, ids=tuple(others) if named else (), reach="" if named else str(others),
            levels=levels, alike=self.flag(block, "alike", pointer),
        )  # fmt: skip

    def _addressed(self, raw: object, pointer: str) -> Addressed | None:
        block = self.block(raw, pointer, *BLOCKS["beneficiary"])
        cite = self.cite(block, pointer) if block else None
        kind = self.member(Beneficiary, block["kind"], f"{pointer}/kind") if block else None
        return Addressed(kind=kind, cite=cite) if kind and cite else None

    def _periods(self, raw: object, pointer: str) -> tuple[Period, ...] | None:
        """Read one window: a period, or one for each of the months of a year in which it comes again."""
        block = self.block(raw, pointer, *BLOCKS["windows"])
        cite = self.cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        if MONTHLY_KEYS & set(block):
            return self._in_months(block, pointer, cite)
        period = self._period(block, pointer, cite)
        return None if period is None else (period,)

    def _in_months(self, block: Mapping[str, Any], pointer: str, cite: Quote) -> tuple[Period, ...] | None:
        """Read months of every year, with days of each of them where not the whole month is meant."""
        months, days = block.get("months"), block.get("days", [1, LONGEST_MONTH])
        is_pair = _rising(days, LONGEST_MONTH) and len(days) == len(("opens", "closes"))
        if not _rising(months, MONTHS) or not is_pair or _PERIOD_KEYS & set(block):
            self.fault(pointer, "period_form")
            return None
        if stated_months(cite.quote) != frozenset(months):
            self.fault(f"{pointer}/months", "not_in_cite", value=months, quote=cite.quote)
        for day in block.get("days", ()):
            if not states_day_of_month(cite.quote, day):
                self.fault(f"{pointer}/days", "not_in_cite", value=day, quote=cite.quote)
        return tuple(
            Period(opens=date(_LEAP_YEAR, month, first), closes=date(_LEAP_YEAR, month, last), cite=cite, yearly=True)
            for month in months
            for first, last in [[min(day, monthrange(_LEAP_YEAR, month)[1]) for day in days]]
        )

    def _period(self, block: Mapping[str, Any], pointer: str, cite: Quote) -> Period | None:
        yearly = self.flag(block, "yearly", pointer)
        opens, closes = (self._day(block, key, pointer, cite, yearly=yearly) for key in ("opens", "closes"))
        if yearly and closes and opens and closes < opens:  # from December into March of the next year
            closes = closes.replace(year=closes.year + 1) if (closes.month, closes.day) != (2, 29) else closes
        bounds = [bound is not None for bound in (opens, closes)]
        instead = self.flag(block, "instead", pointer)
        wrong = (yearly and not all(bounds)) or (instead and (yearly or opens is None))
        if any(bounds) is self.flag(block, "all_year", pointer) or wrong:
            self.fault(pointer, "period_form")
            return None
        if opens and closes and closes < opens and not yearly:
            self.fault(f"{pointer}/closes", "closes_before_opens", day=opens)
        if opens and closes and not run_in_order(cite.quote, opens, closes, yearly=yearly):
            self.fault(pointer, "window_order", quote=cite.quote)
        return Period(opens=opens, closes=closes, cite=cite, yearly=yearly, instead=instead)

    def _day(self, block: Mapping[str, Any], key: str, pointer: str, cite: Quote, *, yearly: bool) -> date | None:
        if key not in block:
            return None
        text = f"{_LEAP_YEAR}-{block[key]}" if yearly else str(block[key])
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.fault(f"{pointer}/{key}", "no_date", value=block[key])
            return None
        if not states_day(cite.quote, day, yearly=yearly) and not self._is_day_of_document(cite.quote, day):
            self.fault(f"{pointer}/{key}", "not_in_cite", value=block[key], quote=cite.quote)
        return day

    def _is_day_of_document(self, words: str, day: date) -> bool:
        """Tell whether words name the day on which the document came out or took effect, and it is that."""
        document = self.quoter.document
        return bool(_OWN_DAY.search(words)) and day in (document.out_on, document.published_on, document.effective_from)

    def _material(self, raw: object, pointer: str) -> Material | None:
        block = self.block(raw, pointer, *BLOCKS["materials"])
        cite = self.cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        if block["id"] not in self.materials:
            self.fault(f"{pointer}/id", "no_material", id=block["id"])
        return Material(id=str(block["id"]), cite=cite)

    def _channel(self, raw: object, pointer: str) -> Channel | None:
        block = self.block(raw, pointer, *BLOCKS["channels"])
        cite = self.cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        if block["by"] not in CHANNELS:
            self.fault(f"{pointer}/by", "no_member", value=block["by"], kind="by", known=CHANNELS)
        name, url = str(block.get("name", "")), str(block.get("url", ""))
        for key, text in (("name", name), ("url", url)):
            if text and text not in cite.quote:
                self.fault(f"{pointer}/{key}", "not_in_cite", value=text, quote=cite.quote)
        if _TELEPHONE.search(cite.quote.replace(url, "")):
            self.fault(f"{pointer}/cite", "telephone_number")
        if url and urlsplit(url).scheme not in ("http", "https"):
            self.fault(f"{pointer}/url", "no_web_address", value=url)
        return Channel(by=str(block["by"]), cite=cite, name=name, url=url)

    def _term(self, raw: object, pointer: str) -> Term | None:
        block = self.block(raw, pointer, *BLOCKS["terms"])
        cite = self.cite(block, pointer) if block else None
        kind = self.member(TermKind, block["kind"], f"{pointer}/kind") if block else None
        if block is None or cite is None or kind is None:
            return None
        if kind in _YUAN_OF_A_TERM | _SHARES_OF_A_TERM:
            parse = parse_money if kind in _YUAN_OF_A_TERM else parse_share
            stated = self.span(block, "value", pointer, parse, cite)
            return Term(kind=kind, cite=cite, value=stated.high if stated else None)
        return Term(kind=kind, cite=cite, value=self.count(block, "value", pointer, cite.quote))

    def _definition(self, raw: object, pointer: str) -> Definition | None:
        block = self.block(raw, pointer, *BLOCKS["definitions"])
        cite = self.cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        if str(block["term"]) not in self.quoter.document.clause_text(cite.clause):
            self.fault(f"{pointer}/term", "not_in_clause", words=block["term"], clause=cite.clause)
        return Definition(term=str(block["term"]), cite=cite)


def _rising(raw: object, most: int) -> TypeGuard[list[int]]:
    """Tell whether something is a list of whole numbers from 1 to `most`, each higher than the one before."""
    if not isinstance(raw, list) or not raw or not all(type(one) is int and 1 <= one <= most for one in raw):
        return False
    return raw == sorted(set(raw))
