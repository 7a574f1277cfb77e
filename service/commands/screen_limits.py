"""How much `cepei screen` reads: a national register, where an upload to the service is bounded."""

from __future__ import annotations

import sys
from pathlib import Path

from service.tables.sources import Format, Limits, Source, sniff_format

_MOST_ROWS = 2**31 - 1
"""Row numbers are stored in 32 bits; nothing else bounds a file that is read in a stream."""
_SHEET_ROWS = 1_048_576
_SHEET_COLUMNS = 32
_GIGABYTE = 2**30

STREAMED = Limits(file_bytes=sys.maxsize, rows=_MOST_ROWS, unpacked_bytes=sys.maxsize)
LOADED = Limits(
    file_bytes=_GIGABYTE, rows=_SHEET_ROWS, unpacked_bytes=8 * _GIGABYTE, sheet_cells=_SHEET_ROWS * _SHEET_COLUMNS
)
"""A workbook is held in memory whole: all rows a sheet can have, as many columns as a register has."""


def limits_of(file: Path) -> Limits:
    """Return the limits for a file by its kind; raise TableRefusedError when it is no table."""
    return LOADED if sniff_format(Source(file, STREAMED)) is Format.XLSX else STREAMED
