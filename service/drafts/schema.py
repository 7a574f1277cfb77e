"""What fields the items of a draft have: made of what the format of packs and of metadata knows, nothing of it twice.

A key that the format has and no kind of field is named for here is found when this module is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.language.facts import FactType
from rules.language.grants import BENEFIT_KINDS, BLOCKS, CLOSED, SHARED_KEYS
from rules.language.measure_parsing import MEASURE_KEYS, MEASURE_KEYS_2
from rules.language.measures import Instrument, MeasureKind, MeasureVerdict, Strength
from seeds.documents import FIELDS, DocumentStatus
from service.drafts.items import Kind


class Widget(StrEnum):
    """What is typed or chosen in a field."""

    WORDS = "words"
    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"
    CITED_FLAG = "cited_flag"
    NUMBER = "number"
    CITED_NUMBER = "cited_number"
    AMOUNT = "amount"
    AMOUNTS = "amounts"
    NUMBERS = "numbers"
    NAMES = "names"
    REACH = "reach"
    DAY = "day"
    CITE = "cite"
    ENTRY = "entry"
    FACT = "fact"
    VALUE = "value"
    FACTS = "facts"
    CONDITION = "condition"
    CONDITIONS = "conditions"
    BLOCK = "block"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: `options` of a choice, `block` names the fields of a block, `fact` is what a value is of.

    One that is not `usual` stands folded away while nothing is in it. Where `is_open` it is known or unknown, in words.
    """

    key: str
    widget: Widget
    options: tuple[str, ...] = ()
    block: str = ""
    fact: str = ""
    usual: bool = True
    is_open: bool = False


_WIDGETS: Mapping[str, Widget] = {
    **dict.fromkeys(("amount", "up_to", "rate", "rate_up_to", "step", "cap"), Widget.AMOUNT),
    **dict.fromkeys(("years", "instalments"), Widget.CITED_NUMBER),
    **dict.fromkeys(("first_time_only", "difference_only"), Widget.CITED_FLAG),
    **dict.fromkeys(("yearly", "all_year", "instead", "alike", "attracts", "drafted", "changeable"), Widget.FLAG),
    **dict.fromkeys(("months", "days"), Widget.NUMBERS),
    **dict.fromkeys(("context", "excludes", "supersedes", "issuers"), Widget.NAMES),
    **dict.fromkeys(("brackets", "caps", "tiers", "benefits", "examples", "facts", *SHARED_KEYS), Widget.BLOCKS),
    **dict.fromkeys(("beneficiary", "benefit", "window", "defaults"), Widget.BLOCK),
    **dict.fromkeys(("cite", "source"), Widget.CITE),
    **dict.fromkeys(("conditions", "when"), Widget.CONDITIONS),
    **dict.fromkeys(("opens", "closes"), Widget.WORDS),
    **dict.fromkeys(("name", "url", "term", "scope", "unit", "unit_en", "value", "zh", "en", "ask_zh"), Widget.WORDS),
    **dict.fromkeys(("id", "title", "title_en", "continues", "ask_en", "heading", "number"), Widget.WORDS),
    **dict.fromkeys(("source_url", "predecessor"), Widget.WORDS),
    **dict.fromkeys(("issued_on", "written_on", "published_on", "effective_from", "valid_to"), Widget.DAY),
    **dict.fromkeys(("region", "sector"), Widget.VALUE),
    "checked_on": Widget.DAY,
    "addressee": Widget.CONDITION,
    "of_fact": Widget.FACT,
    "with": Widget.REACH,
    "pays": Widget.AMOUNTS,
}
"""What is typed for a key that is no choice out of a closed list."""

_ELSEWHERE: Mapping[tuple[str, str], Widget] = {
    ("examples", "facts"): Widget.FACTS,
    ("terms", "value"): Widget.AMOUNT,
    ("materials", "id"): Widget.ENTRY,
}
"""Keys that mean something else in one block than in others."""

_CLOSED: Mapping[tuple[str, str], Iterable[str]] = {
    **CLOSED,
    ("measure", "instrument"): Instrument,
    ("measure", "also"): Instrument,
    ("measure", "kind"): MeasureKind,
    ("measure", "strength"): Strength,
    ("benefit", "kind"): BENEFIT_KINDS,
    ("examples", "verdict"): MeasureVerdict,
    ("facts", "type"): [kind for kind in FactType if kind is not FactType.SET],
    ("document", "status"): DocumentStatus,
}
_SEVERAL = frozenset({("measure", "also"), ("stacking", "levels")})

_USUAL = frozenset(
    {
        "id", "title", "title_en", "kind", "instrument", "strength", "source", "conditions", "benefits", "windows",
        "examples", "benefit", "amount", "up_to", "rate", "of", "per", "cite", "caps", "opens", "closes", "by", "rule",
        "with", "term", "name", "value", "facts", "verdict", "pays", "when", "drafted", "region", "sector", "type",
        "zh", "en", "ask_zh", "ask_en",
    }
)  # fmt: skip
"""What most measures have; the rest is folded away until somebody wants it."""

_ORDER = (
    "title", "title_en", "id", "kind", "instrument", "also", "strength", "source", "context", "addressee", "region",
    "sector", "when", "conditions", "facts", "verdict", "benefit", "benefits", "opens", "closes", "months", "days",
    "amount", "up_to", "rate", "of", "per", "step", "value", "with", "rule", "by", "name", "tiers", "caps", "window",
    "windows", "cite",
)  # fmt: skip


def _fields_of(block: str, keys: Iterable[str], *, all_usual: bool = False) -> tuple[Field, ...]:
    """Return the fields of a block, in the order in which people read a measure."""
    ordered = sorted(keys, key=lambda key: (_ORDER.index(key) if key in _ORDER else len(_ORDER), key))
    return tuple(_field(block, key, usual=all_usual or key in _USUAL) for key in ordered)


def _field(block: str, key: str, *, usual: bool) -> Field:
    if (block, key) in _CLOSED:
        widget = Widget.CHOICES if (block, key) in _SEVERAL else Widget.CHOICE
        return Field(key=key, widget=widget, options=tuple(map(str, _CLOSED[block, key])), usual=usual)
    widget = _ELSEWHERE.get((block, key)) or _WIDGETS[key]
    fact = key if widget is Widget.VALUE else ""
    return Field(key=key, widget=widget, block=key, fact=fact, usual=usual, is_open=block == "document")


FIELDS_OF: Mapping[str, tuple[Field, ...]] = {
    **{name: _fields_of(name, {*keys.needed, *keys.optional}) for name, keys in BLOCKS.items()},
    "measure": _fields_of("measure", MEASURE_KEYS_2),
    "measure 1": _fields_of("measure", MEASURE_KEYS),
    "benefit": _fields_of("benefit", ("kind", "amount", "cap", "rate", "unit", "cite"), all_usual=True),
    "window": _fields_of("window", ("opens", "closes", "cite")),
    "examples": _fields_of("examples", ("facts", "verdict", "pays", "drafted")),
    "defaults": _fields_of("defaults", ("region", "sector")),
    "facts": _fields_of("facts", ("id", "type", "zh", "en", "ask_zh", "ask_en", "unit", "unit_en", "changeable")),
    "pack": _fields_of("pack", ("defaults", *sorted(SHARED_KEYS), "facts"), all_usual=True),
    "pack 1": _fields_of("pack", ("defaults",)),
    "document": tuple(_field("document", key, usual=True) for key in FIELDS if key not in {"schema", "id", "sha256"}),
}
"""The fields of each block and of each kind of item, by name; of packs of format 1 with a 1 behind."""


def block_of(kind: Kind, schema: object) -> str:
    """Return the name of the fields that an item of a draft has."""
    return f"{kind} 1" if schema == 1 and kind is not Kind.DOCUMENT else str(kind)
