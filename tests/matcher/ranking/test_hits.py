"""How well a measure is touched by what a company makes, needs and where it is, and from where on that is direct."""

import pytest

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 资金。支持工程化免疫细胞企业申请专项资金。推动基础理论研究。支持开展前沿理论研究。支持企业创制高活性酶标。
2. 中试。支持企业建设车间。支持企业承担任务。
3. 地方。支持合肥市企业参加活动。支持新站高新区企业参加活动。支持长丰县企业参加活动。支持皖北企业参加活动。推进合肥中心建设。推进长丰中心建设。
4. 相关。本条说明干细胞治疗产品的意义。
5. 行业。支持疫苗企业集聚。支持各类重点企业集聚。
6. 简称。支持甲乙企业发展。支持甲乙丙企业发展。
"""
SECTORS = ["vaccines", "cell-therapy", "gene-therapy", "diagnostics", "biomaterials"]


def measure(measure_id, clause, quote, **fields):
    return {"id": measure_id, "source": {"clause": clause, "quote": quote}, **fields}


def on(fact, cite, *within):
    return {"conditions": [{"fact": fact, "within": list(within), "cite": cite}]}


MEASURES = [
    measure("immune", "1.1.1", "支持工程化免疫细胞企业申请专项资金", context=["1.1.4"]),
    measure("promoted", "1.1.1", "推动基础理论研究", instrument="rd_funding", strength="promote"),
    measure("supported", "1.1.1", "支持开展前沿理论研究", instrument="rd_funding"),
    measure("pilot", "1.1.2", "支持企业建设车间", instrument="pilot", also=["platform"]),
    measure("talent", "1.1.2", "支持企业承担任务", instrument="talent"),
    measure("city", "1.1.3", "支持合肥市企业参加活动", instrument="promotion", **on("region", "合肥市", "340100")),
    measure("county", "1.1.3", "支持长丰县企业参加活动", instrument="promotion", **on("region", "长丰县", "340121")),
    measure("group", "1.1.3", "支持皖北企业参加活动", instrument="promotion", **on("region", "皖北", "group:ah-north")),
    measure("city-in-text", "1.1.3", "推进合肥中心建设", instrument="talent"),
    measure("county-in-text", "1.1.3", "推进长丰中心建设", instrument="talent"),
    measure("one-sector", "1.1.5", "支持疫苗企业集聚", instrument="talent", **on("sector", "疫苗", "vaccines")),
    measure(
        "four-sectors", "1.1.5", "支持各类重点企业集聚", instrument="talent", **on("sector", "重点企业", *SECTORS[:4])
    ),
    measure("five-sectors", "1.1.5", "支持各类重点企业集聚", instrument="talent", **on("sector", "重点企业", *SECTORS)),
    measure("two-characters", "1.1.6", "支持甲乙企业发展", instrument="talent"),
    measure("three-characters", "1.1.6", "支持甲乙丙企业发展", instrument="talent"),
]


@pytest.fixture(scope="module")
def made_up(hand_made):
    reach = {"region": "340000", "sector": ["biomanufacturing"]}
    return hand_made(TEXT, MEASURES, region="340000", defaults=reach)


@pytest.fixture(scope="module")
def look(match_with, made_up):
    """Return a measure's relevance and its feature values by name."""

    def at(measure_id, **profile):
        company = {"city": "安徽", "sector": ("生物制造",)} | profile
        answer = match_with(made_up, company, include=frozenset({"general", "not_applicable"}))
        (one,) = [found for found in answer["recommendations"] if found["measure"]["id"] == measure_id]
        return one["relevance"], {feature["name"]: feature["value"] for feature in one["features"]}

    return at


@pytest.mark.parametrize(
    ("product", "value", "relevance"),
    [
        ("工程化免疫细胞", 1.0, "direct"),
        ("CAR-T", 0.7, "direct"),
        ("CAR-NK细胞治疗", 0.49, "direct"),
        ("细胞疗法", 0.5, "direct"),
        ("CGT产品", 0.0, "general"),
        ("聚乳酸", 0.0, "general"),
    ],
    ids=["the same", "one step broader", "two steps broader", "narrower", "two steps narrower", "unrelated"],
)
def test_a_product_touches_what_is_named_broader_or_narrower_but_not_from_afar(look, product, value, relevance):
    found, values = look("immune", products=(product,))
    assert (values["product_in_operative_sentence"], found) == (value, relevance)


def test_what_is_three_steps_broader_says_nothing(look):
    assert look("immune", products=("CAR-NK细胞治疗",))[1]["product_in_context"] == 0.0


@pytest.mark.parametrize(
    ("product", "relevance"), [("干细胞治疗产品", "sector"), ("间充质干细胞", "sector"), ("聚乳酸", "general")]
)
def test_a_product_in_the_context_brings_a_measure_near_and_is_not_direct(look, product, relevance):
    assert look("immune", products=(product,))[0] == relevance


@pytest.mark.parametrize(
    ("measure_id", "need", "value", "relevance"),
    [
        ("immune", "专项资金", 1.0, "general"),
        ("supported", "科技项目", 0.7, "direct"),
        ("promoted", "科技项目", 0.35, "sector"),
        ("pilot", "中试验证", 0.7, "direct"),
        ("pilot", "研发平台", 0.5, "sector"),
        ("talent", "首台套认定", 0.0, "general"),
    ],
    ids=[
        "stated in its words",
        "money supported",
        "money only promoted",
        "its instrument",
        "its further instrument",
        "another instrument",
    ],
)
def test_a_need_is_met_by_its_instrument_less_by_a_further_one_half_by_a_mere_promise(
    look, measure_id, need, value, relevance
):
    found, values = look(measure_id, needs=(need,))
    assert (values["need_names_instrument"], found) == (value, relevance)


@pytest.mark.parametrize(
    ("stated", "relevance"),
    [({"sector": ("生物制造",)}, "sector"), ({"sector": (), "products": ("聚乳酸",)}, "sector")],
    ids=["stated", "told by its products"],
)
def test_a_stage_of_the_instruments_name_brings_it_near_and_is_not_direct(look, stated, relevance):
    assert look("pilot", stage=("中试",), **stated)[0] == relevance


def test_where_no_sector_is_known_a_stage_connects_nothing(match_with, made_up):
    answer = match_with(made_up, {"city": "安徽", "stage": ("中试",)})
    assert answer["recommendations"] == []
    assert answer["totals"]["withheld"] == answer["totals"]["possible"]


@pytest.mark.parametrize(
    ("needs", "shown"), [((), False), (("中试验证",), True)], ids=["only the stage asks", "a need asks"]
)
def test_where_products_tell_of_another_sector_a_stage_asks_for_nothing_and_a_need_still_does(
    match_with, made_up, needs, shown
):
    company = {"city": "安徽", "products": ("仿制药",), "stage": ("中试",), "needs": needs}
    assert ("pilot" in [r["measure"]["id"] for r in match_with(made_up, company)["recommendations"]]) is shown


def test_a_stage_asks_for_an_instrument_less_surely_than_a_need_does(look):
    asked = {"needs": ("人才",), "stage": ("中试",)}
    assert (
        look("pilot", **asked)[1]["need_names_instrument"] == 0.5 < look("talent", **asked)[1]["need_names_instrument"]
    )


@pytest.mark.parametrize(
    ("measure_id", "city", "value", "relevance"),
    [
        ("city", "合肥", 1.0, "direct"),
        ("county", "合肥长丰", 1.0, "direct"),
        ("county", "合肥", 0.5, "sector"),
        ("group", "淮北", 0.5, "sector"),
        ("city-in-text", "合肥", 0.4, "general"),
        ("county-in-text", "合肥长丰", 0.8, "direct"),
        ("city-in-text", "芜湖", 0.3, "general"),
        ("city", "安徽", 0.3, "general"),
    ],
    ids=[
        "the city in a condition", "the county in a condition", "a county inside the city", "a group of cities",
        "the city in the text", "the county in the text", "another city", "only the province",
    ],
)  # fmt: skip
def test_a_place_touches_by_how_surely_the_company_is_meant(look, measure_id, city, value, relevance):
    found, values = look(measure_id, city=city)
    assert (values["place_is_named"], found) == (value, relevance)


@pytest.mark.parametrize(
    ("measure_id", "value"), [("one-sector", 1.0), ("four-sectors", 1.0), ("five-sectors", 0.6), ("talent", 0.3)]
)
def test_a_sector_named_among_five_is_less_close_than_one_among_few(look, measure_id, value):
    assert look(measure_id, sector=("疫苗",))[1]["sector_is_close"] == value


def test_words_nobody_knows_are_searched_from_three_characters_on(look):
    assert look("three-characters", products=("甲乙丙",))[0] == "direct"
    assert look("two-characters", products=("甲乙",))[1]["product_in_operative_sentence"] is None


def test_what_fits_the_stage_is_no_closer_to_the_sector_nor_the_other_way_round(look):
    values = look("pilot", stage=("中试",), sector=("疫苗",))[1]
    assert (values["stage_fits"], values["sector_is_close"]) == (1.0, 0.3)


def test_what_a_sector_hits_is_no_hit_of_a_product_and_a_place_none_of_a_sector(look):
    stated = {"sector": ("疫苗",), "products": ("聚乳酸",)}
    values = look("one-sector", **stated)[1]
    assert (values["sector_is_close"], values["product_in_clause"]) == (1.0, 0.0)
    values = look("city", city="合肥", **stated)[1]
    assert (values["place_is_named"], values["sector_is_close"]) == (1.0, 0.3)
