"""What a sentence says beside a measure: terms, stacking, windows, papers, channels and definitions."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rules.drafting.sentences import DraftingWords, Sentence, Span, first_named, holds
from rules.language.condition_parsing import LONGEST_SOURCE_QUOTE
from rules.language.figures import Day, Figure, FigureKind, stated_months
from seeds.vocabulary import Vocabulary

Raw = dict[str, Any]
_NEAR, _BEHIND = 16, 6
"""So many characters before and behind a day may say whether applications begin or end on it."""
_TO, _APART = re.compile("[至到—–－~～-]"), 12
"""What stands between the days of one run, which stand no further apart."""
_NUMBERS_OF_TERMS = {"budget": FigureKind.MONEY, "quota": FigureKind.COUNT, "no_relocation": FigureKind.SPAN}
_OF_A_DUTY = frozenset({"own_funds", "reporting"})
_LEAP_YEAR = 2000
_IN_FORCE = ("施行", "有效期", "废止")


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideReader:
    """Reads what holds for all measures; `year` is the year that a document implies where a day has none."""

    words: DraftingWords
    materials: Vocabulary
    year: int | None

    def read(self, sentence: Sentence, *, above: str = "") -> Iterator[tuple[str, Raw]]:
        """Yield each such part with the key of a pack it belongs under; `above` are the words that lead a list in."""
        text, located = sentence.text, {"clause": sentence.clause, "cite": sentence.words(0, len(sentence.text))}
        for term in self._terms(sentence):
            yield "terms", {**term, **located}
        rule = first_named(self.words.stacking, text)
        if rule:
            reach = "other_policies" if holds(self.words.other_policies, text) else "document"
            yield "stacking", {"with": reach, "rule": rule, **located}
        if holds(self.words.windows, text + sentence.heading) and not holds(_IN_FORCE, text):
            for window in self._windows(sentence):
                yield "windows", {**located, **window}
        if any(holds(self.words.materials, one) for one in (text, sentence.heading, above)):
            yield from (("materials", paper) for paper in self._papers(sentence))
        if holds(self.words.definitions, text[:12]) or ("是指" in text and len(text) < LONGEST_SOURCE_QUOTE):
            yield "definitions", {"term": _defined(text), **located}
        if holds(("通过", "登录", "登陆"), text) and holds(("申报", "申请", "提交"), text):
            by = first_named(self.words.channels, text)
            if by:
                yield "channels", {"by": by, **located}

    def speaks(self, sentence: Sentence, *, above: str = "") -> bool:
        """Tell whether a sentence speaks of such things, whether or not they can be read."""
        words = (*self.words.terms.values(), *self.words.stacking.values(), self.words.windows, self.words.materials)
        if any(holds(one, sentence.text) for one in (*words, self.words.definitions)):
            return True
        return holds((*self.words.windows, *self.words.materials), sentence.heading) or holds(
            self.words.materials, above
        )

    def _terms(self, sentence: Sentence) -> Iterator[Raw]:
        for kind, named in self.words.terms.items():
            is_said = holds(named, sentence.text)
            wanted = _NUMBERS_OF_TERMS.get(kind)
            found = next((one for one in sentence.figures if one.kind is wanted), None)
            bare = found is None and (kind in ("budget", "quota"))
            if not is_said or bare or (kind in _OF_A_DUTY and not holds(self.words.duties, sentence.text)):
                continue
            yield {"kind": kind, **({"value": _value(sentence, found)} if found else {})}

    def _windows(self, sentence: Sentence) -> Iterator[Raw]:
        """Yield each run of days, and each day on which applications begin or end; a month is all of its days."""
        days = self._days(sentence)
        repeats = holds(self.words.repeats, sentence.text)
        if not days and holds(self.words.all_year, sentence.text) and "集中" not in sentence.text:
            yield {"all_year": True}
        elif repeats and (months := self._months(sentence, days)):
            yield months
        elif not repeats or "每年" in sentence.text:
            yield from self._runs(sentence, days, yearly=repeats)

    def _months(self, sentence: Sentence, days: list[tuple[Figure, Day]]) -> Raw | None:
        """Return months that come again: 「每季度首月」, 「每年3月和9月」; None of one run, or where it is vague."""
        text, months = sentence.text, stated_months(sentence.text)
        of_day = [day for _, day in days if day[2]]
        runs = [_is_run(text[first.end : last.start]) for (first, _), (last, _) in pairwise(days)]
        named = {day[1] for _, day in days}
        if not months or named - months or any(_is_vague(sentence, figure, self.words) for figure, _ in days):
            return None
        if not of_day:
            is_other = any(runs) or "日" in text or (days and "每年" not in text)
            return None if is_other else {"months": sorted(months)}
        is_same = len(days) > len(of_day) == 2 and runs[-1] and sum(runs) == 1 and of_day[0][1] == of_day[1][1]  # noqa: PLR2004 - a run
        bounds = [number for _, _, number in of_day if number]
        return {"months": sorted(months), "days": bounds} if is_same and bounds == sorted(bounds) else None

    def _runs(self, sentence: Sentence, days: list[tuple[Figure, Day]], *, yearly: bool) -> Iterator[Raw]:
        position = 0
        while position < len(days):
            figure, day = days[position]
            following = days[position + 1] if position + 1 < len(days) else None
            between = sentence.text[figure.end : following[0].start] if following else ""
            ends = [figure, *([following[0]] if following else [])]
            if any(not _has_day(one) and _is_vague(sentence, one, self.words) for one in ends):
                return
            if following and _is_run(between):
                position += 2
                if yearly:
                    yield {"yearly": True, "opens": _month_day(_first(day)), "closes": _month_day(_last(following[1]))}
                else:
                    yield from self._run(_first(day), _last(following[1]))
                continue
            position += 1
            if not yearly:
                yield from self._bound(sentence, figure, day)

    def _bound(self, sentence: Sentence, figure: Figure, day: Day) -> Iterator[Raw]:
        """Yield a window of one day that opens or closes it, or of one month."""
        side = self._side(sentence, figure)
        if side and (written := self._dated(_first(day) if side == "opens" else _last(day), None)):
            yield {side: written}
        elif not side and not day[2] and day[0]:
            yield from self._run(_first(day), _last(day))

    def _days(self, sentence: Sentence) -> list[tuple[Figure, Day]]:
        return [(one, one.day) for one in sentence.figures if one.day and one.day[1]]

    def _run(self, first: Day, last: Day) -> Iterator[Raw]:
        opens, closes = self._dated(first, last[0]), self._dated(last, first[0])
        if opens and closes and opens <= closes:
            yield {"opens": opens, "closes": closes}

    def _dated(self, day: Day, other: int | None) -> str:
        """Return a day in full; a year that is left out is that of the other end, else the one implied."""
        year = day[0] or other or self.year
        return f"{year:04d}-{day[1]:02d}-{day[2]:02d}" if year else ""

    def _side(self, sentence: Sentence, figure: Figure) -> str:
        """Tell whether applications open or close on a day, by the words right behind it, else those before it."""
        segment = sentence.segment_at(figure.start)
        behind = sentence.text[figure.end : min(segment.end, figure.end + _BEHIND)].lstrip("0123456789:：时 （）()底")
        if behind.startswith(self.words.closes):
            return "closes"
        if behind.startswith(self.words.opens):
            return "opens"
        before = sentence.text[max(segment.start, figure.start - _NEAR) : figure.start]
        listed = sentence.text[segment.start : figure.start]
        if "截止" in before or ("分别" in listed and "截止" in listed):
            return "closes"
        return "opens" if holds(self.words.opens, before) else ""

    def _papers(self, sentence: Sentence) -> Iterator[Raw]:
        """Yield the papers that a sentence names; a name within a longer one is not that of another paper."""
        named = [(word, entry.id) for entry in self.materials.entries.values() for word in (entry.zh, *entry.names)]
        taken: dict[str, Span] = {}
        for word, paper in sorted(named, key=lambda one: -len(one[0])):
            place = sentence.text.find(word)
            span = sentence.words(place, place + len(word)) if place >= 0 else None
            if span and not any(span.start < other.end and other.start < span.end for other in taken.values()):
                taken.setdefault(paper, span)
        for paper, span in sorted(taken.items(), key=lambda one: one[1].start):
            yield {"id": paper, "clause": sentence.clause, "cite": span}


def _value(sentence: Sentence, figure: Figure) -> str | float:
    return sentence.text[figure.start : figure.end] if figure.kind is FigureKind.MONEY else figure.high


def _is_run(between: str) -> bool:
    return len(between) <= _APART and _TO.search(between) is not None and not re.search("[，。；：]", between)


def _is_vague(sentence: Sentence, figure: Figure, words: DraftingWords) -> bool:
    """Tell whether it is left open which days of a month are meant: 「8月左右」, 「3月前」, not 「3月底前」."""
    before, behind = sentence.text[: figure.start], sentence.text[figure.end :]
    return before.endswith(words.vague_before) or behind.startswith(words.vague_behind)


def _has_day(figure: Figure) -> bool:
    return figure.day is not None and figure.day[2] is not None


def _first(day: Day) -> Day:
    return day[0], day[1], day[2] or 1


def _last(day: Day) -> Day:
    """Return a day, or the last one of a month; a February of no year ends on the 29th."""
    return day[0], day[1], day[2] or monthrange(day[0] or _LEAP_YEAR, day[1] or 1)[1]


def _month_day(day: Day) -> str:
    return f"{day[1]:02d}-{day[2]:02d}"


def _defined(text: str) -> str:
    """Return the word that a sentence defines."""
    plain = text.partition("是指")[0].partition("所称")
    return (plain[2] or plain[0]).removeprefix("其中").strip("的“”，： ")[:20] or text[:10]


def without_repeats(items: list[Raw]) -> list[Raw]:
    """Return parts without those that say the same of the same words twice; of a paper its first place."""
    kept: list[Raw] = []
    for item in items:
        if not any(_said(item) == _said(other) for other in kept):
            kept.append(item)
    return kept


def _said(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part without the place of its words; a paper is its id."""
    if "id" in item:
        return {"id": item["id"]}
    return {key: value.text if isinstance(value, Span) else value for key, value in item.items() if key != "clause"}
