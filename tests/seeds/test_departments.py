"""Departments come from duty statements as printed, completed only where one prefix stands for a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.departments import Department, duty_spans, first_leads_from, parse_departments, remark_spans


def names(text: str) -> list[str]:
    return [department.name for department in parse_departments(text)]


def leads(text: str, *, first_leads: bool = False) -> list[str]:
    return [department.name for department in parse_departments(text, first_leads=first_leads) if department.lead]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param(
            "省发展改革委、教育厅、科技厅，省科学院、农科院，中国科学院广州分院等按职责分工负责。以下均需各市落实，不再重复列出",
            ["省发展改革委", "省教育厅", "省科技厅", "省科学院", "省农科院", "中国科学院广州分院"],
            id="a prefix holds inside one group",
        ),
        pytest.param(
            "省委组织部、金融办，省发展改革委、市场监管局等按职责分工负责",
            ["省委组织部", "省委金融办", "省发展改革委", "省市场监管局"],
            id="省委 holds for party offices, and 市场 is no place",
        ),
        pytest.param(
            "省农业农村厅，省农科院、科学院等按职责分工负责",
            ["省农业农村厅", "省农科院", "省科学院"],
            id="等 names nobody",
        ),
        pytest.param(
            "省农业农村厅、卫生健康委，海关总署广东分署等按职责分工负责",
            ["省农业农村厅", "省卫生健康委", "海关总署广东分署"],
            id="a group without a prefix stays",
        ),
        pytest.param(
            "责任单位：省财政厅、人行安徽省分行、省地方金融管理局、安徽金融监管局",
            ["省财政厅", "人行安徽省分行", "省地方金融管理局", "安徽金融监管局"],
            id="a list that repeats its prefix is complete",
        ),
        pytest.param("省各有关单位按职责分工负责", ["省各有关单位"], id="the printed words, even vague ones"),
        pytest.param(
            "责任部门：市经济和信息化局、财政局、开发区管委会、各区政府",
            ["市经济和信息化局", "市财政局", "开发区管委会", "各区政府"],
            id="committees and governments carry no prefix",
        ),
        pytest.param(
            "牵头单位：市科技局；配合单位：市财政局、各镇街",
            ["市科技局", "市财政局", "各镇街"],
            id="labels inside one statement",
        ),
        pytest.param("由市工信局牵头，市财政局、科技局配合", ["市工信局", "市财政局", "市科技局"], id="牵头 and 配合"),
    ],
)
def test_a_duty_statement_names_its_departments(statement: str, expected: list[str]) -> None:
    assert names(f"1.建设平台。支持企业。（{statement}）") == expected


def test_nobody_leads_unless_the_text_says_so() -> None:
    assert leads("1.甲。（省发展改革委、科技厅等按职责分工负责）") == []
    assert leads("1.甲。（责任单位：省科技厅、省财政厅）") == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("省发展改革委牵头，省各有关单位按职责分工负责", ["省发展改革委"]),
        ("省发展改革委、科技厅牵头，省财政厅按职责分工负责", ["省发展改革委", "省科技厅"]),
        ("牵头单位：市科技局；配合单位：市财政局", ["市科技局"]),
        ("责任单位：省科技厅、省财政厅〔列第一位的为牵头单位，下同〕", ["省科技厅"]),
    ],
)
def test_who_leads_is_read_from_the_words(statement: str, expected: list[str]) -> None:
    assert leads(f"1.甲。（{statement}）") == expected


def test_the_first_leads_where_an_earlier_statement_stated_so() -> None:
    assert leads("2.乙。（责任单位：省财政厅、省科技厅）", first_leads=True) == ["省财政厅"]


def test_the_note_on_leaders_is_found_where_it_stands() -> None:
    text = "1.甲。（责任单位：省科技厅）\n2.乙。（责任单位：省财政厅〔列第一位的为牵头单位，下同〕）\n"
    start = first_leads_from(text)
    assert start is not None
    assert text[start:].startswith("责任单位：省财政厅")
    assert first_leads_from("1.甲。（责任单位：省科技厅）\n") is None


def test_remarks_that_bind_the_whole_document_are_found_word_for_word() -> None:
    text = (
        "1.甲。（责任单位：省科技厅〔列第一位的为牵头单位，下同〕，以下各项工作均需相关市、县政府推进，不再单独列出）\n"
        "2.乙。（省科技厅等按职责分工负责。以下均需各地级以上市人民政府落实，不再重复列出）\n"
        "3.以下企业均可申报。\n"
    )
    assert [text[start:end] for start, end in remark_spans(text)] == [
        "列第一位的为牵头单位，下同",
        "以下各项工作均需相关市、县政府推进，不再单独列出",
        "以下均需各地级以上市人民政府落实，不再重复列出",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "支持建设中试基地（生物医药）",
        "按照有关规定（由企业自行负责）执行。",
        "落实“1310”部署（粤制造强省〔2023〕35号）",
        "探索新机制。",
        "",
    ],
)
def test_other_brackets_are_no_duty_statements(text: str) -> None:
    assert duty_spans(text) == ()
    assert parse_departments(text) == ()


def test_a_paragraph_of_its_own_can_state_the_duty() -> None:
    assert names("（一）支持措施\n给予补助。\n责任单位：市经信局，市财政局") == ["市经信局", "市财政局"]


def test_a_department_named_twice_is_listed_once() -> None:
    assert names("1.甲。（省科技厅牵头，省科技厅、省财政厅按职责分工负责）") == ["省科技厅", "省财政厅"]


@given(st.text(st.sampled_from("（）〔〕省市委厅局、，；：。等以下均责任牵头单位负责配合由按职分工甲\n")))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for department in parse_departments(text, first_leads=True):
        assert isinstance(department, Department)
        assert department.name
    for start, end in remark_spans(text):
        assert text[start:end]
