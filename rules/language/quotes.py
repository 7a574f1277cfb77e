"""Words of a document with their place, as every part of a pack cites them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A checked quote: `document.text[start:end] == quote`, offsets in Unicode code points."""

    document: str
    clause: Annotated[str, "Path of the clause, for example 2.3.2."]
    quote: str
    start: Annotated[int, "Offset in Unicode code points."]
    end: int
