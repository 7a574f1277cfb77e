"""What each sentence of a document is there for: to give, to ask, to say who is meant or how one applies.

Told by the field of a card, by the headings above a clause, and by the words that lead in a list of conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rules.drafting.sentences import Sentence, sentences_of
from seeds.documents import Document
from seeds.fields import FieldKind, parse_parts
from seeds.outline import Clause


class Section(StrEnum):
    """What a stretch of a document is there for."""

    GIVES = "gives"
    WHO = "who"
    ASKS = "asks"
    HOW = "how"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A sentence that leads in a list: 「应符合下列条件之一：」; `denies` where what is listed shuts out."""

    sentence: Sentence
    any_one: bool
    denies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A sentence with what it is there for, and the lead of the list that it is an item of."""

    sentence: Sentence
    section: Section
    lead: Lead | None
    is_lead: bool = False


_SECTION_OF_FIELD = {
    FieldKind.WHO: Section.WHO, FieldKind.WHAT: Section.GIVES, FieldKind.ASKS: Section.ASKS,
    FieldKind.HOW: Section.HOW, FieldKind.ISSUE: Section.ISSUE,
}  # fmt: skip
_ASKING_HEADING = re.compile(
    "(?:申报|申请|认定|支持|扶持|基本|入库|遴选|推荐|享受|准入|评选|参评|奖励|补助|补贴|资助|建设|空间)[^，。]{0,6}(?:条件|资格)$"
    "|^(?:企业|单位|项目|基本|申报|申请|认定)?(?:条件|资格)(?:要求)?$|^(?:申报|申请)(?:对象|范围|要求)(?:[和及与]条件)?$"
)
_HOW_HEADING = re.compile(
    "(?:流程|程序|材料|资料|注册登记|网上注册|网上填报|网上申报|信息填报|受理|评审|审查|审核|核查|公示|拨付|兑现|监督|(?:申报|申请|办理)(?:方式|时间|安排|期限)|时间及方式"
    "|联系方式|联络方式)(?:要求|内容|编制要求|管理)?$|^(?:申报|申请)(?:时间|安排|方式|受理)"
)
_LEAD = re.compile(
    "(?:符合|具备|满足|达到|具有)[^，。；：]{0,6}(?:以下|下列|如下|所列)[^，。；：]{0,10}(?:条件|要求|标准|情形)[^，。；：]{0,6}"
)
_DENYING_LEAD = re.compile(
    "(?:以下|下列)[^，。；：]{0,6}(?:情形|情况|行为)[^。；：]{0,10}不(?:予|得|享受|能享受|纳入|受理|列入)[^。；：]{0,12}[：]?$"
)


def stated_in(document: Document) -> Iterator[Stated]:
    """Yield every sentence of a document with what it is there for."""
    clauses = {clause.path: clause for clause in document.clauses}
    fields = parse_parts(document.text)
    begins_at = fields[0].start if len({one.kind for one in fields}) > 1 else 0
    leads: list[Lead] = []
    for sentence in sentences_of(document):
        while leads and not _goes_on(leads[-1].sentence, sentence):
            leads.pop()
        lead = leads[-1] if leads else None
        above = sentence.span.start < begins_at  # a card's names, once more in longer words
        section = Section.ISSUE if above else _section(sentence, clauses)
        begins = _lead_of(sentence) if section in (Section.GIVES, Section.ASKS) else None
        if begins is not None:
            yield Stated(sentence=sentence, section=section, lead=lead, is_lead=True)
            leads.append(begins)
            continue
        within = Section.ASKS if lead is not None and section is Section.GIVES else section
        yield Stated(sentence=sentence, section=within, lead=lead)


def _section(sentence: Sentence, clauses: dict[str, Clause]) -> Section:
    """Return what the field of a sentence is for, else what the nearest heading above it says."""
    if sentence.part is not None:
        return _SECTION_OF_FIELD[sentence.part.kind]
    path: str | None = sentence.clause
    while path is not None:
        heading, path = clauses[path].heading, clauses[path].parent
        if "条件" in heading and "程序" in heading:  # 认定条件与程序 holds both
            continue
        if _HOW_HEADING.search(heading):
            return Section.HOW
        if _ASKING_HEADING.search(heading):
            return Section.ASKS
    return Section.GIVES


def _lead_of(sentence: Sentence) -> Lead | None:
    text = sentence.text
    if denies := _DENYING_LEAD.search(text):
        return Lead(sentence=sentence, any_one=False, denies=bool(denies))
    found = _LEAD.search(text)
    if found is None or "优先" in text:  # who goes first is not who may come
        return None
    return Lead(sentence=sentence, any_one="之一" in text[found.start() :][:30], denies=False)


def _goes_on(lead: Sentence, sentence: Sentence) -> bool:
    """Tell whether a sentence stands in the list of a lead: below its clause, or right behind it."""
    return sentence.clause.startswith(f"{lead.clause}.") or (
        sentence.clause == lead.clause and sentence.part == lead.part
    )
