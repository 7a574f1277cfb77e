"""Text copied from a web page loses its menus and footers; a document that shows none of them loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeds.cleaning import clean
from seeds.furniture import is_page
from seeds.reading import read_source

DOCUMENTS = Path(__file__).parents[2] / "seeds" / "documents"
TITLE = "关于组织申报2025年度智能装备项目的通知"
BODY = [
    "各镇街经济发展局，有关企业：",
    "为做好2025年度智能装备项目申报工作，现将有关事项通知如下：",
    "一、申报条件",
    "（一）在本市注册；",
    "（二）申请书须打印并签字。",
    "二、联系方式",
    "联系人：企业服务科",
    "某市工业和信息化局",
    "2025年3月5日",
]
MENU = [
    "某市企业服务网",
    "首页",
    "|",
    "关于我们",
    "企业简介",
    "荣誉资质",
    "|",
    "服务中心",
    "专利商标服务",
    "机器换人项目",
    "联系我们",
]
PATH = ["当前位置：", "首页", ">", "业务详情", ">", "机器换人项目", ">", "科技服务", "专利商标服务", "研发费用加计扣除"]
AFTER = ["上一个：", "关于开展装备认定工作的通知", "下一个：", "研发费用加计扣除政策"]
FOOT = ["OA系统", "|", "法律声明", "版权所有 某市企业服务网", "地址：某市某路1号", "扫码联系方式"]

COPIES = {
    "menu, path and footer": [*MENU, *PATH, TITLE, "发布时间：2025-03-06 10:00:00", *BODY, *AFTER, *FOOT],
    "a path in one line": ["您现在的位置：首页 > 通知公告", TITLE, "发布时间：2025-03-06", *BODY, "【打印本页】", "【关闭窗口】"],
    "no day of publication": [*MENU, *PATH, TITLE, *BODY, *AFTER, *FOOT],
    "only what stands below": [TITLE, *BODY, "上一篇：某通知", "下一篇：某公告", "版权所有：某市工信局 某ICP备00000000号"],
    "tools beside the day": [
        *("首页 > 政务公开 > 通知", TITLE, "发布时间：2025-03-06 来源：某市工信局 字体：【大 中 小】 打印"),
        *(*BODY, "分享到：", "主办：某市工信局", "网站标识码：0000000000"),
    ],
    "a line of tools inside the text": [
        *("首页 > 政务公开", TITLE, "发布时间：2025-03-06", *BODY[:4], "收藏", "打印", *BODY[4:], "上一篇：某通知", "友情链接"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("lines", COPIES.values(), ids=COPIES)
def test_a_copied_page_is_read_without_what_the_page_printed(tmp_path: Path, lines: list[str]) -> None:
    file = tmp_path / "copied.txt"
    file.write_text("\n".join(lines), "utf-8")
    source = read_source(file)
    kept = clean(source.text, whole=source.whole).splitlines()
    assert [line for line in kept if not line.startswith(("发布时间", "来源"))] == [TITLE, *BODY]


WHOLE = {
    "a contest with its organisers": (
        "某市创新大赛通知\n一、组织\n主办单位：某市科技局\n承办单位：某市协会\n技术支持：某平台\n二、报名\n联系人：某科\n地址：某路1号\n"
    ),
    "a table copied cell by cell": "某市中小企业目录\n一、规模\n大\n中\n小\n打印申请书并签字\n关闭不合格生产线的企业\n下载\n注册\n",
    "a notice that speaks of pages": f"{TITLE}\n一、登录首页，点击“打印”。\n二、关闭窗口后重新登录。\n联系我们：某科\n",
    "a list of short lines": "某市产业目录\n装备\n软件\n材料\n首页\n下载\n",
    "a law with a link in it": "某条例\n第一条 为了公开，在网站首页公布。\n第二条 上一篇章的规定适用。\n",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_a_text_that_shows_no_page_loses_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "whole.txt"
    file.write_text(text, "utf-8")
    assert "".join(read_source(file).text.split()) == "".join(text.split())


@pytest.mark.parametrize("folder", sorted(DOCUMENTS.iterdir()), ids=lambda folder: folder.name)
def test_the_shipped_documents_show_no_page(folder: Path) -> None:
    (source,) = folder.glob("source.*")
    assert not is_page(source.read_text("utf-8"))


def test_words_of_the_document_that_pages_print_too_stay_in_a_copied_page(tmp_path: Path) -> None:
    body = [*BODY[:4], "打印申请书并签字盖章", "主办单位：某市科技局", "承办单位：某市协会", "小", "下载", *BODY[4:]]
    lines = [*PATH, TITLE, "发布时间：2025-03-06", *body, *AFTER, "主办：某市工信局", "某ICP备00000000号"]
    file = tmp_path / "copied.txt"
    file.write_text("\n".join(lines), "utf-8")
    assert read_source(file).text.splitlines() == [TITLE, "发布时间：2025-03-06", *body]


def test_a_sentence_below_a_footer_is_kept(tmp_path: Path) -> None:
    lines = [
        *PATH,
        TITLE,
        "发布时间：2025-03-06",
        *BODY,
        *AFTER,
        *FOOT,
        "本通知未尽事宜，由市工业和信息化局负责解释，自印发之日起执行。",
    ]
    file = tmp_path / "copied.txt"
    file.write_text("\n".join(lines), "utf-8")
    text = read_source(file).text
    assert text.endswith("自印发之日起执行。")
    assert "版权所有" not in text
    assert "关于开展装备认定工作的通知" not in text
