"""A heading taken apart: the field its name stands for, what stands beside the name, the nearest known name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from rules.language.facts import FactDefinition, FactType
from seeds.profile_fields import Kind, ProfileField, profile_fields
from seeds.vocabulary import Vocabulary, fold, simplify
from service.intake.headings.units import is_unit

PROVINCE, CITY, PLACE, COUNTY = 1, 2, 3, 4

EXAMPLE_MARK = "示例："
"""A company whose name begins so is the example row of the template, and is skipped."""

BY_ID = profile_fields().by_id
FIELDS = tuple(BY_ID.values())


HEADING_CHARACTERS = 200
REMEMBERED = 4096
_OPENING, _CLOSING = frozenset("([【〔<{"), frozenset(")]】〕>}")
_MARK = "①-⓿❶-➓⁰¹²³⁴-⁹*＊※†‡§△▲▽▼☆★◆◇○●◎"
_MARKS = re.compile(rf"^[{_MARK}#＃\s]+|(?:(?<![mM{_MARK}])|(?<=[mM][{_MARK}]))[{_MARK}]++(?=\s*(?:[(（\[［【〔]|$))")
"""Marks of footnotes, to be taken away before NFKC makes figures of them."""

_NUMBERING = re.compile(
    r"^\s*(?:(?:\(\s*)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[.、)]\s*)?[*※]*\s*(?:[\s*※?:]+$)?|(?<![\s*※?:])[\s*※?:]+$"
)
_GLUED_UNIT = re.compile(
    r"(.+?)[\s/_:,\-]{0,8}(?:单位:?)?((?:人民币)?(?:[十百千万亿]{0,4}元(?:人民币)?|[百千]?万|亿)|%|[千万]?人|[千万]?[件项])"
)
"""A unit that nothing separates from the name before it."""

_UNIT_ALONE = re.compile(r"(?:金额|计量|货币)?单位[\s:]")
"""A note above a table, no heading of the column of companies, which is called 「单位」 too."""

_WORD_BREAKS = re.compile(r"[\s/_:,\-]+")
_YEAR = re.compile(r"((?:19|20)\d\d)\s*(?:年度|年末|年底|年|fy)?")
_TIME = re.compile(
    r"(?:fy|截[至止]|1月?[-~至]12月|12月31日|上一?年度?[末底]?|上一?个?(?:会计年度|财年)|去年|本年度?|当年|最?近一个?(?:会计|财务)?年度?|全年|年末|期末"
    r"|年底|目前|当前|现有|最新|last year'?s?|latest|current)"
)
_WHOSE = re.compile(
    r"(?:贵|本|我)?(?:企业|公司|单位|租户|机构|申报主体)|(?:the)?(?:company|companies|enterprise|firm|tenant)s?"
)
_ASKS = re.compile(r"(?:是否|是不是|有无|有没有)?(?:已经?)?(?:为|属于?|具有|拥有|有|获得|获评|取得|通过|认定为?)?")
_OF_CERTIFICATE = re.compile(
    r"(?:(?:认定|证书|资质|称号|入库|登记|获批|获评|发证)?(?:编号|号码?|时间|日期|年份|年度|情况|级别)?)$"
)
_NOT_HELD = re.compile(r"有效期|到期|届满|截止|申请|申报|培育|拟|计划|意向|后备|潜在|数量?$|家数|个数")
_ABOUT = re.compile(r"(?:基本)?(?:情况|信息)$")
_QUESTION = re.compile(r"(?:是否|是不是|有无|有没有|is(?!o)|has|whether)(?:已)?(?:为|属于|属|具有|拥有|有)?|属于")
_KIND_OF = re.compile(r"(?:企业|公司|单位|机构|enterprises?|company|companies)$")
_COUNTERS, _LONGEST_COUNTER = "0123456789一二三四五六七八九十", 2
_LIKE, _ROUGHLY_LIKE, _STRETCH = 0.6, 0.4, 2
_STRETCH_LATIN = 4


@dataclass(frozen=True, slots=True)
class HeadingParts:
    """Ways to look up a heading's name, the texts that may be its unit, and the latest year named.

    `wholes` are the names that leave nothing of the heading out, `remarks` what stands in brackets, `text` is all.
    """

    names: tuple[str, ...]
    wholes: tuple[str, ...]
    units: tuple[str, ...]
    remarks: tuple[str, ...]
    text: str
    year: int


@cache
def known_names() -> dict[str, ProfileField]:
    """Return folded name -> field."""
    known: dict[str, ProfileField] = {}
    for field in FIELDS:
        for name in (field.id, *field.headings):
            known.setdefault(fold(name), field)
    return known


def recognise(heading: str) -> ProfileField | None:
    """Return the field that a heading names, or None."""
    names = take_apart(heading).names
    found = next((field for name in names if (field := known_names().get(name))), None)
    return found or next((field for name in names if (field := _numbered(name))), None)


def _numbered(name: str) -> ProfileField | None:
    """Return the field of lists of which several columns are numbered (产品1, 产品2)."""
    found = known_names().get(bare) if (bare := name.rstrip(_COUNTERS)) != name else None
    return found if found and found.kind is Kind.LIST and len(name) - len(bare) <= _LONGEST_COUNTER else None


def certification_asked(heading: str, certifications: Vocabulary | None) -> str:
    """Return the one certification that a heading asks about, as it is called; "" where it asks about none, or more."""
    parts = take_apart(heading)
    if certifications is None or _NOT_HELD.search(parts.text):
        return ""
    for name in parts.names:
        asked = _ASKS.sub("", name, count=1)
        bare = _OF_CERTIFICATE.sub("", asked, count=1)
        for candidate in dict.fromkeys((name, asked, bare, bare.removesuffix("企业"))):
            found = certifications.find(candidate) if candidate else ()
            if len(found) == 1:
                return certifications[found[0]].zh
    return ""


_KIND_OF_FACT = {
    FactType.SET: Kind.ENTRY, FactType.NUMBER: Kind.NUMBER, FactType.MONEY: Kind.MONEY, FactType.SHARE: Kind.SHARE,
    FactType.RATE: Kind.SHARE, FactType.DATE: Kind.DATE, FactType.FLAG: Kind.FLAG, FactType.ATTESTATION: Kind.FLAG,
}  # fmt: skip


def fields_of_packs(facts: Iterable[FactDefinition]) -> dict[str, ProfileField]:
    """Return, by the names of facts that packs define, the fields that columns of these names are."""
    own = [fact for fact in facts if fact.id not in profile_fields().facts]
    return {
        fold(name): ProfileField(
            id=fact.id, kind=_KIND_OF_FACT[fact.type], headings=(fact.zh, fact.en, fact.id), fact=True,
            vocabulary=fact.vocabulary,
        )
        for fact in own
        for name in (fact.zh, f"是否{fact.zh}", fact.en, fact.id)
        if name
    }  # fmt: skip


def take_apart(heading: str) -> HeadingParts:
    """Return the parts of a heading."""
    return _parts(heading[:HEADING_CHARACTERS])


@lru_cache(maxsize=REMEMBERED)
def _parts(heading: str) -> HeadingParts:
    text = simplify(unicodedata.normalize("NFKC", _MARKS.sub("", heading.strip()))).casefold()
    text = _NUMBERING.sub("", text[:HEADING_CHARACTERS])  # one character may have become eighteen
    bare, remarks = _split_brackets(text)
    units, names = list(remarks), [text, bare]
    for name in (bare, without_time(bare)):
        if fold(name) not in known_names() and (behind := _unit_behind(name)):
            names.append(behind[0])
            units.append(behind[1])
    names += [without_time(name) for name in list(names)]
    years = [int(year) for year in _YEAR.findall(text)]
    return HeadingParts(
        names=tuple(_folded(names)),
        wholes=tuple(_folded([text, without_time(text)])),
        units=tuple(dict.fromkeys(units)),
        remarks=tuple(remarks),
        text=text,
        year=max(years, default=0),
    )


def _split_brackets(text: str) -> tuple[str, list[str]]:
    """Return what stands outside all brackets, and what stands inside each; one left open reaches to the end."""
    outside, inside, depth = "", list[str](), 0
    for character in text:
        if character in _OPENING:
            depth += 1
            if depth == 1:
                outside += " "
                inside.append("")
                continue
        elif character in _CLOSING and depth:
            depth -= 1
            if not depth:
                continue
        if depth:
            inside[-1] += character
        else:
            outside += character
    return outside.strip(), [remark.strip() for remark in inside]


def without_time(name: str) -> str:
    """Return words without the years and the times of a whole year, or of its end, in them."""
    return _TIME.sub("", _YEAR.sub("", name)).strip()


def _unit_behind(name: str) -> tuple[str, str] | None:
    """Return the name and the unit behind it: the longest run of last words that is one, or one glued to the name."""
    breaks = list(_WORD_BREAKS.finditer(name))
    if _UNIT_ALONE.match(name):
        return None
    for found in breaks:
        if found.start() and is_unit(name[found.end() :]):
            return name[: found.start()], name[found.end() :]
    glued = _GLUED_UNIT.fullmatch(name)
    return (glued[1], glued[2]) if glued else None


def _folded(names: Iterable[str]) -> Iterator[str]:
    """Yield the names folded, each once, then without whose they are and 「情况」."""
    folded = dict.fromkeys(filter(None, map(fold, names)))
    for name in list(folded):
        short = _ABOUT.sub("", name)
        whose = _WHOSE.match(short)
        folded.update(dict.fromkeys(filter(None, (short, short[whose.end() :] if whose else ""))))
    return iter(folded)


@cache
def _shown_names() -> dict[str, str]:
    return {
        fold(name): name for field in FIELDS if field.kind is not Kind.IGNORED for name in (field.id, *field.headings)
    }


@cache
def _names_by_pair() -> dict[tuple[str, str], list[str]]:
    """Return two neighbouring characters -> the folded names that have them."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in _shown_names():
        for pair in set(pairwise(name)):
            found[pair].append(name)
    return found


def nearest_heading(heading: str) -> str:
    """Return the known heading that is nearest, "" when none has anything in common with it.

    It is the usual heading of its field where that is like enough too.
    """
    return _nearest(heading[:HEADING_CHARACTERS])


@lru_cache(maxsize=REMEMBERED)
def _nearest(heading: str) -> str:
    names = _parts(heading).names
    if any(_QUESTION.match(name) or _KIND_OF.search(name) for name in names):
        return _nearest_question(names)
    best, nearest, stated = max((_nearest_of(name) for name in names), default=(0.0, "", ""))
    if not best:
        return ""
    usual = known_names()[nearest].heading
    return usual if _likeness(stated, fold(usual)) else _shown_names()[nearest]


def _nearest_question(names: Iterable[str]) -> str:
    """Return the nearest heading to be answered by yes or no, by what is asked alone.

    One that asks for more than a known one asks for something else.
    """
    asked = {_KIND_OF.sub("", _QUESTION.sub("", name, count=1)) for name in names} - {""}
    likely = [(_alike(stem, known), heading) for stem in asked for known, heading in _questions()]
    best, heading = max(likely, default=(0.0, ""))
    return heading if best >= _LIKE else ""


@cache
def _questions() -> tuple[tuple[str, str], ...]:
    """Return what each heading of a column of yes and no asks, with the usual heading of its field."""
    flags = [field for field in FIELDS if field.kind is Kind.FLAG]
    stems = {
        _KIND_OF.sub("", _QUESTION.sub("", fold(name), count=1)): field.heading
        for field in flags
        for name in field.headings
    }
    return tuple((stem, heading) for stem, heading in stems.items() if stem)


def _alike(stem: str, known: str) -> float:
    if known != stem and known in stem:
        return 0.0
    return difflib.SequenceMatcher(None, stem, known, autojunk=False).ratio()


def _nearest_of(name: str) -> tuple[float, str, str]:
    """Return how alike the nearest of all folded names is, that name, and the one given."""
    likely = {known for pair in pairwise(name) for known in _names_by_pair().get(pair, ())}
    if name.isascii():  # a slip of the finger may leave no two neighbours of a short word in place
        likely |= set(difflib.get_close_matches(name, _shown_names(), n=1, cutoff=_LIKE))
    best, nearest = max(((_likeness(name, known), known) for known in likely), default=(0.0, ""))
    return best, nearest, name


def _likeness(name: str, known: str) -> float:
    """Return from 0 to 1 how alike two names are, 0 when too little of them is the same."""
    matcher = difflib.SequenceMatcher(None, name, known, autojunk=False)
    if matcher.quick_ratio() < _ROUGHLY_LIKE:
        return 0.0
    likeness = matcher.ratio()
    stretch = matcher.find_longest_match().size
    needed = _STRETCH_LATIN if name.isascii() else _STRETCH
    return likeness if likeness >= _LIKE or (likeness >= _ROUGHLY_LIKE and stretch >= needed) else 0.0
