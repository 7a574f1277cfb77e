"""Measures, documents, clauses, entries and tables as plain dictionaries in the shape of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matcher.features import WEIGHTS
from rules.catalogue import Catalogue
from rules.conditions import Condition, Leaf, Quote, leaves
from rules.drafting import Drafter
from rules.facts import FactDefinition
from rules.measures import Benefit, Measure
from rules.operators import DESCRIPTIONS
from seeds.documents import Document
from seeds.regions import region_label
from seeds.vocabulary import Vocabulary

Json = dict[str, Any]


def describe_quote(quote: Quote) -> Json:
    """Return a checked quote: document, clause, words, offsets."""
    return {
        "document": quote.document,
        "clause": quote.clause,
        "quote": quote.quote,
        "start": quote.start,
        "end": quote.end,
    }


def describe_measure(catalogue: Catalogue, measure: Measure, language: str) -> Json:
    """Return a measure with its document, source, departments and benefit."""
    document = catalogue.documents[measure.document]
    departments = document.clause(measure.source.clause).departments
    return {
        "id": measure.id,
        "title": measure.title_en if language == "en" else measure.title,
        "instrument": measure.instrument.value,
        "instrument_label": catalogue.vocabularies["instruments"][measure.instrument].label(language),
        "also": [instrument.value for instrument in measure.also],
        "strength": measure.strength.value,
        "document": describe_document_briefly(document),
        "source": describe_quote(measure.source),
        "departments": [{"name": department.name, "lead": department.lead} for department in departments],
        "benefit": _describe_benefit(measure.benefit),
    }


def describe_measure_fully(catalogue: Catalogue, measure: Measure, language: str) -> Json:
    """Return a measure with its conditions, context and examples too."""
    drafter = Drafter(catalogue.facts, catalogue.vocabularies, language)
    return {
        **describe_measure(catalogue, measure, language),
        "attracts": measure.attracts,
        "conditions": [describe_condition(condition, drafter) for condition in measure.conditions],
        "context": list(measure.context),
        "excludes": list(measure.excludes),
        "supersedes": list(measure.supersedes),
        "window": measure.window
        and {
            "opens": _day(measure.window.opens),
            "closes": _day(measure.window.closes),
            "cite": describe_quote(measure.window.cite),
        },
        "examples": [{"facts": dict(example.facts), "verdict": example.verdict.value} for example in measure.examples],
    }


def describe_condition(condition: Condition, drafter: Drafter) -> Json:
    """Return what a condition asks, without a profile."""
    first = next(leaves(condition))
    described: Json = {
        "fact": fact_of(condition),
        "operator": condition.test.operator if isinstance(condition, Leaf) else condition.combination.value,
        "label": drafter.label(condition),
        "expected": plain(condition.test.expected) if isinstance(condition, Leaf) else None,
        "open": bool(first.test.scope) if isinstance(condition, Leaf) else False,
        "cite": describe_quote(first.cite),
    }
    if not isinstance(condition, Leaf):
        described["parts"] = [describe_condition(part, drafter) for part in condition.parts]
    return described


def fact_of(condition: Condition) -> str:
    """Return the fact a condition reads; for a group, the first of them."""
    return next(leaves(condition)).test.fact


def plain(values: tuple[Any, ...]) -> list[Any]:
    """Return fact values as JSON values: dates as text, whole numbers without a point."""
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any fact value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if isinstance(value, str) else value


def describe_document_briefly(document: Document) -> Json:
    """Return what every measure says of its document."""
    return {
        "id": document.id, "title": document.title, "number": document.number, "status": document.status.value,
        "issued_on": _day(document.issued_on), "region": document.region,
    }  # fmt: skip


def describe_document(catalogue: Catalogue, document: Document, language: str, *, full: bool = True) -> Json:
    """Return a document's metadata and, when `full`, its text and clauses."""
    described: Json = {
        **describe_document_briefly(document),
        "issuers": list(document.issuers),
        "region_label": catalogue.vocabularies["regions"][document.region].label(language),
        **{
            name: _day(getattr(document, name))
            for name in ("written_on", "published_on", "effective_from", "valid_to", "checked_on")
        },
        "source_url": document.source_url,
        "sha256": document.sha256,
        "measures": sum(1 for measure in catalogue.measures.values() if measure.document == document.id),
    }
    if full:
        described["text"] = document.text
        described["remarks"] = [
            {"text": r.text, "clause": r.clause, "start": r.start, "end": r.end} for r in document.remarks
        ]
        described["clauses"] = [_describe_clause_briefly(clause) for clause in document.clauses]
    return described


def describe_clause(catalogue: Catalogue, document: Document, path: str, language: str) -> Json:
    """Return one clause with its text and the measures that rest on it."""
    clause = document.clause(path)
    resting = [m for m in catalogue.measures.values() if m.document == document.id and path in m.clauses]
    return {
        "document": document.id,
        **_describe_clause_briefly(clause),
        "text": document.text[clause.start : clause.end],
        "measures": [
            {"id": m.id, "title": m.title_en if language == "en" else m.title, "source": describe_quote(m.source)}
            for m in resting
        ],
    }


def describe_entry(vocabulary: Vocabulary, entry_id: str, language: str) -> Json:
    """Return a vocabulary entry."""
    entry = vocabulary[entry_id]
    is_region = vocabulary.name == "regions"
    label = region_label(vocabulary, entry_id, language) if is_region else entry.label(language)
    return {
        "id": entry.id, "label": label, "zh": entry.zh, "en": entry.en, "names": list(entry.names), "kind": entry.kind,
        "parents": list(entry.parents), "sectors": list(entry.sectors), "instruments": list(entry.instruments),
        "source": entry.source, "extra": dict(entry.extra),
    }  # fmt: skip


def describe_fact(fact: FactDefinition, language: str) -> Json:
    """Return a published fact with its type, unit and question."""
    return {
        "id": fact.id, "label": fact.label(language), "type": fact.type.value,
        "unit": fact.unit_en if language == "en" else fact.unit, "vocabulary": fact.vocabulary or None,
        "field": fact.field, "question": fact.question(language), "changeable": fact.changeable,
    }  # fmt: skip


def describe_features(language: str) -> list[Json]:
    """Return the published table of ranking features."""
    if language == "en":
        texts = [(w.name.replace("_", " "), w.description, w.reason) for w in WEIGHTS]
    else:
        texts = [(w.zh, w.claim_zh, w.reason_zh) for w in WEIGHTS]
    return [
        {"name": w.name, "label": label, "weight": w.weight, "description": description, "reason": reason}
        for w, (label, description, reason) in zip(WEIGHTS, texts, strict=True)
    ]


def describe_operators(language: str) -> list[Json]:
    """Return the published table of operators."""
    column = 1 if language == "en" else 0
    return [{"name": name, "description": texts[column]} for name, texts in DESCRIPTIONS.items()]


def _describe_clause_briefly(clause: Any) -> Json:  # noqa: ANN401 - seeds.outline.Clause with departments
    return {
        "path": clause.path, "heading": clause.heading, "start": clause.start, "end": clause.end,
        "departments": [{"name": department.name, "lead": department.lead} for department in clause.departments],
    }  # fmt: skip


def _describe_benefit(benefit: Benefit | None) -> Json | None:
    if benefit is None:
        return None
    stated: Mapping[str, Any] = {
        "amount_cny": benefit.amount_cny,
        "cap_cny": benefit.cap_cny,
        "rate": benefit.rate,
        "unit": benefit.unit or None,
        "cite": benefit.cite and describe_quote(benefit.cite),
    }
    return {"kind": benefit.kind, **{key: value for key, value in stated.items() if value is not None}}


def _day(day: Any) -> str | None:  # noqa: ANN401 - a date or None
    return day.isoformat() if day else None
