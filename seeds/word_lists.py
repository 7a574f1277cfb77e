"""Lists beside the vocabularies: stages by instrument, divisions, stop-words; what they decide, their users know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from seeds.faults import Fault, SeedError, WrongValueError, load_yaml

FILE = Path(__file__).parent / "vocabularies" / "word_lists.yaml"
INTENTS = FILE.with_name("intents.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordLists:
    """The lists of the file by their keys, which are explained there; `place_types` has the type by its Latin word."""

    stages_of_instruments: Mapping[str, frozenset[str]]
    money: frozenset[str]
    divisions: Mapping[str, range]
    no_products: frozenset[str]
    not_behind: Mapping[str, str]
    not_before: Mapping[str, str]
    place_fillers: tuple[str, ...]
    place_types: Mapping[str, str]
    place_labels: frozenset[str]
    place_remarks: tuple[str, ...]
    places_without_streets: frozenset[str]
    blank_cells: frozenset[str]
    yes_cells: frozenset[str]
    no_cells: frozenset[str]
    generic_words: frozenset[str]


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
def intents() -> Intents:
    """Return the everyday words that are shipped."""
    return load_intents(INTENTS)


def load_word_lists(path: Path) -> WordLists:
    """Load the file of lists; raise SeedError naming every key that is missing, unknown or of another shape."""
    return WordLists(**_load(path, _READERS))


def load_intents(path: Path) -> Intents:
    """Load the file of everyday words; raise SeedError naming every key that is missing, unknown or wrong."""
    return Intents(**_load(path, _INTENT_READERS))


def _load(path: Path, readers: Mapping[str, Callable[[object], Any]]) -> dict[str, Any]:
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


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise WrongValueError("not_texts")
    if twice := [text for text in value if value.count(text) > 1]:
        raise WrongValueError("text_twice", text=twice[0])
    return tuple(value)


def _set(value: object) -> frozenset[str]:
    return frozenset(_texts(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WrongValueError("must_be_texts_by_name")
    return value


def _span(value: object) -> range:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(number, int) for number in value):  # noqa: PLR2004 - first, last
        raise WrongValueError("must_be_spans_by_name")
    return range(value[0], value[1] + 1)


def _by_name(read: Callable[[object], Any]) -> Callable[[object], dict[str, Any]]:
    def go(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise WrongValueError("must_be_mapping")
        return {name: read(item) for name, item in value.items()}

    return go


def _by_word(value: object) -> dict[str, str]:
    """Turn name -> words round."""
    return {word: name for name, words in _by_name(_texts)(value).items() for word in words}


_READERS: Mapping[str, Callable[[object], Any]] = {
    "stages_of_instruments": _by_name(_set),
    "money": _set,
    "divisions": _by_name(_span),
    "no_products": _set,
    "not_behind": _by_name(_text),
    "not_before": _by_name(_text),
    "place_fillers": _texts,
    "place_types": _by_word,
    "place_labels": _set,
    "place_remarks": _texts,
    "places_without_streets": _set,
    "blank_cells": _set,
    "yes_cells": _set,
    "no_cells": _set,
    "generic_words": _set,
}

_INTENT_READERS: Mapping[str, Callable[[object], Any]] = {
    "intents": _by_name(_texts),
    "objects": _by_name(_texts),
    "weak_objects": _by_name(_texts),
    "particles": _texts,
    "fillers": _texts,
    "need_nouns": _texts,
    "turns": _texts,
    "instead": _texts,
    "unneeded": _texts,
    "had": _texts,
    "others": _texts,
    "settled": _texts,
    "nothing": _set,
    "denials": _by_name(_texts),
}
