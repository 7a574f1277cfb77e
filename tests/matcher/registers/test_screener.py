"""A screening gives every tenant what a single match gives it: 120 drawn profiles, labelled ones, odd ones."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from matcher.profiles.profile import Fields, MatchRequest, Profile
from matcher.registers.screener import Screener
from matcher.standing import COUNTED
from rules.language.amounts import Interval, parse_days
from rules.language.measures import MET, UNKNOWN
from seeds.faults import load_yaml
from tests.matcher.registers.pairs import matched, screened

DAY = date(2025, 6, 1)
BOTH = frozenset({"in_force", "draft"})
GOLDEN = Path(__file__).parents[2] / "golden" / "cases.yaml"
LISTS = ("sector", "products", "technologies", "stage", "needs", "certifications")


def labelled():
    """The labelled profiles, as far as they are written in the form of a profile's fields."""
    for case in load_yaml(GOLDEN):
        fields = {
            key: value for key, value in case["profile"].items() if key not in ("annual_revenue_cny", "rd_spend_cny")
        }
        for name in LISTS:
            if name in fields:
                fields[name] = (fields[name],) if isinstance(fields[name], str) else tuple(fields[name])
        if "founded_on" in fields:
            fields["founded_on"] = date.fromisoformat(fields["founded_on"])
        yield Profile(**{key: value for key, value in fields.items() if value is not None})


SCOPE = "许可项目：食品添加剂生产；食品销售。一般项目：生物基材料研发；聚乳酸销售；货物进出口"
SALES = "一般项目：第二类医疗器械销售；化妆品批发；普通货物仓储服务。许可项目：药品零售"
BUSINESS = [
    Profile(city="合肥", business_scope=SCOPE),
    Profile(city="合肥", products=(SCOPE,)),
    Profile(city="广州", business_scope=SALES, products=("水光针",)),
    Profile(city="广州", business_scope=SALES),
    Profile(city="广州", business_scope=SALES, products=("医用敷料生产", "聚乳酸")),
    Profile(
        city="广州", sector=("西药批发",), products=("PD-1单抗、胰岛素等冷链药品配送", "疫苗"), business_scope=SCOPE
    ),
    Profile(city="广州", sector=("西药批发", "生物医药"), products=("疫苗",)),
    Profile(city="深圳", name="深圳某医疗器械贸易有限公司", products=("血糖仪", "体外诊断试剂")),
    Profile(city="深圳", name="深圳某医疗器械贸易有限公司", products=("血糖仪",), sector=("医疗器械",)),
    Profile(city="深圳", name="深圳某医疗器械有限公司", products=("血糖仪", "医用耗材配送")),
    Profile(city="蚌埠", products=("聚乳酸销售", "PHA经销")),
    Profile(city="蚌埠", products=("聚乳酸销售", "PHA")),
    Profile(city="合肥", name="合肥某理工大学", sector=("高等学校",)),
    Profile(city="合肥", name="合肥某理工大学", facts={"university_or_institute": False}),
    Profile(city="合肥", name="某省行业协会", sector=("生物制造",)),
    Profile(city="合肥", name="合肥某贸易有限公司", products=("聚乳酸",), facts={"organisation": "company"}),
    Profile(city="合肥", products=("聚乳酸",), facts={"organisation": ["distributor"]}),
    Profile(city="合肥", facts={"organisation": ["university"], "leading_enterprise": False}, sector=("细胞治疗",)),
    Profile(city="佛山", name="佛山市某人民医院", sector=("综合医院",)),
    Profile(city="珠海", name="珠海某股权投资基金合伙企业（有限合伙）", sector=("资本市场服务",)),
    Profile(city="广州", name="广州某医疗美容门诊部", products=("水光针", "玻尿酸注射"), needs=("获客难",)),
    Profile(city="广州", sector=("美容院",), products=("玻尿酸", "SAF"), technologies=("发酵",)),
    Profile(city="合肥", name="合肥某研究院有限公司", uscc="91340100MA2ABCDE5X", sector=("饲料加工",)),
    Profile(city="合肥", sector=("涂料、油墨、颜料及类似产品制造", "农、林、牧、渔业")),
]


@pytest.fixture(scope="module")
def screener(engine):
    return Screener(engine.columns, engine.reader)


@pytest.fixture(scope="module")
def profiles(draw_profile):
    drawn = [draw_profile(seed) for seed in range(120)]
    odd = [
        Profile(),
        Profile(uscc="91440300MA5EXAMPL1", sector=("疫苗",)),
        Profile(city="合肥", uscc="91440300MA5EXAMPL1", target_city="南沙", employees=30, rd_staff=10),
        Profile(city="南山区", uscc="91440300MA5EXAMPL1", sector=("疫苗",)),
        Profile(city="南山区", uscc="91230400MA5EXAMPL1", sector=("疫苗",)),
        Profile(city="南山区", sector=("疫苗",)),
        Profile(city="火星", uscc="91340100MA2ABCDE5X", products=("聚乳酸",)),
        Profile(city="上海总部，合肥工厂", uscc="91340100MA2ABCDE5X", target_city="科技园"),
        Profile(city="中国（广东）自由贸易试验区广州市南沙区横沥镇", foreign_invested=True, sector=("细胞治疗",)),
        Profile(city="深圳", facts={"region": "340100", "stage": ["pilot"]}, products=("聚乳酸、PHA",)),
        Profile(
            city="广州",
            sector=("生物医药",),
            facts={"leading_enterprise": True, "listed": False, "invention_patents": 3},
        ),
        Profile(city="广州", sector=("生物医药",), facts={"employees": 5, "rd_intensity": "3%"}),
        Profile(city="蚌埠", products=("聚乳酸（PBAT已停产）",), stage=("未进入量产",), needs=("缺钱缺人", "没有地")),
        Profile(
            city="化州",
            sector=("养殖",),
            needs=("粪污没地方去", "不需要资金、厂房", "某某村想搞沼气"),
            certifications=("无高企",),
        ),
        Profile(
            city="广州", sector=("非医药",), products=("不再生产柠檬酸、乳酸", "PLA"), needs=("资金充足就是招不到人",)
        ),
        replace(drawn[0], founded_on=date(2016, 2, 29), annual_revenue_cny=4e8, rd_spend_cny=2e7),
        replace(drawn[0], founded_on=parse_days("2015"), annual_revenue_cny=Interval(1e7, 5e7), rd_spend_cny=2e6),
        replace(drawn[1], employees=Interval(50, float("inf")), rd_staff=Interval(0, 9), facts={"ip_count": "5-9"}),
        replace(drawn[2], employees=Interval(100, 499), facts={"rd_intensity": "3%-5%"}),
        Profile(city="合肥", sector=("生物制造",), certifications_asked=("高新技术企业", "独角兽")),
        Profile(city="合肥", sector=("生物制造",), certifications=("小巨人",), certifications_asked=("高企", "小巨人")),
    ]
    return [*drawn, *odd, *BUSINESS, *labelled()]


@pytest.fixture(scope="module")
def chunk(screener, profiles):
    return screener.screen(Fields.of_profiles(profiles), on=DAY, statuses=BOTH, first_row=1)


def all_of(match, profile, **options):
    """Return a single match with every recommendation, page by page."""
    answer = match(profile, on=DAY, detail="full", **options)
    while len(answer["recommendations"]) % 100 == 0 and answer["recommendations"]:
        more = match(profile, on=DAY, offset=len(answer["recommendations"]), **options)["recommendations"]
        if not more:
            break
        answer["recommendations"] += more
    return answer


@pytest.fixture(scope="module")
def answers(match, profiles):
    return [all_of(match, profile, include=frozenset({"general"})) for profile in profiles]


def test_each_tenant_is_shown_what_a_match_shows_in_the_same_order_with_the_same_scores(screener, chunk, answers):
    assert chunk.rows.tolist() == list(range(1, len(answers) + 1))
    for row, answer in enumerate(answers, 1):
        assert screened(screener, chunk, row) == matched(answer), row


def test_unknown_conditions_are_reported_with_the_reasons_of_a_match(chunk, answers):
    for row, answer in enumerate(answers, 1):
        pairs = np.flatnonzero(chunk.pair_row == row)
        reported = [[(fact, why.value) for fact, why in chunk.open.of(pair)] for pair in pairs]
        expected = [
            [(c["fact"], c["why"]) for c in r["conditions"] if c["verdict"] == "unknown"]
            for r in answer["recommendations"]
        ]
        assert reported == expected, row


def test_counts_of_tenants_and_measures_are_the_totals_of_the_matches(chunk, answers):
    totals = [[answer["totals"][name] for name in COUNTED] for answer in answers]
    assert chunk.by_row.tolist() == totals
    assert chunk.by_measure.sum(axis=0).tolist() == np.sum(totals, axis=0).tolist()
    for number, name in enumerate(("applicable", "possible")):
        shown = Counter(r["measure"]["id"] for a in answers for r in a["recommendations"] if r["verdict"] == name)
        withheld = 0 if name == "applicable" else int(chunk.by_measure[:, 3].sum())
        assert chunk.by_measure[:, number].sum() == sum(shown.values()) + withheld


def test_near_misses_are_those_of_the_matches(screener, chunk, answers):
    for row, answer in enumerate(answers, 1):
        if len(answer["near_misses"]) == 10:
            continue  # a match tells ten at most
        here = np.flatnonzero(chunk.near.rows == row)
        found = {(screener.measure_ids[chunk.near.measures[i]], chunk.near.facts[i]) for i in here}
        assert found == {(miss["measure_id"], miss["condition"]["fact"]) for miss in answer["near_misses"]}
    assert chunk.opened_by() == Counter(chunk.near.facts)


def settled_by(screener, profile):
    """Return what a screening of one tenant counts, beside what the questions of its match count."""
    counted = screener.screen(Fields.of_profiles([profile]), on=DAY, statuses=BOTH, first_row=1).settles
    return {fact: number for fact, number in counted.items() if number}


def test_what_settles_most_is_counted_as_the_questions_count_it(screener, profiles, answers):
    for profile, answer in list(zip(profiles, answers, strict=True))[::7]:
        each = [choice for q in answer["questions"] for choice in q.get("choices", [q])]  # one alone of several
        asked = {q["fact"]: q["settles"] for q in each if q["settles"]}
        asked.pop("concepts", None)  # asked for beside the sector, which products tell
        settles = settled_by(screener, profile)
        assert asked.items() <= settles.items()
        if len(answer["questions"]) < 5:
            assert asked == settles
        assert all(number <= min(asked.values(), default=0) for fact, number in settles.items() if fact not in asked)


POLICY = """测试政策
一、重点任务
（一）专项行动。
1. 支持广州、佛山等市企业开拓市场。支持研发人员占比高的企业开展研发。支持成立三年以上企业参展。支持中试企业。
"""


def hand_made_measure(name, quote, **condition):
    return {"id": name, "source": {"clause": "1.1.1", "quote": quote}, "conditions": [{**condition, "cite": quote}]}


MEASURES = [
    hand_made_measure(
        "markets", "支持广州、佛山等市企业开拓市场", fact="region", within=["440100", "440600"], open=True
    ),
    hand_made_measure("research", "支持研发人员占比高的企业开展研发", fact="rd_staff_share", at_least="10%"),
    hand_made_measure("years", "支持成立三年以上企业参展", fact="years_in_business", at_least=3),
    hand_made_measure("pilots", "支持中试企业", fact="stage", any_of=["pilot"]),
]


@pytest.mark.parametrize(
    ("reported", "settles", "short"),
    [
        ({}, {}, set()),
        ({"city": "深圳"}, {"founded_on": 1, "stage": 1}, {"research", "years", "pilots"}),
        ({"city": "广东"}, {"region": 1, "founded_on": 1, "stage": 1}, {"markets", "research", "years", "pilots"}),
        (
            {"city": "深圳", "employees": 9},
            {"rd_staff": 1, "founded_on": 1, "stage": 1},
            {"research", "years", "pilots"},
        ),
        ({"city": "深圳", "stage": ("量产", "某种阶段")}, {"founded_on": 1}, {"research", "years"}),
    ],
    ids=[
        "two facts are open",
        "a list is open",
        "too coarse, inside the list",
        "one part of a share",
        "stated already",
    ],
)
def test_what_no_answer_can_settle_is_neither_counted_nor_one_fact_short(hand_made, reported, settles, short):
    """深圳 may be meant by 等: whoever says it has stated all there is to say."""
    engine = hand_made(POLICY, MEASURES)
    screener, profile = (
        Screener(engine.columns, engine.reader),
        Profile(**({"sector": ("生物制造",)} if reported else {}), **reported),
    )
    chunk = screener.screen(Fields.of_profiles([profile]), on=DAY, statuses=BOTH, first_row=1)
    assert settled_by(screener, profile) == settles
    pairs = zip(chunk.pair_measure[chunk.one_fact_short], chunk.verdict[chunk.one_fact_short], strict=True)
    found = {(screener.measure_ids[place], int(verdict)) for place, verdict in pairs}
    assert found == {(name, UNKNOWN) for name in short}
    questions = engine.match(MatchRequest(profile=profile, on=DAY, statuses=BOTH)).questions
    asked = {question.fact: question.settles for question in questions if question.settles}
    assert {fact: number for fact, number in asked.items() if fact != "concepts"} == settles


@pytest.mark.parametrize(
    ("declared", "staff", "verdict"), [(0.2, 5, MET), (0.05, 50, None)], ids=["more than worked out", "less"]
)
def test_a_declared_number_decides_and_goes_before_what_others_give(hand_made, declared, staff, verdict):
    engine = hand_made(POLICY, MEASURES)
    screener = Screener(engine.columns, engine.reader)
    company = Profile(
        city="深圳", sector=("生物制造",), employees=100, rd_staff=staff, facts={"rd_staff_share": declared}
    )
    chunk = screener.screen(Fields.of_profiles([Profile(), company]), on=DAY, statuses=BOTH, first_row=1)
    shown = zip(chunk.pair_row.tolist(), chunk.pair_measure.tolist(), chunk.verdict.tolist(), strict=True)
    verdicts = {screener.measure_ids[place]: found for row, place, found in shown if row == 2}
    assert verdicts.get("research") == verdict


@pytest.mark.parametrize(("limit", "cells"), [("MOST_HITS", 10), ("MOST_PAIRS", 1)])
def test_chunks_of_any_size_give_the_same(screener, profiles, chunk, monkeypatch, limit, cells):
    monkeypatch.setattr(f"matcher.registers.screener.{limit}", cells * len(screener.measure_ids) * 7)
    small = screener.screen(Fields.of_profiles(profiles), on=DAY, statuses=BOTH, first_row=1)
    for column in (
        "rows",
        "pair_row",
        "pair_measure",
        "verdict",
        "relevance",
        "score",
        "one_fact_short",
        "by_measure",
        "by_row",
        "withheld",
    ):
        assert np.array_equal(getattr(small, column), getattr(chunk, column)), column
    assert small.settles == chunk.settles
    assert small.near.facts == chunk.near.facts
    looked_at = [*range(200), *range(len(chunk.pair_row) - 200, len(chunk.pair_row))]
    assert [small.open.of(pair) for pair in looked_at] == [chunk.open.of(pair) for pair in looked_at]


def test_a_tenant_whose_declared_facts_are_wrong_is_refused_and_the_others_go_on(screener):
    wrong = Profile(city="深圳", facts={"employees": "many", "listed": "perhaps"})
    also = Profile(city="深圳", facts={"listed": "perhaps", "no-such-fact": 1})
    chunk = screener.screen(
        Fields.of_profiles([Profile(), wrong, also, Profile(city="深圳")]), on=DAY, statuses=BOTH, first_row=11
    )
    assert chunk.rows.tolist() == [11, 14]
    assert [(row, len(error.faults)) for row, error in chunk.refused] == [(12, 2), (13, 2)]


def test_documents_of_other_statuses_are_left_out(screener, match):
    profile = Profile(city="合肥", sector=("生物制造",))
    chunk = screener.screen(Fields.of_profiles([profile]), on=DAY, statuses=frozenset({"in_force"}), first_row=5)
    answer = all_of(match, profile, statuses=frozenset({"in_force"}))
    assert [screener.measure_ids[m] for m in chunk.pair_measure] == [
        r["measure"]["id"] for r in answer["recommendations"]
    ]
    assert chunk.by_row.tolist() == [[answer["totals"][name] for name in COUNTED]]


def test_no_tenants_at_all_give_an_empty_chunk(screener):
    chunk = screener.screen(Fields.of_profiles([]), on=DAY, statuses=BOTH, first_row=1)
    assert len(chunk.rows) == len(chunk.pair_row) == 0
    assert chunk.by_measure.shape == (len(screener.measure_ids), 4)


@pytest.mark.parametrize(
    ("reported", "name", "gap"),
    [
        ({"employees": 80}, "people", 20),
        ({"employees": 150, "rd_staff": 11}, "research", 0.026667),
    ],
)
def test_what_is_one_number_short_is_reported_with_the_gap_that_a_match_tells(hand_made, reported, name, gap):
    people = hand_made_measure("people", "支持中试企业", fact="employees", at_least=100)
    engine = hand_made(POLICY, [people, MEASURES[1]])
    screener = Screener(engine.columns, engine.reader)
    profile = Profile(city="深圳", sector=("生物制造",), **reported)
    near = screener.screen(Fields.of_profiles([profile, profile]), on=DAY, statuses=BOTH, first_row=1).near
    assert [screener.measure_ids[place] for place in near.measures] == [name, name]
    assert near.gaps.tolist() == [gap, gap]
    assert near.rows.tolist() == [1, 2]
    (miss,) = engine.match(MatchRequest(profile=profile, on=DAY, statuses=BOTH)).near_misses
    assert (miss.measure_id, miss.condition.gap) == (name, gap)


def test_what_is_one_certificate_short_has_no_gap(hand_made):
    certified = hand_made_measure("certified", "支持中试企业", fact="certifications", any_of=["high-tech-enterprise"])
    engine = hand_made(POLICY, [certified])
    screener = Screener(engine.columns, engine.reader)
    profile = Profile(city="深圳", sector=("生物制造",), certifications=("专精特新中小企业",))
    near = screener.screen(Fields.of_profiles([profile]), on=DAY, statuses=BOTH, first_row=1).near
    assert near.facts == ("certifications",)
    assert np.isnan(near.gaps).all()
