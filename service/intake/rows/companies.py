"""Companies that stand in several rows: told by code or name, what a further row adds, what contradicts the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from itertools import zip_longest
from operator import attrgetter
from typing import Any, NamedTuple

from matcher.profiles.profile import TUPLES, Profile
from rules.language.amounts import Interval
from seeds.vocabulary import printable
from service.intake.headings.names import BY_ID
from service.intake.raw_table import RowFault
from service.intake.rows.other_rows import is_company
from service.intake.rows.rows import SHOWN_CHARACTERS, RejectedRow, TenantRow

_telling: Callable[[Profile], tuple[Any, ...]] = attrgetter(
    "city", "founded_on", "employees", "annual_revenue_cny", "external_id"
)
"""Returns what of two rows of one short name tells that they are two companies."""
_FULL_NAME = 6
_NOBODY = Profile()
_SCALARS = tuple(known.name for known in fields(Profile) if known.name not in ("facts", *TUPLES))


class Companies:
    """The companies of the rows so far, by code and by name."""

    def __init__(self) -> None:
        """Know none yet."""
        self._by_code: dict[str, int] = {}
        self._by_name: dict[str, tuple[int, str, tuple[Any, ...]]] = {}

    def find(self, row: int, said: Profile) -> int | None:
        """Return the row in which this company stood before; None, and it is noted, where it stands the first time.

        Two rows of the same name are one company unless their codes differ, or the name is short and they differ.
        """
        if said.uscc and (first := self._by_code.setdefault(said.uscc, row)) != row:
            return first
        if not said.name:
            return None
        first, code, before = self._by_name.setdefault(said.name, (row, said.uscc, _telling(said)))
        if first == row or (code and said.uscc) or not (_is_full(said.name) or _agree(before, _telling(said))):
            return None
        return first


def _is_full(name: str) -> bool:
    return len(name) >= _FULL_NAME and is_company(name)


def _agree(one: Iterable[Any], other: Iterable[Any]) -> bool:
    return all(a == b or not a or not b for a, b in zip(one, other, strict=True))


def goes_on(above: Profile, said: Profile) -> bool:
    """Tell whether a row goes on with the company above it: of the same name or code, or of none and nothing else."""
    if said.uscc and above.uscc:
        return said.uscc == above.uscc and said.name in ("", above.name)
    if said.name:
        return said.name == above.name and (_is_full(said.name) or _agree(_telling(above), _telling(said)))
    if said.uscc or said.external_id or not (above.name or above.uscc):
        return False
    rest = ((getattr(above, name), getattr(said, name)) for name in _SCALARS)
    same = all(value in (before, getattr(_NOBODY, name)) for name, (before, value) in zip(_SCALARS, rest, strict=True))
    return same and said.facts.items() <= above.facts.items()


class Contradiction(NamedTuple):
    """A field of which two rows of one company say different things: the first counts."""

    field: str
    first: Any
    other: Any


def joined(first: Profile, more: Profile) -> tuple[Profile, list[Contradiction]]:
    """Return a company with what a further row adds, its lists and what was not stated yet, and what contradicts it."""
    values: dict[str, Any] = {}
    told: list[Contradiction] = []
    for name in _SCALARS:
        one, other, nothing = getattr(first, name), getattr(more, name), getattr(_NOBODY, name)
        values[name] = other if one == nothing else one
        if nothing not in (one, other) and one != other:
            values[name], is_told = _finer(name, one, other)
            told += [Contradiction(name, one, other)] if is_told else []
    for name in TUPLES:
        values[name] = tuple(dict.fromkeys((*getattr(first, name), *getattr(more, name))))
    told += [
        Contradiction(name, first.facts[name], other)
        for name, other in more.facts.items()
        if first.facts.get(name, other) != other
    ]
    denied, held = _denied(first) & set(more.certifications), set(first.certifications) & _denied(more)
    values["certifications"] = tuple(one for one in values["certifications"] if one not in denied)
    told += [Contradiction("certifications", f"✗ {one}", f"✓ {one}") for one in sorted(denied)]
    told += [Contradiction("certifications", f"✓ {one}", f"✗ {one}") for one in sorted(held)]
    return Profile(**values, facts={**more.facts, **first.facts}), told


def _denied(said: Profile) -> set[str]:
    """Return the certifications that a row was asked for one by one and does not have."""
    return set(said.certifications_asked) - set(said.certifications)


def _finer(name: str, one: Any, other: Any) -> tuple[Any, bool]:  # noqa: ANN401 - values of any field
    """Return which of two values counts, and whether they contradict: what lies inside the other says more."""
    if name == "city" and (one in other or other in one):
        return max(one, other, key=len), False
    spans = [span for value in (one, other) if (span := _span(value))]
    if len(spans) > 1:
        (low, high), (lowest, highest) = spans
        if low <= lowest and highest <= high:
            return other, False
        if lowest <= low and high <= highest:
            return one, False
    return one, True


def _span(value: object) -> tuple[float, float] | None:
    """Return between what a number or a day lies, None for anything else."""
    if isinstance(value, Interval):
        return value.low, value.high
    number = value.toordinal() if isinstance(value, date) else value
    return (number, number) if isinstance(number, int | float) and not isinstance(number, bool) else None


def with_next(above: TenantRow, row: TenantRow) -> TenantRow:
    """Return a company with the row below it that goes on with it."""
    profile, contradictions = joined(above.profile, row.profile)
    told = contradicting(contradictions, above.row, row.row)
    return replace(
        above, profile=profile, caveats=(*above.caveats, *row.caveats), unread=(*above.unread, *row.unread, *told),
        own=own_joined(above.own, row.own),
    )  # fmt: skip


def first_or_again(row: TenantRow, known: Companies) -> TenantRow | RejectedRow:
    """Return a company where it stands the first time, else which row has it already."""
    first = known.find(row.row, row.profile)
    if first is None:
        return row
    said = row.profile
    fault = RowFault(
        field="name", heading="", value=said.name or said.uscc, code="duplicate_row", params={"row": first}
    )
    return RejectedRow(row=row.row, line=row.line, faults=(fault, *row.unread), again=row)


def own_joined(first: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """Return what stands in the columns kept as they are, of two rows of one company."""
    return tuple(
        one if other in ("", one) else "；".join(filter(None, (one, other)))
        for one, other in zip_longest(first, more, fillvalue="")
    )


def contradicting(told: Iterable[Contradiction], first: int, row: int) -> Iterator[RowFault]:
    """Yield what a further row of a company says otherwise than its first."""
    for name, one, other in told:
        shown = {"first": printable(str(one), SHOWN_CHARACTERS), "other": printable(str(other), SHOWN_CHARACTERS)}
        heading = BY_ID[name].heading if name in BY_ID else name
        params = {"row": row, "earlier": first, "field": heading, **shown}
        yield RowFault(field=name, heading=heading, value=shown["other"], code="contradicts_row", params=params)
