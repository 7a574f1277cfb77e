"""Rows of a table that are no companies: sums, headings of sections, notes below the table, numbers of its columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple


class OtherRow(NamedTuple):
    """Why a row is no company, the place of the cell that tells it, and what may be shown of that cell."""

    code: str
    place: int
    shown: str


_HEADCOUNT = r"[共约]*\d+[家户个](?:企业|公司|单位)?"
_BRACKETS = r"(?:\([^()]{0,30}\))*+"
_SUM = re.compile(
    rf"(?:.{{0,8}}(?:合计|总计|小计|共计|累计|合計|總計|小計|共計)(?:数|额|金额|家数|户数)?|汇总|总和"
    rf"|.{{0,6}}(?:平均|均值|中位数|最大值|最小值)[值数]?|[人户]均|(?:企业|公司)?(?:总数|家数|户数)|共(?=\d)"
    rf"|(?:grand|sub|page)?-?totals?|sum|average|mean){_BRACKETS}[:：]?(?:{_HEADCOUNT})?{_BRACKETS}",
    re.IGNORECASE,
)
_PART_OF_SUM = re.compile(r"其中:.*|其中.{0,12}|ofwhich.*", re.IGNORECASE)
_NOTE = re.compile(
    r"((?:(?:填表|制表|填报|审核|审批|经办|复核|统计|编制|报送|联系|单位|企业|公司|部门|园区|分管)*"
    r"(?:人|负责人|人员|电话|方式|日期|时间|单位|部门|签字|签章|盖章|领导)|备?注\d*|附注|(?:填表|填报)?说明|数据来源|资料来源"
    r"|截止日期|统计口径)(?=:)|(?:填表|制表|填报|审核|复核|统计|联系)人(?!力)|联系电话)"
)
_SECTION = re.compile(
    rf"(?:[一二三四五六七八九十]{{1,3}}、|\([一二三四五六七八九十]{{1,3}}\)).+|.{{1,30}}\({_HEADCOUNT}\)"
)
_COUNTED = re.compile(rf"\({_HEADCOUNT}\)$")
_COMPANY_ENDS = "公司|集团|厂|店|社|院|所|中心|工作室|个体户|工商户|学校|市场|部|行|馆"
_COMPANY = re.compile(rf"(?:{_COMPANY_ENDS})$|\((?:有限|普通|特殊普通)合伙\)$")
_BEFORE_BRACKETS = re.compile(rf"(?:{_COMPANY_ENDS})\(")
_NUMBER = re.compile(r"\(?(\d{1,3})\)?(?:=.*)?")
_MARKS = frozenset("甲乙丙丁戊己ABCDE") | {"栏次", "栏号", "行次", "序号"}
_WORDS = re.compile(r"[\u4e00-\u9fff()、与和及]{2,}")
_LEAST_NUMBERS = 3
_LONGEST = 100
"""Characters of a cell that are looked at."""


def other_row(cells: Sequence[Any], names: Collection[int]) -> OtherRow | None:
    """Return why a row is no company, None when it may be one; `names` are the places of the companies' names.

    The name and what stands before it are looked at; in a row without a name, its first text.
    """
    if names and (numbers := _column_numbers(cells, names)) is not None:
        return numbers
    named = next((place for place in names if place < len(cells) and _text_of(cells[place])), None)
    if named is not None:
        name = _text_of(cells[named])
        if found := _kind_of(name, named):
            return found
        if is_company(name):
            return None
        before = enumerate(map(_text_of, cells[:named]))
        return next((OtherRow("total_row", place, text) for place, text in before if _SUM.fullmatch(text)), None)
    texts = {place: text for place, cell in enumerate(cells) if (text := _text_of(cell))}
    first = min(texts, default=None)
    if first is None:
        return None
    sums = (OtherRow("total_row", place, text) for place, text in texts.items() if names and _SUM.fullmatch(text))
    return _kind_of(texts[first], first) or next(sums, None)


def lone_heading(cells: Sequence[Any], names: Collection[int]) -> OtherRow | None:
    """Return a row that holds nothing but words before the column of names, as the heading of a section does."""
    filled = [place for place, cell in enumerate(cells) if cell not in (None, "")]
    if len(filled) != 1 or not names or filled[0] >= min(names):
        return None
    text = _text_of(cells[filled[0]])
    return OtherRow("section_row", filled[0], text) if _WORDS.fullmatch(text) else None


def _kind_of(text: str, place: int) -> OtherRow | None:
    """Return what a leading text says the row is, None for what a company may be called."""
    if note := _NOTE.match(text):
        return OtherRow("note_row", place, note[1])
    if _SUM.fullmatch(text):
        return OtherRow("total_row", place, text)
    named = is_company(text)
    if _PART_OF_SUM.fullmatch(text) and (":" in text or not named):
        return OtherRow("total_row", place, text)
    if _SECTION.fullmatch(text) and (_COUNTED.search(text) or not named):
        return OtherRow("section_row", place, text)
    return None


def is_company(text: str) -> bool:
    """Tell whether a text ends as the name of a company does, perhaps with something in brackets behind it."""
    return bool(_COMPANY.search(text) or (text.endswith(")") and _BEFORE_BRACKETS.search(text)))


def _column_numbers(cells: Sequence[Any], names: Collection[int]) -> OtherRow | None:
    """Recognise the row below the headings that numbers the columns: 1, 2, 3, or 甲, 乙, 1, 2, 3."""
    place = next((place for place in names if place < len(cells) and cells[place] not in (None, "")), None)
    if place is None or not (_NUMBER.fullmatch(name := _short(cells[place])) or name in _MARKS):
        return None
    texts = [_short(cell) for cell in cells if cell not in (None, "")]
    start = next((index for index, text in enumerate(texts) if text not in _MARKS), len(texts))
    numbers = [_NUMBER.fullmatch(text) for text in texts[start:]]
    if len(numbers) < _LEAST_NUMBERS:
        return None
    counted = all(match and int(match[1]) == count for count, match in enumerate(numbers, 1))
    return OtherRow("numbers_row", place, name) if counted else None


def _short(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _text_of(str(cell)) if isinstance(cell, str | int | float) else ""


def _text_of(cell: object) -> str:
    """Return a text without its spaces and wide characters, "" of what is no text."""
    if not isinstance(cell, str):
        return ""
    start = cell[:_LONGEST]
    return "".join((start if start.isascii() else unicodedata.normalize("NFKC", start)).split())
