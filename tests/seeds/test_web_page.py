"""A document is read out of a web page whatever the page is built of, with nothing of the page and every word of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeds.cleaning import clean
from seeds.reading import read_source

TITLE = "某市促进智能装备产业发展若干措施"
PARAGRAPHS = (
    "为促进智能装备产业发展，结合本市实际，制定本措施。",
    "一、支持范围",
    "在本市登记注册、具有独立法人资格的企业。",
    "二、支持内容",
    "（一）项目支持。对新建项目按设备投入的10%给予补助，最高500万元。",
    "1.设备投入不低于1000万元；",
    "2.已在2025年12月31日前投产。",
    "（二）二等奖项目减半。",
    "三、附则",
    "本措施自2026年1月1日起施行，有效期3年。",
    "某市工业和信息化局",
    "2025年11月20日",
)
MENU = "".join(f'<li><a href="#{n}">{n}</a></li>' for n in ("首页", "政务公开", "政务服务", "互动交流", "走进某市"))
PATH = '<div>您当前的位置：<a href="#">首页</a> &gt; <a href="#">政务公开</a> &gt; <a href="#">政策文件</a></div>'
FOOT = (
    "<div><p>主办：某市人民政府办公室　承办：某市大数据中心</p><p>某ICP备00000000号　网站标识码：0000000000</p>"
    "<p>版权所有：某市人民政府</p></div>"
)
TOOLS = (
    "<div><span>发布时间：2025-11-25 10:30</span><span>来源：某市工信局</span><span>字体：<a>大</a><a>中</a><a>小</a></span>"
    "<a>打印</a></div>"
)
AFTER = '<div>上一篇：<a href="#">某市科技奖励办法</a></div><div>下一篇：<a href="#">关于开展年度考核的通知</a></div>'


def blocks(tag: str) -> str:
    return "".join(f"<{tag}>{paragraph}</{tag}>" for paragraph in PARAGRAPHS)


def page(body: str, *, head: str = f"<title>{TITLE}-某市人民政府门户网站</title>") -> str:
    return f'<!doctype html><html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


LAYOUTS = {
    "blocks named by their use": page(
        f"<nav><ul>{MENU}</ul></nav>{PATH}<main><h1>{TITLE}</h1>{TOOLS}<article>{blocks('p')}</article></main><footer>{FOOT}</footer>"
    ),
    "nameless blocks": page(
        f"<div><ul>{MENU}</ul></div>{PATH}<div><div>{TITLE}</div>{TOOLS}<div>{blocks('p')}</div>{AFTER}</div>{FOOT}"
    ),
    "a table that lays out the page": page(
        f"<table><tr><td><ul>{MENU}</ul></td></tr><tr><td>{PATH}</td></tr><tr><td><ul>{MENU}</ul></td><td><h1>{TITLE}</h1>"
        f"{TOOLS}<div>{blocks('p')}</div></td></tr><tr><td>{FOOT}</td></tr></table>"
    ),
    "a form around everything": page(
        f"<form><div class='menu'><ul>{MENU}</ul></div>{PATH}<div><h1>{TITLE}</h1><div>{blocks('p')}</div>{AFTER}</div>{FOOT}</form>"
    ),
    "lines parted by br": page(
        f"<div><ul>{MENU}</ul></div>{PATH}<div><h1>{TITLE}</h1><div>{'<br/>'.join(PARAGRAPHS)}<br></div></div>{FOOT}"
    ),
    "br that is closed only": page(
        f"<div><ul>{MENU}</ul></div>{PATH}<div><h1>{TITLE}</h1><div>{'</br>'.join(PARAGRAPHS)}</br></div>{AFTER}</div>{FOOT}"
    ),
    "spans and blanks of a word processor": page(
        f"<div><ul>{MENU}</ul></div><div><h1>{TITLE}</h1><div>"
        + "".join(
            f'<p class="MsoNormal" style="text-indent:32pt"><span>&nbsp;&nbsp;</span><span>{p[:4]}</span><o:p></o:p><b>{p[4:]}</b></p>'
            for p in PARAGRAPHS
        )
        + f"</div></div>{FOOT}"
    ),
    "an article named in the head of the page": page(
        f"<div class='header'><h1><a href='/'>某市人民政府</a></h1></div>{PATH}<div id='zoom'>{blocks('p')}</div>{FOOT}",
        head=f'<meta name="ArticleTitle" content="{TITLE}"><title>某市人民政府门户网站</title>',
    ),
    "the owner of the site in the first heading": page(
        f"<h1>某市工业和信息化局</h1>{PATH}<div><h2>{TITLE}</h2>{TOOLS}<div>{blocks('p')}</div></div>{FOOT}"
    ),
    "a window named like the site": page(
        f"<div><ul>{MENU}</ul></div>{PATH}<div><p align=center>{TITLE}</p>{blocks('p')}</div>{FOOT}",
        head="<title>某市人民政府门户网站</title>",
    ),
    "a text set as typed": page(f"{PATH}<h1>{TITLE}</h1><pre>{chr(10).join(PARAGRAPHS)}</pre>{FOOT}"),
    "paragraphs that only their blanks begin": page(
        f"{PATH}<h1>{TITLE}</h1><div>" + "\n\u3000\u3000".join(("", *PARAGRAPHS)) + f"</div>{FOOT}"
    ),
    "a text inside a block named like a menu": page(
        f"<div class='menu'><h1>{TITLE}</h1><div>{blocks('div')}</div></div>"
    ),
    "scripts and styles between the paragraphs": page(
        f"<div><h1>{TITLE}</h1><div><style>p{{}}</style>{blocks('p').replace('<p>二', '<script>var a = 「一、不是正文。」;</script><p>二')}</div></div>{FOOT}"
    ),
    "divisions a paragraph each": page(
        f"<div class='nav'><ul>{MENU}</ul></div><section><h1>{TITLE}</h1>{blocks('div')}</section><div class='footer'>{FOOT}</div>"
    ),
    "two hundred blocks deep": page("<div>" * 200 + f"<h1>{TITLE}</h1><div>{blocks('p')}</div>" + "</div>" * 200),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_document_is_read_alike_from_every_layout(tmp_path: Path, layout: str) -> None:
    file = tmp_path / "page.html"
    file.write_text(layout, "utf-8")
    source = read_source(file)
    lines = clean(source.text, whole=source.whole).splitlines()
    told = [line for line in lines if line.startswith(("发布时间", "来源"))]
    assert told in ([], ["发布时间：2025-11-25 10:30", "来源：某市工信局"])
    assert [line for line in lines if line not in told] == [TITLE, *PARAGRAPHS]


CARD = (
    ("依据文件", ["《某市技能人才管理办法》"]),
    ("服务对象", ["在某市注册的企业"]),
    ("服务内容", ["1.初次认定的，给予30万元资助。", "2.考核优秀的，追加20万元。"]),
    ("条件要求", ["1.设立两年以上；", "2.有3名以上正式员工。", "3.管理规范。"]),
)


def test_rows_of_a_card_keep_their_cells_and_numbers_begin_lines(tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td>{label}</td><td>{''.join(f'<p>{line}</p>' for line in lines)}</td></tr>" for label, lines in CARD
    )
    file = tmp_path / "card.html"
    file.write_text(page(f"<div><h1>某市技能大师资助</h1><table>{rows}</table></div>"), "utf-8")
    assert read_source(file).text.splitlines() == [
        "某市技能大师资助",
        "依据文件|《某市技能人才管理办法》",
        "服务对象|在某市注册的企业",
        "服务内容",
        "1.初次认定的，给予30万元资助。",
        "2.考核优秀的，追加20万元。",
        "条件要求",
        "1.设立两年以上；",
        "2.有3名以上正式员工。",
        "3.管理规范。",
    ]


def test_a_box_of_issue_data_above_the_text_is_kept(tmp_path: Path) -> None:
    box = (
        "<table><tr><td>索引号：</td><td>000000-2025</td><td>发文机关：</td><td>某市人民政府办公室</td></tr>"
        "<tr><td>发文字号：</td><td>某政办〔2025〕8号</td><td>成文日期：</td><td>2025年11月20日</td></tr></table>"
    )
    file = tmp_path / "page.html"
    file.write_text(page(f"<div>{box}<h1>{TITLE}</h1><div>{blocks('p')}</div></div>"), "utf-8")
    text = read_source(file).text
    for told in ("某政办〔2025〕8号", "某市人民政府办公室", "2025年11月20日"):
        assert told in text.split("一、支持范围")[0]


@pytest.mark.parametrize(
    "broken",
    ["如下：\n一、甲", "如下：\n　　（一）甲", "完成。\r\n\t第三条　甲", "完成。\n1．甲"],
    ids=["section", "indented subsection", "article", "task"],
)
def test_a_line_of_the_source_before_a_number_is_a_line(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "page.html"
    file.write_text(page(f"<div>为落实有关要求，现将事项通知{broken}</div>"), "utf-8")
    assert len(clean(read_source(file).text, whole=True).splitlines()) >= 2
