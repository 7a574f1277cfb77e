"""What a company can say of itself: every field, its kind, and its words in API, page, workbook and tables.

It does not know how a value is read or compared, nor which conditions ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from seeds.faults import Fault, SeedError, load_yaml

FILE = Path(__file__).parent / "vocabularies" / "profile_fields.yaml"


class Kind(StrEnum):
    """How a value of a field is written."""

    TEXT = "text"
    SCOPE = "scope"
    CODE = "code"
    PLACE = "place"
    LIST = "list"
    ASKED = "asked"
    WHOLE = "whole"
    MONEY = "money"
    DATE = "date"
    FLAG = "flag"
    NUMBER = "number"
    SHARE = "share"
    ENTRY = "entry"
    DECLARED = "declared"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiField:
    """A field in a JSON profile: what it is, and an example of a value."""

    description: str
    example: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PageField:
    """A field on the page: label and hint, the browser's word for it, how it is typed where its kind says otherwise."""

    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""
    main: bool = False
    autocomplete: str = "off"
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateColumn:
    """A column of the workbook to fill in: what an example says, how to fill it in, its unit and its checks."""

    example: str | float
    how: str
    unit: str = ""
    width: int = 16
    choices: tuple[str, ...] = ()
    only_choices: bool = False
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactWords:
    """A fact that conditions may read of a field: its type (rules/language/facts.py), name, question and unit."""

    id: str
    type: str
    zh: str
    en: str
    ask_zh: str
    ask_en: str
    unit: str = ""
    unit_en: str = ""
    changeable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """One field of a profile, declared fact or column of tables; the keys are explained in the file.

    `api`, `form` and `template` are None where it does not stand in them.
    """

    id: str
    kind: Kind
    headings: tuple[str, ...]
    vocabulary: str = ""
    fact: bool = False
    part: int = 0
    yearly: bool = False
    longest: int = 200
    planned: bool = False
    named: bool = False
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    contrary: tuple[str, ...] = ()
    had: bool = False
    instead: tuple[str, ...] = ()
    several: bool = False
    api: ApiField | None = None
    form: PageField | None = None
    template: TemplateColumn | None = None
    facts: tuple[FactWords, ...] = ()

    @property
    def heading(self) -> str:
        """Return the usual heading."""
        return self.headings[0]

    @property
    def heading_en(self) -> str:
        """Return the usual heading in English, the id in words where there is none."""
        return next((name for name in self.headings if name.isascii()), self.id.replace("_", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFields:
    """All fields by id, in the order of tables; ids in the order of the API, the page, the workbook; facts by id."""

    by_id: Mapping[str, ProfileField]
    api: tuple[str, ...]
    form: tuple[str, ...]
    template: tuple[str, ...]
    facts: Mapping[str, tuple[ProfileField, FactWords]]


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value) and len(set(value)) == len(value)


_ORDERS = ("api", "form", "template", "facts")
_SHAPES: dict[str, type] = {
    "ApiField | None": ApiField,
    "PageField | None": PageField,
    "TemplateColumn | None": TemplateColumn,
    "tuple[FactWords, ...]": FactWords,
}
_CHECKS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("must_be_text", lambda value: isinstance(value, str)),
    "bool": ("must_be_flag", lambda value: isinstance(value, bool)),
    "int": ("must_be_whole", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "str | float": ("must_be_text_or_number", lambda value: isinstance(value, str | int | float)),
    "tuple[str, ...]": ("must_be_distinct_texts", _are_texts),
    "Kind": ("no_kind_of_field", lambda value: value in tuple(Kind)),
    "Any": ("", lambda _: True),
}
"""What is wrong with a value that is not so, by the type of its attribute."""

_Found: TypeAlias = list[tuple[str, str, dict[str, Any]]]
"""Pointer, code and parameters of each fault."""


@cache
def profile_fields() -> ProfileFields:
    """Return the fields that are shipped."""
    return load_profile_fields(FILE)


def load_profile_fields(path: Path) -> ProfileFields:
    """Load the file of fields; raise SeedError naming every fault with its pointer."""
    data, known = load_yaml(path), {"schema", "fields", *_ORDERS}
    read: list[Any] = []
    found: _Found = []
    if not isinstance(data, dict) or set(data) != known or data["schema"] != 1 or not isinstance(data["fields"], list):
        found.append(("", "needs_fields", {"known": tuple(sorted(known))}))
    else:
        read = [_parse(ProfileField, raw, f"/fields/{place}", found) for place, raw in enumerate(data["fields"])]
        found = found or list(_between(read, data))
    if found:
        raise SeedError(
            Fault(file=path.name, pointer=pointer, code=code, params=params) for pointer, code, params in found
        )
    facts = {fact.id: (field, fact) for field in read for fact in field.facts}
    return ProfileFields(
        by_id={field.id: field for field in read},
        api=tuple(data["api"]),
        form=tuple(data["form"]),
        template=tuple(data["template"]),
        facts={name: facts[name] for name in data["facts"]},
    )


def _parse(shape: type, raw: object, pointer: str, found: _Found) -> Any:  # noqa: ANN401 - an instance of the shape
    """Return `raw` in a shape; what keeps it from being of that shape is added to `found`."""
    if not isinstance(raw, dict):
        found.append((pointer, "must_be_mapping", {}))
        return None
    known, before = {field.name: field for field in fields(shape)}, len(found)
    found += [
        (f"{pointer}/{key}", "unknown_key", {"key": key, "known": tuple(known)}) for key in raw if key not in known
    ]
    missing = (name for name, field in known.items() if field.default is MISSING and name not in raw)
    found += [(f"{pointer}/{name}", "entry_missing", {}) for name in missing]
    values = {
        name: _value(str(known[name].type), value, f"{pointer}/{name}", found)
        for name, value in raw.items()
        if name in known
    }
    return shape(**values) if len(found) == before else None


def _value(expected: str, raw: Any, pointer: str, found: _Found) -> Any:  # noqa: ANN401 - any plain data
    """Return the value of an attribute of the type `expected`."""
    if expected not in _SHAPES:
        code, holds = _CHECKS[expected]
        if not holds(raw):
            found.append((pointer, code, {"known": tuple(kind.value for kind in Kind)} if expected == "Kind" else {}))
            return None
        if expected == "Kind":
            return Kind(raw)
        return tuple(raw) if expected == "tuple[str, ...]" else raw
    if not expected.startswith("tuple"):
        return _parse(_SHAPES[expected], raw, pointer, found)
    if not isinstance(raw, list):
        found.append((pointer, "must_be_list", {}))
        return None
    return tuple(_parse(_SHAPES[expected], part, f"{pointer}/{place}", found) for place, part in enumerate(raw))


def _between(read: Sequence[ProfileField], data: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what stands twice, and what is wrong with an order that leaves a field out or names one too many."""
    owners: dict[str, int] = {}
    for place, field in enumerate(read):
        for name in dict.fromkeys((field.id, *field.headings)):
            if owners.setdefault(name, place) != place:
                yield f"/fields/{place}", "stands_already", {"name": name, "where": f"/fields/{owners[name]}"}
    for order in _ORDERS:
        having = [field for field in read if getattr(field, order)]
        named = [part.id for field in having for part in (field.facts if order == "facts" else (field,))]
        if not _are_texts(data[order]) or sorted(named) != sorted(data[order]):
            yield f"/{order}", "order_incomplete", {"order": order, "named": tuple(named)}
