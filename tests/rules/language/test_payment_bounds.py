"""What is told while something is unknown stays true once it is known: bounds only narrow, and nothing is added up."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rules.language.facts import Answer
from rules.language.grants import BenefitItem, Bracket, Cap, CapBy, Gift, Per, Span, Tier
from rules.language.measures import MET, UNKNOWN, UNMET, Leaf
from rules.language.measures import Test as Asked
from rules.language.payment import payment_of
from seeds.documents import Quote

CITE = Quote(document="d", clause="1", quote="给予20万元", start=0, end=6)
AMOUNTS = st.sampled_from([1e4, 5e4, 2e5, 8e5, 1e6])
RATES = st.sampled_from([0.05, 0.1, 0.3, 1.0])
BASES = st.sampled_from([0.0, 3.0, 2.5e5, 1e7])
FACTS = ("x", "y", "rd_spend_cny")
RECEIVED = "m.received"
BEFORE = st.sampled_from([0.0, 2e5, 9e5])


@st.composite
def spans(draw, numbers):
    low, high = sorted((draw(numbers), draw(numbers)))
    return Span(low=draw(st.sampled_from([low, high, None])), high=high)


@st.composite
def gifts(draw):
    caps = draw(st.lists(st.tuples(AMOUNTS, st.sampled_from(CapBy)), max_size=2))
    shape = draw(st.sampled_from(["amount", "rate", "counted", "step", "per", "brackets", "nothing"]))
    counted = {"counted": Per.ITEM, "per": Per.PERSON, "step": Per.STEP}
    return Gift(
        cite=CITE,
        amount=None if shape in ("rate", "brackets", "nothing") else draw(spans(AMOUNTS)),
        rate=draw(spans(RATES)) if shape == "rate" else None,
        of_fact=draw(st.sampled_from(FACTS)) if shape in ("rate", "brackets", "counted", "step") else "",
        per=counted.get(shape),
        step=1e5 if shape == "step" else None,
        brackets=draw(brackets()) if shape == "brackets" else (),
        caps=tuple(Cap(amount_cny=amount, by=by, cite=CITE) for amount, by in caps),
    )


@st.composite
def brackets(draw):
    ends = draw(st.sampled_from([(2e5, None), (2e5, 1e6, None), (2e5, 1e6)]))
    starts = (0.0, *ends)
    return tuple(Bracket(above=above, up_to=end, rate=draw(RATES)) for above, end in zip(starts, ends, strict=False))


@st.composite
def items(draw):
    given_to_all = draw(st.none() | gifts())
    tiers = draw(st.lists(gifts(), min_size=0 if given_to_all else 1, max_size=4))
    asked = [Leaf(test=Asked(fact=fact, operator="at_least", expected=(1.0,)), cite=CITE) for fact in FACTS]
    once = draw(st.sampled_from([{}, {"first_time_only": True}, {"difference_only": True}]))
    return BenefitItem(
        kind="grant", gift=given_to_all,
        tiers=tuple(Tier(conditions=(draw(st.sampled_from(asked)),), gift=gift) for gift in tiers),
        received_fact=RECEIVED if once else "", **once,
    )  # fmt: skip


def values_of(item):
    each = st.sampled_from([UNMET, UNKNOWN, MET])
    return st.lists(each, min_size=len(item.tiers), max_size=len(item.tiers))


@st.composite
def cases(draw):
    item = draw(items())
    known = {fact: draw(BASES) for fact in FACTS if draw(st.booleans())}
    known |= {RECEIVED: draw(BEFORE)} if draw(st.booleans()) else {}
    return item, draw(values_of(item)), known


def answered(known):
    return {fact: Answer(sure=(value,)) for fact, value in known.items()}


@given(cases(), st.data())
def test_bounds_hold_whatever_is_answered_later(case, data):
    item, values, known = case
    before = payment_of(item, values, answered(known))
    later = [data.draw(st.sampled_from([UNMET, MET])) if value == UNKNOWN else value for value in values]
    told = {**{fact: data.draw(BASES) for fact in FACTS}, RECEIVED: data.draw(BEFORE), **known}
    after = payment_of(item, later, answered(told))
    if before.low is not None and before.high is not None:
        assert before.low <= before.high
    if before.standing != UNKNOWN:
        assert after.standing == before.standing
    if after.standing == UNMET:
        return
    if before.low is not None:
        assert after.low is not None
        assert before.low <= after.low
    if before.high is not None:
        assert after.high is not None
        assert after.high <= before.high


@given(cases())
def test_nothing_is_added_up(case):
    item, values, known = case
    item = replace(item, received_fact="")
    together = payment_of(item, values, answered(known))
    alone = [
        payment_of(BenefitItem(kind="grant", gift=gift), (), answered(known))
        for gift in (*([item.gift] if item.gift else []), *(tier.gift for tier in item.tiers))
    ]
    if together.low is not None:
        assert together.low in {payment.low for payment in alone}
    if together.high is not None:
        assert together.high in {payment.high for payment in alone}
