"""What a text quotes (「…」 『…』 “…” "…") and what it cites: 《titles》, document numbers, numbers of clauses.

Knows how people write them, with offsets into the text as it was given; what they lead to is for others to say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from seeds.numbering import parse_number


class Kind(StrEnum):
    """What stands in the text: words of a document, or its title, its number, or the number of one of its clauses."""

    QUOTE = "quote"
    DOCUMENT = "document"
    NUMBER = "number"
    CLAUSE = "clause"


@dataclass(frozen=True, slots=True)
class Step:
    """One step to a clause: the unit that is printed (条, 章, 项 ...; "" for a bare number) and the number."""

    unit: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """text[start:end] of the text given, without the marks around it.

    A clause has its `steps`; a clause, or a number in brackets behind a title, stands `after` the passage it belongs
    to, which is a position in the list of passages.
    """

    kind: Kind
    start: int
    end: int
    steps: tuple[Step, ...] = ()
    after: int | None = None


_OPENING = {"「": "」", "『": "』", "“": "”", "《": "》"}
_CLOSING = {closing: opening for opening, closing in _OPENING.items()}
_STRAIGHT = '"＂'
_TITLE = "《"

_DIGITS = "[零〇一二三四五六七八九十百0-9０-９]{1,7}"
_SMALL = "(?:[零〇一二三四五六七八九十百]{1,7}|[0-9０-９]{1,2})"
_STEP = (
    f"(?:第(?:{_DIGITS}|[（(]{_SMALL}[）)])(?:部分|[编章节条款项点目])|[（(]{_SMALL}[）)][项款点目]?"
    "|专栏[0-9０-９一二三四五六七八九十]{1,3}|附件[0-9０-９一二三四五六七八九十]{1,3})"
)
_DOTTED = r"[0-9]{1,3}(?:\.[0-9]{1,3}){1,4}(?![0-9])"
_PRINTED = f"[一二三四五六七八九十]{{1,3}}[、，]?[（(]{_SMALL}[）)](?:[0-9]{{1,2}}[.．]?)?"
_PATH = f"(?:{_STEP}(?:[的之]?{_STEP}){{0,4}}|{_PRINTED}|{_DOTTED})"
_NEXT_CLAUSE = re.compile(f"(?:[的之中 ]{{0,2}}|[、，,和至到与及]|以及)({_PATH})")
_BARE_CLAUSE = re.compile(
    f"第{_DIGITS}(?:部分|[章条])(?:[的之]?{_STEP}){{0,4}}|专栏[0-9０-９一二三四五六七八九十]{{1,3}}"
)
_PART = re.compile(
    f"第[（(]?({_DIGITS})[）)]?(部分|[编章节条款项点目])|[（(]({_SMALL})[）)]([项款点目]?)"
    r"|(专栏|附件)([0-9０-９一二三四五六七八九十]{1,3})|([0-9０-９]{1,3}|[一二三四五六七八九十]{1,3})"
)
_NUMBERED = re.compile(
    r"(?:[〔［\[【（(〈](?:19|20)[0-9]{2}[〕］\]】）)〉] ?第?|(?<![0-9])(?:19|20)[0-9]{2}年第?)[0-9]{1,5} ?号"
)
_ISSUER = re.compile("[\u4e00-\u9fff]{1,14}")
_BEFORE_ISSUER = re.compile("根据|依据|按照|依照|参照|参见|详见|落实|印发|转发|见|和|与|及|由|在|的|了|以")
_SHORT_NAME = re.compile('(?:以下|下文)[均统]?(?:简称|统称|称)为?[:：]?[《“「"]([^《》“”「」"\n]{1,40})[》”」"]')
_NAMED = frozenset({Kind.DOCUMENT, Kind.NUMBER})
_LONGEST_BETWEEN, _MOST_BETWEEN = 80, 4
"""So far from its title a short name is given at most: the document number may stand between."""
_LONGEST_ISSUER = 14


def find_passages(text: str) -> tuple[tuple[Passage, ...], dict[str, int]]:
    """Return what a text quotes and cites, in its order, and the short names it gives to titles (以下简称“…”).

    A name leads to the position of the title that it stands for. Titles and numbers inside quoted words are listed
    too: whether the quote as a whole is found decides whether they matter.
    """
    names = {found.start(1): found for found in _SHORT_NAME.finditer(text)}
    words = {found[1] for found in names.values()}
    marked = [
        Passage(kind=Kind.DOCUMENT if text[start:end] in words else kind, start=start, end=end)
        for kind, start, end in _outermost(text, _marked(text))
        if start not in names and text[start:end].strip()
    ]
    titles = [one for one in marked if one.kind is Kind.DOCUMENT]
    marked += [
        Passage(kind=Kind.NUMBER, start=start, end=end)
        for start, end in _document_numbers(text)
        if not any(start < one.end for one in titles[: bisect_right(titles, start, key=lambda one: one.start)][-1:])
    ]
    marked.sort(key=lambda one: (one.start, -one.end))
    passages = _with_clauses(text, marked)
    return passages, dict(_named(text, passages, names.values()))


def _named(text: str, passages: tuple[Passage, ...], names: Iterable[re.Match[str]]) -> Iterator[tuple[str, int]]:
    """Yield each short name with the title before it in its sentence, or the document number where there is none."""
    starts = [one.start for one in passages]
    for found in names:
        end = found.start()
        begin = max(0, end - _LONGEST_BETWEEN)
        begin = max(begin, text.rfind("。", begin, end), text.rfind("\n", begin, end))
        place = bisect_right(starts, end)
        before = [one for one in range(max(0, place - _MOST_BETWEEN), place) if begin <= passages[one].end <= end]
        titles = [one for one in before if passages[one].kind in _NAMED and passages[one].after is None]
        if titles:
            yield found[1], titles[-1]


def _marked(text: str) -> list[tuple[int, int]]:
    """Return the offsets of each opening mark with its closing one; straight marks pair within a paragraph."""
    opened: dict[str, list[int]] = {opening: [] for opening in _OPENING}
    pairs: list[tuple[int, int]] = []
    straight: int | None = None
    for offset, character in enumerate(text):
        if character in opened:
            opened[character].append(offset)
        elif character in _CLOSING and opened[_CLOSING[character]]:
            pairs.append((opened[_CLOSING[character]].pop(), offset))
        elif character in _STRAIGHT:
            pairs += [] if straight is None else [(straight, offset)]
            straight = offset if straight is None else None
        elif character == "\n" and text[offset + 1 : offset + 2] == "\n":
            straight = None
    return sorted(pairs)


def _outermost(text: str, pairs: list[tuple[int, int]]) -> Iterator[tuple[Kind, int, int]]:
    """Yield quotes and titles: no quote in a title or a quote, no title in a title."""
    quoted = titled = -1
    for opening, closing in pairs:
        if text[opening] == _TITLE:
            if opening > titled:
                titled = closing
                yield Kind.DOCUMENT, opening + 1, closing
        elif opening > max(quoted, titled):
            quoted = closing
            if not _is_title_in_marks(text, opening, closing):
                yield Kind.QUOTE, opening + 1, closing


def _is_title_in_marks(text: str, opening: int, closing: int) -> bool:
    inner = text[opening + 1 : closing].strip()
    return inner.startswith(_TITLE) and inner.endswith("》") and inner.count(_TITLE) == 1


def _document_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield where document numbers stand (粤办函〔2025〕6号), with the characters that name the issuer."""
    for found in _NUMBERED.finditer(text):
        begin = max(0, found.start() - _LONGEST_ISSUER)
        before = text[begin : found.start()]
        runs = [run for run in _ISSUER.finditer(before) if run.end() == len(before)]
        if not runs:
            continue
        skipped = max((end.end() for end in _BEFORE_ISSUER.finditer(before)), default=0)
        start = begin + max(runs[0].start(), skipped)
        if start < found.start():
            yield start, found.end()


def _with_clauses(text: str, marked: list[Passage]) -> tuple[Passage, ...]:
    """Put the numbers of clauses between: those behind a title or number belong to it, others stand alone."""
    passages: list[Passage] = []
    end, title = 0, None
    for one in marked:
        passages += _bare(text, end, one.start)
        after = title if one.kind is Kind.NUMBER and title is not None and _adjoins(text, title[1].end, one) else None
        passages.append(one if after is None else _belonging(one, after[0]))
        end = max(end, one.end)
        if one.kind is Kind.QUOTE:
            continue
        place = len(passages) - 1 if after is None else after[0]
        title = (place, one) if one.kind is Kind.DOCUMENT else title
        for clause in _following(text, one.end + 1, place):
            passages.append(clause)
            end = max(end, clause.end)
    passages += _bare(text, end, len(text))
    return tuple(passages)


def _belonging(one: Passage, after: int) -> Passage:
    return Passage(kind=one.kind, start=one.start, end=one.end, after=after)


def _adjoins(text: str, title_end: int, number: Passage) -> bool:
    return text[title_end : number.start].strip() in {"》（", "》(", "》", "》【", "》["}


def _following(text: str, offset: int, place: int) -> Iterator[Passage]:
    """Yield the clauses named right behind a title (《…》第二条第一款和第五条)."""
    offset += text.startswith(("）", ")"), offset)
    while found := _NEXT_CLAUSE.match(text, offset):
        yield Passage(kind=Kind.CLAUSE, start=found.start(1), end=found.end(1), steps=_steps(found[1]), after=place)
        offset = found.end()


def _bare(text: str, start: int, end: int) -> Iterator[Passage]:
    for found in _BARE_CLAUSE.finditer(text, start, max(start, end)):
        yield Passage(kind=Kind.CLAUSE, start=found.start(), end=found.end(), steps=_steps(found[0]))


def _steps(words: str) -> tuple[Step, ...]:
    steps = []
    for ordinal, unit, inner, kind, box, box_number, bare in _PART.findall(words):
        printed = ordinal or inner or box_number or bare
        steps.append(Step(unit or box or kind or ("项" if inner else ""), parse_number(_arabic(printed))))
    return tuple(steps)


def _arabic(printed: str) -> str:
    """Return a number in digits of one width; one that mixes digits and characters is no number we know."""
    narrow = "".join(chr(ord(c) - ord("０") + ord("0")) if "０" <= c <= "９" else c for c in printed)
    return narrow if narrow.isdecimal() or not any(c.isdecimal() for c in narrow) else "0"
