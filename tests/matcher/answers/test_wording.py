"""Words of an answer: every verdict and effect has its own, and nothing promises anything."""

import pytest

from matcher.answers.saying import WORDS, say
from rules.language.measures import Effect, MeasureVerdict
from seeds.faults import load_words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_verdict_and_effect_has_words(language):
    words = [say(f"verdict.{verdict}", language) for verdict in MeasureVerdict]
    words += [say(f"effect.{effect}", language) for effect in Effect]
    assert len(set(words)) == len(words)


def test_nothing_promises_what_a_draft_cannot_keep():
    chinese = load_words(WORDS, "zh").values()
    assert not any("享受" in text and "不可" not in text for text in chinese)
    assert say("caveat.draft", "zh") == "征求意见稿，尚未生效"
