"""Business scopes and official names of industries in tables: read as POST /v1/match reads them."""

import pytest

from seeds.word_lists import scope_mark
from tests.service.intake.on_a_day import read_tenants

SCOPE = "许可项目：食品添加剂生产；食品销售。（依法须经批准的项目，经相关部门批准后方可开展经营活动）一般项目：生物基材料研发"


def profiles(csv_bytes, *rows):
    return [row.profile for row in read_tenants(csv_bytes(rows))]


@pytest.mark.parametrize(
    "heading",
    [
        "经营范围", "业务范围", "许可经营项目", "一般经营项目", "企业经营范围", "登记经营范围", "许可项目", "一般项目",
        "Business Scope",
    ],
)  # fmt: skip
def test_a_column_of_scopes_is_the_field_as_it_stands(csv_bytes, heading):
    (profile,) = profiles(csv_bytes, ["企业名称", heading], ["甲", SCOPE])
    assert profile.business_scope == SCOPE


def test_the_columns_of_permitted_and_general_items_add_up(csv_bytes):
    rows = ["企业名称", "许可经营项目", "一般经营项目"], ["甲", "食品生产", "生物基材料研发"], ["乙", "", "日用品销售"]
    assert [profile.business_scope for profile in profiles(csv_bytes, *rows)] == [
        "食品生产；生物基材料研发",
        "日用品销售",
    ]


def test_a_scope_that_is_too_long_stays_unread_and_refuses_no_row(csv_bytes):
    (row,) = read_tenants(csv_bytes([["企业名称", "经营范围", "主营产品"], ["甲", "酒" * 4001, "聚乳酸"]]))
    assert row.profile.products == ("聚乳酸",)
    assert [(caveat.field, caveat.code) for caveat in row.caveats] == [("business_scope", "too_long")]


@pytest.mark.parametrize("scope", [SCOPE, SCOPE * 6, "生产、销售：化妆品、饲料添加剂", "许可项目：药品生产"])
def test_a_scope_in_the_column_of_products_is_one_text(csv_bytes, scope):
    (profile,) = profiles(csv_bytes, ["企业名称", "主营产品"], ["甲", scope])
    assert profile.products == (scope,)


def test_products_beside_a_scope_are_a_list_and_an_official_name_is_one_sector(csv_bytes):
    header = ["企业名称", "行业", "主营产品"]
    (profile,) = profiles(csv_bytes, header, ["甲", "农、林、牧、渔业；疫苗", "聚乳酸、PHA"])
    assert profile.sector == ("农、林、牧、渔业", "疫苗")
    assert profile.products == ("聚乳酸", "PHA")


@pytest.mark.parametrize(
    ("profile", "pointer", "code"),
    [
        ({"business_scope": "酒" * 4001}, "/profile/business_scope", "too_long"),
        ({"products": ["酒" * 201]}, "/profile/products/0", "too_long"),
        ({"products": ["一般项目：" + "酒" * 4000]}, "/profile/products/0", "too_long"),
        ({"sector": ["一般项目：" + "酒" * 200]}, "/profile/sector/0", "too_long"),
        ({"business_scope": ["酒类经营"]}, "/profile/business_scope", "not_text"),
    ],
)
def test_what_is_too_long_for_its_field_is_refused(server, profile, pointer, code):
    reply = server.match(profile)
    assert reply.status == 422
    assert [(error["pointer"], error["code"]) for error in reply.json["errors"]] == [(pointer, code)]


@pytest.mark.parametrize("field", ["business_scope", "products"])
def test_a_scope_of_4000_characters_is_accepted(server, field):
    scope = ("一般项目：食品添加剂生产；" + "酒类经营；" * 800)[:4000]
    reply = server.match({"city": "合肥", field: scope})
    assert reply.status == 200
    assert ("concepts", "food-additive") in [(f["fact"], f["value"]) for f in reply.json["profile"]["facts"]]
    assert scope_mark().search(scope)
