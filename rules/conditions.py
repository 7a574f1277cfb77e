"""The shape of conditions: leaves that read one fact, and groups that combine them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeAlias

from rules.facts import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A checked quote: `document.text[start:end] == quote`, offsets in Unicode code points."""

    document: str
    clause: Annotated[str, "Path of the clause, for example 2.3.2."]
    quote: str
    start: Annotated[int, "Offset in Unicode code points."]
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """What is asked of one fact, without where it is written; equal tests are evaluated once.

    `expected` holds ids, one number, one date or one flag, as the operator needs. `scope` is where an open
    list (等) may go on: for values in there, not being listed leaves the test unknown. `stated` marks a test
    inside a NOT: inferred values do not count there, since they would make the condition unmet.
    """

    fact: str
    operator: str
    expected: tuple[Value, ...]
    scope: tuple[str, ...] = ()
    stated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A test with the words that state it; `text` is the prose of a manual test, else empty."""

    test: Test
    cite: Quote
    text: str = ""
    text_en: str = ""


class Combination(StrEnum):
    """How a group combines its parts."""

    ALL = "all"
    ANY = "any"
    NOT = "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Conditions combined; NOT has exactly one part."""

    combination: Combination
    parts: tuple[Condition, ...]


Condition: TypeAlias = Leaf | Group


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield every leaf of a condition, in the order written."""
    if isinstance(condition, Leaf):
        yield condition
        return
    for part in condition.parts:
        yield from leaves(part)


def asserted_leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the leaves of a condition that stand in no negated group."""
    if isinstance(condition, Leaf):
        yield condition
    elif condition.combination is not Combination.NOT:
        for part in condition.parts:
            yield from asserted_leaves(part)
