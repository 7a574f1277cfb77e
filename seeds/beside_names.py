"""How words, quantities, enumerators and remarks stand beside the names of products, by the lists of word_lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from itertools import pairwise
from unicodedata import normalize

from seeds.vocabulary import fold, simplify
from seeds.word_lists import word_lists


class Side(StrEnum):
    """Where something stands: before the name of a product, behind it, or anywhere beside one."""

    BEFORE = "before"
    BEHIND = "behind"
    ANY = "any"


@cache
def _words_beside(side: Side) -> frozenset[str]:
    """Return the words of `beside_names` that may stand on a side, folded."""
    words = (word for words in word_lists().beside_names.values() for word in words)
    not_here = {Side.BEFORE: lambda word: word.startswith("-"), Side.BEHIND: lambda word: word.endswith("-")}
    return frozenset(fold(word) for word in words if side is Side.ANY or not not_here[side](word))


@cache
def _lengths_beside() -> Mapping[str, tuple[int, ...]]:
    """Return how long the words are that begin with a character, the longest first."""
    found: dict[str, set[int]] = {}
    for word in _words_beside(Side.ANY):
        found.setdefault(word[:1], set()).add(len(word))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


@cache
def _specification() -> re.Pattern[str]:
    """Return what matches a quantity (20kg/袋), a class (III类, 3段) or a model with a digit (NF-8040), simplified."""
    number = r"\d{1,12}+(?:\.\d{1,6}+)?"
    unit = "[万亿千百]?(?:" + "|".join(map(re.escape, sorted(word_lists().units, key=len, reverse=True))) + ")"
    return re.compile(
        rf"[≥≤<>~±φ]?{number}(?:\s?[-~—至到×x*:]\s?{number}){{0,3}}\s?(?:{unit}){{1,2}}"
        rf"(?:[/每×x*]\s?(?:{number})?(?:{unit})){{0,2}}(?!(?<=[a-z])[a-z])"
        r"|(?:第?(?:\d{1,3}|[一二三四五六七八九十]{1,2})|[ivx]{1,4}|[a-z])[类级型段号代价联期](?![a-z0-9])"
        r"|(?=[a-zα-ω./-]{0,12}\d)[a-zα-ω\d]{1,16}(?:[./-][a-zα-ω\d]{1,16}){0,4}(?![a-z\d])"
    )


_TYPE = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]|[ivx]{1,3})[型价联代]")


def set_aside_at(folded: str, start: int) -> int:
    """Return the length of the longest Chinese word that stands beside products at a place of folded writing, or 0."""
    words = (folded[start : start + length] for length in _lengths_beside().get(folded[start : start + 1], ()))
    return next((len(word) for word in words if word in _words_beside(Side.ANY) and not word[-1].isascii()), 0)


def is_word_beside(folded: str) -> bool:
    """Tell whether a folded name is also a word that stands beside the names of products (注射液)."""
    return set_aside_at(folded, 0) == len(folded)


def without_words_beside(folded: str) -> str:
    """Return folded writing without the words of two characters or more, and the types, that stand beside products."""
    kept, at = [], 0
    while at < len(folded):
        kind = _TYPE.match(folded, at)
        aside = max(set_aside_at(folded, at), kind.end() - at if kind else 0)
        kept.append("" if aside > 1 else folded[at])
        at += max(1, aside)
    return "".join(kept)


def is_set_aside(text: str, side: Side) -> bool:
    """Tell whether a text is made of words for a side of a product's name, quantities, models and marks alone."""
    plain = simplify(normalize("NFKC", text)).casefold()
    reached = {0}
    for at in range(len(plain)):
        if at in reached:
            reached.update(_steps(plain, at, _words_beside(side)))
    return len(plain) in reached


def _steps(text: str, at: int, words: frozenset[str]) -> Iterator[int]:
    """Yield the places up to which the text from `at` on is explained; a Latin word stands alone."""
    if not fold(text[at]):
        yield at + 1
    for end in (at + length for length in _lengths_beside().get(text[at], ()) if at + length <= len(text)):
        if text[at:end] in words and not _is_inside(text, at) and not _is_inside(text, end):
            yield end
    if not _is_inside(text, at) and (match := _specification().match(text, at)):
        yield match.end()


def _is_inside(text: str, at: int) -> bool:
    """Tell whether a place is inside a Latin word or number."""
    around = text[at - 1 : at + 1] if at else ""
    return len(around) > 1 and around.isascii() and around.isalnum()


_REMARK = re.compile(r"[(（][^()（）非不停未无没拟曾兽畜禽宠农]{0,12}(?:法|工艺|来源|源|型|级|用|装|版|株|系列)[)）]")
"""A remark that says how or for what: （胶体金法）, （白蛋白结合型）; 兽用 and 非 make another thing, 已停用 none."""

_TRADEMARK = re.compile(r"[®™©℠]")
_GLUED = re.compile(r"(?<=[A-Za-z])(?=\d{1,6}(?:\.\d{1,3})?(?:%|万?吨|公斤|千克|kg))")
_LATIN_REMARK = re.compile(r"[(（][A-Za-z][A-Za-z0-9-]{1,7}[)）]")


def unmarked(text: str) -> str:
    """Return a text without the marks of brands."""
    return _TRADEMARK.sub("", text)


_NOISE_BEFORE = re.compile("^(?:主要|从事|主营|专注|研发|生产|我们|做)+")
_NOISE_BEHIND = "等|类|行业|产业|领域|方向|阶段|相关|业务|企业|公司|制造商|厂家|产品|认定|申报|支持|需求"
_NOISE_BACKWARDS = re.compile(f"^(?:{_NOISE_BEHIND[::-1]})+")
"""What ends a text is looked for from its end: from its beginning, each 等 of many would be tried for the first."""


def without_noise(text: str) -> str:
    """Return a text without the words at its beginning and at its end that name nothing (主要从事 … 等产品)."""
    return _NOISE_BACKWARDS.sub("", _NOISE_BEFORE.sub("", text)[::-1])[::-1]


def plain_name(text: str) -> str:
    """Return a text as names are looked for in it, a quantity (PHA60%) apart from the letters before it."""
    return _GLUED.sub(" ", normalize("NFKC", unmarked(text)))


def remarks_in(plain: str, names: Sequence[int]) -> list[tuple[int, int]]:
    """Return where remarks stand that name nothing, given where names start; an unknown abbreviation is one (PRRSV)."""
    latin = (match.span() for match in _LATIN_REMARK.finditer(plain))
    unknown = [(start, end) for start, end in latin if not any(start < name < end for name in names)]
    return [match.span() for match in _REMARK.finditer(plain)] + unknown


def blanked(plain: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text with blanks for some stretches of it."""
    for start, end in spans:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    return plain


def are_all_set_aside(plain: str, names: Sequence[tuple[int, int]], remarks: Iterable[tuple[int, int]]) -> bool:
    """Tell whether all around the names of a product only says of what grade, form, packing ... it is."""
    plain = blanked(plain, remarks)
    return (
        is_set_aside(plain[: names[0][0]], Side.BEFORE)
        and is_set_aside(plain[names[-1][1] :], Side.BEHIND)
        and all(is_set_aside(plain[one[1] : other[0]], Side.ANY) for one, other in pairwise(names))
    )


_LOCANT = "-0123456789,'dlnαβγε"


def is_substance(name: str) -> bool:
    """Tell whether folded writing ends as the name of a chemical substance does."""
    return name[-1:] in tuple(word_lists().other_substance_ends)


def is_other_substance(name: str, before: str, behind: str) -> bool:
    """Tell whether what stands around the name of a substance makes another substance of it, all of it folded."""
    lists = word_lists()
    if not is_substance(name):
        return False
    is_longer = behind.startswith(lists.other_substance_behind) and not behind.startswith(lists.no_other_substance)
    return is_longer or before.rstrip(_LOCANT).endswith(lists.other_substance_before)


_NUMERAL = r"(?:\d{1,2}|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_ENUMERATOR = re.compile(
    r"(?:[①-⒛❶-❿㈠-㈩•●■◆▪►✓✔]|(?:(?<=[\s、,，;；。])|^)"
    rf"(?:{_NUMERAL}[、.．)）](?!\d(?!,\d|\d?\.\d))|[·*-](?=\s))|[(（]{_NUMERAL}[)）])\s*"
)
"""1. 2、 （三） ① and bullets before the items of a list; the 2. of 2.5 and the 1, of 1,4-丁二醇 are none."""

_LABEL = re.compile(
    r"^\s*(?:(?:以?及|还有)(?!其|时)|(?:我司|我公司|本公司|公司|我们)?(?:目前|现有)?(?:主要|主营|主导|核心|拳头)?(?:的)?(?:产品|业务|品名)(?:名称)?"
    rf"(?:{_NUMERAL})?(?:主要)?(?:\s?[:：]|(?:包括|包含|有|为|是|涵盖)[:：]?)|(?:主营|品名|主要生产)\s?[:：])\s*"
)
"""What says that products follow: 主要产品为, 产品一：."""


def unlabelled(text: str) -> str:
    """Return a text without the label that says that products follow."""
    return _LABEL.sub("", text)


def listed(text: str) -> tuple[str, ...]:
    """Return the pieces between the enumerators of a list; the text itself where none stands at its beginning."""
    plain = text.strip()
    if not _ENUMERATOR.match(plain):
        return (plain,)
    return tuple(piece for piece in _ENUMERATOR.split(plain) if piece.strip())
