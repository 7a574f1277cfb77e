"""What a screening says that measures come to is what a match says of the same company, measure by measure."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.profiles.profile import Fields, MatchRequest, Profile
from matcher.registers.granted import joined_grants
from matcher.registers.screener import Screener
from rules.language.measures import BY_STRENGTH

ON = date(2026, 5, 2)
BOTH = frozenset({"in_force", "draft"})
GENERAL = frozenset({"general"})
PLACES = ("440114", "320500", "330281", "330482", "510100", "370104", "zone:songshan-lake")
MONEY = st.sampled_from([0.0, 3e5, 2.5e6, 1e7, 1.2e9])


@pytest.fixture(scope="module")
def screener(granting):
    return Screener(granting.columns, granting.reader)


@pytest.fixture(scope="module")
def declarable(granting):
    """Facts that only amounts and tiers read, and some that conditions read too."""
    kinds = {"money": MONEY, "number": st.sampled_from([0, 3, 49, 51]), "flag": st.booleans(), "rate": st.just("25%")}
    named = {
        fact.id: kinds[fact.type]
        for fact in granting.catalogue.facts.values()
        if fact.type in kinds and fact.field == "facts"
    }
    return {**named, **dict.fromkeys(granting.reader.declared.manual, st.booleans())}


def drawn_profiles(declarable):
    facts = st.dictionaries(st.sampled_from(sorted(declarable)), st.none(), max_size=25)
    told = facts.flatmap(lambda names: st.fixed_dictionaries({name: declarable[name] for name in names}))
    return st.builds(
        Profile,
        city=st.sampled_from(PLACES),
        sector=st.sampled_from([(), ("生物医药",), ("机械",)]),
        certifications=st.sampled_from([(), ("专精特新中小企业",), ("高新技术企业", "小巨人")]),
        annual_revenue_cny=st.none() | MONEY,
        rd_spend_cny=st.none() | MONEY,
        employees=st.none() | st.sampled_from([3, 200]),
        facts=told,
    )


def in_a_match(engine, profile):
    request = MatchRequest(profile=profile, on=ON, include=GENERAL, limit=100, detail="brief")
    return {
        one.measure.id: [
            (
                benefit.kind, benefit.verdict, benefit.low_cny, benefit.high_cny, benefit.tier, benefit.next_tier,
                gap_of(benefit), benefit.depends_on,
            )
            for benefit in (one.grant.benefits if one.grant else ())
        ]
        for one in engine.match(request).recommendations
    }  # fmt: skip


def gap_of(benefit):
    if benefit.next_tier is None or len(benefit.tiers[benefit.next_tier].conditions) > 1:
        return None
    return benefit.tiers[benefit.next_tier].conditions[0].gap


def in_a_screening(screener, chunk, row):
    granted, found = chunk.granted, {}
    for pair in np.flatnonzero(chunk.pair_row == row).tolist():
        benefits = range(granted.starts[pair], granted.starts[pair + 1])
        found[screener.measure_ids[chunk.pair_measure[pair]]] = [told(granted, place) for place in benefits]
    return found


def told(granted, place):
    low, high, gap = (
        None if np.isnan(column[place]) else float(column[place]) for column in (granted.low, granted.high, granted.gap)
    )
    tiers = [None if column[place] < 0 else int(column[place]) for column in (granted.tier, granted.next_tier)]
    facts = granted.facts[granted.fact_starts[place] : granted.fact_starts[place + 1]]
    verdict = BY_STRENGTH[granted.verdict[place]]
    return granted.kinds[granted.kind[place]], verdict, low, high, *tiers, gap, tuple(granted.names[f] for f in facts)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_screening_says_of_each_pair_what_a_match_says(data, granting, screener, declarable):
    profiles = data.draw(st.lists(drawn_profiles(declarable), min_size=1, max_size=4))
    chunk = screener.screen(Fields.of_profiles(profiles), on=ON, statuses=BOTH, first_row=1)
    assert not chunk.refused
    for row, profile in enumerate(profiles, 1):
        assert in_a_screening(screener, chunk, row) == in_a_match(granting, profile)


def test_chunks_put_together_say_of_each_pair_what_they_said_alone(screener):
    profiles = [Profile(city=place, annual_revenue_cny=1.2e9) for place in PLACES]
    whole = screener.screen(Fields.of_profiles(profiles), on=ON, statuses=BOTH, first_row=1)
    parts = [
        screener.screen(Fields.of_profiles(each), on=ON, statuses=BOTH, first_row=1)
        for each in (profiles[:3], profiles[3:])
    ]
    both = joined_grants([part.granted for part in parts])
    assert len(whole.granted.low) > 20
    assert [told(both, place) for place in range(len(both.low))] == [
        told(whole.granted, p) for p in range(len(both.low))
    ]
    assert both.starts.tolist() == whole.granted.starts.tolist()


def test_pairs_one_condition_short_tell_what_their_measures_would_come_to(screener, granting):
    profiles = [Profile(city=place, sector=("生物医药",), employees=3, annual_revenue_cny=3e5) for place in PLACES]
    profiles += [replace(one, certifications=("创新型中小企业",), rd_spend_cny=3e5) for one in profiles]
    chunk = screener.screen(Fields.of_profiles(profiles), on=ON, statuses=BOTH, first_row=1)
    near, come_to = chunk.near, chunk.near_granted
    assert len(come_to.starts) == len(near.rows) + 1
    counts = np.diff(come_to.starts).tolist()
    ids = [screener.measure_ids[place] for place in near.measures]
    stated = [len(granting.catalogue.grants[one].benefits) if one in granting.catalogue.grants else 0 for one in ids]
    assert counts == stated
    assert sum(counts)


def test_a_catalogue_that_states_no_amounts_works_none_out(engine):
    chunk = Screener(engine.columns, engine.reader).screen(
        Fields.of_profiles([Profile(city="广州")]), on=ON, statuses=BOTH, first_row=1
    )
    assert chunk.granted is None
