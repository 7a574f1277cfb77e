import io
import zipfile
from datetime import date

import pytest
import python_calamine

from service.intake.headings.names import BY_ID
from service.intake.raw_table import TableRefusedError
from service.screenings.results.template import COLUMNS, heading_of, template_workbook
from tests.service.intake.on_a_day import look_at, read_tenants


def _filled(rows: list[list]) -> bytes:
    """Return the template's own headings with rows below, as a colleague's program would save it."""
    import xlsxwriter  # noqa: PLC0415 - stands for the colleague's program

    sheet = python_calamine.load_workbook(io.BytesIO(template_workbook())).get_sheet_by_index(0)
    kept = sheet.to_python(skip_empty_area=False)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        written = workbook.add_worksheet()
        for number, row in enumerate([*kept, *rows]):
            for place, value in enumerate(row):
                if value not in ("", None):
                    written.write(number, place, value)
    return target.getvalue()


def test_the_template_comes_back_as_it_was_filled_in(vocabularies):
    filled = {
        "external_id": "7", "name": "甲公司", "uscc": "91110000600037341L", "city": "合肥", "sector": "生物材料", "products": "聚乳酸、PHA",
        "stage": "量产", "founded_on": date(2020, 5, 6), "employees": 50, "annual_revenue_cny": 1200, "foreign_invested": "否",
        "size_class": "小型企业", "invention_patents": 3, "above_scale": "是",
    }  # fmt: skip

    table = read_tenants(_filled([[filled.get(name) for name in COLUMNS]]), vocabularies=vocabularies)
    (tenant,) = table
    profile = tenant.profile
    assert (profile.external_id, profile.name, profile.uscc) == ("7", "甲公司", "91110000600037341L")
    assert (profile.products, profile.stage, profile.founded_on) == (("聚乳酸", "PHA"), ("量产",), date(2020, 5, 6))
    assert (profile.employees, profile.annual_revenue_cny, profile.foreign_invested) == (50, 12_000_000.0, False)
    assert profile.facts == {"size_class": "small", "invention_patents": 3.0, "above_scale": True}


def test_every_heading_of_the_template_is_understood_with_its_unit():
    table = read_tenants(template_workbook())
    assert [report.status for report in table.columns] == ["used"] * len(COLUMNS)
    assert [report.field for report in table.columns] == list(COLUMNS)
    assert not any(report.unit_assumed for report in table.columns)


def test_the_example_row_is_skipped():
    assert [(row.row, row.profile.name) for row in read_tenants(_filled([["7", "甲公司"]]))] == [(2, "甲公司")]


def test_the_template_sent_as_it_is_names_no_company():
    with pytest.raises(TableRefusedError, check=lambda error: error.code == "no_rows"):
        list(read_tenants(template_workbook()))
    assert look_at(template_workbook(), {}).refusal.code == "no_rows"


def test_the_template_has_drop_downs_text_format_for_codes_and_an_explanation():
    with zipfile.ZipFile(io.BytesIO(template_workbook())) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert '"是,否"' in sheet.replace("&quot;", '"')
    assert "概念,研发,中试" in sheet
    explained = python_calamine.load_workbook(io.BytesIO(template_workbook())).get_sheet_by_index(1).to_python()
    assert {heading_of(name) for name in COLUMNS} <= {row[0] for row in explained}


def test_the_same_template_is_the_same_bytes():
    template_workbook.cache_clear()
    first = template_workbook()
    template_workbook.cache_clear()
    assert template_workbook() == first


@pytest.mark.parametrize("name", ["stage", "enterprise_stage", "size_class"])
def test_every_choice_of_a_drop_down_is_one_entry(vocabularies, name):
    words = COLUMNS[name].choices
    assert len(words) > 3
    assert all(len(vocabularies[BY_ID[name].vocabulary].find(word)) == 1 for word in words)
