"""Folding removes differences of writing, and nothing of what is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.folding import fold, fold_aligned

ALPHABET = st.characters(codec="utf-8", exclude_categories=("Cs",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＰＬＡ", "pla"),
        ("P.L.A", "pla"),
        ("首台（套）", "首台套"),
        ("首台(套)", "首台套"),
        ("體外診斷", "体外诊断"),
        ("合成生物學", "合成生物学"),
        ("CAR-T", "car t"),
        ("“小巨人”", "小巨人"),
        ("「小巨人」", "小巨人"),
        ("R&D", "r & d"),
        ("L－丙氨酸", "l-丙氨酸"),
        ("1,3-丙二醇", "13丙二醇"),
        ("生物 制造", "生物制造"),
        ("\u200b生物制造\ufeff", "生物制造"),
        ("ﬁlm", "film"),
    ],
)
def test_ways_of_writing_one_name_fold_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("生物材料", "生物饲料"),
        ("PLA", "PHA"),
        ("C++", "C"),
        ("不支持", "支持"),
        ("R&D", "RD"),
        ("5%", "5"),
        ("α-淀粉酶", "β-淀粉酶"),
    ],
)
def test_different_names_stay_different(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize("text", ["", " ", "（）", "、，。", "- — –", "***"])
def test_separators_alone_fold_to_nothing(text):
    assert fold(text) == ""


@given(st.text(ALPHABET, max_size=20))
def test_folding_does_not_raise_and_leaves_no_white_space(text):
    assert not any(c.isspace() for c in fold(text))


@given(st.text("ABCabcＡＢ中试平台（）()“”,， 1２", max_size=20))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(ALPHABET, max_size=40))
def test_aligned_folding_keeps_every_offset(text):
    folded = fold_aligned(text)
    assert len(folded) == len(text)
    assert [fold_aligned(c) for c in text] == list(folded)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＰＬＡ（聚乳酸）", "pla(聚乳酸)"),
        ("“三首”", '"三首"'),
        ("「三首」", '"三首"'),
        ("〔2025〕6号", "[2025]6号"),
        ("A—B", "a-b"),
        ("ﬁ①½", "ﬁ1½"),
        ("體", "體"),
        ("a b\nc", "a b\nc"),
    ],
)
def test_aligned_folding_unifies_width_case_quotes_and_brackets(text, folded):
    assert fold_aligned(text) == folded
