"""The browsing pages in a browser: documents to read, measures to sift and check, departments; and the API's filters."""

import re
from html import escape
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from rules.language.measures import leaves
from service.pages.browse.document import Marked, Span, lay_out, marks_of, set_document
from service.pages.browse.search import excerpt, places_of, search_clauses
from service.pages.wording import page_words

ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'>{{7*7}}"
FORCE, DRAFT, LIFE = "gd-biomanufacturing-2025", "ah-biomanufacturing-2024-draft", "gd-life-health-draft"
DOCUMENTS = (FORCE, DRAFT, LIFE)
FIRST_BATCH = "gd-first-batch-materials"
PAGES = (
    "/documents?q=中试",
    f"/documents/{LIFE}?q=中试",
    "/measures?q=中试&sector=生物材科",
    f"/measures/{FIRST_BATCH}",
    "/departments",
)
HTML = {"Accept": "text/html"}


def html(server, path, **query):
    address = quote(path) + ("?" + urlencode(query) if query else "")
    return server.call("GET", address, headers=HTML)


def listed(server, **query):
    return server.get("/v1/measures?" + urlencode({"per_page": 100, **query})).json


def facts_of(measure):
    return {leaf.test.fact for condition in measure.conditions for leaf in leaves(condition)}


def squeezed(text):
    return "".join(text.split())


# --- a document


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_page_holds_the_text_and_marks_exactly_the_operative_sentences(page, server, document):
    text = server.get(f"/v1/documents/{document}").json["text"]
    measures = [m for n in (1, 2) for m in listed(server, document=document, page=n)["items"]]
    page.goto(f"/documents/{document}?q={quote('产业')}")
    assert squeezed(page.get_by_role("region", name="文件正文").text_content()) == squeezed(text)
    marked = page.locator(".operative").evaluate_all(
        "all => all.reduce((stated, one) => { (stated[one.dataset.measure] ??= []).push(one.textContent); return stated }, {})"
    )
    assert {id_: "".join(pieces) for id_, pieces in marked.items()} == {m["id"]: m["source"]["quote"] for m in measures}
    ids = page.locator(".operative[id]").evaluate_all("all => all.map(one => one.id)")
    assert sorted(ids) == sorted(f"m-{m['id']}" for m in measures)
    links = page.locator("#text a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert sorted(links) == sorted(f"/measures/{m['id']}" for m in measures)


def test_every_clause_has_its_anchor_and_holds_its_text(page, server):
    document = server.get(f"/v1/documents/{DRAFT}").json
    page.goto(f"/documents/{DRAFT}")
    shown = page.locator("#text .clause").evaluate_all(
        "all => Object.fromEntries(all.map(one => [one.id, one.textContent]))"
    )
    assert set(shown) == {f"c-{clause['path']}" for clause in document["clauses"]}
    for clause in document["clauses"]:
        assert squeezed(shown[f"c-{clause['path']}"]) == squeezed(document["text"][clause["start"] : clause["end"]])


def test_a_reader_goes_from_the_contents_to_a_clause_and_on_to_its_measure(page):
    page.goto(f"/documents/{DRAFT}")
    expect(page.get_by_text("这是征求意见稿，尚未生效")).to_be_visible()
    contents = page.get_by_role("navigation", name="目录")
    expect(contents).to_be_hidden()
    page.locator("summary", has_text="目录").click()
    contents.get_by_role("link", name="3.建设生物制造中试基地").click()
    assert urlsplit(page.url).fragment == "c-2.2.3"
    expect(page.get_by_role("heading", name="3.建设生物制造中试基地。")).to_be_in_viewport()
    assert (
        page.locator("[id='c-2.2.3']").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 246, 214)"
    )
    page.get_by_role("link", name="措施：合肥、蚌埠等市生物制造中试基地", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("合肥、蚌埠等市生物制造中试基地")
    page.get_by_role("link", name="在文件中查看").first.click()
    assert urlsplit(page.url).fragment.startswith("m-ah-")
    expect(page.locator(".operative:target")).to_be_in_viewport()


def test_contents_stand_beside_the_text_on_a_wide_screen(new_page, server):
    page = new_page(server.base, viewport={"width": 1440, "height": 900})
    page.goto(f"/documents/{FORCE}#c-4.3")
    contents = page.get_by_role("navigation", name="目录")
    expect(contents).to_be_in_viewport()
    expect(contents.get_by_role("link", name="（三）加大政策扶持")).to_have_attribute("aria-current", "true")
    assert contents.bounding_box()["x"] + contents.bounding_box()["width"] < page.locator("#text").bounding_box()["x"]


def test_boxes_are_set_apart_and_headings_follow_the_levels(page):
    page.goto(f"/documents/{DRAFT}")
    text = page.locator("#text")
    expect(text.get_by_role("heading", level=2, name="二、重点任务")).to_be_visible()
    expect(text.get_by_role("heading", level=3, name="（二）实施中试验证服务行动")).to_be_visible()
    expect(text.get_by_role("heading", level=4, name="专栏3 重点中试基地")).to_be_visible()
    assert page.locator("[id='c-box3']").evaluate("one => getComputedStyle(one).borderTopWidth") == "1px"


def test_a_search_within_a_document_marks_and_lists_every_place(page, server):
    text = server.get(f"/v1/documents/{LIFE}").json["text"]
    page.goto(f"/documents/{LIFE}")
    page.get_by_label("在本文件中搜索").fill("細胞治療")
    page.get_by_role("button", name="搜索").click()
    reported = page.get_by_role("status", name="搜索结果")
    found = int(re.search(r"找到 (\d+) 处", reported.inner_text())[1])
    assert found >= text.count("细胞治疗") > 0
    assert sum(int(n) for n in re.findall(r"(\d+) 处", " ".join(reported.locator("li").all_inner_texts()))) == found
    assert {"细胞治疗"} <= set(page.locator("#text mark").all_text_contents())
    reported.get_by_role("link", name="四（二） 细胞治疗").or_(
        reported.get_by_role("link", name="四（二）细胞治疗")
    ).click()
    expect(page.locator("[id='c-4.2'] mark").first).to_be_in_viewport()
    page.get_by_label("在本文件中搜索").fill("钢铁冶炼")
    page.get_by_role("button", name="搜索").click()
    expect(page.get_by_text("本文件中没有“钢铁冶炼”。")).to_be_visible()


def test_only_clauses_with_measures_can_be_shown(page, server):
    quotes = [m["source"]["quote"] for m in listed(server, document=DRAFT)["items"]]
    page.goto(f"/documents/{DRAFT}")
    page.get_by_role("link", name="只看含措施的条款").click()
    text = page.locator("#text").text_content()
    assert all(quote in text for quote in quotes)
    assert "以习近平新时代" not in text
    assert page.locator("[id='c-1.1']").count() == 0
    expect(page.get_by_text("略去没有措施的段落").first).to_be_visible()
    page.get_by_role("link", name="看全文").click()
    assert page.locator("[id='c-1.1']").count() == 1


def test_on_paper_stand_the_text_and_the_filters_in_use(page):
    page.emulate_media(media="print")
    page.goto("/measures?status=draft")
    assert not page.get_by_label("地区", exact=True).evaluate("one => one.checkVisibility()")
    expect(page.get_by_role("list", name="已选条件")).to_be_visible()
    page.goto(f"/documents/{FORCE}")
    for hidden in (page.get_by_label("在本文件中搜索"), page.locator("#toc"), page.locator("header nav")):
        assert not hidden.evaluate("one => one.checkVisibility()")
    assert page.locator("#text").evaluate("one => one.checkVisibility()")


# --- the list of documents


def test_documents_are_listed_with_what_is_known_of_them(page):
    page.goto("/documents")
    cards = page.get_by_role("article")
    expect(cards).to_have_count(3)
    expect(cards.first).to_contain_text("粤办函〔2025〕6号")
    expect(cards.first).to_contain_text("2025-01-22")
    expect(cards.first).to_contain_text("现行有效")
    expect(cards.first).to_contain_text("125 项措施")
    draft = cards.filter(has_text="安徽省生物制造")
    expect(draft.get_by_text("征求意见稿，尚未生效", exact=True)).to_be_visible()
    assert draft.get_by_role("definition").all_inner_texts()[:3] == ["原文未写明"] * 3
    draft.get_by_role("link", name="列出措施").click()
    expect(page.get_by_role("heading", level=2, name="符合条件的措施 72 项")).to_be_visible()


def test_words_are_found_in_every_clause_and_lead_to_the_place(page, server):
    page.goto("/documents")
    page.get_by_label("在全部原文中搜索").fill("脑机接口")
    page.get_by_role("button", name="搜索").click()
    results = page.get_by_role("region", name="搜索结果").get_by_role("listitem")
    assert results.count() >= 2
    texts = {one["title"]: squeezed(one["text"]) for one in server.get("/v1/documents").json["items"]}
    for result in results.all():
        title = re.search("《(.+)》", result.inner_text())[1]
        assert squeezed(result.locator("blockquote").text_content()).strip("…") in texts[title]
        assert result.locator("mark").count() > 0
    results.first.get_by_role("link").click()
    assert urlsplit(page.url).fragment.startswith("c-")
    expect(page.locator("#text .clause:target mark").first).to_be_in_viewport()


@pytest.mark.parametrize(
    ("typed", "reported"),
    [
        ("中", "请至少输入两个字"),
        ("（）", "请至少输入两个字"),
        ("铁" * 101, "内容过长"),
        ("钢铁冶炼", "原文中没有“钢铁冶炼”"),
    ],
)
def test_a_search_that_finds_nothing_says_why(server, typed, reported):
    reply = html(server, "/documents", q=typed)
    assert reply.status == 200
    assert reported in reply.body.decode()


# --- the list of measures


def test_filters_sift_and_are_taken_off_one_by_one(page):
    page.goto("/measures")
    expect(page.get_by_role("heading", level=2)).to_have_text("全部措施 259 项")
    page.get_by_label("地区", exact=True).fill("Hefei")
    page.get_by_label("行业", exact=True).fill("C2761")
    page.get_by_label("支持方式", exact=True).select_option(
        label=re.search(r"中试（\d+）", page.get_by_label("支持方式", exact=True).inner_text())[0]
    )
    page.get_by_role("button", name="筛选", exact=True).click()
    chips = page.get_by_role("list", name="已选条件").get_by_role("listitem")
    assert [chip.inner_text().strip("× ") for chip in chips.all()] == [
        "地区：安徽省合肥市",
        "行业：生物药",
        "支持方式：中试",
    ]
    expect(page.get_by_label("地区", exact=True)).to_have_value("安徽省合肥市")
    few = int(re.search(r"(\d+) 项", page.get_by_role("heading", level=2).inner_text())[1])
    assert 0 < few < 20
    for card in page.get_by_role("article").all():
        expect(card).to_contain_text("安徽")
    page.get_by_role("link", name="移除条件：支持方式：中试").click()
    expect(chips).to_have_count(2)
    assert int(re.search(r"(\d+) 项", page.get_by_role("heading", level=2).inner_text())[1]) > few
    page.get_by_role("link", name="清除全部条件").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("全部措施 259 项")


def test_the_folded_filters_work_and_stay_open_when_in_use(page):
    page.goto("/measures")
    page.locator("summary", has_text="更多筛选").click()
    page.get_by_label("文件状态", exact=True).select_option("draft")
    page.get_by_label("责任单位", exact=True).select_option("省科技厅")
    page.get_by_label("政策文件", exact=True).select_option(DRAFT)
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.get_by_role("list", name="已选条件").get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_label("责任单位", exact=True)).to_be_visible()
    expect(page.get_by_label("责任单位", exact=True)).to_have_value("省科技厅")
    for card in page.get_by_role("article").all():
        expect(card).to_contain_text("省科技厅")
        expect(card.get_by_text("征求意见稿，尚未生效", exact=True)).to_be_visible()
    assert urlsplit(page.url).fragment == "total"
    assert set(parse_qs(urlsplit(page.url).query)) == {"status", "document", "department"}


def test_an_entry_says_what_where_for_whom_and_who(page):
    page.goto("/measures?q=" + quote("首批次应用示范指导目录"))
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name="生物基材料纳入"))
    expect(card.get_by_text("首批次", exact=True)).to_be_visible()
    expect(card.get_by_text("现行有效", exact=True)).to_be_visible()
    expect(card).to_contain_text("注册地在广东省；行业属于生物制造")
    expect(card).to_contain_text("责任单位：省发展改革委、省科技厅")
    assert any("首批次应用示范指导目录" in marked for marked in card.locator("mark").all_text_contents())
    card.get_by_role("link", name="四（三）").click()
    assert page.url.endswith(f"/documents/{FORCE}#m-{FIRST_BATCH}")


def test_pages_together_hold_every_measure_once_in_the_order_reported(server):
    ids, pages = [], 13
    for number in range(1, pages + 1):
        body = html(server, "/measures", page=number).body.decode()
        ids += re.findall(r'<article [^>]*aria-labelledby="t-([^"]+)"', body)
    everything = {m["id"]: m for n in (1, 2, 3) for m in listed(server, page=n)["items"]}
    assert sorted(ids) == sorted(everything)
    place = [(everything[id_]["document"]["status"] == "draft", everything[id_]["source"]["document"]) for id_ in ids]
    assert [draft for draft, _ in place] == sorted(draft for draft, _ in place)
    for document in DOCUMENTS:
        starts = [
            everything[id_]["source"]["start"] for id_ in ids if everything[id_]["source"]["document"] == document
        ]
        assert starts == sorted(starts)


@pytest.mark.parametrize("number", ["0", "-1", "x", "999", "²", "9" * 30])
def test_a_page_that_is_none_is_answered_with_one(server, number):
    assert 'aria-labelledby="t-' in html(server, "/measures", page=number).body.decode()


def test_a_value_nobody_knows_is_reported_with_the_nearest_and_the_rest_is_kept(page):
    page.goto(
        "/measures?"
        + urlencode(
            {
                "region": "亚特兰蒂斯",
                "sector": "生物材科",
                "department": "工信厅",
                "status": "in_force",
                "instrument": "中式",
            }
        )
    )
    reported = page.get_by_role("alert")
    expect(reported).to_contain_text("没有认出地区“亚特兰蒂斯”，以下结果没有按它筛选。")
    expect(reported).to_contain_text("没有认出支持方式“中式”")
    expect(page.get_by_label("行业", exact=True)).to_have_value("生物材科")
    expect(page.get_by_label("行业", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("list", name="已选条件").get_by_role("listitem")).to_have_count(1)
    reported.get_by_role("link", name="生物材料", exact=True).click()
    expect(page.get_by_role("list", name="已选条件").get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_label("地区", exact=True)).to_have_value("亚特兰蒂斯")
    reported.get_by_role("link", name="省工业和信息化厅").click()
    expect(page.get_by_label("责任单位", exact=True)).to_have_value("省工业和信息化厅")


def test_an_empty_list_says_which_filter_to_take_off(page):
    page.goto("/measures?" + urlencode({"region": "成都", "q": "脑机接口", "status": "in_force"}))
    reported = page.get_by_role("status")
    expect(reported).to_contain_text("没有措施同时符合所选的全部条件。")
    link = reported.get_by_role("link", name="去掉“地区：四川省成都市”后有")
    count = int(re.search(r"后有 (\d+) 项", link.inner_text())[1])
    link.click()
    expect(page.get_by_role("article")).to_have_count(count)


def test_a_product_in_place_of_a_sector_offers_its_sectors(page):
    page.goto("/measures?" + urlencode({"sector": "聚乳酸"}))
    expect(page.get_by_role("alert").get_by_role("link", name="生物材料", exact=True)).to_be_visible()


def test_the_list_says_when_a_stage_rules_nothing_out(server, catalogue):
    asked = any("stage" in facts_of(measure) for measure in catalogue.measures.values())
    body = html(server, "/measures", stage="量产").body.decode()
    assert ("都没有以所处阶段为条件" in body) is not asked
    assert '<option value="production" selected' in body


# --- the API has the same filters, and both mean the same


@pytest.mark.parametrize(
    "query",
    [
        {"sector": "生物材料"}, {"sector": "C2761", "region": "合肥"}, {"stage": "中试"}, {"department": "省科技厅"},
        {"department": "省科技厅", "status": "draft", "sector": "疫苗"}, {"q": "中试", "region": "珠海金湾", "instrument": "pilot"},
    ],
    ids=str,
)  # fmt: skip
def test_page_and_api_sift_alike(server, query):
    answer = listed(server, **query)
    body = html(server, "/measures", **query).body.decode()
    assert int(re.search(r'<h2 id="total">[^<]*?(\d+) 项', body)[1]) == answer["total"] > 0


def test_the_api_tells_how_a_filter_was_read(server):
    answer = listed(server, sector="bio-based materials", department="省 科技厅")
    assert answer["department"]["value"] == "省科技厅"
    unread = listed(server, sector="生物材科", stage="中试")
    assert (unread["total"], unread["sector"]["value"], unread["stage"]["value"]) == (0, None, "pilot")
    assert "biomaterials" in {offer["value"] for offer in unread["sector"]["suggestions"]}
    assert [offer["value"] for offer in listed(server, department="发改委")["department"]["suggestions"]] == [
        "省发展改革委"
    ]
    assert listed(server)["stage"] is None


def test_every_measure_of_a_department_names_it(server):
    found = listed(server, department="省药监局")["items"]
    assert found
    assert all("省药监局" in {one["name"] for one in measure["departments"]} for measure in found)


def test_a_sector_keeps_what_it_may_reach_and_drops_what_it_may_not(server, catalogue):
    silent = {id_ for id_, measure in catalogue.measures.items() if "sector" not in facts_of(measure)}
    for text in ("生物材料", "服装"):
        kept = {m["id"] for page in (1, 2, 3) for m in listed(server, sector=text, page=page)["items"]}
        assert silent <= kept
    assert len(kept) < len(catalogue.measures) / 4


# --- one measure


def test_a_civil_servant_can_check_a_rule(page, server):
    measure = server.get(f"/v1/measures/{FIRST_BATCH}").json
    page.goto(f"/measures/{FIRST_BATCH}")
    expect(page.get_by_role("heading", level=1)).to_have_text(measure["title"])
    expect(page.get_by_text("现行有效", exact=True)).to_be_visible()
    sentence = page.get_by_role("region", name="政策原句")
    assert sentence.locator("figure mark").all_text_contents() == [measure["source"]["quote"]]
    conditions = page.get_by_role("region", name="适用条件").get_by_role("listitem")
    assert conditions.count() == len(measure["conditions"])
    for shown, condition in zip(conditions.all(), measure["conditions"], strict=True):
        expect(shown.get_by_role("heading")).to_have_text(condition["label"])
        expect(shown).to_contain_text(condition["cite"]["quote"])
        assert shown.get_by_role("link").get_attribute("href") == f"/documents/{FORCE}#c-{condition['cite']['clause']}"
    rows = page.get_by_role("table").get_by_role("row")
    assert rows.count() == 1 + len(measure["examples"])
    expect(rows.nth(1)).to_have_text("注册地：广东省珠海市；行业：生物材料；材料符合首批次目录的条件：是条件相符")
    expect(page.get_by_role("link", name="用我的情况自测")).to_have_attribute("href", "/")


def test_a_measure_leads_to_its_neighbours(page):
    page.goto(f"/measures/{FIRST_BATCH}")
    clause = page.get_by_role("region", name="同一条款的其他措施")
    assert clause.get_by_role("link").count() > 0
    assert page.get_by_role("region", name="省发展改革委：在本文件中的其他措施").get_by_role("listitem").count() == 8
    page.get_by_role("link", name="全部 91 项").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("91 项")


def test_every_measure_has_its_page_and_says_what_the_api_says(server):
    for number in (1, 2, 3):
        for measure in listed(server, page=number)["items"]:
            body = html(server, f"/measures/{measure['id']}").body.decode()
            assert f"<mark>{measure['source']['quote']}</mark>" in body
            assert all(f"<h3>{condition['label']}</h3>" in body for condition in measure["conditions"])
            assert all(department["name"] in body for department in measure["departments"])


# --- two measures beside each other, words of which only some are there, a dark screen


def test_two_ticked_measures_are_compared_as_the_api_tells_them(page, server):
    page.goto("/measures?q=中试")
    ticks = page.get_by_role("checkbox", name="比较")
    chosen = [tick.get_attribute("value") for tick in ticks.all()[:3]]
    for tick in ticks.all()[:2]:
        tick.check()
    page.get_by_role("button", name="比较勾选的两项").click()
    left, right = (server.get(f"/v1/measures/{one}").json for one in chosen[:2])
    assert page.get_by_role("columnheader").all_text_contents() == [left["title"], right["title"]]
    rows = {row.get_by_role("rowheader").inner_text().split("\n")[0].removesuffix(" 不同"): row
            for row in page.locator("tbody tr").all()}  # fmt: skip
    for name, of in (
        ("适用条件", lambda one: [each["label"] for each in one["conditions"]] or ["没有条件。"]),
        ("政策原句", lambda one: [one["source"]["quote"]]),
    ):
        sides = [cell.locator("p").all_text_contents() for cell in rows[name].get_by_role("cell").all()]
        assert sides == [of(left), of(right)], name
        assert ("differs" in (rows[name].get_attribute("class") or "")) == (of(left) != of(right))
    differing = page.locator("tr.differs").count()
    expect(page.locator("p.quiet").first).to_contain_text(f"{differing}")
    page.goto("/compare?" + urlencode([("id", one) for one in chosen]))
    expect(page.get_by_role("columnheader")).to_have_count(2)
    assert "前两项" in page.get_by_role("main").inner_text()


@pytest.mark.parametrize("ids", [[], [FIRST_BATCH], [FIRST_BATCH, FIRST_BATCH], [FIRST_BATCH, ATTACK]])
def test_less_than_two_measures_lead_back_to_the_list(server, ids):
    answer = server.call("GET", "/compare?" + urlencode([("id", one) for one in ids]), headers=HTML)
    shown = answer.body.decode()
    assert answer.status == 200
    assert "<table" not in shown
    assert 'href="/measures"' in shown
    assert ATTACK not in shown


def test_where_no_measure_has_all_words_those_with_most_come_first_and_it_is_said(server):
    query = "中试 合肥 蚌埠 不存在的词"
    body = html(server, "/measures", q=query).body.decode()
    assert html_words("browse_partly") in body
    first = re.search(r'href="/measures/([a-z0-9-]+)"', body.partition("<main")[2])[1]
    text = squeezed(html(server, f"/measures/{first}").body.decode())
    assert sum(word in text for word in query.split()) >= 2
    assert html_words("browse_partly") not in html(server, "/measures", q="中试").body.decode()


def html_words(key, language="zh"):
    return escape(page_words(language)[key], quote=False)


@pytest.mark.parametrize("path", ["/", f"/measures/{FIRST_BATCH}", f"/documents/{LIFE}?q=中试", "/measures?q=中试"])
def test_a_dark_screen_is_dark_and_as_easy_to_read(page, axe_clean, path):
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(path)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert all(int(part) < 64 for part in re.findall(r"\d+", ground)[:3]), ground
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    axe_clean(page)


# --- departments


def test_departments_are_apart_by_province_and_lead_to_their_measures(page, server):
    page.goto("/departments")
    guangdong, anhui = page.get_by_role("region", name="广东省"), page.get_by_role("region", name="安徽省")
    counts = {
        place: listed(server, department="省科技厅", document=document)["total"]
        for place, document in (("gd", FORCE), ("ah", DRAFT))
    }
    theirs = guangdong.get_by_role("article", name="省科技厅", exact=True)
    expect(theirs).to_contain_text(f"{counts['gd']} 项")
    expect(anhui.get_by_role("article", name="省科技厅", exact=True)).to_contain_text(f"{counts['ah']} 项")
    theirs.locator("summary").click()
    assert theirs.get_by_role("list").get_by_role("link").count() == counts["gd"]
    theirs.get_by_role("link", name="列出措施").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text(f"{counts['gd']} 项")


def test_measures_for_which_the_text_names_nobody_are_counted(page, catalogue):
    page.goto("/departments")
    unnamed = sum(
        not catalogue.documents[m.document].clause(m.source.clause).departments for m in catalogue.measures.values()
    )
    stated = page.get_by_role("region", name="原文未写明责任单位的措施").inner_text()
    assert sum(int(count) for count in re.findall(r"(\d+) 项措施", stated)) == unnamed > 0


# --- all of them


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_violation(new_page, server, axe_clean, language):
    """In Chinese on a telephone, in English on a desk; test_pages.py has it look at lists without a filter."""
    page = new_page(server.base, **({} if language == "zh" else {"viewport": {"width": 1280, "height": 900}}))
    for path in PAGES[:4]:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.locator("main details").evaluate_all("all => all.slice(0, 3).forEach(one => { one.open = true })")
        axe_clean(page)
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]


def test_english_pages_speak_english_and_mark_what_is_chinese(page):
    for path in PAGES:
        page.goto(path + ("&" if "?" in path else "?") + "lang=en")
        page.locator("[lang='zh-CN'], input, mark, option").evaluate_all("all => all.forEach(one => one.remove())")
        left = re.sub("“[^”]*”", "", page.locator("main").inner_text()).replace("(等)", "")
        assert re.findall(r".{0,10}[\u4e00-\u9fff]+.{0,10}", left) == [], path


def test_chinese_pages_are_set_with_chinese_punctuation(page):
    for path in PAGES:
        page.goto(path)
        page.locator("#text, blockquote, q, code").evaluate_all("all => all.forEach(one => one.remove())")
        assert re.findall(r".{0,9}[\u4e00-\u9fff] ?[,;:?!()].{0,9}", page.locator("main").inner_text()) == [], path


def test_markup_in_any_filter_stays_text(page):
    names = (
        "q",
        "region",
        "sector",
        "stage",
        "instrument",
        "kind",
        "status",
        "document",
        "department",
        "page",
        "only",
        "lang",
    )
    for path in ("/measures", "/documents", f"/documents/{FORCE}", f"/measures/{FIRST_BATCH}", "/departments"):
        for query in (dict.fromkeys(names, ATTACK), dict.fromkeys(names, ATTACK[:40])):
            page.goto(path + "?" + urlencode(query))
            assert "owned" not in page.title()
            assert page.locator("main script, main img").count() == 0
            assert "'>49" not in page.content()
    page.goto("/measures/" + quote(ATTACK.replace("/", "")))
    expect(page.get_by_role("alert")).to_contain_text("<img src=x")
    page.complaints.clear()  # Chrome reports the status 404 of the page itself


@pytest.mark.parametrize(
    ("path", "says", "near"),
    [
        ("/measures/gd-first-batch-material", "没有这项措施", "生物基材料纳入重点新材料首批次应用示范指导目录"),
        ("/documents/gd-biomanufacturing", "没有这份文件", "广东省加快建设生物制造产业创新高地行动方案"),
    ],
)
def test_an_unknown_id_offers_the_nearest(page, axe_clean, path, says, near):
    assert page.goto(path).status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text(says)
    axe_clean(page)
    page.complaints.clear()  # Chrome reports the status 404 of the page itself
    page.get_by_role("link", name=near).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(near)


@pytest.mark.parametrize(
    "path", ["/measures", "/documents", f"/documents/{LIFE}", f"/measures/{FIRST_BATCH}", "/departments"]
)
def test_parameters_that_nobody_knows_change_nothing(server, path):
    odd = {
        "endpoint": "x",
        "_external": "1",
        "_scheme": "javascript",
        "_anchor": "x",
        "measure_id": "x",
        "self": "x",
        "q": "\x00",
    }
    reply = html(server, path, **odd)
    assert reply.status == 200
    assert re.search('class="switch" href="([^"]*)"', reply.body.decode())[1].startswith(f"{path}?")
    blank = html(server, "/measures", **odd | {"q": "", "sector": "疫苗"})
    assert (blank.status, blank.headers["Location"]) == (303, f"/measures?sector={quote('疫苗')}")


def test_everything_works_without_scripts_on_a_small_phone(new_page, server):
    page = new_page(server.base, java_script_enabled=False, viewport={"width": 320, "height": 640})
    for path in PAGES:
        page.goto(path)
        assert page.locator("main").bounding_box()["width"] <= 320
    page.goto("/measures")
    page.get_by_label("关键词").fill("中试")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.get_by_role("list", name="已选条件")).to_contain_text("中试")
    page.goto(f"/documents/{FORCE}")
    page.locator("summary", has_text="目录").click()
    expect(page.get_by_role("navigation", name="目录")).to_be_visible()


def test_the_language_of_the_address_is_kept(page):
    page.goto("/measures?lang=en")
    page.get_by_label("Place").fill("Shenzhen")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_role("list", name="Filters in use")).to_contain_text("Place: ")
    page.get_by_role("article").first.get_by_role("link").first.click()
    assert urlsplit(page.url).query == "lang=en"
    page.goto(f"/measures?region={quote('深圳')}&lang=en")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("list", name="已选条件")).to_contain_text("深圳")


def test_pages_stay_small(server):
    for path in (*(f"/documents/{document}" for document in DOCUMENTS), "/departments", "/measures"):
        assert len(html(server, path).body) < 200_000, path


# --- without a browser


def flat(parts):
    return "".join(part if isinstance(part, str) else flat(part.parts) for part in parts)


def pieces(parts):
    for part in parts:
        if isinstance(part, Marked):
            yield part
            yield from pieces(part.parts)


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=8)


@settings(max_examples=150)
@given(st.text(min_size=1, max_size=40), SPANS)
def test_spans_laid_into_a_text_lose_and_double_nothing(text, numbers):
    spans = [Span(start=a, end=a + b, kind="measure", key=str(n)) for n, (a, b) in enumerate(numbers)]
    laid = lay_out(text, 0, len(text), spans)
    assert flat(laid) == text
    for span in spans:
        mine = [piece for piece in pieces(laid) if piece.span.key == span.key]
        assert "".join(flat(piece.parts) for piece in mine) == text[span.start : span.end]
        if span.start < len(text):
            assert [piece.span.begins for piece in mine] == [True] + [False] * (len(mine) - 1)
            assert [piece.span.ends for piece in mine].count(True) == (span.end <= len(text))


def test_spans_that_cross_are_cut_and_those_inside_are_not():
    first, second, inner = (
        Span(start=0, end=4, kind="a"),
        Span(start=2, end=6, kind="b"),
        Span(start=1, end=2, kind="c"),
    )
    laid = lay_out("0123456", 0, 7, [first, second, inner])
    assert [(flat(piece.parts), piece.span.kind, piece.span.begins, piece.span.ends) for piece in pieces(laid)] == [
        ("0123", "a", True, True), ("1", "c", True, True), ("23", "b", True, False), ("45", "b", False, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sought", "found"),
    [
        ("首台（套）认定", ["首台套"], ["首台（套"]),
        ("一行中\n试一行", ["中试"], []),
        ("支持ＰＬＡ和pla", ["PLA"], ["ＰＬＡ", "pla"]),
        ("中试中试", ["中试"], ["中试", "中试"]),
        ("列入新材料首批次目录", ["新材料首批次", "首批次目录"], ["新材料首批次目录"]),
        ("标志性产品", ["標誌性"], ["标志性"]),
        ("中试", ["中"], []),
    ],
)
def test_words_are_found_where_they_stand(text, sought, found):
    assert [text[start:end] for start, end in places_of(text, sought)] == found


@pytest.mark.parametrize(
    "query", ["中试 平台", "平台 中试", "疫苗、生物", "南沙 药品", "聚乳酸 PHA", "2.5.3", "2.5.3 中试"]
)
def test_a_clause_is_found_that_holds_every_word_in_any_order(catalogue, query):
    words = catalogue.words_of(query)
    assert search_clauses(catalogue, query)
    for found in search_clauses(catalogue, query):
        text = found.document.text[found.clause.start : found.clause.end]
        for word in words:
            assert found.clause.path == word or places_of(text, catalogue.spellings(word))


@pytest.mark.parametrize(
    ("address", "typed", "says"),
    [
        ("/measures", "中试 量子酿酒", "没有找到“量子酿酒”。"),
        ("/measures", "量子酿酒 甲乙丙", "没有找到“量子酿酒”、“甲乙丙”。"),
        ("/documents", "中试 量子酿酒", "没有找到“量子酿酒”。"),
        (f"/documents/{LIFE}", "中试 量子酿酒", "没有找到“量子酿酒”。"),
    ],
)
def test_a_word_that_stands_nowhere_is_named(server, address, typed, says):
    assert says in html(server, address, q=typed).body.decode()
    assert "没有找到" not in html(server, address, q="中试").body.decode()


def test_measures_with_the_words_in_their_title_stand_first(server):
    page = html(server, "/measures", q="中试").body.decode()
    titles = re.findall(r'<h3 id="t-[^"]*"><a [^>]*>([^<]*)</a>', page)
    titled = ["中试" in title for title in titles]
    assert titled == sorted(titled, reverse=True)
    assert "标题含所搜词语的在前" in page
    assert "标题含所搜词语的在前" not in html(server, "/measures").body.decode()


def test_an_excerpt_is_cut_out_of_one_line(catalogue):
    for found in search_clauses(catalogue, "生物"):
        text = found.document.text
        stated = "".join(piece.text for piece in excerpt(text, found.places))
        assert "\n" not in stated
        assert stated.strip("…") in text
        assert all(found.clause.start <= place.start < found.clause.end for place in found.places)


def test_sections_hold_the_text_of_every_document_with_and_without_marks(catalogue):
    def whole(section):
        return "".join(flat(block.parts) for block in section.blocks) + "".join(map(whole, section.sections))

    for document in catalogue.documents.values():
        measures = [one for one in catalogue.measures.values() if one.document == document.id]
        for marked in ([], measures):
            root = set_document(document, marks_of(marked, []))
            assert whole(root) == document.text.replace("\n", "")
            assert root.measures == len(marked)
