"""What can be wrong with rules and with facts, as data; status codes are the service's business."""

from __future__ import annotations

from typing import Any

from seeds.errors import SeedError, WrongValueError


class PackError(SeedError):
    """A rule pack has faults; none of its measures is loaded."""


class CatalogueError(Exception):
    """A catalogue file is missing, damaged or of another schema; the message says what to do."""


class FactError(WrongValueError):
    """A declared fact is unknown or has a value of the wrong kind."""

    def __init__(self, fact: str, code: str, /, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Keep the fact's id beside what is wrong."""
        super().__init__(code, **params)
        self.fact = fact

    def __str__(self) -> str:
        """Return the fact and the message in English."""
        return f"{self.fact}: {super().__str__()}"
