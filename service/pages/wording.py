"""Every word of the pages, Chinese and English side by side, by key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_WORDS: dict[str, tuple[str, str]] = {
    "site": ("策配", "Cepei"),
    "title": ("惠企政策自查", "Policy self-check for companies"),
    "lead": (
        "填写企业情况，查看可能适用的政策措施、适用条件与政策原文。每一项都可留空。",
        "Describe the company and see which measures may fit and where the policy says so. Any field may stay empty.",
    ),
    "privacy": (
        "所填内容只用于本次匹配，不保存，不写入日志，不使用 Cookie。",
        "What you enter is used for this answer only: not stored, not logged, no cookies.",
    ),
    "other_language": ("English", "中文"),
    "api": ("接口文档", "API documentation"),
    "main_fields": ("企业情况", "The company"),
    "more_fields": ("更多信息（选填）", "More (optional)"),
    "submit": ("查看匹配的政策", "Find matching measures"),
    "change": ("修改企业情况", "Change what you entered"),
    "faults": ("有几处需要修改", "Please correct the following"),
    "unsaid": ("不填写", "not said"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "results": ("匹配结果", "Matching measures"),
    "understood": ("我们的理解", "What we understood"),
    "unrecognised": ("未能确定含义的内容", "What we did not understand for sure"),
    "perhaps": ("是否指", "did you mean"),
    "questions": ("补充这些信息，结果会更确定", "Answering these would settle more"),
    "near": ("只差一项条件的措施", "Measures that miss one condition"),
    "none": ("没有找到与企业情况相关的措施。", "No measure was found that fits what you entered."),
    "conditions": ("适用条件", "Conditions"),
    "evidence": ("政策原文依据", "What the policy says"),
    "why": ("为什么列出", "Why it is listed"),
    "caveats": ("注意", "Please note"),
    "clause": ("条款", "clause"),
    "departments": ("责任单位", "Authorities"),
    "lead_department": ("牵头", "lead"),
    "draft_badge": ("征求意见稿", "Draft for comment"),
    "count.applicable": ("项条件相符", "whose conditions are met"),
    "count.possible": ("项可能相符", "that may fit"),
    "count.not_applicable": ("项不符", "that do not fit"),
    "relevance.direct": (
        "与企业的产品、技术、需求或所在地直接相关",
        "Directly about its products, technologies, needs or place",
    ),
    "relevance.sector": ("面向所属行业", "For its sector"),
    "relevance.general": ("普遍适用", "For companies in general"),
    "verdict.applicable": ("条件相符", "Conditions met"),
    "verdict.possible": ("可能相符", "May fit"),
    "verdict.not_applicable": ("条件不符", "Does not fit"),
    "effect.in_force": ("", ""),
    "effect.draft": ("（征求意见稿，尚未生效）", " (draft for comment, not in force)"),
    "effect.upcoming": ("（尚未开始实施）", " (not in force yet)"),
    "effect.expired": ("（已过有效期）", " (no longer in force)"),
    "condition.met": ("符合", "met"),
    "condition.unmet": ("不符合", "not met"),
    "condition.unknown": ("待确认", "open"),
    "why.fact_missing": ("尚未填写", "not stated"),
    "why.too_coarse": ("所填内容不够具体", "what was entered is too broad"),
    "why.unrecognised": ("所填内容未能确定含义", "what was entered was not understood for sure"),
    "why.ambiguous": (
        "原文为开放列举或所填内容有多种含义",
        "the text leaves its list open, or the entry has several meanings",
    ),
    "why.manual": ("需人工确认", "for a person to check"),
    "field.city": ("所在地", "Place"),
    "hint.city": ("城市、区县或园区，例如：合肥市长丰县", "City, county or park, for example Hefei"),
    "field.sector": ("行业", "Sector"),
    "hint.sector": ("例如：生物材料；也可填国民经济行业代码", "For example biomaterials, or a GB/T 4754 code"),
    "field.products": ("主要产品", "Main products"),
    "hint.products": ("每行一个，例如：聚乳酸", "One a line, for example PLA"),
    "field.stage": ("所处阶段", "Stage"),
    "hint.stage": ("例如：研发、中试、量产", "For example research, pilot, mass production"),
    "field.needs": ("需要的支持", "Support wanted"),
    "hint.needs": ("例如：中试验证、首台套认定、贷款贴息", "For example pilot testing or a loan subsidy"),
    "field.technologies": ("主要技术", "Main technologies"),
    "hint.technologies": ("每行一个", "One a line"),
    "field.target_city": ("拟落户或投资的城市", "Place it plans to settle in"),
    "hint.target_city": ("与所在地不同时填写", "If other than its place"),
    "field.certifications": ("资质认定", "Certifications"),
    "hint.certifications": ("每行一个，例如：高新技术企业", "One a line, for example high-tech enterprise"),
    "field.founded_on": ("成立日期", "Founded on"),
    "hint.founded_on": ("例如：2015-03-01", "For example 2015-03-01"),
    "field.employees": ("从业人数", "Employees"),
    "hint.employees": ("整数", "A whole number"),
    "field.rd_staff": ("研发人员数", "Research staff"),
    "hint.rd_staff": ("整数", "A whole number"),
    "field.annual_revenue_cny": ("年营业收入", "Annual revenue"),
    "hint.annual_revenue_cny": ("元，或写“2亿元”", "In yuan, or a text such as 2亿元"),
    "field.rd_spend_cny": ("年研发费用", "Annual R&D spend"),
    "hint.rd_spend_cny": ("元，或写“2100万元”", "In yuan, or a text such as 2100万元"),
    "field.foreign_invested": ("外商投资企业", "Foreign-invested"),
    "hint.foreign_invested": ("", ""),
    "field.uscc": ("统一社会信用代码", "Unified social credit code"),
    "hint.uscc": ("18 位", "18 characters"),
}

_ZH: Mapping[str, str] = MappingProxyType({key: zh for key, (zh, _) in _WORDS.items()})
_EN: Mapping[str, str] = MappingProxyType({key: en for key, (_, en) in _WORDS.items()})


def page_words(language: str) -> Mapping[str, str]:
    """Return the words of the pages in `language` by key."""
    return _EN if language == "en" else _ZH
