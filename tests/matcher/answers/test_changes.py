"""What changed between two catalogues: numbers whole, field by field, by the day, and through new names."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from matcher.answers.changes import changes_between
from matcher.answers.differences import linked_clauses, pieces
from rules.catalogue.content import Content, assemble
from seeds.documents import build_document, document_metadata
from seeds.faults import SeedError, parse_yaml
from seeds.library import load_document

POLICIES = Path(__file__).parents[2] / "rules" / "policies"
PARK = "qingping-park-2026"
ON = date(2026, 11, 10)


@pytest.fixture(scope="module")
def park(content):
    """Return a way to have the catalogue of one policy: words replaced in text and pack alike, metadata, a name."""
    shipped = load_document(POLICIES / "documents" / PARK)
    pack_text = (POLICIES / "packs" / f"{PARK}.yaml").read_text("utf-8")

    def build(words=(), name=PARK, change=lambda _: None, others=(), **metadata):
        text, pack = shipped.text, pack_text.replace(PARK, name)
        for old, new in words:
            assert old in text or old in pack
            text, pack = text.replace(old, new), pack.replace(old, new)
        known = {
            **document_metadata(shipped),
            "id": name,
            **metadata,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }
        plain = parse_yaml(pack, file="pack.yaml")
        change({measure["id"]: measure for measure in plain["measures"]})
        documents = {
            name: build_document(known, text),
            **{one.id: one for other in others for one in other.documents.values()},
        }
        packs = {name: plain, **{key: value for other in others for key, value in other.packs.items()}}
        return Content(documents=documents, vocabularies=content.vocabularies, facts=content.facts, packs=packs)

    return build


def changed(before, after, *, since=ON, on=ON, language="zh"):
    return changes_between(assemble(before), assemble(after), since=since, on=on, language=language)


def told(changes, kind, subject="measure"):
    return {one.id: one for one in changes if (one.kind, one.subject) == (kind, subject)}


def turns(change, field):
    """Return what each piece of a field was and is."""
    return [(one.before, one.after) for each in change.fields if each.field == field for one in each.pieces]


@pytest.mark.parametrize(
    ("before", "after", "turned"),
    [
        ("最高给予500万元补助", "最高给予300万元补助", [("500万元", "300万元")]),
        ("按投资额的30%给予", "按投资额的25%给予", [("30%", "25%")]),
        ("不超过1,000万元", "不超过1200万元", [("1,000万元", "1200万元")]),
        ("给予五十万元奖励", "给予三十万元奖励", [("五十万元", "三十万元")]),
        ("2025年12月31日前申报", "2026年3月31日前申报", [("2025年12月31日", "2026年3月31日")]),
        ("成立满3年、职工20人以上", "成立满5年、职工50人以上", [("3年", "5年"), ("20人", "50人")]),
        ("提高5个百分点", "提高15个百分点", [("5个百分点", "15个百分点")]),
        ("at most CNY 5,000,000", "at most CNY 3,000,000", [("5,000,000", "3,000,000")]),
        ("第一年补贴100%，第二年50%", "第一年补贴100%", [("，第二年50%", "")]),
        ("给予贷款贴息", "给予贷款贴息", []),
        ("贷款贴息", "免费使用厂房三十年", [("贷款贴息", "免费使用厂房三十年")]),
    ],
)
def test_a_number_that_changed_stands_whole_with_its_unit(before, after, turned):
    assert [(one.before, one.after) for one in pieces(before, after)] == turned


def test_only_what_is_stated_otherwise_is_told_field_by_field(park):
    changes = changed(
        park(), park([("150万元", "120万元"), ("60%", "55%"), ("11月30日", "12月15日"), ("2026-11-30", "2026-12-15")])
    )
    measures = told(changes, "changed")
    assert set(measures) == {"qp-rent", "qp-platforms"}
    rent = measures["qp-rent"]
    assert turns(rent, "benefits") == [("150万元", "120万元")] * 3
    assert turns(rent, "windows") == [("2026-11-30", "2026-12-15")]
    assert {one.field for one in rent.fields} == {"benefits", "windows"}
    platforms = measures["qp-platforms"]
    assert turns(platforms, "quote") == [("60%", "55%")]
    assert ("60%", "55%") in turns(platforms, "benefits")
    (document,) = told(changes, "changed", "document").values()
    assert [one.label for one in document.fields] == ["条款 2", "条款 3", "条款 7"]
    assert turns(document, "text") == [("150万元", "120万元"), ("60%", "55%"), ("11月30日", "12月15日")]
    english = told(changed(park(), park([("150万元", "120万元")]), language="en"), "changed")["qp-rent"]
    assert turns(english, "benefits") == [("1,500,000", "1,200,000")] * 3


def test_nothing_is_told_of_catalogues_that_state_the_same(park):
    assert changed(park(), park(), on=date(2026, 10, 1), since=date(2026, 10, 1)) == ()


def test_measures_and_conditions_come_and_go(park):
    def drop(measures):
        measures["qp-project"]["id"] = "qp-works"
        measures["qp-platforms"]["stacking"] = []
        measures["qp-rent"]["conditions"] = []
        measures["qp-rent"]["title_en"] = "Rent in the park"

    changes = changed(park(), park(change=drop))
    assert set(told(changes, "new")) == {"qp-works"}
    assert set(told(changes, "gone")) == {"qp-project"}
    rent = told(changes, "changed")["qp-rent"]
    assert {(one.field, one.after is None) for one in rent.fields} == {("title_en", False), ("conditions", True)}
    (stacking,) = (one for one in told(changes, "changed")["qp-platforms"].fields if one.field == "stacking")
    assert (stacking.before, stacking.after, stacking.pieces) == ("第三条和第六条不同时享受", None, ())


@pytest.mark.parametrize(
    ("since", "on", "told_so"),
    [
        ((2026, 4, 1), (2026, 5, 1), {}),
        ((2026, 5, 1), (2026, 5, 2), {"upcoming": "2026-06-01"}),
        ((2026, 5, 2), (2026, 5, 31), {"upcoming": "2026-06-01"}),
        ((2026, 5, 31), (2026, 6, 1), {"effective": "2026-06-01"}),
        ((2026, 6, 1), (2026, 7, 1), {}),
        ((2029, 5, 1), (2029, 6, 1), {"expired": "2029-05-31"}),
        ((2029, 6, 1), (2029, 7, 1), {}),
    ],
)
def test_what_begins_and_ends_is_told_by_the_day(park, since, on, told_so):
    changes = changed(park(), park(), since=date(*since), on=date(*on))
    assert {one.kind: one.day for one in changes if one.id == "qp-platforms"} == told_so


def test_what_closes_within_thirty_days_is_told_while_it_is_open(park):
    days = {
        on: told(changed(park(), park(), since=on, on=on), "closing")
        for on in (date(2026, 10, 31), ON, date(2026, 12, 1))
    }
    assert [[(one.id, one.day) for one in found.values()] for found in days.values()] == [
        [], [("qp-rent", "2026-11-30")], [],
    ]  # fmt: skip


ISSUED = "qingping-park-2027"


def rename(measures):
    for name, measure in measures.items():
        measure |= {"id": f"{name}-2027", "continues": name}
        measure["examples"] = [{"facts": {"region": "zone:songshan-lake"}, "verdict": "possible"}]
        measure.pop("stacking", None)  # it names the measures by the ids they had


def test_a_draft_that_is_issued_keeps_the_identity_of_its_measures(park):
    draft = park(status="draft", title="青坪科创园入园企业扶持办法（征求意见稿）")
    issued = park([("150万元", "120万元")], ISSUED, rename, predecessor=PARK)
    changes = changed(draft, issued, since=date(2026, 9, 1), on=ON)
    assert told(changes, "new") == told(changes, "gone") == told(changes, "new", "document") == {}
    measures = told(changes, "changed")
    assert {one.continues: one.id for one in measures.values()} == {
        name.removesuffix("-2027"): name for name in measures
    }
    assert turns(measures["qp-rent-2027"], "benefits") == [("150万元", "120万元")] * 3
    (document,) = told(changes, "changed", "document").values()
    assert (document.id, document.continues) == (ISSUED, PARK)
    assert [(one.before, one.after) for one in document.fields if one.field == "status"] == [("征求意见稿", "现行")]
    assert len(told(changes, "effective")) == len(measures)


def test_a_predecessor_that_stays_is_no_loss(park):
    draft = park(status="draft")
    both = park((), ISSUED, rename, others=[draft], predecessor=PARK)
    changes = changed(draft, both)
    assert told(changes, "gone") == told(changes, "new") == {}
    assert all(one.continues for one in told(changes, "changed").values())
    assert {field.field for one in told(changes, "changed").values() for field in one.fields} == {"stacking"}


def test_continues_names_a_measure_of_the_predecessor(park):
    with pytest.raises(SeedError, match="this document has none"):
        assemble(park((), ISSUED, rename))
    draft = park(status="draft")
    wrong = park(
        (),
        ISSUED,
        lambda all_: (rename(all_), all_["qp-rent"].update(continues="qp-lease")),
        others=[draft],
        predecessor=PARK,
    )
    with pytest.raises(SeedError, match="there is no measure 'qp-lease'"):
        assemble(wrong)
    with pytest.raises(SeedError, match="/predecessor"):
        park((), ISSUED, rename, predecessor=ISSUED)


def test_clauses_are_linked_by_their_words_then_their_number_then_their_likeness(park):
    (before,) = park().documents.values()
    lines = before.text.strip().replace("30万元", "40万元").split("\n")
    del lines[3]
    numbers = "一二三四五六七八"
    moved = "\n".join(
        f"第{numbers[place - 1]}条 {line.partition(' ')[2]}" if place else line for place, line in enumerate(lines)
    )
    moved += "\n第九条 本办法由青坪科创园管理委员会办公室负责解释。"
    after = build_document({**document_metadata(before), "sha256": hashlib.sha256(moved.encode()).hexdigest()}, moved)
    links = [(one.before, one.after) for one in linked_clauses(before, after)]
    assert links == [
        ("0", "0"), ("1", "1"), ("2", "2"), ("4", "3"), ("5", "4"), ("6", "5"), ("7", "6"), ("8", "7"), ("9", "8"),
        (None, "9"), ("3", None),
    ]  # fmt: skip
    changed_words = [one.after for one in linked_clauses(before, after) if one.text_before != one.text_after]
    assert changed_words == ["3", "9", None], "another number before a clause changes nothing in it"
