"""Every word of a results workbook, Chinese and English side by side, by key."""

from __future__ import annotations

from collections.abc import Callable

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("策配 筛查结果", "Cepei screening results"),
    "sheet.summary": ("汇总", "Summary"),
    "sheet.tenants": ("按企业", "By tenant"),
    "sheet.measures": ("按措施", "By measure"),
    "sheet.matrix": ("矩阵", "Matrix"),
    "sheet.rejected": ("未读取的行", "Rejected rows"),
    "sheet.notes": ("说明", "Notes"),
    "rows": ("企业数", "Tenants"),
    "rejected": ("未读取的行", "Rejected rows"),
    "on": ("政策判断日期", "Decided as of"),
    "catalogue": ("政策目录版本", "Catalogue version"),
    "statuses": ("包含的文件", "Documents considered"),
    "applicable": ("条件相符", "Conditions met"),
    "possible": ("可能相符", "May fit"),
    "not_applicable": ("条件不符", "Does not fit"),
    "withheld": ("可能相符但无关联（未列出）", "May fit, not connected (not listed)"),
    "short.applicable": ("相符", "met"),
    "short.possible": ("待定", "open"),
    "pairs": ("企业×措施", "Tenant x measure"),
    "settles": ("补填后可确定最多的信息", "Facts that would settle most"),
    "opens": ("满足后新增最多的条件", "Changes that would open most"),
    "count": ("项数", "Pairs"),
    "chart.verdicts": ("各结论的企业×措施数", "Pairs by verdict"),
    "chart.measures": ("惠及企业最多的措施", "Measures that reach most tenants"),
    "chart.settles": ("补填后可确定的项数", "Pairs settled by one fact"),
    "row": ("行号", "Row"),
    "line": ("文件行", "Line"),
    "external_id": ("编号", "Id"),
    "uscc": ("统一社会信用代码", "Credit code"),
    "name": ("企业名称", "Name"),
    "best": ("最相关的措施", "Best measures"),
    "measure_id": ("措施编号", "Measure id"),
    "measure": ("措施", "Measure"),
    "instrument": ("支持方式", "Instrument"),
    "document": ("文件", "Document"),
    "status": ("文件状态", "Status"),
    "region": ("地区", "Region"),
    "field": ("字段", "Field"),
    "heading": ("表头", "Heading"),
    "value": ("原内容", "What stands there"),
    "reason": ("原因", "Reason"),
    "hint": ("怎样改正", "What to do"),
    "note.verdicts": (
        "“条件相符”指所填情况满足条文中的全部条件；“可能相符”指没有不满足的条件，但有待确认的条件。",
        "'Conditions met': everything the text asks for is met. 'May fit': nothing is unmet, something is still open.",
    ),
    "note.effect": (
        "结论只说明条件是否相符；征求意见稿尚未生效，是否可以申报以主管部门通知为准。",
        "A verdict says whether conditions hold. Drafts are not in force; the authority decides on applications.",
    ),
    "note.matrix": (
        "矩阵中的空白表示条件不符，或没有任何产品、技术、需求、行业与该措施相关。",
        "A blank in the matrix: a condition is unmet, or nothing connects the tenant to the measure.",
    ),
    "note.unknown": (
        "未填写的内容按“未知”处理，不会当作“否”或 0。",
        "What was not stated is unknown, never 'no' or 0.",
    ),
    "note.matrix_rows": (
        "矩阵只列前 {rows} 家企业（共 {total} 家），以 {limit} 格为限；全部结论请下载 CSV、NDJSON 或 Parquet。",
        "The matrix has the first {rows} of {total} tenants (at most {limit} cells); CSV, NDJSON and Parquet have all.",
    ),
    "note.matrix_columns": (
        "超出工作表列数上限（{limit} 列）的措施未列入矩阵。",
        "Measures beyond the limit of a sheet ({limit} columns) are not in the matrix.",
    ),
    "note.cut": (
        "已达工作表行数上限（{limit} 行），其余未列出。",
        "The sheet is full ({limit} rows); what follows is left out.",
    ),
    "note.risky": (
        "以 = + - @ 开头的内容一律按文字写入，不会作为公式运行。",
        "What begins with = + - @ is written as text and is never run as a formula.",
    ),
}


def results_words(language: str) -> Callable[[str], str]:
    """Return the words in `language` ("zh" or "en") by key."""
    place = 1 if language == "en" else 0
    return lambda key: _WORDS[key][place]
