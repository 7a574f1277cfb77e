"""What can be wrong with a profile that only the catalogue can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFault:
    """One fault: `pointer` is an RFC 6901 JSON pointer into the profile.

    `message` and `hint` are English; `reason` is the key of both in rules.errors.FACT_FAULTS, `params` fill them.
    """

    pointer: str
    code: str
    message: str
    hint: str = ""
    reason: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


class MatchError(ValueError):
    """A profile declares facts that are not published or have impossible values."""

    def __init__(self, faults: Iterable[ProfileFault]) -> None:
        """Keep every fault."""
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.pointer}: {fault.message}" for fault in self.faults))
