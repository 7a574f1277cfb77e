"""Explanations and caveats: sentences made from what was decided, in both languages, promising nothing."""

import re
from datetime import date

import pytest

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 资金。支持聚乳酸企业申请专项资金。支持广州、佛山等市企业建设中试基地。支持龙头企业参加展会。支持广州企业申请市级专项资金。
"""
HAN = re.compile(r"[\u4e00-\u9fff]")
OPEN_LIST = {"fact": "region", "within": ["440100", "440600"], "open": True, "cite": "广州、佛山等市"}


def measure(measure_id, quote, **fields):
    return {"id": measure_id, "source": {"clause": "1.1.1", "quote": quote}, **fields}


MONEY = measure("money", "支持聚乳酸企业申请专项资金", title="专项资金", title_en="Special money")
PILOT = measure("pilot", "支持广州、佛山等市企业建设中试基地", instrument="pilot", conditions=[OPEN_LIST])
FAIR = measure(
    "fair",
    "支持龙头企业参加展会",
    title="展会",
    instrument="promotion",
    conditions=[{"manual": "leading_enterprise", "cite": "龙头企业"}],
)
CITY_MONEY = measure(
    "city-money",
    "支持广州企业申请市级专项资金",
    title="市级专项资金",
    conditions=[{"fact": "region", "within": ["440100"], "cite": "广州"}],
)
COMPANY = {"city": "深圳", "sector": ("生物制造",), "products": ("PLA",)}


@pytest.fixture(scope="module")
def made_up(hand_made):
    return hand_made(TEXT, [MONEY, PILOT, FAIR])


def look(match_with, engine, measure_id, profile=COMPANY, **options):
    answer = match_with(engine, profile, include=frozenset({"general", "not_applicable"}), **options)
    return next(r for r in answer["recommendations"] if r["measure"]["id"] == measure_id)


def codes(recommendation):
    return [caveat["code"] for caveat in recommendation["caveats"]]


# ---------------------------------------------------------------- sentences


def test_a_direction_of_work_says_before_its_conclusion_that_there_is_nothing_to_apply_for(match_with, hand_made):
    engine = hand_made(TEXT, [{**MONEY, "kind": "direction"}, PILOT])
    says, english = (look(match_with, engine, "money", language=one)["explanation"] for one in ("zh", "en"))
    assert says[-2] == "这是文件提出的工作方向，没有可直接申请的事项，可在申报材料中引用。"
    assert english[-2] == "This is a direction of work: nothing to apply for, but good to cite in an application."
    assert not any("工作方向" in sentence for sentence in look(match_with, engine, "pilot")["explanation"])


def test_a_direct_measure_says_what_of_the_company_it_names_and_how_its_conditions_came_out(match_with, made_up):
    assert look(match_with, made_up, "money")["explanation"] == [
        "与贵企业直接相关：政策条文提到“聚乳酸”（对应您填写的“PLA”）。",
        "共 2 项条件：2 项相符，0 项待确认，0 项不符。",
        "结论：条件相符（政策现行有效）。",
    ]


def test_the_same_in_english(match_with, made_up):
    sentences = look(match_with, made_up, "money", language="en")["explanation"]
    assert sentences[0] == "Directly related: the policy names “聚乳酸” (your input “PLA”)."
    assert sentences[1:] == [
        "2 conditions: 2 met, 0 unknown, 0 not met.",
        "Result: Conditions met (the policy is in force).",
    ]


def test_what_a_person_must_check_is_named(match_with, made_up):
    sentences = look(match_with, made_up, "fair")["explanation"]
    assert "待确认：属于龙头企业。" in sentences
    assert sentences[-1] == "结论：可能相符（政策现行有效）。"


def test_what_is_not_met_is_named(match_with, made_up):
    sentences = look(match_with, made_up, "money", COMPANY | {"city": "杭州"})["explanation"]
    assert "不符：注册地在广东省。" in sentences
    assert sentences[-1] == "结论：条件不符（政策现行有效）。"


def test_something_broader_is_reported_as_related_and_each_input_once(match_with, hand_made):
    text = "测试政策\n一、任务\n（一）行动。\n1. 资金。支持生物可降解材料企业申请资金。推广生物基材料和聚乳酸。\n"
    engine = hand_made(
        text, [{"id": "money", "source": {"clause": "1.1.1", "quote": "支持生物可降解材料企业申请资金"}}]
    )
    related = look(match_with, engine, "money", COMPANY | {"products": ("PHA",)})["explanation"][0]
    assert related.count("PHA") == 1
    assert "（与您填写的“PHA”相关）" in related
    named = look(match_with, engine, "money", COMPANY | {"products": ("PLA",)})["explanation"][0]
    assert named == "与贵企业直接相关：政策条文提到“聚乳酸”（对应您填写的“PLA”）。"


def test_a_need_that_names_the_instrument_is_a_reason(match_with, made_up):
    sentences = look(match_with, made_up, "pilot", COMPANY | {"needs": ("中试",)})["explanation"]
    assert "支持方式“中试”符合需求“中试”" in sentences[0]


def test_a_measure_for_the_whole_field_says_so(match_with, made_up):
    sentences = look(match_with, made_up, "fair", {"city": "深圳", "sector": ("生物制造",)})["explanation"]
    assert sentences[0].startswith("面向整个领域，不专对贵企业的方向：")


def test_a_measure_for_the_companys_part_of_the_field_says_so(match_with, hand_made):
    text = "测试政策\n一、任务\n（一）行动。\n1. 资金。支持生物材料企业申请资金。\n"
    engine = hand_made(text, [{"id": "money", "source": {"clause": "1.1.1", "quote": "支持生物材料企业申请资金"}}])
    found = look(match_with, engine, "money", {"city": "深圳", "sector": ("生物基材料",)})
    assert (found["relevance"], found["explanation"][0][:10]) == ("sector", "面向贵企业所在行业：")


def test_nothing_is_stated_to_fit_where_a_condition_is_not_met(match_with, made_up):
    nobody = look(match_with, made_up, "fair", {"city": "杭州", "sector": ("餐饮",)})
    assert nobody["relevance"] == "general"
    assert not any("相符的通用措施" in sentence for sentence in nobody["explanation"])


def test_summaries_count_the_conditions_shown(drawn):
    for _, answer in drawn[::5]:
        for recommendation in answer["recommendations"]:
            verdicts = [condition["verdict"] for condition in recommendation["conditions"]]
            total, met, unknown, unmet = map(int, re.findall(r"\d+", recommendation["explanation"][1]))
            assert (total, met) == (len(verdicts), verdicts.count("met"))
            assert (unknown, unmet) == (verdicts.count("unknown"), verdicts.count("unmet"))
            checked = recommendation["coverage"]
            assert checked == {"checked": total - unknown, "total": total}


def test_conclusions_follow_verdict_and_effect_and_never_promise(drawn):
    verdicts = {"applicable": "条件相符", "possible": "可能相符", "not_applicable": "条件不符"}
    for _, answer in drawn[::5]:
        for recommendation in answer["recommendations"]:
            last = recommendation["explanation"][-1]
            assert last.startswith(f"结论：{verdicts[recommendation['verdict']]}（")
            assert ("尚未生效" in last) == (recommendation["effect"] == "draft")
            assert not any("可享受" in sentence for sentence in recommendation["explanation"])


def test_generated_sentences_are_never_empty_or_doubly_ended(drawn):
    for _, answer in drawn[::5]:
        for recommendation in answer["recommendations"]:
            for sentence in recommendation["explanation"]:
                assert sentence.endswith("。")
                assert not re.search(r"。。|：。|；。|{|}|“”", sentence), sentence


# ---------------------------------------------------------------- caveats


def test_a_draft_says_so(match_with, hand_made):
    found = look(match_with, hand_made(TEXT, [MONEY], status="draft"), "money")
    assert (found["verdict"], found["effect"]) == ("applicable", "draft")
    assert {"code": "draft", "message": "征求意见稿，尚未生效"} in found["caveats"]


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"effective_from": "2025-07-01"}, "upcoming"),
        ({"issued_on": "2025-06-02"}, "upcoming"),
        ({"published_on": "2025-12-01", "effective_from": "2025-01-01"}, "upcoming"),
        ({"valid_to": "2025-05-31"}, "expired"),
    ],
    ids=["not-yet", "not-issued", "not-published", "over"],
)
def test_a_measure_that_does_not_bind_on_the_day_says_so(match_with, hand_made, metadata, code):
    found = look(match_with, hand_made(TEXT, [MONEY], **metadata), "money")
    assert found["effect"] == code
    assert code in codes(found)


@pytest.mark.parametrize(
    ("title", "on", "year"),
    [
        ("测试政策（2023—2024年）", date(2025, 1, 1), 2024),
        ("测试政策（2023—2024年）", date(2024, 12, 31), None),
        ("测试政策（2024-2027年）", date(2028, 6, 1), 2027),
        ("“十四五”测试政策", date(2026, 1, 1), 2025),
        ("“十四五”测试政策", date(2025, 6, 1), None),
        ("测试政策", date(2099, 1, 1), None),
    ],
)
def test_after_the_years_that_its_title_names_a_measure_says_so_and_its_effect_stays(
    match_with, hand_made, title, on, year
):
    for status, effect in (("in_force", "in_force"), ("draft", "draft")):
        found = look(match_with, hand_made(TEXT, [MONEY], title=title, status=status), "money", on=on)
        assert found["effect"] == effect
        messages = [caveat["message"] for caveat in found["caveats"] if caveat["code"] == "period_over"]
        assert [str(year) in message for message in messages] == ([True] if year else [])


def test_a_measure_in_force_has_no_caveat_of_time(match_with, made_up):
    assert codes(look(match_with, made_up, "money", COMPANY | {"products": ()})) == []


def test_a_reading_that_nobody_confirmed_says_so(match_with, made_up):
    assert "unconfirmed_reading" in codes(
        look(match_with, made_up, "money", COMPANY | {"products": ("改性聚乳酸切粒机",)})
    )
    assert "unconfirmed_reading" not in codes(look(match_with, made_up, "money"))


def test_a_sector_known_by_products_alone_says_so(match_with, made_up):
    assert "inferred_sector" in codes(look(match_with, made_up, "money", {"city": "深圳", "products": ("PLA",)}))
    assert "inferred_sector" not in codes(look(match_with, made_up, "money"))


@pytest.mark.parametrize(("city", "reported"), [("深圳", True), ("广州", False), ("杭州", False)])
def test_an_open_list_says_so_where_it_leaves_the_place_open(match_with, made_up, city, reported):
    assert ("open_list" in codes(look(match_with, made_up, "pilot", COMPANY | {"city": city}))) is reported


# ---------------------------------------------------------------- rivals


@pytest.fixture(scope="module")
def superseding(hand_made):
    return hand_made(TEXT, [MONEY, {**CITY_MONEY, "supersedes": ["money"]}])


@pytest.fixture(scope="module")
def excluding(hand_made):
    return hand_made(TEXT, [MONEY, {**CITY_MONEY, "excludes": ["money"]}])


IN_GUANGZHOU = COMPANY | {"city": "广州"}


def test_the_measure_that_takes_its_place_is_named(match_with, superseding):
    caveats = look(match_with, superseding, "money", IN_GUANGZHOU)["caveats"]
    (found,) = [caveat for caveat in caveats if caveat["code"] == "superseded"]
    assert "市级专项资金" in found["message"]
    assert "superseded" not in codes(look(match_with, superseding, "city-money", IN_GUANGZHOU))


def test_what_cannot_be_combined_is_reported_on_both_sides(match_with, excluding):
    assert "exclusive" in codes(look(match_with, excluding, "money", IN_GUANGZHOU))
    assert "exclusive" in codes(look(match_with, excluding, "city-money", IN_GUANGZHOU))


def test_a_rival_that_does_not_apply_is_no_caveat(match_with, superseding, excluding):
    """The company is in Shenzhen: the city measure of Guangzhou is shown on request, and rivals nobody."""
    for engine in (superseding, excluding):
        assert not {"superseded", "exclusive"} & set(codes(look(match_with, engine, "money")))


def test_caveats_do_not_depend_on_the_page(match_with, superseding):
    pages = [match_with(superseding, IN_GUANGZHOU, limit=1, offset=offset)["recommendations"][0] for offset in (0, 1)]
    assert pages == match_with(superseding, IN_GUANGZHOU)["recommendations"]


# ---------------------------------------------------------------- languages


def test_english_changes_every_label_and_no_quote(match):
    company = {
        "city": "合肥",
        "sector": ("生物材料",),
        "products": ("PLA",),
        "needs": ("首台套",),
        "foreign_invested": False,
    }
    zh, en = (match(company, language=language)["recommendations"] for language in ("zh", "en"))
    assert [r["measure"]["id"] for r in zh] == [r["measure"]["id"] for r in en]
    for chinese, english in zip(zh, en, strict=True):
        assert chinese["evidence"] == english["evidence"]
        assert chinese["measure"]["source"] == english["measure"]["source"]
        assert [c["cite"] for c in chinese["conditions"]] == [c["cite"] for c in english["conditions"]]
        assert not HAN.search(english["measure"]["title"])
        assert not HAN.search(english["measure"]["instrument_label"])
        for condition in english["conditions"]:
            assert not HAN.search(condition["label"]), condition["label"]
        for caveat in english["caveats"]:
            assert not HAN.search(caveat["message"].replace("等", ""))
        for sentence in english["explanation"]:
            assert not HAN.search(re.sub("“[^”]*”", "", sentence)), sentence


def test_four_reasons_at_most_are_given_for_a_direct_measure(match_with, hand_made):
    text = "测试政策\n一、任务\n（一）行动。\n1. 任务。支持聚乳酸、疫苗、酶制剂、丙氨酸、发酵罐企业申请专项资金。\n"
    engine = hand_made(text, [measure("all", "支持聚乳酸、疫苗、酶制剂、丙氨酸、发酵罐企业申请专项资金")])
    products = ("聚乳酸", "疫苗", "酶制剂", "丙氨酸", "发酵罐")
    because = look(match_with, engine, "all", {"city": "深圳", "sector": ("生物制造",), "products": products})[
        "explanation"
    ][0]
    assert [product in because for product in products].count(True) == 4
