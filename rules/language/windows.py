"""When applications are taken: days and years as a text states them, and how they stand on a day.

A text that states no time leaves it open whether there is one: that is neither open nor closed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from seeds.documents import Quote


class WindowState(StrEnum):
    """How applications stand on a day; a text that states no window leaves it open whether there is one."""

    OPEN = "open"
    NEXT = "next"
    CLOSED = "closed"
    NOT_STATED = "not_stated"


class Run(NamedTuple):
    """One time at which applications are taken, both days counted; None on a side left open."""

    opens: date | None
    closes: date | None
    cite: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """When applications are taken: dates, None on a side left open; `yearly` repeats month and day each year.

    `instead` replaces what is yearly in the year in which it opens.
    """

    opens: date | None
    closes: date | None
    cite: Quote
    yearly: bool = False
    instead: bool = False

    def runs(self, on: date, replaced: frozenset[int] = frozenset()) -> Iterator[Run]:
        """Yield its runs that have not ended on a day, those of the years replaced left out; without end if yearly.

        What has dates runs once and is given even where it has ended.
        """
        if not self.yearly or self.opens is None or self.closes is None:
            yield Run(self.opens, self.closes, self.cite)
            return
        length = 1 if self.closes < self.opens else self.closes.year - self.opens.year
        years = (year for year in itertools.count(on.year - 1) if year not in replaced)
        for year in years:
            if (closes := _in_year(self.closes, year + length)) >= on:
                yield Run(_in_year(self.opens, year), closes, self.cite)


def _in_year(day: date, year: int) -> date:
    """Return a day in another year; 29 February is the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowStanding:
    """How the windows of a measure stand on a day: the state, and the run that it is about."""

    state: WindowState
    opens: date | None = None
    closes: date | None = None
    cite: Quote | None = None

    def is_open_before(self, day: date) -> bool:
        """Tell whether it can be applied for before a day: it is open, or opens, by then."""
        return self.state in (WindowState.OPEN, WindowState.NEXT) and (self.opens or date.min) < day


def window_on(periods: Iterable[Period], on: date) -> WindowStanding:
    """Tell how windows stand on a day: one that is open, else the next to open, else the last that closed."""
    runs = [next(each) for each in _runs(periods, on)]
    if not runs:
        return WindowStanding(state=WindowState.NOT_STATED)
    first, last = date.min, date.max
    standing = [run for run in runs if (run.opens or first) <= on <= (run.closes or last)]
    if standing:
        state, run = WindowState.OPEN, min(standing, key=lambda run: run.closes or last)
    elif ahead := [run for run in runs if (run.opens or first) > on]:
        state, run = WindowState.NEXT, min(ahead, key=lambda run: run.opens or first)
    else:
        state, run = WindowState.CLOSED, max(runs, key=lambda run: run.closes or last)
    return WindowStanding(state=state, opens=run.opens, closes=run.closes, cite=run.cite)


def runs_between(periods: Iterable[Period], on: date, until: date) -> list[Run]:
    """Return every run that has not ended on a day and has opened by another, the first to open first."""
    first, last = date.min, date.max
    opened = (itertools.takewhile(lambda run: (run.opens or first) <= until, each) for each in _runs(periods, on))
    ahead = [run for run in itertools.chain.from_iterable(opened) if (run.closes or last) >= on]
    return sorted(ahead, key=lambda run: (run.opens or first, run.closes or last))


def _runs(periods: Iterable[Period], on: date) -> list[Iterator[Run]]:
    periods = tuple(periods)
    replaced = frozenset(period.opens.year for period in periods if period.instead and period.opens)
    return [period.runs(on, replaced) for period in periods]
