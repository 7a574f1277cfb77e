"""What can be wrong with a profile that only the catalogue can tell."""

from __future__ import annotations

from collections.abc import Iterable

from seeds.errors import Fault


class MatchError(ValueError):
    """A profile declares facts that are not published or have impossible values; pointers lead into the profile."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep every fault."""
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Render every fault in English."""
        return "; ".join(f"{fault.pointer}: {fault.worded('en')[0]}" for fault in self.faults)
