"""Wrong glyphs of extracted text and the right ones: radicals, invisible marks, half-width punctuation.

Knows nothing of lines or paragraphs; every mapping is one character to one character, or to nothing.
"""

from __future__ import annotations

import re
import unicodedata

# Unicode's EquivalentUnifiedIdeograph.txt for the CJK Radicals Supplement, radical and ideograph in turn.
# NFKC knows two of these only; U+2E80 has no equivalent.
_RADICALS_SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕𫜹⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母"
    "⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉"
    "⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦"
    "⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WIDE_MARKS = "\u3001-\u303f\u00b7\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
CHINESE = re.compile(f"[{_IDEOGRAPH}{_WIDE_MARKS}]")
_NARROW_TO_WIDE = str.maketrans(",:;!?()", "，：；！？（）")
# Soft hyphens, zero-width and directional marks, byte order marks; control characters but line ends and tabs.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\uffff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
# GBK's full-width spaces are decoded to these private code points by GB18030.
_PRIVATE_SPACES = re.compile("[\ue4c6\ue5e5]")


def _unify(character: str) -> str:
    return unicodedata.normalize("NFKC", character)


def _glyph_table() -> dict[int, str]:
    pairs = zip(_RADICALS_SUPPLEMENT[::2], _RADICALS_SUPPLEMENT[1::2], strict=True)
    table = {ord(radical): ideograph for radical, ideograph in pairs}
    kangxi = range(0x2F00, 0x2FD6)
    compatibility = (*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
    table.update({code: _unify(chr(code)) for code in (*kangxi, *compatibility)})
    return table


_GLYPHS = _glyph_table()


def map_glyphs(text: str) -> str:
    """Return `text` with radicals and compatibility forms unified and invisible characters deleted."""
    return _PRIVATE_SPACES.sub(" ", _INVISIBLE.sub("", text.translate(_GLYPHS)))


def _is_chinese(character: str) -> bool:
    return bool(CHINESE.match(character))


def _neighbours(line: str, index: int) -> tuple[str, str]:
    """Return the nearest characters left and right of `index` that are not white space ("" at an edge)."""
    left, right = index - 1, index + 1
    while left >= 0 and line[left].isspace():
        left -= 1
    while right < len(line) and line[right].isspace():
        right += 1
    return line[left] if left >= 0 else "", line[right : right + 1]


def _pair_brackets(line: str) -> dict[int, int]:
    """Return the index of the partner of each bracket of `line`, in either width, that has one."""
    partner: dict[int, int] = {}
    opened: list[int] = []
    for index, character in enumerate(line):
        if character in "(（":
            opened.append(index)
        elif character in ")）" and opened:
            start = opened.pop()
            partner[start], partner[index] = index, start
    return partner


def _widens_bracket(line: str, index: int, partner: int | None) -> bool:
    ends = (index,) if partner is None else (index, partner)
    closing = max(ends)
    # "(R)-3-羟基丁酸": a bracket that a hyphen follows belongs to a chemical name.
    if line[closing] == ")" and line[closing + 1 : closing + 2] == "-":
        return False
    mixed = any(line[end] in "（）" for end in ends)
    return mixed or any(_is_chinese(near) for end in ends for near in _neighbours(line, end))


def widen_punctuation(line: str) -> str:
    """Return `line` with , : ; ! ? ( ) in full width where Chinese stands beside them.

    `1,3-丙二醇`, `5,000` and `10:30` stay; both brackets of a pair always get the same width.
    """
    partners = _pair_brackets(line)
    characters = list(line)
    for index, character in enumerate(line):
        if character in "()":
            widens = _widens_bracket(line, index, partners.get(index))
        else:
            widens = character in ",:;!?" and any(_is_chinese(near) for near in _neighbours(line, index))
        if widens:
            characters[index] = character.translate(_NARROW_TO_WIDE)
    return "".join(characters)
