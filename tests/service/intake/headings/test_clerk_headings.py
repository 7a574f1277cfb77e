"""Headings as clerks write them: a remark that makes a column another thing is never dropped, and no column is lost."""

from datetime import date

import pytest

from service.intake.headings.layout import CorrectionError, Status
from service.intake.raw_table import TableRefusedError
from tests.service.intake.on_a_day import lay_out, look_at, read_tenants, settled

ANOTHER = {
    "营业收入": (
        "营业收入（2025年预计，万元）", "营业收入（2024年（预计），万元）", "营业收入（当月数，万元）", "营业收入（三年合计，万元）", "营业收入（预测，万元）",
        "营业收入（出口，万元）", "营业收入（其中：出口，万元）", "营业收入（截至2024年9月30日，万元）", "营业收入（2024年6月，万元）", "营业收入（2022-2024年，万元）",
        "营业收入（累计，万元）", "营业收入（本年，万元）", "营业收入（集团，万元）", "营业收入（园区内，万元）", "营业收入（请填2024年预计数）",
        "2099年营业收入（万元）", "Revenue (forecast, RMB million)",
    ),
    "员工人数": (
        "员工人数（其中：博士）", "员工人数（女）", "员工人数（拟招聘）", "员工人数（研发人员）", "员工人数（2099年）", "员工人数（请填写女职工人数）",
        "Employees (full-time)",
    ),
    "有效发明专利数": ("发明专利（申请数）", "发明专利（受理）"),
    "是否规上": ("是否规上（拟入规）", "是否规上（0=是，1=否）"),
    "注册地": ("注册地（母公司）", "注册地（经营地址）"),
    "统一社会信用代码": ("统一社会信用代码（母公司）", "统一社会信用代码（组织机构代码）"),
    "主营产品": ("产品（竞品）",),
    "企业名称": ("企业名称（曾用名）",),
    "企业规模": ("企业规模（人）",),
    "注册资本": ("注册资本（实缴）",),
}  # fmt: skip
THE_SAME = (
    "营业收入（2024年度，万元，必填）", "营业收入（上一年度，万元）", "营业收入（请填上一年度，万元）", "营业收入（没有填0）", "营业收入（万元，以审计报告为准）",
    "研发投入（万元，无则填0）", "研发费用（2024年1—12月）", "企业名称（必填）", "【必填】企业名称", "企业名称（全称，与营业执照一致）", "企业名称（盖章）",
    "统一社会信用代码（18位数字或字母，必填）", "税号（统一社会信用代码）", "注册地（省、市、区）", "注册地（精确到区县）", "注册地（工商注册地）", "行业（GB/T 4754-2017）",
    "行业（请按国民经济行业分类填写）", "产品（如：聚乳酸、PHA，多个用顿号分隔）", "阶段（研发/中试/量产）", "需求（选填）", "资质（高新技术企业、专精特新等）",
    "成立日期（YYYY-MM-DD）", "成立日期（格式：2020-01-01）", "员工人数（2024年末）", "员工人数（在职）", "人数（参保）", "是否外资（是/否）", "是否规上（1是0否）",
    "企业规模（大/中/小/微）", "融资轮次（天使轮/A轮/B轮）", "发明专利（授权）", "总投资（计划，万元）", "Company name (required)", "Foreign invested (yes/no)",
    "Products (optional)", "Address (city)", "营业收入（本公司）", "员工人数（我公司）", "员工人数（参保）",
)  # fmt: skip


@pytest.mark.parametrize(("near", "heading"), [(near, text) for near, texts in ANOTHER.items() for text in texts])
def test_a_remark_that_makes_it_another_thing_leaves_the_column_to_be_chosen(near, heading):
    (report,) = lay_out([heading]).reports
    assert (report.status, report.field, report.nearest) == (Status.NOT_UNDERSTOOD, "", near)


@pytest.mark.parametrize("dash", "-—–~至")
def test_a_part_of_a_year_is_no_year_however_its_dash_is_written(dash):
    assert not lay_out([f"营业收入（1{dash}9月，万元）"]).columns


@pytest.mark.parametrize("heading", THE_SAME)
def test_how_to_fill_a_column_in_or_its_name_once_more_changes_nothing(heading):
    assert lay_out([heading]).reports[0].status is Status.USED


def test_what_is_planned_does_not_displace_what_was():
    layout = lay_out(["营业收入（2025年预计，万元）", "营业收入（2024年，万元）"])
    assert [(column.position, column.factor) for column in layout.columns] == [(1, 1e4)]


def test_a_year_counts_once_it_has_ended():
    headings = ["营业收入（2026年，万元）", "2026年员工人数", "2026年末员工人数"]
    for year, used in ((2025, []), (2026, [1]), (2027, [0, 1, 2])):
        columns = lay_out(headings, on=date(year, 11, 22), repeats=True).columns
        assert [column.position for column in columns] == used


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_same_file_is_read_by_the_day_asked_about_whatever_today_is(csv_bytes, xlsx_bytes, form):
    """Of a year, far ahead or long gone, that has not ended on the day there is no figure; the day after, there is."""
    rows = [["企业名称", "营业收入（1999年，万元）", "营业收入（2098年，万元）"], ["甲", 5, 7]]
    content = csv_bytes(rows) if form == "csv" else xlsx_bytes(rows)
    for year, revenue in ((1999, None), (2000, 5e4), (2098, 5e4), (2099, 7e4)):
        on = date(year, 6, 30)
        table = read_tenants(content, on=on)
        assert settled(table.columns) == settled(look_at(content, {}, on=on).columns)
        assert [row.profile.annual_revenue_cny for row in table] == [revenue]


def test_the_clerk_s_own_choice_goes_before_the_remark():
    layout = lay_out(["营业收入（出口，万元）"], {0: "annual_revenue_cny"})
    assert [column.factor for column in layout.columns] == [1e4]


def test_an_example_is_no_unit():
    (people,) = lay_out(["员工人数（例：120人）"]).columns
    assert people.factor == 1.0
    assert lay_out(["营业收入（如：1000万元）"]).reports[0].status is Status.UNIT_NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("heading", "field"),
    [("企业名称①", "name"), ("员工人数²", "employees"), ("营业收入*", "annual_revenue_cny"), ("①企业名称", "name"),
     ("营业收入①（万元）", "annual_revenue_cny"), ("营业收入（万元）②", "annual_revenue_cny"), ("员工人数†", "employees")],
)  # fmt: skip
def test_marks_of_footnotes_are_no_part_of_a_heading(heading, field):
    (column,) = lay_out([heading]).columns
    assert (column.field.id, column.factor) == (field, 1e4 if "万" in heading else 1.0)


@pytest.mark.parametrize(
    "heading", ["是否高新技术企业", "高新技术企业", "是否专精特新", "是否市级龙头企业", "是否上市后备企业"]
)
def test_another_question_is_not_offered_as_the_nearest(heading):
    assert lay_out([heading]).reports[0].nearest == ""


@pytest.mark.parametrize(
    ("heading", "near"),
    [("是否龙头公司", "是否龙头企业"), ("有无高耗能", "是否高耗能企业"), ("是否创新性企业", "是否创新型企业")],
)
def test_the_same_question_is_offered_as_the_nearest(heading, near):
    found = lay_out([heading]).reports[0]
    assert near in (found.nearest, found.field and lay_out([near]).reports[0].field == found.field and near)


TWO_LINES = [
    ["企业名称", "注册地", "营业收入（万元）", "", "员工人数"],
    ["", "", "2023年", "2024年", ""],
    ["甲", "合肥", 1500, 3200, 7],
]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_headings_in_two_lines_need_no_merged_cells(csv_bytes, xlsx_bytes, form):
    table = read_tenants(csv_bytes(TWO_LINES) if form == "csv" else xlsx_bytes(TWO_LINES))
    (tenant,) = table
    assert (tenant.row, tenant.profile.annual_revenue_cny, tenant.profile.employees) == (1, 32_000_000.0, 7)
    assert [column.status for column in table.columns] == ["used", "used", "repeated", "used", "used"]
    assert table.raw.about["heading_line"] == 2


def test_headings_printed_in_two_lines_on_every_page_are_no_companies(csv_bytes):
    again = [*TWO_LINES[:-1], [f"又{text}" if place == 0 else text for place, text in enumerate(TWO_LINES[-1])]]
    table = read_tenants(csv_bytes([*TWO_LINES, *again]))
    assert [row.row for row in table] == [1, 4]


def test_the_second_line_may_stand_below_groups_that_say_little(csv_bytes):
    rows = [
        ["企业名称", "2023年", "", "2024年", ""],
        ["", "营业收入（万元）", "员工人数", "营业收入（万元）", "员工人数"],
    ]
    (tenant,) = read_tenants(csv_bytes([*rows, ["某某公司", 1, 25, 3, 40]]))
    assert (tenant.profile.name, tenant.profile.annual_revenue_cny, tenant.profile.employees) == (
        "某某公司",
        30_000.0,
        40,
    )


def test_a_second_line_that_names_a_part_or_a_plan_is_not_read_as_the_whole(csv_bytes):
    rows = [["企业名称", "营业收入（万元）", "", ""], ["", "2024年", "2025年预计", "其中：出口"], ["甲", 5, 9, 2]]
    table = read_tenants(csv_bytes(rows))
    (tenant,) = table
    assert tenant.profile.annual_revenue_cny == 50_000.0
    assert [column.status for column in table.columns] == ["used", "used", "not_understood", "not_understood"]


@pytest.mark.parametrize("row", [["", "合肥", ""], ["", "合肥", "2023年"], ["乙", "", ""], ["", "", "别的"]])
def test_a_company_of_which_little_is_stated_is_no_line_of_headings(csv_bytes, row):
    table = read_tenants(csv_bytes([["企业名称", "注册地", ""], row, ["甲", "合肥", ""]]))
    assert table.raw.about["heading_line"] == 1


def test_a_group_of_merged_cells_that_is_planned_spoils_its_columns(xlsx_bytes):
    def merge(_, sheet):
        sheet.merge_range("A1:A2", "企业名称")
        sheet.merge_range("B1:C1", "2025年预计")
        sheet.write_row("B2", ["营业收入（万元）", "员工人数"])

    (tenant,) = read_tenants(xlsx_bytes([[], [], ["甲", 5, 6]], merge))
    assert (tenant.profile.annual_revenue_cny, tenant.profile.employees) == (None, None)


UNNAMED = [["企业名称", "注册地", "行业", "", "员工人数", "", ""], ["甲", "合肥", "化工", "聚乳酸", 5, "", ""]]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_column_without_heading_is_reported_when_something_stands_in_it(csv_bytes, xlsx_bytes, form):
    content = csv_bytes(UNNAMED) if form == "csv" else xlsx_bytes(UNNAMED)
    table = read_tenants(content)
    list(table)
    assert [column.heading for column in table.columns] == [
        "企业名称", "注册地", "行业", "（D 列，没有表头）", "员工人数",
    ]  # fmt: skip
    reported = table.columns[3]
    assert (reported.position, reported.status, reported.nearest) == (3, Status.NOT_UNDERSTOOD, "")
    assert look_at(content, {}).columns == table.columns


@pytest.mark.parametrize("name", ["（D 列，没有表头）", "(column D, no heading)"])
def test_a_column_without_heading_may_be_given_a_field(csv_bytes, name):
    (tenant,) = read_tenants(csv_bytes(UNNAMED), mapping={name: "products"})
    assert tenant.profile.products == ("聚乳酸",)


BROKEN = [["企业名称", "营业额\n \u200b（万元）"], ["甲", 5]]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_heading_with_a_line_break_is_shown_on_one_line_and_named_either_way(csv_bytes, xlsx_bytes, form):
    content = csv_bytes(BROKEN) if form == "csv" else xlsx_bytes(BROKEN)
    assert look_at(content, {}).columns[1].heading == "营业额 （万元）"
    for name in ("营业额 （万元）", "营业额\n \u200b（万元）"):
        (tenant,) = read_tenants(content, mapping={name: "annual_revenue_cny(亿元)"})
        assert tenant.profile.annual_revenue_cny == 5e8
    with pytest.raises(CorrectionError):
        read_tenants(content, mapping={"营业额 （元）": "annual_revenue_cny"})


def test_two_lines_are_reported_by_figures_that_are_years_and_by_groups_of_one_column(csv_bytes, xlsx_bytes):
    years = [["企业名称", "营业收入（万元）", ""], ["", 2024, 2023], ["某公司", 50, 20]]
    groups = [["企业名称", "2023年", "2024年"], ["", "营业收入（万元）", "营业收入（万元）"], ["某公司", 20, 50]]
    for content in (xlsx_bytes(years), csv_bytes(years), csv_bytes(groups)):
        (tenant,) = read_tenants(content)
        assert tenant.profile.annual_revenue_cny == 500_000.0


GROUPED = [
    ([["企业名称", "经营情况（万元）", "", "员工人数"], ["", "营业收入", "研发费用", ""]], "groups beside columns of their own"),
    ([["基本情况", "经营情况（万元）", ""], ["企业名称", "营业收入", "研发费用"]], "groups over every column"),
    ([["企业名称", "营业收入（万元）", ""], ["", "2023年", "2024年"]], "years below one heading"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "stated"), GROUPED, ids=[stated for _, stated in GROUPED])
def test_a_row_of_groups_and_the_row_below_are_headings_together(csv_bytes, rows, stated):
    companies = [["甲", 5, 6, 7], ["乙", 8, 9, 10]]
    table = read_tenants(csv_bytes([*rows, *(company[: len(rows[0])] for company in companies)]))
    assert [row.profile.name for row in table] == ["甲", "乙"], stated
    assert table.raw.about["heading_line"] == 2
    read = [report for report in table.columns if report.field == "annual_revenue_cny" and report.status is Status.USED]
    assert [report.unit for report in read] == ["万元"]


def test_of_two_lines_of_headings_nothing_is_left_where_the_table_ends(csv_bytes):
    with pytest.raises(TableRefusedError) as refused:
        list(read_tenants(csv_bytes([["企业名称", "行业"]])))
    assert refused.value.code == "no_rows"


@pytest.mark.parametrize(
    ("below", "line"),
    [(["", "2023年", "2024年"], 2), (["", "总数", "其中：博士"], 2), (["", "12", "7"], 1), (["", "某人", "别人"], 1)],
    ids=["years", "the whole and a part", "figures", "other words"],
)
def test_years_and_parts_below_a_heading_of_figures_are_headings_and_anything_else_is_not(csv_bytes, below, line):
    table = read_tenants(csv_bytes([["企业名称", "员工人数", ""], below, ["甲", "5", ""]]))
    assert table.raw.about["heading_line"] == line


def test_a_company_with_the_word_of_a_heading_in_a_column_without_one_is_no_line_of_headings(csv_bytes):
    table = read_tenants(csv_bytes([["企业名称", "注册地", ""], ["乙", "合肥", ""], ["甲", "", "技术"]]))
    assert [row.profile.name for row in table] == ["乙", "甲"]
