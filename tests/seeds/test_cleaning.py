"""Cleaning deletes layout and maps glyphs; it loses no word, adds none, and joins what was one paragraph."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from seeds.cleaning import clean, map_glyphs

DOCUMENTS = Path(__file__).parents[2] / "seeds" / "documents"
IDS = ("ah-biomanufacturing-2024-draft", "gd-biomanufacturing-2025", "gd-life-health-draft")

PHRASES = (
    "支持生物制造企业建设中试基地",
    "落实首台（套）重大技术装备推广应用政策",
    "推动1,3-丙二醇、L-丙氨酸等产业化",
    "对新获批的给予200万元奖励",
    "鼓励AI+生物医药融合发展",
    "培育“专精特新”企业",
    "加快CRISPR干扰技术研究",
)
phrases = st.sampled_from(PHRASES)
sentences = st.lists(phrases, min_size=1, max_size=6).map(lambda parts: "，".join(parts) + "。")
paragraphs = st.lists(sentences, min_size=1, max_size=5).map("".join)
numbered = st.builds("{}{}".format, st.sampled_from(("", "一、", "（二）", "3.", "（4）", "专栏5 ")), paragraphs)
texts = st.lists(numbered, min_size=2, max_size=12).map(lambda lines: "".join(f"{line}\n" for line in lines))
any_text = st.text(
    st.sampled_from(
        "中试基地发展，。：；（）“”《》、一二第条章节专栏附件abAB .,:;()!?*#-+>•\n\n\n\t \u3000\u200b⽣⻛\uf900"
    )
)


def essence(text: str) -> str:
    """What cleaning must keep: all but white space and marks, whatever the width of the characters."""
    folded = unicodedata.normalize("NFKC", map_glyphs(text))
    return re.sub(r"[\s*#>+•-]", "", folded)


def width(text: str) -> float:
    return sum(1.0 if ord(character) > 0x2000 else 0.5 for character in text)


def wrap(text: str, columns: int) -> list[list[str]]:
    """Break each paragraph into lines of equal width, the first set in by two characters."""
    wrapped = []
    for paragraph in text.splitlines():
        lines, line, filled = [], "\u3000\u3000", 2.0
        for word in re.findall(r"[!-~]+|.", paragraph):
            wide = width(word)
            if filled + wide > columns:
                lines.append(line)
                line, filled = "", 0.0
            line, filled = line + word, filled + wide
        wrapped.append([*lines, line])
    return wrapped


@settings(deadline=None)
@given(any_text)
def test_cleaning_loses_no_word_and_adds_none(raw: str) -> None:
    assert essence(clean(raw)) == essence(raw)


@settings(deadline=None)
@given(any_text)
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)


@settings(deadline=None)
@given(any_text)
def test_a_cleaned_text_has_no_layout(raw: str) -> None:
    cleaned = clean(raw)
    assert cleaned == "" or cleaned.endswith("\n")
    assert all(line and line == line.strip() for line in cleaned.splitlines())


@settings(deadline=None)
@given(texts)
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(texts, st.integers(20, 40), st.booleans())
def test_a_text_broken_at_every_line_is_put_together_again(text: str, columns: int, blank: bool) -> None:  # noqa: FBT001 - drawn
    paragraphs_of_lines = wrap(text, columns)
    # A last line that fills its width hides the end of its paragraph, and few lines show no habit.
    assume(all(width(lines[-1]) < columns - 4 for lines in paragraphs_of_lines))
    # A sentence that ends at the margin before a short line reads like the end of a paragraph.
    inner = [pair for lines in paragraphs_of_lines for pair in pairwise(lines)]
    assume(not any(line.endswith("。") and width(following) < columns - 1 for line, following in inner))
    lines = [line for paragraph in paragraphs_of_lines for line in paragraph]
    assume(sum(len(paragraph) - 1 for paragraph in paragraphs_of_lines) >= max(6, len(lines) / 2))
    raw = ("\n\n" if blank else "\n").join(lines)
    assert clean(raw) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(texts, st.data())
def test_a_page_break_inside_a_sentence_is_undone(text: str, data: st.DataObject) -> None:
    first, *rest = [line for line in text.splitlines() if len(line) > 60] or [""]
    assume(first)
    at = data.draw(st.integers(30, len(first) - 2))
    assume(not re.match(r"[\d，。]|[A-Za-z]", first[at:]) and not re.search(r"[。A-Za-z\d]$", first[:at]))
    broken = "\n\n".join([f"# {first[:at]}", "- 8 -", f"{first[at:]}", *rest])
    assert clean(broken).splitlines()[0] == first


@pytest.mark.parametrize("document", IDS)
def test_the_text_of_each_document_is_its_cleaned_source(document: str) -> None:
    source = (DOCUMENTS / document / "source.txt").read_text("utf-8")
    text = (DOCUMENTS / document / "text.txt").read_bytes().decode()
    assert clean(source) == text
    assert clean(text) == text
    page_numbers = re.compile(r"^\s*- \d+ -\s*$", re.MULTILINE)
    assert essence(text) == essence(page_numbers.sub("", source))


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param("一、总体目标\n\n到2027年", "一、总体目标\n到2027年\n", id="a heading keeps its line"),
        pytest.param("### 一、要求\n**1. 建设平台。** 支持", "一、要求\n1.建设平台。支持\n", id="markdown marks"),
        pytest.param("- 6.研究中心**: 抗菌类药物。", "6.研究中心：抗菌类药物。\n", id="a stray pair of asterisks"),
        pytest.param("规模3*5米的*展台", "规模3*5米的展台\n", id="an asterisk between digits multiplies"),
        pytest.param("\u3000\u3000各地要落实。\n\u3000\u3000省政府", "各地要落实。\n省政府\n", id="indentation"),
        pytest.param(
            "推进计算机可\n\n- 8 -\n\n视化等技术，",
            "推进计算机可\n视化等技术，\n",
            id="a short line is not joined",
        ),
        pytest.param("到 2027 年，破 1000 亿元", "到2027年，破1000亿元\n", id="spaces around digits"),
        pytest.param("CRISPR Cas 等技术", "CRISPR Cas等技术\n", id="spaces between Latin words stay"),
        pytest.param("第一章  总  则\n第 1 0 条  鼓励", "第一章 总则\n第10条 鼓励\n", id="spaces inside ordinals"),
        pytest.param("专栏 4  重点装备", "专栏4 重点装备\n", id="one space after a box number"),
        pytest.param("<!-- INFO\nEND -->\n正文", "正文\n", id="comments"),
        pytest.param(
            "认定。\n(责任单位:省科技厅)",
            "认定。（责任单位：省科技厅）\n",
            id="a duty statement joins its paragraph",
        ),
        pytest.param("并投入运营\n。打造高地。", "并投入运营。打造高地。\n", id="a line never begins with a full stop"),
        pytest.param("PHA , 产业", "PHA，产业\n", id="blanks on both sides of a mark before Chinese"),
        pytest.param("产业 , PHA", "产业，PHA\n", id="blanks on both sides of a mark behind Chinese"),
        pytest.param("a , b", "a , b\n", id="a mark between Latin words stays narrow"),
        pytest.param(",甲", "，甲\n", id="a mark at the beginning"),
        pytest.param("甲,", "甲，\n", id="a mark at the end"),
        pytest.param("x (A) 甲", "x（A）甲\n", id="one bracket beside Chinese widens both"),
        pytest.param("甲(R)-3-羟基", "甲(R)-3-羟基\n", id="a bracket of a chemical name stays narrow"),
        pytest.param("", "", id="nothing"),
        pytest.param("# \n\n**\n", "", id="marks only"),
    ],
)
def test_layout_is_deleted(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_a_title_set_on_several_lines_becomes_one() -> None:
    raw = "某省人民政府办公厅关于印发某省\n加快建设产业高地\n行动方案的通知\n某办函〔2025〕6号\n\n各市人民政府：\n"
    assert (
        clean(raw)
        == "某省人民政府办公厅关于印发某省加快建设产业高地行动方案的通知\n某办函〔2025〕6号\n各市人民政府：\n"
    )


def test_a_signature_and_a_date_do_not_join_the_title_below() -> None:
    raw = "省政府办公厅\n2025年1月22日\n\n某省产业创新\n高地行动方案\n\n为加快发展，制定本方案。\n"
    assert clean(raw) == "省政府办公厅\n2025年1月22日\n某省产业创新高地行动方案\n为加快发展，制定本方案。\n"


def test_a_whole_title_does_not_take_in_the_label_below_it() -> None:
    title = "某市推动“五子”联动对部分领域设备购置贷款贴息方案的通知"
    body = "为推动有关领域设备购置与更新改造，按照市场化原则，由各银行自主选择项目投放贷款，并给予\n" * 8
    assert clean(f"{title}\n依据文件\n{body}贴息。\n").splitlines()[:2] == [title, "依据文件"]


def test_a_title_broken_before_its_last_words_is_joined() -> None:
    raw = "某省人民政府关于印发某省产业集群行动计划\n的通知\n某府〔2025〕6号\n"
    assert clean(raw).splitlines()[0] == "某省人民政府关于印发某省产业集群行动计划的通知"


def test_bare_page_numbers_and_running_heads_go_but_the_title_stays() -> None:
    page = (
        "{}\n某区工业经济\n高质量发展的政策意见\n{}.对企业给予补助{}万元。\n{}.对新认定的企业给予奖励，每家{}万元。\n"
    )
    pages = "".join(page.format(18 + i, 2 * i + 1, i, 2 * i + 2, i) for i in range(4))
    cleaned = clean("某区工业经济\n高质量发展的政策意见\n为落实部署，制定本意见。\n" + pages)
    assert cleaned.splitlines()[:3] == [
        "某区工业经济高质量发展的政策意见",
        "为落实部署，制定本意见。",
        "1.对企业给予补助0万元。",
    ]
    assert cleaned.count("某区工业") == 1
    assert "18" not in cleaned


@pytest.mark.parametrize(("offset", "kept"), [(-3, 4), (-2, 1), (-1, 1), (1, 0), (2, 0), (3, 4)])
def test_a_running_head_goes_from_the_two_lines_above_and_below_a_page_number(offset: int, kept: int) -> None:
    """Above the first page number the same words may be the title, and stay."""
    raw = ""
    for page in range(1, 5):
        lines = [f"第{page}页第{line}行。" for line in range(9)]
        lines[4], lines[4 + offset] = str(page), "某区公报"
        raw += "\n".join(lines) + "\n"
    assert clean(raw).count("某区公报") == kept


def test_numbers_that_do_not_count_pages_stay() -> None:
    assert clean("企业数\n12\n产值\n400\n税收\n7\n") == "企业数\n12\n产值\n400\n税收\n7\n"


def test_roman_numerals_and_wide_signs_are_left_alone() -> None:
    assert clean("Ⅲ类有效，“1+1＞2”，①") == "Ⅲ类有效，“1+1＞2”，①\n"


def of_length(length: int, end: str = "") -> str:
    return ("甲乙丙丁戊己庚辛壬癸" * 10)[: length - len(end)] + end


def pages(numbers: list[int], lines: int) -> str:
    return "".join("".join(f"第{n}页第{i}行。\n" for i in range(lines - 1)) + f"{n}\n" for n in numbers)


def lines_in(raw: str) -> int:
    return len(clean(raw).splitlines())


@pytest.mark.parametrize(
    ("raw", "joined"),
    [
        pytest.param(f"支持企业，{of_length(18)}\n- 8 -\n化生产。\n", True, id="23 characters with a comma"),
        pytest.param(f"支持企业，{of_length(17)}\n- 8 -\n化生产。\n", False, id="22 characters with a comma"),
        pytest.param(f"支持企业（{of_length(18)}\n- 8 -\n化）生产。\n", True, id="23 characters with a bracket open"),
        pytest.param(f"{of_length(23)}\n- 8 -\n化生产。\n", False, id="23 characters without any mark"),
        pytest.param(f"1.支持新材料、{of_length(23)}\n产品。\n", True, id="31 characters with a list"),
        pytest.param(f"1.支持新材料、{of_length(22)}\n产品。\n", False, id="30 characters with a list"),
    ],
)
def test_a_line_longer_than_a_printed_one_that_stops_midway_was_broken_by_a_page(raw: str, *, joined: bool) -> None:
    assert (lines_in(raw) == 1) is joined


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        pytest.param([of_length(6), "行动方案"], True, id="six characters"),
        pytest.param([of_length(5), "行动方案"], False, id="five characters"),
        pytest.param(["某省加快建设", *["产业创新"] * 3, "行动方案"], True, id="five lines"),
        pytest.param(["某省加快建设", *["产业创新"] * 4, "行动方案"], False, id="six lines"),
    ],
)
def test_a_title_begins_with_six_characters_and_ends_within_four_further_lines(
    lines: list[str], *, joined: bool
) -> None:
    assert (lines_in("\n".join([*lines, "为加快发展，制定本方案。\n"])) == 2) is joined


@pytest.mark.parametrize(
    ("numbers", "lines", "gone"),
    [
        pytest.param([1, 2, 3], 4, True, id="three pages of four lines"),
        pytest.param([1, 2, 3], 3, False, id="three pages of three lines"),
        pytest.param([1, 2], 6, False, id="two pages"),
        pytest.param([1, 2, 4], 5, False, id="one left out"),
        pytest.param([3, 2, 1], 5, False, id="counted down"),
    ],
)
def test_bare_numbers_count_pages_from_three_on_that_follow_one_another(
    numbers: list[int], lines: int, *, gone: bool
) -> None:
    kept = [int(line) for line in clean(pages(numbers, lines)).splitlines() if line.isdigit()]
    assert kept == ([] if gone else numbers)


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        pytest.param([of_length(20)] * 5, True, id="five full lines"),
        pytest.param([of_length(20)] * 4, False, id="four full lines"),
        pytest.param([of_length(15)] * 8, True, id="15 characters wide"),
        pytest.param([of_length(14)] * 8, False, id="14 characters wide"),
        pytest.param([*[of_length(20)] * 4, of_length(17), *[of_length(20)] * 3], True, id="one three short"),
        pytest.param([*[of_length(20)] * 4, of_length(16) + "a", *[of_length(20)] * 3], False, id="one further short"),
        pytest.param([*[of_length(20)] * 4, *[of_length(20, "。")] * 6], True, id="four of ten end midway"),
        pytest.param([*[of_length(20)] * 3, *[of_length(20, "。")] * 7], False, id="three of ten end midway"),
    ],
)
def test_lines_are_joined_where_a_text_is_broken_at_its_width_by_habit(lines: list[str], *, joined: bool) -> None:
    assert (lines_in("\n".join([*lines, "短尾。\n"])) == 1) is joined


@pytest.mark.parametrize(("others", "joined"), [(14, True), (15, False)], ids=["six of twenty", "six of twenty-one"])
def test_a_width_is_a_habit_where_three_lines_in_ten_fill_it(others: int, *, joined: bool) -> None:
    raw = "\n".join([*[of_length(20)] * 6, *["短行结束。"] * others]) + "\n"
    assert (lines_in(raw) == others) is joined


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        (
            ["全市范围由于疏解腾退以及不符合", "区域定位的老旧厂房"],
            ["全市范围由于疏解腾退以及不符合区域定位的老旧厂房"],
        ),
        (["在本区注册的软件和信息技术服务企业", "在本区注册的先进制造业企业"], None),
        (["资金支持", "政策支持"], None),
    ],
    ids=["one cell on two lines", "two names", "two short ones"],
)
def test_the_words_of_a_field_go_on_where_its_cell_is_narrow(cell: list[str], lines: list[str] | None) -> None:
    text = "\n".join(["工具分类", "资金支持", "服务对象", *cell, "服务内容", "支持企业建设平台。"])
    kept = clean(text).splitlines()
    assert kept[kept.index("服务对象") + 1 : kept.index("服务内容")] == (lines or cell)


def test_a_title_that_is_printed_twice_is_two_lines() -> None:
    title = "云溪区积极发展先进制造业构建更具竞争力的现代化产业体系"
    body = [f"一、支持企业在本区建设中试平台和检验检测平台，对新建的平台给予补助{n}" for n in range(6)]
    assert clean("\n".join([f"5. {title}", title, *body])).splitlines()[:2] == [f"5.{title}", title]
