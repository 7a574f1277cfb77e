"""The self-check page in a browser: filled in, read by role and label, accessible, safe, without outside hosts."""

import re
import shutil
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'>{{7*7}}"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser, server):
    context = browser.new_context(base_url=server.base, viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    page.hosts, page.complaints = set(), []
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    assert page.hosts <= {urlsplit(server.base).netloc}
    assert page.complaints == []
    assert context.cookies() == []
    context.close()


def fill(page, **typed):
    labels = {"city": "所在地", "sector": "行业", "products": "主要产品", "stage": "所处阶段", "needs": "需要的支持"}
    for name, text in typed.items():
        page.get_by_label(labels[name], exact=True).fill(text)
    page.get_by_role("button", name="查看匹配的政策").click()


def test_a_company_fills_the_form_and_reads_what_fits(page):
    page.goto("/")
    assert page.get_by_role("heading", level=1).inner_text() == "惠企政策自查"
    fill(page, city="蚌埠市", sector="生物材料", products="聚乳酸\n生物基聚酯", stage="中试", needs="中试验证")
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
    assert urlsplit(page.url).query == ""
    cards = page.get_by_role("article")
    assert cards.count() > 3
    pilot = cards.filter(has_text="中试基地").first
    expect(pilot.get_by_text("条件相符（征求意见稿，尚未生效）", exact=True)).to_be_visible()
    expect(pilot.get_by_text("征求意见稿", exact=True)).to_be_visible()
    expect(pilot.get_by_role("heading", name="适用条件")).to_be_visible()
    assert page.locator("mark").count() > 0
    assert "可享受" not in page.content()


def test_marked_words_stand_in_the_quotes(page, server):
    page.goto("/")
    fill(page, city="蚌埠市", products="聚乳酸")
    text = server.get("/v1/documents/ah-biomanufacturing-2024-draft").json["text"]
    for quote in page.locator("article blockquote").all_text_contents():
        assert "".join(quote.split()) in "".join(text.split())
    assert "聚乳酸" in page.locator("mark").all_text_contents()


def test_what_was_typed_can_be_changed(page):
    page.goto("/")
    fill(page, city="合肥", products="聚乳酸")
    page.locator("summary", has_text="修改企业情况").click()
    expect(page.get_by_label("所在地", exact=True)).to_have_value("合肥")
    fill(page, city="东莞", sector="服装", products="牛仔裤")
    expect(page.get_by_text("没有找到与企业情况相关的措施。")).to_be_visible()
    expect(page.get_by_text("补充这些信息，结果会更确定")).to_have_count(0)
    expect(page.get_by_text("可能相符 0 项")).to_be_visible()


def test_an_empty_form_is_told_what_to_fill_in(page):
    page.goto("/")
    fill(page)
    expect(page.get_by_text("还没有填写企业情况")).to_be_visible()
    expect(page.get_by_label("所在地", exact=True)).to_be_visible()
    assert "相符" not in page.locator("main").inner_text()


def test_the_first_three_cards_stand_open_and_the_others_folded(page):
    page.goto("/")
    fill(page, city="蚌埠市", products="聚乳酸")
    folds = page.locator("article details")
    opened = folds.evaluate_all("folds => folds.map(fold => fold.open)")
    assert opened[:3] == [True] * 3
    assert not any(opened[3:])
    page.emulate_media(media="print")
    assert page.locator("article").last.locator("blockquote").first.evaluate("quote => quote.checkVisibility()")


def test_more_cards_are_shown_when_asked(page):
    page.goto("/")
    fill(page, city="蚌埠市", sector="生物材料", products="聚乳酸")
    cards = page.get_by_role("article")
    expect(cards).to_have_count(10)
    page.get_by_role("button", name="显示更多").click()
    expect(cards).to_have_count(30)
    assert urlsplit(page.url).query == ""
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Matching measures")
    expect(cards).to_have_count(30)
    page.get_by_role("button", name="Show more").click()
    expect(cards.nth(30)).to_be_visible()


def test_a_card_says_how_strong_its_words_are_and_which_clause_speaks(page):
    page.goto("/")
    fill(page, city="蚌埠市", products="聚乳酸", needs="中试验证")
    pilot = page.get_by_role("article").filter(has_text="合肥、蚌埠等市生物制造中试基地")
    expect(pilot.get_by_text("政策力度：支持")).to_be_visible()
    expect(pilot.get_by_text("支持内容：平台、设施或场地")).to_be_visible()
    expect(pilot.locator("figcaption").first).to_have_text("二（二）3. 建设生物制造中试基地")


def test_what_was_understood_is_named_once(page):
    page.goto("/")
    fill(page, city="蚌埠市", sector="生物材料", products="聚乳酸")
    chips = page.locator(".facts li").all_text_contents()
    assert chips[:2] == ["所在地：安徽省蚌埠市", "行业：生物材料"]
    assert len(set(chips)) == len(chips)
    assert [chip for chip in chips if "生物材料" in chip] == ["行业：生物材料"]
    assert any(chip.endswith("（由产品推断）") for chip in chips)


def test_form_and_answer_say_what_is_covered(page):
    page.goto("/")
    coverage = page.get_by_role("region", name="收录的文件")
    expect(coverage).to_contain_text("安徽省、广东省的 3 份政策文件")
    expect(coverage).to_contain_text("不构成法律意见")
    fill(page, city="蚌埠市")
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
    expect(coverage).to_contain_text("安徽省、广东省的 3 份政策文件")


def test_another_language_keeps_what_was_typed(page):
    page.goto("/")
    fill(page, city="蚌埠市", products="聚乳酸\n生物基聚酯")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Matching measures")
    assert urlsplit(page.url).query == "lang=en"
    page.locator("summary", has_text="Change what you entered").click()
    expect(page.get_by_label("Place", exact=True)).to_have_value("蚌埠市")
    expect(page.get_by_label("Main products")).to_have_value("聚乳酸\n生物基聚酯")


def test_chinese_is_set_with_chinese_punctuation(page):
    page.goto("/")
    fill(page, city="广州", products="体外诊断\n生物饲斜")
    page.locator("blockquote, figcaption, .document").evaluate_all("quoted => quoted.forEach(one => one.remove())")
    assert re.findall(r".{0,9}[\u4e00-\u9fff] ?[,;:?!()].{0,9}", page.locator("main").inner_text()) == []


def test_faults_stand_beside_their_fields_and_lead_there(page):
    page.goto("/")
    page.get_by_text("更多信息（选填）").click()
    page.get_by_label("从业人数").fill("很多")
    page.get_by_label("统一社会信用代码").fill("123")
    page.get_by_role("button", name="查看匹配的政策").click()
    alert = page.get_by_role("alert")
    expect(alert.get_by_role("link")).to_have_count(2)
    field = page.get_by_label("从业人数")
    expect(field).to_have_value("很多")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("须为整数（例如 120） 整数")
    page.complaints.clear()  # Chrome reports the status 422 of the page itself


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_violation_in_form_results_and_faults(page, language):
    button = {"zh": "查看匹配的政策", "en": "Find matching measures"}[language]
    home = {"zh": "/", "en": "/?lang=en"}[language]
    for typed in ({}, {"city": "蚌埠市", "products": "聚乳酸", "sector": "生物材科"}, {"employees": "x"}):
        page.goto(home)
        page.locator("details summary").first.click()
        for name, text in typed.items():
            page.locator(f"[name={name}]").fill(text)
        if typed:
            page.get_by_role("button", name=button).click()
            page.locator("article, [role=alert]").first.wait_for()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.complaints.clear()  # Chrome reports the status 422 of the page with faults


def test_the_page_in_english_speaks_english_and_quotes_chinese(page):
    page.goto("/?lang=en")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_label("Place", exact=True).fill("Hefei")
    page.get_by_label("Main products").fill("PLA")
    page.get_by_role("button", name="Find matching measures").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Matching measures")
    assert urlsplit(page.url).query == "lang=en"
    expect(page.get_by_role("article").first.get_by_text("draft for comment", exact=False).first).to_be_visible()
    assert page.locator("article blockquote").first.get_attribute("lang") == "zh-CN"
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")


def test_markup_that_a_company_types_stays_text(page):
    page.goto("/")
    fill(page, city=ATTACK, sector=ATTACK, products=ATTACK, stage=ATTACK, needs=ATTACK)
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
    assert page.title() == "匹配结果 · 策配"
    assert page.locator("main script, main img").count() == 0
    assert "49" not in page.locator("main").inner_text().replace("{{7*7}}", "")


def test_the_page_works_without_scripts_and_fits_a_phone(browser, server):
    context = browser.new_context(
        base_url=server.base, locale="zh-CN", java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = context.new_page()
    page.goto("/")
    fill(page, city="蚌埠市", products="聚乳酸")
    assert page.get_by_role("article").count() > 0
    box = page.locator("main").bounding_box()
    assert box["width"] <= 320
    context.close()


def test_the_documentation_can_be_browsed(page):
    page.goto("/docs")
    expect(page.get_by_text("/v1/match").first).to_be_visible()
    expect(page.get_by_text("Cepei 策配").first).to_be_visible()
