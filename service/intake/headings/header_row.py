"""Finding the row of headings: titles and groups of columns may stand above it, and it may reach over several rows."""

from __future__ import annotations

import operator
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import zip_longest

from seeds.profile_fields import Kind, ProfileField
from seeds.vocabulary import fold, printable
from service.intake.headings.names import known_names, nearest_heading, recognise, take_apart, without_time
from service.intake.headings.remarks import is_other_thing, spoils, states_another
from service.intake.headings.units import MEASURED, is_unit, unit_of_group
from service.intake.raw_table import TableRefusedError

_FIGURE = re.compile(r"(?<![\d,.])[,.]*+\d[\d,.]*+\s*+[十百千万亿元]")
"""A figure among the units: a threshold, no unit."""

LONGEST_ABOVE = 1_000
"""Characters of a text above the headings that are read for each column below it."""


def groups_above(row: Sequence[str], merged: Collection[int], headings: Sequence[str]) -> dict[int, str]:
    """Return, by column, what is stated of it in the row above, with merged cells repeated in every column they cover.

    A text that is not merged counts when it names a unit; it holds up to the next one, unless it is a unit and nothing
    else. Of a title over the whole table only the unit counts.
    """
    texts = [text[:LONGEST_ABOVE] for text in row]
    covering = dict(_covering([*texts, *[""] * (len(headings) - len(row))], merged))
    whole = len({*covering.values()}) == 1 and all(place in covering for place, text in enumerate(headings) if text)
    return {
        place: stated
        for place, text in covering.items()
        if place < len(headings) and (stated := _units_of(text) if whole or is_unit(text) else text)
    }


def _covering(row: Sequence[str], merged: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield each column with the text over it."""
    over = ""
    for place, text in enumerate(row):
        if text or place in merged:
            over = "" if place in merged or is_unit(text) else text
        if (stated := text or over) and (place in merged or _units_of(stated)):
            yield place, stated


@lru_cache(maxsize=256)
def _units_of(text: str) -> str:
    """Return the units of money that a text names, in brackets as a heading has them."""
    units = (text,) if is_unit(text) else filter(_is_of_money, take_apart(text).units)
    joined = "；".join(unit for unit in units if not _FIGURE.search(unit))
    return f"（{joined}）" if joined else ""


def _is_of_money(words: str) -> bool:
    unit = unit_of_group([words])
    return unit.unclear or unit.factor is not None


ROWS_ABOVE = 20
"""Titles and notes that may stand above the headings."""

_SHOWN_HEADINGS = 8
_TWO = 2
_YEAR_FIGURE = re.compile(r"(?:19|20)\d\d\.0")


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


def field_of(heading: str, mapping: Mapping[str, str]) -> ProfileField | None:
    """Return the field that a column is: the one that `mapping` gives its heading, else that which the heading says."""
    reported = next((target for name, target in mapping.items() if fold(name) == fold(heading)), "")
    return recognise(reported or heading)


def find_header(rows: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> int | None:
    """Return the index of the row that names the most fields, the first of equals; None when none names any."""
    counts = [count_headings(row, mapping) for row in rows[: ROWS_ABOVE + 1]]
    best = max(counts, default=0)
    return counts.index(best) if best else None


_OF_A_COMPANY = re.compile(
    r".{2,}(?:公司|集团|厂|合作社|研究院|研究所|工作室|合伙\)?|合伙）)|[0-9][0-9A-HJ-NPQRTUWXY]{17}"
)


def begins_with_a_company(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a table without headings begins at once with a company: its name or its code stands there."""
    first = next((row for row in rows if any(row)), ())
    return any(_OF_A_COMPANY.fullmatch(text) for text in first)


def join_headings(texts: Sequence[str], on: date) -> str:
    """Return what a column is called by the texts above one another.

    It is the lowest that says it alone, with the times above it, else all of them; what stands below a heading that
    is understood is taken as a remark on it.
    """
    distinct = list(dict.fromkeys(_as_text(text) for text in texts if text))
    if len(distinct) < _TWO:
        return "".join(distinct)
    joined, (*upper, lowest) = " ".join(distinct), distinct
    field, whole = recognise(lowest), recognise(joined)
    if field and (whole in (None, field) or field.kind is Kind.PLACE):
        is_joined = any(spoils(group, field, on) or (whole and not fold(without_time(group))) for group in upper)
        return joined if is_joined else lowest
    if whole:
        return joined
    remarked = f"{distinct[0]}（{'，'.join(distinct[1:])}）"
    field = recognise(remarked)
    return remarked if field and not states_another(remarked, field, on) else joined


def _as_text(text: str) -> str:
    """Return what stands in a cell of headings; a year that a workbook holds as a figure is one."""
    return text.removesuffix(".0") if _YEAR_FIGURE.fullmatch(text) else text


def headings_of(texts: Sequence[Sequence[str]], block: tuple[int, int], on: date) -> list[str]:
    """Return the headings of a table, read on a day; `block` are the first and the last of the rows they stand in."""
    rows = texts[block[0] : block[1] + 1]
    width = max(map(len, rows))
    return [join_headings([row[column] for row in rows if column < len(row)], on) for column in range(width)]


def groups_of(texts: Sequence[Sequence[str]], block: tuple[int, int], headings: Sequence[str]) -> dict[int, str]:
    """Return, by column, what stands in the rows of headings above the text that its heading is."""
    rows = texts[block[0] : block[1]]
    upper = [
        " ".join(dict.fromkeys(row[column] for row in rows if column < len(row))) for column in range(len(headings))
    ]
    return {column: text for column, text in enumerate(upper) if text and text != headings[column]}


def two_lines(texts: Sequence[Sequence[str]], place: int, on: date) -> tuple[list[list[str]], tuple[int, int]]:
    """Return the rows and which of them, first and last, are the headings, where nothing tells of merged cells.

    A row below the headings is one too when it says only what the columns of groups are; of two rows of headings the
    groups in the upper one are repeated over all their columns.
    """
    rows = [list(row) for row in texts]
    for top in (place, place - 1):
        if 0 <= top < len(rows) - 1 and _are_two_lines(rows[top], rows[top + 1], on, below=top == place):
            rows[top] = _repeat_groups(rows[top], rows[top + 1])
            return rows, (top, top + 1)
    return rows, (place, place)


def _are_two_lines(upper: Sequence[str], lower: Sequence[str], on: date, *, below: bool) -> bool:
    """Tell whether two rows are the groups of columns and the columns; `below` tells that the upper was found."""
    upper, lower = zip(*zip_longest(upper, lower, fillvalue=""), strict=True)
    width = len(upper)
    owners = [next((upper[left] for left in range(column, -1, -1) if upper[left]), "") for column in range(width)]
    filled = [column for column in range(width) if lower[column]]
    if not below:
        alone = [upper[column] for column in range(width) if upper[column] and not lower[column]]
        grouped = any(not upper[column] and owners[column] for column in filled)
        return grouped and bool(alone) and all(map(recognise, alone))
    named = [recognise(upper[column]) is None and recognise(lower[column]) is not None for column in filled]
    starts = [not upper[column] or (column + 1 < width and not upper[column + 1]) for column in filled]
    if not all(map(operator.or_, named, starts)) or not (any(named) or any(not upper[column] for column in filled)):
        return False
    return all(_is_part_of_heading(_as_text(lower[column]), owners[column], on) for column in filled)


def _is_part_of_heading(text: str, group: str, on: date) -> bool:
    """Tell whether a text below the heading of a group says which of its columns it is."""
    field = recognise(group)
    if not group or (field and field.kind in (Kind.DATE, Kind.TEXT, Kind.CODE)):
        return False
    if not fold(without_time(text)):
        return field is None or field.kind in MEASURED
    if text[0].isdigit() and not take_apart(text).year:
        return False
    if is_unit(text) or recognise(text) or fold(group + text) in known_names():
        return True
    if field and field.kind not in MEASURED:
        return False
    return is_other_thing(text) or (field is not None and not states_another(f"{group}（{text}）", field, on))


def _repeat_groups(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the upper row with the heading of each group over every column of it that the lower row names."""
    repeated, group = list[str](), ""
    for own, below in zip_longest(upper, lower, fillvalue=""):
        group = own or group
        repeated.append(own or (group if below else ""))
    return repeated


def no_heading(rows: Sequence[Sequence[str]]) -> TableRefusedError:
    """Return the refusal of a table whose headings are not understood, with what was found and what is nearest."""
    fullest = max(rows[: ROWS_ABOVE + 1], key=lambda row: sum(bool(text.strip()) for text in row), default=())
    texts = [printable(" ".join(text.split()), 20) for text in fullest if text.strip()][:_SHOWN_HEADINGS]
    pairs = [(text, near) for text in texts if (near := nearest_heading(text))]
    shown = "、".join(f"“{text}”→“{near}”" for text, near in pairs)
    refusal = TableRefusedError(
        "no_heading_but_near" if shown else "no_heading", seen="、".join(texts) or "-", nearest=shown
    )
    refusal.headings = tuple(fullest)
    return refusal
