"""Labels drafted from conditions, in Chinese and in English."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.amounts import LARGEST_YUAN, parse_money, parse_share
from rules.language.labels import Labeller
from rules.language.measures import (
    Combination,
    Group,
    Leaf,
)
from rules.language.measures import Test as Asked
from seeds.documents import Quote

YES, NO = True, False
CITE = Quote(document="d", clause="1", quote="企业", start=0, end=2)


@pytest.fixture(scope="module")
def draft(lexicon, policies):
    """Return a condition's label in Chinese and in English."""
    facts = {**lexicon.facts, **policies.facts}
    drafters = [Labeller(facts, lexicon.vocabularies, language) for language in ("zh", "en")]
    return lambda condition: tuple(labeller.label(condition) for labeller in drafters)


@pytest.fixture(scope="module")
def value(lexicon):
    drafters = [Labeller(lexicon.facts, lexicon.vocabularies, language) for language in ("zh", "en")]
    return lambda fact, one: tuple(labeller.value(fact, one) for labeller in drafters)


def leaf(fact: str, operator: str, *expected, scope=(), **words) -> Leaf:
    return Leaf(test=Asked(fact=fact, operator=operator, expected=expected, scope=scope), cite=CITE, **words)


def group(combination: Combination, *parts) -> Group:
    return Group(combination=combination, parts=parts)


LISTED = leaf("listed", "is", YES)
REVENUE = leaf("annual_revenue_cny", "at_least", 5e6)
STAFF = leaf("employees", "at_most", 300.0)


@pytest.mark.parametrize(
    ("condition", "zh", "en"),
    [
        (leaf("region", "within", "440000"), "注册地在广东省", "registered place is within Guangdong"),
        (leaf("region", "within", "440100", "440600"), "注册地在广州市、佛山市", "registered place is within Guangzhou or Foshan"),
        (
            leaf("region", "within", "440100", "440600", scope=("440000",)),
            "注册地在广州市、佛山市等（“等”字未列尽）",
            "registered place is within Guangzhou, Foshan or others not named",
        ),
        (leaf("region", "none_of", "440100"), "注册地不在广州市", "registered place includes none of Guangzhou"),
        (leaf("target_region", "within", "340000"), "注册地或拟落户地在安徽省", "registered or intended place is within Anhui"),
        (leaf("sector", "within", "vaccines"), "行业属于疫苗", "sector is within vaccines"),
        (leaf("sector", "within", "vaccines", "mining"), "行业属于疫苗、采矿之一", "sector is within vaccines or mining"),
        (leaf("enterprise_stage", "any_of", "growth"), "企业发展阶段为成长期", "stage of the enterprise is growth"),
        (leaf("sector", "none_of", "mining"), "行业不包括采矿", "sector includes none of mining"),
        (leaf("stage", "any_of", "pilot", "demonstration"), "项目阶段为中试、示范之一", "project stage is pilot or demonstration"),
        (leaf("certifications", "all_of", "gmp", "glp"), "资质认定包括药品GMP、GLP认证", "certifications includes GMP and GLP"),
        (REVENUE, "年营业收入不低于500万元", "annual revenue is at least CNY 5,000,000"),
        (leaf("annual_revenue_cny", "more_than", 1.5e8), "年营业收入高于1.5亿元", "annual revenue is more than CNY 150,000,000"),
        (leaf("annual_revenue_cny", "less_than", 300.0), "年营业收入低于300元", "annual revenue is less than CNY 300"),
        (STAFF, "从业人数不高于300人", "employees is at most 300 people"),
        (leaf("rd_intensity", "at_least", 0.05), "研发费用占营业收入比例不低于5%", "R&D spend as a share of revenue is at least 5%"),
        (leaf("rd_intensity", "at_least", 0.285), "研发费用占营业收入比例不低于28.5%", "R&D spend as a share of revenue is at least 28.5%"),
        (leaf("founded_on", "on_or_after", date(2016, 1, 1)), "成立日期在2016-01-01或之后", "date of founding is on or after 2016-01-01"),
        (leaf("founded_on", "on_or_before", date(2016, 1, 1)), "成立日期在2016-01-01或之前", "date of founding is on or before 2016-01-01"),
        (LISTED, "是上市公司", "listed company: yes"),
        (leaf("foreign_invested", "is", NO), "不是外商投资企业", "foreign-invested enterprise: no"),
        (leaf("credit_ok", "is", YES), "信用状况良好", "credit record in order: yes"),
        (leaf("credit_ok", "is", NO), "并非信用状况良好", "credit record in order: no"),
        (leaf("leading_enterprise", "manual", YES), "属于龙头企业", "is a leading enterprise"),
        (leaf("m.eligible", "manual", YES, text="符合条件", text_en="is eligible"), "符合条件", "is eligible"),
        (leaf("m.eligible", "manual", YES, text="符合条件"), "符合条件", "符合条件"),
        (group(Combination.NOT, LISTED), "不满足“是上市公司”", "not (listed company: yes)"),
        (
            group(Combination.ANY, REVENUE, STAFF),
            "年营业收入不低于500万元，或从业人数不高于300人",
            "annual revenue is at least CNY 5,000,000 or employees is at most 300 people",
        ),
        (
            group(Combination.ANY, LISTED, group(Combination.ALL, REVENUE, STAFF)),
            "是上市公司，或（年营业收入不低于500万元，且从业人数不高于300人）",
            "listed company: yes or (annual revenue is at least CNY 5,000,000 and employees is at most 300 people)",
        ),
        (group(Combination.ALL, LISTED, group(Combination.ANY, STAFF)), "是上市公司，且从业人数不高于300人", "listed company: yes and employees is at most 300 people"),
    ],
)  # fmt: skip
def test_a_condition_reads_in_both_languages(draft, condition, zh, en):
    assert draft(condition) == (zh, en)


@pytest.mark.parametrize(
    ("fact", "one", "zh", "en"),
    [
        ("region", "440305", "南山区", "Nanshan"),
        ("annual_revenue_cny", 123456789.0, "1.23456789亿元", "CNY 123,456,789"),
        ("annual_revenue_cny", 1e15, "10000000亿元", "CNY 1,000,000,000,000,000"),
        ("annual_revenue_cny", 0.0, "0元", "CNY 0"),
        ("employees", 1234567.0, "1234567人", "1234567 people"),
        ("years_in_business", 3.0, "3年", "3 years"),
        ("rd_staff_share", 0.1, "10%", "10%"),
        ("founded_on", date(2015, 3, 1), "2015-03-01", "2015-03-01"),
        ("listed", True, "是", "yes"),
        ("listed", False, "否", "no"),
        ("m.eligible", True, "是", "yes"),
    ],
)
def test_a_value_reads_in_both_languages(value, fact, one, zh, en):
    assert value(fact, one) == (zh, en)


@given(st.integers(0, int(LARGEST_YUAN)))
def test_money_as_drafted_reads_back_as_the_same_amount(value, yuan):
    zh, _ = value("annual_revenue_cny", float(yuan))
    assert parse_money(zh) == pytest.approx(yuan, rel=1e-11)


@given(st.integers(0, 10000))
def test_a_share_as_drafted_reads_back_as_the_same_share(value, points):
    zh, _ = value("rd_intensity", points / 10000)
    assert parse_share(zh) == points / 10000


def test_every_condition_of_every_measure_has_a_label_in_both_languages(draft, every_measure):
    for measure in every_measure.measures.values():
        for condition in measure.conditions:
            zh, en = draft(condition)
            assert zh
            assert en
            assert "{" not in zh + en
