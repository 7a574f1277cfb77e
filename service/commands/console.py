"""Where commands speak and how they end: results on standard output, complaints on standard error, exit statuses."""

from __future__ import annotations

import sys
from enum import IntEnum


class Exit(IntEnum):
    """0 done, 1 the command looked and found fault, 2 the input cannot be used, 3 there is no catalogue, 130 Ctrl-C."""

    DONE = 0
    FAULTS_FOUND = 1
    UNUSABLE_INPUT = 2
    NO_CATALOGUE = 3
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot go on: what to tell the person, and the exit status."""

    def __init__(self, message: str, status: Exit = Exit.UNUSABLE_INPUT) -> None:
        """Keep the message and the status."""
        self.status = status
        super().__init__(message)


def tell(line: str = "") -> None:
    """Print one line of a result."""
    sys.stdout.write(f"{line}\n")


def complain(line: str) -> None:
    """Print one line of complaint."""
    sys.stderr.write(f"{line}\n")


def counted(faults: int) -> str:
    """Return how many faults there are, in words."""
    return "1 fault" if faults == 1 else f"{faults or 'no'} faults"
