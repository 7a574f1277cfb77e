"""Paper pages and Word files give their lines in reading order, without what only a page prints."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from seeds.cleaning import clean
from seeds.paper import without_running_heads
from seeds.reading import read_source
from tests.reading.pdf import write_pdf

LEFT = [f"左栏第{n}行，支持企业建设中试平台基地" for n in range(1, 13)]
RIGHT = [f"右栏第{n}行，给予不超过百万元的补助" for n in range(1, 13)]


def read(path: Path) -> list[str]:
    source = read_source(path)
    return clean(source.text, whole=source.whole).splitlines()


def test_two_columns_written_line_by_line_are_read_one_after_the_other(tmp_path: Path) -> None:
    words = [(60, 800, "某市若干措施")]
    for n, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        words += [(40, 760 - 20 * n, left), (320, 760 - 20 * n, right)]
    source = read_source(write_pdf(tmp_path / "a.pdf", [words]))
    lines = [line.strip() for line in source.text.splitlines() if line.strip()]
    assert lines == ["某市若干措施", *LEFT, *RIGHT]


def test_a_table_of_two_columns_is_no_page_of_two_columns(tmp_path: Path) -> None:
    labels = [
        "依据文件",
        "发文机构",
        "发文字号",
        "发布日期",
        "工具分类",
        "服务对象",
        "办理时限",
        "咨询电话",
        "主管部门",
    ]
    words = []
    for n, label in enumerate(labels):
        words += [(40, 780 - 20 * n, label), (200, 780 - 20 * n, f"内容{n}，给予不超过百万元的补助资金支持")]
    text = read_source(write_pdf(tmp_path / "a.pdf", [words])).text
    assert text.index("发文字号") < text.index("内容3")
    assert text.index("内容2") < text.index("发布日期")


def booklet(pages: int) -> list[list[str]]:
    return [
        [f"某市产业政策汇编 {n}", f"第{n}页第一行，支持企业发展。", "中间一行。", "最后一行。", str(n)]
        for n in range(7, 7 + pages)
    ]


def test_running_heads_and_page_numbers_go_on_three_pages() -> None:
    kept = without_running_heads(booklet(3))
    assert kept[1:] == [[line for line in page if line.endswith("。")] for page in booklet(3)][1:]
    assert kept[0][0].startswith("某市产业政策汇编")


def test_what_two_pages_share_stays() -> None:
    assert without_running_heads(booklet(2)) == [page[:-1] for page in booklet(2)]


def test_a_line_inside_the_pages_is_no_running_head() -> None:
    pages = [
        ["甲一", "乙一", "同一行", "丙一", "丁一"],
        ["甲二", "乙二", "同一行", "丙二", "丁二"],
        ["甲三", "乙三", "同一行", "丙三", "丁三"],
    ]
    assert without_running_heads(pages) == pages


def numbered(paragraph: object, listed: int, depth: int) -> None:
    properties = paragraph._p.get_or_add_pPr()  # type: ignore[attr-defined]  # noqa: SLF001 - no public name
    number = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", depth), ("w:numId", listed)):
        element = OxmlElement(name)
        element.set(qn("w:val"), str(value))
        number.append(element)
    properties.append(number)


def add_list(document: object, levels: list[tuple[str, str]]) -> int:
    """Add a list of these forms and texts to a Word file; return its id."""
    root = document.part.numbering_part.element  # type: ignore[attr-defined]
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "99")
    for depth, (form, text) in enumerate(levels):
        level = OxmlElement("w:lvl")
        level.set(qn("w:ilvl"), str(depth))
        for name, value in (("w:start", "1"), ("w:numFmt", form), ("w:lvlText", text)):
            element = OxmlElement(name)
            element.set(qn("w:val"), value)
            level.append(element)
        abstract.append(level)
    root.insert(0, abstract)
    listed = OxmlElement("w:num")
    listed.set(qn("w:numId"), "99")
    shape = OxmlElement("w:abstractNumId")
    shape.set(qn("w:val"), "99")
    listed.append(shape)
    root.append(listed)
    return 99


def test_numbers_that_word_counts_itself_are_read(tmp_path: Path) -> None:
    document = docx.Document()
    listed = add_list(document, [("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")])
    for words, depth in (("总则", 0), ("目的", 1), ("甲", 2), ("乙", 2), ("依据", 1), ("丙", 2), ("附则", 0)):
        numbered(document.add_paragraph(words), listed, depth)
    document.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx") == ["一、总则", "（一）目的", "1.甲", "2.乙", "（二）依据", "1.丙", "二、附则"]


@pytest.mark.parametrize(("count", "last"), [(11, "十一、甲"), (20, "二十、甲"), (21, "二十一、甲")])
def test_word_counts_in_chinese_beyond_ten(tmp_path: Path, count: int, last: str) -> None:
    document = docx.Document()
    listed = add_list(document, [("chineseCountingThousand", "%1、")])
    for _ in range(count):
        numbered(document.add_paragraph("甲"), listed, 0)
    document.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx")[-1] == last


def test_the_rows_of_a_word_card_keep_their_cells(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("某市技能大师资助")
    table = document.add_table(rows=3, cols=2)
    for row, (label, lines) in zip(
        table.rows,
        [("依据文件", ["《某办法》"]), ("服务内容", ["1.资助30万元。", "2.追加20万元。"]), ("条件要求", ["1.注册。"])],
        strict=True,
    ):
        row.cells[0].text = label
        row.cells[1].text = lines[0]
        for line in lines[1:]:
            row.cells[1].add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx") == [
        *(
            "某市技能大师资助",
            "依据文件|《某办法》",
            "服务内容",
            "1.资助30万元。",
            "2.追加20万元。",
            "条件要求",
            "1.注册。",
        ),
    ]


def test_blocks_of_a_word_file_are_never_glued(tmp_path: Path) -> None:
    document = docx.Document()
    lines = [
        "某市人民政府",
        "关于支持产业发展的若干措施",
        "支持企业，鼓励创新，引进人才，建设平台，开展攻关",
        "第二段没有句号",
    ]
    for line in lines:
        document.add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx") == lines
