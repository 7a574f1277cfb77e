"""One running server and the publications it goes through: nothing fails meanwhile, and every answer can be given again."""

import http.client
import json
import threading
import time
from collections import Counter
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest

from service import cli
from tests.service.catalogues.conftest import DOCUMENT, ISSUED
from tests.service.catalogues.test_publishing import version_of
from tests.service.recorded import differences, record_editions

REQUESTS, CLIENTS, PAUSE = 2000, 4, 0.01
CITIES = ("广州", "深圳南沙", "佛山", "珠海横琴", "合肥")
PRODUCTS = ("疫苗", "基因测序仪", "人工关节", "中药饮片", "体外诊断试剂")


def question(number):
    return {
        "profile": {"city": CITIES[number % 5], "products": [PRODUCTS[number // 5 % 5]], "employees": 20 + number},
        "on": "2026-11-21",
        "limit": 5,
        "include": ["question", *(["general"] if number % 2 else [])],
        "detail": "brief" if number % 3 else "full",
    }


def cepei(*words):
    assert cli.main(list(map(str, words))) == 0


class Load:
    """Clients that ask all the time, until so many requests were answered and they are told to end."""

    def __init__(self, port):
        self.port, self.counting = port, threading.Lock()
        self.answered, self.failed, self.versions = 0, [], Counter()
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(place,)) for place in range(CLIENTS)]

    def _ask(self, place):
        # A connection for each request: one that idles between two may be closed by the server, which fails nobody.
        connection, number = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60), place
        while not (self.ending.is_set() and self.answered >= REQUESTS):
            number += CLIENTS
            try:
                if number % 4 == 0:
                    body, kind = json.dumps({**question(number), "detail": "brief", "limit": 1}), "application/json"
                    connection.request("POST", "/v1/match", body, {"Content-Type": kind, "Connection": "close"})
                else:
                    connection.request("GET", "/readyz", headers={"Connection": "close"})
                reply = connection.getresponse()
                self._count(reply.status, json.loads(reply.read()))
            except (OSError, http.client.HTTPException) as error:
                self._count(0, repr(error))
                connection.close()
            time.sleep(PAUSE)

    def _count(self, status, content):
        with self.counting:
            self.answered += 1
            if status != 200:
                self.failed.append((status, content))
                return
            version = content["catalogue"]["version"]
            self.versions[version] += 1
            if content.get("proof", {}).get("catalogue", version) != version:
                self.failed.append("an answer of two editions")

    def wait_for(self, version):
        """Wait until the last twenty answers came from one edition, whichever worker gave them."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with self.counting:
                self.versions.clear()
            time.sleep(0.3)
            with self.counting:
                if self.versions[version] >= 20 and len(self.versions) == 1:
                    return
        pytest.fail(f"{version} is not served: {self.versions}")


@pytest.fixture(scope="module")
def story(serve, first, second, third, tmp_path_factory):
    """Publish three editions under load, go back once, keep 34 answers of each, and tell all of it."""
    catalogue = tmp_path_factory.mktemp("story") / "catalogue.sqlite"
    beside = ("--catalogue", catalogue, "--by", "发布员")
    cepei("publish", first, *beside)
    with serve(CEPEI_CATALOGUE=str(catalogue), CEPEI_SCREENING_WORKER="off") as server:
        load, answers = Load(server.port), []
        for thread in load.threads:
            thread.start()
        try:
            for words, file in (
                (None, first), (("publish", second), second), (("rollback",), first), (("publish", third), third),
            ):  # fmt: skip
                if words:
                    cepei(*words, *beside)
                load.wait_for(version_of(file))
                asked = map(question, range(len(answers), len(answers) + 34))
                answers += [(one, server.post(one).body) for one in asked]
        finally:
            load.ending.set()
            for thread in load.threads:
                thread.join()
        yield {"server": server, "load": load, "answers": answers, "catalogue": catalogue}


def test_no_request_fails_while_editions_are_published_and_taken_back(story):
    assert story["load"].failed == []
    assert story["load"].answered >= REQUESTS


def test_editions_are_listed_the_latest_first(story, first, second, third, capsys):
    reply = story["server"].get("/v1/editions")
    told = [(one["version"], one["action"], one["in_force"]) for one in reply.json["items"]]
    assert told == [
        (version_of(third), "published", True), (version_of(first), "rolled_back", False),
        (version_of(second), "published", False), (version_of(first), "published", False),
    ]  # fmt: skip
    assert "发布员".encode() not in reply.body, "who publishes is nobody else's business"
    cepei("catalogue", "--catalogue", story["catalogue"], "list")
    assert "发布员" in capsys.readouterr().out.splitlines()[-1]


def test_every_stored_answer_is_given_again_byte_for_byte(story, first, second, third):
    answers = story["answers"]
    assert len(answers) > 100
    seen = Counter()
    for asked, body in answers:
        answer = json.loads(body)
        seen[answer["proof"]["catalogue"]] += 1
        again = story["server"].post(
            {**answer["question"], "include": asked["include"], "catalogue": answer["proof"]["catalogue"]}
        )
        assert again.body == body
    assert set(seen) == {version_of(file) for file in (first, second, third)}
    assert any(json.loads(body)["recommendations"] for _, body in answers)


def test_replay_says_the_same_bytes_or_what_differs(story, tmp_path, capsys):
    asked, body = story["answers"][40]
    beside = ["--catalogue", str(story["catalogue"])]
    stored, altered, bare, what = (tmp_path / name for name in ("answer", "altered", "bare", "question"))
    stored.write_bytes(body)
    assert cli.main(["replay", str(stored), *beside]) == 0
    assert capsys.readouterr().out.startswith(f"same {len(body)} bytes")
    answer = json.loads(body)
    answer["totals"]["withheld"] += 1
    altered.write_text(json.dumps(answer), "utf-8")
    assert cli.main(["replay", str(altered), *beside]) == 1
    withheld = answer["totals"]["withheld"]
    assert capsys.readouterr().out.splitlines() == [f"/totals/withheld: {withheld} -> {withheld - 1}"]
    without = {**asked, "include": [one for one in asked["include"] if one != "question"]}
    bare.write_bytes(
        story["server"].post({**without, "catalogue": answer["proof"]["catalogue"]}, Accept_Language="en").body
    )
    assert cli.main(["replay", str(bare), *beside]) == 2
    what.write_text(json.dumps({**asked, "limit": 6}), "utf-8")
    assert cli.main(["replay", str(bare), "--question", str(what), *beside]) == 2
    assert "not the question that was answered" in capsys.readouterr().err
    what.write_text(json.dumps(asked), "utf-8")
    assert cli.main(["replay", str(bare), "--question", str(what), *beside]) == 0
    bare.write_bytes(bare.read_bytes().replace(answer["proof"]["catalogue"].encode(), b"0" * 16))
    assert cli.main(["replay", str(bare), "--question", str(what), *beside]) == 3


@pytest.mark.parametrize("name", ["0" * 16, "latest", "../../etc/passwd", "F" * 16])
def test_an_unknown_edition_is_refused_by_name(story, name):
    reply = story["server"].post({**question(1), "catalogue": name})
    assert reply.status == 422
    (error,) = reply.json["errors"]
    assert (error["pointer"], error["code"]) == ("/catalogue", "no_such_edition")
    assert name in error["message"]
    assert "/v1/editions" in error["hint"]


def test_changes_since_an_edition_or_a_day_or_the_one_before(story, first, second, third, capsys):
    get = story["server"].get
    since = get(f"/v1/changes?since={version_of(second)}").json
    assert (since["before"]["version"], since["after"]["version"]) == (version_of(second), version_of(third))
    assert {kind: count for kind, count in since["totals"].items() if count} == {"new": 1, "changed": 1}
    changed = next(one for one in since["items"] if one["kind"] == "changed")
    assert [(one["field"], one["after"]) for one in changed["fields"]] == [("title", "另一个标题")]
    today = get(f"/v1/changes?since={since['after']['on']}").json
    assert today["before"]["version"] == version_of(third)
    assert sum(today["totals"].values()) == 0
    before = get("/v1/changes?kind=changed").json
    assert before["before"]["version"] == version_of(first)
    assert [one["kind"] for one in before["items"]] == ["changed"] == ["changed"][: before["total"]]
    cepei("catalogue", "--catalogue", story["catalogue"], "diff", version_of(second), "--json")
    assert json.loads(capsys.readouterr().out) == since["items"]


def test_changes_are_a_feed_too(story, second):
    address, space = f"/v1/changes.atom?since={version_of(second)}", "{http://www.w3.org/2005/Atom}"
    reply = story["server"].get(address)
    assert reply.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(reply.body)
    entries = feed.findall(f"{space}entry")
    told = story["server"].get(f"/v1/changes?since={version_of(second)}").json["items"]
    assert len(entries) == len(told) == 2
    for parent in (feed, *entries):
        assert all(len(parent.findall(f"{space}{name}")) == 1 for name in ("id", "title", "updated")), "RFC 4287, 4.1"
        assert parent.findtext(f"{space}id").startswith("urn:uuid:")
        assert datetime.fromisoformat(parent.findtext(f"{space}updated")).tzinfo is not None
    assert feed.findtext(f"{space}updated") == max(entry.findtext(f"{space}updated") for entry in entries)
    assert feed.findtext(f"{space}author/{space}name")
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{space}link")}
    assert links == {"self": address, "alternate": "/changes"}
    for entry in entries:
        (link,) = entry.findall(f"{space}link")
        assert link.attrib["rel"] == "alternate"
        assert story["server"].get(link.attrib["href"]).status == 200
    assert ET.fromstring(story["server"].get("/v1/changes.atom").body).findtext(f"{space}id") != feed.findtext(
        f"{space}id"
    )
    assert len({entry.findtext(f"{space}id") for entry in (feed, *entries)}) == 3
    assert any("另一个标题" in entry.findtext(f"{space}summary") for entry in entries)
    assert story["server"].get(address).body == reply.body


@pytest.mark.parametrize(
    ("since", "code"),
    [("0" * 16, "no_such_edition"), ("yesterday", "no_edition_or_day"), ("2020-01-31", "no_edition_on_day")],
)
def test_since_is_an_edition_or_a_day_on_which_there_was_one(story, since, code):
    reply = story["server"].get(f"/v1/changes?since={since}")
    assert reply.status == 422
    assert [(error["pointer"], error["code"]) for error in reply.json["errors"]] == [("/since", code)]


@pytest.fixture(scope="module")
def issued_later(story, issued):
    """Publish, after all that, the edition in which the draft is issued."""
    cepei("publish", issued, "--catalogue", story["catalogue"])
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if {story["server"].get("/readyz").json["catalogue"]["version"] for _ in range(20)} == {version_of(issued)}:
            return story["server"]
        time.sleep(0.2)
    pytest.fail("it never came")


def test_a_draft_that_was_issued_is_changed_and_neither_new_nor_gone(issued_later):
    changes = issued_later.get("/v1/changes?per_page=100").json
    counts = {kind: count for kind, count in changes["totals"].items() if count}
    assert counts == {"changed": 63, "effective": 62}, "62 measures and their document"
    assert {one["continues"] for one in changes["items"] if one["kind"] == "changed"} >= {DOCUMENT}
    measure = next(one for one in changes["items"] if one["subject"] == "measure")
    assert issued_later.get(f"/v1/measures/{measure['id']}").json["continues"] == measure["continues"]


def test_a_document_stands_beside_its_predecessor_which_only_an_earlier_edition_has(issued_later, third):
    linked = issued_later.get(f"/v1/documents/{ISSUED}/predecessor").json
    assert (linked["predecessor"], linked["edition"]) == (DOCUMENT, version_of(third))
    assert {(one["before"] == one["after"], one["state"]) for one in linked["clauses"]} == {(True, "same")}
    assert issued_later.get(f"/v1/documents/{DOCUMENT}").status == 404


def test_both_pages_are_accessible_and_need_no_scripts(issued_later, new_page, axe_clean):
    page = new_page(issued_later.base)
    for path, words in (
        ("/changes?lang=zh", "目录更新"),
        (f"/documents/{ISSUED}/predecessor?lang=en", "previous version"),
    ):
        assert page.goto(path).status == 200
        assert words in page.locator("h1").inner_text()
        axe_clean(page)
    page.goto("/changes")
    page.locator("#since").select_option(index=1)
    page.locator("main form button").click()
    assert "since=" in page.url
    assert page.locator("main article").count() == 20
    assert page.locator("main del").count() > 0


def test_the_examples_that_tell_of_editions_are_what_is_answered(issued_later):
    assert list(differences(record_editions(issued_later))) == [], "written again by: make examples"
