"""Documents that are made to harm are drafted in time that grows with their length, and nothing they say is carried out."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from rules.drafting.draft import PackDraft, draft_pack, trial_document
from rules.language.facts import Lexicon
from tests.rules.drafting.documents import document_of

HOSTILE: dict[str, Callable[[int], str]] = {
    "grants over and over": lambda n: "".join(f"第{i}条 对第{i}类企业，给予{i}万元奖励。\n" for i in range(1, n // 20)),
    "conditions for every grant": lambda n: (
        "".join(f"第{i}条 给予第{i}类企业{i}万元奖励。\n" for i in range(1, n // 40))
        + "第九百九十九条 申请企业应同时符合下列条件：\n"
        + "".join(f"{i}.有{i}项管理制度。\n" for i in range(1, n // 24))
    ),
    "one sentence without an end": lambda n: "一、支持\n对企业" + "给予20万元、30万元奖励，" * (n // 14),
    "leads over and over": lambda n: "一、支持\n给予20万元奖励。\n" + "应符合下列条件：\n" * (n // 9),
}


def drafted(body: str, lexicon: Lexicon) -> PackDraft:
    return draft_pack(trial_document(*document_of(body)), lexicon)


@pytest.mark.parametrize("made", HOSTILE.values(), ids=HOSTILE)
def test_drafting_takes_time_by_length(made: Callable[[int], str], lexicon: Lexicon) -> None:
    """Ten times the text may take ten times as long and some; the square of it would be a hundred times."""

    def seconds(length: int) -> float:
        text = made(length)
        begun = time.process_time()
        drafted(text, lexicon)
        return time.process_time() - begun

    seconds(500)
    short, long = max(seconds(1_500), 0.01), seconds(15_000)
    assert long < 40 * short


def test_conditions_that_would_be_copied_a_thousand_times_are_listed_instead(lexicon: Lexicon) -> None:
    draft = drafted(HOSTILE["conditions for every grant"](15_000), lexicon)
    assert {len(measure["conditions"]) for measure in draft.pack["measures"]} == {1}
    assert any(one.text == "有9项管理制度" for one in draft.unread)


def test_a_sentence_too_long_to_be_read_is_listed(lexicon: Lexicon) -> None:
    draft = drafted("一、支持\n" + "对企业给予20万元奖励，" * 400 + "\n二、奖励\n给予30万元奖励。", lexicon)
    assert [measure["benefits"][0]["amount"] for measure in draft.pack["measures"]] == ["30万元"]
    assert [one.clause for one in draft.unread] == ["1"]


def test_yaml_and_pages_in_a_sentence_stay_words(lexicon: Lexicon) -> None:
    words = "对企业给予20万元奖励}]: !!python/object/apply:os.system ['x'] <script>alert(1)</script> &a *a"
    draft = drafted(f"一、支持\n{words}。", lexicon)
    assert draft.pack["measures"][0]["source"]["quote"] == words
