"""Every example of every pack, decided by the reference evaluator and by the compiled program."""

from pathlib import Path
from typing import Any

import pytest

from rules.compiled.program import Program
from rules.language.measures import MET, STRENGTH, UNKNOWN, UNMET, MeasureVerdict, conjunction
from rules.language.payment import payment_of
from rules.language.reference import evaluate, evaluate_condition
from seeds.faults import load_yaml

HERE = Path(__file__).parent
SHIPPED = sorted((HERE.parents[1] / "rules" / "packs").glob("*.yaml"))
INVENTED = sorted((HERE / "policies" / "packs").glob("*.yaml"))
FEWEST_POLICIES = 8

VALUES = {
    MeasureVerdict.APPLICABLE: MET,
    MeasureVerdict.POSSIBLE: UNKNOWN,
    MeasureVerdict.NOT_APPLICABLE: UNMET,
}


def measures_of(path: Path) -> list[dict[str, Any]]:
    return load_yaml(path)["measures"]


MEASURES = [raw["id"] for path in (*SHIPPED, *INVENTED) for raw in measures_of(path)]


def test_every_pack_has_its_document_and_every_document_its_pack(policies):
    assert len(policies.documents) >= FEWEST_POLICIES
    assert set(policies.packs) == set(policies.documents) == {path.stem for path in INVENTED}


@pytest.mark.parametrize("measure_id", MEASURES)
def test_examples_come_out_as_written_by_both_evaluators(measure_id, every_measure, answers_from, taxonomies):
    measure = every_measure.measures[measure_id]
    place = every_measure.places[measure_id]
    for example in measure.examples:
        answers = answers_from(example.facts)
        traced = evaluate(measure, answers, taxonomies).verdict
        compiled = int(every_measure.program.decide(answers).verdicts[place])
        assert traced == example.verdict, example.facts
        assert compiled == VALUES[example.verdict], example.facts


PAYING = [raw["id"] for path in INVENTED for raw in measures_of(path) if any("pays" in one for one in raw["examples"])]


@pytest.mark.parametrize("measure_id", PAYING)
def test_examples_are_paid_what_was_worked_out_by_hand(measure_id, policies, answers_from, taxonomies):
    grant = policies.grants[measure_id]
    for example in policies.measures[measure_id].examples:
        answers = answers_from(example.facts)
        paid = [payment_of(item, values_of_tiers(item, answers, taxonomies), answers) for item in grant.benefits]
        worked_out = [pays or None for pays in example.pays]
        assert not example.pays or len(worked_out) == len(paid), example.facts
        for pays, payment in zip(worked_out, paid, strict=False):
            if pays is None:
                assert payment.standing == UNMET, example.facts
            else:
                assert (payment.low, payment.high) == pays, example.facts


def values_of_tiers(item, answers, taxonomies):
    """Decide tiers by the compiled program, and see that the traced evaluator says the same."""
    if not item.tiers:
        return []
    compiled = Program(item.tiers, taxonomies).decide(answers).verdicts.tolist()
    for tier, value in zip(item.tiers, compiled, strict=True):
        traced = conjunction(evaluate_condition(one, answers, taxonomies).verdict for one in tier.conditions)
        assert STRENGTH[traced] == value
    return compiled


@pytest.mark.parametrize("measure_id", MEASURES)
def test_an_example_shows_who_the_measure_is_for(measure_id, every_measure):
    verdicts = {example.verdict for example in every_measure.measures[measure_id].examples}
    assert MeasureVerdict.APPLICABLE in verdicts


@pytest.mark.parametrize("measure_id", MEASURES)
def test_quotes_stand_where_they_say(measure_id, every_measure, shipped, policies):
    documents = {**shipped.documents, **policies.documents}
    measure = every_measure.measures[measure_id]
    quotes = [measure.source]
    quotes += [part.cite for part in (measure.benefit, measure.window) if part is not None and part.cite is not None]
    for quote in quotes:
        document = documents[quote.document]
        clause = document.clause(quote.clause)
        assert document.text[quote.start : quote.end] == quote.quote
        assert clause.start <= quote.start < quote.end <= clause.end


def test_ids_are_unique_over_all_packs():
    assert len(MEASURES) == len(set(MEASURES))
