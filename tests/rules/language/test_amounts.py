"""Amounts and shares as people write them, and what is refused rather than guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.amounts import LARGEST_YUAN, AmountError, parse_money, parse_rate, parse_share


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("1.5亿", 1.5e8),
        ("1.5亿元", 1.5e8),
        ("３０００万元", 3e7),
        ("3000 万 元", 3e7),
        ("3千万", 3e7),
        ("千万", 1e7),
        ("百万元", 1e6),
        ("1亿2000万元", 1.2e8),
        ("1亿2000万5000元", 120005000),
        ("三千万元", 3e7),
        ("一亿二千万元", 1.2e8),
        ("两百万", 2e6),
        ("十二万元", 120000),
        ("二十万", 200000),
        ("一百零五万", 1.05e6),
        ("一千零五十元", 1050),
        ("一万零五百元", 10500),
        ("两万零五元", 20005),
        ("零元", 0),
        ("RMB 3,000万", 3e7),
        ("rmb3000万", 3e7),
        ("CNY 2bn", 2e9),
        ("人民币1.5亿元", 1.5e8),
        ("1.5亿元人民币", 1.5e8),
        ("1.5亿人民币元", 1.5e8),
        ("￥5,000.50", 5000.5),
        ("¥1,234,567", 1234567),
        ("12345元", 12345),
        ("12345", 12345),
        ("1万2345元", 12345),
        ("3万5千", 35000),
        ("1亿零2千", 100_002_000),
        ("1亿2千万", 1.2e8),
        ("500k", 500000),
        ("3M", 3e6),
        ("1e9", 1e9),
        ("2999.99万元", 29999900),
        ("0.1", 0.1),
        ("0", 0),
    ],
)
def test_an_amount_is_read_in_yuan(text, yuan):
    assert parse_money(text) == yuan


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "元",
        "万元",
        "很多",
        "约2亿元",
        "2亿多",
        "5000万元以上",
        "3000万-5000万元",
        "2000万至3000万",
        "5亿美元",
        "300万港元",
        "2000万欧元",
        "-5万元",
        "1.5.2亿",
        "3,00万",
        "2万3亿",
        "2亿3亿",
        "3万元5万元",
        "1e400",
        "1e16",
        "nan",
        "inf",
        "0x10",
        "壹佰万元",
        "二〇二五",
    ],
)
def test_what_is_no_amount_is_refused_with_what_was_expected(text):
    with pytest.raises(AmountError, match="is no amount of money; write yuan as a number or a text such as 2亿元"):
        parse_money(text)


@pytest.mark.parametrize(
    "text", ["2万5", "两万五", "三五万", "三千五", "一百五", "1亿2", "1亿2000", "1亿2千", "1亿5百元", "2千万5百"]
)
def test_what_reads_two_ways_is_refused_and_never_guessed(text):
    with pytest.raises(AmountError):
        parse_money(text)


def test_the_largest_amount_is_read_and_a_yuan_more_is_a_slip():
    assert parse_money("10000000亿元") == parse_money("1e15") == 1e15
    with pytest.raises(AmountError):
        parse_money("1000000000000001")


@given(st.integers(0, 10**7), st.sampled_from([("元", 1), ("万元", 10_000), ("亿元", 10**8)]))
def test_a_whole_number_with_a_unit_is_read_exactly(number, unit):
    name, scale = unit
    if number * scale <= LARGEST_YUAN:
        assert parse_money(f"{number}{name}") == parse_money(f"{number:,}{name}") == number * scale


@given(st.integers(1, 9999))
def test_chinese_numerals_below_ten_thousand_are_read_exactly(number):
    assert parse_money(f"{in_chinese(number)}万元") == number * 10_000


@given(st.text(max_size=12))
def test_any_text_is_an_amount_in_range_or_refused(text):
    try:
        yuan = parse_money(text)
    except AmountError:
        return
    assert 0 <= yuan <= LARGEST_YUAN


@given(st.text(alphabet="0123456789.,亿万千百十零一二两三元人民币RMB ", max_size=10))
def test_an_amount_is_the_same_in_wide_and_narrow_characters(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert outcome(parse_money, text) == outcome(parse_money, wide)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("5%", 0.05),
        ("５％", 0.05),
        ("5 %", 0.05),
        ("0.05", 0.05),
        ("百分之五", 0.05),
        ("百分之十五", 0.15),
        ("百分之3.5", 0.035),
        ("百分之百", 1),
        ("千分之三", 0.003),
        ("5‰", 0.005),
        ("100%", 1),
        ("28.5%", 0.285),
        ("0", 0),
        ("1", 1),
    ],
)
def test_a_share_is_read_from_0_to_1(text, share):
    assert parse_share(text) == share


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%",
        "‰",
        "千分之",
        "千分之百分之三",
        "5",
        "120%",
        "1.01",
        "-1%",
        "五成",
        "5个百分点",
        "nan",
        "inf",
        "百分之",
        "1/20",
    ],
)
def test_what_is_no_share_is_refused_with_what_was_expected(text):
    with pytest.raises(AmountError, match=r"is no share between 0 and 1; write 5% or 0\.05"):
        parse_share(text)


@given(st.integers(0, 10000))
def test_a_share_in_percent_is_read_to_the_basis_point(points):
    assert parse_share(f"{points / 100:.2f}%") == round(points / 10000, 6)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("-5%", -0.05), ("−5％", -0.05), ("负5%", -0.05), ("-0.05", -0.05), ("120%", 1.2), ("百分之二十", 0.2),
        ("1", 1), ("-100%", -1), ("10000%", 100), ("0.3", 0.3), ("-0", 0),
    ],
)  # fmt: skip
def test_a_rate_may_be_negative_or_in_per_cent_above_one(text, rate):
    assert parse_rate(text) == rate
    assert str(parse_rate(text)) != "-0.0"


@pytest.mark.parametrize("text", ["", "%", "5", "1.2", "-1.2", "-101%", "10001%", "翻番", "nan", "inf", "-inf%"])
def test_what_is_no_rate_or_may_be_meant_either_way_is_refused(text):
    with pytest.raises(AmountError, match="is no rate from -100% up"):
        parse_rate(text)


def outcome(parse, text):
    try:
        return parse(text)
    except AmountError:
        return None


def in_chinese(number: int) -> str:
    """Write a number below 10,000 as a clerk does: 1050 is 一千零五十."""
    digits, units = "零一二三四五六七八九", ("千", "百", "十", "")
    words = "".join("零" if d == "0" else digits[int(d)] + unit for d, unit in zip(f"{number:04}", units, strict=True))
    while "零零" in words:
        words = words.replace("零零", "零")
    return words.strip("零")
