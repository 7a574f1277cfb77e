"""Every operator against every kind of answer, and what no answer may ever do."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.facts import Answer
from rules.language.measures import Test as Asked
from rules.language.measures import Verdict, Why
from rules.language.reference import DATED, DESCRIPTIONS, NUMERIC, OPERATORS, TAXONOMIC, Decision, decide, gap
from seeds.vocabulary import Taxonomy

YES, NO = True, False

MET = Decision(Verdict.MET)
UNMET = Decision(Verdict.UNMET)
MISSING, TOO_COARSE, UNRECOGNISED, AMBIGUOUS, MANUAL, PLANNED = (Decision(Verdict.UNKNOWN, why) for why in Why)

PLACES = Taxonomy(
    {
        "china": (),
        "guangdong": ("china",),
        "guangzhou": ("guangdong",),
        "nansha": ("guangzhou", "trade-zone"),
        "tianhe": ("guangzhou",),
        "foshan": ("guangdong",),
        "trade-zone": ("guangdong",),
        "anhui": ("china",),
        "hefei": ("anhui",),
        "delta": ("china",),
    }
)
IDS = tuple(PLACES.parents)


def answer(*sure, **others) -> Answer:
    return Answer(sure=sure, **others)


def asked(operator, *expected, fact="region", **others) -> Asked:
    return Asked(fact=fact, operator=operator, expected=expected, **others)


@pytest.mark.parametrize(
    ("test", "given_", "decision"),
    [
        # within: inside, equal, several
        (asked("within", "guangzhou"), answer("guangzhou"), MET),
        (asked("within", "guangdong"), answer("nansha"), MET),
        (asked("within", "trade-zone"), answer("nansha"), MET),
        (asked("within", "foshan", "guangzhou"), answer("tianhe"), MET),
        (asked("within", "guangzhou"), answer("foshan", "tianhe"), MET),
        (asked("within", "guangdong"), answer("hefei"), UNMET),
        (asked("within", "guangzhou"), answer("foshan"), UNMET),
        (asked("within", "guangzhou"), answer("foshan", "hefei"), UNMET),
        # too coarse: something lies in both
        (asked("within", "guangzhou"), answer("guangdong"), TOO_COARSE),
        (asked("within", "nansha"), answer("guangzhou"), TOO_COARSE),
        (asked("within", "guangzhou"), answer("trade-zone"), TOO_COARSE),
        (asked("within", "guangzhou"), answer("hefei", "guangdong"), TOO_COARSE),
        # nothing stated, or not understood
        (asked("within", "guangzhou"), None, MISSING),
        (asked("within", "guangzhou"), answer(), MISSING),
        (asked("within", "guangzhou"), answer(doubtful=("guangzhou",)), UNRECOGNISED),
        (asked("within", "guangzhou"), answer(doubtful=("hefei",)), UNRECOGNISED),
        (asked("within", "guangzhou"), answer(unreadable=True), UNRECOGNISED),
        (asked("within", "guangzhou"), answer("hefei", unreadable=True), UNRECOGNISED),
        (asked("within", "guangzhou"), answer("hefei", doubtful=("tianhe",)), UNRECOGNISED),
        (asked("within", "guangzhou"), answer("hefei", doubtful=("foshan",)), UNMET),
        (asked("within", "guangzhou", scope=("guangdong",)), answer("hefei", doubtful=("foshan",)), AMBIGUOUS),
        (asked("within", "guangzhou"), answer("tianhe", unreadable=True), MET),
        # inferred values help and never hurt
        (asked("within", "guangzhou"), answer(inferred=("tianhe",)), MET),
        (asked("within", "guangzhou"), answer(inferred=("hefei",)), MISSING),
        (asked("within", "guangzhou"), answer(inferred=("guangdong",)), MISSING),
        (asked("within", "guangzhou"), answer("hefei", inferred=("foshan",)), UNMET),
        # one of several readings is true
        (asked("within", "guangdong"), answer(one_of=("tianhe", "foshan")), MET),
        (asked("within", "guangzhou"), answer(one_of=("hefei", "foshan")), UNMET),
        (asked("within", "guangzhou"), answer(one_of=("hefei", "tianhe")), AMBIGUOUS),
        (asked("within", "guangzhou"), answer(one_of=("hefei", "guangdong")), AMBIGUOUS),
        (asked("within", "guangzhou"), answer("tianhe", one_of=("hefei", "foshan")), MET),
        (asked("within", "guangzhou"), answer("guangdong", one_of=("hefei", "foshan")), TOO_COARSE),
        (asked("within", "guangzhou"), answer(one_of=("hefei", "foshan"), doubtful=("tianhe",)), UNRECOGNISED),
        (asked("within", "guangzhou"), answer(one_of=("hefei", "foshan"), unreadable=True), UNRECOGNISED),
        (asked("within", "guangzhou"), answer("hefei", one_of=("foshan", "anhui")), UNMET),
        # an open list (等) leaves the rest of its scope open, and nothing outside it
        (asked("within", "guangzhou", scope=("guangdong",)), answer("tianhe"), MET),
        (asked("within", "guangzhou", scope=("guangdong",)), answer("foshan"), AMBIGUOUS),
        (asked("within", "guangzhou", scope=("guangdong",)), answer("guangdong"), TOO_COARSE),
        (asked("within", "foshan", scope=("guangzhou",)), answer("trade-zone"), AMBIGUOUS),
        (asked("within", "guangzhou", scope=("guangdong",)), answer("hefei"), UNMET),
        (asked("within", "guangzhou", scope=("guangdong",)), answer(one_of=("foshan", "hefei")), AMBIGUOUS),
        (asked("within", "guangzhou", scope=("guangdong",)), answer(one_of=("anhui", "hefei")), UNMET),
        (asked("within", "guangzhou", scope=("guangdong",)), None, MISSING),
        # inside a NOT only stated values count
        (asked("within", "guangzhou", stated=True), answer(inferred=("tianhe",)), MISSING),
        (asked("within", "guangzhou", stated=True), answer("tianhe", inferred=("hefei",)), MET),
        # any_of is within for what a company holds
        (asked("any_of", "guangzhou", "hefei"), answer("hefei"), MET),
        (asked("any_of", "guangzhou", "hefei"), answer("foshan"), UNMET),
        (asked("any_of", "guangzhou", "hefei"), None, MISSING),
        # all_of
        (asked("all_of", "guangzhou", "hefei"), answer("hefei", "tianhe", "foshan"), MET),
        (asked("all_of", "guangzhou", "hefei"), answer("hefei"), UNMET),
        (asked("all_of", "guangzhou", "hefei"), answer("hefei", "guangdong"), TOO_COARSE),
        (asked("all_of", "guangzhou", "hefei"), answer("foshan", unreadable=True), UNRECOGNISED),
        (asked("all_of", "guangzhou", "hefei"), answer("hefei", inferred=("tianhe",)), MET),
        (asked("all_of", "guangzhou", "hefei"), None, MISSING),
        # none_of
        (asked("none_of", "guangzhou"), answer("hefei"), MET),
        (asked("none_of", "guangzhou"), answer("tianhe"), UNMET),
        (asked("none_of", "guangzhou"), answer("hefei", "tianhe"), UNMET),
        (asked("none_of", "guangzhou"), answer("guangdong"), TOO_COARSE),
        (asked("none_of", "guangzhou"), answer(doubtful=("tianhe",)), UNRECOGNISED),
        (asked("none_of", "guangzhou"), answer(inferred=("tianhe",)), MISSING),
        (asked("none_of", "guangzhou"), answer("tianhe", inferred=("tianhe",)), UNMET),
        (asked("none_of", "guangzhou"), answer(one_of=("tianhe", "nansha")), UNMET),
        (asked("none_of", "guangzhou"), answer(one_of=("tianhe", "hefei")), AMBIGUOUS),
        (asked("none_of", "guangzhou"), None, MISSING),
        # flags
        (asked("is", YES), answer(YES), MET),
        (asked("is", YES), answer(NO), UNMET),
        (asked("is", NO), answer(NO), MET),
        (asked("is", NO), answer(YES), UNMET),
        (asked("is", YES), None, MISSING),
        (asked("is", NO), answer(), MISSING),
        (asked("is", YES), answer(unreadable=True), UNRECOGNISED),
        # manual conditions
        (asked("manual", YES), None, MANUAL),
        (asked("manual", YES), answer(), MANUAL),
        (asked("manual", YES), answer(YES), MET),
        (asked("manual", YES), answer(NO), UNMET),
        (asked("manual", YES), answer(inferred=(True,)), MET),
        (asked("manual", YES), answer(NO, inferred=(True,)), UNMET),
        # thresholds, on both sides and on the bound
        (asked("at_least", 100.0), answer(100.0), MET),
        (asked("at_least", 100.0), answer(99.99), UNMET),
        (asked("at_most", 100.0), answer(100.0), MET),
        (asked("at_most", 100.0), answer(100.01), UNMET),
        (asked("more_than", 100.0), answer(100.0), UNMET),
        (asked("more_than", 100.0), answer(100.01), MET),
        (asked("less_than", 100.0), answer(100.0), UNMET),
        (asked("less_than", 100.0), answer(99.99), MET),
        (asked("at_least", 0.0), answer(0.0), MET),
        (asked("at_least", 0.0), None, MISSING),
        (asked("at_most", 100.0), None, MISSING),
        (asked("less_than", 100.0), answer(), MISSING),
        (asked("less_than", 100.0), answer(unreadable=True), UNRECOGNISED),
        # dates
        (asked("on_or_after", date(2016, 1, 1)), answer(date(2016, 1, 1)), MET),
        (asked("on_or_after", date(2016, 1, 1)), answer(date(2015, 12, 31)), UNMET),
        (asked("on_or_before", date(2016, 1, 1)), answer(date(2016, 1, 1)), MET),
        (asked("on_or_before", date(2016, 1, 1)), answer(date(2016, 1, 2)), UNMET),
        (asked("on_or_before", date(2016, 1, 1)), None, MISSING),
        (asked("on_or_before", date(2016, 1, 1)), answer(unreadable=True), UNRECOGNISED),
    ],
)
def test_an_operator_decides(test, given_, decision):
    assert decide(test, given_, PLACES) == decision


def moving(here, there) -> Answer:
    return Answer(sure=(here,), planned=there if isinstance(there, Answer) else answer(there))


OTHERS = {"stated": True, "reach": ("guangdong",)}  # not the listed ones, of a policy of 广东


@pytest.mark.parametrize(
    ("test", "given_", "decision"),
    [
        (asked("within", "guangzhou"), moving("hefei", "guangzhou"), PLANNED),
        (asked("within", "guangzhou"), moving("hefei", "nansha"), PLANNED),
        (asked("any_of", "foshan", "trade-zone"), moving("hefei", "nansha"), PLANNED),
        (asked("all_of", "guangzhou", "trade-zone"), moving("hefei", "nansha"), PLANNED),
        (asked("all_of", "guangzhou", "trade-zone"), moving("hefei", "tianhe"), UNMET),
        (asked("within", "guangzhou"), moving("hefei", "foshan"), UNMET),
        (asked("within", "guangdong"), moving("guangzhou", "foshan"), MET),
        (asked("within", "guangdong"), moving("guangzhou", "hefei"), MET),
        (asked("within", "nansha"), moving("guangzhou", "nansha"), TOO_COARSE),
        (asked("within", "guangzhou"), moving("hefei", "guangdong"), TOO_COARSE),
        (asked("within", "guangzhou"), moving("hefei", answer(one_of=("tianhe", "delta"))), AMBIGUOUS),
        (asked("within", "guangzhou"), moving("hefei", answer(one_of=("foshan", "delta"))), UNMET),
        (asked("within", "guangzhou"), moving("hefei", answer(doubtful=("tianhe",))), UNRECOGNISED),
        (asked("within", "guangzhou"), moving("hefei", answer(unreadable=True)), UNRECOGNISED),
        (asked("within", "guangzhou", scope=("guangdong",)), moving("hefei", "foshan"), AMBIGUOUS),
        (asked("within", "guangzhou"), Answer(doubtful=("tianhe",), planned=answer("tianhe")), UNRECOGNISED),
        (asked("none_of", "guangzhou"), moving("guangzhou", "hefei"), PLANNED),
        (asked("none_of", "guangzhou"), moving("hefei", "guangzhou"), MET),
        (asked("none_of", "guangzhou", reach=("guangdong",)), moving("guangzhou", "foshan"), PLANNED),
        (asked("none_of", "guangzhou", reach=("guangdong",)), moving("guangzhou", "hefei"), UNMET),
        (asked("within", "guangzhou", **OTHERS), moving("guangzhou", "foshan"), PLANNED),
        (asked("within", "guangzhou", **OTHERS), moving("guangzhou", "hefei"), MET),
        (asked("within", "guangzhou", **OTHERS), moving("guangzhou", "nansha"), MET),
        (asked("within", "guangzhou", **OTHERS), moving("foshan", "guangzhou"), UNMET),
        (asked("within", "guangzhou", **OTHERS), moving("hefei", "guangzhou"), MET),
        (asked("within", "guangzhou", **OTHERS), moving("hefei", "foshan"), UNMET),
        (asked("within", "guangzhou", **OTHERS), moving("hefei", "guangdong"), TOO_COARSE),
        (asked("none_of", "guangzhou", reach=("guangdong",)), moving("hefei", "guangzhou"), UNMET),
        (asked("within", "guangzhou", **OTHERS), moving("guangzhou", "china"), TOO_COARSE),
    ],
)
def test_a_plan_opens_what_stands_in_the_way_and_takes_nothing_away(test, given_, decision):
    assert decide(test, given_, PLACES) == decision


@pytest.mark.parametrize("operator", sorted(TAXONOMIC))
def test_without_a_taxonomy_nothing_is_decided(operator):
    assert decide(asked(operator, "guangzhou"), answer("guangzhou"), None).verdict is Verdict.UNKNOWN


def test_every_operator_is_published_in_both_languages():
    assert set(DESCRIPTIONS) == set(OPERATORS)
    assert all(zh.endswith("。") and en.endswith(".") for zh, en in DESCRIPTIONS.values())
    assert TAXONOMIC | NUMERIC | DATED | {"is", "manual"} == set(OPERATORS)


@pytest.mark.parametrize(
    ("test", "given_", "missed"),
    [
        (asked("at_least", 100.0), answer(92.0), 8.0),
        (asked("at_most", 300.0), answer(301.0), 1.0),
        (asked("more_than", 100.0), answer(100.0), 0.0),
        (asked("less_than", 0.05), answer(0.07), 0.02),
        (asked("at_least", 100.0), None, None),
        (asked("at_least", 100.0), answer(unreadable=True), None),
        (asked("within", "guangzhou"), answer("hefei"), None),
        (asked("is", YES), answer(NO), None),
        (asked("on_or_after", date(2016, 1, 1)), answer(date(2015, 1, 1)), None),
    ],
)
def test_the_gap_is_how_much_a_number_misses_by(test, given_, missed):
    assert gap(test, given_) == missed


ids = st.sampled_from(IDS)
id_lists = st.lists(ids, max_size=2).map(tuple)
tests_on_places = st.builds(
    Asked,
    fact=st.just("region"),
    operator=st.sampled_from(sorted(TAXONOMIC)),
    expected=st.lists(ids, min_size=1, max_size=3).map(tuple),
    scope=st.one_of(st.just(()), ids.map(lambda place: (place,))),
    stated=st.booleans(),
)
answers_on_places = st.builds(
    Answer, sure=id_lists, inferred=id_lists, one_of=id_lists, doubtful=id_lists, unreadable=st.booleans()
)


@given(tests_on_places, st.one_of(st.none(), answers_on_places))
def test_a_reason_is_given_exactly_when_the_verdict_is_unknown(test, given_):
    decision = decide(test, given_, PLACES)
    assert (decision.why is None) == (decision.verdict is not Verdict.UNKNOWN)


@given(tests_on_places, answers_on_places)
def test_inferred_values_never_make_a_condition_unmet(test, given_):
    without = Answer(sure=given_.sure, one_of=given_.one_of, doubtful=given_.doubtful, unreadable=given_.unreadable)
    if decide(test, given_, PLACES).verdict is Verdict.UNMET:
        assert decide(test, without, PLACES).verdict is Verdict.UNMET


@given(tests_on_places, id_lists)
def test_doubtful_readings_and_unread_input_never_settle_anything(test, doubtful):
    assert decide(test, Answer(doubtful=doubtful, unreadable=True), PLACES).verdict is Verdict.UNKNOWN


@given(tests_on_places, st.lists(ids, min_size=1, max_size=3).map(tuple), st.data())
def test_saying_it_more_exactly_never_turns_a_settled_verdict(test, places, data):
    coarse = decide(test, Answer(sure=places), PLACES).verdict
    exact = tuple(data.draw(st.sampled_from(sorted(PLACES.descendants(place)))) for place in places)
    if coarse is not Verdict.UNKNOWN:
        assert decide(test, Answer(sure=exact), PLACES).verdict is coarse


@given(tests_on_places, id_lists, st.lists(ids, min_size=1, max_size=3).map(tuple), st.booleans())
def test_what_an_ambiguous_input_settles_each_of_its_readings_settles_alike(test, sure, readings, unreadable):
    ambiguous = decide(test, Answer(sure=sure, one_of=readings, unreadable=unreadable), PLACES).verdict
    if ambiguous is not Verdict.UNKNOWN:
        for reading in readings:
            chosen = Answer(sure=(*sure, reading), unreadable=unreadable)
            assert decide(test, chosen, PLACES).verdict is ambiguous


@given(tests_on_places, id_lists, st.lists(ids, min_size=1, max_size=2).map(tuple))
def test_a_doubtful_reading_that_turned_out_true_never_turns_a_settled_verdict(test, sure, doubtful):
    before = decide(test, Answer(sure=sure, doubtful=doubtful), PLACES).verdict
    if before is not Verdict.UNKNOWN:
        assert decide(test, Answer(sure=(*sure, *doubtful)), PLACES).verdict is before


@given(tests_on_places)
def test_a_missing_fact_is_unknown(test):
    assert decide(test, None, PLACES) == MISSING
