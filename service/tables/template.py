"""The workbook tenants are entered into: headings, drop-downs, an example row, and a sheet on each column."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from service.tables.fields import BY_ID, EXAMPLE_MARK

SHEET, EXPLANATION_SHEET = "企业信息", "填写说明"
LAST_ROW = 200_000
STAGES = ("概念", "研发", "中试", "临床试验", "示范", "量产")
ENTERPRISE_STAGES = ("初创期", "成长期", "成熟期", "已上市")
SIZES = ("大型企业", "中型企业", "小型企业", "微型企业")
YES_NO = ("是", "否")
WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_CREATED = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A fixed moment: the same template is the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateColumn:
    """One column of the template: the field, its unit, what an example says, and how to fill it in."""

    field: str
    example: str | float | date
    how: str
    unit: str = ""
    width: int = 16
    choices: tuple[str, ...] = ()
    only_choices: bool = False
    check: str = ""

    @property
    def heading(self) -> str:
        """Return the heading with its unit."""
        name = BY_ID[self.field].heading
        return f"{name}({self.unit})" if self.unit else name


def _choice(field: str, choices: tuple[str, ...], example: str, how: str, *, only: bool = True) -> TemplateColumn:
    return TemplateColumn(field=field, example=example, how=how, choices=choices, only_choices=only, width=14)


_YES_OR_NO = "选“是”或“否”；不清楚请留空"
COLUMNS = (
    TemplateColumn(field="external_id", example="A-001", how="贵方自己的编号，会原样带回结果；可不填", width=10),
    TemplateColumn(field="name", example=f"{EXAMPLE_MARK}某某生物材料有限公司", how="企业全称；不参与匹配", width=34),
    TemplateColumn(
        field="uscc",
        example="91110000600037341L",
        how="18 位；本列已设为文本格式，请勿改为数字，否则超过 15 位会丢失精度",
        width=24,
    ),
    TemplateColumn(field="city", example="安徽省蚌埠市", how="注册地的市、区县、园区或行政区划代码，越具体越好"),
    TemplateColumn(field="target_city", example="", how="计划落户或投资的城市；与注册地不同时填写"),
    TemplateColumn(field="sector", example="生物材料", how="行业名称或国民经济行业代码；多项用“、”分开", width=20),
    TemplateColumn(field="products", example="聚乳酸、1,4-丁二醇", how="主要产品；多项用“、”分开", width=28),
    TemplateColumn(field="technologies", example="合成生物技术", how="主要技术；多项用“、”分开", width=22),
    _choice("stage", STAGES, "中试", "产品或项目进展；可从下拉列表选择，也可写多项，用“、”分开", only=False),
    TemplateColumn(field="needs", example="中试验证、首台套认定", how="希望得到的支持；多项用“、”分开", width=24),
    TemplateColumn(field="certifications", example="高新技术企业", how="已获得的资质；多项用“、”分开", width=24),
    TemplateColumn(
        field="founded_on", example=date(2015, 3, 1), how="完整的年月日，例如 2015-03-01", width=13, check="date"
    ),
    TemplateColumn(field="employees", example=120, unit="人", how="整数，不写“约”或区间", check="count"),
    TemplateColumn(field="rd_staff", example=30, unit="人", how="整数，不写“约”或区间", check="count"),
    TemplateColumn(
        field="annual_revenue_cny", example=32000, unit="万元", how="上一年度；单位为万元，也可写“3.2亿元”", width=18
    ),
    TemplateColumn(
        field="rd_spend_cny", example=2100, unit="万元", how="上一年度；单位为万元，也可写“2100万元”", width=18
    ),
    _choice("foreign_invested", YES_NO, "否", _YES_OR_NO),
    _choice("above_scale", YES_NO, "是", f"是否规模以上企业；{_YES_OR_NO}"),
    _choice("listed", YES_NO, "否", _YES_OR_NO),
    _choice("size_class", SIZES, "中型企业", "从下拉列表选择；不清楚请留空"),
    _choice("enterprise_stage", ENTERPRISE_STAGES, "成长期", "从下拉列表选择；不清楚请留空"),
    TemplateColumn(field="registered_capital_cny", example=5000, unit="万元", how="单位为万元", width=18),
    TemplateColumn(field="invention_patents", example=12, unit="件", how="整数", width=20, check="count"),
)


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
    for place, column in enumerate(COLUMNS):
        form = formats[_form(column)]
        sheet.set_column(place, place, column.width, form)
        sheet.write_string(0, place, column.heading, formats["heading"])
        _write_value(sheet, place, column.example, form)
        if checks := _validation(column):
            sheet.data_validation(1, place, LAST_ROW, place, checks)


def _form(column: TemplateColumn) -> str:
    if column.check == "date":
        return "date"
    return "plain" if isinstance(column.example, int | float) else "text"


def _write_value(sheet: Worksheet, place: int, value: str | float | date, form: Format) -> None:
    if isinstance(value, date):
        sheet.write_datetime(1, place, datetime(value.year, value.month, value.day), form)  # noqa: DTZ001 - a day in a sheet
    elif isinstance(value, str):
        if value:
            sheet.write_string(1, place, value, form)
    else:
        sheet.write_number(1, place, value, form)


def _validation(column: TemplateColumn) -> dict[str, object]:
    told = {"input_title": column.heading[:32], "input_message": column.how[:255], "ignore_blank": True}
    if column.choices:
        severity = "stop" if column.only_choices else "information"
        shown = "请从下拉列表中选择" if column.only_choices else "列表之外的写法也可以，会按文字理解"
        return {
            **told, "validate": "list", "source": list(column.choices), "error_type": severity,
            "error_title": "请核对", "error_message": shown,
        }  # fmt: skip
    if column.check == "date":
        return {
            **told, "validate": "date", "criteria": ">", "value": date(1900, 1, 1), "error_type": "warning",
            "error_title": "请核对", "error_message": "请写完整日期，例如 2015-03-01",
        }  # fmt: skip
    if column.check == "count":
        return {
            **told, "validate": "integer", "criteria": ">=", "value": 0, "error_type": "warning",
            "error_title": "请核对", "error_message": "请写整数",
        }  # fmt: skip
    return {**told, "validate": "any"}


def _write_explanation(sheet: Worksheet, formats: dict[str, Format]) -> None:
    _write_texts(sheet, 0, ("栏目", "填写方法", "可选值", "接口字段"), formats["heading"])
    for row, column in enumerate(COLUMNS, 1):
        texts = (column.heading, column.how, "、".join(column.choices), column.field)
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
