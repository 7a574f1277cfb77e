"""How measures stand for a profile, in agreement with the full answer."""

from dataclasses import replace
from datetime import date

import pytest

from matcher.profile import MatchRequest, Profile
from matcher.standings import Standing, standings

ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    "profile",
    [
        Profile(),
        Profile(city="蚌埠市", sector=("生物材料",), products=("聚乳酸",), needs=("中试验证",)),
        Profile(city="广州", products=("体外诊断",), facts={"leading_enterprise": True}),
    ],
    ids=["nothing said", "Bengbu", "Guangzhou"],
)
def test_standings_agree_with_the_answer(engine, profile):
    request = MatchRequest(profile=profile, on=ON, limit=1000, include=frozenset({"not_applicable"}))
    answer, found = engine.match(request), standings(engine, request)
    listed = {item.measure.id: item.verdict for item in answer.recommendations}
    withheld = [measure for measure, standing in found.items() if standing is Standing.WITHHELD]
    assert {measure: standing.value for measure, standing in found.items() if measure not in withheld} == listed
    assert list(found)[: len(listed)] == list(listed)
    assert len(withheld) == answer.totals.withheld
    assert len(found) == len(engine.catalogue.measures)


def test_only_documents_of_the_statuses_asked_for_stand(engine):
    request = MatchRequest(profile=Profile(city="合肥"), on=ON)
    drafts = standings(engine, replace(request, statuses=frozenset({"draft"})))
    documents = {engine.catalogue.measures[measure].document for measure in drafts}
    assert "gd-biomanufacturing-2025" not in documents
    assert documents
