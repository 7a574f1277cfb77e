"""The reference evaluator: every condition with its reason, nothing skipped."""

import pytest

from rules.language.facts import Answer
from rules.language.measures import (
    Combination,
    Group,
    Leaf,
    Verdict,
    Why,
)
from rules.language.measures import Test as Asked
from rules.language.reference import evaluate_condition
from seeds.documents import Quote
from seeds.vocabulary import Taxonomy

CITE = Quote(document="d", clause="1", quote="企业", start=0, end=2)


def number(bound: float, operator: str = "at_least") -> Leaf:
    return Leaf(test=Asked(fact="employees", operator=operator, expected=(bound,)), cite=CITE)


MANUAL = Leaf(test=Asked(fact="m.eligible", operator="manual", expected=(True,)), cite=CITE, text="符合条件")
FIVE = {"employees": Answer(sure=(5.0,))}


def group(combination: Combination, *parts) -> Group:
    return Group(combination=combination, parts=parts)


def test_a_leaf_keeps_what_was_answered_and_how_much_is_missing():
    trace = evaluate_condition(number(8), FIVE, {})
    assert (trace.verdict, trace.why, trace.gap, trace.answer) == (Verdict.UNMET, None, 3.0, FIVE["employees"])


def test_a_gap_is_reported_of_an_unmet_condition_only():
    assert evaluate_condition(number(3), FIVE, {}).gap is None
    assert evaluate_condition(number(3), {}, {}).gap is None


@pytest.mark.parametrize(
    ("condition", "answers", "verdict", "why"),
    [
        (group(Combination.ALL, number(8), MANUAL), FIVE, Verdict.UNMET, None),
        (group(Combination.ALL, number(3), MANUAL), FIVE, Verdict.UNKNOWN, Why.MANUAL),
        (group(Combination.ALL, MANUAL, number(3)), {}, Verdict.UNKNOWN, Why.MANUAL),
        (group(Combination.ALL, number(3), MANUAL), {}, Verdict.UNKNOWN, Why.FACT_MISSING),
        (group(Combination.ANY, number(8), MANUAL), FIVE, Verdict.UNKNOWN, Why.MANUAL),
        (group(Combination.ANY, number(3), MANUAL), FIVE, Verdict.MET, None),
        (group(Combination.ANY, number(8), number(9)), FIVE, Verdict.UNMET, None),
        (group(Combination.NOT, number(8)), FIVE, Verdict.MET, None),
        (group(Combination.NOT, number(3)), FIVE, Verdict.UNMET, None),
        (group(Combination.NOT, MANUAL), FIVE, Verdict.UNKNOWN, Why.MANUAL),
        (group(Combination.NOT, group(Combination.ANY, number(8), MANUAL)), FIVE, Verdict.UNKNOWN, Why.MANUAL),
    ],
)
def test_a_group_takes_the_reason_of_its_first_unknown_part(condition, answers, verdict, why):
    trace = evaluate_condition(condition, answers, {})
    assert (trace.verdict, trace.why) == (verdict, why)
    assert [part.condition for part in trace.parts] == list(condition.parts)


def test_nothing_is_skipped_once_the_verdict_is_clear():
    trace = evaluate_condition(group(Combination.ALL, number(8), number(9), number(2)), FIVE, {})
    assert [part.gap for part in trace.parts] == [3.0, 4.0, None]


PLACES = {"region": Taxonomy({"anhui": (), "hefei": ("anhui",), "suzhou": ("anhui",), "guangdong": ()})}
LISTED = {"anhui": ("anhui",), "hefei": ("hefei",), "guangdong": ("guangdong",)}


def place(name: str, *, negated: bool = False) -> Leaf:
    reach = ("anhui",) if negated else ()
    test = Asked(fact="region", operator="within", expected=LISTED[name], stated=negated, reach=reach)
    return Leaf(test=test, cite=CITE)


OTHER_CITIES = group(Combination.NOT, place("hefei", negated=True))


@pytest.mark.parametrize(
    ("condition", "here", "there", "verdict", "why"),
    [
        (place("anhui"), "guangdong", "hefei", Verdict.UNKNOWN, Why.PLANNED),
        (group(Combination.ALL, place("anhui"), place("hefei")), "guangdong", "hefei", Verdict.UNKNOWN, Why.PLANNED),
        (group(Combination.ALL, place("anhui"), place("hefei")), "guangdong", "suzhou", Verdict.UNMET, None),
        (group(Combination.ALL, place("anhui"), number(8)), "guangdong", "hefei", Verdict.UNMET, None),
        (group(Combination.ALL, MANUAL, place("anhui")), "guangdong", "hefei", Verdict.UNKNOWN, Why.MANUAL),
        (group(Combination.ANY, number(8), place("hefei")), "guangdong", "hefei", Verdict.UNKNOWN, Why.PLANNED),
        (group(Combination.ANY, number(3), place("hefei")), "guangdong", "hefei", Verdict.MET, None),
        (group(Combination.ANY, place("guangdong"), place("hefei")), "guangdong", "hefei", Verdict.MET, None),
        (OTHER_CITIES, "hefei", "suzhou", Verdict.UNKNOWN, Why.PLANNED),
        (OTHER_CITIES, "hefei", "guangdong", Verdict.UNMET, None),
        (OTHER_CITIES, "suzhou", "hefei", Verdict.MET, None),
        (OTHER_CITIES, "guangdong", "hefei", Verdict.UNMET, None),
        (OTHER_CITIES, "guangdong", "suzhou", Verdict.MET, None),
    ],
)
def test_a_move_goes_through_groups(condition, here, there, verdict, why):
    answers = {**FIVE, "region": Answer(sure=(here,), planned=Answer(sure=(there,)))}
    trace = evaluate_condition(condition, answers, PLACES)
    assert (trace.verdict, trace.why) == (verdict, why)
