"""Lists beside the vocabularies: stages by instrument, divisions, stop-words; what they decide, their users know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from seeds.faults import Fault, SeedError, WrongValueError, load_yaml

FILE = Path(__file__).parent / "vocabularies" / "word_lists.yaml"


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
    no_place: frozenset[str]
    standing: tuple[str, ...]
    blank_cells: frozenset[str]
    yes_cells: frozenset[str]
    no_cells: frozenset[str]


@cache
def word_lists() -> WordLists:
    """Return the lists that are shipped."""
    return load_word_lists(FILE)


def load_word_lists(path: Path) -> WordLists:
    """Load the file of lists; raise SeedError naming every key that is missing, unknown or of another shape."""
    data = load_yaml(path)
    if not isinstance(data, dict) or data.pop("schema", None) != 1:
        raise SeedError([Fault(file=path.name, pointer="", code="needs_lists")])
    faults = [Fault(file=path.name, pointer=f"/{name}", code="entry_missing") for name in _READERS if name not in data]
    faults += [
        Fault(file=path.name, pointer=f"/{name}", code="unknown_key", params={"key": name, "known": tuple(_READERS)})
        for name in data
        if name not in _READERS
    ]
    read: dict[str, Any] = {}
    for name in filter(data.__contains__, _READERS):
        try:
            read[name] = _READERS[name](data[name])
        except WrongValueError as error:
            faults.append(Fault(file=path.name, pointer=f"/{name}", code=error.code, params=error.params))
    if faults:
        raise SeedError(faults)
    return WordLists(**read)


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
    "no_place": _set,
    "standing": _texts,
    "blank_cells": _set,
    "yes_cells": _set,
    "no_cells": _set,
}
