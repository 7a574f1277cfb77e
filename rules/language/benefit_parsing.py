"""What a pack of format 2 writes of what is given: amounts, rates, brackets, tiers and limits, each with its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from rules.language.amounts import parse_money, parse_share
from rules.language.blocks import BlockReader
from rules.language.condition_parsing import ConditionParser
from rules.language.facts import FactType
from rules.language.grants import Base, BenefitItem, Bracket, Cap, CapBy, Gift, Per, Tier, received_fact
from rules.language.number_checks import number_faults, rates_in_order, tiers_out_of_order, tiers_without_words
from rules.language.quotes import Quote, located

BENEFIT_KINDS = frozenset(
    {
        "certification", "cooperation", "data", "equity", "facility", "fast_approval", "fund", "grant", "listing",
        "loan", "market", "network", "permission", "procurement", "promotion", "resources", "service", "talent",
    }
)  # fmt: skip

_GIFT_KEYS = frozenset(
    {"amount", "up_to", "rate", "rate_up_to", "brackets", "of", "of_fact", "per", "step", "caps", "cite"}
)
ASKING_WHAT_WAS_RECEIVED = ("first_time_only", "difference_only")
_ITEM_KEYS = _GIFT_KEYS | {"kind", "tiers", "years", "instalments", *ASKING_WHAT_WAS_RECEIVED}


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
        block = self.block(raw, pointer, ("kind",), optional=_ITEM_KEYS)
        if block is None:
            return None
        if block["kind"] not in BENEFIT_KINDS:
            params = {"value": block["kind"], "kind": "kind", "known": tuple(sorted(BENEFIT_KINDS))}
            self.fault(f"{pointer}/kind", "no_member", **params)
        gift = self._gift(block, pointer) if "cite" in block else None
        tiers = self._tiers(block, pointer)
        if "cite" not in block and (not tiers or _GIFT_KEYS & set(block)):
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
            part = self.block(raw, place, ("rate",), optional=("up_to",))
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
        block = self.block(raw, pointer, ("when", "cite"), optional=_GIFT_KEYS)
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
        block = self.block(raw, pointer, ("amount", "by", "cite"))
        cite = self.cite(block, pointer) if block else None
        if block is None or cite is None:
            return None
        by = self.member(CapBy, block["by"], f"{pointer}/by")
        amount = self.span(block, "amount", pointer, parse_money, cite)
        return Cap(amount_cny=amount.high, by=by, cite=cite) if by and amount and amount.high is not None else None


def _with_cite(raw: object, cite: object) -> object:
    """Return a condition of a tier with the words of the tier, where it cites none of its own."""
    return {**raw, "cite": cite} if isinstance(raw, dict) and "cite" not in raw and "fact" in raw else raw
