"""Names of public bodies in a line, and the place that each speaks for: 广州市公安局, 国家税务总局, 中共柳河县委.

Knows how such names begin (a place, or a body of the state) and end; whether a body issued anything is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from seeds.regions import COUNTRY, Level, names_in_prose
from seeds.vocabulary import Vocabulary

_STATE = (
    "国务院国有资产监督管理委员会", "中国证券监督管理委员会", "国家发展和改革委员会", "人力资源和社会保障部",
    "国家市场监督管理总局", "国家金融监督管理总局", "人力资源社会保障部", "国家卫生健康委员会",
    "国家药品监督管理局", "国家疾病预防控制局", "全国人民代表大会", "住房和城乡建设部", "国家中医药管理局",
    "国家林业和草原局", "国家发展改革委", "工业和信息化部", "住房城乡建设部", "国家卫生健康委",
    "国家知识产权局", "国家医疗保障局", "中国民用航空局", "文化和旅游部", "中国人民银行", "国家税务总局",
    "市场监管总局", "国务院国资委", "国家发改委", "科学技术部", "自然资源部", "生态环境部", "交通运输部",
    "农业农村部", "应急管理部", "中国证监会", "国家药监局", "国家医保局", "国家统计局", "国家能源局",
    "国家数据局", "中国科学院", "中国工程院", "国家铁路局", "中共中央", "全国人大", "海关总署", "税务总局",
    "银保监会", "中国科协", "国务院", "科技部", "财政部", "教育部", "公安部", "民政部", "司法部", "水利部",
    "农业部", "商务部", "审计署",
)  # fmt: skip
_END = re.compile(
    "人民政府(?:办公厅|办公室)?|人民代表大会(?:常务委员会)?|(?:管理)?委员会(?:办公厅|办公室)?|管委会|办公厅|办公室|研究院|科学院"
    "|总局|总署|局|厅|署|部|委|院|处|中心|行|协会"
)
_NO_NAME = re.compile("[的为向将把被其请由《》：。0-9]")
_LONGEST_NAME = 40
_LONGEST_PLACE = 14
_NTH_CONGRESS = re.compile("第[一二三四五六七八九十百]{1,5}届")


@dataclass(frozen=True, slots=True)
class Places:
    """The places that names of public bodies begin with, by every name that running text has for them."""

    regions: Vocabulary
    _by_name: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the names."""
        names: dict[str, list[str]] = {}
        for entry in self.regions.entries.values():
            if entry.kind not in (Level.GROUP, Level.COUNTRY):
                for name in names_in_prose(entry):
                    names.setdefault(name, []).append(entry.id)
        object.__setattr__(self, "_by_name", {name: tuple(dict.fromkeys(ids)) for name, ids in names.items()})

    def at(self, text: str, start: int = 0) -> tuple[str, str] | None:
        """Return the place that `text` names at `start`, the longest and the narrowest, and its name; else None."""
        found: tuple[str, str] | None = None
        at = start
        while one := self._one_at(text, at, found[0] if found else None):
            found, at = (one[0], text[start : at + len(one[1])]), at + len(one[1])
        return found

    def _one_at(self, text: str, start: int, within: str | None) -> tuple[str, str] | None:
        for length in range(min(_LONGEST_PLACE, len(text) - start), 1, -1):
            name = text[start : start + length]
            ids = self._by_name.get(name, ())
            if within is not None:
                ids = tuple(one for one in ids if one != within and self.regions.taxonomy.within(one, (within,)))
            full = tuple(one for one in ids if self.regions[one].zh == name)
            ids = full if len(ids) > 1 else ids
            if len(ids) == 1:
                return ids[0], name
        return None

    def division(self, place: str) -> str:
        """Return the division that a place is or, for a zone, lies in."""
        while self.regions[place].kind == Level.ZONE:
            above = [one for one in self.regions[place].parents if self.regions[one].kind != Level.GROUP]
            if not above:
                return COUNTRY
            place = above[0]
        return place

    def common(self, places: Iterator[str]) -> str | None:
        """Return the narrowest division that holds all of some places; None for no place."""
        divisions = [self.division(place) for place in places]
        if not divisions:
            return None
        shared = frozenset.intersection(*(self.regions.taxonomy.ancestors(one) for one in divisions))
        holding = [one for one in shared if self.regions[one].kind not in (Level.GROUP, Level.ZONE)]
        return max(holding, key=lambda one: len(self.regions.taxonomy.ancestors(one)), default=None)


def _begins(places: Places, text: str, start: int) -> int:
    """Return how many characters of a body's name stand at `start` before its kind: a place, or a body of the state."""
    for party in ("中共", ""):
        if text.startswith(party, start):
            place = places.at(text, start + len(party))
            if place:
                return len(party) + len(place[1])
    return next((len(name) for name in _STATE if text.startswith(name, start)), 0)


def parse_bodies(places: Places, line: str) -> tuple[str, ...]:
    """Return the public bodies that a line consists of, () when it says anything else.

    Several stand one behind the other, with 、, a blank or nothing between them.
    """
    bodies: list[str] = []
    for piece in re.split("[、，, ]|(?<=[局厅委部院])和(?=[\u4e00-\u9fff]{2})", line.strip()):
        found = _cut(places, piece, first=not bodies)
        if not found:
            return ()
        bodies += found
    return tuple(bodies)


def _cut(places: Places, piece: str, *, first: bool) -> list[str]:
    """Cut a run of names at each end that the beginning of another name follows."""
    bodies = []
    start = 0
    while start < len(piece):
        begins = _begins(places, piece, start)
        if not begins and (first or start):
            return []
        end = _end_of_name(places, piece, start, start + begins)
        if end is None:
            return []
        bodies.append(_NTH_CONGRESS.sub("", piece[start:end]))
        start = end
    return bodies


def _end_of_name(places: Places, piece: str, start: int, kind: int) -> int | None:
    if piece[start:kind] in _STATE and (kind == len(piece) or _begins(places, piece, kind)):
        return kind
    if _NO_NAME.search(piece, kind, start + _LONGEST_NAME):
        return None
    for end in _END.finditer(piece, kind, min(len(piece), start + _LONGEST_NAME)):
        if end.end() == len(piece) or _begins(places, piece, end.end()):
            return end.end()
    return None


def body_region(places: Places, body: str) -> str | None:
    """Return the place that a body speaks for: the country for a body of the state; None for a name without a place."""
    words = body.removeprefix("中共")
    if any(words.startswith(name) for name in _STATE):
        return COUNTRY
    place = places.at(words)
    return place[0] if place else None


def names_state_body(text: str) -> bool:
    """Say whether a text names a body of the state."""
    return any(name in text for name in _STATE)
