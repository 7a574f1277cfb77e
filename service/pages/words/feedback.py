"""Words of what a reader reports as wrong."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "feedback_thanks": ("反馈已收到，谢谢", "Your report has arrived, thank you"),
    "feedback_stored": (
        "编辑人员会对照政策原文核对您指出的条件；核对属实的，将改正条件，并作为检验用例留存。",
        "An editor checks what you named against the policy; where you are right, it is corrected and kept as a test.",
    ),
    "feedback_kept": (
        "这条反馈最多保存 {} 天。未经同意，不保存企业情况；企业名称、统一社会信用代码和自编号一律不保存。",
        "It is kept for at most {} days; what you said of the company only with your consent, its name and code never.",
    ),
    "feedback_back": (
        "要回到刚才的结果，请使用浏览器的“后退”。",
        "Use the back button of your browser to return to your result.",
    ),
    "feedback_measure": ("查看这项措施", "Show this measure"),
    "feedback_home": ("回到企业自测", "Back to the self-check"),
}
