"""Every page alike: it answers, in both languages, under a strict policy, with nothing inline, clean by axe.

A page that is new is added to PAGES, or to CONSOLE or EDITOR when one has to sign in for it.
"""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from service.drafts.items import Action
from service.drafts.review import Drafts
from service.keys import Role
from service.store import Store
from service.subscriptions.store import Ending, Progress, Subscriptions, Wanted
from tests.service.drafting import PLACE, sent_draft
from tests.service.operators import Operator

MEASURE = "ah-pilot-base-hefei-bengbu"
PAGES = {
    "pages.form": "/",
    "browse.documents": "/documents",
    "browse.document": "/documents/ah-biomanufacturing-2024-draft",
    "browse.measures": "/measures",
    "browse.measure": f"/measures/{MEASURE}",
    "browse.compare": f"/compare?id={MEASURE}&id=ah-layout-north",
    "browse.departments": "/departments",
    "browse.changes": "/changes",
    "handbook.contents": "/handbook",
    "handbook.page": "/handbook/portal",
    "embed.frame": "/embed/frame",
    "sending.form": "/cite",
    "sending.thanks": f"/feedback/thanks?measure={MEASURE}",
    "console.home": "/screenings",
    "docs.page": "/docs",
    "docs.shapes": "/docs/shapes",
}
CONSOLE = {
    "console.home": "/screenings",
    "console.screening": "/screenings/{screening}",
    "console.confirm": "/screenings/{screening}/delete",
    "console.list_subscriptions": "/screenings/subscriptions",
    "console.show_subscription": "/screenings/subscriptions/{subscription}",
    "console.tenants": "/screenings/{screening}/tenants",
    "console.tenant": "/screenings/{screening}/tenants/1",
    "console.pair": "/screenings/{screening}/tenants/1/measures/ah-layout-north",
    "console.measures": "/screenings/{screening}/measures",
    "console.measure": "/screenings/{screening}/measures/ah-layout-north",
    "console.matrix": "/screenings/{screening}/matrix",
    "console.rejected": "/screenings/{screening}/rejected",
    "console.calls": "/screenings/{screening}/calls",
    "console.work": "/screenings/{screening}/work",
    "console.trial": "/screenings/{screening}/trial",
}
EDITOR = {
    "editor.home": "/editor",
    "editor.draft": "/editor/drafts/{draft}",
    "editor.edit": "/editor/drafts/{draft}/items/m3/edit",
    "editor.edit_text": "/editor/drafts/{draft}/items/m1/text",
    "editor.new": "/editor/drafts/{draft}/new?sentence=s1",
    "editor.text": "/editor/drafts/{draft}/text",
    "editor.split": "/editor/drafts/{draft}/items/m3/split",
    "editor.trail": "/editor/drafts/{draft}/trail",
    "editor.company": "/editor/drafts/{draft}/company",
    "editor.screening": "/editor/drafts/{draft}/screening?measure=m2&screening={screening}",
}
ELSEWHERE = {"console.columns", "console.changes", "console.outlook", "browse.predecessor", "editor.new_text"}
"""Pages that need an upload or a rerun (tests/service/pages/test_console.py), or a document that was a draft before
(tests/service/catalogues/test_editions_served.py), or that are made as another one here is."""
NO_PAGES = {
    "docs.contract_file",
    "embed.theme",
    "embed.script",
    "console.events",
    "console.download",
    "console.calls_csv",
    "console.questions",
    "console.work_csv",
    "console.dossier",
    "console.dossiers_zip",
    "editor.trail_file",
    "editor.passage",
    "handbook.robots",
    "handbook.favicon",
}
AREAS = {endpoint.partition(".")[0] for endpoint in (*PAGES, *CONSOLE, *EDITOR, *ELSEWHERE, *NO_PAGES)}
LANGUAGES = {"zh": "zh-CN", "en": "en"}
DESK = {"width": 1280, "height": 900}
AGAIN = "#shapes > h2:nth-of-type(n+10), #shapes > dl:nth-of-type(n+10), .call:nth-of-type(n+4)"
"""Tables and calls of the API's description that are like those before them, in the same words in both languages."""
INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>|<style\b|<[^>]+\s(?:style|on[a-z]+)\s*=|javascript:", re.IGNORECASE)
POLICY = {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "base-uri": "'none'", "form-action": "'self'"}  # fmt: skip


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def screening(operator):
    tenants = [{"city": "蚌埠市", "products": ["聚乳酸"], "name": f"示例企业{number}"} for number in range(5)]
    return operator.finished([*tenants, {"employees": -1}]).rsplit("/", 1)[-1]


@pytest.fixture(scope="module")
def subscription(operator):
    told = Progress(edition="0" * 16, on=date(2026, 11, 21))
    wanted = Wanted(filters={"region": "440100"}, muted=(MEASURE,))
    table = Subscriptions(Store(operator.data))
    made = table.add(operator.key.id, "https://example.invalid/cepei", wanted, told)
    table.test(made.id, "{}")
    table.end(made.id, Ending.GONE)
    return made.id


def unsafe(answer, own=()) -> Iterator[str]:
    """Yield what of a page could run or load something that is not the service's."""
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    yield from (f"{name} {policy.get(name)}" for name, value in POLICY.items() if policy.get(name) != value)
    sources = " ".join(value for name, value in policy.items() if name not in own)
    yield from re.findall(r"'unsafe-[a-z-]+'|\*|https?:\S*|data:", sources)
    yield from INLINE.findall(answer.text())


def look(page, path, language, own=()):
    answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer.status == 200, path
    assert page.locator("html").get_attribute("lang") == LANGUAGES[language]
    assert answer.headers["content-language"] == LANGUAGES[language]
    assert list(unsafe(answer, own)) == [], path
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the window"


def look_closely(page, language, axe_clean):
    """Have axe look at what can be unfolded too: in Chinese on a telephone, in English on a desk."""
    page.locator("main details").evaluate_all("all => all.slice(0, 3).forEach(one => { one.open = true })")
    page.locator(AGAIN).evaluate_all("all => all.forEach(one => one.remove())")
    if language == "en":
        page.set_viewport_size(DESK)
    axe_clean(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("endpoint", PAGES)
def test_every_page_is_safe_accessible_and_in_its_language(page, axe_clean, endpoint, language):
    own = ("frame-ancestors",) if endpoint == "embed.frame" else ()
    look(page, PAGES[endpoint], language, own)
    look_closely(page, language, axe_clean)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_console_too(page, axe_clean, operator, screening, subscription, language):
    """In Chinese axe looks at them in tests/service/pages/test_console.py, where there is more to see."""
    page.cookies_meant = True
    page.goto("/screenings")
    page.locator("[name=key]").fill(operator.text)
    with page.expect_navigation():
        page.locator("[name=key]").press("Enter")
    for path in CONSOLE.values():
        look(page, path.format(screening=screening, subscription=subscription), language)
        if language == "en":
            look_closely(page, language, axe_clean)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_editor_too(page, axe_clean, reviewing, language):
    editor, known = reviewing
    page.cookies_meant = True
    page.goto("/screenings")
    page.locator("[name=key]").fill(editor.text)
    with page.expect_navigation():
        page.locator("[name=key]").press("Enter")
    for endpoint, path in EDITOR.items():
        look(page, path.format(**known), language)
        if language == "en" or endpoint == "editor.draft":  # on a telephone the one where there is most to see
            look_closely(page, language, axe_clean)
    assert page.locator("table tbody th").all_inner_texts() == ["示例甲"]


@pytest.fixture(scope="module")
def reviewing(server, content, tmp_path_factory):
    """An editor with a draft and a screening of which one company is of its place."""
    editor = Operator(server, Role.EDITOR)
    draft = reviewed_draft(editor, sent_draft(tmp_path_factory.mktemp("policy"), content.lexicon))
    place = editor.finished([{"city": PLACE, "name": "示例甲"}, {"city": "合肥市", "name": "示例乙"}])
    return editor, {"draft": draft, "screening": place.rsplit("/", 1)[-1]}


def reviewed_draft(editor, sent):
    """Take in a draft of which something was rejected, edited, taken back and decided; return its id."""
    drafts = Drafts(Store(editor.data))
    draft = drafts.add(sent, "政策.txt", editor.key)
    review = drafts.find(draft)
    drafts.do(review, "m1", Action.REJECT, editor.key, seen=0, note="重复")
    drafts.do(review, "m2", Action.EDIT, editor.key, seen=0, body={**review.items["m2"].body, "title": "中试平台"})
    drafts.do(review, "document", Action.ACCEPT, editor.key, seen=0)
    drafts.do(review, "pack", Action.ACCEPT, editor.key, seen=0)
    fresh = drafts.find(draft)
    drafts.undo(fresh, "pack", editor.key, seen=fresh.seen("pack"))
    return draft


def test_no_page_is_forgotten(app):
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    shown = {rule.endpoint for rule in rules if rule.endpoint.partition(".")[0] in AREAS}
    assert shown == {*PAGES, *CONSOLE, *EDITOR, *ELSEWHERE, *NO_PAGES}


def test_the_first_page_is_small_and_can_be_used_at_once(page):
    """Less than 100 kB over the wire without images; the time is measured by `make bench`, here it is only bounded."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    kinds, sizes = {}, {}
    wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    counted = {one: size for one, size in sizes.items() if kinds.get(one) not in {"Image", "Other"}}
    assert {"Document", "Stylesheet"} <= {kinds[one] for one in counted}
    assert 2_000 < sum(counted.values()) < 100_000
    field, button = page.get_by_label("所在地", exact=True), page.get_by_role("button", name="查看匹配的政策")
    assert field.is_editable()
    assert button.is_enabled()
    assert page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive") < 10_000
