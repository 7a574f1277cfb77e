"""Blocks of a pack of format 2 read strictly: keys, closed lists, and numbers that the words cited have to state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from rules.language.amounts import AmountError, parse_money
from rules.language.condition_parsing import Quoter, located
from rules.language.figures import FigureKind, figures_stating, states, states_years
from rules.language.grants import Span
from seeds.documents import Quote

Kind = TypeVar("Kind", bound=StrEnum)
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReader:
    """Reads blocks of one measure; `clause` is that of its operative sentence, where words stand unless they say.

    Every fault is noted with its pointer, and what is wrong is left out.
    """

    quoter: Quoter
    clause: str

    def up_to(
        self, block: Mapping[str, Any], keys: tuple[str, str], pointer: str, parse: Callable[[str], float], cite: Quote
    ) -> Span | None:
        """Read a number that stands as it is, or one that is the most and has no least."""
        exact, most = (self.span(block, key, pointer, parse, cite) for key in keys)
        if exact and most:
            self.fault(f"{pointer}/{keys[1]}", "amount_and_up_to", first=keys[0], second=keys[1])
        return exact or (Span(low=None, high=most.high) if most else None)

    def span(
        self,
        block: Mapping[str, Any],
        key: str,
        pointer: str,
        parse: Callable[[str], float],
        cite: Quote,
        *,
        is_bound: bool = False,
    ) -> Span | None:
        """Read one number or [from, to], each of which has to stand in the words cited; one end alone is a bound."""
        if key not in block:
            return None
        given = block[key] if isinstance(block[key], list) else [block[key]]
        try:
            values = [parse(str(one)) for one in given]
        except AmountError as error:
            self.fault(f"{pointer}/{key}", error.code, **error.params)
            return None
        if len(values) not in (1, 2) or values != sorted(set(values)):
            self.fault(f"{pointer}/{key}", "range_form")
            return None
        kind = FigureKind.MONEY if parse is parse_money else FigureKind.SHARE
        for value, text in zip(values, given, strict=True):
            figures = figures_stating(cite.quote, kind, value)
            if not figures:
                self.fault(f"{pointer}/{key}", "not_in_cite", value=text, quote=cite.quote)
            elif len(values) == 1 and not is_bound and all(figure.low < figure.high for figure in figures):
                self.fault(f"{pointer}/{key}", "one_of_a_range", value=text, quote=cite.quote)
        return Span(low=values[0], high=values[-1])

    def count(self, block: Mapping[str, Any], key: str, pointer: str, words: str) -> float | None:
        """Read a number of years or parts, which the words, or words cited for it alone, have to state."""
        value = block.get(key)
        if isinstance(value, dict):  # stated elsewhere than what is paid
            stated = self.block(value, f"{pointer}/{key}", ("value", "cite"))
            cite = self.cite(stated, f"{pointer}/{key}") if stated else None
            value, words = (stated["value"], cite.quote) if stated and cite else (None, words)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            self.fault(f"{pointer}/{key}", "no_positive_number", value=value)
            return None
        if not (states_years(words, value) if key == "years" else states(words, FigureKind.COUNT, value)):
            self.fault(f"{pointer}/{key}", "not_in_cite", value=value, quote=words)
        return float(value)

    def flag(self, block: Mapping[str, Any], key: str, pointer: str) -> bool:
        """Read a flag; False where it is not given."""
        if not isinstance(block.get(key, False), bool):
            self.fault(f"{pointer}/{key}", "must_be_flag")
        return block.get(key) is True

    def cited_flag(self, block: Mapping[str, Any], key: str, pointer: str) -> bool:
        """Read a flag that may say in which words it stands, where those of the benefit do not say so."""
        if not isinstance(block.get(key), dict):
            return self.flag(block, key, pointer)
        stated = self.block(block[key], f"{pointer}/{key}", ("cite",))
        return bool(stated and self.cite(stated, f"{pointer}/{key}"))

    def member(self, kind: type[Kind], raw: object, pointer: str) -> Kind | None:
        """Read one of a closed list."""
        if raw is None:
            return None
        try:
            return kind(str(raw))
        except ValueError:
            self.fault(pointer, "no_member", value=raw, kind=kind.__name__, known=tuple(str(one) for one in kind))
            return None

    def cite(self, block: Mapping[str, Any], pointer: str) -> Quote | None:
        """Read the words that say it."""
        return self.quoter.cite(located(block), f"{pointer}/cite", self.clause)

    def each(
        self, raw: Mapping[str, Any], key: str, pointer: str, read: Callable[[object, str], Read | None]
    ) -> tuple[Read, ...]:
        """Read each item of a list, without those that are wrong."""
        items = raw.get(key, [])
        if not isinstance(items, list):
            self.fault(f"{pointer}/{key}", "must_be_list")
            return ()
        found = (read(item, f"{pointer}/{key}/{place}") for place, item in enumerate(items))
        return tuple(one for one in found if one is not None)

    def block(
        self, raw: object, pointer: str, required: Iterable[str], optional: Iterable[str] = ()
    ) -> Mapping[str, Any] | None:
        """Return a mapping that has the required keys and no unknown ones, or None after noting what is wrong."""
        needed = tuple(required)
        known = tuple(sorted({*needed, *optional, "clause"}))
        if not isinstance(raw, dict):
            self.fault(pointer, "block_form", keys=known)
            return None
        for key in sorted(set(raw) - set(known), key=str):
            self.fault(f"{pointer}/{key}", "unknown_key", key=key, known=known)
        missing = [key for key in needed if raw.get(key) in (None, "")]
        for key in missing:
            self.fault(f"{pointer}/{key}", "key_empty", key=key)
        return None if missing else raw

    def fault(self, pointer: str, code: str, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Note what is wrong."""
        self.quoter.faults.add(pointer, code, **params)
