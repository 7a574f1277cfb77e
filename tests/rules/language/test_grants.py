"""What format 2 states of a measure: read strictly, numbers held against their words, and what follows from it."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from rules.language.condition_parsing import PackError
from rules.language.facts import Answer
from rules.language.figures import states_years
from rules.language.grants import (
    Beneficiary,
    BenefitItem,
    Cap,
    CapBy,
    Gift,
    Grant,
    Per,
    Span,
    TermKind,
    Tier,
)
from rules.language.measures import MET, UNKNOWN, UNMET
from rules.language.pack import parse_pack, reference_faults
from rules.language.payment import next_tier, payment_of
from rules.language.stacking import Level, Sort, Stacking, StackingRule, Together, pair
from seeds.documents import Quote
from seeds.faults import load_yaml

PACK = Path(__file__).parents[1] / "policies" / "packs" / "chenghu-industry-2026.yaml"
CITE = Quote(document="d", clause="1", quote="不重复享受", start=0, end=5)


@pytest.fixture
def raw():
    return copy.deepcopy(load_yaml(PACK))


@pytest.fixture
def parse(policies, lexicon):
    return lambda data: parse_pack(data, file=PACK.name, documents=policies.documents, lexicon=lexicon)


def of(raw, measure):
    return next(one for one in raw["measures"] if one["id"] == measure)


def test_all_that_a_measure_states_is_there(policies):
    grant = policies.grants["ch-revenue-award"]
    item = grant.benefits[0]
    assert [tier.gift.amount for tier in item.tiers] == [Span(low=a, high=a) for a in (2e5, 8e5, 1.5e6)]
    assert (item.first_time_only, item.difference_only, item.gift) == (True, True, None)
    assert [paper.id for paper in grant.materials] == ["application-form", "business-licence", "audit-report"]
    assert [(term.kind, term.value) for term in grant.terms] == [
        (TermKind.NO_RELOCATION, 5), (TermKind.CLAWBACK, None), (TermKind.BUDGET, 5e7),
    ]  # fmt: skip
    assert grant.channels[0].name == "澄湖惠企"
    assert grant.definitions[0].term == "企业"
    assert policies.grants["ch-brokers"].beneficiary.kind is Beneficiary.AGENCY
    step = policies.grants["ch-growth-award"].benefits[0].gift
    assert (step.per, step.step, step.caps[0].by, step.most_cny) == (Per.STEP, 1e6, CapBy.ENTERPRISE, 5e5)
    assert policies.grants["ch-equipment"].benefits[0].instalments == 2
    assert policies.grants["ch-doctors"].benefits[0].years == 3


def test_every_quote_of_a_grant_stands_where_it_says(policies):
    found = 0
    for measure, grant in policies.grants.items():
        text = policies.documents[policies.measures[measure].document].text
        for quote in quotes_in(grant):
            assert text[quote.start : quote.end] == quote.quote
            found += 1
    assert found > 30


def quotes_in(value):
    if isinstance(value, Quote):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from quotes_in(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from quotes_in(getattr(value, name))


def test_format_1_still_has_its_one_benefit_and_window(policies):
    measure = policies.measures["ch-equipment"]
    assert (measure.benefit.kind, measure.benefit.rate, measure.benefit.cap_cny) == ("grant", 0.2, 5e6)
    assert policies.measures["ch-revenue-award"].window.closes is None
    assert not policies.packs["fangzhou-first-of-kind-2026"].grants
    assert policies.measures["fz-first-equipment-national"].benefit.amount_cny == 5e6


BRACKETS = {"brackets": [{"up_to": "300万元", "rate": "10%"}, {"up_to": "100万元", "rate": "10%"}, {"rate": "10%"}]}
MONTHS = {"months": [3, 9], "cite": {"clause": "4.1", "quote": "每年3月1日至4月30日"}}
FAULTY = {
    "an amount that is not in the words": ("ch-equipment", lambda m: m["benefits"][0]["caps"][0].update(amount="5亿元"), "/benefits/0/caps/0/amount", "not_in_cite"),
    "a rate ten times too small": ("ch-equipment", lambda m: m["benefits"][0].update(rate="2%"), "/benefits/0/rate", "not_in_cite"),
    "a threshold ten times too small": ("ch-equipment", lambda m: m["conditions"][0].update(at_least="50万元"), "/conditions/0", "not_in_cite"),
    "a threshold of a tier": ("ch-revenue-award", lambda m: m["benefits"][0]["tiers"][0]["when"].update(at_least="2亿元"), None, "not_in_cite"),
    "years that are not in the words": ("ch-doctors", lambda m: m["benefits"][0].update(years=5), "/benefits/0/years", "not_in_cite"),
    "instalments that are not in the words": ("ch-equipment", lambda m: m["benefits"][0].update(instalments=3), "/benefits/0/instalments", "not_in_cite"),
    "a budget that is not in the words": ("ch-revenue-award", lambda m: m["terms"][2].update(value="6000万元"), "/terms/2/value", "not_in_cite"),
    "a day that is not in the words": ("ch-revenue-award", lambda m: m["windows"][0].update(opens="03-02"), "/windows/0/opens", "not_in_cite"),
    "a day that does not exist": ("ch-revenue-award", lambda m: m["windows"][0].update(opens="02-30"), "/windows/0/opens", "no_date"),
    "a yearly window without an end": ("ch-revenue-award", lambda m: m["windows"][0].pop("closes"), "/windows/0", "period_form"),
    "a name that is not printed": ("ch-revenue-award", lambda m: m["channels"][0].update(name="惠企通"), "/channels/0/name", "not_in_cite"),
    "a channel of no known kind": ("ch-revenue-award", lambda m: m["channels"][0].update(by="fax"), "/channels/0/by", "no_member"),
    "an address that is none": ("ch-revenue-award", lambda m: m["channels"][0].update(url="澄湖惠企"), "/channels/0/url", "no_web_address"),
    "an unknown paper": ("ch-revenue-award", lambda m: m["materials"][0].update(id="form"), "/materials/0/id", "no_material"),
    "words that do not stand there": ("ch-revenue-award", lambda m: m["materials"][0].update(cite="申请函"), "/materials/0/cite", "not_in_clause"),
    "an unknown key": ("ch-doctors", lambda m: m["benefits"][0].update(max=1), "/benefits/0/max", "unknown_key"),
    "an unknown kind": ("ch-doctors", lambda m: m["benefits"][0].update(kind="money"), "/benefits/0/kind", "no_member"),
    "an unknown base": ("ch-equipment", lambda m: m["benefits"][0].update(of="gold"), "/benefits/0/of", "no_member"),
    "a base that is no money": ("ch-equipment", lambda m: m["benefits"][0].update(of_fact="local_contribution_growth"), "/benefits/0/of_fact", "fact_of_type"),
    "an amount and a most": ("ch-doctors", lambda m: m["benefits"][0].update(up_to="6万元"), "/benefits/0/up_to", "amount_and_up_to"),
    "a falling range": ("ch-doctors", lambda m: m["benefits"][0].update(amount=["6万元", "3万元"]), "/benefits/0/amount", "range_form"),
    "no words at all": ("ch-doctors", lambda m: m["benefits"][0].pop("cite"), "/benefits/0/cite", "key_empty"),
    "a flag that is none": ("ch-revenue-award", lambda m: m["benefits"][0].update(first_time_only="yes"), "/benefits/0/first_time_only", "must_be_flag"),
    "a tier without words": ("ch-revenue-award", lambda m: m["benefits"][0]["tiers"][0].pop("cite"), "/benefits/0/tiers/0/cite", "key_empty"),
    "a rule about nothing": ("ch-rd-subsidy", lambda m: m["stacking"][0].update({"with": "all"}), "/stacking/0/with", "stacking_form"),
    "a scope that is not printed": ("ch-rd-subsidy", lambda m: m["stacking"][0].update(scope="同一项目"), "/stacking/0/scope", "not_in_cite"),
    "a step that nothing is paid for": ("ch-growth-award", lambda m: m["benefits"][0].update(per="item"), "/benefits/0/step", "step_form"),
    "something paid for steps of nothing": ("ch-growth-award", lambda m: m["benefits"][0].pop("step"), "/benefits/0/step", "step_form"),
    "people counted by an amount": ("ch-doctors", lambda m: m["benefits"][0].update(of_fact="equipment_spend_cny"), "/benefits/0/of_fact", "fact_of_type"),
    "a base that nobody publishes": ("ch-equipment", lambda m: m["benefits"][0].update(of_fact="equipment_spend"), "/benefits/0/of_fact", "no_fact"),
    "what is paid without its words": ("ch-revenue-award", lambda m: m["benefits"][0].update(up_to="300万元"), "/benefits/0/cite", "key_empty"),
    "more than where the words say at least": ("ch-equipment", lambda m: m.update(conditions=[{"fact": "equipment_spend_cny", "more_than": "500万元", "cite": "设备投入500万元以上"}]), "/conditions/0", "operator_said"),
    "more than in a tier": ("ch-revenue-award", lambda m: m["benefits"][0]["tiers"][0].update(when={"fact": "annual_revenue_cny", "more_than": "1亿元"}), "/benefits/0/tiers/0/when", "operator_said"),
    "two tiers that ask the same": ("ch-revenue-award", lambda m: m["benefits"][0]["tiers"][1]["when"].update(at_least="1亿元"), "/benefits/0/tiers/1", "tier_order"),
    "tiers put together the wrong way": ("ch-revenue-award", lambda m: m["benefits"][0]["tiers"][1]["when"].update(at_least="10亿元"), "/benefits/0/tiers/2", "tier_order"),
    "a tier of a sentence for several": ("ch-revenue-award", lambda m: m["benefits"][0]["tiers"][0].update(when={"fact": "listed", "is": True}), "/benefits/0/tiers/0/when/cite", "tier_words"),
    "years that are months": ("ch-doctors", lambda m: m["benefits"][0].update(years=36), "/benefits/0/years", "not_in_cite"),
    "years with words that do not say so": ("ch-doctors", lambda m: m["benefits"][0].update(years={"value": 3, "cite": "每人每年6万元"}), "/benefits/0/years", "not_in_cite"),
    "years without a number": ("ch-doctors", lambda m: m["benefits"][0].update(years={"cite": "连续补贴3年"}), "/benefits/0/years/value", "key_empty"),
    "a flag with words that are not there": ("ch-revenue-award", lambda m: m["benefits"][0].update(first_time_only={"cite": "第一次"}), "/benefits/0/first_time_only/cite", "not_in_clause"),
    "brackets that fall": ("ch-rd-subsidy", lambda m: m["benefits"][0].update(BRACKETS), "/benefits/0/brackets", "bracket_form"),
    "one bracket alone": ("ch-rd-subsidy", lambda m: m["benefits"][0].update(brackets=[{"rate": "10%"}]), "/benefits/0/brackets", "bracket_form"),
    "a bracket's rate that is not in the words": ("ch-rd-subsidy", lambda m: m["benefits"][0].update(brackets=[{"up_to": "300万元", "rate": "12%"}, {"rate": "10%"}]), "/benefits/0/brackets/0/rate", "not_in_cite"),
    "months that the words do not name": ("ch-revenue-award", lambda m: m.update(windows=[MONTHS]), "/windows/0/months", "not_in_cite"),
    "months beside days of a year": ("ch-revenue-award", lambda m: m["windows"][0].update(months=[3]), "/windows/0", "period_form"),
    "months that are none": ("ch-revenue-award", lambda m: m.update(windows=[{**MONTHS, "months": [13]}]), "/windows/0", "period_form"),
    "days that fall": ("ch-revenue-award", lambda m: m.update(windows=[{**MONTHS, "days": [15, 1]}]), "/windows/0", "period_form"),
    "a window all year with a first day": ("ch-revenue-award", lambda m: m["windows"][0].update(all_year=True), "/windows/0", "period_form"),
    "a yearly window in place of a yearly one": ("ch-revenue-award", lambda m: m["windows"][0].update(instead=True), "/windows/0", "period_form"),
    "a window from its end to its beginning": ("ch-revenue-award", lambda m: m["windows"][0].update(opens="04-30", closes="03-01"), "/windows/0", "window_order"),
    "a run of one day out of two": ("ch-revenue-award", lambda m: m["windows"][0].update(opens="04-30"), "/windows/0", "window_order"),
    "a word that is defined elsewhere": ("ch-revenue-award", lambda m: m["definitions"][0].update(term="集团"), "/definitions/0/term", "not_in_clause"),
    "levels of its own document": ("ch-rd-subsidy", lambda m: m["stacking"][0].update({"with": "document", "levels": ["city"]}), "/stacking/0/levels", "levels_of_others"),
    "an unknown level": ("ch-rd-subsidy", lambda m: m["stacking"][0].update({"with": "other_policies", "levels": ["town"]}), "/stacking/0/levels/0", "no_member"),
    "a measure that excludes itself": ("ch-rd-subsidy", lambda m: m["stacking"][0].update({"with": ["ch-rd-subsidy"]}), "/stacking/0/with", "names_itself"),
    "a benefit of format 1": ("ch-doctors", lambda m: m.update(benefit={"kind": "grant"}), "/benefit", "unknown_key"),
    "a list that is none": ("ch-doctors", lambda m: m.update(terms={}), "/terms", "must_be_list"),
    "something else than a mapping": ("ch-doctors", lambda m: m.update(beneficiary="博士"), "/beneficiary", "block_form"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTY)
def test_what_is_wrong_is_told_with_its_place(kind, raw, parse):
    measure, change, pointer, code = FAULTY[kind]
    change(of(raw, measure))
    place = [one["id"] for one in raw["measures"]].index(measure)
    with pytest.raises(PackError) as caught:
        parse(raw)
    found = [(fault.pointer.removeprefix(f"/measures/{place}"), fault.code) for fault in caught.value.faults]
    assert any(fault_code == code and pointer in (None, where) for where, fault_code in found), found
    for fault in caught.value.faults:
        assert all(fault.worded(language)[0] for language in ("zh", "en"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda fact: fact.update(id="annual_revenue_cny"), "own_fact_id"),
        (lambda fact: fact.update(id="Growth"), "own_fact_id"),
        (lambda fact: fact.update(type="set"), "no_member"),
        (lambda fact: fact.pop("ask_zh"), "block_form"),
        (lambda fact: fact.update(colour="red"), "block_form"),
    ],
    ids=["a published id", "an id in capitals", "a set", "no question", "an unknown key"],
)
def test_a_fact_of_a_pack_is_checked(change, code, raw, parse):
    change(raw["facts"][0])
    with pytest.raises(PackError) as caught:
        parse(raw)
    assert code in {fault.code for fault in caught.value.faults}


def test_rules_and_facts_are_held_together_between_packs(raw, parse, policies):
    of(raw, "ch-rd-subsidy")["stacking"][0]["with"] = ["ch-nowhere"]
    raw["facts"][0]["en"] = "something else"
    faults = reference_faults([policies.packs["chenghu-industry-2026"], parse(raw)])
    assert {"no_measure", "own_fact_of_another"} <= {fault.code for fault in faults}


def rule(kind, *, ids=(), reach=""):
    return Stacking(rule=kind, cite=CITE, ids=ids, reach=reach)


BESIDE_ALL = rule(StackingRule.EXCLUSIVE, reach="document")
WITH_OTHERS = rule(StackingRule.CUMULATIVE, reach="other_policies")
PAIRS = {
    "silence says nothing": ({}, True, Together.UNKNOWN),
    "a document whose measures exclude each other": ({"a": [BESIDE_ALL], "b": [BESIDE_ALL]}, True, Together.NO),
    "which says nothing of other documents": ({"a": [BESIDE_ALL]}, False, Together.UNKNOWN),
    "other policies": ({"a": [WITH_OTHERS]}, False, Together.YES),
    "which are not those of the same document": ({"a": [WITH_OTHERS]}, True, Together.UNKNOWN),
    "a named measure": ({"a": [rule(StackingRule.HIGHEST, ids=("b",))]}, True, Together.NO),
    "named from the other side": ({"b": [rule(StackingRule.HIGHEST, ids=("a",))]}, False, Together.NO),
    "a named measure goes before the document": ({"a": [BESIDE_ALL, rule(StackingRule.CUMULATIVE, ids=("b",))]}, True, Together.YES),
    "only the difference is paid": ({"a": [rule(StackingRule.DIFFERENCE, ids=("b",))]}, True, Together.YES),
    "rules that contradict each other": ({"a": [WITH_OTHERS], "b": [rule(StackingRule.EXCLUSIVE, reach="other_policies")]}, False, Together.UNKNOWN),
    "another measure": ({"a": [rule(StackingRule.EXCLUSIVE, ids=("c",))]}, True, Together.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("kind", PAIRS)
def test_measures_can_be_had_together_only_where_it_is_written(kind):
    rules, same_document, together = PAIRS[kind]
    for first, second in (("a", "b"), ("b", "a")):
        found = pair(rules, first, second, same_document=same_document)
        assert found.together is together
        assert found.rules or together is Together.UNKNOWN


def test_years_are_stated_in_months_too():
    for words, years in (("贴息不超过24个月", 2), ("补助期18个月", 1.5), ("连续补贴3年", 3)):
        assert states_years(words, years)
    assert not states_years("每月3个", 3)
    assert not states_years("3家企业", 3)


def test_a_rule_on_other_policies_speaks_of_the_levels_it_names():
    city = Stacking(rule=StackingRule.EXCLUSIVE, cite=CITE, reach="other_policies", levels=(Level.CITY,))
    sorts = {"a": Sort(region="x", lies_in=frozenset({"x", "y"})), "b": Sort(region="y", level="city")}
    assert pair({"a": [city]}, "a", "b", same_document=False, sorts=sorts).together is Together.NO
    assert pair({"a": [city]}, "b", "a", same_document=False, sorts=sorts).together is Together.NO
    assert pair({"a": [city]}, "a", "b", same_document=False).together is Together.UNKNOWN
    assert pair({"b": [city]}, "a", "b", same_document=False, sorts=sorts).together is Together.UNKNOWN


RATED = Gift(
    cite=CITE, rate=Span(low=0.1, high=0.1), of_fact="x", caps=(Cap(amount_cny=5e6, by=CapBy.YEAR, cite=CITE),)
)
STEEPER = replace(RATED, rate=Span(low=0.15, high=0.15), caps=(Cap(amount_cny=3e6, by=CapBy.YEAR, cite=CITE),))
OPEN_ENDED = replace(RATED, caps=())
UP_TO = replace(RATED, rate=Span(low=None, high=0.1))
FIXED = Gift(cite=CITE, amount=Span(low=5e5, high=5e5))
TIERS_OF = {
    "the steeper rate pays more of little": ((RATED, STEEPER), [MET, MET], 1e7, (1.5e6, 1.5e6, 1)),
    "the higher limit pays more of much": ((RATED, STEEPER), [MET, MET], 1e8, (5e6, 5e6, 0)),
    "where it is not known how much, both may": ((RATED, STEEPER), [MET, MET], None, (None, 5e6, 0)),
    "a rate that may hold raises the most": ((RATED, STEEPER), [MET, UNKNOWN], 1e7, (1e6, 1.5e6, 0)),
    "an amount may be more than a share": ((RATED, FIXED), [MET, UNKNOWN], 1e6, (1e5, 5e5, 0)),
    "an amount is sure where a share is not known": ((RATED, FIXED), [MET, MET], None, (5e5, 5e6, 0)),
    "an amount may be more than the most of a share": ((UP_TO, FIXED), [MET, UNKNOWN], 1e6, (None, 5e5, 0)),
    "a share without a limit has no most": ((RATED, OPEN_ENDED), [MET, UNKNOWN], None, (None, None, 0)),
    "a share without a limit has one of a known whole": ((RATED, OPEN_ENDED), [MET, UNKNOWN], 1e8, (5e6, 1e7, 0)),
}


@pytest.mark.parametrize("kind", TIERS_OF)
def test_of_several_that_hold_the_one_that_pays_most_is_paid(kind):
    gifts, values, base, expected = TIERS_OF[kind]
    item = BenefitItem(kind="grant", gift=None, tiers=tuple(Tier(conditions=(), gift=gift) for gift in gifts))
    payment = payment_of(item, values, {} if base is None else {"x": Answer(sure=(base,))})
    assert (payment.low, payment.high, payment.tier) == expected
    assert payment.depends_on == (("x",) if base is None else ())


def test_gifts_that_are_measured_by_different_things_are_not_compared():
    limit = (Cap(amount_cny=1e5, by=CapBy.YEAR, cite=CITE),)
    each = Gift(cite=CITE, amount=Span(low=None, high=3e3), per=Per.PATENT, of_fact="x", caps=limit)
    share = replace(RATED, of_fact="y", caps=limit)
    item = BenefitItem(kind="grant", gift=None, tiers=(Tier(conditions=(), gift=each), Tier(conditions=(), gift=share)))
    payment = payment_of(item, [MET, UNKNOWN], {"x": Answer(sure=(7.0,))})
    assert (payment.low, payment.high, payment.depends_on) == (None, 1e5, ("y",))


@pytest.mark.parametrize(
    ("values", "expected"), [([MET], (8e5, 8e5, 0)), ([UNKNOWN], (5e5, 8e5, None)), ([UNMET], (5e5, 5e5, None))]
)
def test_what_all_are_given_is_the_least(values, expected):
    more = Tier(conditions=(), gift=replace(FIXED, amount=Span(low=8e5, high=8e5)))
    payment = payment_of(BenefitItem(kind="grant", gift=FIXED, tiers=(more,)), values, {})
    assert (payment.low, payment.high, payment.tier) == expected
    assert payment.standing == MET


COUNTED = [
    (Gift(cite=CITE, amount=Span(low=3e3, high=3e3), per=Per.PATENT, of_fact="x"), 7.0, (2.1e4, 2.1e4)),
    (Gift(cite=CITE, amount=Span(low=3e3, high=3e3), per=Per.PATENT, of_fact="x"), 0.0, (0.0, 0.0)),
    (Gift(cite=CITE, amount=Span(low=None, high=3e3), per=Per.PATENT, of_fact="x"), 7.0, (None, 2.1e4)),
    (Gift(cite=CITE, amount=Span(low=8e4, high=8e4), per=Per.STEP, step=1e7, of_fact="x"), 2.999e7, (1.6e5, 1.6e5)),
    (Gift(cite=CITE, amount=Span(low=1e5, high=1e5), per=Per.ENTERPRISE, of_fact="x"), 3.0, (3e5, 3e5)),
    (Gift(cite=CITE, amount=Span(low=1e5, high=1e5), per=Per.ENTERPRISE), 3.0, (1e5, 1e5)),
    (Gift(cite=CITE, per=Per.PERSON, of_fact="x"), 3.0, (None, None)),
]


@pytest.mark.parametrize(("gift", "number", "expected"), COUNTED)
def test_what_is_paid_for_each_is_counted_where_the_number_is_known(gift, number, expected):
    item = BenefitItem(kind="grant", gift=gift)
    payment = payment_of(item, (), {"x": Answer(sure=(number,))})
    assert (payment.low, payment.high) == expected
    if gift.of_fact:
        assert payment_of(item, (), {}).low is None
        assert payment_of(item, (), {}).depends_on == ("x",)


def test_a_limit_for_each_person_leaves_open_how_little_a_share_comes_to():
    gift = replace(RATED, caps=(*RATED.caps, Cap(amount_cny=2e3, by=CapBy.PERSON, cite=CITE)))
    payment = payment_of(BenefitItem(kind="grant", gift=gift), (), {"x": Answer(sure=(1e6,))})
    assert (payment.low, payment.high) == (None, 1e5)


@pytest.mark.parametrize(
    ("values", "holding", "place"),
    [([MET, UNMET, UNMET], 0, 1), ([UNMET] * 3, None, 0), ([MET, MET, UNKNOWN], 1, 2), ([MET] * 3, 2, None)],
)
def test_the_next_tier_is_the_one_that_pays_next_more(values, holding, place, policies):
    assert next_tier(policies.grants["ch-revenue-award"].benefits[0], values, holding) == place


TIERED = [
    ([MET, UNMET, UNMET], (2e5, 2e5, MET, 0)),
    ([MET, MET, UNMET], (8e5, 8e5, MET, 1)),
    ([MET, UNKNOWN, UNMET], (2e5, 8e5, MET, 0)),
    ([UNKNOWN, UNKNOWN, UNKNOWN], (None, 1.5e6, UNKNOWN, None)),
    ([UNMET, UNMET, UNMET], (None, None, UNMET, None)),
    ([UNMET, UNKNOWN, UNMET], (None, 8e5, UNKNOWN, None)),
    ([UNKNOWN, MET, UNMET], (8e5, 8e5, MET, 1)),
]


@pytest.mark.parametrize(("values", "expected"), TIERED)
def test_of_tiers_the_best_that_holds_is_paid_and_what_is_open_only_raises_the_most(values, expected, policies):
    award = policies.grants["ch-revenue-award"].benefits[0]
    payment = payment_of(award, values, {award.received_fact: Answer(sure=(0.0,))})
    assert (payment.low, payment.high, payment.standing, payment.tier) == expected


ONCE = {
    "never received": (0.0, (8e5, 8e5), (8e5, 8e5)),
    "something received": (3e5, (5e5, 5e5), (0.0, 0.0)),
    "all of it received": (8e5, (0.0, 0.0), (0.0, 0.0)),
    "more than that received": (9e5, (0.0, 0.0), (0.0, 0.0)),
    "nobody told": (None, (0.0, 8e5), (0.0, 8e5)),
}


@pytest.mark.parametrize("kind", ONCE)
def test_what_was_received_before_lowers_what_is_paid_and_is_asked_for(kind):
    received, difference, first_time = ONCE[kind]
    answers = {} if received is None else {"m.received": Answer(sure=(received,))}
    gift = replace(FIXED, amount=Span(low=8e5, high=8e5))
    plain = BenefitItem(kind="grant", gift=gift, received_fact="m.received")
    for item, paid in (
        (replace(plain, difference_only=True), difference),
        (replace(plain, first_time_only=True), first_time),
        (replace(plain, first_time_only=True, difference_only=True), difference),  # the first time of each step
    ):
        payment = payment_of(item, (), answers)
        assert (payment.low, payment.high, payment.standing) == (*paid, MET)
        assert payment.depends_on == (("m.received",) if received is None else ())


def test_what_no_text_states_stays_open_though_something_was_received():
    item = BenefitItem(kind="grant", gift=replace(FIXED, amount=None), difference_only=True, received_fact="m.received")
    assert payment_of(item, (), {}).low is None
    assert payment_of(item, (), {}).high is None
    assert payment_of(item, (), {"m.received": Answer(sure=(1e4,))}).low is None


def test_what_was_received_is_a_fact_of_the_pack(policies):
    fact = policies.facts["ch-revenue-award.received"]
    assert (fact.type.value, fact.field, fact.label("zh")) == ("money", "facts", "「营收上台阶奖励」已领取的金额")
    assert "0 if nothing" in fact.question("en")
    assert policies.grants["sh-prize"].benefits[1].received_fact == ""


MONTHLY = {
    "sh-rd": [((3, 1), (3, 31)), ((9, 1), (9, 30))],
    "sh-transfer": [((1, 1), (1, 15)), ((4, 1), (4, 15)), ((7, 1), (7, 15)), ((10, 1), (10, 15))],
    "sh-prize": [((6, 1), (6, 30)), ((12, 1), (12, 31))],
    "yl-revenue": [((5, 1), (5, 31)), ((10, 1), (10, 31))],
}


@pytest.mark.parametrize("measure", MONTHLY)
def test_a_window_that_comes_again_within_a_year_is_a_yearly_one_for_each_month(measure, policies):
    periods = policies.grants[measure].periods
    assert all(period.yearly for period in periods)
    days = [((p.opens.month, p.opens.day), (p.closes.month, p.closes.day)) for p in periods]
    assert days == MONTHLY[measure]


def test_two_benefits_that_count_what_was_received_ask_each_for_its_own(raw, parse):
    first = of(raw, "ch-revenue-award")["benefits"]
    first.append(copy.deepcopy(first[0]))
    pack = parse(raw)
    asked = [item.received_fact for item in pack.grants["ch-revenue-award"].benefits]
    assert asked == ["ch-revenue-award.received", "ch-revenue-award.received-2"]
    assert pack.facts[asked[0]].zh != pack.facts[asked[1]].zh


def test_the_facts_that_would_tell_more_are_named(policies):
    tiers = policies.grants["ch-revenue-award"].benefits[0]
    assert payment_of(tiers, [UNKNOWN] * 3, {}).depends_on == ("annual_revenue_cny", "ch-revenue-award.received")
    rated = policies.grants["ch-equipment"].benefits[0]
    assert payment_of(rated, [], {}).depends_on == ("equipment_spend_cny",)
    assert payment_of(rated, [], {"equipment_spend_cny": Answer(sure=(6e6,))}).depends_on == ()


def test_what_is_paid_per_head_has_no_total():
    gift = Gift(cite=CITE, amount=Span(low=6e4, high=6e4), per=Per.PERSON)
    assert gift.most_cny is None
    assert Grant() == Grant()
