"""Lists beside the vocabularies: stages by instrument, stop-words, everyday words; their users decide by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from seeds.faults import Fault, SeedError, WrongValueError, load_yaml

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
