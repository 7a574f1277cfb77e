"""A good question: its answer has the published shape, is the same bytes every time, and heeds every option."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from matcher.answers.shapes import MatchAnswer

TOP_LEVEL = ["catalogue", "on", "profile", "recommendations", "questions", "needs", "near_misses", "totals", "proof"]


def test_an_answer_has_exactly_the_fields_that_are_published(server, polylactic, strictly):
    for options in ({}, {"detail": "brief"}, {"include": ["not_applicable"], "limit": 100}):
        for language in ("zh", "en"):
            answer = server.post({"profile": polylactic, **options}, Accept_Language=language).json
            assert list(answer) == TOP_LEVEL
            assert strictly(MatchAnswer, answer) == []


def test_a_thin_profile_gets_questions_and_an_outsider_nothing(server):
    thin = server.match({"city": "合肥"}).json
    assert thin["totals"]["applicable"] == 0
    assert {"sector", "products", "stage"} <= {question["field"] for question in thin["questions"]}
    assert server.match({"city": "东莞", "sector": ["服装"], "products": ["牛仔裤"]}).json["totals"]["applicable"] == 0


def test_the_same_question_gets_the_same_bytes_from_every_worker(server, polylactic):
    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(lambda _: server.match(polylactic, on="2026-11-21").body, range(40)))
    assert len(bodies) == 1


def test_the_order_of_fields_and_the_caller_s_own_id_change_nothing(server, polylactic):
    turned = dict(reversed([*polylactic.items(), ("external_id", "row-17")]))
    assert server.match(turned, on="2026-11-21").body == server.match(polylactic, on="2026-11-21").body


def test_the_name_of_a_company_tells_that_it_is_one_and_nothing_else(server, polylactic):
    named, unnamed = (
        server.match(body, on="2026-11-21").json for body in ({**polylactic, "name": "某公司"}, polylactic)
    )
    (told,) = [fact for fact in named["profile"]["facts"] if fact not in unnamed["profile"]["facts"]]
    assert (told["fact"], told["value"], told["how"]) == ("organisation", "company", "inferred")
    shown = [
        [(one["measure"]["id"], one["verdict"], one["score"]) for one in answer["recommendations"]]
        for answer in (named, unnamed)
    ]
    assert shown[0] == shown[1]


def test_limit_and_offset_cut_the_same_list(server, polylactic):
    whole = server.match(polylactic, limit=10).json["recommendations"]
    parts = [server.match(polylactic, limit=5, offset=offset).json["recommendations"] for offset in (0, 5)]
    assert [r["measure"]["id"] for part in parts for r in part] == [r["measure"]["id"] for r in whole]
    assert server.match(polylactic, offset=10_000).json["recommendations"] == []


def test_brief_answers_leave_out_features_conditions_and_evidence(server, polylactic):
    brief = server.match(polylactic, detail="brief").json["recommendations"][0]
    assert not {"features", "conditions", "evidence"} & set(brief)


def test_statuses_choose_the_documents(server, polylactic):
    drafts = server.match(polylactic, statuses=["draft"]).json["recommendations"]
    assert {r["measure"]["document"]["status"] for r in drafts} == {"draft"}
    assert server.match(polylactic, statuses=["in_force"]).json["recommendations"] == []


def test_the_day_asked_about_is_stated_again_and_defaults_to_a_date(server):
    assert server.match({}, on="2024-02-29").json["on"] == "2024-02-29"
    assert re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", server.match({}).json["on"])


def test_english_switches_labels_and_never_quotes(server, polylactic):
    chinese = server.post({"profile": polylactic})
    english = server.post({"profile": polylactic}, Accept_Language="en")
    first, same = chinese.json["recommendations"][0], english.json["recommendations"][0]
    assert first["measure"]["source"] == same["measure"]["source"]
    assert first["measure"]["title"] != same["measure"]["title"]
    assert (chinese.headers["Content-Language"], english.headers["Content-Language"]) == ("zh-CN", "en")
    assert english.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize("language", ["fr", "zh-TW,zh;q=0.9,en;q=0.1", "*", ";;;", "en;q=0"])
def test_any_other_language_is_answered_in_chinese(server, language):
    assert server.post({"profile": {}}, Accept_Language=language).headers["Content-Language"] == "zh-CN"


def test_nothing_about_a_company_may_be_cached(server, polylactic):
    reply = server.match(polylactic)
    assert reply.headers["Cache-Control"] == "no-store"
    assert "request_id" not in reply.json


def test_places_sectors_and_products_take_a_text_or_a_list(server):
    listed = server.match(
        {"city": "340300", "sector": ["生物材料"], "products": ["聚乳酸"], "stage": ["中试"]}, on="2026-01-01"
    )
    plain = server.match({"city": 340300, "sector": "生物材料", "products": "聚乳酸", "stage": "中试"}, on="2026-01-01")
    assert listed.body == plain.body


def test_a_draft_says_that_it_is_one(server, polylactic):
    for recommendation in server.match(polylactic).json["recommendations"]:
        if recommendation["measure"]["document"]["status"] == "draft":
            assert recommendation["effect"] == "draft"
            assert "draft" in {caveat["code"] for caveat in recommendation["caveats"]}


def test_a_manual_condition_can_be_declared_by_the_id_that_the_answer_gives(server):
    asked = {"city": "合肥", "sector": ["生物制造"]}
    listed = server.match(asked, include=["not_applicable"], limit=100).json["recommendations"]
    manual = next(c["fact"] for r in listed for c in r["conditions"] if c["why"] == "manual")
    declared = server.match({**asked, "facts": {manual: True}}).json
    assert manual in {fact["fact"] for fact in declared["profile"]["facts"]}


def test_a_head_or_options_request_is_harmless(server):
    assert server.call("OPTIONS", "/v1/match").status == 200
    assert server.call("HEAD", "/v1/measures").body == b""


def test_the_published_schema_notices_a_field_that_is_missing(server, polylactic, strictly):
    answer = server.match(polylactic).json
    del answer["recommendations"][0]["measure"]["source"]["clause"]
    answer["totals"]["more"] = 1
    missing, unpublished = strictly(MatchAnswer, answer)
    assert missing.startswith("/recommendations/0/measure/source: ")
    assert "clause" in missing
    assert unpublished.startswith("/totals: ")
    assert "more" in unpublished
