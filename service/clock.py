"""The one clock of the program: below `service/` time is an argument."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one offset without summer time since 1991, so no time zone database is needed."""


def today() -> date:
    """Return today's date in China, the default for the day a question is about."""
    return datetime.now(CHINA).date()
