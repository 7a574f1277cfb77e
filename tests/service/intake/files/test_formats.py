import io
import json
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rules.language.amounts import parse_days
from service.intake.files.delimited import detect_encoding
from service.intake.questions import ProfileSchema
from service.intake.raw_table import TableRefusedError
from tests.service.intake.on_a_day import look_at, read_tenants


def check_companies(tenants):
    first, second = (tenant.profile for tenant in tenants)
    assert (first.name, first.uscc, first.city) == ("甲生物公司", "91110000600037341L", "合肥长丰")
    assert first.products == ("聚乳酸", "1,4-丁二醇")
    assert (first.sector, first.stage) == (("生物化工",), ("中试",))
    assert (first.annual_revenue_cny, first.employees) == (50_000_000.0, 120)
    assert (first.founded_on, first.foreign_invested) == (date(2015, 3, 1), False)
    assert (second.name, second.city, second.products) == ("乙“材料”,公司", "广州 南沙", ("PHA", "PLA"))
    assert (second.employees, second.foreign_invested, second.founded_on) == (None, None, None)
    assert [tenant.row for tenant in tenants] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_every_encoding_and_with_every_separator(csv_bytes, read, table, encoding, delimiter):
    tenants, rejected = read(csv_bytes(table, encoding, delimiter))
    assert not rejected
    check_companies(tenants)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"name,city\na,b\n", "utf-8"),
        ("企业名称\n甲\n".encode(), "utf-8"),
        ("企业名称\n甲\n".encode() + b"\xff\n", "utf-8"),
        ("企业名称\n甲公司\n".encode("gb18030"), "gb18030"),
        ("企业名称\n".encode() + "甲公司\n".encode("gb18030"), "gb18030"),
        ("企业名称\n甲公司\n".encode() + "甲公司\n".encode("gb18030"), "utf-8"),
        (b"name\n\xff\n", "gb18030"),
    ],
    ids=["plain", "utf-8", "one line broken", "gb18030", "a line each", "two lines to one", "no line readable"],
)
def test_the_encoding_is_that_of_most_lines(content, encoding):
    """A line of UTF-8 often passes for GB18030 too, so it counts for two."""
    assert detect_encoding(io.BytesIO(content)) == (encoding, content.count(b"\n"))


@pytest.mark.parametrize("nothing", ["null", '""', "[]"])
def test_what_an_object_says_nothing_of_is_as_if_it_were_not_there(read, nothing):
    content = f'{{"name": "甲", "employees": 3, "products": {nothing}}}\n{{"name": "乙", "products": ["酶"]}}'.encode()
    tenants, rejected = read(content)
    assert not rejected
    assert [tenant.profile.products for tenant in tenants] == [(), ("酶",)]


def test_a_line_that_names_the_separator_is_no_row(csv_bytes, read, table):
    tenants, rejected = read(b"sep=;\r\n" + csv_bytes(table, delimiter=";"))
    assert not rejected
    check_companies(tenants)


def test_xlsx_is_read(xlsx_bytes, read, table):
    tenants, rejected = read(xlsx_bytes(table))
    assert not rejected
    check_companies(tenants)


def test_ndjson_takes_the_api_s_fields_and_headings(read):
    lines = [
        {"name": "甲生物公司", "uscc": "91110000600037341L", "city": "合肥长丰", "sector": ["生物化工"], "stage": "中试",
         "products": ["聚乳酸", "1,4-丁二醇"], "annual_revenue_cny": 5e7, "employees": 120, "founded_on": "2015-03-01",
         "foreign_invested": False, "facts": {"listed": True}},
        {"企业名称": "乙“材料”,公司", "注册地": "广州\n南沙", "产品": "PHA；PLA", "员工人数": None},
    ]  # fmt: skip
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    tenants, rejected = read(content.encode())
    assert not rejected
    check_companies(tenants)
    assert tenants[0].profile.facts == {"listed": True}


def test_parquet_is_read(table, read):
    columns = {
        heading: pa.array([row[place] if row[place] != "" else None for row in table[1:]])
        for place, heading in enumerate(table[0])
    }
    columns["主营产品"] = pa.array([["聚乳酸", "1,4-丁二醇"], ["PHA", "PLA"]])
    columns["成立日期"] = pa.array([datetime(2015, 3, 1), None])  # noqa: DTZ001 - a file has no zone
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    tenants, rejected = read(target.getvalue())
    assert not rejected
    check_companies(tenants)


def test_a_file_on_disk_reads_as_in_memory(csv_bytes, table, tmp_path, read):
    path = tmp_path / "tenants.csv"
    path.write_bytes(csv_bytes(table))
    assert read(path) == read(path.read_bytes())


def test_titles_above_the_headings_and_blank_rows_keep_the_numbers(xlsx_bytes, read, table):
    rows = [["园区企业名录"], [], table[0], table[1], [], ["", "", "", "", "", "", "", "", "", "约一百"]]
    tenants, rejected = read(xlsx_bytes(rows))
    assert [(tenant.row, tenant.line) for tenant in tenants] == [(1, 4)]
    assert [(row.row, row.line, row.faults[0].field) for row in rejected] == [(3, 6, "employees")]


@pytest.mark.parametrize(("lines", "found"), [(20, True), (21, False)])
def test_headings_are_looked_for_below_as_many_lines_as_may_stand_above_them(csv_bytes, xlsx_bytes, lines, found):
    above = [[f"说明{line}", ""] for line in range(lines)]
    rows = [*above, ["企业名称", "营业收入（万元）", ""], ["", "2023年", "2024年"], ["甲", 5, 7]]
    for content in (csv_bytes(rows), xlsx_bytes(rows)):
        if not found:
            with pytest.raises(TableRefusedError, check=lambda error: error.code == "no_heading"):
                read_tenants(content)
            continue
        table = read_tenants(content)
        assert [(row.line, row.profile.annual_revenue_cny) for row in table] == [(lines + 3, 70_000.0)]


@pytest.mark.parametrize(("lines", "seen"), [(20, "甲方、乙方"), (21, "名录0")])
def test_of_a_table_without_headings_the_fullest_line_among_those_is_shown(csv_bytes, lines, seen):
    rows = [*([f"名录{line}"] for line in range(lines)), ["甲方", "乙方"], ["某公司", "合肥"]]
    with pytest.raises(TableRefusedError, check=lambda error: error.params["seen"] == seen):
        read_tenants(csv_bytes(rows))


def test_what_the_caller_names_a_heading_is_one_and_a_title_beside_it_is_none(csv_bytes):
    content = csv_bytes([["名录", "一", "二", "三"], ["甲方", "大概收入", "说明", ""], ["某公司", 3, "好", ""]])
    table = read_tenants(content, mapping={"甲方": "name", "大概收入": "annual_revenue_cny"})
    assert [(row.line, row.profile.name, row.profile.annual_revenue_cny) for row in table] == [(3, "某公司", 3.0)]


@pytest.mark.parametrize(("lines", "read_whole"), [(60, True), (61, False)])
def test_a_quoted_cell_of_many_lines_is_one_and_of_too_many_a_mark_that_is_never_closed(read, lines, read_whole):
    tenants, rejected = read(f'企业名称,行业\n甲,"{chr(10).join(["化工"] * lines)}"\n丙,\n'.encode())
    assert (tenants[0].profile.name, tenants[-1].profile.name) == ("甲" if read_whole else "化工", "丙")
    assert [row.faults[0].code for row in rejected] == ([] if read_whole else ["unclosed_quote"])


def test_a_line_that_ends_before_the_name_says_nothing_of_a_company(read):
    tenants, rejected = read("序号,企业名称,行业\n1,甲\n2\n\n3,乙,化工\n".encode())
    assert [(tenant.row, tenant.profile.name) for tenant in tenants] == [(1, "甲"), (4, "乙")]
    assert not rejected


@pytest.mark.parametrize(("keys", "read_whole"), [(256, True), (257, False)])
def test_objects_have_so_many_different_keys_and_no_more(read, keys, read_whole):
    content = json.dumps({"name": "甲", **{f"key{number}": 1 for number in range(keys - 1)}}).encode()
    if read_whole:
        assert [tenant.profile.name for tenant in read(content)[0]] == ["甲"]
    else:
        with pytest.raises(TableRefusedError, check=lambda error: error.code == "too_many_columns"):
            read(content)


def test_merged_cells_hold_for_every_row_they_cover(xlsx_bytes, read):
    rows = [["注册地", "企业名称", "产品"], ["", "甲", "聚乳酸"], ["", "乙", "PHA"], ["深圳", "丙", "PLA"]]
    tenants, _ = read(xlsx_bytes(rows, lambda _, sheet: sheet.merge_range("A2:A3", "合肥")))
    assert [(tenant.profile.city, tenant.profile.name) for tenant in tenants] == [
        ("合肥", "甲"),
        ("合肥", "乙"),
        ("深圳", "丙"),
    ]


@pytest.mark.parametrize(
    "blank", ["Z2:Z4", "B6:C9", "E1:E2", "A1:A2", "A2:A3", "D1:D2", "D2:D3"],
    ids=["far right", "below", "right of the headings", "left of the headings", "left of the rows", "next to the headings", "next to the rows"],
)  # fmt: skip
def test_blank_cells_merged_beside_the_table_are_no_part_of_it(xlsx_bytes, read, blank):
    def merge(_, sheet):
        sheet.merge_range(blank, "")

    tenants, rejected = read(xlsx_bytes([["", "企业名称", "员工人数"], ["", "甲", 1], ["", "乙", 2]], merge))
    assert [(tenant.profile.name, tenant.profile.employees) for tenant in tenants] == [("甲", 1), ("乙", 2)]
    assert not rejected


@pytest.mark.parametrize(("cell", "lines"), [("B4", [4]), ("C5", [5]), ("A5", []), ("D5", [])])
def test_a_formula_without_result_below_all_rows_is_reported_in_whichever_column_of_the_table(
    xlsx_bytes, read, cell, lines
):
    rows = [["", "企业名称", "员工人数"], ["", "甲", 1], ["", "乙", 2]]
    tenants, rejected = read(xlsx_bytes(rows, lambda _, sheet: sheet.write_formula(cell, "=1", None, "")))
    assert len(tenants) == 2
    assert [(row.line, row.faults[0].code) for row in rejected] == [(line, "formula_without_value") for line in lines]


def test_groups_beside_a_heading_merged_downwards_are_headings_too(xlsx_bytes, read):
    def merge(_, sheet):
        sheet.merge_range("A1:A2", "企业名称")
        sheet.write_row("B1", ["2023年", "2024年"])
        sheet.write_row("B2", ["营业收入（万元）", "营业收入（万元）"])

    (tenant,), _ = read(xlsx_bytes([[], [], ["甲", 5, 7]], merge))
    assert tenant.profile.annual_revenue_cny == 70_000.0


def test_headings_over_two_merged_rows_are_read_together(xlsx_bytes, read):
    def merge(_, sheet):
        sheet.merge_range("A1:A2", "企业名称")
        sheet.merge_range("B1:C1", "营业收入")
        sheet.write("B2", "2023年(万元)")
        sheet.write("C2", "2024年(万元)")

    content = xlsx_bytes([[], [], ["甲", 100, 200]], merge)
    tenants, rejected = read(content)
    assert not rejected
    assert [(tenant.row, tenant.line, tenant.profile.annual_revenue_cny) for tenant in tenants] == [(1, 3, 2_000_000.0)]
    assert [report.status for report in read_tenants(content).columns] == ["used", "repeated", "used"]


def test_the_first_sheet_with_headings_is_taken_and_hidden_ones_are_not(xlsx_bytes, read):
    def more(workbook, sheet):
        sheet.hide()
        cover, data = workbook.add_worksheet("封面"), workbook.add_worksheet("企业")
        cover.write("A1", "填报说明")
        cover.activate()
        data.write_row(0, 0, ["公司名称", "城市"])
        data.write_row(1, 0, ["甲", "合肥"])

    content = xlsx_bytes([["企业名称"], ["不该读到"]], more)
    assert [tenant.profile.name for tenant in read(content)[0]] == ["甲"]
    assert read_tenants(content).raw.about["sheet"] == "企业"


def test_excel_dates_serials_and_texts_are_the_same_day(xlsx_bytes, read):
    days = [42064, "42064", "2015/3/1", "2015年3月1日", "2015.03.01", 20150301, "2015-03-01 00:00:00"]

    def date_cell(workbook, sheet):
        day = datetime(2015, 3, 1)  # noqa: DTZ001 - a sheet has no zone
        sheet.write_datetime(len(days) + 1, 0, day, workbook.add_format({"num_format": "yyyy/m/d"}))

    tenants, rejected = read(xlsx_bytes([["注册时间"], *([day] for day in days)], date_cell))
    assert not rejected
    assert {tenant.profile.founded_on for tenant in tenants} == {date(2015, 3, 1)}
    assert len(tenants) == len(days) + 1


def test_a_workbook_that_counts_from_1904_is_read_so(read):
    import xlsxwriter  # noqa: PLC0415 - only here with an option of its own

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_column(0, 0, ["成立日期", 40602])
    tenants, _ = read(target.getvalue())
    assert tenants[0].profile.founded_on == date(2015, 3, 1)


def test_headings_repeated_on_every_page_are_no_company(csv_bytes, read, table):
    rows = [*table, table[0], ["丙公司", *table[1][1:]]]
    rows[-1][1] = ""
    tenants, rejected = read(csv_bytes(rows))
    assert [tenant.row for tenant in tenants] == [1, 2, 4]
    assert not rejected


def test_a_mapping_gives_headings_a_field_and_leaves_columns_out(csv_bytes):
    content = csv_bytes([["甲方", "大概收入", "产品"], ["某公司", 3, "聚乳酸"]])
    mapping = {"甲方": "name", "大概收入": "annual_revenue_cny(亿元)", "产品": ""}
    (row,) = read_tenants(content, mapping=mapping)
    assert (row.profile.name, row.profile.annual_revenue_cny, row.profile.products) == ("某公司", 3e8, ())


def test_ndjson_in_the_api_s_fields_reads_as_post_match_does(read):
    profile = {
        "name": "无",
        "products": "聚乳酸、PHA",
        "stage": "研发/中试",
        "annual_revenue_cny": "2亿元",
        "city": 440305,
    }
    tenants, rejected = read(json.dumps(profile, ensure_ascii=False).encode())
    assert not rejected
    assert tenants[0].profile == ProfileSchema().load(profile)


def parquet_bytes(columns):
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def test_a_file_without_a_company_is_refused_in_the_same_words_whatever_its_form(csv_bytes, xlsx_bytes):
    heading, blank, example = ["企业名称", "注册地"], ["", ""], ["示例：甲公司", "合肥"]
    files = [
        *(
            build(rows)
            for build in (csv_bytes, xlsx_bytes)
            for rows in ([heading], [heading, blank], [heading, example])
        ),
        parquet_bytes({"企业名称": pa.array([], pa.string())}),
        parquet_bytes({"企业名称": pa.array([None, ""], pa.string())}),
        '{"企业名称": ""}\n{"企业名称": "示例：甲公司"}\n'.encode(),
        b"{}\n{}\n",
    ]
    for content in files:
        with pytest.raises(TableRefusedError, check=lambda error: error.code == "no_rows"):
            list(read_tenants(content))
        assert look_at(content, {}).refusal.code == "no_rows"


def test_a_row_is_numbered_by_its_place_below_the_headings_in_every_form(csv_bytes, xlsx_bytes):
    names = ["", "示例：甲公司", "乙", "", "丙", "合计"]
    rows = [["企业名称", "注册地"], *([name, ""] for name in names)]
    files = [
        csv_bytes(rows),
        xlsx_bytes(rows),
        parquet_bytes({"企业名称": names}),
        "\n".join(json.dumps({"企业名称": name}, ensure_ascii=False) if name else "" for name in names).encode(),
    ]
    for content in files:
        assert [(row.row, hasattr(row, "profile")) for row in read_tenants(content)] == [
            (3, True),
            (5, True),
            (6, False),
        ]


def test_codes_of_places_in_columns_of_their_own_give_the_narrowest(csv_bytes, xlsx_bytes, read):
    rows = [["企业名称", "省", "市", "区县"], ["甲", 440000, 440100, 440115], ["乙", 440000, 440100, ""]]
    for content in (csv_bytes(rows), xlsx_bytes(rows)):
        assert [tenant.profile.city for tenant in read(content)[0]] == ["440115", "440100"]


def test_credit_codes_behind_excel_s_text_guards_are_read(read):
    code = "91110000600037341L"
    for cell in (f'="{code}"', f'"=""{code}"""', f"'{code}", f"\t{code}"):
        (tenant,), rejected = read(f"企业名称,税号\n甲,{cell}".encode())
        assert (tenant.profile.uscc, rejected) == (code, [])


def test_what_is_left_open_costs_no_company_and_is_reported_with_its_column(csv_bytes):
    rows = [
        ["企业名称", "营收增长率", "成立年月"],
        ["甲", "12", "2015-03"],
        ["乙", "1.2", "2015-03-01"],
        ["丙", "5%", "201503"],
        ["丁", "翻番", "2015-03"],
    ]
    table = read_tenants(csv_bytes(rows))
    tenants = list(table)
    assert [tenant.profile.name for tenant in tenants] == ["甲", "乙", "丙", "丁"]
    assert [dict(tenant.profile.facts) for tenant in tenants] == [{}, {}, {"revenue_growth": 0.05}, {}]
    month = parse_days("2015-03")
    assert [tenant.profile.founded_on for tenant in tenants] == [month, date(2015, 3, 1), month, month]
    assert [[fault.code for fault in (*tenant.caveats, *tenant.unread)] for tenant in tenants] == [
        ["rate_left_open"],
        ["rate_left_open"],
        [],
        ["not_rate"],
    ]
    assert all(caveat.worded(language)[0] for caveat in tenants[0].caveats for language in ("zh", "en"))
    rate = table.columns[1]
    assert (rate.left_open, rate.left_open_rows, rate.unread, rate.unread_rows) == (2, (1, 2), 1, (4,))
    assert (rate.filled, rate.understood) == (4, 1)
