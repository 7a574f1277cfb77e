"""Edits of a text: what is quoted follows them, whichever are added and taken away."""

import itertools

import pytest

from rules.drafting.draft import trial_document
from seeds.faults import SeedError
from service.drafts.passages import passage_of
from service.drafts.source import newly_said
from service.drafts.texts import edited, moves
from tests.rules.drafting.documents import document_of

BASE = "云溪区若干措施\n一、支持\n（一）给予戍长企业20万元\n奖励。\n打印本页\n（二）支持戍果转化。\n"
EDITS = (
    {"drop": "打印本页"},
    {"glyph": "戍", "to": "成"},
    {"join": "奖励。"},
    {"break": "（二）支持", "before": "支持"},
)


CHOSEN = [list(some) for count in range(len(EDITS) + 1) for some in itertools.combinations(EDITS, count)]


@pytest.mark.parametrize("old", CHOSEN, ids=lambda some: "+".join(next(iter(one)) for one in some) or "none")
def test_every_place_is_found_again_after_other_edits(old):
    for new in CHOSEN:
        before, after = Plain(edited(BASE, old)), Plain(edited(BASE, new))
        where = moves(BASE, (before, old), (after, new))
        for words in ("20万元", "长企业20万元", "果转化"):
            start = before.text.index(words)
            first, last = where.moved(start, start + len(words))
            assert after.text[first:last] == words
        dropped = before.text.find("打印本页")
        if dropped >= 0:
            assert (where.moved(dropped, dropped + 4) is None) is (EDITS[0] in new)


class Plain:
    """A text as far as places are asked of it."""

    def __init__(self, text):
        self.text = text


def test_the_first_edit_that_finds_nothing_is_named():
    with pytest.raises(SeedError) as refused:
        edited(BASE, [EDITS[0], EDITS[0]])
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/edits/1", "edit_finds_nothing")]


@pytest.mark.parametrize(
    ("words", "asked", "found"),
    [
        ("给予20万元", {}, ("给予20万元", "1.1", 0)),
        ("给予 20\n万元", {}, ("给予20万元", "1.1", 0)),
        ("给予20万元", {"clause": "1.2"}, ("给予20万元", "1.1", 0)),
        ("企业", {"clause": "1.1"}, ("企业", "1.1", 1)),
        ("企业", {"clause": "1.1", "nth": 2}, ("企业", "1.1", 2)),
        ("奖励。（二）", {}, ("奖励。\n（二）", "1", 0)),
        ("企业", {}, None),
        ("企业", {"clause": "1.1", "nth": 3}, None),
        ("给予30万元", {}, None),
        (" \n", {}, None),
    ],
    ids=["once", "other spaces", "elsewhere", "first", "second", "over lines", "several clauses", "no third", "not there", "nothing"],
)  # fmt: skip
def test_words_are_found_as_they_stand_with_their_clause(words, asked, found):
    body = "一、支持\n（一）企业做强，给予20万元企业奖励。\n（二）企业上市，给予50万元。\n"
    here = passage_of(trial_document(*document_of(body)), words, **asked)
    assert (here and (here.quote, here.clause, here.nth)) == found


def test_what_an_edited_text_says_that_it_did_not_before_is_found(content):
    broken = "一、支持\n（一）对企业给予20万元奖\n励，每年不超过100万元。\n（二）对平台给予50万元补助。\n"
    old, new = document_of(broken), document_of(broken.replace("奖\n励", "奖励"))
    said = newly_said(old, new, content.lexicon)
    assert [one.text for one in said] == ["对企业给予20万元奖励，每年不超过100万元"]
    assert all(new[1][one.start : one.end] == one.text for one in said)
    assert newly_said(new, new, content.lexicon) == ()
