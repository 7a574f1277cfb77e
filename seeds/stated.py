"""What a document states about itself: each value with the words it was read from, where they stand, and how surely.

Knows how days of effect, terms, status and region are worded; a value that the words do not settle is `likely`: it is
offered to a person, never taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from seeds.fields import LABELS
from seeds.letterhead import (
    DATE_LINE,
    DAY,
    DECREED,
    NUMBER_LABELS,
    PASSED,
    Letterhead,
    Stated,
    Surely,
    parse_count,
    parse_day,
)
from seeds.regions import COUNTRY, Places, body_region, names_state_body

NATIONWIDE = "100000"
"""The code of the whole country among codes of six digits; a document's region is read as the country from it."""
_DATE = re.compile(DAY)
_ISSUED_LABELS = ("成文日期", "发文日期", "印发日期", "生成日期")
_PUBLISHED_LABELS = ("发布日期", "发布时间", "发表时间", "公开日期")
_TERM_LABELS = ("时间/频度", "有效期", "有效期限")
_SUBJECT = (
    "(?:本|该|此)(?:(?:实施|管理|操作|若干|政策|暂行|试行)?(?:办法|规定|细则|意见|措施|通知|公告|条例|文件|方案|计划|指南|规则|规范"
    "|制度|决定|通告|指引|规程)|政策)"
)
_OF_ITS_ISSUE = "(?:印发|发布|公布|颁布|下发|发文|签发)(?:之日|日)"
_EFFECT = re.compile(
    rf"(?:(?P<own>{_SUBJECT})(?:[^，。；《》]{{0,12}}))?(?:从|自|于)?(?P<day>{DAY}|{_OF_ITS_ISSUE})起?"
    "(?P<later>[0-9一二三四五六七八九十]{1,3}(?:个工作)?日后)?(?:正式|开始|起)?(?:施行|实施|执行|生效)(?=[，。；、（）]|$)"
)
_TERM = "(?:有效期限?|试行期限?|执行期限?|实施期限?|施行期限?|时效)"
_COUNT = "[0-9]{1,2}|[一二两三四五六七八九十]"
_LASTS = re.compile(
    rf"{_TERM}[^。；《》]{{0,4}}?(?:自|从)?(?P<first>{DAY})起?[至到—-](?P<last>{DAY})"
    rf"|{_TERM}[^。；《》0-9一二三四五六七八九十]{{0,8}}?(?:(?P<until>(?:{DAY}))|(?P<years>{_COUNT})个?年)"
    rf"|(?:暂定|试行)(?P<tried>{_COUNT})年"
    rf"|[至到](?P<end>{DAY})(?:止|废止|失效|终止)"
)
_OTHERS_TERM = re.compile("证书|资格|名单|称号|许可证|执照|贷款|合同|协议|公示|申报|受理|补贴期|资质|项目|课题|试用期")
_FROM_DAY = re.compile(f"(?P<day>{DAY})起")
_SPEAKS_OF_ITSELF = re.compile(f"{_SUBJECT}|施行|^(?:自|从)")
_SPEAKS_OF_EFFECT = re.compile("施行|实施|执行|生效|有效期|试行|期限|暂定")
_GOES_ON = re.compile("有效期|试行期|执行期|实施期")
_SENT_TO_BE_DONE = re.compile("印发给你们，请[^。]{0,30}(?:执行|实施|落实)")
_DRAFT = re.compile(
    "（(?:公开)?征求意见稿[^（）]{0,10}）|（送审稿）|（草案[^（）]{0,12}）|（讨论稿）|征求意见稿|征求《[^《》]{2,60}》[^，。]{0,6}意见"
)
_TRIAL = re.compile("（(?:试行|暂行)）|(?:试行|暂行)(?:办法|规定|条例|细则)")
_REPEALED = re.compile("(?:有效性|效力状态|时效性)[：|] ?(?:已?失效|已?废止)|[【（]已?(?:废止|失效)[】）]")
_VALID = re.compile("(?:有效性|效力状态|时效性)[：|] ?(?:现行)?有效")
_BOOK = re.compile("《(?:[^《》]|《[^《》]{1,60}》){2,120}》(?:（[^（）]{2,40}）)?")
_BASIS = re.compile("根据|依据|按照|依照|贯彻落实|落实")
_ENDS_OTHERS = re.compile("同时废止|予以废止|即行废止|自行废止|停止执行|同时失效")
_OWN_PROVINCE, _OWN_CITY = re.compile("[我本全]省"), re.compile("[我本全]市")
_OWN_ANY = re.compile("[我本全](?:省|市|区|县|自治区|州|镇)(?!域|场)")
_IN_FULL = {
    "province": re.compile("[\u4e00-\u9fff]{2,8}?(?:省|自治区)"),
    "city": re.compile("[\u4e00-\u9fff]{2,8}?市"),
}
_EVERYWHERE = re.compile("各省、自治区、直辖市")
_BEFORE_A_PLACE = re.compile("(?:关于|印发|组织|开展|申报|实施|年度|年|《|促进|支持|加快|中共)$")
_FIRST_WORDS = 1500
_NEAR = 14
_LONGEST_WAY_TO_A_PLACE = 40
_MOST_SEARCHED = 200_000


class _Statements(Letterhead):
    """Reads what one cleaned text says of itself; each method yields what it finds, the surest first."""

    def issued_on(self) -> Iterator[Stated]:
        """Yield the day of issue: as labelled, as signed, as passed, or as printed below the title."""
        yield from self._labelled_days("issued_on", *_ISSUED_LABELS)
        if self._is_card() or self.values(*NUMBER_LABELS):
            yield from self._labelled_days("issued_on", "发布日期")
        yield from self._signed_days("issued_on")
        for line in self.head:
            passed = PASSED.match(line.text) or (self.decreed(line.text)[0] and DECREED.match(line.text))
            bracketed = DATE_LINE.match(line.text) if line.text.startswith("（") else None
            found = passed or bracketed
            day = parse_day(found["day"]) if found and found["day"] else None
            if found and day:
                yield self.at(
                    "issued_on", day.isoformat(), line.start + found.start("day"), line.start + found.end("day")
                )

    def written_on(self) -> Iterator[Stated]:
        """Yield the day below a letter or a text, whoever signed it."""
        yield from self._signed_days("written_on")
        for line in self.head:
            found = DATE_LINE.match(line.text)
            day = parse_day(found["day"]) if found else None
            if found and day:
                yield self.at("written_on", day.isoformat(), line.start, line.end)

    def published_on(self) -> Iterator[Stated]:
        """Yield the day on which a page says that it was published."""
        if not self._is_card():
            yield from self._labelled_days("published_on", *_PUBLISHED_LABELS)

    def _is_card(self) -> bool:
        return any(part.name in LABELS for part in self.parts)

    def _signed_days(self, name: str) -> Iterator[Stated]:
        for day, _, last, _ in self.signatures:
            found = _DATE.search(self.text, last)
            if found:
                yield self.at(name, day.isoformat(), found.start(), found.end())

    def _labelled_days(self, name: str, *labels: str) -> Iterator[Stated]:
        for value, start in self.values(*labels):
            found = _DATE.search(value)
            day = parse_day(found[0]) if found else None
            if found and day:
                at = start + found.start()
                yield self.at(name, day.isoformat(), at, at + len(found[0]))

    def effective_from(self, issued: date | None, published: date | None) -> Iterator[Stated]:
        """Yield the day from which it binds: 自2024年5月1日起施行; 自印发之日起施行 needs the day of issue.

        A page's day of publication is only likely to be that.
        """
        for start, sentence in self._own_sentences():
            for found in _EFFECT.finditer(sentence):
                if "《" in sentence[: found.start()] and not found["own"]:
                    continue
                stated = parse_day(found["day"]) or issued
                day = None if found["later"] else stated or published
                surely = Surely.STATED if stated else Surely.LIKELY
                if day:
                    yield self.at("effective_from", day.isoformat(), start + found.start(), start + found.end(), surely)
            for found in _LASTS.finditer(sentence):
                day = parse_day(found["first"]) if found["first"] else None
                if day:
                    yield self.at("effective_from", day.isoformat(), start + found.start(), start + found.end())
        yield from self._labelled_days("effective_from", "施行日期", "实施日期", "生效日期")
        for value, start in self.values("时间/频度", "有效期", "有效期限"):
            begun = _FROM_DAY.search(value)
            day = parse_day(begun["day"]) if begun else None
            if begun and day:
                yield self.at("effective_from", day.isoformat(), start + begun.start(), start + begun.end())

    def valid_to(self, effective: date | None) -> Iterator[Stated]:
        """Yield the last day: 至2027年12月31日止, or three years from the day on which it took effect."""
        spans = [
            *self._own_sentences(),
            *((start, value) for value, start in self.values("时间/频度", "有效期", "有效期限")),
        ]
        for start, sentence in spans:
            for found in _LASTS.finditer(sentence):
                day = _last_day(found, effective)
                if day and not _OTHERS_TERM.search(sentence, max(0, found.start() - _NEAR), found.end() + _NEAR):
                    yield self.at("valid_to", day.isoformat(), start + found.start(), start + found.end())
        yield from self._labelled_days("valid_to", "失效日期", "废止日期")

    def _own_sentences(self) -> Iterator[tuple[int, str]]:
        """Yield the sentences in which a document speaks of its own effect, the last of the text first."""
        found = []
        before = False
        for line in self.lines:
            for part in re.finditer("[^。；]{1,400}", line.text):
                sentence, at = part[0], line.start + part.start()
                own = bool(_SPEAKS_OF_ITSELF.search(sentence) and _SPEAKS_OF_EFFECT.search(sentence))
                follows = before and bool(_GOES_ON.match(sentence))
                if own or follows:
                    found.append((at, sentence))
                before = own
        yield from reversed(found)

    def status(self, title: Stated, effective: Stated | None) -> Iterator[Stated]:
        """Yield whether it binds: a draft for comment, repealed, or in force by its own words."""
        head = self.text[: max((line.end for line in self.head), default=0)]
        for pattern, value in ((_REPEALED, "repealed"), (_DRAFT, "draft"), (_VALID, "in_force")):
            found = pattern.search(head[:_MOST_SEARCHED])
            if found:
                yield self.at("status", value, found.start(), found.end())
        if effective:
            yield self.at("status", "in_force", effective.start, effective.end)
        for start, sentence in self._own_sentences():
            for found in _EFFECT.finditer(sentence):
                yield self.at("status", "in_force", start + found.start(), start + found.end())
        sent = _SENT_TO_BE_DONE.search(self.text)
        if sent:
            yield self.at("status", "in_force", sent.start(), sent.end())
        trial = _TRIAL.search(title.quote)
        if trial:
            yield self.at("status", "in_force", title.start + trial.start(), title.start + trial.end())

    def region(self, issuers: Stated | None, title: Stated) -> Iterator[Stated]:
        """Yield the place that it holds for: that of its issuers, of its title, or the one that it calls its own."""
        if issuers:
            places = [body_region(self.places, body) for body in issuers.value]
            common = self.places.common(one for one in places if one)
            if common:
                yield self.at("region", _code(common), issuers.start, issuers.end, issuers.surely)
        named = self._title_place(title)
        if named:
            yield named
        for own, kind in ((_OWN_PROVINCE, "province"), (_OWN_CITY, "city")):
            ours = own.search(self.text)
            named_places = self._full_names(kind) if ours else set()
            if ours and len(named_places) == 1:
                yield self.at("region", named_places.pop(), ours.start(), ours.end())
        if not _OWN_ANY.search(self.text) and not named:
            yield from self._nationwide()

    def _title_place(self, title: Stated) -> Stated | None:
        words = title.quote.replace("\n", "")
        for at in range(min(len(words), _LONGEST_WAY_TO_A_PLACE)):
            before = words[:at]
            if at and not _BEFORE_A_PLACE.search(before):
                continue
            place = self.places.at(words, at)
            if place:
                start = title.start + at
                whole = place[1] == self.places.regions[place[0]].zh or place[1].endswith(
                    ("省", "市", "区", "县", "州")
                )
                surely = Surely.STATED if whole and at + len(place[1]) <= len(title.quote) else Surely.LIKELY
                code = _code(self.places.division(place[0]))
                return self.at("region", code, start, start + len(place[1]), surely)
        return None

    def _full_names(self, kind: str) -> set[str]:
        """Return the codes of the provinces or cities that the text names in full."""
        found = set()
        for name in _IN_FULL[kind].finditer(self.text[:_MOST_SEARCHED]):
            for at in range(len(name[0]) - 1):
                place = self.places.at(name[0], at)
                if place and at + len(place[1]) == len(name[0]) and self.places.regions[place[0]].kind == kind:
                    found.add(place[0])
        return found

    def _nationwide(self) -> Iterator[Stated]:
        """Yield the country for a text that speaks to all provinces or is explained by bodies of the state."""
        everywhere = _EVERYWHERE.search(self.text)
        if everywhere:
            yield self.at("region", NATIONWIDE, everywhere.start(), everywhere.end())
        for found in re.finditer("由([^，。；]{2,60})负责解释|向(国家[\u4e00-\u9fff]{2,12}局)", self.text):
            words = found[1] or found[2]
            if names_state_body(words):
                start = found.start(1 if found[1] else 2)
                yield self.at("region", NATIONWIDE, start, start + len(words))

    def based_on(self) -> Iterator[Stated]:
        """Yield the documents that its first sentences rest on."""
        sentences = re.finditer("[^。\n]{1,600}", self.text[:_FIRST_WORDS])
        for sentence in sentences:
            basis = _BASIS.search(sentence[0])
            if basis and re.search("制定|[特现]将|现就|结合|制订|组织开展", sentence[0][basis.end() :]):
                titles = tuple(dict.fromkeys(found[0] for found in _BOOK.finditer(sentence[0], basis.end())))
                if titles:
                    yield self.at("based_on", titles, sentence.start() + basis.start(), sentence.end())
                    return

    def replaces(self) -> Iterator[Stated]:
        """Yield the documents that it says it ends."""
        for sentence in re.finditer("[^。\n]{1,1200}", self.text):
            ends = _ENDS_OTHERS.search(sentence[0])
            titles = (
                tuple(dict.fromkeys(found[0] for found in _BOOK.finditer(sentence[0][: ends.start()]))) if ends else ()
            )
            if titles:
                yield self.at("replaces", titles, sentence.start(), sentence.end())


def _code(place: str) -> str:
    return NATIONWIDE if place == COUNTRY else place


def _last_day(found: re.Match[str], effective: date | None) -> date | None:
    for name in ("until", "last", "end"):
        if found[name]:
            return parse_day(found[name])
    printed = found["years"] or found["tried"]
    if effective is None or not printed:
        return None
    years = parse_count(printed)
    try:
        return effective.replace(year=effective.year + years) - timedelta(days=1)
    except ValueError:  # 29 February
        return effective.replace(year=effective.year + years, day=28)


def read_stated(text: str, places: Places) -> tuple[tuple[Stated, ...], str]:
    """Return what a cleaned text states about itself, the surest of each field first, and the heading of its title."""
    reader = _Statements(text, places)
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
        lambda: reader.effective_from(day("issued_on"), day("published_on")),
        lambda: reader.valid_to(day("effective_from")),
        lambda: reader.status(title, first("effective_from")),
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
