"""The faults a seed file or a rule pack can have, each with its place and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: `file` is the name as shown to people, `pointer` an RFC 6901 JSON pointer into it."""

    file: str
    pointer: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Render the fault on one line: file, pointer, message, hint."""
        text = f"{self.file}#{self.pointer}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


class SeedError(Exception):
    """One or more faults found while loading; nothing is loaded when any is found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep every fault, in the order found."""
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
