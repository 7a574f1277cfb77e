"""What reads tables, on one day unless a test names another."""

from datetime import date
from functools import partial

from service.intake import first_look, table
from service.intake.headings import layout

ON = date(2026, 11, 22)

lay_out = partial(layout.lay_out, on=ON)
look_at = partial(first_look.look_at, on=ON)
correction_refusal = partial(first_look.correction_refusal, on=ON)


def read_tenants(source, *, filename="", **options):
    return table.read_tenants(source, table.ReadingOptions(**{"on": ON, **options}), filename=filename)
