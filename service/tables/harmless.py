"""Making texts harmless that a spreadsheet program would run as a formula or round as a number."""

from __future__ import annotations

RISKY = frozenset("=+-@\t\r\n＝＋－＠")
EXACT_DIGITS = 15
"""More digits than this a spreadsheet program rounds."""

LONGEST_CELL = 32_000


def is_risky(text: str) -> bool:
    """Tell whether a program may take a text for a formula."""
    return text[:1] in RISKY and bool(text)


def guarded(text: str) -> str:
    """Return a text for CSV: an apostrophe before what might be run, or rounded as a long number."""
    if is_risky(text) or (len(text) > EXACT_DIGITS and text.isdecimal()):
        return f"'{text}"
    return text
