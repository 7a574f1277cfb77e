"""One row of a table into a profile, checked field by field as POST /v1/match checks it, or into reasons why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marshmallow import ValidationError
from marshmallow.fields import Field

from matcher.profile import Profile
from seeds.vocabulary import Vocabulary
from service.json_reading import printable
from service.problems import Complaint
from service.schemas.complaints import complaints_of
from service.schemas.match import ProfileSchema
from service.tables.cells import NOT_SAID, Broken, Cell, is_total, read_cell
from service.tables.fields import COUNTY, EXAMPLE_MARK, PLACE, Kind
from service.tables.headings import Column, Layout
from service.tables.messages import CellError, word

SHOWN_CHARACTERS = 40
REMEMBERED = 20_000
"""Distinct cells of a column that are read once however many rows repeat them."""

_PLACE_PARTS = frozenset({"province", "city_part", "city", "county"})
_MUNICIPAL = ("区", "县", "镇", "乡", "街道", "园")
_NO_FAULTS: tuple[RowFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One thing wrong in a row: the field, its heading, what stands there (shortened), a code and its words."""

    field: str
    heading: str
    value: str
    code: str
    params: Mapping[str, Any]

    def worded(self, language: str = "zh") -> tuple[str, str]:
        """Return the message and the hint."""
        return word(self.code, self.params, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A company read; `row` counts from 1 at the first line below the headings, `line` is the file's own number."""

    row: int
    line: int
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that is no company's profile, with every reason."""

    row: int
    line: int
    faults: tuple[RowFault, ...]

    def plain(self) -> dict[str, Any]:
        """Return the row as plain data, each reason in both languages."""
        return {"row": self.row, "line": self.line, "faults": [_plain(fault) for fault in self.faults]}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """A line of a file: its cells by column, or the fault that leaves it unread."""

    row: int
    line: int
    cells: Sequence[Cell | Broken] = ()
    fault: RowFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOptions:
    """What reading a row depends on: the vocabularies of declared entries, the latest founding, the sheet's epoch.

    `api_fields` says that a heading which is a profile's field has its values exactly as POST /v1/match takes them.
    """

    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    latest: date | None = None
    epoch_1904: bool = False
    encoding: str = ""
    api_fields: bool = False


class RowReader:
    """Reads the rows of one table; it remembers what it has read, so it belongs to one thread."""

    def __init__(self, layout: Layout, options: RowOptions) -> None:
        """Keep the columns; nothing is remembered yet."""
        self._options = options
        self._schema: Mapping[str, Field[Any]] = ProfileSchema().fields
        self._places: list[tuple[Column, int, dict[Any, Any]]] = [
            (column, column.position, {}) for column in layout.columns
        ]

    def read(self, raw: RawRow) -> TenantRow | RejectedRow | None:
        """Return the company or the reasons; None for the template's example and for a row that says nothing."""
        if raw.fault:
            return RejectedRow(row=raw.row, line=raw.line, faults=(raw.fault,))
        said, faults = self._said(raw.cells)
        if (not said and not faults) or _is_example(said):
            return None
        if not faults:
            profile, faults = self._profile(said)
            if not faults:
                return TenantRow(row=raw.row, line=raw.line, profile=profile)
        return RejectedRow(row=raw.row, line=raw.line, faults=tuple(faults))

    def _said(self, cells: Sequence[Cell | Broken]) -> tuple[list[tuple[Column, Any]], list[RowFault]]:
        said: list[tuple[Column, Any]] = []
        faults: list[RowFault] = []
        width = len(cells)
        for column, place, memory in self._places:
            cell = cells[place] if place < width else None
            if cell is None or cell == "":
                continue
            value, wrong = self._remembered(cell, column, memory)
            if wrong:
                faults += wrong
            if value is not NOT_SAID:
                said.append((column, value))
        return said, faults

    def _remembered(
        self, cell: Cell | Broken, column: Column, memory: dict[Any, Any]
    ) -> tuple[Any, Sequence[RowFault]]:
        if isinstance(cell, list | dict):
            return self._load(cell, column)
        key = cell if isinstance(cell, str) else (type(cell), cell)
        found: tuple[Any, Sequence[RowFault]] | None = memory.get(key)
        if found is None:
            found = self._load(cell, column)
            if len(memory) < REMEMBERED:
                memory[key] = found
        return found

    def _load(self, cell: Cell | Broken, column: Column) -> tuple[Any, Sequence[RowFault]]:
        """Return the value that the schema loads, with what is wrong with it."""
        try:
            if self._options.api_fields and column.heading == column.field.id and column.heading in self._schema:
                return self._schema[column.heading].deserialize(cell), _NO_FAULTS
            value = read_cell(cell, column, epoch_1904=self._options.epoch_1904)
            if value is NOT_SAID:
                return NOT_SAID, _NO_FAULTS
            return self._checked(value, column), _NO_FAULTS
        except CellError as error:
            return NOT_SAID, (self._fault(column, cell, error.code, error.params),)
        except ValidationError as error:
            complaints = complaints_of(error.messages)
            return NOT_SAID, [self._fault(column, cell, one.code, one.params) for one in complaints]

    def _checked(self, value: Any, column: Column) -> Any:  # noqa: ANN401 - values of any field
        kind = column.field.kind
        if kind is Kind.PLACE:
            return self._schema["city"].deserialize(value)
        if kind is Kind.ENTRY:
            return self._entry(value, column.field.vocabulary)
        if column.field.fact:
            return self._schema["annual_revenue_cny"].deserialize(value) if kind is Kind.MONEY else value
        return self._schema[column.field.id].deserialize(value)

    def _entry(self, text: str, name: str) -> Any:  # noqa: ANN401 - an id or NOT_SAID
        """Return the entry a word names; one that names several leaves the fact open."""
        vocabulary = self._options.vocabularies.get(name)
        if vocabulary is None:
            return text
        found = (text,) if text in vocabulary else vocabulary.find(text)
        if not found:
            allowed = "、".join(entry.zh for entry in vocabulary.entries.values())
            raise CellError("not_one_of", allowed=allowed, nearest_zh="", nearest_en="")
        return found[0] if len(found) == 1 else NOT_SAID

    def _fault(self, column: Column, cell: object, code: str, params: Mapping[str, Any]) -> RowFault:
        field_id = column.field.id
        code = {"not_whole": "not_count"}.get(code, code)
        if field_id == "uscc" and code == "credit_code_checksum" and str(cell).strip().endswith("000"):
            code = "credit_code_precision"
        if code == "not_decodable":
            params = {"encoding": self._options.encoding or "UTF-8"}
        shown = "" if isinstance(cell, Broken) else printable(str(cell), SHOWN_CHARACTERS)
        public = "city" if field_id in _PLACE_PARTS else field_id
        return RowFault(field=public, heading=column.heading, value=shown, code=code, params=params)

    def _profile(self, said: list[tuple[Column, Any]]) -> tuple[Profile, list[RowFault]]:
        values: dict[str, Any] = {}
        facts: dict[str, Any] = {}
        places: list[tuple[int, str]] = []
        for column, value in said:
            name = column.field.id
            if name == "facts":
                facts.update(value)
            elif column.field.fact:
                facts[name] = value
            elif name in _PLACE_PARTS:
                places.append((column.field.order, value))
            elif column.field.kind is Kind.LIST:
                values[name] = tuple(dict.fromkeys((*values.get(name, ()), *value)))
            else:
                values.setdefault(name, value)
        if places:
            values["city"] = join_places(places)
        return Profile(**values, facts=facts), list(self._impossible(said))

    def _impossible(self, said: list[tuple[Column, Any]]) -> Iterator[RowFault]:
        latest = self._options.latest
        for column, value in said:
            name = column.field.id
            if name == "founded_on" and latest and value and value > latest:
                yield self._fault(column, value, "in_the_future", {"on": latest.isoformat()})
            elif name == "name" and is_total(value):
                yield self._fault(column, value, "total_row", {})


def _is_example(said: list[tuple[Column, Any]]) -> bool:
    return any(column.field.id == "name" and value.startswith(EXAMPLE_MARK) for column, value in said)


def join_places(parts: Sequence[tuple[int, str]]) -> str:
    """Return one place from province, city, registered place and county, widest first, nothing said twice.

    The registered place stands alone when it names its city itself.
    """
    if len(parts) == 1:
        return parts[0][1]
    ordered = sorted(parts)
    whole = next((text for order, text in ordered if order == PLACE), "")
    if whole and not (whole.endswith(_MUNICIPAL) and "市" not in whole):
        ordered = [(order, text) for order, text in ordered if order in (PLACE, COUNTY)]
    joined = ""
    for position, (_, text) in enumerate(ordered):
        name = text.removesuffix("省").removesuffix("市")
        if name not in joined and not any(name in later for _, later in ordered[position + 1 :]):
            joined += text
    return joined


def _plain(fault: RowFault) -> dict[str, Any]:
    zh, hint_zh = fault.worded("zh")
    en, hint_en = fault.worded("en")
    return {
        "field": fault.field, "heading": fault.heading, "value": fault.value, "code": fault.code,
        "message_zh": zh, "hint_zh": hint_zh, "message_en": en, "hint_en": hint_en,
    }  # fmt: skip


def broken_row(row: int, line: int, code: str, **params: Any) -> RawRow:  # noqa: ANN401 - parameters of a message
    """Return a line that could not even be cut into cells."""
    return RawRow(row=row, line=line, fault=RowFault(field="", heading="", value="", code=code, params=params))


def complaint_row(row: int, complaint: Complaint) -> RawRow:
    """Return a line with a fault that the reader of JSON found."""
    name = complaint.pointer.split("/")[1] if complaint.pointer else ""
    fault = RowFault(field=name, heading=name, value="", code=complaint.code, params=complaint.params)
    return RawRow(row=row, line=row, fault=fault)
