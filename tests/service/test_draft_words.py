"""Every fault that the parsers of packs and documents can tell has Chinese words: read off their code."""

import ast
from pathlib import Path

import pytest

from seeds.errors import Fault
from service.screenings.draft_words import hint_in_chinese, in_chinese, worded_fault

ROOT = Path(__file__).parents[2]
PARSERS = ("rules/measure_parsing.py", "rules/condition_parsing.py", "rules/quoting.py", "rules/pack.py")


def text_of(node, names):
    """Return a message as it would be told, with a word in each hole; "" when it is not written here."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if not isinstance(node, ast.JoinedStr):
        return ""
    holes = {True: "'x'", False: "x"}
    return "".join(
        part.value if isinstance(part, ast.Constant) else holes[part.conversion == ord("r")] for part in node.values
    )


def told_by(file):
    """Yield the messages and the hints of `faults.add` in a module."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
        names = {
            node.targets[0].id: text_of(node.value, {}) for node in assigned if isinstance(node.targets[0], ast.Name)
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add":
                words = [text_of(argument, names) for argument in call.args[1:3]]
                if words and words[0]:
                    yield words[0], words[1] if len(words) > 1 else ""


@pytest.mark.parametrize("file", PARSERS)
def test_every_fault_of_a_parser_has_chinese_words(file):
    told = list(told_by(file))
    assert told
    assert [message for message, _ in told if not in_chinese(message)] == []
    assert [hint for _, hint in told if hint and not hint_in_chinese(hint)] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("title is missing or empty", "缺少 title，或为空"),
        ("'9 月' is not an entry of stages", "“9 月”不是词表 stages 中的条目"),
        ("region takes one of ['any_of', 'within'], found []", "region 须用以下之一：any_of、within；现为："),
        ("a cite is words of the clause, or {clause, quote, nth}", "cite 须为条款中的文字，或 {clause, quote, nth}"),
    ],
)
def test_values_stand_in_the_chinese_words(english, chinese):
    assert in_chinese(english) == chinese


def test_what_has_no_chinese_words_stands_inside_a_chinese_sentence():
    fault = Fault(file="x", pointer="", message="something new", hint="do it")
    assert worded_fault(fault, "zh") == ("此处有误：something new", "do it")
    assert worded_fault(fault, "en") == ("something new", "do it")
