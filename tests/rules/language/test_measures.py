"""Whether a measure binds on a day: drafts, repeals, validity and application windows."""

from dataclasses import replace
from datetime import date

import pytest

from rules.language.measures import (
    Effect,
    Instrument,
    Window,
    effect,
)
from seeds.documents import DocumentStatus, Quote

CITE = Quote(document="d", clause="1", quote="企业", start=0, end=2)
START, END = date(2025, 3, 1), date(2025, 6, 30)
BEFORE, FIRST, WITHIN, LAST, AFTER = (
    date(2025, 2, 28),
    START,
    date(2025, 5, 1),
    END,
    date(2025, 7, 1),
)


@pytest.fixture(scope="module")
def measure(policies):
    return replace(policies.measures["yc-leasing"], window=None)


@pytest.fixture(scope="module")
def document(policies):
    days = dict.fromkeys(("issued_on", "published_on", "written_on", "effective_from", "valid_to"))
    return replace(policies.documents["yunchuan-pilot-lines-2024"], **days)


def window(opens: date | None = None, closes: date | None = None) -> Window:
    return Window(opens=opens, closes=closes, cite=CITE)


@pytest.mark.parametrize(
    ("on", "effects"),
    [(BEFORE, Effect.UPCOMING), (FIRST, Effect.IN_FORCE), (WITHIN, Effect.IN_FORCE), (LAST, Effect.IN_FORCE), (AFTER, Effect.EXPIRED)],
)  # fmt: skip
def test_first_and_last_day_count_both_for_a_document_and_for_a_window(measure, document, on, effects):
    assert effect(measure, replace(document, effective_from=START, valid_to=END), on) is effects
    assert effect(replace(measure, window=window(START, END)), document, on) is effects


def test_without_dates_a_measure_in_force_always_binds(measure, document):
    assert effect(measure, document, date(1999, 1, 1)) is effect(measure, document, date(2099, 1, 1)) is Effect.IN_FORCE


@pytest.mark.parametrize("day", ["issued_on", "published_on", "written_on"])
def test_nobody_can_use_a_document_before_it_was_issued(measure, document, day):
    issued = replace(document, **{day: FIRST})
    assert [effect(measure, issued, on) for on in (BEFORE, FIRST)] == [Effect.UPCOMING, Effect.IN_FORCE]
    retroactive = replace(issued, effective_from=date(2020, 1, 1))
    assert effect(measure, retroactive, BEFORE) is Effect.UPCOMING
    later = replace(issued, effective_from=AFTER)
    assert effect(measure, later, WITHIN) is Effect.UPCOMING
    assert effect(measure, replace(issued, status=DocumentStatus.DRAFT), BEFORE) is Effect.DRAFT


def test_the_day_of_issue_goes_before_those_that_only_come_near_it(measure, document):
    issued = replace(document, issued_on=FIRST, published_on=AFTER, written_on=BEFORE)
    assert [effect(measure, issued, on) for on in (BEFORE, FIRST)] == [Effect.UPCOMING, Effect.IN_FORCE]


def test_a_draft_never_binds_but_can_be_over(measure, document):
    draft = replace(document, status=DocumentStatus.DRAFT)
    assert effect(measure, draft, WITHIN) is Effect.DRAFT
    assert effect(measure, replace(draft, effective_from=AFTER), WITHIN) is Effect.DRAFT
    assert effect(measure, replace(draft, valid_to=BEFORE), WITHIN) is Effect.EXPIRED


def test_what_is_repealed_is_over_whatever_its_dates_say(measure, document):
    repealed = replace(document, status=DocumentStatus.REPEALED, effective_from=START, valid_to=AFTER)
    assert {effect(measure, repealed, day) for day in (BEFORE, WITHIN, AFTER)} == {Effect.EXPIRED}


@pytest.mark.parametrize(
    ("opens", "closes", "on", "effects"),
    [
        (START, None, BEFORE, Effect.UPCOMING),
        (START, None, AFTER, Effect.IN_FORCE),
        (None, END, BEFORE, Effect.IN_FORCE),
        (None, END, AFTER, Effect.EXPIRED),
    ],
)
def test_a_window_may_be_open_on_one_side(measure, document, opens, closes, on, effects):
    assert effect(replace(measure, window=window(opens, closes)), document, on) is effects


def test_the_narrower_of_window_and_validity_decides(measure, document):
    valid = replace(document, effective_from=BEFORE, valid_to=AFTER)
    inside = replace(measure, window=window(START, END))
    assert [effect(inside, valid, day) for day in (BEFORE, WITHIN, AFTER)] == [
        Effect.UPCOMING,
        Effect.IN_FORCE,
        Effect.EXPIRED,
    ]


@pytest.mark.parametrize(
    ("measure_id", "on", "effects"),
    [
        ("fz-first-equipment-national", date(2026, 6, 30), Effect.UPCOMING),
        ("fz-first-equipment-national", date(2026, 7, 15), Effect.UPCOMING),
        ("fz-first-equipment-national", date(2026, 8, 1), Effect.IN_FORCE),
        ("fz-first-equipment-national", date(2026, 10, 1), Effect.EXPIRED),
        ("fz-first-material", date(2026, 7, 15), Effect.IN_FORCE),
        ("fz-first-material", date(2029, 7, 1), Effect.EXPIRED),
        ("hc-compute-voucher-small", date(2025, 3, 17), Effect.UPCOMING),
        ("hc-compute-voucher-small", date(2025, 3, 18), Effect.IN_FORCE),
        ("jh-ethics", date(2026, 1, 1), Effect.DRAFT),
        ("xh-fees-alone", date(2020, 1, 1), Effect.EXPIRED),
    ],
)
def test_invented_policies_bind_when_they_say(policies, measure_id, on, effects):
    measure = policies.measures[measure_id]
    assert effect(measure, policies.documents[measure.document], on) is effects


def test_instruments_and_clauses_come_in_order_and_once(policies):
    measure = replace(policies.measures["hc-compute-voucher-small"], context=("1", "2.2", "2.1", "1"))
    assert measure.instruments == (Instrument.DATA_COMPUTE, Instrument.SUBSIDY)
    assert measure.clauses == ("2.2", "1", "2.1")


def test_every_instrument_has_a_label_in_its_vocabulary(lexicon):
    assert set(Instrument) == set(lexicon.vocabularies["instruments"].entries)
