"""Companies about to move: what holds only after the move is possible and says so, what a move takes away is told."""

from datetime import date

import numpy as np
import pytest

from matcher.profiles.profile import Fields, Profile
from matcher.registers.screener import Screener

DAY = date(2025, 6, 1)
MAKER = {"sector": ("生物医药",), "products": ("单抗",), "stage": ("中试",)}


def found(match, measure, language="zh", **profile):
    """Return a measure as it is recommended, whatever its verdict; None where nothing connects it."""
    answer = match(Profile(**profile), language=language, include=frozenset({"general", "not_applicable"}), limit=300)
    return next((r for r in answer["recommendations"] if r["measure"]["id"] == measure), None)


def places(recommendation):
    """Return how the conditions on the place came out."""
    return {(c["verdict"], c["why"]) for c in recommendation["conditions"] if c["fact"] == "region"}


PLANNED = ("unknown", "planned")


@pytest.mark.parametrize(
    ("city", "target", "measure"),
    [
        ("香港", "深圳河套", "gl-hetao-pilot"),
        ("澳门", "横琴", "gl-hengqin-platform"),
        ("上海张江", "广州南沙", "gl-nansha"),
        ("苏州工业园区", "深圳", "gl-shenzhen"),
        ("北京", "佛山顺德", "gl-foshan"),
        ("广州", "东莞松山湖", "gl-dongguan-base"),
        ("深圳南山", "中山", "gl-zhongshan"),
        ("南京", "合肥高新区", "ah-hefei-origin-of-innovation"),
        ("杭州", "蚌埠", "ah-bengbu-wuhu-highland"),
        ("合肥", "阜阳", "ah-layout-north"),
        ("武汉", "珠海金湾", "gl-zhuhai"),
        ("合肥", "安庆", "ah-other-cities"),
    ],
)
def test_what_names_the_place_to_move_to_is_possible_and_holds_after_the_move(match, city, target, measure):
    here = found(match, measure, city=city, target_city=target, **MAKER)
    assert here["verdict"] == "possible"
    assert PLANNED in places(here)
    assert places(here) <= {PLANNED, ("met", None)}
    assert any("落户后符合：" in sentence for sentence in here["explanation"])
    unmoved = found(match, measure, city=city, **MAKER)
    assert unmoved is None or unmoved["verdict"] == "not_applicable"


@pytest.mark.parametrize(
    ("city", "target", "measure"),
    [
        ("香港", "深圳河套", "gl-hengqin-platform"),
        ("香港", "深圳河套", "gl-nansha"),
        ("香港", "深圳", "ah-hefei-origin-of-innovation"),
        ("合肥", "深圳", "ah-other-cities"),
        ("上海", "芜湖", "ah-other-cities"),
        ("深圳", "蚌埠", "ah-other-cities"),
        ("阜阳", "广州", "gl-hetao-pilot"),
        ("上海", "合肥", "ah-layout-south"),
        ("深圳", "上海", "gl-foshan"),
        ("上海", "上海", "gl-shenzhen"),
        ("上海", "不打算搬迁", "gl-shenzhen"),
        ("上海", "待定", "gl-shenzhen"),
        ("上海", "同註冊地", "gl-shenzhen"),
    ],
)
def test_what_holds_neither_here_nor_there_stays_out(match, city, target, measure):
    assert ("unmet", None) in places(found(match, measure, city=city, target_city=target, **MAKER))


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("广东", "too_coarse"),
        ("珠三角", "too_coarse"),
        ("深训", "unrecognised"),
        ("某某谷", "unrecognised"),
        ("朝阳区", None),
    ],
)
def test_a_target_that_is_open_leaves_the_condition_open_for_that_reason(match, target, why):
    where = found(match, "gl-shenzhen", city="上海", target_city=target, **MAKER)
    assert ("unknown", why) in places(where) if why else ("unmet", None) in places(where)


def test_the_place_named_connects_directly_and_weighs_as_the_place_where_one_is(match):
    bare = {"sector": ("生物医药",)}
    there = found(match, "gl-hetao-pilot", city="香港", target_city="深圳河套", **bare)
    settled = found(match, "gl-hetao-pilot", city="深圳河套", **bare)
    assert (there["relevance"], settled["relevance"]) == ("direct", "direct")
    assert [next(f["value"] for f in r["features"] if f["name"] == "place_is_named") for r in (there, settled)] == [
        1.0,
        1.0,
    ]
    assert any(m["input"] == "深圳河套" for e in there["evidence"] for m in e["matches"])


@pytest.mark.parametrize(
    ("city", "target", "value"),
    [
        ("上海", "深圳", 0.8),
        ("香港", "广州", 0.8),
        ("", "深圳", 0.8),
        ("深圳", "", 0.3),
        ("深圳", "深圳", 0.3),
        ("深圳", "上海", 0.0),
    ],
)
def test_a_measure_for_newcomers_is_about_the_place_of_those_who_come(match, city, target, value):
    recommended = found(match, "gd-pilot-base", city=city, target_city=target, sector=("生物医药",))
    assert [f["value"] for f in recommended["features"] if f["name"] == "place_is_named"] == [value]


def test_no_question_on_the_place_and_no_near_miss_follow_from_a_move(match):
    answer = match(Profile(city="香港", target_city="深圳河套", **MAKER), include=frozenset({"not_applicable"}))
    assert not {"region", "target_region"} & {question["fact"] for question in answer["questions"]}
    assert all(miss["condition"]["fact"] != "region" for miss in answer["near_misses"])


def test_a_move_is_told_in_both_languages(match):
    chinese, english = (
        found(match, "gl-hetao-pilot", language, city="香港", target_city="深圳河套", **MAKER)
        for language in ("zh", "en")
    )
    assert "落户后符合：注册地在广东省；注册地在河套深港科技创新合作区。" in chinese["explanation"]
    assert any(sentence.startswith("Met after the move: ") for sentence in english["explanation"])


@pytest.mark.parametrize(
    ("city", "target", "lost"),
    [
        ("合肥", "深圳", True),
        ("合肥", "上海", True),
        ("合肥", "香港", True),
        ("合肥", "芜湖", False),
        ("合肥", "安徽", False),
        ("合肥", "深训", False),
        ("合肥", "", False),
    ],
)
def test_who_moves_away_keeps_the_verdicts_of_today_with_a_caveat(match, city, target, lost):
    profile = {"sector": ("生物材料",), "products": ("聚乳酸",)}
    measure = "ah-priority-biomaterials"
    moving = found(match, measure, city=city, target_city=target, **profile)
    assert moving["verdict"] == found(match, measure, city=city, **profile)["verdict"] == "applicable"
    caveats = [caveat["message"] for caveat in moving["caveats"] if caveat["code"] == "ends_with_move"]
    assert caveats == (["按填写的拟落户地迁出后，不再符合：注册地在安徽省"] if lost else [])


def test_a_measure_for_newcomers_reads_the_target_as_before(match):
    newcomer = {"sector": ("生物医药",), "products": ("单抗",)}
    recommended = found(match, "gd-pilot-base", city="上海", target_city="深圳", **newcomer)
    assert {c["verdict"] for c in recommended["conditions"] if c["fact"] == "target_region"} == {"met"}


MOVES = [
    ("香港", "深圳河套"), ("澳门", "横琴"), ("合肥", "安庆"), ("合肥", "深圳"), ("上海", "广东"), ("上海", "深训"),
    ("上海", "鼓楼区"), ("鼓楼区", "深圳"), ("广东", "广州南沙"), ("", "广州南沙"), ("深训", "广州"), ("广州", "广州"),
    ("上海", "不搬"), ("汕头", "安徽阜阳"),
]  # fmt: skip


def test_a_register_decides_orders_and_counts_moves_as_single_matches_do(match, engine):
    profiles = [Profile(city=city, target_city=target, **MAKER) for city, target in MOVES]
    screener = Screener(engine.columns, engine.reader)
    chunk = screener.screen(
        Fields.of_profiles(profiles), on=DAY, statuses=frozenset({"in_force", "draft"}), first_row=1
    )
    for row, profile in enumerate(profiles, 1):
        pairs = np.flatnonzero(chunk.pair_row == row)
        answer = match(profile, limit=300, include=frozenset({"general"}))
        assert [(screener.measure_ids[chunk.pair_measure[i]], chunk.score[i], chunk.open.of(i)) for i in pairs] == [
            (
                r["measure"]["id"],
                r["score"],
                tuple((c["fact"], c["why"]) for c in r["conditions"] if c["verdict"] == "unknown"),
            )
            for r in answer["recommendations"]
        ], profile


@pytest.mark.parametrize(("city", "target"), [*MOVES, ("阜阳", "广东"), ("上海", "深圳"), ("合肥", "珠三角")])
def test_a_register_counts_what_answers_settle_as_the_questions_do(match, engine, city, target):
    profile = Profile(city=city, target_city=target, **MAKER)
    screener = Screener(engine.columns, engine.reader)
    statuses = frozenset({"in_force", "draft"})
    settles = screener.screen(Fields.of_profiles([profile]), on=DAY, statuses=statuses, first_row=1).settles
    each = [choice for q in match(profile)["questions"] for choice in q.get("choices", [q])]
    asked = {q["fact"]: q["settles"] for q in each if q["settles"] and q["fact"] != "concepts"}
    assert asked.items() <= settles.items()
    for fact in ("region", "target_region"):
        assert asked.get(fact, 0) == settles.get(fact, 0)


@pytest.mark.parametrize(
    ("city", "target", "open_for"),
    [
        ("阜阳", "深圳", "gl-hetao-pilot"),
        ("上海", "广州", "gl-nansha"),
        ("香港", "广东", "gl-shenzhen"),
        ("合肥", "珠海", "gl-hengqin-platform"),
        ("东莞松山湖", "安徽", "ah-hefei-origin-of-innovation"),
    ],
)
def test_a_target_that_is_too_broad_is_asked_for_more_exactly(match, city, target, open_for):
    profile = {"city": city, "target_city": target, **MAKER}
    assert ("unknown", "too_coarse") in places(found(match, open_for, **profile))
    asked = {question["fact"]: question for question in match(Profile(**profile))["questions"]}
    assert asked["target_region"]["settles"] > 0
    assert target in asked["target_region"]["question"]
    assert "region" not in asked


def test_no_pair_that_waits_for_a_move_is_one_fact_short_for_the_place(engine):
    profile = Profile(city="香港", target_city="深圳河套", **MAKER)
    screener = Screener(engine.columns, engine.reader)
    chunk = screener.screen(
        Fields.of_profiles([profile]), on=DAY, statuses=frozenset({"in_force", "draft"}), first_row=1
    )
    short = [chunk.open.of(pair) for pair in np.flatnonzero(chunk.one_fact_short)]
    assert all("planned" not in {why for _, why in reasons} for reasons in short)
    assert "region" not in chunk.settles
