import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tables.cells import NOT_SAID, read_cell
from service.tables.fields import BY_ID, CITY, COUNTY, PLACE, PROVINCE
from service.tables.headings import Column
from service.tables.lists import split_list
from service.tables.messages import CellError
from service.tables.rows import join_places


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


def cell(value, field, **options):
    return read_cell(value, Column(position=0, heading="", field=BY_ID[field], **options))


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("employees", "120人", 120),
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
        ("foreign_invested", "无", False),
        ("foreign_invested", "√", True),
        ("foreign_invested", 1.0, True),
        ("invention_patents", "12件", 12.0),
        ("revenue_growth", "5%", 0.05),
        ("products", "无", NOT_SAID),
        ("employees", "—", NOT_SAID),
        ("annual_revenue_cny", "暂无", NOT_SAID),
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
    ],
)
def test_a_number_takes_the_unit_of_its_heading_and_a_text_its_own(value, factor, yuan):
    assert cell(value, "annual_revenue_cny", factor=factor) == yuan


def test_a_number_up_to_one_under_a_percent_heading_is_not_guessed():
    assert cell(5, "revenue_growth", percent=True) == 0.05
    with pytest.raises(CellError, match="share_unclear"):
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
        ([(CITY, "北京"), (PLACE, "合肥市")], "合肥市"),
        ([(PROVINCE, "上海市"), (CITY, "上海市"), (COUNTY, "浦东新区")], "上海市浦东新区"),
        ([(COUNTY, "南沙区")], "南沙区"),
    ],
)
def test_a_place_is_put_together_from_its_columns(parts, place):
    assert join_places(parts) == place
