"""Who is responsible, read from duty statements such as 「（责任单位：…）」 and 「（…按职责分工负责）」.

Knows how such statements are worded, not which departments exist; names are the printed ones, completed
only where one printed prefix stands for a whole list (省发展改革委、教育厅 names 省教育厅).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

_LABEL = re.compile(r"(责任|牵头|主办|配合|协办|参与)(?:单位|部门)[：:]")
_LABELLED_LINE = re.compile(r"(?:责任|牵头|主办)(?:单位|部门)[：:]")
_DUTY_TAIL = re.compile(r"(?:等)?(?:按照?)?(?:各自)?(?:职责)?(?:分工)?(?:分别|共同|具体)?负责(?:落实)?$")
_DUTY_BODY = re.compile(r"(?:负责(?:落实)?|牵头|配合)(?=[。，〔]|$)")
_LEADER = re.compile(r"(?:由)?(?P<lead>[^，；。]+?)(?:共同)?牵头(?:负责)?(?:[，；、]|$)")
_SUPPORT_TAIL = re.compile(r"(?:等)?(?:予以|积极|共同)?(?:配合|参与|参加)$")
# 「以下均需各地级以上市人民政府落实」 and the like bind the rest of the document, not this clause alone.
_STRETCH = re.compile("[^。〔〕（）]+")
_FIRST = re.compile("第一位|首位")
_FIRST_LEADS = re.compile(
    "(?<![^。〔〕（）])(?>[^。〔〕（）]*?(?:第一位|首位))(?>[^。〔〕（）]*?牵头)[^。〔〕（）]*?下同"
)
"""It begins where a stretch does, so that each is read once."""
_NOTE = re.compile(r"〔[^〔〕]*〕")
# 市场监管局 and 市政工程局 begin with a word, not with a place.
_LEVEL = "省|市(?!场|政(?!府))|自治区|区(?!域)|县|州"
_PARTY_OFFICE = "组织部|宣传部|统战部|政法委|办公厅|办公室|编办|金融办|网信办"
_PREFIX = re.compile(f"(?:省|市|自治区|区|县|州)委(?={_PARTY_OFFICE})|{_LEVEL}")
_COMPLETE = re.compile(
    f"(?:{_LEVEL}|各|国家|中国|中央|全国|海关|人行|人民银行|相关|有关|其他|驻)|.*(?:政府|管委会|公司|集团)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A body that answers for a clause; `lead` only where the document says that it leads."""

    name: str
    lead: bool


def parse_departments(clause_text: str, *, first_leads: bool = False) -> tuple[Department, ...]:
    """Return the departments that a clause's own duty statements name, in printed order, each once.

    `first_leads` says that an earlier part of the document made the first of each list the leader
    (〔列第一位的为牵头单位，下同〕); a statement that says so itself needs no telling.
    """
    found: dict[str, Department] = {}
    for start, end in duty_spans(clause_text):
        statement = clause_text[start:end]
        leads = first_leads or bool(_FIRST_LEADS.search(statement))
        for department in _parse_statement(statement, first_leads=leads):
            found.setdefault(department.name, department)
    return tuple(found.values())


def duty_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of each duty statement in `text`, without its brackets.

    A statement is a bracket at the end of a paragraph, or a paragraph of its own that begins with 责任单位：.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        span = _closing_bracket(line)
        statement = line[slice(*span)] if span else ""
        if span and (_LABELLED_LINE.match(statement) or _DUTY_BODY.search(statement)):
            spans.append((start + span[0], start + span[1]))
        elif _LABELLED_LINE.match(line):
            spans.append((start, start + len(line)))
        start += len(line) + 1
    return tuple(spans)


def remark_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of each remark in a duty statement that binds the rest of the document."""
    return tuple(
        (start + stretch.start() + at, start + stretch.end())
        for start, end in duty_spans(text)
        for stretch in _STRETCH.finditer(text[start:end])
        if (at := min(_remarks_from(stretch[0]), default=-1)) >= 0
    )


def _remarks_from(stretch: str) -> Iterator[int]:
    """Yield where a remark begins in what stands between marks, up to whose end it goes."""
    below = stretch.find("以下")
    if below >= 0 and "均" in stretch[below:]:
        yield below
    start = 0
    for part in stretch.split("，"):
        first = _FIRST.search(part)
        if first and "牵头" in part[first.end() :]:
            yield start + part.rfind("：", 0, first.start()) + 1
        start += len(part) + 1


def first_leads_from(text: str) -> int | None:
    """Return the offset from which the first of each list leads, or None if the text never says so."""
    for start, end in duty_spans(text):
        if _FIRST_LEADS.search(text[start:end]):
            return start
    return None


def _closing_bracket(line: str) -> tuple[int, int] | None:
    """Return the span inside the bracket that ends `line`, or None when the line ends otherwise."""
    if not line.endswith("）"):
        return None
    depth = 0
    for index in range(len(line) - 1, -1, -1):
        depth += {"）": 1, "（": -1}.get(line[index], 0)
        if depth == 0:
            return index + 1, len(line) - 1
    return None


def _parse_statement(statement: str, *, first_leads: bool) -> Iterator[Department]:
    text = _NOTE.sub("", statement)
    labels = list(_LABEL.finditer(text))
    if not labels:
        yield from _parse_sentence(_without_remarks(text))
    for label, following in zip_longest(labels, labels[1:]):
        part = _without_remarks(text[label.end() : following.start() if following else None])
        names = _names(part.strip("；，。 "))
        leads = label[1] in {"牵头", "主办"}
        for index, name in enumerate(names):
            yield Department(name=name, lead=leads or (label[1] == "责任" and first_leads and index == 0))


def _without_remarks(text: str) -> str:
    return re.split(r"。|[，；]?(?=以下)", text, maxsplit=1)[0]


def _parse_sentence(sentence: str) -> Iterator[Department]:
    leader = _LEADER.match(sentence)
    if leader:
        yield from (Department(name=name, lead=True) for name in _names(leader["lead"]))
        sentence = sentence[leader.end() :]
    rest = _SUPPORT_TAIL.sub("", _DUTY_TAIL.sub("", sentence))
    yield from (Department(name=name, lead=False) for name in _names(rest))


def _names(text: str) -> list[str]:
    groups = re.split("[，；]", text)
    return [name for group in groups for name in _complete([part.strip() for part in group.split("、")])]


def _complete(members: list[str]) -> list[str]:
    """Give the first member's prefix to those after it, where only the first of the list carries one.

    A list in which others print the prefix too (省财政厅、人行安徽省分行、省地方金融管理局) is complete
    as it stands.
    """
    names = [re.sub("等$", "", member) for member in members if member]
    prefix = _PREFIX.match(names[0]) if names else None
    if prefix is None or any(name.startswith(prefix[0]) for name in names[1:]):
        return names
    return [names[0], *(name if _COMPLETE.match(name) else prefix[0] + name for name in names[1:])]
