"""What a company can say of itself: every field, its kind, and its words in API, page, workbook and tables.

It does not know how a value is read or compared, nor which conditions ask for it (facts.yaml).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from seeds.errors import Fault, SeedError
from seeds.strict_yaml import load_yaml

FILE = Path(__file__).parent / "vocabularies" / "profile_fields.yaml"


class Kind(StrEnum):
    """How a value of a field is written."""

    TEXT = "text"
    CODE = "code"
    PLACE = "place"
    LIST = "list"
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
class ProfileField:
    """One field of a profile, published fact or column of tables; the keys are explained in the file.

    `api`, `form` and `template` are None where it does not stand in them.
    """

    id: str
    kind: Kind
    headings: tuple[str, ...]
    vocabulary: str = ""
    fact: bool = False
    part: int = 0
    yearly: bool = False
    planned: bool = False
    named: bool = False
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    contrary: tuple[str, ...] = ()
    had: bool = False
    api: ApiField | None = None
    form: PageField | None = None
    template: TemplateColumn | None = None

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
    """All fields by id, in the order of tables; the ids in the order of the API, the page and the workbook."""

    by_id: Mapping[str, ProfileField]
    api: tuple[str, ...]
    form: tuple[str, ...]
    template: tuple[str, ...]


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value) and len(set(value)) == len(value)


_SHAPES = {"api": ApiField, "form": PageField, "template": TemplateColumn}
_CHECKS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("text", lambda value: isinstance(value, str)),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "int": ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "str | float": ("a text or a number", lambda value: isinstance(value, str | int | float)),
    "tuple[str, ...]": ("a list of texts, each once", _are_texts),
    "Kind": (f"one of {', '.join(Kind)}", lambda value: value in tuple(Kind)),
    "Any": ("anything", lambda _: True),
}
"""What a value must be, by the type of its attribute."""


@cache
def profile_fields() -> ProfileFields:
    """Return the fields that are shipped."""
    return load_profile_fields(FILE)


def load_profile_fields(path: Path) -> ProfileFields:
    """Load the file of fields; raise SeedError naming every fault with its pointer."""
    data, known = load_yaml(path), {"schema", "fields", *_SHAPES}
    if not isinstance(data, dict) or set(data) != known or data["schema"] != 1 or not isinstance(data["fields"], list):
        faults = [("", f"needs schema: 1, a list of fields, and no keys but {', '.join(sorted(known))}")]
    else:
        each = [_faults_of(ProfileField, raw, f"/fields/{place}") for place, raw in enumerate(data["fields"])]
        faults = [fault for found in each for fault in found] or list(_faults_between(data))
    if faults:
        raise SeedError(Fault(file=path.name, pointer=pointer, message=message) for pointer, message in faults)
    orders = {name: tuple(data[name]) for name in _SHAPES}
    return ProfileFields(by_id={raw["id"]: _read(ProfileField, raw) for raw in data["fields"]}, **orders)


def _faults_of(shape: type, raw: object, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield pointer and message of whatever keeps `raw` from being of a shape."""
    if not isinstance(raw, dict):
        yield pointer, "must be a mapping"
        return
    known = {field.name: field for field in fields(shape)}
    yield from ((f"{pointer}/{key}", f"unknown key {key!r}, known: {sorted(known)}") for key in raw if key not in known)
    needed = (name for name, field in known.items() if field.default is MISSING)
    yield from ((f"{pointer}/{name}", "is missing") for name in needed if name not in raw)
    for name in filter(known.get, raw):
        if name in _SHAPES:
            yield from _faults_of(_SHAPES[name], raw[name], f"{pointer}/{name}")
            continue
        expected, holds = _CHECKS[str(known[name].type)]
        if not holds(raw[name]):
            yield f"{pointer}/{name}", f"must be {expected}"


def _faults_between(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield pointer and message of what stands twice, and of an order that leaves a field out or names one too many."""
    owners: dict[str, int] = {}
    for place, raw in enumerate(data["fields"]):
        for name in dict.fromkeys((raw["id"], *raw["headings"])):
            if owners.setdefault(name, place) != place:
                yield f"/fields/{place}", f"{name!r} stands in /fields/{owners[name]} already"
    for order in _SHAPES:
        named = [raw["id"] for raw in data["fields"] if order in raw]
        if not _are_texts(data[order]) or set(data[order]) != set(named):
            yield f"/{order}", f"must name, once each, the fields that have {order!r}: {', '.join(named)}"


def _read(shape: type, raw: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an instance of the shape
    values: dict[str, Any] = {}
    for field in fields(shape):
        if field.name in raw:
            value = raw[field.name]
            if field.name in _SHAPES:
                value = _read(_SHAPES[field.name], value)
            elif field.type == "tuple[str, ...]":
                value = tuple(value)
            values[field.name] = Kind(value) if field.type == "Kind" else value
    return shape(**values)
