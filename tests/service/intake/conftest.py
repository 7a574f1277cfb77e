"""Tables in memory, in every form, and what reading them gives."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import xlsxwriter

from service.intake.table import RejectedRow, TenantRow
from tests.service.intake.on_a_day import read_tenants

HEADINGS = [
    "企业名称",
    "统一社会信用代码",
    "注册地",
    "行业",
    "主营产品",
    "阶段",
    "营业收入(万元)",
    "成立日期",
    "是否外资",
    "员工人数",
]
COMPANIES = [
    [
        "甲生物公司",
        "91110000600037341L",
        "合肥长丰",
        "生物化工",
        "聚乳酸、1,4-丁二醇",
        "中试",
        5000,
        "2015-03-01",
        "否",
        120,
    ],
    ["乙“材料”,公司", "", "广州\n南沙", "", "PHA；PLA", "", "", "", "", ""],
]


@pytest.fixture(scope="session")
def vocabularies(content: Any) -> Any:
    return content.vocabularies


@pytest.fixture
def csv_bytes() -> Callable[..., bytes]:
    def build(rows: Sequence[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=delimiter).writerows(rows)
        return target.getvalue().encode(encoding)

    return build


@pytest.fixture
def xlsx_bytes() -> Callable[..., bytes]:
    """Return a builder of workbooks: rows of the first sheet, then a function that may change the sheet."""

    def build(rows: Sequence[Sequence[Any]], change: Callable[[Any, Any], None] | None = None) -> bytes:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as workbook:
            sheet = workbook.add_worksheet()
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell not in ("", None):
                        sheet.write(number, place, cell)
            if change:
                change(workbook, sheet)
        return target.getvalue()

    return build


@pytest.fixture
def read() -> Callable[..., tuple[list[TenantRow], list[RejectedRow]]]:
    def go(content: Any, **options: Any) -> tuple[list[TenantRow], list[RejectedRow]]:
        """Return the companies of which every cell was read, and all other rows with what is told of them."""
        rows = list(read_tenants(content, **options))
        told = [
            RejectedRow(row=row.row, line=row.line, faults=row.unread) if isinstance(row, TenantRow) else row
            for row in rows
            if isinstance(row, RejectedRow) or row.unread
        ]
        return [row for row in rows if isinstance(row, TenantRow) and not row.unread], told

    return go


@pytest.fixture
def table() -> list[list[Any]]:
    return [HEADINGS, *COMPANIES]
