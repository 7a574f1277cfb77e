import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake.headings.layout import Column
from service.intake.headings.names import BY_ID, CITY, COUNTY, PLACE, PROVINCE
from service.intake.raw_table import CellError, LeftOpenError
from service.intake.rows.cells import NOT_STATED, read_cell, split_list
from service.intake.rows.places import join_places


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("聚乳酸、PHA", ["聚乳酸", "PHA"]),
        ("聚乳酸,PHA，PLA", ["聚乳酸", "PHA", "PLA"]),
        ("聚乳酸;PHA；PLA", ["聚乳酸", "PHA", "PLA"]),
        ("聚乳酸/PHA", ["聚乳酸", "PHA"]),
        ("聚乳酸\nPHA", ["聚乳酸", "PHA"]),
        ("1,4-丁二醇", ["1,4-丁二醇"]),
        ("1,3-丙二醇,1,4-丁二醇", ["1,3-丙二醇", "1,4-丁二醇"]),
        ("2，5-呋喃二甲酸、PEF", ["2，5-呋喃二甲酸", "PEF"]),
        ("N,N-二甲基甲酰胺", ["N,N-二甲基甲酰胺"]),
        ("生物基材料（PLA、PHA）、酶", ["生物基材料（PLA、PHA）", "酶"]),
        ("没有闭合（PLA、PHA", ["没有闭合（PLA", "PHA"]),
        ("胶囊D,膜片", ["胶囊D", "膜片"]),
        ("维生素,N-乙酰半胱氨酸", ["维生素", "N-乙酰半胱氨酸"]),
        ("CRO/CDMO", ["CRO", "CDMO"]),
        ("3/4英寸膜", ["3/4英寸膜"]),
        ("、、聚乳酸、", ["聚乳酸"]),
    ],
)
def test_a_list_is_split_where_it_separates(text, items):
    assert split_list(text) == items


@given(st.text(max_size=60))
def test_splitting_never_fails_and_gives_no_empty_item(text):
    assert all(item.strip() for item in split_list(text))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("不再生产柠檬酸、乳酸", ["不再生产柠檬酸、乳酸"]),
        ("不需要资金、厂房", ["不需要资金、厂房"]),
        ("无高企、专精特新", ["无高企、专精特新"]),
        ("没有资金、厂房需求", ["没有资金、厂房需求"]),
        ("PHA（已停产）、PLA", ["PHA（已停产）", "PLA"]),
        ("缺钱、缺人", ["缺钱", "缺人"]),
        ("聚乳酸、不锈钢发酵罐", ["聚乳酸", "不锈钢发酵罐"]),
        ("未来食品、酶", ["未来食品、酶"]),
    ],
)
def test_a_list_that_may_deny_all_of_itself_is_left_to_whom_reads_it(text, items):
    assert cell(text, "products") == items


def cell(value, field, **options):
    return read_cell(value, Column(position=0, heading="", field=BY_ID[field], **options))


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("employees", "120人", 120),
        ("employees", "0人", 0),
        ("employees", "1,200", 1200),
        ("employees", "１２０", 120),
        ("employees", 120.0, 120.0),
        ("name", 123.0, "123"),
        ("city", 440305.0, "440305"),
        ("sector", 2761.0, ["2761"]),
        ("foreign_invested", "是", True),
        ("foreign_invested", "外资", True),
        ("foreign_invested", "内资", False),
        ("foreign_invested", "NO", False),
        ("foreign_invested", "√", True),
        ("foreign_invested", 1.0, True),
        ("invention_patents", "12件", 12.0),
        ("revenue_growth", "5%", 0.05),
        ("products", "无", NOT_STATED),
        ("employees", "—", NOT_STATED),
        ("annual_revenue_cny", "暂无", NOT_STATED),
        ("certifications", ["高新技术企业", None, ""], ["高新技术企业"]),
    ],
)
def test_a_cell_is_read_as_its_field(field, value, read):
    assert cell(value, field) == read


@pytest.mark.parametrize(
    ("value", "factor", "yuan"),
    [
        (5000, 1e4, 5e7),
        ("5,000.5", 1e4, 50_005_000.0),
        ("2亿元", 1e4, "2亿元"),
        ("3000元", 1e4, "3000元"),
        (1.2, 1e8, 1.2e8),
        ("￥3.2", 1e8, 3.2e8),
        ("¥ 3.2", 1e8, 3.2e8),
        ("RMB3.2", 1e8, 3.2e8),
        ("CNY 3.2", 1e8, 3.2e8),
        ("3.2人民币", 1e8, 3.2e8),
        ("人民币3.2", 1e8, 3.2e8),
        ("￥1,234.5", 1e4, 12_345_000.0),
        ("3.2e1", 1e8, 3.2e9),
        ("1.2E+05", 1.0, 120_000.0),
        ("1.2E+05", 1e4, 1.2e9),
        ("3.2E-1", 1e8, 3.2e7),
        ("人民币3.2亿", 1e4, "人民币3.2亿"),
        ("3.2億元", 1e4, "3.2亿元"),
        ("¥3000元", 1e4, "¥3000元"),
        ("-¥3", 1e4, -30_000.0),
        ("1.234567", 1e4, 12_345.67),
        (1.234567, 1e4, 12_345.67),
    ],
)
def test_a_number_takes_the_unit_of_its_heading_and_a_text_its_own(value, factor, yuan):
    assert cell(value, "annual_revenue_cny", factor=factor) == yuan


@pytest.mark.parametrize(
    ("field", "value", "factor", "read"),
    [
        ("employees", "1.2", 1e3, 1200),
        ("employees", 1.2, 1e3, 1200.0),
        ("employees", "500人", 1e3, 500),
        ("employees", "1.2E+03", 1.0, 1200),
        ("invention_patents", "0.5", 1e2, 50.0),
        ("invention_patents", 0.5, 1e2, 50.0),
        ("invention_patents", "12件", 1e2, 12.0),
    ],
)
def test_a_count_takes_the_unit_of_its_heading_unless_it_names_what_it_counts(field, value, factor, read):
    assert cell(value, field, factor=factor) == read


@pytest.mark.parametrize(("value", "factor"), [("1.23456", 1e3), ("0.5人", 1e3), ("1e400", 1.0)])
def test_a_count_that_is_not_whole_is_refused(value, factor):
    with pytest.raises(CellError, check=lambda error: error.code == "not_count"):
        cell(value, "employees", factor=factor)


@pytest.mark.parametrize(
    ("value", "rate"),
    [("-5%", -0.05), ("120%", "120%"), (0, 0), ("−3%", -0.03), ("负5%", -0.05), ("0.0", 0), ("百分之15", 0.15)],
)
def test_a_growth_rate_may_be_negative_or_above_one(value, rate):
    assert cell(value, "revenue_growth") == rate


@pytest.mark.parametrize(
    ("value", "rate"), [("-5", -0.05), (-12.5, -0.125), ("120", "120%"), (120.0, "120%"), ("-5%", -0.05)]
)
def test_a_growth_rate_under_a_percent_heading_is_in_per_cent(value, rate):
    assert cell(value, "revenue_growth", percent=True) == rate


@pytest.mark.parametrize("value", ["1.2", 12, 0.8, "0.05", 1, -0.05, "一", "-120%", "99999%"])
def test_a_growth_rate_that_may_be_meant_either_way_is_left_open(value):
    with pytest.raises(LeftOpenError, check=lambda error: error.code == "rate_left_open"):
        cell(value, "revenue_growth")


@pytest.mark.parametrize("value", ["翻番", "inf", "很高%", True])
def test_what_is_no_rate_is_refused(value):
    with pytest.raises(CellError, check=lambda error: error.code == "not_rate") as refused:
        cell(value, "revenue_growth")
    assert not isinstance(refused.value, LeftOpenError)


@pytest.mark.parametrize("value", ["2015-03", "2015年3月", "201503", "2015/3", "2015.03"])
def test_a_month_counts_as_its_days(value):
    days = cell(value, "founded_on")
    assert (days.low, days.high) == (date(2015, 3, 1).toordinal(), date(2015, 3, 31).toordinal())
    assert str(days) == "2015-03"


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("uscc", '="91110000600037341L"', "91110000600037341L"),
        ("uscc", "'91110000600037341L", "91110000600037341L"),
        ("uscc", "’91110000600037341L", "91110000600037341L"),
        ("external_id", '="0012"', "0012"),
        ("external_id", "'0012", "0012"),
        ("city", "'440305", "440305"),
        ("name", "'n Sync", "'n Sync"),
    ],
)
def test_what_keeps_a_text_from_being_a_number_is_no_part_of_it(field, value, read):
    assert cell(value, field) == read


@pytest.mark.parametrize("field", ["invention_patents", "founded_on"])
@pytest.mark.parametrize("value", [True, False])
def test_yes_and_no_are_no_figure(field, value):
    with pytest.raises(CellError, check=lambda error: error.code.startswith("not_")):
        cell(value, field)


@pytest.mark.parametrize(
    ("value", "text"), [(12.0, "12"), (1.5, "1.5"), (-0.5, "-0.5"), (999_999_999_999_999.0, "999999999999999")]
)
def test_a_number_under_a_heading_for_words_is_read_as_it_is_shown(value, text):
    assert cell(value, "name") == text


@pytest.mark.parametrize(
    ("value", "day"), [(20150301.0, "2015-03-01"), (42064.0, "2015-03-01"), (42064.75, "2015-03-01")]
)
def test_a_number_is_a_day_written_in_figures_or_counted_with_or_without_its_hour(value, day):
    assert cell(value, "founded_on") == day


@pytest.mark.parametrize(
    ("serial", "day"), [(7305, None), (7306, "1920-01-01"), (73_050, "2099-12-31"), (73_051, None)]
)
def test_a_day_counted_as_a_number_is_one_of_1920_to_2099(serial, day):
    with contextlib.nullcontext() if day else pytest.raises(CellError, check=lambda error: error.code == "not_date"):
        assert cell(serial, "founded_on") == day


def test_a_day_written_in_figures_has_no_fraction():
    with pytest.raises(CellError, check=lambda error: error.code == "not_date"):
        cell(20150301.5, "founded_on")


def test_an_endless_number_is_no_value():
    with pytest.raises(CellError, check=lambda error: error.code == "error_value"):
        cell(float("inf"), "employees")


def test_a_number_up_to_one_under_a_percent_heading_is_not_guessed():
    assert cell(5, "revenue_growth", percent=True) == 0.05
    with pytest.raises(CellError, check=lambda error: error.code == "share_unclear"):
        cell(0.5, "revenue_growth", percent=True)


@given(
    st.sampled_from(sorted(set(BY_ID) - {"ignored"})),
    st.one_of(
        st.text(max_size=20),
        st.floats(),
        st.integers(),
        st.booleans(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.none(),
    ),
)
def test_any_cell_gives_a_value_or_a_reason(field, value):
    with contextlib.suppress(CellError):
        cell(value, field)


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ([(CITY, "合肥"), (COUNTY, "长丰")], "合肥长丰"),
        ([(PROVINCE, "广东省"), (CITY, "深圳市"), (COUNTY, "南山区")], "广东省深圳市南山区"),
        ([(CITY, "深圳"), (PLACE, "南山区")], "深圳南山区"),
        ([(CITY, "深圳"), (PLACE, "深圳市南山区")], "深圳市南山区"),
        ([(COUNTY, "南山区"), (PLACE, "深圳市"), (PROVINCE, "广东省")], "广东省深圳市南山区"),
        ([(PLACE, "科技园"), (CITY, "深圳市")], "深圳市科技园"),
        ([(PROVINCE, "上海市"), (CITY, "上海市"), (COUNTY, "浦东新区")], "上海市浦东新区"),
        ([(COUNTY, "南沙区")], "南沙区"),
        ([(PROVINCE, "440000"), (CITY, "440100"), (COUNTY, "440115")], "440115"),
        ([(PROVINCE, "440000000000"), (CITY, "440100")], "440100"),
        ([(PROVINCE, "440000"), (COUNTY, "340121")], "440000、340121"),
        ([(PROVINCE, "广东省"), (CITY, "440100")], "440100"),
        ([(PROVINCE, "440000"), (COUNTY, "南沙区")], "440000 南沙区"),
    ],
)
def test_a_place_is_put_together_from_its_columns(parts, place):
    assert join_places(parts) == place
