"""Words of the embedded self-check."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "embed.title": ("惠企政策自测", "Policy self-check for companies"),
    "embed.results": ("匹配结果", "Matching measures"),
    "embed.preset": (
        "本网站已预填{}。与实际不同的，请修改。",
        "Filled in by this site: {}. Please correct what differs.",
    ),
    "embed.busy": ("正在匹配，请稍候。", "Matching, please wait."),
    "embed.new_window": ("（在新窗口打开）", " (opens in a new window)"),
    "embed.whole_site": ("打开完整的自测页面", "Open the whole self-check"),
    "embed.for_the_portal": ("网站管理员请注意", "For the managers of this site"),
    "embed.unknown_option": (
        "没有 {} 这个嵌入参数，已忽略。参数见使用手册“政务门户嵌入”。",
        "There is no option {}; it is ignored. The handbook lists the options (part for portals).",
    ),
    "embed.unknown_choice": (
        "参数 {0} 不能是“{1}”，已忽略；可用的值：{2}。",
        "Option {0} cannot be “{1}” and is ignored; it takes: {2}.",
    ),
    "embed.unknown_preset": (
        "参数 {0} 的值“{1}”不在词表中，已忽略；可用的值见 /v1/vocabularies。",
        "The value “{1}” of option {0} is in no vocabulary and is ignored; /v1/vocabularies lists the values.",
    ),
    "embed.no_colour": (
        "参数 {0} 不是颜色，已忽略；请写成 #0b5c4a 这样的六位十六进制数。",
        "Option {0} is no colour and is ignored; write six hexadecimal digits, like #0b5c4a.",
    ),
    "embed.low_contrast.accent": (
        "参数 {0} 的颜色与白色文字的对比度只有 {1}:1，低于 4.5:1，没有采用。请选更深的颜色。",
        "Option {0} is not used: its contrast with white text is {1}:1, less than 4.5:1. Choose a darker colour.",
    ),
    "embed.low_contrast.ground": (
        "参数 {0} 的颜色与页面文字的对比度只有 {1}:1，低于 4.5:1，没有采用。请选更浅的颜色。",
        "Option {0} is not used: the contrast of text on it is {1}:1, less than 4.5:1. Choose a lighter colour.",
    ),
    "embed.refused": ("此处暂时不能使用自测", "The self-check cannot be used here"),
    "embed.partner_unknown": (
        "嵌入此页的网站所用的密钥无效、已过期或已吊销。请联系网站管理员。",
        "The key of the site that shows this frame is not valid, has expired or was revoked. Please tell its managers.",
    ),
    "embed.partner_powerful": (
        "嵌入此页的网站公开了操作员或编辑的密钥。请网站管理员立即吊销它，改用公开密钥（public）。",
        "This site publishes an operator's or editor's key: revoke it at once and use a public one.",
    ),
}
