"""What reads tables, on one day unless a test names another."""

from datetime import date
from functools import partial

from service.tables import headings, look, reading

ON = date(2026, 11, 22)

lay_out = partial(headings.lay_out, on=ON)
look_at = partial(look.look_at, on=ON)
correction_refusal = partial(look.correction_refusal, on=ON)


def read_tenants(source, *, filename="", **options):
    return reading.read_tenants(source, reading.ReadingOptions(**{"on": ON, **options}), filename=filename)
