"""What a company answers beside the form, what each answer opens and closes, and what it can object to."""

import re

import pytest
from playwright.sync_api import expect

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LEADING = re.compile("^是否属于龙头企业？")


@pytest.fixture
def answered(page):
    """Return a way to a page with the answer for a company in Bengbu; further fields by name."""

    def answer(**typed):
        page.goto("/")
        form = page.locator("form.profile")
        form.locator("details > summary").click()
        for name, text in {"city": "蚌埠市", "products": "聚乳酸", "needs": "中试验证", **typed}.items():
            form.locator(f"[name='{name}']").fill(text)
        form.locator("> button").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("匹配结果")
        page.wait_for_load_state()  # the answer comes in pieces
        return page

    return answer


def count(page, verdict):
    """Return how many measures of all groups have a verdict."""
    said = page.locator(".totals .apart").all_inner_texts()
    return sum(int(number) for text in said for number in re.findall(rf"{verdict} (\d+)", text))


def test_questions_that_settle_most_come_first_and_are_answered_where_they_stand(answered):
    page = answered()
    questions = page.get_by_role("region", name="补充这些信息，结果会更确定")
    settled = [int(re.search(r"\d+", text)[0]) for text in questions.get_by_text("可确定").all_text_contents()]
    assert settled == sorted(settled, reverse=True)
    before = count(page, "相符")
    questions.get_by_role("group", name=LEADING).get_by_role("button", name="是").click()
    changes = page.get_by_role("status", name="与修改前相比")
    expect(changes).to_contain_text("属于龙头企业：不填写 → 是")
    expect(changes.get_by_role("heading", name="由可能相符变为条件相符")).to_be_visible()
    assert count(page, "相符") > before
    expect(page.locator(".facts").get_by_text("属于龙头企业：是")).to_be_visible()
    expect(questions.get_by_role("group", name=LEADING)).to_have_count(0)


def test_a_typed_answer_takes_suggestions_and_replaces_what_was_too_broad(answered):
    page = answered(city="安徽")
    question = page.locator(".questions").get_by_role("group", name="在哪个区县")
    field = question.get_by_role("combobox")
    expect(field).to_have_value("安徽")
    field.fill("蚌埠")
    page.get_by_role("option", name="安徽省蚌埠市", exact=True).click()
    question.get_by_role("button", name="提交").click()
    expect(page.locator("#changes .edited")).to_contain_text("所在地：安徽 → 安徽省蚌埠市")
    expect(page.locator(".facts li").first).to_have_text("所在地：安徽省蚌埠市")


def test_an_open_condition_is_answered_in_its_card(answered):
    page = answered(needs="来皖中试")
    card = page.get_by_role("article", name="科研院所、初创企业来皖中试")
    card.locator(".fold > summary").click()
    expect(card.get_by_text("可能相符（征求意见稿，尚未生效）")).to_be_visible()
    card.get_by_role("link", name="这个问题在本页另一处").first.click()  # into a fold, which opens
    group = page.get_by_role("group", name="企业处于初创期、成长期还是成熟期？")
    expect(group).to_be_in_viewport()
    group.get_by_role("button", name="初创期").click()
    settled = page.locator(".changed.settled")
    expect(settled.get_by_role("link", name="科研院所、初创企业来皖中试")).to_be_visible()
    page.get_by_role("button", name="撤销这次修改").click()
    expect(page.locator(".changed.doubted")).to_contain_text("科研院所、初创企业来皖中试")
    expect(page.locator("#changes .edited")).to_contain_text("企业发展阶段：初创期 → 不填写")


def test_a_condition_of_a_single_measure_is_answered_too(answered):
    page = answered()
    for _ in range(4):
        page.get_by_role("button", name=re.compile("显示更多 ?：草案印发后")).click()
    card = page.get_by_role("article").filter(has_text="所在市属于有条件的市")
    card.locator(".fold > summary").click()
    group = card.get_by_role("group", name="是否“所在市属于有条件的市”？")
    group.get_by_role("button", name="否").click()
    expect(page.locator("#changes .edited")).to_contain_text("不填写 → 否")
    expect(page.get_by_role("heading", name="不再符合")).to_be_visible()
    page.locator("#change > summary").click()
    page.locator("form.profile details > summary").click()
    declared = page.get_by_role("group", name="企业身份与其他情况").locator("select")
    assert "no" in declared.evaluate_all("fields => fields.map(field => field.value)")


def test_any_field_can_be_changed_to_see_what_opens_and_closes(answered):
    page = answered()
    page.locator("#change > summary").click()
    page.locator("form.profile").get_by_label("所在地", exact=True).fill("广州市南沙区")
    page.get_by_role("button", name="查看匹配的政策").click()
    changes = page.get_by_role("status", name="与修改前相比")
    for heading in ("新增：条件相符", "新增：可能相符", "不再符合"):
        expect(changes.get_by_role("heading", name=heading)).to_be_visible()
    expect(changes.locator(".changed.closed")).to_contain_text("皖北地区产业布局指导方向")
    assert "蚌埠" not in page.url


def test_what_changes_nothing_is_stated_to_change_nothing(answered):
    page = answered()
    page.locator("#change > summary").click()
    page.locator("form.profile details > summary").click()
    page.locator("form.profile [name=employees]").fill("12")
    page.get_by_role("button", name="查看匹配的政策").click()
    expect(page.locator("#changes")).to_contain_text("各项措施的结果没有变化")


def test_measures_that_do_not_fit_are_explained_on_demand(answered):
    page = answered()
    button = page.get_by_role("button", name="查看条件不符的")
    number = int(re.search(r"\d+", button.inner_text())[0])
    button.click()
    group = page.get_by_role("region", name=f"条件不符（{number}）")
    fold = group.locator("details").filter(has_text="注册地在广东省").first
    fold.locator("summary").click()
    expect(fold.get_by_text("所填：安徽省蚌埠市")).to_be_visible()
    listed = group.locator("details > ul > li").count()
    assert listed == number


def test_a_measure_that_one_condition_keeps_away_can_be_tried(answered):
    page = answered(city="广州市黄埔区", sector="生物医药")
    page.locator("#change > summary").click()
    page.locator("form.profile details > summary").click()
    page.get_by_label("联合高校或科研机构开展").select_option("no")
    page.get_by_role("button", name="查看匹配的政策").click()
    near = page.get_by_role("region", name="只差一项条件的措施")
    near.get_by_role("button", name="是", exact=True).first.click()
    expect(page.locator(".changed.opened")).to_be_visible()
    expect(near).to_have_count(0)


def test_what_was_not_understood_is_put_right_by_one_press(answered):
    page = answered(products="聚乳酸\n生物饲斜")
    page.get_by_role("region", name="未能确定含义的内容").get_by_role("button", name="生物饲料", exact=True).click()
    page.locator("#change > summary").click()
    expect(page.locator("form.profile").get_by_label("主要产品")).to_have_value("聚乳酸\n生物饲料")
    expect(page.get_by_role("region", name="未能确定含义的内容")).to_have_count(0)


def test_five_readings_are_offered_and_how_many_more_there_are_is_said(answered):
    unread = answered(products="柠檬酸乳酸苹果酸衣康酸富马酸酒石酸丙酮酸清洗剂").get_by_role(
        "region", name="未能确定含义的内容"
    )
    expect(unread.get_by_role("button")).to_have_count(5)
    expect(unread).to_contain_text("（还有 2 个可能）")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"facts.leading_enterprise=perhaps", "facts.leading_enterprise"),
        (b"facts.no-such-fact=yes", "facts.no-such-fact"),
        (b"facts.<b>x</b>=yes", "facts."),
        (b"facts.size_class=huge", "facts.size_class"),
        (b"facts.a~b/c=yes", "facts.a~b/c"),
        (b"answer=facts.listed%3Dmaybe", "facts.listed"),
        (b"add.employees=many", "employees"),
    ],
    ids=lambda value: value.decode() if isinstance(value, bytes) else "",
)
def test_facts_that_are_none_are_refused_beside_their_field(server, body, field):
    reply = server.call("POST", "/", body=body, headers=FORM)
    page = reply.body.decode()
    assert reply.status == 422
    assert f'href="#f-{field}' in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    "before",
    ["{", "[]", "null", "3", '"x"', '{"nobody": 1}', '{"facts": {"no-such": true}}', "[" * 20_000, "9" * 40_001],
    ids=lambda before: before[:20],
)
def test_a_profile_before_that_cannot_be_read_is_stated_and_compares_nothing(server, before):
    body = f"city=蚌埠市&before={before}".encode()
    reply = server.call("POST", "/", body=body, headers={**FORM, "Accept-Language": "zh"})
    page = reply.body.decode()
    assert reply.status == 200
    assert ("修改前的内容无法读取" in page) == (before != "null")
    assert 'id="changes"' not in page


@pytest.mark.parametrize(
    "body", [b"answer=", b"answer=city", b"answer=limit%3D9", b"add.=x", b"add.limit=x", b"facts.="]
)
def test_odd_answers_are_left_alone(server, body):
    assert server.call("POST", "/", body=body, headers=FORM).status == 200


def test_a_need_that_nothing_answers_is_reported_with_the_reason(server):
    body = "city=北京&sector=服装&needs=首台套认定".encode()
    page = server.call("POST", "/", body=body, headers={**FORM, "Accept-Language": "zh"}).body.decode()
    assert "目录中与“首台套认定”有关的" in page
    assert "项措施都不适用：" in page
    body = "city=蚌埠市&products=聚乳酸&needs=中试验证".encode()
    assert "都不适用" not in server.call("POST", "/", body=body, headers=FORM).body.decode()
