"""The one clock of the program: below `service/` time is an argument."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one offset without summer time since 1991, so no time zone database is needed."""


def seconds_to_midnight(now: float) -> int:
    """Return how many seconds after `now` the next day begins in China, at least 1."""
    moment = datetime.fromtimestamp(now, CHINA)
    midnight = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), CHINA)
    return max(1, math.ceil(midnight.timestamp() - now))


def today() -> date:
    """Return today's date in China, the default for the day a question is about."""
    return datetime.now(CHINA).date()
