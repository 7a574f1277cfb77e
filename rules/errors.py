"""What can be wrong with rules and with facts, as data; status codes are the service's business."""

from __future__ import annotations

from seeds.errors import SeedError


class PackError(SeedError):
    """A rule pack has faults; none of its measures is loaded."""


class CatalogueError(Exception):
    """A catalogue file is missing, damaged or of another schema; the message says what to do."""


class FactError(ValueError):
    """A declared fact is unknown or has a value of the wrong kind."""

    def __init__(self, fact: str, message: str, hint: str = "") -> None:
        """Keep the fact's id, what is wrong, and what to do."""
        self.fact, self.message, self.hint = fact, message, hint
        super().__init__(f"{fact}: {message}")
