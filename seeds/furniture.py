"""Page furniture around a document that was published as, or copied from, a web page: menus, paths, footers.

Knows what government and service pages print around a text, as lines; knows no single site. Lines go, words inside a
line of the document stay; whatever reads like a sentence or carries a number is never taken for furniture.
"""

from __future__ import annotations

import re

_WORDS = (
    "首页|网站首页|返回首页|返回顶部|回到顶部|加入收藏|设为首页|联系我们|关于我们|在线留言|网站地图|网站声明|隐私保护|隐私声明|隐私安全"
    "|法律声明|使用帮助|友情链接|无障碍|无障碍浏览|无障碍版|适老版|长者助手|长者专区|长者版|手机版|繁体|繁體|繁体版|简体|English"
    "|全站搜索|高级搜索|搜索热词|打印|打印本页|打印页面|关闭|关闭窗口|关闭本页|分享|分享到|分享文章到|收藏|我要纠错|网站纠错"
    "|扫码联系方式|微信公众号|官方微信|官方微博|政务微博|政务微信|OA系统|办公信息登录|简繁转换|智能问答|网页版|客户端|移动版|微信扫一扫"
)
_FURNITURE = re.compile(
    rf"(?:(?:{_WORDS})(?:[|>＞»【】\[\] ·丨/]{{1,4}}|$)){{1,12}}$"
    r"|[|>＞»·丨]{1,3}$"
    r"|【?(?:打印|关闭|收藏|分享)(?:本页|页面|窗口|正文|到)?[】：:]{0,2}$"
    r"|【?(?:浏览字号|字体|字号)[：:【\[（( ][^。]{0,20}$"
    r"|(?:浏览|阅读|点击|访问)(?:次数|量|数|率)?[：:][^。]{0,12}$"
    r"|您?(?:现在|当前)?(?:的|所在的?)?位置(?:是|为)?[：:]"
    r"|.{0,20}(?:扫一扫|扫码关注|长按识别)"
    r"|您是第.{0,20}(?:位|访)"
    r"|您好，?欢迎(?:来到|访问|光临)"
    r"|<[%!?/]?[^<>]{0,300}>$"
)
_LINK = re.compile(r"[【\[]?(?:上|下)一(?:个|篇|条|页|则)[】\]]?(?:[：:> ]|$)")
_AFTER = re.compile(
    rf"{_LINK.pattern}"
    r"|(?:相关|推荐|热门)(?:新闻|阅读|链接|文章|信息|稿件|推荐|资讯)[：:]?$"
    r"|(?:版权所有|网站标识码|网站支持IPv6|友情链接|备案号|网站备案)(?:[：: ©]|$)"
    r"|.{0,30}(?:ICP备|公网安备|Copyright|版权所有|网站标识码)"
    r"|(?:扫一扫|返回顶部|回到顶部|返回首页|【?(?:打印|关闭)(?:本页|页面|窗口)?】?$|分享到[：:]?)"
)
# These stand in footers, and in notices of their own right: they go only above a line that a footer alone has.
_PERHAPS_AFTER = re.compile("(?:主办单位|主办|承办单位|承办|协办|技术支持|地址|邮编|电话|邮箱|联系人|网址)[：: ]")
_LINES_OF_A_FOOTER = 6
_PATH = re.compile(r"您?(?:现在|当前)?(?:的|所在的?)?位置(?:是|为)?[：:]|(?:网站)?首页(?:$| ?[>＞»|·])")
_ISSUE_DATA = re.compile(
    "(?P<label>发布时间|发布日期|发表时间|发文日期|成文日期|印发日期|生成日期|公开日期|发文机关|发文机构|发文单位|发布机构|发布单位|发文字号|文号"
    r"|索 ?引 ?号|主题分类|信息来源|来源|有效性|效力状态|生效日期|失效日期|施行日期|标题|名称) ?[：:|] ?"
)
_TOOLS = re.compile("浏览|字体|字号|打印|分享|阅读|点击|【|关闭窗口")
_NUMBERED = re.compile(
    "[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十0-9]{1,3}[）)]|[0-9]{1,2}[．.、]"
    "|第 ?[一二三四五六七八九十百0-9 ]{1,7} ?[章节条]"
)
_SENTENCE = 30
_LONGEST_LINE = 200
_LINES_OF_A_TITLE = 4
_BODY = re.compile("(?:政府|委员会|办公厅|办公室|局|厅|部|委)$")
_TITLE_END = re.compile(
    "(?:通知|方案|计划|办法|意见|条例|规定|措施|细则|规划|政策|公告|指南|指引|规则|决定|通告|批复|函|纲要|要求|问题|程序|条件|须知|流程|标准|材料)"
    "(?:[（(][^（）()]{0,30}[）)])?$"
)


def is_content(line: str) -> bool:
    """Say whether a line is surely of the document: a sentence, or a line with a number."""
    return bool(_NUMBERED.match(line)) or (len(line) >= _SENTENCE and "。" in line)


def is_furniture(line: str) -> bool:
    """Say whether a line is page furniture and nothing else."""
    return len(line) < _LONGEST_LINE and bool(_FURNITURE.match(line))


def is_of_page(line: str) -> bool:
    """Say whether a line is furniture, or a link or footer below a text."""
    return is_furniture(line) or (len(line) < _LONGEST_LINE and bool(_AFTER.match(line) or _PERHAPS_AFTER.match(line)))


def issue_data(line: str) -> list[str]:
    """Return what a line above a text tells of its issue, a label and its value each: 发布时间：2022-07-14."""
    found = list(_ISSUE_DATA.finditer(line[:400]))
    ends = [*(one.start() for one in found[1:]), len(line)][: len(found)]
    told = []
    for one, end in zip(found, ends, strict=True):
        value = _TOOLS.split(line[one.end() : end], maxsplit=1)[0]
        if value.strip(" |；;，,"):
            told.append(f"{one['label'].replace(' ', '')}：{value.strip(' |；;，,')}")
    return told


def is_page(text: str) -> bool:
    """Say whether a text was copied from a web page: it shows a path, or two of a first page, links and a footer."""
    bare = [line.strip() for line in text.split("\n")]
    signs = sum(bool(_AFTER.match(line)) or line == "首页" for line in bare)
    return signs > 1 or any(_PATH.match(line) and line != "首页" for line in bare)


def without_furniture(text: str) -> str:
    """Return the text of a page without the menus above it, the links below it, and lines of furniture in between."""
    lines = text.split("\n")
    bare = [line.strip() for line in lines]
    first, last = _first_line(bare), _last_line(bare)
    kept = []
    follows_link = False
    for line, words in zip(lines[first:last], bare[first:last], strict=True):
        is_link = bool(_AFTER.match(words)) and not is_content(words)
        if not (is_furniture(words) or is_link or (follows_link and not is_content(words))):
            kept += _told(line, words)
        follows_link = is_link and words.endswith(("：", ":"))
    return "\n".join(kept)


def _told(line: str, words: str) -> list[str]:
    """Return a line, or what it tells of the issue where it tells several things or has tools of the page in it."""
    if not _ISSUE_DATA.match(words) or is_content(words):
        return [line]
    several = len(_ISSUE_DATA.findall(words[:_LONGEST_LINE])) > 1
    return issue_data(words) if several or _TOOLS.search(words) else [line]


def _first_line(lines: list[str]) -> int:
    """Return where the document begins: at its title, below the last menu before its first sentence or number."""
    content = next((i for i, line in enumerate(lines) if is_content(line) and not is_furniture(line)), len(lines))
    above = [i for i, line in enumerate(lines[:content]) if is_furniture(line) or _PATH.match(line)]
    if not above:
        return 0
    dated = next((i for i, line in enumerate(lines[:content]) if i > above[0] and _ISSUE_DATA.match(line)), None)
    if dated is not None:
        return _title_above(lines, dated)
    below = [i for i in range(above[-1] + 1, content) if lines[i]]
    titles = [i for i in below if _TITLE_END.search(lines[i])]
    if titles:
        return _title_above(lines, titles[0] + 1)
    return below[-1] if below and len(below) > _LINES_OF_A_TITLE else (below or [content])[0]


def _title_above(lines: list[str], end: int) -> int:
    """Return where the title right above line `end` begins: a body that issues it may stand on a line of its own."""
    above = [index for index in range(end - 1, max(end - 1 - _LINES_OF_A_TITLE, -1), -1) if lines[index]]
    if not above:
        return end
    if lines[above[0]].startswith("关于") and len(above) > 1 and _BODY.search(lines[above[1]]):
        return above[1]
    return above[0]


def _last_line(lines: list[str]) -> int:
    """Return where the document ends: at the first link or footer that no sentence and no number follows."""
    last = max((i for i, line in enumerate(lines) if is_content(line) and not _AFTER.match(line)), default=-1)
    end = next((i for i in range(last + 1, len(lines)) if _AFTER.match(lines[i])), len(lines))
    if end == len(lines) or _LINK.match(lines[end]):
        return end
    for start in range(max(last + 1, end - _LINES_OF_A_FOOTER), end):
        footer = [line for line in lines[start:end] if line]
        if lines[start].startswith("主办") and all(_PERHAPS_AFTER.match(line) for line in footer):
            return start
    return end
