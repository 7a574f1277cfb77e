"""What became of a measure for a tenant: a status and a note, step by step, by whom, kept over reruns of a screening.

Nothing is overwritten: what holds is the last step, and all of them are its history.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from service.keys import Key
from service.store import Row, Store

LONGEST_NOTE = 500


class WorkStatus(StrEnum):
    """What was done about a measure for a tenant; `none` takes an earlier status back."""

    NONE = "none"
    TO_CALL = "to_call"
    APPLIED = "applied"
    GRANTED = "granted"
    REFUSED = "refused"
    NOT_WANTED = "not_wanted"


SETTLED = frozenset({WorkStatus.APPLIED, WorkStatus.GRANTED, WorkStatus.REFUSED, WorkStatus.NOT_WANTED})
"""With one of these nobody is called for the measure any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStep:
    """One step: when (seconds since the epoch), by which key, called how at that time."""

    row: int
    measure: str
    status: WorkStatus
    note: str
    at: float
    key_id: str
    label: str


_LAST = """
    SELECT * FROM work WHERE number IN (SELECT MAX(number) FROM work WHERE series = :series GROUP BY row, measure)
    ORDER BY row, measure
"""
_ADD = """
    INSERT INTO work (series, row, measure, status, note, at, key_id, label)
    VALUES (:series, :row, :measure, :status, :note, :at, :key_id, :label)
"""


class Work:
    """The steps of all series of one data file."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        """Work on `store`; `clock` gives seconds since the epoch."""
        self._store, self._clock = store, clock

    def note(self, series: str, row: int, measure: str, status: WorkStatus, note: str, key: Key) -> None:
        """Add a step."""
        step = {"series": series, "row": row, "measure": measure, "status": status.value, "note": note}
        self._store.change(_ADD, {**step, "at": self._clock(), "key_id": key.id, "label": key.label})

    def history(self, series: str, row: int, measure: str) -> tuple[WorkStep, ...]:
        """Return the steps of one tenant and measure, the first one first."""
        query = "SELECT * FROM work WHERE series = :series AND row = :row AND measure = :measure ORDER BY number"
        rows = self._store.rows(query, {"series": series, "row": row, "measure": measure})
        return tuple(map(_step_of, rows))

    def all(self, series: str) -> tuple[WorkStep, ...]:
        """Return every step, the first one first."""
        rows = self._store.rows("SELECT * FROM work WHERE series = :series ORDER BY number", {"series": series})
        return tuple(map(_step_of, rows))

    def standing(self, series: str) -> dict[tuple[int, str], WorkStep]:
        """Return what holds now, by row and measure; what was taken back is left out."""
        steps = map(_step_of, self._store.rows(_LAST, {"series": series}))
        return {(step.row, step.measure): step for step in steps if step.status is not WorkStatus.NONE}


def _step_of(row: Row) -> WorkStep:
    held = {name: row[name] for name in WorkStep.__dataclass_fields__}
    return WorkStep(**{**held, "status": WorkStatus(row["status"])})
