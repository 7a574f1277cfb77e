"""The figures that a text states, token by token with units: money, shares, counts, days, spans of time.

Numbers are never looked for loosely: 「第3条」, 「〔2025〕6号」 and 「一般」 state none. What a pack claims to stand in
its cite is held against these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from rules.language.amounts import AmountError, parse_money
from seeds.vocabulary import fold_aligned


class FigureKind(StrEnum):
    """What a figure measures; PLAIN has no unit of its own and may stand for money or a count."""

    MONEY = "money"
    FOREIGN = "foreign"
    SHARE = "share"
    COUNT = "count"
    SPAN = "span"
    DAY = "day"
    PLAIN = "plain"


POINTS = "个百分点"
"""The unit of a share that is added to another."""

Day = tuple[int | None, int | None, int | None]
"""Year, month and day of the month as far as they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, or a range from `low` to `high`, at text[start:end].

    Money is in yuan, a share from 0 (30 % is 0.3), a span of time in its `unit`, as is a count; `day` is a date.
    """

    kind: FigureKind
    low: float
    high: float
    start: int
    end: int
    unit: str = ""
    day: Day | None = None


_ARABIC = r"[0-9]{1,15}(?:,[0-9]{3}){0,5}(?:\.[0-9]{1,6})?"
_CHINESE = "[零〇一二两三四五六七八九十百千]{1,12}"
_SCALE = "千亿|百亿|十亿|亿|千万|百万|十万|万|千|百"
_SPANS = "个工作日|工作日|个自然月|个月|周年|年度|季度|年|月|日|天|周|小时"
_AREAS = "平方米|平方公里|公里|公顷|亩|千瓦时|标准煤|吨"
_COUNTS = f"{_AREAS}|家|人次|人|名|户|个|项|件|台|套|次|倍|只|款|种|批|条|期|轮|岁|学时|课时"
_TOKEN = re.compile(
    rf"(?P<of>百分之|千分之)?(?P<number>{_ARABIC}|{_CHINESE})(?P<scale>{_SCALE})?"
    rf"(?:(?P<money>元人民币|人民币元|元)|(?P<foreign>美元|欧元|港元|港币|日元)|(?P<share>%|‰|个百分点)"
    rf"|(?P<span>{_SPANS})|(?P<count>{_COUNTS}|m2|㎡))?"
)
_YEAR, _MON, _NUM = "(?P<year>(?:19|20)[0-9]{2})", "(?P<month>1[0-2]|0?[1-9])", "(?P<day>3[01]|[12][0-9]|0?[1-9])"
_DATE = re.compile(f"{_YEAR}年(?:{_MON}月(?:{_NUM}[日号])?)?")
_DOTTED = re.compile(rf"{_YEAR}([-./]){_MON}\2{_NUM}(?![0-9])")
_MONTH = re.compile(f"{_MON}月(?:{_NUM}[日号])?(?!度)")
# Not the time of a day: 「31日17:30前」, 「上午9:30至12:00」.
_RATIO = re.compile(r"(?<![日号午至到])(?P<part>[1-9][0-9]?):(?P<whole>[1-9][0-9]?)(?![0-9前止至到])")
_FRACTION = re.compile("(?P<whole>[二三四五六七八九十])分之(?P<part>[一二三四五六七八九])")
_SLASHED = re.compile("(?P<part>[1-9])/(?P<whole>[2-9])(?![0-9/])(?=[及（(]?(?:含）|含\\))?以[上下内]|的|$|[，。；、])")
_HALF = re.compile("(?<=[的按给予补贴为])(?:一半|半额|50折|五折)|减半")
_RANGE = re.compile(r" ?(?:-|–|—|~|～|至|到) ?")
_LIST = re.compile(r" ?(?:、|,|/|和|或|及) ?")
_OPENING, _CLOSING, _NAMED = frozenset("(〔["), frozenset(")〕]"), frozenset("号条款章节")
_LONGEST_MONTH = 31
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"十": 10}


def figures_in(text: str) -> tuple[Figure, ...]:
    """Return the figures that a text states, in order; ranges are one figure, the steps of a list one each."""
    folded = fold_aligned(text)
    return tuple(_joined(folded, list(_tokens(folded))))


def _tokens(text: str) -> Iterator[Figure]:
    position = 0
    while position < len(text):
        found = _special(text, position) or _token(text, position)
        if found is None:
            position += 1
            continue
        figure, position = found
        if figure is not None:
            yield figure


def _special(text: str, position: int) -> tuple[Figure | None, int] | None:
    """Read what is no number with a unit: dates, ratios, fractions, halves."""
    before = text[position - 1 : position]
    if before.isdigit() or before == ".":
        return None
    for pattern in (_DATE, _DOTTED, _MONTH):
        if match := pattern.match(text, position):
            parts = match.groupdict()
            day = tuple(int(parts[name]) if parts.get(name) else None for name in ("year", "month", "day"))
            return _figure(FigureKind.DAY, 0.0, match, day=(day[0], day[1], day[2])), match.end()
    for pattern in (_RATIO, _SLASHED):
        if match := pattern.match(text, position):
            return _figure(FigureKind.SHARE, int(match["part"]) / int(match["whole"]), match), match.end()
    if match := _FRACTION.match(text, position):
        return _figure(FigureKind.SHARE, _DIGITS[match["part"]] / _DIGITS[match["whole"]], match), match.end()
    if match := _HALF.match(text, position):
        return _figure(FigureKind.SHARE, 0.5, match), match.end()
    return None


def _figure(kind: FigureKind, value: float, match: re.Match[str], unit: str = "", day: Day | None = None) -> Figure:
    return Figure(kind=kind, low=value, high=value, start=match.start(), end=match.end(), unit=unit, day=day)


def _token(text: str, position: int) -> tuple[Figure | None, int] | None:
    """Read a number with its scale and unit; None where none begins, no figure where it only counts or names."""
    match = _TOKEN.match(text, position)
    if match is None:
        return None
    return (None if _names(text, match) else _valued(match)), match.end()


def _names(text: str, match: re.Match[str]) -> bool:
    """Tell whether a number is a part of a name (第3条, 〔2025〕, 6号, 2.5.3, 1、) or of a word (一般)."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if before == "第" or (before in _OPENING and after in _CLOSING):
        return True
    if match.end() > match.end("number") or match["of"]:
        return False
    goes_on = text[match.end() + 1 : match.end() + 2].isdigit()
    numbers_an_item = before in ("", "\n") and after in (".", "、") and not goes_on
    numbers_a_clause = before == "." or (after == "." and goes_on)
    return numbers_an_item or numbers_a_clause or after in _NAMED or not match["number"].isascii()


def _valued(match: re.Match[str]) -> Figure | None:
    """Return the figure of a token; None where its number reads two ways (三五)."""
    try:
        value = parse_money(f"{match['number']}{match['scale'] or ''}")
    except AmountError:
        return None
    if match["of"]:
        return _figure(FigureKind.SHARE, round(value / (100 if match["of"] == "百分之" else 1000), 6), match)
    if match["share"]:
        unit = POINTS if match["share"] == POINTS else ""
        return _figure(FigureKind.SHARE, round(value * _scale_of(match), 6), match, unit=unit)
    for name in ("money", "foreign", "span", "count"):
        if unit := match[name]:
            return _figure(FigureKind(name), value, match, unit="" if name == "money" else unit)
    return _figure(FigureKind.PLAIN, value, match, unit=match["scale"] or "")


def _scale_of(match: re.Match[str]) -> float:
    """Return what one of a token's numbers comes to: 10000 in 「50万元」, 0.01 in 「30%」."""
    if match["share"]:
        return 0.001 if match["share"] == "‰" else 0.01
    return parse_money(f"1{match['scale']}") if match["scale"] else 1.0


def _joined(text: str, tokens: list[Figure]) -> list[Figure]:
    """Give figures without a unit that of the one they are listed or ranged with, and make ranges one figure."""
    scale = 1.0
    for place in range(len(tokens) - 1, -1, -1):
        figure, other = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else None
        between = text[figure.end : other.start] if other else ""
        if other and figure.kind is FigureKind.PLAIN and (_RANGE.fullmatch(between) or _LIST.fullmatch(between)):
            tokens[place] = _as_its_neighbour(figure, other, scale)
        elif match := _TOKEN.match(text, figure.start):
            scale = _scale_of(match)
    held: list[Figure] = []
    for token in tokens:
        figure = _with_its_month(held[-1], text, token) if held else token
        if held and _is_range(held[-1], text[held[-1].end : figure.start], figure):
            held[-1] = replace(figure, low=held[-1].low, start=held[-1].start)
        else:
            held.append(figure)
    return held


def _as_its_neighbour(figure: Figure, other: Figure, scale: float) -> Figure:
    """Return a bare number as what stands behind it: 20 in 「20-50万元」 is 20万元, 3 in 「3-5月」 a month."""
    if other.day:
        day = (int(figure.low), None, None) if other.day[0] else (None, int(figure.low), None)
        return replace(figure, kind=other.kind, low=0.0, high=0.0, day=day)
    value = figure.low if figure.unit else round(figure.low * scale, 6)
    return replace(figure, kind=other.kind, low=value, high=value, unit=other.unit)


def _with_its_month(first: Figure, text: str, last: Figure) -> Figure:
    """Return the end of a range of days as a day: 31 in 「3月1日至31日」 is of March."""
    goes_on = last.kind is FigureKind.SPAN and last.unit == "日" and _RANGE.fullmatch(text[first.end : last.start])
    if not goes_on or first.day is None or first.day[2] is None or not first.day[2] < last.low <= _LONGEST_MONTH:
        return last
    return replace(last, kind=FigureKind.DAY, low=0.0, high=0.0, unit="", day=(*first.day[:2], int(last.low)))


def _is_range(first: Figure, between: str, last: Figure) -> bool:
    same = first.kind is last.kind and first.day is None
    return bool(same and first.low == first.high and first.low <= last.low and _RANGE.fullmatch(between))


_STANDS_FOR = {
    FigureKind.MONEY: (FigureKind.MONEY, FigureKind.PLAIN),
    FigureKind.SHARE: (FigureKind.SHARE,),
    FigureKind.COUNT: (FigureKind.COUNT, FigureKind.SPAN, FigureKind.FOREIGN, FigureKind.PLAIN),
}
"""What may be written for a claimed amount of yuan, share, and number of anything: heads, months, dollars."""


def states(text: str, kind: FigureKind, value: float) -> bool:
    """Tell whether a text states a value: yuan, a share from 0, or a number of anything."""
    return bool(figures_stating(text, kind, value))


def figures_stating(text: str, kind: FigureKind, value: float) -> tuple[Figure, ...]:
    """Return the figures of a text that state a value, as `states` takes it."""
    kinds, room = _STANDS_FOR[kind], 1e-6 * max(1.0, abs(value))
    return tuple(
        figure
        for figure in figures_in(text)
        if figure.kind in kinds and min(abs(value - figure.low), abs(value - figure.high)) <= room
    )


_A_YEAR_HAS = {"年": 1, "月": 12}


def states_years(text: str, years: float) -> bool:
    """Tell whether a text states a span of so many years, in years or in months: 「18个月」 is 1.5."""
    spans = [figure for figure in figures_in(text) if figure.kind is FigureKind.SPAN and figure.unit[-1] in _A_YEAR_HAS]
    return any(years * _A_YEAR_HAS[figure.unit[-1]] in (figure.low, figure.high) for figure in spans)


def states_day(text: str, day: date, *, yearly: bool = False) -> bool:
    """Tell whether a text writes a day, as `days_stating` takes it."""
    return bool(days_stating(text, day, yearly=yearly))


def days_stating(text: str, day: date, *, yearly: bool = False) -> tuple[Figure, ...]:
    """Return the figures of a text that write a day; of a month or a year without more it is the first day or the last.

    A year that is left out is that of the day written before it, or the next one; where no day before has one, it is
    taken as implied. With `yearly` the text must leave it out.
    """
    found: list[Figure] = []
    before: int | None = None
    for figure in figures_in(text):
        if figure.day is None:
            continue
        year = figure.day[0]
        if yearly:
            stated = year is None
        elif year is not None:
            stated = day.year == year
        else:
            stated = before is None or day.year in (before, before + 1)
        if stated and _is_bound(text, figure.day, day):
            found.append(figure)
        before = year or before
    return tuple(found)


_EVERY = re.compile(
    "每(?:(?P<span>季度|季|半年)度?的?(?:(?P<first>首|第一|第1|头一|头)|(?P<second>次|第二|第2|中)|(?P<third>第三|第3)"
    "|(?P<last>末|最后一|最后))个?月|(?:个)?月)"
)
_MONTHS_IN = {"季度": 3, "季": 3, "半年": 6}


def stated_months(text: str) -> frozenset[int]:
    """Return the months of a year that a text names: 3月和9月, 每季度首月, 每半年最后一个月, 每月."""
    if match := _EVERY.search(text):
        span = _MONTHS_IN.get(match["span"] or "", 1)
        place = next((n for n, name in enumerate(("first", "second", "third"), 1) if match[name]), span)
        return frozenset(range(place, 13, span))
    return frozenset(figure.day[1] for figure in figures_in(text) if figure.day and figure.day[1] and not figure.day[0])


def states_day_of_month(text: str, day: int) -> bool:
    """Tell whether a text writes a day of a month that comes again: 每季度首月10日前, 1日至15日, 上旬."""
    if day == 1 or ("旬" in text and day in _TENS | {30, 31}):
        return True
    of_days = (f for f in figures_in(text) if f.kind is FigureKind.SPAN and f.unit == "日")
    bounds = {bound for figure in of_days for bound in (figure.low, figure.high)}
    return day in bounds or any(figure.day and figure.day[2] == day for figure in figures_in(text))


def run_in_order(text: str, opens: date, closes: date, *, yearly: bool = False) -> bool:
    """Tell whether a text can say that something runs from a day to another: the first is not written behind the last.

    A run of one day is written with one day.
    """
    first, last = (days_stating(text, day, yearly=yearly) for day in (opens, closes))
    if opens == closes:
        return len([figure for figure in figures_in(text) if figure.day]) <= 1
    return not first or not last or first[0].start <= last[-1].start


def _is_bound(text: str, written: Day, day: date) -> bool:
    """Tell whether a day is the one written, or begins or ends what is written; tens of a month are read from 旬."""
    _, month, number = written
    if month is None:
        return (day.month, day.day) in ((1, 1), (12, 31))
    if month != day.month:
        return False
    if number is not None:
        return number == day.day
    return day.day == 1 or (day + timedelta(days=1)).day == 1 or ("旬" in text and day.day in _TENS)


_TENS = frozenset({10, 11, 20, 21})
