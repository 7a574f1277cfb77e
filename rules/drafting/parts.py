"""What the figures of a sentence become in a measure: what is asked, what is paid, of what and per what, and tiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from rules.drafting.sentences import DraftingWords, Placed, Role, Sentence, Span, first_named, holds, nearest
from rules.language.facts import FactDefinition, FactType
from rules.language.figures import POINTS, Figure, FigureKind

LONGEST_TEXT = 80
_KINDS_OF_FACTS = {
    FactType.MONEY: (FigureKind.MONEY, FigureKind.PLAIN),
    FactType.NUMBER: (FigureKind.COUNT, FigureKind.SPAN),
    FactType.SHARE: (FigureKind.SHARE,),
    FactType.RATE: (FigureKind.SHARE,),
}
_HEADS = ("人", "名")
_YEARS = ("年", "周年", "年度")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReader:
    """Reads what is asked with the words and the published facts."""

    words: DraftingWords
    facts: Mapping[str, FactDefinition]

    def read(self, sentence: Sentence, placed: Sequence[Placed], used: set[int]) -> list[dict[str, Any]]:
        """Return the conditions of a sentence: of a published fact, else in words, one a segment."""
        asked = [one for one in placed if one.role is Role.ASKS and one.figure.start not in used]
        used |= {one.figure.start for one in asked}
        if _depends(asked) or (asked and _is_either(sentence)):
            return [manual("asked-1", sentence.words(0, len(sentence.text)))]
        conditions: list[dict[str, Any]] = []
        spoken: dict[int, dict[str, Any]] = {}
        for one in asked:
            cite, fact = sentence.covering(one.figure.start, one.figure.end), self.fact(sentence, one)
            if fact and one.operator and not holds(self.words.easing, one.segment.text):
                conditions.append({"fact": fact, one.operator: value_of(self.facts[fact], one.figure), "cite": cite})
            elif one.segment.start not in spoken:
                spoken[one.segment.start] = manual(f"asked-{len(spoken) + 1}", cite)
        return [*conditions, *spoken.values()]

    def fact(self, sentence: Sentence, one: Placed) -> str:
        """Return the published fact that a number belongs to: of its type, named in its segment before it.

        None where the number is of somebody or something else than the company, of a change, or of another whole.
        """
        before = sentence.text[one.segment.start : one.figure.start]
        said = sentence.text[: one.figure.start]
        fitting = {name: words for name, words in self.words.facts.items() if self._fits(name, one.figure)}
        name = nearest(fitting, before)
        if name is None or holds(self.words.others, said) or holds(self.words.changes, before):
            return ""
        return "" if holds(self.words.other_wholes, before) else name

    def _fits(self, name: str, figure: Figure) -> bool:
        definition = self.facts.get(name)
        if definition is None or figure.kind not in _KINDS_OF_FACTS.get(definition.type, ()):
            return False
        if figure.kind in (FigureKind.COUNT, FigureKind.SPAN):
            return figure.unit in (_YEARS if name == "years_in_business" else _HEADS)
        return True


def manual(name: str, cite: Span) -> dict[str, Any]:
    """Return a condition in words, for a person to check."""
    return {"manual": name, "text": cite.text[:LONGEST_TEXT], "cite": cite}


def _is_either(sentence: Sentence) -> bool:
    """Tell whether a sentence asks for one thing or another: 「营业收入不低于10亿元，或市场占有率全国前10名」."""
    return any(segment.text.startswith(("或", "或者")) for segment in sentence.segments[1:])


def _depends(asked: Sequence[Placed]) -> bool:
    """Tell whether one number is asked of those alone whom another names: 「收入小于5000万元的企业，比例不低于5%」."""
    names = [
        one for one in asked[:-1] if one.segment.text.rstrip("，：, ").endswith(("的企业", "的项目", "的单位", "的"))
    ]
    return any(one.segment.start < asked[-1].segment.start for one in names)


_BEHIND = 5
"""So many characters behind an amount may say what it is for: 「元/平方米」."""


def amount_of(one: Placed) -> dict[str, Any]:
    """Return the amount or rate of a figure; points that change another rate are none."""
    figure = one.figure
    if figure.unit == POINTS:
        return {}
    if figure.kind is FigureKind.SHARE:
        return {"rate_up_to" if one.at_most else "rate": _range(figure, percent)}
    if one.at_most:
        return {"up_to": yuan(figure.high)}
    return {"amount": _range(figure, yuan)}


def gift_of(sentence: Sentence, one: Placed, words: DraftingWords) -> dict[str, Any]:
    """Return what a figure pays, of what and per what."""
    before = sentence.text[one.segment.start : one.figure.start]
    behind = sentence.text[one.figure.end - 1 : one.figure.end + _BEHIND]
    slashed = {name: tuple(word for word in named if "/" in word) for name, named in words.per.items()}
    other = "item" if behind[1:2] in ("/", "／") else None  # 元/公斤: for something that has no name of its own
    per = nearest(words.per, before) or first_named(slashed, behind) or other
    return {**amount_of(one), **base_of(sentence, one, words), **({"per": per} if per else {})}


def base_of(sentence: Sentence, one: Placed, words: DraftingWords) -> dict[str, Any]:
    """Return what a rate is a share of: the last such word before it in its segment, else in the sentence."""
    if one.figure.kind is not FigureKind.SHARE:
        return {}
    before = sentence.text[one.segment.start : one.figure.start]
    base = nearest(words.bases, before) or nearest(words.bases, sentence.text[: one.figure.start])
    return {"of": base} if base else {}


def manner_of(
    sentence: Sentence, placed: Sequence[Placed], words: DraftingWords, start: int = 0, end: int | None = None
) -> dict[str, Any]:
    """Return for how long, in how many parts and how often it is paid, as far as a stretch of the sentence says so."""
    manner: dict[str, Any] = {}
    text = sentence.text[start:end]
    for one in placed:
        if not start <= one.figure.start < start + len(text):
            continue
        if one.role is Role.YEARS:
            manner["years"] = int(one.figure.high)
        if one.role is Role.PARTS:
            manner["instalments"] = int(one.figure.high)
    if holds(words.once, text):
        manner["first_time_only"] = True
    if holds(words.stacking["difference"], text):
        manner["difference_only"] = True
    return manner


def value_of(fact: FactDefinition, figure: Figure) -> str | float:
    """Return the number that is asked of a fact, as packs write it."""
    if fact.type is FactType.MONEY:
        return yuan(figure.low)
    return percent(figure.low) if figure.kind is FigureKind.SHARE else figure.low


def _range(figure: Figure, write: Callable[[float], str]) -> str | list[str]:
    return write(figure.low) if figure.low == figure.high else [write(figure.low), write(figure.high)]


def yuan(value: float) -> str:
    """Return an amount in the largest unit that holds it whole."""
    for size, unit in ((1e8, "亿元"), (1e4, "万元")):
        if value >= size and round(value / size, 4) == value / size:
            return f"{value / size:.10g}{unit}"
    return f"{value:.10g}元"


def percent(value: float) -> str:
    """Return a share as printed."""
    return f"{value * 100:.10g}%"


Step = tuple[Span, dict[str, Any]]
"""The words of a step, and its condition."""
_BETWEEN = re.compile("(?:的?(?:奖励|补助|补贴|资助))?(?:、|和|及|或|/|,)")
"""What stands between the amounts of one list."""
_PART, _FEWEST_BRACKETS = "部分", 2
_RESPECTIVELY, _SHORTEST_LIST, _SHOWN = "分别", 4, 60
_JOINTS = re.compile("、|以及|[和或]|(?<!以)及(?!以上|以下|其以上)")
_STEPS_COUNTED = re.compile("[两二三四五2-5]个?档次?$")
_LEVEL = "(?:国际|国家|省|自治区|市|区|县)级?"
_LEVELS = re.compile(f"{_LEVEL}(?:(?:、|和|及|或){_LEVEL}){{1,4}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TierReader:
    """Reads tiers with the words and the facts that are asked."""

    words: DraftingWords
    asked: AskedReader

    def read(self, sentence: Sentence, placed: Sequence[Placed], used: set[int]) -> list[dict[str, Any]]:
        """Return the benefits of a sentence that are paid in tiers; `used` gets the places of their figures."""
        benefits = _in_brackets(sentence, placed, used, self.words)
        for paid in _lists(sentence, [one for one in placed if one.figure.start not in used]):
            steps = self._steps(sentence, placed, self._turn(sentence, paid[0]), len(paid))
            if steps:
                benefits.append(self._benefit(sentence, placed, steps, paid))
                listed = sentence.segment_at(steps[0][0].start - sentence.span.start)
                used |= {one.figure.start for one in placed if listed.start <= one.figure.start < listed.end}
                used |= {one.figure.start for one in paid}
        return benefits

    def _benefit(
        self, sentence: Sentence, placed: Sequence[Placed], steps: Sequence[Step], paid: Sequence[Placed]
    ) -> dict[str, Any]:
        tiers = []
        begin = sentence.segment_at(steps[0][0].start - sentence.span.start).start
        for (_, when), one in zip(steps, paid, strict=True):
            cite = sentence.covering(begin, one.figure.end)
            gift = {**amount_of(replace(one, at_most=paid[0].at_most)), **base_of(sentence, one, self.words)}
            tiers.append({"when": when, **gift, "cite": cite})
        manner = manner_of(sentence, placed, self.words, begin, tiers[-1]["cite"].end - sentence.span.start)
        return {"kind": "grant", **manner, "tiers": tiers}

    def _turn(self, sentence: Sentence, first: Placed) -> int:
        """Return where a segment turns from what is listed to what is paid for it."""
        before = sentence.text[first.segment.start : first.figure.start]
        places = [before.find(word) for word in ("按", *self.words.paying) if before.find(word) >= 0]
        apart = before.find(_RESPECTIVELY)
        return first.segment.start + (apart if apart >= 0 else min(places, default=0))

    def _steps(self, sentence: Sentence, placed: Sequence[Placed], turn: int, wanted: int) -> Sequence[Step]:
        """Return the words and the condition of each step: numbers of one fact, or items of a list."""
        before = [one for one in placed if one.figure.start < turn and one.figure.kind is FigureKind.MONEY]
        if len(before) == wanted and (fact := self.asked.fact(sentence, before[0])):
            operator = before[0].operator or "at_least"
            definition = self.asked.facts[fact]
            cite = sentence.covering(before[0].figure.start, before[-1].figure.end)
            return [(cite, {"fact": fact, operator: value_of(definition, one.figure), "cite": cite}) for one in before]
        for segment in reversed([one for one in sentence.segments if one.start < turn]):
            items = _list_in(sentence, segment.start, min(segment.end, turn), wanted)
            items = items or _levels_in(sentence, segment.start, segment.end, wanted)
            if items:
                return [(item, manual(f"tier-{number}", item)) for number, item in enumerate(items, 1)]
        return _untold(sentence, turn, wanted) if _RESPECTIVELY in sentence.text else []


def _in_brackets(
    sentence: Sentence, placed: Sequence[Placed], used: set[int], words: DraftingWords
) -> list[dict[str, Any]]:
    """Return the benefit of rates that each part of a whole has: 「1000万元以下的部分按10%，超过的部分按5%」."""
    pairs = _parts_and_rates(sentence, placed)
    ends = [_end_of(part) for part, _ in pairs]
    inner = [end for end in ends[:-1] if end is not None]
    begins_at_nothing = bool(pairs) and pairs[0][0].figure.low == pairs[0][0].figure.high
    if not begins_at_nothing or len(pairs) < _FEWEST_BRACKETS or len(inner) < len(pairs) - 1 or inner != sorted(inner):
        return []
    brackets = [
        {**({} if end is None else {"up_to": yuan(end)}), "rate": percent(rate.figure.high)}
        for end, (_, rate) in zip(ends, pairs, strict=True)
    ]
    first, last = pairs[0][0], pairs[-1][1]
    used |= {one.figure.start for one in placed if first.figure.start <= one.figure.start <= last.figure.start}
    cite = sentence.covering(first.figure.start, last.figure.end)
    return [{"kind": "grant", "brackets": brackets, **base_of(sentence, pairs[0][1], words), "cite": cite}]


def _parts_and_rates(sentence: Sentence, placed: Sequence[Placed]) -> list[tuple[Placed, Placed]]:
    """Return parts of a whole with the rate of each: one behind the other, or all parts and 分别 all rates."""
    money = [one for one in placed if one.figure.kind is FigureKind.MONEY]
    rates = [one for one in placed if one.figure.kind is FigureKind.SHARE]
    pairs: list[tuple[Placed, Placed]] = []
    position = 0
    for rate in rates:
        part = next((one for one in reversed(money) if position <= one.figure.start < rate.figure.start), None)
        if part is None or _PART not in sentence.text[part.figure.end : rate.figure.start]:
            break
        pairs.append((part, rate))
        position = rate.figure.end
    if len(pairs) < len(rates) and rates and _RESPECTIVELY in sentence.text:
        before = [one for one in money if one.figure.start < rates[0].figure.start]
        is_of_parts = before and _PART in sentence.text[before[-1].figure.end : rates[0].figure.start]
        return list(zip(before, rates, strict=True)) if is_of_parts and len(before) == len(rates) else []
    return pairs


def _end_of(part: Placed) -> float | None:
    """Return where a part ends, None of one that has no end: 「5000万元以上的部分」."""
    figure = part.figure
    is_bounded = figure.low < figure.high or part.at_most or part.operator in ("at_most", "less_than")
    return figure.high if is_bounded else None


def _untold(sentence: Sentence, turn: int, wanted: int) -> Sequence[Step]:
    """Return steps that all cite the words before the amounts, where it is not plain which words are whose."""
    before = [one for one in sentence.segments if one.start < turn and one.text.strip("，：, ")]
    listed = sentence.words(before[-1].start, min(before[-1].end, turn)) if before else None
    if listed is None or len(listed.text) < _SHORTEST_LIST:
        return []
    which = (
        {**manual(f"tier-{n}", listed), "text": f"{listed.text[:_SHOWN]}（所列第{n}档）"} for n in range(1, wanted + 1)
    )
    return [(listed, one) for one in which]


def _lists(sentence: Sentence, placed: Sequence[Placed]) -> Iterable[list[Placed]]:
    """Yield the lists of amounts or rates in a sentence, the last first: 「80、30、20万元」."""
    run: list[Placed] = []
    runs = [run]
    for one in placed:
        pays = one.role in (Role.PAYS, Role.LIMITS)
        between = sentence.text[run[-1].figure.end : one.figure.start] if run else ""
        if pays and run and run[-1].figure.kind is one.figure.kind and _BETWEEN.fullmatch(between):
            run.append(one)
        else:
            run = [one] if pays else []
            runs.append(run)
    return (one for one in reversed(runs) if len(one) > 1)


def _list_in(sentence: Sentence, start: int, end: int, wanted: int) -> list[Span]:
    """Return the items of a list of so many: 「国家级、省级和市级」; the last may go on behind what they share."""
    text = sentence.text[start:end]
    joints = [(found.start(), found.end()) for found in _JOINTS.finditer(text)]
    bounds = [0, *(place for joint in joints for place in joint), len(text)]
    items = [_item(sentence, start + first, start + last) for first, last in list(pairwise(bounds))[::2]]
    items = [item for item in items if item.text]
    return items if wanted > 1 and len(items) == wanted else []


def _item(sentence: Sentence, start: int, end: int) -> Span:
    item = sentence.words(start, end)
    skipped = next((len(word) for word in ("对于", "对", "按照", "按") if item.text.startswith(word)), 0)
    shown = _STEPS_COUNTED.sub("", item.text[skipped:]).rstrip("的")
    return Span(item.start + skipped, item.start + skipped + len(shown), shown)


def _levels_in(sentence: Sentence, start: int, end: int, wanted: int) -> list[Span]:
    """Return the levels that a longer list begins with: 「省、市级示范项目、数字化车间」 has two."""
    for match in _LEVELS.finditer(sentence.text, start, end):
        items = _list_in(sentence, match.start(), match.end(), wanted)
        if items:
            return items
    return []
