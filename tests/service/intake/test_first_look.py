"""A first look at a file tells what the whole reading would, however large the file is."""

import io
import json
import random
import time
import tracemalloc
import zipfile

import pytest
import xlsxwriter

from service.intake.first_look import HEAD_BYTES
from service.intake.headings.layout import CorrectionError
from service.intake.raw_table import source_of
from service.intake.xlsx.archive import Archive
from service.intake.xlsx.scan import cut_workbook
from tests.service.intake.on_a_day import correction_refusal, look_at, read_tenants, settled

ROWS = [["序号", "企业名称", "营收(万元)", "企业规磨"], *([n, f"第{n}公司", n * 1.5, "中型"] for n in range(1, 30_001))]


def reported(look):
    return [(column.heading, column.status, column.field, column.nearest) for column in look.columns]


EXPECTED = [
    ("序号", "ignored", "", ""),
    ("企业名称", "used", "name", ""),
    ("营收(万元)", "used", "annual_revenue_cny", ""),
    ("企业规磨", "not_understood", "", "企业规模"),
]


@pytest.mark.parametrize("form", ["utf-8", "gb18030", "utf-16", "xlsx"])
def test_a_look_at_the_head_tells_columns_samples_and_rows(csv_bytes, xlsx_bytes, form):
    content = xlsx_bytes(ROWS) if form == "xlsx" else csv_bytes(ROWS, form)
    look = look_at(content, {})
    assert look.refusal is None
    assert reported(look) == EXPECTED
    assert settled(look.columns) == settled(read_tenants(content).columns)
    assert look.rows == 30_000
    assert [look.samples[place] for place in range(4)] == [
        ("1", "2", "3"),
        ("第1公司", "第2公司", "第3公司"),
        ("1.5", "3" if form == "xlsx" else "3.0", "4.5"),
        ("中型",),
    ]


def test_a_look_at_a_large_workbook_is_quick_and_small(tmp_path):
    """50,000 rows of different texts: only the texts that the first rows point at are taken out."""
    path = tmp_path / "large.xlsx"
    draw = random.Random(1)
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("名录")
        sheet.write_row(0, 0, ["企业名称", "主营产品", "注册地"])
        for row in range(1, 50_001):
            sheet.write_row(row, 0, [f"公司{draw.random()}", f"产品{draw.random()}", "合肥"])
    tracemalloc.start()
    began = time.process_time()
    look = look_at(path, {})
    spent, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (look.about["sheet"], look.rows, look.refusal) == ("名录", 50_000, None)
    assert look.samples[2] == ("合肥",)
    assert spent < 2
    assert peak < 24 * 1_048_576


def test_headings_merged_over_two_rows_are_seen_though_merges_stand_behind_the_rows(xlsx_bytes):
    def merge(_, sheet):
        sheet.merge_range("A1:A2", "企业名称")
        sheet.merge_range("B1:C1", "营业收入")
        sheet.write("B2", "2023年(万元)")
        sheet.write("C2", "2024年(万元)")

    content = xlsx_bytes([[], [], *([f"公司{n}", n, n] for n in range(5_000))], merge)
    assert settled(look_at(content, {}).columns) == settled(read_tenants(content).columns)


def inline(rows):
    """Return a workbook that holds each text in its cell."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def sheet_of(workbook):
    with zipfile.ZipFile(io.BytesIO(workbook)) as packed:
        return packed.read("xl/worksheets/sheet1.xml")


def head_of_sheet(workbook):
    with Archive(source_of(workbook)) as archive:
        return sheet_of(cut_workbook(archive, archive.workbook()[0])[0])


def wide(count):
    """Return headings and rows of 90,000 bytes each."""
    headings = ["企业名称", *(f"列{place}" for place in range(249))]
    return [headings, *([f"公司{row}", *[f"{row}{'长' * 100}"] * 249] for row in range(1, count + 1))]


def narrow(count):
    return [["企业名称"], *([f"公司{row}"] for row in range(1, count + 1))]


def test_of_rows_that_are_endlessly_long_only_the_first_are_taken_out():
    content = inline(wide(60))
    look = look_at(content, {})
    assert (look.refusal, look.rows, look.samples[0]) == (None, 60, ("公司1", "公司2", "公司3"))
    assert len(head_of_sheet(content)) < 3 * 1_048_576


@pytest.mark.parametrize("rows", [wide(25), narrow(199)], ids=["as much as is read", "as many as are kept"])
def test_a_sheet_that_ends_where_its_head_does_is_kept_whole(rows):
    content = inline(rows)
    assert head_of_sheet(content) == sheet_of(content)


def test_as_many_rows_are_kept_of_a_long_sheet():
    assert head_of_sheet(inline(narrow(5_000))).count(b"<row ") == 200


def test_the_last_row_that_is_kept_may_be_long():
    look = look_at(inline([*narrow(198), ["长", *["长" * 4_000] * 30], *[["丁"]] * 100]), {})
    assert (look.refusal, look.rows) == (None, 299)


def test_a_workbook_that_lists_no_texts_is_looked_at_as_it_is_read():
    """Some programs write the list of shared texts although each text stands in its cell."""
    target = io.BytesIO(inline(narrow(3)))
    with zipfile.ZipFile(target, "a") as packed:
        packed.writestr(
            "xl/sharedStrings.xml", '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
        )
    look = look_at(target.getvalue(), {})
    assert (look.refusal, look.rows, look.samples[0]) == (None, 3, ("公司1", "公司2", "公司3"))
    assert settled(look.columns) == settled(read_tenants(target.getvalue()).columns)


def test_a_workbook_in_which_nothing_stands_is_empty():
    assert look_at(inline([]), {}).refusal.code == "empty_file"


def test_the_sheet_with_headings_is_looked_at_and_its_letters_start_where_it_does():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        workbook.add_worksheet("封面").write("A1", "填报说明")
        sheet = workbook.add_worksheet("企业")
        for row in range(1_000):
            sheet.write_row(row + 2, 1, ["企业名称", "城市"] if row == 0 else [f"公司{row}", "合肥"])
    look = look_at(target.getvalue(), {})
    assert (look.about["sheet"], look.left, look.about["heading_line"], look.rows) == ("企业", 1, 3, 999)


def test_a_table_whose_headings_are_not_understood_is_shown_all_the_same(csv_bytes):
    look = look_at(csv_bytes([["甲方", "乙方"], ["某公司", "合肥"]]), {})
    assert look.refusal.code == "no_heading"
    assert [(column.heading, column.status) for column in look.columns] == [
        ("甲方", "not_understood"),
        ("乙方", "not_understood"),
    ]
    assert look.samples == {0: ("某公司",), 1: ("合肥",)}


def test_three_different_values_of_a_column_are_shown_none_of_them_a_blank_or_a_fault(xlsx_bytes):
    def formula(_, sheet):
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")

    rows = [["企业名称", "员工人数"], ["甲"], ["乙", None], ["乙", 12], ["丙", 12.0], ["丁", 1.5], ["戊", 7], ["己", 8]]
    assert look_at(xlsx_bytes(rows, formula), {}).samples == {0: ("甲", "乙", "丙"), 1: ("12", "1.5", "7")}


def test_what_an_object_does_not_say_is_no_value_of_its_column():
    look = look_at(b'{"name": "a"}\n{"name": "b", "employees": 3}\n{"name": "c", "employees": null}', {})
    assert look.samples == {0: ("a", "b", "c"), 1: ("3",)}


def test_what_is_no_table_has_a_reason_and_no_columns():
    look = look_at(b"%PDF-1.7", {})
    assert (look.refusal.code, look.columns) == ("not_a_table", ())


def test_a_correction_goes_before_what_a_heading_says(csv_bytes):
    content = csv_bytes([["名称", "甲方", "2024年营收", "上报数"], ["园区A", "某公司", 1, 3]])
    mapping = {"名称": "", "甲方": "name", "上报数": "annual_revenue_cny(万元)"}
    columns = look_at(content, mapping).columns
    assert [(c.field, c.status, c.how, c.unit) for c in columns] == [
        ("", "ignored", "declared", ""),
        ("name", "used", "declared", ""),
        ("annual_revenue_cny", "repeated", "alias", ""),
        ("annual_revenue_cny", "used", "declared", "万元"),
    ]
    (row,) = read_tenants(content, mapping=mapping)
    assert (row.profile.name, row.profile.annual_revenue_cny) == ("某公司", 30_000.0)


@pytest.mark.parametrize(
    ("mapping", "code", "word"),
    [
        ({"企业名秤": "name"}, "mapping_heading", "企业名称"),
        ({"企业名称": "nmae"}, "mapping_field", "name"),
        ({"企业名称": "企业名秤"}, "mapping_field", "企业名称"),
        ({"营收": "annual_revenue_cny(斤)"}, "mapping_unit", "斤"),
        ({"营收": "annual_revenue_cny(万美元)"}, "mapping_unit", "万美元"),
        ({"企业名称": "name", "甲方": "公司名称"}, "mapping_twice", "甲方"),
        ({"企业名称": "name", "企 业 名 称": "uscc"}, "mapping_same_column", "同一列"),
    ],
)
def test_a_correction_that_cannot_be_followed_is_refused_in_words(csv_bytes, tmp_path, mapping, code, word):
    path = tmp_path / "tenants.csv"
    path.write_bytes(csv_bytes([["企业名称", "甲方", "营收"], ["某公司", "某园区", 3]]))
    refusal = correction_refusal(path, mapping)
    assert isinstance(refusal, CorrectionError)
    assert [fault.code for fault in refusal.faults] == [code]
    assert word in "".join(refusal.worded("zh") + refusal.worded("en"))
    with pytest.raises(CorrectionError):
        read_tenants(path, mapping=mapping)


def test_all_faults_of_a_correction_are_reported_at_once(csv_bytes):
    look = look_at(csv_bytes([["企业名称", "营收"], ["甲", 1]]), {"企业名秤": "name", "营收": "revenu(元)"})
    assert [fault.code for fault in look.refusal.faults] == ["mapping_heading", "mapping_field"]
    assert [column.heading for column in look.columns] == ["企业名称", "营收"]


def test_a_heading_missing_in_a_long_csv_is_reported_though_its_end_was_not_looked_at(csv_bytes, tmp_path):
    path = tmp_path / "tenants.csv"
    path.write_bytes(csv_bytes([["企业名称", "备注"], *([f"公司{n}", "长" * 100] for n in range(HEAD_BYTES // 300))]))
    assert path.stat().st_size > HEAD_BYTES
    assert [fault.code for fault in correction_refusal(path, {"企业名秤": "name"}).faults] == ["mapping_heading"]
    assert look_at(path, {}).rows == HEAD_BYTES // 300


def test_a_heading_further_down_in_a_long_ndjson_file_is_not_called_missing(tmp_path):
    path = tmp_path / "tenants.ndjson"
    lines = [json.dumps({"name": f"公司{n}", "note": "x" * 100}) for n in range(HEAD_BYTES // 100)]
    path.write_text("\n".join([*lines, '{"name": "乙", "收入": 3}']), "utf-8")
    mapping = {"收入": "annual_revenue_cny(万元)"}
    assert correction_refusal(path, mapping) is None
    *_, last = read_tenants(path, mapping=mapping)
    assert last.profile.annual_revenue_cny == 30_000.0
    assert look_at(path, {}).rows == len(lines) + 1
