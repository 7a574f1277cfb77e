"""What the caller says columns are, over what their headings say; all that is wrong with it is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from seeds.folding import fold
from seeds.profile_fields import Kind
from service.json_reading import printable
from service.tables.faults import TableRefusedError
from service.tables.heading_names import nearest_heading, recognise
from service.tables.headings import SEVERAL, shown_heading, unit_fault


class CorrectionFault(NamedTuple):
    """One entry of the caller's that cannot be followed: its heading, a code and what words it."""

    heading: str
    code: str
    params: Mapping[str, Any]


class CorrectionError(TableRefusedError):
    """A file is not read because the caller's own choice of fields does not fit it; worded by its first fault."""

    def __init__(self, faults: Sequence[CorrectionFault], headings: Sequence[str] = ()) -> None:
        """Keep every fault."""
        super().__init__(faults[0].code, **faults[0].params)
        self.faults, self.headings = tuple(faults), tuple(headings)


def chosen_fields(headings: Sequence[str], mapping: Mapping[str, str], *, repeats: bool = False) -> dict[int, str]:
    """Return position -> field from heading -> field ("" leaves a column out); raise CorrectionError.

    `repeats` lets several headings stand for one field.
    """
    faults = [*_column_faults(headings, mapping), *_field_faults(mapping)]
    if faults := [*faults, *(() if repeats else _repeat_faults(mapping))]:
        raise CorrectionError(faults, headings)
    return {place: target or "ignored" for name, target in mapping.items() for place in _places(name, headings)}


def _column_faults(headings: Sequence[str], mapping: Mapping[str, str]) -> Iterator[CorrectionFault]:
    columns: dict[int, str] = {}
    for name in mapping:
        places = _places(name, headings)
        if not places:
            close = difflib.get_close_matches(name, [text for text in headings if text], n=1)
            nearest = shown_heading(close[0]) if close else None
            yield CorrectionFault(name, "mapping_heading", {"name": printable(name), "nearest": nearest})
        elif (other := columns.setdefault(places[0], name)) != name:
            yield CorrectionFault(name, "mapping_same_column", {"name": printable(name), "other": printable(other)})


def _field_faults(mapping: Mapping[str, str]) -> Iterator[CorrectionFault]:
    for name, target in mapping.items():
        if target and recognise(target) is None:
            params = {"name": printable(target), "nearest": nearest_heading(target)}
            yield CorrectionFault(name, "mapping_field", params)
        elif target and unit_fault(target):
            yield CorrectionFault(name, "mapping_unit", {"name": printable(target)})


def _repeat_faults(mapping: Mapping[str, str]) -> Iterator[CorrectionFault]:
    """Yield the headings given a field that another heading has and of which one column counts."""
    fields: dict[str, str] = {}
    for name, target in mapping.items():
        field = recognise(target) if target else None
        if field is None or field.kind in SEVERAL or field.kind is Kind.IGNORED:
            continue
        if (other := fields.setdefault(field.id, name)) != name:
            params = {"name": printable(name), "other": printable(other), "field": field.heading}
            yield CorrectionFault(name, "mapping_twice", params)


def _places(name: str, headings: Sequence[str]) -> list[int]:
    """Return the columns with this heading; spelling counts only when several are alike."""
    places = [place for place, text in enumerate(headings) if text.strip() == name.strip()]
    places = places or [place for place, text in enumerate(headings) if text and shown_heading(text) == name.strip()]
    return places or [place for place, text in enumerate(headings) if text and fold(text) == fold(name)]
