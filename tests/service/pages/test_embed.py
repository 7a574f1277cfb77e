"""The embed across two origins: a portal on another port shows the self-check, and only a portal that may."""

import base64
import hashlib
import importlib.util
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import FrameLocator, Page, expect

from matcher.places.reader import resolve_place
from service.app import create_app
from service.keys import Keys, Role
from service.pages.embed.options import (
    BLACK,
    LEAST_CONTRAST,
    NAMES,
    WHITE,
    blend,
    contrast,
    parse_colour,
    read_options,
    read_theme,
)
from service.pages.embed.view import SCRIPT
from service.pages.wording import page_words
from service.settings import Settings, parse_embed_origins
from service.store import Store
from service.web.serving import engine

ROOT = Path(__file__).parents[3]
ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'>{{7*7}}"
LISTEN = """
  window.heard = [];
  for (const name of ["ready", "result", "select", "fault"])
    document.addEventListener("cepei:" + name, (event) => heard.push([event.target.id, name, event.detail]));
"""


def load_portal():
    spec = importlib.util.spec_from_file_location("portal_example", ROOT / "examples" / "portal" / "serve.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PORTAL = load_portal()


@dataclass(frozen=True)
class Portal:
    """A portal that may embed, and how it is reached: two names of this machine are two origins."""

    port: int
    bound_port: int
    service: str
    folder: Path

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bound(self) -> str:
        return f"http://127.0.0.1:{self.bound_port}"

    @property
    def stranger(self) -> str:
        return f"http://localhost:{self.port}"

    def write(self, name: str, attributes: str, integrity: str = "{{integrity}}") -> str:
        """Write a page with one embed and return its path."""
        tag = f'<script src="{{{{service}}}}/embed/v1.js" integrity="{integrity}" crossorigin="anonymous" {attributes}></script>'
        page = f'<!doctype html><html lang="zh-CN"><title>x</title><link rel="icon" href="data:,"><main id="here">{tag}</main>'
        (self.folder / name).write_text(page, "utf-8")
        return f"/{name}"


@dataclass(frozen=True)
class Partners:
    """The keys of the service that the portals embed: for anybody, bound to one origin, revoked, too powerful."""

    store: Store
    public: str
    bound: str
    revoked: str
    operator: str


@pytest.fixture(scope="module")
def partners(tmp_path_factory) -> Partners:
    store = Store(tmp_path_factory.mktemp("embed") / "data.sqlite")
    keys = Keys(store)
    public, bound, revoked, operator = (
        keys.add(role)[1] for role in (Role.PUBLIC, Role.PUBLIC, Role.PUBLIC, Role.OPERATOR)
    )
    keys.revoke(id_of(revoked))
    return Partners(store, public, bound, revoked, operator)


def id_of(key: str) -> str:
    return key.split("_")[1]


@pytest.fixture(scope="module")
def portal(serve, partners, tmp_path_factory) -> Iterator[Portal]:
    """Run the example portal and a service that names it; the pages of tests stand beside the example's own."""
    folder = tmp_path_factory.mktemp("portal")
    for file in (ROOT / "examples" / "portal").iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    server = PORTAL.create_server(0, "http://service.invalid", folder)
    other = PORTAL.create_server(0, "http://service.invalid", folder)
    origins = f"http://127.0.0.1:{server.server_port},http://127.0.0.1:{other.server_port}={id_of(partners.bound)}"
    own = {"CEPEI_EMBED_ORIGINS": origins, "CEPEI_DATA": str(partners.store.path)}
    with serve(**own, CEPEI_SCREENING_WORKER="off") as service:
        for one in (server, other):
            one.RequestHandlerClass.keywords["service"] = service.base
            threading.Thread(target=one.serve_forever, daemon=True).start()
        yield Portal(server.server_port, other.server_port, service.base, folder)
        for one in (server, other):
            one.shutdown()
            one.server_close()


@pytest.fixture
def visit(new_page, portal) -> Callable[..., Page]:
    """Return a way to open a page of the portal that notes the events of its embeds."""

    def open_page(path: str = "/", base: str = "", **options) -> Page:
        page = new_page(base or portal.base, hosts=(urlsplit(portal.service).netloc,), **options)
        page.add_init_script(LISTEN)
        page.goto(path)
        return page

    return open_page


def read_inputs(page: Page, name: str, count: int = 1) -> list[dict]:
    page.wait_for_function(
        "([name, count]) => heard.filter((one) => one[1] === name).length >= count", arg=[name, count]
    )
    return [detail for _, reported, detail in page.evaluate("heard") if reported == name]


def frame_of(page: Page, container: str = "#check") -> FrameLocator:
    return page.frame_locator(f"{container} iframe")


def height_is_right(page: Page, container: str = "#check") -> None:
    """Wait until the iframe is as high as what stands in it."""
    inside = page.locator(f"{container} iframe").element_handle().content_frame()
    wanted = "Math.ceil(document.documentElement.getBoundingClientRect().height)"
    end = time.monotonic() + 5
    while (shown := page.locator(f"{container} iframe").bounding_box()["height"]) != inside.evaluate(wanted):
        assert time.monotonic() < end, (shown, inside.evaluate(wanted))
        page.wait_for_timeout(50)


def test_a_company_checks_itself_inside_the_portal(visit):
    page = visit()
    assert read_inputs(page, "ready") == [{"version": 1}]
    frame = frame_of(page)
    expect(frame.get_by_label("所在地", exact=True)).to_have_value("安徽省蚌埠市")
    height_is_right(page)
    before = page.locator("#check iframe").bounding_box()["height"]
    frame.get_by_label("主要产品").fill("聚乳酸")
    frame.get_by_role("button", name="查看匹配的政策").click()
    (result,) = read_inputs(page, "result")
    expect(frame.get_by_role("heading", level=1)).to_have_text("匹配结果")
    assert len(result["measures"]) >= frame.get_by_role("article").count() > 3
    assert {measure["verdict"] for measure in result["measures"]} <= {"applicable", "possible"}
    assert result["totals"]["applicable"] == sum(one["verdict"] == "applicable" for one in result["measures"])
    assert "聚乳酸" not in json.dumps(result, ensure_ascii=False)
    assert "聚乳酸" not in page.frames[1].url
    height_is_right(page)
    assert page.locator("#check iframe").bounding_box()["height"] > before
    page.set_viewport_size({"width": 1000, "height": 800})
    height_is_right(page)
    assert read_inputs(page, "ready") == [{"version": 1}]


def test_nothing_is_kept_in_the_browser(visit):
    page = visit()
    page.get_by_role("button", name="带入示例企业画像").click()
    read_inputs(page, "result")
    for frame in page.frames:
        assert frame.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    assert page.context.cookies() == []


def test_a_portal_hands_over_a_profile(visit):
    page = visit()
    button = page.get_by_role("button", name="带入示例企业画像")
    button.click()
    (result,) = read_inputs(page, "result")
    frame = frame_of(page)
    assert result["totals"]["applicable"] > 0
    expect(frame.get_by_text("所在地：安徽省蚌埠市", exact=True)).to_be_visible()
    status = frame.locator("#embed-status")
    expect(status).to_contain_text(re.compile(r"匹配结果，现在可用 \d+ 项"))
    expect(status).to_have_role("status")
    assert page.evaluate("document.activeElement.id") == "hand-over"
    page.evaluate("Cepei.find('#check').match({city: '东莞市', employees: 12, foreign_invested: false})")
    read_inputs(page, "result", 2)
    expect(frame.get_by_text("所在地：广东省东莞市", exact=True)).to_be_visible()
    expect(frame.get_by_text("聚乳酸", exact=True)).to_have_count(0)


def test_a_profile_handed_over_at_once_waits_for_the_frame(visit, portal):
    page = visit(portal.write("early.html", ""))
    page.evaluate("Cepei.find('#here > div').match({city: '合肥'})")
    assert read_inputs(page, "result")


def test_a_profile_with_faults_is_reported_by_its_places(visit):
    page = visit()
    page.evaluate("Cepei.find('#check').match({city: '合肥', employees: 'many', colour: 'red'})")
    (fault,) = read_inputs(page, "fault")
    assert fault == {"code": "invalid_profile", "pointers": ["/profile/colour", "/profile/employees"]}
    expect(frame_of(page).get_by_role("alert")).to_contain_text("colour")
    page.evaluate("Cepei.find('#check').match({city: '合肥'})")
    assert read_inputs(page, "result")
    page.complaints.clear()  # Chrome reports the status 422 of the frame


def test_a_profile_that_is_no_object_is_refused_where_it_is_called(visit):
    page = visit()
    read_inputs(page, "ready")
    for wrong in ("null", "'x'", "[1]", "undefined"):
        reported = page.evaluate(
            f"() => {{ try {{ Cepei.find('#check').match({wrong}); }} catch (error) {{ return error.name; }} }}"
        )
        assert reported == "TypeError"


def test_opening_a_measure_is_reported(visit):
    page = visit()
    page.get_by_role("button", name="带入示例企业画像").click()
    (result,) = read_inputs(page, "result")
    card = frame_of(page).get_by_role("article").nth(4)
    card.locator("details:not(.report) > summary").first.click()
    (select,) = read_inputs(page, "select")
    assert select["measure"] in {measure["id"] for measure in result["measures"]}
    card.locator("details:not(.report) > summary").first.click()
    page.wait_for_timeout(100)
    assert len(read_inputs(page, "select")) == 1


def test_other_pages_open_beside_the_portal(visit):
    page = visit()
    frame = frame_of(page)
    link = frame.get_by_role("link", name=re.compile("打开完整的自测页面.*在新窗口打开"))
    with page.expect_popup() as opened:
        link.click()
    expect(opened.value.get_by_role("navigation")).to_be_visible()
    assert urlsplit(page.frames[1].url).path == "/embed/frame"


def test_a_judgement_can_be_reported_from_the_frame(visit):
    page = visit()
    page.get_by_role("button", name="带入示例企业画像").click()
    read_inputs(page, "result")
    card = frame_of(page).get_by_role("article").first
    card.locator(".fold > summary").click()
    report = card.locator("details.report")
    report.locator("summary").click()
    with page.expect_popup() as opened:
        report.get_by_role("button", name="提交意见").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("反馈已收到，谢谢")
    expect(frame_of(page).get_by_role("heading", level=1)).to_have_text("匹配结果")


@pytest.mark.parametrize("whose", ["stranger", "base"])
def test_messages_of_other_windows_are_ignored(visit, portal, whose):
    """Neither a stranger nor another window of the portal itself is the page that shows the frame."""
    page = visit()
    read_inputs(page, "ready")
    with page.expect_popup() as opened:
        page.evaluate("(address) => { window.open(address); }", f"{getattr(portal, whose)}/portal.css")
    page.hosts.discard(urlsplit(portal.stranger).netloc)
    other = opened.value
    other.evaluate("""() => {
        opener.frames[0].postMessage({cepei: 1, type: "connect"}, "*");
        opener.frames[0].postMessage({cepei: 1, type: "match", profile: {city: "合肥"}}, "*");
        opener.postMessage({cepei: 1, type: "result", detail: {totals: {}, measures: []}}, "*");
        opener.postMessage({cepei: 1, type: "size", height: 7777}, "*");
    }""")
    page.wait_for_timeout(500)
    assert [name for _, name, _ in page.evaluate("heard")] == ["ready"]
    assert page.frames[1].evaluate("document.querySelector('[data-answer]')") is None
    height_is_right(page)
    page.hosts.discard(urlsplit(portal.stranger).netloc)


def test_an_origin_that_is_not_named_shows_nothing(visit, portal):
    page = visit("/", base=portal.stranger)
    assert read_inputs(page, "fault") == [{"code": "no_answer", "pointers": []}]
    assert "frame-ancestors" in " ".join(page.complaints)
    assert page.frames[1].url.startswith("chrome-error:")
    expect(page.locator("#check iframe")).to_be_hidden()
    expect(page.get_by_text("自测无法在此处显示。")).to_be_visible()
    assert (
        page.get_by_role("link", name="在新窗口打开惠企政策自测").get_attribute("href") == f"{portal.service}/?lang=zh"
    )
    page.complaints.clear()


def test_a_bounded_frame_scrolls_prints_shares_and_goes_back_inside(visit, portal):
    page = visit(portal.write("bounded.html", 'data-max-height="500"'))
    page.evaluate("Cepei.find('#here > div').match({city: '蚌埠市', products: ['聚乳酸']})")
    read_inputs(page, "result")
    frame = frame_of(page, "#here")
    expect(page.locator("#here iframe")).to_have_css("height", "500px")
    assert page.frames[1].evaluate("document.documentElement.scrollHeight > 2 * innerHeight")
    first = frame.get_by_role("article").all_inner_texts()
    frame.get_by_role("group", name="是否属于龙头企业").get_by_role("button", name="是").click()
    read_inputs(page, "result", 2)
    expect(frame.locator("#changes")).to_be_in_viewport()
    page.evaluate("history.back()")
    read_inputs(page, "result", 3)
    assert frame.get_by_role("article").all_inner_texts() == first
    page.frames[1].evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); }")
    frame.get_by_role("button", name="复制分享链接").click()
    shared = frame.get_by_role("textbox", name="复制分享链接")
    expect(shared).to_have_value(re.compile(re.escape(f"{portal.service}/?lang=zh#p=")))
    sandbox = page.locator("#here iframe").get_attribute("sandbox").split()
    assert "allow-modals" in sandbox  # printing is one
    frame.get_by_role("button", name="打印 / 存为 PDF").click()
    (_, _, _, printed) = read_inputs(page, "result", 4)
    assert frame.get_by_role("article").count() == len(printed["measures"]) > len(first)


def test_a_bound_origin_shows_only_frames_with_its_key(visit, portal, partners):
    page = visit(portal.write("keyed.html", f'data-partner="{partners.bound}"'), base=portal.bound)
    assert read_inputs(page, "ready")
    page = visit(portal.write("other.html", f'data-partner="{partners.public}"'), base=portal.bound)
    assert read_inputs(page, "fault") == [{"code": "no_answer", "pointers": []}]
    page.complaints.clear()


@pytest.mark.parametrize(("whose", "says"), [("revoked", "无效、已过期或已吊销"), ("operator", "立即吊销它")])
def test_a_key_that_does_not_count_is_refused_in_words(visit, portal, partners, whose, says):
    page = visit(portal.write(f"{whose}.html", f'data-partner="{getattr(partners, whose)}"'))
    assert read_inputs(page, "fault") == [{"code": "partner_refused", "pointers": []}]
    expect(frame_of(page, "#here").get_by_text(says)).to_be_visible()
    expect(frame_of(page, "#here").get_by_role("textbox")).to_have_count(0)
    page.complaints.clear()  # Chrome reports the status 403 of the frame


def test_two_embeds_stand_on_one_page(visit):
    page = visit("/two.html")
    read_inputs(page, "ready", 2)
    compact, english = frame_of(page, "#compact"), frame_of(page, "#english")
    expect(compact.get_by_text("本网站已预填行业：生物材料。")).to_be_visible()
    expect(compact.get_by_label("行业", exact=True)).to_have_value("生物材料")
    expect(compact.get_by_text("先回答三个问题")).to_be_hidden()
    assert page.locator("#english iframe").get_attribute("title") == "Policy self-check for companies"
    english.get_by_label("Place", exact=True).fill("Hefei")
    english.get_by_role("button", name="Find matching measures").click()
    read_inputs(page, "result")
    assert [where for where, name, _ in page.evaluate("heard") if name == "result"] == ["english"]
    expect(compact.get_by_role("button", name="查看匹配的政策")).to_be_visible()
    height_is_right(page, "#english")


def test_the_keyboard_alone_is_enough(visit):
    page = visit(viewport={"width": 900, "height": 700})
    read_inputs(page, "ready")
    page.get_by_role("button", name="带入示例企业画像").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("蚌埠市")
    page.keyboard.press("Tab")
    page.keyboard.type("聚乳酸")
    button = frame_of(page).get_by_role("button", name="查看匹配的政策")
    for _ in range(8):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    read_inputs(page, "result")
    expect(frame_of(page).get_by_role("heading", level=1)).to_be_focused()
    expect(frame_of(page).get_by_text("所在地：安徽省蚌埠市", exact=True)).to_be_visible()


def test_a_script_that_was_changed_does_not_run(visit, portal):
    page = visit(portal.write("changed.html", "", integrity="sha384-" + base64.b64encode(b"x" * 48).decode()))
    assert page.evaluate("typeof window.Cepei") == "undefined"
    assert "integrity" in " ".join(page.complaints)
    page.complaints.clear()


def test_colours_are_taken_where_they_can_be_read(visit, portal):
    page = visit(portal.write("colours.html", 'data-accent="#1f4e9c" data-ground="#222222" data-region="999999"'))
    frame = frame_of(page, "#here")
    button = frame.get_by_role("button", name="查看匹配的政策")
    expect(button).to_have_css("background-color", "rgb(31, 78, 156)")
    expect(frame.locator("body")).to_have_css("background-color", "rgb(244, 246, 245)")
    notice = frame.get_by_role("region", name="网站管理员请注意")
    expect(notice).to_contain_text("参数 ground 的颜色与页面文字的对比度只有 1.0:1")
    expect(notice).to_contain_text("“999999”不在词表中")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_violation_in_the_frame(new_page, portal, axe_clean, language):
    page = new_page(portal.service)
    button = {"zh": "查看匹配的政策", "en": "Find matching measures"}[language]
    page.goto(f"/embed/frame?lang={language}&accent=%23ff0&region=340300&compact=1&partner=x")
    axe_clean(page)  # refused, with a notice
    page.goto(f"/embed/frame?lang={language}&accent=%231f4e9c&ground=%23fffbe6&sector=biomaterials&what=ever")
    axe_clean(page)
    page.locator("[name=products]").fill("聚乳酸")
    page.get_by_role("button", name=button).click()
    page.get_by_role("article").first.wait_for()
    axe_clean(page)
    page.complaints.clear()  # Chrome reports the status 403 of the refusal


def test_axe_finds_no_violation_in_the_portal(visit, axe_clean):
    page = visit()
    read_inputs(page, "ready")
    axe_clean(page)


def test_markup_in_options_and_profile_stays_text(new_page, portal):
    page = new_page(portal.service)
    page.goto("/embed/frame?" + urlencode({name: ATTACK for name in (*NAMES, ATTACK) if name != "partner"}))
    page.evaluate(
        """(text) => {
        const form = document.createElement("form");
        form.method = "post";
        const field = document.createElement("input");
        field.name = "profile";
        field.value = JSON.stringify({city: text, products: [text], needs: text, [text]: text});
        form.append(field);
        document.body.append(form);
        form.submit();
    }""",
        ATTACK,
    )
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.title() == "惠企政策自测 · 策配"
    assert page.locator("main script, main img").count() == 0
    page.complaints.clear()  # Chrome reports the status 422 of the frame


# Without a browser


@pytest.fixture(scope="module")
def client(catalogue_file, partners, tmp_path_factory):
    origins = parse_embed_origins(f"https://a.example,https://b.example={id_of(partners.bound)}")
    rates = {"rate_limit": "8/minute", "rate_store": str(tmp_path_factory.mktemp("rates") / "rates.sqlite")}
    settings = Settings(
        catalogue=catalogue_file, data=partners.store.path, embed_origins=origins, log_level="error", **rates
    )
    return create_app(settings).test_client()


def ancestors(answer) -> str:
    return re.search(r"frame-ancestors ([^;]*)", answer.headers["Content-Security-Policy"])[1]


def test_only_named_origins_are_frame_ancestors(client, partners):
    assert ancestors(client.get("/embed/frame")) == "https://a.example"
    assert ancestors(client.get(f"/embed/frame?partner={partners.bound}")) == "https://a.example https://b.example"
    assert ancestors(client.get(f"/embed/frame?partner={partners.public}")) == "https://a.example"
    assert ancestors(client.get("/embed/frame?partner=x")) == "https://a.example https://b.example"
    assert ancestors(client.get("/")) == "'none'"


def test_nobody_may_embed_a_service_that_names_no_origin(app):
    assert ancestors(app.test_client().get("/embed/frame")) == "'none'"


def test_the_script_may_be_kept_for_a_year_and_pinned(client):
    answer = client.get("/embed/v1.js")
    assert answer.data == SCRIPT.read_bytes()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert client.get("/embed/v1.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert len(answer.data) < 8_000


def test_the_script_keeps_the_hash_that_portals_pin():
    """A change of the released script breaks every portal that pins it: publish a v2 instead."""
    shown = set(re.findall(r"sha384-[A-Za-z0-9+/=]{64}", (ROOT / "docs/handbook/portal.md").read_text("utf-8")))
    digest = hashlib.sha384(SCRIPT.read_bytes()).digest()
    assert shown == {"sha384-" + base64.b64encode(digest).decode()} == {PORTAL.integrity()}


def test_the_script_and_the_frame_use_no_storage():
    for name in ("embed-v1.js", "embed_frame.js"):
        code = (SCRIPT.parent / name).read_text("utf-8")
        assert not re.search(
            r"document\.cookie|localStorage|sessionStorage|indexedDB|fetch\(|innerHTML|eval\(", code
        ), name


def test_checks_are_counted_by_partner_and_say_nothing_of_the_company(client, partners):
    for partner in (partners.public, "", partners.public):
        client.post(f"/embed/frame?partner={partner}", data={"city": "合肥", "products": "密语"})
    client.post(f"/embed/frame?partner={partners.revoked}", data={"city": "合肥"})
    reported = client.get("/metrics").text
    counted = dict(re.findall(r'cepei_embed_checks_total{partner="([^"]*)"} (\S+)', reported))
    assert counted == {id_of(partners.public): "2.0", "none": "1.0"}
    assert "密语" not in reported


def test_too_many_checks_are_refused_inside_the_frame(client):
    for _ in range(9):
        answer = client.post("/embed/frame", data={"city": "合肥"}, headers={"Accept": "text/html"})
    assert answer.status_code == 429
    assert ancestors(answer) == "https://a.example https://b.example"
    assert "rate_limited" in answer.text
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize(
    "sent", ["", "{", "[]", "null", '{"city": 1}', '{"facts": {"x.y": true}}', '{"a": ' * 99], ids=str
)
def test_odd_profiles_are_answered_with_what_is_wrong(app, sent):
    answer = app.test_client().post("/embed/frame", data={"profile": sent}, headers={"Accept": "text/html"})
    assert answer.status_code in {400, 422}
    assert "data-fault" in answer.text


def test_every_region_and_sector_fills_in_as_what_it_is(app):
    with app.test_request_context("/embed/frame"):
        catalogue = engine().catalogue
        regions, sectors = catalogue.vocabularies["regions"], catalogue.vocabularies["sectors"]
        for language in ("zh", "en"):
            words = page_words(language)
            for code in [*list(regions.entries)[::25], "445303", "622921", "653221", "zone:hengqin"]:
                typed = read_options({"region": code}, catalogue, words).preset["city"]
                assert resolve_place(typed, regions).codes == (code,)
            for sector in sectors.entries:
                typed = read_options({"sector": sector}, catalogue, words).preset["sector"]
                assert sectors.find(typed) == (sector,)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_an_accent_that_is_taken_can_be_read_everywhere(colour):
    theme, faults = read_theme("#{:02x}{:02x}{:02x}".format(*colour), "")
    assert (theme.accent is None) == bool(faults) == (contrast(colour, WHITE) < LEAST_CONTRAST)
    if theme.accent:
        deep, pale = blend(colour, BLACK, 0.3), blend(colour, WHITE, 0.9)
        assert contrast(deep, pale) >= LEAST_CONTRAST <= contrast(deep, WHITE)


def test_contrast_is_that_of_the_guidelines():
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(
    "text", ["red", "#12", "#12345", "#gggggg", "rgb(1,2,3)", "#0b5c4a;}", "＃0b5c4a", "#0b5c4a\n"]
)
def test_what_is_no_colour_is_refused_before_it_reaches_a_style_sheet(client, text):
    assert parse_colour(text) is None
    answer = client.get("/embed/theme.css?" + urlencode({"accent": text}))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/accent"


def test_colours_become_a_style_sheet(client):
    answer = client.get("/embed/theme.css?accent=%231f4e9c&ground=fff")
    assert answer.headers["Content-Type"].startswith("text/css")
    assert (
        answer.text
        == ":root { --accent: #1f4e9c; --accent-deep: #16376d; --accent-pale: #e9edf5; --ground: #ffffff; }\n"
    )
