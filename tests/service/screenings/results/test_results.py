import csv
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine

from matcher.standing import COUNTED
from service.intake.raw_table import MEDIA_TYPES, Format
from service.screenings.results.files import result_pieces
from service.screenings.results.sheets import guarded, is_risky
from service.screenings.shapes import VerdictCounts
from service.screenings.stored.parts import RESULT_SCHEMA, About, Advice, FurtherSheet, MeasureLine, TenantLine
from tests.service.intake.on_a_day import read_tenants

NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    '=HYPERLINK("http://x")',
    "http://x",
    "普通",
    "{=1}",
    "1e5",
]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CODES = ["91110000600037341L", "911100006000373414"]


def counted(**counts):
    return VerdictCounts(**{**dict.fromkeys(COUNTED, 0), **counts})


@dataclass(frozen=True)
class Stored:
    """A small stored screening in which every text is nasty."""

    tenants_count: int = len(NASTY)

    @property
    def about(self):
        return About(
            catalogue="v1", on=date(2026, 1, 1), statuses=("现行有效", "征求意见稿"), rows=self.tenants_count, rejected=1,
            counts=counted(applicable=2, possible=3, not_applicable=4, withheld=5),
            settles=(Advice(label="补填“阶段”", pairs=1204),), opens=(Advice(label="成为规上企业", pairs=7),),
        )  # fmt: skip

    def measures(self):
        for number in (1, 2):
            yield MeasureLine(
                id=f"gd-{number}", title=f"=措施{number}", instrument="中试", kind="支持", document="某方案", status="征求意见稿",
                region="广东省", counts=counted(applicable=number, possible=1),
            )  # fmt: skip

    def tenants(self):
        for place in range(self.tenants_count):
            yield TenantLine(
                row=place + 1, external_id=f"{place}", uscc=CODES[place % 2], name=NASTY[place % len(NASTY)],
                counts=counted(applicable=1), best=("=措施1",),
            )  # fmt: skip

    schema = RESULT_SCHEMA
    amounts = tuple

    def further(self, calls, pairs):
        """A sheet of calls and one of reasons, not longer than asked for, each text nasty."""
        assert calls < pairs
        lines = ([place, NASTY[place % len(NASTY)]] for place in range(min(pairs, 3)))
        return {
            name: FurtherSheet(
                headings=["次序", "=企业"], widths=(8, 30), lines=lines if name == "pairs" else [[1, "=1+1"]]
            )
            for name in ("calls", "pairs")
        }

    def pairs(self):
        unknown = [{"fact": "stage", "why": "fact_missing"}, {"fact": "region", "why": "too_coarse"}]
        for tenant in self.tenants():
            if tenant.row == 2:
                continue
            named = {"row": tenant.row, "external_id": tenant.external_id, "uscc": tenant.uscc, "name": tenant.name}
            fits = {
                "measure_id": "gd-2",
                "kind": "support",
                "verdict": "applicable",
                "relevance": "direct",
                "score": 0.8123,
                "unknown": [],
            }
            may = {
                "measure_id": "gd-1",
                "kind": "direction",
                "verdict": "possible",
                "relevance": "sector",
                "score": 0.5,
            }
            yield pa.Table.from_pylist([{**named, **fits}, {**named, **may, "unknown": unknown}], schema=RESULT_SCHEMA)

    own = ()

    def rejected(self):
        content = '企业名称,员工人数\n甲,"=很多"\n'.encode()
        return [row.plain() for row in read_tenants(content)]


def written(tmp_path, form, **options):
    path = tmp_path / f"results.{form}"
    path.write_bytes(b"".join(result_pieces(Stored(), form, **options)))
    return path


def sheets(path):
    workbook = python_calamine.load_workbook(str(path))
    return {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names}


def test_csv_has_every_pair_texts_harmless_and_codes_as_text(tmp_path):
    content = written(tmp_path, Format.CSV).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == [
        "row", "external_id", "uscc", "name", "measure_id", "kind", "verdict", "relevance", "score", "unknown",
    ]  # fmt: skip
    assert len(rows) == 2 * (len(NASTY) - 1)
    assert not [cell for row in rows for cell in row.values() if is_risky(cell)]
    assert {row["uscc"] for row in rows} == {"91110000600037341L", "'911100006000373414"}
    assert [row["kind"] for row in rows[:2]] == ["support", "direction"]
    assert rows[1]["unknown"] == "stage:fact_missing region:too_coarse"


def test_ndjson_and_parquet_have_the_texts_as_they_are(tmp_path):
    lines = [json.loads(line) for line in written(tmp_path, Format.NDJSON).read_text("utf-8").splitlines()]
    table = pq.read_table(written(tmp_path, Format.PARQUET)).to_pylist()
    assert lines == table
    assert [line["name"] for line in lines[::2]] == [NASTY[0], *NASTY[2:]]
    assert lines[1]["unknown"] == [{"fact": "stage", "why": "fact_missing"}, {"fact": "region", "why": "too_coarse"}]


def test_the_workbook_has_all_its_sheets_and_no_formula(tmp_path):
    path = written(tmp_path, Format.XLSX)
    found = sheets(path)
    assert list(found) == ["汇总", "先联系", "按企业", "按措施", "矩阵", "理由与依据", "未读取的行", "说明"]
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    bodies = [content for name, content in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(bodies) == 8
    assert not any(b"<f>" in body or b"<hyperlink" in body for body in bodies)
    assert b'quotePrefix="1"' in parts["xl/styles.xml"]
    assert sum(name.startswith("xl/charts/chart") for name in parts) == 3


def test_codes_stay_text_and_names_are_exact_in_the_workbook(tmp_path):
    tenants = sheets(written(tmp_path, Format.XLSX))["按企业"]
    assert [row[2] for row in tenants[1:3]] == CODES
    assert [row[3].strip() for row in tenants[1:]] == [text.strip() for text in NASTY]
    assert tenants[1][4:6] == [1.0, ""] or tenants[1][4:6] == [1.0, 0.0]


def test_the_matrix_shows_verdicts_by_tenant_and_measure(tmp_path):
    matrix = sheets(written(tmp_path, Format.XLSX))["矩阵"]
    assert matrix[0][4:] == ["=措施1\n支持\n征求意见稿", "=措施2\n支持\n征求意见稿"]
    assert matrix[1][4:] == ["待定", "相符"]
    assert matrix[2][4:] == ["", ""]
    assert matrix[3][4:] == ["待定", "相符"]


def test_rejected_rows_and_the_catalogue_are_reported(tmp_path):
    found = sheets(written(tmp_path, Format.XLSX))
    assert found["未读取的行"][1][:5] == [1.0, 2.0, "员工人数", "employees", "=很多"]
    notes = dict(row[:2] for row in found["说明"] if row[1] != "")
    assert notes["政策目录版本"] == "v1"
    assert notes["政策判断日期"] == "2026-01-01"
    summary = {row[0]: row[1] for row in found["汇总"]}
    assert summary["补填“阶段”"] == 1204
    assert summary["成为规上企业"] == 7


def test_the_summary_shows_the_ten_measures_that_most_companies_fit_then_may_fit(tmp_path, monkeypatch):
    fits = [(3, 1), (1, 9), (3, 2), (2, 0), (3, 2), *[(0, number) for number in range(7)]]

    def measures(_):
        for number, (applicable, possible) in enumerate(fits):
            yield MeasureLine(
                id=f"m-{number:02}", title=f"措施{number}", instrument="中试", kind="支持", document="某方案", status="现行有效",
                region="广东省", counts=counted(applicable=applicable, possible=possible),
            )  # fmt: skip

    monkeypatch.setattr(Stored, "measures", measures)
    summary = [row[0] for row in sheets(written(tmp_path, Format.XLSX))["汇总"] if row[0].startswith("措施")]
    assert summary == [f"措施{number}（现行有效）" for number in (2, 4, 0, 3, 1, 11, 10, 9, 8, 7)]


def test_the_workbook_speaks_english_too(tmp_path):
    found = sheets(written(tmp_path, Format.XLSX, language="en"))
    assert list(found) == [
        "Summary", "Call first", "By tenant", "By measure", "Matrix", "Reasons", "Rejected rows", "Notes",
    ]  # fmt: skip
    assert found["Matrix"][1][4:] == ["open", "met"]


def test_more_rows_than_a_sheet_holds_are_cut_and_the_last_row_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("service.screenings.results.sheets.MOST_ROWS", 8)
    found = sheets(written(tmp_path, Format.XLSX))
    assert len(found["按企业"]) == 8
    assert "行数上限" in found["按企业"][-1][0]


def test_a_large_matrix_is_bounded_and_the_notes_say_by_how_much(tmp_path, monkeypatch):
    monkeypatch.setattr("service.screenings.results.workbook.MATRIX_CELLS", 2 * 5)
    found = sheets(written(tmp_path, Format.XLSX))
    assert [row[0] for row in found["矩阵"][1:]] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert len(found["按企业"]) == 1 + len(NASTY)
    assert any("前 5 家企业（共 12 家）" in row[0] for row in found["说明"])


def test_verdicts_and_texts_have_their_formats(tmp_path):
    with zipfile.ZipFile(written(tmp_path, Format.XLSX)) as packed:
        styles = ET.fromstring(packed.read("xl/styles.xml"))
        cells = {
            cell.get("r"): cell for cell in ET.fromstring(packed.read("xl/worksheets/sheet5.xml")).iter(f"{MAIN}c")
        }
    forms = styles.find(f"{MAIN}cellXfs")
    fills = [fill.find(f".//{MAIN}fgColor") for fill in styles.find(f"{MAIN}fills")]

    def form(cell):
        return forms[int(cells[cell].get("s"))]

    def colour(cell):
        return fills[int(form(cell).get("fillId"))].get("rgb")

    assert (colour("F2"), colour("E2")) == ("FFC6EFCE", "FFFFEB9C")
    assert (form("D2").get("quotePrefix"), form("B2").get("quotePrefix")) == ("1", None)
    codes = {number.get("numFmtId"): number.get("formatCode") for number in styles.iter(f"{MAIN}numFmt")}
    assert codes[form("B2").get("numFmtId")] == codes[form("D2").get("numFmtId")] == "@"


def test_every_sheet_prints_across_with_its_headings_on_each_page(tmp_path):
    with zipfile.ZipFile(written(tmp_path, Format.XLSX)) as packed:
        book = ET.fromstring(packed.read("xl/workbook.xml"))
        pages = [ET.fromstring(packed.read(f"xl/worksheets/sheet{place}.xml")) for place in range(1, 9)]
    setups = [page.find(f"{MAIN}pageSetup") for page in pages]
    assert {(setup.get("orientation"), setup.get("paperSize")) for setup in setups} == {("landscape", "9")}
    fitted = [place for place, setup in enumerate(setups, 1) if setup.get("fitToHeight") == "0"]
    assert fitted == [1, 2, 3, 4, 6, 7, 8], "the matrix is as wide as it is; the others are as wide as a page"
    titles = {
        int(name.get("localSheetId")): name.text
        for name in book.iter(f"{MAIN}definedName")
        if name.get("name") == "_xlnm.Print_Titles"
    }
    assert titles == {
        place: f"{sheet}!$1:$1"
        for place, sheet in ((1, "先联系"), (2, "按企业"), (3, "按措施"), (5, "理由与依据"), (6, "未读取的行"))
    } | {4: "矩阵!$A:$D,矩阵!$1:$1"}
    assert all("&P / &N" in page.find(f"{MAIN}headerFooter/{MAIN}oddFooter").text for page in pages)


def test_a_workbook_is_sent_while_it_is_written(monkeypatch):
    monkeypatch.setattr("service.screenings.results.sheets._ROWS_A_PIECE", 2)
    pieces = list(result_pieces(Stored(tenants_count=5_000), Format.XLSX))
    assert len(pieces) > 2_500
    assert max(map(len, pieces)) < 100_000


@pytest.mark.parametrize("text", ["a<b>&c", "\x01\x1f", "_x0041_", " blank ", "多\n行", "\r", "😀"])
def test_any_text_comes_back_from_the_workbook(tmp_path, text, monkeypatch):
    monkeypatch.setitem(globals(), "NASTY", [text])
    cell = sheets(written(tmp_path, Format.XLSX))["按企业"][1][3]
    assert cell == text


def test_results_read_back_as_a_table_have_their_names(tmp_path):
    tenants = list(read_tenants(written(tmp_path, Format.CSV)))
    names = [row.profile.name for row in tenants if hasattr(row, "profile")]
    assert names[0] == "=1+1"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＋1"])
def test_what_a_program_might_run_gets_an_apostrophe(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "甲", "1-2", "91110000600037341L", "a=b"])
def test_other_texts_stay(text):
    assert guarded(text) == text


def test_every_form_has_a_media_type():
    assert set(MEDIA_TYPES) == set(Format)
