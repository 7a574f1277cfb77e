"""Registered places beside other addresses and parts: the region is where a company is registered, or it is open."""

import pytest

from matcher.places.reader import resolve_place
from tests.service.intake.on_a_day import read_tenants


@pytest.fixture
def tenant(csv_bytes, vocabularies):
    """Return a company of one row of (heading, value) pairs, its region, and the columns left open."""

    def go(**columns):
        content = csv_bytes([["企业名称", *columns], ["甲", *columns.values()]])
        table = read_tenants(content, vocabularies=vocabularies)
        (row,) = table
        place = resolve_place(row.profile.city, vocabularies["regions"])
        region = place.codes[0] if place.is_fact else None
        return row, region, {column.heading for column in table.columns if column.left_open}

    return go


CHANGFENG, NANSHAN, HEFEI = "340121", "440305", "340100"


@pytest.mark.parametrize(
    ("columns", "region"),
    [
        ({"经营地址": "深圳市南山区1号", "注册地址": "合肥市长丰县"}, CHANGFENG),
        ({"办公地址": "深圳市南山区1号", "登记地": "合肥市长丰县"}, CHANGFENG),
        ({"住所": "合肥市长丰县", "实际经营地址": "深圳市南山区1号"}, CHANGFENG),
        ({"经营地址": "深圳市南山区1号", "注册地址": ""}, NANSHAN),
        ({"办公地址": "深圳市南山区1号", "位置": "A栋3楼"}, NANSHAN),
        ({"所在地": "合肥市", "注册地": "合肥市长丰县"}, CHANGFENG),
        ({"经营地址": "深圳市南山区1号", "省": "安徽", "市": "合肥"}, HEFEI),
    ],
)
def test_a_company_is_where_it_is_registered_and_elsewhere_only_where_no_such_place_is_reported(
    tenant, columns, region
):
    row, found, left_open = tenant(**columns)
    assert (found, row.caveats, left_open) == (region, (), set())


@pytest.mark.parametrize(
    ("columns", "city"),
    [
        ({"经营地址": "A栋3楼"}, "A栋3楼"),
        ({"经营地址": "A栋3楼", "办公地址": "B栋"}, "A栋3楼B栋"),
        ({"经营地址": "深圳市南山区1号", "办公地址": "A栋3楼"}, "深圳市南山区1号"),
        ({"经营地址": "A栋3楼", "注册地址": "科苑路15号"}, "科苑路15号"),
    ],
)
def test_where_only_operating_addresses_are_given_they_are_kept_as_written(tenant, columns, city):
    assert tenant(**columns)[0].profile.city == city


def test_a_registered_street_is_not_put_into_the_city_of_another_address(tenant):
    row, region, _ = tenant(经营地址="深圳市南山区1号", 注册地址="科苑路15号")
    assert (row.profile.city, region) == ("科苑路15号", None)


@pytest.mark.parametrize(
    "columns",
    [
        {"所在区域": "广州", "注册地": "合肥"},
        {"省": "安徽", "市": "合肥", "区县": "长丰", "注册地址": "深圳南山"},
        {"省": "440000", "区县": "340121"},
        {"市": "北京", "注册地": "合肥市"},
        {"市": "合肥", "位置": "位于深圳市南山区的大厦"},
        {"注册地": "合肥市望江西路800号", "住所": "北京市海淀区"},
    ],
)
def test_columns_that_contradict_one_another_leave_the_place_open_and_each_is_reported(tenant, columns):
    row, _, left_open = tenant(**columns)
    assert (row.profile.city, left_open) == ("", set(columns))
    assert {caveat.code for caveat in row.caveats} == {"place_left_open"}
    for language in ("zh", "en"):
        assert any(heading in row.caveats[0].worded(language)[0] for heading in columns)


@pytest.mark.parametrize(
    ("columns", "region"),
    [
        ({"省份": "广东省", "城市": "深圳市", "区县": "南山区", "注册地址": "粤海街道科苑路15号"}, NANSHAN),
        ({"省份": "广东省", "城市": "深圳市", "区县": "南山区", "注册地址": "南山区粤海街道1号"}, NANSHAN),
        ({"省份": "广东省", "城市": "深圳市", "区县": "南山区", "注册地址": "深圳市南山区粤海街道1号"}, NANSHAN),
        ({"城市": "合肥", "位置": "A栋3楼"}, HEFEI),
        ({"所在区域": "一期3号楼", "注册地": "合肥市长丰县"}, CHANGFENG),
        ({"省": "安徽省", "市": "合肥市", "区县": "蜀山区", "注册地址": "合肥市望江西路800号"}, "340104"),
        ({"省": "安徽省", "市": "合肥市", "区县": "高新区", "注册地址": "望江西路1号"}, "zone:hefei-high-tech"),
        ({"省": "安徽省", "市": "合肥市", "区县": "市辖区", "注册地址": "A栋3楼"}, HEFEI),
        ({"省": "安徽省", "市": "六安市", "区县": "寿县", "注册地址": "城关镇1号"}, "340422"),
        ({"省": "吉林省", "市": "长春市", "区县": "朝阳区", "注册地址": "红旗街1号"}, "220104"),
        ({"province": "Guangdong", "city name": "Shenzhen", "district": "Nanshan District"}, NANSHAN),
        ({"省": "44", "市": "03", "区县": "05", "注册地址": "科苑路15号"}, NANSHAN),
        ({"省": "44", "市": "03"}, "440300"),
        ({"城市": "合肥", "注册地址": "中山大学科技园"}, HEFEI),
    ],
)
def test_what_names_no_place_of_its_own_stands_before_nothing_that_does(tenant, columns, region):
    row, found, left_open = tenant(**columns)
    assert (found, row.caveats, left_open) == (region, (), set())


def test_every_place_reported_by_the_columns_of_its_parts_is_read(csv_bytes, read, vocabularies):
    regions = vocabularies["regions"]
    counties = [code for code in regions.entries if code.isdigit() and not code.endswith("00")][::7]
    paths = [(f"{code[:2]}0000", f"{code[:4]}00", code) for code in counties]
    rows = [[regions[part].zh if part in regions else "" for part in path] for path in paths]
    content = csv_bytes([["企业名称", "省", "市", "区县", "注册地址"], *(["甲", *row, "幸福路1号"] for row in rows)])
    tenants, _ = read(content, vocabularies=vocabularies)
    found = [resolve_place(tenant.profile.city, regions).codes for tenant in tenants]
    assert [(code,) for code in counties] == found
