"""Finding the row of headings: titles and groups may stand above it, it may reach over several rows."""

from __future__ import annotations

import operator
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import zip_longest

from seeds.profile_fields import Kind, ProfileField
from seeds.vocabulary import fold, printable
from service.intake.headings.names import (
    HeadingParts,
    known_names,
    nearest_heading,
    recognise,
    take_apart,
    without_time,
)
from service.intake.headings.units import (
    MEASURED,
    is_unit,
    plain,
    split_words,
    unit_of_group,
    without_dates,
    without_example,
    words_left,
)
from service.intake.raw_table import TableRefusedError

_ANY_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d")
_SEVERAL_YEARS = re.compile(r"(?:19|20)\d\d\s*+(?:(?:年度?|度)\s*+)?[-~至到、,和与及/]\s*+(?:19|20)\d\d")
_WHOLE_YEAR = re.compile(r"(?<!\d)0?1\s*+(?:月\s*+)?[-~至到]\s*12\s*月|12\s*月\s*31\s*日|12[-./]31(?!\d)|12个月")
_NOT_A_YEAR = re.compile(
    r"月|季|半年|本年|当年|今年|本期|本财年|目前|当前|现在|至今|累计"
    r"|(?:19|20)\d\d[-./]\d{1,2}(?!\d)|(?<![a-z])(?:current|this\s+year|to\s+date|ytd|[hq][1-4]|month(?:ly)?|quarter(?:ly)?)(?![a-z])"
)
_YEAR_END = re.compile(r"[末底]|期末|12\s*月|end")
_OTHER = re.compile(
    r"预计|预测|预期|预估|预算|估计|计划|规划|目标|拟|即将|将要|未来|明年|下一?年|其中"
    r"|母公司|总公司|总部|子公司|分公司|集团|股东|控股|关联|上级|下属|法人|联系人|负责人|竞品|竞争|对手|同行|客户|供应商|合作"
    r"|申请|受理|在审|累计|平均|人均|出口|境外|海外|增量|新增|变动"
    r"|(?<![a-z])(?:forecast|budget|expected|estimated?|planned|target|projected|next\s+year|parent|subsidiar(?:y|ies)|group"
    r"|shareholders?|contact|competitors?|exports?|pending|applied)(?![a-z])"
)
"""Words that make what is below or behind them another thing: planned, a part, or of somebody else."""

_NOTE_ABOVE = re.compile(r"(?:日期|时间|人|单位|部门|电话|date|by)\s*:")
"""A note such as who filled the table in and when, no heading of a group."""

_CUT = re.compile(r"[,;。!]")
_ASKED = re.compile(
    r"(?:注:?|说明:|备注:)?(?:请|须|需|应|务必)?(?:按|如实|准确|完整|正确|简要)?(?:填写?|填报|写明?|输入|注明|填入|简述|概述|列举|列出|描述)(?:[为:]|的是)?"
)
_NOTE = re.compile(
    r"(?:注:?|说明:|备注:)?(?:"
    r"(?:非?(?:必|选|可|免)(?:填|选)(?:项|写)?|可(?:空|为空|不填|多选|下拉|选择)|[单多]选|勾选|点选|打[√勾对]|留空)(?:项|栏)?"
    r"|(?:(?:可|从)?下拉|选择|不填|格式|(?:文本|数值|日期|常规)格式|(?:精确|具体|细化)到|取整|保留|四舍五入|最多|至多|不超过|至少|多[个项]|详见|限[填选\d]).*"
    r"|(?:请|须|需|应|务必)(?:与|用|以|选|按|精确|保留|核对|见|参|确保).*|(?:请?勿|不要|不得|不可).*"
    r"|[如若]?(?:没有|无)(?:的|者)?(?:则|请|可|不|留|填).*|[如若]有(?:的?(?:请|则|须|可).*)?"
    r"|按照?.+(?:填写?|填报|报送|分类|标准|划分|口径)|以.+为准|[与同].+一致|[以用].+(?:分隔|隔开|分开|间隔)"
    r"|(?:参?见|参照|参考)(?:附|说明|注|下|右|左|备注|填).*|\d+位.*|[\d一二三四五六七八九十百]+个?(?:汉?字|字符)(?:以内)?"
    r"|准确|真实|清楚|正确|如实"
    r"|(?:optional|required|mandatory|please|if\s*any|one\s*per|separated|separate|select|\d+\s*(?:digits|characters)|drop.?down|format).*"
    r")"
)
_FOOTNOTE = re.compile(r"注?\d{0,2}|注[一二三四五六七八九十]?|[a-d]")
_PLACE_LEVELS = (
    r"(?:省|自治区|直辖市|地级市|市|州|区|县|城市|省级|市级|区级|县级|区县|市县)+|(?:详细|具体|完整|注册|登记)(?:地址)?"
)
_REGISTERED = r"(?:工商|营业执照)(?:登记|注册|上|所载)?(?:的?(?:名称|全称|地址|日期|时间|信息))?|登记|注册"
_FIGURE = (
    r"(?:不?含|未)税|(?:已|经|未|未经)?审计(?:后|报告|口径)?(?:数据?|值)?|(?:合并|单体|统计|税务|财务|会计|报表|年报|财报)(?:口径|报表)?(?:数据?)?"
    r"|实际(?:数|值)?|决算数?|金额|数额|数量|数值|数字|数|总数|总量|总额|总计|合计|整数|小数|阿拉伯数字|大于0|含劳务派遣|认缴"
    r"|(?:金额|货币|计量)?单位|币种|币别"
    r"|年|year|end|audited|unaudited|total|consolidated|actual|integer|number|in|of|the|as|at|fy|incl|tax"
)
_STAGES = (
    r"概念|研发|小试|中试|试产|试验|临床(?:前|试验)?|[ⅰⅱⅲi]{1,4}期临床|示范|应用示范|量产|规模化|产业化|商业化|上市|初创期?|种子期?|成长期?"
    r"|发展期?|扩张期?|成熟期?|已?上市|未融资|不需要融资|(?:种子|天使|pre-?|[a-f])[a-f]?\+?轮?|战略投资|ipo"
)
_MEANS = "(?:为|=|:|-|代表|表示)?"
_YES = rf"(?:1{_MEANS})?(?:是|有|yes|y)(?:{_MEANS}1)?"
_NO = rf"(?:0{_MEANS})?(?:否|无|不是|没有|no|n)(?:{_MEANS}0)?"
_NAMES = "(?:中文|工商|规范)?(?:全称|名称)|中文|盖章|公章|加盖公章|规范|现用名?|法定|全名|chinese|fullname|inchinese"
_WORDS = {
    kind: re.compile(words)
    for kind, words in {
        Kind.TEXT: rf"{_NAMES}|{_REGISTERED}",
        Kind.CODE: rf"三证合一|五证合一|数字或字母|数字和字母|{_REGISTERED}",
        Kind.PLACE: rf"{_PLACE_LEVELS}|{_REGISTERED}|province|city|county|district",
        Kind.DATE: rf"[年月日/.\-ymd\s]+|首次|{_REGISTERED}|含当日|dateformat",
        Kind.FLAG: rf"{_YES}(?:[、/或和]?{_NO})?|{_NO}|[√×x✓✗]",
        Kind.LIST: rf"{_STAGES}|主要|重点|核心|国民经济(?:行业)?(?:分类)?|国标|gb/?t?\d*+(?:-\d*)?|[门大中小]类",
        Kind.ENTRY: rf"{_STAGES}|特?[大中小微]型?(?:企业)?|(?:工信部|统计局|国家|划型)标准|国标",
        **dict.fromkeys(MEASURED, _FIGURE),
    }.items()
}
_NOT_REGISTERED = re.compile(r"经营|办公|生产|通讯|邮寄|联系|office|operating|business|mailing")
_WHOSE_OWN = re.compile(r"(?:贵|本|我)?(?:企业|公司|单位)")
_COUNTED = re.compile(r"[\d一二三四五六七八九十]{1,2}$")
_ENDING = 2
"""The last characters of a name, which say what kind of thing it is: 人数, 日期."""

_AND_SO_ON = re.compile(r"(?>.+?[、/及和]).+等")
_CHOICES = re.compile(r"[^、/|]+(?:[、/|][^、/|]+)+")


def states_another(heading: str, field: ProfileField, on: date) -> bool:
    """Tell whether what stands beside a field's name makes it another thing on that day, or may make it one."""
    parts = take_apart(heading)
    if is_other_time(parts.text, field, on):
        return True
    if any(known_names().get(name) is field for name in parts.wholes):
        return False
    return any(_adds(remark, field, parts) for remark in parts.remarks)


def spoils(group: str, field: ProfileField, on: date) -> bool:
    """Tell whether the heading of a group of columns makes a column in it another thing than its own heading says."""
    text = take_apart(group).text
    if _NOTE_ABOVE.search(text):
        return False
    return is_other_time(text, field, on) or (not field.planned and _OTHER.search(text) is not None)


def is_other_thing(text: str) -> bool:
    """Tell whether words name a part, something planned, or what is another's."""
    return _OTHER.search(plain(text)) is not None


def is_other_time(text: str, field: ProfileField, on: date) -> bool:
    """Tell whether a figure is of a year that has not ended on that day, of a part of a year, or of several years."""
    if field.kind is Kind.DATE or field.planned:
        return False
    words = plain(text)
    newest, current = max(map(int, _ANY_YEAR.findall(words)), default=0), on.year
    if newest > current or (newest == current and _YEAR_END.search(words)):
        return True
    if not field.yearly:
        return False
    rest = _WHOLE_YEAR.sub(" ", words)
    return newest == current or any(form.search(rest) for form in (_SEVERAL_YEARS, _NOT_A_YEAR))


def _adds(remark: str, field: ProfileField, parts: HeadingParts) -> bool:
    """Tell whether a remark says more than a unit, a time, how to fill the column in, or its name once more."""
    stated = without_example(plain(remark))
    is_list = field.kind is Kind.LIST and (_CHOICES if field.named else _AND_SO_ON).fullmatch(stated)
    if is_list and not _OTHER.search(stated):
        return False
    return any(_adds_words(segment.strip(), field, parts) for segment in _CUT.split(stated))


def _adds_words(segment: str, field: ProfileField, parts: HeadingParts) -> bool:
    if _NOTE.fullmatch(segment) and not _OTHER.search(segment):
        return False
    segment = _ASKED.sub("", segment, count=1) if _ASKED.match(segment) else segment
    name = next((name for name in parts.names if known_names().get(name) is field), "")
    timeless = (without_time(segment), without_time(without_dates(segment)))
    return not any(all(_is_known(word, field, name) for word in _words(one, field)) for one in timeless)


def _words(segment: str, field: ProfileField) -> list[str]:
    if field.kind in _WORDS and _WORDS[field.kind].fullmatch("".join(segment.split())):
        return []
    return words_left([segment], field.kind) if field.kind in MEASURED else split_words(segment)


def _is_known(word: str, field: ProfileField, name: str) -> bool:
    folded = fold(word).removeprefix("已")
    if not folded or (_FOOTNOTE.fullmatch(folded) and field.kind is not Kind.FLAG) or _WHOSE_OWN.fullmatch(folded):
        return True
    if field.kind in _WORDS and (_WORDS[field.kind].fullmatch(folded) or _NOTE.fullmatch(folded)):
        return not _OTHER.search(folded)
    if field.kind is Kind.PLACE and _NOT_REGISTERED.search(folded) and not _NOT_REGISTERED.search(name):
        return False
    known = known_names()
    if any(known.get(one) is field for one in (folded + name, name + folded, folded + name[-_ENDING:])):
        return True
    if field.kind is Kind.LIST:
        word = _COUNTED.sub("", word)
    return bool(word) and recognise(word) is field


_STATED_FIGURE = re.compile(r"(?<![\d,.])[,.]*+\d[\d,.]*+\s*+[十百千万亿元]")
"""A figure among the units: a threshold, no unit."""

LONGEST_ABOVE = 1_000
"""Characters of a text above the headings that are read for each column below it."""


def groups_above(row: Sequence[str], merged: Collection[int], headings: Sequence[str]) -> dict[int, str]:
    """Return, by column, what is stated of it in the row above, with merged cells repeated in every column they cover.

    A text that is not merged counts when it names a unit; it holds up to the next one, unless it is a unit and nothing
    else. Of a title over the whole table only the unit counts.
    """
    texts = [text[:LONGEST_ABOVE] for text in row]
    covering = dict(_covering([*texts, *[""] * (len(headings) - len(row))], merged))
    whole = len({*covering.values()}) == 1 and all(place in covering for place, text in enumerate(headings) if text)
    return {
        place: stated
        for place, text in covering.items()
        if place < len(headings) and (stated := _units_of(text) if whole or is_unit(text) else text)
    }


def _covering(row: Sequence[str], merged: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield each column with the text over it."""
    over = ""
    for place, text in enumerate(row):
        if text or place in merged:
            over = "" if place in merged or is_unit(text) else text
        if (stated := text or over) and (place in merged or _units_of(stated)):
            yield place, stated


@lru_cache(maxsize=256)
def _units_of(text: str) -> str:
    """Return the units of money that a text names, in brackets as a heading has them."""
    units = (text,) if is_unit(text) else filter(_is_of_money, take_apart(text).units)
    joined = "；".join(unit for unit in units if not _STATED_FIGURE.search(unit))
    return f"（{joined}）" if joined else ""


def _is_of_money(words: str) -> bool:
    unit = unit_of_group([words])
    return unit.unclear or unit.factor is not None


ROWS_ABOVE = 20
"""Titles and notes that may stand above the headings."""

_SHOWN_HEADINGS = 8
_TWO = 2
_YEAR_FIGURE = re.compile(r"(?:19|20)\d\d\.0")


def count_headings(texts: Sequence[str], mapping: Mapping[str, str]) -> int:
    """Return how many different fields a row of texts names."""
    mapped = {fold(name) for name in mapping}
    fields: set[str] = set()
    for text in texts:
        if not text:
            continue
        if mapped and fold(text) in mapped:
            fields.add(text)
        elif (field := recognise(text)) and field.kind is not Kind.IGNORED:
            fields.add(field.id)
    return len(fields)


def field_of(heading: str, mapping: Mapping[str, str]) -> ProfileField | None:
    """Return the field that a column is: the one that `mapping` gives its heading, else that which the heading says."""
    reported = next((target for name, target in mapping.items() if fold(name) == fold(heading)), "")
    return recognise(reported or heading)


def find_header(rows: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> int | None:
    """Return the index of the row that names the most fields, the first of equals; None when none names any."""
    counts = [count_headings(row, mapping) for row in rows[: ROWS_ABOVE + 1]]
    best = max(counts, default=0)
    return counts.index(best) if best else None


_OF_A_COMPANY = re.compile(
    r".{2,}(?:公司|集团|厂|合作社|研究院|研究所|工作室|合伙\)?|合伙）)|[0-9][0-9A-HJ-NPQRTUWXY]{17}"
)


def begins_with_a_company(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a table without headings begins at once with a company: its name or its code stands there."""
    first = next((row for row in rows if any(row)), ())
    return any(_OF_A_COMPANY.fullmatch(text) for text in first)


def join_headings(texts: Sequence[str], on: date) -> str:
    """Return what a column is called by the texts above one another.

    It is the lowest that says it alone, with the times above it, else all of them; what stands below a heading that
    is understood is taken as a remark on it.
    """
    distinct = list(dict.fromkeys(_as_text(text) for text in texts if text))
    if len(distinct) < _TWO:
        return "".join(distinct)
    joined, (*upper, lowest) = " ".join(distinct), distinct
    field, whole = recognise(lowest), recognise(joined)
    if field and (whole in (None, field) or field.kind is Kind.PLACE):
        is_joined = any(spoils(group, field, on) or (whole and not fold(without_time(group))) for group in upper)
        return joined if is_joined else lowest
    if whole:
        return joined
    remarked = f"{distinct[0]}（{'，'.join(distinct[1:])}）"
    field = recognise(remarked)
    return remarked if field and not states_another(remarked, field, on) else joined


def _as_text(text: str) -> str:
    """Return what stands in a cell of headings; a year that a workbook holds as a figure is one."""
    return text.removesuffix(".0") if _YEAR_FIGURE.fullmatch(text) else text


def headings_of(texts: Sequence[Sequence[str]], block: tuple[int, int], on: date) -> list[str]:
    """Return the headings of a table, read on a day; `block` are the first and the last of the rows they stand in."""
    rows = texts[block[0] : block[1] + 1]
    width = max(map(len, rows))
    return [join_headings([row[column] for row in rows if column < len(row)], on) for column in range(width)]


def groups_of(texts: Sequence[Sequence[str]], block: tuple[int, int], headings: Sequence[str]) -> dict[int, str]:
    """Return, by column, what stands in the rows of headings above the text that its heading is."""
    rows = texts[block[0] : block[1]]
    upper = [
        " ".join(dict.fromkeys(row[column] for row in rows if column < len(row))) for column in range(len(headings))
    ]
    return {column: text for column, text in enumerate(upper) if text and text != headings[column]}


def two_lines(texts: Sequence[Sequence[str]], place: int, on: date) -> tuple[list[list[str]], tuple[int, int]]:
    """Return the rows and which of them, first and last, are the headings, where nothing tells of merged cells.

    A row below the headings is one too when it says only what the columns of groups are; of two rows of headings the
    groups in the upper one are repeated over all their columns.
    """
    rows = [list(row) for row in texts]
    for top in (place, place - 1):
        if 0 <= top < len(rows) - 1 and _are_two_lines(rows[top], rows[top + 1], on, below=top == place):
            rows[top] = _repeat_groups(rows[top], rows[top + 1])
            return rows, (top, top + 1)
    return rows, (place, place)


def _are_two_lines(upper: Sequence[str], lower: Sequence[str], on: date, *, below: bool) -> bool:
    """Tell whether two rows are the groups of columns and the columns; `below` tells that the upper was found."""
    upper, lower = zip(*zip_longest(upper, lower, fillvalue=""), strict=True)
    width = len(upper)
    owners = [next((upper[left] for left in range(column, -1, -1) if upper[left]), "") for column in range(width)]
    filled = [column for column in range(width) if lower[column]]
    if not below:
        alone = [upper[column] for column in range(width) if upper[column] and not lower[column]]
        grouped = any(not upper[column] and owners[column] for column in filled)
        return grouped and bool(alone) and all(map(recognise, alone))
    named = [recognise(upper[column]) is None and recognise(lower[column]) is not None for column in filled]
    starts = [not upper[column] or (column + 1 < width and not upper[column + 1]) for column in filled]
    if not all(map(operator.or_, named, starts)) or not (any(named) or any(not upper[column] for column in filled)):
        return False
    return all(_is_part_of_heading(_as_text(lower[column]), owners[column], on) for column in filled)


def _is_part_of_heading(text: str, group: str, on: date) -> bool:
    """Tell whether a text below the heading of a group says which of its columns it is."""
    field = recognise(group)
    if not group or (field and field.kind in (Kind.DATE, Kind.TEXT, Kind.CODE)):
        return False
    if not fold(without_time(text)):
        return field is None or field.kind in MEASURED
    if text[0].isdigit() and not take_apart(text).year:
        return False
    if is_unit(text) or recognise(text) or fold(group + text) in known_names():
        return True
    if field and field.kind not in MEASURED:
        return False
    return is_other_thing(text) or (field is not None and not states_another(f"{group}（{text}）", field, on))


def _repeat_groups(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the upper row with the heading of each group over every column of it that the lower row names."""
    repeated, group = list[str](), ""
    for own, below in zip_longest(upper, lower, fillvalue=""):
        group = own or group
        repeated.append(own or (group if below else ""))
    return repeated


def no_heading(rows: Sequence[Sequence[str]]) -> TableRefusedError:
    """Return the refusal of a table whose headings are not understood, with what was found and what is nearest."""
    fullest = max(rows[: ROWS_ABOVE + 1], key=lambda row: sum(bool(text.strip()) for text in row), default=())
    texts = [printable(" ".join(text.split()), 20) for text in fullest if text.strip()][:_SHOWN_HEADINGS]
    pairs = [(text, near) for text in texts if (near := nearest_heading(text))]
    shown = "、".join(f"“{text}”→“{near}”" for text, near in pairs)
    refusal = TableRefusedError(
        "no_heading_but_near" if shown else "no_heading", seen="、".join(texts) or "-", nearest=shown
    )
    refusal.headings = tuple(fullest)
    return refusal
