"""One sentence into the parts of a measure: conditions, benefits, tiers, each with the words that say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rules.drafting.roles import Placed, Role, RoleReader
from rules.drafting.sentences import Sentence
from rules.drafting.words import DraftingWords, first_named, holds, nearest
from rules.language.facts import FactDefinition, FactType
from rules.language.figures import POINTS, Figure, FigureKind

_KINDS_OF_FACTS = {
    FactType.MONEY: (FigureKind.MONEY, FigureKind.PLAIN),
    FactType.NUMBER: (FigureKind.COUNT, FigureKind.SPAN),
    FactType.SHARE: (FigureKind.SHARE,),
    FactType.RATE: (FigureKind.SHARE,),
}
_LONGEST_TEXT = 80
_BEHIND = 5
"""So many characters behind an amount may say what it is for: 「元/平方米」."""
_BETWEEN = re.compile("(?:的?(?:奖励|补助|补贴|资助))?(?:、|和|及|或|/|,)")
"""What stands between the amounts of one list."""


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
    facts: dict[str, FactDefinition]

    def read(self, sentence: Sentence) -> Read:
        """Return conditions and benefits of a sentence; one without a paying word gives conditions alone."""
        read, placed = Read(), RoleReader(self.words).read(sentence)
        self._tiers(sentence, placed, read)
        self._benefits(sentence, placed, read)
        self._asked(sentence, placed, read)
        self._addressee(sentence, read)
        return read

    def _tiers(self, sentence: Sentence, placed: Sequence[Placed], read: Read) -> None:
        """Read 「A、B、C，分别给予80、30、20万元」: as many steps as amounts are listed behind them."""
        for paid in _lists(sentence, placed):
            steps = self._steps(sentence, placed, self._turn(sentence, paid[0]), len(paid))
            if not steps:
                continue
            tiers, most = [], paid[0].at_most
            for (start, when), one in zip(steps, paid, strict=True):
                cite = sentence.covering(start, one.figure.end)
                condition = {**when, "cite": cite} if "manual" in when else when
                gift = _amount(replace(one, at_most=most))
                tiers.append({"when": condition, **gift, **self._base(sentence, one), "cite": cite})
            read.benefits.append({"kind": "grant", **self._manner(sentence, placed, tiers[-1]["cite"]), "tiers": tiers})
            listed = sentence.segment_at(steps[0][0])
            read.used |= {one.figure.start for one in placed if listed.start <= one.figure.start < listed.end}
            read.used |= {one.figure.start for one in paid}

    def _turn(self, sentence: Sentence, first: Placed) -> int:
        """Return where a segment turns from what is listed to what is paid for it."""
        before = sentence.text[first.segment.start : first.figure.start]
        places = [before.find(word) for word in ("分别", "按", *self.words.paying) if before.find(word) >= 0]
        return first.segment.start + min(places, default=0)

    def _steps(
        self, sentence: Sentence, placed: Sequence[Placed], turn: int, wanted: int
    ) -> list[tuple[int, dict[str, Any]]]:
        """Return where each step begins and its condition: numbers of one fact, or items of a list."""
        before = [one for one in placed if one.figure.start < turn and one.figure.kind is FigureKind.MONEY]
        if len(before) == wanted and (fact := self._fact(sentence, before[0])):
            operator = before[0].operator or "at_least"
            return [
                (before[0].figure.start, {"fact": fact, operator: _value(self.facts[fact], one.figure)})
                for one in before
            ]
        for segment in reversed([one for one in sentence.segments if one.start < turn]):
            items = _list_in(sentence.text[segment.start : min(segment.end, turn)], wanted)
            items = items or _levels_in(segment.text, wanted)
            if items:
                begin = sentence.text.find(items[0], segment.start)
                return [(begin, {"manual": f"tier-{n}", "text": item}) for n, item in enumerate(items, 1)]
        return []

    def _benefits(self, sentence: Sentence, placed: Sequence[Placed], read: Read) -> None:
        for one in placed:
            is_paid = one.role in (Role.PAYS, Role.LIMITS) and one.figure.start not in read.used
            if not is_paid or self._is_step(sentence, one, read):
                continue
            cite = sentence.covering(one.figure.start, one.figure.end)
            by = nearest(self.words.cap_by, sentence.text[one.segment.start : one.figure.start])
            is_cap = one.role is Role.LIMITS and one.figure.kind is not FigureKind.SHARE
            is_own = not by and holds(("给予", "对"), sentence.text[one.segment.start : one.figure.start])
            if is_cap and read.benefits and not is_own:
                cap = {"amount": _text(one.figure), "by": by or "item", "cite": cite}
                read.benefits[-1].setdefault("caps", []).append(cap)
            elif is_cap and by and by != "item":
                gift = {"kind": "grant", "cite": cite, "caps": [{"amount": _text(one.figure), "by": by, "cite": cite}]}
                read.benefits.append(gift)
            else:
                step = {"per": "step", "step": read.step} if read.step else {}
                read.benefits.append({"kind": "grant", **self._gift(sentence, one), **step, "cite": cite})
                read.step = ""
            read.used.add(one.figure.start)
        if read.benefits:
            self._lengthen(sentence, placed, read.benefits[0])

    def _is_step(self, sentence: Sentence, one: Placed, read: Read) -> bool:
        """Tell whether an amount is the step of the next one (每增加100万元给予5万元), noted for it."""
        before = sentence.text[one.segment.start : one.figure.start]
        if one.figure.kind is not FigureKind.MONEY or not before.endswith(
            ("每增加", "每新增", "每增长", "每满", "每超过")
        ):
            return False
        read.step = _text(one.figure)
        read.used.add(one.figure.start)
        return True

    def _lengthen(self, sentence: Sentence, placed: Sequence[Placed], benefit: dict[str, Any]) -> None:
        """Say for how long and in how many parts the first benefit is paid; its cite then reaches that far."""
        if "tiers" in benefit:  # its manner was read beside its last step
            return
        manner = self._manner(sentence, placed)
        told = [one.figure for one in placed if one.role in (Role.YEARS, Role.PARTS)]
        if told:
            start = sentence.text.find(benefit["cite"])
            benefit["cite"] = sentence.covering(min(start, told[0].start), max(start, told[-1].end))
        benefit.update(manner)

    def _gift(self, sentence: Sentence, one: Placed) -> dict[str, Any]:
        gift = _amount(one)
        before = sentence.text[one.segment.start : one.figure.start]
        gift |= self._base(sentence, one)
        behind = sentence.text[one.figure.end - 1 : one.figure.end + _BEHIND]
        per = nearest(self.words.per, before) or first_named(
            {name: tuple(word for word in words if "/" in word) for name, words in self.words.per.items()}, behind
        )
        return {**gift, "per": per} if per else gift

    def _base(self, sentence: Sentence, one: Placed) -> dict[str, Any]:
        """Return what a rate is a share of: the last such word before it in its segment, else in the sentence."""
        if one.figure.kind is not FigureKind.SHARE:
            return {}
        before = sentence.text[one.segment.start : one.figure.start]
        base = nearest(self.words.bases, before) or nearest(self.words.bases, sentence.text[: one.figure.start])
        return {"of": base} if base else {}

    def _manner(self, sentence: Sentence, placed: Sequence[Placed], words: str | None = None) -> dict[str, Any]:
        """Return for how long, in how many parts and how often it is paid, as far as `words` say so."""
        manner: dict[str, Any] = {}
        for one in placed:
            if words is not None and sentence.text[one.figure.start : one.figure.end] not in words:
                continue
            if one.role is Role.YEARS:
                manner["years"] = int(one.figure.high)
            if one.role is Role.PARTS:
                manner["instalments"] = int(one.figure.high)
        if "首次" in sentence.text:
            manner["first_time_only"] = True
        if holds(self.words.stacking["difference"], sentence.text):
            manner["difference_only"] = True
        return manner

    def _asked(self, sentence: Sentence, placed: Sequence[Placed], read: Read) -> None:
        """Read the numbers that are asked: of a published fact, else as manual conditions, one a segment."""
        manual: dict[int, dict[str, Any]] = {}
        for one in placed:
            if one.role is not Role.ASKS or one.figure.start in read.used:
                continue
            cite, fact = sentence.covering(one.figure.start, one.figure.end), self._fact(sentence, one)
            if fact and one.operator:
                value = _value(self.facts[fact], one.figure)
                read.conditions.append({"fact": fact, one.operator: value, "cite": cite})
            elif one.segment.start not in manual:
                manual[one.segment.start] = {
                    "manual": f"asked-{len(manual) + 1}",
                    "text": cite[:_LONGEST_TEXT],
                    "cite": cite,
                }
            read.used.add(one.figure.start)
        read.conditions += manual.values()

    def _fact(self, sentence: Sentence, one: Placed) -> str:
        """Return the published fact that a number belongs to: of its type, named in its segment before it."""
        before = sentence.text[one.segment.start : one.figure.start]
        fitting = {name: words for name, words in self.words.facts.items() if self._fits(name, one.figure)}
        return nearest(fitting, before) or ""

    def _fits(self, name: str, figure: Figure) -> bool:
        definition = self.facts.get(name)
        if definition is None or figure.kind not in _KINDS_OF_FACTS.get(definition.type, ()):
            return False
        return (name == "years_in_business") is (figure.kind is FigureKind.SPAN)

    def _addressee(self, sentence: Sentence, read: Read) -> None:
        """Add who is addressed as a manual condition, where no number of the phrase says it already."""
        phrase = addressed(sentence, self.words)
        tiers = [tier for one in read.benefits for tier in one.get("tiers", ())]
        cites = [str(one["cite"]) for one in (*read.conditions, *tiers)]
        if phrase and not any(phrase in cite or cite in phrase for cite in cites):
            read.conditions.insert(0, {"manual": "addressee", "text": phrase[:_LONGEST_TEXT], "cite": phrase})


def addressed(sentence: Sentence, words: DraftingWords) -> str:
    """Return the phrase that says who is addressed (对…的企业), "" where the sentence has none or says 企业 alone."""
    segment = next((one for one in sentence.segments if one.text.startswith(("对", "凡"))), None)
    if segment is None:
        return ""
    phrase = segment.text.removeprefix("对于").removeprefix("对").removeprefix("凡").strip("，：,: ")
    turn = min((phrase.find(word) for word in words.paying if phrase.find(word) > 0), default=len(phrase))
    phrase = phrase[:turn].strip()
    return "" if phrase in ("企业", "项目", "单位", "个人", "") else phrase


def _lists(sentence: Sentence, placed: Sequence[Placed]) -> Iterable[list[Placed]]:
    """Yield the lists of amounts or rates in a sentence, the last first: 「80、30、20万元」."""
    run: list[Placed] = []
    runs = [run]
    for one in placed:
        pays = one.role in (Role.PAYS, Role.LIMITS)
        between = sentence.text[run[-1].figure.end : one.figure.start] if run else ""
        if pays and run and run[-1].figure.kind is one.figure.kind and _goes_on(between):
            run.append(one)
        else:
            run = [one] if pays else []
            runs.append(run)
    return (one for one in reversed(runs) if len(one) > 1)


def _goes_on(between: str) -> bool:
    return _BETWEEN.fullmatch(between) is not None


def _list_in(text: str, wanted: int) -> list[str]:
    """Return the items of a list of so many: 「国家级、省级和市级」; the last may go on behind what they share."""
    plain = text
    for joint in ("以及", "和", "及", "或"):
        plain = _joined_by(plain, joint)
    items = [part for piece in plain.split("、") if (part := piece.strip("，： 的"))]
    items[:1] = [items[0].removeprefix("对于").removeprefix("对")] if items else []
    return items if wanted > 1 and len(items) == wanted else []


_LEVEL = "(?:国际|国家|省|自治区|市|区|县)级?"
_LEVELS = re.compile(f"{_LEVEL}(?:(?:、|和|及|或){_LEVEL}){{1,4}}")


def _levels_in(text: str, wanted: int) -> list[str]:
    """Return the levels that a longer list begins with: 「省、市级示范项目、数字化车间」 has two."""
    for match in _LEVELS.finditer(text):
        levels = re.split("、|和|及|或", match.group())
        if len(levels) == wanted:
            return levels
    return []


def _joined_by(text: str, joint: str) -> str:
    """Return a text with a mark in place of a word that joins items, not of 及以上 and 及以下."""
    kept = text.replace("及以上", "\0").replace("及以下", "\1").replace("及其以上", "\2")
    kept = kept.replace(joint, "、")
    return kept.replace("\0", "及以上").replace("\1", "及以下").replace("\2", "及其以上")


def _amount(one: Placed) -> dict[str, Any]:
    """Return what a figure pays, as packs write it."""
    figure = one.figure
    if figure.unit == POINTS:  # 「提高2个百分点」 changes another rate and is none itself
        return {}
    if figure.kind is FigureKind.SHARE:
        return {"rate_up_to" if one.at_most else "rate": _range(figure, _percent)}
    if one.at_most:
        return {"up_to": _text(figure)}
    return {"amount": _range(figure, _yuan)}


def _range(figure: Figure, write: Any) -> Any:  # noqa: ANN401 - a function of a number
    return write(figure.low) if figure.low == figure.high else [write(figure.low), write(figure.high)]


def _text(figure: Figure) -> str:
    return _yuan(figure.high)


def _yuan(value: float) -> str:
    for size, unit in ((1e8, "亿元"), (1e4, "万元")):
        if value >= size and round(value / size, 4) == value / size:
            return f"{value / size:.10g}{unit}"
    return f"{value:.10g}元"


def _percent(value: float) -> str:
    return f"{value * 100:.10g}%"


def _value(fact: FactDefinition, figure: Figure) -> str | float:
    if fact.type is FactType.MONEY:
        return _yuan(figure.low)
    return _percent(figure.low) if figure.kind is FigureKind.SHARE else figure.low


def names_money(figures: Iterable[Figure]) -> bool:
    """Tell whether a figure is money, a share or a bare number with a scale."""
    return any(one.kind in (FigureKind.MONEY, FigureKind.SHARE) or one.unit in ("万", "亿") for one in figures)
