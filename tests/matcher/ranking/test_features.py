"""Ranking features: claims that hold, values from 0 to 1 or none, and pairs of which one is better."""

from datetime import date

import numpy as np
import pytest

from matcher.ranking.ranking import WEIGHTS, Comparable, comparable_of, has_told_its_field

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 资金。支持聚乳酸企业申请专项资金。鼓励疫苗企业开拓海外市场。
2. 中试。支持广州企业建设中试基地。支持企业承担中试验证任务。
3. 背景。本条说明酶制剂的意义。
4. 强弱。给予企业展会补助。推动企业参加展会。
"""


def measure(measure_id, clause, quote, **fields):
    return {"id": measure_id, "source": {"clause": clause, "quote": quote}, **fields}


MEASURES = [
    measure("money", "1.1.1", "支持聚乳酸企业申请专项资金", context=["1.1.3"]),
    measure(
        "materials",
        "1.1.1",
        "鼓励疫苗企业开拓海外市场",
        instrument="international",
        conditions=[{"fact": "sector", "within": ["biomaterials"], "cite": "疫苗企业"}],
    ),
    measure(
        "pilot-guangzhou",
        "1.1.2",
        "支持广州企业建设中试基地",
        instrument="pilot",
        conditions=[{"fact": "region", "within": ["440100"], "cite": "广州"}],
    ),
    measure("pilot", "1.1.2", "支持企业承担中试验证任务", instrument="pilot"),
    measure("granted", "1.1.4", "给予企业展会补助", instrument="promotion", strength="grant"),
    measure("promoted", "1.1.4", "推动企业参加展会", instrument="promotion", strength="promote"),
]
EVERYTHING = frozenset({"general", "not_applicable"})


@pytest.fixture(scope="module")
def made_up(hand_made):
    return hand_made(TEXT, MEASURES)


@pytest.fixture(scope="module")
def draft(hand_made):
    return hand_made(TEXT, MEASURES, status="draft")


@pytest.fixture(scope="module")
def upcoming(hand_made):
    return hand_made(TEXT, MEASURES, effective_from="2026-01-01")


def look(match_with, engine, profile, measure_id, **options):
    """Return a measure's recommendation and its feature values by name."""
    answer = match_with(engine, profile, include=EVERYTHING, **options)
    (found,) = [r for r in answer["recommendations"] if r["measure"]["id"] == measure_id]
    return found, {feature["name"]: feature["value"] for feature in found["features"]}


COMPANY = {"city": "深圳", "sector": ("生物制造",)}

PAIRS = {
    "product_in_operative_sentence": ("money", {"products": ("酵母",)}, {"products": ("聚乳酸",)}),
    "product_in_clause": ("money", {"products": ("酵母",)}, {"products": ("疫苗",)}),
    "product_in_context": ("money", {"products": ("酵母",)}, {"products": ("酶制剂",)}),
    "need_names_instrument": ("money", {"needs": ("人才引进",)}, {"needs": ("专项资金",)}),
    "sector_is_close": ("materials", {"sector": ("生物制造",)}, {"sector": ("生物材料",)}),
    "stage_fits": ("pilot", {"stage": ("量产",)}, {"stage": ("研发",)}),
    "place_is_named": ("pilot-guangzhou", {"city": "深圳"}, {"city": "广州"}),
    "words_are_found": ("pilot", {"needs": ("不相干之事",)}, {"needs": ("承担中试验证任务",)}),
    "names_nobody_else": ("materials", {"products": ("酵母",)}, {"products": ("疫苗",)}),
    "conditions_are_met": ("materials", {"sector": ("生物制造",)}, {"sector": ("生物材料",)}),
}


@pytest.mark.parametrize("feature", PAIRS)
def test_the_better_company_has_the_higher_value_and_score(match_with, made_up, feature):
    measure_id, worse, better = PAIRS[feature]
    poor, poor_values = look(match_with, made_up, COMPANY | worse, measure_id)
    good, good_values = look(match_with, made_up, COMPANY | better, measure_id)
    assert good_values[feature] > poor_values[feature]
    assert good["score"] > poor["score"]


COUNTS_MORE_THAN_THE_NEXT = (
    {"words_are_found"},
    {"place_is_named"},
    {"product_in_operative_sentence", "need_names_instrument"},
    {"sector_is_close"},
    {"names_nobody_else"},
    {"product_in_clause"},
    {"conditions_are_met", "stage_fits", "product_in_context"},
    {"document_is_in_force"},
    {"verb_is_strong"},
)


def test_what_the_sentence_says_of_the_company_counts_most_and_each_feature_more_than_the_next(match_with, made_up):
    full = {}
    for feature in {weight.name for weight in WEIGHTS}:
        measure_id, _, better = PAIRS.get(feature, ("granted", {}, {}))
        found, values = look(match_with, made_up, COMPANY | better, measure_id)
        assert values[feature] == 1.0
        full[feature] = next(part["contribution"] for part in found["features"] if part["name"] == feature)
    places = [{full[feature] for feature in alike} for alike in COUNTS_MORE_THAN_THE_NEXT]
    assert all(len(place) == 1 for place in places)
    assert [max(place) for place in places] == sorted(set(full.values()), reverse=True)


def test_a_strong_verb_counts_more_the_more_it_binds(match_with, hand_made):
    verbs = ("grant", "support", "encourage", "promote")
    measures = [measure(verb, "1.1.4", "推动企业参加展会", strength=verb) for verb in verbs]
    answer = match_with(hand_made(TEXT, measures), COMPANY)
    assert [found["measure"]["id"] for found in answer["recommendations"]] == list(verbs)
    strengths = [f["value"] for r in answer["recommendations"] for f in r["features"] if f["name"] == "verb_is_strong"]
    assert strengths[0] == 1.0
    assert len(set(strengths)) == 4


@pytest.mark.parametrize(
    ("clause", "quote", "context", "value"),
    [
        ("1.1.1", "鼓励疫苗企业开拓海外市场", [], 0.9),
        ("1.1.4", "推动企业参加展会", ["1.1.1"], 0.6),
        ("1.1.1", "支持聚乳酸企业申请专项资金", [], 0.5),
        ("1.1.4", "推动企业参加展会", [], 0.3),
    ],
    ids=["in its sentence", "in its context", "in its clause", "nowhere but in the reach of the document"],
)
def test_a_sector_is_closer_the_nearer_it_is_named(match_with, hand_made, clause, quote, context, value):
    engine = hand_made(TEXT, [measure("money", clause, quote, context=context)])
    assert look(match_with, engine, COMPANY | {"sector": ("疫苗",)}, "money")[1]["sector_is_close"] == value


def test_a_sentence_that_grants_stands_above_one_that_promotes(match_with, made_up):
    granted, values = look(match_with, made_up, COMPANY, "granted")
    promoted, other = look(match_with, made_up, COMPANY, "promoted")
    assert values["verb_is_strong"] > other["verb_is_strong"]
    assert granted["score"] > promoted["score"]
    assert granted["rank"] < promoted["rank"]


def test_a_document_in_force_stands_above_a_draft_and_a_draft_above_one_not_begun(match_with, made_up, draft, upcoming):
    found = [look(match_with, engine, COMPANY, "money") for engine in (made_up, draft, upcoming)]
    assert [values["document_is_in_force"] for _, values in found] == [1.0, 0.4, 0.0]
    scores = [recommendation["score"] for recommendation, _ in found]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_the_day_decides_whether_a_document_is_in_force(match_with, upcoming):
    day = date(2026, 1, 1)
    assert look(match_with, upcoming, COMPANY, "money", on=day)[1]["document_is_in_force"] == 1.0


@pytest.mark.parametrize(
    "metadata",
    [
        {"issued_on": "2025-06-02"},
        {"issued_on": "2025-06-01", "valid_to": "2025-06-30"},
        {"published_on": "2025-09-01", "effective_from": "2025-01-01"},
        {"status": "draft", "issued_on": "2025-09-01"},
        {"status": "draft", "valid_to": "2025-05-01"},
        {"status": "repealed", "issued_on": "2020-01-01"},
        {"title": "测试政策（2023—2024年）", "issued_on": "2023-01-01"},
    ],
    ids=str,
)
@pytest.mark.parametrize("on", [date(2025, 5, 1), date(2025, 6, 1), date(2025, 7, 1), date(2026, 7, 1)], ids=str)
def test_what_the_ranking_takes_for_in_force_is_what_the_answer_calls_so(match_with, hand_made, metadata, on):
    engine = hand_made(TEXT, MEASURES, **metadata)
    statuses = frozenset({"in_force", "draft", "repealed"})
    found, values = look(match_with, engine, COMPANY, "money", on=on, statuses=statuses)
    worth = {"in_force": 1.0, "draft": 0.4, "upcoming": 0.0, "expired": 0.0}
    assert values["document_is_in_force"] == worth[found["effect"]]


def test_every_weighted_feature_has_a_better_and_worse_pair():
    elsewhere = {"verb_is_strong", "document_is_in_force"}
    assert {weight.name for weight in WEIGHTS} == set(PAIRS) | elsewhere


def test_where_there_is_nothing_to_compare_there_is_no_value_and_no_contribution(match_with, hand_made):
    engine = hand_made(TEXT, [MEASURES[3]], defaults={})
    (found,) = match_with(engine, {})["recommendations"]
    nothing = {feature["name"]: feature["contribution"] for feature in found["features"] if feature["value"] is None}
    assert nothing == dict.fromkeys(PAIRS.keys() - {"conditions_are_met"}, 0.0)


def test_the_place_of_a_whole_province_is_worth_less_than_one_named(match_with, made_up):
    company = COMPANY | {"city": "广州"}
    province = look(match_with, made_up, company, "pilot")[1]["place_is_named"]
    named = look(match_with, made_up, company, "pilot-guangzhou")[1]["place_is_named"]
    assert 0 < province < named == 1.0


def test_a_company_that_only_names_its_target_is_compared_by_place_too(match_with, made_up):
    assert look(match_with, made_up, {"target_city": "广州"}, "pilot-guangzhou")[1]["place_is_named"] is not None


def test_the_documents_own_reach_is_no_narrow_sector(match_with, made_up, engine):
    """Being within the field of the whole document brings nobody closer than the sector condition itself."""
    value = look(match_with, made_up, COMPANY | {"sector": ("生物材料",)}, "money")[1]["sector_is_close"]
    assert value == 0.3
    many = max(map(len, engine.columns.narrow_sectors.values()))
    assert many < engine.columns.size / 2


def test_stages_are_not_compared_where_a_kind_of_support_serves_any_stage(match_with, made_up):
    values = look(match_with, made_up, COMPANY | {"stage": ("量产",)}, "money")[1]
    assert values["stage_fits"] is None


def test_values_lie_between_nothing_and_all(drawn):
    for _, answer in drawn:
        for recommendation in answer["recommendations"]:
            for feature in recommendation["features"]:
                assert feature["value"] is None or 0 <= feature["value"] <= 1, feature


# ---------------------------------------------------------------- what there is to compare


@pytest.mark.parametrize(
    ("profile", "has"),
    [
        ({}, Comparable(0)),
        ({"products": ("聚乳酸",)}, Comparable.PRODUCTS | Comparable.SECTOR | Comparable.WORDS | Comparable.FIELD),
        ({"products": ("某型酿造机器人",)}, Comparable.PRODUCTS | Comparable.WORDS | Comparable.FIELD),
        ({"needs": ("补贴",)}, Comparable.NEEDS | Comparable.WORDS),
        ({"stage": ("量产",)}, Comparable.STAGE | Comparable.NEEDS),
        ({"target_city": "广州"}, Comparable.PLACE | Comparable.STATED_PLACE),
        ({"city": "广州"}, Comparable.PLACE | Comparable.STATED_PLACE),
        ({"uscc": "91441402MAXY00Q11D"}, Comparable.PLACE),
        ({"sector": ("生物材料",)}, Comparable.SECTOR | Comparable.WORDS | Comparable.FIELD),
    ],
    ids=[
        "nothing",
        "a product",
        "unknown words",
        "a need",
        "a stage",
        "a target",
        "a city",
        "a credit code",
        "a sector",
    ],
)
def test_a_profile_has_to_compare_what_it_says(read, profile, has):
    assert comparable_of(read(**profile)) == has


def test_who_names_a_sector_or_a_product_understood_or_not_has_told_its_field_alone_and_in_a_column(read):
    profiles = {
        "生物材料": {"sector": ("生物材料",)}, "某某业": {"sector": ("某某业",)}, "聚乳酸": {"products": ("聚乳酸",)},
        "某型机": {"technologies": ("某型机",)}, "": {}, "缺钱": {"needs": ("缺钱",)}, "广州": {"city": "广州"},
    }  # fmt: skip
    told = [True, True, True, True, False, False, False]
    bits = [comparable_of(read(**profile)) for profile in profiles.values()]
    assert [bool(has_told_its_field(each)) for each in bits] == told
    assert has_told_its_field(np.array(bits)).tolist() == told


# ---------------------------------------------------------------- the published table of weights


def test_weights_add_up_to_one():
    assert round(sum(weight.weight for weight in WEIGHTS), 9) == 1.0


def test_every_weight_counts_and_none_decides_alone():
    assert all(0 < weight.weight < 0.5 for weight in WEIGHTS)


def test_names_are_unique_claims_in_snake_case():
    names = [weight.name for weight in WEIGHTS]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and name.isidentifier() for name in names)


@pytest.mark.parametrize("weight", WEIGHTS, ids=lambda weight: weight.name)
def test_each_feature_is_described_in_one_sentence_with_a_reason_and_a_chinese_name(weight):
    document = str(weight.feature.__doc__).strip()
    assert weight.description == document.splitlines()[0]
    assert weight.description.count(".") == 1
    assert weight.description.endswith(".")
    assert weight.reason
    assert any("\u4e00" <= character <= "\u9fff" for character in weight.zh)
