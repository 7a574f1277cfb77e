"""The headings of groups of columns in the row right above the headings, where no merged cell ties the two rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from service.tables.heading_names import take_apart
from service.tables.units import is_unit, unit_of_group

_FIGURE = re.compile(r"\d[\d,.]*\s*[十百千万亿元]")
"""A figure among the units: a threshold, no unit."""


def groups_above(row: Sequence[str], merged: Collection[int], headings: Sequence[str]) -> dict[int, str]:
    """Return, by column, what is said of it in the row above, with merged cells repeated in every column they cover.

    A text that is not merged counts when it names a unit; it holds up to the next one, unless it is a unit and nothing
    else. Of a title over the whole table only the unit counts.
    """
    covering = dict(_covering([*row, *[""] * (len(headings) - len(row))], merged))
    whole = len({*covering.values()}) == 1 and all(place in covering for place, text in enumerate(headings) if text)
    return {
        place: said
        for place, text in covering.items()
        if place < len(headings) and (said := _units_of(text) if whole or is_unit(text) else text)
    }


def _covering(row: Sequence[str], merged: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield each column with the text over it."""
    over = ""
    for place, text in enumerate(row):
        if text or place in merged:
            over = "" if place in merged or is_unit(text) else text
        if (said := text or over) and (place in merged or _units_of(said)):
            yield place, said


def _units_of(text: str) -> str:
    """Return the units of money that a text names, in brackets as a heading has them."""
    units = (text,) if is_unit(text) else filter(_is_of_money, take_apart(text).units)
    joined = "；".join(unit for unit in units if not _FIGURE.search(unit))
    return f"（{joined}）" if joined else ""


def _is_of_money(words: str) -> bool:
    unit = unit_of_group([words])
    return unit.unclear or unit.factor is not None
