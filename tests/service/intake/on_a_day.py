"""What reads tables, on one day unless a test names another."""

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
