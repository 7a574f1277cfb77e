"""Business scopes read item by item, making told from selling, and who only sells."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.profiles.business_scope import Deed, deed_of, is_business_scope, scope_items
from matcher.profiles.profile import MatchRequest, Profile
from seeds.faults import load_yaml

DAY = date(2026, 11, 22)
SCOPES = load_yaml(Path(__file__).with_name("scopes.yaml"))["scopes"]


@pytest.fixture
def read(engine):
    return lambda **profile: engine.reader.read(MatchRequest(profile=Profile(**profile), on=DAY))


def sectors_of(reading):
    answer = reading.answers.get("sector")
    return {*answer.sure, *answer.inferred} if answer else set()


def kinds_of(reading):
    return {fact.value for fact in reading.facts if fact.fact == "organisation"}


@pytest.mark.parametrize("field", ["business_scope", "products"])
@pytest.mark.parametrize("case", SCOPES, ids=[case["id"] for case in SCOPES])
def test_a_scope_gives_the_sectors_of_what_is_made_and_not_of_what_is_sold(engine, read, case, field):
    within = engine.catalogue.vocabularies["sectors"].taxonomy.within
    reading = read(**{field: case["scope"] if field == "business_scope" else (case["scope"],)})
    found = sectors_of(reading)
    for sector in case.get("in", ()):
        assert any(within(one, (sector,)) for one in found), sector
    for sector in case.get("out", ()):
        assert not any(within(one, (sector,)) for one in found), sector
    assert ("distributor" in kinds_of(reading)) is (case.get("is") == "distributor")


@pytest.mark.parametrize("case", SCOPES, ids=[case["id"] for case in SCOPES])
def test_the_items_of_an_item_are_that_item(engine, case):
    business = engine.reader.business
    for item in business.items_of(case["scope"]):
        assert scope_items(item, business.is_name) == (item,)


@pytest.mark.parametrize(
    ("scope", "items"),
    [
        ("生产、销售：日用化工产品、化妆品；货物进出口", ["日用化工产品生产", "化妆品生产"]),
        ("生物制品的研发、生产与销售", ["生物制品研发"]),
        ("生物制品、化妆品的研发、生产与销售", ["生物制品研发", "化妆品研发"]),
        ("食品生产、化妆品销售、饲料加工", ["食品生产", "化妆品销售", "饲料加工"]),
        ("研发、生产、销售医用敷料", ["医用敷料研发"]),
        ("气体、液体分离及纯净设备制造", ["气体、液体分离及纯净设备制造"]),
        ("涂料、油墨、颜料及类似产品制造；涂料销售", ["涂料、油墨、颜料及类似产品制造", "涂料销售"]),
        ("技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广", []),
        ("货物进出口、技术进出口", []),
        ("许可项目：1、兽药生产；2、兽药经营。", ["兽药生产", "兽药经营"]),
        ("①兽药生产；②饲料添加剂生产", ["兽药生产", "饲料添加剂生产"]),
        ("1,4-丁二醇生产；1,3-丙二醇研发", ["1,4-丁二醇生产", "1,3-丙二醇研发"]),
        ("药品生产（依法须经批准的项目，经相关部门批准后方可开展经营活动）", ["药品生产"]),
        ("依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以审批结果为准", []),
        ("医学研究和试验发展（除人体干细胞、基因诊断与治疗技术开发和应用）", ["医学研究和试验发展"]),
        ("专用化学产品制造（不含危险化学品（剧毒））", ["专用化学产品制造"]),
        ("酶制剂、氨基酸", ["酶制剂", "氨基酸"]),
    ],
)
def test_a_scope_is_cut_where_items_stand_on_both_sides(engine, scope, items):
    assert list(scope_items(scope, engine.reader.business.is_name)) == items


@pytest.mark.parametrize(
    ("item", "name", "deed"),
    [
        ("食品添加剂生产", "食品添加剂", Deed.MAKE),
        ("药品委托生产", "药品", Deed.MAKE),
        ("生物基材料技术研发", "生物基材料", Deed.MAKE),
        ("中草药种植", "中草药", Deed.MAKE),
        ("林木种子生产经营", "林木种子", Deed.MAKE),
        ("研发、生产、销售医用敷料", "医用敷料", Deed.MAKE),
        ("第三类医疗器械经营", "医疗器械", Deed.TRADE),
        ("第一类、第二类医疗器械销售", "医疗器械", Deed.TRADE),
        ("二类三类医疗器械经营", "医疗器械", Deed.TRADE),
        ("医用耗材配送服务商", "医用耗材", Deed.TRADE),
        ("药品批发兼零售", "药品", Deed.TRADE),
        ("食用农产品收购", "食用农产品", Deed.TRADE),
        ("检验检测服务", "检验检测服务", Deed.SERVE),
        ("医疗设备租赁", "医疗设备租赁", Deed.SERVE),
        ("聚乳酸", "聚乳酸", Deed.UNSAID),
    ],
)
def test_the_verb_of_an_item_tells_making_from_selling_and_serving(item, name, deed):
    assert deed_of(item) == (name, deed)


@pytest.mark.parametrize(
    "text",
    [
        "一般项目：软件开发", "许可项目：药品生产；药品批发", "经营范围：食品生产", "生产、销售：化妆品、洗涤用品",
        "批发、零售：预包装食品", "药品生产（依法须经批准的项目）", "一般经营项目: 生物制品研发", "许可经营项目：兽药生产",
        "生物基材料制造；生物基材料销售；新材料技术研发；塑料制品制造；塑料制品销售；合成材料销售；货物进出口；技术进出口；工程和技术研究和试验发展",
    ],
)  # fmt: skip
def test_a_text_is_known_for_a_scope_by_heading_formula_or_wording(text):
    assert is_business_scope(text)


@pytest.mark.parametrize(
    "text",
    [
        "聚乳酸", "抗体偶联药物（ADC）CDMO服务", "产品一：饲用木聚糖酶10000U/g（包被颗粒）；产品二：复合酶预混料",
        "主要产品：聚乳酸、PHA；应用：包装", "生产线改造", "销售管理软件", "①PHA；②PLA",
        "重组人表皮生长因子冻干粉（5万IU/支）；重组牛碱性成纤维细胞生长因子凝胶；重组胶原蛋白敷料；透明质酸钠修复贴；医用冷敷贴",
    ],
)  # fmt: skip
def test_a_product_or_a_list_of_products_is_no_scope(text):
    assert not is_business_scope(text)


def test_an_item_wholly_a_name_is_a_fact_any_other_is_offered_and_connects(read):
    reading = read(business_scope="一般项目：聚乳酸生产；聚乳酸纤维专用母粒设备制造")
    assert [(f.fact, f.value, f.origin) for f in reading.facts if f.fact == "concepts"] == [
        ("concepts", "polylactic-acid", "business_scope")
    ]
    (unread,) = reading.unrecognised
    assert unread.origin == "business_scope"
    assert "polylactic-acid" in [entry for entry, _ in unread.candidates] or unread.candidates
    assert not reading.answers["concepts"].unreadable


def test_what_a_scope_leaves_unexplained_opens_no_condition(engine, read):
    stated, beside = read(sector=("物流",)), read(sector=("物流",), business_scope="一般项目：普通货物搬运；纸板折叠")
    decide = engine.columns.program.decide
    assert decide(stated.answers).verdicts.tolist() == decide(beside.answers).verdicts.tolist()


@pytest.mark.parametrize(
    "product",
    [
        "聚乳酸销售", "PHA经销", "体外诊断试剂批发", "医用耗材配送", "二类三类医疗器械经营", "疫苗配送", "化妆品零售",
        "兽药代理", "代理体外诊断试剂", "销售饲料添加剂", "酶制剂贸易",
    ],
)  # fmt: skip
def test_a_product_that_is_only_sold_gives_no_sector_of_making_and_connects_nothing(engine, read, product):
    reading = read(city="广州", products=(product,))
    within = engine.catalogue.vocabularies["sectors"].taxonomy.within
    assert all(within(sector, ("retail-wholesale",)) for sector in sectors_of(reading))
    assert "concepts" not in {mention.vocabulary for mention in reading.mentions}
    assert kinds_of(reading) == {"distributor"}


@pytest.mark.parametrize(
    "product",
    [
        "专利代理",
        "快递配送",
        "销售管理软件",
        "配送机器人",
        "零售系统",
        "饲料添加剂生产",
        "代工",
        "货运代理",
        "聚乳酸",
        "商标代理",
    ],
)
def test_a_service_or_a_thing_with_a_word_of_trade_in_it_is_not_sold(read, product):
    assert "distributor" not in kinds_of(read(products=(product,)))


@pytest.mark.parametrize(
    "sector",
    ["饲料批发", "饲料添加剂销售", "科研试剂经销", "体外诊断试剂批发", "聚乳酸贸易", "疫苗批发", "兽药零售", "氨基酸经销"],
)  # fmt: skip
def test_a_sector_that_names_goods_and_their_sale_is_one_of_trade_and_no_word_of_it_connects(engine, read, sector):
    within = engine.catalogue.vocabularies["sectors"].taxonomy.within
    reading = read(sector=(sector,), name="某有限公司")
    assert all(within(found, ("retail-wholesale",)) for found in sectors_of(reading))
    assert sectors_of(reading)
    assert "distributor" in reading.answers["organisation"].inferred
    assert not any(mention.input == sector for mention in reading.mentions)


MAKER, SELLER = ("聚乳酸", "体外诊断试剂"), ("聚乳酸销售",)


@pytest.mark.parametrize(
    ("profile", "trades"),
    [
        ({"sector": ("医疗器械批发",), "products": MAKER}, True),
        ({"sector": ("西药批发", "生物医药"), "products": MAKER}, False),
        ({"sector": ("西药批发",), "products": ("疫苗生产",)}, False),
        ({"name": "某医疗器械贸易有限公司", "products": MAKER}, True),
        ({"name": "某医疗器械贸易有限公司", "sector": ("医疗器械",), "products": MAKER}, True),
        ({"name": "某医疗器械贸易有限公司", "products": ("医用敷料生产", "血糖仪")}, False),
        ({"sector": ("医疗器械",), "products": ("血糖仪销售",)}, True),
        ({"sector": ("医疗器械",), "products": ("血糖仪销售", "血糖仪")}, False),
        ({"name": "某医疗器械有限公司", "products": MAKER}, False),
        ({"products": SELLER}, True),
        ({"products": (*SELLER, *MAKER)}, False),
        ({"business_scope": "药品批发；药品零售；化妆品销售"}, True),
        ({"business_scope": "药品批发；药品零售；化妆品生产"}, False),
        ({"business_scope": "药品批发；药品零售", "products": MAKER}, False),
        ({"sector": ("药店",), "business_scope": "药品生产；药品零售", "products": MAKER}, True),
        ({"name": "某贸易有限公司", "products": MAKER, "facts": {"organisation": "company"}}, False),
        ({"products": MAKER, "facts": {"organisation": ["distributor"]}}, True),
        ({"products": MAKER, "facts": {"organisation": "经销商"}}, True),
        ({}, False),
    ],
)
def test_who_only_sells_is_told_by_sector_products_name_and_scope(engine, profile, trades):
    assert engine.reader.business.only_trades(Profile(**profile)) is trades


@pytest.mark.parametrize(
    "profile",
    [
        {"name": "广州某医疗器械贸易有限公司", "city": "广州", "products": ("体外诊断试剂", "血糖仪")},
        {"city": "深圳", "sector": ("西药批发",), "products": ("PD-1单抗", "疫苗", "胰岛素冷链配送")},
        {"city": "合肥", "sector": ("医药流通",), "products": ("聚乳酸", "氨基酸")},
        {"city": "蚌埠", "products": ("聚乳酸销售", "PHA经销")},
        {"city": "广州", "business_scope": "化妆品批发；化妆品零售；日用品销售；互联网销售"},
        {"name": "惠州某大药房连锁有限公司", "city": "惠州", "products": ("中药饮片", "保健食品")},
        {"city": "佛山", "sector": ("医疗用品及器材批发",), "products": ("药物洗脱支架", "介入导管")},
        {"name": "合肥某种子经营部", "city": "合肥", "products": ("杂交水稻种子",)},
        {"name": "广州某医疗器械贸易有限公司", "city": "广州", "sector": ("医疗器械",), "products": ("血糖仪",)},
        {"city": "深圳", "sector": ("生物医药",), "products": ("疫苗配送", "胰岛素批发")},
    ],
    ids=[
        "name",
        "wholesale",
        "distribution",
        "words",
        "scope",
        "pharmacy",
        "devices",
        "seeds",
        "its goods",
        "all sold",
    ],
)
def test_a_mere_seller_is_told_of_nothing_applicable_that_makers_get(match, profile):
    assert match(profile)["totals"]["applicable"] == 0


def test_a_seller_is_told_that_its_products_are_not_taken_for_its_own(match):
    told = match({"name": "广州某医疗器械贸易有限公司", "products": ("血糖仪",)})["profile"]["caveats"]
    assert [caveat["code"] for caveat in told] == ["products_traded"]


@given(st.lists(st.sampled_from("销售生产批发、，；：（）123医药类第一的和AB。的技术服务货物进出口:;"), max_size=60))
def test_any_text_is_cut_into_items_that_are_items(letters):
    text = "".join(letters)
    items = scope_items(text, lambda name: name in ("医药", "医"))
    assert all(items)
    for item in items:
        deed_of(item)


def test_a_long_run_of_verbs_is_cut_in_no_time():
    text = "生产销售、" * 800 + "x"
    assert len(scope_items(text, lambda _: False)) == 1
    assert is_business_scope("（" * 2000 + "依法须经批准")
