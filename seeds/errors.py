"""The faults a file or a value can have, as codes with parameters; their words stand in seeds/messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from seeds.wording import worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: `file` is the name as shown to people, `pointer` an RFC 6901 JSON pointer into it.

    `code` names its words, `params` fill them.
    """

    file: str
    pointer: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def worded(self, language: str) -> tuple[str, str]:
        """Return the message and the hint."""
        return worded(self.code, self.params, language)

    def __str__(self) -> str:
        """Render the fault in English on one line: file, pointer, message, hint."""
        message, hint = self.worded("en")
        text = f"{self.file}#{self.pointer}: {message}"
        return f"{text} ({hint})" if hint else text


class SeedError(Exception):
    """One or more faults found while loading; nothing is loaded when any is found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep every fault, in the order found."""
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Render every fault in English, one a line."""
        return "\n".join(map(str, self.faults))


class CodedError(Exception):
    """What is wrong with one thing, as a code and its parameters; who knows its place makes a fault of it."""

    def __init__(self, code: str, /, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Keep the code and what its words need."""
        self.code, self.params = code, params
        super().__init__(code)

    def worded(self, language: str) -> tuple[str, str]:
        """Return the message and the hint."""
        return worded(self.code, self.params, language)

    def __str__(self) -> str:
        """Return the message in English."""
        return self.worded("en")[0]


class WrongValueError(CodedError, ValueError):
    """A value is not what it should be."""
