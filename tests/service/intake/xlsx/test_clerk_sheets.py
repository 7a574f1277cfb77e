"""Workbooks as a clerk keeps them: figures that a number format scales or names, units above, several sheets."""

import io

import pytest
import xlsxwriter

from service.intake.raw_table import TableRefusedError
from service.screenings.results.template import template_workbook
from tests.service.intake.on_a_day import look_at, read_tenants


def formatted(xlsx_bytes, headings, cells):
    """Return a workbook of one company a row: under each heading a number with its number format."""

    def change(workbook, sheet):
        for row, (value, form) in enumerate(cells, 1):
            sheet.write(row, 0, f"公司{row}")
            for place in range(1, len(headings)):
                sheet.write_number(row, place, value, workbook.add_format({"num_format": form}))

    return xlsx_bytes([headings], change)


@pytest.mark.parametrize("heading", ["营业收入", "营业收入（万元）"])
@pytest.mark.parametrize(
    ("value", "form", "yuan"),
    [
        (320, '0"万元"', 3.2e6),
        (320, '#,##0.00"万元"_ ', 3.2e6),
        (320, '[$￥-804]#,##0"万"', 3.2e6),
        (3.2, '0.0"亿"', 3.2e8),
        (3.2, '0.0"M"', 3.2e6),
        (3.2, '0.0"十亿"', 3.2e9),
        (3.2, "0.0\\M", 3.2e6),
        (3.2, 'General"亿元"', 3.2e8),
        (320, '0"元"', 320.0),
        (32_123_456, '0!.0,"万"', 32_123_456.0),
        (32_123_456, '0\\.0,"万元"', 32_123_456.0),
        (32_123_456, '0"."0000"万"', 32_123_456.0),
        (320_000_000, '0\\.00,,"亿元"', 3.2e8),
        (320_000_000, '0\\.00,,"百万"', None),
        (320_000_000, '#,##0,"千元"', 3.2e8),
        (320_000_000, '[>=100000000]#\\.##,,"亿";[>=10000]0\\.0,"万";0', 3.2e8),
        (20_000, '[>=100000000]#\\.##,,"亿";[>=10000]0\\.0,"万";0"元"', 20_000.0),
        (5, '[>=10000]0\\.0,"万";0', 5.0),
        (5, '[>100]0"亿元";[>50]0"万元";[>10]0"元"', 5.0),
        (5, '[>=100000000]#\\.##,,"亿";[>=10000]0\\.0,"万";0"元"', 5.0),
    ],
)
def test_a_number_is_money_as_its_format_shows_it(xlsx_bytes, read, heading, value, form, yuan):
    tenants, rejected = read(formatted(xlsx_bytes, ["企业名称", heading], [(value, form)]))
    assert not rejected
    assert tenants[0].profile.annual_revenue_cny == yuan
    assert [caveat.code for caveat in tenants[0].caveats] == ([] if yuan else ["format_left_open"])
    assert all(caveat.worded(language)[0] for caveat in tenants[0].caveats for language in ("zh", "en"))


def test_a_number_shown_as_it_is_beside_a_section_that_scales_none_keeps_the_unit_of_its_heading(xlsx_bytes, read):
    cells = [(5, '[>=10000]0"元";0'), (5, '[>=10000]0\\.0,"万";0')]
    tenants, _ = read(formatted(xlsx_bytes, ["企业名称", "营业收入（万元）"], cells))
    assert [tenant.profile.annual_revenue_cny for tenant in tenants] == [50_000.0, 5.0]


@pytest.mark.parametrize(
    "form", ["0", "#,##0.00", "¥#,##0", "[$￥-804]#,##0.00", "[$CNY] 0", '_ ￥* #,##0.00_ ;_ ￥* "-"??_ ']
)
def test_the_sign_of_the_yuan_leaves_the_unit_to_the_heading(xlsx_bytes, read, form):
    tenants, _ = read(formatted(xlsx_bytes, ["企业名称", "营业收入（万元）", "注册资本"], [(320, form)]))
    assert (tenants[0].profile.annual_revenue_cny, tenants[0].profile.facts) == (
        3.2e6,
        {"registered_capital_cny": 320.0},
    )


@pytest.mark.parametrize(
    "form", ["[$USD] 0", "[$$-409]#,##0", '"$"0', '0"万美元"', "[$€-2] 0", "[$¥-411]0", "[$Rp-421]0", '0"元/月"']
)
def test_money_of_another_country_is_refused_as_in_a_text(xlsx_bytes, read, form):
    tenants, rejected = read(formatted(xlsx_bytes, ["企业名称", "营业收入"], [(320, form)]))
    assert not tenants
    assert [fault.code for fault in rejected[0].faults] == ["not_money"]


@pytest.mark.parametrize("form", ['0.0,"万"', "#,##0,", "0%", '"约"0', '0!.0,"亿"', '0!.0!.0"万"'])
def test_a_format_that_shows_another_figure_leaves_the_money_open(xlsx_bytes, read, form):
    tenants, rejected = read(formatted(xlsx_bytes, ["企业名称", "营业收入"], [(32_000_000, form)]))
    assert not rejected
    assert tenants[0].profile.annual_revenue_cny is None
    assert [caveat.code for caveat in tenants[0].caveats] == ["format_left_open"]


@pytest.mark.parametrize(
    ("value", "form", "yuan"),
    [
        (5, '0"万元";0"元"', 5e4),
        (5, '0"万元";0"美元";0"美元"', 5e4),
        (0, '0"万元";0"美元"', 0.0),
        (0, '0"美元";0"美元";0"万元"', 0.0),
    ],
    ids=["above 0", "above 0, of three", "0, of two", "0, of three"],
)
def test_a_section_of_a_format_shows_the_numbers_it_is_for(xlsx_bytes, read, value, form, yuan):
    tenants, _ = read(formatted(xlsx_bytes, ["企业名称", "营业收入"], [(value, form)]))
    assert [tenant.profile.annual_revenue_cny for tenant in tenants] == [yuan]


@pytest.mark.parametrize(
    ("value", "form", "growth"),
    [(-0.05, '0"倍";-0%', -0.05), (0.05, '0"倍";-0%', None), (-0.05, "0%", -0.05), (-5, '0"%"', -0.05)],
    ids=["below 0", "not below 0", "all", "all, in words"],
)
def test_a_section_for_what_is_below_0_is_the_second(xlsx_bytes, read, value, form, growth):
    tenants, _ = read(formatted(xlsx_bytes, ["企业名称", "营收增长率"], [(value, form)]))
    assert [tenant.profile.facts.get("revenue_growth") for tenant in tenants] == [growth]


@pytest.mark.parametrize(("length", "yuan"), [(255, 5e4), (256, None)])
def test_a_format_is_read_as_long_as_spreadsheet_programs_write_one(xlsx_bytes, read, length, yuan):
    form = f'0"万元"{"_ " * length}'[: length - length % 2] + "0" * (length % 2)
    assert len(form) == length
    tenants, _ = read(formatted(xlsx_bytes, ["企业名称", "营业收入"], [(5, form)]))
    assert [tenant.profile.annual_revenue_cny for tenant in tenants] == [yuan]


@pytest.mark.parametrize(
    ("value", "form", "people"), [(3, '0"千人"', 3000), (120, '0"人"', 120), (1.2, '0.0"万人"', 12000)]
)
def test_people_are_counted_as_the_format_shows_them(xlsx_bytes, read, value, form, people):
    tenants, _ = read(formatted(xlsx_bytes, ["企业名称", "员工人数"], [(value, form)]))
    assert tenants[0].profile.employees == people


def test_growth_is_in_per_cent_by_its_format(xlsx_bytes, read):
    cells = [(1.2, "0%"), (12, '0"%"'), (0.008, "0.0%"), (0.8, "0.0"), (0, "0.0")]
    tenants, rejected = read(formatted(xlsx_bytes, ["企业名称", "营收增长率"], cells))
    assert not rejected
    assert [tenant.profile.facts.get("revenue_growth") for tenant in tenants] == ["120%", 0.12, 0.008, None, 0]


def test_a_merged_figure_is_read_as_shown_in_every_row(xlsx_bytes, read):
    def merge(workbook, sheet):
        sheet.merge_range("B2:B3", 320, workbook.add_format({"num_format": '0"万元"'}))

    tenants, _ = read(xlsx_bytes([["企业名称", "营业收入"], ["甲"], ["乙"]], merge))
    assert [tenant.profile.annual_revenue_cny for tenant in tenants] == [3.2e6, 3.2e6]
    assert read_tenants(xlsx_bytes([["企业名称", "营业收入"], ["甲"]], merge)).columns[1].unit_assumed


GROUPED = ["企业名称", "注册地", "行业", "营业收入", "研发费用（元）", "注册资本", "员工人数"]


def grouped(xlsx_bytes, over, title=None):
    """Return a workbook with groups of columns above the headings: (text, first column, last column) each."""

    def change(_, sheet):
        if title:
            sheet.merge_range(0, 0, 0, len(GROUPED) - 1, title)
        for text, first, last in over:
            row = 1 if title else 0
            if first == last:
                sheet.write(row, first, text)
            else:
                sheet.merge_range(row, first, row, last, text)

    rows = [*[[]] * bool(title), *[[]] * bool(over), GROUPED, ["甲", "合肥", "生物", 3200, 5, 10, 7]]
    return xlsx_bytes(rows, change)


@pytest.mark.parametrize(
    ("over", "title"),
    [
        ([("基本情况", 0, 2), ("经营情况（万元）", 3, 6)], None),
        ([("基本情况", 0, 2), ("经营情况（万元）", 3, 6)], "园区企业情况表"),
        ([("基本情况", 0, 0), ("经营情况（单位：万元、人）", 3, 3)], None),
        ([("万元", 3, 3), ("万元", 5, 5), ("人", 6, 6)], None),
        ([], "园区企业情况表（万元）"),
    ],
)
def test_a_unit_in_the_row_above_the_headings_holds_for_the_money_below(xlsx_bytes, over, title):
    table = read_tenants(grouped(xlsx_bytes, over, title))
    (tenant,) = table
    profile = tenant.profile
    assert (profile.annual_revenue_cny, profile.facts["registered_capital_cny"]) == (3.2e7, 1e5)
    assert (profile.rd_spend_cny, profile.employees) == (5.0, 7)
    assert not any(report.unit_assumed for report in table.columns)


@pytest.mark.parametrize("shift", [0, 1, 3])
def test_where_a_sheet_begins_changes_nothing(xlsx_bytes, shift):
    def change(_, sheet):
        sheet.merge_range(0, shift, 0, shift + 1, "基本情况")
        sheet.merge_range(0, shift + 2, 0, shift + 3, "经营情况（万元）")
        sheet.write_row(1, shift, ["企业名称", "注册地", "营业收入", "研发费用"])
        sheet.write_row(2, shift, ["甲", "合肥", 5, 6])

    table = read_tenants(xlsx_bytes([], change))
    (tenant,) = table
    assert (tenant.profile.name, tenant.profile.city) == ("甲", "合肥")
    assert (tenant.profile.annual_revenue_cny, tenant.profile.rd_spend_cny) == (50_000.0, 60_000.0)
    assert (table.raw.left, table.raw.about["heading_line"]) == (shift, 2)


@pytest.mark.parametrize("shift", [0, 1, 3])
def test_a_group_that_is_planned_spoils_its_own_columns_wherever_the_sheet_begins(xlsx_bytes, shift):
    def change(_, sheet):
        sheet.merge_range(0, shift + 1, 0, shift + 2, "2099年计划")
        sheet.write_row(1, shift, ["企业名称", "营业收入", "研发费用", "员工人数"])
        sheet.write_row(2, shift, ["甲", 5, 6, 7])

    (tenant,) = read_tenants(xlsx_bytes([], change))
    assert (tenant.profile.annual_revenue_cny, tenant.profile.rd_spend_cny) == (None, None)
    assert tenant.profile.employees == 7


@pytest.mark.parametrize("shift", [0, 1, 3])
def test_two_headings_merged_across_take_the_row_below_for_their_own(xlsx_bytes, shift):
    def change(_, sheet):
        sheet.write_row(0, shift, ["企业名称", "注册地"])
        sheet.merge_range(0, shift + 2, 0, shift + 3, "经营情况（万元）")
        sheet.write(0, shift + 4, "员工人数")
        sheet.write_row(1, shift + 2, ["营业收入", "研发费用"])
        sheet.write_row(2, shift, ["甲", "合肥", 5, 6, 7])

    (tenant,) = read_tenants(xlsx_bytes([], change))
    assert (tenant.profile.annual_revenue_cny, tenant.profile.rd_spend_cny) == (50_000.0, 60_000.0)
    assert tenant.profile.employees == 7


def test_a_company_of_which_only_the_name_is_known_is_no_heading_below_one_merged_downwards(xlsx_bytes):
    def change(_, sheet):
        sheet.merge_range(0, 0, 1, 0, "企业名称")
        sheet.write_row(1, 1, ["注册地", "行业"])
        sheet.write_column(2, 0, ["甲", "乙"])

    assert [row.profile.name for row in read_tenants(xlsx_bytes([], change))] == ["甲", "乙"]


def test_a_unit_in_the_line_above_the_headings_of_a_csv_holds_too(csv_bytes):
    over = ["基本情况", "", "", "经营情况（万元）", "", "", ""]
    (tenant,) = read_tenants(csv_bytes([over, GROUPED, ["甲", "合肥", "生物", 3200, 5, 10, 7]]))
    assert (tenant.profile.annual_revenue_cny, tenant.profile.rd_spend_cny) == (3.2e7, 5.0)
    assert tenant.profile.facts == {"registered_capital_cny": 1e5}


@pytest.mark.parametrize("title", ["园区企业情况表（二期）", "企业情况表（2024年、试行）", "园区企业情况表"])
def test_a_title_that_names_no_unit_changes_nothing(xlsx_bytes, title):
    (tenant,) = read_tenants(grouped(xlsx_bytes, [], title))
    assert (tenant.profile.annual_revenue_cny, tenant.profile.employees) == (3200.0, 7)


@pytest.mark.parametrize("over", [[("收入（万元）", 3, 4), ("资本", 5, 6)], [("万元", 3, 3)]])
def test_a_unit_over_some_columns_holds_for_no_other(xlsx_bytes, over):
    (tenant,) = read_tenants(grouped(xlsx_bytes, over))
    assert (tenant.profile.annual_revenue_cny, tenant.profile.facts) == (3.2e7, {"registered_capital_cny": 10.0})


def test_a_foreign_unit_above_the_headings_leaves_the_money_unread(xlsx_bytes):
    table = read_tenants(grouped(xlsx_bytes, [("经营情况（万美元）", 3, 6)]))
    assert [report.status for report in table.columns if report.heading in ("营业收入", "注册资本")] == [
        "unit_not_understood",
        "unit_not_understood",
    ]


def test_a_unit_below_the_companies_is_none_above_the_headings(xlsx_bytes, csv_bytes):
    rows = [["企业名称", "营业收入"], ["甲", 5], ["注", "万元"]]
    for content in (xlsx_bytes(rows), csv_bytes(rows)):
        assert next(iter(read_tenants(content))).profile.annual_revenue_cny == 5.0


def test_a_threshold_in_a_title_is_no_unit(xlsx_bytes):
    (tenant,) = read_tenants(grouped(xlsx_bytes, [], "规模以上企业（2000万元）"))
    assert tenant.profile.annual_revenue_cny == 3200.0


EXPLAINED = [["字段", "说明"], ["企业名称", "填营业执照上的全称"], ["注册地", "填到区县"], ["行业", "填主营行业"]]

BRIEFLY = [["字段", "说明"], ["企业名称", "全称"], ["注册地", "区县"], ["行业", "主营"]]


NUMBERED = [["序号", "企业名称", "说明"], [1, "注册地", "填到区县"], [2, "行业", "填主营行业"]]


def workbook(**sheets):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as packed:
        for name, rows in sheets.items():
            sheet = packed.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return target.getvalue()


def phase(*names, width=3):
    return [["企业名称", "注册地", "行业"][:width], *([name, "合肥", "生物材料"][:width] for name in names)]


@pytest.mark.parametrize(
    ("sheets", "read", "others"),
    [
        ({"填表说明": EXPLAINED, "一期": phase("甲"), "二期": phase("乙")}, "一期", ("二期",)),
        ({"填表说明": BRIEFLY, "一期": phase("甲"), "二期": phase("乙")}, "一期", ("二期",)),
        ({"一期": phase("甲", width=2), "二期": phase("乙")}, "二期", ("一期",)),
        ({"空表": phase(), "一期": phase("甲", width=2), "封面": [["园区企业名录"]]}, "一期", ()),
        ({"一期": phase(*"甲乙丙" * 100), "续": [["丁", "合肥", "生物"], ["戊", "合肥", "生物"]]}, "一期", ("续",)),
        ({"字典": [["行业"], ["生物"], ["医药"]], "企业": phase()}, "企业", ("字典",)),
        ({"空表": phase(), "一期": [*phase(width=2), *[[]] * 25, ["甲", "合肥"]]}, "一期", ()),
        ({"说明": NUMBERED, "一期": phase("甲", width=2)}, "一期", ()),
    ],
)
def test_the_sheet_with_most_headings_and_rows_is_read_and_the_others_are_reported(sheets, read, others):
    content = workbook(**sheets)
    table, look = read_tenants(content), look_at(content, {})
    assert (table.raw.about["sheet"], table.raw.other_sheets) == (read, others)
    assert (look.about["sheet"], look.other_sheets) == (read, others)


@pytest.mark.parametrize(
    ("names", "explains"),
    [
        (("行业", "产品"), True),
        (("行业", "产品", "甲", "乙"), True),
        (("行业", "产品", "甲", "乙", "丙"), False),
        (("行业", "行业", "行业"), True),
        (("甲", "乙", "行业"), False),
    ],
    ids=["all", "most", "half", "one field many times", "one"],
)
def test_a_sheet_whose_first_column_mostly_names_headings_explains_and_any_other_lists_companies(names, explains):
    content = workbook(名录=[["企业名称", "备注"], *([name, "说明"] for name in names)], 企业=phase("丁"))
    assert read_tenants(content).raw.about["sheet"] == "企业"
    assert read_tenants(content).raw.other_sheets == (() if explains else ("名录",))


def test_no_company_is_made_of_what_a_sheet_explains():
    for sheets in ({"填表说明": EXPLAINED}, {"填表说明": EXPLAINED, "封面": [["园区企业名录"]]}):
        with pytest.raises(TableRefusedError, check=lambda error: error.code == "no_heading"):
            read_tenants(workbook(**sheets))


def test_the_explanation_in_the_template_is_never_reported_as_data():
    look = look_at(template_workbook(), {})
    assert (look.about["sheet"], look.other_sheets) == ("企业信息", ())


def test_sheets_too_many_to_be_looked_at_are_reported():
    sheets = {f"表{number}": phase("甲") for number in range(1, 23)}
    assert read_tenants(workbook(**sheets)).raw.other_sheets == tuple(list(sheets)[1:])


def test_a_caller_s_own_headings_decide_the_sheet():
    content = workbook(一期=phase("甲"), 名录=[["甲方", "所在", "做什么", "多大"], ["乙", "合肥", "生物材料", "120"]])
    mapping = {"甲方": "name", "所在": "city", "做什么": "sector", "多大": "employees"}
    table = read_tenants(content, mapping=mapping)
    assert [(row.profile.name, row.profile.employees) for row in table] == [("乙", 120)]
