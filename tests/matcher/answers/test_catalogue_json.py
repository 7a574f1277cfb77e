"""Documents, clauses, measures, entries and tables in the shape of the API."""

import msgspec
import pytest

from matcher.answers.catalogue_json import (
    describe_clause,
    describe_condition,
    describe_document,
    describe_entry,
    describe_fact,
    describe_measure_fully,
    describe_operators,
)
from matcher.answers.shapes import MeasureFull
from rules.language.labels import Labeller
from rules.language.reference import OPERATORS

LANGUAGES = ["zh", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_can_be_described_as_its_type_says(catalogue, language):
    for measure in catalogue.measures.values():
        described = describe_measure_fully(catalogue, measure, language)
        assert msgspec.json.decode(msgspec.json.encode(described), type=MeasureFull) == described
        assert described.title == (measure.title_en if language == "en" else measure.title)
        assert len(described.conditions) == len(measure.conditions)
        assert described.examples


@pytest.mark.parametrize("unit", ["项目", None])
def test_a_benefit_is_described_with_all_that_the_text_states_of_it(hand_made, unit):
    quote = "支持聚乳酸企业，按30%给予最高200万元资助"
    benefit = {"kind": "grant", "rate": "30%", "cap": "200万元", "cite": quote, **({"unit": unit} if unit else {})}
    engine = hand_made(
        f"测试政策\n一、任务\n（一）行动。\n1. {quote}。\n",
        [{"id": "grant", "source": {"clause": "1.1.1", "quote": quote}, "benefit": benefit}],
    )
    shown = describe_measure_fully(engine.catalogue, engine.catalogue.measures["grant"], "zh").benefit
    assert (shown.kind, shown.amount_cny, shown.cap_cny, shown.rate, shown.unit) == ("grant", None, 2e6, 0.3, unit)
    assert shown.cite.quote == quote


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_has_a_label_and_a_cite_that_stands_in_the_document(catalogue, language):
    labeller = Labeller(catalogue.facts, catalogue.vocabularies, language)
    for measure in catalogue.measures.values():
        for condition in measure.conditions:
            described = describe_condition(condition, labeller)
            cite = described.cite
            assert described.label.strip(), measure.id
            assert catalogue.documents[cite.document].text[cite.start : cite.end] == cite.quote


def test_a_document_is_described_with_its_text_and_every_clause_in_it(catalogue):
    for document in catalogue.documents.values():
        described = describe_document(catalogue, document, "zh")
        assert described.text == document.text
        assert described.measures > 0
        for clause in described.clauses:
            assert 0 <= clause.start < clause.end <= len(document.text)
        assert not describe_document(catalogue, document, "zh", full=False).text


def test_a_clause_lists_every_measure_that_rests_on_it(catalogue):
    for measure in catalogue.measures.values():
        document = catalogue.documents[measure.document]
        for path in measure.clauses:
            described = describe_clause(catalogue, document, path, "zh")
            assert measure.id in [resting.id for resting in described.measures]
            assert described.text == document.text[described.start : described.end]


def test_a_region_is_labelled_with_what_it_lies_in(catalogue):
    regions = catalogue.vocabularies["regions"]
    assert describe_entry(regions, "340121", "zh").label == "安徽省合肥市长丰县"
    assert "Changfeng" in describe_entry(regions, "340121", "en").label


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_and_fact_has_a_label(catalogue, language):
    for vocabulary in catalogue.vocabularies.values():
        assert all(describe_entry(vocabulary, entry, language).label for entry in vocabulary.entries)
    for fact in catalogue.facts.values():
        described = describe_fact(fact, language)
        assert described.label
        assert described.question


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operator_is_published_with_one_sentence(language):
    rows = describe_operators(language)
    assert {row.name for row in rows} == set(OPERATORS)
    assert all(row.description for row in rows)
