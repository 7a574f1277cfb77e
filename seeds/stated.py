"""What a document states about itself: each value with the words it was read from, where they stand, and how surely.

Knows how official documents print title, number, issuers and dates (GB/T 9704, the boxes of public web pages, cards of
guides). A value that the words do not settle is `likely`: offered to a person, never taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from seeds.fields import LABELS, Part, is_label, parse_parts
from seeds.issuers import Places, body_region, names_state_body, parse_bodies
from seeds.numbering import Mark, Rank, find_marks
from seeds.regions import COUNTRY

NATIONWIDE = "100000"
"""The code of the whole country among codes of six digits; a document's region is read as the country from it."""


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


_TITLE_WORDS = "方案|计划|办法|意见|条例|规定|措施|细则|规划|政策|公告|指南|指引|规则|决定|通知|通告|批复|纲要|函|要点|制度|标准|目录|须知|准则|章程|程序"
_TITLE = re.compile(rf"[^，。；：\n]{{0,80}}(?:{_TITLE_WORDS})(?:（[^（）\n]{{0,30}}）){{0,3}}$")
_BRACKETS_AT_END = re.compile("(?:（[^（）]{0,30}）){1,3}$")
_DAY = "(?:(?:19|20)[0-9]{2}|[一二][〇○零一二三四五六七八九]{3})年[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}日|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])"
_DATE = re.compile(_DAY)
_DATE_LINE = re.compile(f"（?(?P<day>{_DAY})）?$")
_PASSED = re.compile(
    f"（?(?P<day>{_DAY})(?P<body>[^，。；\n]{{2,30}}?(?:人民代表大会|人大|国务院|人民政府)(?:常务委员会|常委会)?)(?:第[一二三四五六七八九十百0-9]{{1,5}}次(?:常务)?会议)?(?:审议)?(?:通过|修订|修正)"
)
_DECREED = re.compile(
    f"（?(?:(?P<day>{_DAY}))?(?P<number>(?P<body>[\u4e00-\u9fff]{{2,30}})(?:令|公告)(?:(?:19|20)[0-9]{{2}}年)?第[0-9]{{1,4}}号)(?:公布|发布)?）?$"
)
_DECREE_NUMBER = re.compile("(?:(?:19|20)[0-9]{2}年)?第[0-9]{1,4}号$")
_NUMBER = re.compile(
    "(?P<place>[\u4e00-\u9fff（）]{1,16})[〔\\[（【](?P<year>(?:19|20)[0-9]{2})[〕\\]）】](?P<rest>第?[0-9]{1,5}号)"
    "|〔(?:19|20)[0-9]{2}〕[\u4e00-\u9fff]{2,10}[0-9]{1,5}号"
    "|[\u4e00-\u9fff]{0,20}(?:公告|令)?(?:(?:19|20)[0-9]{2}年)?第[0-9]{1,4}号"
)
_LABELLED = re.compile(
    f"(?:^|(?<=[；;。| ]))(?P<label>{'|'.join(sorted(LABELS, key=len, reverse=True))}) ?[：|] ?(?P<value>[^；;。|\n]{{1,80}})",
    re.MULTILINE,
)
_NUMBER_LABELS = frozenset({"发文字号", "文号"})
_ISSUER_LABELS = frozenset({"发文机构", "发文机关", "发文单位", "发布机构", "发布单位", "制定机关"})
_ISSUED_LABELS = ("成文日期", "发文日期", "印发日期", "生成日期")
_PUBLISHED_LABELS = ("发布日期", "发布时间", "发表时间", "公开日期")
_SUBJECT = "(?:本|该|此)(?:办法|规定|细则|实施细则|意见|实施意见|措施|政策措施|政策|通知|公告|条例|文件|方案|计划|指南|规则|规范|制度|若干措施|决定|通告|指引|操作规程|规程|实施办法|管理办法)"
_EFFECT = re.compile(
    rf"(?:(?P<own>{_SUBJECT})(?:[^，。；《》]{{0,12}}))?(?:从|自|于)?(?P<day>{_DAY}|(?:印发|发布|公布|颁布|下发|发文|签发)(?:之日|日))(?:起)?(?P<later>[0-9一二三四五六七八九十]{{1,3}}(?:个工作)?日后)?(?:正式|开始|起)?(?:施行|实施|执行|生效)(?=[，。；、（）]|$)"
)
_LASTS = re.compile(
    rf"(?:有效期限?|执行期限?|实施期限?)[^。；《》]{{0,4}}?(?:自|从)?(?P<first>{_DAY})起?[至到—-](?P<last>{_DAY})"
    rf"|(?:有效期限?|试行期限?|执行期限?|实施期限?|施行期限?|时效)[^。；《》0-9一二三四五六七八九十]{{0,8}}?(?:(?P<until>(?:{_DAY}))|(?P<years>[0-9]{{1,2}}|[一二两三四五六七八九十])(?:个)?年)"
    rf"|(?:暂定|试行)(?P<tried>[0-9]{{1,2}}|[一二两三四五六七八九十])年"
    rf"|[至到](?P<end>{_DAY})(?:止|废止|失效|终止)"
)
_OTHERS_TERM = re.compile("证书|资格|名单|称号|许可证|执照|贷款|合同|协议|公示|申报|受理|补贴期|资质|项目|课题|试用期")
_FROM_DAY = re.compile(f"(?P<day>{_DAY})起")
_BINDS = re.compile("(?:认真|遵照|严格)?(?:遵照|贯彻|组织|抓好|认真)?(?:执行|贯彻落实|组织实施|抓好落实|贯彻执行)")
_DRAFT = re.compile("（(?:公开)?征求意见稿[^（）]{0,10}）|（送审稿）|（草案[^（）]{0,12}）|（讨论稿）|征求意见稿")
_REPEALED = re.compile("(?:有效性|效力状态|时效性)[：|] ?(?:已?失效|已?废止)|[【（]已?(?:废止|失效)[】）]")
_VALID = re.compile("(?:有效性|效力状态|时效性)[：|] ?(?:现行)?有效")
_BOOK = re.compile("《(?:[^《》]|《[^《》]{1,60}》){2,120}》(?:（[^（）]{2,40}）)?")
_BASIS = re.compile("根据|依据|按照|依照|贯彻落实|落实")
_ENDS_OTHERS = re.compile("同时废止|予以废止|即行废止|自行废止|停止执行|同时失效")
_OWN_PROVINCE, _OWN_CITY = re.compile("[我本全]省"), re.compile("[我本全]市")
_OWN_ANY = re.compile("[我本全](?:省|市|区|县|自治区|州|镇)(?!域|场)")
_EVERYWHERE = re.compile("各省、自治区、直辖市")
_LINES_OF_A_HEAD = 40
_LINES_OF_A_SIGNATURE = 6
_FIRST_WORDS = 1500
_NEAR = 14
_LONGEST_HEAD = 4000


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str


class _Reader:
    """Reads one cleaned text; each `_field` method yields what it finds, the surest first."""

    def __init__(self, text: str, places: Places) -> None:
        self._text = text
        self._places = places
        self._marks = find_marks(text)
        self._parts = parse_parts(text)
        self._lines = [_Line(start, start + len(line), line) for start, line in _with_starts(text)]
        self._head = [line for line in self._lines if line.end <= self._head_end()][:_LINES_OF_A_HEAD]
        self._labels = list(self._labelled())
        self._signatures = list(self._signed())

    def _head_end(self) -> int:
        """Return where the head of the document ends: before its first number or field."""
        begins = [mark.start for mark in self._marks[:1]] + [part.start for part in self._parts[:1]]
        return min(begins, default=len(self._text))

    def _at(
        self, name: str, value: str | tuple[str, ...], start: int, end: int, surely: Surely = Surely.STATED
    ) -> Stated:
        quote = self._text[start:end]
        return Stated(field=name, value=value, quote=quote, start=start, end=end, surely=surely)

    def _labelled(self) -> Iterator[tuple[str, str, int]]:
        """Yield label, value and where the value begins, of the fields of a card and of the box above a text."""
        for part in self._parts:
            value = self._text[part.words : part.end]
            words = value.strip("|：\n ")
            if words:
                yield part.name, words.replace("\n", ""), part.words + value.index(words[0])
        first = min(self._marks[0].start if self._marks else len(self._text), _LONGEST_HEAD)
        parts = [part for part in self._parts if part.start < first]
        for found in _LABELLED.finditer(self._text[:first]):
            if not any(part.start <= found.start() < part.end for part in parts):
                yield found["label"], found["value"].strip(), found.start("value")

    def _values(self, *labels: str) -> list[tuple[str, int]]:
        return [(value, start) for label in labels for name, value, start in self._labels if name == label]

    # Title

    def title(self) -> tuple[Stated, str]:
        """Return the title and its heading: those words of it that stand in the text as one piece."""
        card = self._card_title()
        if card:
            return card, card.quote.partition("\n")[0]
        found = [i for i, line in enumerate(self._head) if _TITLE.match(line.text) and not self._is_other(line)]
        if not found:
            line = next(
                (line for line in self._head if not self._is_other(line)), self._lines[0] if self._lines else None
            )
            if line is None:
                return self._at("title", "", 0, 0, Surely.LIKELY), ""
            return self._at("title", line.text, line.start, line.end), line.text
        last = found[-1]
        line = self._head[last]
        first = last
        while first > 0 and self._runs_on(self._head[first - 1], self._head[first]):
            first -= 1
        title = "".join(one.text for one in self._head[first : last + 1])
        brackets = _BRACKETS_AT_END.search(line.text)
        heading = line.text[: brackets.start()] if brackets else line.text
        return self._at("title", title, self._head[first].start, line.end), heading

    def _card_title(self) -> Stated | None:
        """Return the heading of a card: 3.某项资金支持, above its labelled fields; a broken one is often repeated whole."""
        first = self._parts[0].start if self._parts else 0
        marks = [mark for mark in self._marks if mark.start < first]
        lines = [line for line in self._lines if line.end <= first]
        if not marks or any("。" in line.text for line in lines):
            return None
        mark = marks[-1]
        words, below = self._text[mark.words : mark.end], [line for line in lines if line.start > mark.start]
        for line in below[1:]:
            if line.text.startswith(words + below[0].text):
                return self._at("title", line.text, line.start, line.end)
        if len(below) > 1 and below[1].text.endswith(below[0].text):
            return self._at("title", words + below[0].text, mark.words, below[0].end)
        return self._at("title", words, mark.words, mark.end)

    def _is_other(self, line: _Line) -> bool:
        """Say whether a line of the head is no title: a label, a date, a number, an address, a body or a sentence."""
        text = line.text
        return bool(
            is_label(text)
            or _LABELLED.match(text)
            or _DATE_LINE.match(text)
            or _NUMBER.fullmatch(text)
            or text.endswith(("：", "。", "；"))
            or re.match("附件|（[^（）]{0,30}）$|来源|发布", text)
            or re.fullmatch("[0-9]{1,4}", text)
            or parse_bodies(self._places, text)
            or _PASSED.match(text)
            or _DECREED.match(text)
            or (text.endswith(("令", "文件")) and parse_bodies(self._places, text[:-1].removesuffix("文")))
        )

    def _runs_on(self, line: _Line, following: _Line) -> bool:
        """Say whether a line of the head is the first part of a title that goes on in the next."""
        if re.search("[，。；：]", line.text) or _TITLE.match(line.text) or re.match("第.{1,6}[章条]|附件", line.text):
            return False
        if parse_bodies(self._places, line.text):
            return following.text.startswith("关于")
        return not self._is_other(line) and not following.text.startswith(("关于", "《")) and len(line.text) >= 4

    # Number

    def number(self) -> Iterator[Stated]:
        """Yield the number of the document without its label; that of a decree begins with who decrees."""
        for value, start in self._values(*_NUMBER_LABELS):
            found = _NUMBER.search(value)
            if found:
                at = start + found.start()
                yield self._at("number", _plain_number(found), at, at + len(found[0]))
        for index, line in enumerate(self._head):
            decreed = _DECREED.match(line.text)
            if decreed:
                at = line.start + decreed.start("number")
                yield self._at("number", decreed["number"], at, at + len(decreed["number"]))
            above = self._head[index - 1] if index else None
            if above and above.text.endswith(("令", "公告")) and _DECREE_NUMBER.match(line.text):
                yield self._at("number", above.text + line.text, above.start, line.end)
            found = _NUMBER.fullmatch(line.text)
            if found:
                yield self._at("number", _plain_number(found), line.start, line.end)

    # Issuers

    def issuers(self) -> Iterator[Stated]:
        """Yield who issued it: as labelled, as signed, as passed, as the title or the red head says; else who explains it."""
        for value, start in self._values(*_ISSUER_LABELS):
            bodies = parse_bodies(self._places, value)
            if bodies:
                yield self._at("issuers", bodies, start, start + len(value))
            elif re.fullmatch("[\u4e00-\u9fff]{2,16}(?:局|厅|委|委员会|办公室|部|中心)", value):
                yield from self._completed(value, start)
        for _, first, last, bodies in self._signatures:
            yield self._at("issuers", bodies, first, last)
        for line in self._head:
            passed = _PASSED.match(line.text) or _DECREED.match(line.text)
            body = parse_bodies(self._places, passed["body"].replace("常委会", "常务委员会")) if passed else ()
            if passed and body:
                start = line.start + passed.start("body")
                yield self._at("issuers", body, start, line.start + passed.end("body"))
        yield from self._heading_bodies()
        for found in re.finditer("由([^，。；]{4,60})负责解释", self._text[-6000:]):
            bodies = parse_bodies(self._places, found[1].removesuffix("会同"))
            start = max(0, len(self._text) - 6000) + found.start(1)
            if bodies:
                yield self._at("issuers", bodies, start, start + len(found[1]), Surely.LIKELY)

    def _completed(self, value: str, start: int) -> Iterator[Stated]:
        """Yield a body labelled without its place, completed by the committee that the text names as its own."""
        named = dict.fromkeys(re.findall("由([\u4e00-\u9fff]{4,20}管理委员会)负责", self._text))
        bodies = [body for body in named if body_region(self._places, body)]
        surely = Surely.STATED if len(bodies) == 1 else Surely.LIKELY
        yield self._at(
            "issuers", (f"{bodies[0]}{value}" if len(bodies) == 1 else value,), start, start + len(value), surely
        )

    def _heading_bodies(self) -> Iterator[Stated]:
        for index, line in enumerate(self._head):
            words, about, _ = line.text.partition("关于")
            if line.text.startswith("关于") and index:
                line = self._head[index - 1]
                words, about = line.text, "关于"
            bodies = parse_bodies(self._places, words) if about and words else ()
            red = re.fullmatch("(.{4,60}?)(?:文件|令|公告)", line.text)
            bodies = bodies or (parse_bodies(self._places, red[1]) if red else ())
            if bodies:
                yield self._at(
                    "issuers", bodies, line.start, line.start + len(words if about else red[1] if red else "")
                )

    def _signed(self) -> Iterator[tuple[date, int, int, tuple[str, ...]]]:
        """Yield each signature: its day, where its bodies begin and end, and who they are."""
        for index, line in enumerate(self._lines):
            found = _DATE.search(line.text) if len(line.text) <= 80 else None
            day = parse_day(found[0]) if found and line.text[found.end() :] in {"", "）", "印发"} else None
            if found is None or day is None:
                continue
            before = line.text[: found.start()].strip("（ ")
            if before:
                bodies = parse_bodies(self._places, before)
                if bodies:
                    yield day, line.start, line.start + found.start(), bodies
                continue
            first, bodies = index, ()
            while first > 0 and index - first < _LINES_OF_A_SIGNATURE:
                more = parse_bodies(self._places, self._lines[first - 1].text)
                if not more:
                    break
                first, bodies = first - 1, (*more, *bodies)
            title_follows = index + 1 < len(self._lines) and self._lines[index + 1].text.startswith("关于")
            if bodies and not title_follows:
                yield day, self._lines[first].start, self._lines[index - 1].end, tuple(dict.fromkeys(bodies))

    # Days

    def issued_on(self) -> Iterator[Stated]:
        """Yield the day of issue: as labelled, as signed, as passed, or as printed below the title."""
        yield from self._labelled_days("issued_on", *_ISSUED_LABELS)
        if self._is_card() or self._values(*_NUMBER_LABELS):
            yield from self._labelled_days("issued_on", "发布日期")
        yield from self._signed_days("issued_on")
        for line in self._head:
            passed = _PASSED.match(line.text) or _DECREED.match(line.text)
            bracketed = _DATE_LINE.match(line.text) if line.text.startswith("（") else None
            found = passed or bracketed
            day = parse_day(found["day"]) if found and found["day"] else None
            if found and day:
                yield self._at(
                    "issued_on", day.isoformat(), line.start + found.start("day"), line.start + found.end("day")
                )

    def written_on(self) -> Iterator[Stated]:
        """Yield the day below a letter or a text, whoever signed it."""
        yield from self._signed_days("written_on")
        for line in self._head:
            found = _DATE_LINE.match(line.text)
            day = parse_day(found["day"]) if found else None
            if found and day:
                yield self._at("written_on", day.isoformat(), line.start, line.end)

    def published_on(self) -> Iterator[Stated]:
        """Yield the day on which a page says that it was published."""
        if not self._is_card():
            yield from self._labelled_days("published_on", *_PUBLISHED_LABELS)

    def _is_card(self) -> bool:
        return any(part.name in LABELS for part in self._parts)

    def _signed_days(self, name: str) -> Iterator[Stated]:
        for day, _, last, _ in self._signatures:
            found = _DATE.search(self._text, last)
            if found:
                yield self._at(name, day.isoformat(), found.start(), found.end())

    def _labelled_days(self, name: str, *labels: str) -> Iterator[Stated]:
        for value, start in self._values(*labels):
            found = _DATE.search(value)
            day = parse_day(found[0]) if found else None
            if found and day:
                at = start + found.start()
                yield self._at(name, day.isoformat(), at, at + len(found[0]))

    def effective_from(self, issued: date | None) -> Iterator[Stated]:
        """Yield the day from which it binds: 自2024年5月1日起施行, or 自印发之日起施行 where the day of issue is known."""
        for start, sentence in self._own_sentences():
            for found in _EFFECT.finditer(sentence):
                if "《" in sentence[: found.start()] and not found["own"]:
                    continue
                day = parse_day(found["day"]) or issued
                if day and found["later"]:
                    continue
                at = start + found.start()
                if day:
                    yield self._at("effective_from", day.isoformat(), at, at + len(found[0]))
            for found in _LASTS.finditer(sentence):
                day = parse_day(found["first"]) if found["first"] else None
                if day:
                    yield self._at("effective_from", day.isoformat(), start + found.start(), start + found.end())
        yield from self._labelled_days("effective_from", "施行日期", "实施日期", "生效日期")
        for value, start in self._values("时间/频度", "有效期", "有效期限"):
            begun = _FROM_DAY.search(value)
            day = parse_day(begun["day"]) if begun else None
            if begun and day:
                yield self._at("effective_from", day.isoformat(), start + begun.start(), start + begun.end())

    def valid_to(self, effective: date | None) -> Iterator[Stated]:
        """Yield the last day: 至2027年12月31日止, or three years from the day on which it took effect."""
        spans = [
            *self._own_sentences(),
            *((start, value) for value, start in self._values("时间/频度", "有效期", "有效期限")),
        ]
        for start, sentence in spans:
            for found in _LASTS.finditer(sentence):
                day = _last_day(found, effective)
                if day and not _OTHERS_TERM.search(sentence, max(0, found.start() - _NEAR), found.end() + _NEAR):
                    yield self._at("valid_to", day.isoformat(), start + found.start(), start + found.end())
        yield from self._labelled_days("valid_to", "失效日期", "废止日期")

    def _own_sentences(self) -> Iterator[tuple[int, str]]:
        """Yield the sentences in which a document speaks of its own effect, the last of the text first."""
        found = []
        before = False
        for line in self._lines:
            for part in re.finditer("[^。；]{1,400}", line.text):
                sentence, at = part[0], line.start + part.start()
                own = bool(
                    re.search(f"{_SUBJECT}|施行|^(?:自|从)", sentence)
                    and re.search("施行|实施|执行|生效|有效期|试行|期限|暂定", sentence)
                )
                follows = before and bool(re.match("有效期|试行期|执行期|实施期", sentence))
                if own or follows:
                    found.append((at, sentence))
                before = own
        yield from reversed(found)

    # Status, region, other documents

    def status(self, *, effective: Stated | None) -> Iterator[Stated]:
        """Yield whether it binds: a draft for comment, repealed, or in force by its own words."""
        head = self._text[: max((line.end for line in self._head), default=0)]
        for pattern, value in ((_REPEALED, "repealed"), (_DRAFT, "draft"), (_VALID, "in_force")):
            found = pattern.search(head[:6000])
            if found:
                yield self._at("status", value, found.start(), found.end())
        if effective:
            yield self._at("status", "in_force", effective.start, effective.end)
        for start, sentence in self._own_sentences():
            for found in _EFFECT.finditer(sentence):
                yield self._at("status", "in_force", start + found.start(), start + found.end())
        sent = re.search("印发给你们，请[^。]{0,30}(?:执行|实施|落实)", self._text)
        if sent:
            yield self._at("status", "in_force", sent.start(), sent.end())

    def region(self, issuers: Stated | None, title: Stated) -> Iterator[Stated]:
        """Yield the place that it holds for: that of its issuers, of its title, or the one that it calls its own."""
        if issuers:
            places = [body_region(self._places, body) for body in issuers.value]
            common = self._places.common(one for one in places if one)
            if common:
                yield self._at("region", _code(common), issuers.start, issuers.end, issuers.surely)
        named = self._title_place(title)
        if named:
            yield named
        for own, kind in ((_OWN_PROVINCE, "province"), (_OWN_CITY, "city")):
            ours = own.search(self._text)
            named_places = self._full_names(kind) if ours else set()
            if ours and len(named_places) == 1:
                yield self._at("region", named_places.pop(), ours.start(), ours.end())
        if not _OWN_ANY.search(self._text) and not named:
            yield from self._nationwide()

    def _title_place(self, title: Stated) -> Stated | None:
        words = title.quote.replace("\n", "")
        for at in range(min(len(words), 40)):
            before = words[:at]
            if at and not re.search("(?:关于|印发|组织|开展|申报|实施|年度|年|《|《关于|促进|支持|加快|中共)$", before):
                continue
            place = self._places.at(words, at)
            if place:
                start = title.start + at
                whole = place[1] == self._places.regions[place[0]].zh or place[1].endswith(
                    ("省", "市", "区", "县", "州")
                )
                surely = Surely.STATED if whole and at + len(place[1]) <= len(title.quote) else Surely.LIKELY
                code = _code(self._places.division(place[0]))
                return self._at("region", code, start, start + len(place[1]), surely)
        return None

    def _full_names(self, kind: str) -> set[str]:
        """Return the codes of the provinces or cities that the text names in full."""
        endings = "省|自治区" if kind == "province" else "市"
        found = set()
        for name in re.finditer(f"[\u4e00-\u9fff]{{2,8}}?(?:{endings})", self._text[:200_000]):
            for at in range(len(name[0]) - 1):
                place = self._places.at(name[0], at)
                if place and at + len(place[1]) == len(name[0]) and self._places.regions[place[0]].kind == kind:
                    found.add(place[0])
        return found

    def _nationwide(self) -> Iterator[Stated]:
        """Yield the country for a text that speaks to all provinces, or is explained or carried out by bodies of the state."""
        everywhere = _EVERYWHERE.search(self._text)
        if everywhere:
            yield self._at("region", NATIONWIDE, everywhere.start(), everywhere.end())
        for found in re.finditer("由([^，。；]{2,60})负责解释|向(国家[\u4e00-\u9fff]{2,12}局)", self._text):
            words = found[1] or found[2]
            if names_state_body(words):
                start = found.start(1 if found[1] else 2)
                yield self._at("region", NATIONWIDE, start, start + len(words))

    def based_on(self) -> Iterator[Stated]:
        """Yield the documents that its first sentences rest on."""
        sentences = re.finditer("[^。\n]{1,600}", self._text[:_FIRST_WORDS])
        for sentence in sentences:
            basis = _BASIS.search(sentence[0])
            if basis and re.search("制定|[特现]将|现就|结合|制订|组织开展", sentence[0][basis.end() :]):
                titles = tuple(dict.fromkeys(found[0] for found in _BOOK.finditer(sentence[0], basis.end())))
                if titles:
                    yield self._at("based_on", titles, sentence.start() + basis.start(), sentence.end())
                    return

    def replaces(self) -> Iterator[Stated]:
        """Yield the documents that it says it ends."""
        for sentence in re.finditer("[^。\n]{1,1200}", self._text):
            ends = _ENDS_OTHERS.search(sentence[0])
            titles = (
                tuple(dict.fromkeys(found[0] for found in _BOOK.finditer(sentence[0][: ends.start()]))) if ends else ()
            )
            if titles:
                yield self._at("replaces", titles, sentence.start(), sentence.end())


def _with_starts(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        if line:
            yield start, line
        start += len(line) + 1


def _code(place: str) -> str:
    return NATIONWIDE if place == COUNTRY else place


def _plain_number(found: re.Match[str]) -> str:
    return f"{found['place']}〔{found['year']}〕{found['rest']}" if found["year"] else found[0]


_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def parse_day(printed: str) -> date | None:
    """Return the day of 2024年5月1日, 2024-05-01 or 二〇二四年五月一日; None for no day of the calendar."""
    parts = re.split("[年月日/.-]", printed)
    try:
        year, month, day = (_count(part) for part in parts[:3])
        return date(year, month, day)
    except ValueError:
        return None


def _count(printed: str) -> int:
    """Return 10 for 十, 31 for 三十一, 2024 for 二〇二四 and 5 for 5; ValueError for anything else."""
    if "十" in printed:
        tens, ones = printed.split("十", 1)
        return 10 * (int(tens.translate(_NUMERALS)) if tens else 1) + (int(ones.translate(_NUMERALS)) if ones else 0)
    return int(printed.translate(_NUMERALS))


def _last_day(found: re.Match[str], effective: date | None) -> date | None:
    for name in ("until", "last", "end"):
        if found[name]:
            return parse_day(found[name])
    printed = found["years"] or found["tried"]
    if effective is None or not printed:
        return None
    years = _count(printed.replace("两", "二"))
    try:
        return effective.replace(year=effective.year + years) - timedelta(days=1)
    except ValueError:  # 29 February
        return effective.replace(year=effective.year + years, day=28)


def read_stated(text: str, places: Places) -> tuple[tuple[Stated, ...], str]:
    """Return what a cleaned text states about itself, the surest of each field first, and the heading of its title."""
    reader = _Reader(text, places)
    title, heading = reader.title()
    found: list[Stated] = [title]

    def first(name: str) -> Stated | None:
        return next((one for one in found if one.field == name and one.surely is Surely.STATED), None)

    def day(name: str) -> date | None:
        one = first(name)
        return date.fromisoformat(str(one.value)) if one else None

    steps: tuple[Callable[[], Iterator[Stated]], ...] = (
        reader.number,
        reader.issuers,
        reader.issued_on,
        reader.written_on,
        reader.published_on,
        lambda: reader.effective_from(day("issued_on")),
        lambda: reader.valid_to(day("effective_from")),
        lambda: reader.status(effective=first("effective_from")),
        lambda: reader.region(first("issuers"), title),
        reader.based_on,
        reader.replaces,
    )
    for step in steps:
        seen: set[object] = set()
        for one in step():
            if one.value not in seen:
                seen.add(one.value)
                found.append(one)
    return tuple(found), heading
