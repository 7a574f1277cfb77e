"""The lists beside the vocabularies: what is shipped names what there is, and a damaged file is told where."""

import pytest
import yaml

from rules.language.measures import Instrument
from seeds.faults import SeedError, load_yaml
from seeds.vocabulary import load_vocabulary
from seeds.word_lists import (
    FILE,
    INDUSTRIES,
    INTENTS,
    load_industries,
    load_intents,
    load_word_lists,
    word_lists,
)


def test_the_lists_name_instruments_and_stages_that_there_are():
    lists, stages = word_lists(), load_vocabulary(FILE.parent / "stages.yaml")
    assert lists.stages_of_instruments.keys() | lists.money <= set(Instrument)
    assert all(stage in stages for made_for in lists.stages_of_instruments.values() for stage in made_for)


def test_the_divisions_follow_one_another():
    numbers = [number for span in word_lists().divisions.values() for number in span]
    assert numbers == list(range(1, 98))
    assert "".join(word_lists().divisions) == "ABCDEFGHIJKLMNOPQRST"


def test_no_word_says_yes_and_no_or_nothing():
    lists = word_lists()
    assert lists.yes_cells.isdisjoint(lists.no_cells)
    assert lists.blank_cells.isdisjoint(lists.yes_cells | lists.no_cells)


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"schema": 2}, "", "needs schema: 1"),
        ({"more": []}, "/more", "unknown key"),
        ({"money": None}, "/money", "must be a list of texts"),
        ({"money": ["fund", "fund"]}, "/money", "'fund' stands twice"),
        ({"divisions": {"A": [1, 2, 3]}}, "/divisions", "the first and the last number"),
        ({"divisions": []}, "/divisions", "must be a mapping"),
        ({"not_before": {"化工": ["艺"]}}, "/not_before", "must be texts by name"),
        ({"place_types": {"市": "city"}}, "/place_types", "must be a list of texts"),
    ],
)
def test_what_is_wrong_is_reported_where(tmp_path, change, pointer, message):
    path = tmp_path / "word_lists.yaml"
    path.write_text(yaml.safe_dump({**load_yaml(FILE), **change}, allow_unicode=True), "utf-8")
    with pytest.raises(SeedError) as caught:
        load_word_lists(path)
    ((fault),) = caught.value.faults
    assert (fault.file, fault.pointer) == ("word_lists.yaml", pointer)
    assert message in fault.worded("en")[0]


def test_a_list_that_is_missing_is_reported(tmp_path):
    path = tmp_path / "word_lists.yaml"
    path.write_text("schema: 1\n", "utf-8")
    with pytest.raises(SeedError, match="/money: is missing"):
        load_word_lists(path)


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"fillers": "我们"}, "/fillers", "must be a list of texts"),
        ({"objects": {"loan": ["贷", "贷"]}}, "/objects", "'贷' stands twice"),
        ({"intents": ["缺"]}, "/intents", "must be a mapping"),
        ({"wishes": []}, "/wishes", "unknown key"),
    ],
)
def test_what_is_wrong_with_the_everyday_words_is_reported_where(tmp_path, change, pointer, message):
    path = tmp_path / "intents.yaml"
    path.write_text(yaml.safe_dump({**load_yaml(INTENTS), **change}, allow_unicode=True), "utf-8")
    with pytest.raises(SeedError) as caught:
        load_intents(path)
    ((fault),) = caught.value.faults
    assert (fault.file, fault.pointer) == ("intents.yaml", pointer)
    assert message in fault.worded("en")[0]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"schema": 2}, ""),
        ({"more": {}}, "/more"),
        ({"names": ["农业"]}, "/names"),
        ({"earlier": {"市场管理": "7295"}}, "/earlier"),
        ({"shifted": [80]}, "/shifted"),
    ],
)
def test_a_damaged_file_of_industries_is_reported_where(tmp_path, change, pointer):
    path = tmp_path / "industries.yaml"
    path.write_text(yaml.safe_dump({**load_yaml(INDUSTRIES), **change}, allow_unicode=True), "utf-8")
    with pytest.raises(SeedError) as caught:
        load_industries(path)
    assert [(fault.file, fault.pointer) for fault in caught.value.faults] == [("industries.yaml", pointer)]


def test_the_sections_hold_the_divisions_that_the_names_are_listed_under():
    letter = ""
    for code in load_yaml(INDUSTRIES)["names"]:
        letter = letter if code.isdigit() else code
        assert not code.isdigit() or int(code[:2]) in word_lists().divisions[letter], code
