"""The columns of an uploaded file: as a form, what each was taken for; afterwards, what in them could not be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from service.schemas.column_answers import FieldChoice, ReadColumns
from service.screenings.columns import columns_at_a_look
from service.tables.headings import Status
from service.tables.look import look_at

Json = dict[str, Any]
IGNORE = "-"
_SHOWN_WHOLE = 60
"""A longer heading was shortened for the page, so the page cannot name it; it stays as it was read."""
_DOUBTFUL = frozenset({Status.NOT_UNDERSTOOD, Status.UNIT_NOT_UNDERSTOOD, Status.REPEATED})


def column_page(path: Path, mapping: Mapping[str, str], *, on: date, language: str) -> Json:
    """Return what the page shows of a file, read on a day with the choices (heading -> field, "" for none)."""
    look = columns_at_a_look(look_at(path, mapping, on=on), language)
    headings = [column.heading for column in look.columns]
    columns = [
        {
            **asdict(column),
            "open": column.heading not in headings[:place]
            and len(column.heading) <= _SHOWN_WHOLE
            and "\ufffd" not in column.heading,
            "doubtful": column.status in _DOUBTFUL,
            "chosen": column.field if column.status is Status.USED else IGNORE,
        }
        for place, column in enumerate(look.columns)
    ]
    return {
        **asdict(look),
        "columns": columns,
        "doubtful": sum(column.status in _DOUBTFUL for column in look.columns),
        "used": sum(column.status is Status.USED for column in look.columns),
        "units": _units(look.choices),
    }


def cells_left_open(read: ReadColumns, words: Mapping[str, str]) -> list[str]:
    """Return a line for each column of a screening's file in which something was written that could not be used."""
    return [
        words["screen_open_column"].format(column.heading, f"{column.left_open:,}", column.left_open_rows[0])
        for column in read.columns or ()
        if column.left_open
    ]


def read_choices(form: Mapping[str, str], plain: Json) -> dict[str, str]:
    """Return heading -> field for what differs from the file as it was read without any choice (`plain`)."""
    units = {choice.field: choice.units for choice in plain["choices"]}
    mapping: dict[str, str] = {}
    for column in plain["columns"]:
        field = form.get(f"field-{column['position']}")
        if field is None or not column["open"]:
            continue
        unit = form.get(f"unit-{column['position']}", "")
        unit = unit if unit in units.get(field, ()) else ""
        if field != column["chosen"] or (unit and unit != column["unit"]):
            mapping[column["heading"]] = "" if field == IGNORE else f"{field}({unit})" if unit else field
    return mapping


def _units(choices: Sequence[FieldChoice]) -> list[str]:
    """Return every unit that a field may have, the most usual first."""
    return list(dict.fromkeys(unit for choice in choices for unit in choice.units))
