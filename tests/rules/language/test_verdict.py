"""Kleene's logic: the laws that hold with an unknown, and the one that does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.measures import (
    Effect,
    MeasureVerdict,
    Verdict,
    Why,
    conjunction,
    disjunction,
    measure_verdict,
    negation,
)

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN

verdicts = st.sampled_from(Verdict)
lists = st.lists(verdicts, max_size=6)


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (MET, MET, MET, MET),
        (MET, UNKNOWN, UNKNOWN, MET),
        (MET, UNMET, UNMET, MET),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        (UNKNOWN, UNMET, UNMET, UNKNOWN),
        (UNMET, UNMET, UNMET, UNMET),
    ],
)
def test_the_tables_of_and_and_or_are_kleenes(left, right, both, either):
    assert conjunction([left, right]) is conjunction([right, left]) is both
    assert disjunction([left, right]) is disjunction([right, left]) is either


@pytest.mark.parametrize(("given_", "result"), [(MET, UNMET), (UNMET, MET), (UNKNOWN, UNKNOWN)])
def test_not_leaves_an_unknown_unknown(given_, result):
    assert negation(given_) is result


def test_nothing_at_all_is_met_as_a_conjunction_and_unmet_as_a_disjunction():
    assert conjunction([]) is MET
    assert disjunction([]) is UNMET


@given(verdicts)
def test_double_negation_changes_nothing(verdict):
    assert negation(negation(verdict)) is verdict


@given(lists)
def test_de_morgan_holds_both_ways(found):
    assert negation(conjunction(found)) is disjunction([negation(verdict) for verdict in found])
    assert negation(disjunction(found)) is conjunction([negation(verdict) for verdict in found])


@given(lists, lists)
def test_grouping_and_order_do_not_matter(left, right):
    assert conjunction([conjunction(left), conjunction(right)]) is conjunction([*right, *left])
    assert disjunction([disjunction(left), disjunction(right)]) is disjunction([*right, *left])


@given(verdicts, verdicts, verdicts)
def test_and_and_or_distribute_over_each_other(a, b, c):
    assert conjunction([a, disjunction([b, c])]) is disjunction([conjunction([a, b]), conjunction([a, c])])
    assert disjunction([a, conjunction([b, c])]) is conjunction([disjunction([a, b]), disjunction([a, c])])


@given(verdicts, verdicts)
def test_absorption_and_idempotence_hold(a, b):
    assert conjunction([a, disjunction([a, b])]) is disjunction([a, conjunction([a, b])]) is a
    assert conjunction([a, a]) is disjunction([a, a]) is a


def test_the_excluded_middle_does_not_hold_for_an_unknown():
    assert disjunction([UNKNOWN, negation(UNKNOWN)]) is UNKNOWN
    assert conjunction([UNKNOWN, negation(UNKNOWN)]) is UNKNOWN


@given(lists, st.data())
def test_learning_an_unknown_never_turns_a_settled_verdict(found, data):
    learned = [data.draw(st.sampled_from([MET, UNMET])) if v is UNKNOWN else v for v in found]
    for combine in (conjunction, disjunction):
        assert combine(found) in (UNKNOWN, combine(learned))


@given(lists)
def test_a_measure_is_applicable_only_when_all_is_met_and_not_when_one_is_unmet(found):
    verdict = measure_verdict(found)
    assert (verdict is MeasureVerdict.NOT_APPLICABLE) == (UNMET in found)
    assert (verdict is MeasureVerdict.APPLICABLE) == all(v is MET for v in found)


def test_the_closed_lists_are_those_of_the_contract():
    assert list(Verdict) == ["met", "unmet", "unknown"]
    assert list(MeasureVerdict) == ["applicable", "possible", "not_applicable"]
    assert list(Effect) == ["in_force", "draft", "upcoming", "expired"]
    assert list(Why) == ["fact_missing", "too_coarse", "unrecognised", "ambiguous", "manual", "planned"]
