"""What a row turns out to be: a company, more of one above, or none (sums, sections, notes, numbers of columns)."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import zip_longest
from operator import attrgetter
from typing import Any, NamedTuple

from matcher.profiles.profile import TUPLES, Profile
from rules.language.amounts import Interval
from seeds.vocabulary import printable
from service.intake.headings.names import BY_ID
from service.intake.raw_table import SHOWN_CHARACTERS, RowFault


class OtherRow(NamedTuple):
    """Why a row is no company, the place of the cell that tells it, and what may be shown of that cell."""

    code: str
    place: int
    shown: str


_HEADCOUNT = r"[共约]*\d+[家户个](?:企业|公司|单位)?"
_BRACKETS = r"(?:\([^()]{0,30}\))*+"
_SUM = re.compile(
    rf"(?:.{{0,8}}(?:合计|总计|小计|共计|累计|合計|總計|小計|共計)(?:数|额|金额|家数|户数)?|汇总|总和"
    rf"|.{{0,6}}(?:平均|均值|中位数|最大值|最小值)[值数]?|[人户]均|(?:企业|公司)?(?:总数|家数|户数)|共(?=\d)"
    rf"|(?:grand|sub|page)?-?totals?|sum|average|mean){_BRACKETS}[:：]?(?:{_HEADCOUNT})?{_BRACKETS}",
    re.IGNORECASE,
)
_PART_OF_SUM = re.compile(r"其中:.*|其中.{0,12}|ofwhich.*", re.IGNORECASE)
_NOTE = re.compile(
    r"((?:(?:填表|制表|填报|审核|审批|经办|复核|统计|编制|报送|联系|单位|企业|公司|部门|园区|分管)*"
    r"(?:人|负责人|人员|电话|方式|日期|时间|单位|部门|签字|签章|盖章|领导)|备?注\d*|附注|(?:填表|填报)?说明|数据来源|资料来源"
    r"|截止日期|统计口径)(?=:)|(?:填表|制表|填报|审核|复核|统计|联系)人(?!力)|联系电话)"
)
_SECTION = re.compile(
    rf"(?:[一二三四五六七八九十]{{1,3}}、|\([一二三四五六七八九十]{{1,3}}\)).+|.{{1,30}}\({_HEADCOUNT}\)"
)
_COUNTED = re.compile(rf"\({_HEADCOUNT}\)$")
_COMPANY_ENDS = "公司|集团|厂|店|社|院|所|中心|工作室|个体户|工商户|学校|市场|部|行|馆"
_COMPANY = re.compile(rf"(?:{_COMPANY_ENDS})$|\((?:有限|普通|特殊普通)合伙\)$")
_BEFORE_BRACKETS = re.compile(rf"(?:{_COMPANY_ENDS})\(")
_NUMBER = re.compile(r"\(?(\d{1,3})\)?(?:=.*)?")
_MARKS = frozenset("甲乙丙丁戊己ABCDE") | {"栏次", "栏号", "行次", "序号"}
_WORDS = re.compile(r"[\u4e00-\u9fff()、与和及]{2,}")
_LEAST_NUMBERS = 3
_LONGEST = 100
"""Characters of a cell that are looked at."""


def other_row(cells: Sequence[Any], names: Collection[int]) -> OtherRow | None:
    """Return why a row is no company, None when it may be one; `names` are the places of the companies' names.

    The name and what stands before it are looked at; in a row without a name, its first text.
    """
    if names and (numbers := _column_numbers(cells, names)) is not None:
        return numbers
    named = next((place for place in names if place < len(cells) and _text_of(cells[place])), None)
    if named is not None:
        name = _text_of(cells[named])
        if found := _kind_of(name, named):
            return found
        if is_company(name):
            return None
        before = enumerate(map(_text_of, cells[:named]))
        return next((OtherRow("total_row", place, text) for place, text in before if _SUM.fullmatch(text)), None)
    texts = {place: text for place, cell in enumerate(cells) if (text := _text_of(cell))}
    first = min(texts, default=None)
    if first is None:
        return None
    sums = (OtherRow("total_row", place, text) for place, text in texts.items() if names and _SUM.fullmatch(text))
    return _kind_of(texts[first], first) or next(sums, None)


def lone_heading(cells: Sequence[Any], names: Collection[int]) -> OtherRow | None:
    """Return a row that holds nothing but words before the column of names, as the heading of a section does."""
    filled = [place for place, cell in enumerate(cells) if cell not in (None, "")]
    if len(filled) != 1 or not names or filled[0] >= min(names):
        return None
    text = _text_of(cells[filled[0]])
    return OtherRow("section_row", filled[0], text) if _WORDS.fullmatch(text) else None


def _kind_of(text: str, place: int) -> OtherRow | None:
    """Return what a leading text says the row is, None for what a company may be called."""
    if note := _NOTE.match(text):
        return OtherRow("note_row", place, note[1])
    if _SUM.fullmatch(text):
        return OtherRow("total_row", place, text)
    named = is_company(text)
    if _PART_OF_SUM.fullmatch(text) and (":" in text or not named):
        return OtherRow("total_row", place, text)
    if _SECTION.fullmatch(text) and (_COUNTED.search(text) or not named):
        return OtherRow("section_row", place, text)
    return None


def is_company(text: str) -> bool:
    """Tell whether a text ends as the name of a company does, perhaps with something in brackets behind it."""
    return bool(_COMPANY.search(text) or (text.endswith(")") and _BEFORE_BRACKETS.search(text)))


def _column_numbers(cells: Sequence[Any], names: Collection[int]) -> OtherRow | None:
    """Recognise the row below the headings that numbers the columns: 1, 2, 3, or 甲, 乙, 1, 2, 3."""
    place = next((place for place in names if place < len(cells) and cells[place] not in (None, "")), None)
    if place is None or not (_NUMBER.fullmatch(name := _short(cells[place])) or name in _MARKS):
        return None
    texts = [_short(cell) for cell in cells if cell not in (None, "")]
    start = next((index for index, text in enumerate(texts) if text not in _MARKS), len(texts))
    numbers = [_NUMBER.fullmatch(text) for text in texts[start:]]
    if len(numbers) < _LEAST_NUMBERS:
        return None
    counted = all(match and int(match[1]) == count for count, match in enumerate(numbers, 1))
    return OtherRow("numbers_row", place, name) if counted else None


def _short(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _text_of(str(cell)) if isinstance(cell, str | int | float) else ""


def _text_of(cell: object) -> str:
    """Return a text without its spaces and wide characters, "" of what is no text."""
    if not isinstance(cell, str):
        return ""
    start = cell[:_LONGEST]
    return "".join((start if start.isascii() else unicodedata.normalize("NFKC", start)).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A company read; `row` counts from 1 at the first line below the headings, `line` is the file's own number.

    Rows left blank, the template's example and headings printed again are counted too: who looks for row 12 finds it
    12 lines below the headings. What stands in a cell and costs its fact only is told: `unread` where it could not be
    read, `caveats` where it was, and no condition can use it. `own` is what stands in the columns kept as they are.
    """

    row: int
    line: int
    profile: Profile
    caveats: tuple[RowFault, ...] = ()
    unread: tuple[RowFault, ...] = ()
    own: tuple[str, ...] = ()
    sheet: str = ""

    def plain(self) -> dict[str, Any]:
        """Return as plain data what could not be read of a company that is kept."""
        return {**plain_row(self, self.unread), "kept": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row of which no company can be told, with every reason; `again` is what it says of one told further above."""

    row: int
    line: int
    faults: tuple[RowFault, ...]
    again: TenantRow | None = None
    sheet: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the row as plain data, each reason in both languages."""
        return plain_row(self, self.faults)


def plain_row(row: TenantRow | RejectedRow, faults: Iterable[RowFault]) -> dict[str, Any]:
    """Return where a row stands and what is told of it."""
    told = {"row": row.row, "line": row.line, "faults": [fault.plain() for fault in faults]}
    return {**told, "sheet": row.sheet} if row.sheet else told


_telling: Callable[[Profile], tuple[Any, ...]] = attrgetter(
    "city", "founded_on", "employees", "annual_revenue_cny", "external_id"
)
"""Returns what of two rows of one short name tells that they are two companies."""
_KNOWN = struct.Struct("=q?5q")
"""A row, whether it told a code, and its telling values by their hashes: a register may have millions of rows."""
_FULL_NAME = 6
_NOBODY = Profile()
_SCALARS = tuple(known.name for known in fields(Profile) if known.name not in ("facts", *TUPLES))


class Companies:
    """The companies of the rows so far, by code and by name."""

    def __init__(self) -> None:
        """Know none yet."""
        self._by_code: dict[str, int] = {}
        self._by_name: dict[str, bytes] = {}

    def find(self, row: int, said: Profile) -> int | None:
        """Return the row in which this company stood before; None, and it is noted, where it stands the first time.

        Two rows of the same name are one company unless their codes differ, or the name is short and they differ.
        """
        if said.uscc and (first := self._by_code.setdefault(said.uscc, row)) != row:
            return first
        if not said.name:
            return None
        now = _KNOWN.pack(row, bool(said.uscc), *(hash(value) if value else 0 for value in _telling(said)))
        first, has_code, *before = _KNOWN.unpack(self._by_name.setdefault(said.name, now))
        if first == row or (has_code and said.uscc):
            return None
        if not (_is_full(said.name) or _agree(before, _KNOWN.unpack(now)[2:])):
            return None
        return int(first)


def _is_full(name: str) -> bool:
    return len(name) >= _FULL_NAME and is_company(name)


def _agree(one: Iterable[Any], other: Iterable[Any]) -> bool:
    return all(a == b or not a or not b for a, b in zip(one, other, strict=True))


def goes_on(above: Profile, said: Profile) -> bool:
    """Tell whether a row goes on with the company above it: of the same name or code, or of none and nothing else."""
    if said.uscc and above.uscc:
        return said.uscc == above.uscc and said.name in ("", above.name)
    if said.name:
        return said.name == above.name and (_is_full(said.name) or _agree(_telling(above), _telling(said)))
    if said.uscc or said.external_id or not (above.name or above.uscc):
        return False
    rest = ((getattr(above, name), getattr(said, name)) for name in _SCALARS)
    same = all(value in (before, getattr(_NOBODY, name)) for name, (before, value) in zip(_SCALARS, rest, strict=True))
    return same and said.facts.items() <= above.facts.items()


class Contradiction(NamedTuple):
    """A field of which two rows of one company say different things: the first counts."""

    field: str
    first: Any
    other: Any


def joined(first: Profile, more: Profile) -> tuple[Profile, list[Contradiction]]:
    """Return a company with what a further row adds, its lists and what was not stated yet, and what contradicts it."""
    values: dict[str, Any] = {}
    told: list[Contradiction] = []
    for name in _SCALARS:
        one, other, nothing = getattr(first, name), getattr(more, name), getattr(_NOBODY, name)
        values[name] = other if one == nothing else one
        if nothing not in (one, other) and one != other:
            values[name], is_told = _finer(name, one, other)
            told += [Contradiction(name, one, other)] if is_told else []
    for name in TUPLES:
        values[name] = tuple(dict.fromkeys((*getattr(first, name), *getattr(more, name))))
    told += [
        Contradiction(name, first.facts[name], other)
        for name, other in more.facts.items()
        if first.facts.get(name, other) != other
    ]
    denied, held = _denied(first) & set(more.certifications), set(first.certifications) & _denied(more)
    values["certifications"] = tuple(one for one in values["certifications"] if one not in denied)
    told += [Contradiction("certifications", f"✗ {one}", f"✓ {one}") for one in sorted(denied)]
    told += [Contradiction("certifications", f"✓ {one}", f"✗ {one}") for one in sorted(held)]
    return Profile(**values, facts={**more.facts, **first.facts}), told


def _denied(said: Profile) -> set[str]:
    """Return the certifications that a row was asked for one by one and does not have."""
    return set(said.certifications_asked) - set(said.certifications)


def _finer(name: str, one: Any, other: Any) -> tuple[Any, bool]:  # noqa: ANN401 - values of any field
    """Return which of two values counts, and whether they contradict: what lies inside the other says more."""
    if name == "city" and (one in other or other in one):
        return max(one, other, key=len), False
    spans = [span for value in (one, other) if (span := _span(value))]
    if len(spans) > 1:
        (low, high), (lowest, highest) = spans
        if low <= lowest and highest <= high:
            return other, False
        if lowest <= low and high <= highest:
            return one, False
    return one, True


def _span(value: object) -> tuple[float, float] | None:
    """Return between what a number or a day lies, None for anything else."""
    if isinstance(value, Interval):
        return value.low, value.high
    number = value.toordinal() if isinstance(value, date) else value
    return (number, number) if isinstance(number, int | float) and not isinstance(number, bool) else None


def _goes_on(above: TenantRow, row: TenantRow) -> bool:
    is_told = bool(row.profile.name or row.profile.uscc) or above.sheet == row.sheet
    return is_told and goes_on(above.profile, row.profile)


def with_next(above: TenantRow, row: TenantRow) -> TenantRow:
    """Return a company with the row below it that goes on with it."""
    profile, contradictions = joined(above.profile, row.profile)
    told = contradicting(contradictions, above.row, row.row)
    return replace(
        above, profile=profile, caveats=(*above.caveats, *row.caveats), unread=(*above.unread, *row.unread, *told),
        own=own_joined(above.own, row.own),
    )  # fmt: skip


def first_or_again(row: TenantRow, known: Companies) -> TenantRow | RejectedRow:
    """Return a company where it stands the first time, else which row has it already."""
    first = known.find(row.row, row.profile)
    if first is None:
        return row
    said = row.profile
    fault = RowFault(
        field="name", heading="", value=said.name or said.uscc, code="duplicate_row", params={"row": first}
    )
    return RejectedRow(row=row.row, line=row.line, faults=(fault, *row.unread), again=row, sheet=row.sheet)


def own_joined(first: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """Return what stands in the columns kept as they are, of two rows of one company."""
    return tuple(
        one if other in ("", one) else "；".join(filter(None, (one, other)))
        for one, other in zip_longest(first, more, fillvalue="")
    )


def contradicting(told: Iterable[Contradiction], first: int, row: int) -> Iterator[RowFault]:
    """Yield what a further row of a company says otherwise than its first."""
    for name, one, other in told:
        shown = {"first": printable(str(one), SHOWN_CHARACTERS), "other": printable(str(other), SHOWN_CHARACTERS)}
        heading = BY_ID[name].heading if name in BY_ID else name
        params = {"row": row, "earlier": first, "field": heading, **shown}
        yield RowFault(field=name, heading=heading, value=shown["other"], code="contradicts_row", params=params)


@dataclass(slots=True)
class RowAccount:
    """What became of the rows of a file: `rows` is their number, and the sum of all the others.

    `joined` are rows that go on with the company above them, `left_out` the others by reason. `hidden` counts those
    among all of them that the file hides.
    """

    rows: int = 0
    read: int = 0
    joined: int = 0
    hidden: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, code: str, rows: int = 1) -> None:
        """Count rows that are left out for a reason."""
        self.left_out[code] = self.left_out.get(code, 0) + rows


def without_repeats(
    rows: Iterator[TenantRow | RejectedRow], account: RowAccount, *, is_table: bool
) -> Iterator[TenantRow | RejectedRow]:
    """Join what goes on with the company above it, and leave out a company that stood further above already."""
    above: TenantRow | None = None
    known = Companies()
    for row in rows:
        if above is not None and isinstance(row, TenantRow) and _goes_on(above, row):
            account.joined += 1
            above = with_next(above, row)
            continue
        if above is not None:
            yield first_or_again(above, known)
        above = row if is_table and isinstance(row, TenantRow) else None
        if above is None:
            yield row
    if above is not None:
        yield first_or_again(above, known)


def of_sheet(
    row: TenantRow | RejectedRow, sheet: str, slots: Sequence[int], places: Mapping[int, int]
) -> TenantRow | RejectedRow:
    """Return a row of one of several sheets, the sheet the first of its own columns, the others at their places."""

    def moved(faults: Iterable[RowFault]) -> tuple[RowFault, ...]:
        return tuple(replace(fault, position=places.get(fault.position, -1)) for fault in faults)

    if isinstance(row, RejectedRow):
        return replace(row, faults=moved(row.faults), sheet=sheet)
    own = [sheet, *("" for _ in range(max(slots, default=0)))]
    for slot, text in zip(slots, row.own, strict=True):
        own[slot] = text
    return replace(row, own=tuple(own), unread=moved(row.unread), caveats=moved(row.caveats), sheet=sheet)
