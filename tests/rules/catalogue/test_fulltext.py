"""Substring search, compared with looking at every line as a reader would."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.catalogue.catalogue import search, searchable
from seeds.vocabulary import fold_aligned

TEXTS = {
    "a": "支持中试平台建设\n首台（套）重大技术装备",
    "b": "鼓励龙头企业\n建设中试基地",
    "c": "PLA（聚乳酸） first equipment",
    "d": "",
    "e": "试",
    "f": "小试\n试点",
}


SIMPLE = str.maketrans("試臺設備", "试台设备")


def holds(text: str, query: str) -> bool:
    """Tell whether a line of `text` contains `query`: width, case, white space, brackets, quotes, 繁 aside."""
    wanted = {form for form in (plain(query), plain(query.translate(SIMPLE))) if len(form) > 1}
    return any(form in plain(line) for form in wanted for line in text.split("\n"))


def plain(text: str) -> str:
    return "".join(c for c in fold_aligned(text) if not c.isspace() and c not in "()[]《》\"'")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("中试", ("a", "b")),
        ("建设", ("a", "b")),
        ("中试平台", ("a",)),
        ("首台(套)", ("a",)),
        ("首台套", ("a",)),
        ("「首台套」重大", ("a",)),
        ("中試平臺", ("a",)),
        ("《中试》平台", ("a",)),
        ("中试、平台", ()),
        ("（试）", ()),
        ("PLA聚乳酸first", ("c",)),
        ("pla", ("c",)),
        ("ＰＬＡ", ("c",)),
        ("first equipment", ("c",)),
        ("FIRSTEQUIP", ("c",)),
        ("建设首台", ()),
        ("企业建设", ()),
        ("小试点", ()),
        ("试点", ("f",)),
        ("试", ()),
        ("", ()),
        ("  ", ()),
        ("没有", ()),
        ('"中试" OR "平台"', ()),
        ("end", ()),
    ],
)
def test_a_query_finds_the_texts_that_contain_it(query, found):
    assert search({name: searchable(text) for name, text in TEXTS.items()}, query) == found


@settings(max_examples=60)
@given(
    st.lists(st.text("中试平台设备\nAａ（(「》、 ", max_size=12), min_size=1, max_size=5),
    st.text("中试平台試臺A(“、\n", max_size=4),
)
def test_the_search_finds_what_looking_at_every_text_finds(texts, query):
    named = {f"m{number}": text for number, text in enumerate(texts)}
    held = {name: searchable(text) for name, text in named.items()}
    assert search(held, query) == tuple(name for name, text in named.items() if holds(text, query))
