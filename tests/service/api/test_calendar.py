"""When applications open and close: the list of measures that open before a day, and the calendar, over HTTP."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import icalendar
import pytest

from rules.catalogue.content import write_catalogue
from seeds.faults import load_yaml
from seeds.library import load_documents
from service.app import create_app
from service.clock import CHINA, moment, today
from service.settings import Settings
from service.shapes import published

POLICIES = Path(__file__).parents[2] / "rules" / "policies"
SPRING, SUMMER = "2026-04-20", "2026-06-15"


@pytest.fixture(scope="module")
def client(content, tmp_path_factory):
    """The service over the shipped catalogue together with the invented policies, which state windows."""
    documents = {one.id: one for one in load_documents(POLICIES / "documents")}
    packs = {path.stem: load_yaml(path) for path in (POLICIES / "packs").glob("*.yaml")}
    file = tmp_path_factory.mktemp("calendar") / "catalogue.sqlite"
    both = replace(content, documents={**content.documents, **documents}, packs={**content.packs, **packs})
    write_catalogue(both, file)
    return create_app(Settings(catalogue=file, log_level="error")).test_client()


@pytest.fixture
def listed(client):
    """Return measure -> how its applications stand, of all pages."""

    def ask(**query):
        pages, found = 1, {}
        while pages > len(found.setdefault("pages", [])):
            reply = client.get(
                "/v1/measures", query_string={**query, "per_page": 100, "page": len(found["pages"]) + 1}
            ).json
            found["pages"].append(reply["items"])
            pages = reply["pages"]
        return {one["id"]: one.get("application") for page in found["pages"] for one in page}

    return ask


@pytest.fixture
def events(client):
    def ask(language="zh", **query):
        reply = client.get("/v1/calendar.ics", query_string=query, headers={"Accept-Language": language})
        assert (reply.status_code, reply.content_type) == (200, "text/calendar; charset=utf-8"), reply.text
        return icalendar.Calendar.from_ical(reply.data).walk("VEVENT")

    return ask


def test_measures_are_listed_that_open_before_a_day_and_each_says_how_it_stands(listed):
    soon = listed(on=SPRING, opens_before="2026-09-02")
    assert soon["ch-revenue-award"]["state"] == "open"
    assert soon["bx-materials"]["state"] == "next"
    assert soon["bx-materials"]["opens"] == "2026-09-01"
    assert soon["bx-materials"]["cite"]["quote"] == "2026年9月上旬集中受理"
    assert {one["state"] for one in soon.values()} == {"open", "next"}
    assert "bx-materials" not in listed(on=SPRING, opens_before="2026-09-01")
    assert "bx-materials" not in listed(on="2026-09-11", opens_before="2027-12-31")  # it has closed


def test_what_states_no_time_is_left_out_and_told_as_not_stated_where_a_day_is_asked_about(listed):
    whole = listed(on=SPRING)
    unstated = {name for name, standing in whole.items() if standing["state"] == "not_stated"}
    assert any(name.startswith("gd-") for name in unstated)
    assert unstated.isdisjoint(listed(on=SPRING, opens_before="9999-12-31"))


def test_nothing_is_told_of_windows_where_no_day_is_asked_about(listed):
    assert set(listed().values()) == {None}


def test_today_is_meant_where_only_opens_before_is_given(listed):
    assert listed(opens_before="2099-01-01") == listed(on=today().isoformat(), opens_before="2099-01-01")


def test_the_list_keeps_its_published_shape(client, strictly):
    reply = client.get("/v1/measures", query_string={"on": SPRING, "opens_before": SUMMER, "per_page": 100})
    assert reply.json["total"]
    assert strictly(published.Measures, reply.json) == []


@pytest.mark.parametrize("query", [{"opens_before": "soon"}, {"opens_before": "2026-02-30"}, {"on": "明天"}])
def test_a_day_that_is_none_is_refused_with_its_place(client, query):
    for path in ("/v1/measures", "/v1/calendar.ics"):
        wanted = query if path == "/v1/measures" or "on" in query else {"on": query["opens_before"]}
        reply = client.get(path, query_string=wanted)
        assert reply.status_code == 422
        fault = reply.json["errors"][0]
        assert (fault["pointer"], fault["code"]) == (f"/{next(iter(wanted))}", "not_date")
        assert fault["hint"]


def test_the_calendar_holds_first_and_last_days_ahead_with_the_words_that_state_them(events):
    spring = {(str(one["uid"])): one for one in events(on=SPRING)}
    closing = spring["bx-materials.closes.20260910@cepei"]
    assert closing["dtstart"].dt == date(2026, 9, 10)
    assert "申报截止" in closing["summary"]
    assert "2026年9月上旬集中受理" in closing["description"]
    assert closing["dtstamp"].dt == datetime(2026, 4, 20, tzinfo=UTC)
    assert "bx-materials.opens.20260901@cepei" in spring
    days = [one["dtstart"].dt for one in spring.values()]
    assert min(days) >= date(2026, 4, 20)
    assert max(days) > date(2027, 1, 1)
    assert len(spring) == len(events(on=SPRING))


def test_what_has_opened_tells_its_last_day_alone_and_what_is_past_nothing(events):
    names = {str(one["uid"]).partition("@")[0] for one in events(on="2026-09-10")}
    assert "bx-materials.closes.20260910" in names
    assert "bx-materials.opens.20260901" not in names
    assert not any(name.startswith("bx-materials.") for name in (str(one["uid"]) for one in events(on="2026-09-11")))


def test_drafts_are_marked_and_titles_follow_the_language(events):
    spring = events(on=SPRING, status="draft")
    assert all("征求意见稿" in one["summary"] for one in spring)
    assert all(one["summary"].startswith("Applications ") for one in events(language="en", on=SPRING))


def test_filters_choose_what_a_calendar_holds(events):
    there = {str(one["uid"]).split(".")[0] for one in events(on=SPRING, region="厦门")}
    assert there
    assert not any(name.startswith(("ch-", "bx-")) for name in there)
    by_document = events(on=SPRING, document="banxi-firsts-2026")
    assert {str(one["uid"])[:3] for one in by_document} == {"bx-"}


def test_the_same_question_gets_the_same_bytes_and_a_validator(client):
    first, second = (client.get("/v1/calendar.ics", query_string={"on": SPRING}) for _ in range(2))
    assert first.data == second.data
    again = client.get(
        "/v1/calendar.ics", query_string={"on": SPRING}, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(("language", "word"), [("zh", "没有读懂"), ("en", "was not understood")])
@pytest.mark.parametrize(("name", "text"), [("region", "某某市某某区"), ("sector", "天外飞仙"), ("department", "发改")])
def test_words_that_are_not_understood_are_refused_and_give_no_empty_calendar(client, name, text, language, word):
    reply = client.get("/v1/calendar.ics", query_string={name: text}, headers={"Accept-Language": language})
    assert reply.status_code == 422
    fault = reply.json["errors"][0]
    assert fault["pointer"] == f"/{name}"
    assert word in fault["message"]
    assert fault["hint"]


def test_what_closes_soon_stands_in_the_feed_from_the_day_on_which_it_is_told(client):
    on = {"on": "2028-06-10", "kind": "closing"}
    days = {one["title"]: one["day"] for one in client.get("/v1/changes", query_string=on).json["items"]}
    feed, space = ET.fromstring(client.get("/v1/changes.atom", query_string=on).data), "{http://www.w3.org/2005/Atom}"
    assert days
    entries = feed.findall(f"{space}entry")
    assert len(entries) == len(days)
    for entry in entries:
        day = next(day for title, day in days.items() if title in entry.findtext(f"{space}title"))
        told = datetime.combine(date.fromisoformat(day) - timedelta(days=30), time.min, CHINA)
        assert entry.findtext(f"{space}updated") == moment(told.timestamp())
    dates = [entry.findtext(f"{space}updated") for entry in entries]
    assert dates == sorted(dates, reverse=True)
