"""Columns of many companies against the single program and the reference: the same bits, the same reasons."""

from datetime import date
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from rules.compiled import batch as batches
from rules.compiled.batch import BatchProgram
from rules.compiled.bit_planes import NumberColumn, answer_column, count, number_column, pack, pairs, unpack
from rules.compiled.program import Program
from rules.compiled.program import as_values as values_of
from rules.language.amounts import Interval
from rules.language.facts import Answer, add_up, comparable, known_range
from rules.language.measures import Leaf, reason_of
from rules.language.measures import Test as Asked
from rules.language.reference import evaluate
from seeds.vocabulary import Taxonomy
from tests.rules.compiled.drawn import CITE, as_measure, conditions_of, packs_of

PLACES = Taxonomy({"c": (), "c1": ("c",), "c2": ("c",), "c11": ("c1", "z"), "c12": ("c1",), "z": ("c",), "d": ()})
TRADES = Taxonomy({"bio": (), "med": (), "drugs": ("bio", "med"), "food": ("bio",), "vaccine": ("drugs",), "homes": ()})
TAXONOMIES = {"region": PLACES, "sector": TRADES}
NUMBERS = ("employees", "founded_on")
DAYS = (date(2015, 12, 31), date(2016, 1, 1), date(2016, 1, 2))


def some_ids(fact, most):
    return st.lists(st.sampled_from(tuple(TAXONOMIES[fact].parents)), max_size=most, unique=True).map(tuple)


def set_tests(fact):
    return st.builds(
        Asked,
        fact=st.just(fact),
        operator=st.sampled_from(["within", "any_of", "all_of", "none_of"]),
        expected=some_ids(fact, 3).filter(bool),
        scope=some_ids(fact, 1),
        stated=st.booleans(),
        reach=some_ids(fact, 1),
    ).map(lambda test: test if test.stated or test.operator == "none_of" else structs.replace(test, reach=()))


asked = st.one_of(
    set_tests("region"),
    set_tests("sector"),
    st.builds(
        lambda operator, bound: Asked(fact="employees", operator=operator, expected=(bound,)),
        st.sampled_from(["at_least", "at_most", "more_than", "less_than"]),
        st.sampled_from([0.0, 5.0, 1e8]),
    ),
    st.builds(
        lambda operator, day: Asked(fact="founded_on", operator=operator, expected=(day,)),
        st.sampled_from(["on_or_after", "on_or_before"]),
        st.sampled_from(DAYS),
    ),
    st.just(Asked(fact="listed", operator="is", expected=(True,))),
    st.just(Asked(fact="leading_enterprise", operator="manual", expected=(True,))),
)


packs = packs_of(conditions_of(asked, 6))


def set_answers(fact):
    some = some_ids(fact, 2)
    now = {"sure": some, "inferred": some, "one_of": some, "doubtful": some, "unreadable": st.booleans()}
    return st.builds(Answer, **now, planned=st.none() | st.builds(Answer, **now), ruled_out=st.none() | some)


def stated(*values):
    return st.sampled_from([Answer(sure=(value,)) for value in values])


def between(*ends):
    two = st.lists(st.sampled_from(ends), min_size=2, max_size=2)
    return two.map(lambda ends: Answer(between=Interval(min(ends), max(ends))))


companies = st.fixed_dictionaries(
    {},
    optional={
        "region": st.lists(set_answers("region"), min_size=1, max_size=3),
        "sector": st.lists(set_answers("sector"), min_size=1, max_size=4),
        "employees": (stated(0.0, 4.0, 5.0, 1e9) | between(0.0, 4.0, 5.0, 1e9, float("inf"))).map(lambda one: [one]),
        "founded_on": (stated(*DAYS) | between(*map(comparable, DAYS))).map(lambda one: [one]),
        "listed": st.sampled_from([[Answer(sure=(True,))], [Answer(sure=(False,))], [Answer(unreadable=True)]]),
        "leading_enterprise": st.booleans().map(lambda flag: [Answer(sure=(flag,))]),
    },
)
"""What inputs say of each fact, one after the other: a company's answer is the sum."""


def ends_of(answers):
    return known_range(answers[0]) if answers else (np.nan, np.nan)


def columns_of(stated):
    """Turn rows of answers into columns: numbers as numbers, the rest as distinct answers and who gave them."""
    columns = {}
    for fact in {fact for answers in stated for fact in answers}:
        if fact in NUMBERS:
            low, high = np.array([ends_of(answers.get(fact)) for answers in stated], dtype=np.float64).T
            columns[fact] = number_column((low, high))
            continue
        given_ = [(row, answer) for row, answers in enumerate(stated) for answer in answers.get(fact, ())]
        distinct = list(dict.fromkeys(answer for _, answer in given_))
        rows = np.array([row for row, _ in given_], dtype=np.intp)
        columns[fact] = answer_column(distinct, rows, np.array([distinct.index(answer) for _, answer in given_]))
    return columns


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(packs, st.lists(companies, min_size=1, max_size=5), st.integers(min_value=1, max_value=40))
def test_a_batch_decides_as_the_single_program_and_the_reference_do(measures, drawn, times):
    decide_each_way(measures, drawn, times)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(packs, st.lists(companies, min_size=1, max_size=5), st.integers(min_value=1, max_value=40))
def test_the_same_is_decided_in_small_blocks(measures, drawn, times):
    with mock.patch.multiple(batches, _WORDS=3, _CELLS=70):
        decide_each_way(measures, drawn, times)


def decide_each_way(measures, drawn, times):
    stated = drawn * times  # more rows than a word has bits
    program = Program(measures, TAXONOMIES)
    batch = BatchProgram(program)
    decided = batch.decide(columns_of(stated), len(stated))
    sure, maybe = unpack(decided.measures.true, len(stated)), unpack(decided.measures.maybe, len(stated))
    outcomes = batch.outcomes(decided)
    for row, parts in enumerate(drawn):
        answers = {fact: add_up(given_) for fact, given_ in parts.items()}
        single = program.decide(answers)
        assert (sure[:, row].astype(int) + maybe[:, row] == single.verdicts).all()
        assert (values_of(outcomes[row]) == single.nodes).all()
        for place, measure in enumerate(measures):
            traced = evaluate(measure, answers, TAXONOMIES)
            whys = [reason_of(outcomes[row, node]) for node in nodes_of(program, place)]
            assert whys[: len(traced.conditions)] == [condition.why for condition in traced.conditions]
    repeated = np.tile(sure[:, : len(drawn)], times)
    assert (sure == repeated).all()
    assert (count(decided.measures.true) == repeated.sum(axis=1)).all()


def nodes_of(program, place):
    return np.split(program.flat, program.offsets[1:])[place]


@given(st.integers(min_value=1, max_value=200), st.integers(min_value=0, max_value=2**32))
def test_packed_bits_come_back_and_are_listed_by_place_then_row(size, seed):
    bits = np.random.default_rng(seed).random((3, size)) < 0.3
    assert (unpack(pack(bits), size) == bits).all()
    places, rows = pairs(pack(bits))
    assert np.stack([places, rows], axis=1).tolist() == np.argwhere(bits).tolist()


def test_rows_without_any_fact_leave_every_test_unknown():
    measure = as_measure(0, [Leaf(test=Asked(fact="employees", operator="at_least", expected=(5.0,)), cite=CITE)])
    decided = BatchProgram(Program((measure,), TAXONOMIES)).decide({}, 70)
    assert count(decided.measures.true).tolist() == [0]
    assert count(decided.measures.unknown).tolist() == [70]


def test_a_number_given_for_a_set_is_refused():
    measure = as_measure(0, [Leaf(test=Asked(fact="region", operator="within", expected=("c",)), cite=CITE)])
    with pytest.raises(TypeError, match="region"):
        BatchProgram(Program((measure,), TAXONOMIES)).decide({"region": NumberColumn(numbers=np.zeros(1))}, 1)


def test_each_test_has_its_own_answers_where_several_have_more_than_one():
    """Both tests are marked by two of three answers, one of them shared."""
    measures = [
        as_measure(number, [Leaf(test=Asked(fact="sector", operator="any_of", expected=trades), cite=CITE)])
        for number, trades in enumerate([("food", "homes"), ("homes", "vaccine")])
    ]
    answers = [Answer(sure=(trade,)) for trade in ("food", "homes", "vaccine")]
    column = answer_column(answers, np.arange(3), np.arange(3))
    decided = BatchProgram(Program(measures, TAXONOMIES)).decide({"sector": column}, 3)
    assert unpack(decided.measures.true, 3).tolist() == [[True, True, False], [False, True, True]]
