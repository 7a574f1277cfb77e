"""When applications are taken: how windows stand on a day, and which of their runs lie ahead."""

from datetime import date

import pytest

from rules.language.windows import Period, WindowState, runs_between, window_on
from seeds.documents import Quote

CITE = Quote(document="d", clause="1", quote="每年3月1日至4月30日", start=0, end=12)
ON = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("periods", "on", "expected"),
    [
        ([], ON, (WindowState.NOT_STATED, None, None)),
        ([(date(2026, 3, 1), date(2026, 4, 30))], ON, (WindowState.OPEN, date(2026, 3, 1), date(2026, 4, 30))),
        ([(date(2026, 3, 1), date(2026, 4, 1))], ON, (WindowState.OPEN, date(2026, 3, 1), date(2026, 4, 1))),
        ([(date(2026, 4, 2), None)], ON, (WindowState.NEXT, date(2026, 4, 2), None)),
        ([(None, date(2026, 3, 31))], ON, (WindowState.CLOSED, None, date(2026, 3, 31))),
        (
            [(date(2025, 1, 1), date(2025, 2, 1)), (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 6, 1), date(2026, 6, 9))],
            ON,
            (WindowState.NEXT, date(2026, 6, 1), date(2026, 6, 9)),
        ),
    ],
)  # fmt: skip
def test_windows_stand_on_a_day(periods, on, expected):
    standing = window_on([Period(opens=opens, closes=closes, cite=CITE) for opens, closes in periods], on)
    assert (standing.state, standing.opens, standing.closes) == expected


@pytest.mark.parametrize(
    ("opens", "closes", "on", "expected"),
    [
        ((2024, 3, 1), (2024, 4, 30), (2026, 4, 1), (WindowState.OPEN, (2026, 3, 1))),
        ((2024, 3, 1), (2024, 4, 30), (2026, 5, 1), (WindowState.NEXT, (2027, 3, 1))),
        ((2024, 3, 1), (2024, 4, 30), (2026, 1, 1), (WindowState.NEXT, (2026, 3, 1))),
        ((2024, 12, 1), (2025, 1, 31), (2026, 1, 15), (WindowState.OPEN, (2025, 12, 1))),
        ((2024, 12, 1), (2025, 1, 31), (2026, 12, 15), (WindowState.OPEN, (2026, 12, 1))),
        ((2024, 12, 1), (2025, 1, 31), (2026, 2, 1), (WindowState.NEXT, (2026, 12, 1))),
        ((2024, 2, 29), (2024, 3, 10), (2026, 2, 28), (WindowState.OPEN, (2026, 2, 28))),
    ],
)
def test_a_yearly_window_comes_again(opens, closes, on, expected):
    standing = window_on([Period(opens=date(*opens), closes=date(*closes), cite=CITE, yearly=True)], date(*on))
    assert (standing.state, standing.opens) == (expected[0], date(*expected[1]))


@pytest.mark.parametrize(
    ("opens", "closes", "before", "expected"),
    [
        ((2026, 3, 1), (2026, 4, 30), (2026, 4, 2), True),  # is open
        ((2026, 4, 1), (2026, 4, 1), (2026, 4, 2), True),
        ((2026, 5, 1), (2026, 5, 9), (2026, 5, 2), True),  # will open
        ((2026, 5, 1), (2026, 5, 9), (2026, 5, 1), False),  # opens on that day, not before it
        ((2026, 3, 1), (2026, 3, 31), (2026, 5, 1), False),  # has closed
    ],
)
def test_what_can_be_applied_for_before_a_day(opens, closes, before, expected):
    standing = window_on([Period(opens=date(*opens), closes=date(*closes), cite=CITE)], ON)
    assert standing.is_open_before(date(*before)) is expected


def test_no_stated_window_is_not_known_to_open():
    assert not window_on([], ON).is_open_before(date.max)


def test_a_window_without_first_day_is_open_before_any_day_ahead():
    assert window_on([Period(opens=None, closes=None, cite=CITE)], ON).is_open_before(date(2026, 4, 2))


def run_days(periods, on=ON, until=date(2028, 4, 1)):
    return [(run.opens, run.closes) for run in runs_between(periods, on, until)]


def test_runs_ahead_are_those_not_ended_and_opened_by_then_the_first_first():
    dated = [
        Period(opens=date(2026, 9, 1), closes=date(2026, 9, 30), cite=CITE),
        Period(opens=date(2025, 9, 1), closes=date(2026, 3, 31), cite=CITE),  # ended the day before
        Period(opens=date(2025, 9, 1), closes=ON, cite=CITE),
        Period(opens=date(2028, 4, 2), closes=None, cite=CITE),  # opens the day after
        Period(opens=date(2028, 4, 1), closes=None, cite=CITE),
    ]
    assert run_days(dated) == [(date(2025, 9, 1), ON), (date(2026, 9, 1), date(2026, 9, 30)), (date(2028, 4, 1), None)]


def test_what_is_yearly_runs_each_year_but_those_in_which_something_else_holds():
    yearly = Period(opens=date(2024, 3, 1), closes=date(2024, 4, 30), cite=CITE, yearly=True)
    instead = Period(opens=date(2027, 6, 1), closes=date(2027, 6, 9), cite=CITE, instead=True)
    assert run_days([yearly, instead]) == [
        (date(2026, 3, 1), date(2026, 4, 30)),
        (date(2027, 6, 1), date(2027, 6, 9)),
        (date(2028, 3, 1), date(2028, 4, 30)),
    ]
