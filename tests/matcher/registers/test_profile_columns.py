"""Profiles as columns: made from profiles or from plain rows, they are the same and give the profiles back."""

from datetime import date

import pytest

from matcher.profiles.profile import NAMES, Fields, Profile
from tests.matcher.registers.pairs import fields_of_rows

PROFILES = [
    Profile(
        city="合肥", products=("聚乳酸", "丙氨酸"), founded_on=date(2015, 3, 1), employees=0, facts={"listed": True}
    ),
    Profile(),
    Profile(sector=("生物材料",), foreign_invested=False, annual_revenue_cny=1.5),
]
ROWS = [
    {
        "city": "合肥",
        "products": ["聚乳酸", "丙氨酸"],
        "founded_on": "2015-03-01",
        "employees": 0,
        "facts": {"listed": True},
    },
    {"external_id": "an unread id"},
    {"sector": ["生物材料"], "foreign_invested": False, "annual_revenue_cny": 1.5},
]


@pytest.mark.parametrize("given", [Fields.of_profiles(PROFILES), fields_of_rows(ROWS)], ids=["profiles", "rows"])
def test_columns_give_the_profiles_back(given):
    assert given.size == 3
    assert set(given.columns) == set(NAMES)
    assert [given.profile(place) for place in range(3)] == PROFILES


def test_parts_and_choices_are_rows():
    given = fields_of_rows(ROWS)
    assert [given.part(1, 9).profile(place) for place in range(given.part(1, 9).size)] == PROFILES[1:]
    assert given.part(3, 5).size == 0
    assert [given.at([2, 0]).profile(place) for place in (0, 1)] == [PROFILES[2], PROFILES[0]]


def test_no_rows_are_no_columns_of_any_length():
    given = fields_of_rows([])
    assert given.size == 0
    assert all(len(column) == 0 for column in given.columns.values())
