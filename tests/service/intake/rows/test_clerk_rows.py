"""Rows of a park's list that are no companies, and cells that name several classes at once."""

from datetime import date

import pytest

from matcher.profiles.profile import Profile
from service.intake.rows.companies import Companies
from tests.service.intake.on_a_day import read_tenants

HEADINGS = ["序号", "企业名称", "行业", "注册地", "员工人数", "营业收入(元)"]
COMPANY = ["1", "甲公司", "医药", "合肥", "3", "4"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["合计", "", "", "", 200, 5000], "total_row"),
        (["", "", "合 计", "", 200, 5000], "total_row"),
        (["", "合计（2家）", "", "", 200, 5000], "total_row"),
        (["", "合计：12家企业", "", "", 200, 5000], "total_row"),
        (["", "本页合计", "", "", 200, 5000], "total_row"),
        (["", "生物医药小计", "", "", 200, 5000], "total_row"),
        (["小计", "3家", "", "", 200, 5000], "total_row"),
        (["", "平均", "", "", 200, 5000], "total_row"),
        (["", "其中：规上企业", "", "", 200, 5000], "total_row"),
        (["", "其中规上", "", "", 200, 5000], "total_row"),
        (["", "Grand Total:", "", "", 200, 5000], "total_row"),
        (["填表人：张三 联系电话：13800000000", "", "", "", "", ""], "note_row"),
        (["", "填表人：张三 联系电话：13800000000", "", "", "", ""], "note_row"),
        (["", "注：金额为上年度", "", "", "", ""], "note_row"),
        (["二、其他（1家）", "", "", "", "", ""], "section_row"),
        (["", "二、其他（1家）", "", "", "", ""], "section_row"),
        (["", "（一）生物医药企业", "", "", "", ""], "section_row"),
        (["", "规上企业（共12家）", "", "", 200, 5000], "section_row"),
        ([1, 2, 3, 4, 5, 6], "numbers_row"),
        (["甲", "乙", 1, 2, 3, 4], "numbers_row"),
        (["栏次", "（1）", "（2）", "（3）", "（4）", "5=3+4"], "numbers_row"),
    ],
)
def test_rows_that_are_no_companies_are_left_out_and_reported(row, code, csv_bytes, xlsx_bytes, read):
    for content in (csv_bytes([HEADINGS, row, COMPANY]), xlsx_bytes([HEADINGS, row, COMPANY])):
        tenants, rejected = read(content)
        assert [tenant.profile.name for tenant in tenants] == ["甲公司"]
        assert [(reported.row, [fault.code for fault in reported.faults]) for reported in rejected] == [(1, [code])]
        reported = str(rejected[0].plain())
        assert "张三" not in reported
        assert "138" not in reported


def test_a_merged_row_of_sums_and_a_section_under_a_number_of_ours_are_no_companies(xlsx_bytes, read):
    def merge(_, sheet):
        sheet.merge_range("A4:D4", "合计")

    headings = ["编号", *HEADINGS[1:]]
    rows = [headings, ["生物医药板块"], COMPANY, ["", "", "", "", 3, 4]]
    tenants, rejected = read(xlsx_bytes(rows, merge))
    assert [tenant.row for tenant in tenants] == [2]
    assert [(row.row, row.faults[0].code) for row in rejected] == [(1, "section_row"), (3, "total_row")]


@pytest.mark.parametrize(
    "name",
    [
        "合计科技有限公司", "平均律生物", "小计算科技", "一、甲生物公司", "总计量院", "其中科技公司", "说明书网", "统计人力公司",
        "三一重工", "九、丰合作社", "企业家（合肥）俱乐部", "单位云有限公司", "第一百货", "甲", "12", "北京共益企业（有限合伙）",
    ],
)  # fmt: skip
def test_a_company_called_like_such_a_row_stays_one(name, csv_bytes, read):
    for row in (["1", name, "其他（1家）", "合肥", "3", "4"], ["2", name, *[""] * 4]):
        (tenant,), rejected = read(csv_bytes([HEADINGS, row]))
        assert (tenant.profile.name, rejected) == (name, [])


def test_what_stands_right_of_the_place_is_read_too(csv_bytes, read):
    headings = ["省", "市", "区县", "企业名称", "行业", "行业", "成立日期", "发明专利", "员工人数"]
    row = ["广东", "深圳", "南山区", "甲", "医药、疫苗", "医药；酶", "2015-03-01", 4, 3]
    (tenant,), _ = read(csv_bytes([headings, row]))
    assert tenant.profile == Profile(
        name="甲", city="广东深圳南山区", sector=("医药", "疫苗", "酶"), founded_on=date(2015, 3, 1), employees=3,
        facts={"invention_patents": 4.0},
    )  # fmt: skip


@pytest.mark.parametrize(("day", "codes"), [("2026-11-22", []), ("2026-11-23", ["in_the_future"])])
def test_a_company_may_be_founded_on_the_last_day_and_no_later(csv_bytes, read, day, codes):
    tenants, rejected = read(csv_bytes([["企业名称", "成立日期"], ["甲", day]]), latest=date(2026, 11, 22))
    assert [str(tenant.profile.founded_on) for tenant in tenants] == ([] if codes else [day])
    assert [fault.code for row in rejected for fault in row.faults] == codes


def test_serial_numbers_written_ahead_are_no_rows(csv_bytes, read):
    tenants, rejected = read(csv_bytes([HEADINGS, COMPANY, ["2", *[""] * 5], ["无", *[""] * 5]]))
    assert (len(tenants), rejected) == (1, [])


@pytest.mark.parametrize(
    ("heading", "word", "choices"),
    [
        ("企业规模", "小微", "微型企业、小型企业"),
        ("企业规模", "小微企业", "微型企业、小型企业"),
        ("企业规模", "中小企业", "微型企业、小型企业、中型企业"),
        ("融资轮次", "未融资", "初创期、成长期、成熟期"),
        ("融资轮次", "战略融资", "初创期、成长期、成熟期、已上市"),
        ("企业发展阶段", "上市公司子公司", "初创期、成长期、成熟期、已上市"),
    ],
)
def test_a_word_of_several_classes_is_left_open_and_reported(heading, word, choices, csv_bytes, vocabularies):
    table = read_tenants(csv_bytes([["企业名称", heading], ["甲公司", word]]), vocabularies=vocabularies)
    (row,) = table
    assert row.profile == Profile(name="甲公司")
    assert [caveat.code for caveat in row.caveats] == ["entry_left_open"]
    assert choices in row.caveats[0].worded("zh")[0]
    assert [column.left_open for column in table.columns] == [0, 1]


@pytest.mark.parametrize(
    ("first", "further", "is_the_same"),
    [
        ({"city": "合肥"}, {}, True),  # what is unknown contradicts nothing
        ({}, {"employees": 20}, True),
        ({"city": "合肥", "employees": 20}, {"city": "合肥", "employees": 20}, True),
        ({"city": "合肥"}, {"city": "芜湖"}, False),
        ({"employees": 20}, {"employees": 21}, False),
    ],
)
def test_rows_of_one_short_name_are_one_company_unless_they_tell_different_things(first, further, is_the_same):
    known = Companies()
    assert known.find(1, Profile(name="大白", **first)) is None
    assert known.find(2, Profile(name="大白", **further)) == (1 if is_the_same else None)
