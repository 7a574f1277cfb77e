"""One sentence into the parts of a measure: conditions, benefits, tiers, each with the words that say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.drafting.parts import AskedReader, TierReader, gift_of, manner_of, manual, yuan
from rules.drafting.sentences import DraftingWords, Placed, Role, RoleReader, Sentence, Span, holds, nearest
from rules.language.facts import FactDefinition
from rules.language.figures import Figure, FigureKind

_BY = re.compile("(?<!^)按(?!时|期|规定|要求)")
"""Behind who is addressed: how much is paid 「按每项不超过50万元」."""


@dataclass(slots=True)
class Read:
    """What a sentence gave, as packs write it; `used` are the places of its figures that are in it."""

    conditions: list[dict[str, Any]] = field(default_factory=list)
    benefits: list[dict[str, Any]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    step: str = ""

    @property
    def asks_a_number(self) -> bool:
        """Tell whether a condition was read from a figure."""
        return any(one.get("manual", "") != "addressee" for one in self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceReader:
    """Reads sentences with the words and the published facts."""

    words: DraftingWords
    facts: Mapping[str, FactDefinition]

    def read(self, sentence: Sentence) -> Read:
        """Return conditions and benefits of a sentence; one without a paying word gives conditions alone."""
        read, placed = Read(), RoleReader(self.words).read(sentence)
        asked = AskedReader(words=self.words, facts=self.facts)
        read.benefits = TierReader(words=self.words, asked=asked).read(sentence, placed, read.used)
        self._benefits(sentence, placed, read)
        read.conditions = asked.read(sentence, placed, read.used)
        self._addressee(sentence, read)
        return read

    def asks(self, sentence: Sentence) -> list[dict[str, Any]]:
        """Return what a sentence asks that stands among conditions: its numbers, or all of it in words."""
        asked = AskedReader(words=self.words, facts=self.facts)
        placed = RoleReader(self.words).read(sentence, asks=True)
        return asked.read(sentence, placed, set()) or [manual("asked-1", sentence.words(0, len(sentence.text)))]

    def _benefits(self, sentence: Sentence, placed: Sequence[Placed], read: Read) -> None:
        for one in placed:
            is_paid = one.role in (Role.PAYS, Role.LIMITS) and one.figure.start not in read.used
            if not is_paid or self._is_step(sentence, one, read):
                continue
            cite = sentence.covering(one.figure.start, one.figure.end)
            if self._is_of_a_tax(sentence, one):
                self._refunded(sentence, one, cite, read)
                continue
            by = nearest(self.words.cap_by, sentence.text[one.segment.start : one.figure.start])
            is_cap = one.role is Role.LIMITS and one.figure.kind is not FigureKind.SHARE
            is_own = not by and holds(("给予", "对"), sentence.text[one.segment.start : one.figure.start])
            if is_cap and read.benefits and not is_own:
                cap = {"amount": yuan(one.figure.high), "by": by or "item", "cite": cite}
                for gift in read.benefits[-1].get("tiers", read.benefits[-1:]):
                    gift.setdefault("caps", []).append(dict(cap))
            elif is_cap and by and by != "item":
                caps = [{"amount": yuan(one.figure.high), "by": by, "cite": cite}]
                read.benefits.append({"kind": "grant", "cite": cite, "caps": caps})
            else:
                step = {"per": "step", "step": read.step} if read.step else {}
                read.benefits.append({"kind": "grant", **gift_of(sentence, one, self.words), **step, "cite": cite})
                read.step = ""
            read.used.add(one.figure.start)
        ends = [benefit.get("tiers", [benefit])[-1]["cite"].end - sentence.span.start for benefit in read.benefits]
        for benefit, end in zip(read.benefits, ends, strict=True):
            start = max((other for other in ends if other < end), default=0)
            self._lengthen(sentence, placed, benefit, (start, len(sentence.text) if end == max(ends) else end))

    def _is_of_a_tax(self, sentence: Sentence, one: Placed) -> bool:
        """Tell whether a share is that of a tax: 「按17%税率征收」, 「实际税负超过3%的部分」."""
        if one.figure.kind is not FigureKind.SHARE:
            return False
        before, behind = sentence.text[one.segment.start : one.figure.start], sentence.text[one.figure.end :]
        return behind.lstrip("的优惠").startswith(self.words.taxes) or holds(self.words.taxes, before)

    def _refunded(self, sentence: Sentence, one: Placed, cite: Span, read: Read) -> None:
        """Add what is done with a tax as a benefit of no amount, with all its words."""
        last = read.benefits[-1] if read.benefits else {}
        if last and last.keys() == {"kind", "cite"}:
            start = last["cite"].start - sentence.span.start
            last["cite"] = sentence.covering(start, one.figure.end)
        else:
            read.benefits.append({"kind": "grant", "cite": cite})
        read.used.add(one.figure.start)

    def _is_step(self, sentence: Sentence, one: Placed, read: Read) -> bool:
        """Tell whether an amount is the step of the next one (每增加100万元给予5万元), noted for it."""
        before = sentence.text[one.segment.start : one.figure.start]
        if one.figure.kind is not FigureKind.MONEY or not before.endswith(
            ("每增加", "每新增", "每增长", "每满", "每超过")
        ):
            return False
        read.step = yuan(one.figure.high)
        read.used.add(one.figure.start)
        return True

    def _lengthen(
        self, sentence: Sentence, placed: Sequence[Placed], benefit: dict[str, Any], stretch: tuple[int, int]
    ) -> None:
        """Say how a benefit is paid, as a stretch of the sentence tells it; its cite then reaches that far."""
        if "tiers" in benefit:  # its manner was read beside its last step
            return
        manner = manner_of(sentence, placed, self.words, *stretch)
        told = [
            one.figure for one in placed
            if one.role in (Role.YEARS, Role.PARTS) and stretch[0] <= one.figure.start < stretch[1]
        ]  # fmt: skip
        if told:
            start, end = (place - sentence.span.start for place in (benefit["cite"].start, benefit["cite"].end))
            benefit["cite"] = sentence.covering(min(start, told[0].start), max(end, told[-1].end))
        benefit.update(manner)

    def _addressee(self, sentence: Sentence, read: Read) -> None:
        """Add who is addressed as a manual condition, where no number of the phrase says it already."""
        phrase = addressed(sentence, self.words)
        tiers = [tier for one in read.benefits for tier in one.get("tiers", ())]
        cites = [one["cite"].text for one in (*read.conditions, *tiers)]
        if phrase and not any(phrase.text in cite or cite in phrase.text for cite in cites):
            read.conditions.insert(0, manual("addressee", phrase))


def addressed(sentence: Sentence, words: DraftingWords) -> Span | None:
    """Return the phrase that says who is addressed (对…的企业), None where there is none or it says 企业 alone."""
    segment = next((one for one in sentence.segments if one.text.startswith(("对", "凡"))), None)
    if segment is None:
        return None
    skipped = next(len(word) for word in ("对于", "对", "凡") if segment.text.startswith(word))
    phrase = segment.text[skipped:]
    turns = [phrase.find(word) for word in words.paying if phrase.find(word) > 0]
    turns += [found.start() for found in [_BY.search(phrase)] if found]
    turn = min(turns, default=len(phrase))
    plain = phrase[:turn].rstrip("，：,: 可将按")
    plain = next((plain.removesuffix(word) for word in ("予以", "给予", "进行", "提供") if plain.endswith(word)), plain)
    found = sentence.words(segment.start + skipped, segment.start + skipped + len(plain))
    if any(
        figure.kind is FigureKind.SHARE and found.text.endswith(sentence.text[figure.start : figure.end])
        for figure in sentence.figures
    ):
        return None  # 对贷款利息的50%给予补助: what is paid of, not who is addressed
    is_limit = found.text.startswith(("单家", "单个", "单户", "单笔", "每家", "每个", "同一"))
    names_again = found.text.startswith(("其", "该", "上述"))
    return None if is_limit or names_again or found.text in ("企业", "项目", "单位", "个人", "") else found


def names_money(figures: Iterable[Figure]) -> bool:
    """Tell whether a figure is money, a share or a bare number with a scale."""
    return any(one.kind in (FigureKind.MONEY, FigureKind.SHARE) or one.unit in ("万", "亿") for one in figures)
