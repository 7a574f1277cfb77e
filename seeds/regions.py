"""The regions as one vocabulary: divisions by code (regions.json), functional zones and groups of cities (zones.yaml).

Knows names, codes and what lies in what; reading what people type is the work of matcher/places/reader.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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
