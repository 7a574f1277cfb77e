"""Printed numbers are read where they begin a paragraph, and not where a sentence refers to one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.numbering import Rank, find_marks, parse_heading, parse_number

_DIGITS = "零一二三四五六七八九"


def in_chinese(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    head = f"{_DIGITS[hundreds]}百" if hundreds else ""
    middle = f"{_DIGITS[tens] if tens > 1 or hundreds else ''}十" if tens else ("零" if hundreds and ones else "")
    return head + middle + (_DIGITS[ones] if ones else "")


@given(st.integers(1, 999))
def test_a_chinese_number_reads_as_its_value(value: int) -> None:
    assert parse_number(in_chinese(value)) == value
    assert parse_number(str(value)) == value


def test_circled_numbers_read_as_their_value() -> None:
    assert [parse_number(circled) for circled in "①⑨⑳"] == [1, 9, 20]


@pytest.mark.parametrize(
    ("line", "rank", "number"),
    [
        ("第二章 总则", Rank.CHAPTER, 2),
        ("第一节 条件", Rank.DIVISION, 1),
        ("第一百二十条 本办法自公布之日起施行。", Rank.ARTICLE, 120),
        ("第7条 鼓励研发。", Rank.ARTICLE, 7),
        ("十二、其他", Rank.SECTION, 12),
        ("（十一）扶持企业", Rank.SUBSECTION, 11),
        ("专栏3 重点基地", Rank.BOX, 3),
        ("14.提升能力。", Rank.TASK, 14),
        ("2、证明材料；", Rank.TASK, 2),
        ("3．强化协同", Rank.TASK, 3),
        ("（2）贷款贴息。", Rank.PAREN_ARABIC, 2),
        ("④其他", Rank.CIRCLED, 4),
    ],
)
def test_a_number_at_the_head_of_a_paragraph_is_a_mark(line: str, rank: Rank, number: int) -> None:
    (mark,) = find_marks(f"{line}\n")
    assert (mark.rank, mark.number) == (rank, number)


@pytest.mark.parametrize(
    "line",
    [
        "2025年1月22日",
        "4.2万元以下的个人",
        "1310具体部署",
        "第三条规定的企业",
        "第一、二条所列",
        "（一）项规定的条件",
        "一、二、三产业融合",
        "三、四线城市",
        "3-羟基丙酸",
        "附件1",
        "附件：申请表",
    ],
)
def test_what_only_looks_like_a_number_is_no_mark(line: str) -> None:
    assert find_marks(f"{line}\n") == ()


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("一、总体目标", "总体目标"),
        ("（一）生物制造+医药。", "生物制造+医药"),
        ("1.构建平台。强化功能。", "构建平台"),
        ("11.加强“双招双引”。坚持招优引新。", "加强“双招双引”"),
        ("6.研究中心（合肥；长丰）：抗菌药物。", "研究中心（合肥；长丰）"),
        ("（二）依法经营，诚实守信。企业评级不能为红牌。", "依法经营，诚实守信"),
        ("第三条 为了促进发展，制定本条例。", ""),
        ("第七条 鼓励研发。对企业给予奖励。", "鼓励研发"),
        ("第八条【资金管理】资金专户管理。", "资金管理"),
        ("（三）企业创新能力评价应达到要求；", ""),
        ("（三）在本市注册，有独立法人资格。", ""),
        ("（三）申报条件，如下：", "申报条件，如下"),
        ("（三）甲；", ""),
        ("（三）甲。", "甲"),
        ("（四）" + "很" * 40 + "。后文。", "很" * 40),
        ("（四）" + "很" * 41 + "。后文。", ""),
    ],
)
def test_a_heading_is_the_first_sentence_of_a_paragraph_that_runs_on(line: str, heading: str) -> None:
    (mark,) = find_marks(line)
    assert parse_heading(line, mark, stands_alone=True) == heading


def test_a_sentence_with_paragraphs_below_it_is_a_heading() -> None:
    text = "（三）加强领导，落实责任。"
    (mark,) = find_marks(text)
    assert parse_heading(text, mark, stands_alone=False) == "加强领导，落实责任"


def test_an_annex_label_counts_only_after_another_number() -> None:
    marks = find_marks("附件1\n一、目标\n附件2\n一、材料\n")
    assert [(mark.rank, mark.number) for mark in marks] == [(Rank.SECTION, 1), (Rank.ANNEX, 2), (Rank.SECTION, 1)]


def test_headings_over_articles_rank_as_chapters_and_divisions() -> None:
    marks = find_marks(
        "一、支持\n（一）投资奖励\n第1条 给予奖励：\n（一）甲；\n（二）乙。\n第2条 另给。\n二、其他\n第3条 完。\n"
    )
    ranks = [mark.rank for mark in marks]
    assert ranks[:3] == [Rank.CHAPTER, Rank.DIVISION, Rank.ARTICLE]
    assert ranks[3:5] == [Rank.SUBSECTION, Rank.SUBSECTION]
