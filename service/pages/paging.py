"""How many measures of a group the page lists: few at first, more when asked; the number travels in the form."""

from __future__ import annotations

from collections.abc import Mapping

FIRST = 5
STEP = 20
MOST = 500
_FIELD = "limit"


def read_limit(form: Mapping[str, str]) -> int:
    """Return how many measures to list; what is no such number counts as not said."""
    said = form.get(_FIELD, "")
    wanted = int(said) if said.isdecimal() and len(said) <= len(str(MOST)) else FIRST
    return max(FIRST, min(wanted, MOST))


def next_limit(found: int, listed: int) -> int | None:
    """Return how many of the measures found to list next; None when all are listed."""
    return None if listed >= min(found, MOST) else min(listed + STEP, MOST)
