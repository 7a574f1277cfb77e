"""The head and the foot of a document: what it is called, its number, who issued it, and the labels of its box or card.

Knows how official documents are set (GB/T 9704: red head, title, number, addressee, signature with its day), the boxes
of public web pages and the cards of guides. Each value keeps the words it was read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from seeds.fields import LABELS, is_label, parse_parts
from seeds.numbering import find_marks
from seeds.regions import Places, body_region, parse_bodies


class Surely(StrEnum):
    """How surely a value was read: the words say it, or they suggest it."""

    STATED = "stated"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One value of the metadata; text[start:end] == `quote` are the words that it was read from."""

    field: str
    value: str | tuple[str, ...]
    quote: str
    start: int
    end: int
    surely: Surely = Surely.STATED


_YEAR = "(?:19|20)[0-9]{2}"
DAY = (
    f"(?:{_YEAR}|[一二][〇○零一二三四五六七八九]{{3}})年[0-9一二三四五六七八九十]{{1,3}}月[0-9一二三四五六七八九十]{{1,3}}日"
    f"|{_YEAR}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}(?![0-9])"
)
"""A day as documents print it, for `parse_day`."""
_TITLE_WORDS = (
    "方案|计划|办法|意见|条例|规定|措施|细则|规划|政策|公告|指南|指引|规则|决定|通知|通告|批复|纲要|函|要点|制度|标准"
    "|目录|须知|准则|章程|程序"
)
_TITLE = re.compile(rf"[^，。；：\n]{{0,80}}(?:{_TITLE_WORDS})(?:（[^（）\n]{{0,30}}）){{0,3}}$")
_BRACKETS_AT_END = re.compile("(?:（[^（）]{0,30}）){1,3}$")
_DATE = re.compile(DAY)
DATE_LINE = re.compile(f"（?(?P<day>{DAY})）?$")
"""A line that is a day, perhaps in brackets."""
PASSED = re.compile(
    f"（?(?P<day>{DAY})(?P<body>[^，。；\n]{{2,30}}?(?:人民代表大会|人大|国务院|人民政府)(?:常务委员会|常委会)?)"
    "(?:第[一二三四五六七八九十百0-9]{1,5}次(?:常务)?会议)?(?:审议)?(?:通过|修订|修正)"
)
"""The line below a statute's title: 2017年12月1日某省人民代表大会常务委员会第三次会议通过."""
DECREED = re.compile(
    f"（?(?:(?P<day>{DAY}))?(?P<body>[\u4e00-\u9fff、]{{2,60}}?)"
    f"(?P<number>(?:令|公告)(?:{_YEAR}年|〔{_YEAR}〕)?第[0-9]{{1,4}}号|[\u4e00-\u9fff]{{2,12}}〔{_YEAR}〕[0-9]{{1,5}}号)"
    f"(?:公布|发布|印发)?(?:，?自{DAY}起(?:施行|实施))?）?$"
)
"""The line below a rule's title: 2021年1月1日某部令第50号公布."""
_DECREE_NUMBER = re.compile(f"(?:{_YEAR}年)?第[0-9]{{1,4}}号$")
_NUMBER = re.compile(
    f"(?P<place>[\u4e00-\u9fff（）]{{1,16}})[〔\\[（【](?P<year>{_YEAR})[〕\\]）】](?P<rest>第?[0-9]{{1,5}}号)"
    f"|〔{_YEAR}〕[\u4e00-\u9fff]{{2,10}}[0-9]{{1,5}}号"
    f"|[\u4e00-\u9fff]{{0,20}}(?:公告|令)?(?:{_YEAR}年)?第[0-9]{{1,4}}号"
)
_ANY_LABEL = "|".join(sorted(LABELS, key=len, reverse=True))
_LABELLED = re.compile(
    f"(?:^|(?<=[；;。| ]))(?P<label>{_ANY_LABEL}) ?[：|] ?(?P<value>[^；;。|\n]{{1,80}})", re.MULTILINE
)
NUMBER_LABELS = ("发文字号", "文号")
"""What a box or card calls the number of a document."""
_ISSUER_LABELS = ("发文机构", "发文机关", "发文单位", "发布机构", "发布单位", "制定机关")
_BARE_BODY = re.compile("[\u4e00-\u9fff]{2,16}(?:局|厅|委|委员会|办公室|部|中心)")
_LINES_OF_A_HEAD = 40
_LINES_OF_A_SIGNATURE = 6
_LONGEST_SIGNATURE = 80
_LONGEST_HEAD = 4000
_LONGEST_FOOT = 6000
_SHORTEST_PART_OF_A_TITLE = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text and where it stands."""

    start: int
    end: int
    text: str


class Letterhead:
    """Reads head and foot of one cleaned text; each method yields what it finds, the surest first."""

    def __init__(self, text: str, places: Places) -> None:
        """Read the lines, the head before the first number or field, the labels and the signatures."""
        self.text = text
        self.places = places
        self._marks = find_marks(text)
        self.parts = parse_parts(text)
        self.lines = [Line(start, start + len(line), line) for start, line in _with_starts(text)]
        end = self._head_end()
        self.head = [line for line in self.lines[:_LINES_OF_A_HEAD] if line.end <= end]
        self._labels = list(self._labelled())
        self.signatures = list(self._signed())

    def _head_end(self) -> int:
        """Return where the head of the document ends: before its first number or field."""
        begins = [mark.start for mark in self._marks[:1]] + [part.start for part in self.parts[:1]]
        return min(begins, default=len(self.text))

    def at(
        self, name: str, value: str | tuple[str, ...], start: int, end: int, surely: Surely = Surely.STATED
    ) -> Stated:
        """Return a value with the words text[start:end] that it was read from."""
        quote = self.text[start:end]
        return Stated(field=name, value=value, quote=quote, start=start, end=end, surely=surely)

    def _labelled(self) -> Iterator[tuple[str, str, int]]:
        """Yield label, value and where the value begins, of the fields of a card and of the box above a text."""
        for part in self.parts:
            value = self.text[part.words : part.end]
            words = value.strip("|：\n ")
            if words:
                yield part.name, words.replace("\n", ""), part.words + value.index(words[0])
        first = min(self._marks[0].start if self._marks else len(self.text), _LONGEST_HEAD)
        parts = [part for part in self.parts if part.start < first]
        for found in _LABELLED.finditer(self.text[:first]):
            if not any(part.start <= found.start() < part.end for part in parts):
                yield found["label"], found["value"].strip(), found.start("value")

    def values(self, *labels: str) -> list[tuple[str, int]]:
        """Return what stands behind some labels, and where it begins."""
        return [(value, start) for label in labels for name, value, start in self._labels if name == label]

    def title(self) -> tuple[Stated, str]:
        """Return the title and its heading: those words of it that stand in the text as one piece."""
        card = self._card_title()
        if card:
            return card, card.quote.partition("\n")[0]
        found = [i for i, line in enumerate(self.head) if _TITLE.match(line.text) and not self._is_other(line)]
        if not found:
            line = next((line for line in self.head if not self._is_other(line)), self.lines[0] if self.lines else None)
            if line is None:
                return self.at("title", "", 0, 0, Surely.LIKELY), ""
            return self.at("title", line.text, line.start, line.end), line.text
        last = found[-1]
        line = self.head[last]
        first = last
        while first > 0 and self._runs_on(self.head[first - 1], self.head[first]):
            first -= 1
        title = "".join(one.text for one in self.head[first : last + 1])
        brackets = _BRACKETS_AT_END.search(line.text)
        pieces = [
            *(one.text for one in self.head[first:last]),
            line.text[: brackets.start()] if brackets else line.text,
        ]
        return self.at("title", title, self.head[first].start, line.end), max(reversed(pieces), key=len)

    def _card_title(self) -> Stated | None:
        """Return the heading of a card: 3.某项资金支持, above its fields; a broken one is often repeated whole."""
        first = self.parts[0].start if self.parts else 0
        marks = [mark for mark in self._marks if mark.start < first]
        lines = [line for line in self.lines if line.end <= first]
        if not marks or any("。" in line.text for line in lines):
            return None
        mark = marks[-1]
        words, below = self.text[mark.words : mark.end], [line for line in lines if line.start > mark.start]
        for line in below[1:]:
            if line.text.startswith(words + below[0].text):
                return self.at("title", line.text, line.start, line.end)
        if len(below) > 1 and below[1].text.endswith(below[0].text):
            return self.at("title", words + below[0].text, mark.words, below[0].end)
        return self.at("title", words, mark.words, mark.end)

    def _is_other(self, line: Line) -> bool:
        """Say whether a line of the head is no title: a label, a date, a number, an address, a body or a sentence."""
        text = line.text
        return bool(
            is_label(text)
            or _LABELLED.match(text)
            or DATE_LINE.match(text)
            or _NUMBER.fullmatch(text)
            or text.endswith(("：", "。", "；"))
            or re.match("附件|（[^（）]{0,30}）$|来源|发布|特此|(?:通知|公告|通告|公示|决定|函)$", text)
            or re.fullmatch("[0-9]{1,4}", text)
            or parse_bodies(self.places, text)
            or PASSED.match(text)
            or DECREED.match(text)
            or (text.endswith(("令", "文件")) and parse_bodies(self.places, text[:-1].removesuffix("文")))
        )

    def _runs_on(self, line: Line, following: Line) -> bool:
        """Say whether a line of the head is the first part of a title that goes on in the next."""
        if re.search("[，。；：]", line.text) or _TITLE.match(line.text) or re.match("第.{1,6}[章条]|附件", line.text):
            return False
        if parse_bodies(self.places, line.text):
            return following.text.startswith("关于")
        return (
            not self._is_other(line)
            and not following.text.startswith(("关于", "《"))
            and len(line.text) >= _SHORTEST_PART_OF_A_TITLE
        )

    def number(self) -> Iterator[Stated]:
        """Yield the number of the document without its label; that of a decree begins with who decrees."""
        for value, start in self.values(*NUMBER_LABELS):
            found = _NUMBER.search(value)
            if found:
                at = start + found.start()
                yield self.at("number", _plain_number(found), at, at + len(found[0]))
        for index, line in enumerate(self.head):
            bodies, at = self.decreed(line.text)
            if bodies:
                end = line.text.index("号", at) + 1
                begins = 0 if line.text[at:].startswith(("令", "公告")) else at
                begins = begins or line.text.index(bodies[0])
                yield self.at("number", line.text[begins:end], line.start + begins, line.start + end)
            above = self.head[index - 1] if index else None
            if above and above.text.endswith(("令", "公告")) and _DECREE_NUMBER.match(line.text):
                yield self.at("number", above.text + line.text, above.start, line.end)
            found = _NUMBER.fullmatch(line.text)
            if found:
                yield self.at("number", _plain_number(found), line.start, line.end)

    def decreed(self, line: str) -> tuple[tuple[str, ...], int]:
        """Return who decreed a rule, as the line below its title says, and where its number begins."""
        found = DECREED.match(line)
        if found:
            for end in range(found.end("number"), found.start("number") - 1, -1):
                bodies = parse_bodies(self.places, line[found.start("body") : end])
                if bodies:
                    return bodies, end
        return (), 0

    def issuers(self) -> Iterator[Stated]:
        """Yield who issued it: as labelled, signed, passed, or as title or red head say; else who explains it."""
        for value, start in self.values(*_ISSUER_LABELS):
            bodies = parse_bodies(self.places, value)
            if bodies:
                yield self.at("issuers", bodies, start, start + len(value))
            elif re.fullmatch("[\u4e00-\u9fff]{2,16}(?:局|厅|委|委员会|办公室|部|中心)", value):
                yield from self._completed(value, start)
        for _, first, last, bodies in self.signatures:
            yield self.at("issuers", bodies, first, last)
        for line in self.head:
            decreed, at = self.decreed(line.text)
            if decreed:
                first = line.text.index(decreed[0])
                yield self.at("issuers", decreed, line.start + first, line.start + at)
            passed = PASSED.match(line.text)
            body = parse_bodies(self.places, passed["body"].replace("常委会", "常务委员会")) if passed else ()
            if passed and body:
                start = line.start + passed.start("body")
                yield self.at("issuers", body, start, line.start + passed.end("body"))
        yield from self._heading_bodies()
        for found in re.finditer("由([^，。；]{4,60})负责解释", self.text[-_LONGEST_FOOT:]):
            bodies = parse_bodies(self.places, found[1].removesuffix("会同"))
            start = max(0, len(self.text) - _LONGEST_FOOT) + found.start(1)
            if bodies:
                yield self.at("issuers", bodies, start, start + len(found[1]), Surely.LIKELY)

    def _completed(self, value: str, start: int) -> Iterator[Stated]:
        """Yield a body labelled without its place, completed by the committee that the text names as its own."""
        named = dict.fromkeys(re.findall("由([\u4e00-\u9fff]{4,20}管理委员会)负责", self.text))
        bodies = [body for body in named if body_region(self.places, body)]
        surely = Surely.STATED if len(bodies) == 1 else Surely.LIKELY
        yield self.at(
            "issuers", (f"{bodies[0]}{value}" if len(bodies) == 1 else value,), start, start + len(value), surely
        )

    def _heading_bodies(self) -> Iterator[Stated]:
        """Yield the bodies before 关于 in the title, those of the line above it, or those of the red head."""
        for index, line in enumerate(self.head):
            about = re.search("关于|印发|转发|发布", line.text)
            words = line.text[: about.start()] if about else ""
            named = line
            if about and not words and index:
                named, words = self.head[index - 1], self.head[index - 1].text
            red = re.fullmatch("(.{4,60}?)(?:文件|令|公告)", line.text)
            words = red[1] if red else words if about else ""
            bodies = parse_bodies(self.places, words)
            if bodies:
                yield self.at("issuers", bodies, named.start, named.start + len(words))

    def _signed(self) -> Iterator[tuple[date, int, int, tuple[str, ...]]]:
        """Yield each signature: its day, where its bodies begin and end, and who they are."""
        for index, line in enumerate(self.lines):
            found = _DATE.search(line.text) if len(line.text) <= _LONGEST_SIGNATURE else None
            day = parse_day(found[0]) if found and line.text[found.end() :] in {"", "）", "印发"} else None
            if found is None or day is None:
                continue
            before = line.text[: found.start()].strip("（ ")
            if before:
                bodies = parse_bodies(self.places, before)
                if bodies:
                    yield day, line.start, line.start + found.start(), bodies
                continue
            first, bodies = index, ()
            while first > 0 and index - first < _LINES_OF_A_SIGNATURE:
                more = parse_bodies(self.places, self.lines[first - 1].text)
                if not more:
                    break
                first, bodies = first - 1, (*more, *bodies)
            if bodies:
                yield day, self.lines[first].start, self.lines[index - 1].end, tuple(dict.fromkeys(bodies))


def _with_starts(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        if line:
            yield start, line
        start += len(line) + 1


def _plain_number(found: re.Match[str]) -> str:
    return f"{found['place']}〔{found['year']}〕{found['rest']}" if found["year"] else found[0]


_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def parse_day(printed: str) -> date | None:
    """Return the day of 2024年5月1日, 2024-05-01 or 二〇二四年五月一日; None for no day of the calendar."""
    parts = re.split("[年月日/.-]", printed)
    try:
        year, month, day = (parse_count(part) for part in parts[:3])
        return date(year, month, day)
    except ValueError:
        return None


def parse_count(printed: str) -> int:
    """Return 10 for 十, 31 for 三十一, 2024 for 二〇二四, 2 for 两 and 5 for 5; ValueError for anything else."""
    printed = printed.replace("两", "二").translate(_NUMERALS)
    tens, ten, ones = printed.partition("十")
    return 10 * int(tens or 1) + int(ones or 0) if ten else int(printed)
