"""How many measures the page lists: few at first, more when asked; the number travels in the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIRST = 10
STEP = 20
MOST = 500
_FIELD = "limit"


def read_limit(form: Mapping[str, str]) -> int:
    """Return how many measures to list; what is no such number counts as not said."""
    said = form.get(_FIELD, "")
    wanted = int(said) if said.isdecimal() and len(said) <= len(str(MOST)) else FIRST
    return max(FIRST, min(wanted, MOST))


def next_limit(answer: Mapping[str, Any]) -> int | None:
    """Return how many measures to list next; None when all are listed."""
    totals, listed = answer["totals"], len(answer["recommendations"])
    # What is withheld counts as possible and is never listed.
    if listed >= min(totals["applicable"] + totals["possible"] - totals["withheld"], MOST):
        return None
    return min(listed + STEP, MOST)
