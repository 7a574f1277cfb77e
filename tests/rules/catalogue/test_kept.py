"""The compiled part of a catalogue file: what is mapped is what was compiled, and nothing that was changed is mapped."""

import hashlib
import pickle
import shutil
import sqlite3
import string
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.ranking.compiling import compile_catalogue
from rules.catalogue import content as contents
from rules.catalogue import mapped
from rules.catalogue.catalogue import CatalogueError
from rules.catalogue.content import Content, assemble, load_written, open_catalogue, write_catalogue
from rules.language.flat import Kept, Lazy, Postings, Records
from rules.language.pack import load_pack
from seeds.documents import build_document, document_metadata
from seeds.faults import SeedError
from seeds.library import load_documents
from seeds.vocabulary import build_vocabulary

POLICIES = Path(__file__).parents[1] / "policies"


@pytest.fixture
def copied(catalogue_file, tmp_path) -> Path:
    return Path(shutil.copy(catalogue_file, tmp_path / "copy.sqlite"))


@pytest.fixture(scope="module")
def granting(content) -> Content:
    """The invented policies, whose packs state benefits, tiers, days and what was received before."""
    documents = {one.id: one for one in load_documents(POLICIES / "documents")}
    packs = {path.stem: load_pack(path, documents, content.lexicon).raw for path in (POLICIES / "packs").glob("*.yaml")}
    return replace(content, documents=documents, packs=packs)


def nothing(_catalogue):
    return {"numbers": np.arange(3)}


def test_whatever_policies_state_is_read_as_it_was_written(granting, tmp_path):
    made = assemble(granting)
    write_catalogue(granting, tmp_path / "kept.sqlite", nothing)
    kept = open_catalogue(tmp_path / "kept.sqlite")
    assert kept.compiled["matching"]["numbers"].tolist() == [0, 1, 2]
    assert kept.measures == made.measures
    assert kept.grants == made.grants != {}
    assert kept.documents == made.documents
    assert kept.texts == made.texts
    assert kept.facts == made.facts
    assert (kept.version, kept.manual_facts) == (made.version, made.manual_facts)
    replaced = {old for one in made.measures.values() for old in one.supersedes}
    assert {old: kept.superseding(old) for old in replaced} == {old: made.superseding(old) for old in replaced}
    assert [kept.place_of(name) for name in made.measures] == list(range(len(made.measures)))
    assert list(kept.in_order) == list(made.in_order)
    assert pickle.loads(pickle.dumps(kept)).measures == made.measures
    assert pickle.loads(pickle.dumps(kept.unmapped())).grants == made.grants


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("mapped_from", [0, 64 << 20])
def test_a_file_with_one_bit_changed_is_refused(copied, share, mapped_from, monkeypatch):
    monkeypatch.setattr(mapped, "_MAPPED_FROM", mapped_from)
    content = bytearray(copied.read_bytes())
    assert open_catalogue(copied).compiled
    content[int(len(content) * share)] ^= 1
    copied.write_bytes(content)
    with pytest.raises(CatalogueError, match=r"digest.*run `cepei build` again"):
        open_catalogue(copied)


def test_what_another_version_of_the_program_compiled_is_compiled_anew(copied, catalogue_file, monkeypatch):
    monkeypatch.setattr(contents, "engine_version", lambda: "0123456789abcdef")
    anew = open_catalogue(copied)
    assert anew.compiled is None
    monkeypatch.undo()
    kept = open_catalogue(catalogue_file)
    assert kept.compiled is not None
    assert anew.version == kept.version
    assert anew.measures == kept.measures


def test_a_file_that_lost_its_compiled_part_is_compiled_anew(copied):
    with closing(sqlite3.connect(copied)) as connection:
        connection.execute("VACUUM")
    opened = open_catalogue(copied)
    assert opened.compiled is None
    assert len(opened.measures) > 200


def test_another_process_is_not_given_another_edition_for_the_one_that_was_mapped(copied):
    sent = pickle.dumps(open_catalogue(copied))
    copied.unlink()
    with pytest.raises(CatalogueError, match="no longer holds"):
        pickle.loads(sent)


def test_what_has_not_changed_is_taken_over_and_what_has_is_checked(copied, tmp_path):
    held = load_written(copied)
    assert assemble(held).measures == open_catalogue(copied).measures
    name = next(iter(held.packs))
    first, *others = held.packs[name]["measures"]
    renamed = {**held.packs[name], "measures": [{**first, "title": "另一个名称"}, *others]}
    written = replace(held, packs={**held.packs, name: renamed})
    assert assemble(written).measures[first["id"]].title == "另一个名称"
    assert assemble(written).version != assemble(held).version
    wrong = {**renamed, "measures": [{**first, "source": {**first["source"], "quote": "文件里没有的话"}}, *others]}
    with pytest.raises(SeedError, match="文件里没有的话"):
        write_catalogue(replace(held, packs={**held.packs, name: wrong}), tmp_path / "wrong.sqlite")


@pytest.fixture(scope="module")
def written(granting, tmp_path_factory) -> Content:
    """The invented policies as a file holds them, but for one, so that it can be added."""
    file = tmp_path_factory.mktemp("written") / "kept.sqlite"
    packs = {name: pack for name, pack in granting.packs.items() if name != ADDED}
    documents = {name: one for name, one in granting.documents.items() if name != ADDED}
    write_catalogue(replace(granting, documents=documents, packs=packs), file, compile_catalogue)
    return load_written(file)


CHANGED, ADDED = "songhe-rd-2026", "haiyu-trade-2026"


def retitled(held: Content, _granting: Content) -> Content:
    first, *others = held.packs[CHANGED]["measures"]
    pack = {**held.packs[CHANGED], "measures": [{**first, "title": "另一个名称"}, *others]}
    return replace(held, packs={**held.packs, CHANGED: pack})


def longer(held: Content, _granting: Content) -> Content:
    document = held.documents[CHANGED]
    text = document.text + "\n第九十九条 支持生物制造企业开展技术攻关。\n"
    changed = build_document({**document_metadata(document), "sha256": hashlib.sha256(text.encode()).hexdigest()}, text)
    return replace(held, documents={**held.documents, CHANGED: changed})


def fewer_measures(held: Content, _granting: Content) -> Content:
    pack = {**held.packs[CHANGED], "measures": held.packs[CHANGED]["measures"][1:]}
    return replace(held, packs={**held.packs, CHANGED: pack})


def of_another_field(held: Content, _granting: Content) -> Content:
    sectors = [name for name, one in held.vocabularies["sectors"].entries.items() if not one.parents][:3]
    pack = {**held.packs[CHANGED], "defaults": {**held.packs[CHANGED].get("defaults", {}), "sector": sectors}}
    return replace(held, packs={**held.packs, CHANGED: pack})


def added(held: Content, granting: Content) -> Content:
    first = {ADDED: granting.documents[ADDED]}  # before all others, so that whatever is numbered is numbered anew
    return replace(held, documents=first | held.documents, packs={ADDED: granting.packs[ADDED]} | held.packs)


def removed(held: Content, _granting: Content) -> Content:
    documents = {name: one for name, one in held.documents.items() if name != CHANGED}
    return replace(held, documents=documents, packs={name: one for name, one in held.packs.items() if name != CHANGED})


def in_other_words(held: Content, _granting: Content) -> Content:
    concepts = held.vocabularies["concepts"]
    entries = [replace(one, names=(*one.names, "技术攻关")) for one in concepts.entries.values()]
    return replace(held, vocabularies={**held.vocabularies, "concepts": build_vocabulary("concepts", entries)})


@pytest.mark.parametrize("change", [retitled, longer, fewer_measures, of_another_field, added, removed, in_other_words])
def test_what_is_taken_over_is_written_byte_for_byte_as_from_nothing(change, written, granting, tmp_path):
    content = change(written, granting)
    same = written.packs.keys() - (set() if change is added else {CHANGED})
    assert assemble(content).unchanged.packs == (set() if change is in_other_words else same)
    write_catalogue(content, tmp_path / "beside.sqlite", compile_catalogue)
    write_catalogue(replace(content, held=None), tmp_path / "anew.sqlite", compile_catalogue)
    assert (tmp_path / "beside.sqlite").read_bytes() == (tmp_path / "anew.sqlite").read_bytes()


lists = st.dictionaries(
    st.text(max_size=3), st.lists(st.integers(0, 99), unique=True, max_size=5).map(sorted), max_size=5
)


@given(lists, st.lists(st.binary(max_size=5), max_size=5))
def test_lists_and_pieces_are_read_as_they_were_joined(lists, pieces):
    postings, records = Postings.of(lists), Records.of(pieces)
    assert {key: postings[key].tolist() for key in lists} == lists
    assert [postings.count(key) for key in lists] == [len(each) for each in lists.values()]
    assert postings["no such key"].tolist() == []
    assert [records[place] for place in range(len(records))] == pieces


@given(st.sets(st.text(string.ascii_lowercase, min_size=1, max_size=3)), st.text(string.ascii_lowercase, max_size=3))
def test_an_id_is_found_where_it_stands_and_no_other_is(ids, asked):
    ordered = sorted(ids)
    lazy = Lazy[str](Records.of(name.encode() for name in ordered), lambda place: ordered[place].upper(), most=2)
    assert dict(lazy) == {name: name.upper() for name in ordered}
    assert (asked in lazy) == (asked in ids)
    assert lazy.get(asked) == (asked.upper() if asked in ids else None)


def test_what_is_remembered_has_a_bound():
    kept = Kept[int, str](100)
    for number in range(50):
        kept.keep(number, "x", 10)
        assert sum(26 for _ in kept) <= 126
    assert kept.get(49) == "x"
