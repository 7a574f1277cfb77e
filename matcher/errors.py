"""What can be wrong with a profile that only the catalogue can tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFault:
    """One fault: `pointer` is an RFC 6901 JSON pointer into the profile."""

    pointer: str
    code: str
    message: str
    hint: str = ""


class MatchError(ValueError):
    """A profile declares facts that are not published or have impossible values."""

    def __init__(self, faults: Iterable[ProfileFault]) -> None:
        """Keep every fault."""
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.pointer}: {fault.message}" for fault in self.faults))
