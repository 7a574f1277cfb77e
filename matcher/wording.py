"""Every word that people read beside the policy's own, in Chinese and English, by code."""

from __future__ import annotations

from typing import Any

from rules.verdict import Effect, MeasureVerdict

_EN, _ZH = "en", "zh"

MESSAGES: dict[str, dict[str, str]] = {
    "verdict.applicable": {_ZH: "条件相符", _EN: "All conditions are met"},
    "verdict.possible": {_ZH: "条件待确认", _EN: "Some conditions are still unknown"},
    "verdict.not_applicable": {_ZH: "条件不符", _EN: "A condition is not met"},
    "effect.in_force": {_ZH: "政策现行有效", _EN: "the policy is in force"},
    "effect.draft": {_ZH: "征求意见稿，尚未生效", _EN: "a draft for comment, not yet in force"},
    "effect.upcoming": {_ZH: "尚未开始实施或受理", _EN: "not yet in effect or open"},
    "effect.expired": {_ZH: "已失效或已截止", _EN: "expired or closed"},
    "because.direct": {_ZH: "与贵企业直接相关：{reasons}。", _EN: "Directly related: {reasons}."},
    "because.sector": {_ZH: "面向贵企业所在行业：{reasons}。", _EN: "Meant for your sector: {reasons}."},
    "because.general": {_ZH: "各项条件相符的通用措施。", _EN: "A general measure whose conditions fit."},
    "because.unrelated": {
        _ZH: "与贵企业填写的行业、产品、需求和地区没有直接联系。",
        _EN: "Nothing in your profile is named in it.",
    },
    "reason.text": {
        _ZH: "政策条文提到“{text}”（对应您填写的“{input}”）",
        _EN: "the policy names “{text}” (your input “{input}”)",
    },
    "reason.related": {
        _ZH: "政策条文提到“{text}”（与您填写的“{input}”相关）",
        _EN: "the policy names “{text}” (related to your input “{input}”)",
    },
    "reason.same": {_ZH: "政策条文提到“{text}”", _EN: "the policy names “{text}”"},
    "reason.stage": {
        _ZH: "项目处于{stage}阶段，与支持方式“{instrument}”相符",
        _EN: "“{instrument}” is made for the stage “{stage}”",
    },
    "reason.need": {_ZH: "支持方式“{instrument}”符合需求“{input}”", _EN: "“{instrument}” answers the need “{input}”"},
    "reason.sector": {_ZH: "{sectors}", _EN: "{sectors}"},
    "conditions.summary": {
        _ZH: "共 {total} 项条件：{met} 项相符，{unknown} 项待确认，{unmet} 项不符。",
        _EN: "{total} conditions: {met} met, {unknown} unknown, {unmet} not met.",
    },
    "conditions.unknown": {_ZH: "待确认：{labels}。", _EN: "To be confirmed: {labels}."},
    "conditions.unmet": {_ZH: "不符：{labels}。", _EN: "Not met: {labels}."},
    "conclusion": {_ZH: "结论：{verdict}（{effect}）。", _EN: "Result: {verdict} ({effect})."},
    "caveat.draft": {_ZH: "征求意见稿，尚未生效", _EN: "This is a draft for comment and not yet in force"},
    "caveat.upcoming": {_ZH: "尚未开始实施或受理申请", _EN: "Not yet in effect or open for applications"},
    "caveat.expired": {_ZH: "已失效或申请已截止", _EN: "Expired or closed for applications"},
    "caveat.unconfirmed_reading": {
        _ZH: "部分输入系推测理解，请核对",
        _EN: "Some input was read by likeness; please confirm",
    },
    "caveat.inferred_sector": {
        _ZH: "行业由产品推断，请核对",
        _EN: "The sector was inferred from products; please confirm",
    },
    "caveat.open_list": {_ZH: "原文所列地区以“等”字结尾，未列尽", _EN: "The list in the policy is open-ended (等)"},
    "caveat.superseded": {
        _ZH: "符合“{title}”条件的，适用该措施，不再适用本措施",
        _EN: "Superseded by “{title}” wherever its conditions are met",
    },
    "caveat.exclusive": {_ZH: "与“{title}”不可同时享受", _EN: "Cannot be combined with “{title}”"},
    "need.nothing": {
        _ZH: "目录中没有与“{input}”有关的措施。",
        _EN: "No measure of the catalogue is about “{input}”.",
    },
    "need.none_fits": {
        _ZH: "目录中与“{input}”有关的 {measures} 项措施都不适用：{reasons}。",
        _EN: "None of the {measures} measures about “{input}” applies; ruled out by {reasons}.",
    },
    "need.reason": {_ZH: "{label}不符的 {measures} 项", _EN: "{label} ({measures})"},
    "need.other_condition": {_ZH: "其他条件", _EN: "other conditions"},
    "question.region": {
        _ZH: "已填写“{said}”，企业具体在哪个区县、园区或功能区？",
        _EN: "You said “{said}”. In which county, district or zone exactly?",
    },
    "question.target_region": {
        _ZH: "已填写拟落户“{said}”，具体在哪个区县、园区或功能区？",
        _EN: "You plan to settle in “{said}”. In which county, district or zone exactly?",
    },
    "question.sector": {
        _ZH: "已填写“{said}”，企业属于其中哪个细分行业？",
        _EN: "You said “{said}”. Which field within it exactly?",
    },
    "conflict.region_differs_from_uscc": {
        _ZH: "填写的城市与统一社会信用代码所示地区不一致，以填写的城市为准",
        _EN: "The city given differs from the region in the credit code; the city given was used",
    },
}


def say(code: str, language: str, **values: Any) -> str:  # noqa: ANN401 - formatted as text
    """Return the message `code` in `language` with its values filled in."""
    return MESSAGES[code][language].format(**values)


def say_verdict(verdict: MeasureVerdict, language: str) -> str:
    """Return the verdict in words that promise nothing (条件相符, never 可享受)."""
    return say(f"verdict.{verdict}", language)


def say_effect(effect: Effect, language: str) -> str:
    """Return whether the measure binds, in words."""
    return say(f"effect.{effect}", language)
