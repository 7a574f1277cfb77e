"""Labelled fields of a card or guide: 服务对象, 申报条件, 【支持标准】 ... as parts with names.

Knows the labels that public guides print; a field has no number, so it is no clause of the outline, but it ends the
clause before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """What a field tells: who is meant, what is given, what is asked, how one applies, how the document was issued."""

    WHO = "who"
    WHAT = "what"
    ASKS = "asks"
    HOW = "how"
    ISSUE = "issue"


_LABELS = {
    FieldKind.WHO: (
        "服务对象 支持对象 扶持对象 适用对象 申报对象 申请对象 奖励对象 补贴对象 享受主体 适用范围 申报主体"
    ),
    FieldKind.WHAT: (
        "服务内容 支持内容 政策内容 扶持内容 支持标准 扶持标准 奖励标准 补贴标准 资助标准 支持方式 "
        "支持措施 优惠内容 政策措施"
    ),
    FieldKind.ASKS: "条件要求 申报条件 申请条件 支持条件 认定条件 享受条件 申报要求",
    FieldKind.HOW: (
        "服务流程 办理流程 申报流程 申请流程 办理程序 申报程序 兑现流程 申报材料 申请材料 办理材料 "
        "所需材料 申报方式 办理方式 申报时间 受理时间 办理时间 办理时限 申报时限 时间/频度 申报渠道 "
        "办理渠道 申报网址 受理部门 办理部门 主管部门 责任部门 责任单位 牵头部门 实施部门 联络方式 "
        "联系方式 咨询电话 联系电话 咨询方式"
    ),
    FieldKind.ISSUE: (
        "依据文件 政策依据 文件依据 法律依据 政策来源 文件名称 发文机构 发文机关 发文单位 发布机构 "
        "发布单位 制定机关 发文字号 文号 发布日期 发文日期 印发日期 成文日期 生成日期 发布时间 "
        "发表时间 施行日期 实施日期 生效日期 失效日期 废止日期 有效期 有效期限 有效性 效力状态 索引号 "
        "主题分类 信息来源 公开日期"
    ),
}
_SORTED = frozenset({"工具分类", "政策类别", "政策名称"})
"""What a guide says of a card, beside what the document's own issue tells."""
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_KIND_OF |= dict.fromkeys(_SORTED, FieldKind.ISSUE)
_ABOUT_THE_ISSUE = frozenset(label for label, kind in _KIND_OF.items() if kind is FieldKind.ISSUE) - _SORTED
LABELS = frozenset(_KIND_OF)
"""Words that stand alone on a line, or before a colon or a cell's end, to say what follows."""

CELL_BREAK = "|"
"""Stands between the cells of a row."""
_LABELLED = re.compile(
    r"【(?P<bracketed>[^【】\n]{2,12})】|(?P<plain>[^\s|：，。；、【】]{2,6}(?:/频度)?)(?P<end>$|[|：])"
)
_FIELDS_OF_A_CARD = 3
_LONGEST_SORT = 12
"""So long is what stands between two labels of one row at most: 工具分类 资金支持 服务对象 企业."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A labelled field: text[start:end] with its label, of which the words after the label begin at `words`."""

    name: str
    start: int
    words: int
    end: int

    @property
    def kind(self) -> FieldKind:
        """Return what the field tells; one with a label of its own, in brackets, says what is given."""
        return _KIND_OF.get(self.name, FieldKind.WHAT)


def is_label(line: str) -> bool:
    """Say whether a line is a label of a field and nothing else."""
    return line.strip().strip("【】：") in LABELS


def leads_in_prose(line: str) -> bool:
    """Say whether a line is a label, and nothing else, of what is given, asked, or to whom."""
    return _KIND_OF.get(line.strip().strip("【】：")) in (FieldKind.WHO, FieldKind.WHAT, FieldKind.ASKS)


def begins_field(line: str) -> bool:
    """Say whether a line is a label, or a label, a cell's end and its words."""
    return is_label(line) or (CELL_BREAK in line and line.partition(CELL_BREAK)[0].strip() in LABELS)


def split_labels(lines: list[str]) -> list[str]:
    """Return the lines of a paper page with each label and its words as a row: 「工具分类 资金 服务对象 企业」 is two.

    A text that begins fewer than three lines with a label and a blank comes back as it is.
    """
    begun = {label for line in lines if (label := line.strip().partition(" ")[0]) in LABELS and " " in line.strip()}
    if len(begun) < _FIELDS_OF_A_CARD:
        return lines
    return [row for line in lines for row in (_rows_of(line) if line.strip().partition(" ")[0] in LABELS else [line])]


def parted_labels(lines: list[str]) -> list[str]:
    """Return lines that were recognised in a picture with a blank behind a label that its words run on from.

    As for `split_labels`, three labels make a card.
    """
    parted = [_parted(line) for line in lines]
    begun = {line.partition(" ")[0] for line in parted} & LABELS
    return parted if len(begun) >= _FIELDS_OF_A_CARD else lines


def _parted(line: str) -> str:
    label = max((label for label in LABELS if line.startswith(label)), key=len, default="")
    rest = line[len(label) :]
    if not label or not rest.strip("：: ") or rest[0] in "：:":
        return line
    value = rest.strip()
    places = {place: other for other in LABELS if 0 < (place := value.find(other)) <= _LONGEST_SORT}
    if places and not re.search("[，。；：]", value[: min(places)]):  # a second label in the same row
        place = min(places)
        value = f"{value[:place].strip()} {_parted(value[place:])}"
    return f"{label} {value}"


def _rows_of(line: str) -> list[str]:
    rows: list[list[str]] = []
    for word in line.split():
        if word in LABELS:
            rows.append([word])
        else:
            rows[-1].append(word)
    return [CELL_BREAK.join((row[0], " ".join(row[1:]))) if len(row) > 1 else row[0] for row in rows]


def parse_parts(text: str) -> tuple[Part, ...]:
    """Return the labelled fields of a cleaned text in order, each up to the next; () where it is no card or guide.

    Three labels make a card, where they tell more than the issue of a document, as the box above a text does.
    One 【label】 is a field wherever it begins a paragraph.
    """
    found = []
    start = 0
    for line in text.split("\n"):
        label = _label_of(line)
        if label:
            found.append((label[0], start, start + label[1]))
        start += len(line) + 1
    plain = {name for name, begin, _ in found if text[begin] != "【"}
    if len(plain) < _FIELDS_OF_A_CARD or plain <= _ABOUT_THE_ISSUE:
        found = [(name, begin, words) for name, begin, words in found if text[begin] == "【"]
    ends = [*(begin for _, begin, _ in found[1:]), len(text)][: len(found)]
    return tuple(
        Part(name=name, start=begin, words=words, end=begin + len(text[begin:end].rstrip("\n")))
        for (name, begin, words), end in zip(found, ends, strict=True)
    )


def _label_of(line: str) -> tuple[str, int] | None:
    """Return the label that a line begins with and where its words begin."""
    found = _LABELLED.match(line)
    if not found:
        return None
    if found["bracketed"]:
        return found["bracketed"], found.end()
    return (found["plain"], found.end()) if found["plain"] in LABELS else None
