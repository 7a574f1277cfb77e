"""This judgement is wrong: told beside a condition of the answer, with and without scripts, and read by an editor."""

import pytest
from playwright.sync_api import expect

from service.keys import Role
from tests.service.operators import Operator

ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def editor(server):
    return Operator(server, Role.EDITOR)


def tell(page, comment, *, consent):
    page.goto("/")
    page.get_by_label("所在地", exact=True).fill("蚌埠市")
    page.get_by_label("主要产品", exact=True).fill("聚乳酸")
    page.get_by_role("button", name="查看匹配的政策").click()
    card = page.get_by_role("article", name="皖北地区产业布局指导方向")
    card.locator("> details > summary").click()
    report = card.locator(".report")
    report.locator("summary").click()
    group = report.locator("optgroup[label='注册地在皖北（符合）']")
    report.get_by_role("combobox").select_option(group.locator("option", has_text="不符合").get_attribute("value"))
    report.locator("textarea").fill(comment)
    expect(report.get_by_role("checkbox")).not_to_be_checked()
    if consent:
        report.get_by_role("checkbox").check()
    report.locator("form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("反馈已收到，谢谢")


def stored(editor, comment):
    items = editor.get("/v1/feedback?per_page=100").json["items"]
    return next(item for item in items if item["comment"] == comment)


@pytest.mark.parametrize("consent", [False, True])
def test_a_reader_says_that_a_condition_is_wrong(page, editor, consent):
    comment = f"{ATTACK}{consent}"
    tell(page, comment, consent=consent)
    report = stored(editor, comment)
    assert (report["fact"], report["verdict"], report["should_be"]) == ("region", "met", "unmet")
    assert report["label"] == "注册地在皖北"
    assert (report["profile"] or {}).get("city") == ("蚌埠市" if consent else None)
    assert page.title().startswith("反馈已收到")
    page.get_by_role("link", name="查看这项措施").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("皖北地区产业布局指导方向")


def test_it_works_without_scripts(new_page, server, editor):
    page = new_page(server.base, java_script_enabled=False)
    tell(page, "没有脚本", consent=True)
    assert stored(editor, "没有脚本")["profile"]["products"] == ["聚乳酸"]
