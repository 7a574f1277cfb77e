"""Words that stand on every page, and the punctuation of both languages."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "language": ("zh", "en"),
    "site": ("策配", "Cepei"),
    "tagline": ("惠企政策匹配", "Support measures for companies"),
    "skip": ("跳到正文", "Skip to content"),
    "navigation": ("主导航", "Main navigation"),
    "nav.check": ("企业自测", "Self-check"),
    "nav.measures": ("政策措施", "Measures"),
    "nav.documents": ("政策文件", "Documents"),
    "nav.screenings": ("园区筛查", "Screening"),
    "nav.handbook": ("使用手册", "Handbook"),
    "nav.api": ("接口文档", "API"),
    "catalogue_version": ("政策目录版本", "Catalogue"),
    "request_id": ("请求编号", "Request"),
    "privacy": (
        "所填内容只用于本次匹配，不保存，不写入日志，不使用 Cookie；只有在反馈意见时勾选同意，才随意见一起保存。",
        "What you enter serves this answer only: not stored, not logged, no cookies; kept with a report if you agree.",
    ),
    "other_language": ("English", "中文"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "comma": ("、", ", "),
    "comma_between": ("，", ", "),
    "space": ("", " "),
    "semicolon": ("；", "; "),
    "colon": ("：", ": "),
    "in_brackets": ("（{}）", " ({})"),
    "named": ("{}：{}", "{}: {}"),
    "advice": (
        "结果仅供参考，不构成法律意见，以政策原文和主管部门的解释为准。",
        "This is for orientation, not legal advice: the policy itself and the authorities decide.",
    ),
    "status.in_force": ("现行有效", "in force"),
    "status.draft": ("征求意见稿，尚未生效", "draft for comment, not in force"),
    "status.repealed": ("已废止", "repealed"),
    "draft_badge": ("征求意见稿", "Draft for comment"),
    "count_colon": ("", ":"),
    "count_unit": (" 项", ""),
}
