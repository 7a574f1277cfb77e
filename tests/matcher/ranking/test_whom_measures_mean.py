"""Whom a measure means, beside what hits it: parts of the field, needs, kinds of organisations, newcomers, events."""

import pytest

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 应用。鼓励在废气治理中采用新方法。支持高校和企业开展攻关。支持企业参加评选。支持疫苗企业参加评选。
2. 招引。引进一批初创企业。支持国内外企业建设车间。举办创业比赛。组织产需对接。
3. 服务。支持基地开展市场拓展、法律服务、品牌建设等服务。
4. 作物。支持开展能源作物种植示范。
5. 设施。支持建设废弃物集中处置设施。新建一批公用设施。
"""


def measure(measure_id, clause, quote, **fields):
    return {"id": measure_id, "source": {"clause": clause, "quote": quote}, **fields}


MEASURES = [
    measure("odour", "1.1.1", "鼓励在废气治理中采用新方法", instrument="scenario", addressee={"any": [
        {"fact": "sector", "within": ["waste-gas-biotreatment"], "cite": "废气治理"},
        {"fact": "needs", "any_of": ["odour-treatment"], "cite": "废气治理"}]}),
    measure("research", "1.1.1", "支持高校和企业开展攻关", instrument="rd_funding", addressee={"any": [
        {"fact": "sector", "within": ["biomanufacturing"], "cite": "企业"},
        {"manual": "university_or_institute", "cite": "高校"}]}),
    measure("open", "1.1.1", "支持企业参加评选", instrument="promotion"),
    measure("closed", "1.1.1", "支持疫苗企业参加评选", instrument="promotion", conditions=[
        {"fact": "sector", "within": ["vaccines"], "cite": "疫苗企业"}]),
    measure("seek", "1.1.2", "引进一批初创企业", instrument="talent", also=["investment"], attracts=True),
    measure("welcome", "1.1.2", "支持国内外企业建设车间", instrument="pilot", attracts=True),
    measure("contest", "1.1.2", "举办创业比赛", instrument="exchange"),
    measure("fair", "1.1.2", "组织产需对接", instrument="promotion"),
    measure("crops", "1.1.4", "支持开展能源作物种植示范", instrument="rd_funding", conditions=[{"any": [
        {"fact": "concepts", "any_of": ["energy-crops"], "cite": "能源作物"},
        {"manual": "grows-crops", "text": "种植能源作物", "text_en": "grows energy crops", "cite": "种植示范"}]}]),
    measure("disposal", "1.1.5", "支持建设废弃物集中处置设施", instrument="facility"),
    measure("utilities", "1.1.5", "新建一批公用设施", instrument="facility"),
    measure("service", "1.1.3", "支持基地开展市场拓展、法律服务、品牌建设等服务", instrument="pilot"),
]  # fmt: skip


@pytest.fixture(scope="module")
def relevance(match_with, hand_made):
    """Return how near each measure is to a company; a measure that is not shown at all has none."""
    reach = {"region": "340000", "sector": ["biomanufacturing"]}
    made_up = hand_made(TEXT, MEASURES, region="340000", defaults=reach)

    def of(include=("general",), **profile):
        answer = match_with(made_up, {"city": "安徽"} | profile, include=frozenset(include))
        return {found["measure"]["id"]: found["relevance"] for found in answer["recommendations"]}

    return of


@pytest.mark.parametrize(
    "sector", ["印染", "养猪", "食品", "酱油", "污水处理", "饲料加工", "造纸", "化工"], ids=lambda sector: sector
)
def test_who_has_the_problem_is_meant_by_a_measure_that_solves_it_whatever_it_makes(relevance, sector):
    assert relevance(sector=(sector,), needs=("臭味被投诉",))["odour"] == "direct"
    assert relevance(sector=(sector,), needs=("招不到人",)).get("odour") is None


@pytest.mark.parametrize(
    ("company", "near"),
    [
        ({"name": "某农业大学"}, "direct"),
        ({"name": "某植物研究所"}, "direct"),
        ({"name": "某食品科学研究院"}, "direct"),
        ({"sector": ("普通高等教育",)}, "direct"),
        ({"name": "某口腔门诊部", "sector": ("口腔门诊",)}, "sector"),
        ({"sector": ("学前教育",)}, "sector"),
        ({"name": "某种猪场", "sector": ("养猪",)}, "sector"),
        ({"sector": ("动力电池",)}, "sector"),
    ],
)
def test_an_organisation_that_a_condition_names_is_meant_by_name_and_any_other_is_not(relevance, company, near):
    assert relevance(needs=("科技项目",), **company).get("research") == near


@pytest.mark.parametrize("product", ["聚乳酸", "柠檬酸", "胶原蛋白", "植酸酶", "酵母", "生物柴油", "CAR-T", "益生菌"])
def test_a_measure_closed_to_a_part_of_the_field_answers_no_need_of_the_others(relevance, product):
    found = relevance(
        sector=("生物制造",), products=(product,), needs=("品牌宣传",), include=("general", "not_applicable")
    )
    assert (found["open"], found["closed"]) == ("direct", "general")


def test_the_part_of_the_field_that_it_is_closed_to_is_meant(relevance):
    assert relevance(products=("疫苗",), needs=("品牌宣传",))["closed"] == "direct"


@pytest.mark.parametrize(
    "need",
    ["缺客户", "产品卖不出去", "找不到销路", "品牌没人知道", "想找上下游合作", "想对接供应商", "没订单", "想做宣传"],
)
def test_who_looks_for_a_market_is_sent_to_the_fair_and_not_to_the_contest(relevance, need):
    found = relevance(sector=("生物制造",), needs=(need,))
    assert (found["fair"], found["contest"]) == ("direct", "general")


@pytest.mark.parametrize("need", ["想参加创业大赛", "创客中国怎么报名", "参赛", "双创大赛"])
def test_who_wants_to_compete_is_sent_to_the_contest(relevance, need):
    assert relevance(sector=("生物制造",), needs=(need,))["contest"] == "direct"


@pytest.mark.parametrize(
    ("need", "near"), [("市场拓展", "sector"), ("法律服务", "sector"), ("品牌建设", "sector"), ("做中试", "direct")]
)
def test_a_need_said_beside_another_kind_of_support_is_near_and_not_direct(relevance, need, near):
    assert relevance(sector=("生物制造",), needs=(need,))["service"] == near


@pytest.mark.parametrize(
    "need", ["招不到博士", "缺工程师", "留不住人", "人才", "招人难", "缺人手", "请不到专家团队", "缺技术骨干"]
)
def test_who_stays_is_none_of_the_newcomers_that_are_sought(relevance, need):
    assert relevance(sector=("生物制造",), needs=(need,))["seek"] == "general"
    coming = relevance(city="杭州", target_city="合肥", sector=("生物制造",), needs=(need,))
    assert coming["seek"] == "direct"


def test_who_comes_is_near_to_what_is_for_newcomers_and_who_stays_may_use_what_is_for_both(relevance):
    assert relevance(city="杭州", target_city="合肥", sector=("生物制造",))["welcome"] == "sector"
    assert relevance(sector=("生物制造",))["welcome"] == "general"
    assert relevance(sector=("生物制造",), needs=("做中试",))["welcome"] == "direct"


@pytest.mark.parametrize("sector", ["动力电池", "服装", "软件开发", "物流", "餐饮", "建筑装修", "钢铁", "汽车零部件"])
def test_what_offers_a_need_without_saying_it_is_not_direct_for_who_told_another_field(relevance, sector):
    assert relevance(sector=(sector,), needs=("做中试",), include=("general", "not_applicable"))["service"] != "direct"


@pytest.mark.parametrize("product", ["酒糟", "酵母", "聚乳酸", "南美白对虾", "柠檬酸", "黑水虻", "秸秆", "疫苗"])
def test_what_only_a_person_can_still_tell_does_not_bring_a_measure_near(relevance, product):
    assert relevance(sector=("生物质原料",), products=(product,)).get("crops", "general") == "general"


@pytest.mark.parametrize("company", [{"products": ("能源作物",)}, {"products": ("能源草",)}, {}, {"stage": ("量产",)}])
def test_the_product_itself_makes_it_direct_and_one_that_is_not_told_leaves_it_open(relevance, company):
    near = relevance(**({"sector": ("生物质原料",)} | company))["crops"]
    assert near == ("direct" if "products" in company else "sector")


@pytest.mark.parametrize(
    "need", ["仪器共享", "设备购置", "共享实验室", "实验设备", "菌种库", "生物样本库", "P3实验室", "买仪器"]
)
def test_an_instrument_of_many_kinds_answers_no_need_where_it_says_another(relevance, need):
    found = relevance(sector=("生物制造",), needs=(need,))
    assert (found["utilities"], found["disposal"]) == ("direct", "general")


def test_it_answers_the_need_that_it_says(relevance):
    assert relevance(sector=("生物制造",), needs=("废弃物处理",))["disposal"] == "direct"
