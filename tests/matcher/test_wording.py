"""Messages: every code in both languages, with the same values to fill in, and no promise anywhere."""

import re
from string import Formatter

import pytest

from matcher.wording import MESSAGES, say, say_effect, say_verdict
from rules.verdict import Effect, MeasureVerdict


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_exists_in_both_languages_with_the_same_values(code):
    texts = MESSAGES[code]
    assert set(texts) == {"zh", "en"}
    zh, en = ({name for _, name, _, _ in Formatter().parse(texts[language]) if name} for language in ("zh", "en"))
    assert zh == en
    assert re.search(r"[\u4e00-\u9fff]", texts["zh"]) or code == "reason.sector"
    assert not re.search(r"[\u4e00-\u9fff]", texts["en"].replace("（等）", "").replace("(等)", ""))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_verdict_and_effect_has_words(language):
    words = [say_verdict(verdict, language) for verdict in MeasureVerdict]
    words += [say_effect(effect, language) for effect in Effect]
    assert len(set(words)) == len(words)


def test_nothing_promises_what_a_draft_cannot_keep():
    assert not any("享受" in text["zh"] and "不可" not in text["zh"] for text in MESSAGES.values())
    assert say("caveat.draft", "zh") == "征求意见稿，尚未生效"
