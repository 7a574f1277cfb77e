"""One row of a table into a profile, checked field by field as POST /v1/match checks it, or into reasons why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from operator import attrgetter
from typing import Any, TypeAlias

from marshmallow import ValidationError
from marshmallow.fields import Field

from matcher.profiles.profile import Profile
from rules.language.amounts import Interval
from seeds.profile_fields import Kind
from seeds.vocabulary import Vocabulary, printable
from service.complaints import MOST_UNKNOWN_FIELDS, Complaint, complaints_of, unknown_field
from service.intake.headings.layout import Column, Layout
from service.intake.headings.names import EXAMPLE_MARK
from service.intake.questions import PROFILE_CHARACTERS, ProfileSchema
from service.intake.raw_table import (
    SHOWN_CHARACTERS,
    Broken,
    Cell,
    CellError,
    LeftOpenError,
    RawRow,
    RowFault,
    fault_of,
    is_blank,
)
from service.intake.rows.cells import LEFT_OPEN, NOT_STATED, read_cell
from service.intake.rows.companies import RejectedRow, TenantRow, lone_heading, other_row
from service.intake.rows.places import settle_place
from service.intake.strict_fields import TEXT_CHARACTERS

PLACE_PARTS = frozenset({"province", "city_part", "city", "county"})
IDENTITY = frozenset({"name", "uscc", "external_id"})
"""The fields that tell whose row it is."""
STANDING = {"still_there": False, "gone": True}
"""What says of a company, in a column that is no field of a profile, that it is not to be screened."""


@dataclass(slots=True)
class Stated:
    """What the cells of one row say, those that could not be read, those that no condition can use."""

    values: list[tuple[Column, Any]] = field(default_factory=list)
    unread: list[RowFault] = field(default_factory=list)
    caveats: list[RowFault] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        """Tell whether the row says nothing."""
        return not (self.values or self.unread or self.caveats)

    @property
    def places(self) -> list[tuple[Column, str]]:
        """Return what is stated of the place, column by column."""
        return [(column, value) for column, value in self.values if column.field.id in PLACE_PARTS]

    def cell_of(self, field_id: str) -> tuple[Column, Any]:
        """Return the first column of a field with its value."""
        return next((column, value) for column, value in self.values if column.field.id == field_id)


def gather(stated: Stated, city: str) -> Profile:
    """Return the profile; lists add up, of anything else the first value counts, the place is given."""
    values: dict[str, Any] = {"city": city}
    facts: dict[str, Any] = {}
    one_by_one: list[tuple[str, Any]] = []
    for column, value in stated.values:
        name = column.field.id
        if name == "facts":
            facts.update(value)
        elif column.field.fact:
            facts[name] = value
        elif column.entry:
            one_by_one.append((column.entry, value))
        elif column.field.kind is Kind.LIST:
            values[name] = tuple(dict.fromkeys((*values.get(name, ()), *value)))
        elif column.field.kind is Kind.SCOPE:
            values[name] = "；".join(filter(None, (values.get(name), value)))
        elif name not in PLACE_PARTS and name not in STANDING:
            values.setdefault(name, value)
    if one_by_one:
        if "certifications" not in values:  # a list of those held tells of all others
            values["certifications_asked"] = tuple(dict.fromkeys(entry for entry, _ in one_by_one))
        held = (entry if value is True else value for entry, value in one_by_one if value)
        values["certifications"] = tuple(dict.fromkeys((*values.get("certifications", ()), *held)))
    return Profile(**values, facts=facts)


REMEMBERED = 20_000
"""Distinct cells of a column that are read once however many rows repeat them."""

_NO_FAULTS: tuple[RowFault, ...] = ()
_IN_CELLS = {"not_whole": "not_count", "not_flag": "cell_not_flag", "credit_code_number": "cell_credit_code_number"}
"""What the schema says of a value that is worded otherwise of a cell."""
_LISTS = tuple(known.name for known in fields(Profile) if isinstance(getattr(Profile(), known.name), tuple))
_lists_of: Callable[[Profile], tuple[tuple[str, ...], ...]] = attrgetter(*_LISTS)

FactComplaints: TypeAlias = Callable[[Mapping[str, Any]], Iterable[Complaint]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOptions:
    """What reading a row depends on: the vocabularies of declared entries, the latest founding, the sheet's epoch.

    `api_fields` says that a heading which is a profile's field has its values exactly as POST /v1/match takes them,
    `profiles` that every row is such a profile and nothing else. `fact_complaints` judges declared facts.
    """

    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    latest: date | None = None
    epoch_1904: bool = False
    encoding: str = ""
    api_fields: bool = False
    profiles: bool = False
    fact_complaints: FactComplaints | None = None


class RowReader:
    """Reads the rows of one table; it remembers what it has read, so it belongs to one thread."""

    def __init__(self, layout: Layout, options: RowOptions) -> None:
        """Keep the columns; nothing is remembered yet."""
        self._options = options
        self._schema: Mapping[str, Field[Any]] = ProfileSchema().fields
        self._places: list[tuple[Column, int, dict[Any, Any]]] = [
            (column, column.position, {}) for column in layout.columns
        ]
        self._names = tuple(column.position for column in layout.columns if column.field.id == "name")
        self._is_declared = any(column.field.kind is Kind.DECLARED for column in layout.columns)
        self._may_be_gone = any(column.field.id in STANDING for column in layout.columns)
        self.filled = [0] * (1 + max((column.position for column in layout.columns), default=0))
        """How many cells of companies state anything, by column, in the rows read so far."""
        self._own_of = layout.own_reader()
        self._headings = {report.position: report.heading for report in layout.reports}

    def read(self, raw: RawRow) -> TenantRow | RejectedRow | str:
        """Return the company, or the reasons why none can be told; of a row that need not be told, what it is.

        A profile that says nothing is a company all the same.
        """
        if raw.skipped or raw.faults:
            return raw.skipped or RejectedRow(row=raw.row, line=raw.line, faults=raw.faults)
        stated = self._stated(raw.cells)
        if self._options.profiles:
            return self._as_profile(raw, stated)
        if other := self._other_row(stated, raw.cells) or (self._may_be_gone and self._gone(stated)):
            for column, _ in stated.values:
                self.filled[column.position] -= 1
            return RejectedRow(row=raw.row, line=raw.line, faults=(other,))
        if stated.is_blank or _is_example(stated):
            return self._nothing_read(raw) if stated.is_blank else "example_row"
        profile = self._possible(stated, gather(stated, self._place(stated)))
        if self._is_nobody(stated, raw.cells):
            return RejectedRow(row=raw.row, line=raw.line, faults=tuple(stated.unread))
        return TenantRow(
            row=raw.row, line=raw.line, profile=profile, caveats=tuple(stated.caveats), unread=tuple(stated.unread),
            own=self._own_of(raw.cells),
        )  # fmt: skip

    def _as_profile(self, raw: RawRow, stated: Stated) -> TenantRow | RejectedRow:
        """Take a profile sent as JSON for what it says, all of it or nothing, as POST /v1/match does."""
        faults = stated.unread
        profile = self._possible(stated, gather(stated, self._place(stated)))
        if raw.unknown:
            faults = [*_unknown_faults(raw.unknown, self._schema), *faults]
        if not faults:
            return TenantRow(row=raw.row, line=raw.line, profile=profile, caveats=tuple(stated.caveats))
        # What is wrong with the declared facts of a row without other faults, deciding tells.
        if self._options.fact_complaints and profile.facts:
            faults += map(fault_of, self._options.fact_complaints(profile.facts))
        return RejectedRow(row=raw.row, line=raw.line, faults=tuple(faults))

    def _is_nobody(self, stated: Stated, cells: Sequence[Cell | Broken]) -> bool:
        """Tell whether nothing could be read of a row, or its name is broken and nothing else tells whose it is."""
        if not stated.values:
            return bool(stated.unread)
        if any(column.field.id in IDENTITY for column, _ in stated.values):
            return False
        return any(place < len(cells) and isinstance(cells[place], Broken) for place in self._names)

    def _nothing_read(self, raw: RawRow) -> RejectedRow | str:
        """Tell of a row of which nothing was read what stands in it, if anything but a running number does."""
        texts = [(place, str(cell)) for place, cell in enumerate(raw.cells) if cell is not None and str(cell).strip()]
        telling = ((place, text) for place, text in texts if not text.strip().removesuffix(".0").isdecimal())
        found = next((one for one in telling if not is_blank(one[1].strip())), None)
        if found is None:
            return "blank_row"
        place, _ = found
        heading = self._headings.get(place, "")  # what stands there may be a person's name, and is not repeated
        fault = RowFault(field="", heading=heading, value="", code="nothing_read", params={}, position=place)
        return RejectedRow(row=raw.row, line=raw.line, faults=(fault,))

    def _stated(self, cells: Sequence[Cell | Broken]) -> Stated:
        stated, filled = Stated(), self.filled
        width = len(cells)
        for column, place, memory in self._places:
            cell = cells[place] if place < width else None
            if cell is None or cell == "":
                continue
            known = memory.get(cell) if type(cell) is str else None
            value, wrong = known or self._remembered(cell, column, memory)
            if value is LEFT_OPEN:
                stated.caveats += wrong
                filled[place] += 1
                continue
            if wrong:
                stated.unread += wrong
                filled[place] += 1
            if value is not NOT_STATED:
                stated.values.append((column, value))
                filled[place] += not wrong
        return stated

    def _other_row(self, stated: Stated, cells: Sequence[Cell | Broken]) -> RowFault | None:
        """Return why a row is no company; where nothing is read of it, words alone are left to be skipped."""
        other = other_row(cells, self._names) or (None if stated.is_blank else lone_heading(cells, self._names))
        if other is None or _is_example(stated):
            return None
        shown, heading = printable(other.shown, SHOWN_CHARACTERS), self._headings.get(other.place, "")
        return RowFault(field="name", heading=heading, value=shown, code=other.code, params={}, position=other.place)

    def _gone(self, stated: Stated) -> RowFault | None:
        """Return what says that a company is no more, or no longer here."""
        says = ((column, value) for column, value in stated.values if column.field.id in STANDING)
        column = next((column for column, value in says if value is STANDING[column.field.id]), None)
        return self._fault(column, "", "company_gone", {"heading": column.heading}) if column else None

    def _place(self, stated: Stated) -> str:
        """Return the place of the company; columns that contradict one another leave it open, which is reported."""
        if not (places := stated.places):
            return ""
        place, clashes = settle_place(places, self._options.vocabularies.get("regions"))
        stated.caveats += [
            self._fault(clash.column, clash.text, "place_left_open", {"other": clash.other}) for clash in clashes
        ]
        return place

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
            if value is NOT_STATED:
                return NOT_STATED, _NO_FAULTS
            return self._checked(value, column), _NO_FAULTS
        except LeftOpenError as error:
            return LEFT_OPEN, (self._fault(column, cell, error.code, error.params),)
        except CellError as error:
            return NOT_STATED, (self._fault(column, cell, error.code, error.params),)
        except ValidationError as error:
            complaints = complaints_of(error.messages)
            return NOT_STATED, [self._fault(column, cell, one.code, one.params, one.pointer) for one in complaints]

    def _checked(self, value: Any, column: Column) -> Any:  # noqa: ANN401 - values of any field
        kind = column.field.kind
        if isinstance(value, Interval) or column.entry or column.field.id in STANDING:
            return self._certified(value) if column.entry else str(value) if column.field.fact else value
        if kind is Kind.PLACE:
            return self._schema["city"].deserialize(value)
        if kind is Kind.ENTRY:
            return self._entry(value, column.field.vocabulary)
        if column.field.fact:
            return self._schema["annual_revenue_cny"].deserialize(value) if kind is Kind.MONEY else value
        return self._schema[column.field.id].deserialize(value)

    def _certified(self, value: object) -> object:
        """Return whether a certification is held, or the name of the one that stands there."""
        known = self._options.vocabularies.get("certifications")
        if isinstance(value, str) and known and not known.find(value):
            raise CellError("not_certified")
        return value

    def _entry(self, text: str, name: str) -> str:
        """Return the entry a word names; one that names several leaves the fact open."""
        vocabulary = self._options.vocabularies.get(name)
        if vocabulary is None:
            return text
        found = (text,) if text in vocabulary else vocabulary.find(text)
        if not found:
            allowed = "、".join(entry.zh for entry in vocabulary.entries.values())
            raise CellError("not_one_of", allowed=allowed)
        if len(found) > 1:
            choices = "、".join(vocabulary[entry].zh for entry in found)
            raise LeftOpenError("entry_left_open", text=printable(text, SHOWN_CHARACTERS), choices=choices)
        return found[0]

    def _fault(self, column: Column, cell: object, code: str, params: Mapping[str, Any], pointer: str = "") -> RowFault:
        field_id = column.field.id
        code = _IN_CELLS.get(code, code)
        if field_id == "uscc" and code == "credit_code_checksum" and str(cell).strip().endswith("000"):
            code = "credit_code_precision"
        if code == "not_decodable":
            params = {"encoding": self._options.encoding or "UTF-8"}
        # A person's number is not repeated in files and answers.
        is_shown = code != "credit_code_of_a_person" and not isinstance(cell, Broken)
        shown = printable(str(cell), SHOWN_CHARACTERS) if is_shown else ""
        public = "city" if field_id in PLACE_PARTS else f"facts{pointer}" if field_id == "facts" else field_id
        return RowFault(
            field=public, heading=column.heading, value=shown, code=code, params=params, position=column.position
        )

    def _possible(self, stated: Stated, profile: Profile) -> Profile:
        """Leave out of a profile what cannot be so, or is too much, and tell it."""
        latest, founded = self._options.latest, profile.founded_on
        first = date.fromordinal(int(founded.low)) if isinstance(founded, Interval) else founded
        if latest and first and first > latest:
            stated.unread.append(self._fault(*stated.cell_of("founded_on"), "in_the_future", {"on": str(latest)}))
            profile = replace(profile, founded_on=None)
        if len(profile.business_scope) > PROFILE_CHARACTERS:  # of several columns, none of them too long
            told = self._fault(*stated.cell_of("business_scope"), "too_long", {"limit": PROFILE_CHARACTERS})
            stated.unread.append(told)
            profile = replace(profile, business_scope="")
        if self._is_declared and not self._options.profiles and self._options.fact_complaints:
            for complaint in self._options.fact_complaints(profile.facts):
                name = complaint.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
                profile = replace(profile, facts={key: one for key, one in profile.facts.items() if key != name})
                stated.unread.append(fault_of(complaint))
        lists = _lists_of(profile)
        if sum(map(len, lists)) > PROFILE_CHARACTERS // TEXT_CHARACTERS:  # fewer texts cannot be too long together
            count = sum(len(text) for texts in lists for text in texts)
            if count > PROFILE_CHARACTERS:
                params = {"limit": PROFILE_CHARACTERS, "count": count}
                stated.unread.append(RowFault(field="", heading="", value="", code="too_much_text", params=params))
                emptied: dict[str, Any] = dict.fromkeys(_LISTS, ())
                profile = replace(profile, **emptied)
        return profile


def _unknown_faults(names: Sequence[str], known: Mapping[str, object]) -> Iterator[RowFault]:
    """Yield a fault for every field that a profile does not have; past the first many they are only counted."""
    for name in names[:MOST_UNKNOWN_FIELDS]:
        shown = printable(name, SHOWN_CHARACTERS)
        yield replace(fault_of(unknown_field(name, known), heading=shown), field=shown)
    if (rest := len(names) - MOST_UNKNOWN_FIELDS) > 0:
        yield RowFault(field="", heading="", value="", code="unknown_fields", params={"count": rest})


def _is_example(stated: Stated) -> bool:
    name = next((value for column, value in stated.values if column.field.id == "name"), "")
    return bool(name.startswith(EXAMPLE_MARK))


def broken_row(row: int, line: int, code: str, **params: Any) -> RawRow:  # noqa: ANN401 - parameters of a message
    """Return a line that could not even be cut into cells."""
    return RawRow(row=row, line=line, faults=(RowFault(field="", heading="", value="", code=code, params=params),))


def complaint_row(row: int, complaints: Iterable[Complaint]) -> RawRow:
    """Return a line with the faults that the reader of JSON found."""
    faults = []
    for complaint in complaints:
        name = complaint.pointer.split("/")[1] if complaint.pointer else ""
        faults.append(replace(fault_of(complaint), field=name, heading=name))
    return RawRow(row=row, line=row, faults=tuple(faults))
