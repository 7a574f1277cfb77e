"""How many companies a key may still screen or match today: what was counted, and what screenings under way will."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import orjson

from service.clock import CHINA
from service.store import Store

_USED = "SELECT COALESCE(SUM(records), 0) AS records FROM usage WHERE key_id = :key AND day = :day"
_PROMISED = """
    SELECT COALESCE(SUM(total - done), 0) AS records FROM screenings
    WHERE key_id = :key AND state IN ('queued', 'running') AND total IS NOT NULL
"""
"""Rows of screenings that were let through: they will be counted chunk by chunk, as they are decided."""
_ADD = """
    INSERT INTO usage (key_id, day, records) VALUES (:key, :day, :records)
    ON CONFLICT (key_id, day) DO UPDATE SET records = records + excluded.records
"""


class Records:
    """The counts of one data file, by key and day in China."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        """Work on `store`; `clock` gives seconds since the epoch."""
        self._store = store
        self._clock = clock

    def used(self, key_id: str) -> int:
        """Return how many records were counted for a key today."""
        return self._number(_USED, {"key": key_id, "day": self._day()})

    def left(self, key_id: str, *, most: int) -> int:
        """Return how many more a key has today, of `most` a day."""
        return max(0, most - self.used(key_id) - self._number(_PROMISED, {"key": key_id}))

    def charge(self, key_id: str, records: int, *, most: int) -> bool:
        """Count records of a key today; False, and nothing counted, when it has not so many left."""
        with self._store.transaction():
            if records > self.left(key_id, most=most):
                return False
            self.add(key_id, records)
        return True

    def add(self, key_id: str, records: int) -> None:
        """Count records that were promised already."""
        self._store.change(_ADD, {"key": key_id, "day": self._day(), "records": records})

    def _day(self) -> str:
        return datetime.fromtimestamp(self._clock(), CHINA).date().isoformat()

    def _number(self, query: str, values: dict[str, str]) -> int:
        row = self._store.row(query, values)
        return int(row["records"]) if row else 0


def records_failure(*, rows: int, left: int, most: int) -> str:
    """Return the failure of a register that is larger than what is left today."""
    return orjson.dumps({"code": "records_exceeded", "params": {"rows": rows, "left": left, "most": most}}).decode()
