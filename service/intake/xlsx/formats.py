"""What a spreadsheet's number format shows of a number: a percentage, a unit, a foreign currency, a scaled figure.

Likewise of a day: its month or its year alone; of a code: the zeros before it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from seeds.profile_fields import Kind
from service.intake.headings.units import COUNTED, MEASURED, MONEY_NAMES, UnitReading, plain, read_unit
from service.intake.raw_table import Broken
from service.intake.xlsx.archive import STYLES, Archive, Attributes

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|[_*].|\[(?P<bracket>[^\[\]]*)\]|(?P<general>general|g/通用格式)'
    r"|e[+-]|(?P<digits>[0#?]+)|(?P<mark>[.,%])|(?P<bare>.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTIONS = re.compile(r'(?:"[^"]*"?|[\\!_*].|\[[^\[\]]*\]|[^;])+|(?<=;)(?=;|$)', re.DOTALL)
_TESTED = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_CURRENCY = re.compile(r"\$([^-]*)(?:-(.*))?")
_TESTS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_MOMENT = frozenset("ymdhs")
_YUAN_SIGN = re.compile("cn¥|¥|rmb|cny|人民币")
_PUNCTUATION = re.compile(r"[\s()+\-–—:]+")
_JAPANESE = re.compile("0*411$|ja", re.IGNORECASE)
_YEN = "日元"
_LONGEST = 255
"""What a spreadsheet program takes at most."""

_WRITABLE = frozenset(MONEY_NAMES) - {1e9}
"""Units of money that an amount may be written in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a number format: when it holds, and what it shows beside or instead of the number's digits.

    The figure shown is the number divided by `divisor`, which is None where that cannot be reported. `digits` are the
    fewest shown of a whole number; `days` is how many characters of a day in ISO 8601 are shown, 0 for no day.
    """

    test: tuple[str, float] | None = None
    percent: bool = False
    divisor: float | None = 1.0
    words: str = ""
    foreign: str = ""
    digits: int = 0
    days: int = 0

    @property
    def shows_the_number(self) -> bool:
        """Tell whether the number is shown as it is, with nothing that says what it counts."""
        return not (self.percent or self.words or self.foreign) and self.divisor == 1


_PERCENT = (Section(percent=True),)
_MONTH, _YEAR = 7, 4
_BUILT_IN = {"9": _PERCENT, "10": _PERCENT, "17": (Section(days=_MONTH),)}
"""The numbers of 0%, 0.00% and mmm-yy, which no workbook spells out."""


def cell_forms(archive: Archive) -> dict[int, Sequence[Section]]:
    """Return, by the number of a cell format, what it shows beside or instead of a number's digits."""
    codes: dict[str, Sequence[Section]] = dict(_BUILT_IN)
    group, numbers = "", list[str]()

    def start(name: str, attributes: Attributes) -> None:
        nonlocal group
        if name == "numFmt" and "formatCode" in attributes:
            codes[attributes.get("numFmtId", "")] = read_format(attributes["formatCode"])
        elif name.endswith("Xfs"):
            group = name
        elif name == "xf" and group == "cellXfs":
            numbers.append(attributes.get("numFmtId", ""))

    if archive.has(STYLES):
        archive.walk(STYLES, start)
    return {place: sections for place, number in enumerate(numbers) if (sections := codes.get(number))}


def read_format(code: str) -> tuple[Section, ...]:
    """Return the sections of a number format, none when it shows numbers as they are, or days."""
    if len(code) > _LONGEST:
        return (Section(divisor=None),)
    if days := _days_of(code):
        return (Section(days=days),)
    sections = tuple(section for text in _SECTIONS.findall(code) if (section := _section(text)) is not None)
    return () if all(section.shows_the_number and section.digits < 2 for section in sections) else sections  # noqa: PLR2004 - one digit is shown anyway


def _days_of(code: str) -> int:
    """Return how much of a day a format shows where it leaves out the day, or the month too."""
    bare = [piece["bare"].casefold() for piece in _PIECE.finditer(code) if piece["bare"]]
    shown = _MOMENT.intersection(bare)
    return {frozenset("ym"): _MONTH, frozenset("y"): _YEAR}.get(shown, 0)


def as_shown(cell: object, form: Sequence[Section], kind: Kind) -> object:
    """Return the text that a format shows of a number, a broken cell where it may mean either; else the cell.

    What one section shows as it is, is money in yuan when another section scales it.
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float) or form[0].days:
        return cell.isoformat()[: form[0].days] if isinstance(cell, date) and form[0].days else cell
    section = _section_of(cell, form)
    if kind not in MEASURED:
        is_code = kind is Kind.TEXT and section.shows_the_number and float(cell).is_integer()
        return f"{int(cell):0{section.digits}}" if is_code else cell
    return _figure(cell, section, form, kind)


def _figure(cell: float, section: Section, form: Sequence[Section], kind: Kind) -> object:
    if section.shows_the_number:
        in_yuan = kind is Kind.MONEY and any(one.divisor != 1 for one in form)
        return f"{cell:.15g}元" if in_yuan else cell
    if section.percent or kind is Kind.SHARE:
        if kind is not Kind.SHARE or section.divisor != 1 or not (section.percent or section.words == "%"):
            return Broken("format_left_open", text=f"{cell:.15g}", left_open=True)
        return f"{cell * 100 if section.percent else cell:.10g}%"
    if section.foreign:
        return f"{cell:.15g}{section.foreign}"
    return _measured(cell, section, kind)


def _measured(cell: float, section: Section, kind: Kind) -> object:
    """Return money, people or pieces with the unit that the format names."""
    unit = _unit(section.words, kind)
    if unit.unclear:
        return f"{cell:.15g}{section.words}"
    if unit.factor is None or section.divisor not in (1, unit.factor):
        return Broken("format_left_open", text=f"{cell:.15g}", left_open=True)
    figure = cell / section.divisor
    if kind in COUNTED:
        return f"{figure * unit.factor:.15g}{'人' if kind is Kind.WHOLE else '件'}"
    if unit.factor in _WRITABLE:
        return f"{figure:.15g}{MONEY_NAMES[unit.factor]}"
    return f"{figure * unit.factor:.15g}元"


@lru_cache(maxsize=256)
def _unit(words: str, kind: Kind) -> UnitReading:
    return read_unit([words], kind)


def _section_of(cell: float, form: Sequence[Section]) -> Section:
    """Return the section that shows a number: by its own test, else the first is for those above 0, then below, 0."""
    if len(form) == 1:
        return form[0]
    if any(section.test for section in form):
        met = (one for one in form if one.test is None or _TESTS[one.test[0]](cell, one.test[1]))
        return next(met, form[-1])
    place = 1 if cell < 0 else 2 if cell == 0 else 0
    return form[place] if place < len(form) else form[0]


def _section(text: str) -> Section | None:
    """Read one section; None when it shows a day or a time."""
    shape, words, percent = "", "", False
    test, foreign = None, ""
    for piece in _PIECE.finditer(text):
        stated = piece["quoted"] or piece["escaped"] or piece["bare"] or ""
        if piece["bare"] and stated.casefold() in _MOMENT:
            return None
        if piece["bracket"] is not None:
            tested, symbol = _TESTED.fullmatch(piece["bracket"]), _symbol(piece["bracket"])
            test = (tested[1], float(tested[2])) if tested else test
            foreign = foreign or symbol
        elif piece["mark"] == "%":
            percent = True
        elif stated == "." and shape:
            shape += "!"
        else:
            shape += "0" * len(piece["digits"] or "") + ("0" if piece["general"] else "") + (piece["mark"] or "")
            words += stated
    if "0" not in shape:
        return Section(test=test)
    words = _PUNCTUATION.sub("", _YUAN_SIGN.sub("", plain(words)))
    digits = len(text) if text.strip("0") == "" else 0
    return Section(test=test, percent=percent, divisor=_divisor(shape), words=words, foreign=foreign, digits=digits)


def _symbol(bracket: str) -> str:
    """Return the currency that a part in brackets names, "" when it is yuan or none."""
    named = _CURRENCY.fullmatch(bracket)
    if named is None or not named[1].strip():
        return ""
    symbol = plain(named[1]).strip()
    if _YUAN_SIGN.fullmatch(symbol) or symbol == "元":
        return _YEN if _JAPANESE.match(named[2] or "") else ""
    return named[1].strip()


def _divisor(shape: str) -> float | None:
    """Return by how much the figure shown is smaller: commas behind it are thousands, a written point moves digits."""
    point = shape.find("!")
    if shape.count("!") > 1 or (point >= 0 and "." in shape):
        return None
    thousands = sum(len(found) for found in re.findall(r"(?<!,),++(?=\.|!|$)", shape))
    behind = shape[point:].count("0") if point >= 0 else 0
    return float(1000**thousands * 10**behind)
