"""Forms read into profiles and back, answers put into them, conditions as rows, changes told: without a browser."""

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from werkzeug.datastructures import MultiDict

from matcher.answers.engine import Engine
from matcher.answers.measure_shapes import Condition
from matcher.profiles.profile import MatchRequest, Profile
from matcher.standing import Standing
from rules.language.measures import Verdict, Why
from seeds.documents import Quote
from service.pages.check.conditions import Rows, asking_once
from service.pages.check.fields import Fields, is_field, read_profile, typed_of
from service.pages.check.page import EXAMPLES, changed_measures, examples, offered_needs, read_typed
from service.pages.wording import page_words

DAY = date(2026, 1, 2)


@pytest.fixture(scope="module")
def engine(catalogue):
    return Engine(catalogue)


def test_declared_facts_are_read_by_their_type(catalogue):
    typed = {
        "facts.leading_enterprise": "yes", "facts.ah-x.meets": "no", "facts.size_class": "small",
        "facts.invention_patents": "１２", "facts.registered_capital_cny": "500万元", "facts.revenue_growth": "5%",
        "facts.listed": "maybe",
    }  # fmt: skip
    assert read_profile(typed, catalogue.facts) == {
        "facts": {
            "leading_enterprise": True, "ah-x.meets": False, "size_class": ["small"], "invention_patents": 12,
            "registered_capital_cny": "500万元", "revenue_growth": "5%", "listed": "maybe",
        }
    }  # fmt: skip


_WORDS = st.text(st.sampled_from("聚乳酸PLA （）-"), min_size=1, max_size=8).map(str.strip).filter(bool)
_PROFILES = st.fixed_dictionaries(
    {},
    optional={
        "city": _WORDS, "sector": _WORDS, "products": st.lists(_WORDS, min_size=1, max_size=3),
        "stage": st.lists(_WORDS, min_size=1, max_size=2), "needs": st.lists(_WORDS, min_size=1, max_size=2),
        "employees": st.integers(0, 10**9), "foreign_invested": st.booleans(), "founded_on": st.just("2015-03-01"),
        "facts": st.dictionaries(st.sampled_from(["listed", "ah-x.meets"]), st.booleans(), min_size=1),
    },
)  # fmt: skip


@given(_PROFILES)
def test_what_would_be_typed_for_a_profile_reads_as_that_profile(profile):
    assert read_profile(typed_of(profile)) == profile


def test_a_profile_of_the_api_is_written_as_people_would_type_it():
    profile = {
        "sector": ["生物材料", "酶制剂"],
        "annual_revenue_cny": 3.2e8,
        "rd_spend_cny": 0.5,
        "city": None,
        "name": "x",
    }
    assert typed_of(profile) == {"sector": "生物材料、酶制剂", "annual_revenue_cny": "320000000", "rd_spend_cny": "0.5"}


@pytest.mark.parametrize(
    ("form", "typed"),
    [
        ([("city", "合肥"), ("answer", "stage=中试")], {"city": "合肥", "stage": "中试"}),
        ([("city", "安徽"), ("add.city", "安徽"), ("add.city", "合肥"), ("add.city", " 安徽 ")], {"city": "合肥"}),
        ([("city", "合肥"), ("add.city", "")], {}),
        ([("add.employees", "12"), ("answer", "facts.listed=no")], {"employees": "12", "facts.listed": "no"}),
        ([("answer", "limit=3"), ("add.before", "x"), ("answer", "city"), ("name", "x")], {}),
        ([("answer", "city=a=b")], {"city": "a=b"}),
        ([("needs", "融资\r\n中试"), ("also.needs", "中试"), ("also.needs", "场地")], {"needs": "融资\n中试\n场地"}),
        ([("also.needs", ""), ("also.limit", "x"), ("also.", "y")], {}),
        ([("example", "0"), ("city", "合肥")], dict(EXAMPLES[0])),
        ([("example", "99"), ("city", "合肥")], {"city": "合肥"}),
        ([("example", "²"), ("city", "合肥")], {"city": "合肥"}),
    ],
    ids=[
        "a button",
        "the one that differs",
        "emptied",
        "both",
        "no fields",
        "equals",
        "ticked",
        "ticked nothing",
        "an example",
        "no example",
        "no number",
    ],
)
def test_answers_beside_the_form_are_put_into_it(form, typed):
    assert {name: text for name, text in read_typed(MultiDict(form)).items() if text} == typed


def _condition(catalogue, fact, expected, actual, gap):
    cite = Quote(document=next(iter(catalogue.documents)), clause="1", quote="x", start=0, end=1)
    return Condition(
        fact=fact, label="x", verdict=Verdict.UNMET, why=None, expected=[expected], actual=actual, gap=gap, cite=cite
    )


@pytest.mark.parametrize(
    ("fact", "expected", "actual", "gap", "says"),
    [
        ("employees", 50, 30, 20, ("还差 20 人", "short by 20 people")),
        ("annual_revenue_cny", 2e8, 1.5e8, 5e7, ("还差 5000万元", "short by CNY 50,000,000")),
        ("rd_staff_share", 0.1, 0.08, 0.02, ("还差 2 个百分点", "short by 2 percentage points")),
        ("years_in_business", 5, 8, 3, ("超出 3 年", "over by 3 years")),
        ("employees", 50, 50, 0, ("正好等于界限值，未达到要求", "exactly at the limit, which does not count")),
        ("region", "440000", "340100", None, ("", "")),
    ],
)
def test_a_gap_is_reported_in_the_unit_of_its_fact(app, catalogue, fact, expected, actual, gap, says):  # noqa: PLR0913, PLR0917
    for language, words in zip(("zh", "en"), says, strict=True):
        with app.test_request_context("/"):
            rows = Rows(catalogue, Fields(catalogue, language), page_words(language), {})
            row = rows.row(_condition(catalogue, fact, expected, actual, gap))
        assert row.gap == words
        assert row.asked is None
        assert row.stated


def test_a_field_is_asked_for_once_on_a_page(app, catalogue):
    with app.test_request_context("/"):
        rows = Rows(catalogue, Fields(catalogue, "zh"), page_words("zh"), {})
        unmet = _condition(catalogue, "region", "440000", None, None)
        unknown = replace(unmet, verdict=Verdict.UNKNOWN, why=Why.FACT_MISSING)
        group = replace(unmet, parts=(replace(unknown, fact="stage"), replace(unknown, fact="employees")))
        asked = [unknown, unknown, replace(unknown, fact="stage"), group]
        first, second, third, fourth = asking_once(map(rows.row, asked), {"employees"})
    assert (first.asked.field.name, second.asked, third.asked.field.name) == ("city", None, "stage")
    assert second.elsewhere == first.asked.anchor
    assert [(part.asked, part.elsewhere) for part in fourth.parts] == [(None, "ask-stage"), (None, "ask-employees")]
    assert [value for value, _ in third.asked.field.choices][:3] == ["概念", "研发", "中试"]


@pytest.mark.parametrize(("language", "reason"), [("zh", "（落户后符合）"), ("en", "(met after the move)")])
def test_what_holds_after_a_move_says_so_and_asks_nothing(app, catalogue, language, reason):
    with app.test_request_context("/"):
        rows = Rows(catalogue, Fields(catalogue, language), page_words(language), {})
        away = _condition(catalogue, "region", "440000", "810000", None)
        row = rows.row(replace(away, verdict=Verdict.UNKNOWN, why=Why.PLANNED))
    assert row.reason.strip() == reason
    assert row.asked is None
    assert row.stated


@pytest.mark.parametrize(
    ("actual", "field"), [("310000", "target_city"), ("340100", "target_city"), ("440000", "city"), (None, "city")]
)
def test_a_place_is_asked_for_where_it_is_still_open_here_or_there(app, catalogue, actual, field):
    with app.test_request_context("/"):
        rows = Rows(catalogue, Fields(catalogue, "zh"), page_words("zh"), {})
        coarse = replace(_condition(catalogue, "region", "440300", None, None), verdict=Verdict.UNKNOWN)
        row = rows.row(replace(coarse, why=Why.TOO_COARSE, actual=actual))
    assert row.asked.field.name == field


def test_each_change_of_standing_is_reported_in_its_list(app, catalogue):
    ids = list(catalogue.measures)[:10]
    a, p, w, n = Standing.APPLICABLE, Standing.POSSIBLE, Standing.WITHHELD, Standing.NOT_APPLICABLE
    before = dict(zip(ids, (n, p, w, p, a, a, p, a, w, n), strict=True))
    now = dict(zip(ids, (a, a, p, p, p, n, n, w, n, w), strict=True))
    with app.test_request_context("/"):
        lists = changed_measures(before, now, catalogue, page_words("zh"))
    assert {one["key"]: [ids.index(measure["id"]) for measure in one["measures"]] for one in lists} == {
        "settled": [1], "opened": [0], "perhaps": [2], "doubted": [4], "closed": [5, 6], "unlisted": [7],
    }  # fmt: skip


def test_every_fact_can_be_asked_for_in_both_languages(catalogue):
    for language in ("zh", "en"):
        fields = Fields(catalogue, language)
        manual = [name for name in fields.asked_for if name not in catalogue.facts]
        assert len(manual) > 10
        for fact in (*catalogue.facts, *manual):
            field = fields.of_fact(fact)
            assert field.label
            assert fields.question(fact)
            assert is_field(field.name)
        for name in fields.asked_for:
            assert fields.of_fact(name) in fields.of_form({f"facts.{name}": "yes"})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_offered_with_one_tap_is_understood_and_finds_measures(engine, language):
    """Common needs and example companies, in the words of either language."""
    needs = offered_needs(engine.catalogue, language)
    assert len(set(needs)) == 8
    assert len(examples(engine.catalogue, language)) == 3
    asked = [{"city": "蚌埠市", "needs": (need,)} for need in needs]
    for company in [*EXAMPLES, *asked]:
        several = {name: tuple(text.split("\n")) if isinstance(text, str) else text for name, text in company.items()}
        answer = engine.match(MatchRequest(profile=Profile(**{**several, "city": company["city"]}), on=DAY))
        assert answer.profile.unrecognised == (), company
        assert answer.recommendations, company


def test_examples_are_of_places_that_the_catalogue_speaks_of(catalogue):
    only = {name: one for name, one in catalogue.documents.items() if one.region == "340000"}
    assert [text[:3] for _, text in examples(dataclasses.replace(catalogue, documents=only), "zh")] == ["安徽省"] * 2
