"""The editor in a browser: a policy from its file to an answer, by two people; and who may do what of it."""

import html
import io
import itertools
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from rules.catalogue.content import load_written, open_catalogue
from seeds.faults import CodedError, load_yaml
from seeds.library import load_document
from service import cli
from service.app import create_app
from service.catalogues.editions import Editions
from service.catalogues.publishing import expect_kept
from service.drafts.items import DOCUMENT, PACK, TEXT, Action, Kind, State
from service.drafts.review import Drafts
from service.drafts.source import as_yaml
from service.keys import Keys, Role
from service.settings import Settings
from service.store import Store
from service.web.serving import EXTENSION
from tests.service.catalogues import conftest as editions
from tests.service.drafting import PLACE, POLICY, SentForm, copy_of, sent_draft

small, first = editions.small, editions.first
CORRECTED = editions.DOCUMENT
DESK = {"width": 1280, "height": 900}
SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


# --- in a browser, with a real server


@pytest.fixture(scope="module")
def served(serve, catalogue_file, tmp_path_factory):
    """A server whose catalogue may be replaced, and the texts of the keys of two people."""
    file = copy_of(catalogue_file, tmp_path_factory.mktemp("editions"))
    with serve(CEPEI_CATALOGUE=str(file), CEPEI_SCREENING_WORKER="off") as server:
        keys = Keys(Store(Path(server.given["CEPEI_DATA"])))
        yield server, keys.add(Role.EDITOR, label="编辑甲")[1], keys.add(Role.PUBLISHER, label="发布乙")[1]


def sign_in(page, key, path="/editor"):
    page.cookies_meant = True
    page.goto(path)
    page.complaints.clear()  # the browser notes the 401
    page.locator("[name=key]").fill(key)
    page.locator("[name=key]").press("Enter")
    expect(page.get_by_role("heading", name="草案")).to_be_visible()


def answers(server):
    """Return which measures of the policy fit a company of its place."""
    body = json.dumps({"profile": {"city": PLACE}}).encode()
    reply = server.call("POST", "/v1/match", body=body, headers={"Content-Type": "application/json"}).json
    return {one["measure"]["id"] for one in reply["recommendations"]} & {f"yunxi-2026-{n}" for n in (1, 2, 3)}


def settle(server, expected):
    """Wait until every process answers with the edition in force."""
    end = time.monotonic() + 30
    while any(answers(server) != expected for _ in range(4)):
        assert time.monotonic() < end
        time.sleep(0.3)


def review_all(page):
    """Decide on everything as an editor who finds it right."""
    for item, title in (("m1", "Growth bonus"), ("m2", "Pilot platforms"), ("m3", "Bonus on conditions")):
        card = page.locator(f"#{item}")
        card.get_by_label("英文名称").fill(title)
        card.get_by_label("例子已对照原文核对").check()
        card.get_by_role("button", name="通过").click()
        expect(card.locator(".item-accepted")).to_be_visible()
    page.locator("#s1").get_by_label("理由").fill("各街道的工作经费，企业不能申请")
    page.locator("#s1").get_by_role("button", name="不是措施").click()
    for item in ("text", "document", "pack"):
        page.locator(f"#{item}").get_by_role("button", name="通过").click()
        expect(page.locator(f"#{item} .item-accepted")).to_be_visible()


def cite_a_passage(page):
    """Add a condition to the second measure, with words selected in the document."""
    page.locator("#m2").get_by_role("link", name="修改").click()
    page.get_by_role("button", name="增加由人核对的条件").first.click()
    page.get_by_label("条件的文字", exact=True).last.fill("是龙头企业")
    page.get_by_label("条件的编号").last.fill("leading")
    added = page.locator("fieldset.condition", has=page.get_by_label("条件的编号")).last
    added.get_by_label("原文", exact=True).focus()
    page.evaluate(
        """() => { const clause = document.getElementById("c-1.2");
            const walker = document.createTreeWalker(clause, NodeFilter.SHOW_TEXT);
            let node; while ((node = walker.nextNode()) && !node.data.includes("龙头企业"));
            const range = document.createRange(), at = node.data.indexOf("龙头企业");
            range.setStart(node, at); range.setEnd(node, at + 4);
            document.getSelection().removeAllRanges(); document.getSelection().addRange(range); }"""
    )
    page.keyboard.press("Alt+q")
    expect(page.get_by_role("status")).to_contain_text("已引用")
    expect(added.get_by_label("原文", exact=True)).to_have_value("龙头企业")
    page.get_by_role("button", name="检查并保存").last.click()
    expect(page.locator("#m2")).to_contain_text("是龙头企业")


def test_a_policy_goes_from_its_file_to_an_answer_and_back(new_page, served, tmp_path):
    server, editor, publisher = served
    file = tmp_path / "措施.txt"
    file.write_text(POLICY, "utf-8")
    page = new_page(server.base, viewport=DESK)
    sign_in(page, editor)
    page.get_by_label("政策文件", exact=True).set_input_files(file)
    page.get_by_label("文件的编号").fill("yunxi-2026")
    page.get_by_role("button", name="上传并起草").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("云溪区支持企业发展若干措施")
    draft = page.url

    page.locator("#m3").get_by_role("link", name="注册资本不低于1000万元").click()
    expect(page.locator(".cite:target")).to_have_text("注册资本不低于1000万元")
    expect(page.locator(".cite:target")).to_be_in_viewport()
    expect(page.locator("#m3 .examples")).to_contain_text("与所写一致")
    expect(page.locator("#u-s1")).to_contain_text("300万元工作经费")

    cite_a_passage(page)
    page.locator("#m1").get_by_role("button", name="通过").click()
    expect(page.get_by_role("alert")).to_contain_text("英文名称")
    page.complaints.clear()  # the browser notes the 422
    review_all(page)
    expect(page.locator("#publish")).to_contain_text("由发布人发布")
    assert page.get_by_role("button", name="发布", exact=True).count() == 0

    other = new_page(server.base)  # a telephone
    sign_in(other, publisher)
    other.get_by_role("link", name="云溪区支持企业发展若干措施").click()
    assert other.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert answers(server) == set()
    other.get_by_role("button", name="发布", exact=True).click()
    expect(other.locator("#publish")).to_contain_text("已在当前版本中")
    settle(server, {"yunxi-2026-1", "yunxi-2026-2", "yunxi-2026-3"})
    other.goto(f"{draft}/trail?lang=en")
    expect(other.locator("tbody tr").first).to_contain_text("published")
    expect(other.locator("tbody tr").last).to_contain_text("编辑甲")

    other.goto("/editor")
    other.get_by_text("退回上一个版本").click()
    other.get_by_role("button", name="确认退回").click()
    expect(other.locator("#editions ~ table tbody tr").first).to_contain_text("退回")
    settle(server, set())


# --- what each role may do, and what is refused, without a browser


@pytest.fixture(scope="module")
def home(tmp_path_factory, first, content):
    """One application whose catalogue, of one document, may be replaced."""
    folder = tmp_path_factory.mktemp("home")
    return House(folder, copy_of(first, folder), content.lexicon)


@pytest.fixture
def house(home):
    """The application with a draft of the test's own."""
    home.take_in()
    return home


def typed(page):
    return html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])


class House:
    """One application, its drafts, and browsers signed in with keys of its own."""

    def __init__(self, folder, catalogue, lexicon):
        self.store = Store(folder / "data.sqlite")
        self.editions = Editions(catalogue)
        self.app = create_app(Settings(catalogue=catalogue, data=folder / "data.sqlite", log_level="error"))
        self.drafts, self.keys = Drafts(self.store), Keys(self.store)
        self.owner = self.keys.add(Role.EDITOR, label="上传人")[0]
        self.sent, self.numbers = sent_draft(folder, lexicon), itertools.count(1)

    def take_in(self):
        """Take in the policy once more, as another document."""
        document = f"yunxi-{next(self.numbers)}"
        sent = json.loads(json.dumps([self.sent.metadata, self.sent.pack]).replace("yunxi-2026", document))
        sent = replace(self.sent, metadata=sent[0], pack=sent[1])
        self.id = self.drafts.add(sent, "政策.txt", self.owner)
        self.page = f"/editor/drafts/{self.id}"

    @property
    def review(self):
        return self.drafts.find(self.id)

    def decide_all(self, key):
        for item in self.review.of(Kind.MEASURE):
            read = [{"facts": one["facts"], "verdict": one["verdict"]} for one in item.body["examples"]]
            body = {**item.body, "title_en": "x", "examples": read}
            self.drafts.do(self.review, item.id, Action.ACCEPT, key, seen=0, body=body)
        self.drafts.do(self.review, "s1", Action.NO_MEASURE, key, seen=0, note="")
        for item in (TEXT, DOCUMENT, PACK):
            self.drafts.do(self.review, item, Action.ACCEPT, key, seen=0)

    def browser(self, role):
        key, text = self.keys.add(role, label=role.value)
        client = self.app.test_client()
        assert client.post("/screenings/sign-in", data={"key": text}, headers=SAME).status_code == 303
        shown = client.get("/editor", headers=SAME).text + client.get("/screenings", headers=SAME).text
        token = re.search(r'name="token" value="([0-9a-f]{64})"', shown)[1]

        def post(path, status, **fields):
            answer = client.post(path, data={"token": token, **fields}, headers=SAME)
            assert answer.status_code == status, answer.text
            return answer.text

        return key, client, post


def test_only_editors_and_publishers_enter_and_only_with_forms_of_ours(house):
    stranger = house.app.test_client()
    for path in ("/editor", house.page, f"{house.page}/trail.json", f"{house.page}/company"):
        assert stranger.get(path, headers=SAME).status_code == 401
    _, operator, _ = house.browser(Role.OPERATOR)
    for path in ("/editor", house.page, f"{house.page}/trail.json", f"{house.page}/screening"):
        answer = operator.get(path, headers=SAME)
        assert answer.status_code == 403
        assert "云溪" not in answer.text
    _, editor, post = house.browser(Role.EDITOR)
    shown = editor.get(house.page, headers=SAME)
    assert shown.headers["Cache-Control"] == "no-store"
    assert "<script" not in shown.text, "it works without"
    wish = {"do": "reject", "note": "x", "seen": "0"}
    assert editor.post(f"{house.page}/items/m1", data=wish, headers=SAME).status_code == 403
    assert editor.post(f"{house.page}/items/m1", data=wish, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    post(f"{house.page}/items/m1", 303, **wish)
    assert editor.get("/editor/drafts/nothing", headers=SAME).status_code == 404
    assert editor.get(f"{house.page}/items/m9/edit", headers=SAME).status_code == 404


def test_only_a_publisher_publishes_and_not_what_nobody_else_has_checked(house):
    publisher, _, publish = house.browser(Role.PUBLISHER)
    editor, _, edit = house.browser(Role.EDITOR)
    wish = {"replaces": house.editions.current()}
    assert "还有待定的项" in publish(f"{house.page}/publish", 422, **wish)
    house.decide_all(publisher)
    assert "只有发布人" in edit(f"{house.page}/publish", 403, **wish)
    assert "只有您一人决定过" in publish(f"{house.page}/publish", 403, **wish)
    assert "只有发布人" in edit("/editor/rollback", 403, **wish)
    for item in house.review.items:
        house.drafts.do(house.review, item, Action.CONFIRM, editor, seen=house.review.seen(item))
    refused = publish(f"{house.page}/publish", 409, replaces="0" * 16)
    assert house.editions.current() in refused
    publish(f"{house.page}/publish", 303, **wish)
    assert house.review.steps[-1].action is Action.PUBLISH
    assert house.editions.history()[-1].by == "publisher"
    assert house.editions.current() == house.review.steps[-1].note
    assert "已经发布" in edit(f"{house.page}/items/m1", 422, do="undo", seen=str(house.review.seen("m1")))
    stale = {"replaces": wish["replaces"], "version": wish["replaces"]}
    assert "版本已经改变" in publish("/editor/rollback", 409, **stale)
    publish("/editor/rollback", 303, **{**stale, "replaces": house.editions.current()})
    assert house.editions.current() == wish["replaces"]


def test_a_setting_lets_one_person_review_and_publish(house, monkeypatch):
    serving = house.app.extensions[EXTENSION]
    allowing = replace(serving, settings=replace(serving.settings, publish_alone=True))
    monkeypatch.setitem(house.app.extensions, EXTENSION, allowing)
    publisher, client, publish = house.browser(Role.PUBLISHER)
    house.decide_all(publisher)
    publish(f"{house.page}/publish", 409, replaces="0" * 16)
    shown = client.get(house.page, headers=SAME).text
    assert f'action="{house.page}/publish"' in shown
    monkeypatch.undo()
    assert f'action="{house.page}/publish"' not in client.get(house.page, headers=SAME).text


def test_a_published_document_is_corrected_and_not_lost_by_folders(house, tmp_path, capsys):
    publisher, _, publish = house.browser(Role.PUBLISHER)
    _, _, edit = house.browser(Role.EDITOR)
    assert "没有这个编号" in edit("/editor/revise", 422, document="nothing")
    edit("/editor/revise", 303, document=CORRECTED)
    edit("/editor/revise", 303, document=CORRECTED)
    review, *_ = (one for one in house.drafts.listed() if one.revises)
    assert sum(one.document_id == CORRECTED for one in house.drafts.listed()) == 1, "one is gone on with"
    page, before = f"/editor/drafts/{review.id}", house.editions.current()
    assert not review.open_items()
    ids = [one["id"] for one in review.measures()]
    text = as_yaml({**review.items["m1"].body, "title": "改正过的名称"})
    edit(f"{page}/items/m1/text", 303, text=text, seen="0")
    assert "还有待定的项" in publish(f"{page}/publish", 422, replaces=before)
    edit(f"{page}/items/m1", 303, do="accept", seen=str(house.drafts.find(review.id).seen("m1")))
    publish(f"{page}/publish", 303, replaces=before)
    with_it = house.editions.current()
    published = open_catalogue(house.editions.served)
    assert [one for one in published.measures if published.measures[one].document == CORRECTED] == sorted(ids)
    assert published.measures[ids[0]].title == "改正过的名称"
    assert "已经发布" in edit(f"{page}/items/m1", 422, do="undo", seen="0")

    folders, served = [tmp_path / "documents", tmp_path / "packs"], str(house.editions.served)
    for folder in folders:
        folder.mkdir()
    words = ["--catalogue", served, "keep", "--data", str(house.store.path), "--seeds", str(tmp_path), "--packs", str(folders[1])]  # fmt: skip
    assert cli.main(["catalogue", *words]) == 0
    assert load_document(folders[0] / CORRECTED) == published.documents[CORRECTED]
    assert load_yaml(folders[1] / f"{CORRECTED}.yaml") == load_written(house.editions.served).packs[CORRECTED]
    assert cli.main(["catalogue", *words]) == 0
    assert "the folders have it" in capsys.readouterr().out
    with pytest.raises(CodedError, match=CORRECTED):
        expect_kept(house.editions, house.editions.path(before), frozenset())
    expect_kept(house.editions, house.editions.path(before), frozenset({CORRECTED}))
    expect_kept(house.editions, house.editions.path(with_it), frozenset())
    publish("/editor/rollback", 303, replaces=with_it, version=before)
    expect_kept(house.editions, house.editions.path(before), frozenset())
    house.drafts.do(house.drafts.find(review.id), "m2", Action.CONFIRM, publisher, seen=0)
    edit(f"{page}/items/m2", 303, do="undo", seen=str(house.drafts.find(review.id).seen("m2")))


def test_labelled_companies_that_score_worse_are_told_and_nothing_is_published(house, monkeypatch, tmp_path):
    publisher, _, publish = house.browser(Role.PUBLISHER)
    cases, document = tmp_path / "cases.yaml", house.review.document_id
    cases.write_text(
        f"- {{id: silent-one, profile: {{city: {PLACE}}}, never: [[{document}, '1.1', 20万元]]}}\n", "utf-8"
    )
    serving = house.app.extensions[EXTENSION]
    asking = replace(serving, settings=replace(serving.settings, publish_alone=True, cases=cases))
    monkeypatch.setitem(house.app.extensions, EXTENSION, asking)
    house.decide_all(publisher)
    before = house.editions.current()
    told = publish(f"{house.page}/publish", 422, replaces=before)
    assert "silent-one" in told
    assert "never" in told
    assert house.editions.current() == before


def test_what_cannot_be_taken_in_is_told_beside_the_form(house):
    _, client, _ = house.browser(Role.EDITOR)
    token = re.search(r'name="token" value="([0-9a-f]{64})"', client.get("/editor", headers=SAME).text)[1]

    def upload(name, content, document_id):
        data = {"token": token, "id": document_id, "file": (content, name)}
        return client.post("/editor/drafts", data=data, headers=SAME)

    for name, content, document_id, says in (
        ("a.txt", POLICY.encode(), "No Id", "编号只能用"),
        ("a.txt", POLICY.encode(), CORRECTED, "已有这个编号"),
        ("a.exe", b"MZ", "x-1", ".exe"),
        ("a.docx", b"PK\x03\x04nothing", "x-1", ""),
        ("a.pdf", b"%PDF-1.7 nothing", "x-1", ""),
        ("a.txt", b"", "x-1", ""),
        ("../../etc/passwd", b"x", "x-1", ""),
    ):
        answer = upload(name, io.BytesIO(content), document_id)
        assert answer.status_code == 422, (name, answer.text)
        assert 'role="alert"' in answer.text
        assert says in answer.text
    assert house.drafts.listed()[0].id == house.id
    assert list((house.store.folder / "looks").iterdir()) == []


def test_an_item_is_edited_as_text_and_what_is_wrong_is_told_and_nothing_typed_is_lost(house):
    _, client, post = house.browser(Role.EDITOR)
    shown = client.get(f"{house.page}/items/m2/text", headers=SAME).text
    text = typed(shown)
    assert "title: 支持龙头企业建设中试平台" in text
    wrong = text.replace("quote: 支持龙头", "quote: 支持尾部")
    answer = post(f"{house.page}/items/m2/text", 422, text=wrong, seen="0")
    assert "/source" in answer
    assert "支持尾部" in typed(answer)
    post(f"{house.page}/items/m2/text", 303, text=text.replace("title: 支持", "title: 助力"), seen="0")
    assert house.review.items["m2"].body["title"].startswith("助力")
    assert "有人改动了这一项" in post(f"{house.page}/items/m2/text", 422, text=text, seen="0")
    file = client.get(f"{house.page}/trail.json", headers=SAME)
    last = json.loads(file.data)[-1]
    assert (last["before"]["body"]["title"][:2], last["after"]["body"]["title"][:2]) == ("支持", "助力")
    assert "attachment" in file.headers["Content-Disposition"]
    trail = client.get(f"{house.page}/trail", headers=SAME).text
    assert "<del>-title: 支持龙头企业建设中试平台</del>" in trail


def test_an_item_is_edited_in_a_form_without_scripts(house):
    _, client, post = house.browser(Role.EDITOR)
    page = f"{house.page}/items/m1/edit"
    body = house.review.items["m1"].body

    def add(form, place, kind, **chosen):
        return SentForm(post(page, 200, **form.sent(**chosen, do=f"add {place} {kind}")))

    form = SentForm(client.get(page, headers=SAME).text)
    assert form.fields["/source/quote"] == [body["source"]["quote"]]
    form = add(form, "/conditions", "fact", **{"~new:conditions": "annual_revenue_cny"})
    place = "/conditions/1" if "/conditions/1/fact" in form.fields else "/conditions/0"
    typed = {f"{place}/~operator": "at_least", f"{place}/~value": "1000万元"}
    refused = post(page, 422, **form.sent(**typed, **{f"{place}/cite/quote": "文件里没有的话"}))
    beside = refused[refused.index(f'name="{place}/cite/quote"') :]
    assert 'aria-invalid="true"' in beside[:300]
    assert 'role="alert"' in refused
    assert SentForm(refused).fields[f"{place}/~value"] == ["1000万元"], "nothing typed is lost"
    post(page, 303, **form.sent(**typed, **{f"{place}/cite/quote": "注册资本不低于\n1000万元"}))
    saved = house.review.items["m1"].body["conditions"][-1]
    assert saved == {
        "fact": "annual_revenue_cny", "at_least": "1000万元", "cite": {"clause": "1.3.1", "quote": "注册资本不低于1000万元"},
    }  # fmt: skip
    form = SentForm(client.get(page, headers=SAME).text)
    form = SentForm(post(page, 200, **form.sent(do=f"remove {place}")))
    post(page, 303, **form.sent())
    kept = {key: value for key, value in house.review.items["m1"].body.items() if value != []}
    assert kept == body, "the rest of the item is as it was"
    assert "表单不完整" in post(page, 422, **form.sent(do="add /x/y/z w"))


def test_the_metadata_and_what_holds_for_all_are_edited_in_forms(house):
    _, client, post = house.browser(Role.EDITOR)
    page = f"{house.page}/items/document/edit"
    form = SentForm(client.get(page, headers=SAME).text)
    assert "/id" not in form.fields, "the id is settled"
    assert 'aria-invalid="true"' in post(page, 422, **form.sent(**{"/region": "没有的地方"}))
    post(page, 303, **form.sent(**{"/region": "湖南省岳阳市云溪区（430603）", "/status": "in_force"}))
    document = house.review.items[DOCUMENT].body
    assert (document["region"], document["status"], document["number"]) == ("430603", "in_force", "unknown")
    page = f"{house.page}/items/pack/edit"
    before = house.review.items[PACK].body
    form = SentForm(client.get(page, headers=SAME).text)
    post(page, 303, **form.sent(**{"/materials/0/id": "audit-report"}))
    assert house.review.items[PACK].body["materials"][0]["id"] == "audit-report"
    assert house.review.items[PACK].body["windows"] == before["windows"]


def test_a_measure_of_a_sentence_and_one_of_nothing_begin_as_forms(house):
    _, client, post = house.browser(Role.EDITOR)
    begun = SentForm(client.get(f"{house.page}/new?sentence=s1", headers=SAME).text)
    assert "300万元工作经费" in begun.fields["/source/quote"][0]
    refused = post(f"{house.page}/new", 422, **begun.sent())
    assert refused.count('aria-invalid="true"') >= 4  # nothing was guessed
    typed = {"/title": "经费", "/instrument": "subsidy", "/kind": "direction", "/strength": "grant"}
    post(f"{house.page}/new", 303, **begun.sent(**typed))
    assert house.review.items["s1"].state == "made"
    empty = SentForm(client.get(f"{house.page}/new", headers=SAME).text)
    post(f"{house.page}/new", 303, **empty.sent(**typed, **{"/source/quote": "支持龙头企业建设中试平台"}))
    assert house.review.of(Kind.MEASURE)[-1].body["source"]["clause"] == "1.2"


def test_the_text_is_edited_and_what_quotes_it_follows(house):
    editor, client, post = house.browser(Role.EDITOR)
    house.drafts.do(house.review, "pack", Action.ACCEPT, editor, seen=0)
    page, kept = f"{house.page}/text", house.review.items["m1"]

    def edit(status=303, **typed):
        return post(page, status, seen=str(house.review.seen(TEXT)), **typed)

    edit(kind="glyph", glyph="龙", to_glyph="尤")
    review = house.review
    assert review.items["m2"].body["source"]["quote"] == "支持尤头企业建设中试平台"
    assert review.items["m1"] == kept
    assert review.items[PACK].state is State.ACCEPTED
    assert [step.action for step in review.steps[-2:]] == [Action.EDIT, Action.FOLLOW]
    edit(kind="break", line="（一）对首次", before="已享受")
    edit(kind="join", line="已享受")
    edit(kind="drop", line="（二）支持尤头企业")
    shown = client.get(page, headers=SAME).text
    assert "支持龙头企业建设中试平台" in shown, "what no longer holds is listed"
    assert "（二）支持" not in house.review.text
    for typed, says in (({"kind": "drop", "line": "没有这一行"}, "没有这一行"), ({"kind": "glyph"}, "请选择改什么"), ({}, "请选择改什么")):  # fmt: skip
        assert says in edit(422, **typed)
    edit(do="remove 3")
    edit(do="remove 0")
    assert house.review.items["m2"].body["source"]["quote"] == "支持龙头企业建设中试平台"
    edits = [{"break": "（一）对首次", "before": "已享受"}, {"join": "已享受"}]
    assert house.review.items[TEXT].body["edits"] == edits
    assert house.review.text == house.sent.text
    assert "有人改动了这一项" in post(page, 422, seen="0", kind="drop", line="（二）支持龙头企业")


def test_a_measure_is_divided_in_two(house):
    _, client, post = house.browser(Role.EDITOR)
    before = house.review.items["m3"].body
    page = f"{house.page}/items/m3/split"
    assert "注册资本" in client.get(page, headers=SAME).text
    assert "请写明新措施的名称" in post(page, 422, seen="0", title=" ")
    sides = {"conditions-0": "goes", "benefits-0": "both"}
    assert "有人改动了这一项" in post(page, 422, seen="7", title="x", **sides)
    post(page, 303, seen="0", title="安全生产奖励", **sides)
    stays, goes = (item.body for item in house.review.of(Kind.MEASURE) if item.body["source"] == before["source"])
    assert stays["conditions"] == before["conditions"][1:]
    assert goes["conditions"] == before["conditions"]
    assert (stays["benefits"], goes["benefits"]) == (before["benefits"], before["benefits"])
    assert goes["title"] == "安全生产奖励"
    assert goes["id"] != stays["id"] == before["id"]
    assert all(one["drafted"] for one in stays["examples"])
    assert [step.action for step in house.review.steps[-2:]] == [Action.EDIT, Action.ADD]


def test_a_sentence_becomes_a_measure_and_a_measure_is_copied(house):
    _, client, post = house.browser(Role.EDITOR)
    shown = client.get(f"{house.page}/new/text?sentence=s1", headers=SAME).text
    begun = typed(shown)
    assert "300万元工作经费" in begun
    assert "/instrument" in post(
        f"{house.page}/new/text", 422, text=begun, sentence="s1", seen="0"
    )  # nothing was guessed
    for key, value in {"title": "工作经费", "title_en": "Costs", "instrument": "subsidy", "kind": "direction", "strength": "grant"}.items():  # fmt: skip
        begun = begun.replace(f"{key}: null", f"{key}: {value}")
    post(f"{house.page}/new/text", 303, text=begun, sentence="s1", seen="0")
    assert house.review.items["s1"].state == "made"
    shown = client.get(f"{house.page}/new/text?copy=m3", headers=SAME).text
    copied = typed(shown)
    post(f"{house.page}/new/text", 303, text=copied, seen="0")
    assert [item.body["source"]["clause"] for item in house.review.of(Kind.MEASURE)] == [
        "1.1",
        "1.2",
        "1.3",
        "3.2",
        "1.3",
    ]


def test_a_draft_is_tried_on_a_company_before_anything_is_published(house):
    _, client, post = house.browser(Role.EDITOR)
    shown = post(f"{house.page}/company", 200, city=PLACE)
    assert "支持龙头企业建设中试平台" in shown
    assert f'href="{house.page}#m2"' in shown
    assert "可能相符" in shown
    assert "条件不符" in post(f"{house.page}/company", 200, city="合肥市")
    assert 'role="alert"' in post(f"{house.page}/company", 422, city=PLACE, employees="很多")
    assert client.get(f"{house.page}/screening", headers=SAME).status_code == 200


@pytest.mark.parametrize("query", [urlencode({"measure": "m1", "screening": "1" * 32}), urlencode({"measure": "m77", "screening": "x"})])  # fmt: skip
def test_a_screening_of_somebody_else_is_none(house, query):
    _, client, _ = house.browser(Role.EDITOR)
    assert client.get(f"{house.page}/screening?{query}", headers=SAME).status_code == 404
