"""What can be wrong with a request, as data: no HTTP and no language, only codes, places and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_COMPLAINTS = 100
"""A body with a million mistakes gets the first hundred; `detail` says how many there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One fault: `code` names its two messages (messages.py), `params` fill them, `pointer` is RFC 6901.

    `reason` tells the faults of one code apart where their words differ. A layer below that has already worded the
    fault gives `message` and `hint` itself.
    """

    code: str
    pointer: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    message: str = ""
    hint: str = ""


class RequestError(Exception):
    """A request that cannot be answered: the kind of problem (errors.py) and every complaint found."""

    def __init__(self, kind: str, complaints: Iterable[Complaint] = (), *, retry_after: int | None = None) -> None:
        """Keep the kind, the complaints in the order found, and in how many seconds to try again."""
        self.kind = kind
        self.retry_after = retry_after
        self.complaints = tuple(complaints)
        super().__init__(kind)


def pointer_to(*steps: str | int) -> str:
    """Return the JSON pointer made of `steps`, each escaped as RFC 6901 says."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
