"""A whole document as a draft pack: it loads, says what holds for all, and lists what stayed unread."""

import pytest

from rules.drafting.draft import draft_pack, trial_document
from rules.language.pack import parse_pack
from tests.rules.drafting.documents import MEASURES, document_of

BODY = f"""{MEASURES}（二）企业5年内不得迁出本区，违反的追回资金。
（三）各街道负责做好宣传工作。
（四）本措施自2026年1月1日起施行。"""


@pytest.fixture(scope="module")
def document():
    return trial_document(*document_of(BODY))


@pytest.fixture(scope="module")
def draft(document, lexicon):
    return draft_pack(document, lexicon)


def test_a_draft_loads_as_a_draft(draft, document, lexicon):
    pack = parse_pack(
        draft.pack, file=f"{document.id}.yaml", documents={document.id: document}, lexicon=lexicon, is_draft=True
    )
    assert [measure.source.clause for measure in pack.measures] == ["1.1", "1.2", "1.3"]
    assert [measure.kind.value for measure in pack.measures] == ["support", "support", "support"]
    assert pack.measures[1].instrument.value == "pilot"


def test_measures_are_found_with_what_they_give_and_ask(draft):
    first, _, third = draft.pack["measures"]
    assert first["benefits"][0]["amount"] == "20万元"
    assert {
        "fact": "registered_capital_cny",
        "at_least": "1000万元",
        "cite": "注册资本不低于1000万元",
        "clause": "1.3.1",
    } in (third["conditions"])


def test_what_holds_for_all_stands_once(draft):
    pack = draft.pack
    assert [rule["rule"] for rule in pack["stacking"]] == ["exclusive"]
    assert (pack["windows"][0]["opens"], pack["windows"][0]["closes"], pack["windows"][0]["yearly"]) == (
        "04-01",
        "05-31",
        True,
    )
    assert {paper["id"] for paper in pack["materials"]} == {"business-licence", "audit-report", "commitment-letter"}
    assert [channel["by"] for channel in pack["channels"]] == ["online"]
    assert {term["kind"] for term in pack["terms"]} == {"no_relocation", "clawback"}
    assert pack["definitions"][0]["term"] == "企业"


def test_headings_and_duties_of_offices_are_no_measures(draft):
    quotes = [measure["source"]["quote"] for measure in draft.pack["measures"]]
    assert not any("支持做强" in quote or "街道" in quote or "施行" in quote for quote in quotes)


def test_sentences_are_counted(draft):
    assert draft.read == draft.sentences - len(draft.unread)


def test_a_place_that_is_not_known_is_not_assumed(lexicon):
    metadata, text = document_of(BODY, region="unknown", status="unknown")
    assert draft_pack(trial_document(metadata, text), lexicon).pack["defaults"] == {}


def test_what_does_not_load_is_taken_out_and_listed(lexicon):
    metadata, text = document_of("一、支持\n（一）给予20万元奖励，期限连续1000年。\n（二）给予30万元奖励。")
    document = trial_document(metadata, text)
    draft = draft_pack(document, lexicon)
    assert any(
        measure["benefits"][0].get("amount") == "30万元" for measure in draft.pack["measures"] if "benefits" in measure
    )


def test_the_same_document_gives_the_same_draft(document, lexicon, draft):
    assert draft_pack(document, lexicon).pack == draft.pack
