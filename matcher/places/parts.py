"""An input cut into places that lie in one another (安徽省 | 合肥市 | 长丰县), and what the words after say of them.

广州市 before 长安路 is the city; 中山 before 路 is a street anywhere; 深圳 before 大学 stands there, perhaps.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.places.gazetteer import Gazetteer, Ids, fold_latin
from seeds.regions import COUNTRY, Level
from seeds.vocabulary import fold
from seeds.word_lists import word_lists

_CHINESE = re.compile("[㐀-鿿豈-﫿]")
_BETWEEN_PARTS = re.compile(r"[\s,、。/\\|;:·•・>→_()\[\]{}<>《》【】〔〕—–-]+")
_BETWEEN_PHRASES = re.compile(r"[,;/|\n、。()]+")
_BETWEEN_WORDS = re.compile(r"[\s_·•-]+")
_TYPES = word_lists().place_types
_TYPE_WORD = re.compile("|".join((*word_lists().place_fillers, *_TYPES)))
_PREFECTURE = "地区"
_MOST_WORDS = 14


@dataclass(frozen=True, slots=True)
class Writing:
    """An input as `units` (a text of characters, or words where it is Latin) and the `bounds` between its phrases."""

    units: Sequence[str]
    bounds: frozenset[int]
    words: bool

    def text(self, start: int, end: int | None = None) -> str:
        """Return the units from `start` to `end` as text."""
        return " ".join(self.units[start:end]) if self.words else str(self.units[start:end])

    def name(self, start: int, end: int) -> str:
        """Return the units from `start` to `end` as names are indexed."""
        return "".join(self.units[start:end]) if self.words else str(self.units[start:end])

    def closes(self, position: int) -> bool:
        """Tell whether a phrase ends at `position`."""
        return position == len(self.units) or position in self.bounds


@dataclass(frozen=True, slots=True)
class Part:
    """One name in the input: where it stands, which places it left, and whether it is their name in full."""

    start: int
    end: int
    ids: Ids
    own: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """Parts that lie in one another, the places they leave, and where they end."""

    end: int
    ids: Ids = ()
    parts: tuple[Part, ...] = ()

    def without_last(self) -> Chain:
        """Return the chain as it was before its last part."""
        parts = self.parts[:-1]
        return Chain(parts[-1].end, parts[-1].ids, parts) if parts else Chain(self.parts[0].start)

    def longer_than(self, other: Chain) -> bool:
        """Tell whether this chain covers more, or as much with fewer parts."""
        return (self.end, -len(self.parts)) > (other.end, -len(other.parts))


def split_writing(text: str) -> Writing:
    """Fold an input and cut it into units."""
    plain = unicodedata.normalize("NFKC", text)
    words = _CHINESE.search(plain) is None
    phrases = _BETWEEN_PHRASES.split(plain) if words else _BETWEEN_PARTS.split(plain)
    units: list[str] = []
    bounds: set[int] = set()
    for phrase in phrases:
        bounds.add(len(units))
        units += filter(None, map(fold_latin, _BETWEEN_WORDS.split(phrase))) if words else fold(phrase)
    return Writing(units if words else "".join(units), frozenset(bounds - {0, len(units)}), words)


def run_together(writing: Writing) -> Writing:
    """Return Latin words as one run of letters (hefeichangfeng), for inputs without spaces."""
    return Writing("".join(writing.units), frozenset(), words=False)


def read_chain(writing: Writing, start: int, gazetteer: Gazetteer) -> Chain:
    """Return the chain of places from `start` that covers most; an empty one when no place stands there."""
    return _follow(writing, Chain(start), gazetteer)


def _follow(writing: Writing, chain: Chain, gazetteer: Gazetteer) -> Chain:
    """Return the longest chain that goes on from `chain`, or `chain` itself."""
    best = chain
    for longer in _steps(writing, chain, gazetteer):
        followed = _follow(writing, longer, gazetteer)
        if followed.longer_than(best):
            best = followed
        if best.end == len(writing.units) or followed.end > longer.end:
            break  # a shorter name here would leave the next name in pieces
    return best


def _steps(writing: Writing, chain: Chain, gazetteer: Gazetteer) -> Iterator[Chain]:
    """Yield the chain with each further part that may stand at its end, the longest name first."""
    in_prefecture = bool(chain.parts) and chain.end > chain.parts[-1].end and _is_prefecture(writing, chain)
    for end in _ends(writing, chain.end, gazetteer):
        name = writing.name(chain.end, end)
        ids = gazetteer.narrow(chain.ids, name) or (gazetteer.in_province(chain.ids, name) if in_prefecture else ())
        if not ids:
            continue
        own = gazetteer.is_called(name, ids)
        if chain.ids != ids or own or writing.words or writing.closes(end):
            yield Chain(end, ids, (*chain.parts, Part(chain.end, end, ids, own)))
    if chain.parts:
        # Past a word that only says what kind of place was named (city, 市辖区).
        following = writing.name(chain.end, chain.end + 1) if writing.words else writing.text(chain.end)
        found = _TYPE_WORD.fullmatch(following) if writing.words else _TYPE_WORD.match(following)
        if found:
            kind = _TYPES.get(found[0], "")
            typed = tuple(place for place in chain.ids if gazetteer.regions[place].zh.endswith(kind))
            yield Chain(chain.end + (1 if writing.words else len(found[0])), typed or chain.ids, chain.parts)
        elif following.startswith(_PREFECTURE) and not chain.parts[-1].own:
            # What a county has lent its name to lay around it; cities were cut from it since (巢湖地区).
            counties = not all(gazetteer.is_coarse(place) for place in chain.ids)
            ids = tuple(dict.fromkeys(f"{place[:2]}0000" for place in chain.ids)) if counties else chain.ids
            yield Chain(chain.end + len(_PREFECTURE), ids, chain.parts)


def _is_prefecture(writing: Writing, chain: Chain) -> bool:
    return writing.text(chain.end - len(_PREFECTURE), chain.end) == _PREFECTURE


def _ends(writing: Writing, start: int, gazetteer: Gazetteer) -> Iterator[int]:
    """Yield where a name that starts at `start` may end, the longest first."""
    if writing.words:
        yield from range(min(len(writing.units), start + _MOST_WORDS), start, -1)
        return
    for length in gazetteer.lengths.get(writing.name(start, start + 2), ()):
        if start + length <= len(writing.units) and _is_whole(writing.units, start, start + length):
            yield start + length


def _is_whole(units: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a name of Latin letters or digits is no piece of a longer word or number among Chinese."""
    if not units[start].isascii() or str(units).isascii():
        return True
    return not any(0 <= i < len(units) and units[i].isascii() for i in (start - 1, end))


# A street, town or house that is called after a place and may stand anywhere (南京路, 中山镇, 江苏大厦A座).
_NAMED_AFTER = re.compile(
    r"[东南西北中]?(?:[一二三四五六七八九十]?(?:路|大?街|大?道(?!.{0,2}[镇乡街])|巷|弄|胡同|里弄)"
    r"|桥(?![^0-9]))|.?(?:[镇乡](?![江海龙平宁雄])|街道)|新?村|大厦|广场|酒店|宾馆|饭店|会馆|公园|花园|花城|大桥|立交"
)
# What is called after the place because it stands there (合肥西站, 深圳大学): worth an offer.
_SEATED = re.compile(r"[东南西北]?(?:站(?!前)|.{0,4}机场|港(?![^0-9])|.{0,4}大学|.{0,3}学院|.{0,4}医院|银行|公司|集团)")
_ORGANISATION = re.compile(
    r"公司|集团|(?:大学|学院|医院)(?![路城园创科])|学校|研究院|研究所|实验室|银行|事务所|协会|委员会|管委会|政府|厂$|局$|中心$"
)
_STREET = re.compile(r"[0-9路街巷号栋座楼室村镇乡]|大道|园区|[技业]园|大厦|附近|旁|隔壁|对面|周边|内")
_SETTLEMENT = re.compile(
    r"[^路街道巷]{0,8}?(?:开发区|高新区|经开区|新区|园区|产业园|工业园|科技园|保税区|示范区|合作区|片区)"
    r"|[^路街道巷]{2,8}?(?:镇|(?<!族)乡|街道|苏木)"
)
# What follows the short name of a province where it is an address: a place nobody knows (江苏盛泽), no street or house.
_UNKNOWN_PLACE = re.compile("(?![和及与或到至往等以之除非不没])[\u4e00-\u9fff]{2,4}")
# What follows the short name of a county where the county is meant: its own zone or one of its towns (肥东撮镇).
_COUNTY_SEAT = re.compile(
    r"(?:经济(?:技术)?开发区|经开区|高新(?:技术产业开发)?区|[^路街道巷区县市]{2,3}(?:镇|(?<!族)乡|街道))"
    r"(?![东南西北中]?[路街桥])"
)
# What makes a place a rough one: the address is near it or around it, beyond it, or it is one of several.
_VAGUE = re.compile(
    r"(?:的|市|区|县)?(?:附近|周边|周围|隔壁|旁边|旁$|对面|一带|邻近|以外|之外|除外|等(?:地|市|省|多|[两三]|$)|都市圈|经济圈|城市群|及周|地区)"
)
_BARE_TYPE = re.compile(r"省|市|区|县|旗|盟|州|镇|乡|村|街道")
_ANOTHER_TYPE = re.compile(r"[市区县旗盟州]|[山湖湾岛寺塔](?!.{0,3}[镇乡街])")
_OWN_TYPE = re.compile(r".{2,}(?:[省市县旗盟州]|(?<!地)区)")
# Evidence that a later place is another one of the company, and no street, house or name that is called after it.
_JOINED = re.compile(r"(?:[在于驻和及与或到至往赴原现兼]|[另还][有设]|地址|总部|基地|工厂|办公|注册|生产)$")
_ROLE = re.compile(
    r"总部|本部|分部|分公司|子公司|分院|分所|分行|支行|分店|分厂|办事处|代表处|工厂|厂区|厂$|生产基地|研发中心|基地|[两三]地|[两三]市"
)
_NO_CITY = re.compile(r"[场民政容郊]")
_ADDRESS_END = re.compile(r"(?:镇|乡|街道|街|路|大道|巷|号|楼|室|层|栋|座|园|园区|村|社区|大厦|中心|广场)$")
_QUARTER = re.compile(r"[东南西北中新老]?城?区|[矿郊]区")
"""东城区, 南区, 矿区: counties somewhere, and what quarters of any other city are called."""

_SHORTEST_OWN = 3
_TINY = 2
_PIECE = re.compile(".?(?:镇|乡|街道)")


def back_off(chain: Chain, writing: Writing, gazetteer: Gazetteer) -> Chain:
    """Give back a last short name that belongs to the words after it (广州 | 黄埔大道, 南山区 | 南山街道)."""
    while chain.parts and not writing.closes(chain.end):
        following = writing.text(chain.end)
        if chain.parts[-1].own:
            # 古县 is a county, 古县渡镇 a town elsewhere.
            if chain.end - chain.parts[-1].start > _TINY or not _PIECE.match(following):
                break
            chain = chain.without_last()
            continue
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
    rest = writing.text(chain.end)
    if writing.words:
        return writing.closes(chain.end)
    if _BARE_TYPE.fullmatch(rest):
        return chain.parts[-1].own and rest == "区"
    if _VAGUE.match(rest):
        return False
    if _ORGANISATION.search(rest) is None:
        return is_firm(chain, writing, gazetteer) or _goes_on(chain, writing, gazetteer)
    # A city and an organisation behind it are its name (深圳市某某公司), not where it is.
    is_name = len(_named(chain)) == 1 and not writing.closes(chain.end)
    is_name = is_name and _STREET.search(rest) is None and not rest.endswith("中心")
    return not is_name and is_firm(chain, writing, gazetteer)


def is_firm(chain: Chain, writing: Writing, gazetteer: Gazetteer) -> bool:
    """Tell whether places are named so fully that they are meant, whatever follows: in two parts, or with a type."""
    named = _named(chain)
    if len(named) > 1 or any(gazetteer.says_where(writing.name(p.start, p.end), p.ids) for p in named):
        return True
    name = writing.text(chain.parts[-1].start, chain.parts[-1].end)
    typed = chain.parts[-1].own or _OWN_TYPE.fullmatch(name) is not None
    is_group = any(gazetteer.regions[place].kind == Level.GROUP for place in chain.ids)
    is_word = _QUARTER.fullmatch(name) is not None or (
        len(name) < _SHORTEST_OWN and any(gazetteer.is_everyday(place) for place in chain.ids)
    )
    return typed and not is_group and not is_word


def _goes_on(chain: Chain, writing: Writing, gazetteer: Gazetteer) -> bool:
    """Tell whether a short name goes on as addresses do: a zone with anything, others with a town or a park."""
    if writing.closes(chain.end):
        return True
    kinds = {gazetteer.regions[place].kind for place in chain.ids}
    rest = writing.text(chain.end)
    if kinds == {Level.COUNTRY}:
        return True
    if kinds == {Level.PROVINCE} and _UNKNOWN_PLACE.fullmatch(rest) and not _STREET.search(rest):
        return True
    if kinds <= {Level.CITY, Level.PROVINCE}:
        return _SETTLEMENT.match(rest) is not None
    if any(gazetteer.is_everyday(place) and not gazetteer.is_town(place) for place in chain.ids):
        return False
    return kinds == {Level.ZONE} or (kinds == {Level.COUNTY} and _COUNTY_SEAT.match(rest) is not None)


def is_another(chain: Chain, writing: Writing, known: Chain) -> bool:
    """Tell whether a place in the rest of an address is a second place of the company, and no name called after it."""
    start, after = chain.parts[0].start, writing.text(chain.end)
    last = chain.parts[-1]
    if writing.text(last.start, last.end).endswith(("市", "省")) and _NO_CITY.match(after) is None:
        return True
    begins = start == known.end or start in writing.bounds
    if writing.words:
        return begins and writing.closes(chain.end)
    if start in writing.bounds or _ROLE.match(after):
        return True
    joined = _JOINED.search(writing.text(known.end, start)) is not None
    return (begins or joined) and writing.closes(chain.end)


def is_distinct(chain: Chain, writing: Writing, gazetteer: Gazetteer) -> bool:
    """Tell whether a chain among other words is meant as a place, not a word or a quarter that is written alike."""
    if not chain.parts or chain.ids == (COUNTRY,):
        return False
    first, last = chain.parts[0], chain.parts[-1]
    name = writing.text(first.start, first.end)
    everyday = any(gazetteer.is_everyday(place) for place in chain.ids)
    is_known = all(gazetteer.is_coarse(place) for place in chain.ids) and not everyday
    if is_known or len(_named(chain)) > 1 or gazetteer.says_where(name, first.ids):
        return not (last.start > 0 and not last.own and _SEATED.match(writing.text(chain.end)))
    if first.own:
        return len(name) >= _SHORTEST_OWN and _QUARTER.fullmatch(name) is None
    return first.start == 0 and not everyday


def ends_an_address(text: str) -> bool:
    """Tell whether the words before a place end as a finer part of it would: 长安镇, 科技园, 5号."""
    return _ADDRESS_END.search(text) is not None


def _named(chain: Chain) -> tuple[Part, ...]:
    """Return the parts that narrow the place down: all but the country."""
    return tuple(part for part in chain.parts if part.ids != (COUNTRY,))
