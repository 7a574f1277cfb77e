"""Finding the row of headings: titles may stand above it, and it may reach over several merged rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seeds.folding import fold
from service.json_reading import printable
from service.tables.fields import Kind
from service.tables.heading_names import nearest_heading, recognise
from service.tables.messages import TableRefusedError

ROWS_ABOVE = 20
"""Titles and notes that may stand above the headings."""

_SHOWN_HEADINGS = 8


def count_headings(texts: Sequence[str], mapping: Mapping[str, str]) -> int:
    """Return how many different fields a row of texts names."""
    mapped = {fold(name) for name in mapping}
    fields: set[str] = set()
    for text in texts:
        if not text:
            continue
        if mapped and fold(text) in mapped:
            fields.add(text)
        elif (field := recognise(text)) and field.kind is not Kind.IGNORED:
            fields.add(field.id)
    return len(fields)


def find_header(rows: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> int | None:
    """Return the index of the row that names the most fields, the first of equals; None when none names any."""
    counts = [count_headings(row, mapping) for row in rows[: ROWS_ABOVE + 1]]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def no_heading(rows: Sequence[Sequence[str]]) -> TableRefusedError:
    """Return the refusal of a table whose headings are not understood, with what was found and what is nearest."""
    fullest = max(rows[: ROWS_ABOVE + 1], key=lambda row: sum(bool(text.strip()) for text in row), default=())
    texts = [printable(text.strip(), 20) for text in fullest if text.strip()][:_SHOWN_HEADINGS]
    pairs = [(text, near) for text in texts if (near := nearest_heading(text))]
    shown = "、".join(f"“{text}”→“{near}”" for text, near in pairs)
    refusal = TableRefusedError(
        "no_heading",
        seen="、".join(texts) or "-",
        nearest_zh=f"最接近的表头：{shown}。" if shown else "",
        nearest_en=f"nearest: {shown}; " if shown else "",
    )
    refusal.headings = tuple(fullest)
    return refusal
