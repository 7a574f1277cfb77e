"""Wrong glyphs are mapped one to one; punctuation is widened only where Chinese stands beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.cleaning import map_glyphs, widen_punctuation


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("产业,正加快", "产业，正加快"),
        ("发展1,3-丙二醇、1,4-丁二醇", "发展1,3-丙二醇、1,4-丁二醇"),
        ("小于5,000万元", "小于5,000万元"),
        ("酸碱度(pH)及溶氧(DO)电极", "酸碱度（pH）及溶氧（DO）电极"),
        ("控制在pH 6.5:7.0", "控制在pH 6.5:7.0"),
        ("方案 (2024-2027年)", "方案 （2024-2027年）"),
        ("(R)-3-羟基丁酸", "(R)-3-羟基丁酸"),
        ("聚乳酸(PLA, polylactic acid)", "聚乳酸（PLA, polylactic acid）"),
        ("不低于3%;其中", "不低于3%；其中"),
        ("时间为10:30", "时间为10:30"),
        ("see Smith (2020), p. 3", "see Smith (2020), p. 3"),
        ("是否适用?是!", "是否适用？是！"),
        ("中心（合肥)", "中心（合肥）"),
        ("1)支持", "1）支持"),
    ],
)
def test_narrow_punctuation_is_widened_only_beside_chinese(narrow: str, wide: str) -> None:
    assert widen_punctuation(narrow) == wide


@given(st.text(st.sampled_from("中产a1,:;!?()（） ")))
def test_widening_changes_neither_length_nor_any_other_character(line: str) -> None:
    wide = widen_punctuation(line)
    narrow = wide.translate(str.maketrans("，：；！？（）", ",:;!?()"))
    assert narrow == line.translate(str.maketrans("（）", "()"))


def test_radicals_become_the_ideographs_they_look_like() -> None:
    assert map_glyphs("⼯业⻛电⻓丰⺠生⻢鞍山") == "工业风电长丰民生马鞍山"


def test_every_kangxi_radical_has_an_ideograph() -> None:
    assert all(ord(map_glyphs(chr(code))) >= 0x3400 for code in range(0x2F00, 0x2FD6))


def test_every_radical_of_the_supplement_but_one_has_an_ideograph() -> None:
    unmapped = [code for code in range(0x2E80, 0x2EF4) if map_glyphs(chr(code)) == chr(code)]
    # U+2E80 stands for no ideograph, U+2E9A is not assigned.
    assert unmapped == [0x2E80, 0x2E9A]


def test_invisible_characters_go_and_private_spaces_become_spaces() -> None:
    assert map_glyphs("\ufeff中\u200b试\u00ad基\x02地\ufffe\ue5e5甲") == "中试基地 甲"


def test_roman_numerals_and_wide_letters_are_left_alone() -> None:
    assert map_glyphs("Ⅲ类①ＰＬＡ＞２㎡") == "Ⅲ类①ＰＬＡ＞２㎡"
