"""Whether measures of the invented policies can be had together, and when they take applications, as a careful reader says."""

from datetime import date

import pytest

from rules.language.stacking import Level, Sort, Stacking, StackingRule, Together, pair
from rules.language.windows import WindowState, window_on
from seeds.documents import Quote

YES, NO, UNKNOWN = Together
OPEN, NEXT, CLOSED, NOT_STATED = WindowState


@pytest.fixture(scope="module")
def rules(policies):
    return {name: grant.stacking for name, grant in policies.grants.items()}


@pytest.fixture(scope="module")
def regions(lexicon):
    return lexicon.vocabularies["regions"]


@pytest.fixture(scope="module")
def sorts(policies, regions):
    paid = {name: grant.beneficiary.kind for name, grant in policies.grants.items() if grant.beneficiary}
    places = {name: policies.documents[measure.document].region for name, measure in policies.measures.items()}
    return {
        name: Sort(
            region=places[name],
            level=regions[places[name]].kind,
            lies_in=regions.taxonomy.ancestors(places[name]),
            instruments=frozenset(measure.instruments),
            beneficiary=paid.get(name, "enterprise"),
        )
        for name, measure in policies.measures.items()
    }


WITHIN = [
    ("yl-revenue", "yl-titles", YES),  # 各项奖补可以叠加享受
    ("yl-upgrade", "yl-revenue", YES),
    ("yl-above-scale", "yl-smart", YES),
    ("yl-upgrade", "yl-smart", NO),  # 同一项目不得重复享受 goes before what is said of all
    ("sy-rd", "sy-increment", YES),  # 第三条和第四条可以同时享受
    ("sy-rd", "sy-group", UNKNOWN),  # nothing is said
    ("sy-increment", "sy-group", UNKNOWN),
    ("lb-hiring", "lb-training", NO),  # 同一申报人多项同类补贴，就高
    ("lb-hiring", "lb-settling", UNKNOWN),  # one pays the company, the other a person
    ("lb-hiring", "lb-recruiters", UNKNOWN),
    ("th-interest", "th-bank-losses", NO),  # 同一笔贷款不得同时享受
    ("th-interest", "th-premium", UNKNOWN),
    ("nq-contribution", "nq-rent", UNKNOWN),
    ("jq-energy", "jq-intensity", UNKNOWN),
    ("hy-exports", "hy-insurance", UNKNOWN),
    ("jz-patents", "jz-standards", YES),  # 针对不同成果的，可以叠加
    ("jz-awards", "jz-pledge", YES),
    ("qp-rent", "qp-platforms", YES),  # 第二条和第三条可以同时享受
    ("qp-platforms", "qp-project", NO),  # 第三条和第六条不同时享受
    ("qp-rent", "qp-project", UNKNOWN),
    ("ch-rd-subsidy", "ch-growth-award", NO),  # 第一条第二项和第三项不重复享受
    ("ch-rd-subsidy", "ch-revenue-award", UNKNOWN),
    ("bx-buyers", "bx-materials", NO),  # 享受第一项的产品不再享受本项
    ("bx-buyers", "bx-national", UNKNOWN),
    ("yl-upgrade", "hy-exports", UNKNOWN),  # two cities: what each says of its own says nothing of the other's
    ("ch-doctors", "jq-roofs", UNKNOWN),
    ("qp-rent", "lb-training", UNKNOWN),
]


@pytest.mark.parametrize(("first", "second", "together"), WITHIN)
def test_a_pair_is_answered_as_a_careful_reader_does(first, second, together, rules, sorts, policies):
    same = policies.measures[first].document == policies.measures[second].document
    for one, other in ((first, second), (second, first)):
        found = pair(rules, one, other, same_document=same, sorts=sorts)
        assert found.together is together
        assert found.rules or together is UNKNOWN


BESIDE_OTHERS = [
    ("ch-equipment", "440114", "subsidy", NO),  # 区其他同类政策，不重复
    ("ch-equipment", "440114", "talent", UNKNOWN),
    ("ch-equipment", "440100", "subsidy", YES),  # 市级以上，可以叠加
    ("ch-equipment", "440000", "subsidy", YES),
    ("ch-equipment", "440300", "subsidy", UNKNOWN),
    ("yl-upgrade", "320500", "subsidy", NO),  # 市级其他政策，不重复
    ("yl-upgrade", "320000", "subsidy", YES),  # 国家、省级，可以叠加
    ("yl-upgrade", "CN", "talent", YES),
    ("yl-upgrade", "320505", "subsidy", UNKNOWN),  # of its districts nothing is said
    ("yl-upgrade", "440000", "subsidy", UNKNOWN),  # another province
    ("yl-upgrade", "320100", "subsidy", UNKNOWN),  # another city of the province
    ("sy-rd", "330200", "rd_funding", YES),  # 市级以上同类，补差额
    ("sy-rd", "330000", "rd_funding", YES),
    ("sy-rd", "330200", "talent", UNKNOWN),  # no 同类
    ("sy-rd", "330206", "rd_funding", UNKNOWN),
    ("th-interest", "430000", "finance", YES),
    ("th-interest", "430100", "finance", NO),  # 市级其他贴息不得重复申请
    ("th-interest", "430100", "talent", UNKNOWN),
    ("th-premium", "430000", "finance", UNKNOWN),  # only 第三条 is spoken of
    ("nq-settling", "510100", "investment", NO),
    ("nq-settling", "510100", "green_carbon", UNKNOWN),
    ("nq-settling", "510000", "investment", UNKNOWN),
    ("jq-energy", "CN", "green_carbon", NO),  # 获得中央资金的，不再支持
    ("jq-energy", "370000", "green_carbon", YES),
    ("jq-energy", "370104", "green_carbon", UNKNOWN),
    ("hy-exports", "350200", "international", NO),
    ("hy-exports", "350203", "international", YES),  # 与各区政策可以叠加
    ("jz-patents", "330200", "ip", YES),  # 减去上级奖励后发放
    ("jz-patents", "330281", "ip", UNKNOWN),
    ("qp-rent", "zone:songshan-lake", "park", NO),  # 园区其他租金优惠
    ("qp-rent", "441900", "park", UNKNOWN),
]


@pytest.mark.parametrize("case", BESIDE_OTHERS, ids="-".join)
def test_other_policies_are_told_apart_by_level_place_and_kind(case, rules, sorts, regions):
    measure, region, instrument, together = case
    other = Sort(
        region=region,
        level=regions[region].kind,
        lies_in=regions.taxonomy.ancestors(region),
        instruments=frozenset({instrument}),
        beneficiary="enterprise",
    )
    found = pair(rules, measure, "other", same_document=False, sorts={**sorts, "other": other})
    assert found.together is together


def test_of_a_policy_whose_sort_is_not_known_nothing_is_said(rules, sorts):
    for measure in ("yl-upgrade", "sy-rd", "th-interest", "nq-settling", "jq-energy", "hy-exports", "qp-rent"):
        assert pair(rules, measure, "other", same_document=False, sorts=sorts).together is UNKNOWN
        assert pair(rules, measure, "other", same_document=False).together is UNKNOWN


def test_two_policies_that_contradict_each_other_leave_it_open(rules, sorts, regions):
    cite = Quote(document="d", clause="1", quote="不得重复享受", start=0, end=6)
    exclusive = Stacking(rule=StackingRule.EXCLUSIVE, cite=cite, reach="other_policies", levels=(Level.CITY,))
    other = Sort(region="370000", level="province", lies_in=regions.taxonomy.ancestors("370000"))
    found = pair(
        {**rules, "other": (exclusive,)}, "jq-energy", "other", same_document=False, sorts={**sorts, "other": other}
    )
    assert found.together is UNKNOWN
    assert len(found.rules) == 2


def days(*numbers):
    return tuple(None if number is None else date.fromisoformat(number) for number in numbers)


WINDOWS = [
    ("yl-revenue", "2026-04-30", NEXT, "2026-05-01", "2026-05-31"),  # 每年5月和10月
    ("yl-revenue", "2026-05-01", OPEN, "2026-05-01", "2026-05-31"),
    ("yl-revenue", "2026-05-31", OPEN, "2026-05-01", "2026-05-31"),
    ("yl-revenue", "2026-06-01", NEXT, "2026-10-01", "2026-10-31"),
    ("yl-revenue", "2026-10-31", OPEN, "2026-10-01", "2026-10-31"),
    ("yl-revenue", "2026-11-01", NEXT, "2027-05-01", "2027-05-31"),
    ("sy-rd", "2026-07-15", NEXT, "2026-08-03", "2026-08-31"),  # 2026年度调整为8月
    ("sy-rd", "2026-08-03", OPEN, "2026-08-03", "2026-08-31"),
    ("sy-rd", "2026-08-31", OPEN, "2026-08-03", "2026-08-31"),
    ("sy-rd", "2026-09-01", NEXT, "2027-07-01", "2027-07-31"),
    ("sy-rd", "2027-07-31", OPEN, "2027-07-01", "2027-07-31"),
    ("lb-hiring", "2026-02-28", NEXT, "2026-03-01", "2026-03-31"),
    ("lb-hiring", "2026-03-31", OPEN, "2026-03-01", "2026-03-31"),
    ("lb-hiring", "2026-04-01", NEXT, "2026-09-01", "2026-10-15"),
    ("lb-hiring", "2026-10-15", OPEN, "2026-09-01", "2026-10-15"),
    ("lb-hiring", "2026-10-16", CLOSED, "2026-09-01", "2026-10-15"),
    ("lb-recruiters", "2025-11-30", OPEN, None, "2025-11-30"),
    ("lb-recruiters", "2025-12-01", CLOSED, None, "2025-11-30"),
    ("lb-training", "2026-03-15", NOT_STATED, None, None),
    ("th-interest", "2026-08-08", OPEN, None, None),  # 常年受理
    ("th-guarantors", "2026-01-15", OPEN, "2025-12-15", "2026-01-15"),  # over the turn of the year
    ("th-guarantors", "2026-01-16", NEXT, "2026-12-15", "2027-01-15"),
    ("th-guarantors", "2026-12-31", OPEN, "2026-12-15", "2027-01-15"),
    ("hy-exports", "2026-02-28", OPEN, "2025-12-01", "2026-02-28"),  # 次年2月底
    ("hy-exports", "2026-03-01", NEXT, "2026-12-01", "2027-02-28"),
    ("hy-exports", "2028-02-29", OPEN, "2027-12-01", "2028-02-29"),
    ("hy-fairs-abroad", "2026-09-30", OPEN, "2026-09-01", "2026-09-30"),
    ("hy-fairs-abroad", "2026-10-01", NEXT, "2027-03-01", "2027-03-31"),
    ("jq-energy", "2026-03-01", NEXT, "2026-03-02", "2026-05-31"),  # 自印发之日起
    ("jq-energy", "2026-05-31", OPEN, "2026-03-02", "2026-05-31"),
    ("jq-energy", "2026-06-01", CLOSED, "2026-03-02", "2026-05-31"),
    ("jz-awards", "2027-01-01", OPEN, None, None),  # 随时申报
    ("jz-patents", "2027-01-01", NOT_STATED, None, None),
    ("bx-materials", "2026-08-31", NEXT, "2026-09-01", "2026-09-10"),  # 9月上旬
    ("bx-materials", "2026-09-10", OPEN, "2026-09-01", "2026-09-10"),
    ("bx-materials", "2026-09-11", CLOSED, "2026-09-01", "2026-09-10"),
    ("qp-rent", "2026-10-31", NEXT, "2026-11-01", "2026-11-30"),  # the year stands before 申报时间
    ("qp-rent", "2026-11-30", OPEN, "2026-11-01", "2026-11-30"),
    ("qp-rent", "2026-12-01", CLOSED, "2026-11-01", "2026-11-30"),
]


@pytest.mark.parametrize(("measure", "on", "state", "opens", "closes"), WINDOWS)
def test_windows_stand_as_worked_out_by_hand(measure, on, state, opens, closes, policies):
    standing = window_on(policies.grants[measure].periods, date.fromisoformat(on))
    assert (standing.state, standing.opens, standing.closes) == (state, *days(opens, closes))
