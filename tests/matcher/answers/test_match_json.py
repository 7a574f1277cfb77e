"""The shape of an answer: facts with labels, conditions with what was expected and found, groups with parts."""

import pytest

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 资金。支持高新技术企业或专精特新企业申请专项资金。支持外资企业开展研发。支持年营收二千万元以上企业上市。
"""


def measure(measure_id, quote, conditions=(), **fields):
    return {"id": measure_id, "source": {"clause": "1.1.1", "quote": quote}, "conditions": list(conditions), **fields}


HIGH_TECH = {"fact": "certifications", "any_of": ["high-tech-enterprise"], "cite": "高新技术企业"}
FOREIGN = {"fact": "foreign_invested", "is": True, "cite": "外资企业"}
REVENUE = {"fact": "annual_revenue_cny", "at_least": "2000万元", "cite": "年营收二千万元以上"}
COMPANY = {"city": "深圳", "sector": ("生物制造",)}


@pytest.fixture(scope="module")
def made_up(hand_made):
    return hand_made(
        TEXT,
        [
            measure(
                "either",
                "支持高新技术企业或专精特新企业申请专项资金",
                [{"any": [HIGH_TECH, {"not": {**FOREIGN, "cite": {"clause": "1.1.1", "quote": "外资企业"}}}]}],
            ),
            measure("foreign", "支持外资企业开展研发", [FOREIGN], title="外资研发", title_en="Foreign research"),
            measure("listing", "支持年营收二千万元以上企业上市", [REVENUE], benefit={"kind": "listing"}),
        ],
    )


def conditions(match_with, engine, measure_id, **profile):
    answer = match_with(engine, COMPANY | profile, include=frozenset({"general", "not_applicable"}))
    (found,) = [r for r in answer["recommendations"] if r["measure"]["id"] == measure_id]
    return found["conditions"]


def test_inherited_conditions_cite_the_title(match_with, made_up):
    place, sector, _ = conditions(match_with, made_up, "foreign")
    assert (place["fact"], place["label"], place["verdict"]) == ("region", "注册地在广东省", "met")
    assert (place["expected"], place["actual"]) == (["440000"], "440300")
    assert (sector["fact"], sector["expected"], sector["actual"]) == (
        "sector",
        ["biomanufacturing"],
        "biomanufacturing",
    )
    assert place["cite"]["quote"] == sector["cite"]["quote"] == "测试政策"


@pytest.mark.parametrize(
    ("revenue", "found"),
    [
        (None, ("unknown", "fact_missing", None, None)),
        (3e7, ("met", None, 30_000_000, None)),
        (1.25e7, ("unmet", None, 12_500_000, 7_500_000)),
        (2e7, ("met", None, 20_000_000, None)),
    ],
    ids=["missing", "more", "less", "on-the-bound"],
)
def test_a_threshold_tells_what_is_expected_what_is_there_and_the_gap(match_with, made_up, revenue, found):
    condition = conditions(match_with, made_up, "listing", annual_revenue_cny=revenue)[-1]
    assert tuple(condition[key] for key in ("verdict", "why", "actual", "gap")) == found
    assert (condition["expected"], condition["label"]) == ([20_000_000], "年营业收入不低于2000万元")


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        ({"city": ""}, "fact_missing"),
        ({"city": "中国"}, "too_coarse"),
        ({"city": "鼓楼区"}, None),
        ({"city": "深训"}, "unrecognised"),
    ],
    ids=str,
)
def test_an_unknown_place_says_why(match_with, made_up, profile, why):
    place = conditions(match_with, made_up, "foreign", **profile)[0]
    assert place["why"] == why
    assert (place["verdict"] == "unknown") is (why is not None)


def test_a_group_shows_its_parts(match_with, made_up):
    group = conditions(match_with, made_up, "either", certifications=("专精特新",), foreign_invested=False)[-1]
    assert group["verdict"] == "met"
    assert [part["verdict"] for part in group["parts"]] == ["unmet", "met"]
    assert [part["verdict"] for part in group["parts"][1]["parts"]] == ["unmet"]
    assert group["expected"] is None
    assert "或" in group["label"]


def test_several_values_are_shown_as_a_list_and_one_as_itself(match_with, made_up):
    one = conditions(match_with, made_up, "foreign")[1]["actual"]
    several = conditions(match_with, made_up, "foreign", sector=("生物材料", "生物食品"))[1]["actual"]
    assert one == "biomanufacturing"
    assert several == ["biomaterials", "biofood"]


def test_a_flag_is_shown_as_a_flag(match_with, made_up):
    found = conditions(match_with, made_up, "foreign", foreign_invested=False)[-1]
    assert (found["actual"], found["expected"], found["verdict"]) == (False, [True], "unmet")


def facts(match, profile, **options):
    return {fact["fact"]: fact for fact in match(profile, **options)["profile"]["facts"]}


def test_facts_are_reported_with_labels_people_read(match):
    profile = {
        "city": "合肥长丰",
        "stage": ("量产",),
        "employees": 120,
        "annual_revenue_cny": 3.2e8,
        "foreign_invested": False,
        "facts": {"leading_enterprise": True, "founded_on": "2015-03-01", "rd_intensity": "5%"},
    }
    labels = {fact: read["label"] for fact, read in facts(match, profile).items()}
    assert labels == {
        "region": "安徽省合肥市长丰县",
        "stage": "量产",
        "employees": "120人",
        "annual_revenue_cny": "3.2亿元",
        "foreign_invested": "否",
        "leading_enterprise": "是",
        "founded_on": "2015-03-01",
        "rd_intensity": "5%",
    }


def test_labels_in_english_stand_in_english(match):
    profile = {"city": "合肥长丰", "employees": 120, "annual_revenue_cny": 3.2e8, "foreign_invested": False}
    labels = {fact: read["label"] for fact, read in facts(match, profile, language="en").items()}
    assert labels == {
        "region": "Changfeng, Hefei, Anhui",
        "employees": "120 people",
        "annual_revenue_cny": "CNY 320,000,000",
        "foreign_invested": "no",
    }


def test_values_are_reported_as_plain_data(match):
    profile = {"city": "深圳", "employees": 120, "facts": {"founded_on": "2015-03-01", "rd_intensity": "5.5%"}}
    values = {fact: read["value"] for fact, read in facts(match, profile).items()}
    assert values == {"region": "440300", "employees": 120, "founded_on": "2015-03-01", "rd_intensity": 0.055}


def test_what_was_not_understood_comes_with_labelled_offers(match):
    (unread,) = match({"city": "深圳", "sector": ("生物材科",)})["profile"]["unrecognised"]
    assert (unread["origin"], unread["input"]) == ("sector[0]", "生物材科")
    assert unread["suggestions"][0] == {"value": "biomaterials", "label": "生物材料", "similarity": 0.75}


def test_what_is_denied_is_told_as_typed_and_moves_nothing(match):
    plain = {"city": "广州", "sector": ("生物材料",), "needs": ("招不到博士",)}
    denying = {**plain, "needs": ("招不到博士", "不需要资金"), "products": ("PHA（已停产）",), "stage": ("未量产",)}
    answer = match(denying)
    assert answer["profile"]["denied"] == [
        {"origin": "products[0]", "input": "PHA（已停产）"},
        {"origin": "stage[0]", "input": "未量产"},
        {"origin": "needs[1]", "input": "不需要资金"},
    ]
    assert answer["recommendations"] == match(plain)["recommendations"]
    assert "stage" in {question["fact"] for question in answer["questions"]}


@pytest.mark.parametrize(
    ("product", "more"),
    [("柠檬酸乳酸苹果酸衣康酸富马酸酒石酸丙酮酸清洗剂", 2), ("柠檬酸乳酸清洗剂", 0)],
    ids=["seven names", "two names"],
)
def test_five_readings_are_offered_and_how_many_more_there_are_is_told(match, product, more):
    (unread,) = match({"products": (product,)})["profile"]["unrecognised"]
    assert len(unread["suggestions"]) <= 5
    assert unread["more"] == more


def test_a_disagreement_of_city_and_credit_code_is_reported_in_both_languages(match):
    profile = {"uscc": "91340100MA2ABCDE5X", "city": "深圳"}
    (zh,) = match(profile)["profile"]["caveats"]
    (en,) = match(profile, language="en")["profile"]["caveats"]
    assert zh["code"] == en["code"] == "region_differs_from_uscc"
    assert "以填写的城市为准" in zh["message"]
    assert "the city given was used" in en["message"]


def test_a_place_that_the_credit_code_settles_is_reported_in_both_languages(match):
    profile = {"uscc": "91440300MA5EXAMPL1", "city": "南山区"}
    (zh,) = match(profile)["profile"]["caveats"]
    (en,) = match(profile, language="en")["profile"]["caveats"]
    assert zh["code"] == en["code"] == "region_by_uscc"
    assert "按统一社会信用代码推断" in zh["message"]
    assert "inferred from its credit code" in en["message"]
    region = facts(match, profile)["region"]
    assert (region["value"], region["origin"], region["how"]) == ("440305", "uscc", "inferred")


def test_a_measure_is_described_with_document_source_and_departments(match, catalogue):
    for recommendation in match({"city": "合肥", "sector": ("生物材料",)})["recommendations"]:
        measure_id = recommendation["measure"]["id"]
        described = recommendation["measure"]
        document = catalogue.documents[described["document"]["id"]]
        source = described["source"]
        assert document.text[source["start"] : source["end"]] == source["quote"], measure_id
        assert set(described) >= {
            "id",
            "title",
            "instrument",
            "instrument_label",
            "kind",
            "strength",
            "document",
            "source",
            "benefit",
        }
        assert all(set(department) == {"name", "lead"} for department in described["departments"])
