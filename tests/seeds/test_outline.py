"""Every clause of every document has its printed path, its heading, its exact span and its departments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeds.cleaning import clean
from seeds.outline import Clause, parse_outline

DOCUMENTS = Path(__file__).parents[2] / "seeds" / "documents"


def served_text(document: str) -> str:
    return (DOCUMENTS / document / "text.txt").read_bytes().decode()


def under(parent: str, *numbers: int) -> list[str]:
    return [f"{parent}.{number}" for number in numbers]


# Written down from the printed documents, not from the parser.
PATHS = {
    "gd-biomanufacturing-2025": [
        *("0", "1", "2"),
        *("2.1", *under("2.1", 1, 2)),
        *("2.2", *under("2.2", 1, 2)),
        *("2.3", *under("2.3", 1, 2)),
        *("2.4", *under("2.4", 1, 2)),
        *("2.5", *under("2.5", 1, 2, 3, 4)),
        *("2.6", *under("2.6", 1, 2)),
        *("2.7", *under("2.7", 1, 2)),
        "3",
        *("3.1", *under("3.1", 1, 2, 3)),
        *("3.2", *under("3.2", 1, 2, 3)),
        *("3.3", *under("3.3", 1, 2, 3)),
        *("3.4", *under("3.4", 1, 2)),
        *("3.5", *under("3.5", 1, 2, 3)),
        *("3.6", *under("3.6", 1, 2, 3, 4)),
        *("4", *under("4", 1, 2, 3, 4, 5, 6)),
    ],
    "ah-biomanufacturing-2024-draft": [
        *("0", "1", *under("1", 1, 2, 3, 4), "2"),
        *("2.1", "2.1.1", "box1", *under("box1", *range(1, 21))),
        *("2.1.2", "box2", *under("box2", *range(1, 7))),
        *("2.2", "2.2.3", "box3", *under("box3", *range(1, 7)), "2.2.4", "2.2.5"),
        *("2.3", "2.3.6", "box4", *under("box4", *range(1, 7)), "2.3.7"),
        *("2.4", "2.4.8", "2.4.9"),
        *("2.5", "2.5.10", "2.5.11"),
        *("2.6", "2.6.12", "box5", *under("box5", 1, 2, 3), "2.6.13", "2.6.14"),
        *("3", *under("3", 1, 2, 3, 4, 5)),
    ],
    "gd-life-health-draft": [
        *("0", "1", *under("1", 1, 2)),
        *("2", *under("2", 1, 2, 3, 4)),
        *("3", *under("3", 1, 2, 3, 4, 5)),
        *("4", *under("4", 1, 2, 3, 4, 5)),
        *("5", *under("5", 1, 2, 3, 4, 5)),
    ],
}


@pytest.mark.parametrize("document", PATHS)
def test_each_document_has_exactly_its_printed_clauses_in_order(document: str) -> None:
    assert [clause.path for clause in parse_outline(served_text(document))] == PATHS[document]


@pytest.mark.parametrize(
    ("document", "path", "heading", "begins", "ends"),
    [
        ("gd-biomanufacturing-2025", "0", "", "广东省人民政府办公厅关于印发", "制定本行动方案。"),
        ("gd-biomanufacturing-2025", "2.3.2", "营造高端仪器装备应用良好生态", "2.营造", "等按职责分工负责）"),
        ("gd-biomanufacturing-2025", "3.1", "生物制造+医药", "（一）生物制造", "药监局按职责分工负责）"),
        ("gd-biomanufacturing-2025", "4.6", "深化国际合作", "（六）深化", "省各有关单位按职责分工负责）"),
        ("ah-biomanufacturing-2024-draft", "1.3", "发展方向和重点", "（三）发展方向", "工具酶。"),
        ("ah-biomanufacturing-2024-draft", "2.3.6", "促进基础装备研发应用", "6.促进", "省发展改革委、省科技厅）"),
        ("ah-biomanufacturing-2024-draft", "box4", "重点基础装备", "专栏4", "简化分离步骤。"),
        ("ah-biomanufacturing-2024-draft", "box4.6", "离子交换材料", "6.离子", "简化分离步骤。"),
        ("ah-biomanufacturing-2024-draft", "2.3.7", "推动产业数智化发展", "7.推动", "省发展改革委）"),
        ("ah-biomanufacturing-2024-draft", "box3.3", "合肥（长丰）合成生物制造产业园", "3.合肥", "产业园"),
        ("ah-biomanufacturing-2024-draft", "box5.2", "皖中地区", "皖中地区：", "蛋白表达。"),
        ("ah-biomanufacturing-2024-draft", "3.5", "强化安全保障", "（五）强化", "省数据资源局）"),
        ("gd-life-health-draft", "2.4", "产业生态完善优化", "（四）产业生态", "生命健康产业高地。"),
        ("gd-life-health-draft", "4.3", "AI+生物医药", "（三）AI+", "“智慧医院”建设。"),
    ],
)
def test_a_clause_has_its_printed_heading_and_span(
    document: str, path: str, heading: str, begins: str, ends: str
) -> None:
    text = served_text(document)
    clause = by_path(text)[path]
    assert clause.heading == heading
    assert text[clause.start : clause.end].startswith(begins)
    assert text[clause.start : clause.end].endswith(ends)


@pytest.mark.parametrize(
    ("document", "path", "departments"),
    [
        ("gd-biomanufacturing-2025", "1", ""),
        ("gd-biomanufacturing-2025", "2.1", ""),
        ("gd-biomanufacturing-2025", "2.3.2", "省发展改革委 省科技厅 省工业和信息化厅"),
        (
            "gd-biomanufacturing-2025",
            "2.2.2",
            "省科技厅 省工业和信息化厅 省市场监管局 省科学院 省农科院 中国科学院广州分院",
        ),
        ("gd-biomanufacturing-2025", "4.1", "*省发展改革委 省各有关单位"),
        ("ah-biomanufacturing-2024-draft", "2.1.1", "*省科技厅 省发展改革委 省工业和信息化厅"),
        ("ah-biomanufacturing-2024-draft", "2.3.6", "*省工业和信息化厅 省发展改革委 省科技厅"),
        ("ah-biomanufacturing-2024-draft", "2.3.7", "*省工业和信息化厅 省发展改革委"),
        ("ah-biomanufacturing-2024-draft", "box4", "*省工业和信息化厅 省发展改革委 省科技厅"),
        ("ah-biomanufacturing-2024-draft", "box5.3", "*省工业和信息化厅 省发展改革委"),
        ("ah-biomanufacturing-2024-draft", "1.3", ""),
        ("ah-biomanufacturing-2024-draft", "3.4", "*省教育厅 省科技厅 省人力资源社会保障厅 省工业和信息化厅"),
        ("gd-life-health-draft", "3.4", ""),
    ],
)
def test_a_clause_has_the_departments_its_document_names(document: str, path: str, departments: str) -> None:
    found = by_path(served_text(document))[path].departments
    assert " ".join(f"{'*' if department.lead else ''}{department.name}" for department in found) == departments


def by_path(text: str) -> dict[str, Clause]:
    return {clause.path: clause for clause in parse_outline(text)}


def paths(text: str) -> list[str]:
    return [clause.path for clause in parse_outline(text)]


def test_articles_keep_their_number_whatever_chapter_they_stand_in() -> None:
    text = "某办法\n第一章 总则\n第一条 为了发展。\n第二条 条件：\n（一）甲；\n（二）乙。\n第二章 附则\n第一节 施行\n第三条 完。\n"
    clauses = by_path(text)
    assert list(clauses) == ["0", "c1", "1", "2", "2.1", "2.2", "c2", "c2.s1", "3"]
    assert (clauses["2"].parent, clauses["2.1"].parent, clauses["3"].parent) == ("c1", "2", "c2.s1")
    assert [clauses[path].level for path in ("c1", "1", "2.1", "3")] == [1, 2, 3, 3]


def test_sections_over_articles_are_read_like_chapters() -> None:
    text = (
        "一、政策支持\n第1条 设立资金。\n二、范围\n（一）投资奖励\n第2条 给予：\n（一）甲；\n（二）乙。\n第3条 完。\n"
    )
    assert paths(text) == ["c1", "1", "c2", "c2.s1", "2", "2.1", "2.2", "3"]


def test_all_five_levels_nest() -> None:
    assert paths("一、甲\n（一）乙\n1.丙\n（1）丁\n①戊\n②己\n（2）庚\n2.辛\n二、壬\n") == [
        *("1", "1.1", "1.1.1", "1.1.1.1", "1.1.1.1.1", "1.1.1.1.2", "1.1.1.2", "1.1.2", "2"),
    ]


def test_an_annex_counts_anew() -> None:
    text = "一、通知\n二、要求\n附件2\n一、材料\n1.甲\n专栏1 乙\n1.丙\n"
    assert paths(text) == ["1", "2", "annex2", "annex2.1", "annex2.1.1", "annex2.box1", "annex2.box1.1"]


def test_a_number_printed_twice_gives_two_paths() -> None:
    assert paths("一、甲\n1.乙\n2.丙\n说明：\n1.丁\n") == ["1", "1.1", "1.2", "1.1-2"]


def test_a_task_after_the_items_of_a_box_is_a_task() -> None:
    duty = "（责任单位：省科技厅）"
    text = f"一、甲\n1.乙。建设。{duty}\n专栏1 丙\n1.丁。说明。\n2.戊。说明。\n3.己。推动。{duty}\n4.庚。推动。{duty}\n"
    assert paths(text) == ["1", "1.1", "box1", "box1.1", "box1.2", "1.3", "1.4"]


def test_a_task_that_counts_on_ends_a_box_even_without_a_duty() -> None:
    assert paths("一、甲\n1.乙。\n专栏1 丙\n1.丁。\n2.戊。\n3.己。\n2.庚。\n") == [
        *("1", "1.1", "box1", "box1.1", "box1.2", "box1.3", "1.2"),
    ]


def test_a_section_after_a_box_begins_tasks_anew() -> None:
    assert paths("一、甲\n1.乙。\n专栏1 丙\n1.丁。\n二、戊\n1.己。\n") == ["1", "1.1", "box1", "box1.1", "2", "2.1"]


def test_what_is_numbered_inside_an_item_of_a_box_leaves_the_next_item_in_it() -> None:
    assert paths("一、甲\n1.乙。\n专栏1 丙\n1.丁。\n（1）戊。\n2.己。\n") == [
        *("1", "1.1", "box1", "box1.1", "box1.1.1", "box1.2"),
    ]


def test_a_sentence_with_a_comma_is_a_heading_only_where_something_stands_below_it() -> None:
    clauses = by_path("一、甲\n（一）乙，丙。\n（二）丁，戊。\n1.己\n")
    assert (clauses["1.1"].heading, clauses["1.2"].heading) == ("", "丁，戊")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一章 总则\n一、支持\n第1条 给予。\n", ["c1", "c1.1", "1"]),
        ("第1条 给予。\n一、支持\n第2条 给予。\n", ["1", "1.1", "2"]),
        ("一、支持\n（一）奖励\n1.给予。\n", ["1", "1.1", "1.1.1"]),
    ],
    ids=["chapters are printed", "an article comes first", "no articles"],
)
def test_sections_are_no_chapters_unless_they_stand_over_articles(text: str, expected: list[str]) -> None:
    assert paths(text) == expected


def test_paragraphs_of_a_box_without_numbers_count_from_one() -> None:
    duty = "（责任单位：省科技厅）"
    clauses = by_path(f"一、甲\n1.乙。{duty}\n专栏1 丙\n北部地区：丁。\n南部地区：戊。\n2.己。{duty}\n")
    assert list(clauses) == ["1", "1.1", "box1", "box1.1", "box1.2", "1.2"]
    assert [clauses[path].heading for path in ("box1.1", "box1.2")] == ["北部地区", "南部地区"]


def test_a_box_shares_the_departments_of_its_task_only_when_their_headings_share_a_word() -> None:
    text = "一、甲\n1.建设中试基地。支持。（省科技厅负责）\n专栏1 {}\n1.丁。\n2.推进。支持。（省财政厅负责）\n"
    tied, untied = by_path(text.format("重点中试基地")), by_path(text.format("名词解释"))
    assert [department.name for department in tied["box1.1"].departments] == ["省科技厅"]
    assert untied["box1.1"].departments == ()


def test_a_clause_without_departments_takes_those_around_it() -> None:
    clauses = by_path("（一）甲。总体推进。（省科技厅负责）\n1.乙。\n2.丙。（省财政厅负责）\n")
    assert [department.name for department in clauses["1.1"].departments] == ["省科技厅"]
    assert [department.name for department in clauses["1.2"].departments] == ["省财政厅"]


@pytest.mark.parametrize("text", ["", "\n", "没有编号的文本。\n"])
def test_a_text_without_numbers_is_one_preface_or_nothing(text: str) -> None:
    assert paths(text) == (["0"] if text.strip() else [])


lines = st.sampled_from(
    (
        *("一、甲", "二、乙", "（一）丙。丁。", "（二）戊", "1.己。庚。", "2.辛", "3.壬。（责任单位：省科技厅）"),
        *("（1）癸", "①子", "专栏1 丑", "专栏2 寅", "第一章 卯", "第二条 辰", "第一节 巳", "附件1", "附件2", "正文。"),
    )
)


@settings(deadline=None)
@given(st.lists(lines, max_size=25).map(lambda chosen: "".join(f"{line}\n" for line in chosen)))
def test_clauses_nest_cover_the_text_and_never_share_a_path(text: str) -> None:
    assert clean(text) == text
    clauses = parse_outline(text)
    known = {clause.path: clause for clause in clauses}
    assert len(known) == len(clauses)
    for clause in clauses:
        assert text[clause.start : clause.end].strip("\n") == text[clause.start : clause.end] != ""
        assert clause.start == 0 or text[clause.start - 1] == "\n"
        outer = known[clause.parent] if clause.parent else None
        assert clause.level == (outer.level + 1 if outer else 1)
        assert outer is None or outer.start < clause.start <= clause.end <= outer.end
    tops = [clause for clause in clauses if clause.parent is None]
    assert "\n".join(text[clause.start : clause.end] for clause in tops) == text.rstrip("\n")
