"""What a company asks for is answered or told to be out of reach, and by what."""

from collections import Counter
from dataclasses import replace

import pytest

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 支持。支持企业建设中试基地。支持深圳市企业建设中试平台。支持职工人数五十人以上企业开展上市辅导。
"""
PILOT = {"id": "pilot-base", "instrument": "pilot", "source": {"clause": "1.1.1", "quote": "支持企业建设中试基地"}}
LOCAL = {
    "id": "pilot-platform",
    "instrument": "pilot",
    "source": {"clause": "1.1.1", "quote": "支持深圳市企业建设中试平台"},
    "conditions": [{"fact": "region", "within": ["440300"], "cite": "深圳市"}],
}
LISTING = {
    "id": "listing",
    "instrument": "finance",
    "source": {"clause": "1.1.1", "quote": "支持职工人数五十人以上企业开展上市辅导"},
    "conditions": [{"fact": "employees", "at_least": 50, "cite": "五十人以上"}],
}


@pytest.fixture(scope="module")
def made_up(hand_made):
    return hand_made(TEXT, [PILOT, LOCAL, LISTING])


def needs(match_with, engine, language="zh", **profile):
    return match_with(engine, profile, language=language)["needs"]


def test_a_need_counts_the_measures_that_answer_it(match_with, made_up):
    (need,) = needs(match_with, made_up, city="广州", sector=("生物制造",), needs=("中试",))
    assert (need["origin"], need["input"]) == ("needs[0]", "中试")
    assert (need["applicable"], need["possible"], need["not_applicable"]) == (1, 0, 1)
    assert (need["in_the_way"], need["message"]) == ([], None)


def test_what_is_missing_leaves_a_need_open(match_with, made_up):
    (need,) = needs(match_with, made_up, sector=("生物制造",), needs=("中试",))
    assert (need["applicable"], need["possible"], need["not_applicable"]) == (0, 2, 0)
    assert need["message"] is None


def test_a_need_that_nothing_answers_is_reported_with_what_stands_in_the_way(match_with, made_up):
    company = {"city": "北京", "sector": ("服装",), "needs": ("中试",)}
    (need,) = needs(match_with, made_up, **company)
    assert need["in_the_way"] == [
        {"fact": "region", "label": "注册地", "measures": 2},
        {"fact": "sector", "label": "行业", "measures": 2},
    ]
    assert need["message"] == "目录中与“中试”有关的 2 项措施都不适用：注册地不符的 2 项，行业不符的 2 项。"
    (need,) = needs(match_with, made_up, language="en", **company)
    assert need["message"] == (
        "None of the 2 measures about “中试” applies; ruled out by registered place (2), sector (2)."
    )


def test_a_need_that_is_understood_and_nowhere_answered_is_reported(match_with, made_up):
    (need,) = needs(match_with, made_up, city="广州", needs=("人才公寓",))
    assert (need["applicable"], need["possible"], need["not_applicable"]) == (0, 0, 0)
    assert need["message"] == "目录中没有与“人才公寓”有关的措施。"


@pytest.mark.parametrize(
    "need", ["想做中试", "没地方做中试", "中试太贵做不起", "中试基地排队太久", "冇地方做中試", "no pilot plant"]
)
def test_a_need_in_everyday_words_counts_the_measures_that_answer_it(match_with, made_up, need):
    (found,) = needs(match_with, made_up, city="广州", sector=("生物制造",), needs=(need,))
    assert (found["input"], found["applicable"], found["not_applicable"]) == (need, 1, 1)


def test_a_need_that_is_denied_is_reported_nothing(match_with, made_up):
    assert needs(match_with, made_up, city="广州", sector=("生物制造",), needs=("不做中试", "上市已完成")) == []


def test_a_need_that_is_not_understood_is_among_what_was_not_recognised_only(match_with, made_up):
    answer = match_with(made_up, {"city": "广州", "needs": ("请帮帮我们",)})
    assert answer["needs"] == []
    assert [unread["input"] for unread in answer["profile"]["unrecognised"]] == ["请帮帮我们"]


def test_measures_of_other_statuses_do_not_count(match_with, made_up):
    answer = match_with(made_up, {"city": "广州", "needs": ("中试",)}, statuses=frozenset({"draft"}))
    assert [need["not_applicable"] for need in answer["needs"]] == [0]


def test_who_asks_for_nothing_is_reported_nothing(match_with, made_up):
    assert needs(match_with, made_up, city="广州", sector=("生物制造",)) == []


@pytest.mark.parametrize("need", ["中试验证", "首台套认定", "融资", "应用场景", "用地", "人才公寓"])
def test_the_counts_are_those_of_the_measures_listed_and_of_those_that_are_not(match, draw_profile, need):
    """Without a stage, which asks for something too, the feature and the counts speak of the same measures."""
    unlisted = 0
    for seed in range(12):
        profile = replace(draw_profile(seed), needs=(need,), stage=())
        include = frozenset({"general"}) if seed % 2 else frozenset()
        answer = match(profile, limit=1000, include=include | {"not_applicable"})
        (reported,) = answer["needs"]
        counts = Counter(found["verdict"] for found in answer["recommendations"] if answers_need(found))
        assert counts == Counter({name: reported[name] for name in counts}), (seed, reported)
        assert (reported["message"] is None) == bool(reported["applicable"] or reported["possible"])
        assert reported["withheld"] <= answer["totals"]["withheld"]
        assert reported["set_aside"] <= answer["totals"]["set_aside"]
        assert reported["set_aside"] == 0 or not include
        unlisted += reported["withheld"] + reported["set_aside"]
    assert unlisted or need in {"首台套认定", "人才公寓"}


def test_a_need_whose_measures_are_all_left_out_says_so(match_with, engine):
    (need,) = needs(match_with, engine, sector=("服装",), needs=("研发资金",))
    assert (need["applicable"], need["possible"]) == (0, 0)
    assert need["withheld"] > 0
    assert need["in_the_way"] == []
    assert "部分条件也无法判断，未列出" in need["message"]


def answers_need(recommendation):
    return any(f["name"] == "need_names_instrument" and f["value"] for f in recommendation["features"])
