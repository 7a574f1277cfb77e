"""Registers as parks have them: small tables of every kind with the right values beside them, and one of 5,000 rows."""

import json
import random
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest
from rules.catalogue.content import assemble
from rules.language.amounts import Interval, parse_days
from service.intake.questions import ProfileSchema
from service.intake.rows.companies import RejectedRow
from tests.service.intake.on_a_day import ON, look_at, read_tenants

INF = float("inf")
CODE, OTHER = "91110000600037341L", "91440300708461136T"


def lies(low, high):
    return Interval(float(low), float(high))


# A heading, a cell, what the company says of it; `unread` is what is told of a cell that costs its fact only.
CELLS = [
    ("员工人数", "100-499人", {"employees": lies(100, 499)}),
    ("员工人数", "100～499", {"employees": lies(100, 499)}),
    ("员工人数", "50人以上", {"employees": lies(50, INF)}),
    ("员工人数", "≥50", {"employees": lies(50, INF)}),
    ("员工人数", "50人以下（含）", {"employees": lies(0, 50)}),
    ("员工人数", "10人以内", {"employees": lies(0, 10)}),
    ("员工人数", "若干", {"unread": "not_count"}),
    ("员工人数", "200-100", {"unread": "not_count"}),
    ("营业收入(万元)", "1000-5000", {"annual_revenue_cny": lies(1e7, 5e7)}),
    ("营业收入", "1000万-5000万元", {"annual_revenue_cny": lies(1e7, 5e7)}),
    ("营业收入", "5000万至1亿元", {"annual_revenue_cny": lies(5e7, 1e8)}),
    ("营业收入", "1000-5000万元", {"annual_revenue_cny": lies(1e7, 5e7)}),
    ("营业收入(万元)", "2000万元以上", {"annual_revenue_cny": lies(2e7, INF)}),
    ("营业收入(万元)", "不足300", {"annual_revenue_cny": lies(0, 3e6)}),
    ("营业收入(万元)", "500万美元", {"unread": "not_money"}),
    ("注册资本(万元)", "500-1000", {"facts": {"registered_capital_cny": "5000000-10000000"}}),
    ("注册资本", "500万美元", {"unread": "not_money"}),
    ("成立日期", "2015年3月", {"founded_on": parse_days("2015-03")}),
    ("成立日期", "2015", {"founded_on": parse_days("2015")}),
    ("成立年份", "2015年", {"founded_on": parse_days("2015")}),
    ("成立日期", "1900-01-00", {"founded_on": None}),
    ("成立日期", "0", {"founded_on": None}),
    ("成立日期", "1", {"founded_on": None}),
    ("成立日期", "很久以前", {"unread": "not_date"}),
    ("是否外资", "是（港资）", {"foreign_invested": True}),
    ("是否外资", "否（内资）", {"foreign_invested": False}),
    ("是否外资", "是（申请中）", {"unread": "cell_not_flag"}),
    ("统一社会信用代码", "申请中", {"uscc": "", "unread": "credit_code_length"}),
    ("统一社会信用代码", "保密", {"uscc": ""}),
    ("营业收入(万元)", "未公开", {"annual_revenue_cny": None}),
    ("主营产品", "（空白）", {"products": ()}),
    ("主营产品", "不便透露", {"products": ()}),
    ("发展阶段", "研发", {"stage": ("研发",)}),
    ("发展阶段", "中试、量产", {"stage": ("中试", "量产")}),
    ("发展阶段", "成长期", {"facts": {"enterprise_stage": "growth"}}),
    ("所处阶段", "A轮", {"facts": {"enterprise_stage": "growth"}}),
    ("企业规模", "100-499人", {"employees": lies(100, 499)}),
    ("企业规模", "规上", {"facts": {"above_scale": True}}),
    ("企业规模", "中型", {"facts": {"size_class": "medium"}}),
    ("人员规模", "中型企业", {"facts": {"size_class": "medium"}}),
    ("编号", CODE, {"uscc": CODE, "external_id": ""}),
    ("组织机构代码", CODE, {"uscc": CODE}),
    ("是否高新技术企业", "是", {"certifications": ("高新技术企业",), "certifications_asked": ("高新技术企业",)}),
    ("是否高新技术企业", "否", {"certifications": (), "certifications_asked": ("高新技术企业",)}),
    ("国高", "√", {"certifications": ("高新技术企业",)}),
    ("国高", "无", {"certifications": (), "certifications_asked": ("高新技术企业",)}),
    ("国高", "-", {"certifications": (), "certifications_asked": ()}),
    ("高企", "已认定", {"certifications": ("高新技术企业",)}),
    ("高新技术企业证书编号", "GR202234001234", {"certifications": ("高新技术企业",)}),
    ("高新技术企业认定时间", "2022-10-18", {"certifications": ("高新技术企业",)}),
    ("高新技术企业", "2022年", {"certifications": ("高新技术企业",)}),
    ("高新技术企业", "已过期", {"certifications": (), "certifications_asked": ("高新技术企业",)}),
    ("高新技术企业", "申报中", {"certifications": (), "certifications_asked": (), "left_open": "flag_left_open"}),
    ("高新技术企业", "见附件", {"certifications": (), "unread": "not_certified"}),
    ("专精特新", "小巨人", {"certifications": ("小巨人",)}),
    ("小巨人", "否", {"certifications_asked": ("专精特新“小巨人”企业",)}),
    ("科技型中小企业", "是", {"certifications": ("科技型中小企业",)}),
    ("独角兽", "0", {"certifications": (), "certifications_asked": ("独角兽企业",)}),
    ("国标行业门类", "制造业", {"sector": ("制造业",)}),
    ("产品1", "聚乳酸", {"products": ("聚乳酸",)}),
    ("研发费用占比", "5%", {"facts": {"rd_intensity": 0.05}}),
    ("研发费用占比", "3%-5%", {"facts": {"rd_intensity": "0.03-0.05"}}),
    ("2023年产值(万元)", "5000", {"annual_revenue_cny": None}),
    ("登记状态", "存续", {}),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "cell", "expected"), CELLS, ids=[f"{one[0]} {one[1]}" for one in CELLS])
def test_a_cell_says_what_it_says_and_costs_no_company(heading, cell, expected, csv_bytes, vocabularies):
    content = csv_bytes([["企业名称", heading, "注册地"], ["某某生物科技有限公司", cell, "合肥"]])
    (row,) = read_tenants(content, vocabularies=vocabularies)
    assert (row.profile.name, row.profile.city) == ("某某生物科技有限公司", "合肥")
    said = dict(expected)
    assert [fault.code for fault in row.unread] == [said.pop("unread")] if "unread" in said else not row.unread
    assert [fault.code for fault in row.caveats] == [said.pop("left_open")] if "left_open" in said else not row.caveats
    assert {name: getattr(row.profile, name) for name in said} == said


def accounted(table):
    """Read a table; return its companies by name, and what became of the other rows."""
    tenants = [row for row in table if not isinstance(row, RejectedRow)]
    account = table.account
    assert account.rows == account.read + account.joined + sum(account.left_out.values())
    return {row.profile.name: row.profile for row in tenants}, account


NAMED = ["企业名称", "统一社会信用代码", "注册地", "主营产品", "员工人数"]
FULL = ["甲生物科技有限公司", CODE, "合肥", "聚乳酸", "30"]
TABLES = {
    "a row below goes on": (
        [NAMED, FULL, ["", "", "", "PHA", ""]],
        {"甲生物科技有限公司": ("聚乳酸", "PHA")},
        {"joined": 1},
    ),
    "a nameless row with facts of its own is a company": (
        [NAMED, FULL, ["", "", "广州", "PHA", "9"]],
        {"甲生物科技有限公司": ("聚乳酸",), "": ("PHA",)},
        {},
    ),
    "the name once more, right below": (
        [NAMED, FULL, ["甲生物科技有限公司", "", "", "PHA", ""]],
        {"甲生物科技有限公司": ("聚乳酸", "PHA")},
        {"joined": 1},
    ),
    "the code once more, further below": (
        [NAMED, FULL, ["乙公司", OTHER, "合肥", "酶", ""], ["甲生物", CODE, "", "PHA", ""]],
        {"甲生物科技有限公司": ("聚乳酸",), "乙公司": ("酶",)},
        {"duplicate_row": 1},
    ),
    "the name once more, further below": (
        [NAMED, FULL, ["乙公司", "", "合肥", "酶", ""], ["甲生物科技有限公司", "", "", "PHA", ""]],
        {"甲生物科技有限公司": ("聚乳酸",), "乙公司": ("酶",)},
        {"duplicate_row": 1},
    ),
    "one short name, two companies": (
        [NAMED, ["华强", "", "合肥", "酶", "3"], ["乙公司", "", "", "", ""], ["华强", "", "深圳", "PHA", "9"]],
        {"华强": ("PHA",), "乙公司": ()},
        {},
    ),
    "placeholders for a name": ([NAMED, FULL, ["空", "未公开", "-", "PHA", ""]], {"甲生物科技有限公司": ("聚乳酸", "PHA")}, {"joined": 1}),
    "nothing that is understood": (
        [[*NAMED, "备注"], [*FULL, ""], ["", "", "", "", "", "待补充说明"]],
        {"甲生物科技有限公司": ("聚乳酸",)},
        {"nothing_read": 1},
    ),
    "blank rows and running numbers": (
        [["序号", *NAMED], ["1", *FULL], ["2", *[""] * 5], [""] * 6, ["3", "乙公司", *[""] * 4]],
        {"甲生物科技有限公司": ("聚乳酸",), "乙公司": ()},
        {"blank_row": 2},
    ),
    "headings once more": ([NAMED, FULL, NAMED], {"甲生物科技有限公司": ("聚乳酸",)}, {"headings_again": 1}),
    "a sum": ([NAMED, FULL, ["合计", "", "", "", "30"]], {"甲生物科技有限公司": ("聚乳酸",)}, {"total_row": 1}),
    "closed and gone": (
        [[*NAMED, "登记状态", "是否在园"], [*FULL, "存续", "是"], ["乙公司", "", "", "", "", "注销", ""], ["丙公司", "", "", "", "", "", "否"]],
        {"甲生物科技有限公司": ("聚乳酸",)},
        {"company_gone": 2},
    ),
    "no headings": (
        [["甲生物科技有限公司", CODE, "合肥市长丰县", "2015-03-01"], ["乙科技有限公司", OTHER, "广州市南沙区", "2016-03-01"]],
        {"甲生物科技有限公司": (), "乙科技有限公司": ()},
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_a_table_is_accounted_for(name, csv_bytes, xlsx_bytes, vocabularies):
    rows, companies, others = TABLES[name]
    for content in (csv_bytes(rows), xlsx_bytes(rows)):
        read, account = accounted(read_tenants(content, vocabularies=vocabularies))
        assert {name: profile.products for name, profile in read.items()} == companies
        assert {**account.left_out, **({"joined": account.joined} if account.joined else {})} == others


def test_a_table_without_headings_loses_no_row_and_its_columns_are_judged_by_their_cells(csv_bytes, vocabularies):
    read, _ = accounted(read_tenants(csv_bytes(TABLES["no headings"][0]), vocabularies=vocabularies))
    first = read["甲生物科技有限公司"]
    assert (first.uscc, first.city, first.founded_on) == (CODE, "合肥市长丰县", date(2015, 3, 1))


def test_a_list_stated_beside_a_certification_asked_about_tells_of_all_others(csv_bytes, vocabularies):
    rows = [["企业名称", "资质", "国高"], ["甲公司", "瞪羚企业", "否"]]
    (row,) = read_tenants(csv_bytes(rows), vocabularies=vocabularies)
    assert (row.profile.certifications, row.profile.certifications_asked) == (("瞪羚企业",), ())


def test_the_place_and_the_sector_of_the_park_hold_where_a_row_names_none(csv_bytes):
    rows = [["企业名称", "注册地", "主营产品"], ["甲公司", "", ""], ["乙公司", "广州", "聚乳酸"]]
    first, second = read_tenants(csv_bytes(rows), place="合肥长丰", sector="生物材料")
    assert (first.profile.city, first.profile.sector) == ("合肥长丰", ("生物材料",))
    assert (second.profile.city, second.profile.sector) == ("广州", ())


def test_a_look_tells_how_much_of_a_column_is_understood(csv_bytes, vocabularies):
    cells = ["成长期", "初创期", "自定一", "自定二", "-"]
    rows = [["企业名称", "发展阶段"], *([f"第{n}生物科技有限公司", cell] for n, cell in enumerate(cells))]
    column = look_at(csv_bytes(rows), {}, vocabularies=vocabularies).columns[1]
    assert (column.filled, column.understood, column.unread_rows) == (4, 2, (3, 4))


def test_big5_is_read_and_told(csv_bytes):
    rows = [["企業名稱", "註冊地", "員工人數"], ["某某生物科技有限公司", "廣州", "30"]]
    table = read_tenants(csv_bytes(rows, "big5hkscs"))
    (row,) = table
    assert (table.raw.encoding, row.profile.name, row.profile.employees) == ("big5hkscs", "某某生物科技有限公司", 30)


def test_codes_and_days_of_a_sheet_count_as_they_are_shown_and_hidden_rows_are_counted(xlsx_bytes):
    def shown(workbook, sheet):
        sheet.write_number("A2", 7, workbook.add_format({"num_format": "00000"}))
        sheet.write_datetime("C2", date(2015, 3, 1), workbook.add_format({"num_format": 'yyyy"年"m"月"'}))
        sheet.write_datetime("C3", date(2015, 3, 1), workbook.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.set_row(2, None, None, {"hidden": True})

    table = read_tenants(xlsx_bytes([["编号", "企业名称", "成立日期"], ["", "甲公司"], ["", "乙公司"]], shown))
    first, second = table
    assert (first.profile.external_id, first.profile.founded_on) == ("00007", parse_days("2015-03"))
    assert (second.profile.founded_on, table.account.hidden) == (date(2015, 3, 1), 1)


KINDS_OF_ROWS = {
    "whole": (40, ["第{}生物科技有限公司", "合肥", "聚乳酸", "30", "存续", ""]),
    "range": (20, ["第{}生物科技有限公司", "合肥", "聚乳酸", "100-499人", "存续", ""]),
    "unread": (20, ["第{}生物科技有限公司", "合肥", "聚乳酸", "好多", "存续", ""]),
    "joined": (5, ["", "", "PHA", "", "", ""]),
    "blank_row": (4, [""] * 6),
    "total_row": (3, ["合计", "", "", "99", "", ""]),
    "duplicate_row": (4, ["第0生物科技有限公司", "", "酶", "", "", ""]),
    "company_gone": (2, ["第{}生物科技有限公司", "合肥", "", "", "注销", ""]),
    "nothing_read": (2, ["", "", "", "", "", "待补材料"]),
}


def messy(total):
    """Return rows of every kind at random, and what must become of them."""
    rng, rows, expected, above = random.Random(20260101), [], Counter(), ""
    kinds, weights = list(KINDS_OF_ROWS), [weight for weight, _ in KINDS_OF_ROWS.values()]
    for number in range(total):
        kind = rng.choices(kinds, weights)[0] if number else "whole"
        rows.append([cell.format(number) for cell in KINDS_OF_ROWS[kind][1]])
        outcome = "read" if kind in ("whole", "range", "unread") else kind
        if kind == "joined" and above in ("", "nameless"):  # there is nobody that it could go on with
            outcome, above = "read", "nameless"
        elif kind == "duplicate_row":
            outcome, above = "joined" if above == "first" else kind, "first"
        elif outcome == "read":
            above = "named" if number else "first"
        elif kind not in ("joined", "blank_row"):
            above = ""
        expected[outcome] += 1
    return rows, expected


def test_5000_messy_rows_are_all_in_one_sum(csv_bytes, vocabularies):
    rows, expected = messy(5000)
    headings = ["企业名称", "注册地", "主营产品", "员工人数", "登记状态", "备注"]
    table = read_tenants(csv_bytes([headings, *rows]), vocabularies=vocabularies)
    found = list(table)
    account = table.account
    assert (account.rows, sum(expected.values())) == (5000, 5000)
    assert {"read": account.read, "joined": account.joined, **account.left_out} == dict(expected)
    companies = [row for row in found if not isinstance(row, RejectedRow)]
    assert len(companies) == expected["read"]
    of_people = Counter(str(row.profile.employees) for row in companies)
    stated = Counter(row[3] for row in rows if row[0].startswith("第"))
    assert (of_people["30"], of_people["100-499"]) == (stated["30"], stated["100-499人"])
    column = table.columns[3]
    assert (column.unread, column.understood) == (stated["好多"], stated["30"] + stated["100-499人"])


STATED = st.fixed_dictionaries(
    {"name": st.just("某某生物科技有限公司")},
    optional={
        "employees": st.sampled_from([30, "100-499", "≥50", "≤9"]),
        "founded_on": st.sampled_from(["2015-03-01", "2015-03", "2015"]),
        "annual_revenue_cny": st.sampled_from([5e6, "1000万-5000万元", "2亿元"]),
        "registered_capital_cny": st.sampled_from([5e6, "500万-1000万元"]),
        "above_scale": st.booleans(),
        "size_class": st.sampled_from(["medium", "small"]),
        "invention_patents": st.sampled_from([0, 12]),
        "products": st.sampled_from([["聚乳酸"], ["聚乳酸", "PHA"]]),
    },
)


@pytest.fixture(scope="module")
def reader(content):
    return Engine(assemble(content)).reader


@settings(max_examples=60, deadline=None)
@given(STATED)
def test_a_table_and_the_api_read_the_same_profile_alike(reader, stated):
    """As one JSON profile, as a line of NDJSON, and as a row of CSV with the API's own names over it."""
    words = {True: "是", False: "否"}
    cells = {
        name: "、".join(v) if isinstance(v, list) else words.get(v, v) if isinstance(v, bool) else v
        for name, v in stated.items()
    }
    line = ",".join(stated) + "\n" + ",".join(map(str, cells.values()))
    by_api = ProfileSchema().load(stated)
    known = {"vocabularies": reader.catalogue.vocabularies}
    (of_line,) = read_tenants(json.dumps(stated).encode(), **known)
    (of_row,) = read_tenants(line.encode(), **known)
    said = [
        reader.read(MatchRequest(profile=profile, on=ON)).answers
        for profile in (by_api, of_line.profile, of_row.profile)
    ]
    assert said[0] == said[1] == said[2]
