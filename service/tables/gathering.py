"""What the cells of one row say, gathered into a profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from matcher.profile import Profile
from seeds.profile_fields import Kind
from service.tables.faults import RowFault
from service.tables.headings import Column

PLACE_PARTS = frozenset({"province", "city_part", "city", "county"})


@dataclass(slots=True)
class Said:
    """What the cells of one row say, what is wrong with them, what stays unknown."""

    values: list[tuple[Column, Any]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    caveats: list[RowFault] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        """Tell whether the row says nothing."""
        return not (self.values or self.faults or self.caveats)

    @property
    def places(self) -> list[tuple[Column, str]]:
        """Return what is said of the place, column by column."""
        return [(column, value) for column, value in self.values if column.field.id in PLACE_PARTS]

    def cell_of(self, field_id: str) -> tuple[Column, Any]:
        """Return the first column of a field with its value."""
        return next((column, value) for column, value in self.values if column.field.id == field_id)


def gather(said: Said, city: str) -> Profile:
    """Return the profile; lists add up, of anything else the first value counts, the place is given."""
    values: dict[str, Any] = {"city": city}
    facts: dict[str, Any] = {}
    for column, value in said.values:
        name = column.field.id
        if name == "facts":
            facts.update(value)
        elif column.field.fact:
            facts[name] = value
        elif name in PLACE_PARTS:
            continue
        elif column.field.kind is Kind.LIST:
            values[name] = tuple(dict.fromkeys((*values.get(name, ()), *value)))
        else:
            values.setdefault(name, value)
    return Profile(**values, facts=facts)
