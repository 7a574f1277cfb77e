"""The regions as one vocabulary: divisions by code, zones and groups of cities; and the bodies that speak for them.

Knows names, codes and what lies in what; reading what people type is the work of matcher/places/reader.py.

Knows how such names begin (a place, or a body of the state) and end; whether a body issued anything is told elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from seeds.faults import Fault, SeedError, load_yaml
from seeds.vocabulary import Entry, Vocabulary, build_vocabulary, parse_entry

COUNTRY = "CN"
DIVISIONS_FILE = "regions.json"
ZONES_FILE = "zones.yaml"
_DIVISION_KEYS = frozenset({"code", "zh", "short", "en", "spelled", "former", "former_codes", "everyday"})


class Level(StrEnum):
    """What kind of place an id is; it is the `kind` of its entry."""

    COUNTRY = "country"
    GROUP = "group"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    ZONE = "zone"


_SHORTEST_IN_PROSE = 2
_SHORTEST_OF_EVERYDAY = 3
_UNNAMED = frozenset({Level.COUNTRY, Level.GROUP})


def load_regions(folder: Path) -> Vocabulary:
    """Load `regions.json` and `zones.yaml` from `folder`; raise SeedError naming every fault with its pointer.

    Ids are codes of six digits, `zone:…`, `group:…` and `CN`; the `extra` of a division has `short`, `former`,
    `former_codes` and `everyday`.
    """
    rows = _division_rows(folder / DIVISIONS_FILE)
    zones, other_names = _zone_rows(folder / ZONES_FILE)
    placed = _with_groups([*_divisions(rows, other_names), *zones])
    faults = list(_dangling(placed, other_names))
    if faults:
        raise SeedError(faults)
    return build_vocabulary("regions", placed)


def level(regions: Vocabulary, region_id: str) -> Level:
    """Return the level of a region; KeyError when there is no such id."""
    return Level(regions[region_id].kind)


def region_label(regions: Vocabulary, region_id: str, language: str = "zh") -> str:
    """Return the name with what it lies in: 安徽省合肥市长丰县, or Changfeng, Hefei, Anhui."""
    path = [regions[part] for part in _path(regions, region_id)]
    if language == "en":
        return ", ".join(entry.label("en") for entry in reversed(path))
    own = path[-1].zh
    # A zone's own name may begin with what it lies in: 广州开发区 needs no 广州市 before it.
    begins = own.removeprefix("中国（").startswith
    return "".join(entry.zh for entry in path[:-1] if not begins(tuple(entry.extra.get("short", ())))) + own


def names_in_prose(entry: Entry) -> tuple[str, ...]:
    """Return the Chinese names by which running text may mean this place.

    A short name that running text also has by chance (资源, 合作, 和平 …) is left out; so are single characters.
    """
    shortest = _SHORTEST_OF_EVERYDAY if entry.extra.get("everyday") else _SHORTEST_IN_PROSE
    return tuple(name for name in (entry.zh, *entry.names) if len(name) >= shortest and not name.isascii())


def parent_code(code: str, known: Mapping[str, object]) -> str:
    """Return the code of the division that a division lies in: its city where there is one, else its province."""
    if code.endswith("0000"):
        return COUNTRY
    city = f"{code[:4]}00"
    return city if city != code and city in known else f"{code[:2]}0000"


def _path(regions: Vocabulary, region_id: str) -> list[str]:
    """Return the divisions from the province down to `region_id`; a zone stands in its city, a group alone."""
    path = [region_id]
    if regions[region_id].kind == Level.GROUP:
        return path
    while above := [part for part in regions[path[0]].parents if regions[part].kind not in _UNNAMED]:
        path.insert(0, above[0])
    if regions[region_id].kind == Level.ZONE:
        path = [part for part in path[:-1] if regions[part].kind in (Level.PROVINCE, Level.CITY)] + path[-1:]
    return path


def _division_rows(path: Path) -> dict[str, Mapping[str, Any]]:
    try:
        data = json.loads(path.read_text("utf-8"))
        entries = data["entries"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        fault = Fault(file=path.name, pointer="", code="cannot_be_read", params={"reason": str(error)})
        raise SeedError([fault]) from error
    faults = [
        Fault(file=path.name, pointer=f"/entries/{position}", code="division_keys")
        for position, row in enumerate(entries)
        if not isinstance(row, dict) or not {"code", "zh", "en"} <= set(row) <= _DIVISION_KEYS
    ]
    if faults:
        raise SeedError(faults)
    return {row["code"]: row for row in entries}


def _divisions(rows: Mapping[str, Mapping[str, Any]], other_names: Mapping[str, list[str]]) -> Iterator[Entry]:
    called: dict[str, list[str]] = {}
    for code, row in rows.items():
        called.setdefault(row["zh"], []).append(code)
    for code, row in rows.items():
        short = (row["short"],) if "short" in row else ()
        former = tuple(row.get("former", ()))
        alone = (name for name in former if _says_enough(name, code, called.get(name, ())))
        yield Entry(
            id=code,
            zh=row["zh"],
            en=row["en"],
            names=(*short, *row.get("spelled", ()), *other_names.get(code, ()), *alone),
            parents=(parent_code(code, rows),),
            kind=_division_level(code),
            source="GB/T 2260",
            extra={
                "short": short,
                "former": former,
                "former_codes": tuple(row.get("former_codes", ())),
                "everyday": bool(row.get("everyday")),
            },
        )


def _says_enough(former: str, code: str, present: Sequence[str]) -> bool:
    """Tell whether a former name is understood alone: 襄樊 and 萝岗区, but not 三山 of a county.

    宿州市 was also a part of what is 宿州市 today, which alone is meant; 江北区 of 重庆 and 江北区 of 宁波 may both be.
    """
    if any(other[:4] == code[:4] for other in present):
        return False
    return code.endswith("00") or former.endswith(("市", "区", "县", "旗", "州"))


def _division_level(code: str) -> Level:
    if code.endswith("0000"):
        return Level.PROVINCE
    return Level.CITY if code.endswith("00") else Level.COUNTY


def _zone_rows(path: Path) -> tuple[list[Entry], Mapping[str, list[str]]]:
    data = load_yaml(path)
    if not isinstance(data, dict) or data.get("schema") != 1 or not isinstance(data.get("entries"), list):
        raise SeedError([Fault(file=path.name, pointer="", code="needs_entries")])
    faults = [
        Fault(file=path.name, pointer=f"/entries/{position}", code=code, params=params)
        for position, raw in enumerate(data["entries"])
        for code, params in _zone_problems(raw)
    ]
    if faults:
        raise SeedError(faults)
    return [parse_entry(raw) for raw in data["entries"]], data.get("names", {})


def _zone_problems(raw: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the code and the parameters of the first thing that is wrong with an entry."""
    if not isinstance(raw, dict) or not all(isinstance(raw.get(key), str) for key in ("id", "zh", "en", "kind")):
        yield "zone_keys", {}
    elif unknown := sorted(set(raw) - set(Entry.__dataclass_fields__)):
        yield "unknown_keys", {"keys": tuple(unknown)}
    elif raw["kind"] not in (Level.ZONE, Level.GROUP, Level.COUNTRY):
        yield "zone_kind", {"kind": raw["kind"]}
    elif not raw.get("parents") and raw["kind"] != Level.COUNTRY:
        yield "zone_without_parent", {}


def _with_groups(listed: Sequence[Entry]) -> list[Entry]:
    """Give each member of a group that group as a further parent."""
    groups: dict[str, list[str]] = {}
    for entry in listed:
        for member in entry.extra.get("members", ()):
            groups.setdefault(member, []).append(entry.id)
    return [replace(entry, parents=(*entry.parents, *groups.get(entry.id, ()))) for entry in listed]


def _dangling(listed: Sequence[Entry], other_names: Mapping[str, list[str]]) -> Iterator[Fault]:
    known = {entry.id for entry in listed}
    wanted = [(entry.id, target) for entry in listed for target in (*entry.parents, *entry.extra.get("members", ()))]
    for place, target in [*wanted, *(("names", code) for code in other_names)]:
        if target not in known:
            yield Fault(file=ZONES_FILE, pointer=f"/{place}", code="names_no_region", params={"region": target})


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
