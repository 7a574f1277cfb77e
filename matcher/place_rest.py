"""What the words after a place say of it: a finer part of it, or something merely called after it.

广州市 before 长安路 is the city; 中山 before 路 is a street anywhere; 深圳 before 大学 stands there, perhaps.
"""

from __future__ import annotations

import re

from matcher.gazetteer import Gazetteer
from matcher.place_parts import Chain, Writing
from seeds.regions import COUNTRY, Level

# A street, town or house that is called after a place and may stand anywhere (南京路, 中山镇).
_NAMED_AFTER = re.compile(
    r"[东南西北中]?(?:[一二三四五六七八九十]?(?:路|街|大道|巷|弄)|(?:镇|乡|村|桥|大厦|广场|酒店|宾馆|公园)(?![^0-9]))"
)
# What is called after the place because it stands there (合肥西站, 深圳大学): worth an offer.
_SEATED = re.compile(r"[东南西北]?(?:站(?!前)|.{0,4}机场|港(?![^0-9])|.{0,4}大学|.{0,3}学院|.{0,4}医院|银行|公司|集团)")
_ORGANISATION = re.compile(
    r"公司|集团|大学|学院|学校|医院|研究院|研究所|实验室|银行|事务所|协会|委员会|管委会|政府|厂$|局$|中心$"
)
_SETTLEMENT = re.compile(
    r"[^路街道巷]{0,8}?(?:镇|乡|街道|苏木|开发区|高新区|经开区|新区|园区|产业园|工业园|科技园|保税区|示范区|合作区|片区)"
)
_BARE_TYPE = re.compile(r"省|市|区|县|旗|盟|州|镇|乡|村|街道")
_ANOTHER_TYPE = re.compile(r"[市区县旗盟州]")
_ADDRESS_END = re.compile(r"(?:镇|乡|街道|街|路|大道|巷|号|楼|室|层|栋|座|园|园区|村|社区|大厦|中心|广场)$")
_QUARTER = re.compile(r"[东南西北中新老]?城?区")
"""东城区, 南区: counties somewhere, and what quarters of any other city are called."""

_SHORTEST_OWN = 3


def back_off(chain: Chain, writing: Writing, gazetteer: Gazetteer) -> Chain:
    """Give back a last short name that belongs to the words after it (广州 | 黄埔大道, 南山区 | 南山街道)."""
    while chain.parts and not chain.parts[-1].own and not writing.closes(chain.end):
        following = writing.text(chain.end)
        seated = _SEATED.match(following) is not None and len(chain.parts) > 1
        county = not all(gazetteer.is_coarse(place) for place in chain.ids)
        retyped = _ANOTHER_TYPE.match(following) is not None and county
        if not (seated or retyped or _NAMED_AFTER.match(following)):
            break
        chain = chain.without_last()
    return chain


def is_believed(chain: Chain, writing: Writing, gazetteer: Gazetteer) -> bool:
    """Tell whether a chain at the start is surely the place, and the rest a finer part of it."""
    if not chain.parts or chain.ids == (COUNTRY,):
        return False
    last, rest = chain.parts[-1], writing.text(chain.end)
    if writing.words:
        return writing.closes(chain.end)
    if _BARE_TYPE.fullmatch(rest):
        return last.own and rest == "区"
    if _ORGANISATION.search(rest):
        return False
    kinds = {gazetteer.regions[place].kind for place in chain.ids}
    if writing.closes(chain.end) or len(_named(chain)) > 1 or (last.own and Level.GROUP not in kinds):
        return True
    return _goes_on(kinds, rest)


def _goes_on(kinds: set[str], rest: str) -> bool:
    """Tell whether a short name goes on as addresses do: a zone with anything, a city with a town or park."""
    if kinds == {Level.ZONE}:
        return True
    return kinds <= {Level.CITY, Level.PROVINCE} and _SETTLEMENT.match(rest) is not None


def is_distinct(chain: Chain, writing: Writing, gazetteer: Gazetteer) -> bool:
    """Tell whether a chain among other words is meant as a place, not a word or a quarter that is written alike."""
    if not chain.parts or chain.ids == (COUNTRY,):
        return False
    first, last = chain.parts[0], chain.parts[-1]
    name = writing.text(first.start, first.end)
    everyday = any(gazetteer.is_everyday(place) for place in chain.ids)
    if len(_named(chain)) > 1 or (all(gazetteer.is_coarse(place) for place in chain.ids) and not everyday):
        return not (last.start > 0 and not last.own and _SEATED.match(writing.text(chain.end)))
    if first.own:
        return len(name) >= _SHORTEST_OWN and _QUARTER.fullmatch(name) is None
    return first.start == 0 and not everyday


def ends_an_address(text: str) -> bool:
    """Tell whether the words before a place end as a finer part of it would: 长安镇, 科技园, 5号."""
    return _ADDRESS_END.search(text) is not None


def _named(chain: Chain) -> tuple[object, ...]:
    """Return the parts that narrow the place down: all but the country."""
    return tuple(part for part in chain.parts if part.ids != (COUNTRY,))
