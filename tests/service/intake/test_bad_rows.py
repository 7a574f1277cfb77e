import random
from datetime import date

import pytest
from stdnum.cn import uscc

from tests.service.intake.on_a_day import read_tenants

HEADINGS = [
    "编号", "企业名称", "统一社会信用代码", "注册地", "行业", "主营产品", "阶段", "成立日期", "员工人数", "研发人员", "营业收入(万元)",
    "研发费用(万元)", "是否外资", "是否规上", "企业规模", "企业发展阶段", "注册资本(万元)", "发明专利(件)", "营收增长率(%)", "联系人",
]  # fmt: skip
LONG = "长" * 201
MANY = "、".join(f"产品{n}" for n in range(201))
KINDS = [
    ("企业名称", LONG, "name", "too_long"),
    ("企业名称", "合计", "name", "total_row"),
    ("编号", "x" * 201, "external_id", "too_long"),
    ("统一社会信用代码", "9.11E+17", "uscc", "credit_code_precision"),
    ("统一社会信用代码", "9.11100006000373E+17", "uscc", "credit_code_precision"),
    ("统一社会信用代码", "911100006000373000", "uscc", "credit_code_precision"),
    ("统一社会信用代码", "91110000600037341M", "uscc", "credit_code_checksum"),
    ("统一社会信用代码", "9111000060003734", "uscc", "credit_code_length"),
    ("统一社会信用代码", "9111000060003734IL", "uscc", "credit_code_format"),
    ("统一社会信用代码", "11010519491231002X", "uscc", "credit_code_of_a_person"),
    ("统一社会信用代码", "9" * 41, "uscc", "too_long"),
    ("注册地", LONG, "city", "too_long"),
    ("行业", LONG, "sector", "too_long"),
    ("主营产品", f"聚乳酸、{LONG}", "products", "too_long"),
    ("主营产品", MANY, "products", "too_many"),
    ("阶段", LONG, "stage", "too_long"),
    ("成立日期", "去年", "founded_on", "not_date"),
    ("成立日期", "201513", "founded_on", "not_date"),
    ("成立日期", "2015年13月", "founded_on", "not_date"),
    ("成立日期", "2015-02-30", "founded_on", "not_date"),
    ("成立日期", "3/1/2015", "founded_on", "not_date"),
    ("成立日期", "2999-01-01", "founded_on", "in_the_future"),
    ("成立日期", "99999", "founded_on", "not_date"),
    ("员工人数", "约120", "employees", "not_count"),
    ("员工人数", "200-100", "employees", "not_count"),
    ("员工人数", "12.5", "employees", "not_count"),
    ("员工人数", "-3", "employees", "not_count"),
    ("员工人数", "999999999", "employees", "out_of_range"),
    ("研发人员", "若干", "rd_staff", "not_count"),
    ("营业收入(万元)", "很多", "annual_revenue_cny", "not_money"),
    ("营业收入(万元)", "500万美元", "annual_revenue_cny", "not_money"),
    ("营业收入(万元)", "-5", "annual_revenue_cny", "out_of_range"),
    ("营业收入(万元)", "1e30", "annual_revenue_cny", "out_of_range"),
    ("研发费用(万元)", "2万5", "rd_spend_cny", "not_money"),
    ("是否外资", "也许", "foreign_invested", "not_flag"),
    ("是否外资", "2", "foreign_invested", "not_flag"),
    ("是否规上", "申报中", "above_scale", "not_flag"),
    ("企业规模", "巨大", "size_class", "not_one_of"),
    ("企业发展阶段", "不惑之年", "enterprise_stage", "not_one_of"),
    ("注册资本(万元)", "一些", "registered_capital_cny", "not_money"),
    ("发明专利(件)", "十几件", "invention_patents", "not_number"),
    ("营收增长率(%)", "翻番", "revenue_growth", "not_rate"),
    ("营收增长率(%)", "0.3", "revenue_growth", "share_unclear"),
]  # fmt: skip
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _company(number: int, rng: random.Random) -> list[str]:
    code = "91440300" + "".join(rng.choice(ALPHABET) for _ in range(9))
    return [
        f"T{number}", f"第{number}公司", code + uscc.calc_check_digit(code), "深圳市南山区", "生物材料", "聚乳酸、PHA", "中试", "2015-03-01",
        "120", "30", "5000", "2亿元", "否", "是", "中型企业", "成长期", "1000", "12", "5", "某人",
    ]  # fmt: skip


def _register(total: int, bad: int) -> tuple[list[list[str]], dict[int, tuple[str, str, str]]]:
    """Return the rows of a register and, by row number, the field, heading and code expected of each bad one."""
    rng = random.Random(20260101)
    rows = [_company(number, rng) for number in range(1, total + 1)]
    expected = {}
    for turn, number in enumerate(sorted(rng.sample(range(1, total + 1), bad))):
        heading, value, field, code = KINDS[turn % len(KINDS)]
        rows[number - 1][HEADINGS.index(heading)] = value
        expected[number] = (field, heading, code)
    return rows, expected


def test_there_are_forty_kinds():
    assert len({(field, value) for _, value, field, _ in KINDS}) >= 40


@pytest.mark.parametrize("form", ["utf-8", "gb18030", "xlsx"])
def test_500_bad_rows_of_40_kinds_among_5000_are_all_reported_and_the_good_ones_go_on(
    form, csv_bytes, xlsx_bytes, read, vocabularies
):
    rows, expected = _register(5000, 500)
    table = [HEADINGS, *rows]
    content = xlsx_bytes(table) if form == "xlsx" else csv_bytes(table, form)
    tenants, rejected = read(content, vocabularies=vocabularies, latest=date(2026, 1, 1))
    reported = {row.row: (row.faults[0].field, row.faults[0].heading, row.faults[0].published) for row in rejected}
    assert reported == expected
    assert all(len(row.faults) == 1 and row.line == row.row + 1 for row in rejected)
    assert [tenant.row for tenant in tenants] == [n for n in range(1, 5001) if n not in expected]
    assert all(tenant.profile.external_id == f"T{tenant.row}" for tenant in tenants)
    assert {tenant.profile.annual_revenue_cny for tenant in tenants} == {5e7}
    assert tenants[0].profile.facts["size_class"] == "medium"


def test_every_reason_is_worded_in_both_languages(csv_bytes, read, vocabularies):
    rows, _ = _register(len(KINDS), len(KINDS))
    _, rejected = read(csv_bytes([HEADINGS, *rows]), vocabularies=vocabularies, latest=date(2026, 1, 1))
    assert len(rejected) == len(KINDS)
    for row in rejected:
        for fault in row.plain()["faults"]:
            assert fault["message_zh"]
            assert fault["message_en"]
            assert "{" not in fault["message_zh"] + fault["hint_zh"] + fault["message_en"] + fault["hint_en"]


def test_all_faults_of_a_row_are_reported_at_once(csv_bytes, read):
    _, rejected = read(csv_bytes([["企业名称", "员工人数", "成立日期"], ["甲", "很多", "以前"]]))
    assert [fault.field for fault in rejected[0].faults] == ["employees", "founded_on"]


def test_a_word_for_several_sizes_leaves_the_size_open(csv_bytes, read, vocabularies):
    tenants, rejected = read(csv_bytes([["企业名称", "企业规模"], ["甲", "中小企业"]]), vocabularies=vocabularies)
    assert not rejected
    assert tenants[0].profile.facts == {}


def test_codes_and_figures_that_are_numbers_in_a_sheet(xlsx_bytes, read):
    rows = [
        ["公司名称", "信用代码", "员工人数", "营业收入(万元)"],
        ["甲", 914403001234567890, "120", "5000"],
        [12, "", 30, 1.5],
    ]
    tenants, rejected = read(xlsx_bytes(rows))
    assert [(row.row, row.faults[0].field, row.faults[0].published) for row in rejected] == [
        (1, "uscc", "credit_code_number")
    ]
    assert "精度" in rejected[0].faults[0].worded("zh")[0]
    assert (tenants[0].profile.name, tenants[0].profile.annual_revenue_cny) == ("12", 15_000.0)


def test_a_percentage_is_read_as_the_sheet_shows_it(xlsx_bytes, read):
    def percentages(workbook, sheet):
        for row, (value, form) in enumerate(
            [(0.3, "0%"), (0.005, "0.0%"), (1, '0.00"%"%'), (0.3, "0.00"), (12, "0")], 1
        ):
            sheet.write(row, 1, f"公司{row}")
            sheet.write_number(row, 2, value, workbook.add_format({"num_format": form}))

    tenants, rejected = read(xlsx_bytes([["", "企业名称", "营收增长率(%)"]], percentages))
    assert [tenant.profile.facts["revenue_growth"] for tenant in tenants] == [0.3, 0.005, 1.0, 0.12]
    assert [(row.row, row.faults[0].published, row.faults[0].value) for row in rejected] == [
        (4, "share_unclear", "0.3")
    ]


def test_a_percentage_under_a_bare_heading_is_the_share_itself(xlsx_bytes, read):
    def percentage(workbook, sheet):
        sheet.write_number("B2", 0.125, workbook.add_format({"num_format": "0.0%"}))

    tenants, _ = read(xlsx_bytes([["企业名称", "营收增长率"], ["甲"]], percentage))
    assert tenants[0].profile.facts == {"revenue_growth": 0.125}


def test_formulas_without_a_result_and_errors_are_reported_and_results_are_read(xlsx_bytes, read):
    def formulas(_, sheet):
        sheet.write_formula("B2", "=60*2", None, 120)
        sheet.write_formula("B3", "=60*2", None, "")
        sheet.write_formula("B4", "=NA()", None, "#N/A")

    tenants, rejected = read(xlsx_bytes([["名称", "员工人数"], ["甲"], ["乙"], ["丙"]], formulas))
    assert [tenant.profile.employees for tenant in tenants] == [120]
    assert [(row.row, row.faults[0].published) for row in rejected] == [
        (2, "formula_without_value"),
        (3, "error_value"),
    ]


def test_rows_at_the_end_in_which_every_cell_is_an_unsolved_formula_or_an_error_are_reported(xlsx_bytes, read):
    def formulas(_, sheet):
        for row in range(1, 301):
            sheet.write_formula(row, 0, "=A1", None, "")
            sheet.write_formula(row, 1, "=NA()", None, "#N/A")

    tenants, rejected = read(xlsx_bytes([["名称", "员工人数"]], formulas))
    assert not tenants
    assert [row.row for row in rejected] == list(range(1, 301))
    assert [fault.published for fault in rejected[-1].faults] == ["formula_without_value", "error_value"]


def test_an_unsolved_formula_far_below_is_reported_at_its_row_and_merged_cells_reach_it(xlsx_bytes, read):
    def formulas(_, sheet):
        sheet.merge_range("A2:A9", "合肥")
        sheet.write_formula("B9", "=B1", None, "")

    tenants, rejected = read(xlsx_bytes([["城市", "企业名称"], ["", "甲"]], formulas))
    assert [tenant.profile.name for tenant in tenants] == ["甲"]
    assert [(row.row, row.line, row.faults[0].field) for row in rejected] == [(8, 9, "name")]


def test_broken_lines_of_csv_cost_one_row_each(read):
    lines = ["名称,员工人数", "甲,1", '"乙,2', "丙,3,4,5", "丁,4", '戊12" 片,5', "己," + "6" * 500_000, "庚,7"]
    content = "\n".join(lines).encode() + b"\n\xff\xfe\xff,8\n" + "壬,9".encode()
    tenants, rejected = read(content)
    assert [tenant.profile.name for tenant in tenants] == ["甲", "丁", '戊12" 片', "庚", "壬"]
    reported = [(row.row, row.faults[0].published) for row in rejected]
    assert reported == [(2, "unclosed_quote"), (3, "too_many_cells"), (6, "row_too_long"), (8, "not_decodable")]


def test_broken_lines_of_ndjson_cost_one_row_each(read):
    lines = ['{"name": "甲"}', '{"name": ', "[1]", '{"name": "乙", "name": "丙"}', '{"name": "丁", "employees": true}',
             '{"name": {"zh": "戊"}}', '{"name": NaN}', "", '{"name": "己"}']  # fmt: skip
    tenants, rejected = read("\n".join(lines).encode())
    assert [(tenant.row, tenant.profile.name) for tenant in tenants] == [(1, "甲"), (9, "己")]
    codes = ["broken_json", "not_an_object", "doubled_key", "not_count", "not_text", "not_finite"]
    assert [(row.row, row.faults[0].published) for row in rejected] == list(zip(range(2, 8), codes, strict=True))


def test_what_stands_in_a_bad_cell_is_shown_short(csv_bytes):
    (row,) = read_tenants(csv_bytes([["企业名称"], [LONG]]))
    assert len(row.faults[0].value) < 50


@pytest.mark.parametrize(("first", "second"), [(1, True), (True, 1)])
def test_a_yes_below_the_number_one_is_no_number_though_both_are_equal(xlsx_bytes, read, first, second):
    tenants, rejected = read(xlsx_bytes([["企业名称", "有效发明专利数"], ["甲", first], ["乙", second]]))
    assert [tenant.profile.facts["invention_patents"] for tenant in tenants] == [1]
    assert [row.faults[0].code for row in rejected] == ["not_number"]
