"""Facts declared under their published ids, and facts worked out from others."""

from datetime import date

import pytest

from matcher.profiles.declared import DeclaredFacts
from matcher.profiles.profile import MatchError
from matcher.profiles.words import How


def facts(reading, fact):
    """Return the values read of one fact, each with how."""
    return [(read.value, read.how.value) for read in reading.facts if read.fact == fact]


def test_a_declared_fact_takes_the_place_of_what_was_read(read):
    reading = read(sector=("生物材料",), products=("疫苗",), facts={"sector": ["biofood"]})
    assert facts(reading, "sector") == [("biofood", "declared")]
    answer = reading.answers["sector"]
    assert (answer.sure, answer.inferred, answer.unreadable) == (("biofood",), (), False)


def test_a_declared_fact_settles_a_doubt(read):
    reading = read(sector=("生物材科",), facts={"sector": "biomaterials"})
    assert reading.unrecognised == ()
    assert reading.answers["sector"].sure == ("biomaterials",)
    assert [(m.vocabulary, m.id) for m in reading.mentions] == [("sectors", "biomaterials")]


@pytest.mark.parametrize(
    ("typed", "declared"),
    [
        ({"city": "深圳"}, {"region": "440300"}),
        (
            {"products": ("聚乳酸",), "sector": ("生物材料",)},
            {"concepts": ["polylactic-acid"], "sector": ["biomaterials"]},
        ),
        ({"needs": ("首台套认定",)}, {"needs": ["first-equipment-recognition"]}),
    ],
    ids=["region", "concepts", "needs"],
)
def test_a_declared_value_is_mentioned_like_a_typed_one(read, typed, declared):
    stated, reported = read(**typed), read(facts=declared)
    wanted = {(m.vocabulary, m.id) for m in stated.mentions if m.how is not How.INFERRED}
    assert {(m.vocabulary, m.id) for m in reported.mentions} == wanted


def test_a_declared_region_is_where_the_company_stays(read):
    answers = read(city="广州", facts={"region": "440300"}).answers
    assert answers["target_region"].sure == ("440300",)


def test_a_local_manual_condition_can_be_declared(read):
    assert read(facts={"some-measure.local": True}).answers["some-measure.local"].sure == (True,)


@pytest.mark.parametrize(
    ("declared", "pointer"),
    [
        ({"no_such_fact": 1}, "/facts/no_such_fact"),
        ({"a/b~c": 1}, "/facts/a~1b~0c"),
        ({"employees": "many"}, "/facts/employees"),
        ({"employees": -1}, "/facts/employees"),
        ({"foreign_invested": "yes"}, "/facts/foreign_invested"),
        ({"sector": ["no-such-sector"]}, "/facts/sector"),
        ({"founded_on": "yesterday"}, "/facts/founded_on"),
        ({"some-measure.local": "true"}, "/facts/some-measure.local"),
        ({"rd_staff_share": 1.5}, "/facts/rd_staff_share"),
    ],
    ids=str,
)
def test_a_declared_fact_that_cannot_be_is_refused_with_its_pointer(read, declared, pointer):
    with pytest.raises(MatchError) as refused:
        read(facts=declared)
    (fault,) = refused.value.faults
    assert fault.pointer == pointer
    assert fault.worded("en")[0]


def test_all_bad_facts_are_reported_at_once(read):
    with pytest.raises(MatchError) as refused:
        read(facts={"one": 1, "employees": -5, "two": 2})
    assert [fault.pointer for fault in refused.value.faults] == ["/facts/one", "/facts/employees", "/facts/two"]


@pytest.mark.parametrize(
    ("profile", "fact", "value"),
    [
        ({"founded_on": date(2015, 6, 1)}, "years_in_business", 10.0),
        ({"founded_on": date(2015, 6, 2)}, "years_in_business", 9.0),
        ({"employees": 100, "rd_staff": 25}, "rd_staff_share", 0.25),
        ({"annual_revenue_cny": 2e8, "rd_spend_cny": 1e7}, "rd_intensity", 0.05),
    ],
    ids=["ten-years-today", "a-day-short", "staff", "spend"],
)
def test_shares_and_years_are_derived(read, profile, fact, value):
    assert read(**profile).answers[fact].sure == (value,)


@pytest.mark.parametrize(
    "profile",
    [{"rd_staff": 25}, {"employees": 0, "rd_staff": 0}, {"founded_on": date(2030, 1, 1)}],
    ids=["half-known", "division-by-zero", "not-founded-yet"],
)
def test_what_cannot_be_derived_stays_missing(read, profile):
    assert not {"rd_staff_share", "years_in_business"} & set(read(**profile).answers)


def test_a_declared_share_is_not_overwritten_by_a_derived_one(read):
    answers = read(employees=100, rd_staff=25, facts={"rd_staff_share": 0.4}).answers
    assert answers["rd_staff_share"].sure == (0.4,)


@pytest.mark.parametrize(("declared", "known"), [(-0.05, -0.05), ("-5%", -0.05), ("120%", 1.2), (0, 0.0)])
def test_a_growth_rate_may_be_negative_or_above_one(read, declared, known):
    assert read(facts={"revenue_growth": declared}).answers["revenue_growth"].sure == (known,)


@pytest.mark.parametrize("declared", [1.2, "翻番", -2, True])
def test_what_is_no_rate_is_refused(read, declared):
    with pytest.raises(MatchError) as refused:
        read(facts={"revenue_growth": declared})
    assert [fault.pointer for fault in refused.value.faults] == ["/facts/revenue_growth"]


def test_what_is_declared_is_judged_without_reading_a_profile(engine):
    declared = DeclaredFacts.of(engine.catalogue)
    manual = next(
        test.fact for m in engine.catalogue.measures.values() for test in m.tests if test.fact in declared.manual
    )
    good = {"employees": 12, manual: True, "region": "深圳"}
    assert declared.read(good) == {"employees": (12.0,), manual: (True,), "region": ("440300",)}
    assert declared.faults_of(good) == ()
    bad = {"employees": "many", manual: "yes", "no/such": 1, "region": "440300"}
    faults = declared.faults_of(bad)
    assert [fault.pointer for fault in faults] == ["/facts/employees", f"/facts/{manual}", "/facts/no~1such"]
    with pytest.raises(MatchError) as error:
        declared.read(bad)
    assert error.value.faults == faults


def test_published_facts_are_no_manual_conditions(engine):
    declared = DeclaredFacts.of(engine.catalogue)
    assert declared.manual
    assert declared.manual.isdisjoint(engine.catalogue.facts)
    asked = {test.fact for m in engine.catalogue.measures.values() for test in m.tests if test.operator == "manual"}
    assert declared.manual <= asked
