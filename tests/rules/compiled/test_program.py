"""The compiled program against the reference evaluator: random packs, random companies, the same verdicts."""

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from rules.compiled.program import Program
from rules.language.amounts import Interval
from rules.language.facts import Answer, Answers, comparable
from rules.language.measures import (
    MET,
    STRENGTH,
    UNKNOWN,
    UNMET,
    Combination,
    Condition,
    Group,
    Leaf,
    Measure,
    MeasureVerdict,
    Verdict,
    leaves,
)
from rules.language.measures import Test as Asked
from rules.language.reference import Trace, evaluate
from seeds.vocabulary import Taxonomy
from tests.rules.compiled.drawn import CITE, as_measure, conditions_of, packs_of

PLACES = Taxonomy(
    {"c": (), "c1": ("c",), "c2": ("c",), "c11": ("c1", "z"), "c12": ("c1",), "c21": ("c2", "z"), "z": ("c",), "d": ()}
)
TRADES = Taxonomy(
    {
        "bio": (),
        "med": (),
        "drugs": ("bio", "med"),
        "food": ("bio",),
        "ivd": ("med",),
        "vaccine": ("drugs",),
        "homes": (),
    }
)
TAXONOMIES = {"region": PLACES, "target_region": PLACES, "sector": TRADES}
CODES = {MeasureVerdict.APPLICABLE: MET, MeasureVerdict.POSSIBLE: UNKNOWN, MeasureVerdict.NOT_APPLICABLE: UNMET}


def as_parsed(test: Asked) -> Asked:
    """A test of what is listed has no reach."""
    return test if test.stated or test.operator == "none_of" else structs.replace(test, reach=())


def set_tests(fact: str) -> st.SearchStrategy[Asked]:
    ids = st.sampled_from(tuple(TAXONOMIES[fact].parents))
    return st.builds(
        Asked,
        fact=st.just(fact),
        operator=st.sampled_from(["within", "any_of", "all_of", "none_of"]),
        expected=st.lists(ids, min_size=1, max_size=3, unique=True).map(tuple),
        scope=st.one_of(st.just(()), ids.map(lambda one: (one,))),
        stated=st.booleans(),
        reach=st.one_of(st.just(()), ids.map(lambda one: (one,))),
    ).map(as_parsed)


numbers = st.sampled_from([0.0, 1.0, 4999.99, 5000.0, 5000.01, 1e8])
days = st.sampled_from([date(2015, 12, 31), date(2016, 1, 1), date(2016, 1, 2)])
tests = st.one_of(
    set_tests("region"),
    set_tests("target_region"),
    set_tests("sector"),
    st.builds(
        lambda fact, operator, bound: Asked(fact=fact, operator=operator, expected=(bound,)),
        st.sampled_from(["employees", "annual_revenue_cny"]),
        st.sampled_from(["at_least", "at_most", "more_than", "less_than"]),
        numbers,
    ),
    st.builds(
        lambda operator, day: Asked(fact="founded_on", operator=operator, expected=(day,)),
        st.sampled_from(["on_or_after", "on_or_before"]),
        days,
    ),
    st.builds(lambda flag: Asked(fact="listed", operator="is", expected=(flag,)), st.booleans()),
    st.sampled_from(["m-0.eligible", "leading_enterprise"]).map(
        lambda fact: Asked(fact=fact, operator="manual", expected=(True,))
    ),
)


conditions = conditions_of(tests, 8)
packs = packs_of(conditions)


def set_answers(fact: str) -> st.SearchStrategy[Answer]:
    some = st.lists(st.sampled_from(tuple(TAXONOMIES[fact].parents)), max_size=2).map(tuple)
    stated = st.one_of(
        st.builds(Answer, sure=some),
        st.builds(Answer, sure=some, doubtful=some),
        st.builds(Answer, sure=some, inferred=some),
        st.builds(Answer, sure=some, one_of=some),
        st.builds(Answer, sure=some, unreadable=st.just(value=True)),
        st.builds(Answer, sure=some, one_of=some, doubtful=some, ruled_out=some, unreadable=st.booleans()),
        st.builds(Answer, sure=some, inferred=some, one_of=some, doubtful=some, unreadable=st.booleans()),
    )
    return st.builds(lambda now, then: replace(now, planned=then), stated, st.none() | stated)


def one_of_values(values: st.SearchStrategy[object]) -> st.SearchStrategy[Answer]:
    return st.one_of(
        values.map(lambda value: Answer(sure=(value,))), st.just(Answer(unreadable=True)), st.just(Answer())
    )


def between(values: st.SearchStrategy[object], *more: float) -> st.SearchStrategy[Answer]:
    """A number or a day that is only known to lie between two, of which one may be told by nobody."""
    ends = st.one_of(values.map(comparable), st.sampled_from([0.0, *more]) if more else values.map(comparable))
    return st.lists(ends, min_size=2, max_size=2).map(lambda two: Answer(between=Interval(min(two), max(two))))


companies = st.fixed_dictionaries(
    {},
    optional={
        **{fact: set_answers(fact) for fact in TAXONOMIES},
        "employees": one_of_values(numbers) | between(numbers, float("inf")),
        "annual_revenue_cny": one_of_values(numbers) | between(numbers, float("inf")),
        "founded_on": one_of_values(days) | between(days),
        "listed": one_of_values(st.booleans()),
        "m-0.eligible": one_of_values(st.booleans()),
        "leading_enterprise": one_of_values(st.booleans()),
    },
)


def assert_same(measures: tuple[Measure, ...], answers: Answers, program: Program) -> list[Trace]:
    decisions = program.decide(answers)
    traces = [evaluate(measure, answers, TAXONOMIES) for measure in measures]
    for place, trace in enumerate(traces):
        verdicts = [condition.verdict for condition in trace.conditions]
        assert decisions.verdicts[place] == CODES[trace.verdict]
        assert decisions.unmet[place] == verdicts.count(Verdict.UNMET)
        assert decisions.unknown[place] == verdicts.count(Verdict.UNKNOWN)
    return traces


@settings(max_examples=250)
@given(packs, st.lists(companies, min_size=1, max_size=4))
def test_the_program_decides_as_the_reference_does(measures, answered):
    program = Program(measures, TAXONOMIES)
    for answers in answered:
        assert_same(measures, answers, program)


NAMED = ((), ("c11",), ("c2",), ("d",))


@pytest.mark.parametrize("unreadable", [False, True], ids=["all of it read", "some of it unreadable"])
@pytest.mark.parametrize("operator", ["within", "any_of", "all_of", "none_of"])
def test_whatever_way_a_place_was_answered_the_program_decides_as_the_reference_does(operator, unreadable):
    """Stated, inferred, one of several or only resembled: inside what is asked for, broader than it, or elsewhere."""
    asked = [
        Asked(fact="region", operator=operator, expected=expected, scope=scope, stated=stated)
        for expected in (("c1",), ("c21", "c12"))
        for scope in ((), ("z",))
        for stated in (False, True)
    ]
    measures = tuple(as_measure(number, [Leaf(test=test, cite=CITE)]) for number, test in enumerate(asked))
    program = Program(measures, TAXONOMIES)
    for sure, inferred, one_of, doubtful in itertools.product(NAMED, repeat=4):
        answer = Answer(sure=sure, inferred=inferred, one_of=one_of, doubtful=doubtful, unreadable=unreadable)
        assert_same(measures, {"region": answer}, program)


@settings(max_examples=100)
@given(packs, companies)
def test_what_is_missing_is_never_unmet_and_answering_it_never_turns_a_settled_measure(measures, answers):
    program = Program(measures, TAXONOMIES)
    for fact in answers:
        before = program.decide({known: value for known, value in answers.items() if known != fact}).verdicts
        after = program.decide(answers).verdicts
        assert all(b in (UNKNOWN, a) for b, a in zip(before, after, strict=True))


def polarised(condition: Condition, *, negated: bool = False) -> Condition:
    """Mark the tests under an odd number of NOTs as the parser of packs does."""
    if isinstance(condition, Leaf):
        test = condition.test
        return Leaf(
            test=Asked(
                fact=test.fact, operator=test.operator, expected=test.expected, scope=test.scope, stated=negated
            ),
            cite=CITE,
        )
    below = negated != (condition.combination is Combination.NOT)
    return Group(
        combination=condition.combination, parts=tuple(polarised(part, negated=below) for part in condition.parts)
    )


def without_inferred(answers: Answers) -> dict[str, Answer]:
    return {
        fact: Answer(sure=a.sure, one_of=a.one_of, doubtful=a.doubtful, unreadable=a.unreadable)
        for fact, a in answers.items()
    }


@settings(max_examples=150)
@given(conditions, companies)
def test_an_inferred_value_never_makes_a_measure_unmet_not_even_under_a_not(condition, answers):
    measure = as_measure(0, [polarised(condition)])
    guessed = evaluate(measure, answers, TAXONOMIES).conditions[0].verdict
    stated = evaluate(measure, without_inferred(answers), TAXONOMIES).conditions[0].verdict
    assert STRENGTH[guessed] >= STRENGTH[stated]


@settings(max_examples=100)
@given(packs, companies)
def test_conditions_are_counted_by_their_fact(measures, answers):
    program = Program(measures, TAXONOMIES)
    decisions = program.decide(answers)
    for value, verdict in ((UNMET, Verdict.UNMET), (UNKNOWN, Verdict.UNKNOWN), (MET, Verdict.MET)):
        counted = program.conditions_on(decisions, value, ("region", "employees"))
        for place, measure in enumerate(measures):
            traced = evaluate(measure, answers, TAXONOMIES).conditions
            assert counted[place] == sum(
                1
                for found in traced
                if found.verdict is verdict and facts_of(found.condition) in ({"region"}, {"employees"})
            )


def facts_of(condition: Condition) -> set[str]:
    return {leaf.test.fact for leaf in leaves(condition)}


def test_a_measure_without_conditions_is_for_everybody():
    program = Program((as_measure(0, []), as_measure(1, [])), TAXONOMIES)
    decisions = program.decide({})
    assert decisions.verdicts.tolist() == [MET, MET]
    assert decisions.unmet.tolist() == decisions.unknown.tolist() == [0, 0]


@pytest.mark.parametrize("count", [14, 15, 16, 300])
def test_any_number_of_conditions_is_counted(count):
    def leaf(number: int, fact: str) -> Leaf:
        return Leaf(test=Asked(fact=fact, operator="at_least", expected=(float(number),)), cite=CITE)

    long = as_measure(0, [leaf(number, "employees") for number in range(count)])
    mixed = as_measure(1, [leaf(number, ("employees", "rd_staff")[number % 2]) for number in range(count)])
    decided = Program([long, mixed], TAXONOMIES).decide({"employees": Answer(sure=(-1.0,))})
    assert decided.unmet.tolist() == [count, -(-count // 2)]
    assert decided.unknown.tolist() == [0, count // 2]
    assert decided.verdicts.tolist() == [UNMET, UNMET]


def test_no_measures_at_all_are_decided_without_complaint():
    decisions = Program((), TAXONOMIES).decide({"employees": Answer(sure=(1.0,))})
    assert decisions.verdicts.shape == decisions.unmet.shape == decisions.unknown.shape == (0,)


def test_equal_tests_are_evaluated_once_and_answers_are_left_alone():
    test = Asked(fact="employees", operator="at_least", expected=(5.0,))
    measures = tuple(as_measure(number, [Leaf(test=test, cite=CITE)]) for number in range(50))
    answers = {"employees": Answer(sure=(5.0,))}
    program = Program(measures, TAXONOMIES)
    first, second = program.decide(answers), program.decide(answers)
    assert first.nodes.size == 2  # the one test, and the node that always holds
    assert np.array_equal(first.verdicts, second.verdicts)
    assert answers == {"employees": Answer(sure=(5.0,))}


FACTS_OF_REAL_COMPANIES = [
    {},
    {"region": "440000"},
    {"region": "440300", "sector": ["vaccines"]},
    {
        "region": "340121",
        "sector": ["bio-chemicals", "biomaterials"],
        "stage": ["production"],
        "certifications": ["little-giant"],
    },
    {
        "region": "440305",
        "sector": ["software"],
        "employees": 300,
        "annual_revenue_cny": "4亿元",
        "founded_on": "2016-01-01",
    },
    {"region": "110000", "target_region": "440115", "sector": ["cell-therapy"], "foreign_invested": True},
    {
        "region": "440115",
        "sector": ["biomanufacturing"],
        "leading_enterprise": True,
        "high_energy_user": False,
        "listed": True,
    },
    {"sector": ["property-management"], "region": "340300", "size_class": ["micro"], "invention_patents": 2},
]


@pytest.mark.parametrize("facts", FACTS_OF_REAL_COMPANIES, ids=range(len(FACTS_OF_REAL_COMPANIES)))
def test_on_all_real_measures_the_program_decides_as_the_reference_does(facts, every_measure, answers_from, taxonomies):
    answers = answers_from(facts)
    decisions = every_measure.program.decide(answers)
    for place, measure in enumerate(every_measure.measures.values()):
        traced = evaluate(measure, answers, taxonomies)
        verdicts = [found.verdict for found in traced.conditions]
        assert decisions.verdicts[place] == CODES[traced.verdict], measure.id
        assert (decisions.unmet[place], decisions.unknown[place]) == (
            verdicts.count(Verdict.UNMET),
            verdicts.count(Verdict.UNKNOWN),
        )
