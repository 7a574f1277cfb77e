"""Who a profile speaks of, by its name, its sector and what it declares, and what follows from that."""

from datetime import date
from pathlib import Path

import pytest

from matcher.profiles.profile import MatchRequest, Profile
from seeds.faults import load_yaml

DAY = date(2026, 11, 22)
LABELLED = load_yaml(Path(__file__).with_name("scopes.yaml"))["names"]
NAMES = [
    *((case["name"], case["is"]) for case in LABELLED),
    ("安徽某农业大学", "university"),
    ("某大学生命科学系", "university"),
    ("廣州某醫科大學", "university"),
    ("某大学附属口腔医院", "hospital"),
    ("某大学附属中学", "school"),
    ("某大学深圳研究院", "research_institute"),
    ("某大学生物科技有限公司", "company"),
    ("深圳某研究院有限公司", "company"),
    ("某省疾病预防控制中心", "hospital"),
    ("某区社区卫生服务中心", "clinic"),
    ("上海某妇科医院有限公司", "hospital"),
    ("某动物医院", "company"),
    ("某市中医药学会", "association"),
    ("某产业技术创新战略联盟", "association"),
    ("某县果蔬专业合作社联合社", "cooperative"),
    ("某镇家庭农场", "farm"),
    ("某种猪场", "farm"),
    ("某牧业有限公司", "company"),
    ("某创业投资有限公司", "fund"),
    ("某产业引导基金", "fund"),
    ("某科技企业孵化器有限公司", "park_operator"),
    ("某生物医药产业园运营管理有限公司", "park_operator"),
    ("某高新技术创业服务中心", "park_operator"),
    ("某银行股份有限公司广州分行", "financial_institution"),
    ("某融资担保有限公司", "financial_institution"),
    ("某财务咨询有限公司", "company"),
    ("某医药销售有限公司", "distributor"),
    ("某进出口有限公司", "distributor"),
    ("某商贸（深圳）有限公司", "distributor"),
    ("某农资经营部", "distributor"),
    ("某药店", "distributor"),
    ("某汽车销售服务有限公司", "distributor"),
    ("某经济技术开发区管理委员会", "government"),
    ("某县农业农村局", "government"),
    ("某生物（个体工商户）", ""),
    ("某某", ""),
    ("", ""),
]


@pytest.fixture
def read(engine):
    return lambda **profile: engine.reader.read(MatchRequest(profile=Profile(**profile), on=DAY))


def kinds_of(reading):
    return {fact.value for fact in reading.facts if fact.fact == "organisation"}


@pytest.mark.parametrize(("name", "kind"), NAMES, ids=[name or "none" for name, _ in NAMES])
def test_a_name_tells_who_bears_it_by_its_ending(read, name, kind):
    assert kinds_of(read(name=name)) == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("sector", "kind"),
    [
        ("高等学校", "university"), ("普通高等教育", "university"), ("高校", "university"), ("综合医院", "hospital"),
        ("8411", "hospital"), ("中医诊所", "clinic"), ("医疗美容机构", "clinic"), ("孵化器", "park_operator"),
        ("园区管理服务", "park_operator"), ("行业协会", "association"), ("科研院所", "research_institute"),
        ("农民专业合作社", "cooperative"), ("家庭农场", "farm"), ("风险投资", "fund"), ("银行", "financial_institution"),
        ("口腔医院", "hospital"), ("眼科医院", "hospital"), ("儿童医院", "hospital"), ("肿瘤医院", "hospital"),
        ("社区口腔门诊部", "clinic"), ("医药行业商会", "association"), ("产业引导基金", "fund"), ("生物医药孵化基地", "park_operator"),
    ],
)  # fmt: skip
def test_a_stated_sector_tells_it_too(read, sector, kind):
    reading = read(sector=(sector,))
    assert kind in kinds_of(reading) or kind == "research_institute"
    assert reading.unrecognised == ()


def test_all_that_is_read_is_inferred_and_a_declared_kind_takes_its_place(read):
    assert read(name="某大学").answers["organisation"].inferred == ("university",)
    declared = read(name="某大学", facts={"organisation": ["company"]}).answers["organisation"]
    assert (declared.sure, declared.inferred) == (("company",), ())


@pytest.mark.parametrize(
    ("profile", "attested"),
    [
        ({"name": "某大学"}, {"university_or_institute": (True, ())}),
        ({"name": "某研究所"}, {"university_or_institute": (True, ())}),
        ({"sector": ("综合医院",)}, {"hospital": (True, ())}),
        ({"name": "某门诊部"}, {"hospital": (True, ())}),
        ({"name": "某村镇银行有限公司"}, {"financial_institution": (True, ())}),
        ({"name": "某贸易有限公司"}, {}),
        ({"name": "某大学", "facts": {"university_or_institute": False}}, {"university_or_institute": (None, (False,))}),
        (
            {"facts": {"organisation": "医院"}},
            {"hospital": (None, (True,)), "university_or_institute": (None, (False,)), "financial_institution": (None, (False,))},
        ),
    ],
)  # fmt: skip
def test_a_kind_answers_what_only_a_person_can_attest(read, profile, attested):
    answers = read(**profile).answers
    found = {
        fact: (answer.inferred[0] if answer.inferred else None, answer.sure)
        for fact in ("university_or_institute", "hospital", "financial_institution")
        if (answer := answers.get(fact)) and (True in answer.inferred or answer.sure)
    }
    assert found == attested


@pytest.mark.parametrize(
    ("profile", "asked"),
    [
        ({"name": "某生物科技有限公司"}, False), ({"name": "某贸易公司"}, False), ({"name": "某养殖专业合作社"}, False),
        ({"name": "某行业协会"}, False), ({"name": "某创业投资合伙企业（有限合伙）"}, False), ({"sector": ("饲料加工",)}, False),
        ({"sector": ("医疗仪器设备及器械制造",)}, False), ({"uscc": "91340100MA2ABCDE5X"}, False), ({"sector": ("农副产品零售",)}, False),
        ({"name": "某研究院有限公司"}, True), ({"name": "某大学科技园有限公司"}, True), ({"sector": ("生物医药",)}, True),
        ({"uscc": "12340000MB0123456Q"}, True), ({}, True),
    ],
)  # fmt: skip
def test_who_is_told_to_be_something_else_is_not_asked_whether_it_is_a_university(read, profile, asked):
    answer = read(**profile).answers.get("university_or_institute")
    assert (answer is None) is asked
    assert answer is None or (answer.sure, answer.inferred) == ((), (False,))


@pytest.mark.parametrize(
    ("profile", "sectors"),
    [
        ({"sector": ("医疗美容",), "products": ("水光针", "胶原蛋白填充")}, {"aesthetic-clinics"}),
        ({"name": "某口腔门诊部", "products": ("种植体", "隐形矫治器")}, {"clinics"}),
        ({"sector": ("口腔诊所",), "products": ("种植体",)}, {"clinics"}),
        ({"sector": ("美容院",), "products": ("玻尿酸", "面膜")}, {"personal-services"}),
        ({"sector": ("养生保健",), "products": ("益生菌", "艾条")}, {"personal-services"}),
        ({"sector": ("养老院",), "products": ("特医食品",)}, {"elderly-care"}),
        ({"sector": ("酒店",), "products": ("可降解牙刷", "聚乳酸")}, {"tourism"}),
        ({"name": "某中医馆", "products": ("中药饮片",)}, {"clinics"}),
    ],
)
def test_who_only_uses_products_is_in_no_sector_of_theirs(read, profile, sectors):
    answer = read(**profile).answers["sector"]
    assert {*answer.sure, *answer.inferred, *answer.doubtful} == sectors


def test_who_is_in_a_trade_that_makes_things_too_is_in_the_sector_of_its_products(read):
    answer = read(sector=("医疗美容", "化妆品制造"), products=("水光针",)).answers["sector"]
    assert "aesthetic-products" in answer.inferred


POLICY = """测试政策
一、重点任务
（一）专项行动。
1. 支持高校、科研院所建设数据库。鼓励医疗机构开展临床研究。支持合作社和家庭农场使用有机肥。
"""
MEASURES = [
    {"id": "data", "source": {"clause": "1.1.1", "quote": "支持高校、科研院所建设数据库"},
     "conditions": [{"manual": "university_or_institute", "cite": "高校、科研院所"}]},
    {"id": "trials", "source": {"clause": "1.1.1", "quote": "鼓励医疗机构开展临床研究"},
     "conditions": [{"fact": "organisation", "within": ["medical_institution"], "cite": "医疗机构"}]},
    {"id": "farms", "source": {"clause": "1.1.1", "quote": "支持合作社和家庭农场使用有机肥"},
     "conditions": [{"fact": "organisation", "within": ["cooperative", "farm"], "cite": "合作社和家庭农场"}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "met"),
    [
        ({"name": "某大学"}, {"data"}),
        ({"name": "某研究院"}, {"data"}),
        ({"name": "某人民医院"}, {"trials"}),
        ({"sector": ("专科医院", "生物制造")}, {"trials"}),
        ({"name": "某诊所"}, {"trials"}),
        ({"name": "某专业合作社"}, {"farms"}),
        ({"name": "某养殖场"}, {"farms"}),
        ({"facts": {"organisation": "university"}}, {"data"}),
        ({"name": "某大学科技园有限公司"}, set()),
        ({}, set()),
    ],
)
def test_conditions_on_the_addressee_are_met_by_who_it_is_and_never_unmet_by_what_is_inferred(
    hand_made, match_with, profile, met
):
    engine = hand_made(POLICY, MEASURES)
    answer = match_with(
        engine, {**profile, "city": "深圳", "sector": profile.get("sector", ("生物制造",))}, include={"not_applicable"}
    )
    verdicts = {one["measure"]["id"]: one["verdict"] for one in answer["recommendations"]}
    assert {name for name, verdict in verdicts.items() if verdict == "applicable"} >= met
    conditions = [c for one in answer["recommendations"] for c in one["conditions"] if c["fact"] != "sector"]
    declared = "facts" in profile
    assert declared or not [c for c in conditions if c["fact"] == "organisation" and c["verdict"] == "unmet"]
