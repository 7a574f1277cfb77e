"""Entries offered while somebody types, best first."""

import pytest

from matcher.answers.catalogue_json import nearest_entries
from matcher.places.reader import resolve_place


def found(catalogue, name, query, limit=5):
    entries = nearest_entries(catalogue.vocabularies[name], query, limit, "zh")
    return [(entry.id, entry.how, entry.similarity) for entry in entries]


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


@pytest.mark.parametrize(
    ("name", "query", "first"),
    [
        ("regions", "合肥长", ["340121"]),
        ("regions", "安徽省合肥市长", ["340121"]),
        ("regions", "安徽合肥长", ["340121"]),
        ("regions", "深圳南", ["440305"]),
        ("regions", "广东深圳", ["440300"]),
        ("regions", "广", ["440000", "450000", "440100"]),
        ("regions", "hef", ["340100"]),
        ("concepts", "PL", ["polylactic-acid"]),
        ("concepts", "聚乳", ["polylactic-acid"]),
        ("sectors", "生物材", ["biomaterials"]),
        ("certifications", "高新", ["high-tech-enterprise"]),
    ],
)
def test_what_is_typed_half_finds_what_it_begins_first(catalogue, name, query, first):
    assert [entry for entry, _, _ in found(catalogue, name, query)][: len(first)] == first


def test_a_place_is_offered_inside_the_one_named_before_it_only(catalogue):
    entries = nearest_entries(catalogue.vocabularies["regions"], "广州朝", 20, "zh")
    assert not any(entry.how == "contains" for entry in entries)


def test_a_long_query_is_answered_at_once(catalogue):
    assert found(catalogue, "regions", "合肥" * 50) == []


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


def test_a_place_is_reported_with_what_it_lies_in_so_that_choosing_it_names_one_place(catalogue):
    regions = catalogue.vocabularies["regions"]
    for language, label in (("zh", "北京市朝阳区"), ("en", "Chaoyang, Beijing")):
        offered = {entry.id: entry.label for entry in nearest_entries(regions, "朝阳", 20, language)}
        assert offered["110105"] == label
        assert resolve_place(label, regions).codes == ("110105",)


def test_labels_follow_the_language(catalogue):
    (entry,) = nearest_entries(catalogue.vocabularies["sectors"], "biomaterials", 1, "en")
    assert entry.label == "biomaterials"
