"""Outlines of the kinds that official documents print: what counts on is a clause, what only looks like a number is not."""

from __future__ import annotations

import pytest

from seeds.cleaning import clean
from seeds.fields import parse_parts
from seeds.outline import parse_outline

KINDS: dict[str, tuple[str, str]] = {
    "a subsection about projects": ("一、条件\n（一）主体条件\n（二）项目条件\n（三）规模要求\n", "1 1.1 1.2 1.3"),
    "a subsection about what is meant": ("一、甲\n（一）所称企业，是指法人。\n（二）中小企业减半。\n", "1 1.1 1.2"),
    "an article about small companies": ("第八条 甲。\n第九条中小企业优先。\n第十条所需资金由市财政安排。\n", "8 9 10"),
    "a reference to an article that begins a line": ("第八条 甲。按照\n第三条规定的程序办理。\n第九条 乙。\n", "8 9"),
    "a reference to items that begins a line": ("第八条 符合\n（一）、（二）项的企业\n（一）至（三）项规定\n", "8"),
    "a task that begins with a year": ("1.2015年度纳税证明；\n2.2016年度审计报告；\n3.其他。\n", "1 2 3"),
    "an amount that begins a line": ("1.投入不低于\n2.5万元的企业；\n2.其他。\n", "1 2"),
    "prizes of a broken line": ("一、总体\n对获得国家科技进步奖一、\n二、三等奖的企业给予奖励。\n二、条件\n", "1 2"),
    "kinds of a broken line": ("一、总体\n研发一类、\n二、三类新药的，给予奖励。\n二、条件\n", "1 2"),
    "a section of three years": ("一、总体\n二、三年行动目标\n三、一批重点项目\n", "1 2 3"),
    "buildings of a broken line": ("1.位于园区\n2、3号楼的企业；\n2.其他。\n", "1 2"),
    "closing rules among chapters": ("第一章 总则\n第一条 甲。\n附则\n第二条 乙。\n", "c1 1 c2 2"),
    "closing rules among sections over articles": ("一、支持\n第一条 甲。\n附 则\n第二条 乙。\n", "c1 1 c2 2"),
    "closing rules among sections": ("一、甲\n1.乙。\n附则\n1.丙。\n2.丁。\n", "1 1.1 2 2.1 2.2"),
    "decimals": ("1总则\n1.1目的\n甲。\n1.2依据\n2组织\n2.1领导\n2.1.1职责\n2.1.2分工\n2.2办公室\n", "1 1.1 1.2 2 2.1 2.1.1 2.1.2 2.2"),
    "decimals with blanks": ("1. 总则\n1.1 目的\n1.2 依据\n2. 组织\n2.1 领导\n", "1 1.1 1.2 2 2.1"),
    "a heading at the end of a paragraph": ("一、甲\n乙。二、申报条件\n（一）丙\n", "1 2 2.1"),
    "an enumeration at the end of a paragraph": ("一、甲\n包括：（一）乙；（二）丙。\n二、丁\n", "1 2"),
    "a heading at the end that does not count on": ("一、甲\n乙。六、申报条件\n（一）丙\n", "1 1.1"),
    "all levels": ("第一条 甲\n一、乙\n（一）丙\n1.丁\n（1）戊\n1）己\n①庚\nA.辛\nB.壬\n", "1 1.1 1.1.1 1.1.1.1 1.1.1.1.1 1.1.1.1.1.1 1.1.1.1.1.1.1 1.1.1.1.1.1.1.1 1.1.1.1.1.1.1.2"),
    "blanks of full width": ("第一条　　甲。\n第 二 条　乙。\n（ 一 ）丙\n", "1 2 2.1"),
    "a list that restarts": ("一、甲\n1.乙\n2.丙\n材料：\n1.丁\n2.戊\n", "1 1.1 1.2 1.1-2 1.2-2"),
    "a number left out": ("一、甲\n1.乙\n2.丙\n4.丁\n三、戊\n", "1 1.1 1.2 1.4 3"),
    "points with a full stop": ("一.甲\n二.乙\n", "1 2"),
    "words for one and two": ("一、甲\n一是建设平台。\n二是引进人才。\n第一，加强领导。\n二、乙\n", "1 2"),
    "dates and shares at line starts": ("一、甲\n2024年5月1日前\n12.31前完成\n3.5%以上\n2024.5.1起\n", "1"),
    "a list of annexes": ("一、甲\n附件：1.申请表\n2.汇总表\n3.承诺书\n", "1"),
    "a list of annexes below its word": ("一、甲\n附件：\n1.申请表\n2.汇总表\n", "1"),
    "named annexes": ("一、甲\n附件1：申请表\n附件2：汇总表\n", "1"),
    "an annex with a body": ("一、甲\n附件1\n申报指南\n一、乙\n", "1 annex1 annex1.1"),
    "a table of contents": ("某办法\n目录\n第一章 总则\n第二章 附则\n第一章 总则\n第一条 甲。\n第二章 附则\n第二条 乙。\n", "0 c1 1 c2 2"),
    "parts": ("第一部分 总体\n一、甲\n第二部分 措施\n二、乙\n", "p1 p1.1 p2 p2.2"),
    "letters without a second": ("一、甲\nA.乙\n丙\n", "1"),
    "lettered grades": ("一、甲\nA类企业优先。\nB类企业次之。\n", "1"),
    "cells with numbers": ("项目|金额\n1.设备|100万元\n2.软件|50万元\n", "0 1 2"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "paths"), KINDS.values(), ids=KINDS)
def test_a_document_of_each_kind_has_its_printed_clauses(text: str, paths: str) -> None:
    assert " ".join(clause.path for clause in parse_outline(clean(text, whole=True))) == paths


CARD = (
    "3.某项资金支持\n依据文件|《某办法》\n服务对象|企业\n服务内容\n1.资助。给予30万元。\n2.追加。\n条件要求\n1.注册；\n（1）满两年；\n2.三人。\n"
    "办理流程\n申请。\n"
)


def test_a_labelled_field_ends_the_clause_before_it_and_has_a_name() -> None:
    clauses = {clause.path: CARD[clause.start : clause.end] for clause in parse_outline(CARD)}
    assert list(clauses) == ["3", "1", "2", "1-2", "1-2.1", "2-2"]
    assert clauses["2"] == "2.追加。"
    assert clauses["2-2"] == "2.三人。"
    assert [(part.name, CARD[part.words : part.end]) for part in parse_parts(CARD)] == [
        ("依据文件", "《某办法》"),
        ("服务对象", "企业"),
        ("服务内容", "\n1.资助。给予30万元。\n2.追加。"),
        ("条件要求", "\n1.注册；\n（1）满两年；\n2.三人。"),
        ("办理流程", "\n申请。"),
    ]


def test_fields_below_sections_stay_in_them() -> None:
    text = "一、甲补助\n支持对象：企业\n支持标准：\n1.乙\n2.丙\n申报条件：丁\n二、戊补助\n支持对象：企业\n支持标准：\n1.己\n申报条件：庚\n"
    clauses = {clause.path: text[clause.start : clause.end] for clause in parse_outline(text)}
    assert list(clauses) == ["1", "1.1", "1.2", "2", "2.1"]
    assert clauses["1"].endswith("申报条件：丁")
    assert clauses["1.2"] == "2.丙"
    assert clauses["2"].endswith("申报条件：庚")


@pytest.mark.parametrize("label", ["【支持标准】", "【支持标准】给予10%补助。"])
def test_a_bracketed_label_is_a_field_of_its_clause(label: str) -> None:
    text = f"一、甲\n（一）乙\n{label}\n1.丙\n【申报材料】\n1.丁\n二、戊\n"
    clauses = {clause.path: text[clause.start : clause.end] for clause in parse_outline(text)}
    assert list(clauses) == ["1", "1.1", "1.1.1", "1.1.1-2", "2"]
    assert clauses["1.1.1"] == "1.丙"
    assert [part.name for part in parse_parts(text)] == ["支持标准", "申报材料"]


def test_words_of_a_sentence_are_no_fields() -> None:
    assert parse_parts("一、甲\n服务对象：企业。\n申报条件：注册。\n") == ()
    assert parse_parts("发文机关：某局\n发文字号：某〔2024〕1号\n成文日期：2024-01-01\n一、甲\n") == ()
