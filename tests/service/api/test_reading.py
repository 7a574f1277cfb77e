"""The reading calls: measures, documents, vocabularies and tables, filtered, paged, in two languages."""

import re
from urllib.parse import quote

import pytest

from matcher.answers import shapes as answers
from matcher.ranking.ranking import WEIGHTS
from service.api.public import describe_features
from service.shapes import published


def listed(server, **query):
    path = "/v1/measures?" + "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
    return server.get(path).json


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/v1/measures?per_page=100", published.Measures),
        ("/v1/measures?region=%E5%90%88%E8%82%A5", published.Measures),
        ("/v1/documents", published.Documents),
        ("/v1/documents?detail=brief", published.Documents),
        ("/v1/documents/gd-biomanufacturing-2025", answers.DocumentFull),
        ("/v1/documents/gd-biomanufacturing-2025/clauses/2.3.2", answers.ClauseFull),
        ("/v1/vocabularies/sectors", published.VocabularyAnswer),
        ("/v1/vocabularies/concepts?q=PLA", published.VocabularyAnswer),
        ("/v1/vocabularies/facts", published.VocabularyAnswer),
        ("/v1/features", published.Features),
        ("/v1/operators", published.Operators),
        ("/healthz", published.Health),
        ("/readyz", published.Readiness),
    ],
)
def test_an_answer_has_exactly_the_fields_that_are_published(server, path, schema, strictly):
    for language in ("zh", "en"):
        assert strictly(schema, server.get(path, Accept_Language=language).json) == []


def test_pages_together_hold_every_measure_once(server):
    first = listed(server, per_page=50)
    ids = [m["id"] for page in range(1, first["pages"] + 1) for m in listed(server, per_page=50, page=page)["items"]]
    assert len(ids) == first["total"]
    assert ids == sorted(set(ids))
    assert listed(server, page=9999)["items"] == []


def test_every_measure_can_be_read_and_quotes_its_document(server):
    text = {d["id"]: d["text"] for d in server.get("/v1/documents").json["items"]}
    for page in range(1, listed(server, per_page=100)["pages"] + 1):
        for measure in listed(server, per_page=100, page=page)["items"]:
            for passage in (measure["source"], *(condition["cite"] for condition in measure["conditions"])):
                assert text[passage["document"]][passage["start"] : passage["end"]] == passage["quote"]
    assert server.get(f"/v1/measures/{measure['id']}").json["source"] == measure["source"]


def test_words_of_two_chinese_characters_are_found_in_the_text(server):
    found = listed(server, q="中试", per_page=100)
    assert found["total"] > 0
    for measure in found["items"]:
        clause = server.get(f"/v1/documents/{measure['source']['document']}/clauses/{measure['source']['clause']}").json
        words = clause["text"].replace("\n", "") + measure["title"] + measure["document"]["title"]
        assert "中试" in words or "pilot" in (measure["instrument"], *measure["also"])


@pytest.mark.parametrize("query", ["首台套", "標誌性", "PLA", "pilot"])
def test_words_are_found_in_other_writings(server, query):
    assert listed(server, q=query)["total"] > 0


def test_the_answer_says_which_word_found_nothing_and_lists_titles_first(server):
    found = listed(server, q="平台 中试", per_page=100)
    assert [one["word"] for one in found["words"]] == ["平台", "中试"]
    assert all(one["found"] >= found["total"] > 0 for one in found["words"])
    titled = [sum(word in measure["title"] for word in ("平台", "中试")) for measure in found["items"]]
    assert titled == sorted(titled, reverse=True)
    nothing = listed(server, q="中试 量子酿酒")
    assert nothing["total"] == 0
    assert {one["word"]: one["found"] > 0 for one in nothing["words"]} == {"中试": True, "量子酿酒": False}
    assert listed(server)["words"] == []


@pytest.mark.parametrize("query", ["2.5.3", "二（五）3", "粤办函〔2025〕6号"])
def test_numbers_of_clauses_and_documents_are_found(server, query):
    found = listed(server, q=query, per_page=100)
    assert {measure["document"]["id"] for measure in found["items"]} >= {"gd-biomanufacturing-2025"}


def test_filters_must_all_hold(server):
    some = listed(server, document="gd-biomanufacturing-2025", status="in_force", per_page=100)
    assert some["total"] > 0
    assert {m["source"]["document"] for m in some["items"]} == {"gd-biomanufacturing-2025"}
    assert listed(server, document="gd-biomanufacturing-2025", status="draft")["total"] == 0
    instrument = some["items"][0]["instrument"]
    assert all(instrument in (m["instrument"], *m["also"]) for m in listed(server, instrument=instrument)["items"])
    assert listed(server, document="nothing-of-the-kind")["total"] == 0


def test_supports_and_directions_are_listed_apart_and_are_all_there_is(server):
    found = {kind: listed(server, kind=kind, per_page=100) for kind in ("support", "direction")}
    assert sum(page["total"] for page in found.values()) == listed(server)["total"]
    for kind, page in found.items():
        assert page["total"] > 0
        assert {m["kind"] for m in page["items"]} == {kind}
    assert listed(server, kind="direction", instrument="first_equipment")["total"] == 0


def test_a_place_filters_by_what_a_company_there_may_reach(server):
    there = listed(server, region="广东省深圳市", per_page=100)
    assert there["region"]["value"] == "440300"
    assert {m["document"]["region"] for m in there["items"]} == {"440000"}
    assert listed(server, region="成都")["total"] <= sum(1 for m in there["items"] if m["conditions"])


def test_a_place_nobody_knows_lists_nothing_and_says_so(server):
    nowhere = listed(server, region="亚特兰蒂斯")
    assert nowhere["total"] == 0
    assert nowhere["region"]["value"] is None


def test_documents_come_whole_or_brief(server):
    whole, brief = server.get("/v1/documents").json, server.get("/v1/documents?detail=brief").json
    assert [d["id"] for d in whole["items"]] == [d["id"] for d in brief["items"]]
    assert all(d["text"] and d["clauses"] for d in whole["items"])
    assert not any({"text", "clauses"} & set(d) for d in brief["items"])


def test_a_clause_is_a_span_of_its_document_and_names_its_measures(server):
    document = server.get("/v1/documents/gd-biomanufacturing-2025").json
    clause = server.get("/v1/documents/gd-biomanufacturing-2025/clauses/2.3.2").json
    assert clause["text"] == document["text"][clause["start"] : clause["end"]]
    assert clause["measures"]


@pytest.mark.parametrize("name", ["regions", "sectors", "concepts", "stages", "instruments", "facts"])
def test_a_vocabulary_lists_its_entries_and_finds_the_nearest(server, name):
    everything = server.get(f"/v1/vocabularies/{name}?per_page=5000").json
    assert everything["total"] == len(everything["items"]) > 0
    sought = everything["items"][0]
    nearest = server.get(f"/v1/vocabularies/{name}?q={quote(sought['label'])}").json["items"]
    assert sought["id"] in {entry["id"] for entry in nearest}
    assert all(0 < entry["similarity"] <= 1 for entry in nearest)


def test_the_weights_add_up_to_one(server):
    assert sum(feature["weight"] for feature in server.get("/v1/features").json["items"]) == pytest.approx(1)


def test_what_everyone_gets_alike_can_be_asked_for_conditionally(server):
    first = server.get("/v1/documents/gd-biomanufacturing-2025")
    again = server.get("/v1/documents/gd-biomanufacturing-2025", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert server.get("/v1/documents/gd-biomanufacturing-2025", If_None_Match='"other"').status == 200


def test_the_table_of_features_is_the_table_of_weights():
    zh, en = describe_features("zh"), describe_features("en")
    assert [row.name for row in zh] == [row.name for row in en] == [weight.name for weight in WEIGHTS]
    words = ("label", "description", "reason")
    assert all(
        "\u4e00" <= getattr(row, word)[0] <= "\u9fff" or getattr(row, word)[0] == "“" for row in zh for word in words
    )
    assert not any(re.search("[A-Za-z]", getattr(row, word)) for row in zh for word in words)
    assert all(getattr(row, word).isascii() and "_" not in row.label for row in en for word in words)
