"""Words that no vocabulary knows find the measures that say them, and words that all say find none."""

import random

import pytest

from matcher.ranking.indexing import index_words
from matcher.ranking.passages import FoundWords, longest_stretch, searched

TEXTS = (
    "支持航天育种和生物育种创新",
    "加强黑臭水体治理，推广应用微生物菌剂",
    "培育宠物食品企业",
    "发展分段生产，推动抗体药物产业化",
    "支持企业提升管理水平，推广应用新技术",
    "完善性能测试评价",
    "支持 scada 软件应用",
    "开展临床研究",
)


def indexed(texts):
    return FoundWords(index_words(enumerate(texts), len(texts)))


INDEX = indexed(TEXTS)


def found(words):
    return INDEX.find(words)[0].tolist()


@pytest.mark.parametrize(
    ("words", "measures"),
    [
        ("航天诱变水稻材料", [0]),
        ("育种周期太长", [0]),
        ("黑臭河涌项目老是中不了标", [1]),
        ("宠物饲料加工", [2]),
        ("想接分段生产", [3]),
        ("寵物零食", [2]),
        ("宠　物：零食", []),
        ("SCADA for fermenters", [6]),
        ("NK细胞输注临床研究", [7]),
    ],
)
def test_a_rare_word_at_the_edge_of_a_run_finds_the_measure_that_says_it(words, measures):
    assert found(words) == measures


@pytest.mark.parametrize(
    "words",
    ["的支持", "推广应用", "提升管理水平", "企业", "支持企业", "技术服务、技术开发", "", "A", "12345", "★★", "其他"],
)
def test_words_that_every_policy_says_find_nothing(words):
    assert found(words) == []


@pytest.mark.parametrize("words", ["非瘟检测试剂盒", "一次性能源", "高微生"])
def test_the_end_of_one_word_with_the_beginning_of_the_next_is_no_word(words):
    assert found(words) == []


def test_more_words_found_count_more_and_never_more_than_all():
    (less,), (more,) = INDEX.find("分段")[1], INDEX.find("分段生产抗体药物产业化")[1]
    assert 0 < less < more <= 1.0


def test_a_word_of_many_measures_is_worth_less_than_one_of_few():
    index = indexed(["酿酒酵母", *["酵母菌株"] * 30, *["其余"] * 100])
    positions, values = index.find("酿酒")
    assert positions.tolist() == [0]
    assert index.find("酵母菌")[1].max(initial=0.0) < index.find("酿酒酵")[1].max()
    assert values.max() > 0


def test_nothing_indexed_finds_nothing():
    assert indexed([]).find("航天育种")[0].tolist() == []


def test_what_is_found_does_not_depend_on_what_was_asked_before():
    words = ["航天育种", "黑臭水体", "宠物食品", "分段生产", "推广应用"]
    first = {word: INDEX.find(word)[1].tolist() for word in words}
    random.Random(1).shuffle(words)
    assert {word: INDEX.find(word)[1].tolist() for word in words} == first


@pytest.mark.parametrize(
    ("words", "stretch"),
    [
        ("想接分段生产订单", "分段"),
        ("抗体药物中间体", "抗体药物"),
        ("完全无关", None),
        ("推广应用", None),
    ],
)
def test_the_longest_stretch_is_quoted_word_for_word(words, stretch):
    text = TEXTS[3]
    span = longest_stretch(searched(words), text, 0, len(text))
    assert (text[slice(*span)] if span else None) == stretch


def test_a_stretch_outside_the_passage_is_not_found():
    assert longest_stretch("抗体药物", TEXTS[3], 0, 8) is None
