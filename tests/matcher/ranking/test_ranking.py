"""The order of an answer is total, its scores are what is shown, and nothing is lost between pages."""

import json
from datetime import date
from itertools import pairwise, product

import msgspec
import pytest

from matcher.profiles.profile import MatchRequest, Profile

RELEVANCE = {"direct": 0, "sector": 1, "general": 2}
EVERYTHING = frozenset({"general", "not_applicable"})
NOTHING_SET_ASIDE = frozenset({"general"})

COMPANIES = {
    "rich": {
        "city": "合肥",
        "sector": ("生物材料",),
        "products": ("聚乳酸",),
        "needs": ("首台套",),
        "stage": ("量产",),
    },
    "thin": {"city": "广州"},
    "doubtful": {"city": "深圳", "sector": ("生物材科",), "products": ("改性疫苗佐剂", "聚乳醋")},
    "outside": {"city": "深圳", "sector": ("餐饮",)},
    "elsewhere": {"city": "杭州", "sector": ("生物医药",), "target_city": "合肥"},
    "nobody": {},
}


@pytest.fixture(params=COMPANIES, ids=str)
def company(request):
    return COMPANIES[request.param]


def key(recommendation):
    return (
        RELEVANCE[recommendation["relevance"]],
        -recommendation["score"],
        recommendation["measure"]["id"],
    )


def test_the_order_is_relevance_score_and_id_for_every_drawn_profile(drawn):
    for _, answer in drawn:
        keys = [key(recommendation) for recommendation in answer["recommendations"]]
        assert keys == sorted(keys)
        assert len(set(keys)) == len(keys)
        assert [r["rank"] for r in answer["recommendations"]] == list(range(1, len(keys) + 1))


def test_a_score_is_the_sum_of_the_contributions_shown(drawn):
    for _, answer in drawn:
        for recommendation in answer["recommendations"]:
            parts = [feature["contribution"] for feature in recommendation["features"]]
            assert recommendation["score"] == round(sum(parts), 4)
            assert 0 <= recommendation["score"] <= 1


def test_a_contribution_is_the_value_weighed_and_nothing_where_nothing_was_compared(drawn):
    for _, answer in drawn[::10]:
        for recommendation in answer["recommendations"]:
            for feature in recommendation["features"]:
                weighed = (feature["value"] or 0.0) * feature["weight"]
                assert abs(feature["contribution"] - weighed) <= 0.0001


def test_totals_add_up_to_the_measures_considered(drawn):
    for _, answer in drawn:
        totals = answer["totals"]
        assert totals["applicable"] + totals["possible"] + totals["not_applicable"] == answer["catalogue"]["measures"]
        assert totals["withheld"] <= totals["possible"]


def everything(match, company, **options):
    """Return all recommendations, page after page of one hundred."""
    found, offset = [], 0
    while page := match(company, offset=offset, limit=100, **options)["recommendations"]:
        found += page
        offset += 100
    return found


def test_what_is_shown_is_what_the_totals_say(match, company):
    totals = match(company)["totals"]
    verdicts = [found["verdict"] for found in everything(match, company, include=NOTHING_SET_ASIDE)]
    assert verdicts.count("applicable") == totals["applicable"]
    assert verdicts.count("possible") == totals["possible"] - totals["withheld"]
    assert "not_applicable" not in verdicts
    assert len(everything(match, company)) == len(verdicts) - totals["set_aside"]


def test_what_is_open_to_all_is_set_aside_only_where_something_is_nearer(match, company):
    shown = everything(match, company, detail="brief")
    whole = everything(match, company, detail="brief", include=NOTHING_SET_ASIDE)
    nearer = [found for found in whole if found["relevance"] != "general"]
    assert shown == (nearer or whole)
    assert match(company, include=NOTHING_SET_ASIDE)["totals"]["set_aside"] == 0


def test_a_measure_that_is_set_aside_is_still_explained(engine, match):
    shown = {found["measure"]["id"] for found in everything(match, COMPANIES["rich"], detail="brief")}
    whole = everything(match, COMPANIES["rich"], include=NOTHING_SET_ASIDE)
    aside = next(found for found in whole if found["measure"]["id"] not in shown)
    request = MatchRequest(profile=Profile(**COMPANIES["rich"]), on=date(2025, 6, 1))
    explained = engine.explain(request, aside["measure"]["id"])
    assert json.loads(msgspec.json.encode(explained)) == aside


def test_totals_by_kind_and_effect_add_up_to_the_totals_and_to_what_is_shown(match, company):
    answer = match(company, limit=100)
    totals, shown = answer["totals"], everything(match, company, include=NOTHING_SET_ASIDE)
    by_kind = totals["by_kind"]
    assert set(by_kind) == {"support", "direction"}
    for verdict in ("applicable", "possible"):
        assert sum(n for kind in by_kind.values() for n in kind[verdict].values()) == totals[verdict]
    for kind, effect in product(by_kind, ("in_force", "draft")):
        mine = [r["verdict"] for r in shown if (r["measure"]["kind"], r["effect"]) == (kind, effect)]
        assert mine.count("applicable") == by_kind[kind]["applicable"][effect]
        assert mine.count("possible") <= by_kind[kind]["possible"][effect]


def test_on_a_day_before_or_after_its_force_a_measure_counts_neither_as_in_force_nor_as_draft(hand_made, match_with):
    text = "测试政策\n一、重点任务\n（一）行动。\n1. 资金。支持企业参加展会。\n"
    source = {"clause": "1.1.1", "quote": "支持企业参加展会"}
    window = {"opens": "2026-02-01", "closes": "2026-02-28", "cite": "支持企业参加展会"}
    engine = hand_made(text, [{"id": "fair", "source": source, "kind": "direction", "window": window}])
    counted = {
        day: match_with(engine, {"city": "广州", "sector": ("生物制造",)}, on=date(2026, *day))["totals"]["by_kind"]
        for day in ((1, 31), (2, 1), (2, 28), (3, 1))
    }
    in_force = {day: one["direction"]["applicable"]["in_force"] for day, one in counted.items()}
    assert in_force == {(1, 31): 0, (2, 1): 1, (2, 28): 1, (3, 1): 0}
    assert {n for one in counted.values() for n in one["support"]["applicable"].values()} == {0}


def test_what_does_not_apply_is_shown_when_asked_for(match, company):
    totals = match(company)["totals"]
    verdicts = [r["verdict"] for r in everything(match, company, include=EVERYTHING, detail="brief")]
    assert verdicts.count("not_applicable") == totals["not_applicable"]
    assert verdicts.count("applicable") == totals["applicable"]


def test_only_what_nothing_connects_is_withheld(match, company):
    for found in everything(match, company, include=NOTHING_SET_ASIDE):
        in_sector = any(one["fact"] == "sector" and one["verdict"] == "met" for one in found["conditions"])
        assert found["verdict"] == "applicable" or found["relevance"] != "general" or in_sector


@pytest.mark.parametrize("size", [1, 7, 33, 100])
def test_pages_laid_together_are_the_whole(match, size):
    company = COMPANIES["rich"]
    whole = everything(match, company, include=NOTHING_SET_ASIDE)
    assert len(whole) > 33
    pages = []
    for offset in range(0, len(whole) if size > 1 else 20, size):
        pages += match(company, offset=offset, limit=size, include=NOTHING_SET_ASIDE)["recommendations"]
    assert pages == whole[: len(pages)]
    assert size == 1 or len(pages) == len(whole)


def test_beyond_the_last_page_there_is_nothing(match):
    assert match(COMPANIES["rich"], offset=10_000)["recommendations"] == []


@pytest.mark.parametrize("status", ["in_force", "draft"])
def test_statuses_choose_the_documents_and_the_totals(match, engine, status):
    answer = match(COMPANIES["rich"], statuses=frozenset({status}))
    documents = engine.catalogue.documents
    considered = [m for m in engine.columns.measures if documents[m.document].status == status]
    totals = answer["totals"]
    assert totals["applicable"] + totals["possible"] + totals["not_applicable"] == len(considered)
    assert {r["measure"]["document"]["status"] for r in answer["recommendations"]} <= {status}


def test_no_status_considers_nothing(match):
    answer = match(COMPANIES["rich"], statuses=frozenset())
    assert answer["recommendations"] == []
    by_kind = answer["totals"].pop("by_kind")
    assert set(answer["totals"].values()) == {0}
    assert {n for kind in by_kind.values() for counts in kind.values() for n in counts.values()} == {0}


def test_brief_answers_have_the_same_order_and_less_in_it(match):
    full = match(COMPANIES["rich"])["recommendations"]
    brief = match(COMPANIES["rich"], detail="brief")["recommendations"]
    less = {"features", "conditions", "evidence"}
    assert [{k: v for k, v in r.items() if k not in less} for r in full] == brief
    assert all(less <= set(recommendation) for recommendation in full)


TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 任务。支持聚乳酸企业申请专项资金。支持龙头企业建设中试基地。支持企业参加展会。支持企业开拓市场。
"""


def test_relevance_goes_before_verdict_so_a_manual_condition_does_not_bury_what_was_asked_for(match_with, hand_made):
    manual = {"manual": "leading_enterprise", "cite": "龙头企业"}
    engine = hand_made(
        TEXT,
        [
            {"id": "fair", "instrument": "promotion", "source": {"clause": "1.1.1", "quote": "支持企业参加展会"}},
            {"id": "pilot", "instrument": "pilot", "conditions": [manual],
             "source": {"clause": "1.1.1", "quote": "支持龙头企业建设中试基地"}},
        ],
    )  # fmt: skip
    asked = {"city": "深圳", "sector": ("生物制造",), "needs": ("中试",)}
    answer = match_with(engine, asked, include=NOTHING_SET_ASIDE)
    assert [(r["measure"]["id"], r["relevance"], r["verdict"]) for r in answer["recommendations"]] == [
        ("pilot", "direct", "possible"),
        ("fair", "general", "applicable"),
    ]


def test_equal_measures_stand_in_the_order_of_their_ids(match_with, hand_made):
    engine = hand_made(
        TEXT,
        [
            {"id": name, "instrument": "promotion", "source": {"clause": "1.1.1", "quote": quote}}
            for name, quote in (("b-second", "支持企业参加展会"), ("a-first", "支持企业开拓市场"))
        ],
    )
    answer = match_with(engine, {"city": "深圳", "sector": ("生物制造",)})
    first, second = answer["recommendations"]
    assert first["score"] == second["score"]
    assert (first["measure"]["id"], second["measure"]["id"]) == ("a-first", "b-second")


def test_the_keys_of_neighbours_differ(drawn):
    """Ranks are unique because ids are: no two neighbours share all three parts of the order."""
    for _, answer in drawn[::20]:
        assert all(key(left) < key(right) for left, right in pairwise(answer["recommendations"]))


def test_what_may_fit_and_is_about_the_company_stands_above_what_surely_fits_everybody(match_with, hand_made):
    text = "测试政策\n一、重点任务\n（一）专项行动。\n1. 任务。支持聚乳酸龙头企业建设中试基地。支持企业参加展会。\n"
    leader = {"manual": "leader", "text": "属于龙头企业", "text_en": "a leading enterprise", "cite": "龙头企业"}
    engine = hand_made(
        text,
        [
            {"id": "may", "source": {"clause": "1.1.1", "quote": "支持聚乳酸龙头企业建设中试基地"}, "instrument": "pilot",
             "conditions": [leader]},
            {"id": "sure", "source": {"clause": "1.1.1", "quote": "支持企业参加展会"}, "instrument": "promotion"},
        ],
    )  # fmt: skip
    company = {"city": "深圳", "sector": ("生物制造",), "products": ("聚乳酸",), "needs": ("展会", "中试验证")}
    first, second = match_with(engine, company)["recommendations"]
    assert (first["measure"]["id"], first["verdict"]) == ("may", "possible")
    assert (second["measure"]["id"], second["verdict"]) == ("sure", "applicable")
