"""Found text into served text: one paragraph a line, layout deleted, wrong glyphs mapped, no word lost or added.

Knows how Chinese official documents are laid out, but no single document. It deletes line breaks inside
paragraphs, page numbers and running heads, markdown marks, and white space beside Chinese characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from seeds.fields import begins_field, is_label, leads_in_prose

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


_KANGXI, _COMPATIBILITY = range(0x2F00, 0x2FD6), (*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
_GLYPHS = {
    **dict(zip(map(ord, _RADICALS_SUPPLEMENT[::2]), _RADICALS_SUPPLEMENT[1::2], strict=True)),
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in (*_KANGXI, *_COMPATIBILITY)},
}


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


_PAGE_NUMBER = re.compile(
    r"[-—–―~]\s{0,9}\d{1,4}\s{0,9}[-—–―~]|第\s{0,9}\d{1,4}\s{0,9}页(?:[，,/\s]{0,9}共\s{0,9}\d{1,4}\s{0,9}页)?"
)
_BARE_NUMBER = re.compile(r"\d{1,4}")
_LEADING_MARK = re.compile(r"(?:#{1,6}(?!#)|[-+>•](?=\s+\S)|[\uf06c\uf06e\uf0b7\uf0d8\uf0fc])\s*")
_CN_NUMBER = "[一二三四五六七八九十百零〇]"
_ORDINAL = rf"第\s{{0,9}}(?:{_CN_NUMBER}{{1,7}}|\d(?:\s?\d){{0,3}})\s{{0,9}}"

# A line that begins with one of these begins a paragraph, whatever stands before it.
_OPENER = re.compile(
    rf"{_CN_NUMBER}{{1,4}}、"
    rf"|[（(]{_CN_NUMBER}{{1,4}}[）)](?![项款目条、和或至])"
    r"|\d{1,3}(?:[．、]|\.(?!\d))"
    r"|[（(]\d{1,2}[）)](?![项款目、和或至])"
    r"|[①-⑳]"
    rf"|{_ORDINAL}[编章节条](?:\s|$)"
    r"|专栏\s{0,9}\d"
    r"|附件?\s{0,9}\d{0,3}\s{0,9}[：:]|附件\s{0,9}\d{0,3}(?:\s|$)"
)
# 「……一、」 and then 「二、三等奖」: a list that a line end broke, not a number.
_BROKEN_LIST = re.compile(rf"{_CN_NUMBER}、(?:{_CN_NUMBER}[等类级期档批次、])|\d{{1,2}}、\d")
# These stand alone on their line: they end the paragraph before and begin none.
_STANDALONE = re.compile(
    r".{1,16}〔\d{4}〕\s*第?\d{1,5}号"
    r"|[（(]?\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日[）)]?"
    r"|[（(](?:征求意见稿|公开征求意见稿|送审稿|讨论稿|草案|试行|暂行|修订稿?|\d{4}年(?:版|修订))[）)]"
    r"|附件\s*+\d*+\s*+[：:]?"
)
_CLOSING = "。，、；：！？）》〉」』】〕”’％"
# A line of a table of contents (…… 12) is whole too.
_SENTENCE_END = re.compile(r"[。！？；：…][”’」』）》】〕]*$|(?<![.…·])[.…·]{4,}+\s*+\d++$")
_BRACKETED_END = re.compile(r"[。！？][（][^（）]*(?:（[^（）]*）[^（）]*)*）$")
# These always end what stands before them: a duty statement, and the last words of a broken title.
_TAIL = re.compile(r"[（(](?:责任|牵头|配合)(?:单位|部门)[：:]|的(?:通知|通告|公告|函|批复|决定)$")
_SECTION = re.compile(
    rf"(?:{_CN_NUMBER}{{1,4}}、|{_ORDINAL}[编章节]\s|专栏\s{{0,9}}\d)"
    "(?:[^，。；：]{1,40}|[^。；：]{1,20})$"
)
_TITLE_END = re.compile(
    r"(?:通知|方案|计划|办法|意见|条例|规定|措施|细则|规划|政策|公告|指南|指引|规则|决定|通告|批复|纲要)"
    r"(?:（[^（）]*）)*$"
)
_ORGAN_END = re.compile(r"(?:办公厅|办公室|人民政府|委员会|委|厅|局|部|院)$")
# Shorter than one printed line: such a line was ended by its writer, not broken by a page.
_SHORTEST_BROKEN = 22
_NARROWEST_CELL = 15
_WHOLE_NAME = re.compile("(?:企业|单位|机构|组织|个人|人员|人才|园区|基地|平台|公司|项目)(?:等)?$")
_LONGEST_LISTING_HEAD = 30
"""No heading that lists (推动新材料、新能源发展) is longer."""
_LINES_OF_A_TITLE = 4
# How much of a growing paragraph is looked at: more than any duty statement or title.
_LONGEST_TAIL = 600
_SHORTEST_TITLE = 6
_LINES_OF_A_PAGE = 4
_PAGES_OF_A_HABIT = 3
_LINES_ABOVE_A_NUMBER = 2
_LINES_OF_A_HABIT = 5
_NARROWEST_PAGE = 15
_FULL_LINE_SLACK = 3.0
_SET_IN = 2.0
"""A paragraph with a number is set in by two characters, whether or not its blanks came along."""
_OPEN_PAIRS = tuple(zip("（《〈“〔", "）》〉”〕", strict=True))
_LABEL = re.compile(rf"(?:专栏\d{{1,3}}|附件\d{{0,3}}|第(?:{_CN_NUMBER}{{1,7}}|\d{{1,4}})[编章节条])(?= )")
_SPACED_ORDINAL = re.compile(rf"^第\s?({_CN_NUMBER}{{1,7}}|\d(?:\s?\d){{0,3}})\s?([编章节条])(?=\s)")
_SPACED_BOX = re.compile(r"^(专栏|附件)\s(?=\d)")
_SPACE_BY_CHINESE = re.compile(f"(?<={CHINESE.pattern}) | (?={CHINESE.pattern})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of the source without its marks; `width` counts a Chinese character as 1, others as a half."""

    text: str
    indented: bool
    width: float


def clean(raw: str, *, whole: bool = False) -> str:
    """Return `raw` as paragraphs, one a line, each ended by a newline; "" when nothing is left.

    `whole` says that each line is a paragraph already, as the blocks of a page are: none are joined then.
    Joining lines can bring further layout to light, so passes are repeated until one changes nothing. A pass
    only deletes or maps narrow glyphs to wide ones, so this ends, and clean(clean(x)) == clean(x).
    """
    text, before = _clean_once(raw, whole=whole), raw
    while text != before:
        text, before = _clean_once(text, whole=whole), text
    return text


def _clean_once(text: str, *, whole: bool) -> str:
    lines = _split_lines(map_glyphs(_without_comments(text)), whole=whole)
    tidied = (_tidy(paragraph) for paragraph in ([line.text for line in lines] if whole else _join_lines(lines)))
    return "".join(f"{paragraph}\n" for paragraph in tidied if paragraph)


def _without_comments(text: str) -> str:
    """Leave out what stands between <!-- and the next -->."""
    kept, start = [], 0
    while (begins := text.find("<!--", start)) >= 0 and (ends := text.find("-->", begins + 4)) >= 0:
        kept.append(text[start:begins])
        start = ends + 3
    return "".join([*kept, text[start:]])


def _split_lines(text: str, *, whole: bool) -> list[_Line]:
    lines = text.splitlines()
    found = [line for line in lines if line.strip()]
    bare = [_strip_marks(line) for line in found]
    blank = [not line.strip() for line in lines]
    pages = [not index or blank[index - 1] for index, is_blank in enumerate(blank) if not is_blank]
    furniture = frozenset() if whole else _page_furniture(bare, pages)
    return [
        _Line(text=text, indented=line.startswith(("\u3000\u3000", "    ")), width=_width(text))
        for index, (line, text) in enumerate(zip(found, bare, strict=True))
        if text and index not in furniture
    ]


def _page_furniture(lines: list[str], pages: list[bool]) -> frozenset[int]:
    """Return the indices of page numbers, and of running heads beside them on three pages or more."""
    numbers = {i for i, line in enumerate(lines) if _PAGE_NUMBER.fullmatch(line)} | _running_numbers(lines, pages)
    beside = [i for n in sorted(numbers) for i in (n - 2, n - 1, n + 1, n + 2) if 0 <= i < len(lines)]
    seen = Counter(lines[i] for i in set(beside) - numbers)
    # On the first lines, before any page number, the same words are the title.
    first = min(numbers, default=0)
    repeated = {i for i in beside if seen[lines[i]] >= _PAGES_OF_A_HABIT and not _OPENER.match(lines[i])}
    heads = {i for i in repeated if i > first or i >= _LINES_OF_A_HABIT}
    return frozenset(numbers | heads)


def _running_numbers(lines: list[str], pages: list[bool]) -> set[int]:
    """Return the indices of bare numbers that count the pages: all consecutive, and some lines apart.

    Fewer than three count pages only where a blank line, as `pages` says, or the beginning stands before each, and
    the first of them among the first lines.
    """
    numbers = [(i, int(line)) for i, line in enumerate(lines) if _BARE_NUMBER.fullmatch(line)]
    few = len(numbers) < _PAGES_OF_A_HABIT and not (
        numbers and numbers[0][0] <= _LINES_ABOVE_A_NUMBER and all(pages[i] for i, _ in numbers)
    )
    if few or len(lines) < _LINES_OF_A_PAGE * len(numbers):
        return set()
    counting = all(b[1] - a[1] == 1 and b[0] - a[0] > 1 for a, b in pairwise(numbers))
    return {i for i, _ in numbers} if counting else set()


def _strip_marks(line: str) -> str:
    line = line.strip()
    if _PAGE_NUMBER.fullmatch(line):
        return line
    line = _LEADING_MARK.sub("", line, count=1) if _LEADING_MARK.match(line) else line
    # A single asterisk between digits or letters multiplies; all others are marks.
    return re.sub(r"\*{2,}|(?<![0-9A-Za-z])\*|\*(?![0-9A-Za-z])", "", line).strip()


def _width(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def _wrap_width(lines: list[_Line]) -> float | None:
    """Return the width at which the source broke every line, or None when its lines are whole paragraphs."""
    if len(lines) < _LINES_OF_A_HABIT:
        return None
    widths = sorted(line.width for line in lines)
    wrap = widths[int(len(widths) * 0.9)]
    if wrap < _NARROWEST_PAGE:
        return None
    full = [line for line in lines if line.width >= wrap - _FULL_LINE_SLACK]
    broken = [line for line in full if not _SENTENCE_END.search(line.text)]
    habitual = len(full) >= max(_LINES_OF_A_HABIT, len(lines) * 0.3) and len(broken) >= len(full) * 0.4
    return wrap if habitual else None


def _fills_its_width(line: _Line, following: _Line, wrap: float | None) -> bool:
    """Say whether a line had no room for the first word of the next; a Latin word does not break."""
    word = re.match(r"[!-~]*", following.text)
    room = _width(word[0]) if word else 0.0
    set_in = _SET_IN if _OPENER.match(line.text) else 0.0
    return wrap is not None and line.width + set_in + max(room - 1.0, 0.0) >= wrap - _FULL_LINE_SLACK


def _join_lines(lines: list[_Line]) -> list[str]:
    wrap = _wrap_width(lines)
    paragraphs: list[list[str]] = []
    tail = ""
    for index, line in enumerate(lines):
        in_cell = len(paragraphs) > 1 and leads_in_prose("".join(paragraphs[-2]))
        if paragraphs and (
            _continues(tail, lines[index - 1 : index + _LINES_OF_A_TITLE], wrap)
            or (in_cell and _continues_in_cell(lines[index - 1], line))
        ):
            left, right = tail[-1], line.text[0]
            # Only Latin words that a break parted get their space back.
            parted = left.isascii() and left.isalpha() and right.isascii() and right.isalpha()
            paragraphs[-1].append(f" {line.text}" if parted else line.text)
            tail = (tail + paragraphs[-1][-1])[-_LONGEST_TAIL:]
        else:
            paragraphs.append([line.text])
            tail = line.text[-_LONGEST_TAIL:]
    return ["".join(parts) for parts in paragraphs]


def _continues(paragraph: str, lines: list[_Line], wrap: float | None) -> bool:
    """Say whether lines[1] goes on with `paragraph`, whose last line is lines[0]."""
    last, following = lines[0], lines[1]
    if following.text[0] in _CLOSING or _TAIL.match(following.text):
        return True
    if _goes_on_with_list(last.text, following.text):
        return True
    is_again = (
        last.text.endswith(following.text) and len(last.text) > len(following.text) > _SHORTEST_TITLE
    )  # 「5. 题目」, 「题目」
    if _begins_paragraph(following.text) or _STANDALONE.fullmatch(paragraph) or is_label(last.text) or is_again:
        return False
    text = _tidy(paragraph[-_LONGEST_TAIL:])
    if _is_whole_title(text):
        return False
    ended = bool(_SENTENCE_END.search(text) or _BRACKETED_END.search(text))
    if _fills_its_width(last, following, wrap):
        return not (ended and _is_indented(following, wrap))
    return not (ended or _SECTION.match(text)) and (_is_broken(text) or _parts_title(text, lines[1:]))


def _continues_in_cell(last: _Line, following: _Line) -> bool:
    """Say whether the words of a field go on: its cell is narrower than the page, so its lines are shorter."""
    ended = _SENTENCE_END.search(last.text) or _WHOLE_NAME.search(last.text) or is_label(last.text)
    return last.width >= _NARROWEST_CELL and not ended and not _begins_paragraph(following.text)


def _goes_on_with_list(last: str, following: str) -> bool:
    unended = len(last) > _SHORTEST_TITLE and not _SENTENCE_END.search(last) and not is_label(last)
    return unended and bool(_BROKEN_LIST.match(following))


def _begins_paragraph(line: str) -> bool:
    return bool(_OPENER.match(line) or _STANDALONE.fullmatch(line)) or begins_field(line)


def _is_whole_title(text: str) -> bool:
    if re.search("[，。；：]", text):
        return False
    ends = "关于" in text and _TITLE_END.search(text)
    return bool(ends) or text.endswith("的通知") or (text.startswith("《") and text.endswith("》"))


def _is_indented(line: _Line, wrap: float | None) -> bool:
    """Say whether a line is set in: by its blanks, or by being two characters short yet running on."""
    runs_on = not _SENTENCE_END.search(line.text)
    return line.indented or (wrap is not None and runs_on and line.width <= wrap - 1.5)


def _is_broken(text: str) -> bool:
    """Say whether a paragraph without a sentence end stopped midway: inside a bracket, or after a comma."""
    inside = any(text.count(opening) > text.count(closing) for opening, closing in _OPEN_PAIRS)
    listed = len(text) > _LONGEST_LISTING_HEAD and "、" in text
    return len(text) > _SHORTEST_BROKEN and (inside or listed or bool(re.search("[，。；：]", text)))


def _parts_title(text: str, following: list[_Line]) -> bool:
    """Say whether `text` and some of the following lines make up one title that was set on several lines."""
    if len(text) < _SHORTEST_TITLE or re.search("[，。；：、]", text):
        return False
    if _TITLE_END.search(text) or _OPENER.match(text):
        return False
    if _ORGAN_END.search(text) and not following[0].text.startswith("关于"):
        return False
    for line in following:
        part = _tidy(line.text)
        if re.search("[，。；：]", part) or _begins_paragraph(part):
            return False
        if _TITLE_END.search(part):
            return True
    return False


def _tidy(paragraph: str) -> str:
    """Return one paragraph with wide punctuation and without white space beside Chinese characters."""
    text = re.sub(r"\s+", " ", widen_punctuation(paragraph)).strip()
    text = _SPACED_ORDINAL.sub(lambda found: f"第{found[1].replace(' ', '')}{found[2]}", text)
    text = _SPACED_BOX.sub(r"\1", text)
    label = _LABEL.match(text)
    if label:
        rest = _SPACE_BY_CHINESE.sub("", text[label.end() + 1 :])
        return f"{label[0]} {rest}".rstrip()
    return _SPACE_BY_CHINESE.sub("", text)
