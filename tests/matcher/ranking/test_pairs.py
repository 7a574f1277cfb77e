"""Of two measures the one that is about the company stands first: pairs on which the order was once wrong."""

from pathlib import Path

import pytest

from seeds.faults import load_yaml
from service.intake.questions import MatchRequestSchema

GOLDEN = Path(__file__).parents[2] / "golden"
PROFILES = {case["id"]: case["profile"] for case in load_yaml(GOLDEN / "messy.yaml")["cases"]}
COMPANIES = {one["company"]: one["pairs"] for one in load_yaml(GOLDEN / "pairs.yaml")}


@pytest.mark.parametrize("company", COMPANIES)
def test_the_better_measure_stands_before_the_worse(engine, company):
    question = MatchRequestSchema().load(
        {"profile": PROFILES[company], "limit": 100, "detail": "brief", "on": "2026-11-21"}
    )
    order = [found.measure.id for found in engine.match(question).recommendations]
    for pair in COMPANIES[company]:
        assert pair["better"] in order, pair
        assert pair["worse"] not in order[: order.index(pair["better"])], pair


def test_there_are_pairs_enough_to_hold_the_order():
    assert sum(map(len, COMPANIES.values())) >= 60
