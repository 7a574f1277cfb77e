"""What a word says of a yes or no fact: the general words, those of the fact itself, and those that depend on it."""

from __future__ import annotations

import re

from seeds.folding import simplify
from service.tables.faults import CellError, LeftOpenError
from service.tables.headings import Column

_YES = frozenset(("是", "对", "y", "yes", "true", "t", "√", "✓", "✔", "☑", "是的", "属于"))
_NO = frozenset(("否", "非", "不是", "n", "no", "false", "f", "×", "✗", "✘", "不属于"))
_ONE, _ZERO = "1", "0"
_SOME, _NONE = frozenset(("有",)), frozenset(("无", "没有"))
_OWN = {
    "foreign_invested": (
        ("外资", "外资企业", "外商投资", "外商投资企业", "外商独资", "外商独资企业", "中外合资", "中外合资企业",
         "中外合作", "中外合作企业"),
        ("内资", "内资企业", "非外资", "非外资企业"),
    ),
    "above_scale": (
        ("规上", "规上企业", "规模以上", "规模以上企业", "已上规"),
        ("规下", "规下企业", "规模以下", "规模以下企业", "非规上", "非规上企业", "未上规"),
    ),
    "listed": (("已上市", "上市公司", "上市企业"), ("未上市", "非上市", "非上市公司", "非上市企业")),
    "credit_ok": (
        ("良好", "信用良好", "无失信", "无失信记录", "无不良记录"),
        ("不良", "失信", "有失信", "有失信记录", "有不良记录"),
    ),
}  # fmt: skip
"""The words that say yes and no of one fact and of no other."""

_CONTRARY = {
    "foreign_invested": re.compile("内资|内外资|非外资"),
    "above_scale": re.compile("规下|规模以下|非规上|未上规"),
    "listed": re.compile("未上市|非上市"),
}
"""Headings that name the contrary of the fact, alone or beside it: a bare yes may mean either."""

_HAD = frozenset({"partners_with_research"})
"""Facts that are something a company has, not something it is."""

_ASKS_FOR_HAVING = re.compile("有无|是否(?:具|拥|已|持)?有|具有|拥有")
_BAD_RECORD = re.compile("失信|违法|违规|处罚|黑名单|不良|异常|逾期")
_WITHOUT = re.compile("(?<!有)无|没有|未|不存在")


def read_flag(word: str, column: Column) -> bool:
    """Return what a word, folded, says under its heading; raise CellError when it says nothing of this fact.

    LeftOpenError says that it may mean yes or no.
    """
    yes, no = _OWN.get(column.field.id, ((), ()))
    if word in yes or word in no:
        return word in yes
    if not any(word in words for words in (_YES, _NO, _SOME, _NONE, (_ONE, _ZERO))):
        raise CellError("not_flag")
    heading = simplify(column.heading)
    if column.field.id == "credit_ok" and _BAD_RECORD.search(heading):
        meant = _clean(word, heading)
    else:
        meant = _plain(word, heading, column.field.id)
    if meant is None:
        raise LeftOpenError("flag_left_open", text=word)
    return meant


def _plain(word: str, heading: str, fact: str) -> bool | None:
    if fact in _CONTRARY and _CONTRARY[fact].search(heading):
        return None
    if word in _SOME or word in _NONE:
        return word in _SOME if fact in _HAD or _ASKS_FOR_HAVING.search(heading) else None
    return word in _YES or word == _ONE


def _clean(word: str, heading: str) -> bool | None:
    """Return whether a record is clean, by a word under a heading that names what would stain it."""
    if word in _SOME or word in _NONE:
        return word in _NONE
    if word in (_ONE, _ZERO) or "有无" in heading:
        return None
    without, asked = _WITHOUT.search(heading) is not None, "是否" in heading
    if without and word in _YES:
        return True
    return (word in _YES) is without if asked else None
