"""The words of all that can be wrong with a table or a row; what requests have too is in service.messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.messages import WORDINGS as SHARED
from service.messages import Wording

SAVE_AS_XLSX = "请另存为 XLSX 或 CSV 再上传"
SAVE_AS_XLSX_EN = "save it as XLSX or CSV and send that"

REFUSALS: dict[str, Wording] = {
    "empty_file": Wording(
        "文件是空的", "the file is empty", "请下载模板填写后上传", "fill in the template and send it"
    ),
    "file_too_large": Wording(
        "文件超过 {limit} 字节", "the file is larger than {limit} bytes", "请分批上传", "split it"
    ),
    "too_many_rows": Wording("超过 {limit} 行", "more than {limit} rows", "请分批上传", "split the file"),
    "too_many_columns": Wording(
        "超过 {limit} 列", "more than {limit} columns", "请删除右侧多余的列", "delete the stray columns on the right"
    ),
    "sheet_too_wide": Wording(
        "工作表太大：有内容的单元格相距太远",
        "the sheet is too large: cells with content lie too far apart",
        "请删除远处的零散单元格后再保存",
        "delete stray cells far from the table and save again",
    ),
    "no_rows": Wording(
        "文件里没有企业：表头下面没有内容，或者只有模板的示例行",
        "the file names no company: nothing stands below its headings, or only the template's example",
        "请每行填写一家企业后再上传",
        "fill in one company a row and send it again",
    ),
    "ndjson_not_utf8": Wording(
        "NDJSON 文件不是 UTF-8 编码，无法读取",
        "the NDJSON file is not UTF-8 and cannot be read",
        "请以 UTF-8 重新保存；CSV 文件可以用 GB18030",
        "save it as UTF-8; CSV may be GB18030",
    ),
    "no_objects": Wording(
        "没有一行是完整的 JSON 对象",
        "no line is a whole JSON object",
        "NDJSON 每行一个对象，一个对象不要分成几行",
        "NDJSON has one object a line; an object must not go over several",
    ),
    "old_excel": Wording("不支持旧式 .xls 文件", "old .xls files are not read", SAVE_AS_XLSX, SAVE_AS_XLSX_EN),
    "encrypted": Wording(
        "文件有密码保护，无法读取",
        "the file is protected by a password",
        "请取消密码后再上传",
        "remove the password and send it again",
    ),
    "macros": Wording("文件含有宏，不予读取", "the file has macros and is not read", SAVE_AS_XLSX, SAVE_AS_XLSX_EN),
    "not_a_table": Wording(
        "无法识别的文件类型（{kind}）",
        "this is no table that can be read ({kind})",
        "可上传 XLSX、CSV、NDJSON 或 Parquet",
        "send XLSX, CSV, NDJSON or Parquet",
    ),
    "json_list": Wording(
        "文件是一个 JSON 数组",
        "the file is one JSON list",
        "NDJSON 每行一个对象，不要方括号",
        "NDJSON has one object a line and no brackets around them",
    ),
    "damaged": Wording("文件已损坏，无法读取", "the file is damaged and cannot be read", "请重新保存", "save it again"),
    "zip_bomb": Wording(
        "文件解压后过大，不予读取",
        "the file would unpack to an unreasonable size and is not read",
        "请只保留企业数据后再保存",
        "keep only the companies' data and save it again",
    ),
    "formulas_without_values": Wording(
        "大量公式没有保存计算结果",
        "very many formulas have no stored result",
        "请用表格软件打开并保存一次，或粘贴为数值",
        "open and save it once in a spreadsheet program, or paste as values",
    ),
    "no_heading": Wording(
        "没有找到可识别的表头；读到的是：{seen}",
        "no heading was understood; found: {seen}",
        "{nearest_zh}请使用模板的表头，或指定各列含义",
        "{nearest_en}use the headings of the template, or say what each column means",
    ),
    "mapping_heading": Wording(
        "文件中没有“{name}”这一列", "the file has no column {name!r}", "{nearest_zh}", "{nearest_en}"
    ),
    "mapping_field": Wording("没有“{name}”这个字段", "there is no field {name!r}", "{nearest_zh}", "{nearest_en}"),
    "mapping_unit": Wording(
        "“{name}”的单位无法识别",
        "the unit in {name!r} is not understood",
        "金额的单位写元、千元、万元、百万元或亿元，比例写 %，人数写人、千人或万人，例如 annual_revenue_cny(万元)",
        "money is in 元, 千元, 万元, 百万元 or 亿元, a share in %, people in 人, 千人 or 万人; "
        "for example annual_revenue_cny(万元)",
    ),
    "mapping_twice": Wording(
        "“{other}”与“{name}”都指定为“{field}”",
        "{other!r} and {name!r} are both said to be {field!r}",
        "这个字段只能有一列，请将其中一列改为其他字段或不读取（null）",
        "this field has one column only; give one of them another field, or null",
    ),
    "mapping_same_column": Wording(
        "“{other}”与“{name}”是同一列", "{other!r} and {name!r} are the same column", "请只保留一项", "keep one of them"
    ),
}

ROW_FAULTS: dict[str, Wording] = {
    "credit_code_number": Wording(
        "统一社会信用代码单元格是数字，已丢失精度",
        "the credit code is a number in this file and has lost precision",
        "请把该列设为文本格式，并从原始文件重新抄录",
        "format the column as text and copy the code anew from its source",
    ),
    "credit_code_precision": Wording(
        "统一社会信用代码成了科学计数或末位被置零，已丢失精度",
        "the credit code was turned into a rounded number and has lost precision",
        "请把该列设为文本格式，并从原始文件重新抄录",
        "format the column as text and copy the code anew from its source",
    ),
    "not_flag": Wording("须为“是”或“否”", "must be yes or no", "未知时请留空", "leave it empty when unknown"),
    "not_count": Wording(
        "须为单个整数", "must be one whole number", "例如 120；不写区间或“约”", "for example 120; no range, no 'about'"
    ),
    "not_number": Wording("须为数字", "must be a number", "例如 12", "for example 12"),
    "not_rate": Wording("不是增长率", "is no rate of change", "例如 5%、-5%、120%", "for example 5%, -5%, 120%"),
    "rate_left_open": Wording(
        "“{text}”不明是百分之几，这一项按未知处理，企业照常判断",
        "{text!r} may mean per cent or not: it counts as unknown, and the company is decided without it",
        "请写成 5%、-5%、120%",
        "write 5%, -5%, 120%",
    ),
    "month_left_open": Wording(
        "只有年月，没有日期，这一项按未知处理，企业照常判断",
        "a month without a day: it counts as unknown, and the company is decided without it",
        "请写全年月日，例如 2015-03-01",
        "write 2015-03-01",
    ),
    "share_unclear": Wording(
        "表头单位是 %，而数值不超过 1，无法确定是 {text} 还是百分之 {text}",
        "the heading says %, and {text} may be a share or a percentage",
        "请连同百分号写成文字，例如 5%",
        "write it as text with the sign, for example 5%",
    ),
    "date_incomplete": Wording(
        "日期不完整（{text}）", "the date is incomplete ({text})", "请写全年月日，例如 2015-03-01", "write 2015-03-01"
    ),
    "formula_without_value": Wording(
        "公式没有保存计算结果",
        "the formula has no stored result",
        "请用表格软件打开并保存一次，或粘贴为数值",
        "open and save the file once in a spreadsheet program, or paste as values",
    ),
    "error_value": Wording(
        "单元格是错误值", "the cell is an error value", "例如 #N/A；请改正或留空", "correct or clear it"
    ),
    "not_decodable": Wording(
        "含有无法按 {encoding} 解读的字节",
        "has bytes that are no {encoding}",
        "请以 UTF-8 重新保存",
        "save the file as UTF-8",
    ),
    "unclosed_quote": Wording(
        "引号没有成对",
        "a quotation mark is never closed",
        "请检查这一行的双引号",
        "check the quotation marks of the row",
    ),
    "too_many_cells": Wording(
        "单元格比表头多（{count} 个，表头 {limit} 个）",
        "the row has more cells than the heading ({count}, not {limit})",
        "内容含分隔符时请加引号",
        "put quotation marks around a cell that holds the separator",
    ),
    "row_too_long": Wording("这一行超过 {limit} 个字符", "the row is longer than {limit} characters"),
    "total_row": Wording("这一行像是合计，不是企业", "the row looks like a total, not a company"),
    "not_a_cell": Wording("须为单个值", "must be a single value"),
    "flag_left_open": Wording(
        "“{text}”在这一栏可以有两种理解，这一项按未知处理，企业照常判断",
        "{text!r} may mean yes or no here: it counts as unknown, and the company is decided without it",
        "表头用“是否……”，单元格写“是”或“否”；不清楚请留空",
        "word the heading as a question and answer yes or no; leave it empty when unknown",
    ),
    "format_left_open": Wording(
        "单元格存储的数是 {text}，数字格式显示的却是另一个数或另有文字，这一项按未知处理，企业照常判断",
        "the cell holds {text}, its number format shows another figure or adds words: it counts as unknown, and the "
        "company is decided without it",
        "请把该列设为常规格式，并在表头写明单位，例如“营业收入（万元）”",
        "format the column as General and name the unit in the heading, for example 营业收入（万元）",
    ),
    "section_row": Wording(
        "这一行像是分类标题，不是企业", "the row looks like the heading of a section, not a company"
    ),
    "note_row": Wording("这一行像是填表说明，不是企业", "the row looks like a note on the table, not a company"),
    "numbers_row": Wording("这一行像是栏次，不是企业", "the row looks like numbers of the columns, not a company"),
    "place_left_open": Wording(
        "与“{other}”所写的地点不一致，所在地按未知处理，企业照常判断",
        "contradicts the place under {other!r}: the place counts as unknown, and the company is decided without it",
        "请核对这两列；不是注册地的一列可以改为不读取",
        "check both columns; one that is not the registered place can be left out",
    ),
    "entry_left_open": Wording(
        "“{text}”可能是{choices}，这一项按未知处理，企业照常判断",
        "{text!r} may be any of {choices}: it counts as unknown, and the company is decided without it",
        "请写明其中一类",
        "name one of them",
    ),
}


def word(code: str, params: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return the message and the hint for a code in `language` ("zh" or "en")."""
    wording = ROW_FAULTS.get(code) or REFUSALS.get(code) or SHARED[code]
    message, hint = (wording.en, wording.hint_en) if language == "en" else (wording.zh, wording.hint_zh)
    return message.format(**params), hint.format(**params)


class TableRefusedError(Exception):
    """A whole file that is not read; `code` and `params` say why, `worded` in words."""

    def __init__(self, code: str, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Keep the code and what its message needs."""
        self.code = code
        self.params = params
        self.headings: tuple[str, ...] = ()
        """What may be the headings of a table in which none was understood."""
        super().__init__(code)

    def worded(self, language: str = "zh") -> tuple[str, str]:
        """Return the message and the hint."""
        return word(self.code, self.params, language)


class CellError(Exception):
    """A cell that states no value of its field."""

    def __init__(self, code: str, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Keep the code and what its message needs."""
        self.code = code
        self.params = params
        super().__init__(code)


class LeftOpenError(CellError):
    """A cell that was understood and states nothing a condition can use: the row counts, its fact stays unknown."""
