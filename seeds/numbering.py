"""Printed numbers at the heads of paragraphs (一、 （一） 1. 第一条 专栏1 ...) and the headings behind them.

Knows one paragraph at a time and how each form of number ranks; how clauses nest is the outline's matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}
_CN = "[零〇一二三四五六七八九十百]+"
_ORDINAL = rf"第(?P<number>{_CN}|\d+)"
# 「第三条规定的」 and 「（一）项」 refer to a clause; they do not begin one.
_NO_REFERENCE = "(?![、，。；和至或及规所之的中款项目第])"
_LONGEST_HEADING = 40
# Up to the first 。：； outside brackets.
_FIRST_SENTENCE = re.compile("((?:（[^（）]*）|[^。：；])*)([。：；]?)(.*)", re.DOTALL)


class Rank(IntEnum):
    """The forms of number, outermost first: a clause holds those of greater rank."""

    ANNEX = 0
    PART = 1
    CHAPTER = 2
    DIVISION = 3
    ARTICLE = 4
    SECTION = 5
    SUBSECTION = 6
    BOX = 7
    TASK = 8
    BOX_ITEM = 9
    PAREN_ARABIC = 10
    CIRCLED = 11
    PREFACE = 12


_FORMS: tuple[tuple[Rank, re.Pattern[str]], ...] = (
    (Rank.ANNEX, re.compile(r"附件(?P<number>\d*)(?:$|(?<=\d)[ ：])")),
    (Rank.PART, re.compile(f"{_ORDINAL}编{_NO_REFERENCE} ?")),
    (Rank.CHAPTER, re.compile(f"{_ORDINAL}章{_NO_REFERENCE} ?")),
    (Rank.DIVISION, re.compile(f"{_ORDINAL}节{_NO_REFERENCE} ?")),
    (Rank.ARTICLE, re.compile(f"{_ORDINAL}条{_NO_REFERENCE} ?")),
    (Rank.SECTION, re.compile(f"(?P<number>{_CN})、(?!{_CN}[、线])")),
    (Rank.SUBSECTION, re.compile(f"（(?P<number>{_CN})）{_NO_REFERENCE}")),
    (Rank.BOX, re.compile(r"专栏(?P<number>\d+)[ ：]?")),
    (Rank.TASK, re.compile(r"(?P<number>\d{1,3})(?:[．、]|\.(?!\d)) ?")),
    (Rank.PAREN_ARABIC, re.compile(f"（(?P<number>\\d{{1,2}})）{_NO_REFERENCE}")),
    (Rank.CIRCLED, re.compile("(?P<number>[①-⑳])")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A numbered paragraph: text[start:end], of which the words after the number begin at `words`."""

    rank: Rank
    number: int
    start: int
    words: int
    end: int


def parse_number(printed: str) -> int:
    """Return the value of a printed number (12, 十二, 一百二十, ③); 0 for an empty one."""
    if printed.isdecimal():
        return int(printed)
    if len(printed) == 1 and "①" <= printed <= "⑳":
        return ord(printed) - ord("①") + 1
    total, digit = 0, 0
    for character in printed:
        if character in _UNITS:
            total += max(digit, 1) * _UNITS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def find_paragraphs(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each line of `text` that is not empty, offset by `start`."""
    for line in text.split("\n"):
        if line:
            yield start, start + len(line)
        start += len(line) + 1


def find_marks(text: str) -> tuple[Mark, ...]:
    """Return the numbered paragraphs of a cleaned text, in order.

    Every 1. ranks as a task here. An annex label counts once another number stood before it: 附件1 at the
    head of a document names the document itself.
    """
    marks: list[Mark] = []
    for start, end in find_paragraphs(text):
        mark = _read_mark(text, start, end)
        if mark and (marks or mark.rank is not Rank.ANNEX):
            marks.append(mark)
    return _rank_above_articles(text, marks)


def _read_mark(text: str, start: int, end: int) -> Mark | None:
    for rank, form in _FORMS:
        found = form.match(text, start, end)
        if found:
            number = parse_number(found["number"])
            return Mark(rank=rank, number=number, start=start, words=found.end(), end=end)
    return None


def _rank_above_articles(text: str, marks: list[Mark]) -> tuple[Mark, ...]:
    """Rank 一、 and a heading-like （一） that stand over articles as chapters and their divisions."""
    ranks = [mark.rank for mark in marks]
    over = (
        Rank.ARTICLE in ranks
        and Rank.SECTION in ranks
        and Rank.CHAPTER not in ranks
        and ranks.index(Rank.SECTION) < ranks.index(Rank.ARTICLE)
    )
    if not over:
        return tuple(marks)
    raised = []
    for mark, following in zip(marks, [*ranks[1:], None], strict=True):
        heads_article = following is Rank.ARTICLE and not re.search("[，。；：]", text[mark.words : mark.end])
        rank = {Rank.SECTION: Rank.CHAPTER}.get(mark.rank, mark.rank)
        rank = Rank.DIVISION if mark.rank is Rank.SUBSECTION and heads_article else rank
        raised.append(replace(mark, rank=rank))
    return tuple(raised)


def parse_heading(text: str, mark: Mark, *, stands_alone: bool) -> str:
    """Return the printed heading of a numbered paragraph without its number, "" when it has none.

    A heading is the whole paragraph, or its first sentence (up to 。 or ：) when the item runs on in the same
    paragraph. `stands_alone` says that nothing follows inside the clause: a full sentence is then content.
    """
    words = text[mark.words : mark.end]
    if mark.rank is Rank.ARTICLE:
        # Articles open with content: only 【…】 or a short first sentence before others is a heading.
        headed = re.match("【(?P<heading>[^】]+)】", words) or re.match("(?P<heading>[^，。；：]{2,20})。.", words)
        return headed["heading"] if headed else ""
    first, mark_after, more = _FIRST_SENTENCE.fullmatch(words).groups()  # type: ignore[union-attr]  # matches all
    is_content = stands_alone and not more and (mark_after == "；" or ("，" in first and mark_after == "。"))
    return "" if is_content or len(first) > _LONGEST_HEADING else first
