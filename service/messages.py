"""The words of every fault a request can have, Chinese and English side by side; no fault is detected here.

A text may hold `{parameters}`; a code without a hint has nothing useful to add.
"""

from __future__ import annotations

from typing import NamedTuple

from rules.errors import FACT_FAULTS
from service.problems import Complaint


class Wording(NamedTuple):
    """The message of a code and what to do about it, in both languages."""

    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""


WORDINGS: dict[str, Wording] = {
    # The request before it is one
    "unreadable_target": Wording(
        "请求行无法读取，网址里可能有未编码的字符",
        "the request line cannot be read; the address may hold characters that are not encoded",
        "网址中的中文与空格须按 UTF-8 百分号编码，例如 curl -G --data-urlencode",
        "percent-encode everything but ASCII in UTF-8, for example with curl -G --data-urlencode",
    ),
    "unreadable_header": Wording("请求头无法读取", "a header of the request cannot be read"),
    # The body as bytes
    "empty_body": Wording("请求没有正文", "the request has no body", "请发送一个 JSON 对象", "send a JSON object"),
    "not_utf8": Wording(
        "正文不是 UTF-8 编码（第 {offset} 字节）",
        "the body is not UTF-8 (byte {offset})",
        "请以 UTF-8 编码发送",
        "send it in UTF-8",
    ),
    "broken_json": Wording(
        "JSON 无法解析：第 {line} 行第 {column} 列",
        "broken JSON at line {line}, column {column}",
        "请检查引号、逗号与括号",
        "check quotes, commas and brackets",
    ),
    "too_deep": Wording("嵌套超过 {limit} 层", "nested deeper than {limit} levels"),
    "not_finite": Wording(
        "{text} 不是 JSON 数字", "{text} is not a JSON number", "未知的值请留空", "leave unknown values out"
    ),
    "number_too_long": Wording("数字过长", "the number is too long"),
    "doubled_key": Wording("字段“{name}”出现了两次", "the field {name!r} stands twice"),
    "lone_surrogate": Wording(
        "文字含有不成对的代理码位",
        "the text has an unpaired surrogate",
        "通常是表情或生僻字被截断所致",
        "usually an emoji or a rare character cut in half",
    ),
    "wrong_content_type": Wording(
        "正文类型须为 {expected}",
        "the body must be {expected}",
        "请设置 Content-Type: {expected}",
        "set Content-Type: {expected}",
    ),
    "wrong_charset": Wording(
        "不支持字符集 {charset}", "the character set {charset} is not read", "请使用 UTF-8", "use UTF-8"
    ),
    "encoded_body": Wording(
        "不支持压缩的正文（{encoding}）",
        "a body encoded as {encoding} is not read",
        "请发送未压缩的正文",
        "send it without Content-Encoding",
    ),
    "body_too_large": Wording("正文超过 {limit} 字节", "the body is larger than {limit} bytes"),
    # Shape
    "required": Wording("缺少此字段", "this field is missing"),
    "null": Wording("不能为 null", "must not be null", "可以省略此字段", "the field may be left out"),
    "not_an_object": Wording("须为 JSON 对象", "must be a JSON object"),
    "not_a_document": Wording("须为目录中文件的编号，或文件本身", "must be the id of a document, or a document"),
    "unknown_field": Wording("没有“{name}”这个字段", "there is no field {name!r}", "{nearest_zh}", "{nearest_en}"),
    "unknown_fields": Wording("另有 {count} 个未知字段", "{count} more unknown fields"),
    "unknown_parameter": Wording(
        "没有“{name}”这个参数", "there is no parameter {name!r}", "{nearest_zh}", "{nearest_en}"
    ),
    "repeated_parameter": Wording("参数“{name}”只能出现一次", "the parameter {name!r} may stand only once"),
    # Values
    "not_text": Wording("须为文字", "must be text"),
    "not_text_or_list": Wording("须为文字或文字列表", "must be text or a list of texts"),
    "not_place": Wording(
        "须为地名或行政区划代码",
        "must be the name or code of a place",
        "例如 合肥市长丰县、440100",
        "for example Hefei, 440100",
    ),
    "not_scalar": Wording("须为文字、数字、是否值或其列表", "must be text, a number, true or false, or a list of them"),
    "control_character": Wording("文字含有控制字符 U+{codepoint}", "the text has the control character U+{codepoint}"),
    "not_list": Wording("须为列表", "must be a list"),
    "too_short": Wording("至少 {limit} 个字", "at least {limit} characters"),
    "too_long": Wording("超过 {limit} 个字", "longer than {limit} characters"),
    "too_much_text": Wording(
        "各列表的文字合计超过 {limit} 字（现有 {count} 字）",
        "the lists together hold more than {limit} characters ({count} given)",
    ),
    "too_many": Wording("多于 {limit} 项（现有 {count} 项）", "more than {limit} items ({count} given)"),
    "too_few": Wording("至少 {limit} 项", "at least {limit} items"),
    "not_whole": Wording("须为整数", "must be a whole number", "例如 120", "for example 120"),
    "not_money": Wording(
        "不是金额",
        "is no amount of money",
        "以元为单位写数字，或写“2亿元”“3000万元”",
        "write yuan as a number, or a text such as 2亿元 or 3000万元",
    ),
    "out_of_range": Wording("须在 {lowest} 到 {highest} 之间", "must be from {lowest} to {highest}"),
    "not_flag": Wording("须为 true 或 false", "must be true or false", "未知时请省略", "leave it out when unknown"),
    "not_date": Wording("不是日期", "is no date", "请写成 2015-03-01", "write it as 2015-03-01"),
    "in_the_future": Wording("晚于 {on}，尚未到来", "is later than {on}, in the future"),
    "not_one_of": Wording("须为以下之一：{allowed}", "must be one of: {allowed}", "{nearest_zh}", "{nearest_en}"),
    "only_counted": Wording(
        "不符合的措施只计数，不列出；须为以下之一：{allowed}",
        "measures that do not apply are counted and not listed; must be one of: {allowed}",
        "数目见 counts 中的 not_applicable",
        "their number is not_applicable in counts",
    ),
    "credit_code_number": Wording(
        "统一社会信用代码不能以数字发送",
        "a credit code must not be sent as a number",
        "数字超过 15 位会丢失精度，请以文字发送，并从原始文件重新抄录",
        "a number of more than 15 digits has lost precision: send it as text, copied anew from the source",
    ),
    "credit_code_length": Wording(
        "统一社会信用代码须为 18 位", "a credit code has 18 characters", "现有 {count} 位", "it has {count}"
    ),
    "credit_code_format": Wording(
        "统一社会信用代码含有不允许的字符",
        "the credit code has characters that none has",
        "只含数字与大写字母，不含 I、O、S、V、Z",
        "only digits and capitals other than I, O, S, V and Z",
    ),
    "credit_code_checksum": Wording(
        "统一社会信用代码的校验位不符",
        "the check digit of the credit code is wrong",
        "请核对是否抄错一位",
        "one character was probably mistyped",
    ),
    # Keys and screenings
    "no_key": Wording(
        "请求没有有效的密钥",
        "the request carries no valid key",
        "请设置 Authorization: Bearer，并核对密钥是否过期或已吊销",
        "set Authorization: Bearer, and check that the key has not expired or been revoked",
    ),
    "role_too_low": Wording("角色为 {role} 的密钥不能做这件事", "a key with the role {role} may not do this"),
    "no_such_screening": Wording("没有这个批量筛查", "there is no such screening"),
    "no_such_tenant": Wording(
        "没有第 {row} 行的判断结果",
        "row {row} was not decided",
        "该行不存在，或未读入（见未读入的行）",
        "there is no such row, or it was rejected (see the rejected rows)",
    ),
    "no_such_pair": Wording(
        "该企业没有列出这条措施",
        "this measure is not listed for this company",
        "它不适用或与企业无关联",
        "it does not apply, or nothing connects it",
    ),
    "no_file": Wording("表单没有文件 file", "the form has no file named file"),
    "unknown_format": Wording(
        "不支持的文件格式", "files of this format are not read", "请使用 {allowed}", "use {allowed}"
    ),
    "not_finished": Wording(
        "批量筛查尚未完成（{state_zh}）", "the screening is not finished ({state_en})", "请稍后再试", "try again later"
    ),
    "screening_failed": Wording(
        "批量筛查没有完成：{reason}",
        "the screening failed: {reason}",
        "请按上述原因改正，再重新上传名单",
        "put right what it says and send the register again",
    ),
    "screening_cancelled": Wording(
        "批量筛查已取消，没有结果",
        "the screening was cancelled and has no results",
        "需要结果请重新运行",
        "run it again to have results",
    ),
    "results_gone": Wording(
        "这次筛查的结果文件已不在",
        "the files of this screening are gone",
        "请删除它，重新上传名单",
        "delete it and send the register again",
    ),
    "older_results": Wording(
        "这次筛查由旧版本的程序完成，没有按这些条件计数的数据",
        "an older program finished this screening and kept no data to count with these filters",
        "请重新运行这次筛查",
        "run it again",
    ),
    "already_ended": Wording("批量筛查已结束（{state_zh}）", "the screening has ended already ({state_en})"),
    "other_catalogue": Wording(
        "该批量筛查依据另一版政策目录",
        "the screening was decided by another catalogue",
        "请重新运行筛查",
        "run it again",
    ),
    "no_previous": Wording("该批量筛查不是重新运行的", "the screening is not a rerun of another one"),
    "previous_unfinished": Wording(
        "它重新运行的那次筛查没有完成（{state_zh}），没有可比较的结果",
        "the screening that it ran again has no results to compare with ({state_en})",
        "以后重新运行本次筛查，就会与本次比较",
        "a rerun of this one will be compared with it",
    ),
    "previous_gone": Wording(
        "它重新运行的那次筛查已删除或到期，没有可比较的结果",
        "the screening that it ran again was deleted or has expired: there is nothing to compare with",
        "以后重新运行本次筛查，就会与本次比较",
        "a rerun of this one will be compared with it",
    ),
    # Feedback
    "same_verdict": Wording("应为的结论与原来的结论相同", "what it should be is what it is already"),
    "no_profile": Wording(
        "同意提供企业情况，但没有提供",
        "there is consent to share a profile, but no profile",
        "请提供 profile，或不勾选同意",
        "send a profile, or leave share_profile out",
    ),
    "no_such_report": Wording("没有这条反馈", "there is no such report"),
    "already_closed": Wording("这条反馈已经处理完毕", "the report is closed already"),
    "bad_measure": Wording("措施草稿有误", "the draft of the measure has faults"),
    "bad_document": Wording("随附的文件有误", "the document sent along has faults"),
    # Whole requests
    "no_such_thing": Wording("没有找到“{name}”", "there is no {name!r}", "{nearest_zh}", "{nearest_en}"),
}

_FACTS_ZH = {
    "unknown": ("没有已公布的事实“{name}”", "见 /v1/vocabularies/facts"),
    "no_entry": ("“{text}”不是词表 {vocabulary} 中的条目", "见 /v1/vocabularies/{vocabulary}"),
    "no_entry_but_near": ("“{text}”不是词表 {vocabulary} 中的条目", "最接近的是 {nearest}"),
    "no_flag": ("须为 true 或 false", "未知时请省略"),
    "no_condition": ("须为 true 或 false", "该条件只能声明符合与否"),
    "no_number": ("须为不小于 0 的数字", ""),
    "no_number_of_unit": ("须为不小于 0 的数字", "单位：{unit}"),
    "no_money": ("“{text}”不是金额", "以元为单位写数字，或写“2亿元”“3000万元”"),
    "no_share": ("“{text}”不是 0 到 1 之间的比例", "请写成 5% 或 0.05"),
    "no_rate": ("“{text}”不是增长率（最低为 -100%）", "请写成 5%、-5%、120% 或 0.05"),
    "no_date": ("“{text}”不是日期", "请写成 2015-03-01"),
}
"""What can be wrong with a declared fact, in Chinese; the layer that finds it has the English words."""

FACT_WORDINGS = {
    reason: Wording(zh, FACT_FAULTS[reason][0], hint_zh, FACT_FAULTS[reason][1])
    for reason, (zh, hint_zh) in _FACTS_ZH.items()
}


def worded(complaint: Complaint, language: str) -> tuple[str, str]:
    """Return the message and the hint of `complaint` in `language`; a fault worded below keeps its own words."""
    if complaint.message:
        return complaint.message, complaint.hint
    wording = FACT_WORDINGS[complaint.reason] if complaint.reason else WORDINGS[complaint.code]
    message, hint = (wording.en, wording.hint_en) if language == "en" else (wording.zh, wording.hint_zh)
    return message.format(**complaint.params), hint.format(**complaint.params)


def nearest_params(nearest: str | None) -> dict[str, str]:
    """Return the parameters of a hint that offers the nearest known name, or no hint when none is near."""
    if not nearest:
        return {"nearest_zh": "", "nearest_en": ""}
    return {"nearest_zh": f"是否想写“{nearest}”？", "nearest_en": f"did you mean {nearest!r}?"}
