"""Lists beside the vocabularies: stages by instrument, stop-words, everyday words, the official names of GB/T 4754."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from seeds.faults import Fault, SeedError, WrongValueError, load_yaml
from seeds.vocabulary import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Industries:
    """Names of GB/T 4754: the code of 2017 by each folded way of printing one, and what finds those with a 「、」."""

    codes: Mapping[str, str]
    enumerating: re.Pattern[str]


@cache
def industries() -> Industries:
    """Return the official names that are shipped."""
    return load_industries(INDUSTRIES)


def load_industries(path: Path) -> Industries:
    """Load the file of official names; raise SeedError as `load_word_lists` does."""
    read = load_lists(path, {"names": by_name(one_text), "earlier": by_name(two_words), "shifted": one_span})
    names: Mapping[str, str] = read["names"]
    section = {number: letter for letter, span in word_lists().divisions.items() for number in span}
    former = [(name, was, now) for name, (was, now) in read["earlier"].items()]
    former += [
        (name, f"{int(code[:2]) - 1}{code[2:]}", code)
        for code, name in names.items()
        if code.isdigit() and int(code[:2]) in read["shifted"]
    ]
    codes = {fold(name): code for code, name in reversed([*names.items()])}  # of equal names the broadest counts
    for name, code in (*((name, code) for code, name in names.items()), *((name, now) for name, _, now in former)):
        for printed in _printed(name):
            codes.setdefault(fold(printed), code)
    for name, was, now in former:  # a code of 2011 is another industry in 2017: beside its name, the name counts
        lettered = section[int(now[:2])] + was
        codes |= dict.fromkeys(map(fold, (was + name, name + was, lettered + name, name + lettered)), now)
    enumerations = sorted((name for name in (*names.values(), *read["earlier"]) if "、" in name), key=len, reverse=True)
    return Industries(
        codes=codes, enumerating=re.compile("|".join(re.escape(name).replace("、", "[、,，]") for name in enumerations))
    )


def _printed(name: str) -> Iterator[str]:
    """Yield how registers print an official name: with and without 业 at its end, and without what is in brackets."""
    for form in (name, _BRACKETED.sub("", name)):
        yield from (form, f"{form}业")
        if form.endswith("业") and len(form) >= _LONG_ENOUGH:
            yield form.removesuffix("业")


_BRACKETED = re.compile("（[^（）]*）")
_LONG_ENOUGH = 4
"""Characters of a name that without its 业 is still a name of an industry: 畜牧 is too short to be told from a word."""

_SHIELDS = {mark: chr(0xE000 + place) for place, mark in enumerate("、,，")}
_SHIELDED, _UNSHIELDED = str.maketrans(_SHIELDS), str.maketrans({shield: mark for mark, shield in _SHIELDS.items()})

HOLDS_MARK = re.compile("[、,，]").search
"""Tells whether a list may hold official names that must not be cut: most lists need no shield."""


def shield(text: str) -> str:
    """Return a list with what separates inside official names replaced (农、林、牧、渔业 is one), for `unshield`."""
    return industries().enumerating.sub(lambda name: name[0].translate(_SHIELDED), text)


def unshield(item: str) -> str:
    """Return an item of a shielded list as it was typed."""
    return item.translate(_UNSHIELDED)


FILE = Path(__file__).parent / "vocabularies" / "word_lists.yaml"
INTENTS, INDUSTRIES = FILE.with_name("intents.yaml"), FILE.with_name("industries.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordLists:
    """The lists of the file by their keys, which are explained there; `place_types` has the type by its Latin word."""

    stages_of_instruments: Mapping[str, frozenset[str]]
    money: frozenset[str]
    of_many_kinds: frozenset[str]
    divisions: Mapping[str, range]
    no_products: frozenset[str]
    not_behind: Mapping[str, str]
    not_before: Mapping[str, str]
    place_fillers: tuple[str, ...]
    place_types: Mapping[str, str]
    place_labels: frozenset[str]
    place_remarks: tuple[str, ...]
    places_without_streets: frozenset[str]
    no_place: frozenset[str]
    standing: tuple[str, ...]
    blank_cells: frozenset[str]
    yes_cells: frozenset[str]
    no_cells: frozenset[str]
    generic_words: frozenset[str]
    beside_names: Mapping[str, frozenset[str]]
    units: tuple[str, ...]
    other_substance_before: tuple[str, ...]
    other_substance_behind: tuple[str, ...]
    other_substance_ends: str
    no_other_substance: tuple[str, ...]
    scope_headings: tuple[str, ...]
    scope_permits: tuple[str, ...]
    scope_asides: tuple[str, ...]
    scope_everywhere: frozenset[str]
    making: tuple[str, ...]
    trading: tuple[str, ...]
    trading_of_goods_only: frozenset[str]
    tools_of_trade: tuple[str, ...]
    serving: tuple[str, ...]
    of_companies: tuple[str, ...]
    legal_forms: tuple[str, ...]
    name_fillers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intents:
    """Everyday words of needs and of what is denied, by the keys of intents.yaml, which are explained there."""

    intents: Mapping[str, tuple[str, ...]]
    objects: Mapping[str, tuple[str, ...]]
    weak_objects: Mapping[str, tuple[str, ...]]
    particles: tuple[str, ...]
    fillers: tuple[str, ...]
    need_nouns: tuple[str, ...]
    turns: tuple[str, ...]
    instead: tuple[str, ...]
    unneeded: tuple[str, ...]
    had: tuple[str, ...]
    others: tuple[str, ...]
    settled: tuple[str, ...]
    nothing: frozenset[str]
    denials: Mapping[str, tuple[str, ...]]


@cache
def word_lists() -> WordLists:
    """Return the lists that are shipped."""
    return load_word_lists(FILE)


@cache
def scope_mark() -> re.Pattern[str]:
    """Return what marks a whole business scope: a heading of its own (许可项目：), or the formula of approval."""
    headings = sorted(map(re.escape, word_lists().scope_headings), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(headings)})[:：]|依法须经批准")


@cache
def intents() -> Intents:
    """Return the everyday words that are shipped."""
    return load_intents(INTENTS)


def load_word_lists(path: Path) -> WordLists:
    """Load the file of lists; raise SeedError naming every key that is missing, unknown or of another shape."""
    return WordLists(**load_lists(path, _READERS))


def load_intents(path: Path) -> Intents:
    """Load the file of everyday words; raise SeedError naming every key that is missing, unknown or wrong."""
    return Intents(**load_lists(path, _INTENT_READERS))


def load_lists(path: Path, readers: Mapping[str, Callable[[object], Any]]) -> dict[str, Any]:
    """Load a file of lists by the reader of each key; raise SeedError naming every key that is wrong."""
    data = load_yaml(path)
    if not isinstance(data, dict) or data.pop("schema", None) != 1:
        raise SeedError([Fault(file=path.name, pointer="", code="needs_lists")])
    faults = [Fault(file=path.name, pointer=f"/{name}", code="entry_missing") for name in readers if name not in data]
    faults += [
        Fault(file=path.name, pointer=f"/{name}", code="unknown_key", params={"key": name, "known": tuple(readers)})
        for name in data
        if name not in readers
    ]
    read: dict[str, Any] = {}
    for name in filter(data.__contains__, readers):
        try:
            read[name] = readers[name](data[name])
        except WrongValueError as error:
            faults.append(Fault(file=path.name, pointer=f"/{name}", code=error.code, params=error.params))
    if faults:
        raise SeedError(faults)
    return read


def texts(value: object) -> tuple[str, ...]:
    """Read a list of texts, none of them twice; raise WrongValueError for anything else."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise WrongValueError("not_texts")
    if twice := [text for text in value if value.count(text) > 1]:
        raise WrongValueError("text_twice", text=twice[0])
    return tuple(value)


def _set(value: object) -> frozenset[str]:
    return frozenset(texts(value))


def one_text(value: object) -> str:
    """Read a text; raise WrongValueError for anything else."""
    if not isinstance(value, str):
        raise WrongValueError("must_be_texts_by_name")
    return value


def two_words(value: object) -> tuple[str, str]:
    """Read a text of two words; raise WrongValueError for anything else."""
    match one_text(value).split():
        case [was, now]:
            return was, now
        case _:
            raise WrongValueError("must_be_texts_by_name")


def one_span(value: object) -> range:
    """Read [first, last]; raise WrongValueError for anything else."""
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(number, int) for number in value):  # noqa: PLR2004 - first, last
        raise WrongValueError("must_be_spans_by_name")
    return range(value[0], value[1] + 1)


def by_name(read: Callable[[object], Any]) -> Callable[[object], dict[str, Any]]:
    """Return the reader of a mapping whose values `read` reads."""

    def go(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise WrongValueError("must_be_mapping")
        return {name: read(item) for name, item in value.items()}

    return go


def _by_word(value: object) -> dict[str, str]:
    """Turn name -> words round."""
    return {word: name for name, words in by_name(texts)(value).items() for word in words}


_READERS: Mapping[str, Callable[[object], Any]] = {
    "stages_of_instruments": by_name(_set),
    "money": _set,
    "of_many_kinds": _set,
    "divisions": by_name(one_span),
    "no_products": _set,
    "not_behind": by_name(one_text),
    "not_before": by_name(one_text),
    "place_fillers": texts,
    "place_types": _by_word,
    "place_labels": _set,
    "place_remarks": texts,
    "places_without_streets": _set,
    "no_place": _set,
    "standing": texts,
    "blank_cells": _set,
    "yes_cells": _set,
    "no_cells": _set,
    "generic_words": _set,
    "beside_names": by_name(_set),
    "units": texts,
    "other_substance_before": texts,
    "other_substance_behind": texts,
    "other_substance_ends": one_text,
    "no_other_substance": texts,
    "scope_headings": texts,
    "scope_permits": texts,
    "scope_asides": texts,
    "scope_everywhere": _set,
    "making": texts,
    "trading": texts,
    "trading_of_goods_only": _set,
    "tools_of_trade": texts,
    "serving": texts,
    "of_companies": texts,
    "legal_forms": texts,
    "name_fillers": texts,
}

_INTENT_READERS: Mapping[str, Callable[[object], Any]] = {
    "intents": by_name(texts),
    "objects": by_name(texts),
    "weak_objects": by_name(texts),
    "particles": texts,
    "fillers": texts,
    "need_nouns": texts,
    "turns": texts,
    "instead": texts,
    "unneeded": texts,
    "had": texts,
    "others": texts,
    "settled": texts,
    "nothing": _set,
    "denials": by_name(texts),
}
