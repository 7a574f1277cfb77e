"""What each figure of a sentence does: it pays, it limits what is paid, or it is asked of the company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from rules.drafting.sentences import Sentence, Span
from rules.drafting.words import DraftingWords, holds, nearest
from rules.language.figures import Figure, FigureKind

_NEAR = 8
"""So many characters before a figure belong to it: 「最高」, 「不低于」, 「每年给予」."""
_BEHIND = 6
_TURNS = (
    "给予", "按", "予以", "发放", "补助", "补贴", "奖励", "资助", "贴息", "最高", "申领", "抵用", "减缴",
)  # fmt: skip
_PARTS = ("期", "次", "年", "批", "轮")
_NAMED = ("的", "的企业", "的项目", "的单位", "的机构")


class Role(StrEnum):
    """What a figure does."""

    PAYS = "pays"
    LIMITS = "limits"
    ASKS = "asks"
    YEARS = "years"
    PARTS = "parts"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A figure with its role, the segment it stands in, and the operator of one that is asked."""

    figure: Figure
    role: Role
    segment: Span
    operator: str = ""
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class RoleReader:
    """Reads the roles of the figures of one sentence."""

    words: DraftingWords

    def read(self, sentence: Sentence, *, asks: bool = False) -> tuple[Placed, ...]:
        """Return every figure with what it does; in a sentence that only `asks` nothing is paid."""
        if asks:
            asked = (self._asked(sentence, figure) for figure in sentence.figures)
            return tuple(one for one in asked if one.role is Role.ASKS)
        turn = turn_of(sentence)
        placed: list[Placed] = []
        for figure in sentence.figures:
            segment = sentence.segment_at(figure.start)
            placed.append(self._place(sentence, figure, segment, turn))
        if "＝" in sentence.text or "=" in sentence.text:  # a formula reckons and gives nothing of its own
            return tuple(replace(one, role=Role.NONE) for one in placed)
        denied = set(self._denied(sentence))
        paying = (Role.PAYS, Role.LIMITS)
        return tuple(
            replace(one, role=Role.ASKS) if one.role in paying and one.segment in denied else one for one in placed
        )

    def _denied(self, sentence: Sentence) -> Iterator[Span]:
        """Yield the segments that deny, and those right before them that say whom: 「超过50%的，不予补助」."""
        before: Span | None = None
        for segment in sentence.segments:
            if holds(self.words.denying, segment.text):
                yield segment
                if before is not None and _names(before):
                    yield before
            before = segment

    def _asked(self, sentence: Sentence, figure: Figure) -> Placed:
        segment = sentence.segment_at(figure.start)
        before = sentence.text[max(segment.start, figure.start - _NEAR) : figure.start]
        operator = self._operator(before, sentence.text[figure.end : min(segment.end, figure.end + _BEHIND)])
        operator = operator or self._far_operator(sentence, figure, segment)
        aside = sentence.is_aside(figure.start) and any(not sentence.is_aside(one.start) for one in sentence.figures)
        is_asked = bool(operator) or figure.low < figure.high
        role = Role.ASKS if is_asked and not aside and figure.kind is not FigureKind.DAY else Role.NONE
        return Placed(figure=figure, role=role, segment=segment, operator=operator)

    def _place(self, sentence: Sentence, figure: Figure, segment: Span, turn: int) -> Placed:
        before = sentence.text[max(segment.start, figure.start - _NEAR) : figure.start]
        after = sentence.text[figure.end : min(segment.end, figure.end + _BEHIND)]
        pays = holds((*self.words.paying, *self.words.at_most_before, "按", "比例", "标准"), segment.text)
        operator = self._operator(before, after) or self._far_operator(sentence, figure, segment)
        at_most = self._is_most(before, after) or (not self._operator(before, after) and operator == "at_most")
        if sentence.is_aside(figure.start) and any(not sentence.is_aside(one.start) for one in sentence.figures):
            return Placed(figure=figure, role=Role.NONE, segment=segment)
        role = self._role(sentence, figure, segment, pays=pays, at_most=at_most, asked=bool(operator), turn=turn)
        return Placed(figure=figure, role=role, segment=segment, operator=operator, at_most=at_most)

    def _role(  # noqa: PLR0913 - what is known of one figure
        self, sentence: Sentence, figure: Figure, segment: Span, *, pays: bool, at_most: bool, asked: bool, turn: int
    ) -> Role:
        if figure.kind in (FigureKind.SPAN, FigureKind.COUNT):
            return self._role_of_count(sentence, figure, segment, asked=asked, turn=turn)
        if figure.kind is FigureKind.DAY or (figure.kind is FigureKind.PLAIN and not figure.unit):
            return Role.ASKS if asked and figure.start < turn else Role.NONE
        if (asked and (figure.start < turn or not pays)) or (
            _names(segment) and not holds(self.words.paying, segment.text)
        ):
            return Role.ASKS
        if figure.kind in (FigureKind.MONEY, FigureKind.SHARE, FigureKind.PLAIN) and (pays or figure.start > turn):
            return Role.LIMITS if at_most else Role.PAYS
        return Role.ASKS if asked else Role.NONE

    def _role_of_count(self, sentence: Sentence, figure: Figure, segment: Span, *, asked: bool, turn: int) -> Role:
        text = sentence.text
        if figure.unit in _PARTS and text[max(0, figure.start - 2) : figure.start].endswith("分"):
            return Role.PARTS
        is_long = figure.kind is FigureKind.SPAN and figure.unit in ("年", "年度", "周年")
        if (
            is_long
            and figure.start >= segment.start
            and holds(("连续", "补贴期", "补助期", "奖励期", "期限"), segment.text)
        ):
            return Role.YEARS if holds(self.words.paying, text) else Role.NONE
        return Role.ASKS if asked and (figure.start < turn or turn == len(text)) else Role.NONE

    def _far_operator(self, sentence: Sentence, figure: Figure, segment: Span) -> str:
        """Return the operator that stands before what a share is of: 「不高于其投入资金的50%」."""
        if figure.kind is not FigureKind.SHARE:
            return ""
        start = max([segment.start, *(one.end for one in sentence.figures if one.end <= figure.start)])
        sure = {name: tuple(word for word in words if word.startswith("不") and len(word) > 2)  # noqa: PLR2004 - 不低于, not 不足
                for name, words in self.words.compare_before.items()}  # fmt: skip
        return nearest(sure, sentence.text[start : figure.start]) or ""

    def _is_most(self, before: str, after: str) -> bool:
        return holds(self.words.at_most_before, before) or after.startswith(self.words.at_most_behind)

    def _operator(self, before: str, after: str) -> str:
        """Return the operator of a comparison right behind a figure, else of one right before it."""
        for operator, words in self.words.compare_behind.items():
            if after.startswith(words):
                return operator
        plain = before.rstrip(" 约近")
        compared = {
            operator: tuple(word for word in words if plain.endswith(word))
            for operator, words in self.words.compare_before.items()
        }
        return nearest(compared, plain) or ""


def _names(segment: Span) -> bool:
    """Tell whether a segment says who is meant: 「实际出资额在3亿元以上的，」."""
    return segment.text.rstrip("，：, ").endswith(_NAMED)


def turn_of(sentence: Sentence) -> int:
    """Return where a sentence turns from who is addressed to what is given; its end where nothing is."""
    places = [place for word in _TURNS if (place := sentence.text.find(word)) >= 0]
    return min(places, default=len(sentence.text))
