"""The workbook tenants are entered into: headings, drop-downs, an example row, and a sheet on each column."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from seeds.profile_fields import TemplateColumn, profile_fields
from service.intake.headings.names import BY_ID, EXAMPLE_MARK
from service.screenings.results.sheets import WORKBOOK_OPTIONS

SHEET, EXPLANATION_SHEET = "企业信息", "填写说明"
LAST_ROW = 200_000
_CREATED = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A fixed moment: the same template is the same bytes."""

COLUMNS = {
    name: column for name in profile_fields().template if (column := profile_fields().by_id[name].template) is not None
}
"""Field -> its column, in order."""


def heading_of(name: str) -> str:
    """Return the heading of a field's column, with its unit."""
    heading, unit = BY_ID[name].heading, COLUMNS[name].unit
    return f"{heading}({unit})" if unit else heading


@cache
def template_workbook() -> bytes:
    """Return the template as an XLSX file."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS) as workbook:
        workbook.set_properties({"title": "策配 企业信息模板", "created": _CREATED})
        formats = {
            "heading": workbook.add_format(
                {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1, "text_wrap": True}
            ),
            "text": workbook.add_format({"num_format": "@"}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "plain": workbook.add_format(),
            "wrapped": workbook.add_format({"text_wrap": True, "valign": "top"}),
        }
        _write_entry_sheet(workbook.add_worksheet(SHEET), formats)
        _write_explanation(workbook.add_worksheet(EXPLANATION_SHEET), formats)
    return target.getvalue()


def _write_entry_sheet(sheet: Worksheet, formats: dict[str, Format]) -> None:
    sheet.freeze_panes(1, 2)
    for place, (name, column) in enumerate(COLUMNS.items()):
        is_number = isinstance(column.example, int | float)
        form = formats["date" if column.check == "date" else "plain" if is_number else "text"]
        sheet.set_column(place, place, column.width, form)
        sheet.write_string(0, place, heading_of(name), formats["heading"])
        _write_example(sheet, place, column, form)
        sheet.data_validation(1, place, LAST_ROW, place, _validation(heading_of(name), column))


def _write_example(sheet: Worksheet, place: int, column: TemplateColumn, form: Format) -> None:
    if column.check == "date":
        sheet.write_datetime(1, place, datetime.fromisoformat(str(column.example)), form)
    elif isinstance(column.example, str):
        if column.example:
            sheet.write_string(1, place, column.example, form)
    else:
        sheet.write_number(1, place, column.example, form)


def _validation(heading: str, column: TemplateColumn) -> dict[str, object]:
    reported = {"input_title": heading[:32], "input_message": column.how[:255], "ignore_blank": True}
    if column.choices:
        severity = "stop" if column.only_choices else "information"
        shown = "请从下拉列表中选择" if column.only_choices else "列表之外的写法也可以，会按文字理解"
        return {
            **reported, "validate": "list", "source": list(column.choices), "error_type": severity,
            "error_title": "请核对", "error_message": shown,
        }  # fmt: skip
    if column.check == "date":
        return {
            **reported, "validate": "date", "criteria": ">", "value": date(1900, 1, 1), "error_type": "warning",
            "error_title": "请核对", "error_message": "请写完整日期，例如 2015-03-01",
        }  # fmt: skip
    if column.check == "count":
        return {
            **reported, "validate": "integer", "criteria": ">=", "value": 0, "error_type": "warning",
            "error_title": "请核对", "error_message": "请写整数",
        }  # fmt: skip
    return {**reported, "validate": "any"}


def _write_explanation(sheet: Worksheet, formats: dict[str, Format]) -> None:
    _write_texts(sheet, 0, ("栏目", "填写方法", "可选值", "接口字段"), formats["heading"])
    for row, (name, column) in enumerate(COLUMNS.items(), 1):
        texts = (heading_of(name), column.how, "、".join(column.choices), name)
        _write_texts(sheet, row, texts, formats["wrapped"])
    notes = (
        "每行一家企业，任何一栏都可以留空；未填写的内容按“未知”处理，不会当作“否”或 0。",
        f"名称以“{EXAMPLE_MARK}”开头的示例行会被跳过，不影响结果。",
        "表头可以增减、调换顺序，也可以使用“公司名称”“所属行业”“年营收（亿元）”等常见写法；表头中的单位会被识别。",
        "不能读取的行会逐行列出原因，不影响其他行。",
    )
    for row, note in enumerate(notes, len(COLUMNS) + 2):
        sheet.write_string(row, 0, note)
    for place, width in enumerate((22, 60, 40, 24)):
        sheet.set_column(place, place, width)


def _write_texts(sheet: Worksheet, row: int, texts: Sequence[str], form: Format) -> None:
    for place, text in enumerate(texts):
        sheet.write_string(row, place, text, form)
