"""OFD files, as plainly or as oddly as programs write them, give the lines that their pages show."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from seeds.cleaning import clean
from seeds.outline import parse_outline
from seeds.reading import ReadingError, read_source
from tests.reading.ofd import glyphs, run, write_ofd, write_parts


def read(path: Path) -> list[str]:
    source = read_source(path)
    return clean(source.text, whole=source.whole).splitlines()


def shown(path: Path) -> list[str]:
    """Return the lines as they stand on the pages, before anything is cleaned."""
    return read_source(path).text.splitlines()


def test_an_ofd_file_is_read_from_top_to_bottom_without_its_page_numbers(tmp_path: Path) -> None:
    pages = [
        [
            "某市支持智能装备若干措施",
            "为促进产业发展，制定本措施。",
            "一、支持范围",
            "（一）在本市注册的企业，给予不超过",
            "— 1 —",
        ],
        ["100万元补助。", "二、附则", "本措施自2026年1月1日起施行。", "— 2 —"],
    ]
    lines = read(write_ofd(tmp_path / "a.ofd", pages))
    assert "（一）在本市注册的企业，给予不超过100万元补助。" in "".join(lines)
    assert not [line for line in lines if "—" in line]
    assert [clause.path for clause in parse_outline("".join(f"{line}\n" for line in lines))] == ["0", "1", "1.1", "2"]


def test_words_of_one_line_are_put_together_by_their_place(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "a.ofd", [["一、支持&补助<范围>"]])
    assert read(path) == ["一、支持&补助<范围>"]


def test_radicals_of_a_font_become_the_characters_they_stand_for(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "a.ofd", [["⽀持⽣物制造⻋间"]])
    assert read(path) == ["支持生物制造车间"]


TABLE = (
    glyphs("关于支持中试平台的通知", 60, 30)
    + glyphs("依据文件", 25, 42)  # labels are printed beside the middle of their rows
    + glyphs("《云溪区支持中试平台若干", 50, 40)
    + glyphs("措施》", 50, 44)
    + glyphs("条件要求", 25, 55)
    + glyphs("一、在本市注册且年营业收入达到", 50, 50)
    + glyphs("2000万元。", 50, 55)
    + glyphs("二、有研发场地。", 50, 60)
    + glyphs("服务流程", 25, 65)
    + glyphs("网上申报。", 50, 65)
)
SHOWN = [
    "关于支持中试平台的通知", "依据文件", "《云溪区支持中试平台若干", "措施》", "条件要求", "一、在本市注册且年营业收入达到", "2000万元。",
    "二、有研发场地。", "服务流程|网上申报。",
]  # fmt: skip


def one_page(path: Path, *objects: str, **more: Any) -> Path:
    return write_parts(path / "a.ofd", ["Pages/Page_0.xml"], {"Doc_0/Pages/Page_0.xml": objects}, **more)


def test_an_ofd_page_of_single_glyphs_is_read_cell_by_cell_as_it_is_written(tmp_path: Path) -> None:
    assert read_source(one_page(tmp_path, *TABLE)).text.replace(" ", "|").split("\n") == SHOWN


@pytest.mark.parametrize("seed", range(3))
def test_a_table_written_in_no_order_is_read_from_its_labels(tmp_path: Path, seed: int) -> None:
    shuffled = list(TABLE)
    Random(seed).shuffle(shuffled)
    assert read_source(one_page(tmp_path, *shuffled)).text.replace(" ", "|").split("\n") == SHOWN


def test_short_lines_under_each_other_are_no_labels(tmp_path: Path) -> None:
    lines = ["一、总则", "本措施支持企业建设中试平台，", "二、条件", "在本市注册。", "三、附则", "自印发之日起施行。"]
    objects = [run(line, 30, 30 + 8 * n) for n, line in enumerate(lines)]
    Random(1).shuffle(objects)
    assert shown(one_page(tmp_path, *objects)) == lines


@pytest.mark.parametrize(
    ("objects", "lines"),
    [
        pytest.param([run("给予20万元", 30, 30, code='DeltaX="5 5 g 2 2.5 5"')], ["给予20万元"], id="steps of glyphs"),
        pytest.param([run("金额期限", 30, 30, code='DeltaX="5 40 5"')], ["金额 期限"], id="two cells in one text"),
        pytest.param(
            [run("一、范围二、条件", 30, 30, code='DeltaX="5 5 5 -15 5 5 5" DeltaY="0 0 0 8 0 0 0"')],
            ["一、范围", "二、条件"], id="two lines in one text",
        ),
        pytest.param(
            [run("服务内容", 20, 30, code='DeltaY="5 5 5"'), run("给予补助。", 60, 30)], ["服务内容 给予补助。"], id="upright",
        ),
        pytest.param(
            [
                run("给予", 30, 30).replace("</ofd:TextObject>", '<ofd:TextCode X="10">补助</ofd:TextCode></ofd:TextObject>')
            ],
            ["给予补助"], id="several texts of one object",
        ),
        pytest.param([run("重要", 30, 30), run("重要", 30.3, 30)], ["重要"], id="printed twice to look bold"),
        pytest.param([run(char, 30 + 1.5 * n, 30) for n, char in enumerate("iiii")], ["iiii"], id="narrow glyphs side by side stay"),
        pytest.param(
            [run("内部资料", 0, 5, more='CTM="0.7 0.7 -0.7 0.7 50 90"'), run("一、总则", 30, 150)],
            ["一、总则", "内部资料"], id="a watermark comes last",
        ),
        pytest.param(
            [run(f"第{n}行的文字", 5 * n, 0, more='CTM="0 1 -1 0 190 30"') for n in (1, 2, 3)],
            ["第3行的文字", "第2行的文字", "第1行的文字"], id="a page on its side",
        ),
        pytest.param([run("看得见", 30, 30), run("看不见", 30, 40, more='Visible="false"')], ["看得见"], id="invisible"),
        pytest.param([run("a", 30, 30, code='DeltaX="g 999999999 1e300 nan"')], ["a"], id="numbers that are none"),
    ],
)  # fmt: skip
def test_what_an_ofd_page_shows_is_read(tmp_path: Path, objects: list[str], lines: list[str]) -> None:
    assert shown(one_page(tmp_path, *objects)) == lines


def test_an_ofd_file_of_another_namespace_case_and_slash_is_read(tmp_path: Path) -> None:
    page = run("一、总则", 30, 30).replace("Size=", "size=")
    parts = {"Doc_0/页面/Page_0.XML".encode("gb18030").decode("cp437"): [page]}
    path = write_parts(
        tmp_path / "a.ofd",
        ["\\Doc_0\\页面\\page_0.xml"],
        parts,
        space="http://www.ofdspec.org",
        root="/doc_0/Document.xml",
    )
    assert shown(path) == ["一、总则"]


def test_what_stands_on_the_template_of_an_ofd_page_belongs_to_it(tmp_path: Path) -> None:
    common = '<ofd:CommonData><ofd:TemplatePage ID="9" BaseLoc="Tpl.xml"/></ofd:CommonData>'
    parts = {
        "Doc_0/Pages/Page_0.xml": [run("一、总则", 30, 60)], "Doc_0/Tpl.xml": [run("某市人民政府文件", 60, 30)],
    }  # fmt: skip
    path = write_parts(tmp_path / "a.ofd", ["Pages/Page_0.xml"], parts, common=common)
    assert shown(path) == ["某市人民政府文件", "一、总则"]


@pytest.mark.parametrize("words", [[], [run("\ue123\ue124\ufffd", 30, 30)]], ids=["only curves", "only glyph numbers"])
def test_an_ofd_file_without_words_is_told(tmp_path: Path, words: list[str]) -> None:
    path = one_page(tmp_path, '<ofd:PathObject Boundary="0 0 9 9"/>', *words)
    with pytest.raises(ReadingError, match="pictures or curves"):
        read_source(path)
