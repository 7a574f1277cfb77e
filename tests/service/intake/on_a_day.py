"""What reads tables, on one day unless a test names another."""

from dataclasses import replace
from datetime import date
from functools import partial

from service.intake import first_look, table
from service.intake.headings import layout
from service.intake.table import ReadingOptions

ON = date(2026, 11, 22)

lay_out = partial(layout.lay_out, on=ON)


def look_at(content, mapping, **options):
    return first_look.look_at(content, ReadingOptions(**{"on": ON, "mapping": mapping, **options}))


def correction_refusal(content, mapping, **options):
    return first_look.correction_refusal(content, ReadingOptions(**{"on": ON, "mapping": mapping, **options}))


def read_tenants(source, *, filename="", **options):
    return table.read_tenants(source, ReadingOptions(**{"on": ON, **options}), filename=filename)


def settled(columns):
    """What columns were taken for, whatever rows were gone through."""
    counts = {"filled": 0, "left_open": 0, "left_open_rows": (), "unread": 0, "unread_rows": ()}
    return tuple(replace(column, **counts) for column in columns)
