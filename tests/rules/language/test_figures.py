"""The figures of a text: read with their units, ranges and lists; names and words that hold digits are none."""

from datetime import date

import pytest

from rules.language.figures import (
    FigureKind,
    figures_in,
    run_in_order,
    stated_months,
    states,
    states_day,
    states_day_of_month,
)

READ = {
    "给予20万元奖励": [("money", 2e5, 2e5)],
    "给予20-50万元奖励": [("money", 2e5, 5e5)],
    "20万元至50万元": [("money", 2e5, 5e5)],
    "1.5亿元": [("money", 1.5e8, 1.5e8)],
    "３０００万元": [("money", 3e7, 3e7)],
    "1,500元": [("money", 1500, 1500)],
    "两千万元": [("money", 2e7, 2e7)],
    "十万元": [("money", 1e5, 1e5)],
    "分别给予80、30、20万元奖励": [("money", 8e5, 8e5), ("money", 3e5, 3e5), ("money", 2e5, 2e5)],
    "10亿元、20亿元和50亿元": [("money", 1e9, 1e9), ("money", 2e9, 2e9), ("money", 5e9, 5e9)],
    "20万、30万或50万元": [("money", 2e5, 2e5), ("money", 3e5, 3e5), ("money", 5e5, 5e5)],
    "不超过100万美元": [("foreign", 1e6, 1e6)],
    "按30%给予补助": [("share", 0.3, 0.3)],
    "百分之五": [("share", 0.05, 0.05)],
    "千分之三": [("share", 0.003, 0.003)],
    "3%~5%": [("share", 0.03, 0.05)],
    "10、20和30%": [("share", 0.1, 0.1), ("share", 0.2, 0.2), ("share", 0.3, 0.3)],
    "按1:1配套": [("share", 1.0, 1.0)],
    "三分之二": [("share", 2 / 3, 2 / 3)],
    "不超过实际投入的一半": [("share", 0.5, 0.5)],
    "减半征收": [("share", 0.5, 0.5)],
    "职工100人以上": [("count", 100, 100)],
    "3件以上专利": [("count", 3, 3)],
    "500㎡以上": [("count", 500, 500)],
    "前10名": [("count", 10, 10)],
    "连续3年": [("span", 3, 3)],
    "三年内": [("span", 3, 3)],
    "3-5年": [("span", 3, 5)],
    "18个月": [("span", 18, 18)],
    "超过200": [("plain", 200, 200)],
    "": [],
    "第3条第二款": [],
    "粤办函〔2025〕6号": [],
    "（3）其他企业": [],
    "1.项目基本情况": [],
    "2.5.3": [],
    "一般企业": [],
    "十分重要": [],
    "三五年": [],
    "第二三产业": [],
}


@pytest.mark.parametrize("text", READ)
def test_figures_are_read_with_their_units(text):
    read = [(figure.kind.value, round(figure.low, 6), round(figure.high, 6)) for figure in figures_in(text)]
    assert read == [(kind, round(low, 6), round(high, 6)) for kind, low, high in READ[text]]


@pytest.mark.parametrize(
    ("text", "days"),
    {
        "2025年3月1日至2025年3月31日": [(2025, 3, 1), (2025, 3, 31)],
        "2026.09.01": [(2026, 9, 1)],
        "2026-09-01": [(2026, 9, 1)],
        "2025年底前": [(2025, None, None)],
        "每年3月": [(None, 3, None)],
        "3月1日": [(None, 3, 1)],
        "2024—2027年": [(2024, None, None), (2027, None, None)],
        "每年3-5月": [(None, 3, None), (None, 5, None)],
        "每年3至5月": [(None, 3, None), (None, 5, None)],
        "每年3、9月": [(None, 3, None), (None, 9, None)],
        "3月1日至31日": [(None, 3, 1), (None, 3, 31)],
        "2026年3月1日—15日": [(2026, 3, 1), (2026, 3, 15)],
        "2026年3月1日起15日内": [(2026, 3, 1)],
        "12月20日至10日": [(None, 12, 20)],
        "13月": [],
        "2025元": [],
    }.items(),
)  # fmt: skip
def test_days_are_read_as_far_as_they_are_written(text, days):
    assert [figure.day for figure in figures_in(text) if figure.day] == days


@pytest.mark.parametrize("text", READ)
def test_a_figure_stands_where_it_says(text):
    sentence = f"对企业，{text}。"
    for figure in figures_in(sentence):
        words = sentence[figure.start : figure.end]
        assert words in text
        assert figures_in(f"的{words}")


@pytest.mark.parametrize(
    ("text", "kind", "value", "stated"),
    [
        ("不低于2000万元", FigureKind.MONEY, 2e7, True),
        ("不低于2000万元", FigureKind.MONEY, 2e8, False),
        ("按30%给予", FigureKind.SHARE, 0.3, True),
        ("按30%给予", FigureKind.SHARE, 0.03, False),
        ("连续补贴3年", FigureKind.COUNT, 3, True),
        ("连续补贴3年", FigureKind.COUNT, 30, False),
        ("第3条", FigureKind.COUNT, 3, False),
        ("20-50万元", FigureKind.MONEY, 5e5, True),
        ("20-50万元", FigureKind.MONEY, 20, False),
        ("100万美元", FigureKind.MONEY, 1e6, False),
    ],
)
def test_a_value_is_stated_only_as_written(text, kind, value, stated):
    assert states(text, kind, value) is stated


@pytest.mark.parametrize(
    ("text", "day", "stated"),
    [
        ("2026年8月1日开始", date(2026, 8, 1), True),
        ("2026年8月1日开始", date(2025, 8, 1), False),
        ("2026年8月1日开始", date(2026, 8, 2), False),
        ("3月31日截止", date(2026, 3, 31), True),
        ("2025年底前", date(2025, 12, 31), True),
        ("自发布之日起", date(2025, 1, 1), False),
        ("2026年3月底前", date(2026, 3, 31), True),
        ("2026年3月底前", date(2026, 3, 30), False),
        ("2026年3月中旬", date(2026, 3, 20), True),
        ("2026年3月中旬", date(2026, 3, 15), False),
        ("2025年底前", date(2025, 6, 30), False),
        ("2026年2月", date(2026, 2, 28), True),
        ("2024年2月", date(2024, 2, 28), False),
        ("2026年3月1日至4月30日", date(2026, 4, 30), True),
        ("2026年3月1日至4月30日", date(2025, 4, 30), False),
        ("2026年3月1日至4月30日", date(2036, 4, 30), False),
        ("2026年12月1日至次年1月31日", date(2027, 1, 31), True),
        ("2026年12月1日至次年1月31日", date(2028, 1, 31), False),
        ("3月1日至31日", date(2030, 3, 31), True),
    ],
)
def test_a_day_is_stated_as_precisely_as_it_is_written(text, day, stated):
    assert states_day(text, day) is stated


@pytest.mark.parametrize(
    ("text", "day", "stated"),
    [
        ("每年3月1日", date(2024, 3, 1), True),
        ("2026年3月1日", date(2024, 3, 1), False),
        ("自2026年起每年3月1日至31日", date(2024, 3, 31), True),
        ("每年2月底", date(2024, 2, 29), True),
    ],
)
def test_what_repeats_every_year_has_no_year(text, day, stated):
    assert states_day(text, day, yearly=True) is stated


@pytest.mark.parametrize(
    ("text", "opens", "closes", "in_order"),
    [
        ("3月1日至4月30日", date(2026, 3, 1), date(2026, 4, 30), True),
        ("3月1日至4月30日", date(2026, 4, 30), date(2027, 3, 1), False),
        ("3月1日至4月30日", date(2026, 3, 1), date(2026, 3, 1), False),
        ("3月1日", date(2026, 3, 1), date(2026, 3, 1), True),
        ("每年3月", date(2026, 3, 1), date(2026, 3, 31), True),
        ("常年受理", date(2026, 3, 1), date(2026, 3, 31), True),
    ],
)
def test_a_run_is_written_from_its_first_day_to_its_last(text, opens, closes, in_order):
    assert run_in_order(text, opens, closes) is in_order


@pytest.mark.parametrize("pump", ["9", "一", "1,", "1:", "1、", "（1）", "20", "3月", "千", "分之"])
def test_long_texts_are_read_in_proportion_to_their_length(pump):
    assert len(figures_in(pump * 20_000)) >= 0


MONTHS = {
    "每年3月和9月受理": {3, 9},
    "每年3月、6月、9月": {3, 6, 9},
    "每季度首月受理": {1, 4, 7, 10},
    "每季度第一个月1日至15日": {1, 4, 7, 10},
    "每季度的最后一个月": {3, 6, 9, 12},
    "每季度末月": {3, 6, 9, 12},
    "每季度第二个月": {2, 5, 8, 11},
    "每季第三个月": {3, 6, 9, 12},
    "每半年最后一个月": {6, 12},
    "每半年首月": {1, 7},
    "每月10日前": set(range(1, 13)),
    "每季度受理一次": set(),
    "2026年3月受理": set(),
}


@pytest.mark.parametrize("text", MONTHS)
def test_months_that_come_again_are_read(text):
    assert stated_months(text) == MONTHS[text]


@pytest.mark.parametrize(
    ("text", "day", "stated"),
    [
        ("每季度首月1日至15日", 15, True), ("每季度首月15日前", 15, True), ("每月5日至20日", 5, True),
        ("每月5日至20日", 15, False), ("每季度首月", 1, True), ("每季度首月", 15, False), ("每月中旬", 11, True),
        ("每年3月1日至15日和9月1日至15日", 15, True), ("连续15日", 15, True),
    ],
)  # fmt: skip
def test_days_of_months_that_come_again_are_read(text, day, stated):
    assert states_day_of_month(text, day) is stated
