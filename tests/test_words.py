"""Tables of words: both languages have the same keys and the same holes, each in its own script."""

import re
from string import Formatter

import pytest

from matcher.answers import saying
from seeds.faults import load_words
from service.pages import wording
from service.screenings.results import sheets

TABLES = {"answers": saying.WORDS, "pages": wording.WORDS, "workbook": sheets.WORDS}
QUOTED = ("（等）", "(等)", "500万元", "中文", "聚乳酸吸管", "聚乳酸")
"""What English words may quote of Chinese."""


def holes(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("table", TABLES)
def test_both_languages_have_the_same_keys_and_holes(table):
    chinese, english = load_words(TABLES[table], "zh"), load_words(TABLES[table], "en")
    assert list(chinese) == list(english)
    assert [key for key in chinese if holes(chinese[key]) != holes(english[key])] == []


@pytest.mark.parametrize("table", TABLES)
def test_english_words_hold_no_chinese_but_what_they_quote(table):
    for key, text in load_words(TABLES[table], "en").items():
        own = re.sub("|".join(map(re.escape, QUOTED)), "", text)
        assert not re.search(r"[\u4e00-\u9fff]", own), key
