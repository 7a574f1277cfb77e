"""Where commands speak: results on standard output, complaints on standard error."""

from __future__ import annotations

import sys


def tell(line: str = "") -> None:
    """Print one line of a result."""
    sys.stdout.write(f"{line}\n")


def complain(line: str) -> None:
    """Print one line of complaint."""
    sys.stderr.write(f"{line}\n")


def counted(faults: int) -> str:
    """Return how many faults there are, in words."""
    return "1 fault" if faults == 1 else f"{faults or 'no'} faults"
