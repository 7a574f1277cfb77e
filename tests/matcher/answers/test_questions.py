"""Questions: what is asked, what is never asked, and that an answer settles what it promises; near misses."""

import pytest

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 资金。支持员工百人以上企业申请专项资金。支持研发人员占比高的企业开展研发。支持成立三年以上企业参加展会。支持龙头企业建设中试基地。
2. 地区。支持南沙区企业引进人才。支持广州、佛山等市企业开拓市场。
"""


def measure(measure_id, quote, clause="1.1.1", **fields):
    return {"id": measure_id, "source": {"clause": clause, "quote": quote}, **fields}


PEOPLE = measure(
    "people",
    "支持员工百人以上企业申请专项资金",
    conditions=[{"fact": "employees", "at_least": 100, "cite": "员工百人以上企业"}],
)
RESEARCH = measure(
    "research",
    "支持研发人员占比高的企业开展研发",
    conditions=[{"fact": "rd_staff_share", "at_least": "10%", "cite": "研发人员占比高的企业"}],
)
YEARS = measure(
    "years",
    "支持成立三年以上企业参加展会",
    conditions=[{"fact": "years_in_business", "at_least": 3, "cite": "成立三年以上企业"}],
)
LEADER = measure(
    "leader", "支持龙头企业建设中试基地", conditions=[{"manual": "leading_enterprise", "cite": "龙头企业"}]
)
NANSHA = measure(
    "nansha", "支持南沙区企业引进人才", "1.1.2", conditions=[{"fact": "region", "within": ["440115"], "cite": "南沙区"}]
)
OPEN = measure(
    "open",
    "支持广州、佛山等市企业开拓市场",
    "1.1.2",
    conditions=[{"fact": "region", "within": ["440100", "440600"], "open": True, "cite": "广州、佛山等市"}],
)
COMPANY = {"city": "深圳", "sector": ("生物制造",)}
FIELD_OF = {"concepts": "products"}


def asked(answer):
    return {question["fact"]: question["settles"] for question in answer["questions"]}


# ---------------------------------------------------------------- what is asked


def test_a_company_that_stated_nothing_is_asked_the_five_that_everything_rests_on(match):
    assert set(asked(match({}))) == {"region", "sector", "concepts", "stage", "needs"}


def test_a_thin_profile_is_asked_for_sector_products_and_stage(match):
    assert {"sector", "concepts", "stage"} <= set(asked(match({"city": "深圳"})))


def test_five_questions_at_most_the_one_that_settles_most_first(drawn):
    for _, answer in drawn:
        settles = [question["settles"] for question in answer["questions"]]
        assert len(settles) <= 5
        assert settles == sorted(settles, reverse=True)
        assert len({question["fact"] for question in answer["questions"]}) == len(settles)
        assert len({question["field"] for question in answer["questions"]}) == len(settles)


def test_every_question_has_words_and_a_field(drawn, catalogue):
    for _, answer in drawn:
        for question in answer["questions"]:
            fact = catalogue.facts[question["fact"]]
            assert question["field"] == (f"facts.{fact.id}" if fact.field == "facts" else fact.field)
            assert question["question"].endswith(("？", "。"))


def test_what_was_answered_is_not_asked_again_except_to_be_more_exact(drawn):
    """A place or a sector may be asked for again, and then the question says what was answered."""
    for _, answer in drawn:
        labels = {}
        for fact in answer["profile"]["facts"]:
            if fact["how"] not in ("inferred", "contains", "fuzzy"):
                labels.setdefault(fact["fact"], []).append(fact["label"])
        for question in answer["questions"]:
            if question["fact"] in labels:
                assert question["fact"] in ("region", "target_region", "sector")
                assert all(label in question["question"] for label in labels[question["fact"]])


def test_products_not_understood_are_not_asked_for_again(match):
    answer = match({"city": "深圳", "products": ("量子酿酒机器人",)})
    assert "concepts" not in asked(answer)


@pytest.mark.parametrize(
    ("profile", "questions"),
    [
        ({"employees": 50}, {"rd_staff"}),
        ({"rd_staff": 50}, {"employees"}),
        ({}, {"rd_staff", "employees"}),
        ({"employees": 0, "rd_staff": 0}, set()),
    ],
    ids=["staff-missing", "employees-missing", "both", "none-left"],
)
def test_for_a_share_the_missing_part_is_asked(match_with, hand_made, profile, questions):
    answer = match_with(hand_made(TEXT, [RESEARCH]), COMPANY | profile)
    assert set(asked(answer)) - {"concepts", "stage", "needs"} == questions


def test_for_years_the_date_is_asked_and_once_only(match_with, hand_made):
    answer = match_with(hand_made(TEXT, [YEARS]), COMPANY)
    assert asked(answer)["founded_on"] == 1
    assert "years_in_business" not in asked(answer)


def test_an_attestation_is_asked_where_it_settles(match_with, hand_made):
    engine = hand_made(TEXT, [LEADER])
    assert asked(match_with(engine, COMPANY))["leading_enterprise"] == 1
    assert "leading_enterprise" not in asked(match_with(engine, COMPANY | {"facts": {"leading_enterprise": True}}))


def test_a_fact_that_a_shown_measure_reads_is_asked_for_even_if_it_settles_nothing_alone(match_with, hand_made):
    both = {**LEADER, "conditions": [*PEOPLE["conditions"], *LEADER["conditions"]]}
    both["conditions"][0] = {**PEOPLE["conditions"][0], "cite": "企业"}
    questions = asked(match_with(hand_made(TEXT, [both]), COMPANY))
    assert questions["employees"] == questions["leading_enterprise"] == 0


def test_a_fact_that_stands_beside_another_in_a_group_is_asked_for(match_with, hand_made):
    either = [{"any": [{**PEOPLE["conditions"][0], "cite": "企业"}, *LEADER["conditions"]]}]
    questions = asked(match_with(hand_made(TEXT, [{**LEADER, "conditions": either}]), COMPANY))
    assert "employees" in questions


def test_nothing_is_asked_for_a_measure_that_does_not_apply_anyway(match_with, hand_made):
    answer = match_with(hand_made(TEXT, [PEOPLE]), {"city": "杭州", "sector": ("生物制造",)})
    assert "employees" not in asked(answer)


def test_a_place_too_broad_is_asked_for_again_with_what_was_stated(match_with, hand_made):
    answer = match_with(hand_made(TEXT, [NANSHA]), COMPANY | {"city": "广州"})
    (question,) = [question for question in answer["questions"] if question["fact"] == "region"]
    assert question["settles"] == 1
    assert "广东省广州市" in question["question"]
    english = match_with(hand_made(TEXT, [NANSHA]), COMPANY | {"city": "广州"}, language="en")
    assert "Guangzhou, Guangdong" in next(q["question"] for q in english["questions"] if q["fact"] == "region")


def test_a_list_left_open_by_the_policy_is_nothing_to_ask_the_company(match_with, hand_made):
    answer = match_with(hand_made(TEXT, [OPEN]), COMPANY)
    assert answer["totals"]["possible"] == 1
    assert "region" not in asked(answer)


# ---------------------------------------------------------------- the standing of a company

STANDINGS = """测试政策
一、重点任务
（一）专项行动。
1. 资金。支持龙头企业建设中试基地。支持领军企业组建联合体。支持“链主”企业开展招商。支持创新型企业参加展会。支持单项冠军企业申请专项资金。支持重点企业开展研发。支持核心企业融资。支持生物制造龙头企业布局。支持龙头或单项冠军企业技术改造。
2. 其他。支持初创企业落户。支持小微企业贷款。支持外资企业来粤。支持上市企业扩产。支持规上企业升级。
"""
ATTESTED = {
    "leading_enterprise": "支持龙头企业建设中试基地",
    "leader_in_field": "支持领军企业组建联合体",
    "chain_leader": "支持“链主”企业开展招商",
    "innovative_enterprise": "支持创新型企业参加展会",
    "key_enterprise": "支持重点企业开展研发",
    "core_enterprise": "支持核心企业融资",
    "lead_enterprise_bio": "支持生物制造龙头企业布局",
}
CHAMPION = {"fact": "certifications", "any_of": ["manufacturing-champion"]}
OTHER_FACTS = {
    "支持初创企业落户": {"fact": "enterprise_stage", "any_of": ["startup"]},
    "支持小微企业贷款": {"fact": "size_class", "any_of": ["small", "micro"]},
    "支持外资企业来粤": {"fact": "foreign_invested", "is": True},
    "支持上市企业扩产": {"fact": "listed", "is": True},
    "支持规上企业升级": {"fact": "above_scale", "is": True},
}


def of_standing(*facts):
    return [
        measure(f"m-{n}", ATTESTED[fact], conditions=[{"manual": fact, "cite": ATTESTED[fact]}])
        for n, fact in enumerate(facts)
    ]


def champion():
    quote = "支持单项冠军企业申请专项资金"
    return measure("champion", quote, conditions=[{**CHAMPION, "cite": quote}])


def either():
    quote = "支持龙头或单项冠军企业技术改造"
    parts = [{"manual": "leading_enterprise", "cite": quote}, {**CHAMPION, "cite": quote}]
    return measure("either", quote, conditions=[{"any": parts}])


def standing_of(answer):
    return [question for question in answer["questions"] if "choices" in question]


def test_the_standing_of_a_company_is_one_question_with_a_choice_for_each_title(match_with, hand_made):
    engine = hand_made(STANDINGS, [*of_standing(*ATTESTED), champion()])
    answer = match_with(engine, COMPANY)
    (question,) = standing_of(answer)
    assert {choice["fact"] for choice in question["choices"]} == {*ATTESTED, "certifications"}
    assert {*ATTESTED, "certifications"} & set(asked(answer)) == {question["fact"]}
    assert (question["fact"], question["field"]) == tuple(question["choices"][0][key] for key in ("fact", "field"))
    assert question["settles"] == len(ATTESTED) + 1
    title = next(choice for choice in question["choices"] if choice["fact"] == "certifications")
    assert (title["field"], title["value"]) == ("certifications", "manufacturing-champion")
    assert all(choice["label"] in question["question"] for choice in question["choices"])
    (english,) = standing_of(match_with(engine, COMPANY, language="en"))
    assert english["question"].startswith("Which of these hold for the company")


def test_answering_every_choice_settles_what_the_question_promises(match_with, hand_made):
    engine = hand_made(STANDINGS, [*of_standing("leading_enterprise", "chain_leader"), champion(), either()])
    before = match_with(engine, COMPANY)
    (question,) = standing_of(before)
    assert question["settles"] == 4
    for holds in (True, False):
        given = {
            choice["fact"]: holds if choice["value"] is True else [choice["value"]] if holds else ["gazelle"]
            for choice in question["choices"]
        }
        after = match_with(engine, COMPANY | {"facts": given})
        assert before["totals"]["possible"] - after["totals"]["possible"] == question["settles"]
        assert not standing_of(after)


def test_what_was_answered_is_no_choice_any_more_and_one_left_is_a_plain_question(match_with, hand_made):
    engine = hand_made(STANDINGS, of_standing("leading_enterprise", "chain_leader", "key_enterprise"))
    answer = match_with(engine, COMPANY | {"facts": {"chain_leader": False}})
    assert [c["fact"] for c in standing_of(answer)[0]["choices"]] == ["leading_enterprise", "key_enterprise"]
    answer = match_with(engine, COMPANY | {"facts": {"chain_leader": False, "key_enterprise": True}})
    assert not standing_of(answer)
    assert asked(answer)["leading_enterprise"] == 1


def test_titles_that_only_an_exception_names_are_a_question_of_their_own(match_with, hand_made):
    quote = "支持单项冠军企业申请专项资金"
    excepted = measure("excepted", quote, conditions=[{"not": {**CHAMPION, "cite": quote}}])
    engine = hand_made(STANDINGS, [*of_standing("leading_enterprise", "chain_leader"), excepted])
    answer = match_with(engine, COMPANY | {"products": ("聚乳酸",), "needs": ("补贴",)})
    assert [c["fact"] for c in standing_of(answer)[0]["choices"]] == ["leading_enterprise", "chain_leader"]
    assert asked(answer)["certifications"] == 1


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (("stage",), {"stage"}),
        (("sector", "products"), {"sector"}),
        (("sector", "products", "stage"), {"sector", "stage"}),
        ((), set()),
    ],
    ids=["stage", "sector", "both", "neither"],
)
def test_stage_and_sector_are_never_pushed_out(match_with, hand_made, missing, expected):
    others = [
        measure(f"o-{n}", quote, "1.1.2", conditions=[{**condition, "cite": quote}], instrument="pilot")
        for n, (quote, condition) in enumerate(OTHER_FACTS.items())
    ]
    engine = hand_made(STANDINGS, [*of_standing(*ATTESTED), champion(), *others], defaults={"region": "440000"})
    profile = COMPANY | {"products": ("聚乳酸",), "stage": ("量产",), "needs": ("补贴", "中试")}
    answer = match_with(engine, {name: value for name, value in profile.items() if name not in missing})
    assert expected == {"sector", "stage"} & set(asked(answer))
    settles = [question["settles"] for question in answer["questions"]]
    assert len(settles) == 5
    assert settles == sorted(settles, reverse=True)


# ---------------------------------------------------------------- what changes nothing


@pytest.mark.parametrize(
    "profile",
    [
        {"city": "上海", "sector": ("生物医药",)},
        {"city": "杭州", "sector": ("生物医药",), "products": ("疫苗",)},
        {"city": "深圳", "sector": ("餐饮",), "products": ("盒饭",), "needs": ("补贴",)},
        {"city": "北京"},
        {"city": "上海", "target_city": "上海", "products": ("聚乳酸",)},
        {"city": "成都", "needs": ("贷款",), "stage": ("量产",)},
        {"city": "香港"},
        {"city": "武汉", "sector": ("生物制造",), "facts": {"leading_enterprise": True}},
    ],
    ids=str,
)
def test_nobody_is_asked_for_what_cannot_change_anything(match_with, hand_made, profile):
    answer = match_with(hand_made(TEXT, [PEOPLE, RESEARCH, YEARS, LEADER]), profile)
    assert answer["totals"]["applicable"] == answer["totals"]["possible"] == 0
    assert not answer["questions"]


def test_products_are_asked_for_where_they_may_tell_another_sector_than_the_one_stated(match_with, hand_made):
    answer = match_with(hand_made(TEXT, [PEOPLE]), {"city": "深圳", "sector": ("餐饮",)})
    assert asked(answer) == {"concepts": 0}


def test_a_stage_is_asked_for_only_where_some_support_is_made_for_one(match_with, hand_made):
    assert "stage" not in asked(match_with(hand_made(TEXT, [PEOPLE]), COMPANY | {"employees": 100}))
    pilot = {**PEOPLE, "instrument": "pilot"}
    assert "stage" in asked(match_with(hand_made(TEXT, [pilot]), COMPANY | {"employees": 100}))


def test_a_fact_beside_a_part_that_is_met_is_not_asked_for(match_with, hand_made):
    quote = "支持员工百人以上企业申请专项资金"
    parts = [{"fact": "employees", "at_least": 100, "cite": quote}, {"fact": "listed", "is": True, "cite": quote}]
    waiting = {"manual": "own", "text": "自有", "cite": quote}
    engine = hand_made(TEXT, [measure("either", quote, conditions=[{"any": parts}, waiting])])
    assert "listed" in asked(match_with(engine, COMPANY))
    assert "listed" not in asked(match_with(engine, COMPANY | {"employees": 100}))


# ---------------------------------------------------------------- what an answer settles


@pytest.mark.parametrize("seed", range(25))
def test_answering_the_first_question_settles_what_it_promised(match, draw_profile, catalogue, seed):
    """Whatever is declared, the measures that only waited for this fact are decided."""
    profile = draw_profile(seed + 5000)
    reported = {name: getattr(profile, name) for name in ("city", "sector", "products", "stage", "needs")}
    reported = {name: value for position, (name, value) in enumerate(reported.items()) if (seed >> position) % 2}
    before = match(reported, limit=1)
    first = next(iter(before["questions"]), {"settles": 0})
    if not first["settles"]:
        return
    if "choices" in first:
        given = {c["fact"]: [c["value"]] if isinstance(c["value"], str) else True for c in first["choices"]}
        after = match(reported | {"facts": given}, limit=1)
        assert before["totals"]["possible"] - after["totals"]["possible"] >= first["settles"]
        return
    fact = catalogue.facts["sector" if first["fact"] == "concepts" else first["fact"]]
    values = {
        "region": "110105",
        "target_region": "110105",
        "sector": "catering",
        "certifications": "high-tech-enterprise",
    }
    value = values.get(fact.id) or (
        next(iter(catalogue.vocabularies[fact.vocabulary].entries)) if fact.vocabulary else True
    )
    after = match(reported | {"facts": {fact.id: value}}, limit=1)
    settled = before["totals"]["possible"] - after["totals"]["possible"]
    assert settled >= first["settles"]


def test_an_answer_settles_exactly_what_it_promises(match_with, hand_made):
    engine = hand_made(TEXT, [PEOPLE, LEADER, NANSHA])
    answer = match_with(engine, COMPANY | {"city": "广州"})
    assert {"employees": 1, "leading_enterprise": 1, "region": 1}.items() <= asked(answer).items()
    for given in ({"employees": 100}, {"facts": {"leading_enterprise": False}}, {"city": "广州南沙"}):
        after = match_with(engine, COMPANY | {"city": "广州"} | given)
        assert answer["totals"]["possible"] - after["totals"]["possible"] == 1


# ---------------------------------------------------------------- near misses


@pytest.fixture(scope="module")
def people(hand_made):
    return hand_made(TEXT, [PEOPLE, NANSHA])


def test_a_number_short_of_its_threshold_is_a_near_miss_with_its_gap(match_with, people):
    (miss,) = match_with(people, COMPANY | {"employees": 80})["near_misses"]
    assert miss["measure_id"] == "people"
    condition = miss["condition"]
    assert (condition["fact"], condition["verdict"], condition["actual"], condition["gap"]) == (
        "employees",
        "unmet",
        80,
        20,
    )
    assert condition["expected"] == [100]
    assert condition["label"] == "从业人数不低于100人"


@pytest.mark.parametrize(
    "profile",
    [
        COMPANY | {"employees": 100},
        COMPANY,
        {"city": "杭州", "sector": ("生物制造",), "employees": 80},
        {"city": "深圳", "employees": 80},
    ],
    ids=["met", "not-said", "another-condition-unmet", "another-condition-unknown"],
)
def test_a_near_miss_is_one_unmet_condition_and_all_else_met(match_with, people, profile):
    assert match_with(people, profile)["near_misses"] == []


def test_where_a_company_is_it_cannot_change(match_with, people):
    assert match_with(people, COMPANY | {"employees": 200})["near_misses"] == []


def test_near_misses_of_the_shipped_catalogue_are_ten_at_most_and_on_changeable_facts(drawn, catalogue):
    for _, answer in drawn:
        assert len(answer["near_misses"]) <= 10
        for miss in answer["near_misses"]:
            assert miss["condition"]["verdict"] == "unmet"
            assert catalogue.facts[miss["condition"]["fact"]].changeable


@pytest.fixture(scope="module")
def twelve(hand_made):
    """Twelve measures for a hundred people, of which the last one is stated most strongly."""
    lines = [f"{number}. 资金。支持第{number}类百人以上企业发展。" for number in range(1, 13)]
    people = {"fact": "employees", "at_least": 100, "cite": "百人以上企业"}
    measures = [
        measure(f"people-{number:02}", f"支持第{number}类百人以上企业发展", f"1.1.{number}", conditions=[people])
        for number in range(1, 13)
    ]
    measures[-1]["strength"] = "grant"
    return hand_made("\n".join(["测试政策", "一、重点任务", "（一）专项行动。", *lines]) + "\n", measures)


def test_ten_near_misses_are_reported_the_best_of_more(match_with, twelve):
    reported = [miss["measure_id"] for miss in match_with(twelve, COMPANY | {"employees": 80})["near_misses"]]
    assert reported == ["people-12", *(f"people-{number:02}" for number in range(1, 10))]


def test_five_questions_are_asked_where_there_are_six_and_those_that_settle_something_first(match_with, hand_made):
    answer = match_with(hand_made(TEXT, [PEOPLE, LEADER, NANSHA, YEARS]), {"city": "广州", "sector": ("生物制造",)})
    assert asked(answer) == {"region": 1, "employees": 1, "founded_on": 1, "leading_enterprise": 1, "concepts": 0}
