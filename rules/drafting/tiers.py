"""Tiers of one sentence: 「A、B、C，分别给予80、30、20万元」, as many steps as amounts are listed behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from rules.drafting.asked import AskedReader, manual
from rules.drafting.gifts import amount_of, base_of, manner_of, value_of
from rules.drafting.roles import Placed, Role
from rules.drafting.sentences import Sentence, Span
from rules.drafting.words import DraftingWords
from rules.language.figures import FigureKind

Step = tuple[Span, dict[str, Any]]
"""The words of a step, and its condition."""
_BETWEEN = re.compile("(?:的?(?:奖励|补助|补贴|资助))?(?:、|和|及|或|/|,)")
"""What stands between the amounts of one list."""
_RESPECTIVELY, _SHORTEST_LIST, _SHOWN = "分别", 4, 60
_JOINTS = re.compile("、|以及|[和或]|(?<!以)及(?!以上|以下|其以上)")
_LEVEL = "(?:国际|国家|省|自治区|市|区|县)级?"
_LEVELS = re.compile(f"{_LEVEL}(?:(?:、|和|及|或){_LEVEL}){{1,4}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TierReader:
    """Reads tiers with the words and the facts that are asked."""

    words: DraftingWords
    asked: AskedReader

    def read(self, sentence: Sentence, placed: Sequence[Placed], used: set[int]) -> list[dict[str, Any]]:
        """Return the benefits of a sentence that are paid in tiers; `used` gets the places of their figures."""
        benefits = []
        for paid in _lists(sentence, placed):
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
        begin = steps[0][0].start - sentence.span.start
        for (_, when), one in zip(steps, paid, strict=True):
            cite = sentence.covering(begin, one.figure.end)
            gift = {**amount_of(replace(one, at_most=paid[0].at_most)), **base_of(sentence, one, self.words)}
            tiers.append({"when": when, **gift, "cite": cite})
        manner = manner_of(sentence, placed, self.words, tiers[-1]["cite"].text)
        return {"kind": "grant", **manner, "tiers": tiers}

    def _turn(self, sentence: Sentence, first: Placed) -> int:
        """Return where a segment turns from what is listed to what is paid for it."""
        before = sentence.text[first.segment.start : first.figure.start]
        places = [before.find(word) for word in ("分别", "按", *self.words.paying) if before.find(word) >= 0]
        return first.segment.start + min(places, default=0)

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
    skipped = next((len(word) for word in ("对于", "对") if item.text.startswith(word)), 0)
    shown = item.text[skipped:].rstrip("的")
    return Span(item.start + skipped, item.start + skipped + len(shown), shown)


def _levels_in(sentence: Sentence, start: int, end: int, wanted: int) -> list[Span]:
    """Return the levels that a longer list begins with: 「省、市级示范项目、数字化车间」 has two."""
    for match in _LEVELS.finditer(sentence.text, start, end):
        items = _list_in(sentence, match.start(), match.end(), wanted)
        if items:
            return items
    return []
