"""Facts: what a value of each type may be, what is derived, and what a damaged list is told."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.compiled.bit_planes import derive_numbers, number_column
from rules.language.amounts import Interval, parse_days
from rules.language.facts import (
    DERIVED,
    FLAGS,
    NUMERIC,
    Answer,
    FactError,
    FactType,
    add_up,
    derive,
    known_range,
    load_facts,
    parse_fact_value,
)
from seeds.faults import SeedError
from seeds.profile_fields import FILE


def parse(lexicon, fact, raw):
    return parse_fact_value(lexicon.facts[fact], raw, lexicon.vocabularies)


@pytest.mark.parametrize(
    ("fact", "raw", "values"),
    [
        ("region", "440300", ("440300",)),
        ("region", 440300, ("440300",)),
        ("region", ["440300", "zone:hengqin"], ("440300", "zone:hengqin")),
        ("sector", "疫苗", ("vaccines",)),
        ("certifications", ["高新技术企业", "gmp"], ("high-tech-enterprise", "gmp")),
        ("certifications", ("小巨人",), ("little-giant",)),
        ("stage", [], ()),
        ("employees", 120, (120.0,)),
        ("employees", 0, (0.0,)),
        ("annual_revenue_cny", "2亿元", (2e8,)),
        ("annual_revenue_cny", 200000000, (2e8,)),
        ("rd_intensity", "5%", (0.05,)),
        ("rd_intensity", 0.05, (0.05,)),
        ("rd_intensity", 1, (1.0,)),
        ("founded_on", "2015-03-01", (date(2015, 3, 1),)),
        ("founded_on", date(2015, 3, 1), (date(2015, 3, 1),)),
        ("foreign_invested", False, (False,)),
        ("leading_enterprise", True, (True,)),
    ],
)
def test_a_value_of_the_right_kind_is_read(lexicon, fact, raw, values):
    assert parse(lexicon, fact, raw) == values


@pytest.mark.parametrize(
    ("fact", "raw", "message", "hint"),
    [
        ("region", "999999", "'999999' is not an entry of regions", "see /v1/vocabularies/regions"),
        ("sector", "vaccine-makers", "'vaccine-makers' is not an entry of sectors", "nearest: vaccines"),
        ("stage", "pilott", "'pilott' is not an entry of stages", "nearest: pilot"),
        ("region", {}, "'{}' is not an entry of regions", ""),
        ("region", [["440300"]], "\"['440300']\" is not an entry of regions", ""),
        ("employees", "120", "must be a number from 0 up", "in people"),
        ("employees", -1, "must be a number from 0 up", "in people"),
        ("employees", True, "must be a number from 0 up", "in people"),
        ("employees", float("nan"), "must be a number from 0 up", "in people"),
        ("employees", float("inf"), "must be a number from 0 up", "in people"),
        ("employees", 10**400, "must be a number from 0 up", "in people"),
        ("annual_revenue_cny", "一些", "'一些' is no amount of money", ""),
        ("annual_revenue_cny", None, "must be a number from 0 up", ""),
        ("annual_revenue_cny", 1e16, "must be a number from 0 up", ""),
        ("rd_intensity", 5, "'5' is no share between 0 and 1", ""),
        ("rd_intensity", "五成", "'五成' is no share", ""),
        ("founded_on", "2015年", "'2015年' is no date", "write it as 2015-03-01"),
        ("founded_on", "2015-02-30", "'2015-02-30' is no date", "write it as 2015-03-01"),
        ("foreign_invested", "是", "must be true or false", "leave it out when unknown"),
        ("foreign_invested", 1, "must be true or false", ""),
        ("leading_enterprise", "true", "must be true or false", ""),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_fact(lexicon, fact, raw, message, hint):
    with pytest.raises(FactError) as caught:
        parse(lexicon, fact, raw)
    assert caught.value.fact == fact
    assert message in caught.value.worded("en")[0]
    assert hint in caught.value.worded("en")[1]
    assert str(caught.value).startswith(f"{fact}: ")


def test_a_word_that_names_two_entries_is_no_value(lexicon):
    assert len(lexicon.vocabularies["size_classes"].find("中小企业")) > 1
    with pytest.raises(FactError, match="is not an entry of size_classes"):
        parse(lexicon, "size_class", "中小企业")


def test_the_published_list_is_whole(lexicon):
    assert all(fact.zh and fact.en and fact.ask_zh and fact.ask_en for fact in lexicon.facts.values())
    for fact in lexicon.facts.values():
        assert (fact.vocabulary in lexicon.vocabularies) == (fact.type is FactType.SET)
        assert fact.label("zh") == fact.zh
        assert fact.label("en") == fact.en
        assert fact.question("zh") == fact.ask_zh
        assert fact.question("en") == fact.ask_en
    assert set(lexicon.facts) >= DERIVED.keys()
    assert not NUMERIC & FLAGS


@pytest.mark.parametrize(
    ("founded", "on", "years"),
    [
        ("2015-03-01", "2025-03-01", 10),
        ("2015-03-01", "2025-02-28", 9),
        ("2020-02-29", "2021-02-28", 0),
        ("2020-02-29", "2021-03-01", 1),
        ("2020-02-29", "2024-02-29", 4),
        ("2025-06-01", "2025-06-01", 0),
    ],
)
def test_years_in_business_are_whole_years_completed(founded, on, years):
    answers = derive({"founded_on": Answer(sure=(date.fromisoformat(founded),))}, date.fromisoformat(on))
    assert answers["years_in_business"] == Answer(sure=(float(years),))


def test_a_founding_in_the_future_derives_nothing():
    answers = derive({"founded_on": Answer(sure=(date(2026, 1, 1),))}, date(2025, 1, 1))
    assert "years_in_business" not in answers


def test_shares_are_derived_where_both_parts_are_known():
    answers = {
        "rd_staff": Answer(sure=(30.0,)),
        "employees": Answer(sure=(120.0,)),
        "rd_spend_cny": Answer(sure=(5e7,)),
        "annual_revenue_cny": Answer(sure=(2e7,)),
    }
    derived = derive(answers, date(2025, 1, 1))
    assert derived["rd_staff_share"] == Answer(sure=(0.25,))
    assert derived["rd_intensity"] == Answer(sure=(2.5,))


@pytest.mark.parametrize(
    "answers",
    [
        {"rd_staff": Answer(sure=(30.0,))},
        {"rd_staff": Answer(sure=(30.0,)), "employees": Answer(sure=(0.0,))},
        {"rd_staff": Answer(sure=(30.0,)), "employees": Answer(unreadable=True)},
        {"rd_staff": Answer(sure=(30.0,)), "employees": Answer(sure=(100.0, 120.0))},
    ],
    ids=["a part missing", "nothing to divide by", "a part not understood", "a part said twice"],
)
def test_a_share_is_not_derived_from_half_knowledge(answers):
    assert "rd_staff_share" not in derive(answers, date(2025, 1, 1))


figures = st.one_of(st.none(), st.integers(0, 10**12).map(float))
figures |= st.tuples(st.integers(0, 9), st.integers(9, 20)).map(lambda ends: Interval(*map(float, ends)))
figures |= st.integers(0, 9).map(lambda low: Interval(float(low), float("inf")))
founding = st.one_of(st.none(), st.dates(date(1950, 1, 1), date(2030, 1, 1)))
founding |= st.integers(1950, 2031).map(lambda year: parse_days(str(year)))


def said(value):
    return value is not None and (Answer(between=value) if isinstance(value, Interval) else Answer(sure=(value,)))


rows_of_parts = st.lists(st.tuples(founding, figures, figures, figures, figures), min_size=1, max_size=8)


@given(rows_of_parts, st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_columns_derive_what_is_derived_for_each_row(rows, on):
    parts = ("founded_on", "rd_staff", "employees", "rd_spend_cny", "annual_revenue_cny")
    assert {part for needed in DERIVED.values() for part in needed} == set(parts)
    columns = {}
    for part, column in zip(parts, zip(*rows, strict=True), strict=True):
        low, high = np.array(
            [known_range(said(value) or None) or (np.nan, np.nan) for value in column], dtype=np.float64
        ).T
        columns[part] = number_column((low, high))
    derived = derive_numbers(columns, on)
    assert set(derived) == set(DERIVED)
    for place, row in enumerate(rows):
        single = derive({part: said(value) for part, value in zip(parts, row, strict=True) if value is not None}, on)
        for fact, column in derived.items():
            expected = known_range(single.get(fact)) or (np.nan, np.nan)
            np.testing.assert_equal(tuple(end[place] for end in column.ends), expected)
            np.testing.assert_equal(column.numbers[place], expected[0] if expected[0] == expected[1] else np.nan)


@given(st.floats(0, 1), st.dates(date(1950, 1, 1), date(2025, 1, 1)))
def test_what_was_declared_is_never_overwritten(share, founded):
    declared = {
        "rd_staff_share": Answer(sure=(share,)),
        "years_in_business": Answer(sure=(7.0,)),
        "rd_staff": Answer(sure=(1.0,)),
        "employees": Answer(sure=(2.0,)),
        "founded_on": Answer(sure=(founded,)),
    }
    assert derive(declared, date(2025, 6, 1)) == declared


def test_a_fact_of_an_unknown_type_is_reported(tmp_path):
    path = tmp_path / "profile_fields.yaml"
    text = FILE.read_text("utf-8").replace("{id: region, type: set,", "{id: region, type: colour,")
    path.write_text(text, "utf-8")
    with pytest.raises(SeedError) as caught:
        load_facts(path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.pointer, fault.code) == ("profile_fields.yaml", "/fields/city/facts", "no_type_of_fact")
    assert fault.worded("en")[1].startswith("known: ['set', 'number'")


def test_facts_are_published_in_their_order_with_the_field_that_supplies_them():
    facts = load_facts(FILE)
    assert list(facts)[:4] == ["region", "target_region", "sector", "concepts"]
    reported = {
        name: (facts[name].field, facts[name].vocabulary) for name in ("concepts", "rd_intensity", "size_class")
    }
    assert reported == {
        "concepts": ("products", "concepts"),
        "rd_intensity": ("rd_spend_cny", ""),
        "size_class": ("facts", "size_classes"),
    }


@pytest.mark.parametrize(
    ("answers", "planned"),
    [
        ({"region": Answer(sure=("810000",)), "target_region": Answer(sure=("440300",))}, Answer(sure=("440300",))),
        ({"region": Answer(sure=("810000",)), "target_region": Answer(unreadable=True)}, Answer(unreadable=True)),
        ({"region": Answer(sure=("440300",)), "target_region": Answer(sure=("440300",))}, None),
        ({"region": Answer(sure=("440300",))}, None),
    ],
    ids=["elsewhere", "not understood", "the same place", "no plan"],
)
def test_who_will_be_elsewhere_answers_of_its_place_what_is_planned(answers, planned):
    derived = derive(answers, date(2025, 6, 1))
    assert derived["region"].planned == planned
    assert {fact: replace(answer, planned=None) for fact, answer in derived.items()} == answers


def test_a_planned_place_alone_says_nothing_of_where_a_company_is():
    assert "region" not in derive({"target_region": Answer(sure=("440300",))}, date(2025, 6, 1))


def test_what_inputs_plan_adds_up_too():
    parts = [Answer(sure=("a",)), Answer(sure=("b",), planned=Answer(sure=("c",)))]
    assert add_up(parts) == Answer(sure=("a", "b"), planned=Answer(sure=("c",)))
    assert add_up(parts[:1]).planned is None
