"""The examples of measures, decided: what comes out otherwise than a careful reader wrote is a fault of its pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from rules.catalogue.catalogue import Catalogue
from rules.language.facts import Answer, Answers, FactDefinition, derive, parse_fact_value
from rules.language.grants import Grant
from rules.language.measures import STRENGTH, UNMET, Example, Measure, conjunction
from rules.language.payment import payment_of
from rules.language.reference import evaluate, evaluate_condition
from seeds.faults import Fault
from seeds.vocabulary import Vocabulary

EXAMPLE_DAY = date(2026, 6, 15)
"""Examples are decided on one day, so that what depends on years comes out as written whenever they are run."""


def answers_from(
    facts: Mapping[str, Any], known: Mapping[str, FactDefinition], vocabularies: Mapping[str, Vocabulary]
) -> dict[str, Answer]:
    """Turn plain facts, as an example writes them, into a profile's answers; who names no other place means to stay."""
    answers = {
        fact: Answer(sure=parse_fact_value(known[fact], value, vocabularies) if fact in known else (value,))
        for fact, value in facts.items()
    }
    if "region" in answers:
        answers.setdefault("target_region", answers["region"])
    return derive(answers, EXAMPLE_DAY)


def example_faults(catalogue: Catalogue, measures: Iterable[Measure] | None = None) -> list[Fault]:
    """Return a fault for each example of a catalogue, or of some measures, that comes out otherwise than it says."""
    return [
        Fault(file=f"{measure.document}.yaml", pointer=f"/{measure.id}/examples/{place}", code=code, params=params)
        for measure in (catalogue.measures.values() if measures is None else measures)
        for place, example in enumerate(measure.examples)
        for code, params in _differences(catalogue, measure, example)
    ]


def _differences(catalogue: Catalogue, measure: Measure, example: Example) -> Iterator[tuple[str, dict[str, object]]]:
    answers = answers_from(example.facts, catalogue.facts, catalogue.vocabularies)
    verdict = evaluate(measure, answers, catalogue.taxonomies).verdict
    if verdict != example.verdict:
        yield "example_verdict", {"verdict": verdict.value, "expected": example.verdict.value}
    if example.pays:
        paid = _paid(catalogue, catalogue.grants.get(measure.id, Grant()), answers)
        if paid != list(example.pays):
            yield "example_pays", {"paid": str(paid), "expected": str(list(example.pays))}


def _paid(catalogue: Catalogue, grant: Grant, answers: Answers) -> list[tuple[float | None, ...]]:
    """Return what each benefit comes to as an example writes it: from and to, () where nothing is paid."""
    payments, taxonomies = [], catalogue.taxonomies
    for item in grant.benefits:
        tiers = [
            STRENGTH[conjunction(evaluate_condition(each, answers, taxonomies).verdict for each in tier.conditions)]
            for tier in item.tiers
        ]
        payments.append(payment_of(item, tiers, answers))
    return [() if payment.standing == UNMET else (payment.low, payment.high) for payment in payments]
