"""Every pattern takes a time that grows as its text does, whatever the text; one that does not is named with a text."""

import ast
import re

import pytest

from tests.hardening.hostile import fault_of
from tests.hardening.patterns import Found, find_patterns, other_roads, read_calls, read_uses


@pytest.fixture(scope="module")
def seen() -> tuple[list[Found], list[str]]:
    return find_patterns()


def test_every_pattern_of_the_source_is_seen(seen):
    """One that depends on arguments has to become a constant of its module, so that it can be timed."""
    found, unseen = seen
    assert unseen == []
    assert len(found) > 250


def test_no_pattern_takes_longer_than_its_text_grows(seen):
    faults = {one.where: fault for one in seen[0] if (fault := fault_of(one.compiled, one.methods))}
    assert faults == {}


WORSE = {
    "a repeat of a repeat": (r"(?:a+)+b", "match"),
    "alternatives that take the same": (r"(?:a|a)*b", "match"),
    "alternatives of which one is two of the other": (r"(?:年|年年)*月", "fullmatch"),
    "two repeats side by side": (r"x\d+\d+y", "match"),
    "two repeats that share some characters only": (r"[a-m]+[k-z]+\d", "match"),
    "two repeats with something that may be missing between": (r"\d+[.,]?\d+元", "fullmatch"),
    "anything twice": (r".*x.*y", "match"),
    "anything three times": (r".*,.*,.*;", "fullmatch"),
    "blanks before a mark that is optional, and after it": (r"\d{4}\s*年?\s*月", "search"),
    "blanks at an end that is looked for": (r"\s+$", "search"),
    "words at an end that is looked for": (r"(?:公司|企业)+$", "search"),
    "a run before something that is missing": (r"[^,]*x", "search"),
    "digits before a unit": (r"\d+年", "search"),
    "a bracket that nothing closes": (r"\[[^\]]*\]", "scan"),
    "a comment that nothing ends": (r"<!--.*?-->", "scan"),
    "something far ahead": (r"a(?=.*b)", "scan"),
    "something far ahead that must be missing": (r"a(?!.*b)x", "scan"),
    "names of a list that one of them begins": (r"(?:省|省市)+区", "search"),
    "the same group again": (r"(a+)\1b", "search"),
    "a lazy repeat": (r"(.+?)[ _]*(?:元|万元)", "fullmatch"),
    "an end of line in the middle": (r"(?m:^[ \t]*(?:-+[ \t]*)+$)", "scan"),
    "many turns, though not endlessly many": (r"(?:\d{0,500}){0,500}x", "match"),
    "bytes": (rb"<\w+[^>]*?\w+\s*=", "search"),
    "small and capital letters": (r"(?i)(?:k|kk)*x", "match"),
    "behind a beginning": (r"单位：\s*\s*元", "search"),
    "marks before a bracket": (r"[*#]+(?=\()", "scan"),
}


@pytest.mark.parametrize(("pattern", "method"), WORSE.values(), ids=WORSE)
def test_a_pattern_that_takes_longer_is_noticed(pattern, method):
    assert fault_of(re.compile(pattern), (method,)).startswith(method)


AS_LONG = {
    "a possessive repeat": (r"(?:a+)++b", "match"),
    "an atomic group": (r"(?>a|a)*b", "match"),
    "repeats that share nothing": (r"[a-z]+\d+[A-Z]+;", "match"),
    "a run from its beginning on": (r"(?<![^,])[^,]*+x", "search"),
    "a run of at most so many": (r"\d{1,12}年", "search"),
    "an end that is asked for at once": (r"[^。]*$", "match"),
    "many words": ("|".join(f"词{number}的" for number in range(400)), "scan"),
}


@pytest.mark.parametrize(("pattern", "method"), AS_LONG.values(), ids=AS_LONG)
def test_a_pattern_that_takes_as_long_as_its_text_is_not_accused(pattern, method):
    assert fault_of(re.compile(pattern), (method,)) == ""


def uses_of(source: str) -> dict[str, set[str]]:
    """Return the pattern of each call in a module with the methods it has to stand."""
    trees = {"module": ast.parse(source)}
    calls = read_calls("module", trees["module"], read_uses(trees)["module"])
    return {call.node.args[0].value: set(call.methods) for call in calls}


ANYHOW = {"fullmatch", "match", "scan"}
USED = {
    "at once": ("re.sub('a', '', text)", {"scan"}),
    "as a constant": ("A = re.compile('a')\nA.match(text)\nA.search(text)", {"match", "search"}),
    "in a row": ("A, B = re.compile('a'), 1\nA.fullmatch(text)", {"fullmatch"}),
    "as a method of it": ("FIND = re.compile('a').search", {"search"}),
    "out of a mapping": ("A = {k: re.compile('a') for k in 'xy'}\nA['x'].match(text)", {"match"}),
    "one of two": ("A = re.compile('a')\n(A if text else B).split(text)", {"scan"}),
    "by a function": ("def made():\n    return re.compile('a')\nmade().fullmatch(text)", {"fullmatch"}),
    "handed on": ("A = re.compile('a')\nread(A, text)", ANYHOW),
    "never": ("A = re.compile('a')", ANYHOW),
    "in a tuple of rules": ("RULES = ((1, re.compile('a')),)", ANYHOW),
}


@pytest.mark.parametrize(("source", "methods"), USED.values(), ids=USED)
def test_a_pattern_is_timed_as_it_is_used(source, methods):
    assert uses_of(source) == {"a": methods}


@pytest.mark.parametrize("source", ["from re import compile", "validate.Regexp('a')", "fnmatch(name, 'a*')"])
def test_a_pattern_made_by_another_road_is_noticed(source):
    assert [*other_roads("module", ast.parse(source))] == ["module:1"]
