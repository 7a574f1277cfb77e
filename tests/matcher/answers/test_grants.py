"""What a measure of format 2 comes to for a company: its tier, the amount it could be, the window, the neighbours."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from matcher.answers.catalogue_json import describe_measure_fully
from matcher.answers.engine import Engine
from matcher.answers.grants import GrantWords
from matcher.answers.shapes import MatchAnswer, MeasureFull
from matcher.profiles.profile import MatchRequest, Profile
from rules.catalogue.content import assemble
from rules.language.labels import Labeller
from rules.language.measures import Verdict
from seeds.faults import load_yaml
from seeds.library import load_documents

POLICIES = Path(__file__).parents[2] / "rules" / "policies"
DOCUMENT = "chenghu-industry-2026"
IN_SEASON = date(2026, 5, 2)


@pytest.fixture(scope="module")
def chenghu(content) -> Engine:
    documents = {one.id: one for one in load_documents(POLICIES / "documents") if one.id == DOCUMENT}
    packs = {DOCUMENT: load_yaml(POLICIES / "packs" / f"{DOCUMENT}.yaml")}
    return Engine(assemble(replace(content, documents=documents, packs=packs)))


@pytest.fixture(scope="module")
def ask(chenghu):
    """Return the grants of an answer by measure."""

    def run(*, on: date = IN_SEASON, language: str = "zh", **fields):
        profile = Profile(city="440114", sector=("生物医药",), **fields)
        answer = chenghu.match(MatchRequest(profile=profile, on=on, language=language, limit=50))
        assert msgspec.json.decode(msgspec.json.encode(answer), type=MatchAnswer) == answer
        return {one.measure.id: one.grant for one in answer.recommendations}

    return run


def test_the_tier_that_holds_is_told_with_the_gap_to_the_next(ask):
    told = {"ch-revenue-award.received": 0}
    award = ask(annual_revenue_cny=6e8, facts=told)["ch-revenue-award"].benefits[0]
    assert (award.tier, award.next_tier, award.low_cny, award.high_cny) == (1, 2, 8e5, 8e5)
    assert [tier.verdict.value for tier in award.tiers] == ["met", "met", "unmet"]
    assert award.tiers[2].conditions[0].gap == 4e8


def test_an_unknown_fact_leaves_the_amount_open_and_is_named(ask):
    award = ask()["ch-revenue-award"].benefits[0]
    assert (award.low_cny, award.high_cny, award.verdict.value) == (None, 1.5e6, "unknown")
    assert award.depends_on == ("annual_revenue_cny", "ch-revenue-award.received")


def test_what_was_received_before_is_never_counted_as_still_to_come(ask):
    untold = ask(annual_revenue_cny=6e8)["ch-revenue-award"].benefits[0]
    assert (untold.low_cny, untold.high_cny, untold.depends_on) == (0, 8e5, ("ch-revenue-award.received",))
    told = ask(annual_revenue_cny=6e8, facts={"ch-revenue-award.received": "20万元"})["ch-revenue-award"].benefits[0]
    assert (told.low_cny, told.high_cny, told.depends_on) == (6e5, 6e5, ())


def test_below_the_lowest_tier_nothing_is_paid_and_no_zero_is_invented(ask):
    award = ask(annual_revenue_cny=9e7)["ch-revenue-award"].benefits[0]
    assert (award.verdict.value, award.low_cny, award.high_cny, award.next_tier) == ("unmet", None, None, 0)


def test_a_rate_is_reckoned_on_the_fact_that_it_is_a_share_of(ask):
    known = ask(facts={"equipment_spend_cny": 1e7})["ch-equipment"].benefits[0]
    assert (known.low_cny, known.high_cny) == (2e6, 2e6)
    capped = ask(facts={"equipment_spend_cny": 1e8})["ch-equipment"].benefits[0]
    assert (capped.low_cny, capped.high_cny) == (5e6, 5e6)


@pytest.mark.parametrize(
    ("on", "state", "words"),
    [
        (date(2026, 4, 30), "open", "正在受理，截至 2026-04-30"),
        (date(2026, 5, 1), "next", "下次受理：2027-03-01 起，截至 2027-04-30"),
    ],
)
def test_the_window_is_told_for_the_day_asked_about(on, state, words, ask):
    grant = ask(on=on)["ch-revenue-award"]
    assert (grant.window.state.value, grant.window_words) == (state, words)
    assert ask(on=on)["ch-doctors"].window_words == "原文未写明受理时间"


def test_neighbours_are_named_only_where_a_text_speaks_of_them(ask):
    grants = ask(facts={"local_contribution_growth": "30%"})
    (beside,) = grants["ch-growth-award"].stacking
    assert (beside.measure_id, beside.together.value) == ("ch-rd-subsidy", "no")
    assert beside.rules[0].cite.quote == "第一条第二项和第三项不重复享受"
    assert grants["ch-doctors"].stacking == ()


@pytest.mark.parametrize(
    ("named", "held"),
    [
        ((), set()),
        (("营业执照",), {"business-licence"}),
        (("上年度审计报告、企业营业执照",), {"audit-report", "business-licence"}),  # other names, two in one text
        (("专项审计报告",), set()),  # another paper
        (("没有审计报告", "营业执照"), {"business-licence"}),  # denied
        (("审计", "某某材料"), set()),  # not understood for sure
    ],
)
def test_a_paper_is_held_only_where_the_company_named_it(named, held, ask):
    papers = ask(materials=named)["ch-revenue-award"].materials
    assert {paper.id for paper in papers if paper.held} == held
    assert all(paper.held is not UNSET for paper in papers)
    assert [paper.id for paper in papers] == ["application-form", "business-licence", "audit-report"]


def test_papers_at_hand_decide_and_rank_nothing(chenghu, engine):
    for asked in (chenghu, engine):
        bare, named = (
            asked.match(
                MatchRequest(profile=Profile(city="440114", sector=("生物医药",), materials=papers), on=IN_SEASON)
            )
            for papers in ((), ("营业执照", "临床试验批件", "合同", "产品说明"))
        )
        assert [(one.measure.id, one.score, one.verdict) for one in named.recommendations] == [
            (one.measure.id, one.score, one.verdict) for one in bare.recommendations
        ]
        assert named.totals == bare.totals
        assert named.questions == bare.questions


WORDS = {
    "ch-revenue-award": (
        "年营业收入不低于1亿元：20万元；年营业收入不低于5亿元：80万元；年营业收入不低于10亿元：150万元，仅限首次，只补差额",
        (
            "annual revenue is at least CNY 100,000,000: CNY 200,000; "
            "annual revenue is at least CNY 500,000,000: CNY 800,000; "
            "annual revenue is at least CNY 1,000,000,000: CNY 1,500,000, the first time only, the difference only"
        ),
    ),
    "ch-rd-subsidy": (
        "不超过研发费用的10%，每年最高300万元",
        "up to 10% of the R&D spending, at most CNY 3,000,000 a year",
    ),
    "ch-growth-award": (
        "每增加100万元，5万元，单个企业最高50万元",
        "CNY 50,000 for every CNY 1,000,000 more, at most CNY 500,000 for one enterprise",
    ),
    "ch-doctors": ("每人6万元，连续3年", "CNY 60,000 per person, for 3 years"),
    "ch-major-projects": ("原文未写明金额", "the text states no amount"),
}


@pytest.mark.parametrize("measure", WORDS)
def test_a_benefit_is_put_into_words(measure, chenghu):
    for language, words in zip(("zh", "en"), WORDS[measure], strict=True):
        described = describe_measure_fully(chenghu.catalogue, chenghu.catalogue.measures[measure], language)
        assert described.grant.benefits[0].words == words
        assert msgspec.json.decode(msgspec.json.encode(described), type=MeasureFull) == described


BRACKETS = {
    "sh-rd": (
        "不超过1000万元的部分为研发费用的10%，超过1000万元至5000万元的部分为研发费用的8%，超过5000万元的部分为研发费用的5%，单个企业最高500万元",
        (
            "10% of the R&D spending up to CNY 10,000,000, 8% of the part of the R&D spending from CNY 10,000,000 to "
            "CNY 50,000,000, 5% of the part of the R&D spending above CNY 50,000,000, at most CNY 5,000,000 for one enterprise"
        ),
    ),
    "sh-transfer": (
        "不超过100万元的部分为合同额的20%，超过100万元至500万元的部分为合同额的10%",
        "20% of the contract up to CNY 1,000,000, 10% of the part of the contract from CNY 1,000,000 to CNY 5,000,000",
    ),
}


@pytest.mark.parametrize("measure", BRACKETS)
def test_brackets_are_put_into_words(measure, granting):
    for language, words in zip(("zh", "en"), BRACKETS[measure], strict=True):
        described = describe_measure_fully(granting.catalogue, granting.catalogue.measures[measure], language)
        assert described.grant.benefits[0].words == words


SUMS = {
    ("ch-revenue-award", Verdict.MET, 8e5, 8e5): ("80万元", "CNY 800,000"),
    ("ch-revenue-award", Verdict.MET, 0.0, 8e5): ("0元至80万元", "CNY 0 to CNY 800,000"),
    ("ch-revenue-award", Verdict.UNKNOWN, None, 1.5e6): ("最高150万元", "up to CNY 1,500,000"),
    ("ch-revenue-award", Verdict.UNMET, None, None): ("未达到最低一档", "no tier reached"),
    ("ch-revenue-award", Verdict.UNKNOWN, None, None): ("金额待定", "amount open"),
    ("sh-transfer", Verdict.MET, 6e5, None): ("不少于60万元", "at least CNY 600,000"),
    ("ch-doctors", Verdict.MET, None, None): ("每人6万元", "CNY 60,000 per person"),
    ("ch-major-projects", Verdict.MET, None, None): ("原文未写明金额", "the text states no amount"),
}


@pytest.mark.parametrize("case", SUMS, ids=str)
def test_what_a_benefit_comes_to_is_said_in_a_few_words(case, granting):
    measure, *told = case
    catalogue = granting.catalogue
    for language, words in zip(("zh", "en"), SUMS[case], strict=True):
        writer = GrantWords(Labeller(catalogue.facts, catalogue.vocabularies, language))
        assert writer.comes_to(catalogue.grants[measure].benefits[0], *told) == words


def test_a_fact_of_a_pack_is_asked_like_any_other(chenghu):
    profile = Profile(city="440114", sector=("生物医药",), annual_revenue_cny=1e8)
    answer = chenghu.match(MatchRequest(profile=profile, on=IN_SEASON))
    assert "区级地方贡献比上一年度增长多少？" in {question.question for question in answer.questions}


def test_measures_of_format_1_say_nothing_of_it(engine):
    answer = engine.match(MatchRequest(profile=Profile(city="广州", sector=("生物医药",)), on=IN_SEASON))
    assert b'"grant":{' not in msgspec.json.encode(answer)


def test_every_invented_policy_is_told_in_both_languages(granting):
    told = {}
    for city in ("320500", "330206", "420111", "430100", "370104", "350200", "330281", "510100", "zone:songshan-lake"):
        for language in ("zh", "en"):
            request = MatchRequest(
                profile=Profile(city=city), on=IN_SEASON, language=language, limit=50, include=frozenset({"general"})
            )
            for one in granting.match(request).recommendations:
                if one.grant:
                    told[one.measure.id, language] = one.grant
    assert len(told) > 70
    assert all(benefit.words for grant in told.values() for benefit in grant.benefits)
    below = told["yl-above-scale", "zh"].benefits[0]
    assert below.words == "每家企业10万元；营业收入增长率不低于20%：每家企业15万元"
    assert (below.low_cny, below.high_cny) == (1e5, 1.5e5)
    assert {one.measure_id: one.together.value for one in told["yl-upgrade", "zh"].stacking}["yl-smart"] == "no"
