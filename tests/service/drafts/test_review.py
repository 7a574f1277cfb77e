"""The review of a draft: what can be done to which item, who did it, what is taken back, what stands in the way."""

import zipfile

import pytest

from rules.catalogue.content import load_written, open_catalogue
from seeds.faults import SeedError
from service.drafts.items import DOCUMENT, DRAFT, PACK, Action, Kind, ReviewError, State
from service.drafts.judging import document_faults, judge_of, missing_of, pack_faults
from service.drafts.review import Drafts
from service.drafts.revising import succeeding, write_with
from service.drafts.source import as_yaml, read_sent_draft
from service.keys import Keys, Role
from service.pages.editor.editing import LONGEST_YAML, read_text
from service.store import Store
from tests.service.drafting import sent_draft


@pytest.fixture(scope="module")
def sent(tmp_path_factory, content):
    return sent_draft(tmp_path_factory.mktemp("draft"), content.lexicon)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "data.sqlite")


@pytest.fixture
def editor(store):
    return Keys(store).add(Role.EDITOR, label="编辑甲")[0]


@pytest.fixture
def publisher(store):
    return Keys(store).add(Role.PUBLISHER, label="发布乙")[0]


@pytest.fixture
def drafts(store, clock):
    return Drafts(store, clock=clock)


@pytest.fixture
def review(drafts, sent, editor):
    """A draft that was just taken in, read again by each call of `now`."""
    return drafts.find(drafts.add(sent, "政策.txt", editor))


@pytest.fixture
def now(drafts, review):
    return lambda: drafts.find(review.id)


@pytest.fixture
def do(drafts, now):
    """A way to do something to an item as it is now."""

    def act(item, action, key, **given):
        fresh = now()
        if action is Action.UNDO:
            drafts.undo(fresh, item, key, seen=fresh.seen(item))
        else:
            drafts.do(fresh, item, action, key, seen=fresh.seen(item), **given)
        return now().items.get(item)

    return act


def test_every_measure_and_every_sentence_that_is_in_none_becomes_an_item(review):
    assert [item.body["title"] for item in review.of(Kind.MEASURE)][1] == "支持龙头企业建设中试平台"
    (sentence,) = review.of(Kind.SENTENCE)
    assert review.text[sentence.body["start"] : sentence.body["end"]] == sentence.body["text"]
    assert "300万元工作经费" in sentence.body["text"]
    assert {item.state for item in review.items.values()} == {State.OPEN}
    assert review.document_id == "yunxi-2026"


def test_what_is_done_is_kept_with_who_when_and_from_what_to_what(do, now, editor, clock):
    clock.now += 60
    body = {**now().items["m2"].body, "title": "中试平台"}
    do("m2", Action.EDIT, editor, body=body)
    upload, step = now().steps
    assert (upload.action, upload.item, upload.note) == (Action.UPLOAD, DRAFT, "政策.txt")
    assert (step.action, step.key, step.label, step.at) == (Action.EDIT, editor.id, "编辑甲", clock.now)
    assert (step.before.body["title"], step.after.body["title"]) == ("支持龙头企业建设中试平台", "中试平台")


def test_each_step_is_taken_back_on_its_own_and_taking_back_is_a_step_too(do, now, editor, publisher):
    drafted = now().items["m2"]
    do("m2", Action.EDIT, editor, body={**drafted.body, "title": "甲"})
    do("m2", Action.ACCEPT, editor)
    do("m2", Action.REJECT, publisher, note="不是申请的")
    assert do("m2", Action.UNDO, editor).state is State.ACCEPTED
    assert do("m2", Action.UNDO, editor).body["title"] == "甲"
    assert do("m2", Action.UNDO, editor) == drafted
    assert [step.action for step in now().steps].count(Action.UNDO) == 3
    with pytest.raises(ReviewError, match="nothing_to_undo"):
        do("m2", Action.UNDO, editor)


def test_whoever_saw_an_item_before_it_changed_is_told_so_and_changes_nothing(drafts, review, now, editor, publisher):
    drafts.do(review, "m1", Action.REJECT, editor, seen=0, note="重复")
    with pytest.raises(ReviewError, match="moved_on"):
        drafts.do(review, "m1", Action.ACCEPT, publisher, seen=0)
    with pytest.raises(ReviewError, match="gone"):
        drafts.do(review, "m99", Action.ACCEPT, publisher, seen=0)
    assert now().items["m1"].state is State.REJECTED
    drafts.do(review, "m2", Action.ACCEPT, publisher, seen=0)  # another item is nobody's business


@pytest.mark.parametrize(
    ("item", "action", "given", "word"),
    [
        ("m1", Action.REJECT, {"note": ""}, "no_reason"),
        ("s1", Action.ACCEPT, {}, "not_now"),
        ("m1", Action.NO_MEASURE, {}, "not_now"),
        (DOCUMENT, Action.REJECT, {"note": "x"}, "not_now"),
        ("m1", Action.CONFIRM, {}, "not_now"),
    ],
)
def test_what_makes_no_sense_of_an_item_is_refused(do, editor, item, action, given, word):
    with pytest.raises(ReviewError, match=word):
        do(item, action, editor, **given)


def test_a_rejected_measure_is_neither_edited_nor_published(do, now, editor):
    before = now().measures()
    do("m1", Action.REJECT, editor, note="重复")
    with pytest.raises(ReviewError, match="not_now"):
        do("m1", Action.EDIT, editor, body={})
    assert now().measures() == before[1:]


def test_what_one_person_alone_decided_is_known_until_another_has_checked_it(do, now, editor, publisher):
    do("m1", Action.ACCEPT, publisher)
    do("m2", Action.ACCEPT, editor)
    assert [item.id for item in now().reviewed_alone(publisher.id)] == ["m1"]
    with pytest.raises(ReviewError, match="confirmed_already"):
        do("m1", Action.CONFIRM, publisher)
    do("m1", Action.CONFIRM, editor)
    assert now().reviewed_alone(publisher.id) == []
    do("m1", Action.EDIT, publisher, body=now().items["m1"].body)  # what was checked is no longer what stands there
    do("m1", Action.ACCEPT, publisher)
    assert [item.id for item in now().reviewed_alone(publisher.id)] == ["m1"]


def test_a_sentence_is_open_again_when_the_measure_made_of_it_is_taken_back(drafts, do, now, editor):
    fresh = now()
    made = drafts.make(fresh, {**fresh.items["m1"].body, "id": "yunxi-2026-x"}, editor, sentence="s1")
    assert now().items["s1"].state is State.MADE
    assert now().items[made].body["id"] == "yunxi-2026-x"
    assert do(made, Action.UNDO, editor) is None
    assert now().items["s1"].state is State.OPEN
    drafts.make(now(), fresh.items["m1"].body, editor, sentence="s1", seen=now().seen("s1"))


# --- what is right of an item


@pytest.fixture(scope="module")
def catalogue(catalogue_file):
    return open_catalogue(catalogue_file)


def test_a_measure_is_judged_with_its_places_and_examples(review, catalogue):
    judged = judge_of(review, catalogue).measure(review.items["m3"].body)
    assert judged.faults == ()
    assert {fault.code for fault in judged.missing} == {"key_empty", "example_drafted"}
    assert [one.says for one in judged.conditions][2] == "注册资本不低于1000万元"
    for quote in (judged.source, *judged.others, *(cite for one in judged.conditions for cite in one.cites)):
        assert review.text[quote.start : quote.end] == quote.quote
    assert [one.fault for one in judged.examples] == [None] * 3
    assert all(one.drafted for one in judged.examples)


def test_what_is_wrong_of_a_measure_is_told_at_its_place(review, catalogue):
    body = {**review.items["m3"].body, "source": {"clause": "1.3", "quote": "给予五十万元奖励"}, "strenght": "grant"}
    faults = {fault.pointer: fault.code for fault in judge_of(review, catalogue).measure(body).faults}
    assert faults == {"/source": "not_in_clause", "/strenght": "unknown_key"}


def test_an_example_that_comes_out_otherwise_keeps_a_measure_from_being_accepted(review, catalogue):
    item = review.items["m2"]
    wrong = {**item.body, "title_en": "x", "examples": [{"facts": {"region": "110000"}, "verdict": "applicable"}]}
    (fault,) = missing_of(item, review, catalogue, wrong)
    assert (fault.code, fault.pointer) == ("example_verdict", "/examples/0")
    (tried,) = judge_of(review, catalogue).measure(wrong).examples
    assert tried.fault == fault


def test_metadata_are_judged_as_a_document_is(review, catalogue):
    body = review.items[DOCUMENT].body
    assert document_faults(review, body, catalogue, settled=True) == ()
    unsettled = {**body, "status": "unknown"}
    assert document_faults(review, unsettled, catalogue, settled=False) == ()
    wrong = {
        "/status": unsettled, "/region": {**body, "region": "999999"}, "/id": {**body, "id": "another"},
        "/heading": {**body, "heading": "别的题目"}, "/tittle": {**body, "tittle": "x"},
    }  # fmt: skip
    for pointer, given in wrong.items():
        assert pointer in {fault.pointer for fault in document_faults(review, given, catalogue, settled=True)}, pointer


def test_what_holds_for_all_measures_is_judged_without_them(review, catalogue):
    body = review.items[PACK].body
    assert pack_faults(review, body, catalogue) == ()
    for pointer, given in {
        "/measures": {**body, "measures": []},
        "/defaults/region": {**body, "defaults": {"region": "999999"}},
        "/windows/0": {**body, "windows": [{"cite": "每年4月1日"}]},
        "": {},
    }.items():
        found = [fault.pointer for fault in pack_faults(review, given, catalogue)]
        assert any(one.startswith(pointer) for one in found), (pointer, found)


def test_the_catalogue_written_with_a_draft_has_all_that_was_there_and_the_draft(
    do, now, editor, catalogue_file, tmp_path
):
    with pytest.raises(SeedError, match="title_en"):
        write_with(now(), catalogue_file, tmp_path / "too-early.sqlite")
    for item in now().of(Kind.MEASURE):
        read = [{"facts": one["facts"], "verdict": one["verdict"]} for one in item.body["examples"]]
        do(item.id, Action.ACCEPT, editor, body={**item.body, "title_en": "x", "examples": read})
    write_with(now(), catalogue_file, tmp_path / "with.sqlite")
    before, after = load_written(catalogue_file), load_written(tmp_path / "with.sqlite")
    assert after.documents.keys() - before.documents.keys() == {"yunxi-2026"}
    assert {name: after.packs[name] for name in before.packs} == dict(before.packs)
    assert len(open_catalogue(tmp_path / "with.sqlite").measures) == len(open_catalogue(catalogue_file).measures) + 3


# --- text that was typed


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x",
        "a: &x {b: *x}",
        "[" * 50_000,
        "{a: " * 60,
        "a: " + "x" * LONGEST_YAML,
        "a: " + "9" * 5000,
        "1: x",
        r'a: "\ud800"',
    ],
    ids=[
        "alias",
        "itself",
        "a deep list",
        "a deep mapping",
        "too long",
        "endless number",
        "a key that is no text",
        "half a character",
    ],
)
def test_text_that_cannot_be_kept_is_refused(text):
    with pytest.raises((ReviewError, SeedError)):
        read_text(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [("a: 1\na: 2", "not_yaml"), ("a: [", "not_yaml"), ("", "not_a_mapping"), ("- 1", "not_a_mapping")],
)
def test_text_that_is_no_measure_is_refused_with_its_line(text, code):
    with pytest.raises(SeedError) as refused:
        read_text(text)
    assert [fault.code for fault in refused.value.faults] == [code]


def test_text_is_taken_as_packs_are_read():
    assert read_text("on: NO\nday: 2026-01-01\nyes: true") == {"on": "NO", "day": "2026-01-01", "yes": True}


# --- the folder that `cepei draft` writes, as an archive


def archive(folder, **members):
    file = folder / "draft.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(f"yunxi-2026/{name.replace('_', '.')}", text)
    return file


def test_the_folder_of_a_draft_is_where_a_review_begins(sent, content, tmp_path):
    pack = {**sent.pack, "measures": [{**sent.pack["measures"][0], "title": "改过的题目"}]}
    members = {"text_txt": sent.text, "document_yaml": as_yaml(sent.metadata), "pack_yaml": as_yaml(pack)}
    taken = read_sent_draft(archive(tmp_path, **members), "yunxi-2026", content.lexicon)
    assert [one["title"] for one in taken.pack["measures"]] == ["改过的题目"]
    assert (taken.text, taken.metadata, taken.unread) == (sent.text, sent.metadata, sent.unread)
    del members["pack_yaml"]
    assert len(read_sent_draft(archive(tmp_path, **members), "yunxi-2026", content.lexicon).pack["measures"]) == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"document_yaml": None}, "no_draft_folder"),
        ({"text_txt": "别的文字"}, "heading_not_in_text"),
        ({"document_yaml": "id: another"}, "not_the_id"),
        ({"pack_yaml": "measures: 3"}, "must_be_list"),
        ({"pack_yaml": "a: &x [1]\nb: *x"}, "yaml_not_plain"),
        ({"text_txt": " " * (9 * 1_048_576)}, "no_draft_folder"),
    ],
    ids=["no metadata", "another text", "another id", "no measures", "aliases", "too large"],
)
def test_an_archive_that_is_no_draft_is_refused(sent, content, tmp_path, change, code):
    members = {"text_txt": sent.text, "document_yaml": as_yaml(sent.metadata), **change}
    file = archive(tmp_path, **{name: text for name, text in members.items() if text is not None})
    with pytest.raises(SeedError) as refused:
        read_sent_draft(file, "yunxi-2026", content.lexicon)
    assert code in {fault.code for fault in refused.value.faults}


def test_what_is_no_archive_is_refused(content, tmp_path):
    file = tmp_path / "draft.zip"
    file.write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(SeedError, match="cepei draft"):
        read_sent_draft(file, "yunxi-2026", content.lexicon)


def test_a_draft_that_takes_the_place_of_a_document_names_what_its_measures_were(sent):
    old = [
        {"id": "old-growth", "source": {"quote": "对首次达到规模以上的企业，给予10万元奖励"}},
        {"id": "old-other", "source": {"quote": "鼓励银行开展知识产权质押融资"}},
        {"id": "old-pilot", "source": {"quote": "支持龙头企业建设中试平台"}},
    ]
    fresh = succeeding(sent, {"document": "yunxi-draft", "measures": old})
    assert fresh.metadata["predecessor"] == "yunxi-draft"
    assert [one.get("continues") for one in fresh.pack["measures"]] == ["old-growth", "old-pilot", None]
    assert "continues" not in sent.pack["measures"][0]
