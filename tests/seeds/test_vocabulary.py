"""Vocabularies: entries, every way to write them, and what a faulty file is told."""

from pathlib import Path

import pytest

from seeds.faults import SeedError
from seeds.vocabulary import Entry, build_vocabulary, fold, fold_aligned, load_vocabulary, printable

WORDS = Path(__file__).parents[2] / "seeds" / "vocabularies"
FILES = sorted(
    path.name
    for path in WORDS.glob("*.yaml")
    if path.stem not in ("drafting", "industries", "intents", "profile_fields", "word_lists", "zones")
)

GOOD = """
schema: 1
vocabulary: sectors
entries:
  - {id: drugs, zh: 医药, en: drugs, names: [制药, 药], extra: {gbt: ["27"]}}
  - {id: vaccines, zh: 疫苗, en: vaccines, names: [vaccine, 药], parents: [drugs], source: trade}
"""


@pytest.fixture
def load(tmp_path):
    def run(text: str):
        path = tmp_path / "sectors.yaml"
        path.write_text(text, "utf-8")
        return load_vocabulary(path)

    return run


def test_a_vocabulary_finds_its_entries_by_every_way_to_write_them(load):
    words = load(GOOD)
    assert words.name == "sectors"
    assert words.find("疫苗") == words.find("疫 苗") == words.find("VACCINE") == words.find("vaccines") == ("vaccines",)
    assert words.find("药") == ("drugs", "vaccines")
    assert words.find("") == words.find("没有") == ()
    assert "vaccines" in words
    assert "疫苗" not in words
    assert words.taxonomy.within("vaccines", ["drugs"])


def test_an_entry_keeps_its_labels_names_and_own_data(load):
    entry = load(GOOD)["drugs"]
    assert (entry.label("zh"), entry.label("en")) == ("医药", "drugs")
    assert entry.spellings() == ("医药", "drugs", "制药", "药")
    assert entry.extra == {"gbt": ["27"]}
    assert Entry(id="x", zh="甲", en="").label("en") == "甲"
    with pytest.raises(KeyError):
        load(GOOD)["cars"]


@pytest.mark.parametrize(
    ("text", "pointers", "message"),
    [
        ("[]", [""], "needs schema: 1 and a list of entries"),
        ("{schema: 2, entries: []}", [""], "needs schema: 1 and a list of entries"),
        ("{schema: 1, entries: {}}", [""], "needs schema: 1 and a list of entries"),
        ("{schema: 1, entries: [x]}", ["/entries/0"], "an entry must be a mapping"),
        ("{schema: 1, entries: [{id: a, zh: 甲, colour: red}]}", ["/entries/0/colour"], "unknown key 'colour'"),
        ("{schema: 1, entries: [{zh: 甲}, {id: b}]}", ["/entries/0/id", "/entries/1/zh"], "must be text and not empty"),
        ("{schema: 1, entries: [{id: 5, zh: ''}]}", ["/entries/0/id", "/entries/0/zh"], "must be text and not empty"),
        ("{schema: 1, entries: [{id: a, zh: 甲, names: 乙}]}", ["/entries/0/names"], "must be a list of texts"),
        ("{schema: 1, entries: [{id: a, zh: 甲, parents: [[b]]}]}", ["/entries/0/parents"], "must be a list of texts"),
        ("{schema: 1, vocabulary: v, entries: [{id: a, zh: 甲}, {id: a, zh: 乙}]}", ["/a"], "the id 'a' stands twice"),
        (
            "{schema: 1, vocabulary: v, entries: [{id: a, zh: 甲, parents: [b]}]}",
            [""],
            "'a' names the parent 'b', which does not exist",
        ),
        (
            "{schema: 1, vocabulary: v, entries: [{id: a, zh: 甲, parents: [a]}]}",
            [""],
            "parents form a cycle through 'a'",
        ),
    ],
)
def test_a_faulty_vocabulary_is_reported_where_and_what(load, text, pointers, message):
    with pytest.raises(SeedError) as caught:
        load(text)
    assert [fault.pointer for fault in caught.value.faults] == pointers
    assert all(message in fault.worded("en")[0] for fault in caught.value.faults)


def test_names_that_fold_alike_are_indexed_once():
    words = build_vocabulary("v", [Entry(id="pla", zh="聚乳酸", en="PLA", names=("P.L.A", "ＰＬＡ"))])
    assert dict(words.index) == {"pla": ("pla",), "聚乳酸": ("pla",)}


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_vocabulary_is_whole(name):
    words = load_vocabulary(WORDS / name)
    assert words.name == Path(name).stem
    for entry in words.entries.values():
        assert entry.zh
        assert entry.en
        assert entry.source
        assert all(fold(spelling) for spelling in entry.spellings())
        assert all(entry.id in words.find(spelling) for spelling in entry.spellings())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＰＨＡ（Ａ型）", "pha(a型)"),
        ("“首台〔套〕”", '"首台[套]"'),
        ("㎏与①", "㎏与1"),
        ("ﬁ、½", "ﬁ、½"),
        ("細胞", "細胞"),
        ("", ""),
    ],
    ids=[
        "width and case",
        "quotes and brackets",
        "one that becomes two",
        "several that would",
        "traditional",
        "nothing",
    ],
)
def test_a_text_is_folded_with_each_character_at_its_own_offset(text, folded):
    assert fold_aligned(text) == folded
    assert len(fold_aligned(text)) == len(text)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("甲" * 60, "甲" * 60), ("甲" * 61, "甲" * 60 + "…"), ("甲\x00乙\ud800", "甲\ufffd乙\ufffd"), ("a b", "a b")],
    ids=["as long as is shown", "longer", "control characters", "plain"],
)
def test_a_name_is_shown_without_what_cannot_be_shown_and_not_endlessly(name, shown):
    assert printable(name) == shown


def test_a_name_folds_without_characters_nobody_sees():
    assert fold("聚\u200b乳\x00酸") == "聚乳酸"
    assert fold("Ｐ.Ｌ—Ａ") == "pla"
