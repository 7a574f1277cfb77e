"""Every line of a text is found again in its source: the page, and the lines or blocks on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeds.library import SourceLines, Transcript, edited_text, lines_in_source, written_lines
from seeds.reading import read_source, recognised_source
from tests.reading.pdf import write_pdf


def places(path: Path, *edits: dict[str, str]) -> dict[str, str]:
    """Return the lines of a text and where each stands."""
    found = read_source(path)
    text = edited_text(found, Transcript(edits=edits), file=path.name)
    return dict(zip(text.splitlines(), written_lines(lines_in_source(found, text)).split(), strict=True))


def test_lines_of_a_pdf_have_their_page(tmp_path: Path) -> None:
    left = [
        (72, 700, "一、支持企业建设中试平台，对新建的平台按设备投入的百分之"),
        (72, 680, "二十给予补助。"),
        (72, 660, "二、申报条件"),
    ]
    right = [(72, 700, "三、附则"), (72, 680, "本措施自二〇二六年一月一日起施行。")]
    found = places(write_pdf(tmp_path / "a.pdf", [left, right]))
    assert list(found.values()) == ["1:1-2", "1:3", "2:1", "2:2"]


def test_blocks_of_a_web_page_are_counted_within_its_body(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text(
        "<p>首页</p><p>关于我们</p><h1>云溪区若干措施</h1><p>一、支持</p><p>二、附则</p><p>打印本页</p>", "utf-8"
    )
    assert places(file)["二、附则"] == "1:3"


TEXT = "云溪区若干措施\n\n一、支持\n（一）建设平台。\n扫码看视频\n二、支持\n（一）建设平台。\n"


@pytest.mark.parametrize(
    ("edits", "wanted"),
    [
        ((), "1:1 1:3 1:4 1:5 1:6 1:7"),
        (({"drop": "扫码看视频"},), "1:1 1:3 1:4 1:6 1:7"),
        (({"break": "扫码看视频", "before": "看视频"},), "1:1 1:3 1:4 1:5 1:5 1:6 1:7"),
        (({"join": "扫码看视频"},), "1:1 1:3 1:4-5 1:6 1:7"),
        (({"glyph": "扫", "to": "找"},), "1:1 1:3 1:4 1:5 1:6 1:7"),
    ],
    ids=["as found", "one dropped", "one broken", "two joined", "one glyph put right"],
)
def test_lines_keep_their_places_through_edits(tmp_path: Path, edits: tuple[dict[str, str], ...], wanted: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    found = read_source(tmp_path / "a.txt")
    text = edited_text(found, Transcript(edits=edits), file="a.txt")
    assert written_lines(lines_in_source(found, text)) == wanted


def test_a_paragraph_over_a_page_number_runs_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "一、支持企业在本区建设中试平台和检验检测平台，对新建的平台，\n- 1 -\n给予补助。\n二、附则\n- 2 -\n", "utf-8"
    )
    assert list(places(tmp_path / "a.txt").values()) == ["1:1-3", "1:4"]


def test_labels_that_a_machine_ran_together_with_their_words_are_parted() -> None:
    page = ["依据文件 《云溪区办法》", "发文机构云溪区科学技术局", "发文字号云科发〔2026〕3号", "服务内容由企业申请。"]
    assert recognised_source([page]).text.split("\n") == [
        "依据文件|《云溪区办法》", "发文机构|云溪区科学技术局", "发文字号|云科发〔2026〕3号", "服务内容|由企业申请。",
    ]  # fmt: skip
    rows = [
        "发文机构云溪区科学技术局",
        "发布日期2026-03-01",
        "工具分类资金支持服务对象全区企业",
        "服务内容支持企业，由服务对象申请。",
    ]
    assert recognised_source([rows]).text.split("\n")[2:] == [
        "工具分类|资金支持", "服务对象|全区企业", "服务内容|支持企业，由服务对象申请。",
    ]  # fmt: skip
    assert recognised_source([["服务内容由企业申请。"]]).text == "服务内容由企业申请。"


def test_the_end_of_a_paragraph_is_told_on_the_page_where_it_begins() -> None:
    assert written_lines([SourceLines(page=2, first=3, last=3), None]) == "2:3 -"
