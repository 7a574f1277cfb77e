"""What the scripts of the self-check page add: suggestions while typing, the region of a credit code, links to share."""

import base64
import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

CODE_OF_SHENZHEN = "91440300708461136T"
ATTACK = "<img src=x onerror=\"document.title='owned'\">"
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def form(page):
    page.goto("/")
    return page.locator("form.profile")


def shared(profile):
    text = profile if isinstance(profile, str) else json.dumps(profile, ensure_ascii=False)
    return "/#p=" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_place_is_chosen_with_the_keyboard_alone(page, form, axe_clean):
    page.keyboard.press("Tab")
    field = form.get_by_role("combobox", name="所在地")
    while not field.evaluate("field => field === document.activeElement"):
        page.keyboard.press("Tab")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("合肥长")
    options = page.get_by_role("listbox", name="输入建议").get_by_role("option")
    expect(options.first).to_have_text("安徽省合肥市长丰县")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").filter(has_text="条建议")).to_have_text(
        re.compile(r"^\d+ 条建议，用上下方向键选择$")
    )
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    axe_clean(page)
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("合肥长")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("安徽省合肥市长丰县")
    expect(options).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
    expect(page.locator(".facts li").first).to_have_text("所在地：安徽省合肥市长丰县")


def test_products_are_suggested_for_the_line_being_typed(page, form):
    field = form.get_by_role("textbox", name="主要产品")
    field.fill("体外诊断\n\n丙氨酸")
    field.press("ArrowUp")
    field.press_sequentially("聚乳")
    option = page.get_by_role("option", name="聚乳酸", exact=True)
    option.click()
    expect(field).to_have_value("体外诊断\n聚乳酸\n丙氨酸")
    field.press("End")
    field.press("Enter")
    expect(field).to_have_value("体外诊断\n聚乳酸\n\n丙氨酸")


def test_every_vocabulary_offers_its_words(page, form):
    form.locator("summary").click()
    for name, typed, offered in (
        ("needs", "贷款", "贷款贴息"),
        ("sector", "生物材", "生物材料"),
        ("technologies", "合成生", "合成生物学"),
        ("certifications", "高新", "高新技术企业"),
        ("target_city", "深圳南", "广东省深圳市南山区"),
    ):
        form.locator(f"[name={name}]").press_sequentially(typed)
        expect(page.locator("[role=option]:visible").filter(has_text=offered).first).to_be_visible()


def test_an_unknown_word_offers_nothing_and_stays(page, form):
    field = form.get_by_role("combobox", name="所在地")
    field.press_sequentially(MARKUP)
    expect(page.get_by_role("status").filter(has_text="没有建议")).to_have_count(1)
    expect(page.locator("[role=option]")).to_have_count(0)
    expect(field).to_have_value(MARKUP)
    assert page.locator("main img").count() == 0


def test_without_the_vocabulary_the_form_works_on(page, form):
    page.route("**/v1/vocabularies/**", lambda route: route.abort())
    form.get_by_role("combobox", name="所在地").press_sequentially("合肥")
    page.wait_for_event("requestfailed")
    form.get_by_role("button", name="查看匹配的政策").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
    page.complaints.clear()  # Chrome reports the call that was cut off


def test_a_credit_code_fills_the_region_and_stands_in_no_address(page, form):
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    form.locator("summary").click()
    form.get_by_label("统一社会信用代码").fill(CODE_OF_SHENZHEN.lower())
    place = form.get_by_role("combobox", name="所在地")
    expect(place).to_have_value("广东省深圳市")
    expect(form.get_by_role("status").filter(has_text="已按信用代码填入“广东省深圳市”")).to_be_visible()
    assert not any(CODE_OF_SHENZHEN.lower() in address.lower() for address in addresses)
    place.fill("佛山市")
    expect(form.get_by_role("status").filter(has_text="已按信用代码填入")).to_have_count(0)
    form.get_by_label("统一社会信用代码").fill("")
    form.get_by_label("统一社会信用代码").fill(CODE_OF_SHENZHEN)
    page.wait_for_load_state("networkidle")
    expect(place).to_have_value("佛山市")


def test_a_link_to_share_carries_the_profile_after_the_hash_only(page, form, server):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    form.get_by_role("combobox", name="所在地").fill("蚌埠市")
    form.get_by_role("textbox", name="主要产品").fill("聚乳酸\n生物基聚酯")
    form.get_by_role("button", name="查看匹配的政策").click()
    page.locator(".questions").get_by_role("button", name="是", exact=True).first.click()
    page.locator("#changes").wait_for()
    page.get_by_role("button", name="复制分享链接").click()
    expect(page.get_by_role("status").filter(has_text="链接已复制")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert urlsplit(link)[:4] == ("http", urlsplit(server.base).netloc, "/", "")
    carried = urlsplit(link).fragment.removeprefix("p=")
    profile = json.loads(base64.urlsafe_b64decode(carried + "=" * (-len(carried) % 4)))
    assert profile["city"] == "蚌埠市"
    assert profile["products"] == ["聚乳酸", "生物基聚酯"]
    assert list(profile["facts"].values()) == [True]

    asked = []
    assert page.url == link  # so that it can be bookmarked
    page.goto("about:blank")
    page.on("request", lambda request: asked.append((request.method, request.url)))
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
    assert page.url == link
    assert ("POST", f"{server.base}/") in asked
    assert not any(carried[:20] in address for _, address in asked)
    assert carried not in server.log.read_text("utf-8")
    expect(page.locator(".facts li").first).to_have_text("所在地：安徽省蚌埠市")
    assert any(text.endswith("：是") for text in page.locator(".facts li").all_text_contents())


def test_where_the_clipboard_is_closed_the_link_can_be_copied_by_hand(page, form, server):
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('closed'))")
    page.goto("/?lang=en")
    form.get_by_role("combobox", name="Place", exact=True).fill("Hefei")
    form.get_by_role("button", name="Find matching measures").click()
    page.get_by_role("button", name="Copy a link to share").click()
    field = page.get_by_role("textbox", name="Copy a link to share")
    expect(field).to_have_value(re.compile(re.escape(f"{server.base}/?lang=en#p=")))


def test_a_shared_profile_of_the_api_is_taken_in_its_own_shape(page):
    page.goto(shared({"city": "合肥", "sector": ["生物材料", "酶制剂"], "stage": ["研发", "中试"], "employees": 12,
                      "foreign_invested": False, "facts": {"size_class": "small", "listed": False}}))  # fmt: skip
    expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
    facts = page.locator(".facts").inner_text()
    for stated in ("行业：生物材料", "行业：酶制剂", "所处阶段：研发", "所处阶段：中试", "外商投资企业：否", "从业人数：12",
                 "企业规模：小型企业", "上市公司：否"):  # fmt: skip
        assert stated in facts


BAD_LINKS = {
    "/#p=": "不完整或已损坏",
    "/#p=%%%": "不完整或已损坏",
    "/#p=" + "A" * 13_000: "过长",
    shared("[1]"): "不完整或已损坏",
    shared('"x"'): "不完整或已损坏",
    shared({}): "没有企业情况",
    shared({"nobody": "x"}): "nobody",
    shared({"before": "x"}): "before",
    shared({"city": {"a": 1}}): "city",
    shared({"facts": [1]}): "facts",
    shared({"facts": {ATTACK: True}}): "<img src=x",
}


def test_a_bad_link_is_reported_and_the_form_stays(page):
    for fragment, says in BAD_LINKS.items():
        page.goto("about:blank")
        page.goto(fragment)
        expect(page.get_by_role("alert")).to_contain_text(says)
        expect(page.get_by_role("heading", level=1)).to_have_text("惠企政策自测")
        assert urlsplit(page.url).fragment == ""
        assert page.title() == "惠企政策自测 · 策配"
        assert page.locator("main img").count() == 0


def test_what_a_link_says_is_judged_like_what_is_typed(page):
    page.goto(shared({"city": ATTACK, "employees": "x", "facts": {"no-such-fact": True}}))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("no-such-fact")
    expect(alert).to_contain_text("从业人数")
    assert page.locator("main img").count() == 0
    page.complaints.clear()  # Chrome reports the status 422 of the page itself
