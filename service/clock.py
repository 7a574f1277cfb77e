"""The one clock of the program, and how times are written: below `service/` time is an argument."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one offset without summer time since 1991, so no time zone database is needed."""


def seconds_to_midnight(now: float) -> int:
    """Return how many seconds after `now` the next day begins in China, at least 1."""
    midnight = datetime.combine(
        datetime.fromtimestamp(now, CHINA).date() + timedelta(days=1), datetime.min.time(), CHINA
    )
    return max(1, math.ceil(midnight.timestamp() - now))


def day_in_china(seconds: float) -> str:
    """Return the day of a time in China as YYYY-MM-DD."""
    return datetime.fromtimestamp(seconds, CHINA).date().isoformat()


def today() -> date:
    """Return today's date in China, the default for the day a question is about."""
    return datetime.now(CHINA).date()


def moment(seconds: float) -> str:
    """Return a time as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
