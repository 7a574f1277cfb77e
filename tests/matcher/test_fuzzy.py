"""Likeness: every cut-off, and the traps each of them is there for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from matcher.fuzzy import PASSAGE_CUTOFF, SUGGESTION_CUTOFF, best_window, nearest

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x4E40), max_size=30)


def test_partial_likeness_finds_a_pilot_in_small_enterprises_so_short_phrases_have_none():
    assert round(fuzz.partial_ratio("中试", "中小企业试点")) == 67
    assert best_window("中试", "中小企业试点") is None


@pytest.mark.parametrize(
    ("query", "name"),
    [("中试", "考试"), ("肥西", "合肥西站"), ("酶", "酶制剂"), ("", "酶制剂")],
    ids=["half-shared", "inside-another-name", "one-character", "nothing"],
)
def test_an_input_under_three_characters_resembles_nothing(query, name):
    assert nearest(query, (name,), limit=3) == ()


def test_three_characters_are_enough_to_resemble():
    (found,) = nearest("聚乳醋", ("聚乳酸",), limit=3)
    assert (found.position, found.similarity) == (0, 0.6667)


def test_biomaterials_and_bio_feed_are_three_quarters_alike_and_the_right_one_comes_first():
    found = nearest("生物材料", ("生物饲料", "生物材料"), limit=3)
    assert [(likeness.position, likeness.similarity) for likeness in found] == [(1, 1.0), (0, 0.75)]


@pytest.mark.parametrize(
    ("query", "name", "found"),
    [
        ("生物材科", "生物材料", True),
        ("abcde", "abcxy", True),
        ("abcde", "abxyz", False),
        ("物业管理", "生物制造", False),
    ],
    ids=["0.75", "exactly-0.6", "0.4", "0.25"],
)
def test_a_whole_input_resembles_a_name_from_sixty_hundredths_on(query, name, found):
    assert SUGGESTION_CUTOFF == 0.6
    assert bool(nearest(query, (name,), limit=3)) is found


def test_all_that_tie_at_the_limit_are_shown():
    names = ("生物材料", "生物饲料", "生物肥料", "生物燃料", "生物质")
    found = nearest("生物养料", names, limit=1)
    assert [likeness.position for likeness in found] == [0, 1, 2, 3]


def test_what_is_beyond_the_limit_and_no_tie_is_left_out():
    assert [likeness.position for likeness in nearest("生物材料厂", ("生物材料", "生物饲料", "生物质"), limit=1)] == [0]


@given(query=HAN, names=st.lists(HAN, max_size=8))
def test_likenesses_fall_and_stay_above_the_cut_off(query, names):
    found = nearest(query, names, limit=3)
    similarities = [likeness.similarity for likeness in found]
    assert similarities == sorted(similarities, reverse=True)
    assert all(SUGGESTION_CUTOFF <= similarity <= 1 for similarity in similarities)
    assert len({likeness.position for likeness in found}) == len(found)


@pytest.mark.parametrize("phrase", ["发酵工艺", "聚乳酸", "酶", ""], ids=len)
def test_a_phrase_under_five_characters_is_never_searched_by_likeness(phrase):
    assert best_window(phrase, f"支持{phrase}产业化应用示范") is None


def test_a_phrase_of_five_characters_is_found_with_a_character_wrong():
    text = "支持生物发酵罐国产化应用"
    window = best_window("生物发醇罐", text)
    assert window is not None
    assert window.similarity >= PASSAGE_CUTOFF
    assert "生物发" in text[window.start : window.end]


def test_a_phrase_longer_than_the_text_is_not_found_in_it():
    assert best_window("生物基材料产业化应用示范工程", "生物基材料") is None


@given(before=HAN, phrase=HAN.filter(lambda text: len(text) >= 5), after=HAN)
def test_words_that_stand_in_the_text_are_found_where_they_stand(before, phrase, after):
    text = before + phrase + after
    window = best_window(phrase, text)
    assert window is not None
    assert (window.similarity, text[window.start : window.end]) == (1.0, phrase)


@given(phrase=HAN, text=HAN)
def test_a_window_lies_in_the_text_and_is_no_shorter_than_nothing(phrase, text):
    window = best_window(phrase, text)
    assert window is None or (0 <= window.start < window.end <= len(text) and window.similarity >= PASSAGE_CUTOFF)


@pytest.mark.parametrize(
    "phrase",
    [
        "酒店客房预订",
        "幼儿园早期教育",
        "二手房屋中介",
        "手机游戏运营",
        "长途客运班线",
        "婚纱摄影工作室",
        "钢结构厂房施工",
        "服装批发零售",
    ],
)
def test_phrases_from_other_worlds_are_not_found_in_any_sentence_of_the_documents(phrase, catalogue):
    sentences = [part for document in catalogue.documents.values() for part in document.text.split("。")]
    assert [sentence for sentence in sentences if best_window(phrase, sentence)] == []


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [("甲乙丙丁戊", "前甲乙丙己庚后", True), ("甲乙丙丁戊", "前甲乙辛己庚后", False)],
    ids=["0.6", "0.4"],
)
def test_a_passage_says_a_phrase_from_sixty_hundredths_on(phrase, text, found):
    assert bool(best_window(phrase, text)) is found


@pytest.mark.parametrize(("text", "found"), [("甲乙丙丁戊", True), ("甲乙丙丁", False)], ids=["five", "four"])
def test_a_text_under_five_characters_says_no_phrase(text, found):
    assert bool(best_window("甲乙丙丁戊", text)) is found
