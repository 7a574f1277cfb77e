"""The unit that words in a heading name: how many yuan, people or pieces a figure counts, or that it is not read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod

from seeds.profile_fields import Kind
from seeds.vocabulary import simplify

MONEY_NAMES = {
    1.0: "元", 1e2: "百元", 1e3: "千元", 1e4: "万元", 1e5: "十万元", 1e6: "百万元",
    1e7: "千万元", 1e8: "亿元", 1e9: "十亿元",
}  # fmt: skip
COUNTED = frozenset({Kind.WHOLE, Kind.NUMBER})
MEASURED = frozenset({Kind.MONEY, Kind.SHARE, *COUNTED})
"""Columns of these kinds hold figures, so the unit in their heading counts."""

_SCALES = {
    "十": 10, "百": 100, "千": 1e3, "万": 1e4, "亿": 1e8,
    "ten": 10, "hundred": 100, "hundreds": 100, "thousand": 1e3, "thousands": 1e3, "k": 1e3, "wan": 1e4, "w": 1e4,
    "million": 1e6, "millions": 1e6, "mn": 1e6, "mm": 1e6, "mio": 1e6, "mil": 1e6, "m": 1e6, "yi": 1e8,
    "billion": 1e9, "billions": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_SIGN = "人民币|renminbi|rmb|cny|¥"
_NUMBER = rf"(?P<number>[1-9]\d*(?:\.\d+)?|0\.\d+)?(?P<thousands>'?000'?s?)?(?P<scales>(?:{_SCALE}){{0,4}})"
_MONEY = re.compile(rf"(?:in)?(?P<before>(?:{_SIGN})*+){_NUMBER}(?:of)?(?P<after>(?:元|块|yuan|{_SIGN})*)")
_COUNT = re.compile(
    rf"(?:in)?(?P<before>){_NUMBER}(?:of)?"
    r"(?P<after>人次|人数|人|名|位|个|件数|件|项|people|persons?|staff|employees|heads?|headcount|fte|pieces?|patents?|items?|rights?)?"
)
_MOST_WORDS = 12
"""Words of a unit: in hundreds of millions of Renminbi yuan."""

_SHARE = re.compile(r"%|百分比|百分数|百分之|percent|percentage|percents|pct")
_EMBEDDED = re.compile(rf"(?<![\d.]){_NUMBER}元")
"""An amount among other Chinese words, as in 「金额均以万元列示」."""

_FOREIGN = re.compile(
    "美元|美金|欧元|港元|港币|日元|日圆|円|英镑|韩元|韩币|台币|澳元|澳门元|加元|新元|新币|坡元|瑞郎|瑞士法郎|卢布|卢比|泰铢|林吉特|外币|原币"
    r"|(?<![a-z])(?:usd|eur|hkd|jpy|gbp|krw|twd|ntd|aud|cad|sgd|chf|rub|inr|thb|myr|vnd|mop|dollars?|euros?|pounds?|yen|won)"
    r"(?:k|m|mn|mm|bn|b|million|billion)?(?![a-z])|[$€£₩]"
)
_WRITTEN = str.maketrans("仟佰‐‑‒–—―−－～", "千百-------" + "-~")
_EXAMPLE = re.compile(r"(?<![^\s,;、:。(])(?:例?如(?![有实无果下需])|比如|譬如|例(?=[:\s\d])|示例|e\.?g\.?(?![a-z]))")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TIMES = re.compile(
    r"(?:fy\s*)?(?<!\d)(?:19|20)\d\d(?:\s*[-~至]\s*(?:19|20)\d\d)?(?![\d十百千万亿元])\s*+(?:年(?:[度末底初]|全年)?)?"
    r"(?:\s*+1\s*+(?:月\s*+)?[-~至]\s*12\s*月|\s*+\d{1,2}月(?:\d{1,2}日)?(?![-~至])|[-./]\d{1,2}(?:[-./]\d{1,2})?)?"
    r"|1\s*+(?:月\s*+)?[-~至]\s*12\s*月"
    r"|/\s*年|每年|按年|全年|年度|\bper\s+(?:year|annum)|/\s*y(?:ea)?r\b|\bp\.a\.?|\bannual(?:ly)?\b|\byearly\b|\ba\s+year\b"
)
_PART_OF_A_YEAR = re.compile(
    r"\d{1,2}月?[-~至]\d{1,2}月|半年|季度|(?<![a-z])(?:half[- ]?year|[hq][1-4]|ytd|quarter(?:ly)?|monthly)(?![a-z])"
)
_SEPARATORS = re.compile(r"[,;、|:/\\()\[\]{}<>·•+&\"“”‘’。=]+")
_FILLER = re.compile(
    r"^(?:金额|计量|货币|数量)?(?:单位|币种|币别|金额|units?|amounts?)?(?:均?以|均?按|为|是|用|请填)*(?=.)|(?:为|作)?(?:单位|计算|计|填写|填报|列示)$"
)
_NOTE = re.compile(r"(?:单位|(?<![a-z])units?)\s*[:：]\s*(.+)|[(\[](in\s[^)\]]{1,80})[)\]]")
_SCALED = re.compile(r"[百千万亿元%‰$€£¥]|^1?0{3,}$")
_OTHER_FIGURE = re.compile(
    r"占比|比例|比重|比率|同比|环比|增长|增速|增幅|排名|(?<![a-z])(?:growth|ratio|share|rank)(?![a-z])"
)
"""Words that make another figure of money or of people."""

_OTHER_UNITS = re.compile(
    r"(?:平方米|立方米|公里|小时|工时|百分点|季度|月度|个月|人次|公斤|千克|[吨斤克升米亩度倍元人名位件项个户家台套只月季周日天块])"
    r"|(?:人|月|日|季|户|件|单)均|每.{1,2}|单价"
)
_OTHER_WORDS = frozenset((
    "ton", "tons", "tonne", "tonnes", "kg", "km", "m2", "m3", "month", "months", "week", "weeks", "weekly",
    "day", "daily", "hours", "per", "capita",
    "percent", "pct", "bp", "bps", "times", "person", "persons", "people", "fte", "lakh", "crore", *_SCALES,
))  # fmt: skip


@dataclass(slots=True)
class UnitReading:
    """What the words beside a heading say: `factor` turns figures into the base unit, None when no unit is named.

    `unclear` says that something in them looks like a unit and is none that is read.
    """

    factor: float | None = None
    percent: bool = False
    unclear: bool = False


@dataclass(slots=True)
class _Stated:
    """What was gathered out of all words: amounts, whether the currency alone is named, whatever is left."""

    factors: set[float] = field(default_factory=set)
    is_yuan: bool = False
    is_share: bool = False
    left: list[str] = field(default_factory=list)


def plain(text: str) -> str:
    """Return words as they are compared: narrow, simplified, small letters, one dash, figures without separators."""
    narrow = simplify(unicodedata.normalize("NFKC", text)).casefold().translate(_WRITTEN)
    return _GROUPED.sub("", narrow)


def without_example(words: str) -> str:
    """Return the words before an example of how to fill a column in."""
    return _EXAMPLE.split(words, maxsplit=1)[0]


def without_dates(words: str) -> str:
    """Return the words without the years, months and days in them."""
    return _TIMES.sub(" ", words)


def split_words(words: str) -> list[str]:
    """Return the words between separators."""
    return [word.strip() for word in _SEPARATORS.split(words) if word.strip()]


def read_unit(texts: Sequence[str], kind: Kind) -> UnitReading:
    """Read the unit of a column of figures out of what stands in brackets or behind its name."""
    whole = [plain(text) for text in texts]
    words = [_TIMES.sub(" ", text) for text in map(without_example, whole)]
    if kind is Kind.MONEY and any(_FOREIGN.search(text) or _PART_OF_A_YEAR.search(text) for text in words):
        return UnitReading(unclear=True)
    if any(_SCALED.search(text.removeprefix(without_example(text))) for text in whole):
        return UnitReading(unclear=True)
    stated = _stated(words, kind)
    unclear = len(stated.factors) > 1 or any(_looks_like_a_unit(word) for word in stated.left)
    unclear |= bool(stated.factors) if kind is Kind.SHARE else any(map(_OTHER_FIGURE.search, stated.left))
    if unclear:
        return UnitReading(unclear=True)
    return UnitReading(factor=next(iter(stated.factors), 1.0 if stated.is_yuan else None), percent=stated.is_share)


def words_left(texts: Sequence[str], kind: Kind) -> list[str]:
    """Return the words beside a heading that are no unit."""
    return [word for word in _stated([plain(text) for text in texts], kind).left if word]


def unit_above(texts: Sequence[str]) -> UnitReading:
    """Read the unit of all money out of the notes above a table: 「单位：万元」."""
    return unit_of_group([found[1] or found[2] for text in texts for found in _NOTE.finditer(plain(text))])


def unit_of_group(texts: Sequence[str]) -> UnitReading:
    """Read the unit of money out of what is stated of several columns, also among units of other things."""
    words = [plain(text) for text in texts]
    parts = [part for text in words for part in _SEPARATORS.split(_TIMES.sub(" ", text))]
    amounts = {_amount(_MONEY, "".join(_FILLER.sub("", part).split())) for part in parts} - {None}
    if len(amounts) > 1 or any(_FOREIGN.search(text) for text in words):
        return UnitReading(unclear=True)
    return UnitReading(factor=next(iter(amounts), None))


def is_unit(text: str) -> bool:
    """Tell whether words are a unit and nothing else."""
    joined = "".join(plain(text).split())
    return bool(joined) and (
        _SHARE.fullmatch(joined) is not None
        or _amount(_MONEY, joined) is not None
        or _amount(_COUNT, joined) is not None
    )


def unit_name(factor: float, kind: Kind) -> str:
    """Return what a unit is called in a report, "" for people and pieces counted one by one."""
    if kind is Kind.MONEY:
        return MONEY_NAMES.get(factor) or (f"{factor / 1e8:g}亿元" if factor >= 1e8 else f"{factor:g}元")  # noqa: PLR2004 - 亿
    if factor == 1:
        return ""
    return f"{MONEY_NAMES.get(factor, f'{factor:g}元').removesuffix('元')}{'人' if kind is Kind.WHOLE else '件'}"


def _stated(words: Sequence[str], kind: Kind) -> _Stated:
    stated = _Stated()
    for chunk in (chunk for text in words for chunk in _SEPARATORS.split(text)):
        _gather(stated, chunk.split(), kind)
    return stated


def _gather(stated: _Stated, words: Sequence[str], kind: Kind) -> None:
    """Take the longest runs of words that are a unit; what is left may still hold one."""
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + _MOST_WORDS), start, -1):
            if _take(stated, "".join(words[start:end]), kind):
                break
        else:
            end = start + 1
            stated.left += _left_of(stated, words[start], kind)
        start = end


def _take(stated: _Stated, joined: str, kind: Kind) -> bool:
    """Note a unit; False when the words are not one and nothing else."""
    bare = _FILLER.sub("", joined)
    if kind is Kind.SHARE and _SHARE.fullmatch(bare):
        stated.is_share = True
        return True
    if re.fullmatch(f"(?:{_SIGN})+", bare):
        stated.is_yuan = kind is Kind.MONEY
        return stated.is_yuan
    factor = _amount(_COUNT if kind in COUNTED else _MONEY, bare)
    if factor is None:
        return False
    stated.factors.add(factor)
    return True


def _amount(form: re.Pattern[str], text: str) -> float | None:
    match = form.fullmatch(text) if text else None
    if match is None or (match["number"] and not any(match.group("thousands", "scales", "before", "after"))):
        return None
    return _size(match)


def _size(match: re.Match[str]) -> float:
    scales = (_SCALES[scale] for scale in re.findall(_SCALE, match["scales"]))
    return round(float(match["number"] or 1) * (1e3 if match["thousands"] else 1) * prod(scales), 6)


def _left_of(stated: _Stated, word: str, kind: Kind) -> Iterator[str]:
    """Yield what is left of a word when the amounts in it are taken out."""
    start = 0
    for match in _EMBEDDED.finditer(word) if kind is Kind.MONEY else ():
        if match["number"] or match["thousands"] or match["scales"]:
            stated.factors.add(_size(match))
            yield _FILLER.sub("", word[start : match.start()])
            start = match.end()
    yield _FILLER.sub("", word[start:])


def _looks_like_a_unit(word: str) -> bool:
    if _SCALED.search(word) or _OTHER_UNITS.fullmatch(word):
        return True
    return any(part in _OTHER_WORDS for part in re.findall(r"[a-z]+\d?", word))
