"""Amounts as people write them, into plain numbers: yuan, shares from 0 to 1, and what lies between two of them."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from seeds.faults import WrongValueError

_SCALES = {
    "亿": 1e8,
    "千万": 1e7,
    "百万": 1e6,
    "十万": 1e5,
    "万": 1e4,
    "千": 1e3,
    "百": 1e2,
    "k": 1e3,
    "m": 1e6,
    "bn": 1e9,
}
_NUMBER = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:e[0-9]+)?"
_PART = re.compile(rf"({_NUMBER})({'|'.join(_SCALES)})?")
_CURRENCY = re.compile(r"^(?:rmb|cny|人民币|[¥￥])|(?:元人民币|人民币元|人民币|元|rmb|cny|yuan)$")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_TENS = (1000, 100, 10, 1)
_CHINESE = re.compile(r"(?<![0-9.])[零〇一二两三四五六七八九十百千]+")
_DIGIT = "[一二两三四五六七八九]"
_NUMERAL = re.compile(f"(?:({_DIGIT}?)千)?(?:零?({_DIGIT}?)百)?(?:零?({_DIGIT}?)十)?(?:(?:(?<=十)|零|^)({_DIGIT}))?|零")

LARGEST_RATE = 100.0
"""Ten thousand per cent: what is above is a slip."""

_MINUS = re.compile("^(?:负|−|–)")
_PARTS_OF = {"百分之": 100.0, "%": 100.0, "千分之": 1000.0, "‰": 1000.0}
_PARTS_MARK = re.compile("^(?:百分之|千分之)|[%‰]$")
LARGEST_YUAN = 1e15
"""More than the yearly product of the whole country is a slip of the pen."""


class AmountError(WrongValueError):
    """A text is no amount; the words say what was expected."""


def parse_money(text: str) -> float:
    """Read an amount of money in yuan: 「1.5亿元」 is 150000000.0; raise AmountError when it is none.

    Parts in falling scale add up (「1亿2000万元」); Chinese numerals are read (「三千万元」); a bare number is yuan.
    """
    rest = _CURRENCY.sub("", _CURRENCY.sub("", _compact(text)))
    total, last_scale = 0.0, float("inf")
    while rest:
        part = _PART.match(rest)
        scale = _SCALES.get(part[2], 1.0) if part else last_scale
        if part is None or scale >= last_scale or _reads_two_ways(part, last_scale):
            break
        total += float(part[1].replace(",", "")) * scale
        last_scale, rest = scale, rest[part.end() :]
    if rest or last_scale == float("inf") or total > LARGEST_YUAN:
        raise AmountError("no_money", text=text)
    return round(total, 2)


def parse_share(text: str) -> float:
    """Read a share from 0 to 1: 「5%」, 「百分之五」 and 「0.05」 are 0.05; raise AmountError when it is none."""
    value, _ = _proportion(text)
    if not 0 <= value <= 1:
        raise AmountError("no_share", text=text)
    return round(value, 6)


def parse_rate(text: str) -> float:
    """Read a rate of change, at least -1: 「-5%」 and 「-0.05」 are -0.05, 「120%」 is 1.2.

    Above 1 it must be in per cent: 5 may be meant as 5 % or as 500 %. Raise AmountError when it is none.
    """
    value, in_percent = _proportion(text)
    if not -1 <= value <= (LARGEST_RATE if in_percent else 1):
        raise AmountError("no_rate", text=text)
    return round(value, 6) + 0.0


def _proportion(text: str) -> tuple[float, bool]:
    """Return the number that a text states, NaN when it is none, and whether it is in per cent."""
    stated = _MINUS.sub("-", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
    whole = next((whole for mark, whole in _PARTS_OF.items() if stated.startswith(mark) or stated.endswith(mark)), 1.0)
    bare = _PARTS_MARK.sub("", stated)
    try:
        value = float(_compact(bare))
    except ValueError:
        return float("nan"), False
    return value / whole, whole > 1


def _reads_two_ways(part: re.Match[str], above: float) -> bool:
    """Tell whether a part may mean another scale: 2万5 is stated for 25,000, 1亿2000 and 1亿2千 for 120 million.

    A zero before it says that a scale is left out on purpose (1亿零2千).
    """
    if above == float("inf"):
        return False
    if part[2] in ("千", "百"):
        return above > _SCALES["万"] and not part[1].startswith("0")
    return part[2] is None and len(part[1]) < (5 if above >= _SCALES["亿"] else 2)


def _compact(text: str) -> str:
    """Return `text` narrow, lower case, without white space, Chinese numerals as digits."""
    narrow = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
    return _CHINESE.sub(_digits, narrow)


def _digits(match: re.Match[str]) -> str:
    """Turn a Chinese numeral below 10,000 into digits (三千 -> 3000); leave one that reads two ways (三五, 三千五)."""
    stated = match.group().replace("〇", "零")
    numeral = _NUMERAL.fullmatch(stated)
    if numeral is None:
        return stated
    places = zip(numeral.groups(), _TENS, strict=True)
    total = sum((_DIGITS[digit] if digit else 1) * ten for digit, ten in places if digit is not None)
    return f"0{total}" if stated.startswith("零") else str(total)


@dataclass(frozen=True, slots=True)
class Interval:
    """A number, or a day as its ordinal, that lies between two, both included; an end that nobody tells is infinite."""

    low: float
    high: float
    of_days: bool = False

    def __str__(self) -> str:
        """Write it as `parse_interval` and `parse_days` read it."""
        if self.of_days:
            first, last = date.fromordinal(int(self.low)), date.fromordinal(int(self.high))
            shown = (first.isoformat()[:length] for length in (4, 7))
            return next((text for text in shown if parse_days(text) == self), f"{first}/{last}")
        if self.high == float("inf"):
            return f"≥{self.low:.12g}"
        return f"{self.low:.12g}-{self.high:.12g}" if self.low > 0 else f"≤{self.high:.12g}"


_INCLUDING = re.compile(r"[(（]?(?:含|包含|包括)(?:本数)?[)）]?")
_AT_LEAST = re.compile(
    r"(?:≥|>=?|大于等于|大于|不低于|不少于|不小于|至少|超过|高于|多于)(.+?)|(.+?)(?:及其?|或)?(?:以上|\+|起)"
)
_AT_MOST = re.compile(
    r"(?:≤|<=?|小于等于|小于|不超过|不高于|不大于|不多于|至多|最多|不足|不到|低于|少于)(.+?)|(.+?)(?:及其?|或)?(?:以下|以内|之内|内)"
)
_BETWEEN = re.compile(r"[-~–—]+|至|到")
_FIGURES = re.compile(r"[0-9.,]+")


def parse_interval(text: str, parse: Callable[[str], float], least: float = 0.0) -> Interval | None:
    """Read 「100-499人」, 「1000万-5000万元」, 「50人以上」; None for what says no such thing.

    `parse` reads an end, and raises ValueError for what is none; of two ends the first may leave out the unit of the
    second. 以上 and 以下 include the number itself; 超过 and 不足 are taken as if they did, which leaves more open.
    Nothing lies below `least`.
    """
    said = _INCLUDING.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold())
    try:
        if found := _AT_LEAST.fullmatch(said):
            return Interval(parse(found[1] or found[2]), float("inf"))
        if found := _AT_MOST.fullmatch(said):
            low, high = least, parse(found[1] or found[2])
            return Interval(low, high) if low <= high else None
        first, last = _BETWEEN.split(said.removesuffix("之间"))
        figure = _FIGURES.match(last)
        if figure and _FIGURES.fullmatch(first):
            first += last[figure.end() :]
        low, high = parse(first), parse(last)
    except ValueError:
        return None
    return Interval(low, high) if low <= high else None


_MONTH = re.compile(r"((?:19|20)\d\d)(?:年|[-/.])?(0?[1-9]|1[0-2])月?")
_YEAR = re.compile(r"((?:19|20)\d\d)年?")


def parse_days(text: str) -> Interval | None:
    """Read a month (「2015年3月」, 2015-03) or a year as the days in it; None for what is neither."""
    if found := _YEAR.fullmatch(text):
        return Interval(date(int(found[1]), 1, 1).toordinal(), date(int(found[1]), 12, 31).toordinal(), of_days=True)
    if (found := _MONTH.fullmatch(text)) is None:
        return None
    year, month = int(found[1]), int(found[2])
    days = calendar.monthrange(year, month)[1]
    return Interval(date(year, month, 1).toordinal(), date(year, month, days).toordinal(), of_days=True)
