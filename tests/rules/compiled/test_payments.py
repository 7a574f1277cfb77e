"""Amounts for columns of companies are those of each company alone, to the cent, with the same facts still asked for."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.compiled.bit_planes import NumberColumn
from rules.compiled.payments import NO_TIER, BenefitColumns, stated_of
from rules.language.payment import next_tier, payment_of
from tests.rules.language.test_payment_bounds import BASES, BEFORE, FACTS, RECEIVED, answered, items, values_of


@st.composite
def registers(draw):
    """Draw one benefit, and for each of some companies the values of its tiers and what it states."""
    item = draw(items())
    rows = draw(st.integers(min_value=1, max_value=6))
    values = [draw(values_of(item)) for _ in range(rows)]
    known = [
        {
            **{fact: draw(BASES) for fact in FACTS if draw(st.booleans())},
            **({RECEIVED: draw(BEFORE)} if draw(st.booleans()) else {}),
        }
        for _ in range(rows)
    ]
    return item, values, known


@settings(max_examples=200)
@given(registers())
def test_what_a_column_comes_to_is_what_each_company_comes_to(register):
    item, values, known = register
    benefit = BenefitColumns(item, 0)
    size = len(known)
    columns = {
        fact: NumberColumn(numbers=np.array([each.get(fact, np.nan) for each in known], dtype=float))
        for fact in (*FACTS, RECEIVED)
    }
    stated = {fact: stated_of(columns.get(fact), size) for fact in benefit.facts}
    tiers = np.array(values, dtype=np.int8).T.reshape(len(item.tiers), size)
    found = benefit.payments(tiers, stated)
    for row in range(size):
        assert told(benefit, found, row) == alone(item, values[row], answered(known[row]))


def told(benefit, found, row):
    bounds = [None if np.isnan(bound) else float(bound) for bound in (found.low[row], found.high[row])]
    places = [None if place[row] == NO_TIER else int(place[row]) for place in (found.tier, found.next_tier)]
    asked = tuple(fact for fact, asks in zip(benefit.facts, found.depends_on[:, row], strict=True) if asks)
    return (*bounds, int(found.standing[row]), *places, asked)


def alone(item, values, answers):
    payment = payment_of(item, values, answers)
    following = next_tier(item, values, payment.tier)
    return payment.low, payment.high, payment.standing, payment.tier, following, payment.depends_on
