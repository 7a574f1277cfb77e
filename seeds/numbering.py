"""Printed numbers at the heads of paragraphs (一、 （一） 1. 1.1 第一条 专栏1 ...) and the headings behind them.

Knows which forms there are, how they rank, and whether a number counts on from the last of its form: what only looks
like a number (二、三等奖 in a broken line, a reference to 第三条) does not. How clauses nest is the outline's matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}
_CN = "[零〇一二三四五六七八九十百]{1,7}"
_ORDINAL = rf"第(?P<number>{_CN}|[0-9]{{1,4}})"
_OTHER_NUMBER = "(?:第|（|[零〇一二三四五六七八九十百0-9])"
# 「第三条、」, 「（一）至（三）项」 and 「（二）项规定的」 refer to a clause; they do not begin one.
_REFERENCE = f"(?![、，。；]|[和至或及与到—-]{{1,2}}{_OTHER_NUMBER}|[款项目](?:[、，。；和至或及规所之的中第]|$))"
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
    DECIMAL = 10
    DECIMAL_BELOW = 11
    PAREN_ARABIC = 12
    HALF_PAREN = 13
    CIRCLED = 14
    LETTER = 15
    PREFACE = 16


_FORMS: tuple[tuple[Rank, re.Pattern[str]], ...] = (
    (Rank.ANNEX, re.compile(r"附件(?P<number>[0-9]{0,3})(?:$|(?<=[0-9])[ ：])")),
    (Rank.PART, re.compile(f"{_ORDINAL}(?:编|部分){_REFERENCE} ?")),
    (Rank.CHAPTER, re.compile(f"{_ORDINAL}章{_REFERENCE} ?")),
    (Rank.DIVISION, re.compile(f"{_ORDINAL}节{_REFERENCE} ?")),
    (Rank.ARTICLE, re.compile(f"{_ORDINAL}条{_REFERENCE} ?")),
    (Rank.SECTION, re.compile(rf"(?P<number>{_CN})(?:、(?!{_CN}[、线])|[．.](?![0-9]))")),
    (Rank.SUBSECTION, re.compile(f"（(?P<number>{_CN})）{_REFERENCE}")),
    (Rank.BOX, re.compile(r"专栏(?P<number>[0-9]{1,3})[ ：]?")),
    (Rank.DECIMAL_BELOW, re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.(?P<number>[0-9]{1,2})(?![0-9.]) ?")),
    (Rank.DECIMAL, re.compile(r"[0-9]{1,2}\.(?P<number>[0-9]{1,2})(?![0-9.]) ?")),
    (Rank.TASK, re.compile(r"(?P<number>[0-9]{1,3})(?:[．、]|\.(?![0-9])|\.(?=(?:19|20)[0-9]{2}年)) ?")),
    (Rank.PAREN_ARABIC, re.compile(f"（(?P<number>[0-9]{{1,2}})）{_REFERENCE}")),
    (Rank.HALF_PAREN, re.compile("(?P<number>[0-9]{1,2})[)）] ?")),
    (Rank.CIRCLED, re.compile("(?P<number>[①-⑳])")),
    (Rank.LETTER, re.compile("(?P<number>[A-Ha-h])[．.、）] ?(?![A-Za-z0-9])")),
)
# These may be a number, or words of a sentence that was broken before them: they must count on, from a whole sentence.
# 「第九条中小企业」 and 「（二）项目条件」 beside 「第九条规定的」; 「二、三等奖」; 「1、2号楼」; 「2.2016年度」.
_DOUBTS: dict[Rank, re.Pattern[str]] = {
    **dict.fromkeys(
        (Rank.PART, Rank.CHAPTER, Rank.DIVISION, Rank.ARTICLE, Rank.SUBSECTION, Rank.PAREN_ARABIC),
        re.compile("[和至或及规所之的中款项目第]"),
    ),
    Rank.SECTION: re.compile(rf"{_CN}[等类级期档产季批次个项条款种]"),
    **dict.fromkeys((Rank.TASK, Rank.DECIMAL, Rank.DECIMAL_BELOW, Rank.LETTER), re.compile("")),
}
_SURE_TASK = re.compile("[^0-9]|$")
_AMOUNT = re.compile("[万亿元%％‰倍]|[个千百]{1,2}[万亿分]|美元|平方|公里|小时")
_LISTED_DIGITS = re.compile("[0-9]{1,3}[、号级类层栋幢]")
_ENDED = re.compile("[。；：！？…”’）》】|]$")
_MIDWAY = re.compile("[，、]")
# Articles and chapters count through the whole document; all others begin anew below a clause that holds them.
_THROUGHOUT = frozenset({Rank.ANNEX, Rank.PART, Rank.CHAPTER, Rank.ARTICLE, Rank.BOX})
_CLOSING_HEADING = re.compile("附 ?则")
_BARE_HEADING = re.compile("(?P<number>[0-9]{1,2}) ?(?=[^0-9 ，。；：！？、.．年月日号%％]{2,20}$)")
_CONTENTS = re.compile("目 ?[录次]")
# A heading that the writer did not set on a line of its own: 「……见附件3）。六、申请材料要求」.
_LAST_WORDS = re.compile(rf"[。！？][”）]?((?:{_CN}、|（{_CN}）)[^，。；：！？（）]{{2,30}})$")
_LONGEST_LAST_WORDS = 44
_FORM = dict(_FORMS)
# The list of annexes below a letter: 附件：1.申请表, then 2.汇总表; or 附件1：申请表, then 附件2：汇总表.
_ANNEX_LIST = re.compile("附件[：:] ?(?:(?P<first>1[．.、])|$)")
_LISTED = re.compile("([0-9]{1,2})[．.、][^。；\n]{0,80}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A numbered paragraph: text[start:end], of which the words after the number begin at `words`."""

    rank: Rank
    number: int
    start: int
    words: int
    end: int


def parse_number(printed: str) -> int:
    """Return the value of a printed number (12, 十二, 一百二十, ③, b); 0 for an empty one."""
    if printed.isdecimal():
        return int(printed)
    if len(printed) == 1 and "①" <= printed <= "⑳":
        return ord(printed) - ord("①") + 1
    if printed.isascii() and printed:
        return ord(printed.lower()) - ord("a") + 1
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
    return _rank_above_articles(text, _Counting(text).marks())


class _Counting:
    """The numbers of one text, as far as they were read: which number each form would count on to."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._paragraphs = list(_without_contents(text, list(find_paragraphs(text))))
        self._found: list[Mark] = []
        self._last: dict[Rank, int] = {}
        self._listed: int | None = None

    def marks(self) -> list[Mark]:
        for index, (start, end) in enumerate(self._paragraphs):
            if self._lists_annexes(start, end) or self._names_annex(index):
                continue
            mark = self._read(index, start, end)
            if mark:
                self._take(mark)
            self._take_last_words(start, end)
        return self._found

    def _take(self, mark: Mark) -> None:
        self._found.append(mark)
        stays = _THROUGHOUT
        if mark.rank is Rank.ARTICLE and Rank.CHAPTER not in self._last:
            stays = _THROUGHOUT | {Rank.SECTION}  # 一、 above articles counts on like a chapter
        self._last[mark.rank] = mark.number
        for rank in [rank for rank in self._last if rank > mark.rank and rank not in stays]:
            del self._last[rank]

    def _counts_on(self, rank: Rank, number: int) -> bool:
        return number == self._last.get(rank, 0) + 1

    def _read(self, index: int, start: int, end: int) -> Mark | None:
        if _CLOSING_HEADING.fullmatch(self._text, start, end):
            return self._closing(start, end)
        for rank, form in _FORMS:
            found = form.match(self._text, start, end)
            if found:
                number = parse_number(found["number"])
                mark = Mark(rank=rank, number=number, start=start, words=found.end(), end=end)
                return mark if self._is_number(index, mark) else None
        return self._bare(index, start, end)

    def _is_number(self, index: int, mark: Mark) -> bool:
        if mark.rank is Rank.ANNEX:
            return bool(self._found)
        doubt = _DOUBTS.get(mark.rank)
        sure = mark.rank is Rank.TASK and _SURE_TASK.match(self._text, mark.words)
        if sure or doubt is None or not doubt.match(self._text, mark.words, mark.end):
            return True
        if not self._counts_on(mark.rank, mark.number) or not self._follows_whole_sentence(index):
            return False
        if mark.rank is Rank.TASK:
            return not _LISTED_DIGITS.match(self._text, mark.words)
        if mark.rank in {Rank.DECIMAL, Rank.DECIMAL_BELOW}:
            return self._fits_decimal(mark)
        return mark.rank is not Rank.LETTER or mark.number > 1 or self._is_lettered(index)

    def _follows_whole_sentence(self, index: int) -> bool:
        if not index:
            return True
        start, end = self._paragraphs[index - 1]
        ended = bool(_ENDED.search(self._text, max(start, end - 1), end))
        return ended or (end - start <= _LONGEST_HEADING and not _MIDWAY.match(self._text, end - 1))

    def _fits_decimal(self, mark: Mark) -> bool:
        """Say whether 2.3 stands below 2, not 2.3万元 in a sentence."""
        outer = self._text[mark.start : mark.words].split(".")[0]
        above = [self._last.get(rank) for rank in (Rank.TASK, Rank.SECTION, Rank.CHAPTER) if rank in self._last]
        fits = not above or int(outer) in above
        return fits and not _AMOUNT.match(self._text, mark.words)

    def _is_lettered(self, index: int) -> bool:
        """Say whether the paragraph after an A. begins with B."""
        following = self._paragraphs[index + 1 : index + 2]
        return bool(following) and self._text.startswith(("B", "b"), following[0][0])

    def _bare(self, index: int, start: int, end: int) -> Mark | None:
        """Read 「1总则」 as a number where 1.1 comes below it."""
        found = _BARE_HEADING.match(self._text, start, end)
        following = self._paragraphs[index + 1 : index + 2]
        if not found or not following or not self._text.startswith(f"{found['number']}.1", following[0][0]):
            return None
        return Mark(rank=Rank.TASK, number=int(found["number"]), start=start, words=found.end(), end=end)

    def _closing(self, start: int, end: int) -> Mark | None:
        """Count 附则 on from the chapters, or the sections, before it: it is printed like one of them."""
        rank = next((rank for rank in (Rank.CHAPTER, Rank.SECTION) if rank in self._last), None)
        if rank is None:
            return None
        return Mark(rank=rank, number=self._last[rank] + 1, start=start, words=start, end=end)

    def _take_last_words(self, start: int, end: int) -> None:
        """Take a heading at the end of a paragraph, where it counts on from one before."""
        found = _LAST_WORDS.search(self._text, max(start, end - _LONGEST_LAST_WORDS), end)
        if not found:
            return
        for rank in (Rank.SECTION, Rank.SUBSECTION):
            form = _FORM[rank].match(self._text, found.start(1), end)
            number = parse_number(form["number"]) if form else 0
            if form and rank in self._last and self._counts_on(rank, number):
                if self._found and self._found[-1].end == end:
                    self._found[-1] = replace(self._found[-1], end=found.start(1))
                self._take(Mark(rank=rank, number=number, start=found.start(1), words=form.end(), end=end))
                return

    def _lists_annexes(self, start: int, end: int) -> bool:
        """Say whether a paragraph belongs to the list of annexes below a letter."""
        begins = _ANNEX_LIST.match(self._text, start, end)
        listed = _LISTED.match(self._text, start, end) if self._listed is not None else None
        if begins:
            self._listed = 1 if begins["first"] else 0
        elif listed and int(listed[1]) == (self._listed or 0) + 1:
            self._listed = int(listed[1])
        else:
            self._listed = None
        return self._listed is not None

    def _names_annex(self, index: int) -> bool:
        """Say whether 附件1：申请表 only names an annex: another such stands beside it, or nothing below."""
        found = self._annex_named(index)
        if found is None:
            return False
        before, after = self._annex_named(index - 1), self._annex_named(index + 1)
        return found - 1 == before or found + 1 == after or index + 1 == len(self._paragraphs)

    def _annex_named(self, index: int) -> int | None:
        if not 0 <= index < len(self._paragraphs):
            return None
        start, end = self._paragraphs[index]
        found = _FORM[Rank.ANNEX].match(self._text, start, end)
        return int(found["number"] or 0) if found and found.end() < end else None


def _without_contents(text: str, paragraphs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Leave out a table of contents: what stands from 目录 to where its first line is printed again."""
    skipped: str | None = None
    left = [text[start:end] for start, end in paragraphs]
    for index, (start, end) in enumerate(paragraphs):
        if skipped is None and _CONTENTS.fullmatch(left[index]) and index + 1 < len(left):
            first = _entry(left[index + 1])
            skipped = first if any(_entry(line) == first for line in left[index + 2 :]) else None
        elif skipped is not None and left[index - 1 : index] and not _CONTENTS.fullmatch(left[index - 1]):
            skipped = None if _entry(left[index]) == skipped else skipped
        if not skipped:
            yield start, end


def _entry(line: str) -> str:
    """Return a line of a table of contents without its dots and page number."""
    return line.rstrip("0123456789").rstrip(".…·\u3000 \t")


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
