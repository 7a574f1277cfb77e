"""Entries offered while somebody types, best first."""

import pytest

from matcher.search import nearest_entries


def found(catalogue, name, query, limit=5):
    entries = nearest_entries(catalogue.vocabularies[name], query, limit, "zh")
    return [(entry["id"], entry["how"], entry["similarity"]) for entry in entries]


@pytest.mark.parametrize(
    ("name", "query", "first"),
    [
        ("sectors", "生物材料", ("biomaterials", "exact", 1.0)),
        ("concepts", "ＰＬＡ", ("polylactic-acid", "exact", 1.0)),
        ("regions", "深圳", ("440300", "exact", 1.0)),
        ("stages", "mass production", ("production", "exact", 1.0)),
    ],
)
def test_what_is_written_so_comes_first(catalogue, name, query, first):
    assert found(catalogue, name, query)[0] == first


def test_beginnings_come_before_what_only_holds_the_query_and_both_before_likeness(catalogue):
    hows = [(how, similarity) for _, how, similarity in found(catalogue, "concepts", "聚乳", 10)]
    assert hows == sorted(hows, key=lambda pair: -pair[1])
    assert hows[0] == ("contains", 0.95)


def test_a_slip_is_found_by_likeness(catalogue):
    assert ("polylactic-acid", "fuzzy", 0.6667) in found(catalogue, "concepts", "聚乳醋")


@pytest.mark.parametrize("query", ["", "  ", "、、", "（）"])
def test_nothing_typed_offers_nothing(catalogue, query):
    assert found(catalogue, "sectors", query) == []


def test_a_single_character_offers_what_begins_with_it(catalogue):
    assert all(how in ("exact", "contains") for _, how, _ in found(catalogue, "sectors", "酶"))


def test_as_many_as_asked_for_and_each_once(catalogue):
    entries = found(catalogue, "regions", "朝阳", 3)
    assert len(entries) == 3
    assert len({entry for entry, _, _ in entries}) == 3


def test_labels_follow_the_language(catalogue):
    (entry,) = nearest_entries(catalogue.vocabularies["sectors"], "biomaterials", 1, "en")
    assert entry["label"] == "biomaterials"
