"""From what stands in a cell to what the profile's schema takes: figures, days, flags, lists, entries.

Nothing is guessed; what is unclear is a CellError.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from matcher.profiles.business_scope import is_business_scope
from matcher.profiles.intents import carries_on
from rules.language.amounts import AmountError, Interval, parse_days, parse_interval, parse_money, parse_rate
from seeds.profile_fields import Kind, ProfileField
from seeds.vocabulary import simplify
from seeds.word_lists import HOLDS_MARK, shield, unshield, word_lists
from service.intake.headings.layout import Column
from service.intake.raw_table import Broken, Cell, CellError, LeftOpenError, is_blank, unguarded
from service.intake.strict_fields import LARGEST_COUNT, LARGEST_MONEY

_YES, _NO = word_lists().yes_cells, word_lists().no_cells
_ONE, _ZERO = "1", "0"
_SOME, _NONE = frozenset(("有",)), frozenset(("无", "没有"))
_ASKS_FOR_HAVING = re.compile("有无|是否(?:具|拥|已|持)?有|具有|拥有")
_BAD_RECORD = re.compile("失信|违法|违规|处罚|黑名单|不良|异常|逾期")
_WITHOUT = re.compile("(?<!有)无|没有|未|不存在")
_REMARK = re.compile(r"[(,;、。]")
_NOT_YET = re.compile("申请|申报|受理|公示|待|拟|计划|预计|已?过期|失效|到期|注销|撤销|曾|原")
"""What makes a yes or no with a remark behind it another thing: 是（申请中）."""


def read_flag(word: str, column: Column) -> bool:
    """Return what a word, folded, says under its heading; raise CellError when it says nothing of this fact.

    LeftOpenError says that it may mean yes or no.
    """
    if word in column.field.yes or word in column.field.no:
        return word in column.field.yes
    if not any(word in words for words in (_YES, _NO, _SOME, _NONE, (_ONE, _ZERO))):
        raise CellError("not_flag")
    heading = simplify(column.heading)
    if column.field.id == "credit_ok" and _BAD_RECORD.search(heading):
        meant = _clean(word, heading)
    else:
        meant = _plain(word, heading, column.field)
    if meant is None:
        raise LeftOpenError("flag_left_open", text=word)
    return meant


def _plain(word: str, heading: str, field: ProfileField) -> bool | None:
    if any(contrary in heading for contrary in field.contrary):
        return None
    if word in _SOME or word in _NONE:
        return word in _SOME if field.had or _ASKS_FOR_HAVING.search(heading) else None
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


_SURE = frozenset("、;；|｜\n\r\t")
_SURELY, _DOUBTFUL = re.compile(r"[、;；|｜\n\r\t]"), re.compile(r"[,，/／()\[\]（）【】「」《》“”]")
_COMMAS = frozenset(",，")
_SLASHES = frozenset("/／")
_OPENING, _CLOSING = "([（【「《“", ")]）】」》”"
_LOCANT = re.compile(r"(?:^|[^0-9A-Za-z])[0-9NODLSR]{1,2}['′]?$")
_AFTER_LOCANT = re.compile(r"^[0-9NODLSR]{1,2}['′]?(?:[,，]|[-－])")
_DIGIT_BEFORE, _DIGIT_AFTER = re.compile(r"[0-9０-９]$"), re.compile(r"^[0-9０-９]")


def split_list(text: str) -> list[str]:
    """Return the items of 「聚乳酸、1,4-丁二醇」; in brackets, official names and between locants nothing separates."""
    if not HOLDS_MARK(text):
        return _cut(text)
    return [unshield(item) for item in _cut(shield(text))]


def _cut(text: str) -> list[str]:
    if not _DOUBTFUL.search(text):
        return [item.strip() for item in _SURELY.split(text) if item.strip()]
    items, start, depth = [], 0, 0
    balanced = sum(text.count(c) for c in _OPENING) == sum(text.count(c) for c in _CLOSING)
    for place, character in enumerate(text):
        if balanced:
            depth += (character in _OPENING) - (character in _CLOSING)
        if depth <= 0 and _separates(text, place, character):
            items.append(text[start:place])
            start = place + 1
    items.append(text[start:])
    return [item.strip() for item in items if item.strip()]


def _separates(text: str, place: int, character: str) -> bool:
    if character in _SURE:
        return True
    before, after = text[max(0, place - 4) : place], text[place + 1 : place + 5]
    if character in _COMMAS:
        if _DIGIT_BEFORE.search(before) and _DIGIT_AFTER.match(after):
            return False
        return not (_LOCANT.search(before) and _AFTER_LOCANT.match(after))
    if character in _SLASHES:
        return not (_DIGIT_BEFORE.search(before) or _DIGIT_AFTER.match(after) or "//" in text[place - 1 : place + 2])
    return False


NOT_STATED = object()
"""What an empty cell, a dash or 「未知」 says."""

LEFT_OPEN = object()
"""Stands for a value that was understood and that no condition can use."""

_SAYS_NO = "无"
"""Says that nothing is to be reported in any column but one of yes and no."""

_BLANK = re.compile(r"\s+(?![0-9]{1,2}:)")
"""White space, but not that between a day and a time of day."""
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.IGNORECASE)
_PEOPLE = re.compile(r"(?:人|名|个|位|people)$")
_PIECES = re.compile(r"(?:件|项|个|件次)$")
_FIGURE = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[-+]?\d{1,3})?", re.IGNORECASE)
_YUAN = "人民币|rmb|cny|cn¥|[¥￥]"
_PRICED = re.compile(rf"([-+]?)(?:{_YUAN})*:?([-+]?)(\d[\d,.]*(?:e[-+]?\d+)?)(?:{_YUAN})*", re.IGNORECASE)
"""A figure with the sign of the currency, which names no unit: the heading does."""

_MINUS = re.compile(r"^(?:[−–—]|负)(?=[\d.])")
_DAY = re.compile(
    r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?"
    r"(?:[ T]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?"
)
_COMPACT_DAY = re.compile(r"(?:19|20)\d{6}")
_NO_DAY = re.compile(r"[01](?:\.0)?|0000-00-00|1900[-/年](?:0?1[-/月]0?[01]|0?0[-/月]0?0)日?|1899-12-3[01]")
_LAST_NO_DAY = date(1900, 1, 1)
"""What an empty cell becomes that is formatted, or calculated, as a day."""
_SERIAL_DAYS = range(7_306, 73_051)
"""Serial numbers of 1920 to 2099: what a date becomes when its format is lost."""

_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)


def read_cell(cell: Cell | Broken, column: Column, *, epoch_1904: bool = False) -> Any:  # noqa: ANN401 - what the schema takes
    """Return the value of a cell for the schema, or NOT_SAID; raise CellError when it states none.

    LeftOpenError says that it states something no condition can use.
    """
    if isinstance(cell, Broken):
        raise (LeftOpenError if cell.left_open else CellError)(cell.code, text=cell.text)
    if isinstance(cell, str):
        cell = unguarded(cell.strip())
        if is_blank(cell) and column.field.kind is not Kind.FLAG and not (column.entry and cell in _NONE):
            return NOT_STATED
    if cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell)):
        return NOT_STATED
    if isinstance(cell, float) and math.isinf(cell):
        raise CellError("error_value")
    if column.field.kind is Kind.DATE and epoch_1904 and isinstance(cell, int | float) and int(cell) in _SERIAL_DAYS:
        return (_EPOCH_1904 + timedelta(days=int(cell))).isoformat()
    return _certified(cell) if column.entry else _READERS[column.field.kind](cell, column)


_HELD = re.compile(
    r"(?:已经?|被|获)?(?:认定|获得|取得|通过|获批|获评|入库|入选|授牌)(?:通过|成功)?|(?:国家|省|市|区|县)级?|有效|具备|在有效期内?"
)
_NOT_HELD = re.compile(
    r"(?:未|没有?|尚未|暂未|无|非|不)(?:认定|获得|取得|通过|获批|获评|入库|入选|具备|有|是)?|已?(?:过期|失效|撤销|取消|到期)"
)
_SIGN_OF_HOLDING = re.compile(
    r"[a-z]{0,4}+-?\d{6,}+[a-z0-9-]*+|(?:19|20)\d\d(?:年度?)?(?:[-./]?\d\d?(?:月|[-./月]\d\d?日?)?)?"
)
"""The number of a certificate, or its day, month or year."""


def _certified(cell: Cell) -> bool | str | object:
    """Return whether a certification is held that the heading asks about, or the one that the cell names itself."""
    if isinstance(cell, bool | int | float | date):
        return isinstance(cell, date) or bool(cell)
    if not isinstance(cell, str):
        raise CellError("not_a_cell")
    word = _narrow(simplify(cell)).casefold()
    if _NOT_YET.search(word) and not _NOT_HELD.fullmatch(word):
        raise LeftOpenError("flag_left_open", text=cell)
    if word in _YES or word in _SOME or word == _ONE or _HELD.fullmatch(word) or _SIGN_OF_HOLDING.fullmatch(word):
        return True
    if word in _NO or word in _NONE or word == _ZERO or _NOT_HELD.fullmatch(word):
        return False
    return cell


def _text(cell: Cell, column: Column) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004 - beyond, digits are lost
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, int | float | date):
        return str(cell)
    del column
    raise CellError("not_a_cell")


def _scope(cell: Cell, column: Column) -> str:
    text = _text(cell, column)
    if len(text) > column.field.longest:
        raise LeftOpenError("too_long", limit=column.field.longest)
    return text


def _code(cell: Cell, column: Column) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise CellError("credit_code_number")
    text = unicodedata.normalize("NFKC", _text(cell, column))
    if _SCIENTIFIC.fullmatch(text):
        raise CellError("credit_code_precision")
    return text


def _list(cell: Cell, column: Column) -> list[str]:
    if isinstance(cell, list):
        items = [_text(item, column) for item in cell if item is not None]
    else:
        text = _text(cell, column)
        is_whole = carries_on(text) or (column.field.id == "products" and is_business_scope(text))
        items = [text] if is_whole else split_list(text)
    return [item for item in items if not is_blank(item.strip())]


def _figure(text: str) -> float | None:
    """Return the number that a text writes in digits, with thousands separators or an exponent, else None."""
    if not _FIGURE.fullmatch(text):
        return None
    number = float(text.replace(",", ""))
    return number if math.isfinite(number) else None


def _times(number: float, column: Column) -> float:
    """Return a number in people, pieces or yuan."""
    return number if column.factor == 1 else round(number * column.factor, 2)


def _counted(text: str, counted: re.Pattern[str], column: Column) -> float | None:
    """Return the number that a text states; one with what is counted behind it does not take the heading's unit."""
    narrow = _narrow(text)
    bare = counted.sub("", narrow)
    number = _figure(bare)
    return number if number is None or bare != narrow else _times(number, column)


def _whole(cell: Cell, column: Column) -> int | Interval:
    number = _number(cell, column, _PEOPLE, "not_count")
    if isinstance(number, Interval):
        return number
    if not number.is_integer():
        raise CellError("not_count")
    return int(number)


def _between(text: str, read: Callable[[str], float | None], most: float, least: float = 0.0) -> Interval | None:
    """Return between what a text says that a number lies, None when it says no such thing."""

    def parse(part: str) -> float:
        number = read(part)
        if number is None or not least <= number <= most:
            raise ValueError(part)
        return number

    return parse_interval(text, parse, least=least)


def _money(cell: Cell, column: Column) -> Any:  # noqa: ANN401 - the schema refuses what is no amount
    if isinstance(cell, str):
        text = simplify(_narrow(cell))
        priced = _PRICED.fullmatch(text)
        number = _figure(_MINUS.sub("-", priced[1] + priced[2] + priced[3] if priced else text))
        if number is None:
            return _between(text, lambda part: _yuan(part, column), LARGEST_MONEY) or text
        cell = number
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    return round(cell * column.factor, 2)


def _yuan(part: str, column: Column) -> float:
    number = _figure(part)
    return parse_money(part) if number is None else round(number * column.factor, 2)


def _number(
    cell: Cell, column: Column, counted: re.Pattern[str] = _PIECES, code: str = "not_number"
) -> float | Interval:
    """Return how many of something there are, or between what it lies."""
    number: float | None = None
    if isinstance(cell, str):
        number = _counted(cell, counted, column)
        if number is None and (between := _between(cell, lambda part: _counted(part, counted, column), LARGEST_COUNT)):
            return between
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        number = float(_times(cell, column))
    if number is None or number < 0:
        raise CellError(code)
    return number


def _rate(cell: Cell, column: Column) -> float | str | Interval:
    """Return a rate of change; one above 1 as a text in per cent, the only form in which a profile takes it."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise CellError("not_rate")
    in_percent = isinstance(cell, str) and (column.percent or "%" in _narrow(cell))
    if in_percent and (between := _between(str(cell), lambda part: parse_rate(part.strip("%") + "%"), 100.0, -1.0)):
        return between
    text = _MINUS.sub("-", _narrow(cell)) if isinstance(cell, str) else str(cell)
    if column.percent and (number := _figure(text)) is not None:
        if 0 < abs(number) <= 1:
            raise CellError("share_unclear", text=text)
        text += "%"
    try:
        rate = parse_rate(text)
    except AmountError as error:
        if _figure(text.removeprefix("百分之").removesuffix("%")) is None:
            raise CellError("not_rate") from error
        raise LeftOpenError("rate_left_open", text=text) from error
    if rate and not text.startswith("百分之") and not text.endswith("%"):
        raise LeftOpenError("rate_left_open", text=text)
    return rate if rate <= 1 else f"{rate * 100:.10g}%"


def _flag(cell: Cell, column: Column) -> Any:  # noqa: ANN401 - a flag or NOT_SAID
    word = unicodedata.normalize("NFKC", simplify(_text(cell, column))).strip().casefold()
    if is_blank(word) and word != _SAYS_NO:
        return NOT_STATED
    said, *remarks = _REMARK.split(word, maxsplit=1)
    if not any(map(_NOT_YET.search, remarks)) and (said in _YES or said in _NO):
        word = said  # 是（港资）
    return read_flag(word, column)


def _day(cell: Cell, column: Column) -> Any:  # noqa: ANN401 - a day, an interval or NOT_STATED
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat() if cell > _LAST_NO_DAY else NOT_STATED
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise CellError("not_date")
    text = _narrow(_text(cell, column))
    if _NO_DAY.fullmatch(text):
        return NOT_STATED
    if match := _DAY.fullmatch(text):
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    if _COMPACT_DAY.fullmatch(text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if between := parse_days(text):
        return between
    if re.fullmatch(r"\d{4,5}(?:\.\d+)?", text):
        serial = int(float(text))
        if serial in _SERIAL_DAYS:
            return (_EPOCH_1900 + timedelta(days=serial)).isoformat()
    raise CellError("not_date")


def _narrow(text: str) -> str:
    return _BLANK.sub("", text if text.isascii() else unicodedata.normalize("NFKC", text))


def _declared(cell: Cell, column: Column) -> Cell:
    del column
    return {name: value for name, value in cell.items() if value is not None} if isinstance(cell, dict) else cell


_READERS: dict[Kind, Callable[[Any, Column], Any]] = {
    Kind.TEXT: _text,
    Kind.SCOPE: _scope,
    Kind.CODE: _code,
    Kind.PLACE: _text,
    Kind.LIST: _list,
    Kind.ASKED: _list,
    Kind.WHOLE: _whole,
    Kind.MONEY: _money,
    Kind.DATE: _day,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.SHARE: _rate,
    Kind.ENTRY: _text,
    Kind.DECLARED: _declared,
}
