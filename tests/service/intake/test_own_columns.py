"""Columns that are no fact, kept as shown; sheets read one after the other; what a company's further rows add."""

import io
from datetime import date

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from service.intake.headings.layout import MOST_OWN
from service.intake.rows.companies import RejectedRow
from service.intake.table import ReadingOptions
from service.screenings.jobs.reading import read_file
from service.screenings.stored.folders import Folder, read_tenants
from service.screenings.stored.parts import OwnColumns, tenants_file
from tests.service.intake.on_a_day import ON, look_at
from tests.service.intake.on_a_day import read_tenants as opened

HEADINGS = "企业名称,注册地,主营产品,员工人数"
ONE = "甲生物科技有限公司,合肥,聚乳酸,30"


def kept(text, **more):
    table = opened(text.encode(), **more)
    rows = [dict(zip(table.own, row.own, strict=False)) for row in table if not isinstance(row, RejectedRow)]
    return rows, table


@pytest.mark.parametrize(
    ("heading", "cell", "shown"),
    [
        ("楼栋", "A座", "A座"),
        ("联系人", " 张三 ", "张三"),
        ("行业组", "生物组", "生物组"),
        ("备注", "已走访", "已走访"),
        ("租约到期", "2027-06-30", "2027-06-30"),
        ("租赁面积", "1200㎡", "1200㎡"),
        ("管家意见", "0012", "0012"),
        ("完全陌生的列", "是", "是"),
        ("注册资本(万美元)", "500", "500"),
        ("备注", "长" * 500, "长" * 200 + "…"),
    ],
)
def test_a_column_that_is_no_fact_is_kept_as_shown(heading, cell, shown):
    rows, table = kept(f"{HEADINGS},{heading}\n{ONE},{cell}\n")
    assert rows == [{heading: shown}]
    assert [report.heading for report in table.columns if report.own] == [heading]


@pytest.mark.parametrize("heading", ["序号", "身份证号", "银行账号"])
def test_running_numbers_and_numbers_of_persons_are_kept_only_when_asked_for(heading):
    text = f"{HEADINGS},{heading}\n{ONE},7\n"
    assert kept(text)[0] == [{}]
    assert kept(text, mapping={heading: "own"})[0] == [{heading: "7"}]


def test_what_is_kept_is_chosen_and_bounded():
    assert kept(f"{HEADINGS},楼栋,备注\n{ONE},A,b\n", mapping={"楼栋": ""})[0] == [{"备注": "b"}]
    assert kept(f"{HEADINGS},楼栋\n{ONE},A\n", mapping={"员工人数": "own"})[0] == [{"员工人数": "30", "楼栋": "A"}]
    many = [f"列{n}号" for n in range(MOST_OWN + 5)]
    rows, _ = kept(",".join([HEADINGS, *many]) + "\n" + ",".join([ONE, *many]) + "\n", mapping={many[-1]: "own"})
    assert list(rows[0]) == [*many[: MOST_OWN - 1], many[-1]]
    assert kept(f"{HEADINGS},备注,备注\n{ONE},a,b\n")[0] == [{"备注": "a", "备注（2）": "b"}]


def stored(tmp_path, content, form="csv", **more):
    """Return what reading a file for a screening leaves, by row, and the faults that it tells."""
    folder = Folder(tmp_path)
    folder.sent(form).write_bytes(content)
    account = read_file(folder, form, ReadingOptions(on=ON, **more))
    tenants = [one for number in range(account.chunks) for one in read_tenants(folder.tenants(number))]
    return {one.row: one for one in tenants}, [*map(orjson.loads, folder.rejected().read_bytes().splitlines())]


AGAIN = [
    ("员工人数", "", "50", 50, None),
    ("员工人数", "30", "30", 30, None),
    ("员工人数", "30", "50", 30, ("30", "50")),
    ("员工人数", "100-499人", "120", 120, None),
    ("员工人数", "120", "100-499人", 120, None),
    ("员工人数", "120", "500-999人", 120, ("120", "500-999")),
    ("成立日期", "2015年", "2015-03-01", date(2015, 3, 1), None),
    ("注册地", "合肥", "合肥长丰", "合肥长丰", None),
    ("注册地", "合肥", "广州", "合肥", ("合肥", "广州")),
    ("主营产品", "聚乳酸", "酶", ("聚乳酸", "酶"), None),
    ("是否高新技术企业", "否", "是", (), ("✗ 高新技术企业", "✓ 高新技术企业")),
]
FIELDS = {"员工人数": "employees", "成立日期": "founded_on", "注册地": "city", "主营产品": "products"}


@pytest.mark.parametrize("case", AGAIN)
@pytest.mark.parametrize("between", [True, False])
def test_a_further_row_of_a_company_adds_and_never_overrules(tmp_path, vocabularies, case, between):
    heading, first, second, counts, told = case
    name = "甲生物科技有限公司"
    other = "乙科技有限公司,x,,\n" if between else ""
    text = f"企业名称,行业组,技术,{heading}\n{name},,,{first}\n{other}{name},,发酵,{second}\n"
    tenants, faults = stored(tmp_path, text.encode(), vocabularies=vocabularies)
    profile = tenants[1].profile
    assert getattr(profile, FIELDS.get(heading, "certifications")) == counts
    assert profile.technologies == ("发酵",)
    contradictions = [fault for row in faults for fault in row["faults"] if fault["code"] == "contradicts_row"]
    assert len(contradictions) == (told is not None)
    for fault, (mine, theirs) in zip(contradictions, [told] if told else [], strict=True):
        assert mine in fault["message_zh"]
        assert theirs in fault["message_zh"]
        assert str(3 if between else 2) in fault["message_zh"]


def test_own_columns_of_one_companys_rows_stand_together_and_the_parks_place_gives_way(tmp_path):
    text = (
        "企业名称,统一社会信用代码,注册地,楼栋\n甲,91110000600037341L,,A座\n"
        "乙科技有限公司,,,B座\n,91110000600037341L,蚌埠,C座\n"
    )
    tenants, _ = stored(tmp_path, text.encode(), place="合肥")
    assert (tenants[1].profile.city, tenants[1].own, tenants[2].profile.city) == ("蚌埠", ("A座；C座",), "合肥")


def test_a_company_and_its_further_row_may_stand_in_different_chunks(tmp_path):
    rows = [f"第{n}科技有限公司,合肥,酶,{n}" for n in range(1, 2100)]
    text = "\n".join([HEADINGS, *rows, "第1科技有限公司,,疫苗,7", "第2099科技有限公司,,疫苗,"])
    tenants, faults = stored(tmp_path, text.encode())
    assert (tenants[1].profile.products, tenants[1].profile.employees) == (("酶", "疫苗"), 1)
    assert tenants[2099].profile.products == ("酶", "疫苗")
    assert [[fault["code"] for fault in row["faults"]] for row in faults] == [
        ["duplicate_row", "contradicts_row"],
        ["duplicate_row"],
    ]


def book(**sheets):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return target.getvalue()


SHEETS = {
    "A栋": [["企业名称", "注册地", "主营产品", "员工人数", "备注"], ["甲生物科技有限公司", "合肥", "聚乳酸", 30, "x"],
           ["乙科技有限公司", "合肥", "疫苗", 20]],
    "B栋": [["B栋入驻企业"], ["企业名称", "员工人数", "注册地", "主营产品", "联系人"],
           ["", 5, "合肥", "酶"], ["丙生物科技有限公司", "好多", "合肥", "酶", "张"],
           ["甲生物科技有限公司", 30, "合肥", "PHA"], ["合计", 330]],
    "填写说明": [["填写说明"], ["请按要求填写"]],
    "字段": [["字段", "要求"], ["企业名称", "必填"], ["注册地", "必填"], ["主营产品", "选填"], ["员工人数", "选填"]],
    "水电": [["企业名称", "水费", "电费"], ["甲生物科技有限公司", 2, 3]],
    "空": [],
}  # fmt: skip


def test_one_sheet_is_read_unless_all_are_asked_for():
    table = opened(book(**SHEETS))
    assert len(list(table)) == 2
    assert (table.sheets, table.own) == ([], ["备注"])
    assert set(table.raw.other_sheets) >= {"B栋", "水电"}


def test_all_sheets_are_read_in_one_sum_and_those_left_out_say_why(tmp_path):
    table = opened(book(**SHEETS), all_sheets=True)
    rows = list(table)
    assert [(one.name, one.rows, one.reason) for one in table.sheets] == [
        ("A栋", 2, ""),
        ("B栋", 4, ""),
        ("填写说明", 0, "sheet_no_headings"),
        ("字段", 0, "sheet_explains"),
        ("水电", 0, "sheet_other_columns"),
    ]
    assert [(row.row, row.line, row.sheet) for row in rows] == [
        (1, 2, "A栋"), (2, 3, "A栋"), (3, 3, "B栋"), (4, 4, "B栋"), (5, 5, "B栋"), (6, 6, "B栋")
    ]  # fmt: skip
    account = table.account
    assert (account.rows, account.read, account.left_out) == (6, 4, {"duplicate_row": 1, "total_row": 1})
    people = next(one for one in table.columns if one.field == "employees")
    assert (people.position, people.filled, people.unread_rows) == (3, 5, (4,))
    tenants, _ = stored(tmp_path, book(**SHEETS), "xlsx", all_sheets=True)
    assert tenants[1].own[:2] == ("A栋；B栋", "x")
    assert tenants[1].profile.products == ("聚乳酸", "PHA")
    assert tenants[4].own == ("B栋", "", "张")


def test_a_first_look_tells_what_all_sheets_hold():
    look = look_at(book(**SHEETS), {}, all_sheets=True)
    assert [(one.name, one.rows) for one in look.sheets][:2] == [("A栋", 2), ("B栋", 4)]
    assert (look.seen.rows, look.other_sheets, look.refusal) == (6, (), None)


def test_a_screening_read_before_own_columns_were_kept_still_opens(tmp_path):
    folder = Folder(tmp_path)
    row = {"row": [1], "external_id": [""], "uscc": [""], "name": ["甲"], "profile": [b'{"city":"x"}']}
    pq.write_table(pa.table({**row, "row": pa.array([1], pa.int32())}), folder.tenants(0))
    pq.write_table(pa.table({"row": pa.array([1], pa.int32()), "name": ["甲"]}), tenants_file(folder))
    folder.reading.write_bytes(orjson.dumps({"columns": []}))
    (tenant,) = read_tenants(folder.tenants(0))
    own = OwnColumns.open(folder)
    assert (tenant.profile.city, tenant.own, own.columns, own.of([1])) == ("x", (), {}, {1: {}})
    assert own.fit(np.array([1], np.int32), {}).tolist() == [True]
