"""Faults of a draft and its document in Chinese: rules/ and seeds/ tell them in English, for those who write packs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.errors import FACT_FAULTS
from seeds.errors import Fault
from service.messages import FACT_WORDINGS

_MESSAGES = (
    ("a measure is a mapping", "措施须为 JSON 对象"),
    ("unknown key {key!r}", "没有“{key}”这个键"),
    ("{key} is missing or empty", "缺少 {key}，或为空"),
    ("must be text", "须为文字"),
    ("must be true or false", "须为 true 或 false"),
    ("must be a list", "须为列表"),
    ("must be a list of names", "须为名称的列表"),
    ("must be 1", "须为 1"),
    ("{id!r} is no id", "“{id}”不能作编号"),
    ("{value!r} is not a valid {kind}", "“{value}”不在 {kind} 的可用值之中"),
    ("{document} has no clause {path!r}", "文件 {document} 没有条款“{path}”"),
    ("a benefit has {keys}; kind is one of {kinds}", "benefit 可以有 {keys}；kind 须为以下之一：{kinds}"),
    ("an amount, cap or rate needs a cite", "写金额、上限或比例，须以 cite 引用原文"),
    (
        "{text!r} is no amount of money; write yuan as a number or a text such as 2亿元 or 3000万元",
        "“{text}”不是金额，请以元为单位写数字，或写“2亿元”“3000万元”",
    ),
    ("{text!r} is no share between 0 and 1; write 5% or 0.05", "“{text}”不是 0 到 1 之间的比例，请写成 5% 或 0.05"),
    ("a window has opens, closes (one may be left out) and cite", "window 须有 cite，以及 opens、closes 中至少一项"),
    ("lies before opens ({day})", "早于 opens（{day}）"),
    ("lies before effective_from ({day})", "早于 effective_from（{day}）"),
    ("{value!r} is no date", "“{value}”不是日期"),
    ("an example has facts and a verdict: {reason}", "每个例子须有 facts 和 verdict（{reason}）"),
    ("unknown fact {fact!r}", "没有已公布的事实“{fact}”"),
    ("a condition is a mapping", "条件须为 JSON 对象"),
    ("{word} stands alone and holds at least one condition", "{word} 须单独写，其中至少有一个条件"),
    ("the manual condition {name!r} needs a text", "人工核对的条件“{name}”须有 text"),
    ("{name!r} is a fact, no attestation", "“{name}”是事实，不是须由人证明的情况"),
    ("{fact} takes one of {operators}, found {given}", "{fact} 须用以下之一：{operators}；现为：{given}"),
    ("a list of {fact} cannot be open: the pack has no default for it", "defaults 没有 {fact}，它的列表不能是 open"),
    ("names nothing", "没有写出任何值"),
    ("a cite is words of the clause, or {clause, quote, nth}", "cite 须为条款中的文字，或 {clause, quote, nth}"),
    ("a source needs clause and quote", "source 须有 clause 和 quote"),
    ("the quote has {count} characters; at most {most}", "引文有 {count} 个字，最多 {most} 个字"),
    ("the quote stands more than once in clause {clause}", "引文在条款 {clause} 中不止一处"),
    ("{nth!r} is no position", "“{nth}”不是第几处"),
    ("{words!r} does not stand in clause {clause}", "条款 {clause} 中没有“{words}”"),
    ("a pack is a mapping with schema: 1", "须为带 schema: 1 的对象"),
    ("there is no document {name!r}", "没有文件“{name}”"),
    ("the file must be named {name}", "文件须命名为 {name}"),
    ("defaults name {facts}", "defaults 只能写 {facts}"),
    ("a pack needs a list of measures", "须有措施的列表"),
    ("the id {id!r} stands twice", "编号“{id}”出现了两次"),
    ("a measure cannot name itself", "措施不能提到自己"),
    ("is a document of the catalogue already", "目录中已有这个编号的文件"),
    ("there is no region {region}", "没有地区 {region}"),
    ("{value} is not an id", "“{value}”不能作编号"),
    ("{value} is not a region id", "“{value}”不是地区编号"),
    ("{value} is not a SHA-256 digest", "“{value}”不是 SHA-256 摘要"),
    ("{value} is not a date", "“{value}”不是日期"),
    ("{value} is not a status", "“{value}”不是文件状态"),
    ("is missing", "缺少此项"),
    ("is not a key of a document", "文件没有这一项"),
    ("does not stand in the text", "正文中没有这些字"),
    ("is not the digest of the text", "不是正文的摘要"),
    ("must be a mapping", "须为 JSON 对象"),
)
_HINTS = (
    ("known: {names}", "可用：{names}"),
    ("nearest: {name}", "最接近的是 {name}"),
    ("lower case, digits, hyphens", "只用小写字母、数字和连字符"),
    ("write it as 2025-01-31", "请写成 2025-01-31"),
    ("or use a published attestation", "或使用已公布的证明事项"),
    ("write {fact: ...}", "请写成 {fact: …}"),
    ("list at least one value", "请至少写一个值"),
    ("list at least one value, or leave the default out", "请至少写一个值，或省略这一项"),
    ("add nth: 1, 2, ...", "请用 nth 写明第几处：1、2……"),
    ("count from 1", "从 1 数起"),
    ("quote word for word", "请逐字引用"),
    (
        "send the words of the document; clauses are found by their printed numbers",
        "请发送文件正文；条款按印出的序号识别",
    ),
    ("give its id alone to quote that one, or choose another id", "引用它请只写编号；否则请换一个编号"),
    ("see {place}", "见 {place}"),
    ("quote it if it looks like a number", "像数字的请加引号"),
    ("the form is {form}", "格式为 {form}"),
    ("write 2025-01-22, or unknown", "请写成 2025-01-22，或 unknown"),
    ("write [name, name], or unknown", "请写成 [名称, 名称]，或 unknown"),
    ("one of: {names}", "须为以下之一：{names}"),
    ("this is the only form there is", "只有这一种形式"),
    ("write unknown where the document does not tell", "文件没有写明的，请写 unknown"),
    ("did you mean {name}?", "是否想写“{name}”？"),
    ("the keys are: {names}", "可以有：{names}"),
    ("swap them", "请核对是否写反"),
    ("give the words of the title that stand in the text as one piece", "请写正文中连在一起的标题文字"),
    ("the text has {digest}", "正文的摘要是 {digest}"),
    ("one key a line", "每行一项"),
)
_HOLE = re.compile(r"\{(\w+)(!r)?\}")
_OF_LIST = re.compile(r"'([^']*)'")


def worded_fault(fault: Fault, language: str) -> tuple[str, str]:
    """Return the message and the hint of a fault; what has no Chinese words stands inside a Chinese sentence."""
    if language == "en":
        return fault.message, fault.hint
    return in_chinese(fault.message) or f"此处有误：{fault.message}", hint_in_chinese(fault.hint) or fault.hint


def in_chinese(message: str) -> str:
    """Return a message in Chinese, "" when it is not known."""
    return _translated(message, _FOUND)


def hint_in_chinese(hint: str) -> str:
    """Return a hint in Chinese, "" when it is not known."""
    return _translated(hint, _TO_DO)


def _translated(words: str, known: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for english, chinese in known:
        if said := english.fullmatch(words):
            return _HOLE.sub(lambda hole: _listed(said[hole[1]]) if hole[1] in said.groupdict() else hole[0], chinese)
    return ""


def _listed(value: str) -> str:
    """Return a value as it stands, a list of Python's as Chinese writes one."""
    return "、".join(_OF_LIST.findall(value)) if value.startswith("[") else value


def _pattern(english: str) -> re.Pattern[str]:
    parts, end = [], 0
    for hole in _HOLE.finditer(english):
        value = f"(?P<{hole[1]}>.*)"
        parts += [re.escape(english[end : hole.start()]), f"['\"]{value}['\"]" if hole[2] else value]
        end = hole.end()
    return re.compile("".join([*parts, re.escape(english[end:])]), re.DOTALL)


def _of_facts(place: int) -> Iterator[tuple[str, str]]:
    """Yield messages (0) or hints (1) about values of facts, in both languages."""
    for reason, words in FACT_FAULTS.items():
        chinese = (FACT_WORDINGS[reason].zh, FACT_WORDINGS[reason].hint_zh)[place]
        if words[place] and "{unit" not in words[place]:
            yield words[place], chinese


_FOUND = tuple((_pattern(english), chinese) for english, chinese in (*_MESSAGES, *_of_facts(0)))
_TO_DO = tuple((_pattern(english), chinese) for english, chinese in (*_HINTS, *_of_facts(1)))
